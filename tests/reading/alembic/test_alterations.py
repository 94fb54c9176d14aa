"""A revision that changes the libraries themselves, or that breaks for certain: what is read after it is not exact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.reading.alembic.conftest import HEADER

from database_patterns.model import Alters, Fails
from database_patterns.reading.alembic import RevisionContext, read_revision

Revise = Callable[..., Any]

HOOKS = {
    '@compiles(sa.ForeignKeyConstraint, "postgresql")': "from sqlalchemy.ext.compiler import compiles",
    "@compiler.compiles(sa.Table)": "from sqlalchemy.ext import compiler",
    '@event.listens_for(sa.Table, "after_create")': "from sqlalchemy import event",
}


@pytest.mark.parametrize("decorator", HOOKS)
def test_a_hook_into_sqlalchemy_makes_everything_guarded(decorator: str, revise: Revise) -> None:
    top = f"{HOOKS[decorator]}\n\n{decorator}\ndef hook(element, compiler, **kw):\n    element.name = None\n"
    guard = f"as far as {decorator[1:]} changes nothing in it"
    assert revise('op.drop_table("t")', top=top).outline() == [("DROP TABLE t", "guarded", guard)]


@pytest.mark.parametrize("change", ["sa.Column = models.Column", "op.f = str", "sa.Text.length = 5"])
def test_a_changed_library_makes_what_follows_guarded(change: str, revise: Revise) -> None:
    body = f'op.drop_table("t")\n{change}\nop.drop_table("u")'
    guard = f"as far as {change.partition(' =')[0]} changes nothing in it"
    assert revise(body, top="from app import models").outline() == [
        ("DROP TABLE t", "exact", None),
        ("DROP TABLE u", "guarded", guard),
    ]


def test_a_hook_on_a_class_of_the_file_changes_nothing_else(revise: Revise) -> None:
    top = """
    from sqlalchemy.ext.compiler import compiles

    class Own(sa.types.UserDefinedType):
        pass

    @compiles(Own)
    def compile_own(element, compiler, **kw):
        return "OWN"
    """
    assert revise('op.drop_table("t")', top=top).outline() == [("DROP TABLE t", "exact", None)]


def drop(name: str, convention: dict[str, str] | None) -> Any:
    text = (
        f"{HEADER}\n\ndef upgrade():\n    op.drop_constraint({name}, 't', type_='foreignkey')\n    op.drop_table('t')\n"
    )
    return read_revision(text, "b.py", RevisionContext(naming_convention=convention))


def test_a_constraint_without_a_name_cannot_be_dropped_where_no_convention_gives_it_one() -> None:
    migration = drop("None", {})
    (note,) = [each for each in migration.notes if each.direction == "upgrade"]
    assert isinstance(note, Fails)
    assert (note.span.line, note.error.partition(";")[2]) == (12, " it has no name")
    assert migration.upgrade_gaps == ()
    assert [(each.sql, each.confidence, each.guard) for each in migration.upgrade] == [
        ("DROP TABLE t", "guarded", "if the call on line 12 did not fail")
    ]


def test_a_naming_convention_names_it_and_wrongly() -> None:
    migration = drop("None", {"fk": "fk_%(table_name)s_%(column_0_name)s"})
    assert [each.sql for each in migration.upgrade] == ["ALTER TABLE t DROP CONSTRAINT fk_t_", "DROP TABLE t"]


def test_where_the_convention_is_not_known_neither_is_what_happens() -> None:
    migration = drop("None", None)
    assert [each.confidence for each in migration.upgrade] == ["opaque", "guarded"]
    (gap,) = migration.upgrade_gaps
    assert gap.why.endswith("it has no name, unless target_metadata has a naming convention (env.py was not read)")


def test_a_naming_convention_names_what_has_no_name() -> None:
    text = f"""{HEADER}

def upgrade():
    op.create_table("t", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("a", sa.Text(), unique=True))
    op.create_unique_constraint(None, "t", ["a"])
    op.create_check_constraint("positive", "t", "a > 0")
    op.create_check_constraint(op.f("negative"), "t", "a < 0")
