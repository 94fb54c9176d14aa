"""ALTER COLUMN TYPE keeps or converts the rows, and keeps or rebuilds the index, as measured on PostgreSQL 18."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from tests.effects.given import effect_on, errors, predicted, schema, work_on

from database_patterns.catalog import Catalog
from database_patterns.effects import Assumptions, predict
from database_patterns.model import Prediction
from database_patterns.reading import read_text

MEASURED: Final = json.loads((Path(__file__).parent / "type_conversions_pg18.json").read_text())["conversions"]
TYPES: Final = """
    CREATE EXTENSION citext; CREATE TYPE mood AS ENUM ('sad', 'ok');
    CREATE DOMAIN posint AS int CHECK (VALUE > 0);
    CREATE DOMAIN txt AS text; CREATE DOMAIN short AS varchar(10); CREATE DOMAIN filled AS posint;
"""


def change(old: str, new: str, *, timezone: str | None = None, using: str = "", postgres: int = 18) -> Prediction:
    """The prediction of a change of ``t.c``, which has an index, from one type to another."""
    table = f"CREATE TABLE t (c {old}, other text); CREATE INDEX i ON t (c)"
    *before, statement = read_text(f"{TYPES} {table}; ALTER TABLE t ALTER c TYPE {new} {using}").upgrade
    catalog = Catalog.empty()
    for each in before:
        catalog = catalog.advance(each)
    return predict(statement, catalog.in_use(), Assumptions(postgres, timezone))


def verdict(prediction: Prediction) -> tuple[object, bool, object]:
    """Whether the table is rewritten, its index rebuilt, and its rows read."""
    (table,) = (effect for effect in prediction.effects if effect.kind == "table")
    return table.rewrite, table.rebuilds == ("i",), table.scan


@pytest.mark.parametrize(
    "case", [each for each in MEASURED if "error" not in each], ids=lambda c: f"{c['from']}-{c['to']}"
)
def test_a_measured_conversion_is_predicted(case: dict[str, Any]) -> None:
    new, _, timezone = case["to"].partition("@")
    using = f"USING c::{new}" if case.get("implicit") is False else ""
    rewrite, rebuilt, scan = verdict(change(case["from"], new, timezone=timezone or None, using=using))
    assert (rewrite, scan) == (case["rewrite"], case["rows_scanned"] > 0)
    assert rebuilt is case["index_rebuilt"] or case["index_rebuilt"] is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("varchar(10)", "varchar(10)"), ("numeric", "numeric"), ("numeric(10)", "numeric(12,0)"),
        ("varbit(4)", "varbit"),
        ("timestamp", "timestamp(6)"), ("time(2)", "time"), ("interval", "interval(6)"), ("interval(2)", "interval(4)"),
        ("interval day to minute", "interval day to second(0)"), ("varchar(10)[]", "varchar[]"), ("int", "int"),
        ("filled", "int"), ("short", "varchar"), ("short", "text"), ("char(5)", "bpchar"), ("mood", "mood"),
    ],
)  # fmt: skip
def test_a_wider_modifier_or_a_relabelling_keeps_rows_and_index(old: str, new: str) -> None:
    assert verdict(change(old, new)) == (False, False, False)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("varchar(10)", "varchar(9)"), ("numeric(10,2)", "numeric(10,3)"), ("numeric(10,2)", "numeric(12)"),
        ("bit(4)", "bit(8)"), ("timestamp", "timestamp(3)"), ("interval", "interval(2)"), ("short", "varchar(20)"),
        ("interval", "interval year to month"), ("varchar(10)[]", "varchar(20)[]"), ("int", "filled"), ("mood", "text"),
    ],
)  # fmt: skip
def test_what_must_be_checked_or_converted_rewrites_the_table(old: str, new: str) -> None:
    assert verdict(change(old, new)) == (True, True, True)


@pytest.mark.parametrize(("old", "new"), [("int", "oid"), ("bit(4)", "varbit"), ("text", "citext")])
def test_a_relabelling_to_a_type_of_another_order_rebuilds_the_index_only(old: str, new: str) -> None:
    assert verdict(change(old, new)) == (False, True, True)


@pytest.mark.parametrize(
    ("old", "new"),
    [("text", "int"), ("text", "uuid"), ("int", "uuid"), ("text", "mood"), ("jsonb", "int"), ("int", "int[]")],
)
def test_a_conversion_without_an_automatic_cast_is_an_error(old: str, new: str) -> None:
    error = change(old, new).error
    assert error is not None
    assert error.sqlstate == "42804"


@pytest.mark.parametrize("using", ["USING c", "USING c::text", "USING c::text::varchar"])
def test_using_that_only_relabels_the_column_keeps_the_rows(using: str) -> None:
    assert verdict(change("varchar(10)", "text", using=using))[0] is False


@pytest.mark.parametrize("using", ["USING other", "USING upper(c)", "USING c || ''", "USING 'x'"])
def test_using_that_computes_rewrites_the_table(using: str) -> None:
    assert verdict(change("varchar(10)", "text", using=using))[0] is True


def test_without_the_time_zone_a_change_of_timestamps_is_unknown() -> None:
    prediction = change("timestamp", "timestamptz")
    assert verdict(prediction)[0] == "unknown"
    assert prediction.unknown == (
        "the session's TimeZone is not known, and the rows are rewritten unless it is UTC (t.c)",
    )


@pytest.mark.parametrize("timezone", ["UTC", "utc", "Etc/UTC", "GMT"])
def test_at_utc_a_change_of_timestamps_keeps_the_rows_and_rebuilds_the_index(timezone: str) -> None:
    assert verdict(change("timestamp", "timestamptz", timezone=timezone)) == (False, True, True)


def test_a_type_that_is_not_known_makes_the_rewrite_unknown() -> None:
    statement = read_text("ALTER TABLE t ALTER c TYPE bigint").upgrade[0]
    prediction = predict(statement, Catalog.unknown(), Assumptions())
    assert prediction.effects[0].rewrite == "unknown"
    assert prediction.unknown == ("the present type of t.c is not known",)


def test_a_new_type_that_is_not_known_makes_the_rewrite_unknown() -> None:
    found = predicted("ALTER TABLE t ALTER c TYPE geometry", schema("CREATE TABLE t (c text)", complete=False))
    effect = effect_on(found, "t")
    assert (effect.rewrite, effect.scan, effect.certainty) == ("unknown", "unknown", "unknown")
    assert found.unknown == ("the type geometry is not in the known schema (t.c)",)


@pytest.mark.parametrize(("new", "work"), [("text", "scan?"), ("varchar(10)", "nothing")])
def test_whether_an_index_of_an_unknown_method_is_built_anew_for_another_type_is_not_known(new: str, work: str) -> None:
    indexed = schema("CREATE TABLE t (c varchar(10)); CREATE INDEX i ON t USING rum (c)", complete=False)
    found = predicted(f"ALTER TABLE t ALTER c TYPE {new}", indexed)
    assert work_on(found, "t") == work
    why = "whether the index i must be built anew for the type of c is not known"
    assert found.unknown == (() if work == "nothing" else (why,))


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("char(5)", "char(9)", "char(9) is stored at its full length"),
        ("bit(5)", "bit(9)", "bit(9) is stored at its full length"),
        ("varchar(5)", "varchar(3)", "every value is checked against varchar(3)"),
    ],
)
def test_the_reason_of_a_rewrite_says_what_becomes_of_the_values(old: str, new: str, why: str) -> None:
    assert effect_on(change(old, new), "t").reason == f"c becomes {new}: {why}."


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("timestamp", "date"), ("timestamptz", "date"), ("timestamp", "time"), ("timestamptz", "time"),
        ("timestamptz", "timetz"), ("timetz", "time"), ("interval", "time"), ("double precision", "real"),
        ("numeric", "double precision"), ("numeric", "real"), ("numeric", "money"), ("integer", "real"),
        ("bigint", "real"), ("bigint", "double precision"), ("json", "jsonb"), ("char(5)", "text"),
        ("char(5)", "varchar"), ("text", "name"), ("varchar", "name"), ("char(5)", "name"), ("text", '"char"'),
        ("varchar", '"char"'),
        ("char(5)", '"char"'), ("inet", "cidr"), ("numeric", "integer"), ("real", "smallint"),
        ("double precision", "bigint"),
    ],
)  # fmt: skip
def test_what_the_new_type_does_not_hold_is_lost(old: str, new: str) -> None:
    held = new.strip('"')
    assert effect_on(change(old, new), "t").data_loss == f"c: what {old} holds beyond {held} is rounded or cut off"


@pytest.mark.parametrize(
    ("old", "new"),
    [("int", "bigint"), ("bigint", "numeric"), ("real", "double precision"), ("int", "double precision"),
     ("date", "timestamp"), ("varchar(9)", "text"), ("jsonb", "json"), ("money", "numeric"), ("cidr", "inet")],
)  # fmt: skip
def test_a_type_that_holds_all_values_loses_none(old: str, new: str) -> None:
    assert effect_on(change(old, new), "t").data_loss is None


@pytest.mark.parametrize(
    ("old", "new", "may_fail"),
    [
        ("int", "bigint", []), ("smallint", "int", []), ("bigint", "numeric", []), ("real", "double precision", []),
        ("double precision", "real", ["22003", "23505"]), ("numeric", "double precision", ["22003", "23505"]),
        ("bigint", "int", ["22003"]), ("bigint", "double precision", ["23505"]),
    ],
)  # fmt: skip
def test_values_that_become_equal_break_a_unique_index(old: str, new: str, may_fail: list[str]) -> None:
    unique = schema(f"CREATE TABLE t (c {old} UNIQUE)")
    assert errors(predicted(f"ALTER TABLE t ALTER c TYPE {new}", unique)) == (None, may_fail)


def test_narrowing_says_what_may_fail_and_rounding_what_is_lost() -> None:
    assert [each.sqlstate for each in change("bigint", "int").may_fail] == ["22003"]
    assert [each.sqlstate for each in change("text", "varchar(5)").may_fail] == ["22001"]
    assert [each.sqlstate for each in change("text", "date", using="USING c::date").may_fail] == ["22007", "22008"]
    assert (
        change("numeric(10,4)", "numeric(10,2)").effects[0].data_loss
        == "c: digits beyond numeric(10,2) are rounded away"
    )


@pytest.mark.parametrize(
    ("old", "new", "harm"),
    [
        ("numeric(10, 2)", "numeric(12, 3)", "none"),
        ("numeric(10, 2)", "numeric(10, 3)", "overflow"),
        ("numeric(10, 2)", "numeric(8, 2)", "overflow"),
        ("numeric(10, 2)", "numeric(12, 1)", "loss"),
        ("numeric(10, 2)", "numeric(9, 1)", "loss, overflow"),  # 99999999.99 is rounded to 100000000.0
        ("numeric(10, 2)", "numeric(10, 1)", "loss"),
        ("numeric", "numeric(10, 2)", "loss, overflow"),
        ("numeric(5)", "numeric(5, 0)", "none"),
        ("int", "numeric(12, 2)", "none"),
        ("int", "numeric(11, 2)", "overflow"),
        ("bigint", "numeric(19)", "none"),
        ("bigint", "numeric(18)", "overflow"),
        ("smallint", "numeric(5)", "none"),
        ("smallint", "numeric(4)", "overflow"),
        ("real", "numeric(10, 2)", "overflow"),
        ("numeric(38, 3)", "real", "loss"),
        ("numeric(39)", "real", "loss, overflow"),
        ("numeric(308)", "double precision", "loss"),
        ("numeric(309)", "double precision", "loss, overflow"),
        ("timestamp(3)", "timestamp(4)", "none"),
        ("timestamp(3)", "timestamp(2)", "loss"),
        ("timestamptz(3)", "timestamptz(2)", "loss"),
        ("time(3)", "time(2)", "loss"),
        ("timetz(3)", "timetz(2)", "loss"),
        ("interval(3)", "interval(2)", "loss"),
    ],
)
def test_digits_behind_the_point_are_lost_by_a_smaller_scale_and_those_before_it_are_too_many(
    old: str, new: str, harm: str
) -> None:
    found = change(old, new)
    (table,) = (effect for effect in found.effects if effect.kind == "table")
    harms = ["loss"] * bool(table.data_loss) + ["overflow"] * ("22003" in errors(found)[1])
    assert (", ".join(harms) or "none") == harm
