"""Runs the rules' checks over what they look at, and gives each hit its rule's name, severity and certainty.

A rule is the document ``rules/<group>/<name>.md`` and the module ``checks/<group>/<name>.py`` ("-" as "_"); nothing
lists them. What a check looks at is the annotation of its first parameter.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from typing import Final, get_args, get_type_hints

from . import documents
from .checks import Hit
from .documents import Rule
from .effects.context import HistoryInContext, MigrationInContext, StatementInContext
from .model import (
    POSTGRES_VERSIONS,
    SEVERITIES,
    Allowance,
    AllowanceInUse,
    Certainty,
    Direction,
    Finding,
    Gap,
    Severity,
    Span,
    Statement,
)
from .places import start_of
from .prose import listed
from .prose import size as rows_in_words
from .settings import UNDECIDED, Settings

_CERTAINTIES: Final[tuple[Certainty, ...]] = ("proven", "size-dependent", "unknown")
"""From the surest down."""


@dataclass(frozen=True, slots=True)
class Check:
    """A rule with its code.

    ``subjects`` are the types that it looks at, ``with_context`` says whether it also wants what they stand in.
    """

    rule: Rule
    function: Callable[..., Iterator[Hit]]
    subjects: tuple[type, ...]
    with_context: bool


@dataclass(frozen=True, slots=True)
class _Subject:
    """One thing to look at, what it stands in, and where a hit on it is."""

    value: object
    context: object
    span: Span
    migration: MigrationInContext | None = None
    statement: Statement | None = None

    @property
    def postgres(self) -> int:
        return self.migration.assumptions.postgres if self.migration else POSTGRES_VERSIONS[-1]


def run(
    subjects: Iterable[MigrationInContext | HistoryInContext], settings: Settings = UNDECIDED, *, whole: bool = True
) -> tuple[Finding, ...]:
    """All findings on the subjects and on what they hold, by path, line, column and rule.

    Those that their file allows are among them, with the reason as ``allowed``.

    Args:
        subjects: each direction of each migration that is to be linted, and the histories that they are.
        settings: which rules speak, and how loudly.
        whole: no direction of these migrations is left out, so that an allowance of which nothing is found is stale.
    """
    subjects = tuple(subjects)
    found = {finding for subject in subjects for part in _parts(subject) for finding in _findings(part, settings)}
    migrations = [each for each in subjects if isinstance(each, MigrationInContext)]
    found = set(_with_allowances(found, migrations, settings, whole=whole))
    return tuple(
        sorted(found, key=lambda each: (each.span.path, each.span.line, each.span.column, each.rule, each.message))
    )


def _with_allowances(
    found: set[Finding], migrations: Iterable[MigrationInContext], settings: Settings, *, whole: bool
) -> Iterator[Finding]:
    """The findings, those that are allowed with the reason; and what is found of the allowances themselves."""
    allowances = {each: migration for migration in migrations for each in migration.migration.allowances}
    allowed = {each: tuple(finding for finding in found if _allows(each, finding)) for each in allowances}
    reasons = {finding: each.reason or "" for each, some in allowed.items() for finding in some}
    yield from (replace(finding, allowed=reasons[finding]) if finding in reasons else finding for finding in found)
    if whole:
        for each, migration in allowances.items():
            yield from _findings(_in_use(each, allowed[each], migration, settings), settings)


def _allows(allowance: Allowance, finding: Finding) -> bool:
    place = finding.span
    return (
        finding.rule in allowance.rules
        and place.path == allowance.span.path
        and allowance.first_line <= place.line <= allowance.last_line
    )


def _in_use(
    allowance: Allowance, allows: tuple[Finding, ...], migration: MigrationInContext, settings: Settings
) -> _Subject:
    rules, postgres = documents.rules(), migration.assumptions.postgres
    ran = {name for name, rule in rules.items() if _severity_in(allowance.span.path, rule, postgres, settings)}
    value = AllowanceInUse(allowance, allows, frozenset(rules), frozenset(ran))
    return _Subject(value, migration, allowance.span, migration)


def gaps(migration: MigrationInContext, findings: Iterable[Finding] = ()) -> tuple[Gap, ...]:
    """What of one direction of a migration could not be analysed, so that "no finding" does not mean "clean".

    Beside what reading left out, these are the statements that do not parse, those that the server will refuse, unless
    one of ``findings`` says so, and those whose effects are not known.
    """
    own = migration.migration.gaps(migration.direction)
    errors = [finding for finding in findings if documents.rules()[finding.rule].proof == "error"]
    explained = {span for finding in errors for span in (finding.span, *finding.related)}
    unread = {gap.span for gap in own}
    read = (each for each in migration.statements if each.statement.span not in unread)
    return (*own, *(gap for each in read for gap in _statement_gaps(each, explained)))


@cache
def checks() -> Mapping[type, tuple[Check, ...]]:
    """All checks by the type that they look at."""
    by_subject: dict[type, tuple[Check, ...]] = {}
    for rule in documents.rules().values():
        check = load(rule)
        for subject in check.subjects:
            by_subject[subject] = (*by_subject.get(subject, ()), check)
    return by_subject


def applied(postgres: int, settings: Settings = UNDECIDED) -> frozenset[str]:
    """The names of the rules that run for a server of this major version, where no path decides otherwise."""
    return frozenset(name for name, rule in documents.rules().items() if _severity_in("", rule, postgres, settings))


@cache
def _holding(postgres: int) -> frozenset[str]:
    """The names of the rules that hold for a server of this major version."""
    return frozenset(name for name, rule in documents.rules().items() if rule.applies_to(postgres))


def _severity_in(path: str, rule: Rule, postgres: int, settings: Settings) -> Severity | None:
    """That of a rule in the file ``path``; None where it does not run."""
    if rule.name not in _holding(postgres):
        return None
    return settings.severity(rule.name, rule.severity, path, default=rule.default)


def load(rule: Rule) -> Check:
    """The code of a rule. Raises ImportError, AttributeError or TypeError for a module that is not a check."""
    module = import_module(f"{__package__}.checks.{rule.group}.{rule.name.replace('-', '_')}")
    parameters = list(inspect.signature(module.check).parameters)
    annotation = get_type_hints(module.check)[parameters[0]]
    return Check(rule, module.check, get_args(annotation) or (annotation,), len(parameters) > 1)


def _parts(subject: MigrationInContext | HistoryInContext) -> Iterator[_Subject]:
    """What the subject holds, and itself."""
    yield from _of_history(subject) if isinstance(subject, HistoryInContext) else _of_migration(subject)


def _of_history(history: HistoryInContext) -> Iterator[_Subject]:
    """The history and, where all of it was read, its env.py."""
    first, environment = (*history.history.migrations, None)[0], history.history.environment
    if first is not None:
        yield _Subject(history, None, start_of(first.path))
    if environment is not None and history.history.whole:
        yield _Subject(environment, history, environment.configured or start_of(environment.path))


def _of_migration(migration: MigrationInContext) -> Iterator[_Subject]:
    """The migration, its notes, its statements and their actions."""
    yield _Subject(migration, None, start_of(migration.migration.path), migration)
    for note in migration.migration.notes:
        if (note.direction or "upgrade") == migration.direction:
            yield _Subject(note, migration, note.span, migration)
    for each in migration.statements:
        yield _Subject(each, migration, each.statement.span, migration, each.statement)
        for action in each.statement.actions:
            yield _Subject(action, each, each.statement.span, migration, each.statement)


def _findings(subject: _Subject, settings: Settings) -> Iterator[Finding]:
    for check in checks().get(type(subject.value), ()):
        severity = _severity_in(subject.span.path, check.rule, subject.postgres, settings)
        if severity is not None:
            arguments = (subject.value, subject.context) if check.with_context else (subject.value,)
            for hit in check.function(*arguments):
                yield _finding(check.rule, severity, hit, subject, settings)


def _finding(rule: Rule, severity: Severity, hit: Hit, subject: _Subject, settings: Settings) -> Finding:
    statement, migration = subject.statement, subject.migration
    certainty = max(rule.certainty, hit.certainty, _surest(statement), key=_CERTAINTIES.index)
    size = settings.size_of(_tables(hit)) if certainty == "size-dependent" else None
    softened = size == "small" or (certainty == "unknown" and rule.certainty != "unknown")
    return Finding(
        rule=rule.name,
        severity=_softer(severity) if softened else severity,
        certainty="proven" if size == "large" else certainty,
        message=hit.message + _sizes(rule, hit) + _decided(hit, size) + _condition(statement),
        help=hit.help,
        span=hit.span or subject.span,
        related=(*hit.related, *(statement.related if statement else ())),
        revision=migration.migration.revision if migration else None,
        direction=_direction(migration) if migration else None,
        statement=statement.sql if statement else None,
        effects=hit.effects,
    )


def _softer(severity: Severity) -> Severity:
    """One step less: for what may not come at all, and for what is over soon."""
    return SEVERITIES[min(SEVERITIES.index(severity) + 1, len(SEVERITIES) - 1)]


def _sizes(rule: Rule, hit: Hit) -> str:
    """What is known of how large the tables are, where the harm depends on that; a small one is not safe for that."""
    if rule.certainty != "size-dependent":
        return ""
    known = dict.fromkeys((each.relation, each.rows) for each in hit.effects if each.rows is not None)
    return "".join(f" {relation} has {rows_in_words(rows)}." for relation, rows in known)


def _decided(hit: Hit, size: str | None) -> str:
    tables = _tables(hit)
    return f" The configuration says that {listed(tables)} {'are' if len(tables) > 1 else 'is'} {size}." if size else ""


def _tables(hit: Hit) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.relation for each in hit.effects if each.kind == "table"))


def _surest(statement: Statement | None) -> Certainty:
    """The most that can be said of a statement: little, where it is not known whether it runs, or as what."""
    certain = statement is None or statement.confidence == "exact" or statement.only_unsure == "names"
    return "proven" if certain else "unknown"


def _condition(statement: Statement | None) -> str:
    if statement is None or statement.confidence == "exact":
        return ""
    what = "Whether it runs" if statement.confidence == "guarded" else "What it runs"
    what = "What its constraints and indexes are called" if statement.only_unsure == "names" else what
    return f" {what} is not known here{f' ({statement.guard})' if statement.guard else ''}."


def _direction(migration: MigrationInContext) -> Direction | None:
    """Alembic's direction; a SQL file has none, unless it is a way back."""
    alembic = migration.migration.kind == "alembic"
    return migration.direction if alembic or migration.direction == "downgrade" else None


def _statement_gaps(each: StatementInContext, explained: set[Span]) -> Iterator[Gap]:
    statement, prediction = each.statement, each.prediction
    if statement.error:
        place = statement.related[0] if statement.related else statement.span
        yield Gap(place, "a statement that does not parse", str(statement.error))
    elif prediction.error and statement.span not in explained:
        yield Gap(
            statement.span, f"a statement that PostgreSQL {each.assumptions.postgres} refuses", str(prediction.error)
        )
    for reason in prediction.unknown:
        yield Gap(statement.span, "what a statement does", reason)
