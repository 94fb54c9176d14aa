"""DROP of relations and other objects, with what goes along or keeps them from going."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from database_patterns import actions
from database_patterns.actions import Name
from database_patterns.catalog import Kind, Sequence, Table, contents, dependents
from database_patterns.catalog.drops import dropped_together, obstacles
from database_patterns.locks import LockMode

from . import extensions, indexes, objects, renames, routines, sources, user_types, uses
from .work import Refused, Work

_SUX = LockMode.ShareUpdateExclusiveLock
_AX = LockMode.AccessExclusiveLock


def drop(work: Work, action: actions.Drop) -> None:
    """DROP of anything that stands in the catalog by a name of its own."""
    _DROPPED.get(action.kind, objects.drop)(work, action)


def _drop_from_table(work: Work, action: actions.Drop) -> None:
    """Enter DROP TRIGGER, POLICY and RULE; IF EXISTS of what is not there takes no lock."""
    name = action.table or Name("")
    if action.if_exists and work.catalog.complete and work.catalog.table(name) is None:
        return
    table = work.table(name)
    if not action.if_exists:
        renames.require_named(table, action.kind, action.names[0].name)
    elif table.complete and not renames.has_named(table, action.kind, action.names[0].name):
        return
    family = work.catalog.family(table) if action.kind == "trigger" and table.partitioned else (table,)
    for each in family:
        work.lock(each, _AX, f"DROP {action.kind.upper()} takes AccessExclusiveLock.")


def _relations(work: Work, action: actions.Drop) -> Iterator[Table | Sequence]:
    for name in action.names:
        found = work.catalog.relation(name)
        if found is not None:
            kind = "sequence" if isinstance(found, Sequence) else found.kind
            if kind != action.kind:
                raise Refused("42809", f'"{name}" is not a {action.kind}')
            yield found
        elif not work.catalog.complete:
            yield _as_called(work.catalog.resolve(name), action.kind)
        elif not action.if_exists:
            raise Refused("42P01", f'{action.kind} "{name}" does not exist')


def _as_called(name: Name, kind: str) -> Table | Sequence:
    """A relation of which only the name and the kind are known."""
    if kind == "sequence":
        return Sequence(name)
    others: tuple[Kind, ...] = ("view", "materialized view", "foreign table")
    return Table.called(name, next((each for each in others if each == kind), "table"))


def _drop_relations(work: Work, action: actions.Drop) -> None:
    for relation in list(_relations(work, action)):
        _drop_relation(work, relation, action)


def _drop_relation(work: Work, relation: Table | Sequence, action: actions.Drop) -> None:
    if isinstance(relation, Sequence):
        _drop_sequence(work, relation, action)
        return
    if not action.cascade:
        _require_free(work, relation, action)
    elif not work.catalog.complete:
        work.doubt(f"what depends on {relation.name}, and goes with it, is not known")
    uses.lock_dropped(work, relation)


def _drop_sequence(work: Work, sequence: Sequence, action: actions.Drop) -> None:
    work.lock(sequence, _AX, "It is removed.", sources.DEPENDENCIES)
    owner = work.catalog.column(*sequence.owner) if sequence.owner else None
    if owner is not None and owner.identity:
        raise Refused("2BP01", f"cannot drop sequence {sequence.name} because column {owner.name} requires it")
    for table, column in dependents.drawing_from(work.catalog, sequence):
        if not action.cascade:
            raise Refused("2BP01", f"cannot drop sequence {sequence.name}: column {column} of {table.name} needs it")
    uses.lock_dropped_sequence(work, sequence)


def _require_free(work: Work, table: Table, action: actions.Drop) -> None:
    together = dropped_together(work.catalog, action)
    for other, obstacle in obstacles(work.catalog, table):
        if other not in together:
            work.lock(table, _AX, "It is to be removed.", sources.DROP_TABLE)
            message = f"cannot drop {table.kind} {table.name} because other objects depend on it"
            raise Refused("2BP01", f"{message}: {obstacle}")


def _drop_schemas(work: Work, action: actions.Drop) -> None:
    for name in action.names:
        if work.catalog.complete and name.name not in work.catalog.schemas:
            if action.if_exists:
                continue
            raise Refused("3F000", f'schema "{name.name}" does not exist')
        inside = contents.of_schema(work.catalog, name.name)
        if any(inside) and not action.cascade:
            raise Refused("2BP01", f"cannot drop schema {name.name} because other objects depend on it")
        if not work.catalog.complete:
            work.doubt(f"what else the schema {name.name} holds is not known")
        _drop_contents(work, inside)


def _drop_contents(work: Work, inside: contents.Contents) -> None:
    """Enter that all that stands in a schema goes with it."""
    for relation in inside.relations:
        if isinstance(relation, Sequence):
            uses.lock_dropped_sequence(work, relation)
        elif relation.kind != "type":
            uses.lock_dropped(work, relation)
    for name in inside.types:
        _lock_users_of_type(work, name)
    for function in inside.functions:
        routines.lock_users(work, function)
    for kind, identity in inside.objects:
        objects.lock_users(work, kind, identity)
    for extension in inside.extensions:
        extensions.lock_users(work, extension)


def _drop_statistics(work: Work, action: actions.Drop) -> None:
    for name in action.names:
        known = [
            each for each in work.catalog.relations.values() if isinstance(each, Table) and name.name in each.statistics
        ]
        if not known and not work.catalog.complete:
            work.doubt(f"the table of the statistics {name} is not known")
        elif not known and not action.if_exists:
            raise Refused("42704", f'statistics object "{name}" does not exist')
        for table in known:
            work.lock(table, _SUX, "DROP STATISTICS lets reads and writes go on.")


def _drop_types(work: Work, action: actions.Drop) -> None:
    for written in action.names:
        user_types.require_dropped(work, written, action)
        name = work.catalog.resolve_type(written)
        users = [*dependents.of_type(work.catalog, name), *_others_of_type(work, name)]
        if users and not action.cascade:
            raise Refused("2BP01", f"cannot drop type {name} because other objects depend on it: {users[0]}")
        if not work.catalog.complete and action.cascade:
            work.doubt(f"which other columns are of the type {name} is not known")
        _lock_users_of_type(work, name)


def _others_of_type(work: Work, name: Name) -> Iterator[str]:
    """The domains over a type, and the routines that take or return it, in words."""
    yield from (f"type {each}" for each in dependents.domains_over(work.catalog, name))
    yield from (f"{each.kind} {each.name}" for each in dependents.routines_with(work.catalog, name))


def _lock_users_of_type(work: Work, name: Name) -> None:
    for use in dependents.of_type(work.catalog, name):
        uses.lock(work, use, f"It is of the type {name}, and goes with it.")
    for domain in dependents.domains_over(work.catalog, name):
        _lock_users_of_type(work, domain)
    for function in dependents.routines_with(work.catalog, name):
        routines.lock_users(work, function)


_DROPPED: Final[dict[str, Callable[[Work, actions.Drop], None]]] = {
    "index": indexes.drop,
    **dict.fromkeys(("table", "view", "materialized view", "foreign table", "sequence"), _drop_relations),
    **dict.fromkeys(("trigger", "policy", "rule"), _drop_from_table),
    **dict.fromkeys(("function", "procedure", "aggregate", "routine"), routines.drop),
    **dict.fromkeys(("type", "domain"), _drop_types),
    "schema": _drop_schemas,
    "statistics": _drop_statistics,
    "extension": extensions.drop,
}
"""How each kind is dropped; those that are not named here touch no table."""
