"""ADD COLUMN, DROP COLUMN, SET and DROP NOT NULL, SET and DROP DEFAULT, on one table of the family."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from pglast import ast

from database_patterns import actions
from database_patterns.actions import Column, Constraint, Expression, Name
from database_patterns.catalog import Sequence, Table, dependents
from database_patterns.catalog.definitions import SERIAL_TYPES
from database_patterns.catalog.drops import column_obstacles, generated_from
from database_patterns.catalog.expressions import columns_in
from database_patterns.locks import LockMode
from database_patterns.model import Tristate

from . import column_options, constraints, conversions, foreign_keys, indexes, references, sources, types, values
from .alteration import Alteration
from .types import UNKNOWN
from .volatility import analyse
from .work import NOT_NULL_HAS_A_NAME_SINCE, Refused, Work

_IDENTITY_IN_PARTITIONS_SINCE = 17
_AX = LockMode.AccessExclusiveLock


@dataclass(frozen=True, slots=True)
class _Fill:
    """How the existing rows get a value for a new column: by a rewrite of the table or not."""

    rewrite: Tristate
    because: str
    value: Literal["none", "any", "distinct"]
    """What the rows get: nothing, what may be equal in all of them, or each its own."""


def is_serial(column: Column) -> bool:
    """Whether the type is a serial, which stands for an integer with a sequence."""
    return column.type.name.schema is None and column.type.name.name in SERIAL_TYPES


def require(table: Table, column: str) -> None:
    """Raise Refused where the column is known not to exist."""
    if table.lacks(column):
        raise Refused("42703", f'column "{column}" of relation "{table.name}" does not exist')


def require_stored(table: Table, names: Iterable[str], what: str) -> None:
    """Raise Refused where ``what`` would be about a virtual generated column, which no row holds."""
    if any(table.columns[name].generated == "virtual" for name in names if name in table.columns):
        raise Refused("0A000", f"{what} on virtual generated columns are not supported")


def require_with_children(at: Alteration, table: Table, message: str, *, only: bool) -> None:
    """Raise Refused where ONLY would part a table from those below it."""
    if only and at.catalog.children(table):
        raise Refused("42P16", message)


def add(at: Alteration, table: Table, action: actions.AddColumn) -> None:
    """Enter what ADD COLUMN does to the rows, and what its inline constraints do."""
    column = action.column
    for constraint in column.constraints if table.kind == "foreign table" else ():
        constraints.require_local(constraint)
    if table.partition and table.name == at.table.name:
        raise Refused("42809", "cannot add column to a partition")
    if column.name in table.columns:
        if action.if_not_exists or table.name != at.table.name:
            return
        raise Refused("42701", f'column "{column.name}" of relation "{table.name}" already exists')
    if action.if_not_exists and not table.columns_complete:
        at.work.doubt(f"whether {table.name} has a column {column.name} already is not known")
    require_with_children(at, table, f'column "{column.name}" must be added to child tables too', only=action.only)
    if column.identity and at.catalog.children(table) and not _spreads_identity(at, table):
        raise Refused("42P16", "cannot recursively add identity column to table that has child tables")
    require_type(at.work, column, table)
    require_options(at.work, column)
    computed = column.generated != "virtual" or column.not_null
    require_default(at.work, table, column, column.default, computed=computed)
    fill = _fill(at.work, table, column)
    at.work.rewrite(table, fill.because, rewritten=fill.rewrite)
    _check_not_null(at, table, column, fill)
    _check_domain(at, table, column)
    for constraint in column.constraints:
        passed_on = constraint.kind == "check" or (constraint.kind == "foreign key" and at.table.partitioned)
        if table.name == at.table.name or passed_on:
            _add_inline(at, table, column, constraint, fill)


def _spreads_identity(at: Alteration, table: Table) -> bool:
    """Whether an identity goes on to the partitions, which it does since 17."""
    return table.partitioned and at.work.postgres >= _IDENTITY_IN_PARTITIONS_SINCE


def require_type(work: Work, column: Column, table: Table | None = None) -> None:
    """Raise Refused where the column's type is known not to exist."""
    if not is_serial(column):
        references.require_type(work, column.type, table)


