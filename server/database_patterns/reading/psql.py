r"""What psql takes out of a script before a server sees it: its own commands (``\connect``), and the rows of COPY.

They are blanked, so that every other character keeps its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(
    r"""
      (?P<comment>--[^\n]*)
    | (?P<block>/\*)
    | (?P<quoted>[eE]'[^'\\]*(?:(?:\\.|'')[^'\\]*)*(?:'|\Z) | '[^']*(?:''[^']*)*(?:'|\Z) | "[^"]*(?:"|\Z))
    | (?P<dollar>\$(?:[A-Za-z_\x80-\U0010ffff][\w\x80-\U0010ffff]*)?\$)
    | (?P<word>[A-Za-z_\x80-\U0010ffff][\w$]*)
    | (?P<end>;)
    | (?P<command>\\(?:\\|;|[A-Za-z_]*\??)[^\n]*)
    """,
    re.VERBOSE | re.DOTALL,
)
_BLOCK: Final = re.compile(r"/\*|\*/")
_NAME: Final = re.compile(r"\\([A-Za-z_]*)")
_END_OF_ROWS: Final = re.compile(r"^\\\.[ \t\r]*$", re.MULTILINE)
_FROM_STDIN: Final = re.compile(r"\bfrom\s+stdin\b", re.IGNORECASE)
_SENDING: Final = re.compile(r"\\(?:crosstabview|g|gdesc|gexec|gset|gx|watch)\b")
_SILENT: Final = {"restrict", "unrestrict"}
"""What pg_dump writes around its output since August 2025: a guard of psql's, which changes nothing."""

_OTHERWISE: Final = "a command of psql; the server does not get it"
_WHY: Final = {
    "c": "what follows runs in another database",
    "connect": "what follows runs in another database",
    "copy": "the rows that psql copies are not read",
    "elif": "whether psql runs what follows is not known",
    "else": "whether psql runs what follows is not known",
    "gexec": "the statements that the query returns are not known",
    "i": "the file that psql includes is not read",
    "if": "whether psql runs what follows is not known",
    "include": "the file that psql includes is not read",
    "include_relative": "the file that psql includes is not read",
    "ir": "the file that psql includes is not read",
    "set": "psql's variables are not filled in",
    "gset": "psql's variables are not filled in",
}
_ROWS: Final = "the rows of COPY are data, and are not read"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A range that is not SQL: ``what`` it is, and ``why`` it was not analysed ("" where nothing is lost by that)."""

    start: int
    end: int
    what: str
    why: str


def without_commands(text: str) -> tuple[str, tuple[Skipped, ...]]:
    """``text`` with psql's commands and rows blanked, and what was blanked."""
    if "\\" not in text and not _FROM_STDIN.search(text):
        return text, ()
    skipped = tuple(_skipped(text))
    kept, done = [], 0
    for each in skipped:
        blank = re.sub(r"[^\n]", " ", text[each.start : each.end])
        ends = _SENDING.match(text, each.start) or text.startswith("\\;", each.start)
        kept += [text[done : each.start], ";" + blank[1:] if ends else blank]
        done = each.end
    return "".join([*kept, text[done:]]), tuple(each for each in skipped if each.why)


def _skipped(text: str) -> Iterator[Skipped]:
    position, statement = 0, 0
    while match := _TOKEN.search(text, position):
        kind, position = match.lastgroup, match.end()
        if kind == "block":
            position = _end_of_block(text, position)
        elif kind == "dollar":
            closing = text.find(match.group(), position)
            position = closing + len(match.group()) if closing >= 0 else len(text)
        elif kind == "end":
            if _copies_rows(text[statement:position]):
                rows = _rows(text, position)
                yield rows
                position = rows.end
            statement = position
        elif kind == "command":
            yield from (found := list(_command(text, match)))
            position = found[-1].end


def _command(text: str, match: re.Match[str]) -> Iterator[Skipped]:
    if match.group().startswith("\\;"):
        yield Skipped(match.start(), match.start() + 2, "\\;", "")
        return
    name = _NAME.match(match.group())
    word = name[1].lower() if name else ""
    what = " ".join(match.group().split())[:80]
    yield Skipped(match.start(), match.end(), what, "" if word in _SILENT else _WHY.get(word, _OTHERWISE))
    if word == "copy" and _FROM_STDIN.search(match.group()):
        yield _rows(text, match.end())


def _rows(text: str, after: int) -> Skipped:
    r"""The lines up to ``\.``, which follow on the line that ``after`` is in."""
    start = text.find("\n", after)
    start = len(text) if start < 0 else start + 1
    end = _END_OF_ROWS.search(text, start)
    count = text.count("\n", start, end.start() if end else len(text))
    return Skipped(start, end.end() if end else len(text), f"{count} rows of COPY", _ROWS if count else "")


def _copies_rows(statement: str) -> bool:
    """Whether the text of a statement is a COPY that is fed by the script."""
    if not _FROM_STDIN.search(statement):
        return False
    return re.sub(r"--[^\n]*|/\*.*?\*/", " ", statement, flags=re.DOTALL).split()[0].lower() == "copy"


def _end_of_block(text: str, position: int) -> int:
    depth = 1
    for match in _BLOCK.finditer(text, position):
        depth += 1 if match.group() == "/*" else -1
        if depth == 0:
            return match.end()
    return len(text)
