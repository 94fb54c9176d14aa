"""What rows are written to: the table below the views that a statement goes through, and what fires on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from database_patterns import actions
from database_patterns.catalog import Table, updatable
from database_patterns.locks import LockMode

from . import bodies, queries, relations, sources
from .work import Refused, Work

_RX = LockMode.RowExclusiveLock


@dataclass(frozen=True, slots=True)
class Target:
    """The table that a statement writes to, and which columns of it those of the view are that it goes through."""

    table: Table
    columns: Mapping[str, str] | None = None
    through_view: bool = False

    def of(self, named: Iterable[str]) -> tuple[str, ...]:
        """The table's columns for those that the statement names, all of them where that is not known."""
        columns = tuple(named)
        if not self.through_view or columns == ("",):
            return columns
        if self.columns is None:
            return tuple(self.table.columns)
        return tuple(self.columns[name] for name in columns or self.columns if name in self.columns)


def find(work: Work, named: Table, verb: str) -> Target | None:
    """What a statement writes to, below any views that it goes through; None where that cannot be told."""
    relation = relations.find(work, named.name)
    if relations.is_known(relation) and relations.kind_of(relation) not in _WRITABLE:
        raise Refused("42809", f'cannot change {relations.kind_of(relation)} "{named.name}"')
    target = Target(named)
    while target.table.kind == "view":
        view = target.table
        work.lock(view, _RX, f"{verb} goes through the view to its table.", sources.CREATE_VIEW)
        fire(work, view, verb)
        if view.query and not (view.triggers or view.rules or updatable.is_updatable(view)):
            raise Refused("55000", f'cannot write to view "{view.name}": it is not automatically updatable')
        found = None if view.triggers or view.rules else updatable.below(work.catalog, view)
        if found is None:
            work.doubt(f"what {verb} does through the view {view.name} is not analysed")
            return None
        target = Target(found.relation, _chained(target.columns, found.columns), through_view=True)
    return target


def _chained(first: Mapping[str, str] | None, then: Mapping[str, str] | None) -> Mapping[str, str] | None:
    """The columns of the lowest of two relations, by those of the uppermost view."""
    if first is None or then is None:
        return then
    return {name: then[below] for name, below in first.items() if below in then}


_WRITABLE: Final = frozenset({"table", "partitioned table", "view", "foreign table"})


def fire(work: Work, table: Table, verb: str) -> None:
    """Enter what rules and triggers do when rows of a relation are written."""
    for rule in table.rules.values():
        if rule.event == verb.lower() and (rule.instead or rule.statements):
            work.doubt(f"what the rule {rule.name} of {table.name} makes of {verb} is not worked out")
    for trigger in table.triggers.values():
        if not trigger.events or verb.lower() in trigger.events:
            _run_trigger(work, table, trigger)


def _run_trigger(work: Work, table: Table, trigger: actions.CreateTrigger) -> None:
    """Enter what the function of a trigger does, as far as it leaves the rows as they are."""
    functions = work.catalog.functions.get(trigger.function.name, ()) if trigger.function else ()
    found = [bodies.of_function(each) for each in functions if not each.argument_types]
    body = found[0] if len(found) == 1 else None
    queries.run(work, None if body and body.assigns else body, f"the trigger {trigger.name} of {table.name}")
