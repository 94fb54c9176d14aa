"""What a statement does where it is not known which of the guarded statements before it have run.

It is predicted over the schema as if none of them had, and as if all had. What differs is uncertain.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal, TypeVar

from database_patterns.catalog import Catalog
from database_patterns.locks import LockMode
from database_patterns.model import Effect, PossibleFailure, Prediction, Statement, Tristate
from database_patterns.prose import listed

from .assumptions import Assumptions
from .predict import predict

T = TypeVar("T")


def weighed(prediction: Prediction, statement: Statement, catalog: Catalog, assumptions: Assumptions) -> Prediction:
    """``prediction``, which is made from what is known for certain, with what else may happen.

    A statement that is guarded itself is taken to run where those before it have. What is known for certain may be less
    than either of the two schemas knows, so that its doubts do not count beside theirs.
    """
    guarded = statement.confidence != "exact"
    schemas = catalog.alternatives[1:] if guarded else catalog.alternatives
    found = [predict(statement, schema, assumptions) for schema in schemas]
    failures = () if guarded else tuple(_failures(found))
    whole = [each for each in found if each.error is None]
    effects = _merged(prediction, whole)
    changed = [each.relation for each in effects if each not in prediction.effects]
    assumed = f"what happens to {listed(changed)} depends on whether guarded statements before it have run"
    return replace(
        prediction,
        effects=effects,
        may_fail=_united((prediction.may_fail, failures, *(each.may_fail for each in whole))),
        unknown=_united(each.unknown for each in whole or (prediction,)),
        assumed=(assumed,) if changed else (),
    )


def _failures(found: Sequence[Prediction]) -> Iterable[PossibleFailure]:
    """The errors that come in one of the two cases."""
    for each, when in zip(found, ("has not run", "has run"), strict=True):
        if each.error is not None:
            yield PossibleFailure(
                each.error.sqlstate, f"{each.error.message}, where a guarded statement before it {when}"
            )


def _united(groups: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(each for group in groups for each in group))


def _merged(certain: Prediction, others: Sequence[Prediction]) -> tuple[Effect, ...]:
    """The effects on each relation, uncertain where they are not the same in all cases."""
    cases = [{effect.relation: effect for effect in each.effects} for each in (certain, *others)]
    names = dict.fromkeys(name for case in cases for name in case)
    return tuple(
        _either([case[name] for case in cases if name in case], everywhere=all(name in case for case in cases[1:]))
        for name in names
    )


def _either(variants: Sequence[Effect], *, everywhere: bool) -> Effect:
    """One effect for those that are possible; ``everywhere``: there is one in all cases."""
    first = variants[0]
    if everywhere and all(each == first for each in variants):
        return first
    return replace(
        max(variants, key=_weight),
        rewrite=_common([each.rewrite for each in variants], everywhere=everywhere),
        scan=_common([each.scan for each in variants], everywhere=everywhere),
        rebuilds=_united(each.rebuilds for each in variants),
        certainty="unknown",
    )


def _weight(effect: Effect) -> tuple[LockMode | Literal[0], bool, bool]:
    return effect.lock or 0, effect.rewrite is not False, effect.scan is not False


def _common(facts: Sequence[Tristate], *, everywhere: bool) -> Tristate:
    """What all say; a work that is done in some cases only is not known."""
    same = len(set(facts)) == 1
    return facts[0] if same and (everywhere or facts[0] is False) else "unknown"
