"""The JSON that others rely on."""

from __future__ import annotations

import json
from dataclasses import replace

from database_patterns.locks import LockMode
from database_patterns.model import Measurement
from database_patterns.reporting import capabilities, data, render
from database_patterns.reports import Capability

from .samples import CLEAN, EXPLAIN, INDEX, LINT

INDEX_EFFECT = {
    "relation": "orders",
    "kind": "table",
    "lock": "ShareLock",
    "held": "transaction",
    "rewrite": False,
    "rebuilds": [],
    "scan": True,
    "blocks": ["writes", "schema changes"],
    "locks_rows": "none",
    "rows": None,
    "data_loss": None,
    "breaks_running_code": None,
    "certainty": "proven",
    "reason": "It reads every row.",
    "source": "https://example.org/index",
}


def test_a_lint_report_has_the_fields_of_the_contract() -> None:
    report = json.loads(render(LINT, "json"))
    assert list(report) == [
        "version",
        "postgres",
        "findings",
        "allowed",
        "not_analysed",
        "unreadable",
        "notes",
        "summary",
    ]
    assert report["notes"] == []
    assert report["not_analysed"] == [
        {
            "path": "versions/b.py",
            "line": 9,
            "end_line": 10,
            "what": "a loop over a query",
            "why": "its rows are not known here",
        }
    ]
    assert report["unreadable"] == ["broken.sql: is empty; write the migration or leave the file out"]
    assert report["summary"] == {
        "errors": 1,
        "warnings": 1,
        "advice": 0,
        "migrations": 2,
        "statements": 3,
        "rules": 8,
        "known": 0,
        "complete": False,
    }


def test_a_finding_has_the_fields_of_the_contract() -> None:
    assert data.lint(LINT)["findings"][0] == {
        "rule": "index-without-concurrently",
        "severity": "error",
        "certainty": "proven",
        "message": "CREATE INDEX takes ShareLock on orders: writes wait until ix_orders_customer is built.",
        "help": INDEX.help,
        "path": "versions/b.py",
        "line": 2,
        "column": 5,
        "end_line": 2,
        "end_column": 69,
        "related": [],
        "revision": "b",
        "direction": "upgrade",
        "statement": "CREATE INDEX ix_orders_customer ON orders (customer_id)",
        "effects": [INDEX_EFFECT],
        "fix": None,
        "documentation": "database-patterns://rules/index-without-concurrently",
    }


def test_only_a_report_without_gaps_is_complete() -> None:
    assert data.lint(CLEAN)["summary"]["complete"] is True


def test_an_explanation_has_the_fields_of_the_contract() -> None:
    report = json.loads(render(EXPLAIN, "json"))
    first, second = report["migrations"]
    statements = first.pop("statements")
    assert list(report) == ["version", "postgres", "migrations", "not_analysed", "unreadable", "notes"]
    assert first == {
        "path": "versions/b.py",
        "revision": "b",
        "down_revision": "a",
        "database": None,
        "direction": "upgrade",
        "complete": False,
        "stops": [],
        "summary": {
            "strongest_lock": {"orders": "ShareLock"},
            "verdict": "blocks writes on orders while it is read in full",
            "assumptions": ["nothing is known of the schema before"],
            "instead": [],
        },
    }
    assert second["down_revision"] is None
    assert statements[0]["effects"][0] == INDEX_EFFECT
    assert {key: value for key, value in statements[1].items() if key not in {"path", "line", "column"}} == {
        "sql": "VACUUM orders",
        "end_line": 4,
        "end_column": 20,
        "confidence": "guarded",
        "guard": "if big",
        "transaction": None,
        "in_transaction_ok": False,
        "effects": [],
        "error": "25001: VACUUM cannot run here",
        "may_fail": [],
        "unknown": ["its settings"],
        "assumed": ["orders is there"],
    }
    assert statements[0]["may_fail"] == [{"sqlstate": "53100", "when": "the disk is full"}]


def test_a_merge_names_both_of_its_parents() -> None:
    assert data.migration(replace(EXPLAIN.migrations[0], down_revisions=("a", "c")))["down_revision"] == ["a", "c"]


def test_a_measurement_is_sorted_by_name() -> None:
    measured = Measurement(
        postgres=18,
        locks={"b": LockMode.ShareLock, "a": LockMode.AccessShareLock},
        rewritten=frozenset(),
        rebuilt_indexes=frozenset({"z", "y"}),
        scanned=frozenset({"b"}),
        in_transaction_ok=True,
        observed="in transaction",
        wal_bytes=8,
        duration_ms=0.5,
    )
    assert data.measurement(measured) == {
        "postgres": 18,
        "locks": {"a": "AccessShareLock", "b": "ShareLock"},
        "rewritten": [],
        "rebuilt_indexes": ["y", "z"],
        "scanned": ["b"],
        "in_transaction_ok": True,
        "observed": "in transaction",
        "wal_bytes": 8,
        "duration_ms": 0.5,
        "error": None,
    }


def test_capabilities_are_data_too() -> None:
    parts = (Capability("mcp", available=True, detail="2.3"),)
    assert json.loads(capabilities(parts, "json")) == {
        "version": 1,
        "capabilities": [{"name": "mcp", "available": True, "detail": "2.3"}],
    }
