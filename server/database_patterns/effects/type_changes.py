"""ALTER COLUMN TYPE on one table of the family: the rows, the indexes, and all that depends on the column."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pglast import ast

from database_patterns import actions
from database_patterns.actions import Column, Constraint
from database_patterns.catalog import Index, Table, dependents
from database_patterns.catalog.drops import generated_from
from database_patterns.catalog.expressions import columns_in
from database_patterns.locks import LockMode

from . import column_options, columns, conversions, foreign_keys, indexes, references, sources, types
from .alteration import Alteration, Validation
from .types import UNKNOWN
from .volatility import analyse
from .work import Refused, Work

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any

_AX = LockMode.AccessExclusiveLock
_GENERATED_IS_A_FEATURE_SINCE = 15


def alter_type(at: Alteration, table: Table, action: actions.AlterColumnType) -> None:
    """Enter ALTER COLUMN TYPE."""
    columns.require(table, action.column)
    column = table.columns.get(action.column)
    work = at.work
    if table.name == at.table.name:
        if action.column in at.changed:
            raise Refused("0A000", f'cannot alter type of column "{action.column}" twice')
        at.changed.add(action.column)
    if column is None or column.type.name.name == UNKNOWN:
        work.doubt(f"the present type of {table.name}.{action.column} is not known")
        work.rewrite(table, "A rewrite, unless the values can stay as they are.", rewritten="unknown")
        return
    conversion = conversions.of_column(action, column, work.scope(table), timezone(work))
    _require_default(work, table, column, action)
    _require_independent(at, table, column.name)
    if conversion.doubt:
        work.doubt(f"{conversion.doubt} ({table.name}.{column.name})")
    because = f"{action.column} becomes {action.type.sql}: {conversion.because or conversion.doubt}."
    work.rewrite(table, because, rewritten=column.generated != "virtual" and conversion.rewrite)
    _say_what_is_lost(work, table, column, action)
    _rebuild_dependents(at, table, column, action)


def prepare(at: Alteration, action: actions.AlterColumnType) -> None:
    """Raise Refused for what PostgreSQL checks of a type change before it begins with any subcommand, in its order."""
    columns.require(at.table, action.column)
    column = at.table.columns.get(action.column)
    if column is None or column.type.name.name == UNKNOWN:
        return
    references.require_in(at.work, at.table, action.using)
    conversion = conversions.of_column(action, column, at.work.scope(at.table), timezone(at.work))
    if column.generated and action.using is not None:
        raise Refused("42611", "cannot specify USING when altering type of generated column")
    if conversion.error == "42846":
        raise Refused(conversion.error, f"cannot cast in USING: {conversion.because}")
    if column.identity and types.base_of(at.catalog, action.type).name.name not in types.INTEGERS:
        raise Refused("22023", "identity column type must be smallint, integer, or bigint")
    if any(column.name in parent.columns for each in at.table.inherits if (parent := at.catalog.table(each))):
        raise Refused("42P16", f'cannot alter inherited column "{column.name}"')
    _require_no_partition_key(at.table, column.name)
    _require_type(at.work, at.table, action)
    if conversion.error is not None:
        message = f'column "{column.name}" cannot be cast automatically to type {action.type.sql}'
        raise Refused(conversion.error, message)
    message = f'type of inherited column "{column.name}" must be changed in child tables too'
    columns.require_with_children(at, at.table, message, only=action.only)
    for member in at.catalog.family(at.table):
        _require_no_partition_key(member, column.name)


def _require_no_partition_key(table: Table, name: str) -> None:
    if name in table.partition_key:
        message = f'cannot alter column "{name}" because it is part of the partition key of "{table.name}"'
        raise Refused("42P16", message)


def _require_type(work: Work, table: Table, action: actions.AlterColumnType) -> None:
    references.require_type(work, action.type, table)
    if action.collation is not None:
        column_options.require_collatable(work, action.type)


def timezone(work: Work) -> str | None:
    """The session's TimeZone: what the migration has set, else what is assumed."""
    return work.catalog.setting("timezone") or work.assumptions.timezone


def _require_independent(at: Alteration, table: Table, name: str) -> None:
    """Raise Refused where an object depends on the column that PostgreSQL does not alter along."""
    used = list(dependents.on_column(at.catalog, table, name))
    reasons = (
        (generated_from(table, name), "by a generated column"),
        (list(at.catalog.views_on(table, name)), "by a view or rule"),
        ([each for each in used if each.kind == "rule"], "by a view or rule"),
        ([each for each in used if each.kind == "trigger"], "in a trigger definition"),
        ([each for each in used if each.kind == "policy"], "in a policy definition"),
    )
    for found, where in reasons:
        if found:
            generated = "generated" in where and at.work.postgres < _GENERATED_IS_A_FEATURE_SINCE
            raise Refused("42601" if generated else "0A000", f"cannot alter type of a column used {where}")


def _require_default(work: Work, table: Table, column: Column, action: actions.AlterColumnType) -> None:
    """Raise Refused where the column's default certainly cannot become one of the new type."""
    default = column.default if column.generated is None else None
    _, found = analyse(default.tree if default else (), work.scope(table))
    if found is None:
        return
    source = column.type if found.name.name == UNKNOWN else found
    if conversions.cast(source, action.type, work.scope(table), "UTC").error:
        message = f'default for column "{column.name}" cannot be cast automatically to type {action.type.sql}'
        raise Refused("42804", message)


