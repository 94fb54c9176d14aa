"""Functions, procedures and aggregates: made twice, called by triggers, dropped with what depends on them."""

from __future__ import annotations

from typing import Any

from database_patterns import actions
from database_patterns.actions import CreateFunction, Name
from database_patterns.catalog import dependents, routines
from database_patterns.catalog.scopes import Source
from database_patterns.locks import LockMode
from database_patterns.reading.definitions import dotted

from . import bodies, builtins, queries, references, relations, types, uses
from .work import Refused, Work

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any

_AX = LockMode.AccessExclusiveLock


def create(work: Work, action: actions.CreateFunction) -> None:
    """Enter CREATE FUNCTION, PROCEDURE or AGGREGATE; of a body in SQL all relations are looked at."""
    relations.require_schema(work, action.name)
    if action.atomic is not None:
        _look_at_body(work, action)
    _require_replaceable(work, action)
    unchecked = _is_off(work.catalog.setting("check_function_bodies") or "on")
    if action.atomic is None and action.language.lower() == "sql" and not unchecked:
        _look_at_body(work, action)


def _is_off(setting: str) -> bool:
    """Whether PostgreSQL takes a setting for false: by 0, or by the beginning of one of three words."""
    return setting == "0" or any(word.startswith(setting.lower()) for word in ("off", "false", "no"))


def _look_at_body(work: Work, action: actions.CreateFunction) -> None:
    """Enter that PostgreSQL analyses a body in SQL; of one with arguments of any type it only looks at the grammar."""
    body = bodies.of_function(action)
    if body is None or any(each.name.name.startswith("any") for each in action.argument_types):
        return
    tree: Node = work.statement.tree
    arguments = {each.name: None for each in tree.parameters or () if each.name}
    for statement in body.statements:
        if type(statement) in queries.QUERIES:
            references.require_names_of(work, statement, Source(action.name.name, arguments, complete=True))
            queries.lock_named(work, statement, "The body of a function names it.")


def _require_replaceable(work: Work, action: actions.CreateFunction) -> None:
    there = next(routines.overloads(work.catalog, action), None)
    if there is None or work.statement.confidence != "exact":
        return
    if not action.replace:
        raise Refused("42723", f'function "{action.name}" already exists with same argument types')
    if there.kind != action.kind:
        raise Refused("42809", "cannot change routine kind")
    if there.returns and action.returns and there.returns != action.returns:
        raise Refused("42P13", "cannot change return type of existing function")


def require_trigger_function(work: Work, name: Name) -> None:
    """Raise Refused where there is certainly no function without arguments that a trigger could call."""
    known = [each for each in work.catalog.functions.get(name.name, ()) if not each.argument_types]
    if not known and _are_all_known(work, name):
        raise Refused("42883", f"function {name}() does not exist")


def _are_all_known(work: Work, name: Name) -> bool:
    """Whether a routine that is not known cannot exist: neither PostgreSQL nor an extension has brought it."""
    ours = builtins.brings_routine(name.name, work.catalog.extensions, work.postgres)
    return types.are_all_known(work.catalog) and not ours


def called(work: Work, name: Name, number: int) -> list[CreateFunction]:
    """The procedures that CALL may mean; raises Refused where there is certainly none."""
    named = references.routines_named(work, name)
    found = [each for each in named if each.kind == "procedure" and number <= len(each.argument_types)]
    if not named and _are_all_known(work, name):
        raise Refused("42883", f"procedure {name} does not exist")
    return found


def require(work: Work, written: Node, kind: str = "routine") -> list[CreateFunction]:
    """The routines that are meant; raises Refused where there is certainly none, or one of another kind."""
    name = dotted(written.objname)
    found = routines.found(work.catalog, written)
    if not found and _are_all_known(work, name):
        raise Refused("42883", f"{kind} {name} does not exist")
    if len(found) > 1 and written.args_unspecified:
        raise Refused("42725", f'{kind} name "{name}" is not unique')
    for each in found:
        if kind not in {"routine", each.kind}:
            raise Refused("42809", f"{name} is not a {kind}")
    return found


def drop(work: Work, action: actions.Drop) -> None:
    """Enter DROP FUNCTION and its like, by CASCADE with all that calls it."""
    tree: Node = work.statement.tree
    for written in tree.objects:
        try:
            found = require(work, written, action.kind)
        except Refused as refused:
            if action.if_exists and refused.error.sqlstate == "42883":
                continue
            raise
        for each in found:
            _drop(work, each, cascade=action.cascade)
        if not work.catalog.complete or not found:
            _doubt_users(work, dotted(written.objname), cascade=action.cascade)


def _doubt_users(work: Work, name: Name, *, cascade: bool) -> None:
    if cascade:
        work.doubt(f"what else calls {name}, and goes with it, is not known")
    else:
        work.may_fail("2BP01", f"a default, check, index, trigger, policy or view that is not known calls {name}")


def _drop(work: Work, function: CreateFunction, *, cascade: bool) -> None:
    use = next(dependents.of_function(work.catalog, function), None)
    if use is not None and not cascade:
        message = f"cannot drop {function.kind} {function.name} because other objects depend on it"
        raise Refused("2BP01", f"{message}: {use}")
    lock_users(work, function)


def lock_users(work: Work, function: CreateFunction) -> None:
    """Enter that what calls a routine goes with it."""
    for use in dependents.of_function(work.catalog, function):
        uses.lock(work, use, f"It depends on the {function.kind} {function.name}, which is dropped.")


def alter(work: Work, tree: Node) -> None:
    """Enter ALTER FUNCTION, which touches no table."""
    require(work, tree.func)
