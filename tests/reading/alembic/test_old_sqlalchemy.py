"""What only an SQLAlchemy older than 2.0 takes: it runs, fails or is guarded as the project's own version says."""

from __future__ import annotations

import pytest
from tests.reading.alembic.conftest import HEADER, indented

from database_patterns.model import Fails, Migration
from database_patterns.reading.alembic import RevisionContext, read_revision

TOP = 'bind = op.get_bind()\nt = sa.table("t", sa.column("a", sa.Integer), sa.column("b", sa.Text))\n'


def read(body: str, *, old: bool | None) -> Migration:
    text = f"{HEADER}\n\ndef upgrade():\n{indented(TOP + body)}"
    return read_revision(text, "b.py", RevisionContext(old_sqlalchemy=old))


def outline(migration: Migration) -> list[tuple[str, str, str | None]]:
    return [(" ".join(each.sql.split()), each.confidence, each.guard) for each in migration.upgrade]


OLD = {
    'bind.execute("DELETE FROM t")': ("DELETE FROM t", "refuses to execute a string"),
    "bind.execute(\"UPDATE t SET b = ':a' WHERE a = %s\", (1,))": (
        "UPDATE t SET b = ':a' WHERE a = 1",
        "refuses to execute a string",
    ),
    'bind.execute("DELETE FROM t WHERE a = %s AND b = %s", 1, "x")': (
        "DELETE FROM t WHERE a = 1 AND b = 'x'",
        "refuses to execute a string",
    ),
    'bind.execute("DELETE FROM t WHERE a = %(a)s", a=2)': (
        "DELETE FROM t WHERE a = 2",
        "refuses to execute a string",
    ),
    'sa.orm.Session(bind=bind).execute("DELETE FROM t WHERE a = :a", {"a": 3})': (
        "DELETE FROM t WHERE a = 3",
        "refuses to execute a string",
    ),
    "bind.execute(sa.select([t.c.a, t.c.b]).where(t.c.a == 1))": (
        "SELECT t.a, t.b FROM t WHERE t.a = 1",
        "takes no list of columns",
    ),
    "op.execute(t.update().values(b=sa.case([(t.c.a == 1, 'x')], else_='y')))": (
        "UPDATE t SET b=CASE WHEN (t.a = 1) THEN 'x' ELSE 'y' END",
        "takes no list of whens",
    ),
    "op.execute(sa.Table('u', sa.MetaData(bind=bind), sa.Column('a', sa.Integer)).delete())": (
        "DELETE FROM u",
        "takes no bind",
    ),
}


@pytest.mark.parametrize("call", OLD)
def test_on_an_older_sqlalchemy_it_is_exact(call: str) -> None:
    assert outline(read(call, old=True)) == [(OLD[call][0], "exact", None)]


@pytest.mark.parametrize("call", OLD)
def test_where_the_version_is_not_known_it_is_guarded(call: str) -> None:
    sql, refusal = OLD[call]
    assert outline(read(call, old=None)) == [(sql, "guarded", f"if SQLAlchemy is older than 2.0 (it {refusal})")]


@pytest.mark.parametrize("call", OLD)
def test_on_a_newer_sqlalchemy_it_fails_for_certain(call: str) -> None:
    migration = read(call, old=False)
    (failure,) = (note for note in migration.notes if isinstance(note, Fails))
    assert failure.error == f"SQLAlchemy {OLD[call][1]} from 2.0 on, and the project's is not older"
    line = failure.span.line
    assert outline(migration) == [(OLD[call][0], "guarded", f"if the call on line {line} did not fail")]


def test_under_a_condition_it_is_guarded_on_a_newer_one_too() -> None:
    migration = read('if bind.execute(sa.text("SELECT 1")).scalar():\n    bind.execute("DELETE FROM t")', old=False)
    guard = (
        'if bind.execute(sa.text("SELECT 1")).scalar() '
        "and if SQLAlchemy is older than 2.0 (it refuses to execute a string)"
    )
    assert outline(migration)[1:] == [("DELETE FROM t", "guarded", guard)]


@pytest.mark.parametrize(("old", "certain"), [(False, True), (None, False), (True, False)])
def test_a_column_that_is_there_twice_is_refused_by_a_newer_one(old: bool | None, certain: bool) -> None:  # noqa: FBT001 - values of the table
    migration = read('op.create_table("u", sa.Column("a", sa.Integer), sa.Column("a", sa.Text))', old=old)
    failures = [note.error.partition(":")[0] for note in migration.notes if isinstance(note, Fails)]
    assert failures == (["DuplicateColumnError"] if certain else [])


def test_a_string_with_holes_stays_partial() -> None:
    migration = read("import os\nbind.execute(f\"DELETE FROM {os.environ['T']}\")", old=True)
    (statement,) = migration.upgrade
    assert (statement.confidence, statement.sql) == ("opaque", "DELETE FROM $1")
