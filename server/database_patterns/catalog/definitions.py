"""ADD COLUMN, ADD CONSTRAINT and CREATE INDEX as a catalog sees them, with the names that PostgreSQL gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from database_patterns.actions import Column, Constraint, CreateIndex, Expression, IndexElement, Name, TypeName

from . import Catalog, names
from .draft import Draft
from .expressions import columns_in, implied_name, is_null, next_value
from .layers import extended
from .schema import Index, Sequence, Table

SERIAL_TYPES: Final = {
    "smallserial": "int2", "serial2": "int2", "serial": "int4", "serial4": "int4", "bigserial": "int8",
    "serial8": "int8",
}  # fmt: skip
_SERIAL_NAMES: Final = frozenset(Name(each) for each in SERIAL_TYPES)
_INDEX_LABELS: Final = {"primary key": "pkey", "unique": "key", "exclusion": "excl"}


def enter_column(draft: Draft, name: Name, column: Column) -> None:
    """Enter a column without its constraints; a serial becomes an integer with its sequence."""
    integer = SERIAL_TYPES.get(column.type.name.name) if column.type.name.schema is None else None
    entered = replace(column, constraints=(), sequence=None)
    if integer is not None or column.identity is not None:
        chosen = column.sequence or Name(draft.choose(name, column.name, "seq"))
        sequence = Name(chosen.name, chosen.schema or name.schema)
        draft.put(Sequence(sequence, owner=(name, column.name), oid=draft.new_oid()))
        if integer is not None:
            default = next_value(sequence)
            entered = replace(entered, type=TypeName(Name(integer)), not_null=True, default=default)
    draft.put(with_column(draft, name, entered))


def with_column(draft: Draft, name: Name, column: Column) -> Table:
    """The table with a column put in; one that it inherits as NOT NULL stays so."""
    table = draft.catalog.table(name)
    assert table is not None  # noqa: S101 - the callers have just looked it up
    inherited = table.columns.get(column.name)
    if inherited is not None and inherited.not_null:
        column = replace(column, not_null=True)
    kept = column.default if column.generated else stored_default(draft.catalog, column.type, column.default)
    columns = extended(table.columns, column.name, replace(column, default=kept))
    return replace(table, columns=columns, gone=table.gone - {column.name})


def stored_default(catalog: Catalog, of_type: TypeName, default: Expression | None) -> Expression | None:
    """The default that PostgreSQL keeps: a plain NULL is none, unless it overrides that of a domain."""
    return None if default and is_null(default.tree) and catalog.domain(of_type.name) is None else default


def inline_constraints(column: Column) -> Iterable[Constraint]:
    """The constraints that a column definition makes, with the NOT NULL that it says or means."""
    required = column.not_null or column.type.name in _SERIAL_NAMES
    if required and not any(each.kind == "not null" for each in column.constraints):
        yield Constraint("not null", columns=(column.name,))
    yield from column.constraints


def add_column(draft: Draft, name: Name, column: Column) -> None:
    """ADD COLUMN on one table, with its inline constraints."""
    table = draft.catalog.table(name)
    if table is None or column.name in table.columns:
        return
    enter_column(draft, name, column)
    for constraint in inline_constraints(column):
        add_constraint(draft, name, constraint)


def add_constraint(draft: Draft, name: Name, constraint: Constraint) -> None:
    """Enter a constraint under its final name, with the index behind it and what it makes of its columns."""
    table = draft.catalog.table(name)
    if table is None or (constraint.name and constraint.name in table.constraints):
        return
    if constraint.kind in _INDEX_LABELS:
        constraint = _with_index(draft, table, constraint)
    elif constraint.kind == "foreign key":
        constraint = _resolved(draft, table, constraint)
    if constraint.name is None:
        constraint = replace(constraint, name=_constraint_name(draft, table, constraint))
    table = draft.catalog.table(name) or table
    not_null = constraint.kind in {"primary key", "not null"} and not constraint.not_valid
    columns = _without_null(table, constraint.columns) if not_null else table.columns
    name_of = names.truncate(constraint.name or "")
    constraints = extended(table.constraints, name_of, replace(constraint, name=name_of))
    draft.put(replace(table, columns=columns, constraints=constraints))
    if constraint.kind == "primary key":
        for column in constraint.columns:
            _imply_not_null(draft, name, column)


def _without_null(table: Table, columns: Iterable[str]) -> Mapping[str, Column]:
    changed = table.columns
    for key in columns:
        known = table.columns.get(key)
        if known is not None and not known.not_null:
            changed = extended(changed, key, replace(known, not_null=True))
    return changed


def _imply_not_null(draft: Draft, name: Name, column: str) -> None:
    table = draft.catalog.table(name)
    existing = table.constraints.values() if table else ()
    if not any(each.kind == "not null" and each.columns == (column,) for each in existing):
        add_constraint(draft, name, Constraint("not null", columns=(column,)))


def _constraint_name(draft: Draft, table: Table, constraint: Constraint) -> str:
    if constraint.kind == "foreign key":
        return draft.choose(table.name, names.addition(constraint.columns), "fkey", "constraints")
    if constraint.kind == "not null":
        return draft.choose(table.name, constraint.columns[0], "not_null", "constraints")
    mentioned = columns_in(constraint.expression.tree if constraint.expression else None)
    column = next(iter(mentioned)) if len(mentioned) == 1 else None
    return draft.choose(table.name, column, "check", "constraints")


def _resolved(draft: Draft, table: Table, constraint: Constraint) -> Constraint:
    """A foreign key with the referenced table's full name, and with the columns that its primary key stands for."""
    assert constraint.references is not None  # noqa: S101 - the grammar has it
    target = table if constraint.references.name == table.name.name and constraint.references.schema in {
        None, table.name.schema,
    } else draft.table(constraint.references)  # fmt: skip
    key = target.primary_key if target else None
    return replace(
        constraint,
        references=target.name if target else draft.catalog.resolve(constraint.references),
        referenced_columns=constraint.referenced_columns or (key.columns if key else ()),
    )


