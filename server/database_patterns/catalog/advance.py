"""The catalog after one statement: a table from the kind of an action to the function that follows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final, TypeVar

from database_patterns import actions
from database_patterns.actions import Action, Name
from database_patterns.model import Statement

from . import Catalog, enums, objects, other_alterations, other_statements, partitions
from .definitions import (
    add_column,
    add_constraint,
    copy_constraint,
    copy_index,
    create_index,
    enter_column,
    same_key,
    stored_default,
)
from .draft import Draft
from .drops import drop, drop_column, drop_constraint, keys_that_need
from .layers import extended
from .new_tables import create_table
from .other_alterations import change_column, family
from .renames import rename, set_schema
from .schema import Table

Handler = Callable[[Draft, Any], None]
ActionT = TypeVar("ActionT", bound=Action)


def advance(catalog: Catalog, statement: Statement) -> Catalog:
    """The schema after ``statement``.

    Of a statement that may not run, or that is known in part only, nothing is certain but what it leaves alone.
    """
    followed = [each for each in statement.actions if type(each) in _HANDLERS]
    by_tree = type(statement.tree) in other_statements.FOLLOWED
    if not followed and not by_tree:
        return catalog
    draft = Draft(catalog)
    if by_tree:
        other_statements.follow(draft, statement.tree)
    absent = statement.only_unsure == "existence"
    for action in in_execution_order(followed):
        handler: Handler = _create_unless_there if absent else _HANDLERS[type(action)]
        handler(draft, action)
    after = draft.catalog
    if statement.only_unsure == "names":
        after = _without_names(catalog, after)
    elif _may_not_change(statement):
        after = _uncertain(catalog, after)
    return enums.with_new_values(after, statement, catalog)


def _may_not_change(statement: Statement) -> bool:
    """Whether the schema may be what it was.

    Rows that may have been written make a table less known than it was, which holds also where they were not.
    """
    fills = all(isinstance(each, actions.Insert | actions.Update) for each in statement.actions)
    return statement.confidence != "exact" and not statement.only_unsure and not fills


def alternatives(before: Catalog, statement: Statement) -> tuple[Catalog, ...]:
    """The schema after ``statement`` as if none of the guarded statements had run, and as if all had.

    Nothing where there were none.
    """
    alone = replace(before, alternatives=(), sure=None)
    without, ran = before.alternatives or (alone, alone)
    if _may_not_change(statement):
        return without, ran.advance(replace(statement, confidence="exact"))
    return (without.advance(statement), ran.advance(statement)) if before.alternatives else ()


def apply(catalog: Catalog, action: Action) -> Catalog:
    """The schema after one action."""
    draft = Draft(catalog)
    _HANDLERS[type(action)](draft, action)
    return draft.catalog


def in_execution_order(followed: Iterable[ActionT]) -> list[ActionT]:
    """The subcommands of an ALTER TABLE in the order of PostgreSQL's passes: what is dropped first, and so on."""
    return sorted(followed, key=_pass)


def _pass(action: Action) -> int:
    if isinstance(action, actions.AddConstraint):
        return _PASSES[_CONSTRAINT_PASSES["index" if action.constraint.using_index else action.constraint.kind]]
    if isinstance(action, actions.SetDefault):
        return _PASSES["drop" if action.default is None else "other constraint"]
    if isinstance(action, actions.OtherAlteration):
        return _PASSES[_OTHER_PASSES.get(action.kind, "misc")]
    return _PASSES[_ACTION_PASSES.get(type(action), "misc")]


_PASSES: Final = {
    name: number
    for number, name in enumerate(
        ("drop", "type", "column", "expression", "constraint", "attribute", "index constraint", "index",
         "other constraint", "misc")
    )
}  # fmt: skip
"""PostgreSQL's passes, in their order."""
_ACTION_PASSES: Final[dict[type[Action], str]] = {
    actions.DropColumn: "drop",
    actions.DropConstraint: "drop",
    actions.DropNotNull: "drop",
    actions.AlterColumnType: "type",
    actions.AddColumn: "column",
    actions.SetNotNull: "attribute",
}
_CONSTRAINT_PASSES: Final = {
    "check": "constraint", "not null": "constraint", "index": "index constraint", "primary key": "index",
    "unique": "index", "exclusion": "index", "foreign key": "other constraint",
}  # fmt: skip
_OTHER_PASSES: Final = {
    "DropIdentity": "drop", "DropExpression": "drop", "SetExpression": "expression", "SetIdentity": "attribute",
    "AddIdentity": "other constraint",
}  # fmt: skip


def _uncertain(before: Catalog, after: Catalog) -> Catalog:
    """What holds whether the change took place or not."""
    draft = Draft(replace(before, next_oid=after.next_oid, complete=False, settings=after.settings))
    for name in after.relations.changed():
        old, new = before.relations.get(name), after.relations.get(name)
        if old != new:
            draft.remove(name)
            draft.put(_common(old, new)) if isinstance(old, Table) and isinstance(new, Table) else None
    if after.types is not before.types:
        draft.set(types=before.types.without([name for name in before.types if name not in after.types]))
    return draft.catalog


