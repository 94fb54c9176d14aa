"""PostgreSQL's parse tree to actions: the only place that knows both vocabularies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from pglast import ast, enums
from pglast.stream import RawStream

from database_patterns import actions
from database_patterns.actions import Action, Constraint, Expression, IndexElement, Name, Query, TypeName

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any

AT = enums.AlterTableType
CT = enums.ConstrType
OBJECT = enums.ObjectType

_REFERENTIAL_ACTIONS: Final = {
    "a": "no action", "r": "restrict", "c": "cascade", "n": "set null", "d": "set default",
}  # fmt: skip
_PERSISTENCE: Final = {"p": "permanent", "u": "unlogged", "t": "temporary"}
_GENERATED: Final = {"s": "stored", "v": "virtual"}
_IDENTITY: Final = {"a": "always", "d": "by default"}
_STRATEGIES: Final = {
    enums.PartitionStrategy.PARTITION_STRATEGY_LIST: "list",
    enums.PartitionStrategy.PARTITION_STRATEGY_RANGE: "range",
    enums.PartitionStrategy.PARTITION_STRATEGY_HASH: "hash",
}
_CONSTRAINT_KINDS: Final[dict[enums.ConstrType, actions.ConstraintKind]] = {
    CT.CONSTR_CHECK: "check",
    CT.CONSTR_NOTNULL: "not null",
    CT.CONSTR_UNIQUE: "unique",
    CT.CONSTR_PRIMARY: "primary key",
    CT.CONSTR_FOREIGN: "foreign key",
    CT.CONSTR_EXCLUSION: "exclusion",
}
_ENFORCEABLE: Final = {CT.CONSTR_CHECK, CT.CONSTR_FOREIGN}
"""The kinds that can be NOT ENFORCED; on others the parser leaves the flag unset."""
_DROPPED_KINDS: Final[dict[enums.ObjectType, actions.DroppedKind]] = {
    OBJECT.OBJECT_TABLE: "table",
    OBJECT.OBJECT_INDEX: "index",
    OBJECT.OBJECT_VIEW: "view",
    OBJECT.OBJECT_MATVIEW: "materialized view",
    OBJECT.OBJECT_SEQUENCE: "sequence",
    OBJECT.OBJECT_TYPE: "type",
    OBJECT.OBJECT_DOMAIN: "domain",
    OBJECT.OBJECT_SCHEMA: "schema",
    OBJECT.OBJECT_EXTENSION: "extension",
    OBJECT.OBJECT_FUNCTION: "function",
    OBJECT.OBJECT_PROCEDURE: "procedure",
    OBJECT.OBJECT_TRIGGER: "trigger",
    OBJECT.OBJECT_POLICY: "policy",
    OBJECT.OBJECT_FOREIGN_TABLE: "foreign table",
    OBJECT.OBJECT_STATISTIC_EXT: "statistics",
    OBJECT.OBJECT_COLLATION: "collation",
}
_TRANSACTIONS: Final = {
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


def relations_in(tree: object) -> tuple[Name, ...]:
    """Every relation named in ``tree``, each once; names of CTEs are left out."""
    nodes = list(walk(tree))
    queries = {node.ctename for node in nodes if isinstance(node, ast.CommonTableExpr)}
    names = (_name(node) for node in nodes if isinstance(node, ast.RangeVar))
    return tuple(dict.fromkeys(name for name in names if name.schema or name.name not in queries))


def walk(tree: object) -> Iterator[Node]:
    """``tree`` and every node below it, parents first."""
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, tuple):
            stack.extend(reversed(node))
        elif isinstance(node, ast.Node):
            yield node
            stack.extend(getattr(node, slot) for slot in reversed(tuple(type(node).__slots__)))  # type: ignore[attr-defined]


def _command(sql: str) -> str:
    words = sql.upper().split(maxsplit=2)
    return " ".join(words[: 2 if words[0] in _TWO_WORD_COMMANDS else 1])


def _print(tree: Node) -> str:
    return RawStream()(tree)


def _name(relation: Node) -> Name:
    return Name(relation.relname, relation.schemaname)


def _strings(nodes: Node) -> tuple[str, ...]:
    return tuple(node.sval for node in nodes or ())


def _dotted(nodes: Node) -> Name:
    *schema, name = _strings(nodes)
    return Name(name, schema[-1] if schema else None)


def _expression(tree: Node) -> Expression | None:
    return None if tree is None else Expression(tree, _print)


def _query(tree: Node) -> Query:
    return Query(relations_in(tree), tree)


def _type(node: Node) -> TypeName:
    name = _dotted(node.names)
    return TypeName(
        name=Name(name.name) if name.schema == "pg_catalog" else name,
        modifiers=tuple(_modifier(modifier) for modifier in node.typmods or ()),
        dimensions=len(node.arrayBounds or ()),
    )


def _modifier(node: Node) -> int | str:
    value = getattr(node, "val", None)
    return value.ival or 0 if isinstance(value, ast.Integer) else _print(node)


def _collation(clause: Node) -> Name | None:
    return _dotted(clause.collname) if clause else None


def _cascade(node: Node) -> bool:
    return bool(node.behavior == enums.DropBehavior.DROP_CASCADE)


def _index_elements(nodes: Node) -> tuple[IndexElement, ...]:
    return tuple(
        IndexElement(
            column=node.name,
            expression=_expression(node.expr),
            operator_class=_dotted(node.opclass) if node.opclass else None,
            collation=_dotted(node.collation) if node.collation else None,
        )
        for node in nodes or ()
    )


def _constraint(node: Node, column: str | None = None) -> Constraint:
    keys = node.fk_attrs if node.contype == CT.CONSTR_FOREIGN else node.keys
    exclusions = tuple(element for element, _ in node.exclusions or ())
    return Constraint(
        kind=_CONSTRAINT_KINDS[node.contype],
        name=node.conname,
        columns=_strings(keys) or ((column,) if column else ()),
        expression=_expression(node.raw_expr),
        references=_name(node.pktable) if node.pktable else None,
        referenced_columns=_strings(node.pk_attrs),
        using_index=node.indexname,
        elements=_index_elements(exclusions),
        predicate=_expression(node.where_clause),
        include=_strings(node.including),
        method=node.access_method or "btree",
        not_valid=bool(node.skip_validation),
        enforced=bool(node.is_enforced) or node.contype not in _ENFORCEABLE,
        deferrable=bool(node.deferrable),
        nulls_not_distinct=bool(node.nulls_not_distinct),
        no_inherit=bool(node.is_no_inherit),
        without_overlaps=bool(node.without_overlaps),
        on_delete=_REFERENTIAL_ACTIONS.get(node.fk_del_action, "no action"),
        on_update=_REFERENTIAL_ACTIONS.get(node.fk_upd_action, "no action"),
    )


def _with_attributes(nodes: Node) -> tuple[Node, ...]:
    """A column's constraints, with what the grammar puts behind one (DEFERRABLE, NOT ENFORCED) set on it."""
    constraints: list[Node] = []
    for node in nodes or ():
        if node.contype == CT.CONSTR_ATTR_DEFERRABLE:
            constraints[-1].deferrable = True
        elif node.contype == CT.CONSTR_ATTR_NOT_ENFORCED:
            constraints[-1].is_enforced = False
        elif node.contype in _CONSTRAINT_KINDS or node.contype in _COLUMN_PROPERTIES:
            constraints.append(node)
    return tuple(constraints)