def require_options(work: Work, column: Column) -> None:
    """Raise Refused where identity, STORAGE or COMPRESSION do not go with the column's type, or NULL with a serial."""
    if is_serial(column):
        if column.nullable:
            raise Refused("42601", f'conflicting NULL/NOT NULL declarations for column "{column.name}"')
        return
    if column.identity:
        column_options.require_integer(work, column)
    if column.collation is not None:
        column_options.require_collatable(work, column.type)
    if column.storage:
        column_options.require_storage(work, column.type, column.storage)
    if column.compression:
        column_options.require_compression(work, column.type, column.compression)


def require_default(
    work: Work, table: Table, column: Column, default: Expression | None, *, computed: bool = False
) -> None:
    """Raise Refused where a default cannot become a value of the column, or a generated one changes by itself.

    Only where it is ``computed`` at once, for the rows that exist, may its value turn out not to fit.
    """
    if default is None:
        return
    _require_names(work, table, column, default)
    verdict, found = analyse(default.tree, work.scope(table))
    read = columns_in(default.tree) if column.generated else ()
    if any(name in table.columns and table.columns[name].generated for name in read):
        raise Refused("42P17", "cannot use a generated column in a column generation expression")
    if column.generated and verdict.reaches("stable") is True:
        raise Refused("42P17", f"generation expression is not immutable: {verdict.because}")
    target = types.plain(SERIAL_TYPES[column.type.name.name]) if is_serial(column) else column.type
    values.require_fit(work, default, target, column.name, table)
    if not computed or found is None or found.name.name == UNKNOWN:
        return
    for sqlstate, _ in conversions.failures(found, types.base_of(work.catalog, target), work.scope()):
        work.may_fail(sqlstate, f"the default of {column.name} is not a value of {target.sql}")


def _require_names(work: Work, table: Table, column: Column, default: Expression) -> None:
    if column.generated:
        references.require_in(work, table, default)
    elif columns_in(default.tree):
        raise Refused("0A000", "cannot use column reference in DEFAULT expression")
    else:
        references.require_names(work, default.tree)


def _fill(work: Work, table: Table, column: Column) -> _Fill:
    if column.generated == "virtual":
        return _Fill(rewrite=False, because="", value="any")
    if column.generated == "stored":
        return _Fill(rewrite=True, because=f"{column.name} is computed and stored for every row.", value="any")
    if column.identity or is_serial(column):
        return _Fill(rewrite=True, because=f"Every row gets its own number in {column.name}.", value="distinct")
    default = column.default or _domain_default(work, column)
    value: Literal["none", "any"] = "none" if default is None or _is_null(default) else "any"
    if types.is_constrained(work.catalog, column.type):
        because = f"Every row is checked against the domain {column.type.sql}, which rewrites the table."
        return _Fill(rewrite=True, because=because, value=value)
    if column.type.dimensions == 0 and not types.is_known(work.catalog, column.type, work.postgres):
        work.doubt(
            f"the type {column.type.sql} is not in the known schema: a domain with constraints rewrites the table"
        )
        work.may_fail("42704", f"there is no type {column.type.sql}: nothing that is known has created it")
        because = f"A rewrite, if {column.type.sql} is a domain with constraints."
        return _Fill(rewrite="unknown", because=because, value=value)
    return _by_default(work, table, default, value)


def _by_default(work: Work, table: Table, default: Expression | None, value: Literal["none", "any"]) -> _Fill:
    """PostgreSQL computes a default that is not volatile once, and stores it beside the table."""
    if default is None:
        return _Fill(rewrite=False, because="", value="none")
    verdict, _ = analyse(default.tree, work.scope(table))
    volatile = verdict.reaches("volatile")
    if volatile == "unknown":
        for doubt in verdict.doubts:
            work.doubt(f"{doubt}; the table is rewritten if it is volatile")
    for written in verdict.sequences if volatile is True else ():
        sequence = work.catalog.relation(_written_name(written))
        if isinstance(sequence, Sequence):
            work.lock(sequence, LockMode.RowExclusiveLock, "A number is drawn for every row.")
    certain = f"The default is computed for every row, as {verdict.because}."
    because = certain if volatile is True else f"A rewrite, if volatile: {' and '.join(verdict.doubts)}."
    return _Fill(rewrite=volatile, because=because, value=value)


