"""What a path means: the Alembic projects in it or around it, and files that belong to none.

Nothing is read of a file here but what tells where it belongs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from database_patterns import reading
from database_patterns.errors import UserError
from database_patterns.reading import Scanned, project
from database_patterns.reading.headers import lineage
from database_patterns.reading.project import Project, resolved
from database_patterns.reading.sql_order import histories, is_like_a_migration

_OUTSIDE = "{} leads out of the folder that may be read"
_NAMED = 3
"""So many files that are left out are named, the others are counted."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file, the project that it belongs to, or else the folder of its history ("" for one that was named itself)."""

    path: Path
    project: Project | None = None
    folder: str = ""


@dataclass(slots=True)
class Inventory:
    """Files in the order in which they are to be read.

    ``whole`` are the projects of which all revisions are there. ``notes`` say what was left out, ``unreadable`` which
    settings could not be read; ``foreign`` are migrations in a language that is not read. ``branched`` says that there
    are revisions of other branches, which may have been applied or not.
    """

    files: list[Found] = field(default_factory=list)
    whole: set[Project] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    unreadable: list[UserError] = field(default_factory=list)
    foreign: list[Path] = field(default_factory=list)
    branched: bool = False

    def leave_out(self, files: Sequence[Path], why: str) -> None:
        """Note what is not read on purpose; a file that is named itself is."""
        more = len(files) - _NAMED
        if files:
            names = ", ".join(each.name for each in files[:_NAMED]) + (f" and {more} more" if more > 0 else "")
            self.notes.append(f"left out as {why}: {names}")


def here(folder: Path, within: Path | None = None) -> Inventory:
    """The revisions of the projects in ``folder``; raises UserError where there is none, or it leads nowhere."""
    inventory = Inventory()
    projects = project.here(folder, within)
    _add_projects(inventory, projects)
    if not inventory.files and not inventory.unreadable:
        raise UserError("holds no revision", where=str(projects[0].versions[0]), remedy=project.REMEDY)
    return inventory


def of_folder(folder: Path, within: Path | None = None) -> Inventory:
    """All migrations in a folder; raises UserError where there is none."""
    found = project.below(folder, within)
    inventory = Inventory(unreadable=list(found.unreadable))
    projects = [_better(each, within) for each in found.projects]
    inner = None if projects else project.around(folder, within)
    if inner and any(resolved(each) == resolved(folder) for each in inner.versions):
        projects, inner = [inner], None
    out = _add_projects(inventory, projects)
    _add_loose(inventory, reading.scan(folder), out, inner)
    if not inventory.files and not inventory.unreadable:
        raise UserError(
            "holds no migration (no Alembic revision, no .sql file)",
            where=str(folder),
            remedy="name the folder of revisions, such as migrations/versions",
        )
    return inventory


def _add_loose(inventory: Inventory, scanned: Scanned, out: set[Path], inner: Project | None) -> None:
    """Add the files that belong to no project; SQL beside projects only where its name is that of a migration."""
    known = {resolved(each.path) for each in inventory.files} | out
    loose = [each for each in scanned.migrations if resolved(each) not in known]
    if inventory.files:
        other = [each for each in loose if each.suffix != ".py" and not is_like_a_migration(each)]
        loose = [each for each in loose if each not in set(other)]
        inventory.leave_out(other, "no migration by its name")
    folders = histories(loose)
    inventory.files += [Found(each, inner if each.suffix == ".py" else None, folders[each]) for each in loose]
    inventory.leave_out(scanned.verifying, "only verifying what sqitch has deployed")
    inventory.foreign += scanned.foreign
    inventory.unreadable += scanned.unlisted


def of_files(paths: Iterable[Path], within: Path | None = None) -> Inventory:
    """The files themselves, those that are revisions with the project around them."""
    around: dict[Path, Project | None] = {}
    for folder in {path.parent for path in paths if path.suffix == ".py"}:
        around[folder] = project.around(folder, within) if folder.is_dir() else None
    return Inventory([Found(path, around.get(path.parent) if path.suffix == ".py" else None) for path in paths])


def applied_before(paths: Iterable[Path], within: Path | None = None) -> Inventory:
    """The revisions that are applied before all of ``paths``: their ancestors beside them, or in their project."""
    inventory = Inventory()
    for folder in dict.fromkeys(path.parent for path in paths if path.suffix == ".py" and path.is_file()):
        own = project.around(folder, within)
        named = [path for path in paths if path.parent == folder]
        files = own.files() if own else sorted(folder.glob("*.py"))
        before, inventory.branched = lineage(named, files)
        inventory.files += [Found(file, own) for file in before]
    return inventory


def _better(found: Project, within: Path | None) -> Project:
    """The project as settings above the folder tell of it, where env.py alone has told of it so far."""
    if found.settings != found.env:
        return found
    return project.around(found.versions[0], within) or found


def _add_projects(inventory: Inventory, projects: Iterable[Project]) -> set[Path]:
    """Add the revisions of ``projects``; returns those that none of their histories has."""
    projects = list(dict.fromkeys(projects))
    for each in projects:
        inventory.files += [Found(file, each) for file in each.files()]
        inventory.whole.add(each)
        inventory.unreadable += [error for folder in each.versions for error in reading.unlisted(folder)]
        inventory.unreadable += [UserError(_OUTSIDE.format(name), where=str(each.settings)) for name in each.outside]
    out = project.left_out(projects)
    inventory.leave_out(out, "belonging to no history")
    return {resolved(each) for each in out}
