"""Our own revisions, run by Alembic on PostgreSQL: what it sends, in which transaction, held against what was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pglast
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from pglast import ast, parser
from pglast.stream import RawStream
from sqlalchemy import Connection, MetaData, create_engine, event
from sqlalchemy.pool import NullPool
from tests.reading.alembic.conftest import Revision

from database_patterns.lab import driver
from database_patterns.lab.server import Database
from database_patterns.model import Direction, Statement


@dataclass(frozen=True, slots=True)
class Execution:
    """One statement as PostgreSQL got it, and its transaction (None: autocommit); ``bound`` when it had parameters."""

    sql: str
    transaction: int | None
    bound: bool


@dataclass(frozen=True, slots=True)
class Run:
    """What one direction sent, without what SQLAlchemy asks about the schema; the error that it ended with."""

    executions: tuple[Execution, ...]
    error: Exception | None = None

    @property
    def sql(self) -> list[str]:
        return [each.sql for each in self.executions]


def run(source: str, direction: Direction, database: Database, convention: Mapping[str, str] | None = None) -> Run:
    """Run one direction in a transaction of its own, as env.py with ``transaction_per_migration`` does.

    ``convention`` is the naming convention of env.py's ``target_metadata``.
    """
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: driver.load().connect(database.owner), poolclass=NullPool
    )
    options = {"target_metadata": MetaData(naming_convention=dict(convention))} if convention else {}
    error = None
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        sent = _Sent(connection)
        try:
            with Operations.context(context), context.begin_transaction():
                names: dict[str, Any] = {}
                exec(compile(source, "b.py", "exec", dont_inherit=True), names)  # noqa: S102 - written in this folder
                names[direction]()
            connection.commit()
        except Exception as raised:  # noqa: BLE001 - the error is the answer
            error = raised
    return Run(tuple(sent.executions), error)


class _Sent:
    """Listens to a connection."""

    def __init__(self, connection: Connection) -> None:
        self.executions: list[Execution] = []
        event.listen(connection, "before_cursor_execute", self._note)

    def _note(self, connection: Connection, _cursor: Any, sql: str, values: Any, _context: Any, many: bool) -> None:  # noqa: FBT001 - SQLAlchemy's
        if "pg_catalog" in sql:
            return
        raw: Any = connection.connection.dbapi_connection
        transaction = None
        if raw.info.transaction_status == raw.info.transaction_status.INERROR:
            transaction = self.executions[-1].transaction
        elif not raw.autocommit:
            with raw.cursor() as own:
                transaction = own.execute("SELECT txid_current()").fetchone()[0]
        for row in values if many else [values]:
            with driver.load().ClientCursor(raw) as inline:
                self.executions.append(Execution(inline.mogrify(sql, row), transaction, bool(row)))


def assert_read_as_sent(
    revision: Revision,
    database: Database,
    *,
    directions: Sequence[Direction] = ("upgrade", "downgrade"),
    convention: Mapping[str, str] | None = None,
) -> None:
    """Everything was read, all of it exact, and it is what Alembic sends: text, order and transaction."""
    migration = revision.migration
    assert (migration.upgrade_gaps, migration.downgrade_gaps) == ((), ())
    for direction in directions:
        read: tuple[Statement, ...] = migration.statements(direction)
        assert {each.confidence for each in read} <= {"exact"}
        sent = run(revision.text, direction, database, convention)
        assert sent.error is None
        parts = [part for each in sent.executions for part in _split(each)]
        assert [folded(each.sql) for each in read] == [folded(each.sql) for each in parts]
        assert groups(each.transaction and each.transaction.id for each in read) == groups(
            each.transaction for each in parts
        )


def _split(execution: Execution) -> list[Execution]:
    """The statements of one execution; one that PostgreSQL's parser refuses stays whole."""
    try:
        parts = pglast.split(execution.sql)
    except parser.ParseError:
        return [execution]
    return [Execution(part, execution.transaction, execution.bound) for part in parts]


def folded(sql: str) -> str:
    """``sql`` as lines without the white space that stands around statements and for indentation."""
    return sql.replace("\t", "    ").strip().removesuffix(";").strip()


def groups(transactions: Iterable[Any]) -> list[int | None]:
    """Transactions as numbers in the order of their appearance, so that two lists of them can be compared."""
    found = list(transactions)
    order = list(dict.fromkeys(each for each in found if each is not None))
    return [None if each is None else order.index(each) for each in found]


def inlined(sql: str) -> str:
    """``sql`` in one spelling, without the types that the driver writes behind the values that it sends."""
    return RawStream()(_plain(pglast.parse_sql(sql)))


def _plain(node: Any) -> Any:
    """``node`` with constants instead of their casts, in place; a minus becomes part of its number."""
    if isinstance(node, tuple | list):
        return tuple(_plain(each) for each in node)
    if not isinstance(node, ast.Node):
        return node
    for name in node:
        setattr(node, name, _plain(getattr(node, name)))
    if isinstance(node, ast.TypeCast) and isinstance(node.arg, ast.A_Const):
        return node.arg
    if isinstance(node, ast.A_Expr) and node.lexpr is None and isinstance(node.rexpr, ast.A_Const):
        return ast.A_Const(val=ast.Float(f"-{RawStream()(node.rexpr)}"), isnull=False)
    return node


def rows(database: Database, *tables: str) -> dict[str, list[Any]]:
    """What the tables hold, as text."""
    with driver.connect(database.owner) as connection:
        return {table: list(driver.rows(connection, f"SELECT t::text FROM {table} t ORDER BY 1")) for table in tables}
