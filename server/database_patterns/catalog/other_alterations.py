"""The subcommands of ALTER TABLE that no action of their own stands for, as a catalog sees them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from database_patterns import actions
from database_patterns.actions import Name

from . import partitions
from .definitions import enter_column
from .draft import Draft
from .layers import extended
from .schema import Table


def family(draft: Draft, name: Name, *, only: bool = False) -> tuple[Table, ...]:
    """The table of that name and, unless ``only``, all below it; nothing where it is not known."""
    table = draft.table(name)
    if table is None:
        return ()
    return (table,) if only else draft.catalog.family(table)


def change_column(draft: Draft, name: Name, column: str, *, only: bool, **changes: Any) -> None:  # noqa: ANN401
    """Change properties of a column, in the tables below too unless ``only``."""
    for table in family(draft, name, only=only):
        known = table.columns.get(column)
        if known is None and not table.columns_complete:
            known = actions.Column(column, actions.TypeName(Name("unknown")))
        if known is not None:
            draft.put(replace(table, columns=extended(table.columns, column, replace(known, **changes))))


def _add_identity(draft: Draft, table: Table, action: actions.OtherAlteration) -> None:
    column = table.columns.get(action.name or "")
    if column is not None and not column.identity:
        enter_column(draft, table.name, replace(column, identity=action.identity, sequence=action.relation))


def alter(draft: Draft, action: actions.OtherAlteration) -> None:
    """Follow a subcommand of ALTER TABLE or ALTER INDEX that no action of its own stands for."""
    if action.relation_kind == "index":
        partitions.attach_index(draft, action) if action.kind == "AttachPartition" else None
        return
    table = draft.table(action.table)
    follow = _OTHER_ALTERATIONS.get(action.kind)
    if table is not None and follow is not None:
        follow(draft, table, action)


def _inherit(draft: Draft, table: Table, action: actions.OtherAlteration) -> None:
    parent = draft.catalog.resolve(action.relation or table.name)
    if parent in {each.name for each in draft.catalog.family(table)}:
        return
    kept = tuple(each for each in table.inherits if each != parent)
    draft.put(replace(table, inherits=(*kept, parent) if action.kind == "AddInherit" else kept))


def _set_identity(draft: Draft, _table: Table, action: actions.OtherAlteration) -> None:
    if action.identity:
        change_column(draft, action.table, action.name or "", only=True, identity=action.identity)


def _drop_identity(draft: Draft, table: Table, action: actions.OtherAlteration) -> None:
    change_column(draft, action.table, action.name or "", only=False, identity=None)
    for sequence in list(draft.catalog.sequences_of(table, action.name)):
        draft.remove(sequence.name)


def _drop_expression(draft: Draft, _table: Table, action: actions.OtherAlteration) -> None:
    change_column(draft, action.table, action.name or "", only=False, generated=None, default=None)


def _become_typed(draft: Draft, table: Table, action: actions.OtherAlteration) -> None:
    of_type = draft.catalog.resolve(action.relation) if action.relation else None
    draft.put(replace(table, of_type=of_type))


def _set_persistence(draft: Draft, table: Table, action: actions.OtherAlteration) -> None:
    draft.put(replace(table, persistence="permanent" if action.kind == "SetLogged" else "unlogged"))


def _set_access_method(draft: Draft, table: Table, action: actions.OtherAlteration) -> None:
    draft.put(replace(table, access_method=action.name or draft.catalog.default_access_method))


_OTHER_ALTERATIONS: Final[dict[str, Callable[[Draft, Table, actions.OtherAlteration], None]]] = {
    "AddInherit": _inherit,
    "DropInherit": _inherit,
    "AddIdentity": _add_identity,
    "SetIdentity": _set_identity,
    "DropIdentity": _drop_identity,
    "DropExpression": _drop_expression,
    "AddOf": _become_typed,
    "DropOf": _become_typed,
    "SetLogged": _set_persistence,
    "SetUnLogged": _set_persistence,
    "SetAccessMethod": _set_access_method,
}
