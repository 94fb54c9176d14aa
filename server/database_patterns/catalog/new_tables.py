"""CREATE TABLE as a catalog sees it: written out, inherited, modelled on another table, or made from a query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from database_patterns.actions import Column, Constraint, CreateTable, Like, Name, Query

from . import TEMPORARY, names
from .definitions import (
    add_constraint,
    copy_to_partition,
    enter_column,
    index_addition,
    inline_constraints,
    with_column,
)
from .draft import Draft
from .resolving import output_columns
from .schema import Table

_ORDER: Final = ("check", "not null", "primary key", "unique", "exclusion", "foreign key")
"""The order in which PostgreSQL makes, and so names, the constraints of a new table."""


def create_table(draft: Draft, action: CreateTable) -> None:
    """Enter a new table; IF NOT EXISTS over an incomplete catalog leaves it uncertain whether it is new."""
    temporary = action.persistence == "temporary" or action.table.schema == TEMPORARY
    schema = TEMPORARY if temporary else action.table.schema
    name = draft.catalog.resolve(Name(names.truncate(action.table.name), schema))
    existing = draft.catalog.table(name)
    if existing is not None and (existing.complete or action.if_not_exists):
        return
    certain = draft.catalog.complete or not action.if_not_exists
    parents = [draft.table(each) for each in (action.partition_of, *action.inherits) if each]
    draft.put(
        Table(
            name,
            inherits=tuple(parent.name for parent in parents if parent),
            of_type=draft.catalog.resolve(action.of_type) if action.of_type else None,
            partition=action.partition_of is not None,
            default_partition=action.default_partition,
            bound=action.bound,
            partition_by=action.partition_by,
            persistence="temporary" if temporary else action.persistence,
            access_method=_access_method(draft, action, parents) if certain else None,
            rows="none" if certain and action.from_query is None else "unknown",
            oid=draft.new_oid() if certain else None,
            complete=certain,
            columns_complete=certain and all(parent and parent.columns_complete for parent in parents),
        )
    )
    for parent in filter(None, parents):
        _inherit(draft, name, parent)
    for like in action.like:
        _copy_columns(draft, name, like)
    if action.of_type is not None:
        _take_type_columns(draft, name, action.of_type)
    if action.from_query is not None:
        _take_query_columns(draft, name, action.from_query, action.column_names)
    _add_all(draft, name, action)
    for like in action.like:
        _copy_indexes(draft, name, like)
    for like in action.like:
        _copy_statistics(draft, name, like)
    for parent in filter(None, parents):
        if action.partition_of is not None:
            copy_to_partition(draft, parent, name)


def _access_method(draft: Draft, action: CreateTable, parents: Iterable[Table | None]) -> str | None:
    """What USING says, else what a partition takes over from the table above it, else the default."""
    if action.access_method or action.partition_of is None:
        return action.access_method or draft.catalog.default_access_method
    return next((parent.access_method for parent in parents if parent), None)


def _add_all(draft: Draft, name: Name, action: CreateTable) -> None:
    for column in action.columns:
        enter_column(draft, name, column)
    for column in action.options:
        _enter_options(draft, name, column)
    defined = (*action.columns, *action.options)
    written = [*(each for column in defined for each in inline_constraints(column)), *action.constraints]
    wanted = [each for kind in _ORDER for each in written if each.kind == kind]
    for constraint in without_repeated_keys(wanted):
        add_constraint(draft, name, replace(constraint, not_valid=False))  # of no row is anything to be checked later


def _enter_options(draft: Draft, name: Name, options: Column) -> None:
    """What is said of a column that the table has from elsewhere; nothing where it is not known."""
    table = draft.catalog.table(name)
    known = table.columns.get(options.name) if table else None
    if known is not None:
        default = options.default or known.default
        generated, not_null = options.generated or known.generated, known.not_null or options.not_null
        entered = replace(known, default=default, not_null=not_null, generated=generated)
        draft.put(with_column(draft, name, entered))


def without_repeated_keys(constraints: list[Constraint]) -> Iterable[Constraint]:
    """A UNIQUE that says the same as the primary key, or as another UNIQUE, only gives its name to one without."""
    kept: dict[object, Constraint] = {}
    for each in constraints:
        is_key = each.kind in {"primary key", "unique"} and not each.using_index
        key = (each.columns, each.include, each.deferrable, each.nulls_not_distinct) if is_key else id(each)
        first = kept.setdefault(key, each)
        kept[key] = replace(first, name=first.name or each.name)
    return kept.values()


def _inherit(draft: Draft, name: Name, parent: Table) -> None:
    table = draft.catalog.table(name)
    assert table is not None  # noqa: S101 - it was entered just before
    checks = {
        key: each
        for key, each in parent.constraints.items()
        if each.kind in {"check", "not null"} and not each.no_inherit
    }
    columns = {
        key: replace(each, identity=each.identity if table.partition else None) for key, each in parent.columns.items()
    }
    draft.put(replace(table, columns={**table.columns, **columns}, constraints={**table.constraints, **checks}))


def _copy_columns(draft: Draft, name: Name, like: Like) -> None:
    """The columns that LIKE copies, with their NOT NULL and what INCLUDING names of them."""
    table, source = draft.catalog.table(name), draft.table(like.table)
    if table is None:
        return
    if source is None or not source.columns_complete:
        draft.put(replace(table, columns_complete=False))
    for column in source.columns.values() if source else ():
        enter_column(draft, name, _copied(column, like.including))
    kinds = {"not null", "check"} if "constraints" in like.including else {"not null"}
    for constraint in source.constraints.values() if source else ():
        if constraint.kind in kinds:
            add_constraint(draft, name, constraint)


def _copied(column: Column, including: frozenset[str]) -> Column:
    with_default = ("generated" if column.generated else "defaults") in including
    return replace(
        column,
        default=column.default if with_default else None,
        generated=column.generated if with_default else None,
        identity=column.identity if "identity" in including else None,
    )


def _copy_indexes(draft: Draft, name: Name, like: Like) -> None:
    """INCLUDING INDEXES: keys and indexes like those of the source, under names of their own."""
    table, source = draft.catalog.table(name), draft.table(like.table)
    if table is None or source is None or "indexes" not in like.including:
        return
    if not source.complete:
        draft.put(replace(table, complete=False))
    for index in source.indexes.values():
        constraint = source.constraints.get(index.constraint or "")
        if constraint is not None:
            add_constraint(draft, name, replace(constraint, name=None, using_index=None))
            continue
        parts = index_addition(index.elements, index.include)
        chosen = Name(draft.choose(name, parts, "idx"), name.schema)
        draft.put_index(replace(index, name=chosen, table=name, parent=None, partitioned=table.partitioned))


def _copy_statistics(draft: Draft, name: Name, like: Like) -> None:
    """INCLUDING STATISTICS: extended statistics of the same columns, under names of their own."""
    table, source = draft.catalog.table(name), draft.table(like.table)
    if table is None or source is None or "statistics" not in like.including:
        return
    for columns in source.statistics.values():
        chosen = choose_statistics(draft, table, columns)
        table = replace(table, statistics={**table.statistics, chosen: columns})
        draft.put(table)


def choose_statistics(draft: Draft, table: Table, columns: str) -> str:
    """The name that PostgreSQL gives extended statistics that have none."""
    known = (each for each in draft.catalog.relations.values() if isinstance(each, Table))
    taken = {name for each in known if each.name.schema == table.name.schema for name in each.statistics}
    return names.choose(table.name.name, columns, "stat", taken.__contains__)


def _take_type_columns(draft: Draft, name: Name, of_type: Name) -> None:
    """The columns of a typed table are the attributes of its type."""
    table, source = draft.catalog.table(name), draft.catalog.table(of_type)
    if table is not None:
        columns = source.columns if source and source.kind == "type" else {}
        draft.put(replace(table, columns={**columns, **table.columns}, columns_complete=bool(columns)))


def _take_query_columns(draft: Draft, name: Name, query: Query, named: tuple[str, ...]) -> None:
    """The columns of CREATE TABLE AS have their names, and where they are taken over as they are, their types."""
    table = draft.catalog.table(name)
    columns = output_columns(draft.catalog, query.tree, named)
    if table is not None:
        draft.put(replace(table, columns=columns or {}, columns_complete=columns is not None))
