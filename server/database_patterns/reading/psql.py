r"""What psql takes out of a script before a server sees it: its own commands (``\connect``), and the rows of COPY.

They are blanked, so that every other character keeps its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_VARIABLE: Final = r"(?<!:):'\w+'|(?<!:):\"\w+\"|(?<![:\w\])]):[A-Za-z_]\w*"
_TOKEN: Final = re.compile(
    rf"""
      (?P<comment>--[^\n]*)
    | (?P<block>/\*)
    | (?P<quoted>(?<![\w$])[eE]'[^'\\]*(?:(?:\\.|'')[^'\\]*)*(?:'|\Z) | '[^']*(?:''[^']*)*(?:'|\Z) | "[^"]*(?:"|\Z))
    | (?P<dollar>(?<![\w$])\$(?:[A-Za-z_\x80-\U0010ffff][\w\x80-\U0010ffff]*)?\$)
    | (?P<end>;)
    | (?P<variable>{_VARIABLE})
    | (?P<command>\\(?:\\|;|[A-Za-z_]*\??)[^\n]*)
    """,
    re.VERBOSE | re.DOTALL,
)
_BLOCK: Final = re.compile(r"/\*|\*/")
_NAME: Final = re.compile(r"\\([A-Za-z_]*)")
_END_OF_ROWS: Final = re.compile(r"^\\\.[ \t\r]*$", re.MULTILINE)
_FROM_STDIN: Final = re.compile(r"\bfrom\s+stdin\b", re.IGNORECASE)
_SENDING: Final = re.compile(r"\\(?:crosstabview|g|gdesc|gexec|gset|gx|watch)\b")
_SILENT: Final = {"elif", "else", "endif", "restrict", "unrestrict"}
"""Parts of an IF, which is said itself; and a guard that pg_dump writes around its output since August 2025."""

_OTHERWISE: Final = "a command of psql; the server does not get it"
_WHY: Final = {
    "c": "what follows runs in another database",
    "connect": "what follows runs in another database",
    "copy": "the rows that psql copies are not read",
    "gexec": "the statements that the query returns are not known",
    "i": "the file that psql includes is not read",
    "if": "whether psql runs what follows is not known",
    "include": "the file that psql includes is not read",
    "include_relative": "the file that psql includes is not read",
    "ir": "the file that psql includes is not read",
    "set": "what it sets the variable to is not known",
    "gset": "what it sets variables to is not known",
}
_ENDING: Final = {"q", "quit"}
_ENDED: Final = "psql ends here, and sends nothing of what follows"
_AUTOCOMMIT: Final = "what follows shares a transaction up to a COMMIT, which is not followed"
_MAY_BE_VARIABLE: Final = re.compile(_VARIABLE)
_OFF: Final = {"false", "off", "0", "no"}
_OF_CONDITION: Final = {"if": 1, "endif": -1, "elif": 0, "else": 0}
_SETS: Final = re.compile(r"\\set[ \t]+(?P<name>\w+)[ \t]+(?:'(?P<quoted>[^'\\\n:`]*)'|(?P<bare>[^\s'\\:`]+))[ \t\r]*$")
_ROWS: Final = "the rows of COPY are data, and are not read"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A range that is not SQL: ``what`` it is, and ``why`` it was not analysed ("" where nothing is lost by that)."""

    start: int
    end: int
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Variable:
    """``:name``, ``:'name'`` or ``:"name"`` as it is ``written`` at a place, with its ``value`` if the file sets it."""

    start: int
    end: int
    written: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Condition:
    """A range that psql runs only under the condition ``guard``."""

    start: int
    end: int
    guard: str


def variables(text: str, sql: str) -> Iterator[Variable]:
    """The variables that psql fills in; ``sql`` is ``text`` without its commands."""
    if not _MAY_BE_VARIABLE.search(sql):
        return
    sets = [match for each in _skipped(text) if (match := _SETS.match(text, each.start, each.end))]
    for match in _tokens(sql):
        if match.lastgroup == "variable":
            written = match.group()
            name = written.strip(":'\"")
            values = [_value(each) for each in sets if each["name"] == name and each.start() < match.start()]
            yield Variable(match.start(), match.end(), written, _quoted(values[-1], written[1]) if values else None)


def _value(match: re.Match[str]) -> str:
    return match["bare"] if match["quoted"] is None else str(match["quoted"])


def _quoted(value: str, quote: str) -> str:
    """``value`` as ``:name`` gives it, ``:'name'`` or ``:"name"``."""
    return quote + value.replace(quote, quote * 2) + quote if quote in "'\"" else value


def conditions(text: str) -> Iterator[Condition]:
    r"""The ranges that ``\if`` decides on, up to its ``\endif``, and what follows on a ``\q`` in one of them."""
    begun, depth = 0, 0
    for each in _skipped(text) if "\\if" in text else ():
        word = _word(each.what)
        begun = each.start if word == "if" and depth == 0 else begun
        if word in _ENDING and depth:
            yield Condition(each.end, len(text), f"unless {each.what} ended psql on line {_line(text, each.start)}")
        depth = max(0, depth + _OF_CONDITION.get(word, 0))
        if word == "endif" and depth == 0:
            yield Condition(begun, each.start, f"as the \\if on line {_line(text, begun)} decides")
    if depth:
        yield Condition(begun, len(text), f"as the \\if on line {_line(text, begun)} decides")


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


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
    statement, depth, after = 0, 0, 0
    for match in _tokens(text):
        if match.start() < after:
            continue
        if match.lastgroup == "end":
            if _copies_rows(text[statement : match.end()]):
                rows = _rows(text, match.end())
                yield rows
                after = rows.end
            statement = max(after, match.end())
        elif match.lastgroup == "command":
            word = _word(match.group())
            depth = max(0, depth + _OF_CONDITION.get(word, 0))
            if word in _ENDING and not depth:
                rest = text[match.end() :].strip()
                yield Skipped(match.start(), len(text), match.group().split()[0], _ENDED if rest else "")
                return
            yield from (found := list(_command(text, match, word)))
            after = found[-1].end


def _tokens(text: str, position: int = 0) -> Iterator[re.Match[str]]:
    """What matters of a script outside of comments and strings: ends of statements, commands, variables."""
    while match := _TOKEN.search(text, position):
        position = match.end()
        if match.lastgroup == "block":
            position = _end_of_block(text, position)
        elif match.lastgroup == "dollar":
            closing = text.find(match.group(), position)
            position = closing + len(match.group()) if closing >= 0 else len(text)
        elif match.lastgroup in {"command", "end", "variable"}:
            yield match


def _word(command: str) -> str:
    name = _NAME.match(command)
    return name[1].lower() if name else ""


def _command(text: str, match: re.Match[str], word: str) -> Iterator[Skipped]:
    if match.group().startswith("\\;"):
        yield Skipped(match.start(), match.start() + 2, "\\;", "")
        return
    what = " ".join(match.group().split())[:80]
    yield Skipped(match.start(), match.end(), what, _lost(match.group(), word))
    if word == "copy" and _FROM_STDIN.search(match.group()):
        yield _rows(text, match.end())


def _lost(command: str, word: str) -> str:
    """Why a command was not analysed; nothing where nothing is lost by that."""
    if word == "set" and (sets := _SETS.match(command)):
        return _AUTOCOMMIT if sets["name"] == "AUTOCOMMIT" and _value(sets).lower() in _OFF else ""
    return "" if word in _SILENT else _WHY.get(word, _OTHERWISE)


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
