"""Reports as plain data: the JSON that others rely on (``--format json``, and ``structured_content`` over MCP).

Fields may be added, never renamed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from database_patterns.documents import Document, Rule
from database_patterns.locks import LockMode, blocked_by
from database_patterns.model import Effect, Finding, Gap, Measurement, Span
from database_patterns.reports import (
    Asked,
    Capability,
    Demonstration,
    ExplainedMigration,
    ExplainedStatement,
    ExplainReport,
    LintReport,
    MeasuredStatement,
)

from . import brief, words

VERSION: Final = 1
Data = dict[str, Any]


def lint(report: LintReport) -> Data:
    """``{"version", "postgres", "findings", "allowed", "not_analysed", "unreadable", "notes", "summary"}``."""
    counted = words.severities(report)
    return {
        "version": VERSION,
        "postgres": report.postgres,
        "findings": [finding(item) for item in report.findings],
        "allowed": [allowed(item) for item in report.allowed],
        "not_analysed": [gap(item) for item in report.not_analysed],
        "unreadable": list(report.unreadable),
        "notes": list(report.notes),
        "summary": {
            "errors": counted["error"],
            "warnings": counted["warning"],
            "advice": counted["advice"],
            "migrations": report.migrations,
            "statements": report.statements,
            "rules": report.rules,
            "known": len(report.known),
            "complete": words.is_complete(report),
        },
    }


def explain(report: ExplainReport) -> Data:
    """``{"version", "postgres", "migrations", "not_analysed", "unreadable", "notes"}``."""
    return {
        "version": VERSION,
        "postgres": report.postgres,
        "migrations": [migration(item) for item in report.migrations],
        "not_analysed": [gap(item) for item in report.not_analysed],
        "unreadable": list(report.unreadable),
        "notes": list(report.notes),
    }


def finding(item: Finding) -> Data:
    """A finding with its place and its effects; ``fix`` is null, as no rule has edits to offer."""
    return {
        "rule": item.rule,
        "severity": item.severity,
        "certainty": item.certainty,
        "message": item.message,
        "help": item.help,
        **span(item.span),
        "related": [span(place) for place in item.related],
        "revision": item.revision,
        "direction": item.direction,
        "statement": item.statement,
        "effects": [effect(one) for one in item.effects],
        "fix": None,
        "documentation": item.documentation,
    }


def allowed(item: Finding) -> Data:
    """The rule and the place of a finding that its file allows, and the reason that it gives."""
    return {"rule": item.rule, **span(item.span), "because": item.allowed or None}


def migration(item: ExplainedMigration) -> Data:
    """One direction of a migration with all its statements."""
    return {
        "path": item.path,
        "revision": item.revision,
        "down_revision": _one_or_many(item.down_revisions),
        "database": item.database,
        "direction": item.direction,
        "complete": item.complete,
        "stops": list(item.stops),
        "statements": [statement(one) for one in item.statements],
        "summary": {
            "strongest_lock": {relation: mode.name for relation, mode in item.strongest_locks.items()},
            "verdict": item.verdict,
            "assumptions": list(item.assumptions),
            "instead": [{"rule": each.rule, "line": each.span.line, "help": each.help} for each in item.instead],
        },
    }


def statement(item: ExplainedStatement) -> Data:
    """A statement with what it will do."""
    source, prediction = item.statement, item.prediction
    error = source.error or prediction.error
    return {
        "sql": source.sql,
        **span(source.span),
        "confidence": source.confidence,
        "guard": source.guard,
        "transaction": source.transaction.id if source.transaction else None,
        "in_transaction_ok": prediction.in_transaction_ok,
        "effects": [effect(one) for one in prediction.effects],
        "error": str(error) if error else None,
        "may_fail": [{"sqlstate": one.sqlstate, "when": one.when} for one in prediction.may_fail],
        "unknown": list(prediction.unknown),
        "assumed": list(prediction.assumed),
    }


def effect(item: Effect) -> Data:
    """What a statement does to one relation; ``blocks`` follows from the lock."""
    return {
        "relation": item.relation,
        "kind": item.kind,
        "lock": item.lock.name if item.lock else None,
        "held": item.held,
        "rewrite": item.rewrite,
        "rebuilds": list(item.rebuilds),
        "scan": item.scan,
        "blocks": list(blocked_by(item.lock)) if item.lock else [],
        "locks_rows": item.locks_rows,
        "rows": item.rows,
        "data_loss": item.data_loss,
        "breaks_running_code": item.breaks_running_code,
        "certainty": item.certainty,
        "reason": item.reason,
        "source": item.source,
    }


def demonstration(demo: Demonstration) -> Data:
    """``{"version", "lint", "explain", "measured", "not_measured", "agent"}``."""
    return {
        "version": VERSION,
        "lint": lint(demo.lint),
        "explain": explain(demo.explanation),
        "measured": [measured(item) for item in demo.measured],
        "not_measured": demo.not_measured or None,
        "agent": _asked(demo.asked) if demo.asked else None,
    }


def _asked(call: Asked) -> Data:
    return {"tool": "lint_migration", "arguments": call.arguments, "text": brief.asked(call)}


def measured(item: MeasuredStatement) -> Data:
    """Prediction beside measurement; ``agree`` is false where ``disagreements`` says why."""
    return {
        "predicted": statement(ExplainedStatement(item.statement, item.prediction)),
        "measured": measurement(item.measurement),
        "agree": not item.disagreements,
        "disagreements": list(item.disagreements),
    }


def measurement(item: Measurement) -> Data:
    """What a server did; names are sorted."""
    return {
        "postgres": item.postgres,
        "locks": _locks(item.locks.items()),
        "rewritten": sorted(item.rewritten),
        "rebuilt_indexes": sorted(item.rebuilt_indexes),
        "scanned": sorted(item.scanned),
        "in_transaction_ok": item.in_transaction_ok,
        "observed": item.observed,
        "wal_bytes": item.wal_bytes,
        "duration_ms": item.duration_ms,
        "error": str(item.error) if item.error else None,
    }


def rules(found: Iterable[Document]) -> Data:
    """``{"version", "rules"}``: rules and guides, the best match first."""
    return {"version": VERSION, "rules": [document(item) for item in found]}


def document(item: Document) -> Data:
    """The front matter of a rule or guide, without its text."""
    if isinstance(item, Rule):
        return rule(item)
    return {
        "name": item.name,
        "group": "guides",
        "title": item.title,
        "sources": list(item.sources),
        "documentation": item.uri,
    }


def rule(item: Rule) -> Data:
    """A rule's front matter, without its text."""
    return {
        "name": item.name,
        "group": item.group,
        "title": item.title,
        "severity": item.severity,
        "default": "on" if item.default else "off",
        "certainty": item.certainty,
        "postgres": item.postgres or None,
        "sources": list(item.sources),
        "related": list(item.related),
        "documentation": item.uri,
    }


def capabilities(items: Iterable[Capability]) -> Data:
    """``{"version", "capabilities"}``."""
    parts = [{"name": item.name, "available": item.available, "detail": item.detail} for item in items]
    return {"version": VERSION, "capabilities": parts}


def gap(item: Gap) -> Data:
    """A place that was not analysed, by lines."""
    place = item.span
    return {
        "path": place.path,
        "line": place.line,
        "end_line": place.end_line,
        "what": item.what,
        "why": item.why,
    }


def span(item: Span) -> Data:
    """A place: lines and columns from 1, the end column exclusive."""
    return {
        "path": item.path,
        "line": item.line,
        "column": item.column,
        "end_line": item.end_line,
        "end_column": item.end_column,
    }


def _locks(locks: Iterable[tuple[str, LockMode]]) -> dict[str, str]:
    return {relation: mode.name for relation, mode in sorted(locks)}


def _one_or_many(names: tuple[str, ...]) -> str | list[str] | None:
    return list(names) if len(names) > 1 else next(iter(names), None)
