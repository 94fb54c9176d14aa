"""downgrade-incomplete: a way back after which there is no way forward."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

REVISION = """
def upgrade():
    op.add_column('t', sa.Column('a', sa.Text()))
    {}

def downgrade():
    {}
    op.drop_column('t', 'a')
"""
COLUMN = "op.add_column('t', sa.Column('b', sa.Text()))"
T = "CREATE TABLE t (id int, old text, CONSTRAINT c CHECK (id > 0))"


def test_what_is_left_behind_is_found_at_the_downgrade_with_the_line_to_add(lint: Lint) -> None:
    (finding,) = lint(REVISION.format(COLUMN, "pass"))
    assert (finding.severity, finding.certainty, finding.direction) == ("warning", "proven", "downgrade")
    assert (finding.span.line, [each.line for each in finding.related]) == (13, [11])
    assert finding.message == (
        "downgrade() does not take back all that upgrade() did. After it, the next upgrade fails at line 11: Column"
        ' "b" of relation "t" already exists (42701).'
    )
    assert finding.help == (
        'Take it back in downgrade(), which goes in the opposite order.\n\n    op.drop_column("t", "b")'
    )


@pytest.mark.parametrize(
    ("made", "undone"),
    [
        ("op.create_index('i', 't', ['id'])", 'op.drop_index("i")'),
        ("op.create_unique_constraint('u', 't', ['id'])", 'op.drop_constraint("u", "t")'),
        ("op.create_table('n', sa.Column('a', sa.Text()))", ""),
    ],
)
def test_indexes_constraints_and_tables_are_left_behind_as_well(lint: Lint, made: str, undone: str) -> None:
    (finding,) = lint(REVISION.format(made, "pass"))
    assert "already exists" in finding.message
    assert finding.help.endswith(undone)


@pytest.mark.parametrize("taken", ["op.drop_column('t', 'old')", "op.drop_constraint('c', 't')"])
def test_what_does_not_come_back_is_found(lint: Lint, taken: str) -> None:
    (finding,) = lint(REVISION.format("pass", "pass").replace("pass", taken, 1), T)
    assert "does not exist" in finding.message


@pytest.mark.parametrize(
    ("made", "undone"),
    [
        (COLUMN, "op.drop_column('t', 'b')"),
        ("op.execute('UPDATE t SET a = id')", "pass"),
        ("op.create_index('i', 't', ['a'])", "pass"),
        ("op.create_index('i', 't', ['id'], if_not_exists=True)", "pass"),
        (COLUMN, "raise ValueError('roll forward')"),
        (COLUMN, "unknown(op)"),
    ],
)
def test_a_whole_way_back_one_that_refuses_and_one_that_is_not_known_are_quiet(
    lint: Lint, made: str, undone: str
) -> None:
    assert lint(REVISION.format(made, undone), T) == ()


def test_an_upgrade_that_fails_anyway_is_not_this_rules(lint: Lint) -> None:
    assert lint(REVISION.format("op.drop_column('t', 'missing')", "pass"), T) == ()
