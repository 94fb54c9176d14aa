"""A revision as a whole: its header, its two directions, its places, and what is not a revision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from database_patterns.errors import UserError
from database_patterns.model import AutocommitBlock, DoesNothing, Fails, Gap, NeverRuns, Raises, Span
from database_patterns.reading import read_text
from database_patterns.reading.alembic import read_revision

Revise = Callable[..., Any]

TWO_DIRECTIONS = """\
revision: str = "b"
down_revision = {down}

from alembic import op


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
"""


@pytest.mark.parametrize(
    ("down", "expected"),
    [("None", ()), ('"a"', ("a",)), ('("a", "c")', ("a", "c")), ('["a"]', ("a",)), ("BASE", ())],
)
def test_the_header_names_the_revision_and_those_before_it(down: str, expected: tuple[str, ...]) -> None:
    migration = read_revision(TWO_DIRECTIONS.format(down=down), "b.py")
    assert (migration.kind, migration.path, migration.revision, migration.down_revisions) == (
        "alembic",
        "b.py",
        "b",
        expected,
    )
    assert (migration.upgrade, migration.downgrade, migration.upgrade_gaps, migration.downgrade_gaps) == (
        (),
        (),
        (),
        (),
    )


def test_an_empty_direction_and_an_absent_one_are_complete_and_noted() -> None:
    text = 'revision = "b"\n\n\ndef upgrade():\n    pass\n'
    migration = read_revision(text, "b.py")
    assert (migration.upgrade_gaps, migration.downgrade_gaps) == ((), ())
    assert migration.notes == (
        DoesNothing(Span("b.py", 4, 1, 5, 9), "upgrade", defined=True),
        DoesNothing(Span("b.py", 1, 1, 1, 1), "downgrade", defined=False),
    )


def test_a_direction_that_is_no_function_is_a_gap() -> None:
    migration = read_revision('revision = "b"\nupgrade = print\ndowngrade = 1\n', "b.py")
    why = "it is no function that this file defines, but 1"
    assert migration.upgrade_gaps == (Gap(Span("b.py", 2, 1, 2, 1), "upgrade()", "print"),)
    assert migration.downgrade_gaps == (Gap(Span("b.py", 3, 1, 3, 1), "downgrade()", why),)


def test_a_revision_without_an_upgrade_fails() -> None:
    migration = read_revision('revision = "b"\n\n\ndef downgrade():\n    pass\n', "b.py")
    error = "AttributeError: the file defines no upgrade(), which Alembic calls"
    assert Fails(Span("b.py", 1, 1, 1, 1), "upgrade", error) in migration.notes


def test_a_direction_that_refuses_to_run_says_so(revise: Revise) -> None:
    revision = revise("pass", down='raise NotImplementedError("no way back")\nop.drop_table("t")')
    refusal = 'raise NotImplementedError("no way back")'
    assert (revision.migration.downgrade, revision.migration.downgrade_gaps) == ((), ())
    assert revision.migration.notes[1:] == (
        Raises(revision.place(refusal), "downgrade", refusal),
        NeverRuns(revision.place('op.drop_table("t")'), "downgrade", f"after {refusal}"),
    )


def test_reading_by_kind_reaches_the_alembic_reader() -> None:
    migration = read_text("def upgrade():\n    op.drop_table('t')\nfrom alembic import op\n")
    assert [statement.sql for statement in migration.upgrade] == ["DROP TABLE t"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("def upgrade(:\n", "is not valid Python (invalid syntax, line 1)"),
        ("x = 1\n", "is Python, but no Alembic revision (it has neither revision nor upgrade())"),
        ("revision = 1\x00\n", "is not valid Python (a NUL byte, line 1)"),
        ("x = " + "-" * 50_000 + "1", "is not Python that can be read (nested too deeply)"),
    ],
)
def test_what_is_no_revision_is_refused_in_one_line(text: str, what: str) -> None:
    with pytest.raises(UserError) as caught:
        read_revision(text, "b.py")
    assert (caught.value.where, caught.value.what) == ("b.py", what)


def test_columns_count_characters_and_lines_survive_other_line_ends() -> None:
    text = 'from alembic import op\r\nrevision = "b"\r\ndef upgrade():\r\n    "größe"; op.drop_table("größe")\r\n'
    (statement,) = read_revision("\ufeff" + text, "b.py").upgrade
    assert (statement.sql, statement.span) == ('DROP TABLE "größe"', Span("b.py", 4, 14, 4, 36))


def test_each_statement_of_a_literal_stands_at_its_own_place_in_it(revise: Revise) -> None:
    revision = revise(
        '''
        op.execute("""
            ALTER TABLE t ADD COLUMN a int;
            -- then
            UPDATE t SET a = ':';
        """)
        '''
    )
    first, second = revision.migration.upgrade
    assert first.span == revision.place("ALTER TABLE t ADD COLUMN a int")
    assert second.span == revision.place("UPDATE t SET a = ':'")


def test_a_direction_that_a_decorator_replaces_is_a_gap_and_so_are_its_calls() -> None:
    text = (
        'from alembic import op\nrevision = "b"\n\ndef twice(function):\n    def wrapper():\n        function()\n'
        '    return wrapper\n\n@twice\ndef upgrade():\n    op.execute("SELECT 1")\n'
    )
    migration = read_revision(text, "b.py")
    assert migration.upgrade == ()
    assert [(gap.what, gap.why) for gap in migration.upgrade_gaps] == [
        ("upgrade()", "what @twice makes of it is not followed"),
        ('op.execute("SELECT 1")', "it is in a part of upgrade that could not be followed"),
    ]
    assert migration.upgrade_gaps[0].span == Span("b.py", 10, 1, 10, 1)


def test_where_the_header_is_written_and_the_directions_are_defined_is_told() -> None:
    text = "revision: str = 'b'\ndown_revision = None\ndown_revision = 'a'\n\ndef upgrade():\n    pass\n"
    header = read_text(text, "b.py").header
    assert {name: (span.line, span.column, span.end_line) for name, span in header.items()} == {
        "revision": (1, 1, 1),
        "down_revision": (3, 1, 3),
        "upgrade": (5, 1, 5),
    }


def test_an_autocommit_block_is_noted_where_it_begins() -> None:
    text = "def upgrade():\n    with op.get_context().autocommit_block():\n        pass\n"
    notes = read_text(f"from alembic import op\n{text}", "b.py").notes
    assert [(type(note), note.span.line, note.direction) for note in notes][:1] == [(AutocommitBlock, 3, "upgrade")]
