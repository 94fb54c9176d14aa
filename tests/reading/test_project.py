"""Alembic projects are found on their own, in every layout that people keep them in."""

from __future__ import annotations

from pathlib import Path

import pytest

from database_patterns.errors import UserError
from database_patterns.reading.project import Project, around, below, here

ENV = "from alembic import context\ncontext.configure()\n"


def write(top: Path, *files: str, **texts: str) -> None:
    """Files by their paths; a revision's text comes from its name (``b_after_a.py`` follows ``a``)."""
    for name in files:
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        revision, _, parent = path.stem.partition("_after_")
        header = f"revision = {revision!r}\ndown_revision = {parent or None!r}\n"
        path.write_text(ENV if path.name == "env.py" else texts.get(name, header))


def settings(top: Path, name: str, text: str) -> None:
    path = top / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def found(top: Path) -> list[tuple[str, str, list[str]]]:
    """Of each project: its settings, its name, its revisions' files."""
    return [
        (str(each.settings.relative_to(top)), each.name, [str(file.relative_to(top)) for file in each.files()])
        for each in below(top).projects
    ]


def test_a_project_has_its_settings_scripts_versions_and_address(tmp_path: Path) -> None:
    write(tmp_path, "db/env.py", "db/versions/a.py", "db/versions/b_after_a.py", "db/versions/__init__.py")
    settings(
        tmp_path,
        "alembic.ini",
        "[alembic]\nscript_location = db\nprepend_sys_path = .\nsqlalchemy.url = postgresql+psycopg://localhost/shop\n",
    )
    (project,) = below(tmp_path).projects
    assert project == Project(
        settings=tmp_path / "alembic.ini",
        scripts=tmp_path / "db",
        versions=(tmp_path / "db/versions",),
        url="postgresql+psycopg://localhost/shop",
        roots=(tmp_path,),
    )
    assert project.env == tmp_path / "db/env.py"
    assert project.files() == [tmp_path / "db/versions/a.py", tmp_path / "db/versions/b_after_a.py"]


def test_settings_deep_in_a_repository_are_found_and_hidden_folders_left_alone(tmp_path: Path) -> None:
    write(
        tmp_path,
        "services/a/db/env.py",
        "services/a/db/versions/a.py",
        "services/b/m/env.py",
        "services/b/m/versions/b.py",
    )
    write(tmp_path, ".venv/x/env.py", ".venv/x/versions/x.py", "node_modules/y/env.py", "node_modules/y/versions/y.py")
    settings(tmp_path, "services/a/alembic.ini", "[alembic]\nscript_location = db\n")
    settings(tmp_path, "services/b/conf.ini", "[alembic]\nscript_location = %(here)s/m\n")
    assert found(tmp_path) == [
        ("services/a/alembic.ini", "alembic", ["services/a/db/versions/a.py"]),
        ("services/b/conf.ini", "alembic", ["services/b/m/versions/b.py"]),
    ]


def test_each_section_with_a_script_location_is_a_history(tmp_path: Path) -> None:
    write(tmp_path, "src/app/db/core/env.py", "src/app/db/core/versions/a.py")
    write(tmp_path, "src/app/db/tenant/env.py", "src/app/db/tenant/versions/b.py")
    sections = "[core]\nscript_location = app:db/core\n[tenant]\nscript_location = app:db:tenant\n"
    settings(tmp_path, "src/app/alembic.ini", f"[alembic]\nfile_template = %%(rev)s\n{sections}")
    assert found(tmp_path) == [
        ("src/app/alembic.ini", "core", ["src/app/db/core/versions/a.py"]),
        ("src/app/alembic.ini", "tenant", ["src/app/db/tenant/versions/b.py"]),
    ]


def test_flask_migrate_keeps_its_settings_beside_env_py_without_a_script_location(tmp_path: Path) -> None:
    write(tmp_path, "migrations/env.py", "migrations/versions/a.py")
    settings(tmp_path, "migrations/alembic.ini", "[alembic]\n# file_template = %%(rev)s\n[loggers]\nkeys = root\n")
    assert found(tmp_path) == [("migrations/alembic.ini", "alembic", ["migrations/versions/a.py"])]


