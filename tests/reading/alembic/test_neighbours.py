"""Types and operations of libraries beside SQLAlchemy, and the project's own column types, as PostgreSQL gets them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Revise = Callable[..., Any]

TYPES = {
    "sqlalchemy_utils.UUIDType()": "UUID",
    "sqlalchemy_utils.UUIDType(binary=False)": "UUID",
    "sqlalchemy_utils.types.uuid.UUIDType(native=False)": "BINARY(16)",
    "sqlalchemy_utils.EmailType()": "VARCHAR(255)",
    "sqlalchemy_utils.types.EmailType(length=100)": "VARCHAR(100)",
    "sqlalchemy_utils.URLType()": "TEXT",
    "sqlalchemy_utils.JSONType()": "JSON",
    "sqlalchemy_utils.IPAddressType()": "VARCHAR(50)",
    "sqlalchemy_utils.PhoneNumberType(max_length=30)": "VARCHAR(30)",
    "sqlalchemy_utils.ChoiceType([('a', 'b')])": "VARCHAR(255)",
    "sqlalchemy_utils.ChoiceType(kinds, impl=sa.Integer())": "INTEGER",
    "sqlalchemy_utils.ScalarListType(int)": "TEXT",
    "sqlalchemy_utils.EncryptedType(sa.Unicode, 'key')": "BYTEA",
    "sqlalchemy_utils.StringEncryptedType(sa.Unicode, 'key', length=255)": "VARCHAR(255)",
    "sqlalchemy_utils.types.ts_vector.TSVectorType('a', 'b', regconfig='simple')": "TSVECTOR",
    "sqlalchemy_utils.LtreeType()": "LTREE",
    "pgvector.sqlalchemy.Vector(3)": "VECTOR(3)",
    "pgvector.sqlalchemy.VECTOR()": "VECTOR",
    "pgvector.sqlalchemy.vector.VECTOR(dim=1536)": "VECTOR(1536)",
    "pgvector.sqlalchemy.HALFVEC(2)": "HALFVEC(2)",
    "pgvector.sqlalchemy.BIT(4)": "BIT(4)",
    "geoalchemy2.Geometry('POINT', srid=4326, spatial_index=False)": "geometry(POINT,4326)",
    "geoalchemy2.types.Geography(geometry_type='point', srid=4326, spatial_index=False)": "geography(POINT,4326)",
    "geoalchemy2.types.Geometry(geometry_type=None, spatial_index=False)": "geometry",
    "sqlmodel.sql.sqltypes.AutoString()": "VARCHAR",
    "sqlmodel.AutoString(length=5)": "VARCHAR(5)",
    "fastapi_users_db_sqlalchemy.generics.GUID()": "UUID",
    "fastapi_users_db_sqlalchemy.generics.TIMESTAMPAware(timezone=True)": "TIMESTAMP WITH TIME ZONE",
    "citext.CIText()": "CITEXT",
    "sqlalchemy_utils.types.encrypted.encrypted_type.EncryptedType(sa.Text, 'key')": "BYTEA",
    "sqlalchemy_utils.types.range.IntRangeType()": "INT4RANGE",
    "sqlalchemy_utils.types.password.PasswordType(schemes=['bcrypt'])": "BYTEA",
    "sqlalchemy_utils.WeekDaysType()": "BIT(7)",
    "oslo_db.sqlalchemy.types.JsonEncodedDict(mysql_as_long=True)": "TEXT",
    "oslo_db.sqlalchemy.types.JsonEncodedList": "TEXT",
    "oslo_db.sqlalchemy.types.JsonEncodedDict.impl": "TEXT",
    "oslo_db.sqlalchemy.types.SoftDeleteInteger()": "INTEGER",
}


@pytest.mark.parametrize("written", TYPES)
def test_a_type_of_a_neighbouring_library_is_rendered_as_that_library_renders_it(written: str, revise: Revise) -> None:
    module = written.partition("(")[0].rpartition(".")[0]
    revision = revise(f"op.add_column('t', sa.Column('a', {written}))", top=f"import {module}\nkinds = [('a', 'b')]")
    assert revision.outline() == [(f"ALTER TABLE t ADD COLUMN a {TYPES[written]}", "exact", None)]


@pytest.mark.parametrize("name", ["sqlalchemy_utils.UUIDType", "pgvector.sqlalchemy.Vector"])
def test_the_class_of_such_a_type_stands_for_the_type(name: str, revise: Revise) -> None:
    rendered = {"UUIDType": "UUID", "Vector": "VECTOR"}[name.rpartition(".")[2]]
    columns = f"sa.Column('a', {name}, nullable=False), sa.Column('b', type_={name})"
    revision = revise(f"op.create_table('t', {columns})", top=f"import {name.rpartition('.')[0]}")
    assert revision.outline() == [(f"CREATE TABLE t ( a {rendered} NOT NULL, b {rendered} )", "exact", None)]


def test_a_spatial_index_that_the_library_may_add_is_a_gap(revise: Revise) -> None:
    call = "op.add_column('t', sa.Column('a', geoalchemy2.Geometry('POINT', srid=4326)))"
    revision = revise(call, top="import geoalchemy2")
    assert revision.sql() == ["ALTER TABLE t ADD COLUMN a geometry(POINT,4326)"]
    assert revision.gaps() == [(revision.code(call), "geoalchemy2 may also build a spatial index on a")]


def test_values_that_a_library_converts_are_holes(revise: Revise) -> None:
    revision = revise(
        "op.bulk_insert(sa.table('t', sa.column('a', JSONType())), [{'a': 1}])",
        top="from sqlalchemy_utils import JSONType",
    )
    assert revision.outline() == [("INSERT INTO t (a) VALUES ($1)", "partial", "$1 is a value that Converted converts")]


def test_an_engine_of_the_projects_database_is_postgresql_s(revise: Revise) -> None:
    body = """
        engine = enginefacade.reader.get_engine()
        if engine.dialect.name == "mysql":
            op.drop_table("a")
        else:
            op.drop_table("b")
    """
    revision = revise(body, top="from oslo_db.sqlalchemy import enginefacade")
    assert revision.outline() == [("DROP TABLE b", "exact", None)]


OWN_TYPES = {
    "one whose base chooses another type when it is made": (
        """
        class Base(sa.TypeDecorator):
            impl = sa.Text

            def __init__(self, long=False):
                super().__init__()
                if long:
                    self.impl = sa.LargeBinary()

        class Own(Base):
            cache_ok = True
        """,
        "Own(long=True)",
        "BYTEA",
    ),
    "one that is given what is not read": (
        """
        import pydantic

        class Own(sa.TypeDecorator):
            impl = sa.JSON

            def __init__(self, schema, column_type=None):
                super().__init__()
                self.schema = schema
                if column_type is not None:
                    self.impl = column_type
        """,
        "Own(pydantic.BaseModel, column_type=postgresql.JSONB)",
        "JSONB",
    ),
    "one that adds a method to the columns of the type": (
        """
        class Own(sa.TypeDecorator):
            impl = sa.DateTime

            class Comparator(sa.DateTime.Comparator):
                def in_zone(self, zone):
                    return sa.func.timezone(zone, self.expr)

            comparator_factory = Comparator
        """,
        "Own()",
        "TIMESTAMP WITHOUT TIME ZONE",
    ),
    "a decorator": ("class Own(sa.TypeDecorator):\n    impl = sa.Unicode\n    cache_ok = True", "Own(7)", "VARCHAR(7)"),
    "a generic one": ("class Own(sa.types.TypeDecorator[str]):\n    impl = sa.Text()", "Own()", "TEXT"),
    "one that asks for the dialect": (
        """
        class Own(sa.TypeDecorator):
            impl = sa.CHAR

            def load_dialect_impl(self, dialect):
                if dialect.name == "postgresql":
                    return dialect.type_descriptor(postgresql.UUID())
                return dialect.type_descriptor(sa.CHAR(32))
        """,
        "Own()",
        "UUID",
    ),
    "one that keeps what it is": (
        """
        class Own(sa.TypeDecorator):
            impl = sa.String(9)

            def load_dialect_impl(self, dialect):
                return self.impl
        """,
        "Own",
        "VARCHAR(9)",
    ),
    "one below another": (
        "class First(sa.TypeDecorator):\n    impl = sa.Date\nclass Own(First):\n    cache_ok = True",
        "Own()",
        "DATE",
    ),
    "one with a specification": (
        "class Own(sa.types.UserDefinedType):\n    def get_col_spec(self, **kw):\n        return 'tsquery'",
        "Own()",
        "tsquery",
    ),
}


@pytest.mark.parametrize("name", OWN_TYPES)
def test_a_column_type_of_the_project_is_read(name: str, revise: Revise) -> None:
    top, use, expected = OWN_TYPES[name]
    revision = revise(f"op.add_column('t', sa.Column('a', {use}))", top=top)
    assert revision.outline() == [(f"ALTER TABLE t ADD COLUMN a {expected}", "exact", None)]


@pytest.mark.parametrize(
    "body",
    [
        "    impl = sa.Text\n    def bind_expression(self, value):\n        return sa.func.f(value)",
        "    impl = sa.Text\n    def load_dialect_impl(self, dialect):\n        return self.size",
        "    impl = settings.impl",
        "    def load_dialect_impl(self, dialect):\n        return sa.Text()",
        "    impl = sa.Text\n    def __init__(self, kind):\n        super().__init__(kind.size)",
    ],
)
def test_a_column_type_that_cannot_be_followed_is_opaque(body: str, revise: Revise) -> None:
    revision = revise(
        "op.add_column('t', sa.Column('a', Own(1)))",
        top=f"from app import settings\nclass Own(sa.TypeDecorator):\n{body}",
    )
    assert [(sql, confidence) for sql, confidence, _ in revision.outline()] == [("", "opaque")]


def test_a_column_type_with_a_compiler_of_its_own_is_opaque(revise: Revise) -> None:
    top = """
    from sqlalchemy.ext.compiler import compiles

    class Own(sa.types.TypeDecorator):
        impl = sa.Text

    @compiles(Own, "postgresql")
    def compile_own(element, compiler, **kw):
        return "OTHER"
    """
    revision = revise("op.add_column('t', sa.Column('a', Own()))", top=top)
    assert revision.outline() == [("", "opaque", "the class Own, which is compiled by a function of its own")]


def test_values_that_a_type_of_the_project_converts_are_holes(revise: Revise) -> None:
    top = """
    class Own(sa.TypeDecorator):
        impl = sa.Text

        def process_bind_param(self, value, dialect):
            return value.lower()
    """
    revision = revise("op.execute(sa.table('t', sa.column('a', Own())).update().values(a='X'))", top=top)
    assert revision.outline() == [("UPDATE t SET a=$1", "partial", "$1 is a value that Own converts")]


ENTITIES = """
from alembic_utils.pg_extension import PGExtension
from alembic_utils.pg_function import PGFunction
from alembic_utils.pg_materialized_view import PGMaterializedView
from alembic_utils.pg_policy import PGPolicy
from alembic_utils.pg_trigger import PGTrigger
from alembic_utils.pg_view import PGView

