"""multiple-heads: a history that ends in several places."""

from __future__ import annotations

from collections.abc import Callable

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

FILE = "revision = {!r}\ndown_revision = {!r}\nbranch_labels = {!r}\n\ndef upgrade(): pass\n"


def history(**parents: str | tuple[str, ...] | None) -> dict[str, str]:
    return {name: FILE.format(name, parent, None) for name, parent in parents.items()}


def test_two_heads_are_found_at_the_parent_of_the_one_that_is_applied_last(lint_project: Lint) -> None:
    (finding,) = lint_project(**history(a=None, b="a", c="a"))
    assert (finding.severity, finding.certainty, finding.span.path, finding.span.line) == (
        "error",
        "proven",
        "versions/b.py",
        5,
    )
    assert finding.message == ("The history has 2 heads, c and b: `alembic upgrade head` refuses to choose, and fails.")
    assert finding.help == (
        "If b is on no shared database yet, let it follow c:\n\n"
        '    down_revision = "c"\n\n'
        "Otherwise write a revision that follows all: alembic merge c b"
    )
    assert [(each.path, each.line) for each in finding.related] == [("versions/c.py", 4)]


def test_a_line_and_a_merge_are_quiet(lint_project: Lint) -> None:
    assert lint_project(**history(a=None, b="a", c="a", d=("b", "c"))) == ()


def test_heads_with_branch_labels_of_their_own_are_meant(lint_project: Lint) -> None:
    labelled = {name: FILE.format(name, None, (f"the-{name}",)) for name in ("shop", "stock")}
    assert lint_project(**labelled) == ()
    assert len(lint_project(**labelled, **history(more="shop", other="shop"))) == 1
