"""The order in which migrations are applied, and the schema that the ones before leave behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from database_patterns.catalog import Catalog
from database_patterns.effects.context import Assumptions, MigrationInContext, follow
from database_patterns.model import POSTGRES_VERSIONS, Direction, Migration

from . import sources
from .sources import Given


@dataclass(frozen=True, slots=True)
class Options:
    """What a prediction may rest on.

    ``schema`` is a dump of what exists, ``history`` the migrations that were applied before; ``timezone`` is the
    session's ``TimeZone``, None when it is not known.
    """

    postgres: int = POSTGRES_VERSIONS[-1]
    timezone: str | None = None
    schema: Given = field(default_factory=Given)
    history: Given = field(default_factory=Given)

    @property
    def assumptions(self) -> Assumptions:
        return Assumptions(postgres=self.postgres, timezone=self.timezone)


@dataclass(frozen=True, slots=True)
class Start:
    """The schema before the first migration, and in sentences what it rests on."""

    catalog: Catalog
    assumed: tuple[str, ...]
    unreadable: tuple[str, ...] = ()


def ordered(migrations: Iterable[Migration]) -> list[Migration]:
    """SQL files by name, then revisions along their chain; revisions in a circle come last, by name.

    Where the chain leaves a choice (branches) the name decides.
    """
    by_name = {each.path: each for each in sorted(migrations, key=lambda migration: migration.path)}
    revisions = [each for each in by_name.values() if each.kind == "alembic"]
    paths: dict[str | None, list[str]] = {}
    for each in revisions:
        paths.setdefault(each.revision, []).append(each.path)
    sorter = TopologicalSorter(
        {each.path: [path for parent in each.down_revisions for path in paths.get(parent, ())] for each in revisions}
    )
    with suppress(CycleError):  # all that stands in no circle is had nevertheless
        sorter.prepare()
    chain: list[str] = []
    while ready := sorted(sorter.get_ready()):
        chain += ready
        sorter.done(*ready)
    first = [each.path for each in by_name.values() if each.kind == "sql"]
    return [by_name[path] for path in dict.fromkeys((*first, *chain, *by_name))]


def before(migrations: Sequence[Migration], history: Sequence[Migration]) -> list[Migration]:
    """Those of ``history`` that are applied before ``migrations``, in order.

    For revisions these are their ancestors; a SQL file, or a revision whose parent the history does not have, comes
    after all of it.
    """
    own = {migration.revision for migration in migrations if migration.revision}
    own_paths = {migration.path for migration in migrations}
    others = {migration.revision: migration for migration in history if migration.revision}
    wanted = [parent for migration in migrations for parent in migration.down_revisions if parent not in own]
    if any(migration.kind == "sql" for migration in migrations) or not set(wanted) <= others.keys():
        return [each for each in ordered(history) if each.revision not in own and each.path not in own_paths]
    ancestors: dict[str, Migration] = {}
    while wanted:
        name = wanted.pop()
        if name not in ancestors and name in others and name not in own:
            ancestors[name] = others[name]
            wanted += others[name].down_revisions
    return ordered(ancestors.values())


def start(migrations: Sequence[Migration], options: Options) -> Start:
    """The schema before the first of ``migrations``: from the dump, then through the history; else nothing is known."""
    schema, history = sources.read(options.schema), sources.read(options.history)
    earlier = before(migrations, history.migrations)
    catalog = Catalog.unknown()
    for statement in (statement for dump in schema.migrations for statement in dump.upgrade):
        catalog = catalog.advance(statement)
    for migration in earlier:
        catalog = follow(migration, "upgrade", catalog, options.assumptions).at_end
    gaps = sum(len(migration.upgrade_gaps) for migration in earlier)
    assumed = [
        "" if schema.migrations or earlier or len(migrations) > 1 else "nothing is known of the schema before",
        f"{gaps} places of the history could not be analysed" if gaps else "",
    ]
    return Start(catalog, tuple(filter(None, assumed)), schema.unreadable + history.unreadable)


def contexts(
    migrations: Iterable[Migration], catalog: Catalog, assumptions: Assumptions, directions: tuple[Direction, ...]
) -> Iterator[MigrationInContext]:
    """Each migration in context, the schema advancing from one to the next; a downgrade starts after its upgrade."""
    for migration in migrations:
        upgrade = follow(migration, "upgrade", catalog, assumptions)
        if "upgrade" in directions:
            yield upgrade
        if "downgrade" in directions and migration.kind == "alembic":
            yield follow(migration, "downgrade", upgrade.at_end, assumptions)
        catalog = upgrade.at_end
