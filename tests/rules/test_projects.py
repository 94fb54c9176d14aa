"""Blocks that are the files of an Alembic project: linted as one, and run by Alembic on a real server."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import URL
from tests.rules.blocks import Source, is_alembic, projects

from database_patterns import documents
from database_patterns.api import sources
from database_patterns.api.history import Options
from database_patterns.api.lint import lint
from database_patterns.lab import driver
from database_patterns.lab.server import Database, Server

PROJECTS = [project for each in documents.everything().values() for project in projects(each) if is_alembic(project)]
MEASURED = {"records", "stops", "returns"}
ENV = """\
from alembic import context
from sqlalchemy import engine_from_config

engine = engine_from_config(context.config.get_section("alembic"))
with engine.connect() as connection:
    context.configure(connection=connection, transaction_per_migration={per_migration})
    with context.begin_transaction():
        context.run_migrations()
"""
"""What a project has that shows none of its own."""


def claims(project: list[Source]) -> dict[str, tuple[str, ...]]:
    """What the project says of a run of Alembic, each kind of claim once."""
    made = [claim for source in project for claim in source.block.expectations if claim.kind in MEASURED]
    assert len(made) == len({claim.kind for claim in made}), name(project)
    return {claim.kind: claim.values for claim in made}


def name(project: list[Source]) -> str:
    return f"{project[0].document.name}-{project[0].block.line}"


def runs() -> list[object]:
    """Each project that claims something of a run; what it says of the version row holds for both kinds of env.py."""
    measured = [project for project in PROJECTS if claims(project)]
    return [
        pytest.param(project, each, id=f"{name(project)}-{each}")
        for project in measured
        for each in ((False, True) if "records" in claims(project) and not has_own_env(project) else (True,))
    ]


def has_own_env(project: list[Source]) -> bool:
    return any(source.name == "env.py" for source in project)


def write(project: list[Source], folder: Path, url: str, *, per_migration: bool = True) -> Path:
    (folder / "versions").mkdir()
    paths = "script_location = %(here)s\nprepend_sys_path = %(here)s\n"
    (folder / "alembic.ini").write_text(f"[alembic]\n{paths}sqlalchemy.url = {url}\n")
    (folder / "env.py").write_text(ENV.format(per_migration=per_migration))
    for source in project:
        (folder / str(source.block.file)).write_text(source.text)
    return folder


@pytest.mark.parametrize("project", PROJECTS, ids=name)
def test_a_project_yields_exactly_the_findings_that_its_blocks_announce(project: list[Source], tmp_path: Path) -> None:
    setup = sources.from_text(project[0].document.setup or "SELECT 1", kind="sql")
    folder = write(project, tmp_path, "postgresql+psycopg://localhost/shop")
    report = lint(sources.from_paths([folder]), Options(schema=setup))
    assert report.unreadable == ()
    for source in project:
        own = tuple(each for each in report.findings if Path(each.span.path).name == source.name)
        assert source.found(own) == source.announced()


@pytest.mark.parametrize(("project", "per_migration"), runs())
def test_alembic_does_what_blocks_claim(
    project: list[Source], server: Server, tmp_path: Path, *, per_migration: bool
) -> None:
    with server.database(setup_sql=project[0].document.setup or "SELECT 1") as database:
        write(project, tmp_path, url(database).replace("%", "%%"), per_migration=per_migration)
        claimed = claims(project)
        assert_says(alembic(tmp_path, "upgrade", "head"), claimed.get("stops", ()))
        if "records" in claimed:
            assert recorded(database) == claimed["records"]
        if "returns" in claimed:
            error = alembic(tmp_path, "downgrade", "base") or alembic(tmp_path, "upgrade", "head")
            assert_says(error, claimed["returns"])


def url(database: Database) -> str:
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415  the extra `lab` may be missing

    parts = conninfo_to_dict(database.owner)
    query = {key: str(value) for key, value in parts.items() if key not in {"user", "password", "dbname"}}
    password = parts.get("password")
    made = URL.create(
        "postgresql+psycopg",
        str(parts["user"]),
        str(password) if password else None,
        database=str(parts["dbname"]),
        query=query,
    )
    return made.render_as_string(hide_password=False)


def alembic(folder: Path, *arguments: str) -> str:
    """What the command says where it fails, else nothing."""
    command = [sys.executable, "-m", "alembic", *arguments]
    done = subprocess.run(command, cwd=folder, env={}, check=False, capture_output=True, text=True)
    return done.stderr + done.stdout if done.returncode else ""


def assert_says(error: str, words: tuple[str, ...]) -> None:
    """``error`` says these words; none stand for no error."""
    assert bool(error) == bool(words), error
    assert all(each in error for each in words), error


def recorded(database: Database) -> tuple[str, ...]:
    with driver.connect(database.owner) as connection:
        if driver.rows(connection, "SELECT to_regclass('alembic_version')") == [(None,)]:
            return ()
        return tuple(version for (version,) in driver.rows(connection, "SELECT version_num FROM alembic_version"))