def _with_index(draft: Draft, table: Table, constraint: Constraint) -> Constraint:
    """Enter the index of a key or exclusion constraint, or take over the one that USING INDEX names."""
    if constraint.using_index is not None:
        return _take_over(draft, table, constraint)
    elements = constraint.elements or tuple(IndexElement(column) for column in constraint.columns)
    parts = None if constraint.kind == "primary key" else index_addition(elements, constraint.include)
    name = constraint.name or draft.choose(table.name, parts, _INDEX_LABELS[constraint.kind], "both")
    draft.put_index(
        Index(
            Name(names.truncate(name), table.name.schema),
            table.name,
            elements,
            constraint.include,
            constraint.method,
            unique=constraint.kind != "exclusion",
            predicate=constraint.predicate.tree if constraint.predicate else None,
            constraint=names.truncate(name),
            partitioned=table.partitioned,
        )
    )
    return replace(constraint, name=names.truncate(name), using_index=names.truncate(name))


def _take_over(draft: Draft, table: Table, constraint: Constraint) -> Constraint:
    index = table.indexes.get(constraint.using_index or "")
    name = constraint.name or constraint.using_index or ""
    if index is None:
        return replace(constraint, name=name, using_index=name)
    indexes = {key: each for key, each in table.indexes.items() if key != index.name.name}
    taken = replace(index, name=Name(name, table.name.schema), constraint=name)
    draft.put(replace(table, indexes={**indexes, name: taken}))
    columns = tuple(column for column in index.columns if column is not None)
    return replace(constraint, name=name, columns=columns, include=index.include, using_index=name)


def index_addition(elements: Iterable[IndexElement], include: Iterable[str]) -> str:
    """The part of an index's name that its columns make."""
    keys = [
        element.column or implied_name(element.expression.tree if element.expression else None) for element in elements
    ]
    return names.addition(names.index_columns([*keys, *include]))


def create_index(draft: Draft, action: CreateIndex) -> None:
    """Enter an index, and one on each partition below the table."""
    table = draft.table(action.table)
    if table is None or (action.name and draft.catalog.exists(Name(action.name, table.name.schema))):
        return
    index = Index(
        Name(names.truncate(action.name or index_name(draft, table, action)), table.name.schema),
        table.name,
        action.elements,
        action.include,
        action.method,
        unique=action.unique,
        predicate=action.predicate.tree if action.predicate else None,
        valid=_validity(draft, table, action),
        partitioned=table.partitioned,
    )
    draft.put_index(index)
    if table.partitioned and not action.only:
        for child in draft.catalog.children(table):
            copy_index(draft, index, child.name)


def _validity(draft: Draft, table: Table, action: CreateIndex) -> bool:
    return not (action.only and table.partitioned and draft.catalog.children(table))


