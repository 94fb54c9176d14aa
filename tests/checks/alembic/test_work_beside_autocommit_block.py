"""work-beside-autocommit-block: what a failure leaves behind, and the next attempt stumbles over."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

REVISION = """
def upgrade():
    {}
    with op.get_context().autocommit_block():
        {}
        op.create_index('i', 't', ['a'], postgresql_concurrently=True)
    {}
"""
COLUMN = "op.add_column('t', sa.Column('b', sa.Text()))"
OTHER = "op.create_index('j', 't', ['b'], postgresql_concurrently=True)"


def test_what_is_committed_before_the_block_is_named_at_the_statement_that_may_fail(lint: Lint) -> None:
    (finding,) = lint(REVISION.format(COLUMN, "pass", "pass"))
    assert (finding.severity, finding.certainty, finding.span.line) == ("warning", "proven", 13)
    assert [each.line for each in finding.related] == [10]
    assert finding.message == (
        "If this fails, line 10 is committed already, and the revision not recorded. The next attempt fails there:"
        ' Column "b" of relation "t" already exists (42701).'
    )
    assert finding.help == "Give each a revision of its own, with transaction_per_migration=True in env.py."


def test_two_builds_in_one_block_are_two_things(lint: Lint) -> None:
    (finding,) = lint(REVISION.format("pass", OTHER, "pass"))
    assert (finding.span.line, [each.line for each in finding.related]) == (13, [12])


def test_what_comes_after_the_block_may_fail_as_well(lint: Lint) -> None:
    (finding,) = lint(REVISION.format("pass", "pass", COLUMN))
    assert (finding.span.line, [each.line for each in finding.related]) == (14, [13])


def test_several_things_are_one_finding(lint: Lint) -> None:
    assert len(lint(REVISION.format(COLUMN, OTHER, "op.drop_table('u')"))) == 1


@pytest.mark.parametrize(
    ("before", "inside"),
    [
        ("pass", "pass"),
        ("op.execute('SET lock_timeout = 1000')", "op.execute('SET statement_timeout = 0')"),
        ("op.execute('UPDATE t SET a = 1 WHERE a = 2')", "pass"),
        ("pass", "op.drop_index('i', 't', if_exists=True, postgresql_concurrently=True)"),
        ("op.execute('ALTER TABLE t ADD COLUMN IF NOT EXISTS b text')", "pass"),
        ("op.execute('ALTER TABLE t VALIDATE CONSTRAINT c')", "pass"),
    ],
)
def test_what_can_be_done_twice_is_quiet(lint: Lint, before: str, inside: str) -> None:
    assert lint(REVISION.format(before, inside, "pass")) == ()


def test_an_index_that_is_dropped_and_built_again_can_be_built_twice(lint: Lint) -> None:
    again = "op.drop_index({0!r}, if_exists=True, postgresql_concurrently=True); " + OTHER.replace("'j'", "{0!r}")
    text = REVISION.format("pass", "[pass_ for pass_ in ()]", "pass").replace(
        "        op.create_index('i'", f"        {again.format('j')}; {again.format('k')}\n        op.create_index('i'"
    )
    assert lint(text) == ()


def test_several_things_in_one_transaction_are_quiet(lint: Lint) -> None:
    assert lint(f"def upgrade():\n    {COLUMN}\n    op.drop_table('u')\n") == ()
