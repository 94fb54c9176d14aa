"""Files that mean harm, or loop: they end, within bounds, and say what was not read. None of their code runs.

Each is read in a process of its own, which the system ends when it takes too long.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.reading.alembic.conftest import indented

import database_patterns

SECONDS = 4
"""Twice what is promised, for machines that are slow or busy."""
MEGABYTES = 300
HEAD = "from alembic import op\nimport decimal, itertools, json, textwrap\nimport sqlalchemy as sa\nrevision = 'b'\n"

DOUBLING = "x = sa.column('a')\nfor i in range(60):\n    x = {}\nop.execute(sa.select(x))"
KEYS = """x = (1,)
for i in range(60):
    x = (x, x)
y = {x for i in "a"}
z = {x: i for i in "a"}
op.execute(z[x])"""
ENDLESS = """class T(sa.TypeDecorator):
    def __init__(self):
        while True: pass
sa.Column("a", T())"""
SUBQUERIES = """x = sa.select(sa.column("a")).subquery()
for i in range(60):
    y = x.c
    x = sa.union_all(sa.select(y.a), sa.select(x.c.a)).subquery()
op.execute(sa.select(x))"""
TRIGGER = "from alembic_utils.pg_trigger import PGTrigger\nop.create_entity(PGTrigger"
CIRCLE = """m = sa.MetaData()
for i in range(600):
    sa.Table(f"t{i}", m, sa.Column("a", sa.Integer, sa.ForeignKey(f"t{(i + 1) % 600}.a"), primary_key=True))
