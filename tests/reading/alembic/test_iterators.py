"""What a revision goes through item by item: as Python does it, or not as certain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Revise = Callable[..., Any]

FOLLOWED = {
    "a list that grows": (
        """
        tables = ["a", "b"]
        for name in tables:
            op.drop_table(name)
            if name == "a":
                tables.append("c")
            elif name == "b":
                tables += ["d"]
            elif name == "c":
                tables.extend(["e"])
        """,
        ["DROP TABLE a", "DROP TABLE b", "DROP TABLE c", "DROP TABLE d", "DROP TABLE e"],
    ),
    "a list that shrinks": (
        """
        tables = ["a", "b", "c", "d"]
        for name in tables:
            op.drop_table(name)
            tables.remove(name)
        """,
        ["DROP TABLE a", "DROP TABLE c"],
    ),
    "a copy of a list that shrinks": (
        'tables = ["a", "b"]\nfor name in list(tables):\n    op.drop_table(name)\n    tables.remove(name)',
        ["DROP TABLE a", "DROP TABLE b"],
    ),
    "a second loop over an iterator": (
        """
        pairs = zip(["a", "b"], ["x", "y"])
        for table, column in pairs:
            op.drop_column(table, column)
        for table, column in pairs:
            op.drop_table(table)
        """,
        ["ALTER TABLE a DROP COLUMN x", "ALTER TABLE b DROP COLUMN y"],
    ),
    "what a break left": (
        """
        names = (name for name in ("a", "b", "c"))
        for name in names:
            op.drop_table(name)
            break
        op.execute("SELECT " + ", ".join(names))
        op.execute("SELECT " + ", ".join(names) + "1")
        """,
        ["DROP TABLE a", "SELECT b, c", "SELECT 1"],
    ),
    "what a search left": (
        """
        names = reversed(["a", "b", "c"])
        if "b" in names:
            for name in names:
                op.drop_table(name)
        """,
        ["DROP TABLE a"],
    ),
    "loops within loops over the same iterator": (
        """
        names = (name for name in ("a", "b", "c"))
        for name in names:
            op.execute(f"SELECT {name}, {list(names)}".replace("'", ""))
        """,
        ["SELECT a, [b, c]"],
    ),
    "iterators that are unpacked, collected and kept": (
        """
        names = (name for name in ("a", "b"))
        kept = []
        kept.append(names)
        first, second = kept[0]
        op.execute(f"SELECT {first}, {second}, {len(list(names))}")
        """,
        ["SELECT a, b, 0"],
    ),
    "a generator expression that is gone through where it stands": (
        """
        list(op.drop_table(name) for name in ("a", "b"))
        tuple(op.execute(f"SELECT {number}") for number in range(2))
        op.execute("SELECT " + str(sum(len(name) for name in ("a", "b"))))
        [*(op.execute("SELECT 9") for _ in range(1))]
        """,
        ["DROP TABLE a", "DROP TABLE b", "SELECT 0", "SELECT 1", "SELECT 2", "SELECT 9"],
    ),
    "what a generator expression goes through, evaluated where it stands": (
        'rows = (row for row in op.get_bind().execute(sa.text("SELECT 1")))\nop.execute("SELECT 2")',
        ["SELECT 1", "SELECT 2"],
    ),
}


@pytest.mark.parametrize("name", FOLLOWED)
def test_what_python_takes_item_by_item_is_taken_so(name: str, revise: Revise) -> None:
    body, sent = FOLLOWED[name]
    revision = revise(body)
    assert (revision.outline(), revision.gaps()) == ([(sql, "exact", None) for sql in sent], [])


GENERATOR = """
def names():
    for name in ("a", "b"):
        op.execute(f"LOCK TABLE {name}")
        yield name
"""
LAZY = "as far as (op.drop_table(name) for name in NAMES) is consumed"
IN_ORDER = "in the order in which names() is consumed"
IN_ORDER_OF_ANY = "in the order in which any(names()) is consumed"
GUARDED = {
    "lazy = (op.drop_table(name) for name in NAMES)": [("DROP TABLE a", LAZY), ("DROP TABLE b", LAZY)],
    "any(op.drop_table(name) for name in NAMES)": [("DROP TABLE a", LAZY), ("DROP TABLE b", LAZY)],
    "next(op.drop_table(name) for name in NAMES)": [("DROP TABLE a", LAZY), ("DROP TABLE b", LAZY)],
    "for name in names():\n    op.drop_table(name)\n    break": [
        ("LOCK TABLE a", IN_ORDER),
        ("LOCK TABLE b", IN_ORDER),
        (
            "",
            "for each name in names() and one of names() (names(), which uses the database between its items)",
        ),
    ],
    "any(names())": [("LOCK TABLE a", IN_ORDER_OF_ANY), ("LOCK TABLE b", IN_ORDER_OF_ANY)],
    'if "a" in names():\n    op.drop_table("c")': [
        ("LOCK TABLE a", IN_ORDER),
        ("LOCK TABLE b", IN_ORDER),
        ("DROP TABLE c", 'if "a" in names()'),
    ],
}


@pytest.mark.parametrize("body", GUARDED)
def test_what_a_generator_sends_is_guarded_unless_all_of_it_is_consumed_there(body: str, revise: Revise) -> None:
    revision = revise(body, top=f'NAMES = ("a", "b")\n{GENERATOR}')
    assert [(sql, guard) for sql, _, guard in revision.outline()] == GUARDED[body]


DISTURBED = {
    "for name in names:\n    op.drop_table(name)\n    names[name + '2'] = 1": "names = {'a': 1, 'b': 2}",
    "for _, name in enumerate(names):\n    op.drop_table(name)\n    names.append('c')": "names = ['a', 'b']",
    "for name in names:\n    op.drop_table(name)\n    if settings.big:\n        names.pop()": "names = ['a', 'b']",
}


@pytest.mark.parametrize("body", DISTURBED)
def test_a_loop_over_what_changes_otherwise_is_certain_only_up_to_there(body: str, revise: Revise) -> None:
    revision = revise(f"{DISTURBED[body]}\n{body}\nop.execute('SELECT 1')", top="from app import settings")
    found = revision.outline()
    assert [(sql, confidence) for sql, confidence, _ in found] == [
        ("DROP TABLE a", "exact"),
        ("DROP TABLE b", "guarded"),
        ("SELECT 1", "guarded"),
    ]
    assert [why for _, why in revision.gaps()] != []


def test_an_iterator_that_was_used_under_a_condition_is_unknown_afterwards(revise: Revise) -> None:
    body = """
        pairs = zip(["a"], ["x"])
        if settings.big:
            for table, _ in pairs:
                op.drop_table(table)
        for table, _ in pairs:
            op.drop_table(table)
        """
    outline = revise(body, top="from app import settings").outline()
    assert [(sql, guard) for sql, _, guard in outline] == [
        ("DROP TABLE a", "if settings.big"),
        ("", "for each table, _ in pairs and one of pairs (an iterator that was used under a condition)"),
    ]


def test_a_generator_that_is_unpacked_is_run_there(revise: Revise) -> None:
    revision = revise("a, b = names()\nop.execute('SELECT 1')", top=GENERATOR)
    sent = [("LOCK TABLE a", "exact", None), ("LOCK TABLE b", "exact", None), ("SELECT 1", "exact", None)]
    assert (revision.outline(), revision.gaps()) == (
        sent,
        [("names()", "names(), which uses the database between its items")],
    )