function = PGFunction(schema="public", signature="f(a int default 1, b text)",
                      definition="RETURNS int LANGUAGE sql AS $$ SELECT ':x'::text::int $$;")
view = PGView(schema="public", signature="v", definition="SELECT 1 AS a;")
stored = PGMaterializedView(schema="s", signature="m", definition="SELECT 2", with_data=False)
trigger = PGTrigger(schema="public", signature="g", on_entity="public.t",
                    definition="BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()")
policy = PGPolicy(schema="public", signature="p", on_entity="t", definition="AS PERMISSIVE USING (true)")
extension = PGExtension(schema="public", signature="pg_trgm")
"""


def test_entities_of_alembic_utils_are_created_dropped_and_replaced(revise: Revise) -> None:
    revision = revise(
        """
        for entity in (function, view, stored, trigger, policy, extension):
            op.create_entity(entity)
            op.drop_entity(entity)
        op.drop_entity(view, cascade=True)
        for entity in (function, view, stored, trigger, policy):
            op.replace_entity(entity)
        """,
        top=ENTITIES,
    )
    arguments, body = "(a int default 1, b text)", "RETURNS int LANGUAGE sql AS $$ SELECT ':x'::text::int $$"
    view, trigger = 'VIEW "public"."v" AS SELECT 1 AS a', "BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION f()"
    attempt = (
        f'DO $$ BEGIN CREATE OR REPLACE {view}; EXCEPTION WHEN OTHERS THEN DROP VIEW IF EXISTS "public"."v";'
        f" CREATE {view}; END; $$ LANGUAGE 'plpgsql'"
    )
    stored = 'CREATE MATERIALIZED VIEW "s"."m" AS SELECT 2 WITH NO DATA'
    policy = "CREATE POLICY p ON public.t AS PERMISSIVE USING (true)"
    assert revision.sql() == [
        f'CREATE FUNCTION "public"."f"{arguments} {body}',
        'DROP FUNCTION "public"."f"(a int, b text)',
        f"CREATE {view}",
        'DROP VIEW "public"."v"',
        stored,
        'DROP MATERIALIZED VIEW "s"."m"',
        f'CREATE TRIGGER "g" {trigger}',
        'DROP TRIGGER "g" ON public.t',
        policy,
        "DROP POLICY p ON public.t",
        'CREATE EXTENSION "pg_trgm" WITH SCHEMA "public"',
        'DROP EXTENSION "pg_trgm"',
        'DROP VIEW "public"."v" CASCADE',
        f'CREATE OR REPLACE FUNCTION "public"."f"{arguments} {body}',
        attempt,
        'DROP MATERIALIZED VIEW IF EXISTS "s"."m"',
        stored,
        'DROP TRIGGER IF EXISTS "g" ON public.t',
        f'CREATE TRIGGER "g" {trigger}',
        "DROP POLICY IF EXISTS p ON public.t",
        policy,
    ]
    assert (revision.gaps(), {each.confidence for each in revision.migration.upgrade}) == ([], {"exact"})


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        (r"plpgsql AS $$ begin a := 1; -- 10\:30 $$", "plpgsql AS $$ begin a := 1; -- 10:30 $$"),
        (r"'plpgsql' AS $$ select a[1:2], ':x'::text $$;", "'plpgsql' AS $$ select a[1:2], ':x'::text $$"),
        (r"plpgsql AS $$ select a[1:n::int] $$", r"plpgsql AS $$ select a[1\:n::int] $$"),
        (r"sql AS $$ select ':x'::text $$", "sql AS $$ select ':x'::text $$"),
        (r"sql AS $$ select '10\:30' $$", r"sql AS $$ select '10\:30' $$"),
    ],
)
def test_colons_of_a_function_are_sent_as_alembic_utils_and_sqlalchemy_leave_them(
    revise: Revise, written: str, sent: str
) -> None:
    revision = revise(
        f'op.create_entity(PGFunction("public", "f()", r"""RETURNS int LANGUAGE {written}"""))', top=ENTITIES
    )
    assert revision.sql() == [f'CREATE FUNCTION "public"."f"() RETURNS int LANGUAGE {sent}']


def test_an_enum_is_built_anew_by_sync_enum_values(revise: Revise) -> None:
    revision = revise(
        """
        op.sync_enum_values(
            enum_schema="public",
            enum_name="state",
            new_values=["new", "done"],
            affected_columns=[
                TableReference(table_schema="public", table_name="orders", column_name="state",
                               existing_server_default="'open'::state"),
                TableReference("orders", "states", column_type=ColumnType.ARRAY),
            ],
            enum_values_to_rename=[("open", "new")],
        )
        """,
        top="from alembic_postgresql_enum import ColumnType, TableReference",
    )
    new, old = '"public"."state"', '"public"."state_old"'
    alter, arrays = (f'ALTER TABLE "public"."orders" ALTER COLUMN "{name}"' for name in ("state", "states"))
    value = "CASE WHEN old_enum_val::text = 'open' THEN 'new' ELSE old_enum_val::text END"
    comparisons = []
    for operator, name in (("!=", "new_old_not_equals"), ("=", "new_old_equals")):
        comparisons += [
            (
                f'CREATE FUNCTION "public".{name}(new_enum_val {new}, old_enum_val {old}) RETURNS boolean AS $$'
                f" SELECT new_enum_val::text {operator} {value}; $$ LANGUAGE SQL IMMUTABLE"
            ),
            f'CREATE OPERATOR "public".{operator} (leftarg = {new}, rightarg = {old}, procedure = "public".{name})',
        ]
    renamed = f"CASE WHEN \"state\"::text = 'open' THEN 'new'::{new} ELSE \"state\"::text::{new} END"
    assert revision.sql() == [
        f'ALTER TYPE {new} RENAME TO "state_old"',
        f"CREATE TYPE {new} AS ENUM('new', 'done')",
        *comparisons,
        f"{alter} DROP DEFAULT",
        f"{alter} TYPE {new} USING {renamed}",
        f"{alter} SET DEFAULT 'new'::public.state",
        f"{arrays} TYPE {new}[] USING array_replace(\"states\"::text[], 'open', 'new')::{new}[]",
        f'DROP OPERATOR IF EXISTS "public".!= ({new}, {old})',
        f'DROP FUNCTION "public".new_old_not_equals(new_enum_val {new}, old_enum_val {old})',
        f'DROP OPERATOR IF EXISTS "public".= ({new}, {old})',
        f'DROP FUNCTION "public".new_old_equals(new_enum_val {new}, old_enum_val {old})',
        f"DROP TYPE {old}",
    ]
    assert revision.gaps() == []


@pytest.mark.parametrize(
    ("call", "why"),
    [
        ('op.sync_enum_values("public", "e", ["a"], [("t", "c")])', "the columns' defaults are read from the database"),
        ("op.create_entity(1)", "op.create_entity of something that is not read"),
        ("op.create_entity(settings.view)", "what is imported from app, which is not read"),
    ],
)
def test_a_neighbouring_operation_that_cannot_be_followed_is_opaque(call: str, why: str, revise: Revise) -> None:
    revision = revise(call, top="from app import settings")
    assert (revision.outline(), revision.gaps()) == ([("", "opaque", why)], [(call, why)])


def test_a_column_type_that_chooses_what_it_is_when_it_is_made_is_followed(revise: Revise) -> None:
    top = """
    from app import schemas

    class Own(sa.TypeDecorator):
        impl = sa.Text

        def __init__(self, kind, column_type=None):
            super().__init__()
            self.kind = kind
            if column_type is not None:
                self.impl = column_type
    """
    body = """
    op.add_column("t", sa.Column("a", Own(schemas.A)))
    op.add_column("t", sa.Column("b", Own(schemas.B, column_type=sa.Date())))
    op.add_column("t", sa.Column("c", Own(schemas.C, schemas.type)))
    """
    assert revise(body, top=top).outline() == [
        ("ALTER TABLE t ADD COLUMN a TEXT", "exact", None),
        ("ALTER TABLE t ADD COLUMN b DATE", "exact", None),
        ("", "opaque", "the class Own, which is not read"),
    ]


@pytest.mark.parametrize("method", ["operate", "reverse_operate", "__eq__"])
def test_a_column_type_with_operators_of_its_own_is_not_read(method: str, revise: Revise) -> None:
    top = f"""
    class Own(sa.TypeDecorator):
        impl = sa.Text

        class Comparator(sa.Text.Comparator):
            def {method}(self, other):
                return sa.func.lower(self.expr)

        comparator_factory = Comparator
    """
    revision = revise('op.add_column("t", sa.Column("a", Own()))', top=top)
    assert revision.outline() == [("", "opaque", "the class Own, which is not read")]
