"""ALTER TABLE: its subcommands combined into one lock for each relation, with the rewrites and scans of all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from database_patterns import actions
from database_patterns.actions import TableAction
from database_patterns.catalog import Index, Table
from database_patterns.catalog.advance import apply, in_execution_order
from database_patterns.locks import LockMode

from . import (
    columns,
    composites,
    constraint_properties,
    constraints,
    foreign_keys,
    other_alterations,
    partitions,
    preparation,
    relations,
    sources,
    type_changes,
)
from .alteration import Alteration
from .work import Work

Handler = Callable[[Alteration, Table, Any], None]
_AX: Final = LockMode.AccessExclusiveLock
_CONSTRAINTS_LOCK_CHILDREN_SINCE: Final = 18


def alter_table(work: Work, subcommands: Sequence[TableAction]) -> None:
    """Enter what an ALTER TABLE does."""
    first = subcommands[0]
    if isinstance(first, actions.OtherAlteration) and first.relation_kind == "type":
        for table, derived in composites.alter(work, first.table, subcommands):
            _carry_out(_of_typed_table(work, table, derived), derived)
        return
    if any(isinstance(each, actions.DetachPartition) and each.concurrently for each in subcommands):
        work.refuse_in_transaction("ALTER TABLE ... DETACH CONCURRENTLY")
    found = relations.find(work, first.table)
    said = getattr(work.statement.tree, "objtype", None)
    relations.require_said(found, said)
    index = found if isinstance(found, Index) else None
    table = found if isinstance(found, Table) else Table(found.name, kind="table" if index else "sequence")
    level = max(_level(action) for action in subcommands)
    alteration = Alteration(work, table, level)
    if index is not None:
        work.lock(index, level, _reason(subcommands), sources.ALTER_INDEX)
    else:
        _lock_family(alteration, subcommands)
    for action in subcommands:
        relations.require_alterable(work, found, action)
        preparation.prepare(alteration, action)
    _carry_out(alteration, subcommands)


def _of_typed_table(work: Work, table: Table, derived: Sequence[TableAction]) -> Alteration:
    """A typed table that changes with its type."""
    alteration = Alteration(work, table, _AX)
    for member in alteration.members():
        work.lock(
            member, alteration.level, f"It is a table OF {table.of_type}, and changes with it.", sources.ALTER_TABLE
        )
    for action in derived:
        if isinstance(action, actions.AlterColumnType):
            type_changes.prepare(alteration, action)
    return alteration


def _carry_out(alteration: Alteration, subcommands: Sequence[TableAction]) -> None:
    """Enter what the subcommands do, one after the other, to a table and those below it."""
    work, table = alteration.work, alteration.table
    for action in in_execution_order(subcommands):
        handler = _HANDLERS[type(action)]
        for member in alteration.members(only=not _recurses(action, table, work.postgres)):
            if work.is_locked(member) or table.kind != "table":
                handler(alteration, member, action)
        work.catalog = apply(work.catalog, action)
    _finish(alteration)


def _lock_family(alteration: Alteration, subcommands: Sequence[TableAction]) -> None:
    table, work = alteration.table, alteration.work
    reason = _reason(subcommands)
    work.lock(table, alteration.level, reason, sources.ALTER_TABLE)
    reaching = [action for action in subcommands if _reaches_children(action, table, work.postgres)]
    if reaching:
        mode = max(_level_below(action, alteration) for action in reaching)
        nearest = all(isinstance(each, actions.DropColumn) and each.only for each in reaching)
        for member in work.catalog.children(table) if nearest else alteration.members()[1:]:
            work.lock(member, mode, reason, sources.ALTER_TABLE)


def _level_below(action: TableAction, alteration: Alteration) -> LockMode:
    """The lock on the tables below: before 18 only that of building an index, where a new key wants no more."""
    if not isinstance(action, actions.AddConstraint) or alteration.work.postgres >= _CONSTRAINTS_LOCK_CHILDREN_SINCE:
        return alteration.level
    constraint, table = action.constraint, alteration.table
    nullable = constraint.kind == "primary key" and not all(table.requires(each) for each in constraint.columns)
    indexed = constraint.kind in {"primary key", "unique", "exclusion"} and not nullable
    return LockMode.ShareLock if indexed else alteration.level


def _reason(subcommands: Sequence[TableAction]) -> str:
    strongest = max(subcommands, key=_level)
    words = _WORDS.get(type(strongest)) or f"ALTER TABLE ({getattr(strongest, 'kind', '')})"
    if isinstance(strongest, actions.AddConstraint):
        words = f"ADD {strongest.constraint.kind.upper()}"
    return f"{words} takes {_level(strongest).name} on the table."


def _finish(alteration: Alteration) -> None:
    """What happens to the rows, once, after all subcommands: rewriting, and validating foreign keys."""
    work = alteration.work
    for member in alteration.members():
        if work.is_rewritten(member) is True:
            for each in member.indexes.values():
                index = alteration.taken.get(each.name, each)
                work.lock(index, _AX, "A rewritten table's indexes are all built anew.")
                work.rebuild(index)
    for validation in alteration.validations:
        foreign_keys.validate(work, validation)


def _level(action: TableAction) -> LockMode:
    match action:
        case actions.OtherAlteration():
            return other_alterations.level(action)
        case actions.AddConstraint(constraint=constraint):
            return _LEVELS_OF_CONSTRAINTS.get(constraint.kind, _AX)
        case actions.DetachPartition(concurrently=True):
            return LockMode.ShareUpdateExclusiveLock
    return _LEVELS.get(type(action), _AX)


_LEVELS: Final[dict[type[TableAction], LockMode]] = {
    actions.ValidateConstraint: LockMode.ShareUpdateExclusiveLock,
    actions.AttachPartition: LockMode.ShareUpdateExclusiveLock,
}
_LEVELS_OF_CONSTRAINTS: Final = {"foreign key": LockMode.ShareRowExclusiveLock}
"""Weaker locks than ACCESS EXCLUSIVE, which all others take."""


def _recurses(action: TableAction, table: Table, postgres: int) -> bool:
    """Whether a subcommand goes on to the partitions, or to the tables that inherit."""
    if isinstance(action, actions.OtherAlteration):
        return other_alterations.recurses(action, table, postgres)
    if isinstance(action, actions.AlterConstraint):
        return constraint_properties.recurses(action, table, postgres)
    if isinstance(action, actions.AttachPartition | actions.DetachPartition) or action.only:
        return False
    if isinstance(action, actions.ValidateConstraint):
        found = table.constraints.get(action.constraint)
        return found is None or found.not_valid
    if isinstance(action, actions.AddConstraint):
        inherited = action.constraint.kind in {"check", "not null"} and not action.constraint.no_inherit
        return inherited or table.partitioned
    return True


def _reaches_children(action: TableAction, table: Table, postgres: int) -> bool:
    """Whether the tables below are locked, which some subcommands do even by ONLY or where they do not recurse."""
    if isinstance(action, actions.AddConstraint) and not action.only and postgres >= _CONSTRAINTS_LOCK_CHILDREN_SINCE:
        return True
    if isinstance(action, actions.AddColumn) and action.if_not_exists and action.column.name in table.columns:
        return False
    if isinstance(action, actions.DropNotNull) and postgres >= _CONSTRAINTS_LOCK_CHILDREN_SINCE:
        return table.requires(action.column)
    if isinstance(action, actions.DropConstraint):
        found = table.constraints.get(action.constraint)
        inherited = found is not None and found.kind in {"check", "not null"} and not found.no_inherit
        return table.partitioned or inherited
    if isinstance(action, actions.SetNotNull) and (table.partitioned or postgres >= _CONSTRAINTS_LOCK_CHILDREN_SINCE):
        return not action.only and not table.requires(action.column)
    return isinstance(action, actions.DropColumn) or _recurses(action, table, postgres)


_WORDS: Final[dict[type, str]] = {
    actions.AddColumn: "ADD COLUMN",
    actions.DropColumn: "DROP COLUMN",
    actions.SetNotNull: "SET NOT NULL",
    actions.DropNotNull: "DROP NOT NULL",
    actions.SetDefault: "SET DEFAULT",
    actions.AlterColumnType: "ALTER COLUMN TYPE",
    actions.DropConstraint: "DROP CONSTRAINT",
    actions.AlterConstraint: "ALTER CONSTRAINT",
    actions.ValidateConstraint: "VALIDATE CONSTRAINT",
    actions.AttachPartition: "ATTACH PARTITION",
    actions.DetachPartition: "DETACH PARTITION",
}

_HANDLERS: Final[dict[type[TableAction], Handler]] = {
    actions.AddColumn: columns.add,
    actions.DropColumn: columns.drop,
    actions.SetNotNull: columns.set_not_null,
    actions.DropNotNull: columns.drop_not_null,
    actions.SetDefault: columns.set_default,
    actions.AlterColumnType: type_changes.alter_type,
    actions.AddConstraint: constraints.add,
    actions.DropConstraint: constraints.drop,
    actions.AlterConstraint: constraint_properties.alter,
    actions.ValidateConstraint: constraints.validate_existing,
    actions.AttachPartition: partitions.attach,
    actions.DetachPartition: partitions.detach,
    actions.OtherAlteration: other_alterations.alter,
}
