"""Linting a text with one rule, as the tests of the checks do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest

from database_patterns import linting
from database_patterns.api import sources
from database_patterns.api.history import Options
from database_patterns.api.lint import lint as lint_report
from database_patterns.catalog import Catalog
from database_patterns.effects.context import Assumptions, follow
from database_patterns.model import Finding
from database_patterns.reading import read_text
from database_patterns.settings import Settings

HEAD = "from alembic import op\nimport sqlalchemy as sa\n\nrevision = 'b'\ndown_revision = 'a'\n\n\n"


INI = "[alembic]\nscript_location = %(here)s\nsqlalchemy.url = postgresql+psycopg://localhost/shop\n"
ENV = """\
from alembic import context
from sqlalchemy import create_engine, text

with create_engine("postgresql+psycopg://localhost/shop").connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
"""


@pytest.fixture
def lint_project(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., tuple[Finding, ...]]:
    """A function that lints an Alembic project with the one rule that the test's file is named after.

    Its revisions are given as their bodies in order, each the parent of the next, or as whole files; paths of the
    findings are as seen from the project's folder.
    """
    rule = request.path.stem.removeprefix("test_").replace("_", "-")

    def lint_project(*revisions: str, env: str = ENV, schema: str = "SELECT 1", **files: str) -> tuple[Finding, ...]:
        written = {"alembic.ini": INI, "env.py": env}
        for number, body in enumerate(revisions, 1):
            head = HEAD.replace("'b'", f"'r{number}'").replace("'a'", f"'r{number - 1}'" if number > 1 else "None")
            written[f"versions/r{number}.py"] = head + dedent(body)
        written |= {f"versions/{name}.py": HEAD.partition("revision")[0] + dedent(text) for name, text in files.items()}
        for name, text in written.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text)
        given = sources.from_paths([tmp_path], within=tmp_path)
        report = lint_report(given, Options(schema=sources.from_text(schema, kind="sql")))
        return tuple(finding for finding in report.findings if finding.rule == rule)

    return lint_project


@pytest.fixture
def lint(request: pytest.FixtureRequest) -> Callable[..., tuple[Finding, ...]]:
    """A function that lints SQL, or a revision's functions, with the one rule that the test's file is named after.

    ``schema`` is the SQL of what exists already; without it nothing is known of what exists.
    """
    rule = request.path.stem.removeprefix("test_").replace("_", "-")

    def lint(text: str, schema: str | None = None, postgres: int = 18) -> tuple[Finding, ...]:
        catalog = Catalog.unknown() if schema is None else Catalog.empty()
        for statement in read_text(schema or "", kind="sql").upgrade:
            catalog = catalog.advance(statement)
        text = dedent(text)
        migration = read_text(HEAD + text, "b.py") if "def upgrade" in text else read_text(text, "b.sql")
        assumptions = Assumptions(postgres=postgres)
        upgrade = follow(migration, "upgrade", catalog, assumptions)
        downgrade = replace(follow(migration, "downgrade", upgrade.at_end, assumptions), undoes=upgrade)
        return tuple(
            finding
            for finding in linting.run([upgrade, downgrade], Settings(rules={rule: "on"}))
            if finding.rule == rule
        )

    return lint