def _say_what_is_lost(work: Work, table: Table, column: Column, action: actions.AlterColumnType) -> None:
    old, new = types.base_of(work.catalog, column.type), types.base_of(work.catalog, action.type)
    lost = _by_using(column, action) or conversions.loses(old, new)
    if lost is not None:
        work.lose(table, f"{column.name}: {lost}")
    if work.is_rewritten(table) and table.rows != "none":
        for source in {old, *conversions.sources_of_using(action, work.scope(table))}:
            for sqlstate, when in conversions.failures(source, new, work.scope(table)):
                work.may_fail(sqlstate, when)
    if action.using is not None and column.not_null and table.rows != "none":
        work.may_fail("23502", f"USING makes a NULL of a value of {column.name}")
    unique = any(index.unique and column.name in index.depends_on for index in table.indexes.values())
    if work.is_rewritten(table) and unique and not _keeps_values(work, column, action) and table.rows != "none":
        work.may_fail("23505", f"two values of {column.name} become equal")
    if types.is_constrained(work.catalog, action.type) and table.rows != "none":
        work.may_fail("23514", f"a value violates the domain {action.type.sql}")
    if old != new:
        work.breaks(table, f"prepared statements that return {column.name} fail once (0A000, cached plan)")


def _by_using(column: Column, action: actions.AlterColumnType) -> str | None:
    """What of a column's values an expression loses that does more than to cast them."""
    tree: Node = action.using.tree if action.using else None
    while type(tree) is ast.TypeCast:
        tree = tree.arg
    if tree is not None and column.name not in columns_in(tree):
        return "all values, which USING does not read"
    return None if tree is None or type(tree) is ast.ColumnRef else "what USING does not keep"


def _keeps_values(work: Work, column: Column, action: actions.AlterColumnType) -> bool:
    old, new = types.base_of(work.catalog, column.type), types.base_of(work.catalog, action.type)
    return action.using is None and action.collation is None and conversions.keeps_values(old, new)


def _rebuild_dependents(at: Alteration, table: Table, column: Column, action: actions.AlterColumnType) -> None:
    changed = replace(column, type=action.type, collation=action.collation)
    proven = _keeps_values(at.work, column, action)
    for index in table.indexes.values():
        if column.name in index.depends_on:
            _rebuild_index(at, table, index, column, changed)
    for constraint in list(table.constraints_on(column.name)):
        _require_comparable(at, constraint, changed)
        _check_again(at, table, constraint, proven=proven)
    for other, key in at.catalog.references_to(table):
        if column.name in key.referenced_columns:
            _remake_reference(at, table, other, key, changed, proven=proven)
    for sequence in at.catalog.sequences_of(table, column.name) if column.identity else ():
        at.work.lock(sequence, LockMode.ShareRowExclusiveLock, "It is altered with the identity.", sources.ALTER_TABLE)
        at.work.rewrite(sequence, "An identity's sequence takes the new type.")


def _remake_reference(
    at: Alteration, table: Table, other: Table, key: Constraint, changed: Column, *, proven: bool
) -> None:
    """A foreign key that refers to the column is dropped and made anew."""
    for ours, theirs in zip(key.columns, key.referenced_columns, strict=False):
        known = other.columns.get(ours)
        if theirs == changed.name and known and not foreign_keys.are_comparable(at.work, known.type, changed.type):
            raise Refused("42804", f'foreign key constraint "{key.name}" cannot be implemented')
    if other.name == table.name:
        return
    at.work.lock(other, _AX, f"Its foreign key to {table.name} is made anew.", sources.ALTER_TABLE)
    if at.work.is_rewritten(table) is True and not key.not_valid and key.enforced:
        at.validations.append(Validation(other, key, table, proven))


def _require_comparable(at: Alteration, constraint: Constraint, changed: Column) -> None:
    """Raise Refused where a foreign key could not be made anew for the new type."""
    if constraint.references is None:
        return
    referenced = at.work.table(constraint.references)
    for ours, theirs in zip(constraint.columns, constraint.referenced_columns, strict=False):
        key = referenced.columns.get(theirs)
        if ours == changed.name and key and not foreign_keys.are_comparable(at.work, changed.type, key.type):
            raise Refused("42804", f'foreign key constraint "{constraint.name}" cannot be implemented')


def _rebuild_index(at: Alteration, table: Table, index: Index, column: Column, changed: Column) -> None:
    work = at.work
    work.lock(index, _AX, "An index on a column whose type changes is defined anew.", sources.ALTER_TABLE)
    indexes.require_classes(work, index, changed)
    if not conversions.index_accepts(index, changed, work.scope(table)):
        message = f"operator class of the index {index.name} does not accept data type {changed.type.sql}"
        raise Refused("42804", message)
    if work.is_rewritten(table) is True or index.partitioned:
        return
    survives = conversions.index_survives(index, column, changed, work.scope(table))
    if survives == "unknown":
        work.doubt(f"whether the index {index.name} must be built anew for the type of {column.name} is not known")
        work.scan(table, f"Read only if {index.name} must be built anew.", scanned="unknown")
    elif not survives:
        work.rebuild(index)
        work.scan(table, f"The rows stay, but {index.name} orders {column.name} differently and is built anew.")


def _check_again(at: Alteration, table: Table, constraint: Constraint, *, proven: bool) -> None:
    """A constraint on the column is made anew; only a rewrite makes a foreign key look at the rows again."""
    work = at.work
    checked = constraint.enforced and not constraint.not_valid
    if constraint.kind == "check" and checked:
        work.scan(table, f"The CHECK {constraint.name} is evaluated again.")
        if work.is_rewritten(table) and table.rows != "none":
            work.may_fail("23514", f"a converted value violates the CHECK {constraint.name}")
    elif constraint.kind == "foreign key" and constraint.references is not None:
        referenced = work.table(constraint.references)
        foreign_keys.lock_remade(work, table, constraint, referenced)
        if checked and work.is_rewritten(table) is True and not table.partitioned:
            at.validations.append(Validation(table, constraint, referenced, proven))
