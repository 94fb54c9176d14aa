"""Constraints that are validated too early: under the lock of the statement that has added them, or of another one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from database_patterns.actions import Name, ValidateConstraint
from database_patterns.effects import family
from database_patterns.effects.context import Held, StatementInContext
from database_patterns.model import Certainty, Effect
from database_patterns.prose import listed
from database_patterns.rendering.operations import Operation

from . import Hit, wording


def too_early(
    action: ValidateConstraint,
    at: StatementInContext,
    tables: Sequence[Name],
    steps: tuple[Sequence[Operation], Sequence[Operation]],
    effects: Sequence[Effect] | None = None,
) -> Iterator[Hit]:
    """The hit on a validation during which writes to one of the ``tables`` that it reads wait, if they do.

    ``steps`` are what makes the constraint, and what then validates it.
    """
    held = family.held_over(tables, at)
    if held is not None:
        yield Hit(
            _message(held, action.constraint, tables, at),
            _one_step_later(action, at, *steps),
            _certainty(held, at),
            at.prediction.effects if effects is None else tuple(effects),
            related=(held.since.span,),
        )


def _message(held: Held, constraint: str, tables: Iterable[Name], at: StatementInContext) -> str:
    first, *_ = tables = tuple(tables)
    names = [str(each) for each in tables if any(each in at.held for each in family.members(each, at))]
    since = f"of line {held.since.span.line}" if held.since is not at.statement else "of this statement"
    until = "which is held until the transaction ends"
    if held.earlier:
        since = f"of {held.since.span.path}"
        until = "which is still held where one run of Alembic applies both, as all its revisions share a transaction"
    return (
        f"VALIDATE CONSTRAINT {constraint} reads every row of {wording.named(first, at)} under the {held.lock.name}"
        f" {since} on {listed(names or [str(first)])}, {until}: {wording.stopped(held.lock)} wait meanwhile, as if"
        " there were no NOT VALID."
    )


def _certainty(held: Held, at: StatementInContext) -> Certainty:
    """How certain it is that the lock is still held."""
    transaction = at.statement.transaction
    sure = held.since is at.statement or (transaction is not None and transaction.certain)
    return "proven" if sure and not held.earlier and held.since.confidence == "exact" else "unknown"


def _one_step_later(
    action: ValidateConstraint, at: StatementInContext, make: Sequence[Operation], prove: Sequence[Operation]
) -> str:
    """The help that puts what makes a constraint and what validates it into two transactions."""
    start = at.at_start.table(action.table)
    if start is not None and action.constraint in start.constraints:
        return wording.help_text(
            at, "Validate it in a transaction of its own, before anything takes a stronger lock:", prove
        )
    return wording.help_text(at, "Add it, and commit:", make, wording.in_two_transactions(at), prove)
