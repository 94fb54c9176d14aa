"""Migrations put in the order in which they are applied to one database, and what was concluded on the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from database_patterns.model import Gap, Migration
from database_patterns.places import start_of

from . import graph
from .environment import Environment
from .graph import Graph
from .headers import header
from .project import Project, is_inside
from .sql_order import in_order, paired

if TYPE_CHECKING:
    from .surroundings import Surroundings


@dataclass(frozen=True, slots=True)
class History:
    """What is applied to one database, in order.

    ``notes`` say in sentences what the order rests on; ``problems`` are places for which Alembic refuses the history,
    so that the order is not that of any run. ``database`` is its name where the project migrates several.
    """

    migrations: tuple[Migration, ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[Gap, ...] = ()
    database: str | None = None
    graph: Graph = field(default=Graph(), repr=False, compare=False)
    environment: Environment | None = field(default=None, repr=False, compare=False)
    whole: bool = field(default=False, compare=False)


def of_project(revisions: Sequence[Migration], surroundings: Surroundings, *, whole: bool) -> History:
    """Revisions of one project, in the order in which Alembic loads them; ``whole`` when none of them is left out."""
    from .transactions import rule, shared  # noqa: PLC0415  brings Alembic and SQLAlchemy, which SQL files do not need

    found = graph.build(revisions)
    order = found.order if whole or len(revisions) < 2 else _in_whole(found.order, surroundings.project)
    migrations = shared(order, surroundings.environment, surroundings.driver)
    how = rule(surroundings.environment)
    notes = (*(_heads(found) if whole else ()), *((how.reason,) if how.sharing == "unknown" else ()))
    return History(
        tuple(migrations),
        notes,
        _problems(found, whole=whole),
        surroundings.database,
        found,
        surroundings.environment,
        whole,
    )


def of_files(migrations: Iterable[Migration]) -> History:
    """Files that no project tells of: SQL in the order of its layout, then revisions along their chain."""
    given = list(migrations)
    sql = in_order(paired(each for each in given if each.kind == "sql"))
    found = graph.build(each for each in given if each.kind == "alembic")
    return History((*sql, *found.order), problems=_problems(found, whole=False), graph=found)


def _in_whole(some: Sequence[Migration], project: Project) -> list[Migration]:
    """Some of the project's revisions in the order of all, of which only the headers are read."""
    files = [file for file in project.files() if is_inside(file, project.within)]
    headers = {file: found for file in files if (found := header(file))}
    stubs = [
        Migration(str(file), "alembic", (), revision=each.revision, down_revisions=each.related)
        for file, each in headers.items()
    ]
    places = {each.revision: place for place, each in enumerate(graph.build(stubs).order)}
    return sorted(some, key=lambda each: places.get(each.revision, len(places)))


def _heads(found: graph.Graph) -> tuple[str, ...]:
    if len(found.heads) < 2:
        return ()
    heads = ", ".join(found.heads)
    return (f"the history has {len(found.heads)} heads ({heads}): read in the order of `alembic upgrade heads`",)


def _problems(found: graph.Graph, *, whole: bool) -> tuple[Gap, ...]:
    """A gap for each problem; what a part of a history does not hold may be in the rest."""
    return tuple(
        Gap(start_of(each.paths[0]), "the order of the history", each.message)
        for each in found.problems
        if whole or not each.kind.startswith("missing")
    )
