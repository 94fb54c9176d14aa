"""Comments that allow a rule: what they say, and what of the file they speak of."""

from __future__ import annotations

import pytest
from tests.reading.alembic.conftest import HEADER

from database_patterns.model import Allowance, Span
from database_patterns.reading import read_text

ALLOW = "database-patterns: allow[a] because b"


def in_revision(text: str) -> list[tuple[int, int]]:
    """The lines that each allowance of a revision speaks of, counted from the end of its header."""
    above = HEADER.count("\n")
    return [(each.first_line - above, each.last_line - above) for each in read_text(HEADER + text, "b.py").allowances]


def in_sql(text: str) -> list[tuple[int, int]]:
    return [(each.first_line, each.last_line) for each in read_text(text, "b.sql").allowances]


@pytest.mark.parametrize(
    ("comment", "rules", "reason"),
    [
        ("database-patterns: allow[drop-column] because nobody reads it", ("drop-column",), "nobody reads it"),
        ("database-patterns:allow[drop-column]", ("drop-column",), None),
        ("database-patterns: allow[drop-column, drop-table]  because  of X", ("drop-column", "drop-table"), "of X"),
        ("database-patterns: allow[drop-column] nobody reads it", (), None),
        ("database-patterns: allow drop-column", (), None),
        ("database-patterns: allow[]", (), None),
        ("database-patterns: ignore", (), None),
    ],
)
def test_an_allowance_names_rules_and_a_reason(comment: str, rules: tuple[str, ...], reason: str | None) -> None:
    sql, python = f"SELECT 1; -- {comment}\n", f"{HEADER}x = 1  # {comment}\n"
    line = HEADER.count("\n") + 1
    assert read_text(sql, "b.sql").allowances == (
        Allowance(Span("b.sql", 1, 11, 1, 14 + len(comment)), rules, reason, 1, 1),
    )
    assert read_text(python, "b.py").allowances == (
        Allowance(Span("b.py", line, 8, line, 10 + len(comment)), rules, reason, line, line),
    )


def test_beside_sql_it_speaks_of_the_statements_on_its_line() -> None:
    assert in_sql(f"SELECT 1;\nDROP TABLE a; DROP TABLE b\n, c; -- {ALLOW}\nSELECT 2;") == [(2, 3)]
    assert in_sql(f"DROP TABLE\n  a, /* {ALLOW} */ b;\nSELECT 2;") == [(1, 2)]


def test_before_sql_it_speaks_of_the_next_statement() -> None:
    assert in_sql(f"SELECT 1;\n-- {ALLOW}\n\n-- Another comment\nDROP TABLE\n  a;\nSELECT 2;") == [(5, 6)]


def test_behind_the_last_statement_it_speaks_of_nothing_but_itself() -> None:
    assert in_sql(f"SELECT 1;\n-- {ALLOW}\n") == [(2, 2)]
    assert in_revision(f"x = 1\n# {ALLOW}\n") == [(2, 2)]


def test_the_ways_back_in_the_same_file_have_theirs() -> None:
    assert in_sql(f"-- +goose Up\nSELECT 1;\n-- +goose Down\n-- {ALLOW}\nDROP TABLE a;\n") == [(5, 5)]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (f"def upgrade():\n    op.f('a')\n    op.f(  # {ALLOW}\n        'b',\n    )\n    op.f('c')\n", (3, 5)),
        (f"def upgrade():\n    op.f(\n        'b',\n    )  # {ALLOW}\n    op.f('c')\n", (2, 4)),
        (f"def upgrade():\n    op.f(\n        # {ALLOW}\n        'b',\n    )\n", (2, 5)),
        (f"def upgrade():\n    op.f('a')\n    # {ALLOW}\n\n    op.f('b')\n    op.f('c')\n", (5, 5)),
        (f"def upgrade():\n    # {ALLOW}\n    with a:\n        op.f('b')\n        op.f('c')\n    op.f('d')\n", (3, 5)),
        (f"def upgrade():\n    with a:  # {ALLOW}\n        op.f('b')\n    op.f('d')\n", (2, 3)),
        (f"# {ALLOW}\n@wrapped\ndef upgrade():\n    op.f('a')\n    op.f('b')\n", (3, 5)),
        (f"def upgrade():  # {ALLOW}\n    op.f('a')\n    op.f('b')\n", (1, 3)),
        (f"def upgrade(\n):  # {ALLOW}\n    op.f('a')\n", (1, 3)),
        (f"def upgrade():\n    if a:\n        pass\n    else:\n        # {ALLOW}\n        op.f('a')\n", (6, 6)),
    ],
)
def test_in_python_it_speaks_of_a_statement_with_all_that_is_in_it(text: str, lines: tuple[int, int]) -> None:
    assert in_revision(text) == [lines]


def test_text_that_is_no_comment_allows_nothing() -> None:
    assert in_revision(f'x = "# {ALLOW}"\n') == []
    assert in_revision(f"# see the manual of database-patterns, {ALLOW.partition(' ')[2]}\n") == []