_COLUMN_PROPERTIES: Final = {CT.CONSTR_DEFAULT, CT.CONSTR_GENERATED, CT.CONSTR_IDENTITY}


def _column(node: Node) -> actions.Column:
    written = _with_attributes(node.constraints)
    by_type = {constraint.contype: constraint for constraint in written}
    default = by_type.get(CT.CONSTR_DEFAULT) or by_type.get(CT.CONSTR_GENERATED)
    generated = by_type.get(CT.CONSTR_GENERATED)
    identity = by_type.get(CT.CONSTR_IDENTITY)
    return actions.Column(
        name=node.colname,
        type=_type(node.typeName),
        not_null=bool(by_type.keys() & {CT.CONSTR_NOTNULL, CT.CONSTR_PRIMARY, CT.CONSTR_IDENTITY}),
        default=_expression(default.raw_expr) if default else None,
        generated=_GENERATED[generated.generated_kind] if generated else None,  # type: ignore[arg-type]
        identity=_IDENTITY[identity.generated_when] if identity else None,  # type: ignore[arg-type]
        collation=_collation(node.collClause),
        constraints=tuple(_constraint(each, node.colname) for each in written if _is_constraint(each)),
    )


def _is_constraint(node: Node) -> bool:
    plain_not_null = node.contype == CT.CONSTR_NOTNULL and not (node.conname or node.is_no_inherit)
    return node.contype in _CONSTRAINT_KINDS and not plain_not_null


