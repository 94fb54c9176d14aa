"""Calls of code that is not read: a gap wherever they stand, unless they can only make values."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.reading.alembic.conftest import Revision

Revise = Callable[..., Revision]


@pytest.mark.parametrize(
    "body",
    [
        "move()",
        "count = move()",
        "return move()",
        "assert move() == 3",
        "if move():\n    pass",
        "while move():\n    pass",
        "for row in move():\n    pass",
        "raise move()",
        "print(f'{move()}')",
        "x = [1, *move()]",
        "raise ValueError(move())",
    ],
)
def test_application_code_that_is_not_read_is_a_gap_whoever_takes_its_answer(body: str, revise: Revise) -> None:
    revision = revise(body, top="from app import move")
    why = "it may use the database: what is imported from app, which is not read"
    assert revision.gaps() == [("move()", why)]


@pytest.mark.parametrize(
    "body", ["count = mover.run()", "return mover.run()", "assert mover.run() == 3", "mover.run()"]
)
def test_an_object_made_at_the_top_of_the_file_may_send_what_its_class_sends(body: str, revise: Revise) -> None:
    top = """
    class Mover(Base):
        def run(self):
            op.execute("DROP TABLE t")

    mover = Mover()
    """
    assert ("mover.run()", "it may use the database: the class Mover, which is not read") in revise(
        body, top=top
    ).gaps()


@pytest.mark.parametrize(
    ("top", "value"),
    [
        ("import uuid", "uuid.uuid4()"),
        ("import datetime", "datetime.datetime.utcnow()"),
        ("import os", "os.getenv('A', 'b')"),
        ("import json", "json.load(os)"),
        ("import os", "os.path.join('a', 'b')"),
        ("from slugify import slugify", "slugify('A b')"),
        ("import bcrypt", "bcrypt.hashpw(b'a', bcrypt.gensalt())"),
        ("from sqlalchemy.orm import joinedload", "joinedload('*')"),
        ("", "'a'.zfill(3)"),
        ("from app import settings", "getattr(settings, 'SCHEMA', None)"),
        ("", "sa.inspect(op.get_bind()).get_table_names()"),
    ],
)
def test_what_only_makes_or_looks_up_values_is_no_gap(top: str, value: str, revise: Revise) -> None:
    revision = revise(f"x = {value}\nop.drop_table('t')", top=top)
    assert (revision.outline(), revision.gaps()) == ([("DROP TABLE t", "exact", None)], [])


def test_a_chain_of_calls_that_are_not_read_is_one_gap(revise: Revise) -> None:
    revision = revise("x = connect('a').cursor().execute('DROP TABLE t')", top="from driver import connect")
    why = "it may use the database: what is imported from driver, which is not read"
    assert revision.gaps() == [("connect('a').cursor().execute('DROP TABLE t')", why)]


def test_raising_an_error_of_the_application_is_no_gap(revise: Revise) -> None:
    assert revise("raise NotReady('a')", top="from app import NotReady").gaps() == []


@pytest.mark.parametrize(
    "body",
    [
        "min(['a'], key=move)",
        "max(['a'], key=lambda table: move())",
        "sorted([move], key=lambda each: each())",
        "x = list(map(move, ['a']))",
        "x = any(filter(move, ['a']))",
        "x = functools.reduce(move, ['a', 'b'])",
        "x = functools.partial(move, 'a')()",
        "x = getattr(move, 'all')()",
        "found = getattr(move, 'all')\nx = found()",
    ],
)
def test_a_function_that_python_calls_back_may_use_the_database(body: str, revise: Revise) -> None:
    revision = revise(body, top="import functools\nfrom app import move")
    assert revision.gaps() != []


@pytest.mark.parametrize(
    "value",
    [
        "sorted(['b', 'a'], key=str.lower)",
        "sorted(['b', 'a'], key=len)",
        "sorted(['b', 'a'], key=lambda each: each.lower())",
        "max([('a', 1)], key=operator.itemgetter(1))",
        "max(['a'], key={'a': 1}.get)",
    ],
)
def test_a_key_that_only_looks_at_values_is_no_gap(value: str, revise: Revise) -> None:
    assert revise(f"x = {value}", top="import operator").gaps() == []


def test_what_a_key_sends_is_read_as_often_as_there_are_items(revise: Revise) -> None:
    revision = revise(
        """
        max([1, 2], key=lambda each: op.execute(f"DELETE FROM t{each}") or each)
        max(["a"], key=op.drop_table)
        ["b"].sort(key=op.drop_table)
        """
    )
    sent = ["DELETE FROM t1", "DELETE FROM t2", "DROP TABLE a", "DROP TABLE b"]
    assert (revision.outline(), revision.gaps()) == ([(sql, "exact", None) for sql in sent], [])


def test_what_a_statement_assigns_that_is_not_followed_is_unknown_for_its_reason(revise: Revise) -> None:
    revision = revise("cur = op.get_bind().connection.cursor()\ncur.execute('DROP TABLE t')")
    why = "what .cursor is taken from is not followed"
    assert revision.gaps() == [
        ("cur = op.get_bind().connection.cursor()", why),
        ("cur.execute('DROP TABLE t')", f"it may use the database: {why}"),
    ]


@pytest.mark.parametrize("value", ["None", "5"])
def test_a_value_that_is_no_statement_is_named_as_such(value: str, revise: Revise) -> None:
    why = f"TypeError: {value} is executed, which is no statement"
    assert revise(f"op.execute({value})").gaps() == [(f"op.execute({value})", why)]


@pytest.mark.parametrize(
    "body",
    [
        "op.execute(sa.select([sa.column('a')]))",
        "op.execute(f\"SELECT {sa.column('a')!r}\")",
        "op.execute('SELECT %r' % sa.column('a'))",
        "op.execute('SELECT {!r}'.format(sa.column('a')))",
    ],
)
def test_no_answer_has_the_address_of_an_object(body: str, revise: Revise) -> None:
    revision = revise(f"{body}\nop.drop_table('t')")
    assert revision.outline()[0] != ("SELECT a", "exact", None)
    assert " at 0x" not in repr((revision.outline(), revision.gaps()))
