"""Prediction and measurement are two witnesses: held against each other on statements that no record contains."""

from __future__ import annotations

from collections.abc import Generator
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from tests.effects.witnesses import Verdict, disagreements

from database_patterns.catalog import Catalog, Table
from database_patterns.effects import Assumptions, predict
from database_patterns.lab.measure import measure
from database_patterns.lab.server import Database, Server
from database_patterns.model import Statement
from database_patterns.reading import read_text

HERE: Final = Path(__file__).parent
STATEMENTS: Final = read_text((HERE / "witness_statements.sql").read_text()).upgrade


@cache
def schema() -> Catalog:
    catalog = Catalog.empty()
    for statement in read_text((HERE / "witness_schema.sql").read_text()).upgrade:
        catalog = catalog.advance(statement)
    return catalog


@cache
def unique_indexes() -> frozenset[str]:
    tables = (each for each in schema().relations.values() if isinstance(each, Table))
    return frozenset(str(index.name) for table in tables for index in table.indexes.values() if index.unique)


@pytest.fixture(scope="module")
def witness(server: Server) -> Generator[Database]:
    with server.database(setup_sql=(HERE / "witness_schema.sql").read_text()) as database:
        yield database


@pytest.mark.parametrize("statement", STATEMENTS, ids=[statement.sql for statement in STATEMENTS])
def test_the_server_does_what_is_predicted(statement: Statement, witness: Database) -> None:
    prediction = predict(statement, schema(), Assumptions(witness.postgres, timezone="UTC"))
    measured = measure(witness, statement.sql, before=["SET LOCAL TimeZone = 'UTC'"])
    assert disagreements(prediction, Verdict.measured(measured), keys=unique_indexes()) == []
    assert prediction.unknown == ()
