"""Whole projects, run by Alembic on a real PostgreSQL, beside what was read of them: statements, order, database."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from urllib.parse import urlencode

import alembic
import pytest

from database_patterns.api import sources
from database_patterns.lab.driver import load
from database_patterns.lab.server import Database, Server

TEMPLATES = Path(alembic.__file__).parent / "templates"
REVISION = """\
from alembic import op

revision = {name!r}
down_revision = {parents!r}
depends_on = {needs!r}
branch_labels = {labels!r}


def upgrade():
    op.execute("INSERT INTO steps VALUES ('{name}')")


def downgrade():
    op.execute("DELETE FROM steps WHERE name = '{name}'")
"""
BOTH = """\
from alembic import op

revision = {name!r}
down_revision = {parents!r}


def upgrade(engine_name: str) -> None:
    globals()["upgrade_%s" % engine_name]()


def downgrade(engine_name: str) -> None:
    globals()["downgrade_%s" % engine_name]()


def upgrade_users() -> None:
    op.execute("INSERT INTO steps VALUES ('{name} of users')")


def downgrade_users() -> None:
    pass


def upgrade_orders() -> None:
    op.execute("INSERT INTO steps VALUES ('{name} of orders')")


def downgrade_orders() -> None:
    pass
"""


def address(database: Database) -> str:
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415  # the extra `lab` may be missing

    return f"postgresql+psycopg:///?{urlencode(conninfo_to_dict(database.owner))}".replace("%", "%%")


def run(folder: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "alembic", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def prepared(database: Database) -> Database:
    with load().connect(database.owner) as connection:
        connection.execute("CREATE TABLE steps (name text, at int GENERATED ALWAYS AS IDENTITY)")
    return database


def steps(database: Database) -> list[str]:
    with load().connect(database.owner) as connection:
        return [str(row[0]) for row in connection.execute("SELECT name FROM steps ORDER BY at").fetchall()]


def read(folder: Path, database: str | None = None) -> list[str]:
    """What the upgrade of everything inserts, as it was read."""
    found = sources.read(sources.from_project(folder))
    assert (found.unreadable, found.gaps) == ((), ())
    return [each.sql.split("'")[1] for migration in found.of(database) for each in migration.upgrade]


@pytest.fixture
def databases(server: Server) -> Iterator[tuple[Database, Database]]:
    with server.database() as first, server.database() as second:
        yield prepared(first), prepared(second)


def test_version_locations_branches_and_dependencies_come_in_alembics_order(
    tmp_path: Path, databases: tuple[Database, Database]
) -> None:
    copytree(TEMPLATES / "generic", tmp_path / "db")
    shape: dict[str, tuple[str, object, object, object]] = {
        "a": ("db/versions", None, None, None),
        "b": ("db/versions", "a", None, None),
        "c": ("db/versions", "a", "y", None),
        "d": ("db/versions", ("b", "c"), None, None),
        "x": ("plugin/versions", None, None, ("plugin",)),
        "y": ("plugin/versions", "x", None, None),
        "z": ("plugin/versions", "y", "b", None),
    }
    for name, (folder, parents, needs, labels) in shape.items():
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        text = REVISION.format(name=name, parents=parents, needs=needs, labels=labels)
        (tmp_path / folder / f"{ord(name) % 7}_{name}.py").write_text(text)
    settings = "script_location = db\npath_separator = os\nversion_locations = db/versions:%(here)s/plugin/versions\n"
    (tmp_path / "alembic.ini").write_text(f"[alembic]\n{settings}sqlalchemy.url = {address(databases[0])}\n{LOGGING}")
    run(tmp_path, "upgrade", "heads")
    assert steps(databases[0]) == read(tmp_path)
    assert sorted(steps(databases[0])) == sorted(shape)


LOGGING = """
[loggers]
keys = root
[handlers]
keys =
[formatters]
keys =
[logger_root]
handlers =
"""


def test_each_database_of_alembics_own_template_gets_its_statements(
    tmp_path: Path, databases: tuple[Database, Database]
) -> None:
    copytree(TEMPLATES / "multidb", tmp_path / "db")
    (tmp_path / "db" / "versions").mkdir()
    for name, parents in (("a", None), ("b", "a")):
        (tmp_path / "db" / "versions" / f"{name}.py").write_text(BOTH.format(name=name, parents=parents))
    sections = "".join(
        f"[{name}]\nsqlalchemy.url = {address(database)}\n"
        for name, database in zip(("users", "orders"), databases, strict=True)
    )
    head = "[alembic]\nscript_location = db\ndatabases = users, orders\n"
    (tmp_path / "alembic.ini").write_text(f"{head}{sections}{LOGGING}")
    run(tmp_path, "upgrade", "head")
    for name, database in zip(("users", "orders"), databases, strict=True):
        assert steps(database) == read(tmp_path, name) == [f"a of {name}", f"b of {name}"]
