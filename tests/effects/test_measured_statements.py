"""Every recorded measurement of PostgreSQL 14 to 18 is predicted: locks, rewrites, rebuilt indexes, scans, errors."""

from __future__ import annotations

import pytest
from tests.effects.corpus import RECORDS, Case, recorded, recorded_schema

from database_patterns.effects import Assumptions, predict
from database_patterns.reading import read_text


@pytest.mark.parametrize("case", list(recorded()), ids=lambda case: f"{case.name}-{case.postgres}")
def test_a_recorded_statement_is_predicted(case: Case) -> None:
    prediction = predict(case.statement, case.schema, Assumptions(case.postgres, timezone="UTC"))
    assert case.contradicts(prediction) == []


def test_every_effect_gives_a_reason_with_its_source_or_is_of_an_index() -> None:
    for record in RECORDS:
        statement = read_text(record["sql"]).upgrade[-1]
        for effect in predict(statement, recorded_schema(), Assumptions()).effects:
            assert effect.kind == "index" or (
                effect.reason and effect.source.startswith("https://www.postgresql.org/docs/18/")
            )
