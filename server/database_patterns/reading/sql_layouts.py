"""How the tools that keep plain SQL migrations lay them out, and in which transactions they run them.

Read off the tools' sources (golang-migrate, dbmate, goose, sql-migrate, Flyway's parser) and documentation. What a file
is is told by its name, or by the markers in it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Final, Literal

from database_patterns.model import Direction, Migration

Sending = Literal["apart", "together", "message", "flyway"]
"""How a tool sends the statements of a part: each by itself; all in a transaction; all in one message, which PostgreSQL
runs in one transaction when they are several; or as Flyway does, which looks at them first."""


@dataclass(frozen=True, slots=True)
class Part:
    """A range of a file, sent as a whole in one direction; ``reason`` says why it shares a transaction."""

    start: int
    end: int
    direction: Direction = "upgrade"
    sending: Sending = "apart"
    reason: str = ""


_MARK: Final = re.compile(
    r"^--[ \t]*(?:(?P<dbmate>migrate:)|\+(?P<tool>goose|migrate)[ \t]+)(?P<what>[^\r\n]*?)[ \t\r]*$",
    re.MULTILINE | re.IGNORECASE,
)
_FLYWAY: Final = re.compile(r"^(?:(?P<kind>[VUB])(?P<version>\d+(?:[._]\d+)*)|(?P<repeatable>R))__(?P<text>.*)\.sql$")
_PAIRED: Final = re.compile(r"^(?:(?P<stem>.+)\.)?(?P<way>up|down)\.sql$", re.IGNORECASE)
_NO_TRANSACTION: Final = re.compile(r"\A\s*--\s*no-transaction\b", re.IGNORECASE)
_NUMBER: Final = re.compile(r"(\d+)")
_SQITCH: Final = {"deploy", "revert"}
_ALONE: Final = {"down.sql", "migration.sql", "up.sql"}
"""Names of files that have a folder for themselves."""

_WAYS: Final[dict[str, Direction]] = {"up": "upgrade", "down": "downgrade", "deploy": "upgrade", "revert": "downgrade"}

_ONE_MESSAGE: Final = "sends the file as one message, whose statements PostgreSQL runs in one transaction"
_FLYWAY_RUNS: Final = "Flyway runs each migration in a transaction of its own"
_OWN: Final = "runs each migration in a transaction of its own"
_TOOLS: Final = {"dbmate": "dbmate", "goose": "goose", "migrate": "sql-migrate"}


def parts(text: str, path: str) -> tuple[Part, ...]:
    """The parts of a file that its tool sends; what lies between them it does not send."""
    marks = list(_MARK.finditer(text))
    if marks:
        return tuple(_marked(text, marks))
    name = PurePath(path).name
    if flyway := _FLYWAY.match(name):
        direction: Direction = "downgrade" if flyway["kind"] == "U" else "upgrade"
        return (Part(0, len(text), direction, "flyway", _FLYWAY_RUNS),)
    if paired := _PAIRED.match(name):
        return (_paired(text, paired),)
    if name == "migration.sql":
        return (Part(0, len(text), sending="message", reason=f"Prisma {_ONE_MESSAGE}"),)
    return (Part(0, len(text), _WAYS.get(PurePath(path).parent.name, "upgrade")),)


def _paired(text: str, name: re.Match[str]) -> Part:
    """golang-migrate's ``1_a.up.sql`` and sqlx's of the same name; Diesel's ``up.sql`` in a folder."""
    direction = _WAYS[name["way"].lower()]
    if _NO_TRANSACTION.match(text):
        return Part(0, len(text), direction, "message", f"sqlx {_ONE_MESSAGE}")
    if name["stem"]:
        return Part(0, len(text), direction, "message", f"golang-migrate {_ONE_MESSAGE}")
    return Part(0, len(text), direction, "together", f"Diesel {_OWN}")


def _marked(text: str, marks: list[re.Match[str]]) -> Iterator[Part]:
    """The parts between markers: goose's, sql-migrate's and dbmate's."""
    without = any(mark["tool"] and mark["what"].upper() == "NO TRANSACTION" for mark in marks)
    direction: Direction | None = None
    option = block = False
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    for mark, end in zip(marks, ends, strict=True):
        word, _, rest = mark["what"].partition(" ")
        tool = _TOOLS["dbmate" if mark["dbmate"] else mark["tool"].lower()]
        if word.lower() in {"up", "down"}:
            direction = _WAYS[word.lower()]
            option = without or rest.strip().lower() in {"notransaction", "transaction:false"}
        block = word.lower() == "statementbegin" or (block and word.lower() not in {"statementend", "up", "down"})
        if direction:
            yield _sent(tool, Part(mark.end(), end, direction), without=option, block=block)


def _sent(tool: str, part: Part, *, without: bool, block: bool) -> Part:
    if not without:
        return replace(part, sending="together", reason=f"{tool} {_OWN}")
    if tool == "dbmate" or block:
        what = "what stands between StatementBegin and StatementEnd" if block else "the part"
        reason = f"{tool} sends {what} as one message, whose statements PostgreSQL runs in one transaction"
        return replace(part, sending="message", reason=reason)
    return part


