"""PostgreSQL's parse tree to actions: one function for each kind of statement, and the table that finds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from pglast import ast, enums

from database_patterns import actions
from database_patterns.actions import Action, Expression, IndexElement

from . import objects
from .alterations import alter_table
from .definitions import (
    CT,
    Node,
    cascades,
    collation,
    column_definition,
    constraint,
    dotted,
    expression,
    index_elements,
    owner_of_sequence,
    print_sql,
    query,
    relation_name,
    relations_in,
    strings,
    type_name,
    with_attributes,
)
from .parameters import set_parameter

OBJECT = enums.ObjectType

_PERSISTENCE: Final[dict[str, Literal["permanent", "unlogged", "temporary"]]] = {
    "p": "permanent",
    "u": "unlogged",
    "t": "temporary",
}
_STRATEGIES: Final = {
    enums.PartitionStrategy.PARTITION_STRATEGY_LIST: "list",
    enums.PartitionStrategy.PARTITION_STRATEGY_RANGE: "range",
    enums.PartitionStrategy.PARTITION_STRATEGY_HASH: "hash",
}
_TRANSACTIONS: Final[dict[enums.TransactionStmtKind, actions.TransactionKind]] = {
    enums.TransactionStmtKind.TRANS_STMT_BEGIN: "begin",
    enums.TransactionStmtKind.TRANS_STMT_START: "begin",
    enums.TransactionStmtKind.TRANS_STMT_COMMIT: "commit",
    enums.TransactionStmtKind.TRANS_STMT_ROLLBACK: "rollback",
    enums.TransactionStmtKind.TRANS_STMT_SAVEPOINT: "savepoint",
    enums.TransactionStmtKind.TRANS_STMT_RELEASE: "release",
    enums.TransactionStmtKind.TRANS_STMT_ROLLBACK_TO: "rollback to",
    enums.TransactionStmtKind.TRANS_STMT_PREPARE: "prepare",
}
_TWO_WORD_COMMANDS: Final = {"CREATE", "ALTER", "DROP", "REFRESH", "REASSIGN", "IMPORT", "SECURITY"}


def translate(tree: object, sql: str) -> tuple[Action, ...]:
    """The actions of one statement; ``sql`` is its text, which only names kinds that have no class of their own."""
    translator = _TRANSLATORS.get(type(tree))
    translated = translator(tree) if translator else ()
    return translated or (actions.Other(_command(sql), relations_in(tree)),)


def _command(sql: str) -> str:
    words = sql.upper().split(maxsplit=2)
    return " ".join(words[: 2 if words[0] in _TWO_WORD_COMMANDS else 1])


def _create_table(node: Node) -> tuple[Action, ...]:
    elements = node.tableElts or ()
    parents = tuple(relation_name(parent) for parent in node.inhRelations or ())
    return (
        actions.CreateTable(
            table=relation_name(node.relation),
            columns=tuple(
                column_definition(each) for each in elements if isinstance(each, ast.ColumnDef) and each.typeName
            ),
            options=tuple(
                column_definition(each) for each in elements if isinstance(each, ast.ColumnDef) and not each.typeName
            ),
            constraints=tuple(constraint(each) for each in elements if isinstance(each, ast.Constraint)),
            if_not_exists=bool(node.if_not_exists),
            persistence=_PERSISTENCE[node.relation.relpersistence],
            partition_by=_partition_key(node.partspec),
            partition_of=parents[0] if node.partbound else None,
            default_partition=bool(node.partbound and node.partbound.is_default),
            bound=expression(node.partbound) if node.partbound and not node.partbound.is_default else None,
            inherits=() if node.partbound else parents,
            like=tuple(_like(each) for each in elements if isinstance(each, ast.TableLikeClause)),
            of_type=dotted(node.ofTypename.names) if node.ofTypename else None,
            access_method=node.accessMethod,
        ),
    )


def _like(node: Node) -> actions.Like:
    return actions.Like(
        relation_name(node.relation), frozenset(what for what, bit in _LIKE_OPTIONS.items() if node.options & bit)
    )


_LIKE_OPTIONS: Final = {
    str(option.name).removeprefix("CREATE_TABLE_LIKE_").lower(): option.value for option in enums.TableLikeOption
}


def _partition_key(spec: Node) -> tuple[str, tuple[IndexElement, ...]] | None:
    if spec is None:
        return None
    elements = tuple(IndexElement(each.name, expression(each.expr)) for each in spec.partParams)
    return _STRATEGIES[spec.strategy], elements


def _create_table_as(node: Node) -> tuple[Action, ...]:
    name, made_from = relation_name(node.into.rel), query(node.query)
    if node.objtype == OBJECT.OBJECT_MATVIEW:
        named, unless = strings(node.into.colNames), bool(node.if_not_exists)
        return (actions.CreateView(name, made_from, named, materialized=True, if_not_exists=unless),)
    persistence = _PERSISTENCE[node.into.rel.relpersistence]
    return (
        actions.CreateTable(
            table=name,
            if_not_exists=bool(node.if_not_exists),
            persistence=persistence,
            from_query=made_from,
            column_names=strings(node.into.colNames),
            access_method=node.into.accessMethod,
        ),
    )


def _create_index(node: Node) -> tuple[Action, ...]:
    return (
        actions.CreateIndex(
            table=relation_name(node.relation),
            name=node.idxname,
            elements=index_elements(node.indexParams),
            include=tuple(each.name for each in node.indexIncludingParams or ()),
            method=node.accessMethod or "btree",
            unique=bool(node.unique),
            concurrently=bool(node.concurrent),
            if_not_exists=bool(node.if_not_exists),
            predicate=expression(node.whereClause),
            nulls_not_distinct=bool(node.nulls_not_distinct),
            only=not node.relation.inh,
        ),
    )


OVERRIDING: Final[dict[enums.OverridingKind, Literal["user", "system"] | None]] = {
    enums.OverridingKind.OVERRIDING_NOT_SET: None,
    enums.OverridingKind.OVERRIDING_USER_VALUE: "user",
    enums.OverridingKind.OVERRIDING_SYSTEM_VALUE: "system",
}
"""Whose value an identity takes, where INSERT says so."""


def _insert(node: Node) -> tuple[Action, ...]:
    return (
        actions.Insert(
            table=relation_name(node.relation),
            columns=tuple(each.name for each in node.cols or ()),
            query=query((node.selectStmt, node.withClause)),
            on_conflict=node.onConflictClause is not None,
            parts=any(each.indirection for each in node.cols or ()),
            overriding=OVERRIDING[node.override],
        ),
    )


def _update(node: Node) -> tuple[Action, ...]:
    return (
        actions.Update(
            table=relation_name(node.relation),
            assignments=tuple((each.name, _assigned(each)) for each in node.targetList),
            where=expression(node.whereClause),
            reads=relations_in((node.fromClause, node.whereClause, node.targetList, node.withClause)),
            only=not node.relation.inh,
        ),
    )


def _assigned(target: Node) -> Expression:
    """What UPDATE assigns; the whole target where it is for a part of a column only."""
    return Expression(target if target.indirection else target.val, print_sql)


def _delete(node: Node) -> tuple[Action, ...]:
    reads = relations_in((node.usingClause, node.whereClause, node.withClause))
    where, only = expression(node.whereClause), not node.relation.inh
    return (actions.Delete(relation_name(node.relation), where, reads, only),)


def _select(node: Node) -> tuple[Action, ...]:
    if node.intoClause:
        name, found = relation_name(node.intoClause.rel), query(node)
        reads = tuple(each for each in found.reads if each != name)
        return (actions.CreateTable(name, from_query=actions.Query(reads, found.tree)),)
    return (actions.Select(query(node), locking=bool(node.lockingClause)),)


def _enum(node: Node) -> tuple[Action, ...]:
    return (actions.CreateEnum(dotted(node.typeName), strings(node.vals)),)


def _alter_enum(node: Node) -> tuple[Action, ...]:
    if node.oldVal:
        return (actions.Rename("enum value", dotted(node.typeName), node.oldVal, node.newVal),)
    return (actions.AddEnumValue(dotted(node.typeName), node.newVal, bool(node.skipIfNewValExists)),)


def _domain(node: Node) -> tuple[Action, ...]:
    written = with_attributes(node.constraints)
    by_type = {constraint.contype: constraint for constraint in written}
    return (
        actions.CreateDomain(
            name=dotted(node.domainname),
            base=type_name(node.typeName),
            not_null=CT.CONSTR_NOTNULL in by_type,
            default=expression(by_type[CT.CONSTR_DEFAULT].raw_expr) if CT.CONSTR_DEFAULT in by_type else None,
            constraints=tuple(constraint(each) for each in written if each.contype == CT.CONSTR_CHECK),
            collation=collation(node.collClause),
        ),
    )


def _function(node: Node) -> tuple[Action, ...]:
    options = {option.defname: option.arg for option in node.options or ()}
    inputs = (each for each in node.parameters or () if each.mode.value in {"i", "d", "b", "v"})
    body = options.get("as")
    return (
        actions.CreateFunction(
            name=dotted(node.funcname),
            argument_types=tuple(type_name(each.argType) for each in inputs),
            returns=type_name(node.returnType) if node.returnType else None,
            volatility=options["volatility"].sval if "volatility" in options else "volatile",
            language=options["language"].sval if "language" in options else "sql",
            body=" ".join(strings(body)),
            atomic=node.sql_body,
            replace=bool(node.replace),
            kind="procedure" if node.is_procedure else "function",
        ),
    )


def _trigger(node: Node) -> tuple[Action, ...]:
    return (
        actions.CreateTrigger(
            name=node.trigname,
            table=relation_name(node.relation),
            columns=strings(node.columns),
            events=tuple(event for event, bit in _EVENTS.items() if node.events & bit),
            function=dotted(node.funcname),
            constraint_from=relation_name(node.constrrel) if node.constrrel else None,
            replace=bool(node.replace),
            for_each_row=bool(node.row),
            timing=_TIMINGS[node.timing],
            when=expression(node.whenClause),
        ),
    )


_TIMINGS: Final[dict[int, Literal["before", "after", "instead of"]]] = {0: "after", 2: "before", 64: "instead of"}
_EVENTS: Final = {"insert": 4, "delete": 8, "update": 16, "truncate": 32}
"""The bits of a trigger's timing and events, as in ``pg_trigger.tgtype``."""


