"""Which transaction a revision's statements run in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from database_patterns.model import Transaction

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
