"""Operations that a project registers with Alembic in a module of its own, as Alembic's cookbook has it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from tests.reading.alembic.conftest import HEADER, indented

from database_patterns.model import Direction, Migration
from database_patterns.reading.alembic import RevisionContext, read_revision
from database_patterns.reading.project import below
from database_patterns.reading.surroundings import Surroundings

MODULE = """
from alembic.operations import MigrateOperation, Operations


class View:
    def __init__(self, name, text):
        self.name = name
        self.text = text


class Reversible(MigrateOperation):
    def __init__(self, target):
        self.target = target

    @classmethod
    def for_target(cls, operations, target):
        return operations.invoke(cls(target))

    @classmethod
    def other(cls, operations, name):
        version, attribute = name.split(".")
        return getattr(operations.get_context().script.get_revision(version).module, attribute)

    @classmethod
    def replace(cls, operations, target, replaces=None, replace_with=None):
        if replaces:
            drop, create = cls(cls.other(operations, replaces)).reverse(), cls(target)
        elif replace_with:
            drop, create = cls(target).reverse(), cls(cls.other(operations, replace_with))
        else:
            raise TypeError("replaces or replace_with is required")
        operations.invoke(drop)
        operations.invoke(create)


@Operations.register_operation("create_view", "for_target")
@Operations.register_operation("replace_view", "replace")
class CreateView(Reversible):
    def reverse(self):
        return DropView(self.target)


@Operations.register_operation("drop_view", "for_target")
class DropView(Reversible):
    def reverse(self):
        return CreateView(self.target)


@Operations.implementation_for(CreateView)
def create_view(operations, operation):
    operations.execute(f"CREATE VIEW {operation.target.name} AS {operation.target.text}")


@Operations.implementation_for(DropView)
def drop_view(operations, operation):
    operations.execute(f"DROP VIEW {operation.target.name}")
"""
FIRST = """
from app.views import View

revision = "a"
down_revision = None
grown_up = View("grown_up", "SELECT 1")
"""


def write(root: Path, **files: str) -> None:
    for name, text in {"app/views.py": MODULE, "versions/a.py": FIRST, **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(dedent(text))


def read(root: Path, body: str, down: str = "pass") -> Migration:
    text = f'{HEADER}from app.views import View\n\ngrown_up = View("grown_up", "SELECT 2")\n\n\ndef upgrade():\n'
    text += f"{indented(body)}\n\ndef downgrade():\n{indented(down)}"
    return read_revision(text, str(root / "versions" / "b.py"), RevisionContext(roots=(root,)))


def outline(migration: Migration, direction: Direction = "upgrade") -> list[tuple[str, str]]:
    return [(each.sql, each.confidence) for each in migration.statements(direction)]


def test_what_a_module_of_the_project_registers_is_followed(tmp_path: Path) -> None:
    write(tmp_path)
    migration = read(tmp_path, "op.create_view(grown_up)", "op.drop_view(grown_up)")
    assert outline(migration) == [("CREATE VIEW grown_up AS SELECT 2", "exact")]
    assert outline(migration, "downgrade") == [("DROP VIEW grown_up", "exact")]
    assert (migration.upgrade_gaps, migration.downgrade_gaps) == ((), ())


def test_the_object_of_another_revision_is_that_of_its_file(tmp_path: Path) -> None:
    write(tmp_path)
    migration = read(
        tmp_path,
        'op.replace_view(grown_up, replaces="a.grown_up")',
        'op.replace_view(grown_up, replace_with="a.grown_up")',
    )
    assert outline(migration) == [("DROP VIEW grown_up", "exact"), ("CREATE VIEW grown_up AS SELECT 2", "exact")]
    assert outline(migration, "downgrade") == [
        ("DROP VIEW grown_up", "exact"),
        ("CREATE VIEW grown_up AS SELECT 1", "exact"),
    ]


@pytest.mark.parametrize("name", ["none.grown_up", "a.missing"])
def test_the_object_of_a_revision_that_is_not_found_is_a_hole(name: str, tmp_path: Path) -> None:
    write(tmp_path)
    migration = read(tmp_path, f'op.replace_view(grown_up, replaces="{name}")')
    assert [confidence for _, confidence in outline(migration)] == ["opaque", "exact"]


def test_an_operation_that_nothing_registers_is_opaque(tmp_path: Path) -> None:
    write(tmp_path)
    migration = read(tmp_path, "op.refresh_view(grown_up)")
    assert outline(migration) == [("", "opaque")]
    assert [gap.why for gap in migration.upgrade_gaps] == ["op.refresh_view is not one of Alembic's own operations"]


def test_what_only_env_py_imports_is_found_in_the_project(tmp_path: Path) -> None:
    text = f'{HEADER}\nclass View:\n    name = "v"\n    text = "SELECT 3"\n\ndef upgrade():\n    op.create_view(View)\n'
    write(
        tmp_path,
        **{
            "alembic.ini": "[alembic]\nscript_location = migrations\nprepend_sys_path = .\n",
            "migrations/env.py": "import app.views\nfrom alembic import context\ncontext.configure()\n",
            "migrations/versions/b.py": text,
        },
    )
    (tmp_path / ".git").mkdir()
    (project,) = below(tmp_path).projects
    path = tmp_path / "migrations/versions/b.py"
    migration = read_revision(path.read_text(), str(path), Surroundings(project).context)
    assert outline(migration) == [("CREATE VIEW v AS SELECT 3", "exact")]
