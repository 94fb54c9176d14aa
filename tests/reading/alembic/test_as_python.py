"""Interpreting a revision gives what running it gives: the same programs by Python itself and by the reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Revise = Callable[..., Any]

EXPRESSIONS = [
    "1 + 2 * 3 - 4 // 3 % 2",
    "2 ** 10 - 1",
    "'a' * 3 + 'b'",
    "'%s-%d' % ('a', 3)",
    "'{:>5}|{b!r}'.format('x', b='y')",
    "'{:{}}|{:>{w}}'.format('x', 3, 'y', w=4)",
    "f'{1 + 1}{\"a\"!r:>6}{2.5:.2f}'",
    "f'{[1, 2]} {(1,)} {None}'",
    "[x * y for x in (1, 2) for y in (3, 4) if x != y]",
    "{k: v for k, v in zip('ab', (1, 2))}['b']",
    "sorted({'b', 'a'})",
    "len({1, 2, 2})",
    "[*range(3), *('x',)]",
    "{**{'a': 1}, 'b': 2}.items()",
    "(lambda a, b=2, *c, d=4, **e: (a, b, c, d))(1, 3, 5, d=6)",
    "'a,b'.split(',')[-1].upper()",
    "'abc'[1:], 'abc'[::-1], 'abc'[-1]",
    "1 < 2 < 3, 1 < 3 < 2, 1 == 1.0 != 2",
    "'a' in 'abc' and 'd' not in 'abc'",
    "None or 'x', '' and 'y', not ''",
    "0 if [] else 1",
    "(n := 5) + n",
    "max([1, 3, 2]), min(4, 2), sum([1, 2]), abs(-1), round(2.567, 1)",
    "any([0, 1]), all([1, 0]), bool([]), int('7'), float('1.5'), str(3)",
    "list(enumerate('ab', 1)), list(reversed([1, 2])), tuple('ab')",
    "list(itertools.product('ab', (1, 2))), list(itertools.chain([1], [2]))",
    "json.dumps({'a': [1, None, True]}, sort_keys=True), json.loads('[1]')",
    "datetime.date(2026, 1, 2).isoformat(), datetime.timedelta(days=2).total_seconds()",
    "datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone.utc).isoformat()",
    "str(uuid.UUID(int=5)), decimal.Decimal('1.50')",
    "textwrap.dedent('  a\\n  b')",
    "Colour.RED.value + Colour['BLUE'].name",
    "[colour.value for colour in Colour]",
    "len(Colour.RED.value.join(['x', 'y']))",
    "'größe'.encode().hex()",
    "' a '.strip().title()",
    "'x'.replace('x', 'yy').startswith('y')",
    "dict(a=1, b=2).get('c', 3), dict.fromkeys('ab', 0)",
    "[[i for i in range(j)] for j in range(3)]",
    "'implicit' ' concatenation'",
    "CONSTANT[0]['key'][1]",
    "-1, +1, ~1, not 1",
    "1_000, 0x1f, 1e3, b'x'.hex()",
]
HEAD = """
import datetime
import decimal
import enum
import itertools
import json
import textwrap
import uuid

CONSTANT = [{"key": ("a", "b")}]

class Colour(enum.Enum):
    RED = "r"
    BLUE = "b"
