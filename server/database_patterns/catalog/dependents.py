"""What depends on a function or a type by naming it in an expression: what keeps it, or goes with it by CASCADE."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from pglast import ast

from database_patterns.actions import CreateDomain, CreateFunction, Expression, Name
from database_patterns.reading.definitions import dotted, relations_in, type_name, walk

from . import NONE, Catalog
from .draft import Draft
from .expressions import columns_in, sequences_in
from .schema import Index, Kind, Sequence, Table

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any

Mentions = Callable[[object], bool]
"""Whether a parse tree names the object."""
UseKind = Literal["default", "column", "constraint", "index", "trigger", "policy", "rule", "view", "table"]


@dataclass(frozen=True, slots=True)
class Use:
    """What of a table names the object: the default of a column, a generated column, a constraint and so on."""

    table: Table
    kind: UseKind
    name: str

    def __str__(self) -> str:
        if self.kind in {"view", "table"}:
            return f"{self.table.kind} {self.table.name}"
        of = "default value for column" if self.kind == "default" else self.kind
        return f"{of} {self.name} of table {self.table.name}"


def uses(catalog: Catalog, mentions: Mentions) -> Iterator[Use]:
    """Everything of the catalog's tables and views whose expressions name the object."""
    for table in [each for each in catalog.relations.values() if isinstance(each, Table)]:
        for kind, name, trees in expressions(table):
            if mentions(trees):
                yield Use(table, kind, name)


def expressions(table: Table) -> Iterator[tuple[UseKind, str, object]]:
    """The parse trees of all that a table or view evaluates, each with what it is of."""
    if table.query is not None:
        yield "view", table.name.name, table.query.tree
    elif table.partition_by is not None:
        yield "table", table.name.name, _trees(each.expression for each in table.partition_by[1])
    for column in table.columns.values():
        yield "column" if column.generated else "default", column.name, _trees((column.default,))
    for name, constraint in table.constraints.items():
        elements = (each.expression for each in constraint.elements)
        yield "constraint", name, _trees((constraint.expression, constraint.predicate, *elements))
    for name, index in table.indexes.items():
        if index.constraint is None and index.parent is None:
            yield "index", name, (_trees(each.expression for each in index.elements), index.predicate)
    for name, policy in table.policies.items():
        yield "policy", name, _trees(policy.expressions)
    for name, trigger in table.triggers.items():
        yield "trigger", name, _trees((trigger.when,))
    for name, rule in table.rules.items():
        yield "rule", name, (rule.condition, rule.statements)


def _trees(expressions: Any) -> tuple[object, ...]:  # noqa: ANN401 - any iterable of Expression | None
    return tuple(each.tree for each in expressions if isinstance(each, Expression))


def of_function(catalog: Catalog, function: CreateFunction) -> Iterator[Use]:
    """What calls a function; of several of one name and as many arguments, each may be the one that is called."""
    number = len(function.argument_types)

    def calls(tree: object) -> bool:
        found = (node for node in walk(tree) if type(node) is ast.FuncCall)
        return any(_is_called(catalog, function.name, node, number) for node in found)

    yield from uses(catalog, calls)
    for table in [each for each in catalog.relations.values() if isinstance(each, Table)]:
        for name, trigger in table.triggers.items():
            if trigger.function is not None and _is_same(catalog, trigger.function, function.name) and not number:
                yield Use(table, "trigger", name)


def of_type(catalog: Catalog, name: Name) -> Iterator[Use]:
    """What names a type by its full name: tables OF it, columns and attributes of it, expressions that cast to it."""
    named = {name, catalog.multiranges.get(name, name)}
    for table in catalog.typed_tables(name):
        yield Use(table, "table", table.name.name)
    columns = {(table.name, column): table for table, column in columns_of_type(catalog, named, _WITH_COLUMNS)}
    for (_, column), table in columns.items():
        if table.of_type != name:
            yield Use(table, "column", column)

    def casts(tree: object) -> bool:
        return any(catalog.resolve_type(type_name(node).name) in named for node in walk(tree) if _is_type(node))

    found = uses(catalog, casts)
    yield from (use for use in found if use.kind != "default" or (use.table.name, use.name) not in columns)


_WITH_COLUMNS: Final[frozenset[Kind]] = frozenset({"table", "foreign table", "type"})


def _is_type(node: Node) -> bool:
    return type(node) is ast.TypeName and bool(node.names)


def columns_of_type(
    catalog: Catalog, named: Container[Name], kinds: Container[Kind] = frozenset({"table"})
) -> Iterator[tuple[Table, str]]:
    """The relations of these kinds with a column of one of these types, and that column."""
    for table in [each for each in catalog.relations.values() if isinstance(each, Table) and each.kind in kinds]:
        for column in table.columns.values():
            if catalog.resolve_type(column.type.name) in named:
                yield table, column.name


