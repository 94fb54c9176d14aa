"""unknown-configure-option: what env.py says in vain."""

from __future__ import annotations

from collections.abc import Callable

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

ENV = """\
from alembic import context
from sqlalchemy import create_engine

with create_engine("postgresql+psycopg://localhost/shop").connect() as connection:
    context.configure(
        connection=connection,
        {}
    )
"""
NOTHING = "def upgrade(): pass"


def test_an_option_that_alembic_ignores_is_found_where_it_stands_in_env_py(lint_project: Lint) -> None:
    (finding,) = lint_project(NOTHING, env=ENV.format("postgresql_set_session_options={'lock_timeout': '3s'},"))
    assert (finding.severity, finding.certainty) == ("error", "proven")
    assert (finding.span.path, finding.span.line, finding.revision, finding.direction) == ("env.py", 7, None, None)
    assert finding.message == (
        "context.configure() takes postgresql_set_session_options and ignores it: Alembic has no such option, and says"
        " nothing."
    )
    assert finding.help == (
        "Delete it. Settings of the session go to the driver, before anything is sent:\n\n"
        '    engine_from_config(..., connect_args={"options": "-c lock_timeout=3s"})'
    )


def test_the_help_for_a_misspelt_option_is_the_right_spelling(lint_project: Lint) -> None:
    (finding,) = lint_project(NOTHING, env=ENV.format("transactions_per_migration=True,"))
    assert finding.help == "Did you mean transaction_per_migration?"


def test_options_that_alembic_reads_are_quiet(lint_project: Lint) -> None:
    known = "version_table='v', include_schemas=True, compare_type=True, render_as_batch=False, version_table_pk=True,"
    assert lint_project(NOTHING, env=ENV.format(known)) == ()