"""


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_has_the_value_that_python_gives_it(expression: str, revise: Revise) -> None:
    names: dict[str, Any] = {}
    exec(HEAD, names)  # noqa: S102 - written above
    expected = eval(expression, names)  # noqa: S307 - the same
    parts = expected if isinstance(expected, tuple) else (expected,)
    revision = revise(f"value = ({expression})\nop.execute(f'SELECT $x${{value}}$x$')", top=HEAD)
    shown = [list(part) if type(part).__name__.startswith("dict_") else part for part in parts]
    whole = tuple(shown) if isinstance(expected, tuple) else shown[0]
    texts = [text for text, confidence, _ in revision.outline() if confidence == "exact"]
    if texts:
        assert texts == [" ".join(f"SELECT $x${whole}$x$".split())]
    else:  # nested containers have no text of bounded size; then the value itself must be known
        same = f"op.execute('SELECT 1' if ({expression}) == value else 'SELECT 2')"
        assert revise(f"value = ({expression})\n{same}", top=HEAD).sql() == ["SELECT 1"]


PROGRAMS = {
    "loops": """
        for i in range(4):
            if i == 1:
                continue
            if i == 3:
                break
            for j in "ab":
                send(i, j)
        else:
            send("not reached")
        for k in ():
            send("never")
        else:
            send("reached")
    """,
    "functions": """
        def outer(a, /, b, *rest, c=3, **more):
            def inner():
                return a + b
            total = inner()
            for part in rest:
                total += part
            return total + c + sum(more.values())
        send(outer(1, 2))
        send(outer(1, 2, 3, 4, c=5, d=6))
        def early(x):
            for y in x:
                if y > 1:
                    return y
            return None
        send(early([0, 1, 2, 3]), early([]))
    """,
    "scopes": """
        x = 1
        def read():
            return x
        def write():
            x = 2
            return x
        def deep():
            y = 1
            def change():
                nonlocal y
                y += 1
            change()
            return y
        send(read(), write(), x, deep())
        x = 5
        send(read())
        send([x for x in (7, 8)], x)
    """,
    "containers": """
        a = [1]
        b = a
        b.append(2)
        b += [3]
        d = {"k": a}
        d["k"].extend((4,))
        d["l"] = d.pop("k")
        d.setdefault("m", []).append(9)
        a[0] = 0
        first, *_ = a
        send(a, first)
        send(sorted(d), d["m"], len(d["l"]))
        d.update(z=1)
        (p, q), r = (1, 2), 3
        p, q = q, p
        send(p, q, r, "z" in d)
    """,
    "conditions": """
        values = []
        if values or not CONSTANT:
            send("no")
        elif len(CONSTANT) == 1 and CONSTANT[0]:
            send("yes")
        else:
            send("no")
        send("a" if values else "b")
        assert CONSTANT
        try:
            send("tried")
        finally:
            send("finally")
        n = 0
        while False:
            n += 1
        send(n)
    """,
    "text": """
        sql = "SELECT "
        sql += ", ".join(f"{name}_{i:02d}" for i, name in enumerate(("a", "b"), start=1))
        send(sql)
        parts = "x;y;;z".split(";")
        for part in (p.strip() for p in parts if p):
            send(part.title())
        send("{0}{1}{0}".format(*"ab"), "%(a)s%%" % {"a": 1})
    """,
    "views of a dictionary": """
        d = {"a": 1, "b": 2}
        keys, values, items = d.keys(), d.values(), d.items()
        d["c"] = 3
        send(",".join(keys), sum(values), len(items), "c" in keys, ("c", 3) in items)
        send(sorted(keys - {"a"}), sorted(keys & {"a", "z"}), keys == {"a", "b", "c"}, keys == d.keys())
        for name, number in reversed(items):
            send(name, number)
        first, *rest = keys
        send(first, rest, list(items)[0], max(values), str(keys), str(values))
    """,
    "containers that are changed in place": """
        s, d, l = {"a"}, {"a": 1}, ["a"]
        t, e, m = s, d, l
        t |= {"b"}
        e |= {"b": 2}
        m += "bc"
        m += {"k": 1}
        send(sorted(s), d, l)
        t -= {"b"}
        s.symmetric_difference_update({"q"})
        send(sorted(t), d.popitem(), len(e))
        del d["a"], l[0]
        del l[2:]
        send(len(d), l)
    """,
    "assignments within expressions": """
        last = None
        numbers = [last := number for number in (1, 2, 3)]
        send(last, numbers)
        if any((found := number) > 1 for number in numbers):
            send("found")
        send([y for x in numbers if (y := x * 2) > 2], y)
    """,
    "what a class sees": """
        NAME = "outside"
        class T:
            NAME = "inside"
            CHOICES = {"a": lambda: NAME}
            @staticmethod
            def plain():
                return NAME
            @classmethod
            def of_class(cls):
                return NAME, cls.NAME
            @property
            def own(self):
                return NAME, self.NAME
        send(T.plain(), T.of_class(), T().own, T.CHOICES["a"]())
    """,
    "functions that remember": """
        import functools
        @functools.lru_cache(maxsize=None)
        def ensure(name, kind="x"):
            send("made", name, kind)
            return [name]
        ensure("a").append("b")
        send(ensure("a"), ensure("a", kind="y"))
        ensure("b")
        ensure(name="b")
        ensure("b", "x")
        class Of:
            @functools.lru_cache
            def make(self, number):
                send("of", number)
        one, other = Of(), Of()
        one.make(1), one.make(1), other.make(1)
        class C:
            @functools.cached_property
            def rows(self):
                send("rows")
                return []
        c = C()
        c.rows.append(1)
        send(c.rows, C().rows)
    """,
    "decorators of one's own that are named as others": """
        def cache(function):
            def inner(*args):
                send("before")
                return function(*args)
            return inner
        class tools:
            @staticmethod
            def override(function):
                def inner():
                    function()
                    send("after")
                return inner
        @cache
        def one(x):
            send("one", x)
        @tools.override
        def two():
            send("two")
        one(1)
        one(1)
        two()
    """,
    "objects in texts": """
        class Name:
            def __init__(self, name):
                self.name = name
            def __str__(self):
                return "str " + self.name
            def __repr__(self):
                return "repr " + self.name
        class Other(Name):
            def __format__(self, spec):
                return f"[{self.name:{spec}}]"
        a, b = Name("a"), Other("b")
        send(f"{a} {a!s:>7} {a!r} {b:>3} {b!s} {b!r:>8}")
        send("{} {!r} {:>3} {!s}".format(a, a, b, b), "%s %5s" % (a, b), "%r" % a, str(a))
    """,
    "what an augmented assignment evaluates": """
        totals = {"a": 0}
        class C:
            n = 1
        def key():
            send("key")
            return "a"
        def owner():
            send("owner")
            return C
        totals[key()] += 1
        owner().n += 1
        send(totals, C.n)
    """,
    "what is left of an object": """
        class C:
            y = 5
        c = C()
        c.x = c.y = 1
        del c.x, c.y
        send(hasattr(c, "x"), c.y)
    """,
    "functions that Python calls": """
        import functools
        send(list(map(str.upper, ["a", "b"])), list(map(lambda x, y: x + y, (1, 2), (3, 4))))
        send(",".join(map(str, (1, 2))))
        send(list(filter(None, ["", "a"])), [n for n in filter(lambda n: n > 1, (1, 2, 3))])
        send(functools.reduce(lambda a, b: a + b, [1, 2, 3]), functools.reduce(lambda a, b: a * b, [], 7))
        rows = [("b", 2), ("a", 3), ("c", 2)]
        send(sorted(rows, key=lambda row: (-row[1], row[0])), sorted(rows, key=lambda row: row[1], reverse=True))
        send(max(rows, key=lambda row: row[1]), min([], key=len, default="none"), max("a", "bb", key=len))
        names = ["ccc", "a", "bb"]
        names.sort(key=len)
        send(names, sorted({"x": 1, "yy": 2}, key=len, reverse=True), sorted({"bb", "a"}, key=len))
        add = functools.partial(lambda *a, **k: (a, k), 1, k=2)
        send(add(3), add(l=4), callable(add), callable("x"), type("x").__name__, type([]) is list)
    """,
    "iterators that are taken by hand": """
        it = iter([1, 2, 3])
        send(next(it), list(it), next(it, "end"))
        pairs = zip("ab", (1, 2))
        send(next(pairs), [pair for pair in pairs])
        send(next((n for n in ("a", "b") if n == "b"), None))
        first, *others = it = iter("abc")
        send(first, others, list(it))
    """,
    "functions in containers": """
        functions, named = [], {}
        for name in ("a", "b"):
            functions.append(lambda name=name: send(name))
            named[name] = functions[-1]
        for function in functions:
            function()
        named.setdefault("c", functions.pop(0))()
        named.get("b")()
        send(len(functions), len(named))
    """,
    "what is asked of texts and moments": """
        send("7".zfill(3), "a".center(5, "*"), "a".ljust(3, "-"), "a".rjust(2))
        send("{x}".format_map({"x": 1}), "12".isdecimal(), str.title("a b"), divmod(7, 2))
        moment = datetime.datetime(2024, 1, 31, 12, 30)
        send(moment.hour, (moment - datetime.datetime(2024, 1, 1)).days, datetime.date.fromisoformat("2024-01-02"))
        send(uuid.UUID(int=5).hex, uuid.uuid5(uuid.NAMESPACE_DNS, "x"), textwrap.indent("a", "  "))
    """,
    "enums with functions": """
        class Kind(str, enum.Enum):
            NEW = "new"
            OLD = "old"
            @property
            def label(self):
                return self.value.title()
            @classmethod
            def values(cls):
                return [each.value for each in cls]
            def __str__(self):
                return self.value + "!"
        class Level(enum.Enum):
            LOW = enum.auto()
            HIGH = enum.auto()
            def above(self, other):
                return self.value > other.value
        send(Kind.NEW.label, Kind.values(), f"{Kind.OLD} {Kind.NEW!s}", "%s" % Kind.NEW)
        send(str(Kind.OLD), Kind.NEW == "new")
        send(Level.HIGH.value, Level.HIGH.above(Level.LOW), list(Level.__members__))
    """,
    "generators between the rounds of a loop": """
        def steps(count):
            for number in range(count):
                send("before", number)
                yield number
            send("end")
        total = 0
        for step in steps(3):
            if step == 1:
                continue
            total += step
            send("in", step)
        else:
            send("else", total)
    """,
    "conditions of a comprehension": """
        d = {"a": 5}
        send([key for key in ("a", "b") if key in d if d[key] > 1])
        def none():
            return not (d and d.get("z"))
        send(none(), not (None or 0), (d and "x") or "y")
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_sends_what_it_sends_when_python_runs_it(name: str, revise: Revise) -> None:
    sent: list[str] = []

    def send(*values: object) -> None:
        sent.append(" ".join(f"SELECT $x${' '.join(map(str, values))}$x$".split()))

    names: dict[str, Any] = {"send": send}
    lines = [line[8:] for line in PROGRAMS[name].strip("\n").split("\n")]
    body = "\n".join(lines)
    exec(f"{HEAD}\ndef upgrade():\n    " + body.replace("\n", "\n    "), names)  # noqa: S102 - written above
    names["upgrade"]()
    top = HEAD + "\ndef send(*values):\n    op.execute('SELECT $x$' + ' '.join([str(v) for v in values]) + '$x$')\n"
    revision = revise(body, top=top)
    assert revision.outline() == [(text, "exact", None) for text in sent]
    assert revision.gaps() == []
