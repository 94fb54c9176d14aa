"""Statements that have no action of their own, but change what a catalog holds: types, domains, statistics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, Literal

from pglast import ast, enums

from database_patterns.actions import Constraint, CreateDomain, CreateTable, Name
from database_patterns.reading.definitions import (
    column_definition,
    constraint,
    dotted,
    expression,
    owner_of_sequence,
    relation_name,
    strings,
    type_name,
)
from database_patterns.reading.translate import translate

from . import names, registry, routines
from .draft import Draft
from .layers import Layers, extended
from .new_tables import choose_statistics, create_table
from .objects import owning_column
from .schema import Rule, Sequence, Table

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any


def follow(draft: Draft, tree: object) -> None:
    """Follow a statement that is known by its parse tree only."""
    (_FOLLOWED.get(type(tree)) or registry.make)(draft, tree)


def _composite_type(draft: Draft, tree: Node) -> None:
    """A composite type is a relation too: it has columns, and its name is taken for tables."""
    name = draft.catalog.resolve(relation_name(tree.typevar))
    if not draft.catalog.exists(name):
        columns = {each.colname: column_definition(each) for each in tree.coldeflist or ()}
        draft.put(Table(name, kind="type", columns=columns))
        draft.set(types=draft.catalog.types.including(name, None))


def _alter_table(draft: Draft, tree: Node) -> None:
    """ALTER TYPE of a composite type, and with CASCADE the tables OF it."""
    found = draft.catalog.table(relation_name(tree.relation)) if tree.objtype == enums.ObjectType.OBJECT_TYPE else None
    if found is None or found.kind != "type":
        return
    changed = {found.name: found, **{each.name: each for each in draft.catalog.typed_tables(found.name)}}
    for command in tree.cmds:
        changed = {name: _with_attribute(each, command) for name, each in changed.items()}
    for each in changed.values():
        draft.put(each)


def _with_attribute(table: Table, command: Node) -> Table:
    name = command.def_.colname if command.subtype == enums.AlterTableType.AT_AddColumn else command.name
    kept = {key: each for key, each in table.columns.items() if key != name}
    if command.subtype == enums.AlterTableType.AT_DropColumn:
        return replace(table, columns=kept)
    if command.subtype == enums.AlterTableType.AT_AlterColumnType and name in table.columns:
        changed = replace(table.columns[name], type=type_name(command.def_.typeName))
        return replace(table, columns={**table.columns, name: changed})
    return replace(table, columns={**table.columns, name: column_definition(command.def_)})


def _range_type(draft: Draft, tree: Node) -> None:
    """CREATE TYPE AS RANGE makes a multirange, too; its name is that of the range with "multi", unless it is given."""
    name = dotted(tree.typeName)
    given = next((each.arg for each in tree.params or () if each.defname == "multirange_type_name"), None)
    multiple = name.name.replace("range", "multirange", 1) if "range" in name.name else f"{name.name}_multirange"
    multirange = dotted(given.names) if given else Name(multiple, name.schema)
    resolve = draft.catalog.resolve
    draft.set(multiranges=draft.catalog.multiranges.including(resolve(name), resolve(multirange)))
    _enter_type(draft, name)
    _enter_type(draft, multirange)


def _definition(draft: Draft, tree: Node) -> None:
    """CREATE TYPE with its functions, without which it cannot be used yet; operators and the like by their names."""
    if tree.kind == enums.ObjectType.OBJECT_TYPE and tree.definition:
        _enter_type(draft, dotted(tree.defnames))
    registry.make(draft, tree)


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
        kept = (each for key, each in domain_constraints(domain).items() if key != tree.name)
        return replace(domain, constraints=tuple(kept))
    return domain


def domain_constraints(domain: CreateDomain) -> dict[str, Constraint]:
    """The constraints of a domain by their names, those that PostgreSQL chooses too."""
    found: dict[str, Constraint] = {}
    for each in domain.constraints:
        chosen = each.name or names.choose(domain.name.name, None, "check", found.__contains__)
        found[chosen] = each
    return found


def _rename_domain_constraint(draft: Draft, tree: Node) -> None:
    known = draft.catalog.domain(dotted(tree.object))
    if known is None:
        return
    named = domain_constraints(known).items()
    changed = (replace(each, name=tree.newname if name == tree.subname else name) for name, each in named)
    key = next(name for name, each in draft.catalog.types.items() if each is known)
    draft.set(types=draft.catalog.types.including(key, replace(known, constraints=tuple(changed))))


def _statistics(draft: Draft, tree: Node) -> None:
    for relation in tree.relations:
        table = draft.table(relation_name(relation))
        if table is None:
            continue
        columns = names.addition(each.name or "expr" for each in tree.exprs)
        named = strings(tree.defnames)[-1:] if tree.defnames else ()
        name = named[0] if named else choose_statistics(draft, table, columns)
        draft.put(replace(table, statistics={**table.statistics, name: columns}))


def _rename_statistics(draft: Draft, tree: Node) -> None:
    old = dotted(tree.object).name
    for table in [each for each in draft.catalog.relations.values() if isinstance(each, Table)]:
        if old in table.statistics:
            renamed = {tree.newname if key == old else key: each for key, each in table.statistics.items()}
            draft.put(replace(table, statistics=renamed))


def _rule(draft: Draft, tree: Node) -> None:
    table = draft.table(relation_name(tree.relation))
    if table is None or (tree.rulename in table.rules and not tree.replace):
        return
    event = _EVENTS[tree.event]
    rule = Rule(tree.rulename, event, bool(tree.instead), tree.whereClause, tree.actions or ())
    draft.put(replace(table, rules=extended(table.rules, rule.name, rule)))


_EVENTS: Final[dict[enums.CmdType, Literal["select", "insert", "update", "delete"]]] = {
    enums.CmdType.CMD_SELECT: "select",
    enums.CmdType.CMD_INSERT: "insert",
    enums.CmdType.CMD_UPDATE: "update",
    enums.CmdType.CMD_DELETE: "delete",
}


def _alter_sequence(draft: Draft, tree: Node) -> None:
    sequence = draft.catalog.relation(relation_name(tree.sequence))
    if isinstance(sequence, Sequence) and any(each.defname == "owned_by" for each in tree.options or ()):
        draft.put(replace(sequence, owner=owning_column(draft, owner_of_sequence(tree.options))))


def _schema_elements(draft: Draft, tree: Node) -> None:
    """What CREATE SCHEMA creates within the schema is not followed."""
    if tree.schemaElts:
        draft.set(complete=False)


def _drop(draft: Draft, tree: Node) -> None:
    if registry.kind_of(tree.removeType) in registry.KINDS:
        registry.drop(draft, tree)
    elif registry.kind_of(tree.removeType) in routines.KINDS:
        routines.drop(draft, tree)


def _rename(draft: Draft, tree: Node) -> None:
    if tree.renameType == enums.ObjectType.OBJECT_DOMCONSTRAINT:
        _rename_domain_constraint(draft, tree)
    elif tree.renameType == enums.ObjectType.OBJECT_STATISTIC_EXT:
        _rename_statistics(draft, tree)
    elif registry.kind_of(tree.renameType) in registry.KINDS:
        registry.rename(draft, tree)
    elif registry.kind_of(tree.renameType) in routines.KINDS:
        routines.rename(draft, tree.object, tree.newname)


def _set_schema(draft: Draft, tree: Node) -> None:
    if registry.kind_of(tree.objectType) in routines.KINDS:
        routines.set_schema(draft, tree.object, tree.newschema)


def _discard(draft: Draft, tree: Node) -> None:
    if tree.target == enums.DiscardMode.DISCARD_ALL:
        draft.set(settings=Layers())


_FOLLOWED: Final[dict[type, Callable[[Draft, Node], None]]] = {
    ast.AlterTableStmt: _alter_table,
    ast.CompositeTypeStmt: _composite_type,
    ast.CreateRangeStmt: _range_type,
    ast.DefineStmt: _definition,
    ast.CreateForeignTableStmt: _foreign_table,
    ast.AlterDomainStmt: _alter_domain,
    ast.CreateStatsStmt: _statistics,
    ast.AlterSeqStmt: _alter_sequence,
    ast.RuleStmt: _rule,
    ast.DropStmt: _drop,
    ast.RenameStmt: _rename,
    ast.AlterObjectSchemaStmt: _set_schema,
    ast.AlterFunctionStmt: routines.alter,
    ast.DiscardStmt: _discard,
    ast.CreateSchemaStmt: _schema_elements,
}
FOLLOWED: Final = frozenset({*_FOLLOWED, *registry.MAKING})


def drop_statistics(draft: Draft, name: Name) -> None:
    """DROP STATISTICS, which names no table."""
    for table in [each for each in draft.catalog.relations.values() if isinstance(each, Table)]:
        if name.name in table.statistics:
            kept = {key: each for key, each in table.statistics.items() if key != name.name}
            draft.put(replace(table, statistics=kept))
