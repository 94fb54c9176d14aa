"""advisory-lock-inside-upgrade: a lock that comes after the version was read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

BODY = "def upgrade():\n    "


@pytest.mark.parametrize(
    "name", ["pg_advisory_lock", "pg_advisory_xact_lock", "pg_try_advisory_lock", "pg_try_advisory_xact_lock_shared"]
)
def test_each_function_that_locks_is_found(lint: Lint, name: str) -> None:
    (finding,) = lint(f"{BODY}op.execute('SELECT {name}(1)')\n")
    assert (finding.severity, finding.certainty, finding.span.line) == ("warning", "proven", 9)
    assert finding.message == (
        f"{name}() comes too late here: Alembic has read alembic_version before. A second run that waits for it applies"
        " this revision once more, and fails."
    )
    assert finding.help == (
        "Take it in env.py, where the version is read:\n\n"
        "    with context.begin_transaction():\n"
        '        connection.execute(text("SELECT pg_advisory_xact_lock(…)"))\n'
        "        context.run_migrations()"
    )


@pytest.mark.parametrize("sql", ["SELECT pg_advisory_unlock(1)", "SELECT 1"])
def test_what_takes_no_lock_is_quiet(lint: Lint, sql: str) -> None:
    assert lint(f"{BODY}op.execute('{sql}')\n") == ()


def test_a_sql_file_is_not_run_by_alembic(lint: Lint) -> None:
    assert lint("SELECT pg_advisory_lock(1);") == ()
