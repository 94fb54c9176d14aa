"""Tables that a revision reflects from the database: what is known of their statements without one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Revise = Callable[..., Any]

REFLECTED = {
    "a table": 'bind = op.get_bind()\nt = sa.Table("t", sa.MetaData(), autoload_with=bind)',
    "a table, as it was written once": 'bind = op.get_bind()\nt = sa.Table("t", sa.MetaData(bind), autoload=True)',
    "all tables": 'bind = op.get_bind()\nmeta = sa.MetaData()\nmeta.reflect(bind=bind)\nt = meta.tables["t"]',
    "one of all": 'bind = op.get_bind()\nmeta = sa.MetaData()\nmeta.reflect(bind)\nt = sa.Table("t", meta)',
}
CONDITION = "as far as what is reflected of t changes nothing in it"
COLUMNS = f"{CONDITION} and $1 is the columns of t, reflected from the database"


@pytest.mark.parametrize("way", REFLECTED)
@pytest.mark.parametrize(
    ("call", "sql", "guard"),
    [
        ("bind.execute(t.delete())", "DELETE FROM t", CONDITION),
        ("op.execute(t.delete().where(t.c.a > 1))", "DELETE FROM t WHERE t.a > 1", CONDITION),
        ("bind.execute(sa.update(t).values(a='x'))", "UPDATE t SET a='x'", CONDITION),
        ("bind.execute(t.update().values({t.c['a']: t.columns.b}))", "UPDATE t SET a=t.b", CONDITION),
        ("bind.execute(t.insert(), {'a': 1})", "INSERT INTO t (a) VALUES (1)", CONDITION),
        ("bind.execute(t.update(), {'a': 1})", "UPDATE t SET a=1", CONDITION),
        ("op.bulk_insert(t, [{'a': 'x'}])", "INSERT INTO t (a) VALUES ('x')", CONDITION),
        ("bind.execute(sa.select(t.c.a))", "SELECT t.a FROM t", CONDITION),
        ("bind.execute(t.select().where(t.c.a == 1))", "SELECT $1 FROM t WHERE t.a = 1", COLUMNS),
        ("bind.execute(sa.select(t, sa.literal_column('1')))", "SELECT $1, 1 FROM t", COLUMNS),
        ("t.drop(bind, checkfirst=False)", "DROP TABLE t", CONDITION),
        ("sa.Index('i', t.c.a).create(bind)", "CREATE INDEX i ON t (a)", CONDITION),
    ],
)
def test_a_statement_on_a_reflected_table_is_known_but_for_what_is_reflected(
    way: str, call: str, sql: str, guard: str, revise: Revise
) -> None:
    revision = revise(f"{REFLECTED[way]}\n{call}")
    assert revision.outline() == [(sql, "partial" if "$1" in sql else "guarded", guard)]
    assert revision.gaps() == []


@pytest.mark.parametrize(
    "call",
    [
        "bind.execute(sa.select(sa.select(t).subquery()))",
        "bind.execute(t.insert().from_select(['a'], t.select()))",
        "t.create(bind)",
        "[op.drop_column('t', column.name) for column in t.columns]",
        "[bind.execute(each.delete()) for each in t.metadata.sorted_tables]",
        "op.bulk_insert(t, unknown)",
        "bind.execute(sa.Table(unknown, sa.MetaData(), autoload_with=bind).delete())",
    ],
)
def test_what_needs_the_columns_of_a_reflected_table_is_named(call: str, revise: Revise) -> None:
    revision = revise(f"{REFLECTED['a table']}\n{call}", top="from app import unknown")
    assert revision.gaps() != []
    assert {confidence for _, confidence, _ in revision.outline()} <= {"opaque"}


def test_a_schema_and_given_columns_stay(revise: Revise) -> None:
    revision = revise(
        """
        bind = op.get_bind()
        t = sa.Table("t", sa.MetaData(), sa.Column("a", sa.Boolean), autoload_with=bind, schema="s")
        bind.execute(t.update().values(a=True))
        meta = sa.MetaData()
        meta.reflect(bind, schema="s")
        bind.execute(meta.tables["s.u"].delete())
        """
    )
    assert revision.sql() == ["UPDATE s.t SET a=true", "DELETE FROM s.u"]


def test_other_tables_stay_exact_beside_a_reflected_one(revise: Revise) -> None:
    revision = revise(f"{REFLECTED['a table']}\nbind.execute(sa.table('u', sa.column('a')).delete())")
    assert revision.outline() == [("DELETE FROM u", "exact", None)]


@pytest.mark.parametrize(
    "top", ["from sqlalchemy.engine import reflection", "from sqlalchemy.engine.reflection import *"]
)
def test_an_inspector_of_the_connection_answers_what_is_unknown(top: str, revise: Revise) -> None:
    name = "reflection.Inspector" if "import reflection" in top else "Inspector"
    top = top.replace("*", "Inspector")
    body = f"""
    inspector = {name}.from_engine(op.get_bind())
    if "t" in inspector.get_table_names():
        op.drop_table("t")
    """
    revision = revise(body, top=top)
    assert revision.outline() == [("DROP TABLE t", "guarded", 'if "t" in inspector.get_table_names()')]
    assert revision.gaps() == []