def _create_table(node: Node) -> tuple[Action, ...]:
    elements = node.tableElts or ()
    parents = tuple(_name(parent) for parent in node.inhRelations or ())
    return (
        actions.CreateTable(
            table=_name(node.relation),
            columns=tuple(_column(each) for each in elements if isinstance(each, ast.ColumnDef) and each.typeName),
            constraints=tuple(_constraint(each) for each in elements if isinstance(each, ast.Constraint)),
            if_not_exists=bool(node.if_not_exists),
            persistence=_PERSISTENCE[node.relation.relpersistence],  # type: ignore[arg-type]
            partition_by=_partition_key(node.partspec),
            partition_of=parents[0] if node.partbound else None,
            default_partition=bool(node.partbound and node.partbound.is_default),
            inherits=() if node.partbound else parents,
            like=tuple(_name(each.relation) for each in elements if isinstance(each, ast.TableLikeClause)),
            of_type=_dotted(node.ofTypename.names) if node.ofTypename else None,
        ),
    )


def _partition_key(spec: Node) -> tuple[str, tuple[IndexElement, ...]] | None:
    if spec is None:
        return None
    elements = tuple(IndexElement(each.name, _expression(each.expr)) for each in spec.partParams)
    return _STRATEGIES[spec.strategy], elements


def _create_table_as(node: Node) -> tuple[Action, ...]:
    name, query = _name(node.into.rel), _query(node.query)
    if node.objtype == OBJECT.OBJECT_MATVIEW:
        return (actions.CreateView(name, query, materialized=True, if_not_exists=bool(node.if_not_exists)),)
    persistence = _PERSISTENCE[node.into.rel.relpersistence]
    return (
        actions.CreateTable(
            table=name,
            if_not_exists=bool(node.if_not_exists),
            persistence=persistence,  # type: ignore[arg-type]
            from_query=query,
        ),
    )


def _alter_table(node: Node) -> tuple[Action, ...]:
    only = not node.relation.inh
    of_table = node.objtype in {OBJECT.OBJECT_TABLE, OBJECT.OBJECT_FOREIGN_TABLE}
    return tuple(
        _SUBCOMMANDS[command.subtype](_name(node.relation), command, only)
        if of_table and command.subtype in _SUBCOMMANDS
        else _other_alteration(node, command)
        for command in node.cmds
    )


def _other_alteration(node: Node, command: Node) -> Action:
    return actions.OtherAlteration(
        table=_name(node.relation),
        kind=command.subtype.name.removeprefix("AT_"),
        name=command.name,
        relation_kind=node.objtype.name.removeprefix("OBJECT_").lower().replace("matview", "materialized view"),
    )


_SUBCOMMANDS: Final[dict[enums.AlterTableType, Callable[[Name, Node, bool], Action]]] = {
    AT.AT_AddColumn: lambda table, command, only: actions.AddColumn(
        table, _column(command.def_), if_not_exists=bool(command.missing_ok), only=only
    ),
    AT.AT_DropColumn: lambda table, command, only: actions.DropColumn(
        table, command.name, if_exists=bool(command.missing_ok), cascade=_cascade(command), only=only
    ),
    AT.AT_SetNotNull: lambda table, command, only: actions.SetNotNull(table, command.name, only),
    AT.AT_DropNotNull: lambda table, command, only: actions.DropNotNull(table, command.name, only),
    AT.AT_ColumnDefault: lambda table, command, only: actions.SetDefault(
        table, command.name, _expression(command.def_), only
    ),
    AT.AT_AlterColumnType: lambda table, command, only: actions.AlterColumnType(
        table,
        command.name,
        _type(command.def_.typeName),
        using=_expression(command.def_.raw_default),
        collation=_collation(command.def_.collClause),
        only=only,
    ),
    AT.AT_AddConstraint: lambda table, command, only: actions.AddConstraint(table, _constraint(command.def_), only),
    AT.AT_DropConstraint: lambda table, command, only: actions.DropConstraint(
        table, command.name, if_exists=bool(command.missing_ok), cascade=_cascade(command), only=only
    ),
    AT.AT_ValidateConstraint: lambda table, command, only: actions.ValidateConstraint(table, command.name, only),
    AT.AT_AttachPartition: lambda table, command, _only: actions.AttachPartition(
        table, _name(command.def_.name), default_partition=bool(command.def_.bound and command.def_.bound.is_default)
    ),
    AT.AT_DetachPartition: lambda table, command, _only: actions.DetachPartition(
        table, _name(command.def_.name), concurrently=bool(command.def_.concurrent)
    ),
}


