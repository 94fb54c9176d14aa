"""ADD, DROP and VALIDATE CONSTRAINT, on one table of the family, and what foreign keys do to the other table."""

from __future__ import annotations

from database_patterns import actions
from database_patterns.actions import Constraint, Name
from database_patterns.catalog import Table
from database_patterns.catalog.definitions import same_key
from database_patterns.catalog.drops import keys_that_need
from database_patterns.catalog.schema import constrained_columns
from database_patterns.locks import LockMode

from . import columns, foreign_keys, indexes, lookups, references, sources, types
from .alteration import Alteration, Validation
from .volatility import compares
from .work import NOT_NULL_HAS_A_NAME_SINCE, Refused, Work

_AX = LockMode.AccessExclusiveLock
_AS = LockMode.AccessShareLock
_EXCLUSION_ON_PARTITIONED_SINCE = 17
_VALIDATED = frozenset({"check", "foreign key", "not null"})
_INDEXED = frozenset({"unique", "primary key", "exclusion"})
_OF_STORED_ROWS = _INDEXED | {"foreign key"}


def add(at: Alteration, table: Table, action: actions.AddConstraint) -> None:
    """Enter ADD CONSTRAINT of any kind."""
    constraint = action.constraint
    if table.kind == "foreign table":
        require_local(constraint, sqlstate="0A000" if table.name == at.table.name else "42809")
    if table.name == at.table.name:
        _require_names(at, table, constraint)
        if constraint.kind == "not null" and _repeats_not_null(at, table, constraint):
            return
        _require_addable(at, table, action)
    if constraint.kind == "foreign key":
        foreign_keys.add(at, table, constraint, validated=not constraint.not_valid, only=action.only)
    elif constraint.kind in _INDEXED:
        _add_indexed(at, table, constraint, only=action.only)
    elif constraint.kind == "not null":
        if not constraint.not_valid:
            columns.check_not_null(at, table, constraint.columns[0])
    elif constraint.enforced and not constraint.not_valid:
        at.work.scan(table, "The CHECK is evaluated for every row.")
        if table.rows != "none":
            at.work.may_fail("23514", f"a row of {table.name} violates the CHECK")


def _require_names(at: Alteration, table: Table, constraint: Constraint) -> None:
    if constraint.kind == "foreign key":
        _require_new(at, table, constraint)
        foreign_keys.referenced_table(at.work, constraint)
    references.require_in(at.work, table, constraint.expression, constraint.predicate)
    for column in sorted(constrained_columns(constraint)):
        columns.require(table, column)
    require_stored(table, constraint)


def require_stored(table: Table, constraint: Constraint) -> None:
    """Raise Refused where the index of a key, or a foreign key, would be about a virtual column."""
    if constraint.kind in _OF_STORED_ROWS:
        columns.require_stored(table, constrained_columns(constraint), f"{constraint.kind} constraints")


def require_local(constraint: Constraint, sqlstate: str = "0A000") -> None:
    """Raise Refused where a foreign table, whose rows PostgreSQL does not see, would get an index or a foreign key."""
    if constraint.kind in _OF_STORED_ROWS:
        raise Refused(sqlstate, f"{constraint.kind} constraints are not supported on foreign tables")


def _require_addable(at: Alteration, table: Table, action: actions.AddConstraint) -> None:
    constraint = action.constraint
    if constraint.kind not in _INDEXED:
        _require_new(at, table, constraint)
    inherited = constraint.kind in {"check", "not null"} and not constraint.no_inherit
    message = "constraint must be added to child tables too"
    columns.require_with_children(at, table, message, only=action.only and inherited)


def _repeats_not_null(at: Alteration, table: Table, constraint: Constraint) -> bool:
    """Whether the column is NOT NULL by a constraint already, which another one must agree with in all it says."""
    same = (each for each in table.constraints.values() if each.kind == "not null")
    found = next((each for each in same if each.columns == constraint.columns), None)
    if found is None or at.work.postgres < NOT_NULL_HAS_A_NAME_SINCE:
        return False
    problems = {
        f"cannot change NO INHERIT status of NOT NULL constraint {found.name}": found.no_inherit
        != constraint.no_inherit,
        f"incompatible NOT VALID constraint {found.name}": found.not_valid and not constraint.not_valid,
        f"a not-null constraint named {found.name} already exists": constraint.name not in {None, found.name},
    }
    problem = next((words for words, differs in problems.items() if differs), None)
    if problem is not None:
        raise Refused("55000", f'{problem} on relation "{table.name}"')
    return True


