"""ALTER COLUMN but for types, defaults and NOT NULL: identity, expression, storage, statistics and options."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from database_patterns import actions
from database_patterns.actions import Column, CreateEnum, TypeName
from database_patterns.catalog import Table
from database_patterns.locks import LockMode

from . import builtins, columns, sources, types
from .alteration import Alteration
from .work import Refused, Work

_AX: Final = LockMode.AccessExclusiveLock
_SRX: Final = LockMode.ShareRowExclusiveLock
_INTEGERS: Final = frozenset({"int2", "int4", "int8"})
IDENTITY_OF_ALL_PARTITIONS_SINCE: Final = 17
_TOASTED: Final = frozenset(
    {"bit", "bpchar", "bytea", "cidr", "inet", "json", "jsonb", "jsonpath", "numeric", "path", "pg_snapshot", "polygon",
     "refcursor", "text", "tsvector", "txid_snapshot", "varbit", "varchar", "xml"}
)  # fmt: skip
"""PostgreSQL's own types, beside arrays and ranges, whose values may be compressed or stored out of line."""


def alter(at: Alteration, table: Table, action: actions.OtherAlteration) -> None:
    """Enter what the subcommand does to one table of the family, or to an index."""
    if action.number is not None:
        _require_expression_key(at, action)
        return
    if table.name == at.table.name:
        _require(at, table, action)
    column = table.columns.get(action.name or "")
    effect = _EFFECTS.get(action.kind)
    if effect is not None:
        effect(at, table, column, action)


def _require(at: Alteration, table: Table, action: actions.OtherAlteration) -> None:
    if action.kind == "DropIdentity":  # the one that looks at the table before the column
        _require_whole_family(at, table, action)
    columns.require(table, action.name or "")
    column = table.columns.get(action.name or "")
    if column is not None:
        _REQUIRED[action.kind](at, table, column, action)


def _require_expression_key(at: Alteration, action: actions.OtherAlteration) -> None:
    index = at.catalog.index(action.table)
    if index is None or action.number is None:
        return
    keys = len(index.elements)
    if action.number > keys + len(index.include):
        raise Refused("42703", f'column number {action.number} of relation "{index.name}" does not exist')
    if action.number > keys or index.elements[action.number - 1].column is not None:
        raise Refused("0A000", f'cannot alter statistics on non-expression column of index "{index.name}"')


def _require_whole_family(at: Alteration, table: Table, action: actions.OtherAlteration) -> None:
    """Raise Refused where an identity would be one of a single partition; since 17 it is that of all."""
    if at.work.postgres < IDENTITY_OF_ALL_PARTITIONS_SINCE:
        return
    if table.partition:
        raise Refused("42P16", f"cannot change the identity of a column of a partition ({table.name})")
    if table.partitioned and action.only:
        raise Refused("42P16", "cannot change the identity of a column of only the partitioned table")


def _add_identity(at: Alteration, table: Table, column: Column, action: actions.OtherAlteration) -> None:
    require_integer(at.work, column)
    _require_whole_family(at, table, action)
    unready = {
        "must be declared NOT NULL before identity can be added": not column.not_null and table.columns_complete,
        "is already an identity column": column.identity is not None,
        "already has a default value": column.default is not None,
    }
    _refuse_unready(table, column, unready)


def require_integer(work: Work, column: Column) -> None:
    """Raise Refused where a column of another type would get an identity."""
    base = types.base_of(work.catalog, column.type)
    known = base.name.name != types.UNKNOWN
    if known and (base.dimensions or base.name.name not in _INTEGERS):
        raise Refused("22023", "identity column type must be smallint, integer, or bigint")


def _refuse_unready(table: Table, column: Column, unready: dict[str, bool]) -> None:
    for problem, found in unready.items():
        if found:
            raise Refused("55000", f'column "{column.name}" of relation "{table.name}" {problem}')


def _has_identity(at: Alteration, table: Table, column: Column, action: actions.OtherAlteration) -> None:
    _require_whole_family(at, table, action)
    absent = column.identity is None and table.complete and not action.if_exists
    _refuse_unready(table, column, {"is not an identity column": absent})


def _is_generated(_at: Alteration, table: Table, column: Column, action: actions.OtherAlteration) -> None:
    absent = column.generated is None and table.complete and not action.if_exists
    _refuse_unready(table, column, {"is not a generated column": absent})


def _drop_expression(at: Alteration, table: Table, column: Column, action: actions.OtherAlteration) -> None:
    _is_generated(at, table, column, action)
    if column.generated == "virtual":
        raise Refused("0A000", "ALTER TABLE / DROP EXPRESSION is not supported for virtual generated columns")


