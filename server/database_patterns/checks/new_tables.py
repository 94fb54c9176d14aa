"""What PostgreSQL cannot do while a table is in use, done to a new table that takes its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from database_patterns.actions import Name
from database_patterns.rendering import operations
from database_patterns.rendering.operations import Operation

from .recipes import generated_name

_ALTERED: Final = re.compile(
    r'(\bALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?)(?:"(?:[^"]|"")+"|[^\s".]+)(?:\.(?:"(?:[^"]|"")+"|[^\s".]+))?',
    re.IGNORECASE,
)
"""The name of the table in an ALTER TABLE, and what stands before it."""


def parts(table: Name, changes: Sequence[str]) -> Iterator[str | Sequence[Operation]]:
    """The parts of a help for what PostgreSQL cannot do while a table is in use: ``changes`` is SQL for a new table."""
    new = new_table(table)
    yield "PostgreSQL has no way to do that while the table is in use. Make a new one with it:"
    like = f"CREATE TABLE {operations.qualified(new)} (LIKE {operations.qualified(table)} INCLUDING ALL)"
    yield [operations.execute(sql) for sql in (like, *changes)]
    yield (
        "Give it the foreign keys, triggers and privileges of the old one, which are not copied. Let a trigger repeat"
        " every write in it, and copy the rows in batches by primary key. Then exchange the names in one short"
        " transaction:"
    )
    old = generated_name(table.name, "old")
    yield [operations.rename_table(table, old), operations.rename_table(new, table.name)]


def new_table(table: Name) -> Name:
    """The name of the table that is made beside ``table``, to take its place."""
    return Name(generated_name(table.name, "new"), table.schema)


def about_the_new(sql: str, table: Name) -> str:
    """The user's ALTER TABLE for the new table of ``parts``."""
    return _ALTERED.sub(lambda match: match[1] + operations.qualified(new_table(table)), sql, count=1)