def _truncate(node: Node) -> tuple[Action, ...]:
    return (
        actions.Truncate(
            tuple(relation_name(each) for each in node.relations),
            cascade=cascades(node),
            only=tuple(relation_name(each) for each in node.relations if not each.inh),
            restart_identity=bool(node.restart_seqs),
        ),
    )


def _sequence(node: Node) -> tuple[Action, ...]:
    return (
        actions.CreateSequence(
            relation_name(node.sequence),
            if_not_exists=bool(node.if_not_exists),
            owned_by=owner_of_sequence(node.options),
            temporary=_is_temporary(node.sequence),
        ),
    )


def _is_temporary(relation: Node) -> bool:
    return _PERSISTENCE[relation.relpersistence] == "temporary"


def _policy(node: Node) -> Action:
    conditions = (expression(node.qual), expression(node.with_check))
    return actions.CreatePolicy(node.policy_name, relation_name(node.table), tuple(each for each in conditions if each))


def _do(node: Node) -> tuple[Action, ...]:
    options = {option.defname: option.arg.sval for option in node.args}
    return (actions.DoBlock(options.get("language", "plpgsql"), options.get("as", "")),)


def _extension(node: Node) -> tuple[Action, ...]:
    options = {option.defname: option.arg for option in node.options or ()}
    schema = options["schema"].sval if "schema" in options else None
    return (actions.CreateExtension(node.extname, schema, bool(node.if_not_exists)),)


