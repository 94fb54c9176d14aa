"""Prediction and measurement are held against each other on statements that Hypothesis generates from a grammar."""

from __future__ import annotations

import random
from collections.abc import Generator, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pglast import enums, parse_sql
from tests.effects.generated.comparison import Witness, witness
from tests.effects.generated.forms import FORMS, statement_of
from tests.effects.generated.schemas import generated_schema

from database_patterns.lab.server import Server

if TYPE_CHECKING:
    from _typeshed import SupportsLenAndGetItem

T = TypeVar("T")
EXAMPLES = 400
SEED = 20261125


@pytest.fixture(scope="module")
def generated(server: Server) -> Generator[Witness]:
    with witness(server, generated_schema(SEED)) as made:
        yield made


class Drawn(random.Random):
    """Chance whose every decision Hypothesis draws, so that it can make a counter-example simpler."""

    def __init__(self, data: st.DataObject) -> None:
        super().__init__(0)
        self._data = data

    def random(self) -> float:
        return self._data.draw(st.integers(0, 99)) / 100

    def randint(self, a: int, b: int) -> int:
        return self._data.draw(st.integers(a, b))

    def choice(self, seq: SupportsLenAndGetItem[T]) -> T:
        return seq[self._data.draw(st.integers(0, len(seq) - 1))]

    def sample(self, population: Sequence[T], k: int, *, counts: Iterable[int] | None = None) -> list[T]:
        assert counts is None
        return self._data.draw(st.permutations(population))[:k]


@settings(max_examples=EXAMPLES, derandomize=True, deadline=None, database=None)
@given(form=st.sampled_from(sorted(FORMS)), data=st.data())
def test_the_server_does_what_is_predicted_of_a_generated_statement(
    form: str, data: st.DataObject, generated: Witness
) -> None:
    outcome = generated.compare(form, statement_of(form, generated.names, Drawn(data)))
    assert outcome.result != "disagrees", outcome


INTERNAL = {
    "AddColumnToView", "CookedColumnDefault", "AddIndex", "ReAddIndex", "ReAddConstraint", "ReAddDomainConstraint",
    "AddIndexConstraint", "ReAddComment", "ReAddStatistics", "ReplaceRelOptions", "AlterColumnGenericOptions",
    "GenericOptions",
}  # fmt: skip
"""Kinds of subcommands that PostgreSQL makes itself, and those of foreign tables alone."""


def test_the_grammar_has_every_kind_of_alter_table_that_users_can_write(generated: Witness) -> None:
    chance = random.Random(1)  # noqa: S311 - chance, not secrecy
    drawn = [
        parse_sql(statement_of(form, generated.names, chance))[0].stmt
        for form in FORMS
        if form.startswith("ALTER TABLE …")
        for _ in range(5)
    ]
    commands = [command for statement in drawn for command in getattr(statement, "cmds", ())]
    kinds = {enums.AlterTableType(command.subtype).name for command in commands}
    assert {kind.name for kind in enums.AlterTableType} - kinds == {f"AT_{name}" for name in INTERNAL}


def test_an_equal_seed_generates_an_equal_schema() -> None:
    assert generated_schema(1) == generated_schema(1)
    assert generated_schema(1) != generated_schema(2)
