"""The subcommands of ALTER TABLE that no action of their own stands for: their locks, and which of them rewrite."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from itertools import zip_longest
from typing import Final

from database_patterns import actions
from database_patterns.actions import Name
from database_patterns.catalog import Index, Sequence, Table
from database_patterns.catalog.definitions import own_keys
from database_patterns.catalog.updatable import is_updatable
from database_patterns.locks import LockMode
from database_patterns.model import Tristate

from . import column_options, inheritance, sources
from .alteration import Alteration
from .work import Refused, Work

_AX: Final = LockMode.AccessExclusiveLock
_SRX: Final = LockMode.ShareRowExclusiveLock
_SUX: Final = LockMode.ShareUpdateExclusiveLock

_LEVELS: Final[dict[str, LockMode]] = {
    **dict.fromkeys(
        ("EnableTrig", "EnableAlwaysTrig", "EnableReplicaTrig", "EnableTrigAll", "EnableTrigUser", "DisableTrig",
         "DisableTrigAll", "DisableTrigUser"), _SRX),
    **dict.fromkeys(
        ("SetStatistics", "SetOptions", "ResetOptions", "ClusterOn", "DropCluster", "DetachPartitionFinalize",
         "AttachPartition"), _SUX),
}  # fmt: skip
"""Weaker locks than ACCESS EXCLUSIVE, which all others take."""
_STRONG_OPTIONS: Final = frozenset(
    {"user_catalog_table", "fastupdate", "gin_pending_list_limit", "pages_per_range", "autosummarize", "buffering",
     "security_barrier", "security_invoker", "check_option"}
)  # fmt: skip
"""Storage parameters that take ACCESS EXCLUSIVE; the others take SHARE UPDATE EXCLUSIVE."""
_PARAMETERS: Final = frozenset({"SetRelOptions", "ResetRelOptions"})
_RECURSING_IN_PARTITIONS: Final = frozenset({"AddIdentity", "SetIdentity", "DropIdentity"})
_RECURSING: Final = frozenset({"SetStatistics", "SetStorage", "SetExpression", "DropExpression"})


def level(action: actions.OtherAlteration) -> LockMode:
    """The lock that the subcommand takes on its relation."""
    if action.kind in _PARAMETERS:
        return _AX if _STRONG_OPTIONS.intersection(action.options) else _SUX
    return _LEVELS.get(action.kind, _AX)


def recurses(action: actions.OtherAlteration, table: Table, postgres: int) -> bool:
    """Whether the subcommand goes on to the tables below."""
    identity = table.partitioned and postgres >= column_options.IDENTITY_OF_ALL_PARTITIONS_SINCE
    return not action.only and (action.kind in _RECURSING or (action.kind in _RECURSING_IN_PARTITIONS and identity))


def alter(at: Alteration, table: Table, action: actions.OtherAlteration) -> None:
    """Enter what the subcommand does beside its lock."""
    if action.kind in _MORE:
        _MORE[action.kind](at, table, action)
    elif action.kind not in _ONLY_LOCKS:
        at.work.doubt(f"ALTER TABLE … {_spelled(action.kind)} is not analysed yet")


def _spelled(kind: str) -> str:
    """The parser's name of a subcommand as SQL: DropOids is DROP OIDS."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).upper()


def require_known_parameters(work: Work, names: Collection[str]) -> None:
    """Refuse the parameters of a view that this version does not have yet."""
    if "security_invoker" in names and work.postgres < _INVOKER_SINCE:
        raise Refused("22023", f'unrecognized parameter "security_invoker", which exists from {_INVOKER_SINCE} on')


_INVOKER_SINCE: Final = 15


def _parameters(at: Alteration, table: Table, action: actions.OtherAlteration) -> None:
    require_known_parameters(at.work, action.options)
    if "check_option" in action.options and table.kind == "view" and table.query and not is_updatable(table):
        raise Refused("0A000", "WITH CHECK OPTION is supported only on automatically updatable views")
    if table.partitioned and action.kind == "SetRelOptions" and action.options:
        sqlstate = "42809" if at.work.postgres >= _PARTITIONED_HAVE_NO_PARAMETERS_SINCE else "22023"
        raise Refused(sqlstate, "cannot specify storage parameters for a partitioned table")
    index = at.catalog.index(at.table.name)
    accepted = _PARAMETERS_OF_METHODS.get(index.method) if index else None
    foreign = next((each for each in action.options if accepted is not None and each not in accepted), None)
    if foreign is not None and action.kind == "SetRelOptions":
        raise Refused("22023", f'unrecognized parameter "{foreign}"')


