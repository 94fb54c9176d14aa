"""Every recorded measurement of PostgreSQL 14 to 18 is predicted: locks, rewrites, rebuilt indexes, scans, errors."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from tests.effects.witnesses import Verdict, disagreements

from database_patterns.catalog import Catalog
from database_patterns.effects import Assumptions, predict
from database_patterns.model import Statement
from database_patterns.reading import read_text

HERE: Final = Path(__file__).parent
RECORDS: Final = [json.loads(line) for line in (HERE / "measured_statements.jsonl").read_text().splitlines()]
NOT_ANALYSED: Final = {"do_block": "the code of a DO block is not looked into"}
"""Records that come back with ``unknown``, each with the reason."""

CASES: Final = [
    pytest.param(record, postgres, found["verdict"], id=f"{record['id']}-{postgres}")
    for record in RECORDS
    for found in record["measured"]
    for postgres in found["postgres"]
    if "setup fails" not in found["verdict"].get("error", "")
]


@cache
def recorded_schema() -> Catalog:
    return after(Catalog.empty(), read_text((HERE / "measured_statements_fixture.sql").read_text()).upgrade)


def after(catalog: Catalog, statements: tuple[Statement, ...]) -> Catalog:
    for statement in statements:
        assert statement.error is None
        catalog = catalog.advance(statement)
    return catalog


@pytest.mark.parametrize(("record", "postgres", "verdict"), CASES)
def test_a_recorded_statement_is_predicted(record: dict[str, Any], postgres: int, verdict: dict[str, Any]) -> None:
    setup = read_text(record["setup"]).upgrade if record["setup"] else ()
    *before, statement = read_text(record["sql"]).upgrade
    catalog = after(after(recorded_schema(), setup), tuple(before))
    prediction = predict(statement, catalog, Assumptions(postgres, timezone="UTC"))
    sampled = verdict.get("observed", "").startswith("sampled")
    assert disagreements(prediction, Verdict.recorded(verdict), sampled=sampled) == []
    assert bool(prediction.unknown) == (record["id"] in NOT_ANALYSED)


def test_every_effect_gives_a_reason_with_its_source_or_is_of_an_index() -> None:
    for record in RECORDS:
        statement = read_text(record["sql"]).upgrade[-1]
        for effect in predict(statement, recorded_schema(), Assumptions()).effects:
            assert effect.kind == "index" or (
                effect.reason and effect.source.startswith("https://www.postgresql.org/docs/18/")
            )
