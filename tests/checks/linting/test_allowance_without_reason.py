"""allowance-without-reason: a decision that nobody can check."""

from __future__ import annotations

from collections.abc import Callable

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]


def test_an_allowance_without_a_reason_is_found_where_it_stands(lint: Lint) -> None:
    (finding,) = lint("""
        def upgrade():
            # database-patterns: allow[drop-column, drop-table]
            op.drop_column("orders", "note")
        """)
    assert (finding.severity, finding.span.line, finding.span.column) == ("warning", 10, 5)
    assert finding.message == (
        "The comment allows drop-column, drop-table and does not say why, so that nobody can tell whether that still"
        " holds."
    )
    assert finding.help == (
        "Say what makes it safe here: database-patterns: allow[drop-column, drop-table] because <reason>"
    )


def test_a_reason_is_enough(lint: Lint) -> None:
    allow = "-- database-patterns: allow[drop-column] because it is empty"
    assert lint(f"ALTER TABLE orders DROP COLUMN note; {allow}") == ()
