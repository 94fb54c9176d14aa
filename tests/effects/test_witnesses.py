"""Prediction and measurement are two witnesses: held against each other on statements that no record contains.

``witness_<name>_schema.sql`` is set up in a database of its own, and each statement of
``witness_<name>_statements.sql`` is predicted and measured over it.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack
from typing import Final

import pytest
from tests.effects.corpus import SCHEMAS, measured, sql
from tests.effects.corpus import schema as known

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
def witnesses(server: Server) -> Generator[dict[str, Database]]:
    with ExitStack() as databases:
        yield {name: databases.enter_context(server.database(setup_sql=sql(name, "schema"))) for name in SCHEMAS}


@pytest.mark.parametrize(("name", "statement"), CASES)
def test_the_server_does_what_is_predicted(name: str, statement: Statement, witnesses: dict[str, Database]) -> None:
    witness = witnesses[name]
    prediction = predict(statement, known(name), Assumptions(witness.postgres, timezone="UTC"))
    assert measured(name, statement, witness).contradicts(prediction) == []
