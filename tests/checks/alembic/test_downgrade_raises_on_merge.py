"""downgrade-raises-on-merge: what bars the way back of both branches."""

from __future__ import annotations

from collections.abc import Callable

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

FILE = """
revision = {!r}
down_revision = {!r}


def upgrade():
    {}


def downgrade():
    {}
"""
ROOTS = {name: FILE.format(name, None, "op.drop_index('i')", "raise ValueError()") for name in ("a", "b")}
RAISE = "raise ValueError('no way back')"


def test_a_merge_that_refuses_to_be_taken_back_is_found(lint_project: Lint) -> None:
    (finding,) = lint_project(**ROOTS, c=FILE.format("c", ("a", "b"), "pass", RAISE))
    assert (finding.severity, finding.certainty, finding.direction) == ("error", "proven", "downgrade")
    assert (finding.span.path, finding.span.line) == ("versions/c.py", 14)
    assert finding.message == (
        "This merge refuses to be taken back, and with it every revision before it: the way back of a and b leads"
        " through here."
    )
    assert finding.help == "A merge has nothing to take back:\n\n    pass"


def test_a_merge_that_passes_and_one_that_changes_something_are_quiet(lint_project: Lint) -> None:
    assert lint_project(**ROOTS, c=FILE.format("c", ("a", "b"), "pass", "pass")) == ()
    assert lint_project(**ROOTS, c=FILE.format("c", ("a", "b"), "op.drop_table('t')", RAISE)) == ()


def test_a_revision_with_one_parent_may_refuse(lint_project: Lint) -> None:
    assert lint_project(a=FILE.format("a", None, "pass", RAISE), b=FILE.format("b", "a", "pass", RAISE)) == ()
