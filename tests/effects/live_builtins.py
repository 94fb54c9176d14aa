"""What one server says in its own catalogs of functions, casts and types, to hold the shipped data against it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tests.effects.generate_builtins import read, read_extensions

from database_patterns.effects import builtins
from database_patterns.lab import driver
from database_patterns.lab.server import Server

Facts = set[tuple[str | None, str]]
"""The facts of one name: the extension that brings it, and its text without marks."""


@dataclass(frozen=True, slots=True)
class Live:
    """The facts of a server, by section and name, and the extensions that it has."""

    postgres: int
    extensions: frozenset[str | None]
    facts: dict[tuple[str, str], Facts]

    def has(self, line: str) -> bool:
        """Whether a shipped line is about this version, and about something that the server has."""
        fact = builtins._fact(line, self.postgres)
        return fact is not None and fact.extension in self.extensions

    def differs(self, section: str, name: str, shipped: Iterable[str]) -> bool:
        """Whether the lines shipped for a name do not say of this version what the server says."""
        found = (builtins._fact(text, self.postgres) for text in shipped)
        own = {(fact.extension, fact.text) for fact in found if fact and fact.extension in self.extensions}
        return own != self.facts.get((section, name), set())


def read_live(server: Server) -> Live:
    """All facts of a server, with those of its extensions."""
    with server.database() as database, driver.connect(database.admin) as connection:
        own, brought = read(connection), read_extensions(connection)
    facts: dict[tuple[str, str], Facts] = {}
    for extension, sections in [(None, own), *brought.items()]:
        for section, pairs in sections.items():
            for name, text in pairs:
                facts.setdefault((section, name), set()).add((extension, text))
    return Live(server.postgres, frozenset({None, *brought}), facts)