"""
    convention = {
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(constraint_name)s",
    }
    migration = read_revision(text, "b.py", RevisionContext(naming_convention=convention))
    assert [" ".join(each.sql.split()) for each in migration.upgrade] == [
        "CREATE TABLE t ( id SERIAL NOT NULL, a TEXT, CONSTRAINT pk_t PRIMARY KEY (id), CONSTRAINT uq_t_a UNIQUE (a) )",
        "ALTER TABLE t ADD CONSTRAINT uq_t_a UNIQUE (a)",
        "ALTER TABLE t ADD CONSTRAINT ck_positive CHECK (a > 0)",
        "ALTER TABLE t ADD CONSTRAINT negative CHECK (a < 0)",
    ]


def test_a_name_that_postgresql_cannot_hold_breaks_for_certain(revise: Revise) -> None:
    revision = revise(f'op.create_index("{"x" * 64}", "t", ["a"])')
    (note,) = revision.notes()
    assert isinstance(note, Fails)
    assert note.error == f"IdentifierError: Identifier '{'x' * 64}' exceeds maximum length of 63 characters"
    assert (revision.sql(), revision.gaps()) == ([], [])


LACKING = "missing 1 required positional argument"
WRONG = (
    "Argument 'arg' is expected to be one of type '<class 'str'>' or '<class 'sqlalchemy.sql.elements.ClauseElement'>' "
    "or '<class 'sqlalchemy.sql.elements.TextClause'>', got '<class 'bool'>'"
)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (
            'op.drop_constraint("c")',
            "TypeError: drop_constraint() missing 1 required positional argument: 'table_name'",
        ),
        (
            'op.add_column("t", sa.Column("a", sa.Boolean(), server_default=False))',
            f"ArgumentError: {WRONG}",
        ),
    ],
)
def test_a_call_that_no_version_of_the_libraries_takes_breaks_for_certain(
    call: str, error: str, revise: Revise
) -> None:
    revision = revise(f"op.drop_table('t')\n{call}\nop.drop_table('u')")
    assert revision.notes() == [Fails(revision.place(call), "upgrade", error)]
    assert [(sql, confidence) for sql, confidence, _ in revision.outline()] == [
        ("DROP TABLE t", "exact"),
        ("DROP TABLE u", "guarded"),
    ]
    assert revision.gaps() == []


@pytest.mark.parametrize("call", ['op.drop_constraint("c")', 'op.add_column("t", sa.Column("a", server_default=1))'])
def test_a_call_that_breaks_under_a_condition_is_not_analysed(call: str, revise: Revise) -> None:
    revision = revise(f"if settings.strict:\n    {call}", top="from app import settings")
    assert [confidence for _, confidence, _ in revision.outline()] == ["opaque"]
    assert revision.notes() == []


def test_an_argument_that_only_some_versions_take_is_not_said_to_break(revise: Revise) -> None:
    call = 'op.create_index("i", "t", ["a"], fast=True, unknown_to_all=1, postgresql_nothing=2)'
    assert revise(call).notes() == []


def test_a_hook_for_another_database_changes_nothing(revise: Revise) -> None:
    top = """
    from sqlalchemy.ext.compiler import compiles

    @compiles(sa.Table, "sqlite")
    def compile_table(element, compiler, **kw):
        return ""
    """
    assert revise('op.drop_table("t")', top=top).outline() == [("DROP TABLE t", "exact", None)]


def test_a_change_of_the_libraries_is_noted_and_once_when_it_happens_on_import(revise: Revise) -> None:
    top = "import sqlalchemy.event as event\nfrom app import models\n\nsa.Text.length = 5\n"
    revision = revise('sa.Column = models.Column\nop.drop_table("t")', top=top)
    found = [note for note in revision.migration.notes if isinstance(note, Alters)]
    assert found == [
        Alters(revision.place("sa.Text.length"), None, "sa.Text.length"),
        Alters(revision.place("sa.Column"), "upgrade", "sa.Column"),
    ]


def test_what_another_revision_changes_in_the_libraries_guards_this_one() -> None:
    text = f'{HEADER}\n\ndef upgrade():\n    op.drop_table("t")\n'
    migration = read_revision(text, "b.py", RevisionContext(altered_by="compiles(sa.Table)"))
    (statement,) = migration.upgrade
    assert (statement.confidence, statement.guard) == (
        "guarded",
        "as far as compiles(sa.Table) changes nothing in it",
    )
