"""What was read is what Alembic sends to a real PostgreSQL for revisions of our own: text, order, transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import NullPool

from database_patterns.lab import driver
from database_patterns.lab.server import Database
from database_patterns.model import Direction, Statement

Revise = Callable[..., Any]

SETUP = """
CREATE TABLE people (id serial PRIMARY KEY, name text, age int, data jsonb, tags text[]);
INSERT INTO people (name, age) VALUES ('Ada', 36), ('Grace', 85);
CREATE TABLE orders (id serial PRIMARY KEY, total numeric, note varchar(20));
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
        "",
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
        "",
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
        "",
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
        "",
    ),
    "text": (
        r"""
        op.execute("UPDATE people SET name = '50% \\: off' WHERE name LIKE 'A%' AND age > 3::int")
        op.execute('''
            UPDATE people SET age = 1 WHERE name ~ '^G';
            DELETE FROM orders WHERE note LIKE '%x'
        ''')
        op.get_bind().exec_driver_sql("SELECT ':x'")
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} SET (fillfactor = {FACTOR * 2})")
        clean("orders", column="note")
        if op.get_bind().dialect.name == "postgresql":
            op.execute("COMMENT ON TABLE orders IS NULL")
        else:
            op.execute("PRAGMA x")
        op.execute(sa.text("SELECT name FROM people WHERE name <> '\\:x'"))
        op.execute(sa.schema.CreateSequence(sa.Sequence("numbers", start=5)))
        """,
        """
        op.execute("DROP SEQUENCE numbers")
        """,
        """
        FACTOR = 40
        TABLES = ["orders", "people"]

        def clean(table, *, column):
            op.execute("UPDATE {} SET {} = trim({}) WHERE {} IS NOT NULL".format(table, *[column] * 3))
        """,
    ),
    "core": (
        """
        people = sa.table("people", sa.column("id", sa.Integer), sa.column("name", sa.String), sa.column("age"))
        op.execute(people.delete().where(people.c.age.is_(None)))
        op.execute(sa.select(sa.func.count()).select_from(people).where(people.c.name != sa.null()))
        op.execute(people.update().values(age=people.c.age + people.c.id).where(sa.not_(people.c.name.is_(None))))
        op.get_bind().execute(sa.text("SELECT 1"))
        op.get_bind().execute(sa.insert(people).from_select(["name"], sa.select(people.c.name)))
        """,
        "pass",
        "",
    ),
    "transactions": (
        """
        op.add_column("orders", sa.Column("a", sa.Integer()))
        op.execute("UPDATE orders SET a = 1")
        with op.get_context().autocommit_block():
            op.create_index("ix", "orders", ["a"], postgresql_concurrently=True)
            op.execute("ALTER TYPE kind ADD VALUE 'c'")
        op.execute("UPDATE orders SET a = 2")
        Session(op.get_bind()).commit()
        op.execute("UPDATE orders SET a = 3")
        op.get_bind().commit()
        op.execute("UPDATE orders SET a = 4")
        """,
        """
        with op.get_context().autocommit_block():
            op.drop_index("ix", table_name="orders", postgresql_concurrently=True)
        op.drop_column("orders", "a")
        """,
        "from sqlalchemy.orm import Session",
    ),
    "savepoints": (
        """
        bind = op.get_bind()
        with bind.begin_nested():
            op.execute("SELECT 1")
        savepoint = bind.begin_nested()
        op.execute("SELECT 2")
        savepoint.rollback()
        """,
        "pass",
        "",
    ),
    "types": (
        """
        kind = postgresql.ENUM("x", "y", name="letter", create_type=False)
        kind.create(op.get_bind(), checkfirst=False)
        other = postgresql.ENUM("a", "b", name="kind", create_type=False)
        op.create_table("a", sa.Column("k", kind), sa.Column("l", other))
        op.create_table("b", sa.Column("n", sa.Enum("p", name="n")), sa.Column("m", sa.Enum("p", name="n")))
        op.create_table("c", sa.Column("u", postgresql.UUID(), server_default=sa.text("gen_random_uuid()")),
                        sa.Column("i", postgresql.INTERVAL()), sa.Column("r", postgresql.TSTZRANGE()),
                        sa.Column("f", sa.Float()), sa.Column("j", sa.JSON()), sa.Column("b", sa.LargeBinary()),
                        sa.Column("y", sa.Boolean()))
        """,
        """
        for name in reversed(["a", "b", "c"]):
            op.drop_table(name)
        """,
        "",
    ),
}


class Sent:
    """The statements that a connection hands to PostgreSQL, each with its transaction (None: autocommit)."""

    def __init__(self, connection: Connection) -> None:
        self.statements: list[tuple[str, int | None]] = []
        event.listen(connection, "before_cursor_execute", self._note)

    def _note(self, connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        driver_connection: Any = connection.connection.dbapi_connection
        transaction = None
        if not driver_connection.autocommit:
            with driver_connection.cursor() as own:
                transaction = own.execute("SELECT txid_current()").fetchone()[0]
        self.statements.append((statement.replace("%%", "%"), transaction))


def run(source: str, direction: Direction, database: Database) -> list[tuple[str, int | None]]:
    """What Alembic sends for one direction of our own revision, run in one transaction as env.py would."""
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: driver.load().connect(database.owner), poolclass=NullPool
    )
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        with Operations.context(context), context.begin_transaction():
            names: dict[str, Any] = {}
            exec(compile(source, "b.py", "exec"), names)  # noqa: S102 - written in this file
            sent = Sent(connection)
            names[direction]()
        connection.commit()
    return sent.statements