_PARAMETERS_OF_METHODS: Final = {
    "btree": frozenset({"fillfactor", "deduplicate_items", "vacuum_cleanup_index_scale_factor"}),
    "hash": frozenset({"fillfactor"}),
    "gist": frozenset({"fillfactor", "buffering"}),
    "spgist": frozenset({"fillfactor"}),
    "gin": frozenset({"fastupdate", "gin_pending_list_limit"}),
    "brin": frozenset({"pages_per_range", "autosummarize"}),
}


_PARTITIONED_HAVE_NO_PARAMETERS_SINCE: Final = 16
"""Before that the parameters are said to be unknown."""


def require_persistence(at: Alteration, action: actions.OtherAlteration) -> None:
    """Raise Refused where foreign keys forbid SET LOGGED or SET UNLOGGED."""
    wanted = _wanted_persistence(action)
    if at.table.kind == "sequence" or at.table.persistence == wanted:
        return
    if at.table.persistence == "temporary":
        raise Refused("42P16", f'cannot change logged status of table "{at.table.name}" because it is temporary')
    others = _keys_against(at, at.table, wanted)
    published = not at.catalog.complete or any(kind == "publication" for kind, _ in at.catalog.objects)
    if others and wanted == "unlogged" and published:
        at.work.may_fail("42P16", f"{others[0].name} refers to {at.table.name}")
    elif others:
        adverb, verb = ("logged", "references") if wanted == "permanent" else ("unlogged", "is referenced by")
        message = f'could not change table "{at.table.name}" to {adverb} because it {verb} "{others[0].name}"'
        raise Refused("42P16", message)
    if wanted == "unlogged":
        at.work.may_fail("55000", f"{at.table.name} is part of a publication")


def _wanted_persistence(action: actions.OtherAlteration) -> str:
    return "permanent" if action.kind == "SetLogged" else "unlogged"


def _persistence(at: Alteration, table: Table, action: actions.OtherAlteration) -> None:
    wanted = _wanted_persistence(action)
    if table.kind == "sequence":
        _sequence_persistence(at, table, wanted)
        return
    if table.partitioned or table.persistence == wanted:
        return
    reads = action.relation_kind == "table"
    at.work.rewrite(table, f"It is copied to become {wanted}.", reads=reads)
    for sequence in at.catalog.sequences_of(table) if at.work.postgres >= _SEQUENCES_FOLLOW_SINCE else ():
        at.work.lock(sequence, _AX, f"It becomes {wanted} with its table.", sources.ALTER_TABLE)
        at.work.rewrite(sequence, "The sequence's state is written anew.")


def _sequence_persistence(at: Alteration, table: Table, wanted: str) -> None:
    """A sequence is as permanent as the table that owns it; the persistence of one by itself is not followed."""
    sequence = at.catalog.relation(table.name)
    owner = at.catalog.table(sequence.owner[0]) if isinstance(sequence, Sequence) and sequence.owner else None
    present = owner.persistence if owner else "permanent"
    if present != wanted:
        at.work.rewrite(table, f"The sequence's state is written anew to become {wanted}.", reads=False)


_SEQUENCES_FOLLOW_SINCE: Final = 15


def _keys_against(at: Alteration, table: Table, wanted: str) -> list[Table]:
    """The tables whose foreign keys forbid the change: a permanent table may not refer to an unlogged one."""
    if wanted == "unlogged":
        others = (other for other, _ in at.catalog.references_into(table) if other.name != table.name)
        return [other for other in others if other.persistence == "permanent"]
    referenced = (at.catalog.table(key.references) for key in own_keys(at.catalog, table) if key.references)
    return [each for each in referenced if each is not None and each.persistence == "unlogged"]


def _tablespace(at: Alteration, table: Table, action: actions.OtherAlteration) -> None:
    if action.name != _USUAL_TABLESPACE:
        at.work.may_fail("42704", f"the server has no tablespace {action.name}")
    index = at.catalog.index(action.table)
    if index is not None and index.partitioned:
        return
    if action.name == _USUAL_TABLESPACE:
        reason = f"Its files are copied, unless {_USUAL_TABLESPACE} is where they are already."
        at.work.rewrite(index or table, reason, rewritten="unknown", reads=False, with_indexes=False)
    elif index is not None:
        at.work.rebuild_alone(index)
    else:
        at.work.rewrite(table, "The table's files are copied to the other tablespace.", reads=False, with_indexes=False)


_USUAL_TABLESPACE: Final = "pg_default"
"""Where everything stands of which nothing else was said, in a database of which nothing else was said."""


