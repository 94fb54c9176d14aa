"""Statements that have no action of their own, but change what a catalog holds: types, domains, statistics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from pglast import ast, enums

from database_patterns.actions import CreateDomain, CreateTable, Name
from database_patterns.reading.definitions import (
    constraint,
    dotted,
    expression,
    owner_of_sequence,
    relation_name,
    strings,
)
from database_patterns.reading.translate import translate

from . import names
from .draft import Draft
from .layers import Layers
from .new_tables import create_table
from .objects import owning_column
from .schema import Sequence, Table

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any


def follow(draft: Draft, tree: object) -> None:
    """Follow a statement that is known by its parse tree only."""
    _FOLLOWED[type(tree)](draft, tree)


def _composite_type(draft: Draft, tree: Node) -> None:
    _enter_type(draft, relation_name(tree.typevar))


def _range_type(draft: Draft, tree: Node) -> None:
    _enter_type(draft, dotted(tree.typeName))


def _definition(draft: Draft, tree: Node) -> None:
    """CREATE TYPE with its functions, without which it cannot be used yet; aggregates and operators are not kept."""
    if tree.kind == enums.ObjectType.OBJECT_TYPE and tree.definition:
        _enter_type(draft, dotted(tree.defnames))


def _foreign_table(draft: Draft, tree: Node) -> None:
    """CREATE FOREIGN TABLE, which is CREATE TABLE for rows that are elsewhere."""
    (action,) = translate(tree.base, "CREATE FOREIGN TABLE")
    if isinstance(action, CreateTable) and not draft.catalog.exists(action.table):
        create_table(draft, action)
        made = draft.catalog.table(action.table)
        if made is not None:
            draft.put(replace(made, kind="foreign table", access_method=None, rows="unknown"))


def _enter_type(draft: Draft, name: Name) -> None:
    draft.set(types=draft.catalog.types.including(draft.catalog.resolve(name), None))


def _alter_domain(draft: Draft, tree: Node) -> None:
    known = draft.catalog.domain(dotted(tree.typeName))
    if known is not None:
        changed = _changed_domain(known, tree)
        name = next(key for key, each in draft.catalog.types.items() if each is known)
        draft.set(types=draft.catalog.types.including(name, changed))


def _changed_domain(domain: CreateDomain, tree: Node) -> CreateDomain:
    if tree.subtype == "O":
        return replace(domain, not_null=True)
    if tree.subtype == "N":
        return replace(domain, not_null=False)
    if tree.subtype == "T":
        return replace(domain, default=expression(tree.def_))
    if tree.subtype == "C":
        return replace(domain, constraints=(*domain.constraints, constraint(tree.def_)))
    if tree.subtype == "X":
        kept = tuple(each for each in domain.constraints if (each.name or _only_check(domain)) != tree.name)
        return replace(domain, constraints=kept)
    return domain


def _only_check(domain: CreateDomain) -> str:
    """The name that PostgreSQL gives to a domain's constraint that has none."""
    return names.join(domain.name.name, None, "check")


def _statistics(draft: Draft, tree: Node) -> None:
    for relation in tree.relations:
        table = draft.table(relation_name(relation))
        if table is None:
            continue
        columns = names.addition(each.name or "expr" for each in tree.exprs)
        named = strings(tree.defnames)[-1:] if tree.defnames else ()
        name = named[0] if named else names.join(table.name.name, columns, "stat")
        draft.put(replace(table, statistics=table.statistics | {name}))


def _alter_sequence(draft: Draft, tree: Node) -> None:
    sequence = draft.catalog.relation(relation_name(tree.sequence))
    if isinstance(sequence, Sequence) and any(each.defname == "owned_by" for each in tree.options or ()):
        draft.put(replace(sequence, owner=owning_column(draft, owner_of_sequence(tree.options))))


def _schema_elements(draft: Draft, tree: Node) -> None:
    """What CREATE SCHEMA creates within the schema is not followed."""
    if tree.schemaElts:
        draft.set(complete=False)


def _discard(draft: Draft, tree: Node) -> None:
    if tree.target == enums.DiscardMode.DISCARD_ALL:
        draft.set(settings=Layers())


_FOLLOWED: Final[dict[type, Callable[[Draft, Node], None]]] = {
    ast.CompositeTypeStmt: _composite_type,
    ast.CreateRangeStmt: _range_type,
    ast.DefineStmt: _definition,
    ast.CreateForeignTableStmt: _foreign_table,
    ast.AlterDomainStmt: _alter_domain,
    ast.CreateStatsStmt: _statistics,
    ast.AlterSeqStmt: _alter_sequence,
    ast.DiscardStmt: _discard,
    ast.CreateSchemaStmt: _schema_elements,
}
FOLLOWED: Final = frozenset(_FOLLOWED)


def drop_statistics(draft: Draft, name: Name) -> None:
    """DROP STATISTICS, which names no table."""
    for table in [each for each in draft.catalog.relations.values() if isinstance(each, Table)]:
        if name.name in table.statistics:
            draft.put(replace(table, statistics=table.statistics - {name.name}))
