"""Prediction and measurement are two witnesses: held against each other on statements that no record contains."""

from __future__ import annotations

from collections.abc import Generator
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from tests.effects.grammar import statements
from tests.effects.witnesses import Verdict, disagreements

from database_patterns.catalog import Catalog, Sequence, Table
from database_patterns.effects import Assumptions, predict
from database_patterns.lab.measure import measure
from database_patterns.lab.server import Database, Server
from database_patterns.model import Measurement, Prediction, Statement
from database_patterns.reading import read_text

HERE: Final = Path(__file__).parent
SEED: Final = 20261125
COUNT: Final = 300
STATEMENTS: Final = read_text((HERE / "witness_statements.sql").read_text()).upgrade


@cache
def schema() -> Catalog:
    catalog = Catalog.empty()
    for statement in read_text((HERE / "witness_schema.sql").read_text()).upgrade:
        catalog = catalog.advance(statement)
    return catalog


@cache
def opened_by_minor_releases() -> frozenset[str]:
    """Unique indexes and sequences: see ``disagreements``."""
    relations = schema().relations
    tables = (each for each in relations.values() if isinstance(each, Table))
    indexes = {str(index.name) for table in tables for index in table.indexes.values() if index.unique}
    return frozenset(indexes | {str(name) for name, each in relations.items() if isinstance(each, Sequence)})


@pytest.fixture(scope="module")
def witness(server: Server) -> Generator[Database]:
    with server.database(setup_sql=(HERE / "witness_schema.sql").read_text()) as database:
        yield database


def explained(statement: Statement, prediction: Prediction, measured: Measurement) -> bool:
    """Whether a difference is one of those that are known.

    An operator that does not exist for the types of a CHECK (42883) is not looked for, and of several errors in one
    statement another one than PostgreSQL's may come first.
    """
    error = measured.error
    several = len(statement.actions) > 1 or (prediction.error is not None)
    return error is not None and (error.sqlstate == "42883" or several)


@pytest.mark.parametrize("text", statements(SEED, COUNT))
def test_the_server_does_what_is_predicted_of_a_generated_statement(text: str, witness: Database) -> None:
    (statement,) = read_text(text).upgrade
    prediction = predict(statement, schema(), Assumptions(witness.postgres, timezone="UTC"))
    measured = measure(witness, text, before=["SET LOCAL TimeZone = 'UTC'"])
    found = disagreements(
        prediction, Verdict.measured(measured), sampled=measured.observed == "sampled", keys=opened_by_minor_releases()
    )
    assert found == [] or explained(statement, prediction, measured)


@pytest.mark.parametrize("statement", STATEMENTS, ids=[statement.sql for statement in STATEMENTS])
def test_the_server_does_what_is_predicted(statement: Statement, witness: Database) -> None:
    prediction = predict(statement, schema(), Assumptions(witness.postgres, timezone="UTC"))
    measured = measure(witness, statement.sql, before=["SET LOCAL TimeZone = 'UTC'"])
    assert disagreements(prediction, Verdict.measured(measured), keys=opened_by_minor_releases()) == []
    assert prediction.unknown == ()
