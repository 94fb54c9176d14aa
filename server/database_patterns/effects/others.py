"""Statements of other kinds: triggers and policies, sequences, and those that touch no table at all."""

from __future__ import annotations

from database_patterns import actions
from database_patterns.actions import Name
from database_patterns.catalog import Table
from database_patterns.locks import LockMode
from database_patterns.reading.definitions import relations_in

from . import sources
from .work import Refused, Work

_AX = LockMode.AccessExclusiveLock


def touches_no_table(_work: Work, _action: actions.Action) -> None:
    """SET, BEGIN, CREATE FUNCTION and the like lock no relation that exists."""


def create_type(work: Work, action: actions.CreateEnum | actions.CreateDomain) -> None:
    """Enter CREATE TYPE … AS ENUM and CREATE DOMAIN."""
    require_free_type(work, action.name)


def require_free_type(work: Work, name: Name, *, of_relation: bool = False) -> None:
    """Raise Refused where a type of that name exists; those of tables and views count, unless one is to be made.

    A statement that may not run is most often one that first looks whether the type is there.
    """
    known = work.catalog.resolve(name)
    schema = name.schema or work.catalog.search_path[0]
    has_row_type = not of_relation and known.schema == schema and isinstance(work.catalog.relation(name), Table)
    if work.statement.confidence == "exact" and (known in work.catalog.types or has_row_type):
        raise Refused("42710", f'type "{name.name}" already exists')


def create_sequence(work: Work, action: actions.CreateSequence) -> None:
    """Enter CREATE SEQUENCE, which touches the table of the column that is to own it."""
    if work.catalog.exists(action.name) and not action.temporary:
        if not action.if_not_exists:
            raise Refused("42P07", f'relation "{action.name}" already exists')
        return
    if action.owned_by is not None:
        table = work.table(action.owned_by[0])
        work.lock(table, LockMode.AccessShareLock, "Its column comes to own the sequence.", sources.ALTER_SEQUENCE)


def create_schema(work: Work, _action: actions.CreateSchema) -> None:
    """Enter CREATE SCHEMA; one that brings its tables along is not followed into them."""
    if getattr(work.statement.tree, "schemaElts", None):
        work.doubt("what CREATE SCHEMA creates within the schema is not analysed yet")


def create_extension(work: Work, action: actions.CreateExtension) -> None:
    """Enter CREATE EXTENSION, which needs the extension's files on the server."""
    sqlstate = "0A000" if work.postgres >= _MISSING_IS_A_FEATURE_SINCE else "58P01"
    work.may_fail(sqlstate, f"the extension {action.name} is not installed on the server")


_MISSING_IS_A_FEATURE_SINCE = 15


def do_block(work: Work, action: actions.DoBlock) -> None:
    """Enter DO, whose code is not looked into."""
    work.doubt(f"what a DO block in {action.language} does is not analysed")


def create_trigger(work: Work, action: actions.CreateTrigger) -> None:
    """Enter CREATE TRIGGER."""
    table = work.table(action.table)
    for each in work.catalog.family(table) if table.partitioned and action.for_each_row else (table,):
        work.lock(each, LockMode.ShareRowExclusiveLock, "CREATE TRIGGER blocks writes.", sources.LOCKING)
    if action.constraint_from is not None:
        work.lock(work.table(action.constraint_from), LockMode.AccessShareLock, "The constraint trigger names it.")
    if action.name in table.triggers and not action.replace:
        raise Refused("42710", f'trigger "{action.name}" for relation "{table.name}" already exists')


def create_policy(work: Work, action: actions.CreatePolicy) -> None:
    """Enter CREATE POLICY, whose conditions may read other tables."""
    table = work.table(action.table)
    work.lock(table, _AX, "CREATE POLICY takes AccessExclusiveLock.")
    if action.name in table.policies:
        raise Refused("42710", f'policy "{action.name}" for table "{table.name}" already exists')
    for condition in action.expressions:
        for name in relations_in(condition.tree):
            work.lock(work.table(name), LockMode.AccessShareLock, "A condition of the policy reads it.")


def add_enum_value(work: Work, action: actions.AddEnumValue) -> None:
    """Enter ALTER TYPE … ADD VALUE, which touches no table."""
    known = work.catalog.type(action.name)
    if isinstance(known, actions.CreateEnum) and action.value in known.values and not action.if_not_exists:
        raise Refused("42710", f'enum label "{action.value}" already exists')