def _written_name(text: str) -> Name:
    *schema, name = (part.strip('"') for part in text.split("."))
    return Name(name, schema[-1] if schema else None)


def _domain_default(work: Work, column: Column) -> Expression | None:
    return next((each.default for each in types.domains_of(work.catalog, column.type) if each.default), None)


def _is_null(default: Expression) -> bool:
    tree = default.tree
    while isinstance(tree, ast.TypeCast):
        tree = tree.arg
    return isinstance(tree, ast.A_Const) and bool(tree.isnull)


def _check_domain(at: Alteration, table: Table, column: Column) -> None:
    if types.is_constrained(at.catalog, column.type) and table.rows != "none":
        at.work.may_fail("23514", f"the value that the rows get violates the domain {column.type.sql}")


def _check_not_null(at: Alteration, table: Table, column: Column, fill: _Fill) -> None:
    primary = any(each.kind == "primary key" for each in column.constraints)
    demanded = column.not_null or primary or any(each.kind == "not null" for each in column.constraints)
    required_by_domain = any(each.not_null for each in types.domains_of(at.catalog, column.type))
    if not (demanded or required_by_domain):
        return
    if column.generated == "virtual" or fill.value == "none":
        at.work.scan(table, f"Every row is read to find a NULL in {column.name}.")
    if table.rows != "none" and column.generated and not _reads_required_only(table, column):
        at.work.may_fail("23502", f"what is computed for {column.name} is NULL in a row of {table.name}")
    if table.rows != "none" and fill.value == "none":
        at.work.may_fail("23502", f"{table.name} has a row: it would be NULL in {column.name}")


def _reads_required_only(table: Table, column: Column) -> bool:
    """Whether a generated column is computed from columns that are NOT NULL."""
    return column.default is not None and all(table.requires(name) for name in columns_in(column.default.tree))


def _add_inline(at: Alteration, table: Table, column: Column, constraint: Constraint, fill: _Fill) -> None:
    constraints.require_stored(_with(table, column), constraint)
    if constraint.kind == "check":
        if constraint.enforced:
            at.work.scan(table, "The CHECK of the new column is evaluated for every row.")
            at.work.may_fail("23514", f"a row of {table.name} violates the CHECK of the new column")
    elif constraint.kind == "foreign key":
        foreign_keys.add(
            at, _with(table, column), constraint, validated=column.default is not None or is_serial(column)
        )
    elif constraint.kind in {"unique", "primary key"}:
        constraints.require_one_primary_key(table, constraint)
        constraints.require_partition_key(table, constraint)
        indexes.require_class(at.work, "btree", column.type)
        at.work.scan(table, f"The index behind {constraint.kind.upper()} is built from every row.")
        if fill.value == "any":
            at.work.may_fail("23505", f"two rows of {table.name} get the same value")


def _with(table: Table, column: Column) -> Table:
    return replace(table, columns={**table.columns, column.name: column})


def drop(at: Alteration, table: Table, action: actions.DropColumn) -> None:
    """Enter what DROP COLUMN takes along: indexes, constraints, sequences and, by CASCADE, what depends on it."""
    column = action.column
    if table.lacks(column):
        if action.if_exists or table.name != at.table.name:
            return
        require(table, column)
    _require_droppable(at, table, action)
    lock_what_goes(at.work, table, column)


def lock_what_goes(work: Work, table: Table, column: str) -> None:
    """Enter that a column of a locked table goes, with its indexes, constraints, sequences and views."""
    work.lose(table, f"the values of {column}")
    work.breaks(table, f"statements that name {column} fail (42703)")
    for index in table.indexes.values():
        if column in index.depends_on:
            work.lock(index, _AX, f"It is about {column}, and goes with it.", sources.ALTER_TABLE)
    for constraint in table.constraints_on(column):
        constraints.lock_what_goes(work, table, constraint)
    for generated in generated_from(table, column):
        lock_what_goes(work, table, generated.name)
    for sequence in work.catalog.sequences_of(table, column):
        work.lock(sequence, _AX, f"It belongs to {column}, and goes with it.", sources.ALTER_TABLE)
    for use in dependents.on_column(work.catalog, table, column):
        work.lock(use.table, _AX, f"It names {column} of {table.name}, and goes with it.", sources.DEPENDENCIES)
    for view in work.catalog.views_on(table, column):
        lock_dropped_view(work, view)


