"""The parts that statements are made of: names, types, expressions, columns, constraints and index keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from pglast import ast, enums
from pglast.stream import RawStream

from database_patterns.actions import (
    Column,
    Constraint,
    ConstraintKind,
    Expression,
    IndexElement,
    Name,
    Query,
    TypeName,
)

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any

CT = enums.ConstrType

_REFERENTIAL_ACTIONS: Final = {
    "a": "no action", "r": "restrict", "c": "cascade", "n": "set null", "d": "set default",
}  # fmt: skip
_GENERATED: Final[dict[str, Literal["stored", "virtual"]]] = {"s": "stored", "v": "virtual"}
IDENTITY: Final[dict[str, Literal["always", "by default"]]] = {"a": "always", "d": "by default"}
_CONSTRAINT_KINDS: Final[dict[enums.ConstrType, ConstraintKind]] = {
    CT.CONSTR_CHECK: "check",
    CT.CONSTR_NOTNULL: "not null",
    CT.CONSTR_UNIQUE: "unique",
    CT.CONSTR_PRIMARY: "primary key",
    CT.CONSTR_FOREIGN: "foreign key",
    CT.CONSTR_EXCLUSION: "exclusion",
}
_ENFORCEABLE: Final = {CT.CONSTR_CHECK, CT.CONSTR_FOREIGN}
"""The kinds that can be NOT ENFORCED; on others the parser leaves the flag unset."""


def relations_in(tree: object) -> tuple[Name, ...]:
    """Every relation named in ``tree``, each once; names of CTEs are left out."""
    nodes = list(walk(tree))
    queries = {node.ctename for node in nodes if isinstance(node, ast.CommonTableExpr)}
    names = (relation_name(node) for node in nodes if isinstance(node, ast.RangeVar))
    return tuple(dict.fromkeys(name for name in names if name.schema or name.name not in queries))


def walk(tree: object) -> Iterator[Node]:
    """``tree`` and every node below it, parents first."""
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, tuple):
            stack.extend(reversed(node))
        elif isinstance(node, ast.Node):
            yield node
            stack.extend(getattr(node, slot) for slot in reversed(slots(node)))


def slots(node: Node) -> tuple[str, ...]:
    """The names of a node's fields."""
    return tuple(type(node).__slots__)


def print_sql(tree: Node) -> str:
    """The SQL of an expression or query, as PostgreSQL would spell it."""
    return RawStream()(tree)


def relation_name(relation: Node) -> Name:
    """The name of a RangeVar."""
    return Name(relation.relname, relation.schemaname)


def strings(nodes: Node) -> tuple[str, ...]:
    """The values of a list of String nodes; an absent list is empty."""
    return tuple(node.sval for node in nodes or ())


def dotted(nodes: Node) -> Name:
    """A possibly qualified name from its parts."""
    *schema, name = strings(nodes)
    return Name(name, schema[-1] if schema else None)


def owner_of_sequence(options: Node) -> tuple[Name, str] | None:
    """The table and the column of a sequence's OWNED BY; None where it has none, or says NONE."""
    parts = next((strings(each.arg) for each in options or () if each.defname == "owned_by"), ())
    *table, column = parts if len(parts) > 1 else ("", "")
    return (Name(table[-1], table[-2] if len(table) > 1 else None), column) if column else None


def sequence_of_identity(options: Node) -> Name | None:
    """The sequence that an identity's SEQUENCE NAME names, as pg_dump writes it."""
    return next((dotted(each.arg) for each in options or () if each.defname == "sequence_name"), None)


def expression(tree: Node) -> Expression | None:
    """An expression, or None where there is none."""
    return None if tree is None else Expression(tree, print_sql)


def query(tree: Node) -> Query:
    """A query and the relations that it reads."""
    return Query(relations_in(tree), tree)


def type_name(node: Node) -> TypeName:
    """A type, without the parser's own pg_catalog in front."""
    return TypeName(
        name=_own(dotted(node.names)),
        modifiers=tuple(_modifier(modifier) for modifier in node.typmods or ()),
        dimensions=len(node.arrayBounds or ()),
    )


def _modifier(node: Node) -> int | str:
    value = getattr(node, "val", None)
    return value.ival or 0 if isinstance(value, ast.Integer) else print_sql(node)


def cascades(node: Node) -> bool:
    """Whether a DROP of any kind says CASCADE."""
    return bool(node.behavior == enums.DropBehavior.DROP_CASCADE)


def collation(clause: Node) -> Name | None:
    """The collation that a COLLATE clause names."""
    return _own(dotted(clause.collname)) if clause else None


