"""Every operation of Alembic is read as the SQL that Alembic sends to a real PostgreSQL: text, order, transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.reading.alembic.truth import assert_read_as_sent, folded, run

from database_patterns.lab.server import Database

Revise = Callable[..., Any]

SETUP = """
CREATE TABLE people (id serial PRIMARY KEY, name text, age int, data jsonb, tags text[]);
INSERT INTO people (name, age) VALUES ('Ada', 36), ('Grace', 85);
CREATE TABLE orders (id serial PRIMARY KEY, total numeric, note varchar(20), flag boolean);
CREATE SCHEMA other;
CREATE TABLE other.things (id int PRIMARY KEY, a int, b text);
CREATE SEQUENCE numbers;
"""

CASES = {
    "columns": (
        """
        op.add_column("orders", sa.Column("person_id", sa.Integer(), sa.ForeignKey("people.id", name="fk"), index=True))
        op.add_column("orders", sa.Column("at", sa.DateTime(True), server_default=sa.func.now(), comment="when"))
        op.alter_column("orders", "note", type_=sa.Text(), nullable=False, server_default=sa.text("'100%'"))
        op.alter_column("orders", "total", new_column_name="sum", existing_type=sa.Numeric())
        """,
        """
        op.alter_column("orders", "sum", new_column_name="total")
        op.alter_column("orders", "note", type_=sa.String(30), nullable=True, server_default=None)
        op.drop_column("orders", "at")
        op.drop_index(op.f("ix_orders_person_id"), table_name="orders")
        op.drop_constraint("fk", "orders", type_="foreignkey")
        op.drop_column("orders", "person_id")
        """,
    ),
    "defaults of columns": (
        """
        op.add_column("orders", sa.Column("a", sa.Boolean(), nullable=False, server_default="false"))
        op.add_column("orders", sa.Column("b", sa.Integer(), server_default=sa.text("5"), default=6, onupdate=7))
        op.add_column("orders", sa.Column("c", sa.Integer(), sa.Identity(start=3, increment=2, cycle=True)))
        op.add_column("orders", sa.Column("d", sa.Integer(), sa.Computed("id * 2", persisted=True)))
        op.add_column("orders", sa.Column("e", sa.BigInteger(), sa.Sequence("numbers"), server_default="1"))
        op.add_column("orders", sa.Column("f", sa.Uuid(), server_default=sa.func.gen_random_uuid()))
        op.add_column("orders", sa.Column("g", sa.JSON(), server_default="{\\"a\\": [1]}"))
        op.add_column("orders", sa.Column("h", sa.Text(), server_default="it's 5% \\\\ off"))
        op.add_column("orders", sa.Column("i", sa.Boolean(), server_default=sa.true(), unique=True))
        op.alter_column("orders", "b", nullable=False, server_default=None)
        op.alter_column("orders", "b", server_default=sa.Identity(always=True), existing_server_default=None)
        """,
        """
        op.alter_column("orders", "b", server_default=False, existing_server_default=sa.Identity())
        op.alter_column("orders", "c", server_default=sa.Identity(start=9), existing_server_default=sa.Identity())
        op.alter_column("orders", "h", server_default="x", comment="later: 100%", existing_comment=None)
        op.alter_column("orders", "h", server_default=False, comment=None)
        """,
    ),
    "changes of a column": (
        """
        op.alter_column("orders", "note", nullable=False, server_default="7", type_=sa.Integer(), new_column_name="n",
                        postgresql_using="0", existing_type=sa.String(20), existing_nullable=True, comment="c")
        op.alter_column("orders", "flag", existing_type=sa.BOOLEAN(), type_=sa.SmallInteger(),
                        postgresql_using="flag::int::smallint")
        op.alter_column("things", "b", type_=sa.String(), nullable=False, schema="other")
        op.alter_column("orders", "total", nullable=True)
        """,
        "pass",
    ),
    "columns that may exist": (
        """
        op.add_column("orders", sa.Column("a", sa.Integer()), if_not_exists=True)
        op.add_column("orders", sa.Column("a", sa.Integer()), if_not_exists=True)
        op.add_column("things", sa.Column("c", sa.Integer(), sa.ForeignKey("other.things.id")), schema="other")
        """,
        """
        op.drop_column("orders", "a", if_exists=True)
        op.drop_column("orders", "a", if_exists=True)
        op.drop_column("things", "c", schema="other")
        """,
    ),
    "tables": (
        """
        kinds = op.create_table(
            "kinds",
            sa.Column("id", sa.Integer(), sa.Identity(always=True), primary_key=True),
            sa.Column("state", sa.Enum("new", "it's", name="state"), nullable=False, server_default="new"),
            sa.Column("price", sa.Numeric(10, 2), sa.Computed("1.5 * 2", persisted=True)),
            sa.Column("tags", postgresql.ARRAY(sa.Text())),
            sa.Column("code", sa.String(8), unique=True),
            sa.CheckConstraint("code <> '%'", name="code_given"),
            sa.UniqueConstraint("state", "code", name="uq"),
            comment="kinds of things: 100%",
        )
        op.create_index("ix_low", "kinds", [sa.text("lower(code)"), "state"], postgresql_where=sa.text("price > 0"))
        op.create_index("ix_kinds_tags", "kinds", ["tags"], postgresql_using="gin")
        op.rename_table("kinds", "sorts")
        """,
        """
        op.drop_table("sorts")
        sa.Enum(name="state").drop(op.get_bind(), checkfirst=False)
        """,
    ),
    "options of tables": (
        """
        op.create_table("t", sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False), schema="other")
        op.create_table("t", sa.Column("id", sa.BigInteger(), primary_key=True), prefixes=["UNLOGGED"],
                        postgresql_with={"fillfactor": 70})
        op.create_table("p", sa.Column("a", sa.Integer(), index=True), postgresql_partition_by="RANGE (a)")
        op.execute("CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (9)")
        op.create_table("x", sa.Column("a", sa.Integer(), comment="it's"), if_not_exists=True)
        op.create_table("x", sa.Column("a", sa.Integer()), if_not_exists=True)
        op.create_table("select", sa.Column("Order by", sa.Integer(), quote=True), sa.Column("user", sa.Text()))
        op.create_table("tmp", sa.Column("a", sa.Integer()), prefixes=["TEMPORARY"], postgresql_on_commit="DROP")
        op.create_table_comment("x", "about x: 100% 'sure'", schema=None)
        op.rename_table("t", "u", schema="other")
        """,
        """
        op.drop_table_comment("x")
        op.drop_table("u", schema="other")
        op.drop_table("nowhere", if_exists=True)
        for name in ("t", "p", "x", "select"):
            op.drop_table(name)
        """,
    ),
    "constraints": (
        """
        op.create_check_constraint("ck", "people", sa.column("age") >= 0, postgresql_not_valid=True)
        op.execute("ALTER TABLE people VALIDATE CONSTRAINT ck")
        op.create_unique_constraint("uq", "people", ["name", "age"])
        op.add_column("orders", sa.Column("person_id", sa.Integer()))
        op.create_foreign_key(
            "fk", "orders", "people", ["person_id"], ["id"], ondelete="SET NULL", postgresql_not_valid=True
        )
        """,
        """
        op.drop_constraint("fk", "orders", type_="foreignkey")
        op.drop_constraint("uq", "people", type_="unique")
        op.drop_constraint("ck", "people", type_="check")
        """,
    ),
    "options of constraints": (
        """
        op.create_table(
            "c",
            sa.Column("a", sa.Integer(), sa.ForeignKey("people.id", ondelete="CASCADE", onupdate="RESTRICT")),
            sa.Column("b", sa.Integer(), sa.CheckConstraint("b > 0")),
            sa.Column("r", postgresql.INT4RANGE()),
            sa.PrimaryKeyConstraint("a", "b", name="pk_c"),
            sa.ForeignKeyConstraint(["b"], ["other.things.id"], deferrable=True, initially="DEFERRED", match="FULL"),
            sa.UniqueConstraint("b", deferrable=True, initially="IMMEDIATE"),
            sa.UniqueConstraint("a", "r", name="nd", postgresql_nulls_not_distinct=True),
            sa.UniqueConstraint("a", name="inc", postgresql_include=["b"]),
            postgresql.ExcludeConstraint(("r", "&&"), where=sa.text("b > 5"), using="gist", name="excl"),
        )
        op.create_exclude_constraint("ex2", "c", (sa.column("r"), "-|-"), using="gist")
        op.create_check_constraint("two", "c", sa.and_(sa.column("a") > 1, sa.column("b").in_([1, 2])))
        op.create_check_constraint("text", "c", "a <> 5 AND b::text <> '%'")
        op.create_foreign_key(None, "c", "people", ["b"], ["id"])
        op.create_foreign_key("across", "things", "people", ["a"], ["id"], source_schema="other",
                              referent_schema="public", onupdate="CASCADE", initially="DEFERRED", deferrable=True)
        op.create_unique_constraint(None, "things", ["a", "b"], schema="other")
        op.drop_constraint("pk_c", "c", type_="primary")
        op.create_primary_key("new_pk", "c", ["b"])
        """,
        """
        op.drop_constraint("across", "things", schema="other", type_="foreignkey")
        op.drop_constraint("nowhere", "c", if_exists=True)
        op.drop_constraint(op.f("new_pk"), "c")
        op.drop_table("c")
        """,
    ),
    "indexes": (
        """
        op.create_index("a", "people", ["name"], unique=True, postgresql_nulls_not_distinct=True)
        op.create_index(op.f("b"), "people", ["age", sa.text("name DESC NULLS LAST")])
        op.create_index("c", "people", [sa.func.lower(sa.column("name")), sa.column("age").desc()])
        op.create_index("d", "people", ["data"], postgresql_using="gin", postgresql_ops={"data": "jsonb_path_ops"})
        op.create_index("e", "people", ["age"], postgresql_include=["name"], postgresql_with={"fillfactor": 50})
        op.create_index("f", "people", ["age"], postgresql_where=sa.column("name").like("A%"))
        op.create_index("g", "things", ["a"], schema="other", if_not_exists=True)
        op.create_index("h", "people", [sa.text("(data ->> 'a')")], postgresql_where="age IS NOT NULL")
        """,
        """
        op.drop_index("a", table_name="people")
        op.drop_index("g", "things", schema="other", if_exists=True)
        op.drop_index("g", schema="other", if_exists=True)
        op.drop_index(op.f("b"))
        """,
    ),
    "batch": (
        """
        with op.batch_alter_table("orders") as batch:
            batch.add_column(sa.Column("a", sa.Integer(), nullable=False, server_default="7"))
            batch.create_index("ix", ["a"])
            op.execute("SELECT 'before the batch'")
            batch.alter_column("note", new_column_name="remark")
        """,
        """
        with op.batch_alter_table("orders") as batch:
            batch.alter_column("remark", new_column_name="note")
            batch.drop_index("ix")
            batch.drop_column("a")
        """,
    ),
    "constraints in a batch": (
        """
        with op.batch_alter_table("things", schema="other", recreate="never") as batch_op:
            batch_op.create_unique_constraint(batch_op.f("uq"), ["a"])
            batch_op.create_check_constraint("ck", "a > 0")
            batch_op.create_foreign_key("fk", "people", ["a"], ["id"], referent_schema="public")
            batch_op.alter_column("b", type_=sa.Text(), nullable=False, comment="b")
            batch_op.create_table_comment("things")
        with op.batch_alter_table("orders") as one, op.batch_alter_table("people") as two:
            one.drop_column("flag")
            two.drop_column("tags")
        """,
        """
        with op.batch_alter_table("things", schema="other") as batch_op:
            for name in ("uq", "ck", "fk"):
                batch_op.drop_constraint(name)
            batch_op.drop_table_comment()
        """,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_an_operation_is_read_as_alembic_sends_it(name: str, database: Database, revise: Revise) -> None:
    database.execute(SETUP)
    up, down = CASES[name]
    assert_read_as_sent(revise(up, down=down), database)


def test_the_indexes_of_a_new_table_are_read_in_alphabetical_order_whatever_the_run_did(
    database: Database, revise: Revise
) -> None:
    """Alembic keeps them in a set."""
    revision = revise(
        """
        op.create_table(
            "t",
            sa.Column("z", sa.Integer(), index=True),
            sa.Column("a", sa.Integer(), index=True, unique=True),
            sa.Column("m", sa.Text()),
            sa.Index("only", "m", postgresql_using="hash"),
        )
        """
    )
    table, *indexes = [folded(sql) for sql in run(revision.text, "upgrade", database).sql]
    assert [each.sql for each in revision.migration.upgrade][1:] == sorted(indexes)
    assert folded(revision.migration.upgrade[0].sql) == table
    assert len(indexes) == 3
