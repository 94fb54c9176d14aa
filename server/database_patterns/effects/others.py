"""Statements of other kinds: triggers and policies, sequences, and those that touch no table at all."""

from __future__ import annotations

from database_patterns import actions
from database_patterns.actions import Column, Name
from database_patterns.catalog import Table
from database_patterns.catalog.scopes import of_table
from database_patterns.locks import LockMode
from database_patterns.reading.definitions import relations_in

from . import bodies, columns, queries, references, relations, routines, sources, user_types
from .work import Refused, Work

_AX = LockMode.AccessExclusiveLock


def control_transaction(work: Work, action: actions.TransactionControl) -> None:
    """Enter BEGIN, COMMIT and their like; savepoints exist within a transaction only."""
    if action.kind in {"savepoint", "release", "rollback to"}:
        work.require_transaction(action.kind.upper())


def touches_no_table(_work: Work, _action: actions.Action) -> None:
    """SET, BEGIN, CREATE FUNCTION and the like lock no relation that exists."""


def create_type(work: Work, action: actions.CreateEnum | actions.CreateDomain) -> None:
    """Enter CREATE TYPE … AS ENUM and CREATE DOMAIN."""
    relations.require_free_type(work, action.name)
    if isinstance(action, actions.CreateEnum) and len(set(action.values)) < len(action.values):
        raise Refused("23505", "a label of the enum is repeated")
    if isinstance(action, actions.CreateDomain):
        columns.require_type(work, Column(action.name.name, action.base))
        user_types.require_default(work, action, action.default)


def create_sequence(work: Work, action: actions.CreateSequence) -> None:
    """Enter CREATE SEQUENCE, which touches the table of the column that is to own it."""
    if not action.temporary:
        relations.require_schema(work, action.name)
        name = work.catalog.place_of(action.name)
        if action.if_not_exists and work.catalog.exists(name):
            return
        relations.require_free(work, name)
    if action.owned_by is not None:
        own_sequence(work, work.catalog.place_of(action.name), *action.owned_by)


def own_sequence(work: Work, sequence: Name, of: Name, column: str) -> None:
    """Enter OWNED BY: the table must be in the sequence's schema."""
    table = work.table(of)
    work.lock(table, LockMode.AccessShareLock, "Its column comes to own the sequence.", sources.ALTER_SEQUENCE)
    if relations.is_known(table) and table.kind not in {"table", "foreign table", "view"}:
        raise Refused("42809", f'sequence cannot be owned by relation "{table.name}"')
    if sequence.schema not in {table.name.schema, "pg_temp"}:
        raise Refused("55000", "sequence must be in same schema as table it is linked to")
    columns.require(table, column)


def create_schema(work: Work, action: actions.CreateSchema) -> None:
    """Enter CREATE SCHEMA; one that brings its tables along is not followed into them."""
    certain = work.statement.confidence == "exact" and not action.if_not_exists
    if certain and action.name in work.catalog.schemas:
        raise Refused("42P06", f'schema "{action.name}" already exists')
    if getattr(work.statement.tree, "schemaElts", None):
        work.doubt("what CREATE SCHEMA creates within the schema is not analysed yet")


def do_block(work: Work, action: actions.DoBlock) -> None:
    """Enter DO."""
    whole = action.language == "plpgsql" and work.statement.confidence in {"exact", "guarded"}
    body = bodies.of_plpgsql(work.statement.sql) if whole else None
    queries.run(work, body, f"a DO block in {action.language}")


def create_trigger(work: Work, action: actions.CreateTrigger) -> None:
    """Enter CREATE TRIGGER."""
    table = work.table(action.table)
    _require_triggerable(work, table, action)
    for each in work.catalog.family(table) if table.partitioned and action.for_each_row else (table,):
        work.lock(each, LockMode.ShareRowExclusiveLock, "CREATE TRIGGER blocks writes.", sources.LOCKING)
    if action.constraint_from is not None:
        work.lock(work.table(action.constraint_from), LockMode.AccessShareLock, "The constraint trigger names it.")
    if action.when is not None:
        versions = (of_table(table, alias) for alias in ("old", "new"))
        references.require_names_of(work, action.when.tree, *versions)
    if action.function is not None:
        routines.require_trigger_function(work, action.function)
    for column in action.columns:
        columns.require(table, column)
    if action.name in table.triggers and not action.replace:
        raise Refused("42710", f'trigger "{action.name}" for relation "{table.name}" already exists')


def _require_triggerable(work: Work, table: Table, action: actions.CreateTrigger) -> None:
    """Raise Refused where this kind of relation cannot have a trigger of this timing."""
    relation = relations.find(work, table.name)
    kind = relations.kind_of(relation)
    if not relations.is_known(relation):
        return
    if kind not in {"table", "partitioned table", "foreign table", "view"}:
        raise Refused("42809", f'relation "{table.name}" cannot have triggers')
    if action.for_each_row and "truncate" in action.events:
        raise Refused("0A000", "TRUNCATE FOR EACH ROW triggers are not supported")
    on_rows_of_view = kind == "view" and (action.for_each_row or "truncate" in action.events)
    if on_rows_of_view != (action.timing == "instead of"):
        raise Refused("42809", f'"{table.name}" is a {kind}')


def create_policy(work: Work, action: actions.CreatePolicy) -> None:
    """Enter CREATE POLICY, whose conditions may read other tables."""
    table = work.table(action.table)
    if relations.is_known(table) and table.kind != "table":
        raise Refused("42809", f'"{table.name}" is not a table')
    work.lock(table, _AX, "CREATE POLICY takes AccessExclusiveLock.")
    if action.name in table.policies:
        raise Refused("42710", f'policy "{action.name}" for table "{table.name}" already exists')
    references.require_in(work, table, *action.expressions)
    for condition in action.expressions:
        for name in relations_in(condition.tree):
            work.lock(work.table(name), LockMode.AccessShareLock, "A condition of the policy reads it.")