def require_expression_of_all(at: Alteration, action: actions.OtherAlteration) -> None:
    """Raise Refused where DROP EXPRESSION would part a table from its parents or children."""
    table = at.table
    children = at.catalog.children(table)
    below = at.work.postgres < _DROPS_EXPRESSIONS_BELOW_CHILDREN_SINCE and any(map(at.catalog.children, children))
    if children and (action.only or below):
        raise Refused("0A000", "ALTER TABLE / DROP EXPRESSION must be applied to child tables too")
    columns.require(table, action.name or "")
    if any(action.name in parent.columns for name in table.inherits if (parent := at.catalog.table(name))):
        raise Refused("42P16", "cannot drop generation expression from inherited column")


_DROPS_EXPRESSIONS_BELOW_CHILDREN_SINCE: Final = 18


def _storage(at: Alteration, _table: Table, column: Column, action: actions.OtherAlteration) -> None:
    require_storage(at.work, column.type, action.value or "default")


def require_storage(work: Work, of_type: TypeName, storage: str) -> None:
    """Raise Refused where values of a type of fixed length would be stored otherwise than as they are."""
    if storage not in {"plain", "default"} and is_toasted(work, of_type) is False:
        raise Refused("0A000", f"column data type {of_type.sql} can only have storage PLAIN")


def _compression(at: Alteration, _table: Table, column: Column, action: actions.OtherAlteration) -> None:
    require_compression(at.work, column.type, action.value or "default")


def require_compression(work: Work, of_type: TypeName, method: str) -> None:
    """Raise Refused where values of a type of fixed length would be compressed."""
    if method != "default" and is_toasted(work, of_type) is False:
        raise Refused("0A000", f"column data type {of_type.sql} does not support compression")


def require_collatable(work: Work, of_type: TypeName) -> None:
    """Raise Refused where a type whose values are not ordered by a collation is given one."""
    facts = types.own_facts(work.catalog, of_type, work.postgres)
    if facts is not None and not facts.collatable:
        raise Refused("42804", f"collations are not supported by type {of_type.sql}")


def is_toasted(work: Work, of_type: TypeName) -> bool | None:
    """Whether values of a type may be compressed or stored out of line; None where the type is not known."""
    base = types.base_of(work.catalog, of_type)
    if base.dimensions:
        return True
    if base.name.name == types.UNKNOWN:
        return None
    if isinstance(work.catalog.type(base.name), CreateEnum):
        return False
    if work.catalog.is_type(base.name):
        return None
    facts = builtins.type_facts(base.name.name, work.postgres)
    if facts is None or facts.extension is not None:
        return None
    return facts.category == "R" or base.name.name in _TOASTED


def _is_stored(_at: Alteration, table: Table, column: Column, _action: actions.OtherAlteration) -> None:
    columns.require_stored(table, (column.name,), "statistics")


def _nothing_more(_at: Alteration, _table: Table, _column: Column, _action: actions.OtherAlteration) -> None:
    """The column must be there, and that is all."""


_REQUIRED: Final[dict[str, Callable[[Alteration, Table, Column, actions.OtherAlteration], None]]] = {
    "AddIdentity": _add_identity,
    "SetIdentity": _has_identity,
    "DropIdentity": _has_identity,
    "SetExpression": _is_generated,
    "DropExpression": _drop_expression,
    "SetStorage": _storage,
    "SetCompression": _compression,
    "SetStatistics": _is_stored,
    "SetOptions": _nothing_more,
    "ResetOptions": _nothing_more,
}


def _goes_with_identity(at: Alteration, table: Table, column: Column | None, action: actions.OtherAlteration) -> None:
    for sequence in at.catalog.sequences_of(table, action.name) if column is None or column.identity else ():
        at.work.lock(sequence, _AX, "It goes with the identity.", sources.ALTER_TABLE)


def _change_identity(at: Alteration, table: Table, _column: Column | None, action: actions.OtherAlteration) -> None:
    for sequence in at.catalog.sequences_of(table, action.name):
        at.work.lock(sequence, _SRX, "The identity's sequence is altered.", sources.ALTER_TABLE)
        if set(action.options) - {"generated"}:
            at.work.rewrite(sequence, "The sequence's state is written anew.")


def _set_expression(at: Alteration, table: Table, column: Column | None, action: actions.OtherAlteration) -> None:
    if column is None:
        at.work.doubt(f"whether {action.name} of {table.name} is stored or virtual is not known")
        at.work.rewrite(table, "A rewrite, if the column is stored.", rewritten="unknown")
    elif column.generated == "stored":
        at.work.rewrite(table, f"{column.name} is computed anew for every row.")
    elif any(each.kind == "check" for each in table.constraints.values()):
        message = "SET EXPRESSION is not supported for virtual generated columns in tables with check constraints"
        raise Refused("0A000", message)


_EFFECTS: Final[dict[str, Callable[[Alteration, Table, Column | None, actions.OtherAlteration], None]]] = {
    "DropIdentity": _goes_with_identity,
    "SetIdentity": _change_identity,
    "SetExpression": _set_expression,
}
KINDS: Final = frozenset(_REQUIRED)
"""The subcommands that are about one column."""
