"""commit-on-migration-connection: the version row is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.checks.conftest import ENV

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]


def test_a_commit_loses_the_version_row(lint: Lint) -> None:
    (finding,) = lint("""
        def upgrade():
            connection = op.get_bind()
            connection.commit()
        """)
    assert (finding.severity, finding.certainty) == ("error", "proven")
    assert (finding.span.line, finding.direction, finding.revision) == (11, "upgrade", "b")
    assert finding.message == (
        "connection.commit() ends the transaction in which Alembic records the revision: what the revision did before"
        " it stays, alembic_version does not move, though `alembic` may exit with status 0 all the same."
    )
    assert finding.help == (
        "Delete this line: Alembic commits when the revision is done. A backfill that must commit between batches gets"
        " a revision of its own, with transaction_per_migration=True in env.py:\n\n"
        "    with op.get_context().autocommit_block():\n"
        "        connection = op.get_bind()\n"
        "        ...  # one UPDATE for each range of the primary key"
    )


def test_a_rollback_undoes_what_the_revision_did(lint: Lint) -> None:
    (finding,) = lint("""
        def upgrade():
            op.get_bind().rollback()
        """)
    assert "what the revision did before it is undone" in finding.message


def test_a_downgrade_loses_the_version_row_as_well(lint: Lint) -> None:
    (finding,) = lint("""
        def upgrade():
            pass

        def downgrade():
            op.get_bind().commit()
        """)
    assert finding.direction == "downgrade"


def test_where_env_py_commits_itself_the_version_row_is_recorded(lint_project: Lint) -> None:
    body = "def upgrade(): op.get_bind().commit()"
    begun = "connection.execute(text('SET lock_timeout = 1000'))\n    context.configure"
    committed = f"{ENV.replace('context.configure', begun)}    connection.commit()\n"
    assert len(lint_project(body, env=ENV)) == 1
    assert lint_project(body, env=committed) == ()
    assert len(lint_project(body, env=ENV.replace(".connect()", ".begin()"))) == 1


@pytest.mark.parametrize("line", ["op.get_bind().execute(sa.text('SELECT 1'))", "op.execute('SELECT 1')"])
def test_other_calls_are_quiet(lint: Lint, line: str) -> None:
    assert lint(f"def upgrade():\n    {line}\n") == ()
