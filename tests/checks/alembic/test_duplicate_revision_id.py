"""duplicate-revision-id: two files, one identifier."""

from __future__ import annotations

from collections.abc import Callable

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

FILE = "revision = {!r}\ndown_revision = {!r}\n\ndef upgrade(): pass\n"


def test_the_second_file_with_an_identifier_is_found_and_points_at_the_first(lint_project: Lint) -> None:
    (finding,) = lint_project(a=FILE.format("x", None), b=FILE.format("x", None))
    assert (finding.severity, finding.certainty) == ("error", "proven")
    assert [(each.path, each.line) for each in (finding.span, *finding.related)] == [
        ("versions/b.py", 4),
        ("versions/a.py", 4),
    ]
    assert finding.message == (
        "Revision x is also in versions/a.py: Alembic keeps one of the two and never runs the other; `alembic upgrade"
        " head` fails, as it counts several heads."
    )
    assert finding.help == (
        'Give this file an identifier of its own, and let it follow one: down_revision = "x" if it comes right after'
        " the other."
    )


def test_identifiers_that_differ_are_quiet(lint_project: Lint) -> None:
    assert lint_project(a=FILE.format("x", None), b=FILE.format("y", "x")) == ()
