"""RENAME and SET SCHEMA as a catalog sees them: every mention of the old name follows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from database_patterns.actions import (
    Column,
    Constraint,
    CreatePolicy,
    Expression,
    IndexElement,
    Name,
    Rename,
    SetSchema,
)

from . import Catalog, names
from .draft import Draft
from .expressions import renamed
from .layers import Layers
from .schema import Index, Relation, Sequence, Table

_MOVED = {"table", "view", "matview", "sequence", "foreign_table"}
_RELATIONS = {"table", "view", "materialized view", "sequence", "foreign_table", "index"}


def rename(draft: Draft, action: Rename) -> None:
    """RENAME of a relation, column, constraint, type, schema or enum value; other objects are not held by name."""
    new_name = names.truncate(action.new_name)
    if action.kind in {"column", "attribute"} and action.name is not None:
        _rename_columns(draft, action.of, action.name, new_name)
    elif action.kind == "constraint" and action.name is not None:
        _rename_constraint(draft, action.of, action.name, new_name)
    elif action.kind in _RELATIONS:
        _move(draft, action.of, new_name=new_name)
    elif action.kind in {"type", "domain"}:
        _move_type(draft, action.of, lambda name: Name(new_name, name.schema))
    elif action.kind == "schema":
        _rename_schema(draft, action.name or action.of.name, new_name)
    elif action.kind == "trigger" and action.name is not None:
        _rename_trigger(draft, action.of, action.name, new_name)
    elif action.kind == "rule" and action.name is not None:
        _rename_rule(draft, action.of, action.name, new_name)
    elif action.kind == "policy" and action.name is not None:
        _rename_policy(draft, action.of, action.name, new_name)


def set_schema(draft: Draft, action: SetSchema) -> None:
    """SET SCHEMA: a table takes its indexes and sequences along."""
    if action.kind in {"type", "domain"}:
        _move_type(draft, action.of, lambda name: Name(name.name, action.schema))
        return
    if action.kind in _MOVED:
        _move(draft, action.of, schema=action.schema)


def _move(draft: Draft, name: Name, *, new_name: str | None = None, schema: str | None = None) -> None:
    old = draft.catalog.resolve(name)
    index = draft.catalog.index(old)
    if index is not None:
        _rename_index(draft, index, new_name or index.name.name)
        return
    relation = draft.catalog.relations.get(old) or draft.table(old)
    new = Name(new_name or old.name, schema or old.schema)
    no_such_schema = draft.catalog.complete and new.schema not in {*draft.catalog.schemas, old.schema}
    if relation is not None and not no_such_schema and not draft.catalog.exists(new):
        move_relation(draft, relation, new)


def move_relation(draft: Draft, relation: Relation, new: Name) -> None:
    """Enter ``relation`` under its new name, and everywhere that it is mentioned."""
    old = relation.name
    followers = [draft.catalog.relations[each] for each in draft.catalog.dependents.get(old, ()) if each != old]
    draft.remove(old)
    draft.put(_mentioning(_named(relation, new), old, new))
    for follower in followers:
        moved = _mentioning(follower, old, new)
        draft.put(moved)
        if isinstance(moved, Sequence) and new.schema != old.schema:
            move_relation(draft, moved, Name(moved.name.name, new.schema))


def _named(relation: Relation, new: Name) -> Relation:
    if isinstance(relation, Sequence):
        return replace(relation, name=new)
    indexes = {key: replace(each, name=Name(key, new.schema), table=new) for key, each in relation.indexes.items()}
    return replace(relation, name=new, indexes=indexes)


def _mentioning(relation: Relation, old: Name, new: Name) -> Relation:
    if isinstance(relation, Sequence):
        owner = relation.owner
        return replace(relation, owner=(new, owner[1])) if owner and owner[0] == old else relation
    constraints = {
        key: replace(each, references=new) if each.references == old else each
        for key, each in relation.constraints.items()
    }
    return replace(
        relation,
        constraints=constraints,
        inherits=tuple(new if each == old else each for each in relation.inherits),
        of_type=new if relation.of_type == old else relation.of_type,
        reads={new if key == old else key: each for key, each in relation.reads.items()},
    )


def _rename_index(draft: Draft, index: Index, new: str) -> None:
    table = draft.catalog.table(index.table)
    if table is None or draft.catalog.exists(Name(new, index.name.schema)):
        return
    constraint = table.constraints.get(index.constraint or "")
    if constraint is not None:
        _rename_constraint(draft, table.name, constraint.name or "", new)
        return
    indexes = {key: each for key, each in table.indexes.items() if key != index.name.name}
    draft.put(replace(table, indexes={**indexes, new: replace(index, name=Name(new, index.name.schema))}))
    _follow_index(draft, table, index.name, new)


def _follow_index(draft: Draft, table: Table, old: Name, new: str) -> None:
    """The parts of a renamed partitioned index hang on its new name."""
    for child in draft.catalog.children(table):
        parts = {
            key: replace(each, parent=Name(new, old.schema)) if each.parent == old else each
            for key, each in child.indexes.items()
        }
        draft.put(replace(child, indexes=parts))


def _rename_constraint(draft: Draft, name: Name, old: str, new: str) -> None:
    table = draft.table(name)
    constraint = table.constraints.get(old) if table else None
    if table is None or constraint is None or new in table.constraints:
        return
    if constraint.using_index and draft.catalog.exists(Name(new, table.name.schema)):
        return
    constraints = {new if key == old else key: each for key, each in table.constraints.items()}
    constraints[new] = replace(constraint, name=new, using_index=new if constraint.using_index else None)
    indexes = dict(table.indexes)
    index = indexes.pop(constraint.using_index, None) if constraint.using_index else None
    if index is not None:
        indexes[new] = replace(index, name=Name(new, index.name.schema), constraint=new)
    draft.put(replace(table, constraints=constraints, indexes=indexes))
    if index is not None:
        _follow_index(draft, table, index.name, new)
    for child in draft.catalog.children(table) if constraint.kind in {"check", "not null"} else ():
        _rename_constraint(draft, child.name, old, new)


def _rename_trigger(draft: Draft, name: Name, old: str, new: str) -> None:
    root = draft.table(name)
    family = draft.catalog.family(root) if root and root.partitioned else (root,)
    for table in (each for each in family if each and old in each.triggers):
        triggers = {new if key == old else key: each for key, each in table.triggers.items()}
        draft.put(replace(table, triggers={**triggers, new: replace(triggers[new], name=new)}))


def _rename_policy(draft: Draft, name: Name, old: str, new: str) -> None:
    table = draft.table(name)
    if table is not None and old in table.policies:
        policies = {new if key == old else key: each for key, each in table.policies.items()}
        draft.put(replace(table, policies={**policies, new: replace(policies[new], name=new)}))


def _rename_rule(draft: Draft, name: Name, old: str, new: str) -> None:
    table = draft.table(name)
    if table is not None and old in table.rules:
        rules = {new if key == old else key: each for key, each in table.rules.items()}
        draft.put(replace(table, rules={**rules, new: replace(rules[new], name=new)}))


def _rename_schema(draft: Draft, old: str, new: str) -> None:
    for relation in [each for name, each in draft.catalog.relations.items() if name.schema == old]:
        current = draft.catalog.relations.get(relation.name)
        if current is not None:
            move_relation(draft, current, Name(relation.name.name, new))
    types = Layers(
        (Name(key.name, new if key.schema == old else key.schema), each) for key, each in draft.catalog.types.items()
    )
    draft.set(types=types, schemas=draft.catalog.schemas - {old} | {new})


def _move_type(draft: Draft, name: Name, moved: Any) -> None:  # noqa: ANN401 - a function from Name to Name
    catalog: Catalog = draft.catalog
    schemas = (name.schema,) if name.schema else catalog.search_path
    old = next((Name(name.name, schema) for schema in schemas if Name(name.name, schema) in catalog.types), None)
    if old is None:
        return
    known = catalog.types[old]
    new = moved(old)
    composite = catalog.relations.get(old)
    if isinstance(composite, Table) and composite.kind == "type":
        move_relation(draft, composite, new)
    draft.set(types=catalog.types.without([old]).including(new, replace(known, name=new) if known else None))
    for table in [each for each in catalog.relations.values() if isinstance(each, Table)]:
        if any(_is_of(column, old) for column in table.columns.values()):
            columns = {
                key: replace(each, type=replace(each.type, name=new)) if _is_of(each, old) else each
                for key, each in table.columns.items()
            }
            draft.put(replace(table, columns=columns))


def _is_of(column: Column, name: Name) -> bool:
    return column.type.name.name == name.name and column.type.name.schema in {None, name.schema}


def _rename_columns(draft: Draft, name: Name, old: str, new: str) -> None:
    table = draft.table(name)
    parents = [draft.catalog.table(each) for each in table.inherits] if table else []
    if table is None or new in table.columns or any(old in parent.columns for parent in parents if parent):
        return
    for each in (*draft.catalog.family(table), *draft.catalog.typed_tables(table.name)):
        _rename_column(draft, each, old, new)


def _rename_column(draft: Draft, table: Table, old: str, new: str) -> None:
    draft.put(
        replace(
            table,
            columns={(new if key == old else key): _column(each, old, new) for key, each in table.columns.items()},
            gone=table.gone - {new} | {old},
            constraints={key: _constraint(each, old, new) for key, each in table.constraints.items()},
            indexes={key: _index(each, old, new) for key, each in table.indexes.items()},
            triggers={
                key: replace(each, columns=_swap(each.columns, old, new)) for key, each in table.triggers.items()
            },
            policies={key: _policy(each, old, new) for key, each in table.policies.items()},
            partition_by=(table.partition_by[0], _elements(table.partition_by[1], old, new))
            if table.partition_by
            else None,
        )
    )
    for other_name in draft.catalog.dependents.get(table.name, ()):
        other = draft.catalog.relations[other_name]
        draft.put(_mentioning_column(other, table.name, old, new))


def _mentioning_column(relation: Relation, table: Name, old: str, new: str) -> Relation:
    if isinstance(relation, Sequence):
        return replace(relation, owner=(table, new)) if relation.owner == (table, old) else relation
    constraints = {
        key: replace(each, referenced_columns=_swap(each.referenced_columns, old, new))
        if each.references == table
        else each
        for key, each in relation.constraints.items()
    }
    read = relation.reads.get(table, frozenset())
    reads = {**relation.reads, table: read - {old} | {new}} if old in read else relation.reads
    return replace(relation, constraints=constraints, reads=reads)


def _swap(columns: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    return tuple(new if each == old else each for each in columns)


def _expression(expression: Expression | None, old: str, new: str) -> Expression | None:
    return replace(expression, tree=renamed(expression.tree, old, new)) if expression else None


def _policy(policy: CreatePolicy, old: str, new: str) -> CreatePolicy:
    expressions = (_expression(each, old, new) for each in policy.expressions)
    return replace(policy, expressions=tuple(each for each in expressions if each))


def _column(column: Column, old: str, new: str) -> Column:
    default = _expression(column.default, old, new) if column.generated else column.default
    return replace(column, name=new if column.name == old else column.name, default=default)


def _elements(elements: tuple[IndexElement, ...], old: str, new: str) -> tuple[IndexElement, ...]:
    return tuple(
        replace(
            each, column=new if each.column == old else each.column, expression=_expression(each.expression, old, new)
        )
        for each in elements
    )


def _constraint(constraint: Constraint, old: str, new: str) -> Constraint:
    return replace(
        constraint,
        columns=_swap(constraint.columns, old, new),
        include=_swap(constraint.include, old, new),
        elements=_elements(constraint.elements, old, new),
        expression=_expression(constraint.expression, old, new),
        predicate=_expression(constraint.predicate, old, new),
    )


def _index(index: Index, old: str, new: str) -> Index:
    return replace(
        index,
        elements=_elements(index.elements, old, new),
        include=_swap(index.include, old, new),
        predicate=renamed(index.predicate, old, new),
    )
