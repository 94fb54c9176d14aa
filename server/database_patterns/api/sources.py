"""What a user gives (paths, text, standard input) to texts under a name, and those to Migrations.

Whatever cannot be read becomes one line; it never hides the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from database_patterns import reading
from database_patterns.errors import UserError
from database_patterns.model import Gap, Migration, Statement
from database_patterns.reading import Kind

Show = Callable[[Path], str]
"""From a file to the name that reports give it."""

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
    """The migrations that were read; ``unreadable`` as in Given, ``gaps`` the statements that do not parse."""

    migrations: tuple[Migration, ...]
    unreadable: tuple[str, ...]


def from_text(text: str, *, name: str = TEXT, kind: Kind | None = None) -> Given:
    """Text as it was typed or piped in; raises UserError when it is empty or binary."""
    return Given((Source(name, reading.decode(text.encode("utf-8", "surrogateescape"), name), kind),))


def from_bytes(data: bytes, *, name: str, kind: Kind | None = None) -> Given:
    """As ``from_text``, for what comes from a pipe."""
    return Given((Source(name, reading.decode(data, name), kind),))


def from_paths(paths: Iterable[Path], *, kind: Kind | None = None, show: Show = str) -> Given:
    """Files, and the migrations in folders, in the order given; one that is named twice is read once."""
    sources: dict[str, Source] = {}
    unreadable: list[str] = []
    for path in paths:
        try:
            files = reading.find_migrations(path) if path.is_dir() else [path]
        except UserError as error:
            unreadable.append(_line(error, path, show))
            continue
        for file in files:
            try:
                sources.setdefault(show(file), Source(show(file), reading.read_source(file), kind))
            except UserError as error:
                unreadable.append(_line(error, file, show))
    return Given(tuple(sources.values()), tuple(dict.fromkeys(unreadable)))


def schema(path: Path, *, show: Show = str) -> Given:
    """A dump of any size; raises UserError when it cannot be read."""
    try:
        return Given((Source(show(path), reading.read_source(path, max_bytes=None), "sql"),))
    except UserError as error:
        raise UserError(error.what, where=show(path), remedy=error.remedy) from None


def read(given: Given) -> Read:
    """The migrations of all texts that can be read, in the order given.

    A SQL file in which something does not parse counts as unreadable there; what does parse is still read.
    """
    migrations: list[Migration] = []
    unreadable = list(given.unreadable)
    for source in given.sources:
        try:
            migration = reading.read_text(source.text, source.path, source.kind)
        except UserError as error:
            unreadable.append(str(error))
            continue
        migrations.append(_with_rejected_as_gaps(migration) if migration.kind == "alembic" else migration)
        unreadable += [_rejected(migration)] if migration.kind == "sql" and any(_errors(migration)) else []
    return Read(tuple(migrations), tuple(unreadable))


def _line(error: UserError, path: Path, show: Show) -> str:
    return str(UserError(error.what, where=show(path), remedy=error.remedy))


def _errors(migration: Migration) -> Iterator[Statement]:
    return (statement for statement in migration.upgrade if statement.error)


def _rejected(migration: Migration) -> str:
    """One line for a SQL file with statements that do not parse: the first, and how many more."""
    first, *others = _errors(migration)
    place = first.related[0] if first.related else first.span
    more = f" (and {len(others)} more such statements)" if others else ""
    message = first.error.message if first.error else ""
    where = f"{place.path}:{place.line}:{place.column}"
    return str(UserError(f"is not SQL that PostgreSQL parses: {message}{more}", where=where))


def _with_rejected_as_gaps(migration: Migration) -> Migration:
    """A revision's SQL that does not parse is not analysed, and its gap says so."""
    return replace(
        migration,
        upgrade_gaps=migration.upgrade_gaps + tuple(_gaps(migration.upgrade)),
        downgrade_gaps=migration.downgrade_gaps + tuple(_gaps(migration.downgrade)),
    )


def _gaps(statements: Iterable[Statement]) -> Iterator[Gap]:
    for statement in statements:
        if statement.error:
            yield Gap(statement.span, "SQL statement", f"does not parse: {statement.error.message}")
