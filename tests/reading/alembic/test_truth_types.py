"""Column types, own ones and enums among them, are read as Alembic and SQLAlchemy render them for PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.reading.alembic.truth import assert_read_as_sent, run

from database_patterns.lab.server import Database

Revise = Callable[..., Any]

SETUP = """
CREATE TYPE kind AS ENUM ('a', 'b');
CREATE TABLE t (id serial PRIMARY KEY, k text);
CREATE SCHEMA other;
"""

CASES = {
    "types of postgresql": (
        """
        op.create_table("c",
            sa.Column("a", postgresql.UUID(), server_default=sa.text("gen_random_uuid()")),
            sa.Column("b", postgresql.INTERVAL(fields="DAY TO SECOND", precision=3)),
            sa.Column("c", postgresql.TSTZRANGE()), sa.Column("d", postgresql.NUMMULTIRANGE()),
            sa.Column("e", postgresql.JSONB(astext_type=sa.Text())), sa.Column("f", postgresql.INET()),
            sa.Column("g", postgresql.CIDR()), sa.Column("h", postgresql.MACADDR8()),
            sa.Column("i", postgresql.BIT(5, varying=True)), sa.Column("j", postgresql.BYTEA()),
            sa.Column("k", postgresql.TSVECTOR()), sa.Column("l", postgresql.MONEY()),
            sa.Column("m", postgresql.OID()), sa.Column("n", postgresql.REGCLASS()),
            sa.Column("o", postgresql.TIMESTAMP(timezone=True, precision=3)),
            sa.Column("p", postgresql.TIME(precision=2)), sa.Column("q", postgresql.DOUBLE_PRECISION(53)),
            sa.Column("r", postgresql.ARRAY(sa.String(5), dimensions=2)),
            sa.Column("s", sa.ARRAY(postgresql.ENUM("x", name="kind", create_type=False))),
        )
        """,
        "op.drop_table('c')",
        "",
    ),
    "types of every database": (
        """
        op.create_table("c",
            sa.Column("a", sa.Float()), sa.Column("b", sa.JSON()), sa.Column("c", sa.LargeBinary()),
            sa.Column("d", sa.Boolean()), sa.Column("e", sa.Float(53)), sa.Column("f", sa.Double()),
            sa.Column("g", sa.Unicode(5)), sa.Column("h", sa.UnicodeText()), sa.Column("i", sa.CHAR(3)),
            sa.Column("j", sa.VARCHAR(length=9, collation="C")), sa.Column("k", sa.Interval()),
            sa.Column("l", sa.PickleType()), sa.Column("m", sa.Uuid(as_uuid=False)), sa.Column("n", sa.Numeric(9)),
            sa.Column("o", sa.DECIMAL(5, 2)), sa.Column("p", sa.Time()), sa.Column("q", sa.Date()),
            sa.Column("r", sa.DateTime(timezone=True)), sa.Column("s", sa.REAL()),
            sa.Column("t", sa.BLOB().with_variant(postgresql.BYTEA(), "postgresql")),
            sa.Column("u", sa.String().with_variant(sa.Text(), "postgresql").with_variant(sa.CHAR(1), "sqlite")),
            sa.Column("v", sa.JSON().with_variant(postgresql.JSONB(), "postgresql")),
            sa.Column("w", sa.Boolean(create_constraint=True, name="bool")),
            sa.Column("x", sa.SmallInteger, primary_key=True), sa.Column("y", sa.BIGINT), sa.Column("z", sa.String),
        )
        """,
        "op.drop_table('c')",
        "",
    ),
    "enums made on their own": (
        """
        letter = postgresql.ENUM("x", "y", name="letter", create_type=False)
        letter.create(op.get_bind(), checkfirst=False)
        other = postgresql.ENUM("a", "b", name="kind", create_type=False)
        op.create_table("a", sa.Column("k", letter), sa.Column("l", other))
        op.add_column("a", sa.Column("m", sa.Enum("x", "y", name="letter")))
        op.alter_column("t", "k", type_=sa.Enum("a", "b", name="kind"), postgresql_using="k::kind")
        op.execute("ALTER TYPE letter ADD VALUE IF NOT EXISTS 'z' AFTER 'x'")
        """,
        """
        op.alter_column("t", "k", type_=sa.Text(), existing_type=sa.Enum("a", "b", name="kind"))
        op.drop_table("a")
        postgresql.ENUM(name="letter").drop(op.get_bind(), checkfirst=False)
        """,
        "",
    ),
    "enums of a table": (
        """
        op.create_table("b", sa.Column("n", sa.Enum("p", name="n")), sa.Column("m", sa.Enum("p", name="n")))
        op.create_table("c", sa.Column("e", sa.Enum(Colour, name="colour")), sa.Column("f", sa.Enum(Size)),
                        sa.Column("g", sa.Enum(Size, name="size2", values_callable=lambda e: [i.value for i in e])))
        op.create_table("d", sa.Column("h", sa.Enum("u", name="u", schema="other")),
                        sa.Column("i", sa.Enum("u", "vv", native_enum=False)),
                        sa.Column("j", sa.Enum("u", native_enum=False, create_constraint=True, name="ck", length=9)))
        op.create_table("e", sa.Column("k", sa.Enum("w", name="w", schema="public")), schema="other")
        """,
        """
        for name in reversed(["b", "c", "d"]):
            op.drop_table(name)
        """,
        """
        import enum

        class Colour(enum.Enum):
            RED = 1
            GREEN = "green"

        class Size(str, enum.Enum):
            small = "s"
            large = "l"
        """,
    ),
    "types of the file": (
        """
        op.create_table("c", sa.Column("a", GUID()), sa.Column("b", Upper(5)), sa.Column("c", Own()),
                        sa.Column("d", Plain), sa.Column("e", sa.ARRAY(GUID())))
        op.alter_column("c", "b", type_=GUID(), postgresql_using="b::uuid")
        """,
        "op.drop_table('c')",
        """
        class GUID(sa.TypeDecorator):
            impl = sa.CHAR
            cache_ok = True

            def load_dialect_impl(self, dialect):
                if dialect.name == "postgresql":
                    return dialect.type_descriptor(postgresql.UUID())
                return dialect.type_descriptor(sa.CHAR(32))

            def process_bind_param(self, value, dialect):
                return value and str(value)

        class Upper(sa.types.TypeDecorator):
            impl = sa.String
            cache_ok = True

            def process_bind_param(self, value, dialect):
                return value.upper()

        class Plain(sa.TypeDecorator):
            impl = sa.Integer()

        class Own(sa.types.UserDefinedType):
            cache_ok = True

            def get_col_spec(self, **kw):
                return "VARCHAR(7)"
        """,
    ),
    "things made through the connection": (
        """
        metadata = sa.MetaData()
        table = sa.Table("m", metadata, sa.Column("id", sa.Integer(), primary_key=True), sa.Column("e", sa.Integer()))
        table.create(op.get_bind(), checkfirst=False)
        sa.Sequence("s", start=5, increment=2, cycle=True, minvalue=1, maxvalue=9, cache=3).create(op.get_bind(), False)
        op.execute(sa.schema.CreateSequence(sa.Sequence("s2", data_type=sa.SmallInteger()), if_not_exists=True))
        op.add_column("m", sa.Column("g", sa.Integer(), server_default=sa.Sequence("s").next_value()))
        op.execute(sa.schema.CreateIndex(sa.Index("ix", table.c.e)))
        op.execute(sa.schema.AddConstraint(sa.CheckConstraint(table.c.e > 0, name="positive")))
        other = sa.Table("o", metadata, sa.Column("id", sa.ForeignKey("m.id")), sa.Column("f", sa.Integer(),
                         sa.FetchedValue(), server_onupdate=sa.schema.FetchedValue()))
        metadata.create_all(bind=op.get_bind(), tables=[other], checkfirst=False)
        metadata.drop_all(op.get_bind(), [other], False)
        op.execute(CreateTable(other))
        op.execute(DropTable(other))
        op.execute(sa.schema.CreateSchema("new"))
        postgresql.DOMAIN("positive", sa.Integer(), check="VALUE > 0", not_null=True).create(op.get_bind(), False)
        op.add_column("m", sa.Column("f", postgresql.DOMAIN("positive", sa.Integer(), create_type=False)))
        """,
        """
        op.drop_table("m")
        op.execute(sa.schema.DropSchema("new", cascade=True))
        op.execute(sa.schema.DropSequence(sa.Sequence("s"), if_exists=True))
        postgresql.DOMAIN("positive", sa.Integer()).drop(op.get_bind(), checkfirst=False)
        """,
        "from sqlalchemy.sql.ddl import CreateTable, DropTable",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_type_is_read_as_alembic_sends_it(name: str, database: Database, revise: Revise) -> None:
    database.execute(SETUP)
    up, down, top = CASES[name]
    assert_read_as_sent(revise(up, down=down, top=top), database)


FAILING = {
    "an enum that add_column does not create": (
        'op.add_column("t", sa.Column("s", sa.Enum("x", name="st")))',
        'type "st" does not exist',
    ),
    "an enum that exists already": (
        'op.create_table("u", sa.Column("s", sa.Enum("a", "b", name="kind")))',
        'type "kind" already exists',
    ),
}


@pytest.mark.parametrize("name", FAILING)
def test_what_postgresql_refuses_is_read_as_it_is_sent(name: str, database: Database, revise: Revise) -> None:
    """Up to the statement that fails, it is the same; what follows never runs."""
    database.execute(SETUP)
    body, message = FAILING[name]
    revision = revise(body)
    sent = run(revision.text, "upgrade", database)
    assert message in str(sent.error)
    read = [each.sql.strip() for each in revision.migration.upgrade]
    assert read[: len(sent.sql)] == [sql.strip() for sql in sent.sql]


CHECKED = {
    'postgresql.ENUM("x", name="n").create(op.get_bind())': ("CREATE TYPE n AS ENUM ('x')", "if n does not exist yet"),
    'sa.Enum("x", name="kind").create(op.get_bind(), checkfirst=True)': (
        "CREATE TYPE kind AS ENUM ('x')",
        "if kind does not exist yet",
    ),
    'postgresql.ENUM(name="kind").drop(op.get_bind(), checkfirst=True)': ("DROP TYPE kind", "if kind exists"),
    'postgresql.ENUM(name="n").drop(op.get_bind())': ("DROP TYPE n", "if n exists"),
}


@pytest.mark.parametrize("call", CHECKED)
def test_what_sqlalchemy_looks_up_first_is_guarded_and_runs_or_does_not(
    call: str, database: Database, revise: Revise
) -> None:
    database.execute(SETUP)
    revision = revise(call)
    assert revision.outline() == [(CHECKED[call][0], "guarded", CHECKED[call][1])]
    runs = "kind" in call if ".drop(" in call else "kind" not in call
    assert run(revision.text, "upgrade", database).sql == ([CHECKED[call][0]] if runs else [])
