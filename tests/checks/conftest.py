"""Linting a text with one rule, as the tests of the checks do it."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

from database_patterns import linting
from database_patterns.catalog import Catalog
from database_patterns.effects.context import Assumptions, follow
from database_patterns.model import Finding
from database_patterns.reading import read_text

HEAD = "from alembic import op\nimport sqlalchemy as sa\n\nrevision = 'b'\ndown_revision = 'a'\n\n\n"


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
        downgrade = follow(migration, "downgrade", upgrade.at_end, assumptions)
        return tuple(finding for finding in linting.run([upgrade, downgrade]) if finding.rule == rule)

    return lint
