"""execute-before-configure: a transaction that Alembic finds open, and leaves to its owner."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

ENV = """\
from alembic import context
from sqlalchemy import create_engine, text

engine = create_engine("postgresql+psycopg://localhost/shop")
with engine.{how}() as connection:
    {before}
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
    {after}
"""
STATEMENT = "connection.execute(text('SET lock_timeout = 1000'))"
COMMIT = "connection.commit()"
PLAIN = "def upgrade(): op.execute('DROP TABLE a')"
BLOCK = """
def upgrade():
    with op.get_context().autocommit_block():
        op.execute('DROP INDEX CONCURRENTLY i')
"""


def env(before: str = "pass", after: str = "pass", how: str = "connect") -> str:
    return ENV.format(before=before, after=after, how=how)


def test_a_statement_before_configure_that_nobody_commits_loses_everything(lint_project: Lint) -> None:
    (finding,) = lint_project(PLAIN, env=env(STATEMENT))
    assert (finding.severity, finding.certainty) == ("error", "proven")
    assert (finding.span.path, finding.span.line, finding.span.column) == ("env.py", 6, 5)
    assert finding.message == (
        "This begins a transaction before context.configure() gets the connection, so that Alembic begins none, and"
        " nothing here commits it: all that the revisions do is rolled back when the connection closes, and `alembic"
        " upgrade` exits with status 0."
    )
    assert finding.help.startswith("Send nothing before context.configure().")


@pytest.mark.parametrize(
    "settings",
    [env(), env(f"{STATEMENT}; {COMMIT}"), env(STATEMENT, COMMIT), env(how="begin"), env("connection.begin()")],
)
def test_what_env_py_commits_is_quiet(lint_project: Lint, settings: str) -> None:
    assert lint_project(PLAIN, env=settings) == ()


@pytest.mark.parametrize("settings", [env(STATEMENT, COMMIT), env(how="begin")])
def test_an_autocommit_block_fails_in_a_transaction_of_env_py(lint_project: Lint, settings: str) -> None:
    (finding,) = lint_project(PLAIN, BLOCK, env=settings)
    assert finding.message.endswith(
        "the autocommit_block() of versions/r2.py fails (AssertionError), as there is none to leave."
    )
    assert [(each.path, each.line) for each in finding.related] == [("versions/r2.py", 10)]


def test_an_autocommit_block_after_a_commit_finds_no_transaction_open(lint_project: Lint) -> None:
    committed = BLOCK.replace("    with", "    op.get_bind().commit()\n    with")
    assert lint_project(PLAIN, committed, env=env(STATEMENT, COMMIT)) == ()


def test_an_autocommit_block_with_nothing_before_configure_is_quiet(lint_project: Lint) -> None:
    assert lint_project(PLAIN, BLOCK, env=env()) == ()
