"""The values that flow through everything, from Span and Statement by Effect and Measurement to Finding and Report.

Frozen dataclasses without behaviour to speak of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from .actions import Action
from .locks import LockMode
from .notes import Alters as Alters
from .notes import AutocommitBlock as AutocommitBlock
from .notes import CommitOnBind as CommitOnBind
from .notes import Direction as Direction
from .notes import DoesNothing as DoesNothing
from .notes import Fails as Fails
from .notes import ImportsModels as ImportsModels
from .notes import NeverRuns as NeverRuns
from .notes import Note as Note
from .notes import Raises as Raises
from .notes import UnboundParameter as UnboundParameter
from .places import Gap as Gap
from .places import Span as Span

PostgresVersion = Literal[14, 15, 16, 17, 18]
POSTGRES_VERSIONS: Final[tuple[PostgresVersion, ...]] = get_args(PostgresVersion)
"""The major versions whose behaviour is measured, and nowhere else are they listed."""

Confidence = Literal["exact", "guarded", "partial", "opaque"]
Severity = Literal["error", "warning", "advice"]
Certainty = Literal["proven", "size-dependent", "unknown"]
Tristate = bool | Literal["unknown"]

SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "advice")
"""From the worst down."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """Which statements share a transaction: those with equal ``id``.

    ``certain`` is False where it depends on what is not known here (a driver, an env.py); ``reason`` says in one
    sentence why the statement runs inside this transaction.
    """

    id: str
    certain: bool
    reason: str


@dataclass(frozen=True, slots=True)
class ServerError:
    """An error that PostgreSQL raises: its SQLSTATE and primary message."""

    sqlstate: str
    message: str

    def __str__(self) -> str:
        return f"{self.sqlstate}: {self.message}"


@dataclass(frozen=True, slots=True)
class Statement:
    """One SQL statement at its place in the source.

    ``sql`` is the text that the server gets, without a final semicolon. ``tree`` is PostgreSQL's parse tree, opaque
    outside ``reading``, ``catalog`` and ``effects``; None when the text does not parse, and then ``error`` says so.
    ``guard`` is the condition under which a guarded statement runs, or the hole of a partial one.
    ``transaction`` is None where the statement runs in autocommit. ``related`` are further places that it comes from
    (the line within a helper function). ``message`` is the transaction that PostgreSQL itself opens for the statements
    of one message, of which this is one: it runs in that where nobody has opened another. ``only_unsure`` says what
    alone the condition of a guarded statement is about: whether what it creates is there already, or how constraints
    without a name are called.
    """

    sql: str
    span: Span
    tree: object | None = field(default=None, repr=False, compare=False)
    actions: tuple[Action, ...] = field(default=(), repr=False)
    confidence: Confidence = "exact"
    guard: str | None = None
    transaction: Transaction | None = None
    related: tuple[Span, ...] = ()
    error: ServerError | None = None
    message: Transaction | None = field(default=None, repr=False, compare=False)
    only_unsure: Literal["existence", "names"] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Allowance:
    """A comment that allows what ``rules`` flag from ``first_line`` to ``last_line``; it has no rules if it is unclear.

    ``reason`` is why, None where the comment does not say.
    """

    span: Span
    rules: tuple[str, ...]
    reason: str | None
    first_line: int
    last_line: int


@dataclass(frozen=True, slots=True)
class Migration:
    """One revision or one SQL file, with its statements in both directions.

    ``revision``, ``down_revisions``, ``branch_labels`` and ``depends_on`` are Alembic's, and a SQL file has none of
    them; its statements are its upgrade, unless it is the way back of another file. ``database`` is the one that the
    revision was read for, where its project migrates several. ``header`` is where the file assigns Alembic's names
    (``revision``, ``down_revision``, …) and defines its two directions. ``allowances`` are those of the file.
    """

    path: str
    kind: Literal["sql", "alembic"]
    upgrade: tuple[Statement, ...]
    downgrade: tuple[Statement, ...] = ()
    revision: str | None = None
    down_revisions: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    upgrade_gaps: tuple[Gap, ...] = ()
    downgrade_gaps: tuple[Gap, ...] = ()
    branch_labels: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    database: str | None = None
    header: Mapping[str, Span] = field(default_factory=dict, repr=False, compare=False)
    allowances: tuple[Allowance, ...] = ()

    def statements(self, direction: Direction) -> tuple[Statement, ...]:
        return self.upgrade if direction == "upgrade" else self.downgrade

    def gaps(self, direction: Direction) -> tuple[Gap, ...]:
        return self.upgrade_gaps if direction == "upgrade" else self.downgrade_gaps


RelationKind = Literal["table", "index", "sequence", "view", "materialized view", "toast", "type", "unknown"]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a statement does to one relation.

    ``lock`` is the strongest mode taken, ``held`` until when. ``rebuilds`` names the relation's indexes that are built
    anew. ``locks_rows``: which rows are locked against other writes until the transaction ends. ``rows`` is about how
    many the relation has, where a live database has told. ``reason`` is one sentence, ``source`` the primary
    documentation (URL) that it rests on.
    """

    relation: str
    kind: RelationKind
    lock: LockMode | None
    held: Literal["statement", "transaction"] = "transaction"
    rewrite: Tristate = False
    rebuilds: tuple[str, ...] = ()
    scan: Tristate = False
    locks_rows: Literal["none", "some", "all"] = "none"
    rows: int | None = None
    data_loss: str | None = None
    breaks_running_code: str | None = None
    certainty: Certainty = "proven"
    reason: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class PossibleFailure:
    """An error that depends on rows or on the installation: its SQLSTATE and the condition in words.

    It is ``expected`` where only something that is not known can keep it from coming.
    """

    sqlstate: str
    when: str
    expected: bool = False


