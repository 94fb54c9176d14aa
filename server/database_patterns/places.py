"""Where something stands in a file, and what stands there that could not be analysed.

Lines and columns count from 1, columns in characters, and the end column is exclusive, as in SARIF.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A range of a file; ``path`` as the user gave it, or ``<text>``."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of the input that could not be analysed: ``what`` it is, and ``why`` it was not."""

    span: Span
    what: str
    why: str


def start_of(path: str) -> Span:
    """The place of a file as a whole."""
    return Span(path, 1, 1, 1, 1)
