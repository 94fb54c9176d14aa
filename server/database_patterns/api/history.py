"""What is applied before migrations, the schema that this leaves behind, and the migrations followed from there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from database_patterns.catalog import Catalog
from database_patterns.databases.snapshot import Snapshot
from database_patterns.effects.context import Assumptions, HistoryInContext, MigrationInContext, follow
from database_patterns.model import POSTGRES_VERSIONS, Direction, DoesNothing, Gap, Migration
from database_patterns.places import start_of
from database_patterns.reading.graph import ancestors
from database_patterns.reading.histories import History
from database_patterns.settings import UNDECIDED, Settings

from . import sources
from .live import APPLIED, IS_THE_START, NOT_USED, Position
from .sources import Given, Read, Source

UNKNOWN: Final = "nothing is known of the schema before (history or schema would tell)"


@dataclass(frozen=True, slots=True)
class Options:
    """What a prediction may rest on.

    ``schema`` is a dump of what exists, ``history`` the migrations that were applied before; ``timezone`` is the
    session's ``TimeZone``, None when it is not known. ``database`` is a live database: then the schema before is its
    own, and ``history`` only tells which revisions it lacks. ``settings`` are what the project decides about the rules.
    """

    postgres: int = POSTGRES_VERSIONS[-1]
    timezone: str | None = None
    schema: Given = field(default_factory=Given)
    history: Given = field(default_factory=Given)
    database: Snapshot | None = field(default=None, repr=False)
    settings: Settings = UNDECIDED

    @property
    def assumptions(self) -> Assumptions:
        return Assumptions(postgres=self.postgres, timezone=self.timezone)


@dataclass(frozen=True, slots=True)
class Start:
    """The schema before the first migration, and in sentences what it rests on."""

    catalog: Catalog
    assumed: tuple[str, ...]
    unreadable: tuple[str, ...] = ()


def before(migrations: Sequence[Migration], history: Sequence[Migration]) -> list[Migration]:
    """Those of ``history``, which is in order, that are applied before ``migrations``.

    For revisions these are their ancestors; a SQL file, or a revision whose parent the history does not have, comes
    after all of it.
    """
    own = {migration.revision for migration in migrations if migration.revision}
    own_paths = {migration.path for migration in migrations}
    others = [each for each in history if each.path not in own_paths and (each.revision or each.path) not in own]
    wanted = _wanted(migrations)
    known = {name for each in others for name in (each.revision, *each.branch_labels)}
    if any(migration.kind == "sql" for migration in migrations) or not wanted <= known:
        return others
    found = {each.path for each in ancestors(wanted, others)}
    return [each for each in others if each.path in found]


def _wanted(migrations: Sequence[Migration]) -> set[str]:
    """The revisions that ``migrations`` follow directly, without themselves."""
    names = {name for migration in migrations for name in (*migration.down_revisions, *migration.depends_on)}
    return names - {migration.revision for migration in migrations if migration.revision}


@dataclass(frozen=True, slots=True)
class Followed:
    """One history with its migrations in context, from where it starts."""

    history: History
    start: Start
    contexts: tuple[MigrationInContext, ...]

    @property
    def subjects(self) -> tuple[HistoryInContext | MigrationInContext, ...]:
        """What is linted of it."""
        return (HistoryInContext(self.history, self.contexts), *self.contexts)


def followed(read: Read, options: Options, directions: tuple[Direction, ...]) -> Iterator[Followed]:
    """All histories that were read, each from the schema that what comes before it leaves behind."""
    known = _Known.of(options, read.earlier, branched=read.branched)
    for history in read.histories:
        for part, start in _starts(history, known, options):
            found = contexts(part.migrations, start.catalog, options.assumptions, directions)
            yield Followed(part, start, tuple(replace(each, environment=part.environment) for each in found))


def _starts(history: History, known: _Known, options: Options) -> Iterator[tuple[History, Start]]:
    """The parts of a history, each with where it starts: what a live database has already, then what it will get.

    Of a project that migrates several databases it is not told which of them is the live one.
    """
    if options.database is None or history.database is not None:
        start = _start(history.migrations, known, options, history.database)
        unused = (NOT_USED,) if options.database else ()
        yield history, replace(start, assumed=(*start.assumed, *unused))
        return
    earlier = known.before(history.migrations, None)
    position = Position.of(options.database, history.migrations, earlier)
    done, coming = (
        tuple(each for each in history.migrations if (each.path in position.applied) is applied)
        for applied in (True, False)
    )
    if done:
        start = _start(done, known, options, None)
        yield replace(history, migrations=done), replace(start, assumed=(*start.assumed, APPLIED))
    if coming:
        between = [each for each in earlier if each.revision and each.path not in position.applied]
        yield replace(history, migrations=coming), _live_start(options.database.catalog, between, position, options)


def _live_start(catalog: Catalog, between: Sequence[Migration], position: Position, options: Options) -> Start:
    """From the live schema through the revisions ``between`` it and those that are asked for."""
    catalog = catalog.blurred() if position.doubt else catalog
    for migration in between:
        catalog = follow(migration, "upgrade", catalog, options.assumptions).at_end
    assumed = (IS_THE_START, position.doubt, _not_analysed("history", between))
    return Start(catalog, tuple(filter(None, assumed)))


def start(migrations: Sequence[Migration], options: Options) -> Start:
    """The schema before the first of ``migrations``: from the dump, then through the history; else nothing is known."""
    return _start(migrations, _Known.of(options, (), branched=False), options, None)


@dataclass(frozen=True, slots=True)
class _Known:
    """What may exist before: a dump and a history that the user gives, else the revisions ``beside`` those given.

    ``branched``: some of the revisions may have been applied or not, so that this is not all that exists.
    """

    schema: Read
    history: Read
    beside: Read
    branched: bool

    @classmethod
    def of(cls, options: Options, earlier: tuple[Source, ...], *, branched: bool) -> _Known:
        given = options.schema.sources or options.history.sources
        beside = Given() if given else Given(earlier)
        history = sources.read(options.history)
        branched = _has_branches(history.migrations) if given else branched
        return cls(sources.read(options.schema), history, sources.read(beside), branched)

    def before(self, migrations: Sequence[Migration], database: str | None) -> list[Migration]:
        """What is applied before ``migrations``; of a history of several databases what is applied to ``database``."""
        beside = self.beside.of(database)
        found = {each.path for each in ancestors(_wanted(migrations), beside)}
        return [*before(migrations, self.history.of(database)), *(each for each in beside if each.path in found)]


def _start(migrations: Sequence[Migration], known: _Known, options: Options, database: str | None) -> Start:
    schema, earlier = known.schema, known.before(migrations, database)
    unread = known.history.unreadable or known.beside.unreadable
    partly = schema.migrations or unread or known.branched
    whole = _is_whole((*earlier, *migrations)) and not partly
    catalog = Catalog.at_first() if whole else Catalog.unknown()
    for statement in (statement for dump in schema.migrations for statement in dump.upgrade):
        catalog = catalog.advance(statement)
    catalog = catalog.in_new_session()
    if unread or any(dump.upgrade_gaps for dump in schema.migrations):
        catalog = catalog.blurred()
    for migration in earlier:
        catalog = follow(migration, "upgrade", catalog, options.assumptions).at_end
    assumed = [
        "" if schema.migrations or earlier or len(migrations) > 1 else UNKNOWN,
        _not_analysed("history", earlier),
        _not_analysed("dump", schema.migrations),
        f"{len(known.beside.unreadable)} of the revisions before could not be read" if known.beside.unreadable else "",
    ]
    return Start(catalog, tuple(filter(None, assumed)), schema.unreadable + known.history.unreadable)


def _has_branches(migrations: Sequence[Migration]) -> bool:
    parents = [parent for migration in migrations for parent in migration.down_revisions]
    return len(parents) > len(set(parents)) or sum(not migration.down_revisions for migration in migrations) > 1


def _is_whole(migrations: Sequence[Migration]) -> bool:
    """Whether these are a whole history of revisions, from a first one on, so that none is missing between them."""
    names = {migration.revision for migration in migrations}
    parents = {parent for migration in migrations for parent in migration.down_revisions}
    begins = any(migration.revision and not migration.down_revisions for migration in migrations)
    return begins and None not in names and parents <= names


def _not_analysed(what: str, migrations: Iterable[Migration]) -> str:
    gaps = sum(len(migration.upgrade_gaps) for migration in migrations)
    return f"{gaps} places of the {what} could not be analysed" if gaps else ""


def contexts(
    migrations: Iterable[Migration], catalog: Catalog, assumptions: Assumptions, directions: tuple[Direction, ...]
) -> Iterator[MigrationInContext]:
    """Each migration in context, the schema advancing from one to the next; a downgrade starts after its upgrade.

    A SQL file has only the directions that it has statements for, and an upgrade where it has none at all.
    """
    upgrades: list[MigrationInContext] = []
    for migration in migrations:
        upgrades.append(follow(migration, "upgrade", catalog, assumptions, upgrades[-1] if upgrades else None))
        catalog = upgrades[-1].at_end
    downgrades = _downgrades(upgrades) if "downgrade" in directions else [None] * len(upgrades)
    for upgrade, downgrade in zip(upgrades, downgrades, strict=True):
        if "upgrade" in directions and not is_way_back(upgrade.migration):
            yield upgrade
        if downgrade is not None:
            yield downgrade


def _downgrades(upgrades: Sequence[MigrationInContext]) -> list[MigrationInContext | None]:
    """The way back of each migration, None where it has none; the last one is taken back first."""
    found: list[MigrationInContext | None] = []
    later: MigrationInContext | None = None
    for upgrade in reversed(upgrades):
        migration = upgrade.migration
        there = migration.kind == "alembic" or has_way_back(migration)
        later = follow(migration, "downgrade", upgrade.at_end, upgrade.assumptions, later) if there else later
        found.append(replace(later, undoes=upgrade) if later and there else None)
    return found[::-1]


def has_way_back(migration: Migration) -> bool:
    """Whether the migration has a downgrade, be it one that could not be analysed, or one without statements."""
    empty = any(isinstance(note, DoesNothing) and note.direction == "downgrade" for note in migration.notes)
    return bool(migration.downgrade or migration.downgrade_gaps or empty)


def is_way_back(migration: Migration) -> bool:
    """Whether this is a SQL file that only undoes another, which was not given."""
    there = migration.upgrade or migration.upgrade_gaps
    return migration.kind == "sql" and has_way_back(migration) and not there


def left_out(migrations: Iterable[Migration], direction: Direction) -> tuple[Gap, ...]:
    """What one direction alone does not show of SQL files, so that nothing is silently passed over."""
    if direction == "downgrade":
        return tuple(
            Gap(start_of(each.path), "the way back", "the file has none")
            for each in migrations
            if each.kind == "sql" and not has_way_back(each)
        )
    why = "it only undoes another migration; ask for the downgrade"
    return tuple(Gap(start_of(each.path), "the file", why) for each in migrations if is_way_back(each))
