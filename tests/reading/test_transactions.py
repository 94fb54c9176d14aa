"""Which revisions share a transaction: what is said of an env.py, and what PostgreSQL saw when Alembic ran it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent

import pytest

from database_patterns.lab.driver import load
from database_patterns.lab.server import Database
from database_patterns.model import Direction, Migration, Transaction
from database_patterns.reading import graph, read_file
from database_patterns.reading.environment import Environment
from database_patterns.reading.project import below
from database_patterns.reading.surroundings import Surroundings
from database_patterns.reading.transactions import Rule, Sharing, rule, shared

ENGINE = "create_engine('postgresql+psycopg://', creator=lambda: psycopg.connect(os.environ['TEST_DSN'])"
HEAD = "import os\nimport psycopg\nfrom alembic import context\nfrom sqlalchemy import create_engine, text\n"
RUN = "with context.begin_transaction():\n    context.run_migrations()\n"


def online(body: str, *, engine: str = ENGINE + ")", connect: str = "connect") -> str:
    """An env.py whose connection does ``body``."""
    return f"{HEAD}\nengine = {engine}\nwith engine.{connect}() as connection:\n{indent(dedent(body), '    ')}"


DEFAULT = online(f"context.configure(connection=connection)\n{RUN}")
EACH = online(f"context.configure(connection=connection, transaction_per_migration=True)\n{RUN}")
BEFORE = online(
    "connection.execute(text('SET lock_timeout = 4000'))\n"
    f"context.configure(connection=connection, transaction_per_migration=True)\n{RUN}connection.commit()\n"
)
COMMITTED_BEFORE = online(
    "connection.execute(text('SET lock_timeout = 4000'))\nconnection.commit()\n"
    f"context.configure(connection=connection)\n{RUN}"
)
BEGIN = online(f"context.configure(connection=connection, transaction_per_migration=True)\n{RUN}", connect="begin")
AUTOCOMMIT = online(
    f"context.configure(connection=connection)\n{RUN}", engine=ENGINE + ", isolation_level='AUTOCOMMIT')"
)
OPTION = online(
    "connection = connection.execution_options(isolation_level='AUTOCOMMIT')\n"
    f"context.configure(connection=connection)\n{RUN}"
)
NOT_TRANSACTIONAL = online(f"context.configure(connection=connection, transactional_ddl=False)\n{RUN}")
WITHIN = online(f"with connection.begin():\n    context.configure(connection=connection)\n{indent(RUN, '    ')}")
HELPER = f"{HEAD}\n" + dedent(
    f"""
    def migrate(connection):
        context.configure(connection=connection, **options())
        with context.begin_transaction():
            context.run_migrations()


    def options():
        return {{"transaction_per_migration": True}}


    def main():
        with {ENGINE}).connect() as connection:
            migrate(connection)


    main()
    """
)

SEEN = "INSERT INTO seen VALUES ('{}', pg_current_xact_id()::text)"
PLAIN = {
    name: f'op.execute("{SEEN.format(f"{name} {{}}1")}")\nop.execute("{SEEN.format(f"{name} {{}}2")}")'
    for name in ("one", "two", "three")
}
BLOCK = PLAIN | {
    "two": f'op.execute("{SEEN.format("two {}1")}")\n'
    "with op.get_context().autocommit_block():\n"
    f'    op.execute("{SEEN.format("two {}2")}")\n    op.execute("{SEEN.format("two {}3")}")\n'
    f'op.execute("{SEEN.format("two {}4")}")'
}
LAST = PLAIN | {
    "one": f'with op.get_context().autocommit_block():\n    op.execute("{SEEN.format("one {}1")}")',
}


@dataclass(frozen=True)
class Project:
    """A small Alembic project on disk."""

    folder: Path

    @classmethod
    def write(cls, folder: Path, env: str, bodies: dict[str, str]) -> Project:
        (folder / "db" / "versions").mkdir(parents=True)
        (folder / "alembic.ini").write_text("[alembic]\nscript_location = db\n")
        (folder / "db" / "env.py").write_text(env)
        parent = None
        for name, body in bodies.items():
            header = f"from alembic import op\n\nrevision = {name!r}\ndown_revision = {parent!r}\n"
            functions = [
                f"def {direction}():\n{indent(body.replace('{}', sign), '    ')}\n"
                for direction, sign in (("upgrade", "+"), ("downgrade", "-"))
            ]
            (folder / "db" / "versions" / f"{name}.py").write_text("\n\n".join([header, *functions]))
            parent = name
        return cls(folder)

    def read(self) -> list[Migration]:
        (project,) = below(self.folder).projects
        around = Surroundings(project)
        migrations = graph.build(read_file(file) for file in project.files()).order
        return shared(migrations, around.environment)

    def run(self, database: Database, *command: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "TEST_DSN": database.owner}
        arguments = [sys.executable, "-m", "alembic", "-c", str(self.folder / "alembic.ini"), *command]
        return subprocess.run(arguments, check=False, capture_output=True, text=True, cwd=self.folder, env=environment)


def predicted(migrations: Sequence[Migration], direction: Direction) -> list[list[str]]:
    """Which steps share a transaction, as it was read."""
    groups: dict[object, list[str]] = {}
    for migration in migrations if direction == "upgrade" else migrations[::-1]:
        for statement in migration.statements(direction):
            step = statement.sql.split("'")[1]
            groups.setdefault(statement.transaction.id if statement.transaction else step, []).append(step)
    return list(groups.values())


def observed(database: Database) -> list[list[str]]:
    """Which steps shared a transaction, as PostgreSQL saw it."""
    groups: dict[str, list[str]] = {}
    with load().connect(database.owner) as connection:
        for step, xid in connection.execute("SELECT step, xid FROM seen ORDER BY at").fetchall():
            groups.setdefault(xid, []).append(step)
    return list(groups.values())


@pytest.fixture
def seen(database: Database) -> Database:
    with load().connect(database.owner) as connection:
        connection.execute("CREATE TABLE seen (step text, xid text, at int GENERATED ALWAYS AS IDENTITY)")
    return database


@pytest.mark.parametrize("bodies", [PLAIN, BLOCK, LAST], ids=["plain", "autocommit block", "block at the end"])
@pytest.mark.parametrize(
    ("env", "sharing"),
    [
        (DEFAULT, "all"),
        (EACH, "each"),
        (COMMITTED_BEFORE, "all"),
        (AUTOCOMMIT, "all"),
        (OPTION, "all"),
        (NOT_TRANSACTIONAL, "each"),
        (HELPER, "each"),
    ],
    ids=["default", "each", "committed before", "autocommit", "option", "not transactional", "helper"],
)
def test_what_is_read_of_env_py_is_what_alembic_does(
    tmp_path: Path, seen: Database, env: str, sharing: Sharing, bodies: dict[str, str]
) -> None:
    project = Project.write(tmp_path, env, bodies)
    migrations = project.read()
    (environment,) = {rule(Surroundings(each).environment).sharing for each in below(tmp_path).projects}
    assert environment == sharing
    up = project.run(seen, "upgrade", "head")
    assert up.returncode == 0, up.stderr
    assert observed(seen) == predicted(migrations, "upgrade")
    down = project.run(seen, "downgrade", "base")
    assert down.returncode == 0, down.stderr
    assert observed(seen) == predicted(migrations, "upgrade") + predicted(migrations, "downgrade")


@pytest.mark.parametrize("env", [BEFORE, BEGIN, WITHIN], ids=["execute", "begin", "with begin"])
def test_a_transaction_that_env_py_has_begun_is_the_only_one(tmp_path: Path, seen: Database, env: str) -> None:
    project = Project.write(tmp_path, env, PLAIN)
    assert project.run(seen, "upgrade", "head").returncode == 0
    assert observed(seen) == predicted(project.read(), "upgrade") == [[f"{n} +{i}" for n in PLAIN for i in (1, 2)]]


def test_without_a_commit_of_its_own_all_is_lost_and_alembic_does_not_say_so(tmp_path: Path, seen: Database) -> None:
    env = BEFORE.replace("connection.commit()\n", "")
    project = Project.write(tmp_path, env, PLAIN)
    assert project.run(seen, "upgrade", "head").returncode == 0
    assert observed(seen) == []
    (statement, *_) = project.read()[0].upgrade
    assert statement.transaction is not None
    assert statement.transaction.reason == (
        "line 8 of env.py has begun a transaction before context.configure, so that Alembic begins none: "
        "all revisions run in that one, and env.py must commit it"
    )


def test_an_autocommit_block_fails_in_a_transaction_that_env_py_has_begun(tmp_path: Path, seen: Database) -> None:
    done = Project.write(tmp_path, BEFORE, BLOCK).run(seen, "upgrade", "head")
    assert done.returncode == 1
    assert "AssertionError" in done.stderr


UNKNOWN = "whether revisions share a transaction is not known: "


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        (Environment("env.py", why_unknown="no such file"), f"{UNKNOWN}no such file"),
        (
            Environment("env.py", transaction_per_migration=True, transactional_ddl=True),
            f"{UNKNOWN}env.py gets its connection from elsewhere, which may have begun one",
        ),
        (
            Environment("env.py", transactional_ddl=True, already_in_transaction=False),
            f"{UNKNOWN}it depends on transaction_per_migration, whose value in env.py could not be read",
        ),
    ],
)
def test_what_is_not_known_is_said(tmp_path: Path, environment: Environment, reason: str) -> None:
    assert rule(environment) == Rule("unknown", reason)
    migrations = [read_file(path) for path in Project.write(tmp_path, DEFAULT, PLAIN).folder.rglob("versions/*.py")]
    found = {
        (each.transaction.certain, each.transaction.reason)
        for migration in shared(migrations, environment)
        for each in migration.upgrade
        if each.transaction
    }
    assert found == {(False, reason)}


def test_after_a_revision_that_was_not_read_whole_it_is_said_what_is_shared_perhaps(tmp_path: Path) -> None:
    gap = PLAIN | {"one": f"{PLAIN['one']}\nop.execute(something())"}
    first, second, third = Project.write(tmp_path, DEFAULT, gap).read()
    assert [each.transaction.certain for each in first.upgrade if each.transaction] == [True, True, True]
    transaction, later = [each.upgrade[0].transaction for each in (second, third)]
    why = "Alembic runs all revisions of one run in one transaction: env.py does not set transaction_per_migration"
    doubt = f"{first.path} before it was not read as a whole, and may have ended another"
    assert transaction == Transaction(f"{second.path}/upgrade/1", certain=True, reason=f"{why}; {doubt}")
    assert later == Transaction(f"{second.path}/upgrade/1", certain=True, reason=why)
