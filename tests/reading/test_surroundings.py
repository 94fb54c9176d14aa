"""What the files of a project around a revision say of how it must be read."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from textwrap import dedent

import pytest

from database_patterns.model import Migration
from database_patterns.reading import read_text
from database_patterns.reading.project import below
from database_patterns.reading.surroundings import Surroundings

INI = "[alembic]\nscript_location = migrations\n"
ENV = "from alembic import context\ncontext.configure(target_metadata=None)\n"
CHILD = """
    from alembic import op

    revision = "b"
    down_revision = "a"


    def upgrade():
        op.create_foreign_key("fk", "t", "u", ["u"], ["id"])
"""
HOOK = """
    import sqlalchemy as sa
    from sqlalchemy.ext.compiler import compiles

    revision = "a"
    down_revision = None


    @compiles(sa.{type}, "postgresql")
    def nameless(element, compiler, **kw):
        element.name = None
        return compiler.visit_foreign_key_constraint(element, **kw)
"""
OWN = HOOK.replace("sa.{type}", "Own").replace(
    "@compiles", "class Own(sa.types.UserDefinedType):\n        pass\n\n\n    @compiles"
)


def read(folder: Path, revisions: dict[str, str]) -> Migration:
    """The revision ``b`` of a project with ``revisions``, read in its surroundings."""
    files = {"alembic.ini": INI, "migrations/env.py": ENV}
    for name, text in (
        files | {f"migrations/versions/{name}.py": dedent(text) for name, text in revisions.items()}
    ).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (project,) = below(folder).projects
    path = folder / "migrations/versions/b.py"
    return read_text(path.read_text(), str(path), "alembic", Surroundings(project).context)


def test_a_hook_that_another_revision_puts_into_sqlalchemy_guards_all(tmp_path: Path) -> None:
    """Alembic imports all of them first, so that the name of the constraint is lost here."""
    (statement,) = read(tmp_path, {"a": HOOK.format(type="ForeignKeyConstraint"), "b": CHILD}).upgrade
    hook = 'compiles(sa.ForeignKeyConstraint, "postgresql") in a.py'
    assert (statement.confidence, statement.guard) == ("guarded", f"as far as {hook} changes nothing in it")


def test_what_env_py_hooks_into_sqlalchemy_guards_all(tmp_path: Path) -> None:
    env = """
    from alembic import context
    from sqlalchemy import event

    connection = context.config.attributes["connection"]
    event.listen(connection, "before_execute", context.config.attributes["rewrite"], retval=True)
    context.configure(connection=connection)
    context.run_migrations()
    """
    found = project(tmp_path, **{"migrations/env.py": dedent(env), "migrations/versions/b.py": dedent(CHILD)}).context
    (statement,) = read_text(dedent(CHILD), "b.py", "alembic", found).upgrade
    assert statement.confidence == "guarded"
    assert statement.guard
    assert statement.guard.startswith('as far as event.listen(connection, "before_execute", ')
    assert statement.guard.endswith(" in env.py changes nothing in it")


@pytest.mark.parametrize(
    ("given", "sql"),
    [("", "SELECT 'a', '$1'"), ("schema='app'", "SELECT 'app', '$1'"), ("schema='app', n=3", "SELECT 'app', '3'")],
)
def test_upgrade_gets_what_env_py_hands_to_run_migrations(tmp_path: Path, given: str, sql: str) -> None:
    env = f"{ENV}context.run_migrations({given})\n"
    revision = """
    from alembic import op

    revision = "b"
    down_revision = None


    def upgrade(schema="a", *, n):
        op.execute(f"SELECT '{schema}', '{n}'")
    """
    found = project(tmp_path, **{"migrations/env.py": env, "migrations/versions/b.py": dedent(revision)}).context
    (statement,) = read_text(dedent(revision), "b.py", "alembic", found).upgrade
    assert statement.sql == sql
    assert statement.guard == ("$1 is n, which env.py gives to upgrade()" if "$1" in sql else None)


@pytest.mark.parametrize("other", [OWN, "this is no Python: compiles(", CHILD.replace('"b"', '"a"')])
def test_what_changes_nothing_for_others_guards_nothing(other: str, tmp_path: Path) -> None:
    (statement,) = read(tmp_path, {"a": other, "b": CHILD}).upgrade
    assert (statement.confidence, statement.guard) == ("exact", None)


def project(folder: Path, **files: str) -> Surroundings:
    """The surroundings of the only project below ``folder``; a name with slashes is a file's."""
    given = {"alembic.ini": INI, "migrations/env.py": ENV, "migrations/versions/a.py": "revision = 'a'\n"} | files
    for name, text in given.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / ".git").mkdir(exist_ok=True)
    (found,) = below(folder).projects
    return Surroundings(found)


