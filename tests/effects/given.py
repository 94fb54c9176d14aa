"""A schema and a statement as SQL text, and what is predicted of it in words short enough for a table of cases."""

from __future__ import annotations

from database_patterns.catalog import Catalog
from database_patterns.effects import Assumptions, predict
from database_patterns.locks import LockMode
from database_patterns.model import Effect, Prediction
from database_patterns.reading import read_text

SHORT = {
    LockMode.AccessShareLock: "AS",
    LockMode.RowShareLock: "RS",
    LockMode.RowExclusiveLock: "RX",
    LockMode.ShareUpdateExclusiveLock: "SUX",
    LockMode.ShareLock: "S",
    LockMode.ShareRowExclusiveLock: "SRX",
    LockMode.ExclusiveLock: "X",
    LockMode.AccessExclusiveLock: "AX",
}


def schema(sql: str, *, complete: bool = True) -> Catalog:
    """The schema after ``sql``, some time later, so that every table may have rows."""
    return after(Catalog.empty() if complete else Catalog.unknown(), sql)


def after(catalog: Catalog, sql: str) -> Catalog:
    """What ``sql`` makes of a schema, some time later."""
    for statement in read_text(sql).upgrade:
        assert statement.error is None, statement.sql
        catalog = catalog.advance(statement)
    return catalog.in_use()


def predicted(sql: str, catalog: Catalog | None = None, *, postgres: int = 18) -> Prediction:
    """The prediction of one statement, by default over a schema of which nothing is known."""
    (statement,) = read_text(sql).upgrade
    return predict(statement, catalog or Catalog.unknown(), Assumptions(postgres, timezone="UTC"))


def locks(found: Prediction) -> dict[str, str]:
    """The strongest lock of each relation, as its initials."""
    return {effect.relation: SHORT[effect.lock] for effect in found.effects if effect.lock is not None}


def effect_on(found: Prediction, relation: str) -> Effect:
    (wanted,) = (effect for effect in found.effects if effect.relation == relation)
    return wanted


def work_on(found: Prediction, relation: str) -> str:
    """What happens to the rows: "rewrite", "scan", "nothing", with "?" behind what is not known."""
    effect = effect_on(found, relation)
    for word, verdict in (("rewrite", effect.rewrite), ("scan", effect.scan)):
        if verdict:
            return f"{word}?" if verdict == "unknown" else word
    return "nothing"


def errors(found: Prediction) -> tuple[str | None, list[str]]:
    """The SQLSTATE that is certain, and those that are possible."""
    return found.error.sqlstate if found.error else None, [each.sqlstate for each in found.may_fail]
