"""Which SQL files belong together, and the order in which their tools apply them, told by their names.

golang-migrate, goose, dbmate and sql-migrate go by the number that a name begins with; Flyway by version, with what is
repeatable last (its documentation); Prisma and Diesel by the folder that each migration has.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Final

from database_patterns.model import DoesNothing, Migration
from database_patterns.places import start_of

from .sqitch import PLAN, script
from .sql_layouts import CALLBACK, FLYWAY, PAIRED, beside, direction

_NUMBER: Final = re.compile(r"(\d+)")
_ALONE: Final = {"down.sql", "migration.sql", "up.sql"}
"""Names of files that have a folder for themselves."""

_LIKE_A_MIGRATION: Final = re.compile(r"\d|migration\.sql$", re.IGNORECASE)


def is_like_a_migration(path: PurePath) -> bool:
    """Whether a SQL file's name is that of a migration: a number in front, or the layout of a tool."""
    matching = any(each.match(path.name) for each in (_LIKE_A_MIGRATION, FLYWAY, PAIRED))
    return matching or script(path) is not None


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
    if (flyway := FLYWAY.match(path.name)) and flyway["kind"] in {"V", "U"}:
        return path.parent, _natural(flyway["version"].replace("_", "."))
    if match := PAIRED.match(path.name):
        return path.parent, match["stem"]
    if found := script(path):
        return found.top, found.name
    both = beside(path)
    return (path.parent, both[0]) if both else path


def _joined(first: Migration, second: Migration) -> Migration | None:
    there, back = (second, first) if _goes_back(first) else (first, second)
    if _goes_back(there) or not _goes_back(back):
        return None
    gaps = there.downgrade_gaps + back.downgrade_gaps
    empty = DoesNothing(start_of(back.path), "downgrade", defined=True)
    notes = there.notes if back.downgrade or back.downgrade_gaps else (*there.notes, empty)
    downgrade, allowances = there.downgrade + back.downgrade, there.allowances + back.allowances
    return replace(there, downgrade=downgrade, downgrade_gaps=gaps, notes=notes, allowances=allowances)


def _goes_back(migration: Migration) -> bool:
    """Whether the file is, by its name, the way back of another."""
    return direction(PurePath(migration.path)) == "downgrade"


_Natural = tuple[tuple[int, int, str], ...]
"""A name as parts of which the numbers compare as numbers."""

_BEFORE_ALL: Final[_Natural] = ((-1, 0, ""),)
_AFTER_ALL: Final[_Natural] = ((2, 0, ""),)

Order = tuple[tuple[_Natural, ...], bool, _Natural, bool]


def order(path: str) -> Order:
    """What files are sorted by: numbers as numbers, Flyway's repeatable ones last."""
    pure = PurePath(path)
    folder = tuple(_natural(each) for each in pure.parent.parts)
    return folder, *_order_in_folder(pure.name)


def in_order(migrations: Iterable[Migration]) -> list[Migration]:
    """The migrations of one history as ``order`` has them; Flyway's whatever their folder, sqitch's as they come."""
    given = list(migrations)
    if all(script(PurePath(each.path)) for each in given):
        return given
    if all(FLYWAY.match(name) or CALLBACK.match(name) for name in (PurePath(each.path).name for each in given)):
        return sorted(given, key=lambda each: (_order_in_folder(PurePath(each.path).name), each.path))
    return sorted(given, key=lambda each: order(each.path))


def histories(paths: Iterable[Path]) -> dict[Path, str]:
    """The folder that each file's history is kept in; the files of one folder make one history.

    Tools that keep a folder for each migration (Prisma, Diesel) or each direction (sqitch) have theirs above it. Flyway
    also reads the folders inside its own, unless versions are in several of them: then each is a history. So is a
    baseline, which stands for the versions up to its own.
    """
    folders = {path: _history(path) for path in paths}
    flyway = {path: match for path in folders if (match := FLYWAY.match(path.name)) and match["kind"] != "B"}
    for top in sorted({path.parent for path in flyway} | _flyway_roots(flyway), reverse=True):
        inside = [path for path in flyway if path.is_relative_to(top)]
        versions = Counter((flyway[path]["kind"], flyway[path]["version"]) for path in inside if flyway[path]["kind"])
        if all(count == 1 for count in versions.values()):
            folders |= dict.fromkeys(inside, top)
    return {path: str(folder) for path, folder in folders.items()}


def _flyway_roots(paths: Iterable[Path]) -> set[Path]:
    """Folders of the name that Flyway looks for unless it is told another (db/migration)."""
    return {folder for path in paths for folder in path.parents if folder.name == "migration"}


def _history(path: Path) -> Path:
    found, flyway = script(path), FLYWAY.match(path.name)
    if found and (Path(found.top, PLAN).is_file() or path.parent.name == found.kind):
        return Path(found.top)
    if flyway and flyway["kind"] == "B":
        return path
    return path.parent.parent if path.name in _ALONE else path.parent


def _order_in_folder(name: str) -> tuple[bool, _Natural, bool]:
    flyway = FLYWAY.match(name)
    if flyway and flyway["version"]:
        version = [int(each) for each in re.split(r"[._]", flyway["version"])]
        while version and version[-1] == 0:
            version.pop()
        return False, tuple((0, each, "") for each in version), flyway["kind"] != "B"
    if callback := CALLBACK.match(name):
        return (False, _BEFORE_ALL, False) if callback["when"] == "before" else (True, _AFTER_ALL, False)
    return flyway is not None, _natural(name), False


def _natural(text: str) -> _Natural:
    return tuple((0, int(each), "") if each.isdecimal() else (1, 0, each) for each in _NUMBER.split(text) if each)
