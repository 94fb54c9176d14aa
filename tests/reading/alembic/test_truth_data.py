"""Rows and expressions that Alembic sends with parameters: read with the values in place, and with the same effect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.reading.alembic.truth import inlined, rows, run

from database_patterns.lab.server import Database

Revise = Callable[..., Any]

SETUP = """
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE TABLE people (id serial PRIMARY KEY, name text UNIQUE, age int, big boolean, data jsonb, born date);
CREATE TABLE pets (id int, owner int, kind text);
INSERT INTO people (name, age, big, data, born) VALUES
    ('Ada', 36, false, '{"a": 1}', '1815-12-10'), ('Grace', 85, NULL, NULL, NULL),
    ('100%', 5, true, '[]', '2000-01-01');
INSERT INTO pets VALUES (1, 1, 'cat'), (2, 2, 'dog'), (3, NULL, 'cow');
"""
TABLES = """
people = sa.table("people", sa.column("id", sa.Integer), sa.column("name", sa.String), sa.column("age", sa.Integer),
                  sa.column("big", sa.Boolean), sa.column("data", postgresql.JSONB), sa.column("born", sa.Date))
pets = sa.table("pets", sa.column("id", sa.Integer), sa.column("owner", sa.Integer), sa.column("kind", sa.Text))
p = people.c
"""

WRITES = {
    "update of everything": 'people.update().values(name=p.name + "!")',
    "update with a condition": 'people.update().where(p.name == op.inline_literal("Ada")).values(age=37, big=True)',
    "update to NULL": "people.update().where(p.age > 40).values({p.age: None, p.big: sa.null()})",
    "update by cases": """people.update().values(name=sa.case((p.age < 10, "young"), (p.age > 80, "it's old"),
        else_=p.name))""",
    "update from another table": 'people.update().where(p.id == pets.c.owner, pets.c.kind == "cat").values(age=1)',
    "update by a subquery": """people.update().values(age=sa.select(sa.func.count()).select_from(pets).where(
        pets.c.owner == p.id).scalar_subquery())""",
    "delete in a list": "pets.delete().where(pets.c.id.in_([1, 3]))",
    "delete not in a list": 'pets.delete().where(pets.c.kind.not_in(["cat", "it\'s"]))',
    "delete in a subquery": 'pets.delete().where(pets.c.owner.in_(sa.select(p.id).where(p.name.like("A%"))))',
    "delete where something exists": "pets.delete().where(sa.exists().where(p.id == pets.c.owner))",
    "delete by several conditions": """sa.delete(people).where(sa.and_(sa.or_(p.age.between(1, 9), p.name == "x"),
        sa.not_(p.big.is_(False)), p.born.is_not(None)))""",
    "insert of one row": 'people.insert().values(name="New\\\\n: x", age=-1, big=False)',
    "insert of several rows": 'sa.insert(pets).values([{"id": 4, "kind": "a"}, {"id": 5, "kind": "%s"}])',
    "insert from a select": 'pets.insert().from_select(["id", "kind"], sa.select(p.id + 10, sa.func.lower(p.name)))',
    "insert unless there": """postgresql.insert(people).values(name="Ada", age=1).on_conflict_do_nothing(
        index_elements=["name"])""",
    "insert or update": """postgresql.insert(people).values(name="Ada", age=1).on_conflict_do_update(
        index_elements=["name"], set_={"age": sa.text("people.age + 1")})""",
    "insert with an answer": 'people.insert().values(name="Bob").returning(p.id)',
    "cast and functions": """people.update().values(age=sa.cast(p.big, sa.Integer) + sa.func.length(p.name),
        name=sa.func.replace(p.name, "a", sa.literal("%")))""",
    "a date": "people.update().where(p.born < dt.date(1900, 1, 1)).values(born=dt.date(1900, 2, 3))",
    "json": 'people.update().where(p.id == 1).values(data={"b": [1, None, "it\'s"], "c": True})',
    "text with values": """sa.text("UPDATE people SET name = :n, age = :a WHERE id = :i AND name <> '1:2'").bindparams(
        n="100%\\\\\\\\ :x", a=5, i=1)""",
    "text with a list": """sa.text("DELETE FROM pets WHERE id IN :ids").bindparams(
        sa.bindparam("ids", [1, 2], expanding=True))""",
    "operators": """people.update().where(p.name.ilike("%A%"), p.name.startswith("A", autoescape=True),
        sa.extract("year", p.born) == 1815).values(age=sa.func.coalesce(p.age, 0) % 7, name=sa.func.md5(p.name))""",
    "with a query of its own": """pets.delete().where(pets.c.owner.in_(sa.select(sa.select(p.id).where(
        p.age > 80).cte("old").c.id)))""",
    "ordered query in a query": """pets.update().where(pets.c.id == sa.select(pets.c.id).order_by(pets.c.id.desc())
        .limit(1).offset(1).scalar_subquery()).values(kind="second")""",
}


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("way", ["op.execute({})", "op.get_bind().execute({})", "Session(op.get_bind()).execute({})"])
def test_an_expression_is_read_with_its_values_in_place(
    way: str, name: str, database: Database, revise: Revise
) -> None:
    body = way.format(WRITES[name])
    revision = revise(body, top=f"import datetime as dt\nfrom sqlalchemy.orm import Session\n{TABLES}")
    assert (revision.gaps(), {each.confidence for each in revision.migration.upgrade}) == ([], {"exact"})
    read = [each.sql for each in revision.migration.upgrade]
    database.execute(SETUP)
    sent = run(revision.text, "upgrade", database)
    assert sent.error is None
    assert [inlined(sql) for sql in read] == [inlined(sql) for sql in sent.sql]
    after = rows(database, "people", "pets")
    database.execute("DROP TABLE people, pets; DROP TYPE mood", SETUP, *read)
    assert rows(database, "people", "pets") == after


HOLES = {"arrays of numbers": ["partial"], "truth values among numbers": ["partial"]}
"""What cannot be written as text: an array with nothing but NULL, and what another driver sends otherwise."""

VALUES: dict[str, tuple[str, str, list[Any]]] = {
    "text": ("text", "sa.Text", ["it's", "a\\\\nb", "\\\\\\\\", "%s 100%", ":x ::y", "", "ü😀", None]),
    "numbers": ("numeric", "sa.Numeric", [1, -2, "Decimal('1.50')", "Decimal('1e30')", 0, None]),
    "floats": ("float8", "sa.Float", [1.5, -0.0, 1e300, "float('inf')", None]),
    "booleans": ("boolean", "sa.Boolean", [True, False, None]),
    "dates": ("date", "sa.Date", ["dt.date(1815, 12, 10)", "dt.date(1, 1, 1)", None]),
    "moments": ("timestamp", "sa.DateTime", ["dt.datetime(2020, 1, 2, 3, 4, 5, 6)", "dt.datetime(2020, 1, 2)"]),
    "moments with a zone": (
        "timestamptz",
        "sa.DateTime(timezone=True)",
        ["dt.datetime(2020, 1, 2, tzinfo=dt.timezone.utc)", "dt.datetime(2020, 1, 2, tzinfo=dt.timezone(H * 2))"],
    ),
    "times": ("time", "sa.Time", ["dt.time(23, 59, 59, 999999)", "dt.time(0)"]),
    "spans of time": ("interval", "sa.Interval", ["H", "dt.timedelta(days=-1, microseconds=5)", None]),
    "spans counted from 1970": ("timestamp", "sa.Interval(native=False)", ["H", "dt.timedelta(days=-1)", None]),
    "truth values among numbers": ("int", "sa.Integer", [1, True]),
    "numbers as text": ("numeric", "sa.Numeric(5, 2)", ["1.5", "-2"]),
    "whole numbers as text": ("bigint", "sa.BigInteger", ["15"]),
    "dates as text": ("date", "sa.Date", ["1815-12-10", "today"]),
    "moments as text": ("timestamptz", "sa.DateTime(timezone=True)", ["2020-01-02 03:04+01"]),
    "spans as text": ("interval", "sa.Interval", ["1 day 2 hours"]),
    "bits": ("bit(3)", "postgresql.BIT(3)", ["101"]),
    "words": ("tsvector", "postgresql.TSVECTOR", ["a b:2"]),
    "bytes": ("bytea", "sa.LargeBinary", ["b'\\\\x00\\\\xff'", 'b"\'"', "b''", None]),
    "uuids": ("uuid", "postgresql.UUID(as_uuid=True)", ["uuid.UUID(int=7)", None]),
    "uuids in characters": ("char(32)", "sa.Uuid(native_uuid=False)", ["uuid.UUID(int=7)", None]),
    "uuids as text": ("uuid", "postgresql.UUID(as_uuid=False)", ["str(uuid.UUID(int=7))"]),
    "jsonb": ("jsonb", "postgresql.JSONB", [{"a": [1, None, "ü'%"]}, [], "'x'", 5, True, {"k": {}}]),
    "json": ("json", "sa.JSON", [{"a": 1.5}, "x", None]),
    "json null": ("jsonb", "postgresql.JSONB(none_as_null=True)", [None, {"a": None}]),
    "arrays of text": ("text[]", "postgresql.ARRAY(sa.Text)", [["x", "y,z", "it's", '"q"', "NULL"], [], None]),
    "arrays of numbers": ("int[]", "postgresql.ARRAY(sa.Integer)", [[1, 2], [[1, 2], [3, 4]], [None]]),
    "arrays of uuids": ("uuid[]", "postgresql.ARRAY(postgresql.UUID)", ["[uuid.UUID(int=7)]"]),
    "labels": ("mood", "sa.Enum('sad', 'glad', name='mood')", ["sad", None]),
    "labels of an enum": ("mood", "sa.Enum(Mood, name='mood')", ["Mood.glad"]),
    "untyped": ("text", "sa.types.NullType", ["x", None]),
    "addresses": ("inet", "postgresql.INET", ["10.0.0.1/8"]),
    "ranges as text": ("int4range", "postgresql.INT4RANGE", ["[1,5)"]),
    "ranges": (
        "int4range",
        "postgresql.INT4RANGE",
        ["postgresql.Range(1, 5)", "postgresql.Range(None, 5, bounds='()')"],
    ),
    "keys and values": ("text", "sa.String(5)", ["abc"]),
}
TOP = """
import datetime as dt
import enum
import uuid
from decimal import Decimal

