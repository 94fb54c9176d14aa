"""One prediction while it is being made: what each relation undergoes, and what is not known or may fail."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pglast import ast

from database_patterns.actions import Constraint, Name
from database_patterns.catalog import Catalog, Index, Sequence, Table
from database_patterns.locks import LockMode
from database_patterns.model import (
    Effect,
    PossibleFailure,
    Prediction,
    RelationKind,
    ServerError,
    Statement,
    Tristate,
)
from database_patterns.reading.definitions import cascades

from . import sources
from .assumptions import Assumptions
from .volatility import Scope

Locked = Table | Index | Sequence
NOT_NULL_HAS_A_NAME_SINCE = 18
_PLANS_PARTITIONED_INDEXES_SINCE = 16
_QUERIES = (
    ast.SelectStmt, ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt, ast.MergeStmt, ast.CreateTableAsStmt, ast.ViewStmt,
    ast.ExplainStmt, ast.DeclareCursorStmt, ast.PrepareStmt, ast.RuleStmt, ast.CreatePolicyStmt, ast.CreateFunctionStmt,
)  # fmt: skip
_LOCK, _SCAN, _REWRITE = 0, 10, 20
"""How much a reason weighs: the one that costs most is shown."""


class Refused(Exception):  # noqa: N818 - it is not an error of ours, but what PostgreSQL answers
    """PostgreSQL refuses the statement, whatever the rows are."""

    def __init__(self, sqlstate: str, message: str) -> None:
        super().__init__(message)
        self.error = ServerError(sqlstate, message)


@dataclass(slots=True)
class _Draft:
    kind: RelationKind
    lock: LockMode
    certain: bool = False
    rewrite: Tristate = False
    rewrite_with_indexes: Tristate = False
    scan: Tristate = False
    rebuilds: dict[str, None] = field(default_factory=dict)
    locks_rows: Literal["none", "some", "all"] = "none"
    losses: dict[str, None] = field(default_factory=dict)
    breaks: dict[str, None] = field(default_factory=dict)
    reason: str = ""
    source: str = ""
    weight: int = -1

    def explain(self, weight: int, reason: str, source: str) -> None:
        if reason and weight > self.weight:
            self.weight, self.reason, self.source = weight, reason, source


class Work:
    """Collects what a statement does; relations that it creates itself are never entered."""

    def __init__(self, statement: Statement, catalog: Catalog, assumptions: Assumptions) -> None:
        self.statement = statement
        self.original = self.catalog = catalog
        self.assumptions = assumptions
        self.in_transaction_ok = True
        self._drafts: dict[Name, _Draft] = {}
        self._may_fail: dict[PossibleFailure, None] = {}
        self._unknown: dict[str, None] = {}
        self._begun: set[str] = set()

    @property
    def postgres(self) -> int:
        return self.assumptions.postgres

    @property
    def _is_query(self) -> bool:
        """Whether the statement is a query or writes rows: then a relation is missing, even where its schema is."""
        return isinstance(self.statement.tree, _QUERIES)

    def constraint(self, table: Table, name: str | None) -> Constraint | None:
        """The constraint of ``table`` by its name, which NOT NULL does not have before PostgreSQL 18."""
        found = table.constraints.get(name or "")
        nameless = found is not None and found.kind == "not null" and self.postgres < NOT_NULL_HAS_A_NAME_SINCE
        return None if nameless else found

    @property
    def statement_is_only(self) -> bool:
        """Whether the statement says ONLY of its one relation."""
        relation = getattr(self.statement.tree, "relation", None)
        return relation is not None and not relation.inh

    @property
    def statement_cascades(self) -> bool:
        """Whether the statement, or a subcommand of it, says CASCADE."""
        tree = self.statement.tree
        return any(cascades(each) for each in (tree, *(getattr(tree, "cmds", None) or ())) if hasattr(each, "behavior"))

    def scope(self, table: Table | None = None) -> Scope:
        """What an expression over ``table`` may refer to."""
        return Scope(self.catalog, self.postgres, table.columns if table else {})

    def table(self, name: Name) -> Table:
        """The relation of that name; one that may exist without being known comes as an incomplete Table.

        Raises:
            Refused: all relations are known, and it is not among them.
        """
        found = self.catalog.table(name)
        if found is not None:
            return found
        relation = self.catalog.relation(name)
        if isinstance(relation, Sequence):
            return Table(relation.name, kind="sequence")
        index = self.catalog.index(name)
        if self.catalog.complete and index is None and not _is_of_postgres(name):
            if name.schema and name.schema not in {*self.catalog.schemas, "pg_temp"} and not self._is_query:
                raise Refused("3F000", f'schema "{name.schema}" does not exist')
            raise Refused("42P01", f'relation "{name}" does not exist')
        return Table.called(self.catalog.resolve(name))

    def lock(
        self,
        relation: Locked,
        mode: LockMode,
        reason: str = "",
        source: str = sources.LOCKING,
        *,
        certain: bool = True,
    ) -> None:
        """Enter a lock; the strongest one of a relation counts. One that depends on the rows is not ``certain``."""
        if self._is_new(relation.name):
            return
        draft = self._drafts.get(relation.name)
        if draft is None:
            draft = self._drafts[relation.name] = _Draft(_kind(relation), mode)
        if mode > draft.lock:
            draft.lock, draft.certain = mode, certain
        draft.certain = draft.certain or (certain and mode == draft.lock)
        draft.explain(_LOCK + mode, reason, source)

    def _is_new(self, name: Name) -> bool:
        """Whether the statement itself has created a relation of that name."""
        return self.catalog.exists(name) and not self.original.exists(name) and name not in self._drafts

    def lock_indexes(self, table: Table, mode: LockMode, reason: str = "") -> None:
        for index in table.indexes.values():
            self.lock(index, mode, reason)

    def plan_with_indexes(self, table: Table, mode: LockMode, reason: str = "", *, certain: bool = True) -> None:
        """Enter the locks on a table's indexes that planning a query takes, whether it will use them or not."""
        for index in table.indexes.values():
            if not index.partitioned or self.postgres >= _PLANS_PARTITIONED_INDEXES_SINCE:
                self.lock(index, mode, reason, certain=certain)

    def scan(self, table: Table, reason: str, source: str = sources.ALTER_TABLE, *, scanned: Tristate = True) -> None:
        """Enter that all rows of a locked relation are read, where it stores any itself."""
        draft = self._drafts[table.name]
        if not table.stores_rows or scanned is False or table.rows == "none":
            return
        draft.scan = True if True in {scanned, draft.scan} else "unknown"
        draft.explain(_SCAN, reason, source)

    def rewrite(
        self,
        table: Locked,
        reason: str,
        source: str = sources.ALTER_TABLE,
        *,
        rewritten: Tristate = True,
        reads: bool = True,
        with_indexes: bool = True,
    ) -> None:
        """Enter that a locked table, and its indexes, are written anew, and for that ``reads`` all its rows."""
        draft = self._drafts[table.name]
        if rewritten is False or (isinstance(table, Table) and not table.stores_rows):
            return
        draft.rewrite = True if True in {rewritten, draft.rewrite} else "unknown"
        if with_indexes:
            draft.rewrite_with_indexes = draft.rewrite
        if reads and isinstance(table, Table) and table.rows != "none":
            draft.scan = True if True in {rewritten, draft.scan} else "unknown"
        draft.explain(_REWRITE, reason, source)

    def is_locked(self, table: Table) -> bool:
        return table.name in self._drafts

    def is_rewritten(self, table: Table) -> Tristate:
        """Whether the table's rows, and so its indexes, are written anew."""
        draft = self._drafts.get(table.name)
        return draft.rewrite_with_indexes if draft else False

    def rebuild(self, index: Index) -> None:
        """Enter that an index of a locked table is built anew."""
        if not self._is_new(index.name):
            self._drafts[index.table].rebuilds[str(index.name)] = None

    def rebuild_alone(self, index: Index) -> None:
        """Enter that an index is written anew while nobody locks its table."""
        self._drafts[index.name].rebuilds[str(index.name)] = None

    def lock_rows(self, table: Table, which: Literal["some", "all"]) -> None:
        """Enter that rows of a locked table cannot be written by others until the transaction ends."""
        draft = self._drafts[table.name]
        if table.rows != "none" and draft.locks_rows != "all":
            draft.locks_rows = which

    def lose(self, relation: Locked, what: str) -> None:
        self._drafts[relation.name].losses[what] = None

    def breaks(self, relation: Locked, what: str) -> None:
        self._drafts[relation.name].breaks[what] = None

    def may_fail(self, sqlstate: str, when: str) -> None:
        self._may_fail[PossibleFailure(sqlstate, when)] = None

    def doubt(self, sentence: str) -> None:
        """Enter what the prediction could not know."""
        self._unknown[sentence] = None

    def begins(self, what: str) -> bool:
        """Whether a body begins to be gone through for the first time, and not from within itself."""
        if what in self._begun:
            return False
        self._begun.add(what)
        return True

    def refuse_in_transaction(self, command: str) -> None:
        """Enter that the statement must run outside of a transaction.

        Raises:
            Refused: it certainly runs inside one.
        """
        self.in_transaction_ok = False
        transaction = self.statement.transaction
        if transaction is not None and transaction.certain:
            raise Refused("25001", f"{command} cannot run inside a transaction block")

    def require_transaction(self, command: str) -> None:
        """Enter that the statement fails where nobody has begun a transaction."""
        if self.statement.transaction is None:
            self.may_fail("25P01", f"{command} runs outside of a transaction")

    def prediction(self, error: ServerError | None = None) -> Prediction:
        """All that was entered, with ``error`` in the end; what never happens because of it is left out."""
        return Prediction(
            effects=tuple(self._effect(name, draft, failed=error is not None) for name, draft in self._drafts.items()),
            in_transaction_ok=self.in_transaction_ok,
            error=error,
            may_fail=() if error else tuple(self._may_fail),
            unknown=tuple(self._unknown),
        )

    def _effect(self, name: Name, draft: _Draft, *, failed: bool) -> Effect:
        return Effect(
            relation=str(name),
            kind=draft.kind,
            lock=draft.lock,
            held="transaction" if self.in_transaction_ok else "statement",  # those have transactions of their own
            rewrite=False if failed else draft.rewrite,
            rebuilds=() if failed else tuple(draft.rebuilds),
            scan=False if failed else draft.scan,
            locks_rows="none" if failed else draft.locks_rows,
            rows=self._rows(name),
            data_loss=None if failed else "; ".join(draft.losses) or None,
            breaks_running_code=None if failed else "; ".join(draft.breaks) or None,
            certainty="proven" if draft.certain and "unknown" not in {draft.rewrite, draft.scan} else "unknown",
            reason=draft.reason,
            source=sources.page(draft.source, self.postgres) if draft.source else "",
        )

    def _rows(self, name: Name) -> int | None:
        table = self.original.table(name)
        return self.original.estimate(table) if table else None


def _is_of_postgres(name: Name) -> bool:
    """Whether it is a relation of PostgreSQL's own, which no catalog holds."""
    return name.schema == "information_schema" or name.name.startswith("pg_")


def _kind(relation: Locked) -> RelationKind:
    if isinstance(relation, Index):
        return "index"
    if isinstance(relation, Sequence):
        return "sequence"
    return "table" if relation.kind == "foreign table" else relation.kind