def _own(name: Name) -> Name:
    """``name`` without pg_catalog in front, which the server writes and people leave out."""
    return Name(name.name) if name.schema == "pg_catalog" else name


def index_elements(nodes: Node) -> tuple[IndexElement, ...]:
    """The keys of an index or an exclusion constraint."""
    return tuple(
        IndexElement(
            column=node.name,
            expression=expression(node.expr),
            operator_class=_own(dotted(node.opclass)) if node.opclass else None,
            collation=_own(dotted(node.collation)) if node.collation else None,
        )
        for node in nodes or ()
    )


def constraint(node: Node, column: str | None = None) -> Constraint:
    """A constraint of a table, or of the ``column`` that it is written behind."""
    keys = node.fk_attrs if node.contype == CT.CONSTR_FOREIGN else node.keys
    exclusions = tuple(element for element, _ in node.exclusions or ())
    return Constraint(
        kind=_CONSTRAINT_KINDS[node.contype],
        name=node.conname,
        columns=strings(keys) or ((column,) if column else ()),
        expression=expression(node.raw_expr),
        references=relation_name(node.pktable) if node.pktable else None,
        referenced_columns=strings(node.pk_attrs),
        using_index=node.indexname,
        elements=index_elements(exclusions),
        operators=tuple(operator[-1].sval for _, operator in node.exclusions or ()),
        predicate=expression(node.where_clause),
        include=strings(node.including),
        method=node.access_method or "btree",
        not_valid=bool(node.skip_validation),
        enforced=bool(node.is_enforced) or node.contype not in _ENFORCEABLE,
        deferrable=bool(node.deferrable),
        deferred=bool(node.initdeferred),
        nulls_not_distinct=bool(node.nulls_not_distinct),
        no_inherit=bool(node.is_no_inherit),
        temporal=bool(node.without_overlaps or node.fk_with_period),
        on_delete=_REFERENTIAL_ACTIONS.get(node.fk_del_action, "no action"),
        on_update=_REFERENTIAL_ACTIONS.get(node.fk_upd_action, "no action"),
    )


def with_attributes(nodes: Node) -> tuple[Node, ...]:
    """A column's constraints, with what the grammar puts behind one (DEFERRABLE, NOT ENFORCED …) set on it."""
    constraints: list[Node] = []
    for node in nodes or ():
        if node.contype == CT.CONSTR_ATTR_DEFERRABLE:
            constraints[-1].deferrable = True
        elif node.contype == CT.CONSTR_ATTR_DEFERRED:
            constraints[-1].deferrable = constraints[-1].initdeferred = True
        elif node.contype == CT.CONSTR_ATTR_NOT_ENFORCED:
            constraints[-1].is_enforced = False
        elif node.contype in _CONSTRAINT_KINDS or node.contype in _COLUMN_PROPERTIES:
            constraints.append(node)
    return tuple(constraints)


_COLUMN_PROPERTIES: Final = {CT.CONSTR_DEFAULT, CT.CONSTR_GENERATED, CT.CONSTR_IDENTITY}


def column_definition(node: Node) -> Column:
    """A column with its default, its identity and its constraints."""
    written = with_attributes(node.constraints)
    by_type = {constraint.contype: constraint for constraint in written}
    default = by_type.get(CT.CONSTR_DEFAULT) or by_type.get(CT.CONSTR_GENERATED)
    generated = by_type.get(CT.CONSTR_GENERATED)
    identity = by_type.get(CT.CONSTR_IDENTITY)
    return Column(
        name=node.colname,
        type=type_name(node.typeName) if node.typeName else TypeName(Name("unknown")),
        not_null=bool(by_type.keys() & {CT.CONSTR_NOTNULL, CT.CONSTR_PRIMARY, CT.CONSTR_IDENTITY}),
        default=expression(default.raw_expr) if default else None,
        generated=_GENERATED[generated.generated_kind] if generated else None,
        identity=IDENTITY[identity.generated_when] if identity else None,
        collation=collation(node.collClause),
        constraints=tuple(constraint(each, node.colname) for each in written if _is_constraint(each)),
        sequence=sequence_of_identity(identity.options) if identity else None,
        nullable=any(each.contype == CT.CONSTR_NULL for each in node.constraints or ()),
        storage=node.storage_name,
        compression=node.compression,
    )


def _is_constraint(node: Node) -> bool:
    plain_not_null = node.contype == CT.CONSTR_NOTNULL and not (node.conname or node.is_no_inherit)
    return node.contype in _CONSTRAINT_KINDS and not plain_not_null
