"""Statements that have no action of their own, known by their parse tree: the table from each kind to what knows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pglast import ast, enums

from database_patterns import actions
from database_patterns.catalog import Sequence, Table
from database_patterns.catalog.expressions import columns_in
from database_patterns.locks import LockMode
from database_patterns.reading.definitions import dotted, relation_name, type_name
from database_patterns.reading.translate import translate

from . import (
    bodies,
    columns,
    comments,
    copying,
    existence,
    maintenance,
    objects,
    others,
    publications,
    queries,
    references,
    relations,
    routines,
    rows,
    rules,
    sources,
    tables,
    user_types,
)
from .work import Refused, Work

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any
OBJECT = enums.ObjectType

_AS = LockMode.AccessShareLock
_SUX = LockMode.ShareUpdateExclusiveLock
_SRX = LockMode.ShareRowExclusiveLock
_AX = LockMode.AccessExclusiveLock


def other(work: Work, action: actions.Other) -> None:
    """Enter what a statement does that no action stands for, or why that is not known."""
    tree = work.statement.tree
    kind = type(tree)
    if kind in existence.NAMED:
        object_type, named = existence.NAMED[kind]
        missing_ok = bool(getattr(tree, "missing_ok", False))
        existence.require(work, object_type, named(tree), missing_ok=missing_ok)
    command = _COMMANDS.get(kind)
    if command is not None:
        command(work, tree)
    elif kind in _NOT_KNOWN:
        work.doubt(_NOT_KNOWN[kind])
    elif kind not in _TOUCHES_NO_TABLE:
        work.doubt(f"{action.kind} is not analysed yet")


def _alter_policy(work: Work, tree: Node) -> None:
    table = work.table(relation_name(tree.table))
    work.lock(table, _AX, "ALTER POLICY takes AccessExclusiveLock.")
    if table.complete and tree.policy_name not in table.policies:
        raise Refused("42704", f'policy "{tree.policy_name}" for table "{table.name}" does not exist')
    references.require_names(work, (tree.qual, tree.with_check), table)


def _alter_sequence(work: Work, tree: Node) -> None:
    name = relation_name(tree.sequence)
    sequence = work.catalog.relation(name)
    if isinstance(sequence, Table) and sequence.complete:
        raise Refused("42809", f'"{name}" is not a sequence')
    if not isinstance(sequence, Sequence):
        if work.catalog.complete:
            raise Refused("42P01", f'relation "{name}" does not exist')
        sequence = Sequence(work.catalog.resolve(name))
    work.lock(sequence, _SRX, "ALTER SEQUENCE blocks nextval until the transaction ends.", sources.ALTER_SEQUENCE)
    for option in tree.options or ():
        if option.defname == "owned_by":
            if len(option.arg) > 1:
                others.own_sequence(work, sequence.name, dotted(option.arg[:-1]), option.arg[-1].sval)
        else:
            work.rewrite(sequence, "The sequence's state is written anew.", sources.ALTER_SEQUENCE)


def _require_in_statistics(work: Work, table: Table, element: Node) -> None:
    references.require_names(work, element.expr, table)
    if element.name and table.lacks(element.name):
        raise Refused("42703", f'column "{element.name}" does not exist')
    columns.require_stored(table, columns_in(element.expr) or {element.name}, "extended statistics")


def _statistics(work: Work, tree: Node) -> None:
    for relation in tree.relations:
        table = work.table(relation_name(relation))
        if relations.is_known(table) and table.kind not in {"table", "foreign table", "materialized view"}:
            raise Refused("42809", f'cannot define statistics for relation "{table.name}"')
        work.lock(table, _SUX, "CREATE STATISTICS lets reads and writes go on.")
        named = dotted(tree.defnames).name if tree.defnames else None
        if any(named in each.statistics for each in work.catalog.relations.values() if isinstance(each, Table)):
            if tree.if_not_exists:
                return
            raise Refused("42710", f'statistics object "{named}" already exists')
        for element in tree.exprs:
            _require_in_statistics(work, table, element)
        if len(tree.exprs) == 1 and tree.exprs[0].name:
            raise Refused("42P17", "extended statistics require at least 2 columns")


def _outside_transaction(work: Work, _tree: Node) -> None:
    work.refuse_in_transaction("this statement")


def _discard(work: Work, tree: Node) -> None:
    if tree.target == enums.DiscardMode.DISCARD_ALL:
        work.refuse_in_transaction("DISCARD ALL")


def _subscribe(work: Work, tree: Node) -> None:
    """CREATE SUBSCRIPTION, which makes a slot on the other server unless it is told not to."""
    options = {each.defname: each.arg for each in tree.options or ()}
    slot = maintenance.option(tree.options, "create_slot") or "create_slot" not in options
    connects = maintenance.option(tree.options, "connect") or "connect" not in options
    if slot and connects:
        work.refuse_in_transaction("CREATE SUBSCRIPTION ... WITH (create_slot = true)")
    objects.create(work, tree)


def _alter_subscription(work: Work, tree: Node) -> None:
    if tree.kind == enums.AlterSubscriptionType.ALTER_SUBSCRIPTION_REFRESH:
        work.refuse_in_transaction("ALTER SUBSCRIPTION ... REFRESH")


def _drop_subscription(work: Work, _tree: Node) -> None:
    work.in_transaction_ok = False
    work.may_fail("25001", "the subscription has a replication slot, and the statement is in a transaction")


def _composite_type(work: Work, tree: Node) -> None:
    relations.require_free_type(work, relation_name(tree.typevar))
    for attribute in tree.coldeflist or ():
        references.require_type(work, type_name(attribute.typeName))


def _cast(work: Work, tree: Node) -> None:
    """CREATE CAST between two types."""
    for each in (tree.sourcetype, tree.targettype):
        references.require_type(work, type_name(each))
    objects.create(work, tree)


def _event_trigger(work: Work, tree: Node) -> None:
    routines.require_trigger_function(work, dotted(tree.funcname))
    objects.create(work, tree)


def _drop_role(work: Work, tree: Node) -> None:
    """DROP ROLE: roles are not of the database, and so not known."""
    if not tree.missing_ok:
        work.may_fail("42704", "there is no role of that name")


def _security_label(work: Work, tree: Node) -> None:
    """SECURITY LABEL, which looks for its provider before it looks for the object."""
    try:
        comments.security_label(work, tree)
    except Refused as refused:
        work.may_fail(refused.error.sqlstate, refused.error.message)


def _range_type(work: Work, tree: Node) -> None:
    relations.require_free_type(work, dotted(tree.typeName))


def _define(work: Work, tree: Node) -> None:
    """CREATE of a base type, which only a superuser may, or of an object without tables."""
    if tree.kind != OBJECT.OBJECT_TYPE:
        objects.create(work, tree)
    elif not tree.definition:
        relations.require_free_type(work, dotted(tree.defnames))


def _call(work: Work, tree: Node) -> None:
    """CALL, which looks the procedure up by its name and its arguments."""
    name = dotted(tree.funccall.funcname)
    found = routines.called(work, name, len(tree.funccall.args or ()))
    for each in found:
        queries.run(work, bodies.of_function(each), f"the {each.kind} {each.name}")
    if not found:
        work.doubt(f"what the procedure {name} does is not known")
    queries.call(work, tree.funccall.args)


def _foreign_table(work: Work, tree: Node) -> None:
    """CREATE FOREIGN TABLE, which locks what CREATE TABLE does."""
    (action,) = translate(tree.base, "CREATE FOREIGN TABLE")
    if isinstance(action, actions.CreateTable):
        tables.create(work, action, foreign=True)
    work.may_fail("42704", f"there is no server {tree.servername}")


def _prepared(work: Work, tree: Node) -> None:
    work.doubt(f"what the prepared statement {tree.name} does is not known")


def _depends(work: Work, tree: Node) -> None:
    """DEPENDS ON EXTENSION: an index is locked, and so is the table of a trigger."""
    if tree.relation is None:
        existence.require(work, tree.objectType, tree.object)
    if tree.objectType == OBJECT.OBJECT_TRIGGER:
        work.lock(work.table(relation_name(tree.relation)), _AS, "Its trigger comes to depend on an extension.")
    elif tree.relation is not None:
        found = relations.find(work, relation_name(tree.relation), tree.objectType)
        work.lock(found, _AX, "It comes to depend on an extension.")
    existence.require(work, OBJECT.OBJECT_EXTENSION, tree.extname)


def _owner(work: Work, tree: Node) -> None:
    """OWNER TO of all that is no relation."""
    existence.require(work, tree.objectType, tree.object)


def _extension_contents(work: Work, tree: Node) -> None:
    if tree.objtype in {OBJECT.OBJECT_TABLE, OBJECT.OBJECT_VIEW, OBJECT.OBJECT_SEQUENCE, OBJECT.OBJECT_MATVIEW}:
        found = relations.find(work, dotted(tree.object))
        work.lock(found, _SUX, "It becomes, or is no more, a part of an extension.")


def _constraints(work: Work, tree: Node) -> None:
    """SET CONSTRAINTS of named constraints, which must be deferrable to be deferred."""
    for relation in tree.constraints or ():
        tables = [each for each in work.catalog.relations.values() if isinstance(each, Table)]
        found = [each.constraints[relation.relname] for each in tables if relation.relname in each.constraints]
        if not found and work.catalog.complete:
            raise Refused("42704", f'constraint "{relation.relname}" does not exist')
        if found and not any(each.deferrable for each in found):
            raise Refused("42809", f'constraint "{relation.relname}" is not deferrable')


_COMMANDS: Final[dict[type, Callable[[Work, Node], None]]] = {
    ast.LockStmt: maintenance.lock_table,
    ast.VacuumStmt: maintenance.vacuum,
    ast.ClusterStmt: maintenance.cluster,
    ast.RefreshMatViewStmt: maintenance.refresh,
    ast.ReindexStmt: maintenance.reindex,
    ast.CommentStmt: comments.comment,
    ast.GrantStmt: comments.grant,
    ast.SecLabelStmt: _security_label,
    ast.AlterPolicyStmt: _alter_policy,
    ast.AlterSeqStmt: _alter_sequence,
    ast.CompositeTypeStmt: _composite_type,
    ast.CreateRangeStmt: _range_type,
    ast.CreatePublicationStmt: publications.create,
    ast.AlterPublicationStmt: publications.alter,
    ast.CreateSubscriptionStmt: _subscribe,
    ast.AlterSubscriptionStmt: _alter_subscription,
    ast.DropSubscriptionStmt: _drop_subscription,
    ast.CreateStatsStmt: _statistics,
    ast.DiscardStmt: _discard,
    ast.AlterDomainStmt: user_types.alter_domain,
    ast.RuleStmt: rules.create,
    ast.CreateForeignTableStmt: _foreign_table,
    ast.MergeStmt: rows.merge,
    ast.CopyStmt: copying.copy,
    ast.AlterFunctionStmt: routines.alter,
    ast.CallStmt: _call,
    ast.ExecuteStmt: _prepared,
    ast.AlterObjectDependsStmt: _depends,
    ast.AlterOwnerStmt: _owner,
    ast.AlterExtensionContentsStmt: _extension_contents,
    ast.ConstraintsSetStmt: _constraints,
    ast.DefineStmt: _define,
    ast.CreateCastStmt: _cast,
    ast.CreateEventTrigStmt: _event_trigger,
    ast.DropRoleStmt: _drop_role,
    **dict.fromkeys(
        (ast.CreateConversionStmt, ast.CreatePLangStmt, ast.CreateOpClassStmt,
         ast.CreateOpFamilyStmt, ast.CreateTransformStmt, ast.CreateAmStmt, ast.CreateFdwStmt,
         ast.CreateForeignServerStmt),
        objects.create,
    ),
    **dict.fromkeys(
        (ast.AlterSystemStmt, ast.CreatedbStmt, ast.DropdbStmt, ast.CreateTableSpaceStmt, ast.DropTableSpaceStmt),
        _outside_transaction,
    ),
}  # fmt: skip

_NOT_KNOWN: Final[dict[type, str]] = {
    ast.ReassignOwnedStmt: "which relations the role owns is not known: each gets AccessExclusiveLock",
    ast.DropOwnedStmt: "what the role owns, and what goes with it, is not known",
    ast.ImportForeignSchemaStmt: "which foreign tables IMPORT FOREIGN SCHEMA creates is not known",
    ast.AlterExtensionStmt: "what the extension's own script does is not known",
    ast.AlterTableMoveAllStmt: "which relations stand in the tablespace is not known: each is copied to the other one",
}
"""What only the server knows, in a sentence."""

_TOUCHES_NO_TABLE: Final = frozenset(
    {ast.AlterCollationStmt, ast.AlterDatabaseRefreshCollStmt, ast.AlterDatabaseSetStmt, ast.AlterDatabaseStmt,
     ast.AlterDefaultPrivilegesStmt, ast.AlterEventTrigStmt, ast.AlterFdwStmt, ast.AlterForeignServerStmt,
     ast.AlterOpFamilyStmt, ast.AlterOperatorStmt, ast.AlterRoleSetStmt, ast.AlterRoleStmt, ast.AlterStatsStmt,
     ast.AlterTSConfigurationStmt, ast.AlterTSDictionaryStmt, ast.AlterTableSpaceOptionsStmt, ast.AlterTypeStmt,
     ast.AlterUserMappingStmt, ast.CheckPointStmt, ast.ClosePortalStmt, ast.CreateRoleStmt,
     ast.CreateUserMappingStmt, ast.DeallocateStmt, ast.DropUserMappingStmt,
     ast.FetchStmt, ast.GrantRoleStmt, ast.ListenStmt, ast.LoadStmt, ast.NotifyStmt, ast.UnlistenStmt,
     ast.VariableShowStmt}
)  # fmt: skip
KNOWN: Final = frozenset({*_COMMANDS, *_NOT_KNOWN, *_TOUCHES_NO_TABLE})
"""The kinds of statements that are known here."""
