"""What ``demo`` shows, of answers made up for the purpose."""

from __future__ import annotations

import json
from dataclasses import replace

from database_patterns.locks import LockMode
from database_patterns.model import Effect, Measurement, Prediction, ServerError
from database_patterns.reporting import Style, brief, demonstration
from database_patterns.reports import Asked, Demonstration, MeasuredStatement

from .samples import CREATE_INDEX, EXPLAIN, INDEX_EFFECT, LINT

KEYS = tuple(Effect(name, "index", LockMode.AccessShareLock) for name in ("orders_pkey", "orders_a_idx"))
AGREED = MeasuredStatement(
    CREATE_INDEX.statement,
    Prediction(effects=(*KEYS, INDEX_EFFECT)),
    Measurement(
        postgres=18,
        locks={
            "orders": LockMode.ShareLock,
            "orders_pkey": LockMode.AccessShareLock,
            "orders_a_idx": LockMode.AccessShareLock,
        },
        rewritten=frozenset(),
        rebuilt_indexes=frozenset(),
        scanned=frozenset({"orders"}),
        in_transaction_ok=True,
        observed="in transaction",
        wal_bytes=1_234_567,
        duration_ms=3.5,
    ),
)
ASKED = Asked("versions/b.py", 1, replace(LINT, migrations=1))
DEMO = Demonstration(LINT, EXPLAIN, (AGREED,), asked=ASKED)


def chapter(demo: Demonstration, number: int) -> list[str]:
    """The lines below the heading of one chapter."""
    lines = demonstration(demo).splitlines()
    starts = [index for index, line in enumerate(lines) if line[:1].isdigit()] + [len(lines)]
    return lines[starts[number - 1] + 1 : starts[number]]


def test_every_finding_is_a_line_named_from_the_common_folder_on() -> None:
    assert chapter(DEMO, 1)[:4] == [
        "  in versions",
        "  b.py:2:5  error    index-without-concurrently",
        "  b.py:3:5  warning  type-change-rewrites",
        "  1 error, 1 warning in 2 migrations, 3 statements (PostgreSQL 18), 1 not analysed, 1 unreadable",
    ]


def test_the_worst_finding_is_shown_with_its_source_and_without_its_help() -> None:
    shown = chapter(DEMO, 1)[5:-1]
    assert shown[0] == "  versions/b.py:2:5 error index-without-concurrently"
    assert shown[2] == '    2 │ op.create_index("ix_orders_customer", "orders", ["customer_id"])'
    assert not any("instead:" in line for line in shown)


def test_prediction_stands_above_measurement_and_indexes_share_a_line() -> None:
    assert chapter(DEMO, 3) == [
        "  CREATE INDEX ix_orders_customer ON orders (customer_id)",
        "    orders     predicted  ShareLock, scans it",
        "               measured   ShareLock, scans it",
        "    2 indexes  predicted  AccessShareLock",
        "               measured   AccessShareLock",
        "    They agree  (PostgreSQL 18, in transaction, 1.2 MB of WAL)",
        "",
    ]


def test_a_disagreement_is_said_in_full_and_never_called_agreement() -> None:
    unseen = replace(AGREED.measurement, locks={}, scanned=frozenset())
    sentence = "lock on orders: predicted ShareLock, measured none"
    shown = chapter(replace(DEMO, measured=(replace(AGREED, measurement=unseen, disagreements=(sentence,)),)), 3)
    assert shown[2] == "               measured   not seen"
    assert shown[-2] == f"    {sentence}"
    assert not any("They agree" in line for line in shown)


def test_an_error_of_the_server_is_shown_with_its_version() -> None:
    failed = replace(AGREED.measurement, error=ServerError("23505", "could not create unique index"))
    shown = chapter(replace(DEMO, measured=(replace(AGREED, measurement=failed),)), 3)
    assert "    PostgreSQL 18 says 23505: could not create unique index" in shown


def test_what_was_not_measured_is_said_with_what_to_do() -> None:
    shown = chapter(Demonstration(LINT, EXPLAIN, not_measured="there is no server; install one"), 3)
    assert shown == ["  not measured: there is no server; install one", ""]


def test_what_an_agent_sees_is_the_answer_to_the_arguments_that_are_shown_and_nothing_left_out() -> None:
    call, *shown = chapter(DEMO, 4)
    assert call == '  lint_migration {"path": "versions/b.py", "limit": 1}'
    assert max(map(len, shown)) <= 100
    answer = brief.lint(ASKED.report, limit=1).text
    assert " ".join(" ".join(shown).split()) == " ".join(answer.split())
    assert "1 more: offset=1" in answer
    assert chapter(replace(DEMO, asked=None), 4) == []


def test_the_data_holds_everything_that_is_shown() -> None:
    report = json.loads(demonstration(DEMO, "json"))
    assert list(report) == ["version", "lint", "explain", "measured", "not_measured", "agent"]
    (measured,) = report["measured"]
    assert measured["predicted"]["sql"] == AGREED.statement.sql
    assert measured["measured"]["locks"]["orders"] == "ShareLock"
    assert (measured["agree"], measured["disagreements"], report["not_measured"]) == (True, [], None)
    assert report["agent"]["arguments"] == {"path": "versions/b.py", "limit": 1}
    assert report["agent"]["text"] == brief.lint(ASKED.report, limit=1).text


def test_colour_follows_severity_and_agreement() -> None:
    shown = demonstration(DEMO, "text", Style(colour=True))
    assert "\x1b[1;31merror  \x1b[0m" in shown
    assert "\x1b[32mThey agree\x1b[0m" in shown
