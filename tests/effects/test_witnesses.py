"""Prediction and measurement are two witnesses: held against each other on statements that no record contains.

``witness_<name>_schema.sql`` is set up in a database of its own, and each statement of
``witness_<name>_statements.sql`` is predicted and measured over it.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack
from typing import Final

import pytest
from tests.effects.corpus import SCHEMAS, TIME_ZONES, Case, across_time_zones, measured, schemas, sql, witness

from database_patterns.effects import Assumptions, predict
from database_patterns.lab.server import Database, Server
from database_patterns.model import Statement
from database_patterns.reading import read_text

CASES: Final = [
    pytest.param(name, statement, id=statement.sql)
    for name in SCHEMAS
    for statement in read_text(sql(name, "statements")).upgrade
]


@pytest.fixture(scope="module")
def witnesses(own_server: Server) -> Generator[dict[str, Database]]:
    with ExitStack() as databases:
        names = schemas(own_server.postgres)
        yield {name: databases.enter_context(witness(own_server, name)) for name in names}


@pytest.mark.parametrize(("name", "statement"), CASES)
def test_the_server_does_what_is_predicted(name: str, statement: Statement, witnesses: dict[str, Database]) -> None:
    if name not in witnesses:
        pytest.skip("the schema needs a later version")
    assert _contradictions(measured(name, statement, witnesses[name])) == []


@pytest.mark.parametrize("timezone", TIME_ZONES)
def test_timestamps_keep_their_rows_in_the_time_zones_that_are_utc(
    timezone: str, witnesses: dict[str, Database]
) -> None:
    assert _contradictions(across_time_zones(timezone, witnesses["conversions"])) == []


def _contradictions(case: Case) -> list[str]:
    return case.contradicts(predict(case.statement, case.schema, Assumptions(case.postgres, case.timezone)))