def _require_new(at: Alteration, table: Table, constraint: Constraint) -> None:
    if constraint.no_inherit and table.partitioned:
        raise Refused("42P16", f'cannot add NO INHERIT constraint to partitioned table "{table.name}"')
    if at.work.constraint(table, constraint.name) is not None:
        raise Refused("42710", f'constraint "{constraint.name}" for relation "{table.name}" already exists')


def _require_new_key(at: Alteration, table: Table, constraint: Constraint) -> None:
    """The same for a constraint with an index, once the index is known to be possible."""
    if table.name != at.table.name:
        return
    require_one_primary_key(table, constraint)
    _require_whole_not_null(at, table, constraint)
    require_partition_key(table, constraint)
    index = constraint.name or constraint.using_index
    taken = index is not None and at.catalog.exists(Name(index, table.name.schema))
    if taken and constraint.using_index != index:
        raise Refused("42P07", f'relation "{index}" already exists')
    _require_new(at, table, constraint)


def require_one_primary_key(table: Table, constraint: Constraint) -> None:
    """Raise Refused where a second primary key is to be made."""
    if constraint.kind == "primary key" and table.primary_key is not None:
        raise Refused("42P16", f'multiple primary keys for table "{table.name}" are not allowed')


def _require_whole_not_null(at: Alteration, table: Table, key: Constraint) -> None:
    """Raise Refused where the NOT NULL of a column does not hold for all that a primary key demands of it."""
    if key.kind != "primary key" or at.work.postgres < NOT_NULL_HAS_A_NAME_SINCE:
        return
    for each in table.constraints.values():
        if each.kind == "not null" and (each.not_valid or each.no_inherit) and set(each.columns) <= set(key.columns):
            raise Refused("55000", f'cannot create primary key on column "{each.columns[0]}", as of {each.name}')


def require_range(work: Work, table: Table, key: Constraint) -> None:
    """Raise Refused where WITHOUT OVERLAPS stands alone, or behind a column that is no range."""
    if not key.temporal:
        return
    if len(key.columns) < 2:
        raise Refused("42601", "constraint using WITHOUT OVERLAPS needs at least two columns")
    last = table.columns.get(key.columns[-1])
    if last and types.category(work.catalog, last.type, work.postgres) not in {None, "R"}:
        raise Refused("42804", f'column "{last.name}" in WITHOUT OVERLAPS is not a range or multirange type')


def _add_indexed(at: Alteration, table: Table, constraint: Constraint, *, only: bool) -> None:
    early = at.work.postgres < _EXCLUSION_ON_PARTITIONED_SINCE
    if early and table.partitioned and constraint.kind == "exclusion":
        raise Refused("0A000", "exclusion constraints are not supported on partitioned tables")
    if constraint.using_index is not None:
        _take_index(at, table, constraint)
        return
    require_range(at.work, table, constraint)
    keys = (*constraint.columns, *(each.column for each in constraint.elements if each.operator_class is None))
    for column in keys:
        known = table.columns.get(column or "")
        indexes.require_class(at.work, constraint.method, known.type if known else None)
    _require_operators(at.work, table, constraint)
    _require_new_key(at, table, constraint)
    if constraint.kind == "primary key" and not table.partitioned:
        _require_in_children(at, table, constraint, only=only)
    at.work.scan(table, f"The index behind {constraint.kind.upper()} is built from every row.")
    if table.rows == "none":
        return
    if constraint.kind == "exclusion":
        at.work.may_fail("23P01", f"two rows of {table.name} conflict")
        return
    at.work.may_fail("23505", f"two rows of {table.name} are equal in {', '.join(constraint.columns)}")
    if constraint.kind == "primary key" and not all(table.requires(each) for each in constraint.columns):
        at.work.may_fail("23502", f"a row of {table.name} is NULL in {', '.join(constraint.columns)}")


def _require_operators(work: Work, table: Table, constraint: Constraint) -> None:
    """Raise Refused where an exclusion constraint compares values by an operator that their type has not."""
    if not types.are_all_known(work.catalog):
        return
    for element, operator in zip(constraint.elements, constraint.operators, strict=True):
        known = table.columns.get(element.column or "")
        # A composite type has the operators of records, which are those of no type by name.
        if known is None or types.category(work.catalog, known.type, work.postgres) is None:
            continue
        if not compares(operator, known, work.scope(table)):
            raise Refused("42883", f"operator does not exist: {known.type.sql} {operator} {known.type.sql}")


