"""Prediction beside measurement."""

from __future__ import annotations

from dataclasses import replace

import pytest

from database_patterns.api.agreement import disagreements
from database_patterns.locks import LockMode
from database_patterns.model import Effect, Measurement, PossibleFailure, Prediction, ServerError, Tristate

SHARE, EXCLUSIVE, ACCESS = LockMode.ShareLock, LockMode.AccessExclusiveLock, LockMode.AccessShareLock
PREDICTED = Prediction(
    effects=(
        Effect("orders", "table", EXCLUSIVE, rewrite=True, rebuilds=("orders_pkey",), scan=True),
        Effect("orders_pkey", "index", EXCLUSIVE),
    )
)
MEASURED = Measurement(
    postgres=18,
    locks={"orders": EXCLUSIVE, "orders_pkey": EXCLUSIVE, "toast:pg_toast_orders": EXCLUSIVE},
    rewritten=frozenset({"orders"}),
    rebuilt_indexes=frozenset({"orders_pkey"}),
    scanned=frozenset({"orders"}),
    in_transaction_ok=True,
    observed="in transaction",
    wal_bytes=0,
    duration_ms=0,
)
SAMPLED = replace(MEASURED, observed="sampled", in_transaction_ok=False)
FAILED = replace(
    MEASURED,
    locks={},
    rewritten=frozenset(),
    rebuilt_indexes=frozenset(),
    scanned=frozenset(),
    error=ServerError("23502", "column contains null values"),
)


def test_equal_answers_agree_and_toast_is_not_compared() -> None:
    assert disagreements(PREDICTED, MEASURED) == ()


@pytest.mark.parametrize(
    ("measured", "sentence"),
    [
        (
            replace(MEASURED, locks={**MEASURED.locks, "orders": SHARE}),
            "lock on orders: predicted AccessExclusiveLock, measured ShareLock",
        ),
        (
            replace(MEASURED, locks={**MEASURED.locks, "items": ACCESS}),
            "lock on items: predicted none, measured AccessShareLock",
        ),
        (replace(MEASURED, rewritten=frozenset()), "rewritten: orders was predicted, not measured"),
        (
            replace(MEASURED, scanned=frozenset({"orders", "items"})),
            "scanned: items was measured, not predicted",
        ),
        (replace(MEASURED, rebuilt_indexes=frozenset()), "rebuilt: orders_pkey was predicted, not measured"),
        (replace(MEASURED, in_transaction_ok=False), "in a transaction: predicted allowed, measured refused"),
    ],
)
def test_each_difference_is_one_sentence(measured: Measurement, sentence: str) -> None:
    assert disagreements(PREDICTED, measured) == (sentence,)


@pytest.mark.parametrize("scanned", [frozenset({"orders"}), frozenset()])
def test_unknown_agrees_with_both(scanned: frozenset[str]) -> None:
    unknown: Tristate = "unknown"
    predicted = Prediction(effects=(Effect("orders", "table", SHARE, scan=unknown),))
    measured = replace(
        MEASURED, locks={"orders": SHARE}, rewritten=frozenset(), rebuilt_indexes=frozenset(), scanned=scanned
    )
    assert disagreements(predicted, measured) == ()


def test_of_a_sample_what_was_seen_must_have_been_predicted_but_not_the_reverse() -> None:
    predicted = replace(PREDICTED, in_transaction_ok=False)
    less = replace(SAMPLED, locks={"orders": SHARE}, rewritten=frozenset(), scanned=frozenset())
    assert disagreements(predicted, less) == ()
    more = replace(SAMPLED, locks={"orders": EXCLUSIVE, "items": SHARE})
    assert disagreements(predicted, more) == ("lock on items: predicted none, measured ShareLock",)
    stronger = Prediction(effects=(Effect("orders", "table", SHARE),), in_transaction_ok=False)
    assert "lock on orders: predicted ShareLock, measured AccessExclusiveLock" in disagreements(stronger, SAMPLED)


def test_an_error_that_depends_on_rows_must_stand_under_may_fail() -> None:
    foreseen = replace(PREDICTED, may_fail=(PossibleFailure("23502", "a row holds NULL"),))
    assert disagreements(foreseen, FAILED) == ()
    assert disagreements(PREDICTED, FAILED) == (
        "error: predicted none, measured 23502: column contains null values (and not under may_fail)",
    )


def test_errors_are_compared_by_their_code() -> None:
    predicted = Prediction(error=ServerError("23502", "in other words"))
    assert disagreements(predicted, FAILED) == ()
    other = Prediction(error=ServerError("42P01", "there is no such table"))
    assert disagreements(other, MEASURED) == ("error: predicted 42P01, measured none",)
