"""Names that Alembic makes up, with and without a naming convention, are read as it sends them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.reading.alembic.conftest import Revision
from tests.reading.alembic.truth import assert_read_as_sent, folded, run

from database_patterns.lab.server import Database
from database_patterns.model import Fails
from database_patterns.reading.alembic import RevisionContext, read_revision

Revise = Callable[..., Any]

SETUP = """
CREATE TABLE p (id int PRIMARY KEY, a int, b int);
CREATE TABLE t (id int PRIMARY KEY, a int, b int, pos int, CONSTRAINT fk_t_ CHECK (true));
"""
CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

NAMED = {
    "foreign key without a name": 'op.create_foreign_key(None, "t", "p", ["a"], ["id"])',
    "unique constraint without a name": 'op.create_unique_constraint(None, "t", ["a", "b"])',
    "check whose name is wrapped": 'op.create_check_constraint("pos", "t", "pos > 0")',
    "check whose name is final": 'op.create_check_constraint(op.f("pos"), "t", "pos > 0")',
    "constraint dropped by its short name": (
        'op.create_check_constraint("pos", "t", "pos > 0")\nop.drop_constraint("pos", "t", type_="check")'
    ),
    "index of a column": 'op.add_column("t", sa.Column("x", sa.Integer(), sa.ForeignKey("p.id"), index=True))',
    "unique column": 'op.add_column("t", sa.Column("x", sa.Integer(), unique=True))',
    "index without a name": 'op.create_index(None, "t", ["a", "b"])',
    "table": """
        op.create_table(
            "n",
            sa.Column("id", sa.Integer(), sa.Identity(), primary_key=True),
            sa.Column("a", sa.Integer(), sa.ForeignKey("p.id"), index=True),
            sa.Column("b", sa.Boolean(create_constraint=True, name="flag")),
            sa.CheckConstraint("a > 0", name="positive"),
            sa.UniqueConstraint("a", "b"),
            sa.PrimaryKeyConstraint("id"),
        )
    """,
    "batch": """
        with op.batch_alter_table("t") as batch_op:
            batch_op.create_foreign_key(None, "p", ["b"], ["id"])
            batch_op.create_unique_constraint(None, ["b"])
    """,
}


def read(body: str, convention: dict[str, str]) -> Revision:
    """A revision with ``body`` whose env.py is known: its metadata has ``convention``."""
    revision = Revision(body)
    revision.migration = read_revision(revision.text, "b.py", RevisionContext(naming_convention=convention))
    return revision


@pytest.mark.parametrize("convention", [CONVENTION, {}], ids=["convention", "none"])
@pytest.mark.parametrize("name", NAMED)
def test_a_name_is_made_as_alembic_makes_it(name: str, convention: dict[str, str], database: Database) -> None:
    database.execute(SETUP)
    assert_read_as_sent(read(NAMED[name], convention), database, directions=("upgrade",), convention=convention)


def test_a_nameless_drop_takes_the_name_that_the_convention_makes_of_nothing(database: Database) -> None:
    """It is rarely that of the constraint meant; here one of that name is there."""
    database.execute(SETUP)
    convention = {"uq": "fk_%(table_name)s_"}
    revision = read('op.drop_constraint(None, "t", type_="unique")', convention)
    sent = run(revision.text, "upgrade", database, convention)
    assert [folded(each.sql) for each in revision.migration.upgrade] == sent.sql


def test_a_nameless_drop_that_the_convention_cannot_name_fails(database: Database) -> None:
    database.execute(SETUP)
    revision = read('op.drop_constraint(None, "t", type_="foreignkey")', CONVENTION)
    (opaque,) = revision.migration.upgrade
    sent = run(revision.text, "upgrade", database, CONVENTION)
    assert (opaque.confidence, opaque.guard) == ("opaque", f"{type(sent.error).__name__}: {sent.error}")


@pytest.mark.parametrize("kind", ["foreignkey", "unique", "check", "primary"])
def test_a_nameless_drop_fails_without_a_convention(kind: str, database: Database) -> None:
    database.execute(SETUP)
    revision = read(f'op.drop_constraint(None, "t", type_="{kind}")\nop.drop_table("t")', {})
    (note,) = revision.notes()
    assert isinstance(note, Fails)
    assert " at 0x" not in note.error
    sent = run(revision.text, "upgrade", database)
    assert note.error == f"{type(sent.error).__name__}: {re.sub(' object at 0x[0-9a-f]+', '', str(sent.error))}"
    assert sent.sql == []


def test_a_constraint_without_a_name_really_fails(database: Database, revise: Revise) -> None:
    database.execute(SETUP)
    revision = revise('op.drop_constraint(None, "t", type_="primary")')
    (opaque,) = revision.migration.upgrade
    sent = run(revision.text, "upgrade", database)
    assert "it has no name" in str(sent.error)
    assert opaque.guard is not None
    assert opaque.guard.startswith(type(sent.error).__name__)