def _create_unless_there(draft: Draft, action: actions.CreateTable | actions.CreateEnum | actions.CreateDomain) -> None:
    """A table or type that is there in any case afterwards, whether it is this one or an older one."""
    if isinstance(action, actions.CreateTable):
        create_table(draft, replace(action, if_not_exists=True))
    elif not draft.catalog.is_type(action.name):
        enums.create_type(draft, action, certain=draft.catalog.complete)


def _without_names(before: Catalog, after: Catalog) -> Catalog:
    """What holds whatever the constraints and indexes that a statement has added are called."""
    draft = Draft(replace(after, complete=False))
    for name in after.relations.changed():
        old, new = before.relations.get(name), after.relations.get(name)
        if old != new and isinstance(new, Table):
            known = old if isinstance(old, Table) else Table(name)
            constraints, indexes = _same(known.constraints, new.constraints), _same(known.indexes, new.indexes)
            draft.put(replace(new, constraints=constraints, indexes=indexes, complete=False))
    return draft.catalog


def _common(old: Table, new: Table) -> Table:
    return replace(
        old,
        columns=_same(old.columns, new.columns),
        constraints=_same(old.constraints, new.constraints),
        indexes=_same(old.indexes, new.indexes),
        triggers=_same(old.triggers, new.triggers),
        rows=old.rows if old.rows == new.rows else "unknown",
        complete=False,
        columns_complete=False,
        gone=old.gone & new.gone,
    )


def _same(old: Any, new: Any) -> dict[str, Any]:  # noqa: ANN401 - the mappings of a Table
    return {key: each for key, each in old.items() if new.get(key) == each}


def _add_column(draft: Draft, action: actions.AddColumn) -> None:
    root = draft.table(action.table)
    if root is None:
        return
    added = _added_constraints(draft, root, lambda: add_column(draft, root.name, action.column))
    for child in () if action.only else family(draft, action.table)[1:]:
        if action.column.name not in child.columns:
            enter_column(draft, child.name, replace(action.column, identity=None))
    if not action.only:
        _pass_on(draft, root.name, added)


def _added_constraints(draft: Draft, table: Table, change: Callable[[], None]) -> list[actions.Constraint]:
    """The constraints that ``change`` has added to ``table``."""
    change()
    changed = draft.catalog.table(table.name) or table
    before = set(table.constraints)
    return [each for key, each in changed.constraints.items() if key not in before]


def _pass_on(draft: Draft, name: Name, added: Iterable[actions.Constraint]) -> None:
    """Give the tables below one what it has got of constraints, under the same names."""
    for constraint in added:
        table = draft.catalog.table(name)
        if table is not None:
            _recurse(draft, table, constraint)


def _drop_column(draft: Draft, action: actions.DropColumn) -> None:
    root = draft.table(action.table)
    if root is None or action.column in root.partition_key or _is_inherited(draft, root, action.column):
        return
    for table in family(draft, action.table, only=action.only):
        drop_column(draft, table.name, action.column, cascade=action.cascade)


def _set_not_null(draft: Draft, action: actions.SetNotNull) -> None:
    for table in family(draft, action.table, only=action.only):
        for waiting in [each for each in table.constraints.values() if each.kind == "not null"]:
            if waiting.columns == (action.column,):
                _put_constraint(draft, table, replace(waiting, not_valid=False))
    change_column(draft, action.table, action.column, only=action.only, not_null=True)
    _add_constraint(
        draft,
        actions.AddConstraint(action.table, actions.Constraint("not null", columns=(action.column,)), only=action.only),
    )


def _put_constraint(draft: Draft, table: Table, constraint: actions.Constraint) -> None:
    draft.put(replace(table, constraints=extended(table.constraints, constraint.name or "", constraint)))


def _is_inherited(draft: Draft, table: Table, column: str) -> bool:
    parents = (draft.catalog.table(name) for name in table.inherits)
    return any(column in parent.columns for parent in parents if parent)


def _must_not_be_null(table: Table, column: str) -> bool:
    known = table.columns.get(column)
    return (table.primary_key is not None and column in table.primary_key.columns) or bool(known and known.identity)


def _drop_not_null(draft: Draft, action: actions.DropNotNull) -> None:
    root = draft.table(action.table)
    if root is None or _must_not_be_null(root, action.column):
        return
    for table in family(draft, action.table, only=action.only):
        for constraint in list(table.constraints.values()):
            if constraint.kind == "not null" and constraint.columns == (action.column,):
                drop_constraint(draft, table.name, constraint.name or "")
    change_column(draft, action.table, action.column, only=action.only, not_null=False)


def _set_default(draft: Draft, action: actions.SetDefault) -> None:
    column = draft.catalog.column(action.table, action.column)
    default = stored_default(draft.catalog, column.type, action.default) if column else action.default
    change_column(draft, action.table, action.column, only=action.only, default=default)


