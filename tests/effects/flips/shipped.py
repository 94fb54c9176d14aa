"""The facts of ``builtins.json``: each field of each line flipped once, as are the versions and the extension."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tests.effects.live_builtins import Live

from database_patterns.effects import builtins

_NEXT = {"i": "s", "s": "v", "v": "i"}


class Shipped(NamedTuple):
    """One flip: of which line, in what, and what the lines of the name are with it."""

    section: str
    name: str
    line: str
    what: str
    flipped: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.section} {self.name}: {self.what} of {self.line}"


def flips(servers: Sequence[Live]) -> Iterator[Shipped]:
    """Every flip of the shipped data; versions are those of ``servers`` that have what the line is about."""
    for section, names in builtins._data().items():
        for name, lines in names.items():
            for place, line in enumerate(lines):
                for what, changed in _of_line(line, servers):
                    yield Shipped(section, name, line, what, (*lines[:place], *changed, *lines[place + 1 :]))


def first_to_see(flip: Shipped, servers: Sequence[Live]) -> int | None:
    """The version whose server contradicts the flipped lines, None where none of them does."""
    return next((live.postgres for live in servers if live.differs(flip.section, flip.name, flip.flipped)), None)


def _of_line(line: str, servers: Sequence[Live]) -> Iterator[tuple[str, tuple[str, ...]]]:
    rest, _, extension = line.partition("#") if _is_marked(line, "#") else (line, "", "")
    text, _, versions = rest.partition("@") if _is_marked(rest, "@") else (rest, "", "")
    of_extension = f"#{extension}" if extension else ""
    mark = f"@{versions}" if versions else ""
    yield "existence", ()
    yield "extension", (f"{text}{mark}#{'' if extension else 'no_'}such_extension",)
    fields = text.split("|")
    for place, value in enumerate(fields):
        changed = _NEXT.get(value, f"{value}_") if place == len(fields) - 1 else f"{value}_"
        flipped = "|".join((*fields[:place], changed, *fields[place + 1 :]))
        yield f"field {place + 1}", (f"{flipped}{mark}{of_extension}",)
    for bounds in _moved(versions, [live.postgres for live in servers if (extension or None) in live.extensions]):
        yield f"versions {bounds}", (f"{text}@{bounds}{of_extension}",)


def _is_marked(line: str, mark: str) -> bool:
    """Whether a mark stands behind the last field; the name of an operator may hold the same letter."""
    return mark in line.rpartition("|")[2]


def _moved(versions: str, present: Sequence[int]) -> Iterator[str]:
    """The range of versions with one of its bounds moved by one, as far as a server can tell."""
    if len(present) < 2:
        return
    lowest, highest = min(present), max(present)
    first, last = (int(each) for each in versions.split("-")) if versions else (lowest, highest)
    moved = ((first - 1, last), (first + 1, last), (first, last - 1), (first, last + 1))
    yield from (f"{a}-{b}" for a, b in moved if lowest <= a <= b <= highest)
