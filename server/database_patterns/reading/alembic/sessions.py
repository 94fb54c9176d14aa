"""Calls on a session of SQLAlchemy's ORM: what it asks is recorded, what it sends later is guarded by that."""

from __future__ import annotations

import ast
from functools import partial
from typing import Any, Final

from sqlalchemy import Column, delete, insert, update
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.selectable import Select

from . import orm
from .budget import Budget
from .connection import ANSWER, ConnectionCalls
from .context import RevisionContext
from .failing import said
from .journal import Journal
from .managers import Manager
from .sending import Arguments, flat
from .source import Source
from .values import Symbol, Symbolic, Unknown

_NOT_READ: Final = "what the ORM sends is not read"
_ADDING: Final = {"add", "add_all", "bulk_save_objects"}
_CHANGING: Final = {"delete", "update"}


class SessionCalls(ConnectionCalls):
    """Evaluates the calls of sessions, of queries and of mapped classes."""

    def __init__(self, source: Source, journal: Journal, budget: Budget, context: RevisionContext) -> None:
        super().__init__(source, journal, budget, context)
        self.models: dict[int, orm.Model] = {}
        self.asked = False

    def call_session(self, node: ast.Call, name: str, arguments: Arguments) -> object:
        """Evaluate ``session.name(…)`` of a session on the migration's connection."""
        args, kwargs = arguments
        if name == "query" and not kwargs and _known(args):
            self.asked = True
            return self._built(node, partial(orm.query, args))
        if name == "begin" and not args and not kwargs:
            return Manager(Unknown("the transaction of a session"))
        if name in _ADDING and len(args) == 1:
            self._add(node, args[0] if isinstance(args[0], list | tuple) else [args[0]])
            return None
        if name == "delete" and len(args) == 1 and isinstance(args[0], orm.Loaded) and args[0].model:
            self._send_later(node, self._of_row(delete(args[0].model.table), args[0].model))
            return None
        self.journal.gap(node, _NOT_READ)
        return ANSWER

    def call_query(self, node: ast.Call, query: orm.Query, name: str, arguments: Arguments) -> object:
        """Evaluate ``query.name(…)``."""
        args, kwargs = [orm.core(each) for each in arguments[0]], arguments[1]
        if name in orm.FETCHING and _known(args):
            fetched = self._built(node, partial(query.fetched, name, args))
            with self.journal.guarded(orm.NOT_LOADED if name == "get" else None):
                return self._fetch(node, fetched, query.model) if isinstance(fetched, Select) else fetched
        if name in _CHANGING and query.model is not None and query.entity is not None:
            return self._change(node, query, name, (args, kwargs))
        found = self._built(node, partial(query.built, name, args, kwargs)) if _known(args) else None
        if isinstance(found, orm.Query | ClauseElement | Unknown):
            return found
        self.journal.gap(node, _NOT_READ)
        return orm.Loaded(_NOT_READ, model=query.model)

    def fetched(self, node: ast.expr, value: object) -> object:
        """What iterating over ``value`` at ``node`` iterates over: a query is sent there."""
        return self._fetch(node, value.select, value.model) if isinstance(value, orm.Query) else value

    def loaded(self, statement: object) -> Unknown:
        """What the session answers to ``statement``."""
        model = orm.model_of(statement, self.models) if self.models else None
        return orm.Loaded(ANSWER.reason, model=model) if model else ANSWER

    def when_executed(self, statement: object) -> str | None:
        """What must hold so that a session sends ``statement`` as it is: it may synchronize its objects."""
        changed = isinstance(statement, UpdateBase) and id(statement.table) in self.models
        return orm.SYNCHRONIZED if changed else None

    def change(self, node: ast.Attribute, owner: orm.Loaded, value: object) -> None:
        """Evaluate ``row.attribute = value``: the session updates the row when it flushes."""
        column = owner.model.columns.get(node.attr) if owner.model else None
        if owner.model is None or column is None:
            self.journal.gap(node, _NOT_READ)
        else:
            known = Unknown("a value that is not read") if isinstance(value, Symbolic) else value
            self._send_later(node, self._of_row(update(owner.model.table), owner.model).values({column: known}))

    def _fetch(self, node: ast.expr, statement: Select[Any], model: orm.Model | None) -> Unknown:
        self.send(node, partial(self.recording.execute, statement))
        return orm.Loaded(ANSWER.reason, model=model) if model else ANSWER

    def _add(self, node: ast.Call, objects: list[object] | tuple[object, ...]) -> None:
        for each in objects:
            if isinstance(each, orm.New) and each.values.keys() <= each.model.columns.keys():
                values = {each.model.columns[name]: value for name, value in each.values.items()}
                self._send_later(node, insert(each.model.table).values(values))
            elif not isinstance(each, orm.Loaded) or each.model is None:  # a loaded one is in the session already
                self.journal.gap(node, _NOT_READ)

    def _change(self, node: ast.Call, query: orm.Query, how: str, arguments: Arguments) -> Unknown:
        args, kwargs = arguments
        where = [] if query.select.whereclause is None else [query.select.whereclause]
        entity: Any = query.entity
        statement: Any = (delete(entity) if how == "delete" else update(entity)).where(*where)
        plain = query.select.get_final_froms() == [entity] and str(query.select).upper().count(" LIMIT ") == 0
        values: Any = args[0] if args else kwargs.get("values")
        if how == "update":
            columns = query.model.columns if query.model else {}
            pairs = {columns.get(key, key): value for key, value in values.items()} if isinstance(values, dict) else {}
            plain = plain and bool(pairs) and all(isinstance(key, Column) for key in pairs)
            statement = statement.values(pairs) if plain else statement
        if not plain:
            self.journal.gap(node, _NOT_READ)
            return ANSWER
        with self.journal.guarded(None if kwargs.get("synchronize_session", "auto") is False else orm.SYNCHRONIZED):
            self.send(node, partial(self.recording.execute, statement))
        return ANSWER

    def _send_later(self, node: ast.expr, statement: ClauseElement) -> None:
        with self.journal.guarded(orm.FLUSHED):
            self.send(node, partial(self.recording.execute, statement))

    @staticmethod
    def _of_row(statement: Any, model: orm.Model) -> Any:  # noqa: ANN401  an UPDATE or a DELETE
        row = Unknown("the key of a row that the session loaded")
        return statement.where(*(column == row for column in model.table.primary_key))

    def _built(self, node: ast.expr, function: Any) -> object:  # noqa: ANN401  any partial
        try:
            return function()
        except Exception as error:  # noqa: BLE001  whatever the library raises is this call's answer
            self.journal.gap(node, f"{_NOT_READ}: {said(error)}")
            return Unknown(_NOT_READ)


def _known(args: list[Any]) -> bool:
    """Whether all arguments are expressions, tables, mapped classes or plain values."""
    return not any(
        isinstance(each, Unknown | Symbol) or (isinstance(each, Symbolic) and not isinstance(each, orm.Model))
        for each in flat((args, {}))
    )
