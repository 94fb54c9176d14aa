"""Alembic's operations as SQL: its own rendering, one call at a time, at the place of the call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from database_patterns.actions import AddColumn, Column, Name, TypeName
from database_patterns.model import Statement, Transaction
from database_patterns.reading.alembic.origins import contains

Revise = Callable[..., Any]

RENDERED = {
    'op.add_column("orders", sa.Column("note", sa.Text(), nullable=True))': ["ALTER TABLE orders ADD COLUMN note TEXT"],
    'op.add_column("orders", sa.Column("n", sa.Integer(), server_default="0", nullable=False), schema="shop")': [
        "ALTER TABLE shop.orders ADD COLUMN n INTEGER DEFAULT '0' NOT NULL"
    ],
    'op.add_column("orders", sa.Column("who", sa.Integer(), sa.ForeignKey("people.id", name="fk_who")))': [
        "ALTER TABLE orders ADD COLUMN who INTEGER",
        "ALTER TABLE orders ADD CONSTRAINT fk_who FOREIGN KEY(who) REFERENCES people (id)",
    ],
    'op.add_column("orders", sa.Column("code", sa.String(8), index=True))': [
        "ALTER TABLE orders ADD COLUMN code VARCHAR(8)",
        "CREATE INDEX ix_orders_code ON orders (code)",
    ],
    'op.add_column("orders", sa.Column("state", sa.Enum("new", "paid", name="state")))': [
        "ALTER TABLE orders ADD COLUMN state state"
    ],
    'op.drop_column("orders", "note")': ["ALTER TABLE orders DROP COLUMN note"],
    'op.alter_column("orders", "note", type_=sa.String(200), nullable=False, server_default="x")': [
        "ALTER TABLE orders ALTER COLUMN note TYPE VARCHAR(200)",
        "ALTER TABLE orders ALTER COLUMN note SET NOT NULL",
        "ALTER TABLE orders ALTER COLUMN note SET DEFAULT 'x'",
    ],
    'op.alter_column("orders", "n", type_=sa.BigInteger(), postgresql_using="n::bigint")': [
        "ALTER TABLE orders ALTER COLUMN n TYPE BIGINT USING n::bigint"
    ],
    'op.alter_column("orders", "note", new_column_name="remark")': ["ALTER TABLE orders RENAME note TO remark"],
    'op.create_table("t", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("at", sa.DateTime(True)))': [
        "CREATE TABLE t ( id SERIAL NOT NULL, at TIMESTAMP WITH TIME ZONE, PRIMARY KEY (id) )"
    ],
    'op.create_table("t", sa.Column("b", sa.Integer(), index=True), sa.Column("a", sa.Integer(), index=True))': [
        "CREATE TABLE t ( b INTEGER, a INTEGER )",
        "CREATE INDEX ix_t_a ON t (a)",
        "CREATE INDEX ix_t_b ON t (b)",
    ],
    'op.create_table("t", sa.Column("s", sa.Enum("a", "b", name="kind")), sa.Column("r", postgresql.JSONB()))': [
        "CREATE TYPE kind AS ENUM ('a', 'b')",
        "CREATE TABLE t ( s kind, r JSONB )",
    ],
    'op.drop_table("t")': ["DROP TABLE t"],
    'op.rename_table("t", "u")': ["ALTER TABLE t RENAME TO u"],
    'op.create_index("ix", "t", ["a", sa.text("lower(b)")], unique=True, postgresql_concurrently=True)': [
        "CREATE UNIQUE INDEX CONCURRENTLY ix ON t (a, lower(b))"
    ],
    'op.create_index(op.f("ix"), "t", ["a"], postgresql_where=sa.text("a > 0"), postgresql_include=["b"])': [
        "CREATE INDEX ix ON t (a) INCLUDE (b) WHERE a > 0"
    ],
    'op.drop_index("ix", table_name="t", postgresql_concurrently=True, if_exists=True)': [
        "DROP INDEX CONCURRENTLY IF EXISTS ix"
    ],
    'op.create_foreign_key("fk", "t", "u", ["u_id"], ["id"], ondelete="CASCADE", postgresql_not_valid=True)': [
        "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY(u_id) REFERENCES u (id) ON DELETE CASCADE NOT VALID"
    ],
    'op.create_unique_constraint("uq", "t", ["a", "b"])': ["ALTER TABLE t ADD CONSTRAINT uq UNIQUE (a, b)"],
    'op.create_check_constraint("ck", "t", sa.column("a") > 5)': ["ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 5)"],
    'op.create_primary_key("pk", "t", ["id"])': ["ALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY (id)"],
    'op.drop_constraint("fk", "t", type_="foreignkey")': ["ALTER TABLE t DROP CONSTRAINT fk"],
    'op.create_table_comment("t", "it\'s 100% ours")': ["COMMENT ON TABLE t IS 'it''s 100% ours'"],
    "op.execute(\"UPDATE t SET a = '50%' WHERE b LIKE 'x%'\")": ["UPDATE t SET a = '50%' WHERE b LIKE 'x%'"],
    'op.execute(sa.text("UPDATE t SET a = :a").bindparams(a="it\'s"))': ["UPDATE t SET a = 'it''s'"],
    'op.execute("SELECT now()::date")': ["SELECT now()::date"],
    'op.execute(sa.table("t", sa.column("a")).update().where(sa.column("b") == 3).values(a=sa.func.now()))': [
        "UPDATE t SET a=now() WHERE b = 3"
    ],
    'op.execute(sa.select(sa.table("t", sa.column("a")).c.a).where(sa.column("b").in_([1, 2])))': [
        "SELECT t.a FROM t WHERE b IN (1, 2)"
    ],
    'op.execute(sa.schema.CreateSequence(sa.Sequence("numbers")))': ["CREATE SEQUENCE numbers"],
    'op.execute("-- nothing but a remark")': [],
}
"""Calls, and the statements that Alembic sends for them."""


@pytest.mark.parametrize("call", RENDERED)
def test_an_operation_is_the_sql_that_alembic_sends_at_its_call_or_a_part_of_it(call: str, revise: Revise) -> None:
    revision = revise(call)
    assert revision.sql() == RENDERED[call]
    assert [each.confidence for each in revision.migration.upgrade] == ["exact"] * len(RENDERED[call])
    assert all(contains(revision.place(call), each.span) for each in revision.migration.upgrade)
    assert revision.migration.upgrade_gaps == ()


def test_a_statement_is_whole_text_place_actions_and_transaction(revise: Revise) -> None:
    call = 'op.add_column("orders", sa.Column("note", sa.Text()))'
    revision = revise(call)
    assert revision.migration.upgrade == (
        Statement(
            "ALTER TABLE orders ADD COLUMN note TEXT",
            revision.place(call),
            actions=(AddColumn(Name("orders"), Column("note", TypeName(Name("text")))),),
            transaction=Transaction(
                "b.py/upgrade/1",
                certain=True,
                reason="Alembic runs this revision inside a transaction, unless env.py says otherwise "
                "(env.py was not read)",
            ),
        ),
    )


def test_rows_of_a_bulk_insert_are_statements_with_literal_values(revise: Revise) -> None:
    revision = revise(
        """
        json = sa.column("c", postgresql.JSONB)
        t = sa.table("t", sa.column("a", sa.String), sa.column("b"), json, sa.column("d", sa.Date))
        op.bulk_insert(t, [
            {"a": "it's", "b": 1, "c": {"k": [1, None]}, "d": datetime.date(2026, 1, 2)},
            {"a": None, "b": True, "c": None, "d": None},
        ])
        """,
        top="import datetime",
    )
    assert revision.sql() == [
        """INSERT INTO t (a, b, c, d) VALUES ('it''s', 1, '{"k": [1, null]}', '2026-01-02')""",
        "INSERT INTO t (a, b, c, d) VALUES (NULL, true, 'null', NULL)",
    ]
    assert {each.confidence for each in revision.migration.upgrade} == {"exact"}


def test_a_row_value_that_only_a_run_knows_leaves_a_named_hole(revise: Revise) -> None:
    revision = revise('op.bulk_insert(sa.table("t", sa.column("id")), [{"id": uuid.uuid4()}])', top="import uuid")
    assert revision.outline() == [
        ("INSERT INTO t (id) VALUES ($1)", "partial", "$1 is uuid.uuid4, known only when the migration runs")
    ]


def test_a_default_that_the_migration_computes_leaves_a_hole_where_a_row_needs_it(revise: Revise) -> None:
    revision = revise(
        """
        t = op.create_table("t", sa.Column("id", sa.Integer(), default=lambda: 1), sa.Column("n", sa.Integer()))
        op.bulk_insert(t, [{"n": 1}])
        op.bulk_insert(t, [{"id": 2, "n": 2}])
        """
    )
    assert revision.outline() == [
        ("CREATE TABLE t ( id INTEGER, n INTEGER )", "exact", None),
        ("INSERT INTO t (id, n) VALUES ($1, 1)", "partial", "$1 is a default that the migration computes"),
        ("INSERT INTO t (id, n) VALUES (2, 2)", "exact", None),
    ]


def test_the_table_that_create_table_returns_can_be_filled(revise: Revise) -> None:
    revision = revise(
        """
        kinds = op.create_table("kinds", sa.Column("name", sa.String()))
        op.bulk_insert(kinds, [{"name": "x"}])
        """
    )
    assert revision.sql() == ["CREATE TABLE kinds ( name VARCHAR )", "INSERT INTO kinds (name) VALUES ('x')"]


def test_the_operations_of_a_batch_run_at_its_end_each_at_its_own_place(revise: Revise) -> None:
    revision = revise(
        """
        with op.batch_alter_table("t", schema="s") as batch:
            batch.add_column(sa.Column("a", sa.Integer()))
            batch.create_index("ix", ["a"])
            op.execute("SELECT 1")
        """
    )
    assert [(each.sql, each.span.line) for each in revision.migration.upgrade] == [
        ("SELECT 1", revision.place('op.execute("SELECT 1")').line),
        ("ALTER TABLE s.t ADD COLUMN a INTEGER", revision.place('batch.add_column(sa.Column("a", sa.Integer()))').line),
        ("CREATE INDEX ix ON s.t (a)", revision.place('batch.create_index("ix", ["a"])').line),
    ]


def test_a_batch_that_copies_the_table_needs_the_database(revise: Revise) -> None:
    revision = revise(
        """
        with op.batch_alter_table("t", recreate="always") as batch:
            batch.drop_column("a")
        """
    )
    why = "recreate='always' copies the table as the database has it"
    assert revision.outline() == [("", "opaque", why)]
    assert revision.gaps() == [('batch.drop_column("a")', why)]


def test_a_constraint_without_a_name_is_opaque_and_says_what_alembic_would_raise(revise: Revise) -> None:
    revision = revise('op.drop_constraint(None, "t", type_="unique")\nop.drop_column("t", "a")')
    (opaque, dropped) = revision.migration.upgrade
    assert (opaque.sql, opaque.confidence) == ("", "opaque")
    assert "it has no name" in opaque.guard
    assert (dropped.sql, dropped.confidence) == ("ALTER TABLE t DROP COLUMN a", "guarded")
    assert dropped.guard.startswith("if the call on line 12 does not fail (CompileError: ")
    assert revision.gaps() == [('op.drop_constraint(None, "t", type_="unique")', opaque.guard)]


def test_an_operation_that_alembic_does_not_have_is_opaque_and_named(revise: Revise) -> None:
    revision = revise('op.create_view("view")')
    why = "op.create_view is not one of Alembic's own operations"
    assert revision.outline() == [("", "opaque", why)]
    assert revision.gaps() == [('op.create_view("view")', why)]


def test_a_bind_parameter_in_plain_sql_is_a_hole_for_it_has_no_value(revise: Revise) -> None:
    revision = revise("""op.execute("UPDATE t SET a = '{\\"k\\":true}' WHERE b = :b")""")
    first, second = (f"the bind parameter :{name}, whose value is not given here" for name in ("true", "b"))
    assert revision.outline() == [
        ("""UPDATE t SET a = '{"k"$1}' WHERE b = $2""", "partial", f"$1 is {first}; $2 is {second}")
    ]


def test_a_type_created_on_its_own_depends_on_whether_it_exists(revise: Revise) -> None:
    revision = revise(
        """
        kind = postgresql.ENUM("a", "b", name="kind")
        kind.create(op.get_bind())
        kind.drop(op.get_bind(), checkfirst=False)
        """
    )
    assert revision.outline() == [
        ("CREATE TYPE kind AS ENUM ('a', 'b')", "guarded", "if kind does not exist yet"),
        ("DROP TYPE kind", "exact", None),
    ]


def test_sql_with_a_nul_character_is_opaque(revise: Revise) -> None:
    revision = revise('op.execute("SELECT 1\\0; DROP TABLE t")')
    assert revision.outline() == [("", "opaque", "its text has a NUL character, which PostgreSQL refuses")]


def test_sql_that_postgresql_would_not_parse_keeps_its_error(revise: Revise) -> None:
    revision = revise('op.execute("ALTER TABEL t")')
    (statement,) = revision.migration.upgrade
    assert str(statement.error) == '42601: syntax error at or near "TABEL"'
    assert statement.confidence == "exact"
