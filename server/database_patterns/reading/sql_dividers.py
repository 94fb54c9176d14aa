"""Lines that divide a SQL file into its way there and its way back, and others that tell whose it is and how it is run.

Read in the documentation or source of each tool: tern (migrate.go), node-pg-migrate (sqlMigration.ts), MyBatis
Migrations, Play (evolutions), Rambler, shmig, micrate; Liquibase's formatted SQL, Drizzle's migrator
(pg-core/dialect.ts), graphile-migrate and Atlas (``atlas:txmode``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from database_patterns.model import Direction

Template = Literal["environment", "flyway", "go", "none", "play", "psql"]
"""What a tool puts into a text before it sends it."""
Manner = Literal["apart", "together", "message"]

_OWN: Final = "runs each migration in a transaction of its own"


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool, and how it sends what is in one transaction; ``reason`` says why, and is not ``certain`` for all of them.

    ``line`` matches its lines, ``without`` the one that makes it open no transaction. What stands before its first line
    is the way there where it is a ``divider`` between both. ``template`` is what it fills in.
    """

    line: re.Pattern[str]
    manner: Manner = "apart"
    reason: str = ""
    certain: bool = True
    divider: bool = False
    template: Template = "none"
    without: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A range of a file that a tool sends at once."""

    start: int
    end: int
    direction: Direction
    tool: Tool
    manner: Manner


def _lines(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"^{pattern}[^\n]*$", re.MULTILINE | re.IGNORECASE)


_EITHER: Final = "(?:(?P<up>up)|(?P<down>down))"
_DIVIDED: Final = (
    Tool(
        _lines(r"----[ \t]*create above[ \t]*/[ \t]*(?P<down>drop below)[ \t]*----"),
        "together",
        f"tern {_OWN}",
        divider=True,
        template="go",
        without=_lines(r"----[ \t]*tern:[ \t]*disable-tx"),
    ),
    Tool(
        _lines(rf"\s*--[ \t-]*{_EITHER}[ \t]+migration\b"),
        "together",
        "node-pg-migrate runs all migrations of one run in one transaction, unless it is told otherwise",
        certain=False,
        divider=True,
    ),
    Tool(
        _lines(r"--[ \t]*//[ \t]*(?P<down>@undo)\b"),
        "together",
        "MyBatis commits a script at its end, unless auto_commit is set",
        certain=False,
        divider=True,
    ),
    Tool(_lines(r"(?:#|--)[^!\n]*!(?:(?P<up>ups)|(?P<down>downs))\b"), template="play"),
    Tool(_lines(rf"--[ \t]*rambler[ \t]+{_EITHER}\b")),
    Tool(_lines(rf"--[ \t]*\+micrate[ \t]+{_EITHER}\b")),
    Tool(_lines(rf"--[ \t]*=+[ \t]*{_EITHER}[ \t]*=+"), "together", f"shmig {_OWN}", certain=False),
)
_HOMEMADE: Final = Tool(re.compile(rf"^--+[^\w\n]*{_EITHER}[^\w\n]*$", re.MULTILINE | re.IGNORECASE))
"""``-- up`` and ``-- down`` alone on their lines: a program of the project's own."""

_BREAK: Final = re.compile(r"--> statement-breakpoint")
_DRIZZLE: Final = Tool(_BREAK, "together", "Drizzle runs all migrations of one run in one transaction")
_GRAPHILE: Final = Tool(
    re.compile(r"\A(?:--!.*\n)*--!"), "together", f"graphile-migrate {_OWN}", without=_lines(r"--![ \t]*no-transaction")
)
_ATLAS: Final = Tool(re.compile(r"\A(?:--.*\n)*-- atlas:txmode (?:file|all)\b"), "together", f"Atlas {_OWN}")
_WHOLE: Final = (_DRIZZLE, _GRAPHILE, _ATLAS)

_LIQUIBASE: Final = re.compile(r"\A\s*--[ \t]*liquibase formatted sql", re.IGNORECASE)
_CHANGE_SET: Final = Tool(
    _lines(r"[ \t]*--[ \t]*changeset[ \t]+(?P<up>\S)"),
    "together",
    "Liquibase runs each changeset in its own transaction",
    template="flyway",
)
_ALONE: Final = re.compile(r"runInTransaction:[\"']?false", re.IGNORECASE)
_DATABASES: Final = re.compile(r"dbms:[\"']?([\w!,]+)", re.IGNORECASE)


def sections(text: str) -> tuple[Section, ...]:
    """The sections of a file that such lines divide, or that one of them is about; none where it has no such line."""
    if _LIQUIBASE.match(text):
        return tuple(_change_sets(text))
    for tool in (*_DIVIDED, _HOMEMADE):
        marks = list(tool.line.finditer(text))
        if marks and (tool is not _HOMEMADE or [_way(each) for each in marks] == ["upgrade", "downgrade"]):
            return tuple(_between(tool, marks, text))
    whole = next((each for each in _WHOLE if each.line.search(text)), None)
    return (Section(0, len(text), "upgrade", whole, _manner(whole, text)),) if whole else ()


def _between(tool: Tool, marks: list[re.Match[str]], text: str) -> Iterator[Section]:
    manner = _manner(tool, text)
    if tool.divider and _way(marks[0]) == "downgrade":
        yield Section(0, marks[0].start(), "upgrade", tool, manner)
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    for mark, end in zip(marks, ends, strict=True):
        yield Section(mark.end(), end, _way(mark), tool, manner)


def _manner(tool: Tool, text: str) -> Manner:
    return "apart" if tool.without and tool.without.search(text) else tool.manner


def _way(mark: re.Match[str]) -> Direction:
    return "downgrade" if mark["down"] else "upgrade"


def _change_sets(text: str) -> Iterator[Section]:
    """Liquibase's, empty those for other databases. Their way back is a comment, which is not read."""
    marks = list(_CHANGE_SET.line.finditer(text))
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    for mark, end in zip(marks, ends, strict=True):
        named = _DATABASES.search(mark[0])
        names = named[1].lower().split(",") if named else []
        others = all(name.startswith("!") for name in names)
        runs = "!postgresql" not in names if others else "postgresql" in names
        manner: Manner = "apart" if _ALONE.search(mark[0]) else "together"
        yield Section(mark.end(), end if runs else mark.end(), "upgrade", _CHANGE_SET, manner)
