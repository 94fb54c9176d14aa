"""broken-chain: a history with a gap, or a circle."""

from __future__ import annotations

from collections.abc import Callable

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

FILE = "revision = {!r}\ndown_revision = {!r}\ndepends_on = {!r}\n\ndef upgrade(): pass\n"


def test_a_parent_that_is_in_no_file_is_found_where_it_is_named(lint_project: Lint) -> None:
    (finding,) = lint_project(b=FILE.format("b", "a", None))
    assert (finding.severity, finding.certainty, finding.span.line) == ("error", "proven", 5)
    assert finding.message == (
        "Revision b follows a, which is in no file. Alembic reads all revisions first, and every command of it fails."
    )
    assert finding.help.startswith("Bring back the file of the missing revision")


def test_a_dependency_that_is_in_no_file_is_found_where_it_is_named(lint_project: Lint) -> None:
    (finding,) = lint_project(b=FILE.format("b", None, "x"))
    assert finding.span.line == 6
    assert finding.message.startswith("Revision b depends on x, which is in no file.")


def test_revisions_that_follow_each_other_are_one_finding(lint_project: Lint) -> None:
    (finding,) = lint_project(a=FILE.format("a", "b", None), b=FILE.format("b", "a", None))
    assert finding.message.startswith("Revisions a, b follow each other in a circle.")
    assert [each.path for each in (finding.span, *finding.related)] == ["versions/a.py", "versions/b.py"]
    assert finding.help == "Let the one that was written first follow a revision outside of the circle."


def test_a_whole_chain_is_quiet(lint_project: Lint) -> None:
    assert lint_project(a=FILE.format("a", None, None), b=FILE.format("b", "a", "a")) == ()