def _access_method(at: Alteration, table: Table, action: actions.OtherAlteration) -> None:
    if table.partitioned and at.work.postgres < _PARTITIONED_HAVE_AN_ACCESS_METHOD_SINCE:
        raise Refused("42809", "cannot change access method of a partitioned table")
    wanted = action.name or at.catalog.default_access_method
    if table.access_method == wanted:
        return
    if wanted != "heap":
        at.work.may_fail("42704", f"the server has no access method {wanted}")
    if table.access_method is None:
        at.work.doubt(f"the present access method of {table.name} is not known")
    rewritten: Tristate = "unknown" if table.access_method is None else True
    at.work.rewrite(table, f"The table is copied into the access method {wanted}.", rewritten=rewritten)


_PARTITIONED_HAVE_AN_ACCESS_METHOD_SINCE: Final = 17


def _finalize(at: Alteration, table: Table, action: actions.OtherAlteration) -> None:
    if table.complete and not table.partitioned and at.work.postgres >= _DETACHES_FROM_PARTITIONED_ONLY_SINCE:
        raise Refused(
            "42809", f'ALTER action DETACH PARTITION … FINALIZE cannot be performed on relation "{table.name}"'
        )
    partition = at.work.table(action.relation or action.table)
    if partition.complete and table.name not in partition.inherits:
        raise Refused("42P01", f'relation "{partition.name}" is not a partition of relation "{table.name}"')
    at.work.may_fail("55000", f"no partition of {table.name} is pending to be detached")


_DETACHES_FROM_PARTITIONED_ONLY_SINCE: Final = 18


def _attach_index(at: Alteration, _table: Table, action: actions.OtherAlteration) -> None:
    name = action.relation or action.table
    above, part = at.catalog.index(action.table), at.catalog.index(name)
    if above is None or part is None:
        if above is not None and at.catalog.complete:
            raise Refused("42P01", f'relation "{name}" does not exist')
        at.work.doubt(f"the index {action.table if above is None else name} is not in the known schema")
        return
    parent, partition = at.work.table(above.table), at.work.table(part.table)
    stranger = parent.name not in partition.inherits or part.parent not in {None, above.name}
    if stranger or _shape(above) != _shape(part):
        message = f'cannot attach index "{part.name}" as a partition of index "{above.name}"'
        raise Refused("55000" if stranger else "42P17", message)
    for table in (parent, partition):
        at.work.lock(table, LockMode.AccessShareLock, "One of its indexes is attached.", sources.ALTER_INDEX)
    at.work.lock(part, _AX, "It becomes part of a partitioned index.", sources.ALTER_INDEX)


def _shape(index: Index) -> tuple[object, ...]:
    """In what two indexes must agree for one to become part of the other, as far as it can be told for certain."""
    return index.method, index.unique, index.columns, index.include


def _replica_identity(at: Alteration, table: Table, action: actions.OtherAlteration) -> None:
    if action.index is None:
        return
    index = _own_index(at, table, action.index)
    if index is None:
        return
    at.work.lock(index, LockMode.ShareLock, "It identifies the table's rows for replicas.", sources.ALTER_TABLE)
    nullable = [name for name in index.columns if name and name in table.columns and not table.columns[name].not_null]
    constraint = table.constraints.get(index.constraint or "")
    problems = (
        ("42809", "it is not unique", not index.unique),
        ("0A000", "it is not immediate", constraint is not None and constraint.deferrable),
        ("0A000", "it has expressions", index.has_expressions),
        ("0A000", "it is partial", index.predicate is not None),
        ("42809", f"its column {nullable[0] if nullable else ''} is nullable", bool(nullable)),
    )
    _refuse_index(table, index, problems, "be replica identity")


def _own_index(at: Alteration, table: Table, name: str) -> Index | None:
    """The index of that name; raises Refused where it is certainly none of the table's."""
    index = table.indexes.get(name)
    if index is None and at.catalog.index(Name(name, table.name.schema)) is not None:
        raise Refused("42809", f'"{name}" is not an index for table "{table.name}"')
    if index is None and table.complete:
        raise Refused("42704", f'index "{name}" for table "{table.name}" does not exist')
    return index


def _refuse_index(table: Table, index: Index, problems: Iterable[tuple[str, str, bool]], what: str) -> None:
    for sqlstate, problem, found in problems:
        if found:
            raise Refused(sqlstate, f'index "{index.name}" of "{table.name}" cannot {what}: {problem}')


def _cluster_on(at: Alteration, table: Table, action: actions.OtherAlteration) -> None:
    index = _own_index(at, table, action.name or "")
    if index is not None:
        at.work.lock(index, at.level, "It is marked as the order of the table.", sources.ALTER_TABLE)
        require_clusterable(table, index)


