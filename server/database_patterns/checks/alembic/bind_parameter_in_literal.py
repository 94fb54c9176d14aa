"""rules/alembic/bind-parameter-in-literal.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.checks import Hit
from database_patterns.model import UnboundParameter
from database_patterns.prose import listed


def check(note: UnboundParameter) -> Iterator[Hit]:
    names = listed([f":{name}" for name in note.names])
    first = note.names[0]
    yield Hit(
        f"SQLAlchemy takes {names} in this text for a bind parameter and refuses to run it, since nothing gives it a"
        f" value ({note.error.partition(': ')[0]}).",
        f'If no parameter is meant, write a blank after the colon or a backslash before it: r"\\:{first}". Otherwise'
        f" give it a value: sa.text(…).bindparams({first}=…).",
    )