def _create_index(node: Node) -> tuple[Action, ...]:
    return (
        actions.CreateIndex(
            table=_name(node.relation),
            name=node.idxname,
            elements=_index_elements(node.indexParams),
            include=tuple(each.name for each in node.indexIncludingParams or ()),
            method=node.accessMethod or "btree",
            unique=bool(node.unique),
            concurrently=bool(node.concurrent),
            if_not_exists=bool(node.if_not_exists),
            predicate=_expression(node.whereClause),
            nulls_not_distinct=bool(node.nulls_not_distinct),
            only=not node.relation.inh,
        ),
    )


def _dropped_name(node: Node) -> Name:
    if isinstance(node, ast.TypeName):
        return _type(node).name
    if isinstance(node, ast.ObjectWithArgs):
        return _dotted(node.objname)
    return _dotted((node,) if isinstance(node, ast.String) else node)


def _drop(node: Node) -> tuple[Action, ...]:
    kind = _DROPPED_KINDS.get(node.removeType, "other")
    of_table = kind in {"trigger", "policy"}
    objects = tuple((each[-1], each[:-1]) if of_table else (each, None) for each in node.objects)
    return (
        actions.Drop(
            kind=kind,
            names=tuple(_dropped_name(each) for each, _ in objects),
            if_exists=bool(node.missing_ok),
            cascade=_cascade(node),
            concurrently=bool(node.concurrent),
            table=_dotted(objects[0][1]) if of_table else None,
        ),
    )


def _rename(node: Node) -> tuple[Action, ...]:
    of = _name(node.relation) if node.relation else _dropped_name(node.object)
    kind = node.renameType.name.removeprefix("OBJECT_").lower()
    return (actions.Rename(_RENAMED_KINDS.get(kind, kind), of, node.subname, node.newname),)


_RENAMED_KINDS: Final = {"tabconstraint": "constraint", "matview": "materialized view", "attribute": "column"}


def _set_schema(node: Node) -> tuple[Action, ...]:
    of = _name(node.relation) if node.relation else _dropped_name(node.object)
    return (actions.SetSchema(node.objectType.name.removeprefix("OBJECT_").lower(), of, node.newschema),)


def _insert(node: Node) -> tuple[Action, ...]:
    return (
        actions.Insert(
            table=_name(node.relation),
            columns=tuple(each.name for each in node.cols or ()),
            query=_query((node.selectStmt, node.withClause)),
            on_conflict=node.onConflictClause is not None,
        ),
    )


def _update(node: Node) -> tuple[Action, ...]:
    return (
        actions.Update(
            table=_name(node.relation),
            assignments=tuple((each.name, Expression(each.val, _print)) for each in node.targetList),
            where=_expression(node.whereClause),
            reads=relations_in((node.fromClause, node.whereClause, node.targetList, node.withClause)),
        ),
    )


def _delete(node: Node) -> tuple[Action, ...]:
    reads = relations_in((node.usingClause, node.whereClause, node.withClause))
    return (actions.Delete(_name(node.relation), _expression(node.whereClause), reads),)


def _select(node: Node) -> tuple[Action, ...]:
    if node.intoClause:
        return (actions.CreateTable(_name(node.intoClause.rel), from_query=_query(node)),)
    return (actions.Select(_query(node), locking=bool(node.lockingClause)),)


def _enum(node: Node) -> tuple[Action, ...]:
    return (actions.CreateEnum(_dotted(node.typeName), _strings(node.vals)),)


def _alter_enum(node: Node) -> tuple[Action, ...]:
    if node.oldVal:
        return (actions.Rename("enum value", _dotted(node.typeName), node.oldVal, node.newVal),)
    return (actions.AddEnumValue(_dotted(node.typeName), node.newVal, bool(node.skipIfNewValExists)),)