def _alter_type(draft: Draft, action: actions.AlterColumnType) -> None:
    changes = {"type": action.type, "collation": action.collation}
    change_column(draft, action.table, action.column, only=action.only, **changes)


def _add_constraint(draft: Draft, action: actions.AddConstraint) -> None:
    table = draft.table(action.table)
    if table is None or _repeats_not_null(table, action.constraint):
        return
    added = _added_constraints(draft, table, lambda: add_constraint(draft, table.name, action.constraint))
    if not action.only:
        _pass_on(draft, table.name, added)


def _repeats_not_null(table: Table, constraint: actions.Constraint) -> bool:
    same = (each for each in table.constraints.values() if each.kind == "not null")
    return constraint.kind == "not null" and any(each.columns == constraint.columns for each in same)


def _recurse(draft: Draft, table: Table, constraint: actions.Constraint) -> None:
    index = table.indexes.get(constraint.using_index or "")
    for child in draft.catalog.children(table):
        if constraint.kind in {"check", "not null"} and not constraint.no_inherit:
            if _repeats_not_null(child, constraint):
                continue
            add_constraint(draft, child.name, constraint)
            _recurse(draft, draft.catalog.table(child.name) or child, constraint)
        elif table.partitioned and constraint.kind not in {"check", "not null"}:
            if index is not None:
                copy_index(draft, index, child.name, primary=constraint.kind == "primary key")
            copy_constraint(draft, table, constraint, child.name)


def _drop_constraint(draft: Draft, action: actions.DropConstraint) -> None:
    table = draft.table(action.table)
    found = table.constraints.get(action.constraint) if table else None
    if table is None or found is None:
        return
    if action.cascade or not keys_that_need(draft.catalog, table, found):
        drop_constraint(draft, table.name, action.constraint)


def _alter_constraint(draft: Draft, action: actions.AlterConstraint) -> None:
    root = draft.table(action.table)
    known = root.constraints.get(action.constraint) if root else None
    if root is None or known is None:
        return
    changed = ("deferrable", "deferred", "enforced", "no_inherit")
    said: Any = {key: value for key in changed if (value := getattr(action, key)) is not None}
    for table in draft.catalog.family(root) if root.partitioned else (root,):
        for each in [one for one in table.constraints.values() if one == known or same_key(one, known)]:
            _put_constraint(draft, draft.catalog.table(table.name) or table, replace(each, **said))


def _validate(draft: Draft, action: actions.ValidateConstraint) -> None:
    for table in family(draft, action.table, only=action.only):
        known = table.constraints.get(action.constraint)
        if known is not None:
            _put_constraint(draft, table, replace(known, not_valid=False))
            if known.kind == "not null":
                change_column(draft, table.name, known.columns[0], only=True, not_null=True)


def _write(draft: Draft, action: actions.Insert | actions.Update) -> None:
    table = draft.catalog.table(action.table)
    for each in draft.catalog.family(table) if table else ():
        if each.rows == "none":
            draft.put(replace(each, rows="unknown"))


def _transaction(draft: Draft, action: actions.TransactionControl) -> None:
    if action.kind in {"commit", "rollback", "prepare"}:
        settings = draft.catalog.without_local_settings().settings
        draft.set(settings=settings, new_values=(), new_enums=frozenset())


_HANDLERS: Final[dict[type[Action], Handler]] = {
    actions.CreateTable: create_table,
    actions.AddColumn: _add_column,
    actions.DropColumn: _drop_column,
    actions.SetNotNull: _set_not_null,
    actions.DropNotNull: _drop_not_null,
    actions.SetDefault: _set_default,
    actions.AlterColumnType: _alter_type,
    actions.AddConstraint: _add_constraint,
    actions.DropConstraint: _drop_constraint,
    actions.AlterConstraint: _alter_constraint,
    actions.ValidateConstraint: _validate,
    actions.AttachPartition: partitions.attach,
    actions.DetachPartition: partitions.detach,
    actions.OtherAlteration: other_alterations.alter,
    actions.CreateIndex: create_index,
    actions.Drop: drop,
    actions.Rename: rename,
    actions.SetSchema: set_schema,
    actions.Insert: _write,
    actions.Update: _write,
    actions.CreateSequence: objects.create_sequence,
    actions.CreateView: objects.create_view,
    actions.CreateEnum: enums.create_type,
    actions.CreateDomain: enums.create_type,
    actions.AddEnumValue: enums.add_value,
    actions.CreateFunction: objects.create_function,
    actions.CreateTrigger: objects.create_trigger,
    actions.CreatePolicy: objects.create_policy,
    actions.CreateSchema: objects.create_schema,
    actions.CreateExtension: objects.create_extension,
    actions.SetParameter: objects.set_parameter,
    actions.Select: objects.select,
    actions.TransactionControl: _transaction,
}
