"""Small revisions of our own, and where something stands in them."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent, indent

import pytest

from database_patterns.model import Migration, Note, Span
from database_patterns.reading.alembic import read_revision

pytest.register_assert_rewrite("tests.reading.alembic.truth")

HEADER = '''\
"""a change"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "b"
down_revision = "a"
'''


class Revision:
    """A revision with ``body`` as its upgrade, ``down`` as its downgrade and ``top`` above both."""

    def __init__(self, body: str, down: str = "pass", top: str = "") -> None:
        parts = [HEADER + dedent(top), *(f"def {name}():\n" for name in ("upgrade", "downgrade"))]
        self.text = f"{parts[0]}\n\n{parts[1]}{indented(body)}\n\n{parts[2]}{indented(down)}"
        self.migration: Migration = read_revision(self.text, "b.py")

    def place(self, snippet: str) -> Span:
        """The range of the only occurrence of ``snippet`` in the file."""
        assert self.text.count(snippet) == 1, snippet
        start = self.text.index(snippet)
        end = start + len(snippet)
        return Span("b.py", *self._position(start), *self._position(end))

    def places(self) -> list[tuple[str, str, list[str]]]:
        """The upgrade's statements, each with the source at its place and at its related places."""
        upgrade = self.migration.upgrade
        return [
            (" ".join(each.sql.split()), self.at(each.span), [self.at(place) for place in each.related])
            for each in upgrade
        ]

    def at(self, span: Span) -> str:
        """The source that ``span`` covers."""
        assert span.path == "b.py"
        lines = self.text.split("\n")[span.line - 1 : span.end_line]
        lines[-1] = lines[-1][: span.end_column - 1]
        lines[0] = lines[0][span.column - 1 :]
        return "\n".join(lines)

    def sql(self) -> list[str]:
        """The upgrade's statements with their white space folded."""
        return [" ".join(statement.sql.split()) for statement in self.migration.upgrade]

    def outline(self) -> list[tuple[str, str, str | None]]:
        """The upgrade's statements: text, confidence, guard."""
        upgrade = self.migration.upgrade
        return [(" ".join(each.sql.split()), each.confidence, each.guard) for each in upgrade]

    def gaps(self) -> list[tuple[str, str]]:
        """The upgrade's gaps: what and why."""
        return [(gap.what, gap.why) for gap in self.migration.upgrade_gaps]

    def code(self, call: str) -> str:
        """``call`` as gaps name it."""
        return call if len(call) <= 80 else f"{call[:79]}…"

    def notes(self) -> list[Note]:
        """The upgrade's notes."""
        return [note for note in self.migration.notes if note.direction == "upgrade"]

    def _position(self, offset: int) -> tuple[int, int]:
        before = self.text[:offset]
        return before.count("\n") + 1, offset - before.rfind("\n")


def indented(body: str) -> str:
    return indent(dedent(body).strip() + "\n", "    ")


@pytest.fixture
def revise() -> Callable[..., Revision]:
    return Revision
