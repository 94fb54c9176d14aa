"""ALTER TABLE and its like: one action for each subcommand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from pglast import ast, enums

from database_patterns import actions
from database_patterns.actions import Action, Name

from .definitions import (
    IDENTITY,
    Node,
    cascades,
    collation,
    column_definition,
    constraint,
    expression,
    relation_name,
    sequence_of_identity,
    type_name,
)

AT = enums.AlterTableType
OBJECT = enums.ObjectType


def alter_table(node: Node) -> tuple[Action, ...]:
    """The subcommands of an ALTER TABLE, INDEX, VIEW or TYPE, in the order of the text."""
    only = not node.relation.inh
    of_table = node.objtype in {OBJECT.OBJECT_TABLE, OBJECT.OBJECT_FOREIGN_TABLE}
    return tuple(
        _SUBCOMMANDS[command.subtype](relation_name(node.relation), command, only)
        if command.subtype in _SUBCOMMANDS and (of_table or command.subtype == AT.AT_ColumnDefault)
        else _other_alteration(node, command)
        for command in node.cmds
    )


def _other_alteration(node: Node, command: Node) -> Action:
    return actions.OtherAlteration(
        table=relation_name(node.relation),
        kind=command.subtype.name.removeprefix("AT_"),
        name=command.name or getattr(command.def_, "colname", None),
        relation_kind=node.objtype.name.removeprefix("OBJECT_").lower().replace("matview", "materialized view"),
        relation=_other_relation(command.def_),
        index=command.def_.name if isinstance(command.def_, ast.ReplicaIdentityStmt) else None,
        only=not node.relation.inh,
        options=_option_names(command.def_),
        identity=_identity(command.def_),
        value=_word(command.def_),
        number=command.num or None,
        if_exists=bool(command.missing_ok),
    )


def _word(definition: Node) -> str | None:
    """The word of SET STORAGE or SET COMPRESSION."""
    return str(definition.sval).lower() if isinstance(definition, ast.String) else None


def _other_relation(definition: Node) -> Name | None:
    """The parent of INHERIT, the part of an index, the sequence of a new identity, or the type of OF."""
    if isinstance(definition, ast.Constraint):
        return sequence_of_identity(definition.options)
    if isinstance(definition, ast.TypeName):
        return type_name(definition).name
    if isinstance(definition, ast.RangeVar):
        return relation_name(definition)
    return relation_name(definition.name) if isinstance(definition, ast.PartitionCmd) else None


def _identity(definition: Node) -> Literal["always", "by default"] | None:
    """What ADD GENERATED (a constraint) or SET GENERATED (an option) says."""
    if isinstance(definition, ast.Constraint):
        return IDENTITY.get(definition.generated_when or "")
    options: Node = definition if isinstance(definition, tuple) else ()
    said: Node = next((each.arg for each in options if type(each) is ast.DefElem and each.defname == "generated"), None)
    return IDENTITY.get(chr(said.ival)) if said else None


def _option_names(options: Node) -> tuple[str, ...]:
    named = options if isinstance(options, tuple) else ()
    return tuple(each.defname for each in named if type(each) is ast.DefElem and each.defname)


_SUBCOMMANDS: Final[dict[enums.AlterTableType, Callable[[Name, Node, bool], Action]]] = {
    AT.AT_AddColumn: lambda table, command, only: actions.AddColumn(
        table, column_definition(command.def_), if_not_exists=bool(command.missing_ok), only=only
    ),
    AT.AT_DropColumn: lambda table, command, only: actions.DropColumn(
        table, command.name, if_exists=bool(command.missing_ok), cascade=cascades(command), only=only
    ),
    AT.AT_SetNotNull: lambda table, command, only: actions.SetNotNull(table, command.name, only),
    AT.AT_DropNotNull: lambda table, command, only: actions.DropNotNull(table, command.name, only),
    AT.AT_ColumnDefault: lambda table, command, only: actions.SetDefault(
        table, command.name, expression(command.def_), only
    ),
    AT.AT_AlterColumnType: lambda table, command, only: actions.AlterColumnType(
        table,
        command.name,
        type_name(command.def_.typeName),
        using=expression(command.def_.raw_default),
        collation=collation(command.def_.collClause),
        only=only,
    ),
    AT.AT_AddConstraint: lambda table, command, only: actions.AddConstraint(table, constraint(command.def_), only),
    AT.AT_DropConstraint: lambda table, command, only: actions.DropConstraint(
        table, command.name, if_exists=bool(command.missing_ok), cascade=cascades(command), only=only
    ),
    AT.AT_AlterConstraint: lambda table, command, only: actions.AlterConstraint(
        table,
        command.def_.conname,
        deferrable=bool(command.def_.deferrable) if command.def_.alterDeferrability else None,
        deferred=bool(command.def_.initdeferred) if command.def_.alterDeferrability else None,
        enforced=bool(command.def_.is_enforced) if command.def_.alterEnforceability else None,
        no_inherit=bool(command.def_.noinherit) if command.def_.alterInheritability else None,
        only=only,
    ),
    AT.AT_ValidateConstraint: lambda table, command, only: actions.ValidateConstraint(table, command.name, only),
    AT.AT_AttachPartition: lambda table, command, _only: actions.AttachPartition(
        table,
        relation_name(command.def_.name),
        default_partition=bool(command.def_.bound and command.def_.bound.is_default),
        bound=expression(None if command.def_.bound and command.def_.bound.is_default else command.def_.bound),
    ),
    AT.AT_DetachPartition: lambda table, command, _only: actions.DetachPartition(
        table, relation_name(command.def_.name), concurrently=bool(command.def_.concurrent)
    ),
}