def index_name(draft: Draft, table: Table, action: CreateIndex) -> str:
    """The name that PostgreSQL chooses for an index that has none."""
    parts = index_addition(action.elements, action.include)
    return draft.choose(table.name, parts, "idx")


def copy_index(draft: Draft, index: Index, name: Name, *, primary: bool = False) -> None:
    """Give the partition ``name`` its part of a partitioned index: one that it has already, or a new one."""
    table = draft.catalog.table(name)
    if table is None or table.kind == "foreign table":
        return
    existing = next((each for each in table.indexes.values() if each.parent is None and same_index(each, index)), None)
    if existing is not None:
        copied = replace(existing, parent=index.name)
    else:
        parts = index_addition(index.elements, index.include)
        label = "pkey" if primary else "key" if index.constraint and index.unique else "idx"
        chosen = draft.choose(name, None if label == "pkey" else parts, label)
        copied = replace(
            index,
            name=Name(chosen, name.schema),
            table=name,
            parent=index.name,
            constraint=chosen if index.constraint else None,
            partitioned=table.partitioned,
        )
    draft.put_index(copied)
    for child in draft.catalog.children(table) if table.partitioned else ():
        copy_index(draft, copied, child.name, primary=primary)


def is_primary(table: Table, index: Index) -> bool:
    """Whether the index stands behind the primary key of its table."""
    constraint = table.constraints.get(index.constraint or "")
    return constraint is not None and constraint.kind == "primary key"


def same_index(one: Index, other: Index) -> bool:
    """Whether an index may become part of a partitioned index: same method, keys, uniqueness and predicate."""
    return (
        one.method == other.method
        and one.unique == other.unique
        and one.elements == other.elements
        and one.include == other.include
        and one.predicate == other.predicate
        and (one.constraint is None or other.constraint is not None)
    )


def same_key(one: Constraint, other: Constraint) -> bool:
    """Whether a partition's foreign key may become its part of one above: only name and validity may differ."""
    return one == replace(other, name=one.name, not_valid=one.not_valid)


def own_keys(catalog: Catalog, table: Table) -> list[Constraint]:
    """The foreign keys of a table that are not a partition's part of one further up, whose triggers are up there."""
    above = [key for parent in catalog.above(table) for key in parent.foreign_keys]
    return [key for key in table.foreign_keys if not any(same_key(key, each) for each in above)]


def copy_to_partition(draft: Draft, parent: Table, name: Name) -> None:
    """Give a new partition the indexes, keys and row triggers of ``parent``."""
    for index in parent.indexes.values():
        copy_index(draft, index, name, primary=is_primary(parent, index))
    for constraint in parent.constraints.values():
        if constraint.kind in {"foreign key", "primary key", "unique", "exclusion"}:
            copy_constraint(draft, parent, constraint, name)
    table = draft.catalog.table(name)
    cloned = {key: each for key, each in parent.triggers.items() if each.for_each_row}
    if table is not None and cloned:
        draft.put(replace(table, triggers={**cloned, **table.triggers}))


def copy_constraint(draft: Draft, parent: Table, constraint: Constraint, name: Name) -> None:
    """Give a partition its part of a constraint of the table above it."""
    table = draft.catalog.table(name)
    if table is None:
        return
    copied = constraint
    own_key = next((each for each in table.foreign_keys if same_key(each, constraint)), None)
    if own_key is not None:
        copied = replace(own_key, not_valid=own_key.not_valid and constraint.not_valid)
        draft.put(replace(table, constraints={**table.constraints, own_key.name or "": copied}))
    if constraint.using_index is not None:
        above = Name(constraint.using_index, parent.name.schema)
        own = next((each for each in table.indexes.values() if each.parent == above), None)
        if own is None:
            return
        draft.put_index(replace(own, constraint=own.name.name))
        copied = replace(constraint, name=own.name.name, using_index=own.name.name)
    add_constraint_as_is(draft, name, copied)
    current = draft.catalog.table(name) or table
    for child in draft.catalog.children(current) if current.partitioned else ():
        copy_constraint(draft, current, copied, child.name)


def add_constraint_as_is(draft: Draft, name: Name, constraint: Constraint) -> None:
    """Enter a constraint whose index, if any, is there already."""
    table = draft.catalog.table(name)
    if table is None or constraint.name is None or constraint.name in table.constraints:
        return
    columns = _without_null(table, constraint.columns) if constraint.kind == "primary key" else table.columns
    constraints = extended(table.constraints, constraint.name, constraint)
    draft.put(replace(table, columns=columns, constraints=constraints))
