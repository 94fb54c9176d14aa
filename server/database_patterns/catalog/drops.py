"""DROP as a catalog sees it: what goes, and what goes along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from database_patterns.actions import Column, Constraint, Drop, Name

from . import Catalog, contents, dependents, routines
from .definitions import same_key
from .dependents import drawing_from
from .draft import Draft
from .expressions import columns_in
from .other_statements import drop_statistics
from .schema import Index, Sequence, Table

ValueT = TypeVar("ValueT")


def drop(draft: Draft, action: Drop) -> None:
    """DROP of any kind of object; one that PostgreSQL would refuse changes nothing."""
    together = dropped_together(draft.catalog, action)
    for name in action.names:
        if action.kind in {"table", "view", "materialized view", "foreign table", "sequence"}:
            drop_relation(draft, draft.catalog.resolve(name), cascade=action.cascade, together=together)
        elif action.kind == "index":
            _drop_index_by_name(draft, name, cascade=action.cascade)
        elif action.kind in {"type", "domain"}:
            _drop_type(draft, draft.catalog.resolve_type(name), cascade=action.cascade)
        elif action.kind == "schema":
            _drop_schema(draft, name.name, cascade=action.cascade)
        elif action.kind == "extension":
            draft.set(extensions=draft.catalog.extensions.without([name.name]))
        elif action.kind == "statistics":
            drop_statistics(draft, name)
        elif action.table is not None:
            _drop_from_table(draft, action, name.name)


def _drop_index_by_name(draft: Draft, name: Name, *, cascade: bool) -> None:
    """DROP INDEX; a foreign key that needs a unique index without a constraint keeps it, or goes by CASCADE."""
    index = draft.catalog.index(name)
    table = draft.catalog.table(index.table) if index else None
    if index is None or table is None or index.constraint or index.parent:
        return
    others = [each for each in table.indexes.values() if each.unique and each.name != index.name]
    key = Constraint("unique", columns=tuple(column for column in index.columns if column))
    needed = index.unique and not any(set(each.columns) == set(key.columns) for each in others)
    users = keys_that_need(draft.catalog, table, key) if needed else []
    if users and not cascade:
        return
    for other, each in users:
        drop_constraint(draft, other.name, each.name or "")
    drop_index(draft, draft.catalog.index(name))


def _drop_from_table(draft: Draft, action: Drop, name: str) -> None:
    root = draft.catalog.table(action.table) if action.table else None
    family = draft.catalog.family(root) if root and root.partitioned else (root,)
    for table in (each for each in family if each):
        if action.kind == "trigger" and name in table.triggers:
            draft.put(replace(table, triggers=_without(table.triggers, name)))
        elif action.kind == "policy" and name in table.policies:
            draft.put(replace(table, policies=_without(table.policies, name)))
        elif action.kind == "rule" and name in table.rules:
            draft.put(replace(table, rules=_without(table.rules, name)))


def _without(mapping: Mapping[str, ValueT], name: str) -> dict[str, ValueT]:
    return {key: each for key, each in mapping.items() if key != name}


def _drop_type(draft: Draft, name: Name, *, cascade: bool) -> None:
    users = list(dependents.of_type(draft.catalog, name))
    domains = list(dependents.domains_over(draft.catalog, name))
    functions = list(dependents.routines_with(draft.catalog, name))
    if (users or domains or functions) and not cascade:
        return
    for use in users:
        dependents.drop(draft, use)
    for domain in domains:
        _drop_type(draft, domain, cascade=True)
    for function in functions:
        routines.drop_one(draft, function, cascade=True)
    multirange = draft.catalog.multiranges.get(name, name)
    draft.set(types=draft.catalog.types.without([name, multirange]))
    composite = draft.catalog.relations.get(name)
    if isinstance(composite, Table) and composite.kind == "type":
        draft.remove(name)


def _drop_schema(draft: Draft, schema: str, *, cascade: bool) -> None:
    inside = contents.of_schema(draft.catalog, schema)
    if any(inside) and not cascade:
        return
    for relation in inside.relations:
        drop_relation(draft, relation.name, cascade=True)
    for name in inside.types:
        _drop_type(draft, name, cascade=True)
    for function in inside.functions:
        routines.drop_one(draft, function, cascade=True)
    draft.set(
        objects=draft.catalog.objects.without(inside.objects),
        extensions=draft.catalog.extensions.without(inside.extensions),
        schemas=draft.catalog.schemas - {schema},
    )


def dropped_together(catalog: Catalog, action: Drop) -> frozenset[Name]:
    """The relations that one DROP names, with their partitions: none of them keeps another from going."""
    found = (catalog.relation(name) for name in action.names)
    families = (catalog.family(each) if isinstance(each, Table) and each.partitioned else (each,) for each in found)
    return frozenset(each.name for family in families for each in family if each is not None)


def drop_relation(draft: Draft, name: Name, *, cascade: bool, together: frozenset[Name] = frozenset()) -> None:
    """Drop a table, view or sequence, with its partitions, its sequences and, by CASCADE, all that depends on it."""
    relation = draft.catalog.relations.get(name)
    if isinstance(relation, Table):
        if not cascade and any(other not in together for other, _ in obstacles(draft.catalog, relation)):
            return
        _drop_what_goes(draft, relation)
    elif relation is not None:
        if any(drawing_from(draft.catalog, relation)) and (not cascade or _is_of_identity(draft.catalog, relation)):
            return
        _forget_defaults(draft, relation)
    draft.remove(name)


def _drop_what_goes(draft: Draft, table: Table) -> None:
    """What is part of a dropped table, or depends on it."""
    for child in draft.catalog.children(table):
        drop_relation(draft, child.name, cascade=True)
    for use in list(dependents.elsewhere(draft.catalog, table)):
        dependents.drop(draft, use)
    for view in list(draft.catalog.views_on(table)):
        drop_relation(draft, view.name, cascade=True)
    for other, key in list(draft.catalog.references_into(table)):
        if other.name != table.name:
            drop_constraint(draft, other.name, key.name or "")
    for sequence in list(draft.catalog.sequences_of(table)):
        draft.remove(sequence.name)


def _is_of_identity(catalog: Catalog, sequence: Sequence) -> bool:
    column = catalog.column(*sequence.owner) if sequence.owner else None
    return column is not None and column.identity is not None


def _forget_defaults(draft: Draft, sequence: Sequence) -> None:
    for table, column in list(drawing_from(draft.catalog, sequence)):
        current = draft.catalog.table(table.name) or table
        changed = replace(current.columns[column], default=None)
        draft.put(replace(current, columns={**current.columns, column: changed}))


def obstacles(catalog: Catalog, table: Table) -> Iterator[tuple[Name, str]]:
    """What keeps DROP TABLE without CASCADE from working: each relation that depends on it, and how, in words."""
    for view in catalog.views_on(table):
        yield view.name, f"{view.kind} {view.name} depends on {table.kind} {table.name}"
    family = {each.name for each in (table, *(catalog.family(table) if table.partitioned else ()))}
    for member in family:
        found = catalog.table(member)
        for other, key in catalog.references_into(found) if found else ():
            if other.name not in family:
                yield other.name, f"constraint {key.name} on table {other.name} depends on table {table.name}"
    if not table.partitioned:
        for child in catalog.children(table):
            yield child.name, f"table {child.name} depends on table {table.name}"
    for use in dependents.elsewhere(catalog, table):
        yield use.table.name, f"{use} depends on table {table.name}"


def drop_column(draft: Draft, name: Name, column: str, *, cascade: bool) -> None:
    """Drop a column with the indexes, constraints and sequences that are about it."""
    table = draft.catalog.table(name)
    if table is None or (not cascade and any(column_obstacles(draft.catalog, table, column))):
        return
    for view in list(draft.catalog.views_on(table, column)):
        drop_relation(draft, view.name, cascade=True)
    for use in list(dependents.on_column(draft.catalog, table, column)):
        dependents.drop(draft, use)
    for sequence in list(draft.catalog.sequences_of(table, column)):
        draft.remove(sequence.name)
    for constraint in list(table.constraints_on(column)):
        drop_constraint(draft, name, constraint.name or "", keep_not_null=True)
    for index in [each for each in table.indexes.values() if column in each.depends_on]:
        drop_index(draft, index)
    for generated in generated_from(table, column):
        drop_column(draft, name, generated.name, cascade=True)
    left = draft.catalog.table(name) or table
    draft.put(replace(left, columns=_without(left.columns, column), gone=left.gone | {column}))


def column_obstacles(catalog: Catalog, table: Table, column: str, *, by_generated: bool = True) -> Iterator[str]:
    """What keeps DROP COLUMN without CASCADE from working, in words; generated columns do since PostgreSQL 15."""
    for view in catalog.views_on(table, column):
        yield f"{view.kind} {view.name} depends on column {column} of table {table.name}"
    for key in (each for each in table.constraints_on(column) if each.kind in {"primary key", "unique"}):
        for other, reference in catalog.references_to(table):
            stays = other.name != table.name or column not in reference.columns
            if stays and set(reference.referenced_columns) == set(key.columns):
                yield f"constraint {reference.name} on {other.name} depends on column {column} of table {table.name}"
    for generated in generated_from(table, column) if by_generated else ():
        yield f"column {generated.name} of table {table.name} depends on column {column} of table {table.name}"
    for use in dependents.on_column(catalog, table, column):
        yield f"{use} depends on column {column} of table {table.name}"


def generated_from(table: Table, column: str) -> list[Column]:
    """The generated columns whose expression reads ``column``."""
    return [
        each for each in table.columns.values()
        if each.generated and each.default and each.name != column and column in columns_in(each.default.tree)
    ]  # fmt: skip


def keys_that_need(catalog: Catalog, table: Table, key: Constraint) -> list[tuple[Table, Constraint]]:
    """The foreign keys that refer to a primary key or UNIQUE, each with its table."""
    if key.kind not in {"primary key", "unique"}:
        return []
    wanted = set(key.columns)
    return [(other, each) for other, each in catalog.references_to(table) if set(each.referenced_columns) == wanted]


def drop_constraint(draft: Draft, name: Name, constraint: str, *, keep_not_null: bool = False) -> None:
    """Drop a constraint with its index and the foreign keys that need it, from the partitions too."""
    table = draft.catalog.table(name)
    found = table.constraints.get(constraint) if table else None
    if table is None or found is None:
        return
    for other, key in keys_that_need(draft.catalog, table, found):
        drop_constraint(draft, other.name, key.name or "")
    table = draft.catalog.table(name) or table
    index = table.indexes.get(found.using_index or "")
    nullable = found.kind == "not null" and not keep_not_null
    columns = {
        key: replace(column, not_null=False) if nullable and key in found.columns else column
        for key, column in table.columns.items()
    }
    constraints = {key: each for key, each in table.constraints.items() if key != constraint}
    draft.put(replace(table, columns=columns, constraints=constraints))
    for child in draft.catalog.children(table):
        inherited = _inherited_name(child, found, index)
        if inherited is not None:
            drop_constraint(draft, child.name, inherited, keep_not_null=keep_not_null)
    if index is not None:
        drop_index(draft, index)


def _inherited_name(child: Table, constraint: Constraint, index: Index | None) -> str | None:
    if index is not None:
        return next((each.constraint for each in child.indexes.values() if each.parent == index.name), None)
    if constraint.kind == "foreign key":
        return next((key for key, each in child.constraints.items() if same_key(each, constraint)), None)
    return next((key for key, each in child.constraints.items() if each == constraint), None)


def drop_index(draft: Draft, index: Index | None) -> None:
    """Drop an index with its parts on partitions; one that a constraint needs stays."""
    table = draft.catalog.table(index.table) if index else None
    if index is None or table is None or index.constraint in table.constraints:
        return
    draft.put(replace(table, indexes={key: each for key, each in table.indexes.items() if key != index.name.name}))
    for child in draft.catalog.children(table) if index.partitioned else ():
        for part in list(child.indexes.values()):
            if part.parent == index.name:
                drop_index(draft, part)