def _require_droppable(at: Alteration, table: Table, action: actions.DropColumn) -> None:
    if action.only and table.partitioned and at.catalog.children(table):
        raise Refused("42P16", "cannot drop column from only the partitioned table when partitions exist")
    if action.column in table.partition_key:
        raise Refused("42P16", f'cannot drop column "{action.column}" because it is part of the partition key')
    inherited = any(action.column in parent.columns for parent in _parents(at, table))
    if inherited and table.name == at.table.name:
        raise Refused("42P16", f'cannot drop inherited column "{action.column}"')
    by_generated = at.work.postgres >= _GENERATED_KEEP_SINCE
    obstacles = column_obstacles(at.catalog, table, action.column, by_generated=by_generated)
    if not action.cascade and (obstacle := next(obstacles, None)):
        message = f"cannot drop column {action.column} of table {table.name} because other objects depend on it"
        raise Refused("2BP01", f"{message}: {obstacle}")


_GENERATED_KEEP_SINCE = 15


def _parents(at: Alteration, table: Table) -> list[Table]:
    return [found for name in table.inherits if (found := at.catalog.table(name))]


def lock_dropped_view(work: Work, view: Table) -> None:
    """Enter that a view goes, with its indexes and the views that read it."""
    work.lock(view, _AX, "It depends on what is dropped, and goes with it.", sources.DEPENDENCIES)
    work.lock_indexes(view, _AX)
    work.lose(view, f"the {view.kind} {view.name}")
    for other in work.catalog.views_on(view):
        lock_dropped_view(work, other)


def set_not_null(at: Alteration, table: Table, action: actions.SetNotNull) -> None:
    """Enter SET NOT NULL."""
    require(table, action.column)
    known = table.columns.get(action.column)
    message = "constraint must be added to child tables too"
    if table.partitioned and not (known and known.not_null):
        require_with_children(at, table, message, only=action.only)
    check_not_null(at, table, action.column)


def check_not_null(at: Alteration, table: Table, column: str) -> None:
    """Enter the scan that SET NOT NULL makes, unless a constraint shows that there is nothing to find."""
    known = table.columns.get(column)
    if (known and known.not_null) or at.catalog.proves_not_null(table.name, column):
        return
    certain = known is not None and table.complete
    if not certain and not at.catalog.created_since(at.work.original, table.name):
        at.work.doubt(f"whether a validated constraint of {table.name} proves {column} to be NOT NULL is not known")
    at.work.scan(table, f"Every row is read to find a NULL in {column}.", scanned=True if certain else "unknown")
    if table.rows != "none":
        at.work.may_fail("23502", f"a row of {table.name} is NULL in {column}")


def drop_not_null(at: Alteration, table: Table, action: actions.DropNotNull) -> None:
    """Enter DROP NOT NULL, which keys and identities refuse."""
    column = action.column
    require(table, column)
    known = table.columns.get(column)
    if known and known.identity:
        raise Refused("42601", f'column "{column}" of relation "{table.name}" is an identity column')
    if table.primary_key and column in table.primary_key.columns:
        raise Refused("42P16", f'column "{column}" is in a primary key')
    inherits = table.partition or at.work.postgres >= NOT_NULL_HAS_A_NAME_SINCE
    if inherits and any(parent.requires(column) for parent in _parents(at, table)) and table.name == at.table.name:
        raise Refused("42P16", f'column "{column}" is marked NOT NULL in parent table')
    at.work.breaks(table, f"code that reads {column} may meet NULL")


def set_default(at: Alteration, table: Table, action: actions.SetDefault) -> None:
    """Enter SET or DROP DEFAULT, which touches no row."""
    column = action.column
    require(table, column)
    known = table.columns.get(column)
    if known and known.identity:
        raise Refused("42601", f'column "{column}" of relation "{table.name}" is an identity column')
    if known and known.generated:
        raise Refused("42601", f'column "{column}" of relation "{table.name}" is a generated column')
    if known:
        require_default(at.work, table, known, action.default)