def test_an_env_py_beside_versions_is_a_project_without_settings(tmp_path: Path) -> None:
    write(tmp_path, "shop/migrations/env.py", "shop/migrations/versions/a.py")
    assert found(tmp_path) == [("shop/migrations/env.py", "migrations", ["shop/migrations/versions/a.py"])]
    (project,) = below(tmp_path).projects
    assert project.roots == (tmp_path / "shop/migrations", tmp_path / "shop", tmp_path)


def test_pyproject_and_alembic_ini_together_are_one_project(tmp_path: Path) -> None:
    write(tmp_path, "db/env.py", "one/a.py", "two/b_after_a.py")
    settings(
        tmp_path,
        "pyproject.toml",
        '[tool.alembic]\nscript_location = "%(here)s/db"\nversion_locations = ["one", "two"]\n',
    )
    settings(tmp_path, "alembic.ini", "[alembic]\nsqlalchemy.url = postgresql://localhost/shop\n")
    (project,) = below(tmp_path).projects
    assert (project.settings.name, project.url) == ("pyproject.toml", "postgresql://localhost/shop")
    assert [file.name for file in project.files()] == ["a.py", "b_after_a.py"]


@pytest.mark.parametrize(
    ("separator", "value"),
    [("os", "one:two"), ("newline", "\n  one\n  two"), ("space", "one two"), (";", "one;two"), (None, "one, two")],
)
def test_several_version_locations_are_split_as_alembic_does(tmp_path: Path, separator: str | None, value: str) -> None:
    write(tmp_path, "db/env.py", "one/a.py", "two/b_after_a.py")
    line = f"path_separator = {separator}\n" if separator else ""
    settings(tmp_path, "alembic.ini", f"[alembic]\nscript_location = db\n{line}version_locations = {value}\n")
    (project,) = below(tmp_path).projects
    assert project.versions == (tmp_path / "one", tmp_path / "two")


def test_the_engines_of_the_multidb_template_are_databases_of_one_history(tmp_path: Path) -> None:
    write(tmp_path, "db/env.py", "db/versions/a.py")
    text = "[alembic]\nscript_location = db\ndatabases = users, orders\n"
    settings(tmp_path, "alembic.ini", f"{text}[users]\nsqlalchemy.url = postgresql+asyncpg://h/u\n[orders]\n")
    (project,) = below(tmp_path).projects
    assert (project.databases, project.url) == (("users", "orders"), "postgresql+asyncpg://h/u")


def test_the_binds_of_flask_migrate_stand_in_its_revisions(tmp_path: Path) -> None:
    name = "migrations/versions/a.py"
    text = (
        "revision = 'a'\ndef upgrade(engine_name):\n    globals()['upgrade_%s' % engine_name]()\n"
        "def upgrade_():\n    pass\ndef upgrade_users():\n    pass\n"
    )
    write(tmp_path, "migrations/env.py", name, **{name: text})
    settings(tmp_path, "migrations/alembic.ini", "[alembic]\n")
    (project,) = below(tmp_path).projects
    assert project.databases == ("", "users")


def test_folders_in_versions_count_when_the_setting_says_so(tmp_path: Path) -> None:
    write(tmp_path, "db/env.py", "db/versions/2025/a.py", "db/versions/2026/b.py")
    settings(tmp_path, "alembic.ini", "[alembic]\nscript_location = db\nrecursive_version_locations = true\n")
    assert found(tmp_path) == [("alembic.ini", "alembic", ["db/versions/2025/a.py", "db/versions/2026/b.py"])]


def test_folders_in_versions_count_when_their_revisions_follow_on_the_others(tmp_path: Path) -> None:
    write(tmp_path, "db/env.py", "db/versions/a.py", "db/versions/x/expand/b_after_a.py", "db/versions/y/c_after_b.py")
    settings(tmp_path, "alembic.ini", "[alembic]\nscript_location = db\n")
    (project,) = below(tmp_path).projects
    assert [file.stem for file in project.files()] == ["a", "b_after_a", "c_after_b"]
    assert project.assumed == ("the revisions in 3 folders make one history, though no setting says so",)


