"""Prediction held against measurement, relation by relation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from database_patterns.locks import LockMode
from database_patterns.model import Measurement, Prediction

from .explain import strongest_locks

_ROW_DEPENDENT: Final = "23"
"""The class of SQLSTATEs that depend on rows: integrity constraint violations."""


_TOAST: Final = "toast:"
"""What happens to a table's overflow follows from what happens to the table; it is not predicted by itself."""


def disagreements(prediction: Prediction, measurement: Measurement) -> tuple[str, ...]:
    """What the two say differently, in sentences; empty when they agree.

    A statement that failed is compared by its error alone. Of a sampled measurement everything that was seen must have
    been predicted, but not the reverse: sampling proves presence, never absence. "unknown" agrees with both.
    """
    if measurement.error or prediction.error:
        return tuple(_errors(prediction, measurement))
    return tuple(_effects(prediction, measurement))


def _errors(prediction: Prediction, measurement: Measurement) -> Iterator[str]:
    predicted = prediction.error.sqlstate if prediction.error else None
    measured = measurement.error.sqlstate if measurement.error else None
    foreseen = {failure.sqlstate for failure in prediction.may_fail}
    if predicted is None and measured in foreseen:
        return
    if predicted != measured:
        note = " (and not under may_fail)" if measured and measured.startswith(_ROW_DEPENDENT) else ""
        yield f"error: predicted {predicted or 'none'}, measured {measurement.error or 'none'}{note}"


def _effects(prediction: Prediction, measurement: Measurement) -> Iterator[str]:
    sampled = measurement.observed == "sampled"
    if prediction.in_transaction_ok != measurement.in_transaction_ok:
        yield (
            f"in a transaction: predicted {_allowed(prediction.in_transaction_ok)}, "
            f"measured {_allowed(measurement.in_transaction_ok)}"
        )
    yield from _locks(strongest_locks([prediction]), measurement.locks, sampled=sampled)
    tables = [effect for effect in prediction.effects if effect.kind != "index"]
    rewrites = {effect.relation: effect.rewrite for effect in tables}
    scans = {effect.relation: effect.scan for effect in tables}
    rebuilds = {index: True for effect in prediction.effects for index in effect.rebuilds}
    for word, predicted, measured in (
        ("rewritten", rewrites, measurement.rewritten),
        ("scanned", scans, measurement.scanned),
        ("rebuilt", rebuilds, measurement.rebuilt_indexes),
    ):
        certain = {name for name, value in predicted.items() if value is True}
        possible = {name for name, value in predicted.items() if value == "unknown"}
        missed = {name for name in measured - certain - possible if not name.startswith(_TOAST)}
        invented = set[str]() if sampled else certain - measured
        yield from (f"{word}: {name} was measured, not predicted" for name in sorted(missed))
        yield from (f"{word}: {name} was predicted, not measured" for name in sorted(invented))


def _locks(predicted: Mapping[str, LockMode], measured: Mapping[str, LockMode], *, sampled: bool) -> Iterator[str]:
    for relation in sorted(predicted.keys() | measured.keys()):
        if relation.startswith(_TOAST):
            continue
        expected, seen = predicted.get(relation), measured.get(relation)
        agree = (seen is None or (expected is not None and seen <= expected)) if sampled else expected == seen
        if not agree:
            yield f"lock on {relation}: predicted {_mode(expected)}, measured {_mode(seen)}"


def _mode(mode: LockMode | None) -> str:
    return mode.name if mode else "none"


def _allowed(allowed: bool) -> str:  # noqa: FBT001 - one word for one flag
    return "allowed" if allowed else "refused"
