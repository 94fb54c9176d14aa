"""What a prediction and a measurement say, in the same words, so that they can be held against each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from database_patterns.catalog import Catalog, Sequence, Table
from database_patterns.lab.contents import ROWS
from database_patterns.locks import LockMode
from database_patterns.model import Effect, Measurement, Prediction, Tristate

_LOOKED_UP = ("RowShareLock", "AccessShareLock")
"""What is locked for a foreign key that no row may have, and that which is measured when the table is read as well."""
ALL_ROWS = "all rows"
LOOKS_UP = "to look up every row."


def tables_only(names: Any) -> frozenset[str]:
    """Without toast relations, and without what was read by an index only."""
    return frozenset(name for name in names if not name.startswith("toast:") and not name.endswith("(via index)"))


@dataclass(frozen=True)
class Verdict:
    """What is compared; ``kept`` and ``lost`` are None where they were not measured, ``filled`` are those with rows."""

    error: str | None
    locks: dict[str, str]
    rewritten: frozenset[str]
    rebuilt: frozenset[str]
    scanned: frozenset[str]
    in_transaction_ok: bool
    kept: frozenset[str] | None = None
    lost: Mapping[str, frozenset[str]] | None = None
    filled: frozenset[str] = frozenset()

    @classmethod
    def measured(cls, found: Measurement, filled: frozenset[str] = frozenset()) -> Verdict:
        return cls(
            error=found.error.sqlstate if found.error else None,
            locks={name: mode.name for name, mode in found.locks.items() if not name.startswith("toast:")},
            rewritten=tables_only(found.rewritten),
            rebuilt=tables_only(found.rebuilt_indexes),
            scanned=tables_only(found.scanned),
            in_transaction_ok=found.in_transaction_ok,
            kept=found.kept,
            lost=found.lost,
            filled=filled,
        )

    @classmethod
    def recorded(cls, found: dict[str, Any]) -> Verdict:
        return cls(
            error=found.get("error", "")[:5] or None,
            locks={
                name: mode
                for name, mode in found.get("strongest_lock_per_relation", {}).items()
                if not name.startswith("toast:")
            },
            rewritten=tables_only(found.get("rewritten", ())),
            rebuilt=tables_only(found.get("index_rebuilt", ())),
            scanned=tables_only(found.get("scanned", ())),
            in_transaction_ok=found.get("in_transaction_ok", True),
        )


def disagreements(
    prediction: Prediction,
    verdict: Verdict,
    *,
    sampled: bool = False,
    keys: frozenset[str] = frozenset(),
    empty: frozenset[str] = frozenset(),
) -> list[str]:
    """Where the two witnesses contradict each other; an error in a transaction leaves only itself to see.

    ``keys`` are unique indexes and sequences: since 18.5 what something new depends on is locked, which the records of
    18.4 do not have. Of ``empty`` tables no row can be read, so that nothing shows whether they are.
    """
    if verdict.error is not None and not sampled:
        return _errors(prediction, verdict.error)
    predicted = {effect.relation: effect for effect in prediction.effects}
    found = [] if verdict.error is None else _errors(prediction, verdict.error)
    if prediction.error is not None and verdict.error is None:
        return [f"predicted the error {prediction.error}, which is not raised"]
    for name in predicted.keys() | verdict.locks.keys():
        effect, mode = predicted.get(name), verdict.locks.get(name)
        lock = effect.lock.name if effect and effect.lock is not None else None
        uncertain = (
            effect is not None and effect.certainty == "unknown" and (mode is None or (lock, mode) == _LOOKED_UP)
        )
        if name in keys and lock is None and mode == "AccessShareLock":
            continue
        weaker = sampled and lock is not None and (mode is None or LockMode[mode] <= LockMode[lock])
        if lock != mode and not uncertain and not weaker:
            found.append(f"{name}: predicted {lock}, measured {mode}")
    effects = prediction.effects
    found += _sets("rewritten", [(e.relation, e.rewrite) for e in effects], verdict.rewritten)
    found += _sets("rebuilt", [(index, True) for e in effects for index in e.rebuilds], verdict.rebuilt)
    scans = [(e.relation, "unknown" if e.relation in empty else _scan(e)) for e in effects]
    found += _sets("scanned", scans, verdict.scanned)
    found += _held(prediction, verdict) + _lost(prediction, verdict)
    if prediction.in_transaction_ok != verdict.in_transaction_ok:
        found.append(f"in a transaction: predicted {prediction.in_transaction_ok}")
    return found


def _held(prediction: Prediction, verdict: Verdict) -> list[str]:
    """Where a lock is held longer, or not as long, as was predicted."""
    if verdict.kept is None:
        return []
    measured = {name: "transaction" if name in verdict.kept else "statement" for name in verdict.locks}
    return [
        f"{effect.relation}: predicted to be held until the {effect.held} ends, measured {measured[effect.relation]}"
        for effect in prediction.effects
        if effect.held != measured.get(effect.relation, effect.held)
    ]


def _lost(prediction: Prediction, verdict: Verdict) -> list[str]:
    """Where something is gone that was not predicted to go, or the other way round.

    What an UPDATE replaces is no loss of data.
    """
    if verdict.lost is None:
        return []
    effects = {effect.relation: effect for effect in prediction.effects}
    replaces = {name for name, effect in effects.items() if effect.locks_rows != "none"}
    gone = {name for name, columns in verdict.lost.items() if ROWS in columns or name not in replaces}
    foreseen = {name for name, effect in effects.items() if effect.data_loss is not None}
    empties = {name for name, each in effects.items() if each.data_loss == ALL_ROWS and each.certainty == "proven"}
    still_there = empties.intersection(verdict.filled) - gone
    return [f"{name}: not predicted to lose {sorted(verdict.lost[name])}" for name in sorted(gone - foreseen)] + [
        f"{name}: predicted to lose all rows, which are still there" for name in sorted(still_there)
    ]


def opened_by_minor_releases(catalog: Catalog) -> frozenset[str]:
    """Unique indexes and sequences: see ``disagreements``."""
    relations = catalog.relations
    tables = (each for each in relations.values() if isinstance(each, Table))
    indexes = {str(index.name) for table in tables for index in table.indexes.values() if index.unique}
    return frozenset(indexes | {str(name) for name, each in relations.items() if isinstance(each, Sequence)})


def _scan(effect: Effect) -> Tristate:
    """The query that validates a foreign key reads every row, but possibly from an index, which is not counted."""
    return "unknown" if effect.scan and effect.reason.endswith(LOOKS_UP) else effect.scan


def _errors(prediction: Prediction, sqlstate: str) -> list[str]:
    possible = {failure.sqlstate for failure in prediction.may_fail}
    if sqlstate == "25001":
        foreseen = not prediction.in_transaction_ok
    elif prediction.error is None:
        foreseen = sqlstate in possible
    else:
        foreseen = prediction.error.sqlstate == sqlstate
    return [] if foreseen else [f"raises {sqlstate}, predicted {prediction.error} or {sorted(possible)}"]


def _sets(what: str, predicted: Iterable[tuple[str, bool | str]], measured: frozenset[str]) -> list[str]:
    predicted = list(predicted)
    certain = {name for name, verdict in predicted if verdict is True}
    possible = {name for name, verdict in predicted if verdict == "unknown"}
    missing = sorted(measured - certain - possible)
    extra = sorted(certain - measured)
    return [f"not predicted as {what}: {missing}"] * bool(missing) + [f"not {what}: {extra}"] * bool(extra)