H = dt.timedelta(hours=1)

class Mood(enum.Enum):
    sad = 1
    glad = 2
"""
EXPRESSIONS = ("Decimal(", "float(", "dt.", "H", "b'", 'b"', "uuid.", "str(", "[uuid", "Mood.", "postgresql.")


def literal(value: Any) -> str:
    """``value`` as Python source; texts that are expressions stay as they are."""
    return value if isinstance(value, str) and value.startswith(EXPRESSIONS) else repr(value)


@pytest.mark.parametrize("multiple", [True, False])
@pytest.mark.parametrize("name", VALUES)
def test_a_row_is_stored_the_same_from_what_was_read(
    name: str, *, multiple: bool, database: Database, revise: Revise
) -> None:
    """Where a value cannot be written as text that is certain to mean the same, a hole says so and nothing is exact."""
    sql_type, type_, values = VALUES[name]
    setup = f"CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE TABLE t (id int, v {sql_type})"
    each = "".join(f'{{"id": {number}, "v": {literal(value)}}}, ' for number, value in enumerate(values))
    body = f't = sa.table("t", sa.column("id", sa.Integer), sa.column("v", {type_}))\nop.bulk_insert(t, [{each}]'
    revision = revise(f"{body}, multiinsert={multiple})", top=TOP)
    read = revision.migration.upgrade
    assert len(read) == len(values)
    database.execute(setup)
    assert run(revision.text, "upgrade", database).error is None
    stored = rows(database, "t")
    database.execute("DROP TABLE t; DROP TYPE mood", setup, *(each.sql for each in read if each.confidence == "exact"))
    exact = [number for number, each in enumerate(read) if each.confidence == "exact"]
    assert rows(database, "t")["t"] == [row for row in stored["t"] if int(row[0][1 : row[0].index(",")]) in exact]
    assert [each.confidence for each in read if each.confidence != "exact"] == HOLES.get(name, [])


def test_defaults_that_sqlalchemy_fills_in_are_part_of_what_was_read(database: Database, revise: Revise) -> None:
    revision = revise(
        """
        t = op.create_table(
            "t",
            sa.Column("a", sa.Integer(), default=5),
            sa.Column("b", sa.Integer()),
            sa.Column("c", sa.Integer(), default=sa.text("7"), onupdate=8),
        )
        op.bulk_insert(t, [{"b": 1}, {"b": 2, "a": 9}])
        op.get_bind().execute(t.update().where(t.c.b == 2).values(b=3))
        """
    )
    assert {each.confidence for each in revision.migration.upgrade} == {"exact"}
    assert run(revision.text, "upgrade", database).error is None
    sent = rows(database, "t")
    assert sent["t"] == [("(5,1,7)",), ("(5,3,8)",)]
    database.execute("DROP TABLE t", *(each.sql for each in revision.migration.upgrade))
    assert rows(database, "t") == sent


UNEVEN = {
    "a column that the first row does not have": ([{"a": 1}, {"a": 2, "b": 3}], ["(1,)", "(2,)"]),
    "a column that a later row does not have": ([{"a": 1, "b": 2}, {"a": 2}], []),
    "a name that is no column": ([{"a": 1, "c": 4}, {"c": 5, "a": 2}], ["(1,)", "(2,)"]),
}


@pytest.mark.parametrize("way", ["op.bulk_insert(t, {})", "op.get_bind().execute(t.insert(), {})"])
@pytest.mark.parametrize("name", UNEVEN)
def test_rows_sent_together_have_the_columns_of_the_first(
    name: str, way: str, database: Database, revise: Revise
) -> None:
    """SQLAlchemy drops the others without a word, and refuses rows that lack one."""
    given, stored = UNEVEN[name]
    database.execute("CREATE TABLE t (a int, b int)")
    revision = revise(f't = sa.table("t", sa.column("a"), sa.column("b"))\n{way.format(given)}')
    sent = run(revision.text, "upgrade", database)
    assert [row for (row,) in rows(database, "t")["t"]] == stored
    read = revision.migration.upgrade
    if stored:
        assert [inlined(each.sql) for each in read] == [inlined(sql) for sql in sent.sql]
    else:
        assert [each.confidence for each in read] == ["opaque"]
        assert sent.error is not None


def test_rows_sent_one_by_one_have_each_their_own_columns(database: Database, revise: Revise) -> None:
    database.execute("CREATE TABLE t (a int, b int)")
    rows_ = [{"a": 1, "b": 2}, {"a": 2}]
    revision = revise(f'op.bulk_insert(sa.table("t", sa.column("a"), sa.column("b")), {rows_}, multiinsert=False)')
    sent = run(revision.text, "upgrade", database)
    assert [inlined(each.sql) for each in revision.migration.upgrade] == [inlined(sql) for sql in sent.sql]
    assert len(sent.sql) == 2


PARAMETERS = {
    "an update": "people.update(), {'age': 5}",
    "an update with a condition": "people.update().where(p.id == sa.bindparam('which')), {'which': 1, 'name': 'x'}",
    "an update of several": """people.update().where(p.id == sa.bindparam('which')).values(name=sa.bindparam('new')),
        [{'which': 1, 'new': 'x'}, {'which': 2, 'new': None}]""",
    "an insert": "people.insert(), {'name': 'x', 'other': 1}",
    "an insert with values of its own": "people.insert().values(name='x'), {'age': 5}",
    "an insert of nothing": "people.insert()",
    "a delete": "pets.delete().where(pets.c.id == sa.bindparam('which')), {'which': 3}",
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters_are_values_of_the_columns_that_they_name(name: str, database: Database, revise: Revise) -> None:
    revision = revise(f"op.get_bind().execute({PARAMETERS[name]})", top=TABLES)
    database.execute(SETUP)
    sent = run(revision.text, "upgrade", database)
    assert sent.error is None
    assert {each.confidence for each in revision.migration.upgrade} == {"exact"}
    assert [inlined(each.sql) for each in revision.migration.upgrade] == [inlined(sql) for sql in sent.sql]


REFUSED = {
    "op.bulk_insert(people, ({'name': 'x'},))": "TypeError: List expected",
    "op.bulk_insert(people, ['x'])": "TypeError: List of dictionaries expected",
    "op.bulk_insert(people, [{'age': sa.func.length('x')}])": (
        "TypeError: an SQL expression is among the rows, which only multiinsert=False takes"
    ),
    "op.execute(sa.literal(5))": "TypeError: a BindParameter is executed, which is no statement",
}


@pytest.mark.parametrize("call", REFUSED)
def test_what_is_refused_before_it_is_sent_is_opaque(call: str, database: Database, revise: Revise) -> None:
    revision = revise(call, top=TABLES)
    database.execute(SETUP)
    sent = run(revision.text, "upgrade", database)
    assert (sent.sql if "func" not in call else [], sent.error is not None) == ([], True)
    assert [(each.sql, each.confidence, each.guard) for each in revision.migration.upgrade] == [
        ("", "opaque", REFUSED[call])
    ]


def test_rows_may_hold_expressions_where_each_is_sent_by_itself(database: Database, revise: Revise) -> None:
    given = "[{'name': sa.func.lower('X'), 'age': sa.text('5')}, {'data': sa.null()}]"
    revision = revise(f"op.bulk_insert(people, {given}, multiinsert=False)", top=TABLES)
    database.execute(SETUP)
    sent = run(revision.text, "upgrade", database)
    assert [inlined(each.sql) for each in revision.migration.upgrade] == [inlined(sql) for sql in sent.sql]
    assert {each.confidence for each in revision.migration.upgrade} == {"exact"}
