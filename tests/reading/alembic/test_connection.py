"""The migration's own connection: what it is asked is written down, what it answers is unknown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.reading.alembic.conftest import HEADER

from database_patterns.model import CommitOnBind
from database_patterns.reading.alembic import RevisionContext, read_revision

Revise = Callable[..., Any]

EXECUTED = {
    'bind.execute(sa.text("DELETE FROM t WHERE id = :id"), {"id": 7})': ["DELETE FROM t WHERE id = 7"],
    'bind.execute(sa.text("DELETE FROM t WHERE id = :id"), [{"id": 1}, {"id": 2}])': [
        "DELETE FROM t WHERE id = 1",
        "DELETE FROM t WHERE id = 2",
    ],
    'bind.execute(t.insert(), [{"a": 1}, {"a": None}])': [
        "INSERT INTO t (a) VALUES (1)",
        "INSERT INTO t (a) VALUES (NULL)",
    ],
    'bind.execute(t.update().where(t.c.a == sa.bindparam("o")).values(a=sa.bindparam("n")), {"o": 1, "n": 2})': [
        "UPDATE t SET a=2 WHERE t.a = 1"
    ],
    "bind.exec_driver_sql(\"SELECT ':x'\")": ["SELECT ':x'"],
    'bind.scalar(sa.text("SELECT count(*) FROM t"))': ["SELECT count(*) FROM t"],
    'op.get_context().bind.execute(sa.text("SELECT 2"))': ["SELECT 2"],
    "Session(bind=bind).execute(sa.delete(t))": ["DELETE FROM t"],
    "sessionmaker(bind=bind)().execute(sa.delete(t))": ["DELETE FROM t"],
    "sa.MetaData().create_all(bind)": [],
}
TOP = "from sqlalchemy.orm import Session, sessionmaker\n"
START = 'bind = op.get_bind()\nt = sa.table("t", sa.column("a"))\n'


@pytest.mark.parametrize("call", EXECUTED)
def test_what_the_connection_executes_is_a_statement(call: str, revise: Revise) -> None:
    revision = revise(START + call, top=TOP)
    assert revision.outline() == [(sql, "exact", None) for sql in EXECUTED[call]]
    assert {each.span for each in revision.migration.upgrade} <= {revision.place(call)}
    assert revision.gaps() == []


def test_a_string_that_the_connection_executes_depends_on_the_version_of_sqlalchemy(revise: Revise) -> None:
    revision = revise(START + 'bind.execute("DELETE FROM t")')
    guard = "if SQLAlchemy is older than 2.0 (it refuses to execute a string)"
    assert revision.outline() == [("DELETE FROM t", "guarded", guard)]


CONTEXT = ['op.get_context().execute("DELETE FROM t")', 'context.execute("DELETE FROM t", {"autocommit": True})']


@pytest.mark.parametrize("call", CONTEXT)
def test_a_string_that_alembic_s_context_executes_is_exact(call: str, revise: Revise) -> None:
    revision = revise(f'{call}\nop.execute("SELECT 1")', top="from alembic import context\n")
    assert revision.outline() == [("DELETE FROM t", "exact", None), ("SELECT 1", "exact", None)]


DRIVER_S_OWN = {
    "(\"UPDATE t SET a = %s, b = '%%' WHERE c = %s\", (1, 'x'))": ["UPDATE t SET a = 1, b = '%' WHERE c = 'x'"],
    '("UPDATE t SET a = %(a)s::int WHERE c = %(a)s", {"a": None})': ["UPDATE t SET a = NULL::int WHERE c = NULL"],
    "('SELECT x%s::int', [-5])": ["SELECT x-5::int"],
    '("DELETE FROM t WHERE a = %s", [(1,), (2,)])': ["DELETE FROM t WHERE a = 1", "DELETE FROM t WHERE a = 2"],
    "(\"UPDATE t SET a = $2, b = ':x' WHERE a = $1\", (1, 2))": ["UPDATE t SET a = 2, b = ':x' WHERE a = 1"],
}


@pytest.mark.parametrize("call", DRIVER_S_OWN)
def test_values_beside_a_driver_s_own_statement_are_put_in(call: str, revise: Revise) -> None:
    revision = revise(f"op.get_bind().exec_driver_sql{call}")
    assert revision.outline() == [(sql, "exact", None) for sql in DRIVER_S_OWN[call]]


@pytest.mark.parametrize("values", ["(1,)", "settings.values", "(1, settings.a)"])
def test_a_value_that_is_not_known_beside_a_driver_s_own_statement_is_a_hole(values: str, revise: Revise) -> None:
    call = f'op.get_bind().exec_driver_sql("UPDATE t SET a = 1, b = %s, c = %s", {values})'
    (statement,) = revise(call, top="from app import settings").migration.upgrade
    assert (statement.confidence, statement.error) == ("partial", None)
    assert statement.sql.endswith(("b = 1, c = $1", "b = $1, c = $2"))


def test_percent_signs_of_a_driver_s_own_statement_depend_on_the_driver(revise: Revise) -> None:
    revision = revise("op.get_bind().exec_driver_sql(\"SELECT '%%'\")")
    assert revision.outline() == [("SELECT '%%'", "guarded", "as far as the driver leaves percent signs alone")]


def test_unknown_values_of_a_statement_are_holes_and_its_text_is_kept(revise: Revise) -> None:
    revision = revise(
        START
        + "rows = bind.execute(sa.select(t.c.a)).fetchall()\n"
        + 'bind.execute(sa.text("DELETE FROM t WHERE a = :a"), {"a": rows[0].a})\n'
        + "bind.execute(t.update().where(t.c.a == rows[1].a).values(a=5))"
    )
    answer = "$1 is what the database answers"
    assert revision.outline() == [
        ("SELECT t.a FROM t", "exact", None),
        ("DELETE FROM t WHERE a = $1", "partial", answer),
        ("UPDATE t SET a=5 WHERE t.a = $1", "partial", answer),
    ]


def test_a_statement_that_is_not_known_is_opaque(revise: Revise) -> None:
    revision = revise("op.get_bind().execute(build())", top="from app import build")
    why = "what is imported from app, which is not read"
    assert revision.outline() == [("", "opaque", why)]
    assert revision.gaps() == [("op.get_bind().execute(build())", why)]


def test_a_statement_with_an_unknown_table_is_opaque_with_what_is_known_of_its_text(revise: Revise) -> None:
    revision = revise('op.execute(f"TRUNCATE {settings.table}")', top="from app import settings")
    assert revision.outline() == [("TRUNCATE $1", "opaque", "$1 is what is imported from app, which is not read")]
    assert revision.migration.upgrade[0].error is None


def test_what_the_orm_sends_is_a_gap(revise: Revise) -> None:
    revision = revise(START + "session = Session(bind)\nsession.add(thing)\nsession.flush()", top=TOP)
    assert revision.gaps() == [("session.add(thing)", "what the ORM sends is not read")]


def test_another_connection_than_the_migration_s_is_a_gap(revise: Revise) -> None:
    revision = revise('sa.create_engine("x").connect().execute(sa.text("SELECT 1"))')
    assert revision.sql() == []
    assert [what for what, _ in revision.gaps()] == ['sa.create_engine("x").connect().execute(sa.text("SELECT 1"))']


@pytest.mark.parametrize("call", ["bind.commit()", "bind.rollback()", "Session(bind).rollback()"])
def test_ending_the_transaction_on_the_connection_is_noted(call: str, revise: Revise) -> None:
    revision = revise(START + call, top=TOP)
    assert revision.notes() == [CommitOnBind(revision.place(call), "upgrade", call)]


def test_a_session_s_commit_is_not_handed_on_to_the_connection_and_not_noted(revise: Revise) -> None:
    revision = revise(START + "Session(bind).commit()", top=TOP)
    assert (revision.notes(), revision.gaps()) == ([], [])


@pytest.mark.parametrize(
    ("statement", "driver", "confidence"),
    [
        ("SET LOCAL lock_timeout = :n", None, "guarded"),
        ("SET LOCAL lock_timeout = :n", "psycopg", "guarded"),
        ("SET LOCAL lock_timeout = :n", "psycopg2", "exact"),
        ("ALTER TABLE t ALTER a SET DEFAULT :n", None, "guarded"),
        ("SET LOCAL lock_timeout = 5", None, "exact"),
        ("SELECT :n", None, "exact"),
        ("/* all of them */ (WITH a AS (SELECT 1) UPDATE t SET a = :n)", None, "exact"),
    ],
)
def test_values_beside_what_is_no_query_need_a_driver_that_puts_them_into_the_text(
    statement: str, driver: str | None, confidence: str
) -> None:
    body = f'op.get_bind().execute(sa.text("{statement}"), {{"n": 5}})'
    text = f"{HEADER}\n\ndef upgrade():\n    {body}\n"
    (read,) = read_revision(text, "b.py", RevisionContext(driver=driver)).upgrade
    assert (read.confidence, ":n" in read.sql) == (confidence, False)
    if confidence == "guarded":
        assert read.guard == (
            "as far as the driver puts values into the text of a statement that takes none (psycopg2 does)"
        )


@pytest.mark.parametrize("given", ["name='x'", "rows_of_the_application", "[*rows_of_the_application]"])
def test_parameters_that_are_not_known_may_name_any_column(given: str, revise: Revise) -> None:
    top = "from app import rows_of_the_application\nt = sa.table('t', sa.column('name'), sa.column('age'))"
    for statement in ("t.insert()", "t.update()"):
        read = revise(f"op.get_bind().execute({statement}, {given})", top=top).migration.upgrade
        assert [(each.sql, each.confidence) for each in read] == [("", "opaque")]
