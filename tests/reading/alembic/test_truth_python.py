"""What a revision's Python does around its operations, run for real: known code is exact, unknown code is guarded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.reading.alembic.truth import assert_read_as_sent, folded, inlined, run

from database_patterns.lab.server import Database

Revise = Callable[..., Any]

SETUP = """
CREATE TABLE people (id serial PRIMARY KEY, name text, age int);
INSERT INTO people (name, age) VALUES ('Ada', 36), ('Grace', 85);
CREATE TABLE orders (id serial PRIMARY KEY, note text);
"""

KNOWN = {
    "texts": (
        r"""
        op.execute("UPDATE people SET name = '50% \\: off' WHERE name LIKE 'A%' AND age > 3::int")
        op.execute('''
            UPDATE people SET age = 1 WHERE name ~ '^G';
            DELETE FROM orders -- a; comment
            WHERE note LIKE '%x'
        ''')
        op.execute("COMMENT ON TABLE orders IS "
                   "'ab';")
        op.get_bind().exec_driver_sql("SELECT ':x'")
        op.execute(sa.text("SELECT name FROM people WHERE name <> '\\:x'"))
        op.execute("SELECT '12:30', '{\"a\"\\:true}'::json, 5 % 3")
        op.get_bind().execute(sa.text("SELECT 1"))
        op.get_context().execute("SELECT 2")
        """,
        "",
    ),
    "functions and blocks": (
        """
        op.execute('''
            CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                NEW.name := upper(NEW.name); RETURN NEW;
            END $$;
            CREATE TRIGGER t BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION f();
        '''.replace(":=", "="))
        op.execute("DO $x$ BEGIN PERFORM 1; END $x$")
        """,
        "",
    ),
    "loops, conditions and formatting": (
        """
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} SET (fillfactor = {FACTOR * 2})")
        for name, (kind, size) in {"a": ("text", 1), "b": ("int", 2)}.items():
            op.execute("ALTER TABLE orders ADD %s %s" % (name, kind))
            if size > 1:
                continue
            op.execute("COMMENT ON COLUMN orders.{0} IS '{1:>3}'".format(name, size))
        for number in range(5):
            if number == 2:
                break
            op.execute(f"SELECT {number!r:>2}")
        else:
            op.execute("SELECT 'never'")
        while False:
            op.execute("SELECT 'never'")
        columns = [sa.Column(f"c{i}", sa.Integer()) for i in range(3) if i != 1]
        op.create_table("t", *columns, **{"comment": "x"})
        op.execute("SELECT " + ", ".join(sorted(["'b'", "'a'"])))
        """,
        "FACTOR = 40\nTABLES = ['orders', 'people']",
    ),
    "helpers": (
        """
        clean("orders", column="note")
        for text in statements(2):
            op.execute(text)
        add_columns(op, "people", a=sa.Integer(), b=sa.Text())
        nested(3)
        if op.get_bind().dialect.name == "postgresql":
            op.execute("COMMENT ON TABLE orders IS NULL")
        else:
            op.execute("PRAGMA x")
        """,
        """
        def clean(table, *, column):
            op.execute("UPDATE {} SET {} = trim({}) WHERE {} IS NOT NULL".format(table, *[column] * 3))

        def statements(count):
            return [f"SELECT {i}" for i in range(count)]

        def add_columns(operations, table, **columns):
            for name, type_ in columns.items():
                operations.add_column(table, sa.Column(name, type_))

        def nested(depth):
            if not depth:
                return
            op.execute(f"SELECT {depth}")
            nested(depth - 1)
        """,
    ),
    "classes and constants": (
        """
        op.execute(f"SELECT '{Names.FIRST.value}', {len(Names)}")
        for name in Names:
            op.execute(f"SELECT '{name.value}'")
        op.execute(SQL.strip())
        table = op.f("people")
        op.execute(f"SELECT * FROM {table}")
        op.execute(f"SELECT '{MOMENT:%Y-%m-%d}'::date, '{MOMENT.isoformat()}'")
        """,
        '''
        import datetime as dt
        import enum

        class Names(str, enum.Enum):
            FIRST = "a"
            SECOND = "b"

        SQL = """
            SELECT 1
        """
        MOMENT = dt.datetime(2020, 1, 2)
        ''',
    ),
    "savepoints": (
        """
        bind = op.get_bind()
        with bind.begin_nested():
            with bind.begin_nested():
                op.execute("SELECT 1")
            op.execute("SELECT 2")
        with bind.begin_nested() as savepoint:
            op.execute("SELECT 3")
            savepoint.rollback()
        first = bind.begin_nested()
        second = bind.begin_nested()
        second.rollback()
        first.commit()
        """,
        "",
    ),
    "no branch of another database": (
        """
        bind = op.get_bind()
        context = op.get_context()
        if context.dialect.name != "postgresql" or bind.engine.name == "sqlite":
            raise NotImplementedError
        if context.as_sql:
            return
        op.execute("SELECT 1") if bind.dialect.name == "postgresql" else op.execute("PRAGMA x")
        """,
        "",
    ),
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_code_is_exact(name: str, database: Database, revise: Revise) -> None:
    database.execute(SETUP)
    body, top = KNOWN[name]
    assert_read_as_sent(revise(body, top=top), database, directions=("upgrade",))


DEPENDING = {
    "rows": """
        for (name,) in op.get_bind().execute(sa.text("SELECT name FROM people ORDER BY id")):
            op.execute("SELECT 'in the loop'")
        op.execute("SELECT 'after it'")
    """,
    "a count": """
        count = op.get_bind().execute(sa.text("SELECT count(*) FROM people")).scalar()
        if count > 1:
            op.execute("SELECT 'many'")
        elif count:
            op.execute("SELECT 'one'")
        else:
            op.execute("SELECT 'none'")
        op.execute("SELECT 'after it'")
    """,
    "an early return": """
        if op.get_bind().execute(sa.text("SELECT count(*) FROM people")).scalar() == 0:
            return
        op.execute("SELECT 'rows'")
    """,
    "the schema": """
        inspector = sa.inspect(op.get_bind())
        if "orders" in inspector.get_table_names():
            op.execute("SELECT 'there'")
        if not any(c["name"] == "note" for c in inspector.get_columns("people")):
            op.add_column("people", sa.Column("note", sa.Text()))
        if inspector.has_table("nowhere"):
            op.drop_table("nowhere")
    """,
    "what an exception leads to": """
        try:
            with op.get_bind().begin_nested():
                op.execute("SELECT * FROM nowhere")
        except sa.exc.ProgrammingError:
            op.execute("SELECT 'caught'")
        op.execute("SELECT 'after it'")
    """,
    "the environment": """
        import os
        if os.environ.get("NOT_SET_HERE"):
            op.execute("SELECT 'set'")
        op.execute("SELECT 'always'")
    """,
    "a loop until": """
        while op.get_bind().execute(sa.text("DELETE FROM people WHERE id IN (SELECT min(id) FROM people)")).rowcount:
            op.execute("SELECT 'again'")
    """,
    "a set": """
        for name in {"people", "orders"}:
            op.execute(f"COMMENT ON TABLE {name} IS NULL")
    """,
}


@pytest.mark.parametrize("empty", [True, False], ids=["empty", "with rows"])
@pytest.mark.parametrize("name", DEPENDING)
def test_what_depends_on_the_run_is_guarded_and_nothing_that_runs_is_missing(
    name: str,
    *,
    empty: bool,
    database: Database,
    revise: Revise,
) -> None:
    """Each statement that was sent was read; those read as exact were all sent, in their order."""
    database.execute(SETUP, "DELETE FROM people" if empty else "SELECT 1")
    revision = revise(DEPENDING[name])
    assert revision.gaps() == []
    assert {each.confidence for each in revision.migration.upgrade} <= {"exact", "guarded"}
    run_ = run(revision.text, "upgrade", database)
    assert run_.error is None
    read = [folded(each.sql) for each in revision.migration.upgrade]
    sent = [folded(sql) for sql in run_.sql]
    assert set(sent) <= set(read)
    exact = [folded(each.sql) for each in revision.migration.upgrade if each.confidence == "exact"]
    remaining = iter(sent)
    assert all(sql in remaining for sql in exact)


UNREADABLE = {
    "the ORM": """
        class Person(declarative_base()):
            __tablename__ = "people"
            id = sa.Column(sa.Integer, primary_key=True)
            name = sa.Column(sa.Text)

        session = Session(op.get_bind())
        for person in session.query(Person).order_by(Person.id):
            person.name = person.name.upper()
        session.commit()
    """,
    "values of rows": """
        bind = op.get_bind()
        for id_, name in bind.execute(sa.text("SELECT id, name FROM people")).fetchall():
            bind.execute(sa.text("UPDATE people SET name = :n WHERE id = :i"), {"n": name.upper(), "i": id_})
    """,
    "a statement that is computed": """
        for (name,) in op.get_bind().execute(sa.text("SELECT name FROM people")):
            op.execute(f"COMMENT ON TABLE people IS '{name}'")
    """,
    "values of the moment": """
        op.execute(f"SELECT '{uuid.uuid4()}'")
        op.bulk_insert(sa.table("people", sa.column("name")), [{"name": str(uuid.uuid4())}])
    """,
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_known_is_partial_or_a_gap_at_its_line(name: str, database: Database, revise: Revise) -> None:
    """Every statement that was sent is read in full, or its call is marked."""
    database.execute(SETUP)
    top = "import uuid\nfrom sqlalchemy.orm import Session, declarative_base"
    revision = revise(UNREADABLE[name], top=top)
    migration = revision.migration
    known = {inlined(each.sql) for each in migration.upgrade if each.confidence in {"exact", "guarded"}}
    run_ = run(revision.text, "upgrade", database)
    assert run_.error is None
    missing = [sql for sql in run_.sql if inlined(sql) not in known]
    assert missing != []
    assert migration.upgrade_gaps or {"partial", "opaque"} & {each.confidence for each in migration.upgrade}


def test_a_bind_parameter_in_plain_sql_really_fails(database: Database, revise: Revise) -> None:
    revision = revise("""op.execute("SELECT 1; SELECT 2 -- :name")""")
    assert [each.confidence for each in revision.migration.upgrade] == ["partial", "partial"]
    assert "A value is required for bind parameter" in str(run(revision.text, "upgrade", database).error)


REFUSING = {
    'raise NotImplementedError("no way back")': "NotImplementedError",
    'op.execute("SELECT 1")\nraise RuntimeError': "RuntimeError",
    'op.create_index("ix", "people", ["age"], True)': "TypeError",
    'op.drop_constraint("ck")': "TypeError",
    'op.drop_index("i" * 70)': "IdentifierError",
    "with op.get_context().autocommit_block(), op.get_context().autocommit_block():\n    pass": "AssertionError",
    'op.get_bind().execute("SELECT 1")': "ObjectNotExecutableError",
    "sa.MetaData(bind=op.get_bind())": "TypeError",
}


@pytest.mark.parametrize("body", REFUSING)
def test_what_python_refuses_is_never_exact(body: str, database: Database, revise: Revise) -> None:
    database.execute(SETUP)
    revision = revise(f'{body}\nop.execute("SELECT 9")')
    sent = run(revision.text, "upgrade", database)
    assert type(sent.error).__name__ == REFUSING[body]
    assert [each.sql for each in revision.migration.upgrade if each.confidence == "exact"] == sent.sql


BOUND = {
    "values beside a driver's own statement": """
        bind = op.get_bind()
        bind.exec_driver_sql("UPDATE people SET age = %s WHERE age > %s::int", (1, 2))
        bind.exec_driver_sql("UPDATE orders SET note = %(a)s WHERE note <> %(a)s", {"a": "it's 1%"})
        bind.exec_driver_sql("DELETE FROM people WHERE id = %s", [(1,), (2,)])
    """,
    "values beside an UPDATE or an INSERT": """
        bind = op.get_bind()
        people = sa.table("people", sa.column("name", sa.Text), sa.column("age", sa.Integer))
        bind.execute(people.update().where(people.c.age > 1), {"name": "x"})
        bind.execute(people.update().values(age=5), {"name": "x"})
        rows = [{"a": 1, "name": "x"}, {"a": 2, "name": "y"}]
        bind.execute(people.update().where(people.c.age == sa.bindparam("a")), rows)
        bind.execute(people.insert())
        bind.execute(people.delete().where(people.c.age == sa.bindparam("a")), {"a": 3})
    """,
    "rows of a table with a key": """
        bind = op.get_bind()
        people = sa.Table("people", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("name"))
        bind.execute(people.insert(), [{"name": "a"}, {"name": "b"}])
        bind.execute(people.insert(), [{"name": "c"}])
        bind.execute(people.insert().values([{"name": "d"}, {"name": "e"}]))
        op.bulk_insert(people, [{"name": "f"}, {"name": "g"}])
    """,
    "functions that are executed": """
        bind = op.get_bind()
        op.execute(sa.func.pg_advisory_xact_lock(1))
        bind.execute(sa.func.pg_advisory_xact_lock_shared(1))
        bind.scalar(sa.func.setval("people_id_seq", 7))
    """,
}


@pytest.mark.parametrize("name", BOUND)
def test_values_that_are_sent_beside_the_text_are_read_in_their_places(
    name: str, database: Database, revise: Revise
) -> None:
    database.execute(SETUP)
    revision = revise(BOUND[name])
    sent = run(revision.text, "upgrade", database)
    assert sent.error is None
    assert {each.confidence for each in revision.migration.upgrade} == {"exact"}
    assert [inlined(each.sql) for each in revision.migration.upgrade] == [inlined(each) for each in sent.sql]
