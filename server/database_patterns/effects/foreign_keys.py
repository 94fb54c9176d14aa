"""Foreign keys: what a new one does to both tables, and how its rows are validated."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from database_patterns.actions import Constraint, TypeName
from database_patterns.catalog import Index, Table
from database_patterns.catalog.definitions import same_key
from database_patterns.locks import LockMode

from . import builtins, lookups, sources, types
from .alteration import Alteration, Validation
from .work import Refused, Work

_AS = LockMode.AccessShareLock
_NOT_VALID_ON_PARTITIONED: Final = 18
_PARTITIONED_HAVE_TRIGGERS_SINCE: Final = 15
_COMPARABLE: Final = (
    frozenset({"int2", "int4", "int8"}),
    frozenset({"float4", "float8"}),
    frozenset({"date", "timestamp", "timestamptz"}),
)
"""Types whose values one operator family compares with each other."""
_COMPARED_AS: Final = {"varchar": ("text",), "cidr": ("inet",)}
"""Types that have no operators of their own, with the one whose operators they use."""


def add(at: Alteration, table: Table, constraint: Constraint, *, validated: bool, only: bool = False) -> None:
    """Enter a new foreign key: a lock on both tables, and the lookup of every row unless it is not validated."""
    work = at.work
    referenced = referenced_table(work, constraint)
    if table.partitioned and constraint.not_valid and work.postgres < _NOT_VALID_ON_PARTITIONED:
        raise Refused("42809", "cannot add NOT VALID foreign key on a partitioned table referencing another relation")
    if table.partitioned and only:
        raise Refused("42809", f'cannot use ONLY for foreign key on partitioned table "{table.name}"')
    require_possible(work, table, referenced, constraint)
    if table.name != at.table.name:
        key = referenced.primary_key
        columns = constraint.referenced_columns or (key.columns if key else ())
        pass_on(
            at,
            table,
            replace(constraint, references=referenced.name, referenced_columns=columns, not_valid=not validated),
        )
        return
    _lock_referenced(work, referenced, LockMode.ShareRowExclusiveLock, "adds triggers to it")
    lookups.warn_of_scans(work, table, replace(constraint, references=referenced.name))
    if validated and constraint.enforced and not table.partitioned:
        at.validations.append(Validation(table, constraint, referenced))


def _lock_referenced(work: Work, referenced: Table, mode: LockMode, what: str) -> None:
    for each in work.catalog.family(referenced) if referenced.partitioned else (referenced,):
        work.lock(each, mode, f"A foreign key to {referenced.name} {what}.", sources.ALTER_TABLE)


def has_triggers(work: Work, referenced: Table) -> bool:
    """Whether a table that is referred to has the triggers of the foreign key itself, not only its partitions."""
    return not referenced.partitioned or work.postgres >= _PARTITIONED_HAVE_TRIGGERS_SINCE


def having_triggers(work: Work, referenced: Table) -> tuple[Table, ...]:
    """The tables that hold the triggers of a foreign key to ``referenced``."""
    family = work.catalog.family(referenced) if referenced.partitioned else (referenced,)
    return tuple(each for each in family if has_triggers(work, each))


def lock_remade(work: Work, table: Table, key: Constraint, referenced: Table) -> None:
    """Enter that a foreign key is dropped, with its triggers where it has any, and made anew."""
    for each in work.catalog.family(referenced) if referenced.partitioned else (referenced,):
        loses = key.enforced and has_triggers(work, each)
        mode = LockMode.AccessExclusiveLock if loses else LockMode.ShareRowExclusiveLock
        work.lock(each, mode, f"The foreign key of {table.name} to it is made anew.", sources.ALTER_TABLE)


def pass_on(at: Alteration, partition: Table, key: Constraint) -> None:
    """Enter that a partition gets its part of a foreign key from above: an equal one of its own, or a new one."""
    work = at.work
    if partition.kind == "foreign table":
        raise Refused("42809", "foreign key constraints are not supported on foreign tables")
    referenced = referenced_table(work, key)
    equal = (each for each in partition.foreign_keys if same_key(each, key))
    own = next((each for each in equal if not each.not_valid or work.postgres >= _NOT_VALID_ON_PARTITIONED), None)
    if own is None:
        _lock_referenced(work, referenced, LockMode.ShareRowExclusiveLock, "adds triggers to it")
    else:
        _lock_referenced(work, referenced, LockMode.AccessExclusiveLock, "of a partition loses its own triggers")
    waiting = own is None or own.not_valid
    if waiting and not key.not_valid and key.enforced and not partition.partitioned:
        at.validations.append(Validation(partition, key, referenced))


def referenced_table(work: Work, constraint: Constraint) -> Table:
    """The table that a foreign key refers to; raises Refused where there is none of that name."""
    name = constraint.references
    assert name is not None  # noqa: S101 - every foreign key has it
    found = work.table(name)
    if found.kind != "table":
        raise Refused("42809", f'referenced relation "{name}" is not a table')
    return found


def require_possible(work: Work, table: Table, referenced: Table, constraint: Constraint) -> None:
    """Raise Refused where the two tables, or the columns of the key, do not go together."""
    _require_persistence(table, referenced)
    _require_actions(constraint)
    _require_key(referenced, constraint)
    _require_comparable(work, table, referenced, constraint)


def _require_key(referenced: Table, constraint: Constraint) -> None:
    if not referenced.complete:
        return
    for column in constraint.referenced_columns:
        if referenced.lacks(column):
            raise Refused("42703", f'column "{column}" referenced in foreign key constraint does not exist')
    if not constraint.referenced_columns:
        if referenced.primary_key is None:
            raise Refused("42704", f'there is no primary key for referenced table "{referenced.name}"')
        if referenced.primary_key.temporal != constraint.temporal:
            raise Refused("42830", f'PERIOD refers to WITHOUT OVERLAPS, and only so, unlike "{referenced.name}"')
        return
    wanted = set(constraint.referenced_columns)
    every = (each for each in referenced.indexes.values() if each.unique and each.predicate is None)
    alike = (each for each in every if _is_temporal(referenced, each) == constraint.temporal)
    keys = [each for each in alike if set(each.columns) == wanted]
    if keys and all(each.constraint and referenced.constraints[each.constraint].deferrable for each in keys):
        raise Refused("55000", f'cannot use a deferrable unique constraint for referenced table "{referenced.name}"')
    if not keys:
        message = f'there is no unique constraint matching given keys for referenced table "{referenced.name}"'
        raise Refused("42830", message)


def _is_temporal(table: Table, index: Index) -> bool:
    return index.constraint is not None and table.constraints[index.constraint].temporal


def _require_actions(constraint: Constraint) -> None:
    """Raise Refused where a foreign key of PERIOD would do anything to its rows."""
    if constraint.temporal and {constraint.on_delete, constraint.on_update} != {"no action"}:
        raise Refused("0A000", "unsupported ON DELETE or ON UPDATE action for foreign key constraint using PERIOD")


def _require_persistence(table: Table, referenced: Table) -> None:
    """Raise Refused where rows that stay would refer to rows that a crash, or the session's end, takes away."""
    order = ("temporary", "unlogged", "permanent")
    alone = table.persistence == "temporary" != referenced.persistence
    if referenced.complete and (alone or order.index(table.persistence) > order.index(referenced.persistence)):
        message = f"constraints on {table.persistence} tables may reference only {table.persistence} tables"
        raise Refused("42P16", message)


