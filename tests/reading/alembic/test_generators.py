"""Functions that yield, and loops that count: run by Alembic on PostgreSQL and held against what is read of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.reading.alembic.truth import assert_read_as_sent

from database_patterns.lab.server import Database

Revise = Callable[..., Any]

SETUP = """
CREATE TABLE people (id serial PRIMARY KEY, name text, age int);
CREATE TABLE orders (id serial PRIMARY KEY, note text);
"""
TOP = """
import contextlib
from contextlib import contextmanager


@contextmanager
def without_triggers(table):
    op.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    try:
        yield table.upper()
    finally:
        op.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")


@contextlib.contextmanager
def timeout(seconds=5):
    op.execute(f"SET lock_timeout = '{seconds}s'")
    yield
    op.execute("RESET lock_timeout")


def tables():
    for name in ("people", "orders"):
        yield name
    yield "people"


def numbered(start):
    while start < 3:
        yield start
        start += 1


def more():
    yield from tables()
    yield from ["people"]


def unknown():
    yield "people"
    yield from op.get_bind().execute(sa.text("SELECT name FROM people"))


def dropping():
    yield op.execute("SELECT 1")
    op.execute("SELECT 2")
"""

BODIES = {
    "context managers": """
        with without_triggers("people") as name:
            op.execute(f"DELETE FROM {name}")
        with timeout(), without_triggers("orders"):
            op.execute("DELETE FROM orders")
        with timeout(seconds=3):
            for table in ["people", "orders"]:
                with without_triggers(table):
                    op.execute(f"ANALYZE {table}")
    """,
    "a helper around which one stands": """
        def clear(table):
            with without_triggers(table):
                op.execute(f"DELETE FROM {table}")
                return "SELECT 1"

        op.execute(clear("people"))
    """,
    "generators": """
        for table in tables():
            op.execute(f"DELETE FROM {table}")
        for table in sorted(set(tables())):
            op.execute(f"ANALYZE {table}")
        for number, table in enumerate(tables()):
            op.execute(f"SELECT {number} FROM {table}")
        op.execute("TRUNCATE " + ", ".join([name for name in tables()][:1]))
        op.execute("TRUNCATE " + ", ".join(more()))
        op.execute("SELECT " + ", ".join(str(number) for number in numbered(1)))
    """,
    "loops that count": """
        batch, done = 100, 0
        while done < 250:
            op.execute(f"DELETE FROM orders WHERE id BETWEEN {done} AND {done + batch}")
            done += batch
        left = 2
        while left:
            op.execute(f"SELECT {left}")
            left -= 1
        else:
            op.execute("SELECT 'end'")
    """,
}


@pytest.mark.parametrize("name", BODIES)
def test_what_is_around_a_yield_and_in_a_counting_loop_is_read_as_it_is_sent(
    name: str, database: Database, revise: Revise
) -> None:
    database.execute(SETUP)
    assert_read_as_sent(revise(BODIES[name], top=TOP), database, directions=["upgrade"])


def test_a_statement_in_a_context_manager_stands_at_the_with_block(revise: Revise) -> None:
    revision = revise('with timeout():\n    op.execute("SELECT 1")', top=TOP)
    assert [revision.at(each.span) for each in revision.migration.upgrade] == [
        "timeout()",
        'op.execute("SELECT 1")',
        "timeout()",
    ]


def test_a_context_manager_in_the_hands_of_unread_code_may_run(revise: Revise) -> None:
    body = "with contextlib.ExitStack() as stack:\n    stack.enter_context(timeout())"
    assert "stack.enter_context(timeout())" in {what for what, _ in revise(body, top=TOP).gaps()}


def test_a_generator_that_is_not_run_does_nothing(revise: Revise) -> None:
    assert revise("dropping()\nop.execute('SELECT 3')", top=TOP).outline() == [("SELECT 3", "exact", None)]


UNCERTAIN = {
    "one that uses the database between its items": ("list(dropping())", ["SELECT 1", "SELECT 2"], 1),
    "items under a condition": (
        """
        def some():
            if op.get_bind().scalar(sa.text("SELECT 1")):
                yield "people"

        for table in some():
            op.drop_table(table)
        """,
        ["SELECT 1", "DROP TABLE people"],
        0,
    ),
    "items that are not known": ("for name in unknown():\n    op.drop_table(name)", None, 1),
    "one that was used before": ("found = tables()\nlist(found)\nfor name in found:\n    op.drop_table(name)", None, 1),
    "one that Python takes an item of": (
        "found = tables()\nnext(found)\nfor name in found:\n    op.drop_table(name)",
        None,
        1,
    ),
    "a loop that does not end": (
        "left = 1\nwhile left:\n    op.execute('SELECT 1')\n    left += 1",
        None,
        0,
    ),
}


@pytest.mark.parametrize("name", UNCERTAIN)
def test_what_is_not_certain_of_a_generator_is_not_all_exact(name: str, revise: Revise) -> None:
    body, sent, gaps = UNCERTAIN[name]
    revision = revise(body, top=TOP)
    if sent is not None:
        assert revision.sql() == sent
    certain = all(confidence == "exact" for _, confidence, _ in revision.outline())
    assert (len(revision.gaps()) >= gaps, certain and not revision.gaps()) == (True, False)


IN_ANY_ORDER = "in the order of a set, which is not known"
SETS = {
    'op.bulk_insert(sa.table("t", sa.column("a")), [{"a": each} for each in {"y", "x"} if each])': [
        ("INSERT INTO t (a) VALUES ('x')", "guarded", IN_ANY_ORDER),
        ("INSERT INTO t (a) VALUES ('y')", "guarded", IN_ANY_ORDER),
    ],
    'for each in [f"t_{name}" for name in {"y", "x"}]:\n    op.drop_table(each)': [
        ("DROP TABLE t_x", "guarded", IN_ANY_ORDER),
        ("DROP TABLE t_y", "guarded", IN_ANY_ORDER),
    ],
    'for each in list({"y", "x"}):\n    op.drop_table(each)': [
        ("DROP TABLE x", "guarded", IN_ANY_ORDER),
        ("DROP TABLE y", "guarded", IN_ANY_ORDER),
    ],
    'for each in sorted([name.upper() for name in {"y", "x"}]):\n    op.execute(each)': [
        ("X", "exact", None),
        ("Y", "exact", None),
    ],
    'op.execute(f"SELECT {len([name for name in {1, 2}])}, {sum(list({1}))}")': [("SELECT 2, 1", "exact", None)],
}


@pytest.mark.parametrize("body", SETS)
def test_what_is_made_of_a_set_is_known_but_for_its_order(body: str, revise: Revise) -> None:
    revision = revise(body)
    assert (revision.outline(), revision.gaps()) == (SETS[body], [])


def test_the_text_of_a_set_s_items_in_a_row_is_unknown(revise: Revise) -> None:
    revision = revise('op.execute(", ".join({"SELECT 1", "2"}))\nop.execute(f"SELECT {[n for n in {1, 2}]}")')
    assert [confidence for _, confidence, _ in revision.outline()] == ["opaque", "partial"]


TRIED = {
    "values that are computed": ('x = int("3")\n    y = x', "SELECT 3", "exact"),
    "a value that is not known": ('x = int(os.environ["X"])\n    y = x', "SELECT $1", "partial"),
    "code that may fail": ('x = check("3")\n    y = x', "SELECT $1", "partial"),
}


@pytest.mark.parametrize("name", TRIED)
def test_what_is_computed_in_a_try_block_cannot_fail_if_it_is_known(name: str, revise: Revise) -> None:
    body, sql, confidence = TRIED[name]
    tried = f"try:\n    {body}\nexcept ValueError:\n    y = 0\nop.execute(f'SELECT {{y}}')"
    revision = revise(tried, top="import os\nfrom elsewhere import check\n")
    assert [(each[0], each[1]) for each in revision.outline()] == [(sql, confidence)]


def test_after_a_block_that_fails_the_rest_of_the_context_manager_is_guarded(revise: Revise) -> None:
    revision = revise('with timeout():\n    raise ValueError("no")', top=TOP)
    assert revision.outline() == [
        ("SET lock_timeout = '5s'", "exact", None),
        ("RESET lock_timeout", "guarded", "if what is in the with block does not fail"),
    ]
