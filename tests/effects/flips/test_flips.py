"""Facts are found where they stand, a flip changes nothing else, and what is measured contradicts it."""

from __future__ import annotations

import ast
from typing import Final

import pytest
from tests.effects.corpus import Case, recorded
from tests.effects.flips import checking, shipped
from tests.effects.flips.entries import Entry, entries, flipped, modules, source
from tests.effects.live_builtins import read_live
from tests.lock_facts import measured

from database_patterns.lab.server import Database, Server

CASES: Final[list[Case]] = list(recorded())
SAMPLE: Final = [
    ("other_alterations", "lock mode ShareRowExclusiveLock"),
    ("alterations", "_LEVELS: lock mode"),
    ("tables", "lock mode ShareRowExclusiveLock"),
    ("indexes", "lock mode ShareLock"),
    ("comments", "version 18"),
    ("foreign_keys", "lock mode AccessShareLock"),
    ("conversions", "letter 'b'"),
    ("conversions", "member 'varchar'"),
    ("constraints", "error '23514'"),
    ("rows", "lock mode RowExclusiveLock"),
    ("predict", "member actions.CreateTable"),
]
EVERY: Final = 997


def entry(module: str, what: str) -> Entry:
    """The first entry of a module that is called so."""
    return next(each for each in entries(f"effects.{module}") if what in str(each))


@pytest.mark.parametrize(("module", "what"), SAMPLE)
def test_a_record_contradicts_a_flipped_fact(module: str, what: str) -> None:
    fact = entry(module, what)
    found = checking.apart(lambda: (checking.contradiction(fact, CASES),))
    assert found is None or found[0] is not None, fact


def test_nothing_is_contradicted_without_a_flip() -> None:
    builtins = entries("effects.builtins")[0]
    assert checking.apart(lambda: (checking.contradiction(None, CASES),)) == (None,)
    assert checking.apart(lambda: (checking.contradiction(builtins, CASES[:1]),)) == (None,)


def test_a_flip_that_ends_its_process_is_no_answer() -> None:
    assert checking.apart(lambda: 1 + 1) == 2
    assert checking.apart(lambda: 1 // 0) is None


def test_more_than_a_thousand_facts_are_found_and_a_flip_changes_one_of_them() -> None:
    found = [each for module in modules() for each in entries(module)]
    assert len(found) > 1000
    for each in found[:: EVERY // 10]:
        before, after = (ast.unparse(tree) for tree in (ast.parse(source(each.module).read_text()), flipped(each)))
        changed = [pair for pair in zip(before.splitlines(), after.splitlines(), strict=False) if len(set(pair)) > 1]
        assert len(changed) == 1, each


def test_each_flip_of_a_lock_mode_or_of_a_pair_is_measured_otherwise(database: Database) -> None:
    truth = measured(database)
    assert [name for name, said in checking.flipped_locks() if said == truth] == []


def test_the_server_contradicts_a_sample_of_flips_of_the_shipped_data(server: Server) -> None:
    live = read_live(server)
    present = (each for each in shipped.flips([live]) if live.has(each.line))
    sample = [each for number, each in enumerate(present) if number % EVERY == 0]
    assert [str(each) for each in sample if shipped.first_to_see(each, [live]) is None] == []
