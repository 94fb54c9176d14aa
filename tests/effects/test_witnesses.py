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
from tests.effects.witnesses import Verdict, disagreements, opened_by_minor_releases

from database_patterns.catalog import Catalog
from database_patterns.effects import Assumptions, predict
from database_patterns.lab.measure import measure
from database_patterns.lab.server import Database, Server
from database_patterns.model import Statement
from database_patterns.reading import read_text

HERE: Final = Path(__file__).parent
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


@pytest.fixture(scope="module")
def witnesses(server: Server) -> Generator[dict[str, Database]]:
    with (
        server.database(setup_sql=sql("shop", "schema")) as shop,
        server.database(setup_sql=sql("objects", "schema")) as objects,
        server.database(setup_sql=sql("references", "schema")) as references,
    ):
        yield {"shop": shop, "objects": objects, "references": references}


@pytest.mark.parametrize(("name", "statement"), CASES)
def test_the_server_does_what_is_predicted(name: str, statement: Statement, witnesses: dict[str, Database]) -> None:
    witness = witnesses[name]
    prediction = predict(statement, schema(name), Assumptions(witness.postgres, timezone="UTC"))
    measured = measure(witness, statement.sql, before=["SET LOCAL TimeZone = 'UTC'"])
    assert disagreements(prediction, Verdict.measured(measured), keys=opened_by_minor_releases(schema(name))) == []
    assert prediction.unknown == ()
