"""Which transaction a revision's statements run in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from database_patterns.model import CommitOnBind, Transaction

Revise = Callable[..., Any]

DEFAULT = "Alembic runs this revision inside a transaction, unless env.py says otherwise (env.py was not read)"
FIRST = Transaction("b.py/upgrade/1", certain=True, reason=DEFAULT)


def transactions(revision: Any) -> list[Transaction | None]:
    return [statement.transaction for statement in revision.migration.upgrade]


def test_a_direction_is_one_transaction_and_each_direction_its_own(revise: Revise) -> None:
    revision = revise('op.drop_table("a")\nop.drop_table("b")', down='op.drop_table("c")')
    assert transactions(revision) == [FIRST, FIRST]
    (down,) = revision.migration.downgrade
    assert down.transaction == Transaction("b.py/downgrade/1", certain=True, reason=DEFAULT)


def test_an_autocommit_block_has_none_and_a_new_transaction_follows_it(revise: Revise) -> None:
    revision = revise(
        """
        op.drop_table("a")
        with op.get_context().autocommit_block():
            op.create_index("ix", "t", ["a"], postgresql_concurrently=True)
        op.drop_table("b")
        """
    )
    reason = f"{DEFAULT}; the autocommit block before it ended the one that it began with"
    assert transactions(revision) == [FIRST, None, Transaction("b.py/upgrade/2", certain=True, reason=reason)]


def test_after_a_commit_sent_as_sql_the_transaction_is_not_certain(revise: Revise) -> None:
    revision = revise('op.execute("COMMIT")\nop.execute("CREATE INDEX CONCURRENTLY ix ON t (a)")')
    line = revision.place('op.execute("COMMIT")').line
    reason = (
        f"the COMMIT sent as SQL on line {line} changed the transaction behind Alembic's back; "
        "what holds after it depends on the driver"
    )
    assert transactions(revision) == [FIRST, Transaction("b.py/upgrade/2", certain=False, reason=reason)]


def test_after_a_commit_on_the_connection_a_transaction_follows_that_nothing_commits(revise: Revise) -> None:
    revision = revise('op.drop_table("a")\nop.get_bind().commit()\nop.drop_table("b")')
    line = revision.place("op.get_bind().commit()").line
    reason = f"begun by SQLAlchemy after op.get_bind().commit() on line {line} ended Alembic's; nothing commits it"
    assert transactions(revision) == [FIRST, Transaction("b.py/upgrade/2", certain=True, reason=reason)]


def test_a_transaction_that_only_one_branch_ends_is_not_certain_afterwards(revise: Revise) -> None:
    revision = revise(
        """
        if settings.big:
            op.get_bind().commit()
        op.drop_table("a")
        """,
        top="from app import settings",
    )
    (transaction,) = transactions(revision)
    assert transaction is not None
    assert (transaction.certain, transaction.reason) == (
        False,
        "whether the transaction was ended before depends on: if settings.big",
    )


def test_an_autocommit_block_that_something_else_enters_makes_the_transaction_uncertain(revise: Revise) -> None:
    revision = revise(
        """
        with contextlib.ExitStack() as stack:
            stack.enter_context(op.get_context().autocommit_block())
            op.drop_table("a")
        """,
        top="import contextlib",
    )
    assert [each and each.certain for each in transactions(revision)] == [False]


def test_another_isolation_level_makes_the_transaction_uncertain(revise: Revise) -> None:
    revision = revise('op.get_bind().execution_options(isolation_level="AUTOCOMMIT").execute(sa.text("SELECT 1"))')
    (transaction,) = transactions(revision)
    assert transaction is not None
    assert not transaction.certain


def test_a_begin_within_a_transaction_changes_nothing(revise: Revise) -> None:
    revision = revise('op.drop_table("a")\nop.execute("BEGIN")\nop.drop_table("b")')
    assert transactions(revision) == [FIRST, FIRST, FIRST]


def test_a_handler_that_raises_again_leaves_no_trace_in_what_follows(revise: Revise) -> None:
    revision = revise(
        """
        session = Session(bind=op.get_bind())
        name = "t"
        try:
            session.execute(sa.text("SELECT 1"))
            session.commit()
        except Exception:
            name = "u"
            session.rollback()
            raise
        op.drop_table(name)
        """,
        top="from sqlalchemy.orm import Session",
    )
    assert (revision.sql(), transactions(revision)) == (["SELECT 1", "DROP TABLE t"], [FIRST, FIRST])
    assert revision.notes() == []


def test_a_rollback_whose_error_another_handler_catches_is_told(revise: Revise) -> None:
    revision = revise(
        """
        try:
            try:
                op.drop_table("a")
            except Exception:
                op.get_bind().rollback()
                raise
        except Exception:
            pass
        op.drop_table("b")
        """
    )
    (note,) = revision.notes()
    assert note == CommitOnBind(revision.place("op.get_bind().rollback()"), "upgrade", "op.get_bind().rollback()")
    assert [each and each.certain for each in transactions(revision)] == [True, False]


REFUSED = {
    'op.get_bind().execution_options(isolation_level="AUTOCOMMIT")': "change the isolation level",
    "op.get_bind().begin()": "begin another one",
}


@pytest.mark.parametrize("call", REFUSED)
def test_what_sqlalchemy_2_refuses_within_a_transaction_is_under_the_condition_of_an_older_one(
    call: str, revise: Revise
) -> None:
    revision = revise(f'{call}\nop.drop_table("a")')
    guard = f"if SQLAlchemy is older than 2.0 (it does not {REFUSED[call]} where it has begun a transaction)"
    assert revision.outline() == [("DROP TABLE a", "guarded", guard)]
    within = revise(f'with op.get_context().autocommit_block():\n    {call}\nop.drop_table("a")')
    assert within.outline() == [("DROP TABLE a", "exact", None)]