# Files that belong together, and their order --------------------------------------------------------------------------


def paired(migrations: Iterable[Migration]) -> list[Migration]:
    """The migrations, the file of each way back joined to that of its way there.

    A way back without its way there stays by itself, and so do two files that go the same way.
    """
    kept: dict[object, Migration] = {}
    for migration in migrations:
        key = _pair(migration)
        joined = _joined(kept[key], migration) if key in kept else migration
        if joined:
            kept[key] = joined
        else:
            kept[migration.path] = migration
    return list(kept.values())


def _pair(migration: Migration) -> object:
    """What both files of a pair have in common; the path alone for a file without a counterpart."""
    path = PurePath(migration.path)
    if migration.kind != "sql":
        return path
    if (flyway := _FLYWAY.match(path.name)) and flyway["kind"] in {"V", "U"}:
        return path.parent, _natural(flyway["version"].replace("_", "."))
    if match := _PAIRED.match(path.name):
        return path.parent, match["stem"]
    if path.parent.name in {"deploy", "revert"}:
        return path.parent.parent, path.name
    return path


def _joined(first: Migration, second: Migration) -> Migration | None:
    there, back = (second, first) if _goes_back(first) else (first, second)
    if _goes_back(there) or not _goes_back(back):
        return None
    gaps = there.downgrade_gaps + back.downgrade_gaps
    return replace(there, downgrade=there.downgrade + back.downgrade, downgrade_gaps=gaps)


def _goes_back(migration: Migration) -> bool:
    """Whether the file is, by its name, the way back of another."""
    path = PurePath(migration.path)
    flyway, pair = _FLYWAY.match(path.name), _PAIRED.match(path.name)
    return (
        path.parent.name == "revert" or bool(flyway and flyway["kind"] == "U") or bool(pair and pair["way"] == "down")
    )


_Natural = tuple[tuple[int, int, str], ...]
"""A name as parts of which the numbers compare as numbers."""

Order = tuple[tuple[_Natural, ...], bool, _Natural, bool]


def order(path: str) -> Order:
    """What files are sorted by: numbers as numbers, Flyway's repeatable ones last, sqitch's as they come."""
    pure = PurePath(path)
    folder = tuple(_natural(each) for each in pure.parent.parts)
    if pure.parent.name in _SQITCH:
        return folder, False, (), False
    return folder, *_order_in_folder(pure.name)


def in_order(migrations: Iterable[Migration]) -> list[Migration]:
    """The migrations of one history as ``order`` has them; Flyway's whatever the folder that they are in."""
    given = list(migrations)
    if given and all(_FLYWAY.match(PurePath(each.path).name) for each in given):
        return sorted(given, key=lambda each: (_order_in_folder(PurePath(each.path).name), each.path))
    return sorted(given, key=lambda each: order(each.path))


def histories(paths: Iterable[str]) -> dict[str, str]:
    """The folder that each file's history is kept in, by path; the files of one folder make one history.

    Tools that keep a folder for each migration (Prisma, Diesel) or each direction (sqitch) have theirs above it. Flyway
    also reads the folders inside its own, unless versions are in several of them: then each is a history.
    """
    pure = {path: PurePath(path) for path in paths}
    folders = {path: _history(each) for path, each in pure.items()}
    flyway = {path: each for path, each in pure.items() if _FLYWAY.match(each.name)}
    for top in sorted({each.parent for each in flyway.values()} | _flyway_roots(flyway.values()), reverse=True):
        inside = [path for path, each in flyway.items() if each.is_relative_to(top)]
        if all(count == 1 for count in Counter(_versions(flyway[path].name for path in inside)).values()):
            folders |= dict.fromkeys(inside, top)
    return {path: str(folder) for path, folder in folders.items()}


def _versions(names: Iterable[str]) -> Iterator[str]:
    """What Flyway wants to be unique: kind and version of each file that is not repeatable."""
    return (f"{match['kind']}{match['version']}" for name in names if (match := _FLYWAY.match(name)) and match["kind"])


def _flyway_roots(paths: Iterable[PurePath]) -> set[PurePath]:
    """Folders of the name that Flyway looks for unless it is told another (db/migration)."""
    return {folder for path in paths for folder in path.parents if folder.name == "migration"}


def _history(path: PurePath) -> PurePath:
    return path.parent.parent if path.parent.name in _SQITCH or path.name in _ALONE else path.parent


def _order_in_folder(name: str) -> tuple[bool, _Natural, bool]:
    flyway = _FLYWAY.match(name)
    if flyway and flyway["version"]:
        version = [int(each) for each in re.split(r"[._]", flyway["version"])]
        while version and version[-1] == 0:
            version.pop()
        return False, tuple((0, each, "") for each in version), flyway["kind"] != "B"
    return flyway is not None, _natural(name), False


def _natural(text: str) -> _Natural:
    return tuple((0, int(each), "") if each.isdecimal() else (1, 0, each) for each in _NUMBER.split(text) if each)
