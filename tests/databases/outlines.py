"""A catalog's relations in the words that do not depend on who has written them, a person or PostgreSQL.

The server names every schema, puts casts and parentheses into expressions, and makes a constraint of a table from one
of a column. Of an expression it is therefore compared which columns it names and which it shows not to be NULL.
"""

from __future__ import annotations

from typing import Any

from database_patterns.actions import Constraint, Expression, IndexElement, Name
from database_patterns.catalog import Catalog, Index, Relation, Table
from database_patterns.catalog.expressions import columns_in, says_not_null
from database_patterns.effects.types import in_full

Outline = dict[str, Any]


def outlines(catalog: Catalog) -> dict[tuple[str, str], Any]:
    """Each part of each relation, by the relation's name and what it is."""
    return {
        (str(name), part): value
        for name, relation in catalog.relations.items()
        for part, value in _relation(catalog, relation).items()
    }


def _relation(catalog: Catalog, relation: Relation) -> Outline:
    if not isinstance(relation, Table):
        return {"owner": relation.owner}
    parts: Outline = {
        "is": (relation.kind, relation.persistence, relation.access_method),
        "partition": (relation.partition, relation.default_partition),
        "inherits": relation.inherits,
        "partition key": relation.partition_by and (relation.partition_by[0], _elements(relation.partition_by[1])),
        "statistics": frozenset(relation.statistics),
        "of type": relation.of_type,
        "rules": {key: (each.event, each.instead) for key, each in relation.rules.items()},
        "reads": dict(relation.reads),
    }
    for column in relation.columns.values():
        what = (column.not_null, column.generated, column.identity, column.collation, _expression(column.default))
        parts[f"column {column.name}"] = (in_full(catalog, column.type), *what)
    parts |= {f"constraint {key}": _constraint(each) for key, each in relation.constraints.items()}
    parts |= {f"index {key}": _index(each) for key, each in relation.indexes.items()}
    for trigger in relation.triggers.values():
        function = trigger.function and catalog.resolve(trigger.function)
        parts[f"trigger {trigger.name}"] = (trigger.columns, trigger.events, function, trigger.for_each_row)
    for policy in relation.policies.values():
        parts[f"policy {policy.name}"] = [_expression(each) for each in policy.expressions]
    return parts


def _constraint(constraint: Constraint) -> tuple[object, ...]:
    return (
        constraint.kind,
        () if constraint.kind == "check" else constraint.columns,
        _expression(constraint.expression),
        (constraint.references, constraint.referenced_columns, constraint.on_delete, constraint.on_update),
        (_elements(constraint.elements), _expression(constraint.predicate), constraint.include, constraint.method),
        (constraint.not_valid, constraint.enforced, constraint.deferrable, constraint.no_inherit),
        (constraint.nulls_not_distinct, constraint.temporal, constraint.using_index),
    )


def _index(index: Index) -> tuple[object, ...]:
    return (
        _elements(index.elements),
        (index.include, index.method, index.unique, _tree(index.predicate)),
        (index.valid, index.constraint, index.parent, index.partitioned),
    )


def _elements(elements: tuple[IndexElement, ...]) -> list[tuple[object, ...]]:
    return [
        (each.column, _expression(each.expression), _short(each.operator_class), each.collation) for each in elements
    ]


def _short(name: Name | None) -> str | None:
    """Without its schema, which people leave out."""
    return name.name if name else None


def _expression(expression: Expression | None) -> object:
    return _tree(expression.tree) if expression else None


def _tree(tree: Any) -> object:
    columns = columns_in(tree)
    return tree and (columns, {column for column in columns if says_not_null(tree, column)})
