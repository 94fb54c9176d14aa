"""What a statement does to a table together with its partitions, under which locks, and what is known of that table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from database_patterns.actions import Action, Name
from database_patterns.locks import blocked_by
from database_patterns.model import Effect, Prediction, Tristate

from .context import Held, StatementInContext


def effect_on(relation: Name, at: StatementInContext) -> Effect | None:
    """What the statement does to this table and to its partitions, as one effect; None when it does nothing."""
    return _of_family(relation, at, at.prediction)


def effect_of(action: Action, relation: Name, at: StatementInContext) -> Effect | None:
    """What one action of the statement does to this table, under the lock that the whole statement takes on it.

    None when it does nothing, also because the statement fails.
    """
    whole = effect_on(relation, at)
    own = _of_family(relation, at, at.by_itself(action))
    return None if whole is None or own is None or at.prediction.error else replace(own, lock=whole.lock)


def held_over(relations: Iterable[Name], at: StatementInContext) -> Held | None:
    """The strongest lock on one of the tables under which this statement works, if it keeps writes waiting.

    An earlier statement of the transaction has taken it, or another subcommand of this one.
    """
    names = [name for relation in relations for name in members(relation, at)]
    own = [Held(each, at.statement) for each in at.prediction.effects if each.lock and each.relation in names]
    locks = [*own, *(at.held[name] for name in names if name in at.held)]
    return max((each for each in locks if "writes" in blocked_by(each.lock)), key=lambda each: each.lock, default=None)


def partitions(relation: Name, at: StatementInContext) -> tuple[Name, ...]:
    """The tables below a partitioned table, as far as they are known; those in its schema are called as it is."""
    table = at.before.table(relation)
    if table is None:
        return ()
    names = [each.name for each in at.before.family(table)[1:]]
    return tuple(Name(name.name, relation.schema) if name.schema == table.name.schema else name for name in names)


def is_partitioned(relation: Name, at: StatementInContext) -> bool:
    """Whether the table is known to be partitioned."""
    table = at.before.table(relation)
    return table is not None and table.partitioned


def all_created_here(relations: Iterable[Name], at: StatementInContext) -> bool:
    """Whether the statement names tables or indexes, and this migration has created all these tables."""
    indexes = {name: at.before.index(name) for name in relations}
    tables = [index.table if index else name for name, index in indexes.items()]
    return bool(tables) and all(at.created_here(table) for table in tables)


def called(relation: Name, at: StatementInContext) -> Name:
    """The name without its schema, where that is not needed to find it."""
    short = Name(relation.name)
    return short if at.before.resolve(short) == relation else relation


def may_be_required(table: Name, column: str, at: StatementInContext) -> bool:
    """Whether the column may be NOT NULL by itself, not as part of the primary key, so that it refuses a NULL."""
    known = at.before.table(table)
    found = known.columns.get(column) if known else None
    if known is None or found is None:
        return True
    key = known.primary_key
    return found.not_null and not (key and column in key.columns)


def _of_family(relation: Name, at: StatementInContext, prediction: Prediction) -> Effect | None:
    called_so = members(relation, at)
    effects = {effect.relation: effect for effect in prediction.effects if effect.kind != "index"}
    own = effects.get(called_so[0])
    if own is None:
        return None
    family = [effects[name] for name in called_so if name in effects]
    scan, rewrite = _any(effect.scan for effect in family), _any(effect.rewrite for effect in family)
    return replace(own, scan=scan, rewrite=rewrite)


def members(relation: Name, at: StatementInContext) -> list[str]:
    """The table and those below it, as effects call them."""
    table = at.before.table(relation)
    return [str(each.name) for each in at.before.family(table)] if table else [str(at.before.resolve(relation))]


def _any(facts: Iterable[Tristate]) -> Tristate:
    """True where one is, else "unknown" where one is."""
    return max(facts, key=[False, "unknown", True].index)