m.create_all(op.get_bind())"""


def nested(opening: str, after: str = "") -> str:
    """Ninety levels of a compound statement, each with what may follow it."""
    lines = [" " * level + opening for level in range(90)]
    lines.append(" " * 90 + "op.drop_table('t')")
    if after:
        lines += [" " * level + after + " " * (level + 1) + "op.drop_table('u')" for level in reversed(range(90))]
    return "\n".join(lines)


EVIL = {
    "an endless loop": "while True:\n    op.drop_table('t')",
    "a huge range": "for i in range(10**12):\n    op.drop_table('t')",
    "a loop in a loop": "for i in range(10**4):\n    for j in range(10**4):\n        x = i * j",
    "many operations": "for i in range(10**5):\n    op.drop_table('t')",
    "a repetition": "x = 'x' * 10**9\nop.execute(x)",
    "a repeated list": "x = [0] * 10**9\nop.execute(x)",
    "doubling": "x = 'xx'\nfor i in range(60):\n    x = x + x\nop.execute(x)",
    "doubling in place": "x = 'xx'\nfor i in range(60):\n    x += x\nop.execute(x)",
    "a doubling list": "x = [1]\nfor i in range(60):\n    x = [x, x]\nop.execute(f'{x}{str(x)}')\ny = x == x[:]",
    "a growing list": "x = []\nfor i in range(10**4):\n    x.append('x' * 10**6)",
    "extending itself": "x = [1]\nfor i in range(60):\n    x.extend(x)",
    "a list within itself": "x = []\nx.append(x)\nop.execute(f'{x}')\nop.create_table('t', *x)",
    "replacing": "x = 'x' * 1000\nfor i in range(9):\n    x = x.replace('x', 'x' * 1000)\nop.execute(x)",
    "joining": "x = ('y' * 10**5).join('x' * 10**5)\nop.execute(x)",
    "a wide format": "op.execute(f'{1:>1000000000}')",
    "a wide str.format": "op.execute('{:>1000000000}'.format(1))",
    "a wide percent": "op.execute('%1000000000d' % 1)",
    "a percent with a star": "op.execute('%*d' % (10**9, 1))",
    "a tower of powers": "x = 9 ** 9 ** 9\nop.execute(str(x))",
    "a great shift": "x = 1 << 10**9\nop.execute(str(x))",
    "products": "x = 3\nfor i in range(60):\n    x = x * x\nop.execute(str(x))",
    "a great decimal": "op.execute(f'{decimal.Decimal(\"1e999999999\"):f}')",
    "format fields": "op.execute('{0.__class__.__mro__}'.format(op))",
    "format items": "op.execute('{0[__class__]}'.format({}))",
    "a dunder chain": "op.execute(().__class__.__base__.__subclasses__()[0].__name__)",
    "getattr": "op.execute(getattr((), '__class__'))",
    "eval": "eval('op.drop_table(1)')\nexec('import os')",
    "an import": "__import__('os').system('touch /tmp/evil')",
    "a system call": "import os\nos.system('touch evil')",
    "a recursive helper": "def f():\n    f()\n    f()\nf()",
    "a recursive lambda": "f = lambda g: g(g)\nf(f)",
    "recursive defaults": "def f(x=lambda: 1):\n    return f(f)\nf()",
    "many combinations": "for x in itertools.product('a' * 1000, 'b' * 1000, 'c' * 1000):\n    op.drop_table(x)",
    "a comprehension of a comprehension": "[[i for i in range(10**5)] for j in range(10**5)]",
    "a lying key": "x = {}\nx[x] = 1\nop.execute(str(x))",
    "a metaclass": "class M(type):\n    pass\nclass C(metaclass=M):\n    op.execute('SELECT 1')",
    "a decorator": "@op.drop_table\ndef f():\n    pass\nf()",
    "changing the library": "sa.Column.name = 'x'\nop.f.__globals__\nsa.text.__code__ = None\nop.drop_table('t')",
    "a compiler hook": "from sqlalchemy.ext.compiler import compiles\n@compiles(sa.Table)\ndef f(*a):\n    pass",
    "deep nesting": "x = " + "[" * 90 + "]" * 90 + "\nop.execute(str(x))",
    "a long sum": "x = " + " + ".join(["'a'"] * 700) + "\nop.execute(x)",
    "long attributes": "op" + ".a" * 700,
    "a wide insert": "t = sa.table('t', sa.column('a'))\nop.bulk_insert(t, [{'a': i} for i in range(10**5)])",
    "an untrue length": "for x in sa.table('t').c:\n    pass\nfor y in op:\n    op.drop_table(y)",
    "an integer of a huge decimal": "op.execute(str(int(decimal.Decimal('1e999999999'))))",
    "rounding to a huge power": "op.execute(str(round(5, -10**9)))",
    "a power of a power": "op.execute(str(10**10**9))",
    "an enum of a range": "op.create_table('t', sa.Column('a', sa.Enum(*range(10**7))))",
    "a doubling key": "x = (1,)\nfor i in range(60):\n    x = (x, x)\ny = {x: 1}\nz = {x}\nop.execute(y[x])",
    "doubling keys": KEYS,
    "doubling json": "x = []\nfor i in range(60):\n    x = [x, x]\nop.execute(json.dumps(x))",
    "zeros in a percent format": f"op.execute('%{'0' * 300_000}' % 1)",
    "many wide fields": f"op.execute('{'%(a)9999d' * 20_000}' % {{'a': 1}})",
    "many wide brace fields": f"op.execute('{'{0:9999d}' * 20_000}'.format(1))",
    "many wide f-string fields": f"op.execute(f'{'{1:9999d}' * 20_000}')",
    "a doubling unknown text": "x = u\nfor i in range(60):\n    x = f'{x}{x}'\nop.execute(x)",
    "a doubling condition": DOUBLING.format("sa.and_(x, x)"),
    "a doubling sum": DOUBLING.format("x + x"),
    "a doubling operator": DOUBLING.format("x.op('||')(x)"),
    "a doubling function": DOUBLING.format("sa.func.f(x, x)"),
    "a doubling case": DOUBLING.format("sa.case((x, x), else_=x)"),
    "a doubling list of values": DOUBLING.format("x.in_([x, x])"),
    "a doubling subquery": SUBQUERIES,
    "a deep expression": "x = sa.column('a')\nfor i in range(9000):\n    x = x + 1\nop.execute(sa.select(x))",
    "a long disjunction": f"x = {' or '.join(['u'] * 20_000)}",
    "thirty returns": "\n".join(f"if u{i}:\n    return\nop.drop_table('t')" for i in range(30)),
    "thousands of returns": "\n".join(f"if u{i}:\n    return\nop.drop_table('t')" for i in range(2_000)),
    "thousands of names and ifs": "\n".join(f"x{i} = 1\nif u{i}:\n    x{i} = 2" for i in range(4_000)),
    "nested ifs": nested("if u:", "else:\n"),
    "nested tries": nested("try:", "except X:\n"),
    "nested withs": nested("with u():"),
    "nested loops": nested("for i in (1, 2):"),
    "a wide with": f"with {', '.join(['u()'] * 3_000)}:\n    op.drop_table('t')",
    "an elif chain": "if u: pass\n" + "\n".join(f"elif u{i}: op.drop_table('t')" for i in range(3_000)),
    "a deep elif chain": "if u: pass\n" + "\n".join("elif u: op.drop_table('t')" for _ in range(30_000)),
    "deep attributes": "op" + ".a" * 30_000,
    "deep calls": "op.f" + "('a')" * 30_000,
    "deep items": "x" + "[0]" * 30_000,
    "deep negation": "x = " + "not " * 30_000 + "1",
    "deep lambdas": "x = " + "lambda: " * 30_000 + "1",
    "deep conditions": "x = " + "1 if u else " * 30_000 + "1",
    "a long list": f"x = [{'1,' * 480_000}]",
    "many calls": "op.execute('SELECT 1')\n" * 30_000,
    "many unknown calls": "\n".join(f"f{i}(op)" for i in range(20_000)),
    "a long statement": f"op.execute('SELECT {'a,' * 450_000}1')",
    "many statements in one": f"op.execute('{'SELECT 1;' * 100_000}')",
    "a long text again and again": "x = 'SELECT 1;' * 1000\nfor i in range(1000):\n    op.execute(x)",
    "merging": "d = {i: 1 for i in range(5000)}\nfor i in range(10**5):\n    x = {**d}",
    "slicing": "d = [i for i in range(20000)]\nfor i in range(10**5):\n    x = d[:]",
    "counting": "d = 'ab' * 450000\nfor i in range(10**5):\n    x = d.count('bc')",
    "comparing": "d = [[i for i in range(15000)]]\nfor i in range(10**5):\n    x = d == 1",
    "sorting": "d = [i for i in range(15000)]\nfor i in range(10**5):\n    x = sorted(d)",
    "dead code in a loop": "for i in range(10**5):\n    if False:\n" + "        f()\n" * 3_000,
    "classes in a loop": "for i in range(10**5):\n    class A(sa.Text):\n        pass",
    "an endless type": ENDLESS,
    "a great enum": "class A(enum.Enum):\n" + "\n".join(f"    a{i} = {i}" for i in range(30_000)),
    "long lines": f"for i in range(10**5):\n    f('{'ä' * 200_000}', op)",
    "spaces in a trigger": f"{TRIGGER}(schema='a', signature='b', on_entity='c', definition='x{' ' * 100_000}y')",
    "tables that need each other": CIRCLE,
}

READ = """
import json, os, resource, sys
from database_patterns.errors import UserError
from database_patterns.reading.alembic import read_revision

