"""Functions, procedures and aggregates: made twice, called by triggers, dropped with what depends on them."""

from __future__ import annotations

from database_patterns.actions import Name

from . import builtins
from .work import Refused, Work


def require_trigger_function(work: Work, name: Name) -> None:
    """Raise Refused where there is certainly no function without arguments that a trigger could call."""
    known = [each for each in work.catalog.functions.get(name.name, ()) if not each.argument_types]
    ours = builtins.routines("functions", name.name, work.postgres)
    if work.catalog.complete and not work.catalog.extensions and not known and not ours:
        raise Refused("42883", f"function {name}() does not exist")
