"""The source lines that a finding is about, with what is meant underlined."""

from __future__ import annotations

from typing import Final
from unicodedata import east_asian_width

from database_patterns.model import Span

from .style import Style, printable

LINES_MAX: Final = 4
COLUMNS_MAX: Final = 110
_TAB: Final = "    "


def excerpt(source: str, span: Span, style: Style, role: str) -> list[str]:
    """The lines of ``span`` in ``source``: one line underlined, or up to four marked in the margin.

    Empty when ``source`` has no such line (the file has changed since it was read).
    """
    lines = source.splitlines()[span.line - 1 : span.end_line]
    if not lines:
        return []
    digits = len(str(span.end_line))
    if len(lines) == 1:
        shown, marks = _underlined(lines[0], span.column, span.end_column)
        margin = style("dim", f"{span.line:>{digits}} │ ")
        return [f"{margin}{shown}", f"{style('dim', ' ' * digits + ' │ ')}{style(role, marks)}"]
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    numbered = [
        f"{style('dim', f'{span.line + place:>{digits}}')} {style(role, '┃')} {_fit(line[indent:])}"
        for place, line in enumerate(lines[:LINES_MAX])
    ]
    return numbered + ([f"{' ' * digits} {style(role, '┃')} …"] if len(lines) > LINES_MAX else [])


def _fit(line: str) -> str:
    line = printable(line.replace("\t", _TAB))
    return line if len(line) <= COLUMNS_MAX else f"{line[: COLUMNS_MAX - 1]}…"


def _underlined(line: str, column: int, end_column: int) -> tuple[str, str]:
    """The line without its indentation, cut to the width around the marked part, and the marks to stand below it."""
    start, end = column - 1, max(end_column - 1, column)
    first = min(len(line) - len(line.lstrip()), start)
    if start - first > COLUMNS_MAX // 2:
        first = start - COLUMNS_MAX // 4
    before, marked = (printable(part.replace("\t", _TAB)) for part in (line[first:start], line[start:end]))
    shown = _fit(before + marked + line[end:])
    return shown, " " * _width(before) + "^" * max(1, min(_width(marked), _width(shown) - _width(before)))


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