def test_an_archive_in_versions_does_not_count(tmp_path: Path) -> None:
    write(tmp_path, "db/env.py", "db/versions/a.py", "db/versions/old/x.py", "db/versions/old/y_after_x.py")
    settings(tmp_path, "alembic.ini", "[alembic]\nscript_location = db\n")
    assert found(tmp_path) == [("alembic.ini", "alembic", ["db/versions/a.py"])]


def test_folders_in_versions_that_have_nothing_to_do_with_each_other_are_histories(tmp_path: Path) -> None:
    """Prefect's layout: a history for each kind of database, with some identifiers in both."""
    write(tmp_path, "db/env.py", "db/versions/postgresql/a.py", "db/versions/postgresql/b_after_a.py")
    write(tmp_path, "db/versions/sqlite/a.py", "db/versions/sqlite/c_after_a.py")
    settings(tmp_path, "alembic.ini", "[alembic]\nscript_location = db\n")
    assert [(name, [Path(file).stem for file in files]) for _, name, files in found(tmp_path)] == [
        ("postgresql", ["a", "b_after_a"]),
        ("sqlite", ["a", "c_after_a"]),
    ]


def test_settings_that_cannot_be_read_hide_no_other_project(tmp_path: Path) -> None:
    write(tmp_path, "good/env.py", "good/versions/a.py")
    settings(tmp_path, "bad/alembic.ini", "no section\n")
    result = below(tmp_path)
    assert [project.scripts for project in result.projects] == [tmp_path / "good"]
    (error,) = result.unreadable
    assert str(error).startswith(f"{tmp_path}/bad/alembic.ini: cannot be read (File contains no section headers.")


def test_an_address_that_env_py_fills_in_does_not_spoil_the_settings(tmp_path: Path) -> None:
    write(tmp_path, "db/env.py", "db/versions/a.py")
    text = "[alembic]\nscript_location = db\nsqlalchemy.url = postgresql://%(DB_USER)s@localhost/shop\n"
    settings(tmp_path, "alembic.ini", text)
    (project,) = below(tmp_path).projects
    assert project.url is None


def test_the_project_of_a_revision_is_found_from_its_file(tmp_path: Path) -> None:
    write(tmp_path, "app/db/env.py", "app/db/versions/a.py", "elsewhere/versions/x.py")
    settings(tmp_path, "alembic.ini", "[alembic]\nscript_location = app/db\n")
    (tmp_path / ".git").mkdir()
    for path in (tmp_path / "app/db/versions/a.py", tmp_path / "app/db/versions"):
        project = around(path)
        assert project is not None
        assert project.settings == tmp_path / "alembic.ini"
    assert around(tmp_path / "elsewhere/versions/x.py") is None
    (tmp_path / "alembic.ini").unlink()
    project = around(tmp_path / "app/db/versions/a.py")
    assert project is not None
    assert project.settings == tmp_path / "app/db/env.py"


def test_without_a_repository_the_nearest_packaging_file_ends_the_project(tmp_path: Path) -> None:
    write(tmp_path, "app/src/shop/migrations/env.py", "app/src/shop/migrations/versions/a.py", "secret.py")
    settings(tmp_path, "app/src/shop/migrations/alembic.ini", "[alembic]\n")
    revision, migrations = tmp_path / "app/src/shop/migrations/versions/a.py", tmp_path / "app/src/shop/migrations"
    alone = around(revision)
    assert alone is not None
    assert alone.roots == (migrations,)
    settings(tmp_path, "app/pyproject.toml", "[project]\n")
    packaged = around(revision)
    assert packaged is not None
    assert packaged.roots == (migrations, tmp_path / "app/src/shop", tmp_path / "app/src", tmp_path / "app")


def test_here_means_the_settings_in_the_folder_else_what_is_below_it(tmp_path: Path) -> None:
    write(tmp_path, "a/db/env.py", "a/db/versions/a.py")
    settings(tmp_path, "a/alembic.ini", "[alembic]\nscript_location = db\n")
    assert [each.files() for each in here(tmp_path)] == [each.files() for each in here(tmp_path / "a")]
    settings(tmp_path, "alembic.ini", "[alembic]\nscript_location = nowhere\n")
    with pytest.raises(UserError, match=r"alembic\.ini: leads to .*nowhere/versions, which is not a folder"):
        here(tmp_path)


def test_a_folder_without_a_project_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no Alembic project here"):
        here(tmp_path)