def _define(node: Node) -> tuple[Action, ...]:
    """CREATE AGGREGATE; all else that is defined so has no action of its own."""
    if node.kind != OBJECT.OBJECT_AGGREGATE:
        return ()
    inputs = node.args[0] if node.args and not node.oldstyle else ()
    return (
        actions.CreateFunction(
            name=dotted(node.defnames),
            argument_types=tuple(type_name(each.argType) for each in inputs or ()),
            volatility="immutable",
            language="internal",
            replace=bool(node.replace),
            kind="aggregate",
        ),
    )


_TRANSLATORS: Final[dict[type, Callable[[Node], tuple[Action, ...]]]] = {
    ast.CreateStmt: _create_table,
    ast.CreateTableAsStmt: _create_table_as,
    ast.AlterTableStmt: alter_table,
    ast.IndexStmt: _create_index,
    ast.DropStmt: objects.drop,
    ast.RenameStmt: objects.rename,
    ast.AlterObjectSchemaStmt: objects.set_schema,
    ast.InsertStmt: _insert,
    ast.UpdateStmt: _update,
    ast.DeleteStmt: _delete,
    ast.SelectStmt: _select,
    ast.CreateEnumStmt: _enum,
    ast.AlterEnumStmt: _alter_enum,
    ast.CreateDomainStmt: _domain,
    ast.CreateFunctionStmt: _function,
    ast.DefineStmt: _define,
    ast.CreateTrigStmt: _trigger,
    ast.VariableSetStmt: set_parameter,
    ast.DoStmt: _do,
    ast.CreateExtensionStmt: _extension,
    ast.TruncateStmt: _truncate,
    ast.CreateSeqStmt: _sequence,
    ast.ViewStmt: lambda node: (
        actions.CreateView(
            relation_name(node.view),
            query(node.query),
            strings(node.aliases),
            replace=bool(node.replace),
            temporary=_is_temporary(node.view),
        ),
    ),
    ast.CreatePolicyStmt: lambda node: (_policy(node),),
    ast.CreateSchemaStmt: lambda node: (
        actions.CreateSchema(node.schemaname or "", if_not_exists=bool(node.if_not_exists)),
    ),
    ast.TransactionStmt: lambda node: (actions.TransactionControl(_TRANSACTIONS.get(node.kind, "other")),),
}
TRANSLATED: Final = frozenset(_TRANSLATORS)
"""The kinds of statements that have actions of their own."""