def require_clusterable(table: Table, index: Index) -> None:
    """Raise Refused where a table cannot be ordered by this index."""
    problems = (
        ("0A000", "its method has no order", index.method not in _CLUSTERABLE),
        ("0A000", "it is partial", index.predicate is not None),
        ("0A000", "it is not valid", index.valid is False),
        ("0A000", "the table is partitioned", table.partitioned),
    )
    _refuse_index(table, index, problems, "order it")


_CLUSTERABLE: Final = frozenset({"btree", "gist"})


def _no_cluster(_at: Alteration, table: Table, _action: actions.OtherAlteration) -> None:
    if table.partitioned:
        raise Refused("0A000", "cannot mark index clustered in partitioned table")


def _owner(at: Alteration, table: Table, _action: actions.OtherAlteration) -> None:
    """A new owner takes over indexes and sequences; who the present one is, is not known."""
    relation = at.catalog.relation(table.name)
    if isinstance(relation, Sequence) and relation.owner:
        at.work.may_fail("0A000", f"{table.name} belongs to a table of another owner")
    owned: list[Index | Sequence] = [*table.indexes.values(), *at.catalog.sequences_of(table)]
    for each in owned:
        at.work.lock(each, _AX, "It gets the owner of its table.", sources.ALTER_TABLE, certain=False)


def _become_typed(at: Alteration, table: Table, action: actions.OtherAlteration) -> None:
    """OF: the table's columns must be the type's, in their order."""
    name = action.relation or table.name
    of_type = at.catalog.table(name)
    if of_type is None or of_type.kind != "type":
        if at.catalog.complete and of_type is None and not at.catalog.is_type(name):
            raise Refused("42704", f'type "{name}" does not exist')
        if of_type is not None or at.catalog.complete:
            raise Refused("42809", f"type {name} is not a composite type")
        at.work.doubt(f"the attributes of the type {name} are not known")
        return
    if table.inherits:
        raise Refused("42809", "typed tables cannot inherit")
    pairs = zip_longest(table.columns.values(), of_type.columns.values())
    if table.columns_complete and not all(inheritance.is_same(at.work, *pair) for pair in pairs):
        raise Refused("42804", f"the columns of {table.name} are not those of the type {name}")


def _leave_type(_at: Alteration, table: Table, _action: actions.OtherAlteration) -> None:
    if table.complete and table.of_type is None:
        raise Refused("42809", f'"{table.name}" is not a typed table')


def _trigger(_at: Alteration, table: Table, action: actions.OtherAlteration) -> None:
    if table.complete and action.name not in table.triggers:
        raise Refused("42704", f'trigger "{action.name}" for table "{table.name}" does not exist')


def _rule(_at: Alteration, table: Table, action: actions.OtherAlteration) -> None:
    if table.complete and action.name not in table.rules:
        raise Refused("42704", f'rule "{action.name}" for relation "{table.name}" does not exist')


_RULE_NAMED: Final = ("EnableRule", "EnableAlwaysRule", "EnableReplicaRule", "DisableRule")
_TRIGGER_NAMED: Final = ("EnableTrig", "EnableAlwaysTrig", "EnableReplicaTrig", "DisableTrig")
_MORE: Final[dict[str, Callable[[Alteration, Table, actions.OtherAlteration], None]]] = {
    **dict.fromkeys(_PARAMETERS, _parameters),
    "SetLogged": _persistence,
    "SetUnLogged": _persistence,
    "SetTableSpace": _tablespace,
    "SetAccessMethod": _access_method,
    "AddInherit": inheritance.inherit,
    "DropInherit": inheritance.disinherit,
    "ChangeOwner": _owner,
    "AddOf": _become_typed,
    "DropOf": _leave_type,
    **dict.fromkeys(_TRIGGER_NAMED, _trigger),
    **dict.fromkeys(_RULE_NAMED, _rule),
    "AttachPartition": _attach_index,
    "ReplicaIdentity": _replica_identity,
    "ClusterOn": _cluster_on,
    "DropCluster": _no_cluster,
    "DetachPartitionFinalize": _finalize,
    **dict.fromkeys(column_options.KINDS, column_options.alter),
}
_ONLY_LOCKS: Final = frozenset(
    {*_LEVELS, "EnableRowSecurity", "DisableRowSecurity", "ForceRowSecurity", "NoForceRowSecurity", "DropOids",
     "GenericOptions", "AlterColumnGenericOptions"}
)  # fmt: skip
