"""The budget of one direction: steps that are counted, and the processor's time for what steps do not measure."""

from __future__ import annotations

import time

import pytest

from database_patterns.reading.alembic.budget import STEPS, Budget, OutOfBudgetError


def test_steps_are_spent_to_the_last_one() -> None:
    budget = Budget(steps=2_000)
    for _ in range(2_000):
        budget.spend()
    with pytest.raises(OutOfBudgetError):
        budget.spend()


def test_a_great_expense_is_refused_at_once() -> None:
    with pytest.raises(OutOfBudgetError):
        Budget().spend(STEPS + 1)


def test_once_the_time_is_over_no_more_steps_are_given() -> None:
    late = Budget(end=time.thread_time())
    with pytest.raises(OutOfBudgetError):
        late.spend(1_000)


def test_two_directions_share_their_time() -> None:
    first = Budget()
    second = Budget(end=first.end)
    assert (second.end, second.left) == (first.end, STEPS)
