"""Alembic's operations on the recording implementation: nothing is sent, all is written down, in stable order."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid

import pytest
import sqlalchemy as sa
from alembic.ddl.impl import DefaultImpl
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.type_api import TypeEngine

from database_patterns.reading.alembic.literals import literal
from database_patterns.reading.alembic.recording import Recording, Rendered
from database_patterns.reading.alembic.values import PartialText, Unknown

HOLE = Unknown("a row of the database")


def rendered(
    construct: sa.ClauseElement | str | PartialText, parameters: object = None
) -> list[tuple[str, tuple[str, ...]]]:
    recording = Recording()
    recording.execute(construct, parameters)
    return [(" ".join(each.sql.split()), each.holes) for each in recording.take()]


def test_what_was_taken_is_not_taken_again() -> None:
    recording = Recording()
    recording.operations.drop_table("t")
    assert recording.take() == [Rendered("\nDROP TABLE t")]
    assert recording.take() == []


def test_the_implementation_of_alembic_for_postgresql_stays_its_own() -> None:
    before = DefaultImpl.get_by_dialect(sa.create_mock_engine("postgresql://", lambda *_: None).dialect)
    Recording()
    after = DefaultImpl.get_by_dialect(sa.create_mock_engine("postgresql://", lambda *_: None).dialect)
    assert (before is after, before.__name__) == (True, "PostgresqlImpl")


def test_neighbouring_indexes_and_constraints_come_in_alphabetical_order() -> None:
    recording = Recording()
    columns = [sa.Column(name, sa.Integer(), index=True) for name in "zxya"]
    recording.operations.create_table("t", *columns)
    assert [each.sql.split()[-1] for each in recording.take()[1:]] == ["(a)", "(x)", "(y)", "(z)"]
    column = sa.Column("c", sa.Integer(), sa.ForeignKey("u.id", name="fk"), unique=True)
    recording.operations.add_column("t", column)
    kinds = [each.sql.split("ADD ")[1].split()[0] for each in recording.take()]
    assert kinds == ["COLUMN", "CONSTRAINT", "UNIQUE"]


def test_parameters_become_values_and_what_has_none_becomes_a_hole() -> None:
    assert rendered("SELECT :a, :b", {"a": "it's"}) == [
        ("SELECT 'it''s', $1", ("the bind parameter :b, whose value is not given here",))
    ]


def test_an_unknown_value_becomes_a_numbered_hole() -> None:
    table = sa.table("t", sa.column("a"), sa.column("b"))
    assert rendered(table.insert().values(a=HOLE, b=1)) == [("INSERT INTO t (a, b) VALUES ($1, 1)", (HOLE.reason,))]
    assert rendered(table.insert(), {"a": 1, "b": HOLE}) == [("INSERT INTO t (a, b) VALUES (1, $1)", (HOLE.reason,))]


def test_the_unknown_parts_of_a_text_are_numbered_before_its_parameters() -> None:
    text = PartialText(("SELECT ", HOLE, ", :a"))
    assert rendered(text, {"a": HOLE}) == [("SELECT $1, $2", (HOLE.reason, HOLE.reason))]


def test_a_raw_statement_is_left_as_it_is() -> None:
    recording = Recording()
    recording.execute_raw("SELECT ':a', '50%'")
    recording.execute_raw(PartialText(("SELECT ", HOLE)))
    assert recording.take() == [Rendered("SELECT ':a', '50%'"), Rendered("SELECT $1", (HOLE.reason,))]


def test_a_value_that_cannot_be_written_as_text_is_a_hole_named_by_its_type() -> None:
    table = sa.table("t", sa.column("a", postgresql.BIT(3)))
    assert rendered(table.insert().values(a=object())) == [
        ("INSERT INTO t (a) VALUES ($1)", ("a value of type BIT(length=3), which is sent separately",))
    ]


@pytest.mark.parametrize(
    ("value", "type_", "expected"),
    [
        ({"a": "it's"}, sa.JSON(), """'{"a": "it''s"}'"""),
        (None, postgresql.JSONB(), "'null'"),
        (None, postgresql.JSONB(none_as_null=True), None),
        (b"\x00\xff", sa.LargeBinary(), "'\\x00ff'"),
        (uuid.UUID(int=1), postgresql.UUID(), "'00000000-0000-0000-0000-000000000001'"),
        (dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.UTC), sa.DateTime(timezone=True), "'2026-01-02 03:04:00+00:00'"),
        (dt.date(2026, 1, 2), sa.Date(), "'2026-01-02'"),
        (dt.time(3, 4), sa.Time(), "'03:04:00'"),
        ("it's", sa.types.NULLTYPE, "'it''s'"),
        (True, sa.types.NULLTYPE, "true"),
        (1.5, sa.types.NULLTYPE, "1.5"),
        ([1], sa.types.NULLTYPE, None),
        ("x", sa.Text(), None),
        (3, sa.Integer(), None),
    ],
)
def test_a_literal_is_what_postgresql_reads(value: object, type_: TypeEngine[object], expected: str | None) -> None:
    assert literal(value, type_) == expected


@pytest.mark.parametrize(
    ("value", "type_", "expected"),
    [
        (dt.timedelta(days=-1, microseconds=5), sa.Interval(), "'-1 days 0.000005 seconds'"),
        (float("inf"), sa.Float(), "'inf'::float8"),
        (-0.0, sa.Float(), "'-0.0'::float8"),
        (decimal.Decimal("NaN"), sa.Numeric(), "'NaN'::numeric"),
        ("10.0.0.1", postgresql.INET(), "'10.0.0.1'"),
        ("[1,2)", postgresql.INT4RANGE(), "'[1,2)'"),
        (postgresql.Range(1, None), postgresql.INT4RANGE(), "'[1,)'"),
        ([postgresql.Range(1, 2), postgresql.Range(4, 5)], postgresql.INT4MULTIRANGE(), "'{[1,2),[4,5)}'"),
    ],
)
def test_a_value_that_sqlalchemy_writes_otherwise_or_not_at_all(
    value: object, type_: TypeEngine[object], expected: str
) -> None:
    assert literal(value, type_) == expected


def test_an_array_says_its_type() -> None:
    table = sa.table("t", sa.column("a", postgresql.ARRAY(postgresql.UUID())), sa.column("b", sa.ARRAY(sa.Text())))
    assert rendered(table.insert().values(a=[uuid.UUID(int=1)], b=[])) == [
        ("INSERT INTO t (a, b) VALUES (ARRAY['00000000-0000-0000-0000-000000000001']::UUID[], ARRAY[]::TEXT[])", ())
    ]
