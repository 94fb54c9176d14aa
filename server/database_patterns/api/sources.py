"""What a user gives (paths, text, standard input) to texts under a name, and those to Migrations.

Whatever cannot be read becomes one line; it never hides the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final

from database_patterns import reading
from database_patterns.errors import UserError
from database_patterns.model import Gap, Migration, Statement
from database_patterns.places import start_of
from database_patterns.reading import Kind, RevisionContext, Running, workers
from database_patterns.reading.configuration import assumed
from database_patterns.reading.files import name_of
from database_patterns.reading.histories import History, of_files, of_project
from database_patterns.reading.project import Project, is_inside

from . import project
from .project import Found, Inventory

TEXT: Final = "<text>"


@dataclass(frozen=True, slots=True)
class Source:
    """A text and the name that reports give it; ``kind`` settles what cannot be told from the two.

    ``project`` is the Alembic project that it is a revision of; what belongs to none is a history with the other texts
    of the same ``folder``. ``running`` is what settings beside a SQL file say.
    """

    path: str
    text: str
    kind: Kind | None = None
    project: Project | None = field(default=None, repr=False, compare=False)
    folder: str = field(default="", repr=False, compare=False)
    running: Running | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Given:
    """What was given: the texts, and a line for each input that could not be read.

    ``notes`` say what was left out on purpose, ``gaps`` name files that are migrations and are not read. ``whole`` are
    the projects of which all revisions are there, ``earlier`` the revisions that come before those that were named;
    ``branched``: beside these there are revisions of other branches, which may have been applied or not.
    """

    sources: tuple[Source, ...] = ()
    unreadable: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    whole: frozenset[Project] = field(default=frozenset(), repr=False, compare=False)
    earlier: tuple[Source, ...] = field(default=(), repr=False, compare=False)
    branched: bool = False

    def text_of(self, paths: Iterable[str]) -> dict[str, str]:
        """The texts of these names."""
        wanted = set(paths)
        return {source.path: source.text for source in self.sources if source.path in wanted}


@dataclass(frozen=True, slots=True)
class Read:
    """The histories that were read, each in the order in which it is applied.

    ``unreadable``, ``notes``, ``gaps``, ``earlier`` and ``branched`` as in Given, ``partly`` the SQL files that were
    read only in part.
    """

    histories: tuple[History, ...]
    unreadable: tuple[str, ...]
    partly: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    earlier: tuple[Source, ...] = field(default=(), repr=False)
    branched: bool = False

    @property
    def migrations(self) -> tuple[Migration, ...]:
        return tuple(migration for history in self.histories for migration in history.migrations)

    def of(self, database: str | None) -> tuple[Migration, ...]:
        """What is applied to ``database``, where its history is there, else everything."""
        own = [history for history in self.histories if history.database == database]
        return tuple(migration for history in own for migration in history.migrations) or self.migrations


def from_text(text: str, *, name: str = TEXT, kind: Kind | None = None) -> Given:
    """Text as it was typed or piped in; raises UserError when it is empty or binary."""
    nul = text.find("\0")
    if nul >= 0:
        raise UserError(f"holds a NUL (character {nul}), which no migration does", where=name, remedy="leave it out")
    try:
        data = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        wrong = f"U+{ord(text[error.start]):04X} at character {error.start}"
        raise UserError(
            f"is no text ({wrong} is half a character)", where=name, remedy="give whole characters"
        ) from None
    return Given((Source(name, reading.decode(data, name), kind),))


def from_bytes(data: bytes, *, name: str, kind: Kind | None = None) -> Given:
    """As ``from_text``, for what comes from a pipe."""
    return Given((Source(name, reading.decode(data, name), kind),))


def from_metadata(metadata: object) -> Given:
    """What SQLAlchemy's ``metadata`` would create, to be given as the schema that exists.

    The caller has imported the models; nothing of them is run here but what ``metadata.create_all()`` calls.

    Raises:
        UserError: it is no MetaData, or cannot be made on PostgreSQL.
    """
    from database_patterns.reading.metadata import create_all  # noqa: PLC0415 - brings SQLAlchemy

    return Given((Source("<metadata>", create_all(metadata), "sql"),))


def from_paths(paths: Iterable[Path], *, kind: Kind | None = None, within: Path | None = None) -> Given:
    """Files, and the migrations in folders, in the order given; one that is named twice is read once.

    Revisions are read in the Alembic project that they belong to. A folder gives the whole histories of the projects
    in it, wherever their settings say that the revisions are.

    Args:
        paths: below ``within``, where that is given.
        kind: speaks of the files named; those in a folder are what their names say.
        within: an absolute folder without links in its path: files are named from there, and what a link or a setting
            leads out of it is not read.
    """
    given, paths = Given(), list(paths)
    for path in paths:
        try:
            given = _joined(given, _of_path(path, kind, within))
        except UserError as error:
            given = replace(given, unreadable=(*given.unreadable, str(error)))
    before = project.applied_before(paths, within)
    return replace(given, earlier=_texts(before, None, within).sources, branched=before.branched)


def history(path: Path, *, within: Path | None = None) -> Given:
    """The migrations of a folder or a file; raises UserError when there is none. ``within`` as in ``from_paths``."""
    given = _of_path(path, None, within)
    if not given.sources and given.unreadable:
        raise UserError(given.unreadable[0])
    return given


def _of_path(path: Path, kind: Kind | None, within: Path | None) -> Given:
    """What one path leads to; raises UserError where that is nothing."""
    try:
        if path.is_dir():
            return _texts(project.of_folder(path, within), None, within)
        return _texts(project.of_files([path], within), kind, within)
    except UserError as error:
        raise _renamed(error, path, within) from None


def from_project(folder: Path, *, within: Path | None = None) -> Given:
    """The Alembic projects whose settings are in ``folder``; raises UserError where there is none.

    Where it has no settings, these are all projects below it. ``within`` as in ``from_paths``.
    """
    return _texts(project.here(folder, within), None, within)


def schema(path: Path, *, within: Path | None = None) -> Given:
    """A dump of any size; raises UserError when it cannot be read. ``within`` as in ``from_paths``."""
    try:
        return Given((Source(name_of(path, within), reading.read_source(path, max_bytes=None), "sql"),))
    except UserError as error:
        raise _renamed(error, path, within) from None


def beside(given: Given, history: Given) -> Given:
    """``given``, its revisions of no project taken to be of that of ``history``, where this has but one."""
    projects = {source.project for source in history.sources if source.project}
    if len(projects) != 1:
        return given
    (own,) = projects
    return replace(given, sources=tuple(_of(source, own) for source in given.sources))


def _of(source: Source, own: Project) -> Source:
    revision = (source.kind or reading.recognise(source.text, source.path)) == "alembic"
    return replace(source, project=own) if revision and source.project is None else source


def read(given: Given) -> Read:
    """The histories of all texts that can be read.

    A statement of a SQL file that does not parse makes the file unreadable at that place; the others are kept.
    """
    reader = _Reader()
    histories = [history for group in _groups(given) for history in reader.histories(group, given.whole)]
    notes = (*given.notes, *reader.notes, *(note for history in histories for note in history.notes))
    return Read(
        tuple(histories),
        (*given.unreadable, *dict.fromkeys(reader.unreadable)),
        frozenset(reader.partly),
        tuple(dict.fromkeys(notes)),
        (*given.gaps, *(problem for history in histories for problem in history.problems)),
        given.earlier,
        given.branched,
    )


def _groups(given: Given) -> Iterator[list[Source]]:
    """The texts that make one history, or several of one project."""
    groups: dict[object, list[Source]] = {}
    for source in given.sources:
        groups.setdefault(source.project or source.folder, []).append(source)
    yield from groups.values()


class _Reader:
    """Reads texts, and keeps what could not be read."""

    def __init__(self) -> None:
        self.unreadable: list[str] = []
        self.partly: set[str] = set()
        self.notes: list[str] = []

    def histories(self, sources: list[Source], whole: frozenset[Project]) -> Iterator[History]:
        own = sources[0].project
        if own is None:
            yield of_files(self._all(sources, None))
            return
        from database_patterns.reading.surroundings import Surroundings  # noqa: PLC0415  SQL needs no Alembic

        around = Surroundings(own, self._assumed(own))
        self.notes += around.notes()
        for each in around.of_databases():
            yield of_project(self._all(sources, each.context), each, whole=own in whole)

    def _assumed(self, own: Project) -> Mapping[str, object]:
        try:
            return assumed(own.settings.parent, own.within)
        except UserError as error:
            self.unreadable.append(str(_renamed(error, Path(error.where), own.within)))
            return {}

    def _all(self, sources: list[Source], context: RevisionContext | None) -> list[Migration]:
        """What can be read of ``sources``; raw SQL is read faster than a process would hand it on."""
        read = partial(_read, context=context)
        found = [self._kept(each) for each in (workers.each(read, sources) if context else map(read, sources))]
        return [migration for migration in found if migration]

    def _kept(self, read: Migration | str) -> Migration | None:
        if isinstance(read, str):
            self.unreadable.append(read)
            return None
        return self._without_rejected(read) if read.kind == "sql" else read

    def _without_rejected(self, migration: Migration) -> Migration | None:
        rejected = [each for each in (*migration.upgrade, *migration.downgrade) if each.error]
        if not rejected:
            return migration
        self.unreadable += _rejected(rejected)
        self.partly.add(migration.path)
        upgrade, downgrade = (
            tuple(each for each in some if not each.error) for some in (migration.upgrade, migration.downgrade)
        )
        return replace(migration, upgrade=upgrade, downgrade=downgrade) if upgrade or downgrade else None


def _read(source: Source, context: RevisionContext | None) -> Migration | str:
    """What the source says, or why it cannot be read."""
    try:
        return reading.read_text(source.text, source.path, source.kind, context or source.running)
    except UserError as error:
        return str(error)
    except RecursionError:
        return str(UserError("is nested too deeply to be read", where=source.path))


def _texts(inventory: Inventory, kind: Kind | None, within: Path | None) -> Given:
    """The texts of the files that were found."""
    sources: dict[str, Source] = {}
    unreadable = [str(_renamed(error, Path(error.where), within)) for error in inventory.unreadable]
    for found in inventory.files:
        name = name_of(found.path, within)
        try:
            text = _text(found, within)
            told = reading.running(found.path, within) if found.path.suffix != ".py" else None
            sources.setdefault(name, Source(name, text, kind, found.project, found.folder, told))
        except UserError as error:
            unreadable.append(str(_renamed(error, found.path, within)))
    return Given(
        tuple(sources.values()),
        tuple(dict.fromkeys(unreadable)),
        tuple(inventory.notes),
        tuple(_foreign(name_of(each, within)) for each in inventory.foreign),
        frozenset(inventory.whole),
    )


def _foreign(name: str) -> Gap:
    return Gap(start_of(name), "the migration", "it is neither SQL nor an Alembic revision")


def _joined(first: Given, second: Given) -> Given:
    """Both, each text once."""
    sources = {source.path: source for source in (*second.sources, *first.sources)}
    order = dict.fromkeys(source.path for source in (*first.sources, *second.sources))
    return Given(
        tuple(sources[path] for path in order),
        tuple(dict.fromkeys((*first.unreadable, *second.unreadable))),
        tuple(dict.fromkeys((*first.notes, *second.notes))),
        tuple(dict.fromkeys((*first.gaps, *second.gaps))),
        first.whole | second.whole,
    )


def _text(found: Found, within: Path | None) -> str:
    if not is_inside(found.path, within):
        raise UserError("is a link out of the folder that may be read", where=str(found.path))
    return reading.read_source(found.path)


def _renamed(error: UserError, path: Path, within: Path | None) -> UserError:
    """The error under the name that reports give the file."""
    return UserError(error.what, where=name_of(path, within), remedy=error.remedy)


def _rejected(statements: list[Statement]) -> list[str]:
    """A line for each statement of a SQL file that does not parse, at the parser's own position; of many the first."""
    lines = [_rejection(each) for each in statements[:_NAMED]]
    others = len(statements) - len(lines)
    return [*lines[:-1], f"{lines[-1]} (and {others} more such statements)"] if others else lines


def _rejection(statement: Statement) -> str:
    place = statement.related[0] if statement.related else statement.span
    message = statement.error.message if statement.error else ""
    where = f"{place.path}:{place.line}:{place.column}"
    return str(UserError(f"is not SQL that PostgreSQL parses: {message}", where=where))


_NAMED: Final = 10
"""How many of a file's statements that do not parse are named."""
