"""The statements of which it is known what PostgreSQL does: those recorded, and those that are measured on a server.

Nothing here imports ``effects``: a case is a statement over a schema, and what is to be expected of its prediction.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.effects.witnesses import Verdict, disagreements, opened_by_minor_releases

from database_patterns.catalog import Catalog
from database_patterns.lab import driver
from database_patterns.lab.contents import Contents, read_all
from database_patterns.lab.measure import measure
from database_patterns.lab.observation import relations
from database_patterns.lab.server import Database, Server
from database_patterns.model import Prediction, Statement
from database_patterns.reading import read_text

HERE: Final = Path(__file__).parent
RECORDS: Final = [json.loads(line) for line in (HERE / "measured_statements.jsonl").read_text().splitlines()]
SCHEMAS: Final = (
    "shop",
    "objects",
    "references",
    "conversions",
    "alterations",
    "corners",
    "refusals",
    "commands",
    "dependents",
    "literals",
    "rarities",
    "lookups",
    "versions",
    "cascades",
    "bodies",
    "values",
    "existence",
    "eighteen",
)
SINCE: Final = {"eighteen": 18}
"""The corpora whose schemas only later versions understand, with the first of these."""
ACROSS_TIME_ZONES: Final = ("conversions", "ALTER TABLE stamp ALTER c TYPE timestamptz")
TIME_ZONES: Final = (
    "Etc/UTC", "GMT0", "Etc/GMT-0", "+0", "Factory", "Greenwich", "uct", "Universal", "zulu", "Europe/London",
)  # fmt: skip
"""Those in which it is measured once more; ``Europe/London`` has not always been at UTC."""

Measured = tuple[Verdict, bool]
"""What a statement was measured to do, and whether it was sampled."""
Known = dict[tuple[int, str, str], Measured]
"""By version of PostgreSQL, SQL that sets up the schema, and statement."""


@dataclass(frozen=True, slots=True)
class Case:
    """A statement over a schema, on one version of PostgreSQL, and what it was measured to do."""

    name: str
    statement: Statement
    schema: Catalog
    postgres: int
    measured: Verdict
    sampled: bool = False
    keys: frozenset[str] = frozenset()
    timezone: str = "UTC"

    def contradicts(self, prediction: Prediction) -> list[str]:
        """Where the prediction is not what was measured."""
        found = disagreements(prediction, self.measured, sampled=self.sampled, keys=self.keys)
        return found + [f"unknown: {each}" for each in prediction.unknown]


def sql(name: str, part: str) -> str:
    """The SQL that sets up the schema of a corpus, or its statements."""
    return (HERE / f"witness_{name}_{part}.sql").read_text()


def after(catalog: Catalog, statements: tuple[Statement, ...]) -> Catalog:
    """The schema after more statements, all of which PostgreSQL understands."""
    for statement in statements:
        assert statement.error is None
        catalog = catalog.advance(statement)
    return catalog


@cache
def schema(name: str) -> Catalog:
    """The schema of one corpus."""
    return after(Catalog.empty(), read_text(sql(name, "schema")).upgrade)


@cache
def recorded_schema() -> Catalog:
    """The schema over which the records were made."""
    return after(Catalog.empty(), read_text((HERE / "measured_statements_fixture.sql").read_text()).upgrade)


def recorded() -> Iterator[Case]:
    """The records, once for each version."""
    for record in RECORDS:
        setup = read_text(record["setup"]).upgrade if record["setup"] else ()
        *before, statement = read_text(record["sql"]).upgrade
        catalog = after(after(recorded_schema(), setup), tuple(before))
        for found in record["measured"]:
            yield from _of_record(record, found, statement, catalog)


def _of_record(record: dict[str, Any], found: dict[str, Any], statement: Statement, before: Catalog) -> Iterator[Case]:
    verdict = found["verdict"]
    if "setup fails" in verdict.get("error", ""):
        return
    for postgres in found["postgres"]:
        yield Case(
            record["id"],
            statement,
            before,
            postgres,
            Verdict.recorded(verdict),
            sampled=verdict.get("observed") == "sampled",
            keys=opened_by_minor_releases(before),
        )


@contextmanager
def witness(server: Server, name: str) -> Generator[Database]:
    """A database with the schema of a corpus; its owner may make foreign tables, which an administrator permits."""
    with server.database() as made:
        with driver.connect(made.admin) as administrator:
            for permission in _FOREIGN_TABLES:
                assert driver.execute(administrator, permission) is None
        made.execute(sql(name, "schema"))
        yield made


_FOREIGN_TABLES: Final = (
    "CREATE FOREIGN DATA WRAPPER nothing",
    "GRANT USAGE ON FOREIGN DATA WRAPPER nothing TO PUBLIC",
)


def schemas(postgres: int) -> list[str]:
    """The corpora that a version understands."""
    return [name for name in SCHEMAS if postgres >= SINCE.get(name, 0)]


def measured_on(server: Server, known: Known) -> Iterator[Case]:
    """Every statement of the corpora, as this server does it; what is not ``known`` yet is measured, and then known."""
    for name in schemas(server.postgres):
        setup, statements = sql(name, "schema"), read_text(sql(name, "statements")).upgrade
        keys = {(server.postgres, setup, statement.sql): statement for statement in statements}
        missing = {key: statement for key, statement in keys.items() if key not in known}
        if missing:
            with witness(server, name) as database:
                known.update({key: _measure(statement, database) for key, statement in missing.items()})
        yield from (_case(name, statement, server.postgres, known[key]) for key, statement in keys.items())
    with witness(server, ACROSS_TIME_ZONES[0]) as database:
        yield from (across_time_zones(timezone, database) for timezone in TIME_ZONES)


def across_time_zones(timezone: str, database: Database) -> Case:
    """The statement that looks at the session's TimeZone, in one of them."""
    name, text = ACROSS_TIME_ZONES
    (statement,) = read_text(text).upgrade
    return measured(name, statement, database, timezone)


def measured(name: str, statement: Statement, database: Database, timezone: str = "UTC") -> Case:
    """A statement of the corpus ``name``, as it is done in a database with its schema."""
    return _case(name, statement, database.postgres, _measure(statement, database, timezone), timezone)


def _measure(statement: Statement, database: Database, timezone: str = "UTC") -> Measured:
    held = contents_of(database)
    found = measure(database, statement.sql, before=[f"SET LOCAL TimeZone = '{timezone}'"], held=held.contents)
    return Verdict.measured(found, held.filled), found.observed == "sampled"


@dataclass(frozen=True, slots=True)
class Held:
    """What the tables of a database hold, and which of them have rows."""

    contents: Contents
    filled: frozenset[str]


@cache
def contents_of(database: Database) -> Held:
    """What a database holds: as much after each statement of a corpus, which is rolled back or takes nothing away."""
    with driver.connect(database.admin) as connection:
        found, known = read_all(connection), relations(connection)
    return Held(found, frozenset(known[oid].name for oid, content in found.items() if oid in known and content.rows))


def _case(name: str, statement: Statement, postgres: int, found: Measured, timezone: str = "UTC") -> Case:
    verdict, sampled = found
    keys = opened_by_minor_releases(schema(name))
    return Case(
        statement.sql, statement, schema(name), postgres, verdict, sampled=sampled, keys=keys, timezone=timezone
    )
