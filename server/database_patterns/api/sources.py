"""What a user gives (paths, text, standard input) to texts under a name, and those to Migrations.

Whatever cannot be read becomes one line; it never hides the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from database_patterns import reading
from database_patterns.errors import UserError
from database_patterns.model import Migration, Statement
from database_patterns.reading import Kind

TEXT: Final = "<text>"


@dataclass(frozen=True, slots=True)
class Source:
    """A text and the name that reports give it; ``kind`` settles what cannot be told from the two."""

    path: str
    text: str
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What was given: the texts, and a line for each input that could not be read."""

    sources: tuple[Source, ...] = ()
    unreadable: tuple[str, ...] = ()

    def text_of(self, paths: Iterable[str]) -> dict[str, str]:
        """The texts of these names."""
        wanted = set(paths)
        return {source.path: source.text for source in self.sources if source.path in wanted}


@dataclass(frozen=True, slots=True)
class Read:
    """The migrations that were read; ``unreadable`` as in Given, ``partly`` the SQL files read only in part."""

    migrations: tuple[Migration, ...]
    unreadable: tuple[str, ...]
    partly: frozenset[str] = frozenset()


def from_text(text: str, *, name: str = TEXT, kind: Kind | None = None) -> Given:
    """Text as it was typed or piped in; raises UserError when it is empty or binary."""
    return Given((Source(name, reading.decode(text.encode("utf-8", "surrogateescape"), name), kind),))


def from_bytes(data: bytes, *, name: str, kind: Kind | None = None) -> Given:
    """As ``from_text``, for what comes from a pipe."""
    return Given((Source(name, reading.decode(data, name), kind),))


def from_paths(paths: Iterable[Path], *, kind: Kind | None = None, within: Path | None = None) -> Given:
    """Files, and the migrations in folders, in the order given; one that is named twice is read once.

    Args:
        paths: below ``within``, where that is given.
        kind: speaks of the files named; those in a folder are what their names say.
        within: an absolute folder without links in its path: files are named from there, and what a link leads out of
            it is not read.
    """
    sources: dict[str, Source] = {}
    unreadable: list[str] = []
    for path in paths:
        try:
            is_folder = path.is_dir()
            files = reading.find_migrations(path) if is_folder else [path]
        except UserError as error:
            unreadable.append(str(_renamed(error, path, within)))
            continue
        for file in files:
            name = _name(file, within)
            try:
                sources.setdefault(name, Source(name, _text(file, within), None if is_folder else kind))
            except UserError as error:
                unreadable.append(str(_renamed(error, file, within)))
    return Given(tuple(sources.values()), tuple(dict.fromkeys(unreadable)))


def schema(path: Path, *, within: Path | None = None) -> Given:
    """A dump of any size; raises UserError when it cannot be read. ``within`` as in ``from_paths``."""
    try:
        return Given((Source(_name(path, within), reading.read_source(path, max_bytes=None), "sql"),))
    except UserError as error:
        raise _renamed(error, path, within) from None


def read(given: Given) -> Read:
    """The migrations of all texts that can be read, in the order given.

    A statement of a SQL file that does not parse makes the file unreadable at that place; the others are kept.
    """
    migrations: list[Migration] = []
    unreadable = list(given.unreadable)
    partly: set[str] = set()
    for source in given.sources:
        try:
            migration = _read(source)
        except UserError as error:
            unreadable.append(str(error))
            continue
        rejected = [each for each in migration.upgrade if each.error] if migration.kind == "sql" else []
        if rejected:
            unreadable.append(_rejected(rejected))
            partly.add(migration.path)
            migration = replace(migration, upgrade=tuple(each for each in migration.upgrade if not each.error))
        if migration.upgrade or not rejected:
            migrations.append(migration)
    return Read(tuple(migrations), tuple(unreadable), frozenset(partly))


def _read(source: Source) -> Migration:
    try:
        return reading.read_text(source.text, source.path, source.kind)
    except RecursionError:
        raise UserError("is nested too deeply to be read", where=source.path) from None


def _text(path: Path, within: Path | None) -> str:
    if within and not path.resolve().is_relative_to(within):
        raise UserError("is a link out of the folder that may be read", where=str(path))
    return reading.read_source(path)


def _name(path: Path, within: Path | None) -> str:
    return path.relative_to(within).as_posix() if within else str(path)


def _renamed(error: UserError, path: Path, within: Path | None) -> UserError:
    """The error under the name that reports give the file."""
    return UserError(error.what, where=_name(path, within), remedy=error.remedy)


def _rejected(statements: list[Statement]) -> str:
    """One line for the statements of a SQL file that do not parse: the first, and how many more."""
    first, *others = statements
    place = first.related[0] if first.related else first.span
    more = f" (and {len(others)} more such statements)" if others else ""
    message = first.error.message if first.error else ""
    where = f"{place.path}:{place.line}:{place.column}"
    return str(UserError(f"is not SQL that PostgreSQL parses: {message}{more}", where=where))
