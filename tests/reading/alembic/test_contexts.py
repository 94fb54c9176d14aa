"""Context managers: what runs before and after their block, in which transaction, and what may be swallowed there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.reading.alembic.truth import assert_read_as_sent

from database_patterns.lab.server import Database
from database_patterns.model import Raises

Revise = Callable[..., Any]

SETUP = """
CREATE TABLE people (id serial PRIMARY KEY, name text, age int);
CREATE TABLE orders (id serial PRIMARY KEY, note text);
"""
TOP = """
import contextlib
import tempfile
import threading
import warnings
from contextlib import ExitStack, closing, nullcontext, suppress
from sqlalchemy.orm import Session, sessionmaker


class WithoutTriggers:
    def __init__(self, table):
        self.table = table

    def __enter__(self):
        op.execute(f"ALTER TABLE {self.table} DISABLE TRIGGER USER")
        return self

    def run(self, sql):
        op.execute(f"{sql} {self.table}")

    def __exit__(self, kind, error, trace):
        if kind is None:
            op.execute(f"ALTER TABLE {self.table} ENABLE TRIGGER USER")


class Locked(contextlib.AbstractContextManager):
    def __exit__(self, *exc):
        op.execute("RESET lock_timeout")
        return super().__exit__(*exc)


class Quiet:
    def __enter__(self):
        pass

    def __exit__(self, *exc):
        return True


class Picky(Quiet):
    def __exit__(self, kind, error, trace):
        return kind is KeyError


class Table:
    def __init__(self, name):
        self.name = name

    @contextlib.contextmanager
    def untriggered(self):
        op.execute(f"ALTER TABLE {self.name} DISABLE TRIGGER USER")
        yield self.name
        op.execute(f"ALTER TABLE {self.name} ENABLE TRIGGER USER")

    @staticmethod
    @contextlib.contextmanager
    def timeout(seconds):
        op.execute(f"SET lock_timeout = '{seconds}s'")
        yield
        op.execute("RESET lock_timeout")

    @classmethod
    @contextlib.contextmanager
    def named(cls, name):
        with cls(name).untriggered():
            yield cls(name)


class Half:
    def __enter__(self):
        pass


@contextlib.contextmanager
def ignoring():
    try:
        yield
    except ValueError:
        pass


@contextlib.contextmanager
def telling():
    try:
        yield
    except ValueError:
        print("it failed")
        raise
