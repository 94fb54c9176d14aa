"""What a project decides: which rules speak and how loudly, which tables are large or small, what it runs on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, Literal, cast, get_args

from .model import PostgresVersion, Severity

Level = Literal["error", "warning", "advice", "on", "off"]
"""How a rule speaks; "on": with the severity of its document."""

LEVELS: Final[tuple[Level, ...]] = get_args(Level)
Levels = Mapping[str, Level]
"""Levels of rules by name."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The decisions; the defaults decide nothing, and None leaves the matter to whoever asks.

    ``paths`` are levels for the files whose paths fit a pattern (``*`` for any characters); the last that fits counts.
    ``large_tables`` and ``small_tables`` are names or patterns of them, with the schema unless that is ``public``.
    ``baseline`` is the file of the findings that are known.
    """

    postgres: PostgresVersion | None = None
    timezone: str | None = None
    fail_on: Severity | None = None
    rules: Levels = field(default_factory=dict)
    paths: Mapping[str, Levels] = field(default_factory=dict)
    large_tables: tuple[str, ...] = ()
    small_tables: tuple[str, ...] = ()
    baseline: Path | None = None

    def severity(self, rule: str, own: Severity, path: str, *, default: bool) -> Severity | None:
        """That of a rule in the file ``path``, which has ``own`` and is on by ``default``; None where it is off."""
        level = self.rules.get(rule, "on" if default else "off")
        for pattern, levels in self.paths.items():
            if rule in levels and _fits(path, pattern):
                level = levels[rule]
        return {"on": own, "off": None}.get(level, cast("Severity", level))

    def size_of(self, tables: Iterable[str]) -> Literal["large", "small"] | None:
        """Large where one of the tables is, small where all of them are; None where it is not decided."""
        sizes = [self._size(table) for table in tables]
        if "large" in sizes:
            return "large"
        return "small" if sizes and all(size == "small" for size in sizes) else None

    def _size(self, table: str) -> Literal["large", "small"] | None:
        if any(fnmatchcase(table, pattern) for pattern in self.large_tables):
            return "large"
        return "small" if any(fnmatchcase(table, pattern) for pattern in self.small_tables) else None


def _fits(path: str, pattern: str) -> bool:
    """Whether ``path``, or its end from some folder on, fits ``pattern``."""
    return fnmatchcase(path, pattern) or fnmatchcase(path, f"*/{pattern}")


UNDECIDED: Final = Settings()
