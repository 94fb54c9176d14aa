"""One generated statement, predicted and measured over the same schema, and how the two compare."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal

from tests.effects.corpus import contents_of
from tests.effects.generated.known_differences import known
from tests.effects.generated.names import Names, read_empty, read_names
from tests.effects.witnesses import Verdict, disagreements, opened_by_minor_releases

from database_patterns.catalog import Catalog
from database_patterns.effects import Assumptions, predict
from database_patterns.lab.measure import measuring
from database_patterns.lab.server import Server
from database_patterns.model import Measurement
from database_patterns.reading import read_text

Result = Literal["agrees", "error foreseen", "refuses a transaction", "unknown", "known difference", "disagrees"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How prediction and measurement of one statement compare; ``differences`` are sentences."""

    form: str
    sql: str
    result: Result
    differences: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class Witness:
    """A database with the catalog that stands for it, and the names that are in it."""

    postgres: int
    catalog: Catalog
    names: Names
    keys: frozenset[str]
    empty: frozenset[str]
    measure: Callable[[str], Measurement]
    filled: frozenset[str]

    def compare(self, form: str, sql: str) -> Outcome:
        """Predict and measure one statement of a form."""
        (statement,) = read_text(sql, kind="sql").upgrade
        prediction = predict(statement, self.catalog, Assumptions(self.postgres, timezone="UTC"))
        measured = self.measure(sql)
        if prediction.unknown:
            return Outcome(form, sql, "unknown", prediction.unknown)
        verdict = Verdict.measured(measured, self.filled)
        found = tuple(disagreements(prediction, verdict, keys=self.keys, empty=self.empty))
        error = str(measured.error) if measured.error else ""
        if found:
            explained = all(known(form, each) for each in found)
            return Outcome(form, sql, "known difference" if explained else "disagrees", found, error)
        if measured.error is None:
            return Outcome(form, sql, "agrees")
        return Outcome(
            form, sql, "error foreseen" if measured.in_transaction_ok else "refuses a transaction", (), error
        )


@contextmanager
def witness(server: Server, schema_sql: str) -> Generator[Witness]:
    """A database with this schema, in which every statement is measured as the administrator, and rolled back.

    The owner lacks the rights for some forms; what somebody lacks the rights for is not what is compared here.
    """
    catalog = Catalog.empty()
    for statement in read_text(schema_sql, kind="sql").upgrade:
        catalog = catalog.advance(statement)
    with server.database() as database:
        administrated = replace(database, owner=database.admin)
        administrated.execute(schema_sql)
        held = contents_of(database)
        with measuring(administrated, settings=["TimeZone = 'UTC'"], held=held.contents) as measure:
            keys, empty = opened_by_minor_releases(catalog), read_empty(database)
            yield Witness(database.postgres, catalog, read_names(database), keys, empty, measure, held.filled)
