"""Alembic's real operations, writing down the SQL that they would send instead of sending it."""

from __future__ import annotations

import copy
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, cast

from alembic.ddl.postgresql import PostgresqlImpl
from alembic.operations import Operations as AlembicOperations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Executable, MetaData, Table, text
from sqlalchemy import literal as bound
from sqlalchemy.dialects.postgresql.base import PGCompiler, PGDialect
from sqlalchemy.engine.mock import MockConnection
from sqlalchemy.exc import CompileError
from sqlalchemy.schema import AddConstraint, CreateIndex
from sqlalchemy.sql.ddl import DDLElement
from sqlalchemy.sql.dml import Insert, Update, UpdateBase
from sqlalchemy.sql.elements import ClauseElement, TextClause
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.sqltypes import ARRAY
from sqlalchemy.sql.type_api import TypeEngine

from .constraint_names import UNREAD, condition_of_names
from .literals import is_other_number, literal
from .neighbours import converts
from .placeholders import Value
from .reflected import resolved
from .values import PartialText, Unknown, first_hole


def with_first_columns(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """``rows`` as SQLAlchemy sends several with one statement: the columns are those of the first.

    Raises:
        ValueError: a row lacks one of them, and SQLAlchemy would refuse it too.
    """
    for number, row in enumerate(rows):
        missing = next((column for column in rows[0] if column not in row), None)
        if missing is not None:
            raise ValueError(f"a value is required for {missing!r} in row {number}")
    return [{column: row[column] for column in rows[0]} for row in rows]


@dataclass(frozen=True, slots=True)
class Rendered:
    """The text of one execution; ``holes`` says what each of ``$1``, ``$2`` … stands for, ``about`` the construct.

    ``condition`` is what must hold for the text to be this one, ``unbound`` are its parameters that get no value.
    """

    sql: str
    holes: tuple[str, ...] = ()
    about: DDLElement | None = field(default=None, compare=False)
    condition: str | None = None
    unbound: tuple[str, ...] = field(default=(), compare=False)

    @property
    def sortable(self) -> type | None:
        """What neighbours have in common that may come in any order."""
        return type(self.about) if isinstance(self.about, CreateIndex | AddConstraint) else None


class _Compiler(PGCompiler):
    """Renders every value in place, and what is not known as ``$1``, ``$2`` …."""

    def render_literal_bindparam(self, bindparam: Any, *args: Any, **kw: Any) -> Any:  # noqa: ANN401  SQLAlchemy's
        given = self._dialect().parameters
        if bindparam.key in given:
            kw["render_literal_value"] = given[bindparam.key]
        elif bindparam.required and bindparam.value is None and bindparam.callable is None:
            self._dialect().unbound.append(bindparam.key)
            return self._dialect().hole(f"the bind parameter :{bindparam.key}, whose value is not given here")
        elif bindparam.value is None and bindparam.type.should_evaluate_none:
            return self.render_literal_value(None, bindparam.type)
        return super().render_literal_bindparam(bindparam, *args, **kw)  # type: ignore[no-untyped-call]

    def render_literal_value(self, value: Any, type_: TypeEngine[Any]) -> str:  # noqa: ANN401  SQLAlchemy's
        hole = first_hole(value)
        if hole is not None:
            return self._dialect().hole(hole.reason)
        if converts(type_):
            return self._dialect().hole(f"a value that {type(type_).__name__} converts")
        if is_other_number(value, type_):
            return self._dialect().hole(f"{value} for a number, of which drivers make different things")
        own = literal(value, type_)
        if own is not None:
            return own
        try:
            rendered = str(super().render_literal_value(value, type_))  # type: ignore[no-untyped-call]
            # An array of texts would not become one of uuids or labels by itself, and an empty one has no type.
            is_array = isinstance(type_, ARRAY) and value is not None
            return f"{rendered}::{self.dialect.type_compiler_instance.process(type_)}" if is_array else rendered
        except CompileError:
            return self._dialect().hole(f"a value of type {type_!r}, which is sent separately")

    def _dialect(self) -> _Dialect:
        assert isinstance(self.dialect, _Dialect)  # noqa: S101  it is the only dialect with this compiler
        return self.dialect


class _Dialect(PGDialect):
    """PostgreSQL without a driver. The parameter style keeps percent signs single, as the server gets them."""

    statement_compiler = _Compiler
    supports_statement_cache = False

    def __init__(self) -> None:
        super().__init__(paramstyle="named")  # type: ignore[no-untyped-call]
        self.holes: list[str] = []
        self.unbound: list[str] = []
        self.parameters: dict[str, object] = {}

    def hole(self, reason: str) -> str:
        self.holes.append(reason)
        return f"${len(self.holes)}"


class _Impl(PostgresqlImpl):
    """Hands every construct to ``record``. It has no ``__dialect__``, so that Alembic does not register it."""

    record: Callable[[ClauseElement | str], None]

    def _exec(
        self,
        construct: Any,  # noqa: ANN401  Alembic's signature
        execution_options: Mapping[str, Any] | None = None,  # noqa: ARG002
        multiparams: Sequence[Mapping[str, Any]] | None = None,  # noqa: ARG002
        params: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> None:
        self.record(construct)

    def bulk_insert(self, table: Any, rows: Any, multiinsert: bool = True) -> None:  # noqa: ANN401, FBT001, FBT002  Alembic's
        """As Alembic sends rows to a database, and not as it writes them in its offline mode, which knows less."""
        if not isinstance(rows, list):
            raise TypeError("List expected")
        if rows and not isinstance(rows[0], dict):
            raise TypeError("List of dictionaries expected")
        for row in with_first_columns(_as_parameters(rows, table)) if multiinsert else rows:
            self.record(table.insert().inline().values(row))

    def static_output(self, text: str) -> None:
        """Alembic's BEGIN and COMMIT of offline mode: not part of what an online migration sends here."""


def _as_parameters(rows: list[dict[str, Any]], table: Any) -> list[dict[str, Any]]:  # noqa: ANN401  any table
    """``rows`` as parameters of one statement: what names no column is left out.

    Raises:
        TypeError: one of them is an SQL expression, which no driver takes.
    """
    if any(isinstance(value, ClauseElement) for row in rows for value in row.values()):
        raise TypeError("an SQL expression is among the rows, which only multiinsert=False takes")
    return [{name: value for name, value in row.items() if name in table.c} for row in rows]


_INLINING: Final = "psycopg2"
_VALUES: Final = "as far as the driver puts values into the text of a statement that takes none (psycopg2 does)"
_TAKES_VALUES: Final = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/|\()*(?:call|delete|explain|insert|merge|select|table|update|values|with)\b",
    re.IGNORECASE | re.DOTALL,
)

_OPTIONS: Final[dict[str, Any]] = {"as_sql": True, "literal_binds": True}


@cache
def _context() -> MigrationContext:
    """A context to copy for each direction: making one builds Alembic's version table every time."""
    return MigrationContext.configure(dialect=PGDialect(), opts={**_OPTIONS, "output_buffer": io.StringIO()})  # type: ignore[no-untyped-call]


class Recording:
    """One run of Alembic's operations: ``operations`` to call, ``take()`` to get what they have rendered since."""

    def __init__(
        self, naming_convention: Mapping[str, Any] | None = None, *, unread: bool = False, driver: str | None = None
    ) -> None:
        self.driver = driver
        self.dialect = _Dialect()
        options = {**_OPTIONS, "output_buffer": io.StringIO()}
        convention = UNREAD if unread else naming_convention
        if convention:
            options["target_metadata"] = MetaData(naming_convention=dict(convention))
        context = copy.copy(_context())
        self.connection = cast("Any", MockConnection(self.dialect, self._mocked))
        impl = _Impl(self.dialect, self.connection, True, None, None, options)  # noqa: FBT003  Alembic's signature
        impl.record = self.execute
        context.dialect, context.opts, context.impl, context.connection = self.dialect, options, impl, self.connection
        self.operations = AlembicOperations(context)
        self._rendered: list[Rendered] = []
        self.reflects = False

    def _mocked(self, construct: ClauseElement, *_args: object, **_kwargs: object) -> None:
        """What SQLAlchemy itself sends through the connection (``Table.create(bind)``)."""
        self.execute(construct)

    def execute(
        self, construct: ClauseElement | str | PartialText, parameters: object = None, *, several: bool = False
    ) -> None:
        """Render ``construct`` as ``connection.execute`` would; a string is SQL with ``:name`` parameters.

        ``several`` when it is executed for several sets of parameters: then nothing is returned for each of them.
        """
        self.dialect.holes.clear()
        self.dialect.unbound.clear()
        statement = construct if isinstance(construct, ClauseElement) else text(self._filled(construct))
        if not isinstance(statement, Executable | DDLElement):
            raise TypeError(f"a {type(statement).__name__} is executed, which is no statement")
        if isinstance(statement, FunctionElement):  # a function is executed as the SELECT of it
            statement = statement.select()
        self.dialect.parameters = parameters if isinstance(parameters, dict) else {}
        condition = None
        if self.reflects:
            statement, condition = resolved(statement, self.dialect.hole, self.dialect.parameters)
        if isinstance(statement, Insert | Update) and isinstance(statement.table, Table):
            statement = self._with_defaults(statement)
        compiled = self._compiled(statement, several=several)
        about = statement if isinstance(statement, DDLElement) else None
        condition = condition or self._condition_of_values(statement, str(compiled)) or condition_of_names(about)
        told = parameters is None or isinstance(parameters, dict)
        unbound = tuple(dict.fromkeys(self.dialect.unbound)) if told else ()
        self._rendered.append(Rendered(str(compiled), tuple(self.dialect.holes), about, condition, unbound))

    def _compiled(self, statement: ClauseElement, *, literally: bool = True, several: bool = False) -> Any:  # noqa: ANN401
        """What is sent for ``statement``; parameters that name columns are their values, as in SQLAlchemy."""
        options: dict[str, Any] = {}
        if isinstance(statement, UpdateBase):
            options |= {"column_keys": list(self.dialect.parameters), "for_executemany": several}
        if literally and not isinstance(statement, DDLElement):
            options["compile_kwargs"] = {"literal_binds": True}
        return statement.compile(dialect=self.dialect, **options)

    def _condition_of_values(self, statement: ClauseElement, sql: str) -> str | None:
        """PostgreSQL takes values beside queries only: psycopg2 puts them into the text before it sends it."""
        has_values = isinstance(statement, TextClause) and any(True for _ in statement.get_children())
        return None if not has_values or self.driver == _INLINING or _TAKES_VALUES.match(sql) else _VALUES

    def _with_defaults(self, statement: Insert | Update) -> Insert | Update:
        """SQLAlchemy fills in the columns' own defaults when it executes; here they become part of the statement."""
        compiled = self._compiled(statement, literally=False)
        self.dialect.holes.clear()
        filled = [(column, column.default) for column in compiled.insert_prefetch]
        filled += [(column, column.onupdate) for column in compiled.update_prefetch]
        computed = Unknown("a default that the migration computes")
        values = {column: default.arg if default.is_scalar else computed for column, default in filled}
        return statement.values(values) if values else statement

    def execute_raw(self, sql: str | PartialText) -> None:
        """Take ``sql`` as it is, as ``exec_driver_sql`` does."""
        self.dialect.holes.clear()
        filled = self._filled(sql)
        self._rendered.append(Rendered(filled, tuple(self.dialect.holes)))

    def execute_filled(self, parts: Iterable[str | Value]) -> None:
        """Take a text as it is, with the values that the driver puts in."""
        self.dialect.holes.clear()
        sql = "".join(part if isinstance(part, str) else self._inline(part.value) for part in parts)
        self._rendered.append(Rendered(sql, tuple(self.dialect.holes)))

    def _inline(self, value: object) -> str:
        if isinstance(value, Unknown):
            return self.dialect.hole(value.reason)
        options = {"literal_binds": True}
        return "NULL" if value is None else str(bound(value).compile(dialect=self.dialect, compile_kwargs=options))

    def _filled(self, sql: object) -> str:
        if isinstance(sql, str):
            return sql
        if not isinstance(sql, PartialText):
            raise TypeError(f"{sql!r:.20} is executed, which is no statement")
        return "".join(self.dialect.hole(part.reason) if isinstance(part, Unknown) else part for part in sql.parts)

    def take(self) -> list[Rendered]:
        """What was rendered since the last call, in the order in which it is sent.

        Alembic keeps a table's indexes and a column's constraints in sets, so that their order changes from one run to
        the next; here neighbours of the same kind are in alphabetical order.
        """
        rendered, self._rendered = self._rendered, []
        ordered: list[Rendered] = []
        start = 0
        for end in range(1, len(rendered) + 1):
            if end == len(rendered) or rendered[end].sortable != rendered[start].sortable:
                run = rendered[start:end]
                ordered += sorted(run, key=lambda item: item.sql) if rendered[start].sortable else run
                start = end
        return ordered
