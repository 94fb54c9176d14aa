"""Files that mean harm, or loop: they end, within bounds, and say what was not read. None of their code runs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Revise = Callable[..., Any]

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
    "many combinations": "import itertools\nlist(itertools.product('a' * 1000, 'b' * 1000, 'c' * 1000))",
    "a comprehension of a comprehension": "[[i for i in range(10**5)] for j in range(10**5)]",
    "a lying key": "x = {}\nx[x] = 1\nop.execute(str(x))",
    "a metaclass": "class M(type):\n    pass\nclass C(metaclass=M):\n    op.execute('SELECT 1')",
    "a decorator": "@op.drop_table\ndef f():\n    pass\nf()",
    "changing the library": "sa.Column.name = 'x'\nop.f.__globals__\nsa.text.__code__ = None",
    "a compiler hook": "from sqlalchemy.ext.compiler import compiles\n@compiles(sa.Table)\ndef f(*a):\n    pass",
    "deep nesting": "x = " + "[" * 90 + "]" * 90 + "\nop.execute(str(x))",
    "a long sum": "x = " + " + ".join(["'a'"] * 700) + "\nop.execute(x)",
    "long attributes": "op" + ".a" * 700,
    "a wide insert": "t = sa.table('t', sa.column('a'))\nop.bulk_insert(t, [{'a': i} for i in range(10**5)])",
    "an untrue length": "for x in sa.table('t').c:\n    pass\nfor y in op:\n    op.drop_table(y)",
}


@pytest.mark.parametrize("body", EVIL.values(), ids=EVIL.keys())
def test_an_evil_file_ends_within_its_budget(body: str, revise: Revise) -> None:
    revision = revise(body, top="import decimal")
    assert all(len(statement.sql) <= 1_000_000 for statement in revision.migration.upgrade)
    assert len(revision.migration.upgrade) <= 10_000


@pytest.mark.parametrize(
    "name", ["a huge range", "many operations", "a loop in a loop", "a wide insert", "eval", "a repetition"]
)
def test_what_was_not_read_of_an_evil_file_is_said(name: str, revise: Revise) -> None:
    assert revise(EVIL[name]).gaps() != []


def test_all_evil_together_needs_less_than_300_megabytes(tmp_path: Path) -> None:
    head = "from alembic import op\nimport decimal\nimport sqlalchemy as sa\nrevision = 'b'\ndef upgrade():\n    "
    program = (
        "import json, resource, sys\nfrom database_patterns.reading.alembic import read_revision\n"
        "for text in json.load(open(sys.argv[1])):\n    read_revision(text, 'b.py')\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    data = tmp_path / "evil.json"
    data.write_text(json.dumps([head + body.replace("\n", "\n    ") for body in EVIL.values()]))
    done = subprocess.run([sys.executable, "-c", program, str(data)], check=True, capture_output=True, text=True)
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(done.stdout) * unit < 300_000_000
