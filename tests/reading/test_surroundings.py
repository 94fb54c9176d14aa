"""What the files of a project around a revision say of how it must be read."""

from __future__ import annotations

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


@pytest.mark.parametrize("other", [OWN, "this is no Python: compiles(", CHILD.replace('"b"', '"a"')])
def test_what_changes_nothing_for_others_guards_nothing(other: str, tmp_path: Path) -> None:
    (statement,) = read(tmp_path, {"a": other, "b": CHILD}).upgrade
    assert (statement.confidence, statement.guard) == ("exact", None)