@dataclass(frozen=True, slots=True)
class Prediction:
    """What PostgreSQL will do with one statement; ``error`` is what it raises whatever the rows are.

    ``unknown`` says what the prediction could not know, in sentences; such a prediction is never presented as safe.
    ``assumed`` says what it depends on, where all that may happen is among the effects.
    """

    effects: tuple[Effect, ...] = ()
    in_transaction_ok: bool = True
    error: ServerError | None = None
    may_fail: tuple[PossibleFailure, ...] = ()
    unknown: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a real server did with one statement.

    ``locks`` holds the strongest mode seen per relation (schema-qualified unless in ``public``; toast relations as
    ``toast:pg_toast_<table>``); relations that the statement itself created are left out. ``observed`` is "sampled"
    for statements that refuse a transaction: then presence is proven and absence is not. ``kept`` are those relations
    whose lock is still held when the statement has ended. ``lost`` says of what content is gone, and of which columns
    ("" is for rows); it is measured where the content before is given. ``wal_bytes`` is cluster-wide.
    """

    postgres: int
    locks: Mapping[str, LockMode]
    rewritten: frozenset[str]
    rebuilt_indexes: frozenset[str]
    scanned: frozenset[str]
    in_transaction_ok: bool
    observed: Literal["in transaction", "sampled"]
    wal_bytes: int
    duration_ms: float
    error: ServerError | None = None
    kept: frozenset[str] = frozenset()
    lost: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """One hit of a rule. ``message`` names lock, consequence and table; ``help`` is what to write instead.

    ``allowed`` is the reason for which the file allows it, "" where it gives none, and None where it does not.
    """

    rule: str
    severity: Severity
    certainty: Certainty
    message: str
    help: str
    span: Span
    related: tuple[Span, ...] = ()
    revision: str | None = None
    direction: Direction | None = None
    statement: str | None = None
    effects: tuple[Effect, ...] = ()
    allowed: str | None = None

    @property
    def documentation(self) -> str:
        return f"database-patterns://rules/{self.rule}"


@dataclass(frozen=True, slots=True)
class AllowanceInUse:
    """An allowance with what it allows; ``known`` are the rules there are, ``applied`` those of them that were run."""

    allowance: Allowance
    allows: tuple[Finding, ...]
    known: frozenset[str]
    applied: frozenset[str]
