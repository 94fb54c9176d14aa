"""allowance-without-effect: what is allowed is not there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

DROP = "ALTER TABLE orders DROP COLUMN note;  -- database-patterns: {}"


@pytest.mark.parametrize(
    ("comment", "message", "help_text"),
    [
        (
            "allow[drop-column, type-change-rewrites] because nobody reads it",
            "The comment allows type-change-rewrites, of which nothing is found here.",
            "Delete the comment.",
        ),
        (
            "allow[drop-colum] because nobody reads it",
            "The comment allows drop-colum, but no rule is called so: it allows nothing.",
            "Did you mean drop-column?",
        ),
        (
            "allow[DS042] because nobody reads it",
            "The comment allows DS042, but no rule is called so: it allows nothing.",
            "The rules there are: database-patterns rules search",
        ),
        (
            "ignore this",
            "This comment is not understood, and allows nothing.",
            "Write it so: database-patterns: allow[<rule>] because <reason>",
        ),
    ],
)
def test_what_allows_nothing_is_found(lint: Lint, comment: str, message: str, help_text: str) -> None:
    (finding,) = lint(DROP.format(comment))
    assert (finding.severity, finding.message, finding.help) == ("warning", message, help_text)
    assert finding.span.column == 39


def test_an_allowance_of_a_finding_in_either_direction_has_its_effect(lint: Lint) -> None:
    allow = "# database-patterns: allow[drop-column] because nobody reads it"
    text = f"""
        def upgrade():
            op.drop_column("orders", "note")  {allow}

        {allow}
        def downgrade():
            op.drop_column("orders", "id")
        """
    assert lint(text) == ()
