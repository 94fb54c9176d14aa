"""Prediction and measurement are two witnesses: held against each other on statements that no record contains.

``witness_<name>_schema.sql`` is set up in a database of its own, and each statement of
``witness_<name>_statements.sql`` is predicted and measured over it.
"""

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
SCHEMAS: Final = ("shop", "objects", "references")


def sql(name: str, part: str) -> str:
    return (HERE / f"witness_{name}_{part}.sql").read_text()


CASES: Final = [
    pytest.param(name, statement, id=statement.sql)
    for name in SCHEMAS
    for statement in read_text(sql(name, "statements")).upgrade
]


@cache
def schema(name: str) -> Catalog:
    catalog = Catalog.empty()
    for statement in read_text(sql(name, "schema")).upgrade:
        catalog = catalog.advance(statement)
    return catalog


@cache
def opened_by_minor_releases(name: str) -> frozenset[str]:
    """Unique indexes and sequences: see ``disagreements``."""
    relations = schema(name).relations
    tables = (each for each in relations.values() if isinstance(each, Table))
    indexes = {str(index.name) for table in tables for index in table.indexes.values() if index.unique}
    return frozenset(indexes | {str(name) for name, each in relations.items() if isinstance(each, Sequence)})


@pytest.fixture(scope="module")
def witnesses(server: Server) -> Generator[dict[str, Database]]:
    with (
        server.database(setup_sql=sql("shop", "schema")) as shop,
        server.database(setup_sql=sql("objects", "schema")) as objects,
        server.database(setup_sql=sql("references", "schema")) as references,
    ):
        yield {"shop": shop, "objects": objects, "references": references}


def explained(statement: Statement, prediction: Prediction, measured: Measurement) -> bool:
    """Whether a difference is one of those that are known.

    An operator that does not exist for the types of a CHECK (42883) is not looked for, and of several errors in one
    statement another one than PostgreSQL's may come first.
    """
    error = measured.error
    several = len(statement.actions) > 1 or (prediction.error is not None)
    return error is not None and (error.sqlstate == "42883" or several)


@pytest.mark.parametrize("text", statements(SEED, COUNT))
def test_the_server_does_what_is_predicted_of_a_generated_statement(text: str, witnesses: dict[str, Database]) -> None:
    (statement,) = read_text(text).upgrade
    witness = witnesses["shop"]
    prediction = predict(statement, schema("shop"), Assumptions(witness.postgres, timezone="UTC"))
    measured = measure(witness, text, before=["SET LOCAL TimeZone = 'UTC'"])
    found = disagreements(
        prediction,
        Verdict.measured(measured),
        sampled=measured.observed == "sampled",
        keys=opened_by_minor_releases("shop"),
    )
    assert found == [] or explained(statement, prediction, measured)


@pytest.mark.parametrize(("name", "statement"), CASES)
def test_the_server_does_what_is_predicted(name: str, statement: Statement, witnesses: dict[str, Database]) -> None:
    witness = witnesses[name]
    prediction = predict(statement, schema(name), Assumptions(witness.postgres, timezone="UTC"))
    measured = measure(witness, statement.sql, before=["SET LOCAL TimeZone = 'UTC'"])
    assert disagreements(prediction, Verdict.measured(measured), keys=opened_by_minor_releases(name)) == []
    assert prediction.unknown == ()