"""

BODIES = {
    "objects of a class": """
        with WithoutTriggers("people") as people, WithoutTriggers("orders"):
            people.run("DELETE FROM")
            op.execute("DELETE FROM orders")
        op.execute("SELECT 1")
    """,
    "methods that yield": """
        with Table("people").untriggered() as name, Table.timeout(5):
            op.execute(f"DELETE FROM {name}")
        with Table.named("orders") as table:
            op.execute(f"DELETE FROM {table.name}")
    """,
    "a way out of the block": """
        def clear(table):
            with WithoutTriggers(table) as each:
                each.run("DELETE FROM")
                return "SELECT 1"

        op.execute(clear("people"))
        for table in ["people", "orders"]:
            with WithoutTriggers(table):
                continue
    """,
    "sessions that something else makes": """
        maker = sessionmaker(op.get_bind())
        with maker.begin() as session:
            session.execute(sa.text("DELETE FROM people"))
        with closing(Session(op.get_bind())) as session:
            session.execute(sa.text("DELETE FROM orders"))
        later = maker.begin()
        with later as session:
            session.connection().execute(sa.text("SELECT 1"))
        with nullcontext(Session(op.get_bind())) as session, session.begin():
            session.execute(sa.text("SELECT 2"))
        op.execute("SELECT 3")
    """,
    "the standard library's": """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            op.execute("DELETE FROM people")
        with tempfile.TemporaryFile("w") as file, threading.Lock(), open("/dev/null") as code, nullcontext():
            file.write("people")
            op.execute("DELETE FROM orders")
        with ExitStack() as stack:
            op.execute("SELECT 1")
        op.execute("SELECT 2")
    """,
}


@pytest.mark.parametrize("name", BODIES)
def test_what_is_around_and_in_a_with_block_is_read_as_it_is_sent(
    name: str, database: Database, revise: Revise
) -> None:
    database.execute(SETUP)
    assert_read_as_sent(revise(BODIES[name], top=TOP), database, directions=["upgrade"])


SWALLOWING = {
    "suppress": (
        "suppress(ValueError)",
        "within suppress(ValueError)",
        "if suppress(ValueError) on line {line} swallows what is raised in it",
    ),
    "an __exit__ that returns True": ("Quiet()", "within Quiet()", None),
    "an __exit__ that may return True": (
        "Picky()",
        "within Picky()",
        "if Picky() on line {line} swallows what is raised in it",
    ),
    "a generator that catches": (
        "ignoring()",
        "within try (except ValueError) on line {try_line}",
        "if ignoring() on line {line} swallows what is raised in it",
    ),
    "one that is not read": (
        "unread()",
        "within unread()",
        "if unread() on line {line} swallows what is raised in it",
    ),
}


@pytest.mark.parametrize("name", SWALLOWING)
def test_what_comes_after_an_exception_that_may_be_swallowed_is_not_lost(name: str, revise: Revise) -> None:
    manager, inside, after = SWALLOWING[name]
    body = f'with {manager}:\n    op.execute("SELECT 1")\n    raise ValueError("no")\nop.drop_table("people")'
    revision = revise(body, top=TOP + "\nfrom app import unread\n")
    lines = {
        "line": _line(revision.text, f"with {manager}:"),
        "try_line": _line(revision.text, "try:\n        yield\n    except ValueError"),
    }
    assert revision.outline() == [
        ("SELECT 1", "guarded", inside.format(**lines)),
        ("DROP TABLE people", "guarded" if after else "exact", after and after.format(**lines)),
    ]
    assert not [each for each in revision.migration.notes if isinstance(each, Raises)]


def _line(text: str, snippet: str) -> int:
    """The line on which ``snippet`` begins for the first time."""
    return text[: text.index(snippet)].count("\n") + 1


@pytest.mark.parametrize("manager", ["nullcontext()", "warnings.catch_warnings()", 'WithoutTriggers("people")'])
def test_an_exception_in_a_block_that_lets_it_pass_refuses_the_revision(manager: str, revise: Revise) -> None:
    revision = revise(f'with {manager}:\n    raise ValueError("no")\nop.drop_table("people")', top=TOP)
    assert "DROP TABLE people" not in revision.sql()
    assert [type(each) for each in revision.migration.notes if isinstance(each, Raises)] == [Raises]


def test_an_exception_that_the_context_manager_raises_again_ends_the_revision(revise: Revise) -> None:
    assert revise('with telling():\n    raise ValueError("no")\nop.drop_table("people")', top=TOP).outline() == []


def test_after_a_return_that_an_exception_may_come_before_the_rest_is_guarded(revise: Revise) -> None:
    revision = revise('with suppress(KeyError):\n    return work()\nop.drop_table("people")', top=TOP)
    ((sql, confidence, guard),) = revision.outline()
    assert (sql, confidence) == ("DROP TABLE people", "guarded")
    assert guard.startswith("if suppress(KeyError) on line ")
    assert guard.endswith(" swallows an exception")


def test_what_a_block_assigns_that_an_exception_may_end_is_not_certain(revise: Revise) -> None:
    body = """
        age, name = 1, "a"
        for manager in suppress(KeyError), Quiet(), nullcontext():
            with manager:
                age = 2
            op.execute(f"SELECT {age}")
        with ignoring():
            name = "b"
            new = "c"
        op.execute(f"SELECT '{name}'")
        op.execute(f"SELECT '{new}'")
    """
    assert revise(body, top=TOP).outline() == [
        ("SELECT $1", "partial", "$1 is what manager may have left as it was"),
        ("SELECT $1", "partial", "$1 is what manager may have left as it was"),
        ("SELECT 2", "exact", None),
        ("SELECT '$1'", "partial", "$1 is what ignoring() may have left as it was"),
        ("SELECT 'c'", "exact", None),
    ]


GAPS = {
    "with Half():\n    op.execute('SELECT 1')": ("Half()", "what it does before and after the block is not read"),
    "with ExitStack() as stack:\n    stack.enter_context(Session(op.get_bind()))": (
        "stack.enter_context(Session(op.get_bind()))",
        "it may use the database: contextlib.ExitStack, known only when the migration runs",
    ),
    "with ExitStack() as stack:\n    stack.enter_context(WithoutTriggers('people'))": (
        "stack.enter_context(WithoutTriggers('people'))",
        "it may use the database: contextlib.ExitStack, known only when the migration runs",
    ),
    "with Session(op.get_bind()).begin() as began:\n    began.session.execute(sa.text('SELECT 1'))": (
        "began.session.execute(sa.text('SELECT 1'))",
        "it may use the database: the transaction of a session",
    ),
}


@pytest.mark.parametrize("body", GAPS)
def test_a_context_manager_that_is_not_followed_is_a_gap(body: str, revise: Revise) -> None:
    assert GAPS[body] in revise(body, top=TOP).gaps()


def test_closing_the_connection_makes_the_transaction_uncertain(revise: Revise) -> None:
    body = 'with closing(op.get_bind()) as connection:\n    connection.execute(sa.text("SELECT 1"))\nop.drop_table("a")'
    upgrade = revise(body, top=TOP).migration.upgrade
    assert [(each.sql, each.transaction and each.transaction.certain) for each in upgrade] == [
        ("SELECT 1", True),
        ("DROP TABLE a", False),
    ]
