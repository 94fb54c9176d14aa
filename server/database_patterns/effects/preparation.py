"""What PostgreSQL checks of all subcommands of an ALTER TABLE before it carries out the first, in the text's order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from database_patterns import actions
from database_patterns.actions import TableAction

from . import column_options, inheritance, other_alterations, type_changes
from .alteration import Alteration
from .work import Refused


def prepare(at: Alteration, action: TableAction) -> None:
    """Raise Refused for what is wrong with a subcommand whatever the others do."""
    if at.table.of_type is not None and isinstance(action, _TYPED_REFUSES):
        raise Refused("42809", f"cannot add, drop or change a column of the typed table {at.table.name}")
    if isinstance(action, actions.AlterColumnType):
        type_changes.prepare(at, action)
    elif isinstance(action, actions.OtherAlteration) and action.kind in _PREPARED:
        _PREPARED[action.kind](at, action)


_TYPED_REFUSES: Final = (actions.AddColumn, actions.DropColumn, actions.AlterColumnType)
_PREPARED: Final[dict[str, Callable[[Alteration, actions.OtherAlteration], None]]] = {
    "DropExpression": column_options.require_expression_of_all,
    "AddInherit": inheritance.require_inheritable,
    "SetLogged": other_alterations.require_persistence,
    "SetUnLogged": other_alterations.require_persistence,
}