def domains_over(catalog: Catalog, name: Name) -> Iterator[Name]:
    """The domains whose values are of a type."""
    for key, each in catalog.types.items():
        if isinstance(each, CreateDomain) and catalog.resolve_type(each.base.name) == name:
            yield key


def routines_with(catalog: Catalog, name: Name) -> Iterator[CreateFunction]:
    """The routines that take or return values of a type."""
    for routine in (each for routines in catalog.functions.values() for each in routines):
        types = (*routine.argument_types, *((routine.returns,) if routine.returns else ()))
        if any(catalog.resolve_type(each.name) == name for each in types):
            yield routine


def _is_called(catalog: Catalog, name: Name, call: Node, number: int) -> bool:
    return len(call.args or ()) <= number and _is_same(catalog, dotted(call.funcname), name)


def _is_same(catalog: Catalog, written: Name, name: Name) -> bool:
    schema = name.schema or catalog.search_path[0]
    return written.name == name.name and (written.schema or schema) == schema


def on_column(catalog: Catalog, table: Table, column: str) -> Iterator[Use]:
    """What keeps a column beside keys, views and generated columns: triggers, policies, rules, an EXCLUDE's WHERE."""
    for trigger in table.triggers.values():
        if column in trigger.columns or column in columns_in(_trees((trigger.when,))):
            yield Use(table, "trigger", trigger.name)
    for name, policy in table.policies.items():
        if column in columns_in(_trees(policy.expressions)):
            yield Use(table, "policy", name)
    for name, rule in table.rules.items():
        if column in columns_in((rule.condition, rule.statements)):
            yield Use(table, "rule", name)
    for name, constraint in table.constraints.items():
        keys = {*constraint.columns, *(each.column for each in constraint.elements)}
        condition = _trees((constraint.predicate,)) if constraint.kind == "exclusion" else ()
        if column not in keys and column in columns_in(condition):
            yield Use(table, "constraint", name)
    yield from elsewhere(catalog, table, column)


def elsewhere(catalog: Catalog, table: Table, column: str | None = None) -> Iterator[Use]:
    """What of other tables depends on a table, or its ``column``: policies, rules, defaults that draw its numbers."""
    for sequence in catalog.sequences_of(table, column):
        for other, drawing in drawing_from(catalog, sequence):
            if other.name != table.name:
                yield Use(other, "default", drawing)

    def mentions(tree: object) -> bool:
        named = any(catalog.resolve(name) == table.name for name in relations_in(tree))
        return named and (column is None or column in columns_in(tree) | _targets(tree))

    ruled = (found for name in catalog.ruled if name != table.name and (found := catalog.table(name)))
    for other in list(ruled):
        for name, policy in other.policies.items():
            if mentions(_trees(policy.expressions)):
                yield Use(other, "policy", name)
        for name, rule in other.rules.items():
            if mentions((rule.condition, rule.statements)):
                yield Use(other, "rule", name)


def _targets(tree: object) -> frozenset[str]:
    """The columns that the statements of a tree write to."""
    return frozenset(node.name for node in walk(tree) if type(node) is ast.ResTarget and node.name)


def drawing_from(catalog: Catalog, sequence: Sequence) -> Iterator[tuple[Table, str]]:
    """The columns whose default draws from a sequence: an identity, or an expression with its name."""
    owner = [sequence.owner[0]] if sequence.owner else []
    candidates = dict.fromkeys([*catalog.drawing.get(sequence.name.name, NONE), *owner])
    for table in [found for name in candidates if (found := catalog.table(name))]:
        for column in table.columns.values():
            named = sequences_in(column.default.tree) if column.default else ()
            is_identity = column.identity and sequence.owner == (table.name, column.name)
            if is_identity or any(catalog.resolve(name) == sequence.name for name in named):
                yield table, column.name


def drop(draft: Draft, use: Use) -> None:
    """Drop what depends on something that goes by CASCADE."""
    from .drops import drop_column, drop_constraint, drop_index, drop_relation  # noqa: PLC0415 - they build on this

    table = draft.catalog.table(use.table.name)
    if table is None:
        return
    if use.kind in {"view", "table"}:
        drop_relation(draft, table.name, cascade=True)
    elif use.kind == "column":
        drop_column(draft, table.name, use.name, cascade=True)
    elif use.kind == "constraint":
        drop_constraint(draft, table.name, use.name)
    elif use.kind == "index":
        index: Index | None = table.indexes.get(use.name)
        drop_index(draft, index)
    elif use.kind == "default":
        changed = replace(table.columns[use.name], default=None)
        draft.put(replace(table, columns={**table.columns, use.name: changed}))
    else:
        field = _HELD_IN[use.kind]
        kept = {key: each for key, each in getattr(table, field).items() if key != use.name}
        changes: Any = {field: kept}
        draft.put(replace(table, **changes))


_HELD_IN: Final = {"trigger": "triggers", "policy": "policies", "rule": "rules"}
