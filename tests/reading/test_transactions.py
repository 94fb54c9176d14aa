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

    def read(self, driver: str | None = None) -> list[Migration]:
        (project,) = below(self.folder).projects
        around = Surroundings(project)
        migrations = graph.build(read_file(file) for file in project.files()).order
        return shared(migrations, around.environment, driver or around.driver)

    def run(self, database: Database, *command: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "TEST_DSN": database.owner}
        arguments = [sys.executable, "-m", "alembic", "-c", str(self.folder / "alembic.ini"), *command]
        return subprocess.run(arguments, check=False, capture_output=True, text=True, cwd=self.folder, env=environment)


def predicted(migrations: Sequence[Migration], direction: Direction) -> list[list[str]]:
    """Which steps share a transaction, as it was read."""
    groups: dict[object, list[str]] = {}
    for migration in migrations if direction == "upgrade" else migrations[::-1]:
        for statement in migration.statements(direction):
            if not statement.sql.startswith("INSERT"):
                continue
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


def sent(step: str) -> str:
    return f'op.execute("{SEEN.format(step)}")'


COMMITS = {
    "commit": [sent("a {}1"), 'op.execute("COMMIT")', sent("a {}2"), sent("a {}3")],
    "commit and begin": [sent("a {}1"), 'op.execute("COMMIT")', sent("a {}2"), 'op.execute("BEGIN")', sent("a {}3")],
    "rollback": [sent("a {}1"), 'op.execute("COMMIT")', 'op.execute("ROLLBACK")', sent("a {}2"), sent("a {}3")],
    "then a block": [
        sent("a {}1"),
        'op.execute("COMMIT")',
        sent("a {}2"),
        "with op.get_context().autocommit_block():\n    " + sent("a {}3"),
        sent("a {}4"),
    ],
}
AFTER = {"two": f"{sent('b {}1')}\n{sent('b {}2')}"}


@pytest.mark.parametrize("name", COMMITS)
@pytest.mark.parametrize("env", [DEFAULT, EACH], ids=["all", "each"])
def test_psycopg_begins_again_after_a_commit_that_is_sent_as_sql(
    tmp_path: Path, seen: Database, env: str, name: str
) -> None:
    project = Project.write(tmp_path, env, {"one": "\n".join(COMMITS[name])} | AFTER)
    assert project.run(seen, "upgrade", "head").returncode == 0
    assert observed(seen) == predicted(project.read(), "upgrade")


UNNOTICED = {
    ("all", "commit"): [["a +1"], ["a +2"], ["a +3"], ["b +1"], ["b +2"]],
    ("all", "commit and begin"): [["a +1"], ["a +2"], ["a +3", "b +1", "b +2"]],
    ("all", "rollback"): [["a +1"], ["a +2"], ["a +3"], ["b +1"], ["b +2"]],
    ("all", "then a block"): [["a +1"], ["a +2"], ["a +3"], ["a +4", "b +1", "b +2"]],
    ("each", "commit"): [["a +1"], ["a +2"], ["a +3"], ["b +1", "b +2"]],
    ("each", "commit and begin"): [["a +1"], ["a +2"], ["a +3"], ["b +1", "b +2"]],
    ("each", "rollback"): [["a +1"], ["a +2"], ["a +3"], ["b +1", "b +2"]],
    ("each", "then a block"): [["a +1"], ["a +2"], ["a +3"], ["a +4"], ["b +1", "b +2"]],
}
"""What PostgreSQL saw of the same revisions with psycopg2 2.9 and with asyncpg 0.32, which the tests do not install."""


@pytest.mark.parametrize("driver", ["psycopg2", "asyncpg"])
@pytest.mark.parametrize(("sharing", "name"), UNNOTICED)
def test_psycopg2_and_asyncpg_do_not_notice_a_commit_that_is_sent_as_sql(
    tmp_path: Path, driver: str, sharing: str, name: str
) -> None:
    env = DEFAULT if sharing == "all" else EACH
    project = Project.write(tmp_path, env, {"one": "\n".join(COMMITS[name])} | AFTER)
    assert predicted(project.read(driver), "upgrade") == UNNOTICED[sharing, name]


def test_what_follows_on_a_commit_is_certain_only_with_a_driver_that_is_known(tmp_path: Path) -> None:
    project = Project.write(tmp_path, DEFAULT, {"one": "\n".join(COMMITS["commit"])} | AFTER)
    first, second = project.read("pg8000")
    changed = "the COMMIT sent as SQL on line 9 changed the transaction behind Alembic's back"
    after = Transaction(
        f"{first.path}/upgrade/2", certain=False, reason=f"{changed}; what holds after it depends on the driver"
    )
    assert [each.transaction for each in first.upgrade[2:]] == [after, after]
    assert [each.transaction for each in second.upgrade] == [after, after]
    known, _ = project.read("psycopg")
    assert known.upgrade[2].transaction == Transaction(
        f"{first.path}/upgrade/2", certain=True, reason=f"{changed}; psycopg 3 then began another"
    )


def test_a_commit_among_other_statements_of_one_text_stays_uncertain_whatever_the_driver(tmp_path: Path) -> None:
    """PostgreSQL gets them in one message, and refuses CREATE INDEX CONCURRENTLY in it even after the COMMIT."""
    body = 'op.execute("COMMIT; CREATE INDEX CONCURRENTLY ON seen (xid)")'
    (migration,) = Project.write(tmp_path, DEFAULT, {"one": body}).read("psycopg2")
    transaction = migration.upgrade[1].transaction
    assert transaction is not None
    assert (transaction.certain, transaction.reason.partition(" changed")[0]) == (
        False,
        "the COMMIT sent among others on line 8",
    )


TWO = "ALTER TABLE seen ADD x int; CREATE INDEX CONCURRENTLY ON seen (xid)"


@pytest.mark.parametrize(
    ("env", "body"),
    [
        (AUTOCOMMIT, f'op.execute("{TWO}")'),
        (DEFAULT, f'with op.get_context().autocommit_block():\n    op.execute("{TWO}")'),
    ],
    ids=["autocommit of env.py", "block"],
)
def test_a_text_of_several_statements_is_one_transaction_where_there_is_no_other(
    tmp_path: Path, seen: Database, env: str, body: str
) -> None:
    project = Project.write(tmp_path, env, {"one": body, "two": sent("b {}1")})
    done = project.run(seen, "upgrade", "head")
    assert "cannot run inside a transaction block" in done.stderr
    first, second = project.read()
    assert len({each.transaction for each in first.upgrade}) == 1
    transaction = first.upgrade[1].transaction
    assert transaction is not None
    assert transaction.certain
    assert "sent together in one message" in transaction.reason
    assert (second.upgrade[0].transaction is None) == (env == AUTOCOMMIT)


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