RECEIVED = """
from alembic import context
from flask import current_app

with current_app.extensions["migrate"].db.engine.connect() as connection:
    context.configure(connection=connection, **current_app.extensions["migrate"].configure_args)
"""
"""As Flask-Migrate's env.py, which gets everything from the application."""


def test_an_option_that_no_module_mentions_is_not_set(tmp_path: Path) -> None:
    read = project(tmp_path, **{"migrations/env.py": RECEIVED, "app.py": "migrate.init_app(app, compare_type=True)\n"})
    assert (read.environment.transaction_per_migration, read.environment.transactional_ddl) == (False, True)


def test_an_option_that_a_module_mentions_may_be_set_there(tmp_path: Path) -> None:
    told = {"app.py": "migrate.init_app(app, transaction_per_migration=True)\n"}
    read = project(tmp_path, **{"migrations/env.py": RECEIVED, **told})
    assert (read.environment.transaction_per_migration, read.environment.transactional_ddl) == (None, True)


NAMES = {"ix": "ix_%(column_0_label)s"}
CONVENTION = "from sqlalchemy import MetaData\nmetadata = MetaData(naming_convention={'ix': 'ix_%(column_0_label)s'})\n"
IMPORTING = "from alembic import context\nfrom {} import Base\ncontext.configure(target_metadata=Base.metadata)\n"


def test_the_modules_beside_the_settings_come_before_those_of_other_projects(tmp_path: Path) -> None:
    models = "from sqlalchemy.orm import declarative_base\nBase = declarative_base(metadata=metadata)\n"
    (tmp_path / ".git").mkdir()
    (tmp_path / "other.py").write_text(CONVENTION.replace("'ix'", "'uq'"))
    files = {"models.py": models, "db.py": CONVENTION, "migrations/env.py": IMPORTING.format("models")}
    project(tmp_path / "shop", **files)
    (tmp_path / "shop" / ".git").rmdir()
    (found,) = below(tmp_path).projects
    assert found.roots == (tmp_path / "shop", tmp_path)
    assert Surroundings(found).environment.naming_convention == NAMES


@pytest.mark.parametrize(
    ("module", "files", "expected"),
    [
        ("shop.models", {"shop/models.py": "Base = declarative_base()\n"}, {}),
        (
            "shop.models",
            {"shop/models.py": "class Base: ...\n", "shop/db.py": CONVENTION},
            {"ix": "ix_%(column_0_label)s"},
        ),
        ("flask_sqlalchemy", {"app.py": CONVENTION}, NAMES),
        ("elsewhere", {"shop/db.py": CONVENTION}, None),
        ("shop.models", {"shop/models.py": "from elsewhere import Base\n"}, None),
    ],
    ids=["none", "in a module", "an extension's", "a library's", "a library's by way of a module"],
)
def test_the_naming_convention_is_that_of_the_projects_modules(
    tmp_path: Path, module: str, files: dict[str, str], expected: dict[str, str] | None
) -> None:
    read = project(tmp_path, **{"migrations/env.py": IMPORTING.format(module), **files})
    assert read.environment.naming_convention == expected
    assert read.context.naming_convention == expected
    unread = "whether target_metadata has a naming convention could not be read: constraints may have other names"
    assert (read.context.convention_unread, list(read.notes())) == (expected is None, [unread] * (expected is None))


@pytest.mark.parametrize(
    ("elsewhere", "expected"),
    [
        ("other = MetaData(naming_convention={'pk': 'pk_%(table_name)s'})", None),
        ("Base.metadata.naming_convention = {'pk': 'pk_%(table_name)s'}", {"pk": "pk_%(table_name)s"}),
        ("other = MetaData()", {}),
    ],
)
def test_the_convention_of_other_metadata_is_not_taken_for_that_of_a_library(
    tmp_path: Path, elsewhere: str, expected: dict[str, str] | None
) -> None:
    files = {
        "migrations/env.py": IMPORTING.format("shop.models"),
        "shop/models.py": "from sqlalchemy.orm import DeclarativeBase\n\nclass Base(DeclarativeBase): ...\n",
        "shop/db.py": f"from sqlalchemy import MetaData\nfrom shop.models import Base\n{elsewhere}\n",
    }
    assert project(tmp_path, **files).environment.naming_convention == expected


