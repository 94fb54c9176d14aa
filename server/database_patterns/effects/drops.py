"""DROP of relations and other objects, with what goes along or keeps them from going."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from database_patterns import actions
from database_patterns.actions import Name
from database_patterns.catalog import Kind, Sequence, Table, dependents
from database_patterns.catalog.definitions import own_keys
from database_patterns.catalog.drops import columns_of_type, dropped_together, obstacles
from database_patterns.locks import LockMode

from . import columns, indexes, objects, renames, routines, sources, types, user_types, uses
from .work import Refused, Work

_SUX = LockMode.ShareUpdateExclusiveLock
_PARTITIONED_HAVE_TRIGGERS_SINCE = 15
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
    called: Kind = next((each for each in others if each == kind), "table")
    return Table(name, kind=called, complete=False, columns_complete=False)


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
    lock_dropped(work, relation)


def _drop_sequence(work: Work, sequence: Sequence, action: actions.Drop) -> None:
    work.lock(sequence, _AX, "It is removed.", sources.DEPENDENCIES)
    owner = work.catalog.column(*sequence.owner) if sequence.owner else None
    if owner is not None and owner.identity:
        raise Refused("2BP01", f"cannot drop sequence {sequence.name} because column {owner.name} requires it")
    for table, column in dependents.drawing_from(work.catalog, sequence):
        if not action.cascade:
            raise Refused("2BP01", f"cannot drop sequence {sequence.name}: column {column} of {table.name} needs it")
        work.lock(table, _AX, f"The default of {column} goes with the sequence.", sources.DEPENDENCIES)
        work.breaks(table, f"rows without a value for {column} get none")


def _require_free(work: Work, table: Table, action: actions.Drop) -> None:
    together = dropped_together(work.catalog, action)
    for other, obstacle in obstacles(work.catalog, table):
        if other not in together:
            work.lock(table, _AX, "It is to be removed.", sources.DROP_TABLE)
            message = f"cannot drop {table.kind} {table.name} because other objects depend on it"
            raise Refused("2BP01", f"{message}: {obstacle}")


def lock_dropped(work: Work, table: Table) -> None:
    """Enter that a table or view goes, with all that belongs to it or depends on it."""
    work.lock(table, _AX, f"The {table.kind} is removed.", sources.DROP_TABLE)
    work.lock_indexes(table, _AX, "It goes with its table.")
    if table.kind in {"table", "materialized view"}:
        work.lose(table, "all rows")
    work.breaks(table, f"statements that name {table.name} fail (42P01)")
    for sequence in work.catalog.sequences_of(table):
        work.lock(sequence, _AX, "It belongs to the table.", sources.DEPENDENCIES)
    for use in dependents.elsewhere(work.catalog, table):
        uses.lock(work, use, f"It names {table.name}, which is dropped.")
    _lock_referenced(work, table)
    for other, key in list(work.catalog.references_into(table)):
        work.lock(other, _AX, f"Its foreign key to {table.name} goes.", sources.DEPENDENCIES)
        for part in work.catalog.family(work.table(key.references or table.name)):
            work.lock(part, _AX, f"The triggers of a foreign key of {other.name} go.", sources.DEPENDENCIES)
    for view in work.catalog.views_on(table):
        columns.lock_dropped_view(work, view)
    for child in work.catalog.children(table):
        lock_dropped(work, child)
    _leave_parents(work, table)


def _lock_referenced(work: Work, table: Table) -> None:
    """The tables that a dropped one refers to lose the triggers of its foreign keys."""
    if table.kind == "table" and not table.complete:
        work.doubt(f"which tables {table.name} refers to is not known: they get {_AX.name} for a moment")
    for key in own_keys(work.catalog, table):
        if key.references is not None and key.references != table.name:
            referenced = work.table(key.references)
            for each in work.catalog.family(referenced) if referenced.partitioned else (referenced,):
                if each.partitioned and work.postgres < _PARTITIONED_HAVE_TRIGGERS_SINCE:
                    continue
                work.lock(each, _AX, f"The triggers of a foreign key of {table.name} go.", sources.DROP_TABLE)


def _leave_parents(work: Work, table: Table) -> None:
    for name in table.inherits if table.partition else ():
        parent = work.table(name)
        work.lock(parent, _AX, "It loses a partition.", sources.PARTITIONING)
        for sibling in work.catalog.children(parent):
            if sibling.default_partition:
                work.lock(sibling, _AX, "Its bound widens by the partition's.", sources.PARTITIONING)


def _drop_extensions(work: Work, action: actions.Drop) -> None:
    for name in action.names:
        _drop_extension(work, name.name, action)


def _drop_extension(work: Work, name: str, action: actions.Drop) -> None:
    """DROP EXTENSION: columns of its types go with it by CASCADE; what calls its functions is not known."""
    if name not in work.catalog.extensions and work.catalog.complete and name not in _ALWAYS_INSTALLED:
        if action.if_exists:
            return
        raise Refused("42704", f'extension "{name}" does not exist')
    tables = [each for each in work.catalog.relations.values() if isinstance(each, Table) and each.kind == "table"]
    for table in tables:
        for column in table.columns.values():
            facts = types.own_facts(work.catalog, column.type, work.postgres)
            if facts is None or facts.extension != name:
                continue
            if not action.cascade:
                message = f"cannot drop extension {name} because other objects depend on it"
                raise Refused("2BP01", f"{message}: column {column.name} of table {table.name}")
            work.lock(table, _AX, f"Its column {column.name} is of a type of the extension.", sources.DEPENDENCIES)
            columns.lock_what_goes(work, table, column.name)
    if action.cascade:
        work.doubt(f"what else depends on the extension {name}, and goes with it, is not known")
    else:
        work.may_fail("2BP01", f"something depends on the extension {name}")


_ALWAYS_INSTALLED = frozenset({"plpgsql"})


def _drop_schemas(work: Work, action: actions.Drop) -> None:
    for name in action.names:
        if work.catalog.complete and name.name not in work.catalog.schemas:
            if action.if_exists:
                continue
            raise Refused("3F000", f'schema "{name.name}" does not exist')
        inside = [each for key, each in work.catalog.relations.items() if key.schema == name.name]
        if inside and not action.cascade:
            raise Refused("2BP01", f"cannot drop schema {name.name} because other objects depend on it")
        if not work.catalog.complete:
            work.doubt(f"what else the schema {name.name} holds is not known")
        for relation in inside:
            if isinstance(relation, Table):
                lock_dropped(work, relation)
            else:
                work.lock(relation, _AX, "It goes with its schema.", sources.DEPENDENCIES)
        for table in _tables_with_triggers(work, name.name):
            work.lock(table, _AX, "A trigger goes with its function.", sources.DEPENDENCIES)


def _tables_with_triggers(work: Work, schema: str) -> Iterator[Table]:
    """The tables whose triggers call a function of ``schema``."""
    for relation in work.catalog.relations.values():
        triggers = relation.triggers.values() if isinstance(relation, Table) else ()
        if any(each.function and each.function.schema == schema for each in triggers) and isinstance(relation, Table):
            yield relation


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
    for name in action.names:
        user_types.require_dropped(work, name, action)
        typed = work.catalog.typed_tables(work.catalog.resolve(name))
        if typed and not action.cascade:
            raise Refused("2BP01", f"cannot drop type {name}: table {typed[0].name} depends on it")
        for table in typed:
            lock_dropped(work, table)
        users = [each for each in columns_of_type(work.catalog, name) if each[0] not in typed]
        if users and not action.cascade:
            table, column = users[0]
            message = (
                f"cannot drop type {name} because other objects depend on it: column {column} of table {table.name}"
            )
            raise Refused("2BP01", message)
        if not work.catalog.complete and action.cascade:
            work.doubt(f"which other columns are of the type {name} is not known")
        for table, column in users:
            work.lock(table, _AX, f"Its column {column} is of the type, and goes with it.", sources.DEPENDENCIES)
            columns.lock_what_goes(work, table, column)


_DROPPED: Final[dict[str, Callable[[Work, actions.Drop], None]]] = {
    "index": indexes.drop,
    **dict.fromkeys(("table", "view", "materialized view", "foreign table", "sequence"), _drop_relations),
    **dict.fromkeys(("trigger", "policy", "rule"), _drop_from_table),
    **dict.fromkeys(("function", "procedure", "aggregate", "routine"), routines.drop),
    **dict.fromkeys(("type", "domain"), _drop_types),
    "schema": _drop_schemas,
    "statistics": _drop_statistics,
    "extension": _drop_extensions,
}
"""How each kind is dropped; those that are not named here touch no table."""
