"""The phrases that every form of a report shares: counts, locks, work, and the one-line summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from database_patterns.documents import Document, Rule
from database_patterns.locks import LockMode, blocked_by
from database_patterns.model import SEVERITIES, Effect, Gap, Severity, Span, Statement
from database_patterns.prose import listed, size
from database_patterns.reports import ExplainedMigration, LintReport

NAMES_MAX: Final = 2
"""So many indexes are named; more are counted."""
_PLURALS: Final = {"advice": "advice", "entry": "entries", "index": "indexes"}


def count(number: int, noun: str) -> str:
    """``count(2, "error")`` is "2 errors"."""
    return f"{number} {noun if number == 1 else _PLURALS.get(noun, noun + 's')}"


def grade(item: Document) -> str:
    """The severity of a rule; a guide has none."""
    return item.severity if isinstance(item, Rule) else "guide"


def documents(found: Sequence[Document]) -> str:
    """``documents(found)`` is "2 rules, 1 guide"."""
    rules = sum(isinstance(item, Rule) for item in found)
    return ", ".join([count(rules, "rule"), *([count(len(found) - rules, "guide")] if len(found) > rules else [])])


def severities(report: LintReport) -> dict[Severity, int]:
    """How many findings there are of each severity, from the worst down, zeros included."""
    counted = Counter(finding.severity for finding in report.findings)
    return {severity: counted[severity] for severity in SEVERITIES}


def is_complete(report: LintReport) -> bool:
    """Whether everything that was given could be read and analysed."""
    return not report.not_analysed and not report.unreadable


def summary(report: LintReport) -> str:
    """One line: what was found, in how much, for which server, what is allowed, and what was left out."""
    found = ", ".join(count(number, severity) for severity, number in severities(report).items() if number)
    none = f"{'No findings' if is_complete(report) else 'Incomplete: no findings'} by {count(report.rules, 'rule')}"
    read = f"{count(report.migrations, 'migration')}, {count(report.statements, 'statement')}"
    left_out = [
        f"{len(report.allowed)} allowed" if report.allowed else "",
        f"{len(report.known)} known" if report.known else "",
        f"{len(report.not_analysed)} not analysed" if report.not_analysed else "",
        f"{len(report.unreadable)} unreadable" if report.unreadable else "",
    ]
    return ", ".join([f"{found or none} in {read} (PostgreSQL {report.postgres})", *filter(None, left_out)])


def place(span: Span) -> str:
    """``path:line:column``, which terminals and editors make a link of."""
    return f"{span.path}:{span.line}:{span.column}"


def gap(item: Gap) -> str:
    """One line for a part of the input that was not analysed."""
    return f"{item.span.path}:{item.span.line}: {item.what}: {item.why}"


def lock(mode: LockMode | None) -> str:
    """The mode as ``pg_locks`` names it, such as "AccessExclusiveLock"."""
    return "no lock" if mode is None else mode.name


def blocks(mode: LockMode | None) -> str:
    """What waits behind ``mode``, in words."""
    waiting = blocked_by(mode) if mode else ()
    return f"blocks {listed(waiting)}" if waiting else "blocks nothing"


def work(effect: Effect) -> str:
    """What PostgreSQL does to the relation's data: "rewrites it, rebuilds 2 indexes"; empty when nothing.

    How many rows that is stands behind it, where it is known.
    """
    parts = [
        {True: "rewrites it", "unknown": "may rewrite it"}.get(effect.rewrite, ""),
        "" if effect.rewrite is True else {True: "scans it", "unknown": "may scan it"}.get(effect.scan, ""),
        f"rebuilds {_names(effect.rebuilds)}" if effect.rebuilds else "",
        {"all": "locks all rows", "some": "locks rows"}.get(effect.locks_rows, ""),
        f"loses {effect.data_loss}" if effect.data_loss else "",
    ]
    done = ", ".join(filter(None, parts))
    return f"{done}: {size(effect.rows)}" if done and effect.rows is not None else done


def explained(effect: Effect) -> str:
    """Why PostgreSQL does that, and where it is documented; empty where nothing is given."""
    source = f"({effect.source})" if effect.source else ""
    return " ".join(filter(None, (effect.reason, source)))


def broken(effect: Effect) -> str:
    """What goes wrong in code that was written for the schema before: "running code: …"; empty when nothing."""
    return f"running code: {effect.breaks_running_code}" if effect.breaks_running_code else ""


def _names(indexes: Sequence[str]) -> str:
    return listed(indexes) if len(indexes) <= NAMES_MAX else count(len(indexes), "index")


def grouped(effects: Sequence[Effect]) -> list[tuple[str, Effect]]:
    """The effects with a name for each, those on indexes last: indexes with the same effect share a line."""
    alone = [(_label(effect), effect) for effect in effects if effect.kind != "index"]
    groups: dict[tuple[LockMode | None, str], list[Effect]] = {}
    for effect in effects:
        if effect.kind == "index":
            groups.setdefault((effect.lock, work(effect)), []).append(effect)
    together = [
        (_label(first), first) if not more else (count(len(more) + 1, "index"), first)
        for first, *more in groups.values()
    ]
    return alone + together


def _label(effect: Effect) -> str:
    return effect.relation if effect.kind == "table" else f"{effect.relation} ({effect.kind})"


def revision(migration: ExplainedMigration) -> str:
    """``path (upgrade of 0007)``, with its database where there are several; the path alone for a SQL file."""
    database = {None: "", "": ", the default database"}.get(migration.database, f", database {migration.database}")
    of = f" ({migration.direction} of {migration.revision}{database})" if migration.revision else ""
    return f"{migration.path}{of}"


def one_line(sql: str, width: int = 100) -> str:
    """A statement's text in one line of at most ``width`` characters."""
    flat = " ".join(sql.split())
    return flat if len(flat) <= width else f"{flat[: width - 1]}…"


def stopped_at(statement: Statement) -> str:
    """Where PostgreSQL's parser stopped in a statement that it rejects, in brackets; nothing of all others."""
    where = statement.related[:1] if statement.error else ()
    return "".join(f" (line {each.line}, column {each.column})" for each in where)


def whole(item: ExplainedMigration) -> dict[str, str]:
    """What holds for a migration as a whole: the strongest lock of each table that anybody waits for, what to do."""
    effects = [each for one in item.statements for each in one.prediction.effects if each.kind not in _OF_TABLES]
    tables: dict[LockMode, list[str]] = {}
    for relation, mode in item.strongest_locks.items():
        if any(each.relation == relation for each in effects) and {"reads", "writes"} & set(blocked_by(mode)):
            tables.setdefault(mode, []).append(relation)
    places = dict.fromkeys(f"{each.rule} (line {each.span.line})" for each in item.instead)
    locks = "; ".join(f"{mode.name} on {listed(relations)}" for mode, relations in tables.items())
    found = {
        "Strongest locks": locks if len(item.statements) > 1 else "",
        "What to do instead, by lint": listed(places),
    }
    return {label: text for label, text in found.items() if text}


_OF_TABLES: Final = frozenset({"index", "sequence"})
"""What goes with a table, and is not named beside it."""
