"""A server over a small project, and a client of it in each protocol era."""

from __future__ import annotations

from pathlib import Path

import pytest
from mcp.server.mcpserver import MCPServer

from database_patterns.mcp_server import Settings, build_server

ERAS = ("auto", "legacy")
"""The client's mode: the newest protocol that both speak, and the handshake of 2025-11-25 and earlier."""

REVISION = """\
from alembic import op

revision = "{name}"
down_revision = {parent}


def upgrade() -> None:
    op.execute("{sql}")


def downgrade() -> None:
    pass
"""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=ERAS)
def era(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with two revisions, a SQL file, a dump, and a secret beside it."""
    project = tmp_path / "project"
    versions = project / "versions"
    versions.mkdir(parents=True)
    create = REVISION.format(name="a", parent=None, sql="CREATE TABLE orders (id bigint, customer_id bigint)")
    index = REVISION.format(name="b", parent="'a'", sql="CREATE INDEX i ON orders (customer_id)")
    (versions / "a.py").write_text(create, encoding="utf-8")
    (versions / "b.py").write_text(index, encoding="utf-8")
    (project / "dump.sql").write_text("CREATE TABLE orders (id bigint, customer_id bigint);\n", encoding="utf-8")
    (project / "broken.sql").write_bytes(b"\xff")
    (tmp_path / "secret.sql").write_text("SELECT 'secret';\n", encoding="utf-8")
    return project


@pytest.fixture
def server(root: Path) -> MCPServer:
    return build_server(Settings(root))