def _require_comparable(work: Work, table: Table, referenced: Table, constraint: Constraint) -> None:
    """Raise Refused where the columns cannot be compared: in number, or by their types."""
    key = referenced.primary_key
    wanted = constraint.referenced_columns or (key.columns if key else ())
    if not wanted:
        return
    if len(wanted) != len(constraint.columns):
        raise Refused("42830", "number of referencing and referenced columns for foreign key disagree")
    for ours, theirs in zip(constraint.columns, wanted, strict=True):
        pair = table.columns.get(ours), referenced.columns.get(theirs)
        if pair[0] and pair[1] and not are_comparable(work, pair[0].type, pair[1].type):
            message = f"foreign key constraint on {ours} cannot be implemented: {pair[0].type.sql}, {pair[1].type.sql}"
            raise Refused("42804", message)


def are_comparable(work: Work, one: TypeName, key: TypeName) -> bool:
    """Whether a foreign key's column can be compared with the key, as far as both types are known."""
    known = all(types.is_known(work.catalog, each, work.postgres) for each in (one, key))
    ours, theirs = types.base_of(work.catalog, one), types.base_of(work.catalog, key)
    if not known or (ours.name == theirs.name and ours.dimensions == theirs.dimensions):
        return True
    if ours.dimensions or theirs.dimensions:
        return False
    names = {ours.name.name, theirs.name.name}
    if any(names <= family for family in _COMPARABLE):
        return True
    casts = builtins.casts(ours.name.name, work.postgres)
    accepted = {theirs.name.name, *_COMPARED_AS.get(theirs.name.name, ())}
    return ours.name.name in accepted or any(casts[each].context == "i" for each in accepted if each in casts)


def validate(work: Work, validation: Validation) -> None:
    """Enter the query that looks every row up in the referenced table: it reads both, and may use any index."""
    table, referenced = validation.table, validation.referenced
    reason = (
        f"A query reads {table.name} and {referenced.name}, from the tables or their indexes, to look up every row."
    )
    work.scan(table, reason)
    temporal = validation.constraint.temporal  # its rows are looked up one by one, as those that are inserted are
    mode = LockMode.RowShareLock if temporal else _AS
    if not temporal:
        work.plan_with_indexes(table, mode, "The query that validates a foreign key may use it.")
    for each in work.catalog.family(referenced) if referenced.partitioned else (referenced,):
        work.lock(each, mode, "A query looks rows up in it.")
        work.scan(each, reason)
        work.plan_with_indexes(each, mode, "The query that validates a foreign key may use it.")
    if table.rows != "none" and not validation.proven:
        work.may_fail("23503", f"a row of {table.name} has no counterpart in {referenced.name}")