def _require_in_children(at: Alteration, table: Table, key: Constraint, *, only: bool) -> None:
    """A primary key is not inherited, but that its columns are NOT NULL is, unless the statement says ONLY."""
    nullable = [column for column in key.columns if not table.requires(column)]
    for child in at.catalog.family(table)[1:] if nullable else ():
        if only and at.work.postgres < NOT_NULL_HAS_A_NAME_SINCE:
            continue
        missing = next((column for column in key.columns if not child.requires(column)), None)
        if only and missing is not None:
            raise Refused("XX000", f'column "{missing}" of table "{child.name}" is not marked NOT NULL')
        at.work.lock(child, at.level, "The columns of the key become NOT NULL in it too.", sources.ALTER_TABLE)
        for column in nullable:
            columns.check_not_null(at, child, column)


def require_partition_key(table: Table, constraint: Constraint) -> None:
    """Raise Refused where a key of a partitioned table leaves out a column of the partition key."""
    if table.partitioned and constraint.kind != "exclusion" and not table.partition_key <= set(constraint.columns):
        raise Refused("0A000", "unique constraint on partitioned table must include all partitioning columns")


def _take_index(at: Alteration, table: Table, constraint: Constraint) -> None:
    index = table.indexes.get(constraint.using_index or "")
    if index is None:
        _require_unknown(at, table, constraint)
    if table.partitioned:
        raise Refused("0A000", "ALTER TABLE / ADD CONSTRAINT USING INDEX is not supported on partitioned tables")
    if index is None:
        at.work.doubt(f"the index {constraint.using_index} is not in the known schema")
        if constraint.kind == "primary key":
            at.work.doubt(f"whether the columns of {constraint.using_index} are NOT NULL is not known")
            at.work.scan(table, "Columns that are not NOT NULL yet are read to find a NULL.", scanned="unknown")
        return
    _require_usable(table, constraint)
    _require_new_key(at, table, constraint)
    renamed = constraint.name not in {None, index.name.name}
    at.taken[Name(constraint.name or index.name.name, table.name.schema)] = index
    mode = LockMode.ShareUpdateExclusiveLock if renamed else _AS
    at.work.lock(index, mode, "It takes the constraint's name." if renamed else "It becomes the constraint's index.")
    for column in index.columns if constraint.kind == "primary key" else ():
        if column is not None:
            columns.check_not_null(at, table, column)


def _require_unknown(at: Alteration, table: Table, constraint: Constraint) -> None:
    """Raise Refused where USING INDEX names an index that the table certainly does not have."""
    name = constraint.using_index or ""
    if at.catalog.index(Name(name, table.name.schema)) is not None:
        raise Refused("55000", f'index "{name}" does not belong to table "{table.name}"')
    if table.complete:
        raise Refused("42704", f'index "{name}" does not exist')


def _require_usable(table: Table, constraint: Constraint) -> None:
    index = table.indexes[constraint.using_index or ""]
    problems = {
        f'index "{index.name.name}" is not valid': index.valid is False,
        f'"{index.name.name}" is not a unique index': not index.unique,
        f'index "{index.name.name}" contains expressions': index.has_expressions,
        f'"{index.name.name}" is a partial index': index.predicate is not None,
        f'index "{index.name.name}" is already associated with a constraint': index.constraint is not None,
    }
    problem = next((words for words, found in problems.items() if found), None)
    if problem is not None:
        unready = index.valid is False or index.constraint is not None
        raise Refused("55000" if unready else "42809", problem)


def drop(at: Alteration, table: Table, action: actions.DropConstraint) -> None:
    """Enter DROP CONSTRAINT, with its index and the other table of a foreign key."""
    found = _counterpart(at, table, action.constraint)
    if found is None:
        _not_found(at, table, action)
        return
    if table.name == at.table.name:
        _require_droppable(at, table, found, action)
    if found.references is not None:
        at.work.lock(
            at.work.table(found.references), _AX, "It loses a foreign key that refers to it.", sources.ALTER_TABLE
        )
    lock_what_goes(at.work, table, found)


def _counterpart(at: Alteration, table: Table, name: str) -> Constraint | None:
    """The constraint of that name, or what a table below has of it."""
    if table.name == at.table.name:
        return at.work.constraint(table, name)
    above = at.work.constraint(at.table, name)
    if above is None or above.using_index is None:
        return at.work.constraint(table, name)
    index = Name(above.using_index, at.table.name.schema)
    parts = [each.constraint for each in table.indexes.values() if at.catalog.is_part_of(each, index)]
    return table.constraints.get(parts[0] or "") if parts else None


