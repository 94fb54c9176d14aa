"""downgrade-missing: the version goes back, the schema does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

REVISION = """
def upgrade():
    {}

def downgrade():
    {}
"""
CHANGE = "op.add_column('t', sa.Column('a', sa.Text()))"


def test_a_downgrade_that_only_passes_is_found(lint: Lint) -> None:
    (finding,) = lint(REVISION.format(CHANGE, "pass"))
    assert (finding.severity, finding.certainty, finding.direction) == ("warning", "proven", "downgrade")
    assert (finding.span.line, [each.line for each in finding.related]) == (12, [10])
    assert finding.message == (
        "downgrade() does nothing: `alembic downgrade` moves the version back and leaves the changes of upgrade()"
        ' there. The next upgrade fails: Column "a" of relation "t" already exists (42701).'
    )
    assert finding.help == (
        "Take back what upgrade() did, in the opposite order. Where there is no way back, say so and stop:\n\n"
        '    raise RuntimeError("there is no way back: roll forward")'
    )


@pytest.mark.parametrize("body", ["'''Nothing.'''", "...", "'''Nothing.'''\n    pass"])
def test_a_docstring_or_an_ellipsis_takes_nothing_back_either(lint: Lint, body: str) -> None:
    assert len(lint(REVISION.format(CHANGE, body))) == 1


@pytest.mark.parametrize("body", ["op.drop_column('t', 'a')", "raise RuntimeError('roll forward')"])
def test_a_way_back_or_a_refusal_is_quiet(lint: Lint, body: str) -> None:
    assert lint(REVISION.format(CHANGE, body)) == ()


@pytest.mark.parametrize(
    "upgrade",
    [
        "pass",
        "op.execute('UPDATE t SET a = 1')",
        "op.execute('SET lock_timeout = 1; DELETE FROM t')",
        "op.execute('ALTER TABLE t VALIDATE CONSTRAINT c')",
        "op.alter_column('t', 'a', nullable=True)",
        "op.execute('CREATE TABLE IF NOT EXISTS u (a int)')",
        "op.execute('DROP INDEX IF EXISTS i')",
    ],
)
def test_an_upgrade_that_can_be_applied_again_needs_no_way_back(lint: Lint, upgrade: str) -> None:
    assert lint(REVISION.format(upgrade, "pass")) == ()


def test_a_revision_without_a_downgrade_stops_by_itself(lint: Lint) -> None:
    assert lint(f"def upgrade():\n    {CHANGE}\n") == ()
