"""Views, sequences, functions, triggers, policies and settings as a catalog sees them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pglast import ast

from database_patterns import actions
from database_patterns.actions import Name
from database_patterns.reading.definitions import walk

from . import TEMPORARY
from .draft import Draft
from .layers import Layers, extended
from .resolving import columns_read, output_columns
from .schema import Sequence, Table


def create_sequence(draft: Draft, action: actions.CreateSequence) -> None:
    """Enter a sequence, with the column that owns it."""
    name = draft.catalog.resolve(Name(action.name.name, TEMPORARY) if action.temporary else action.name)
    if not draft.catalog.exists(name):
        draft.put(Sequence(name, owner=owning_column(draft, action.owned_by), oid=draft.new_oid()))


def owning_column(draft: Draft, owner: tuple[Name, str] | None) -> tuple[Name, str] | None:
    """The column of OWNED BY, under the full name of its table."""
    return (draft.catalog.resolve(owner[0]), owner[1]) if owner else None


def create_view(draft: Draft, action: actions.CreateView) -> None:
    """Enter a view with what it reads; one over a temporary table is temporary itself."""
    read = [table for each in action.query.reads if (table := draft.table(each))]
    temporary = not action.materialized and any(each.name.schema == TEMPORARY for each in read)
    name = draft.catalog.resolve(Name(action.name.name, TEMPORARY) if temporary or action.temporary else action.name)
    existing = draft.catalog.table(name)
    if existing is not None and not action.replace:
        return
    columns = output_columns(draft.catalog, action.query.tree, action.columns)
    draft.put(
        Table(
            name,
            kind="materialized view" if action.materialized else "view",
            columns=columns or {},
            query=action.query,
            reads=_columns_read(draft, action.query.tree, read),
            persistence="temporary" if name.schema == TEMPORARY else "permanent",
            oid=existing.oid if existing else draft.new_oid(),
            complete=draft.catalog.complete or not action.if_not_exists,
            columns_complete=columns is not None,
        )
    )


def _columns_read(draft: Draft, query: object, read: Iterable[Table]) -> dict[Name, frozenset[str]]:
    used = columns_read(draft.catalog.table, query)
    return {table.name: frozenset(table.columns if used is None else used.get(table.name, ())) for table in read}


def create_function(draft: Draft, action: actions.CreateFunction) -> None:
    """Enter a function, in place of one of the same name with the same arguments."""
    name = Name(action.name.name, action.name.schema or draft.catalog.search_path[0])
    known = draft.catalog.functions.get(name.name, ())
    others = tuple(each for each in known if (each.name, each.argument_types) != (name, action.argument_types))
    created = replace(action, name=name, replace=False)
    draft.set(functions=draft.catalog.functions.including(name.name, (*others, created)))


def create_trigger(draft: Draft, action: actions.CreateTrigger) -> None:
    """Enter a trigger; one for each row of a partitioned table is on its partitions too."""
    table = draft.table(action.table)
    if table is None:
        return
    for each in draft.catalog.family(table) if table.partitioned and action.for_each_row else (table,):
        draft.put(replace(each, triggers=extended(each.triggers, action.name, action)))


def create_policy(draft: Draft, action: actions.CreatePolicy) -> None:
    """Enter a policy."""
    table = draft.table(action.table)
    if table is not None:
        draft.put(replace(table, policies=extended(table.policies, action.name, action)))


def create_schema(draft: Draft, action: actions.CreateSchema) -> None:
    """Enter a schema."""
    draft.set(schemas=draft.catalog.schemas | {action.name})


def create_extension(draft: Draft, action: actions.CreateExtension) -> None:
    """Enter an extension; one that is there stays where it is."""
    if action.name not in draft.catalog.extensions:
        schema = draft.catalog.place_of(Name("", action.schema)).schema or ""
        draft.set(extensions=draft.catalog.extensions.including(action.name, schema))


def set_parameter(draft: Draft, action: actions.SetParameter) -> None:
    """Enter what SET or RESET says."""
    if action.name == "all":
        draft.set(settings=Layers())
        return
    draft.set(settings=draft.catalog.settings.including(action.name.lower(), (action.value, action.local)))


def select(draft: Draft, action: actions.Select) -> None:
    """Enter what ``set_config`` sets, which is SET as a function."""
    calls = (node for node in walk(action.query.tree) if isinstance(node, ast.FuncCall))
    for call in (each for each in calls if each.funcname and each.funcname[-1].sval == "set_config"):
        name, value, local = (getattr(each, "val", None) for each in call.args or (None, None, None))
        if isinstance(name, ast.String) and isinstance(value, ast.String) and isinstance(local, ast.Boolean):
            set_parameter(draft, actions.SetParameter(str(name.sval), value.sval, local=bool(local.boolval)))