def _domain(node: Node) -> tuple[Action, ...]:
    written = _with_attributes(node.constraints)
    by_type = {constraint.contype: constraint for constraint in written}
    return (
        actions.CreateDomain(
            name=_dotted(node.domainname),
            base=_type(node.typeName),
            not_null=CT.CONSTR_NOTNULL in by_type,
            default=_expression(by_type[CT.CONSTR_DEFAULT].raw_expr) if CT.CONSTR_DEFAULT in by_type else None,
            constraints=tuple(_constraint(each) for each in written if each.contype == CT.CONSTR_CHECK),
            collation=_collation(node.collClause),
        ),
    )


def _function(node: Node) -> tuple[Action, ...]:
    options = {option.defname: option.arg for option in node.options or ()}
    inputs = (each for each in node.parameters or () if each.mode.value in {"i", "d", "b", "v"})
    body = options.get("as")
    return (
        actions.CreateFunction(
            name=_dotted(node.funcname),
            argument_types=tuple(_type(each.argType) for each in inputs),
            returns=_type(node.returnType) if node.returnType else None,
            volatility=options["volatility"].sval if "volatility" in options else "volatile",
            language=options["language"].sval if "language" in options else "sql",
            body=" ".join(_strings(body)),
            replace=bool(node.replace),
        ),
    )


def _trigger(node: Node) -> tuple[Action, ...]:
    return (
        actions.CreateTrigger(
            name=node.trigname,
            table=_name(node.relation),
            columns=_strings(node.columns),
            function=_dotted(node.funcname),
            constraint_from=_name(node.constrrel) if node.constrrel else None,
            replace=bool(node.replace),
        ),
    )


def _set(node: Node) -> tuple[Action, ...]:
    kinds = enums.VariableSetKind
    if node.kind == kinds.VAR_SET_MULTI:
        return ()
    arguments = [getattr(argument, "val", None) for argument in node.args or ()]
    value = arguments[0] if len(arguments) == 1 else None
    return (actions.SetParameter(node.name or "all", _constant(value), bool(node.is_local)),)


def _constant(value: Node) -> str | None:
    for attribute in ("sval", "ival", "fval", "boolval"):
        if hasattr(value, attribute):
            return str(getattr(value, attribute))
    return None


def _do(node: Node) -> tuple[Action, ...]:
    options = {option.defname: option.arg.sval for option in node.args}
    return (actions.DoBlock(options.get("language", "plpgsql"), options.get("as", "")),)


def _extension(node: Node) -> tuple[Action, ...]:
    options = {option.defname: option.arg for option in node.options or ()}
    schema = options["schema"].sval if "schema" in options else None
    return (actions.CreateExtension(node.extname, schema, bool(node.if_not_exists)),)


_TRANSLATORS: Final[dict[type, Callable[[Node], tuple[Action, ...]]]] = {
    ast.CreateStmt: _create_table,
    ast.CreateTableAsStmt: _create_table_as,
    ast.AlterTableStmt: _alter_table,
    ast.IndexStmt: _create_index,
    ast.DropStmt: _drop,
    ast.RenameStmt: _rename,
    ast.AlterObjectSchemaStmt: _set_schema,
    ast.InsertStmt: _insert,
    ast.UpdateStmt: _update,
    ast.DeleteStmt: _delete,
    ast.SelectStmt: _select,
    ast.CreateEnumStmt: _enum,
    ast.AlterEnumStmt: _alter_enum,
    ast.CreateDomainStmt: _domain,
    ast.CreateFunctionStmt: _function,
    ast.CreateTrigStmt: _trigger,
    ast.VariableSetStmt: _set,
    ast.DoStmt: _do,
    ast.CreateExtensionStmt: _extension,
    ast.TruncateStmt: lambda node: (
        actions.Truncate(tuple(_name(each) for each in node.relations), cascade=_cascade(node)),
    ),
    ast.CreateSeqStmt: lambda node: (
        actions.CreateSequence(_name(node.sequence), if_not_exists=bool(node.if_not_exists)),
    ),
    ast.ViewStmt: lambda node: (
        actions.CreateView(_name(node.view), _query(node.query), replace=bool(node.replace)),
    ),
    ast.CreatePolicyStmt: lambda node: (actions.CreatePolicy(node.policy_name, _name(node.table)),),
    ast.CreateSchemaStmt: lambda node: (
        actions.CreateSchema(node.schemaname or "", if_not_exists=bool(node.if_not_exists)),
    ),
    ast.TransactionStmt: lambda node: (
        actions.TransactionControl(_TRANSACTIONS.get(node.kind, "other")),  # type: ignore[arg-type]
    ),
}
