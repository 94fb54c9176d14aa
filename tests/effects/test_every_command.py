"""Every command of PostgreSQL is read, predicted and followed, and none that touches a table is passed over."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from pglast import ast

from database_patterns.catalog import Catalog
from database_patterns.effects import Assumptions, commands, predict
from database_patterns.effects.predict import WRAPPING
from database_patterns.model import POSTGRES_VERSIONS, Statement
from database_patterns.reading import read_text, translate

HERE: Final = Path(__file__).parent
TOUCHING: Final = (HERE / "commands_that_touch_a_table.sql").read_text().splitlines()
TOUCHING_NONE: Final = (HERE / "commands_that_touch_no_table.sql").read_text().splitlines()
SHOP: Final = """
    CREATE SCHEMA s; CREATE TYPE e AS ENUM ('a'); CREATE DOMAIN d AS int; CREATE SEQUENCE q;
    CREATE TABLE u (b int PRIMARY KEY, a int);
    CREATE TABLE t (x int, y text, a int REFERENCES u, id int, z int GENERATED ALWAYS AS IDENTITY);
    ALTER TABLE t ADD CONSTRAINT c CHECK (x > 0);
    CREATE INDEX i ON t (x); CREATE VIEW v AS SELECT x FROM t; CREATE MATERIALIZED VIEW m AS SELECT x FROM t;
    CREATE TABLE p (x int) PARTITION BY LIST (x); CREATE TABLE p1 PARTITION OF p DEFAULT;
"""


def only_statement(sql: str) -> Statement:
    (statement,) = read_text(sql, kind="sql").upgrade
    return statement


def shop() -> Catalog:
    catalog = Catalog.empty()
    for statement in read_text(SHOP).upgrade:
        catalog = catalog.advance(statement)
    return catalog


CATALOGS: Final = {"empty": Catalog.empty(), "unknown": Catalog.unknown(), "shop": shop()}


@pytest.mark.parametrize("sql", [*TOUCHING, *TOUCHING_NONE])
def test_a_command_is_read_as_one_statement_with_actions(sql: str) -> None:
    statement = only_statement(sql)
    assert (statement.error, statement.sql) == (None, sql.removesuffix(";"))
    assert statement.actions


@pytest.mark.parametrize("sql", [*TOUCHING, *TOUCHING_NONE])
@pytest.mark.parametrize("catalog", CATALOGS)
def test_a_command_is_predicted_and_followed_over_any_schema(sql: str, catalog: str) -> None:
    statement, before = only_statement(sql), CATALOGS[catalog]
    for postgres in POSTGRES_VERSIONS:
        prediction = predict(statement, before, Assumptions(postgres))
        assert prediction.effects == () or all(effect.reason or effect.kind == "index" for effect in prediction.effects)
    after = before.advance(statement)
    assert after.complete <= before.complete
    assert CATALOGS[catalog] == before


@pytest.mark.parametrize("sql", TOUCHING)
def test_what_touches_a_table_has_effects_or_is_said_to_be_unknown(sql: str) -> None:
    found = predict(only_statement(sql), Catalog.unknown(), Assumptions(18))
    assert found.effects or found.unknown or found.error


@pytest.mark.parametrize("sql", TOUCHING_NONE)
def test_what_touches_no_table_has_no_effect_and_no_doubt(sql: str) -> None:
    found = predict(only_statement(sql), Catalog.unknown(), Assumptions(18))
    assert (found.effects, found.unknown, found.error) == ((), (), None)


NEVER_SENT: Final = frozenset({"PLAssignStmt", "RawStmt", "ReplicaIdentityStmt", "ReturnStmt", "SetOperationStmt"})
"""Parts of other statements, or of a function's body."""


def test_every_statement_of_the_grammar_is_known_to_the_predictions() -> None:
    statements = {kind for name, kind in vars(ast).items() if name.endswith("Stmt") and name not in NEVER_SENT}
    known = {*translate.TRANSLATED, *commands.KNOWN, *WRAPPING}
    assert {kind.__name__ for kind in statements - known} == set()