def folded(sql: str) -> str:
    return sql.replace("\t", "    ").strip().removesuffix(";").strip()


def groups(transactions: list[Any]) -> list[int | None]:
    """Transactions as numbers in the order of their appearance, so that two lists of them can be compared."""
    order = list(dict.fromkeys(each for each in transactions if each is not None))
    return [None if each is None else order.index(each) for each in transactions]


@pytest.mark.parametrize("name", CASES)
def test_text_order_and_transaction_are_those_that_alembic_sends(name: str, database: Database, revise: Revise) -> None:
    database.execute(SETUP, "CREATE TYPE kind AS ENUM ('a', 'b')")
    body, down, top = CASES[name]
    revision = revise(body, down=down, top=top)
    migration = revision.migration
    assert (migration.upgrade_gaps, migration.downgrade_gaps) == ((), ())
    directions: tuple[Direction, ...] = ("upgrade", "downgrade")
    for direction in directions:
        sent = run(revision.text, direction, database)
        read: tuple[Statement, ...] = migration.statements(direction)
        assert {each.confidence for each in read} <= {"exact"}
        if name == "text":
            sent = [(part, transaction) for sql, transaction in sent for part in sql.split(";\n")]
        assert [folded(each.sql) for each in read] == [folded(sql) for sql, _ in sent]
        assert groups([each.transaction and each.transaction.id for each in read]) == groups([each for _, each in sent])


def test_values_that_alembic_sends_as_parameters_are_stored_the_same_from_what_was_read(
    database: Database, revise: Revise
) -> None:
    revision = revise(
        """
        people = sa.table(
            "people", sa.column("name", sa.String), sa.column("age"), sa.column("data", postgresql.JSONB),
            sa.column("tags", postgresql.ARRAY(sa.Text)), sa.column("born", sa.Date), sa.column("raw", sa.LargeBinary),
            sa.column("uid", postgresql.UUID), sa.column("big", sa.Boolean),
        )
        op.bulk_insert(people, [
            {"name": "it's", "age": 5, "data": {"a": [1, None, "ü'"]}, "tags": ["x", "y,z"],
             "born": dt.date(1815, 12, 10), "raw": b"\\x00'", "uid": uuid.UUID(int=7), "big": True},
            {"name": None, "age": None, "data": None, "tags": None,
             "born": None, "raw": None, "uid": None, "big": None},
        ])
        op.get_bind().execute(sa.text("UPDATE people SET name = :n WHERE age = :a"), {"n": "100%\\\\ :x", "a": 5})
        """,
        top="import datetime as dt\nimport uuid",
    )
    setup = (
        "CREATE TABLE people (id serial PRIMARY KEY, name text, age int, data jsonb, tags text[], born date, raw bytea,"
        " uid uuid, big bool)"
    )
    query = "SELECT name, age, data::text, tags, born, encode(raw, 'hex'), uid, big FROM people ORDER BY id"
    stored = []
    for apply in (
        lambda: run(revision.text, "upgrade", database),
        lambda: database.execute(*(statement.sql for statement in revision.migration.upgrade)),
    ):
        database.execute("DROP TABLE IF EXISTS people", setup)
        apply()
        with driver.connect(database.owner) as connection:
            stored.append(list(driver.rows(connection, query)))
    assert stored[0] == stored[1]
    assert {each.confidence for each in revision.migration.upgrade} == {"exact"}


def test_defaults_that_sqlalchemy_fills_in_are_part_of_what_was_read(database: Database, revise: Revise) -> None:
    revision = revise(
        """
        t = op.create_table(
            "t",
            sa.Column("a", sa.Integer(), default=5),
            sa.Column("b", sa.Integer()),
            sa.Column("c", sa.Integer(), default=sa.text("7"), onupdate=8),
        )
        op.bulk_insert(t, [{"b": 1}, {"b": 2}])
        op.get_bind().execute(t.update().where(t.c.b == 2).values(b=3))
        """
    )
    assert {each.confidence for each in revision.migration.upgrade} == {"exact"}
    run(revision.text, "upgrade", database)
    database.execute("ALTER TABLE t RENAME TO sent", *(each.sql for each in revision.migration.upgrade))
    with driver.connect(database.owner) as connection:
        rows = [list(driver.rows(connection, f"SELECT a, b, c FROM {table} ORDER BY b")) for table in ("t", "sent")]
    assert rows[0] == rows[1] == [(5, 1, 7), (5, 3, 8)]


def test_a_bind_parameter_in_plain_sql_really_fails(database: Database, revise: Revise) -> None:
    revision = revise("""op.execute("SELECT 1; SELECT 2 -- :name")""")
    assert [each.confidence for each in revision.migration.upgrade] == ["partial", "partial"]
    with pytest.raises(Exception, match="A value is required for bind parameter"):
        run(revision.text, "upgrade", database)


def test_a_constraint_without_a_name_really_fails(database: Database, revise: Revise) -> None:
    database.execute(SETUP)
    revision = revise('op.drop_constraint(None, "people", type_="primary")')
    (opaque,) = revision.migration.upgrade
    with pytest.raises(Exception, match="it has no name") as caught:
        run(revision.text, "upgrade", database)
    assert opaque.guard is not None
    assert opaque.guard.startswith(type(caught.value).__name__)