seconds, texts = json.load(sys.stdin)
read_revision("def upgrade(): pass", "first.py")


def read(text):
    try:
        migration = read_revision(text, "evil.py")
    except UserError as error:
        return {"refused": str(error)}
    whys = [gap.why for gap in migration.upgrade_gaps]
    longest = max((len(statement.sql) for statement in migration.upgrade), default=0)
    sure = all(statement.confidence == "exact" for statement in migration.upgrade)
    return {"gaps": whys[:3], "sure": sure, "longest": longest}


def child(text, out):
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (2_000_000_000, 2_000_000_000))
    answer = read(text)
    answer["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    os.write(out, json.dumps(answer).encode())
    os._exit(0)


answers = {}
for name, text in texts.items():
    back, out = os.pipe()
    if os.fork() == 0:
        child(text, out)
    os.close(out)
    with open(back, "rb") as answer:
        answers[name] = json.loads(answer.read() or "null")
    os.wait()
json.dump(answers, sys.stdout)
"""

READ_IN_FULL = {"a compiler hook", "a great enum", "a long disjunction", "deep nesting"}
"""What only looks evil, or sends nothing."""

Answers = dict[str, dict[str, Any] | None]


@pytest.fixture(scope="module")
def answers() -> Answers:
    """What reading each evil file says: its gaps, the statements, the memory in kilobytes; None when it was ended."""
    texts = {name: f"{HEAD}def upgrade():\n{indented(body)}" for name, body in EVIL.items()}
    environment = {**os.environ, "PYTHONPATH": str(Path(database_patterns.__file__).parents[1])}
    given = json.dumps([SECONDS, texts])
    command = [sys.executable, "-c", READ]
    done = subprocess.run(command, check=True, input=given, capture_output=True, text=True, env=environment)
    found: Answers = json.loads(done.stdout)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="the limits of a process are Linux's")
@pytest.mark.parametrize("name", EVIL)
def test_an_evil_file_ends_within_bounds_and_says_what_was_not_read(name: str, answers: Answers) -> None:
    answer = answers[name]
    assert answer, "the system ended it"
    assert answer["memory"] < MEGABYTES * 1000
    in_full = "refused" not in answer and answer["gaps"] == [] and answer["sure"]
    assert in_full is (name in READ_IN_FULL), answer
    assert answer.get("longest", 0) <= 1_000_000
