"""commit-sent-as-sql: the transaction ends, and neither SQLAlchemy nor Alembic knows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

BODY = "def upgrade():\n    "
INDEX = "op.create_index('i', 't', ['a'], postgresql_concurrently=True)"


def test_a_commit_before_concurrently_is_one_finding_at_the_commit(lint: Lint) -> None:
    (finding,) = lint(f"{BODY}op.execute('COMMIT')\n    {INDEX}\n")
    assert (finding.severity, finding.certainty, finding.span.line) == ("error", "proven", 9)
    assert [each.line for each in finding.related] == [10]
    assert finding.message == (
        "COMMIT sent as SQL commits what the revision did before, behind the back of Alembic: if something after it"
        " fails, the version row is lost. It does not make line 10 run outside of a transaction everywhere: psycopg 3"
        " begins another one, in which PostgreSQL refuses that statement (25001)."
    )
    assert finding.help == (
        "Leave it out. In a revision of its own, with transaction_per_migration=True in env.py:\n\n"
        "    with op.get_context().autocommit_block():\n"
        '        op.execute("CREATE INDEX CONCURRENTLY i ON t (a)")'
    )


def test_without_a_statement_that_needs_it_the_help_is_to_leave_it_out(lint: Lint) -> None:
    (finding,) = lint(f"{BODY}op.execute('commit')\n    op.execute('DROP TABLE t')\n")
    assert finding.help.startswith("Leave it out: Alembic commits when the revision is done.")


def test_only_the_first_of_several_is_found(lint: Lint) -> None:
    assert [each.span.line for each in lint(f"{BODY}op.execute('COMMIT')\n    op.execute('COMMIT')\n")] == [9]


def test_a_rollback_undoes_what_was_done(lint: Lint) -> None:
    (finding,) = lint(f"{BODY}op.execute('ROLLBACK')\n")
    assert finding.message.startswith("ROLLBACK sent as SQL undoes what the revision did before")


@pytest.mark.parametrize("line", ["op.execute('BEGIN')", "op.execute('SAVEPOINT a; ROLLBACK TO a')", INDEX])
def test_what_ends_no_transaction_is_quiet(lint: Lint, line: str) -> None:
    assert lint(BODY + line) == ()


def test_sql_files_and_autocommit_blocks_are_quiet(lint: Lint) -> None:
    assert lint("BEGIN; DROP TABLE t; COMMIT;") == ()
    assert lint(f"{BODY}with op.get_context().autocommit_block():\n        op.execute('COMMIT')\n") == ()