def _not_found(at: Alteration, table: Table, action: actions.DropConstraint) -> None:
    if action.if_exists or table.name != at.table.name:
        return
    if table.complete:
        raise Refused("42704", f'constraint "{action.constraint}" of relation "{table.name}" does not exist')
    at.work.doubt(f"which other table the constraint {action.constraint} of {table.name} locks, if any, is not known")


def _require_droppable(at: Alteration, table: Table, found: Constraint, action: actions.DropConstraint) -> None:
    parents = [parent for name in table.inherits if (parent := at.catalog.table(name))]
    index = table.indexes.get(found.using_index or "")
    inherited = any(_is_of(parent, found) for parent in parents)
    if inherited or (index is not None and index.parent is not None):
        raise Refused("42P16", f'cannot drop inherited constraint "{found.name}" of relation "{table.name}"')
    if found.kind == "not null":
        _require_nullable(table, found)
    if keys_that_need(at.catalog, table, found) and not action.cascade:
        message = f"cannot drop constraint {found.name} on table {table.name} because other objects depend on it"
        raise Refused("2BP01", message)


def _is_of(parent: Table, constraint: Constraint) -> bool:
    """Whether a constraint was inherited from the parent."""
    if constraint.kind == "foreign key":
        return parent.partitioned and any(same_key(each, constraint) for each in parent.foreign_keys)
    return constraint.kind in {"check", "not null"} and constraint.name in parent.constraints


def _require_nullable(table: Table, constraint: Constraint) -> None:
    (column,) = constraint.columns
    if table.primary_key is not None and column in table.primary_key.columns:
        raise Refused("42P16", f'column "{column}" is in a primary key')
    known = table.columns.get(column)
    if known is not None and known.identity:
        raise Refused("55000", f'column "{column}" of relation "{table.name}" is an identity column')


def lock_what_goes(work: Work, table: Table, constraint: Constraint) -> None:
    """Enter the locks on what a dropped constraint involves: its index, the referenced table, keys that refer to it."""
    index = table.indexes.get(constraint.using_index or "")
    if index is not None:
        work.lock(index, _AX, "It goes with its constraint.", sources.ALTER_TABLE)
        lookups.warn_without(work, table, {index.name})
    if constraint.references is not None:
        referenced = work.table(constraint.references)
        for each in foreign_keys.having_triggers(work, referenced):
            work.lock(each, _AX, "Dropping a foreign key removes its triggers from both tables.", sources.ALTER_TABLE)
    for other, _ in keys_that_need(work.catalog, table, constraint):
        work.lock(other, _AX, f"Its foreign key to {table.name} goes with the key.", sources.DEPENDENCIES)


def validate_existing(at: Alteration, table: Table, action: actions.ValidateConstraint) -> None:
    """Enter VALIDATE CONSTRAINT, which does nothing to a constraint that is valid already."""
    found = _counterpart(at, table, action.constraint)
    if found is None and table.name != at.table.name:
        return
    if found is None:
        if table.complete:
            raise Refused("42704", f'constraint "{action.constraint}" of relation "{table.name}" does not exist')
        at.work.doubt(f"what the constraint {action.constraint} of {table.name} demands is not known")
        at.work.scan(table, "Every row is checked, unless it is valid already.", scanned="unknown")
        return
    if found.kind not in _VALIDATED:
        raise Refused("42809", f'constraint "{found.name}" of relation "{table.name}" cannot be validated')
    if not found.enforced:
        raise Refused("55000", "cannot validate NOT ENFORCED constraint")
    if not found.not_valid:
        return
    if found.kind == "foreign key":
        _validate_key(at, table, found)
        return
    at.work.scan(table, f"{action.constraint} is checked for every row.")
    if table.rows != "none":
        at.work.may_fail("23502" if found.kind == "not null" else "23514", f"a row of {table.name} violates it")


def _validate_key(at: Alteration, table: Table, found: Constraint) -> None:
    referenced = foreign_keys.referenced_table(at.work, found)
    at.work.lock(referenced, LockMode.RowShareLock, f"Rows of {table.name} are looked up in it.", sources.ALTER_TABLE)
    if not table.partitioned:
        at.validations.append(Validation(table, found, referenced))
