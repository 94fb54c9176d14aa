"""Texts that are longer than the column that they are written to allows."""

from __future__ import annotations

from typing import Any, Final

from pglast import ast

from database_patterns.actions import TypeName
from database_patterns.catalog import Table

from . import types
from .volatility import analyse
from .work import Refused, Work

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any

_LIMITED: Final = frozenset({"varchar", "bpchar"})
_TOO_LONG: Final = "22001"


def require(work: Work, table: Table, column: str, value: Node) -> None:
    """Enter that ``value`` may be too long for a column of ``table``; raises Refused where it certainly is.

    Blanks at the end are cut off silently. An explicit cast cuts off anything, but an assignment does not.
    """
    known = table.columns.get(column)
    target = types.base_of(work.catalog, known.type) if known else None
    limit = _limit(target)
    if target is None or limit is None or type(value) is ast.SetToDefault:
        return
    message = f"a value is longer than {target.sql} allows"
    if type(value) is ast.A_Const:
        if isinstance(value.val, ast.String) and len(str(value.val.sval).rstrip(" ")) > limit:
            raise Refused(_TOO_LONG, message)
        return
    _, found = analyse(value, work.scope(table))
    own = _limit(types.base_of(work.catalog, found)) if found else None
    if own is None or own > limit:
        work.may_fail(_TOO_LONG, message)


def _limit(of: TypeName | None) -> int | None:
    """How many characters a value of the type has at most."""
    limited = of is not None and of.name.name in _LIMITED and not of.dimensions
    limit = of.modifiers[0] if of and limited and of.modifiers else None
    return limit if isinstance(limit, int) else None
