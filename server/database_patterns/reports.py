"""The answers to a user: what linting, explaining and measuring have to say, as values.

Frozen dataclasses without behaviour to speak of, put together from those of ``model``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .locks import LockMode
from .model import Direction, Finding, Gap, Measurement, Prediction, Statement


@dataclass(frozen=True, slots=True)
class LintReport:
    """The answer of ``lint``; ``unreadable`` holds one line for each input that could not be read at all.

    ``allowed`` are findings that the files themselves allow, ``known`` those of the baseline: they are no longer among
    ``findings``.
    ``notes`` say in sentences what was concluded about the project, or left out on purpose, ``rules`` how many ran.
    ``sources`` holds the text of every file that a finding is in, by the path of its span, for excerpts.
    """

    postgres: int
    findings: tuple[Finding, ...]
    allowed: tuple[Finding, ...] = ()
    known: tuple[Finding, ...] = ()
    not_analysed: tuple[Gap, ...] = ()
    unreadable: tuple[str, ...] = ()
    migrations: int = 0
    statements: int = 0
    rules: int = 0
    sources: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExplainedStatement:
    """A statement beside what it will do."""

    statement: Statement
    prediction: Prediction


@dataclass(frozen=True, slots=True)
class ExplainedMigration:
    """One direction of one migration; ``strongest_locks`` is per relation over the whole direction.

    ``harm`` is how much live traffic notices, as a number that is greater for the worse of two migrations. ``stops``
    says in sentences where the direction ends with an error of its own, which no statement shows. ``instead`` are the
    findings that say what to write in its place.
    """

    path: str
    direction: Direction
    complete: bool
    statements: tuple[ExplainedStatement, ...]
    strongest_locks: Mapping[str, LockMode]
    verdict: str
    harm: int = 0
    stops: tuple[str, ...] = ()
    instead: tuple[Finding, ...] = ()
    assumptions: tuple[str, ...] = ()
    revision: str | None = None
    down_revisions: tuple[str, ...] = ()
    database: str | None = None


@dataclass(frozen=True, slots=True)
class ExplainReport:
    """The answer of ``explain``; ``unreadable`` and ``notes`` as in LintReport."""

    postgres: int
    migrations: tuple[ExplainedMigration, ...]
    not_analysed: tuple[Gap, ...] = ()
    unreadable: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Capability:
    """One line of ``doctor``: what was looked for, whether it is there, and in words which one, or what to do."""

    name: str
    available: bool
    detail: str


@dataclass(frozen=True, slots=True)
class MeasuredStatement:
    """Prediction beside measurement; ``disagreements`` are sentences, none where the two agree."""

    statement: Statement
    prediction: Prediction
    measurement: Measurement
    disagreements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A call of the MCP tool ``lint_migration``: its arguments, and the report that its answer shows a page of."""

    path: str
    limit: int
    report: LintReport

    @property
    def arguments(self) -> dict[str, str | int]:
        return {"path": self.path, "limit": self.limit}


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What ``demo`` shows: findings, the worst revision explained, the same measured, and as an agent asks for it.

    ``not_measured`` says in one line why nothing was measured, and what to install.
    """

    lint: LintReport
    explanation: ExplainReport
    measured: tuple[MeasuredStatement, ...] = ()
    not_measured: str = ""
    asked: Asked | None = None


Report = LintReport | ExplainReport
