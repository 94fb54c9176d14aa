"""SET and RESET: the parameter and its value, as text."""

from __future__ import annotations

import re
from typing import Final

from pglast import enums

from database_patterns import actions
from database_patterns.actions import Action

from .definitions import Node


def set_parameter(node: Node) -> tuple[Action, ...]:
    """SET or RESET; what it sets is None where that is no constant."""
    kinds = enums.VariableSetKind
    if node.kind == kinds.VAR_SET_MULTI:
        return ()
    constants = [_constant(getattr(argument, "val", None)) for argument in node.args or ()]
    written = [each for each in constants if each is not None]
    if node.name == "search_path":  # a list of names, which are quoted where they need it
        written = [each if _PLAIN_NAME.fullmatch(each) else '"' + each.replace('"', '""') + '"' for each in written]
    value = ", ".join(written) if written and len(written) == len(constants) else None
    return (actions.SetParameter(node.name or "all", value, bool(node.is_local)),)


_PLAIN_NAME: Final = re.compile(r"[a-z_][a-z0-9_$]*|\$user")


def _constant(value: Node) -> str | None:
    for attribute in ("sval", "ival", "fval", "boolval"):
        if hasattr(value, attribute):
            return str(getattr(value, attribute))
    return None
