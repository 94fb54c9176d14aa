"""A text with the place in the Python source of each of its characters."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

HOLE: Final = "\0"
"""Stands for a part of any length that only running tells; no SQL has this character."""

_PIECE: Final = re.compile(f"[^{HOLE}]+")

Range = tuple[int, int]
"""The first character of a place in the source, and the one behind it."""


@dataclass(frozen=True, slots=True)
class Written:
    """``text``, and for each of its characters the range of the source that stands for it.

    An escape sequence is several characters there; a ``HOLE`` is the placeholder or expression that fills it.
    """

    text: str
    ranges: Sequence[Range]

    def part(self, begin: int, end: int) -> Written:
        """The characters from ``begin`` up to ``end``."""
        return Written(self.text[begin:end], self.ranges[begin:end])

    def dedented(self) -> Written:
        """As ``textwrap.dedent`` leaves it: lines lose characters at their beginning."""
        parts: list[Written] = []
        start = 0
        for line, left in zip(self.text.split("\n"), textwrap.dedent(self.text).split("\n"), strict=True):
            end = start + len(line)
            parts.append(self.part(end - len(left), end + 1))
            start = end + 1
        return concatenated(parts)

    def replaced(self, pattern: re.Pattern[str], replacement: Callable[[re.Match[str]], str]) -> Written:
        """Each match replaced; the characters of a replacement all stand where the match stands."""
        parts: list[Written] = []
        end = 0
        for match in pattern.finditer(self.text):
            parts.append(self.part(end, match.start()))
            parts.append(at(replacement(match), self.place(match.start(), match.end())))
            end = match.end()
        return concatenated([*parts, self.part(end, len(self.text))])

    def place(self, begin: int, end: int) -> Range:
        """Where the characters from ``begin`` up to ``end`` stand; for none of them, where they would stand."""
        if begin < len(self.ranges):
            first = self.ranges[begin][0]
            return first, self.ranges[end - 1][1] if end > begin else first
        behind = self.ranges[-1][1] if self.ranges else 0
        return behind, behind

    def aligned(self, text: str) -> Written | None:
        """``text`` with its places, when it is this one with something in each hole.

        None when it is not, or when it can be so in more than one way.
        """
        pieces = [match.span() for match in _PIECE.finditer(self.text)]
        starts = self._starts([self.text[begin:end] for begin, end in pieces], text)
        if starts is None:
            return None
        ranges: list[Range] = []
        behind = 0
        for (begin, end), start in zip([*pieces, (len(self.text), 0)], [*starts, len(text)], strict=True):
            if start > len(ranges):
                ranges += [self.place(behind, begin)] * (start - len(ranges))
            ranges += self.ranges[begin:end]
            behind = end
        return Written(text, ranges)

    def _starts(self, pieces: Sequence[str], text: str) -> list[int] | None:
        """Where the pieces begin in ``text`` with any text in the holes; None when that is not one way exactly."""
        opened, closed = self.text.startswith(HOLE), self.text.endswith(HOLE)
        if not pieces:
            return [] if opened or not text else None
        first = _leftmost(pieces, text, opened=opened, closed=closed)
        mirrored = [piece[::-1] for piece in reversed(pieces)]
        last = _leftmost(mirrored, text[::-1], opened=closed, closed=opened)
        if first is None or last is None:
            return None
        ends = [len(text) - start for start in reversed(last)]
        return first if [end - len(piece) for end, piece in zip(ends, pieces, strict=True)] == first else None


def at(text: str, place: Range) -> Written:
    """``text``, all of which stands at ``place``."""
    return Written(text, [place] * len(text))


def concatenated(parts: Iterable[Written]) -> Written:
    """``parts`` one after the other."""
    kept = list(parts)
    return Written("".join(part.text for part in kept), [place for part in kept for place in part.ranges])


def _leftmost(pieces: Sequence[str], text: str, *, opened: bool, closed: bool) -> list[int] | None:
    """Where ``pieces`` begin in ``text``, each as far left as it can be; ``opened`` when others may come before."""
    starts: list[int] = []
    end = 0
    for number, piece in enumerate(pieces):
        if number == len(pieces) - 1 and not closed:
            start = len(text) - len(piece)
            found = start >= end and text.endswith(piece) and (number > 0 or opened or start == 0)
        elif number == 0 and not opened:
            start, found = 0, text.startswith(piece)
        else:
            start = text.find(piece, end)
            found = start >= 0
        if not found:
            return None
        starts.append(start)
        end = start + len(piece)
    return starts
