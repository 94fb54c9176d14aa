"""Which statements share a transaction, and which run outside of one: what was read against what PostgreSQL saw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.reading.alembic.truth import assert_read_as_sent, folded, groups, run

from database_patterns.lab import driver
from database_patterns.lab.server import Database
from database_patterns.model import Transaction

Revise = Callable[..., Any]

SETUP = """
CREATE TYPE kind AS ENUM ('a', 'b');
CREATE TABLE orders (id serial PRIMARY KEY, total numeric, note varchar(20));
"""

CASES = {
    "autocommit block": (
        """
        op.add_column("orders", sa.Column("a", sa.Integer()))
        op.execute("UPDATE orders SET a = 1")
        with op.get_context().autocommit_block():
            op.create_index("ix", "orders", ["a"], postgresql_concurrently=True)
            op.execute("ALTER TYPE kind ADD VALUE 'c'")
        op.execute("UPDATE orders SET a = 2")
        """,
        """
        with op.get_context().autocommit_block():
            op.drop_index("ix", table_name="orders", postgresql_concurrently=True, if_exists=True)
        op.drop_column("orders", "a")
        """,
    ),
    "several autocommit blocks": (
        """
        with op.get_context().autocommit_block():
            op.execute("SELECT 1")
        with op.get_context().autocommit_block():
            op.execute("VACUUM orders")
        helper()
        op.execute("SELECT 2")
        """,
        "helper()",
    ),
    "nothing before or after": (
        """
        with op.get_context().autocommit_block():
            op.create_index("ix", "orders", ["note"], postgresql_concurrently=True, if_not_exists=True)
        """,
        """
        with op.get_context().autocommit_block():
            op.execute("DROP INDEX CONCURRENTLY ix")
        """,
    ),
    "commit on the connection": (
        """
        op.execute("UPDATE orders SET total = 1")
        Session(op.get_bind()).commit()
        op.execute("UPDATE orders SET total = 3")
        op.get_bind().commit()
        op.execute("UPDATE orders SET total = 4")
        op.execute("UPDATE orders SET total = 5")
        """,
        """
        op.get_bind().rollback()
        op.execute("UPDATE orders SET total = 4")
        """,
    ),
    "commit and an autocommit block": (
        """
        with op.get_context().autocommit_block():
            op.execute("SELECT 1")
        op.execute("SELECT 2")
        op.get_bind().commit()
        op.execute("SELECT 3")
        """,
        "pass",
    ),
    "savepoints": (
        """
        bind = op.get_bind()
        with bind.begin_nested():
            op.execute("SELECT 1")
        savepoint = bind.begin_nested()
        op.execute("SELECT 2")
        savepoint.rollback()
        """,
        "pass",
    ),
    "savepoints within savepoints": (
        """
        bind = op.get_bind()
        with bind.begin_nested():
            op.execute("SELECT 1")
            with bind.begin_nested() as inner:
                op.execute("SELECT 2")
                inner.rollback()
            op.execute("SELECT 3")
        with bind.begin_nested() as done:
            done.commit()
        bind.begin_nested()
        """,
        """
        first = op.get_bind().begin_nested()
        second = op.get_bind().begin_nested()
        second.commit()
        first.commit()
        """,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_transaction_is_read_as_postgresql_has_it(name: str, database: Database, revise: Revise) -> None:
    database.execute(SETUP)
    up, down = CASES[name]
    top = """
    from sqlalchemy.orm import Session

    def helper():
        with op.get_context().autocommit_block():
            op.execute("SELECT 'in the helper'")
        op.execute("SELECT 'after it'")
    """
    assert_read_as_sent(revise(up, down=down, top=top if "helper" in up else top.split("def", maxsplit=1)[0]), database)


SENT_AS_SQL = {
    'op.execute("COMMIT")\nop.execute("CREATE INDEX CONCURRENTLY ix ON orders (note)")': "cannot run inside",
    'op.execute("COMMIT")\nop.execute("SELECT 1")': None,
    'op.execute("COMMIT; BEGIN")\nop.execute("SELECT 1")': None,
    'op.execute("SELECT 1")\nop.execute("ROLLBACK")\nop.execute("SELECT 2")': None,
}


@pytest.mark.parametrize("body", SENT_AS_SQL)
def test_after_a_transaction_statement_sent_as_sql_nothing_is_certain(
    body: str, database: Database, revise: Revise
) -> None:
    """With psycopg 3 the driver begins another one, so that CONCURRENTLY fails; others leave autocommit behind."""
    database.execute(SETUP)
    revision = revise(body)
    sent = run(revision.text, "upgrade", database)
    assert (str(SENT_AS_SQL[body]) in str(sent.error)) if SENT_AS_SQL[body] else sent.error is None
    read = revision.migration.upgrade
    assert [folded(each.sql) for each in read] == [
        folded(part) for sql in sent.sql for part in (sql.split("; ") if "; " in sql else [sql])
    ]
    last = read[-1].transaction
    assert last is not None
    assert not last.certain
    first, *_, final = groups(each.transaction for each in sent.executions)
    assert first != final


CONCURRENTLY = [
    'op.create_index("ix", "orders", ["note"], postgresql_concurrently=True)',
    'op.execute("CREATE INDEX CONCURRENTLY ix ON orders (note)")',
    'op.execute("VACUUM orders")',
]


@pytest.mark.parametrize("call", CONCURRENTLY)
def test_what_postgresql_refuses_inside_a_transaction_is_read_inside_one(
    call: str, database: Database, revise: Revise
) -> None:
    database.execute(SETUP)
    revision = revise(call)
    (statement,) = revision.migration.upgrade
    assert statement.transaction is not None
    assert "cannot run inside a transaction block" in str(run(revision.text, "upgrade", database).error)


TOGETHER = {
    "CREATE INDEX CONCURRENTLY a ON orders (id); CREATE INDEX CONCURRENTLY b ON orders (note);": "25001",
    "SET lock_timeout = '2s'; ALTER TABLE orders ADD x int; VACUUM orders": "25001",
    "ALTER TABLE orders ADD x int; SELECT 1 / 0": "22012",
    "CREATE INDEX CONCURRENTLY a ON orders (id);": None,
}


@pytest.mark.parametrize("sql", TOGETHER)
def test_several_statements_of_one_text_share_a_transaction_even_in_an_autocommit_block(
    sql: str, database: Database, revise: Revise
) -> None:
    database.execute(SETUP)
    revision = revise(f'with op.get_context().autocommit_block():\n    op.execute("{sql}")\n    op.execute("SELECT 2")')
    error = run(revision.text, "upgrade", database).error
    assert getattr(getattr(error, "orig", None), "sqlstate", None) == TOGETHER[sql]
    first, *_ = shared = [each.transaction for each in revision.migration.upgrade]
    if TOGETHER[sql] is None:
        assert shared == [None, None]
        return
    with driver.connect(database.owner) as connection:
        assert list(driver.rows(connection, "SELECT 1 FROM pg_attribute WHERE attname = 'x'")) == []
    line = revision.place(f'op.execute("{sql}")').line
    reason = (
        f"the statements of the text on line {line} are sent together in one message, "
        "which PostgreSQL runs in one transaction"
    )
    assert first == Transaction("b.py/upgrade/1/message/1", certain=True, reason=reason)
    assert shared == [first] * (len(shared) - 1) + [None]


def test_transaction_statements_within_one_text_of_an_autocommit_block_leave_the_others_uncertain(
    database: Database, revise: Revise
) -> None:
    database.execute(SETUP)
    sql = "SELECT 1; COMMIT; CREATE INDEX CONCURRENTLY a ON orders (id)"
    revision = revise(f'with op.get_context().autocommit_block():\n    op.execute("{sql}")')
    assert "cannot run inside" in str(run(revision.text, "upgrade", database).error)
    before, _, after = [each.transaction for each in revision.migration.upgrade]
    assert before is not None
    assert after is not None
    assert (before.certain, after.certain, before.id == after.id) == (False, False, False)