@pytest.mark.parametrize(
    ("url", "files", "driver"),
    [
        ("postgresql+asyncpg://h/d", {}, "asyncpg"),
        ("postgresql://h/d", {"requirements.txt": "sqlalchemy==2.0.40\n"}, "psycopg2"),
        ("postgresql://h/d", {"requirements.txt": "sqlalchemy==2.1.0\n"}, "psycopg"),
        ("postgresql://h/d", {"requirements.txt": "sqlalchemy\n"}, None),
        ("driver://h/d", {"requirements.txt": "psycopg2-binary\nsqlalchemy\n"}, "psycopg2"),
        ("driver://h/d", {"requirements.txt": "psycopg2-binary\nasyncpg\nsqlalchemy\n"}, None),
        ("driver://h/d", {}, None),
    ],
)
def test_the_driver_is_that_of_the_address_or_the_one_that_is_installed(
    tmp_path: Path, url: str, files: dict[str, str], driver: str | None
) -> None:
    read = project(tmp_path, **{"alembic.ini": f"{INI}sqlalchemy.url = {url}\n", **files})
    assert (read.driver, read.context.driver) == (driver, driver)


def test_versions_that_differ_from_ours_are_named(tmp_path: Path) -> None:
    ours = version("sqlalchemy")
    pinned = f"alembic==1.7.5\nsqlalchemy=={ours}\n"
    read = project(tmp_path, **{"requirements.txt": pinned, "migrations/x/requirements.txt": "alembic==1.0.0\n"})
    theirs, read_with = "the project uses Alembic 1.7.5 (requirements.txt)", version("alembic")
    assert list(read.notes()) == [f"{theirs}; its revisions were read with {read_with}, whose SQL may differ"]


@pytest.mark.parametrize(("pinned", "old"), [("sqlalchemy<2", True), ("sqlalchemy==2.0.52", False), ("alembic", None)])
def test_whether_sqlalchemy_is_old_is_what_the_project_pins(tmp_path: Path, pinned: str, old: bool | None) -> None:  # noqa: FBT001 - a value of the table
    assert project(tmp_path, **{"requirements.txt": f"{pinned}\n"}).context.old_sqlalchemy is old


def test_an_env_py_that_cannot_be_read_is_noted(tmp_path: Path) -> None:
    project(tmp_path)
    (tmp_path / "migrations/env.py").unlink()
    (found,) = below(tmp_path).projects
    assert list(Surroundings(found).notes()) == ["env.py could not be read: no such file or folder"]


def test_the_statements_of_env_py_itself_are_named_in_one_note(tmp_path: Path) -> None:
    lines = [f"context.execute('SELECT {number}')" for number in range(7)]
    lines[1] = f"if shop: {lines[1]}"
    env = "\n".join((f"import shop\n{ENV.rstrip()}", *lines)) + "\n"
    (note,) = project(tmp_path, **{"migrations/env.py": env}).notes()
    sent = "SELECT 0 (line 4); SELECT 1 (perhaps, line 5); SELECT 2 (line 6); SELECT 3 (line 7); SELECT 4 (line 8)"
    assert note == f"env.py sends statements of its own, beside the revisions: {sent}; and 2 more"


def test_an_env_py_outside_the_folder_that_may_be_read_is_not(tmp_path: Path) -> None:
    outside = tmp_path / "env.py"
    outside.write_text(ENV)
    read = project(tmp_path / "project")
    (tmp_path / "project/migrations/env.py").unlink()
    (tmp_path / "project/migrations/env.py").symlink_to(outside)
    (found,) = below(tmp_path / "project", tmp_path / "project").projects
    assert Surroundings(found).environment.why_unknown == "env.py lies outside the folder that may be read"
    assert read.environment.why_unknown == ""


def test_each_database_has_surroundings_of_its_own(tmp_path: Path) -> None:
    one = project(tmp_path)
    assert one.of_databases() == [one]
    several = project(tmp_path, **{"alembic.ini": f"{INI}databases = users, orders\n"})
    assert [(each.database, each.context.database) for each in several.of_databases()] == [
        ("users", "users"),
        ("orders", "orders"),
    ]
