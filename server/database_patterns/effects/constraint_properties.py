"""ALTER CONSTRAINT: whether it is deferrable, enforced, inherited; enforcing a foreign key looks every row up."""

from __future__ import annotations

from database_patterns import actions
from database_patterns.actions import Constraint
from database_patterns.catalog import Table
from database_patterns.catalog.definitions import same_key
from database_patterns.locks import LockMode

from . import foreign_keys, sources
from .alteration import Alteration, Validation
from .work import Refused

_ENFORCEABLE_SINCE = 18


def recurses(action: actions.AlterConstraint, table: Table, postgres: int) -> bool:
    """Whether the tables below are altered too: those of a foreign key, and what inherits a NOT NULL.

    Before 18 ONLY makes no difference.
    """
    by_only = action.only and postgres >= _ENFORCEABLE_SINCE
    return not by_only and (table.partitioned or bool(action.no_inherit))


def alter(at: Alteration, table: Table, action: actions.AlterConstraint) -> None:
    """Enter ALTER CONSTRAINT on one table of the family."""
    if table.name != at.table.name:
        _follow(at, table, action)
        return
    found = table.constraints.get(action.constraint)
    if found is None:
        if table.complete:
            raise Refused("42704", f'constraint "{action.constraint}" of relation "{table.name}" does not exist')
        at.work.doubt(f"what the constraint {action.constraint} of {table.name} is, and refers to, is not known")
        return
    _require_possible(at, table, found, action)
    if action.enforced is not None and action.enforced != found.enforced:
        _enforce(at, table, found, enforced=action.enforced)


def _follow(at: Alteration, partition: Table, action: actions.AlterConstraint) -> None:
    """A partition's part of the foreign key that is enforced looks up its own rows."""
    above = at.table.constraints.get(action.constraint)
    own = next((each for each in partition.foreign_keys if above and same_key(each, above)), None)
    if own is not None and action.enforced and not own.enforced and not partition.partitioned:
        referenced = foreign_keys.referenced_table(at.work, own)
        at.validations.append(Validation(partition, own, referenced))


def _require_possible(at: Alteration, table: Table, found: Constraint, action: actions.AlterConstraint) -> None:
    of = f'constraint "{found.name}" of relation "{table.name}"'
    if action.deferrable is not None and found.kind != "foreign key":
        raise Refused("42809", f"{of} is not a foreign key constraint")
    if action.enforced is not None and found.kind != "foreign key":
        raise Refused("42809", f"cannot alter enforceability of {of}")
    if action.no_inherit is not None and at.work.postgres < _ENFORCEABLE_SINCE:
        raise Refused("0A000", "FOREIGN KEY constraints cannot be marked NO INHERIT")
    if action.no_inherit is not None and found.kind != "not null":
        raise Refused("42809", f"{of} is not a not-null constraint")
    if _is_inherited(at, table, found):
        own_state = at.work.postgres >= _ENFORCEABLE_SINCE
        raise Refused(
            "55000" if own_state else "XX000", f'cannot alter constraint "{found.name}" on relation "{table.name}"'
        )
    if action.only and table.partitioned and at.catalog.children(table) and at.work.postgres >= _ENFORCEABLE_SINCE:
        raise Refused("42P16", "constraint must be altered in child tables too")


def _is_inherited(at: Alteration, table: Table, found: Constraint) -> bool:
    parents = [parent for name in table.inherits if (parent := at.catalog.table(name))]
    if found.kind == "not null":
        return any(found.name in parent.constraints for parent in parents)
    return any(same_key(found, key) for parent in at.catalog.above(table) for key in parent.foreign_keys)


def _enforce(at: Alteration, table: Table, key: Constraint, *, enforced: bool) -> None:
    referenced = foreign_keys.referenced_table(at.work, key)
    mode = LockMode.ShareRowExclusiveLock if enforced else LockMode.AccessExclusiveLock
    verb = "gets the triggers" if enforced else "loses the triggers"
    for each in at.catalog.family(referenced) if referenced.partitioned else (referenced,):
        at.work.lock(each, mode, f"It {verb} of a foreign key of {table.name}.", sources.ALTER_TABLE)
    if enforced and not table.partitioned:
        at.validations.append(Validation(table, key, referenced))
