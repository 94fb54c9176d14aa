"""What runs under a condition that is not known leaves nothing behind that would be taken for certain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Revise = Callable[..., Any]

TOP = """
from app import settings

done = False

def mark():
    global done
    done = True

def check(x=None):
    if settings.strict:
        raise RuntimeError(x)

def fail():
    raise RuntimeError
"""
SELECT = "op.execute(f'SELECT {value}')"
UNSURE = {
    "the value of a disjunction": "value = settings.name or 'default'",
    "the value of a conjunction": "value = settings.name and ''",
    "a global": "if settings.big:\n    mark()\nvalue = done",
    "a variable of the function around": """
        value = 0
        def bump():
            nonlocal value
            value += 1
        for row in op.get_bind().execute(sa.text("SELECT 1")):
            bump()
    """,
    "what is assigned within a conjunction": "value = 1\nif settings.big and (value := 2):\n    pass",
    "what is assigned in a lazy expression": "value = 1\nlazy = ((value := n) for n in (2, 3))",
    "what a loop over a set leaves": "for value in {'a', 'b'}:\n    pass",
    "what a loop over a set puts together": "value = ''\nfor each in {'a', 'b'}:\n    value += each",
    "the text of a set": "value = str({'a', 'b'})",
    "what is assigned unless a loop is left": """
        value = 1
        for each in ("a", "b"):
            if settings.big:
                break
            value = 2
    """,
    "what is assigned unless a round is left": """
        value = 1
        for each in ("a", "b"):
            if settings.big:
                continue
            value = 2
    """,
    "what the else of a loop assigns": """
        value = 1
        for each in ("a", "b"):
            if settings.big:
                break
        else:
            value = 2
    """,
    "what a handler may have returned": """
        def read():
            try:
                fail()
            except KeyError:
                return 1
            return 2
        value = read()
    """,
    "an iterator over what has changed": "names = [1]\nfound = map(str, names)\nnames.append(2)\nvalue = list(found)",
    "an expression over what has changed": """
        names = [1]
        found = (name for name in names)
        names.append(2)
        value = len(list(found))
    """,
    "what a round of a generator assigns": """
        def rows():
            for row in op.get_bind().execute(sa.text("SELECT 1")):
                yield row
        value = 0
        for row in rows():
            value += 1
    """,
    "a view of what may have changed": """
        d = {"a": 1}
        items = d.items()
        if settings.big:
            d["b"] = 2
        value = len(items)
    """,
}


@pytest.mark.parametrize("name", UNSURE)
def test_a_value_that_depends_on_a_condition_is_a_hole(name: str, revise: Revise) -> None:
    body = "\n".join(line.removeprefix("        ") for line in UNSURE[name].split("\n"))
    statement = revise(f"{body}\n{SELECT}", top=TOP).outline()[-1]
    assert statement[:2] == ("SELECT $1", "partial")


GUARDED = {
    "a helper that may raise": ("check()\nop.drop_table('a')", [("DROP TABLE a", "unless settings.strict")]),
    "a helper that may raise in one round": (
        """
        for name in ("a", "b"):
            if name == "b":
                check()
                continue
            op.drop_table(name)
        op.drop_table("c")
        """,
        [("DROP TABLE a", None), ("DROP TABLE c", "unless settings.strict")],
    ),
    "a helper that raises": ("op.drop_table('a')\nfail()\nop.drop_table('b')", [("DROP TABLE a", None)]),
    "a helper that raises in a comprehension": (
        "op.drop_table('a')\n[fail() for _ in range(1)]\nop.drop_table('b')",
        [("DROP TABLE a", None)],
    ),
    "a helper that raises for some": (
        "settings.big and fail()\nop.drop_table('a')",
        [("DROP TABLE a", "unless an exception is raised if settings.big")],
    ),
    "an end of the process": ("import sys\nsys.exit(1)\nop.drop_table('a')", []),
    "the else of a loop that may be left": (
        "for _ in (1,):\n    if settings.big:\n        break\nelse:\n    op.drop_table('a')\nop.drop_table('b')",
        [("DROP TABLE a", "unless settings.big"), ("DROP TABLE b", None)],
    ),
    "a comprehension of which some rounds are known": (
        "[op.drop_table(n) for n in ('a', 'b') if n == 'a' or settings.big]",
        [("DROP TABLE a", None), ("DROP TABLE b", "if n == 'a' or settings.big")],
    ),
    "a comprehension over a set": (
        "[op.drop_table(n) for n in {'a', 'b'}]",
        [(f"DROP TABLE {name}", "in the order of a set, which is not known") for name in "ab"],
    ),
    "one of two functions": ("run = print if settings.dry else op.drop_table\nrun('a')", None),
    "an iteration over nothing": (
        "for name in None:\n    pass\nop.drop_table('a')",
        [
            (
                "DROP TABLE a",
                "if the expression on line 27 does not fail (TypeError: 'NoneType' object is not iterable)",
            )
        ],
    ),
    "arguments that do not fit": (
        "fail(1)\nop.drop_table('a')",
        [
            (
                "DROP TABLE a",
                "if the call on line 27 does not fail (TypeError: the arguments of fail() do not fit it)",
            )
        ],
    ),
    "a function that may remember": (
        """
        import functools
        @functools.cache
        def drop(name):
            op.drop_table(name)
        if settings.big:
            drop("a")
        drop("a")
        drop("a")
        """,
        [
            ("DROP TABLE a", "if settings.big"),
            ("DROP TABLE a", "unless drop() was called with the same arguments before"),
        ],
    ),
}


@pytest.mark.parametrize("name", GUARDED)
def test_what_follows_on_something_uncertain_is_guarded(name: str, revise: Revise) -> None:
    body, expected = GUARDED[name]
    revision = revise(body, top=TOP)
    if expected is None:
        assert revision.gaps() != []
    else:
        assert [(sql, guard) for sql, _, guard in revision.outline()] == expected


IN_ORDER = [
    "for n in dict.fromkeys({'a', 'b'}):\n    op.drop_table(n)",
    "for _, n in enumerate({'a', 'b'}):\n    op.drop_table(n)",
    "for _, n in zip((1, 2), {'a', 'b'}):\n    op.drop_table(n)",
    "names = []\nnames.extend({'a', 'b'})\nfor n in names:\n    op.drop_table(n)",
    "names = []\nnames += {'a', 'b'}\nfor n in names:\n    op.drop_table(n)",
    "names = dict(c=1)\nnames.update((n, 1) for n in {'a', 'b'})\nfor n in names:\n    op.drop_table(n)",
    "import itertools\nfor n in itertools.chain({'a', 'b'}):\n    op.drop_table(n)",
]


@pytest.mark.parametrize("body", IN_ORDER)
def test_the_order_of_a_set_is_never_taken_for_known(body: str, revise: Revise) -> None:
    assert "exact" not in {confidence for _, confidence, _ in revise(body).outline()}
