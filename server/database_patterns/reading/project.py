"""Alembic projects found on their own: settings, script folder and revision files, whatever the layout.

Settings stand in alembic.ini (or another name), in several sections of it, in pyproject.toml, or nowhere: Flask-Migrate
and programs that call Alembic keep only ``env.py`` beside ``versions``. Nothing is imported: a package in
``package:folder`` is looked for by its path.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from database_patterns.errors import UserError

from .files import SKIPPED_FOLDERS, may_be_revision, read_source
from .headers import connected, header
from .settings import MAIN, Settings, merged, read_ini, read_pyproject

REMEDY: Final = "name a file or a folder, or run this where alembic.ini is"
_LEVELS: Final = 12
"""How far up a file's project is looked for, where no repository ends the search before."""

_PACKAGING: Final = ("pyproject.toml", "setup.cfg", "setup.py", "requirements.txt", "Pipfile")
_SETTINGS_SIZE_MAX: Final = 1_000_000
_SETTINGS_SUFFIXES: Final = {".cfg", ".ini"}
_ENGINE_NAME: Final = re.compile(r"^def upgrade\(\s*engine_name\b", re.MULTILINE)
_OF_ENGINE: Final = re.compile(r"^def upgrade_(\w*)\(", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Project:
    """One Alembic environment, whose revisions make one history.

    ``settings`` is the file that tells of it (env.py itself where no other does), ``name`` the section in it, or the
    folder of versions where one environment has several. ``scripts`` holds env.py; ``versions`` are the folders of
    revisions, ``nested`` when their folders count too. ``url`` is the database's address as configured, ``roots`` the
    folders that its modules are imported from. ``databases`` are the names that ``upgrade(engine_name)`` is run with.
    ``assumed`` says what was concluded rather than read. Nothing outside of ``within`` is read; ``outside`` are the
    settings that lead there.
    """

    settings: Path
    scripts: Path
    versions: tuple[Path, ...]
    name: str = MAIN
    nested: bool = False
    url: str | None = None
    roots: tuple[Path, ...] = ()
    databases: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    within: Path | None = None
    outside: tuple[str, ...] = ()

    @property
    def env(self) -> Path:
        return self.scripts / "env.py"

    def files(self) -> list[Path]:
        """The revision files, in the order in which Alembic loads them; those that cannot be read are among them."""
        found = dict.fromkeys(file for folder in self.versions for file in _python_files(folder, nested=self.nested))
        return [file for file in found if not is_inside(file, self.within) or may_be_revision(file)]

    def covers(self, path: Path) -> bool:
        """Whether ``path`` is one of the folders of versions, or lies in one."""
        path = resolved(path)
        return any(path.is_relative_to(resolved(folder)) for folder in self.versions)


@dataclass(frozen=True, slots=True)
class Found:
    """The projects below a folder, and what is wrong with each settings file that could not be read."""

    projects: tuple[Project, ...] = ()
    unreadable: tuple[UserError, ...] = ()


def is_inside(path: Path, within: Path | None) -> bool:
    """Whether ``path``, all links followed, lies in ``within``, a folder without links in its own path."""
    return within is None or resolved(path).is_relative_to(within)


def resolved(path: Path) -> Path:
    """The absolute path, links followed as far as they lead anywhere."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # a link to itself
        return path.absolute()


def here(folder: Path, within: Path | None = None) -> list[Project]:
    """The projects of the settings in ``folder``; where it has none, those below it.

    Raises:
        UserError: there is no Alembic project, or its settings do not lead to a folder.
    """
    settings = _all_settings(folder, within)
    projects = [project for each in settings if (project := _project(each, folder, within))]
    if not projects and settings:
        raise UserError("does not say script_location", where=str(settings[0].file), remedy=REMEDY)
    for project in projects:
        _existing(project)
    projects = projects or list(below(folder, within).projects)
    if not projects:
        raise UserError("there is no Alembic project here (no alembic.ini, no [tool.alembic])", remedy=REMEDY)
    return [each for project in projects for each in _split(project)]


def below(folder: Path, within: Path | None = None) -> Found:
    """All projects in ``folder`` and the folders below it, in the order of their paths; ``within`` as in Project."""
    projects: dict[tuple[Path, tuple[Path, ...]], Project] = {}
    unreadable: list[UserError] = []
    bare: list[Project] = []
    for parent in sorted(_folders(folder)):
        try:
            found = [project for each in _all_settings(parent, within) if (project := _project(each, folder, within))]
        except UserError as error:
            unreadable.append(error)
            continue
        for project in found:
            if project.outside or any(each.is_dir() for each in project.versions):
                projects.setdefault((resolved(project.scripts), project.versions), project)
        if not found and (without := _without_settings(parent, folder, within)):
            bare.append(without)
    told = {scripts for scripts, _ in projects}
    all_projects = [*projects.values(), *(each for each in bare if resolved(each.scripts) not in told)]
    return Found(tuple(each for project in all_projects for each in _split(project)), tuple(unreadable))


def around(path: Path, within: Path | None = None) -> Project | None:
    """The project that the revision ``path``, or the folder of versions ``path``, belongs to.

    It is looked for upwards, not beyond the repository nor ``within``.
    """
    bare: Project | None = None
    folders = upwards(path if path.is_dir() else path.parent, within)
    for folder in folders:
        top = repository(folder, within)[-1]
        try:
            found = [project for each in _all_settings(folder, within) if (project := _project(each, top, within))]
        except UserError:
            continue
        for project in (part for whole in found for part in _split(whole)):
            if project.covers(path):
                return project
        without = bare or _without_settings(folder, top, within)
        if without:
            bare = next((part for part in _split(without) if part.covers(path)), None)
    return bare


def repository(folder: Path, within: Path | None = None) -> list[Path]:
    """``folder`` and what it lies in, up to where its project ends: at .git, else at the nearest packaging file."""
    found = upwards(folder, within) or [folder.absolute()]
    if (found[-1] / ".git").exists():
        return found
    ends = (place for place, each in enumerate(found, 1) if any((each / name).is_file() for name in _PACKAGING))
    return found[: next(ends, 1)]


def upwards(folder: Path, within: Path | None = None) -> list[Path]:
    """``folder`` and what it lies in, up to where its repository, or ``within``, ends."""
    found = []
    folder = folder.absolute()
    for each in (folder, *folder.parents)[:_LEVELS]:
        if not is_inside(each, within):
            break
        found.append(each)
        if (each / ".git").exists():
            break
    return found


def _folders(top: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(top):
        folders[:] = sorted(each for each in folders if not each.startswith(".") and each not in SKIPPED_FOLDERS)
        if any(Path(each).suffix in _SETTINGS_SUFFIXES or each in {"pyproject.toml", "env.py"} for each in files):
            yield Path(parent)


def _all_settings(folder: Path, within: Path | None) -> list[Settings]:
    """Alembic's settings in ``folder``: every section of every .ini and .cfg that has any, and pyproject.toml's."""
    found: list[Settings] = []
    for file in _listed(folder):
        if file.suffix not in _SETTINGS_SUFFIXES or not is_inside(file, within):
            continue
        if file.name == "alembic.ini" or mentions(file, b"script_location"):
            found += read_ini(file)
    pyproject = folder / "pyproject.toml"
    told = is_inside(pyproject, within) and mentions(pyproject, b"alembic")
    table = read_pyproject(pyproject) if told else None
    if table is None:
        return found
    main = next((each for each in found if each.name == MAIN), None)
    others = [each for each in found if each is not main]
    return [merged(main, table) if main else table, *others]


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def mentions(file: Path, word: bytes) -> bool:
    """Whether ``word`` stands in ``file``; not where that is no file, too big for one of settings, or unreadable."""
    try:
        return file.is_file() and file.stat().st_size <= _SETTINGS_SIZE_MAX and word in file.read_bytes()
    except OSError:
        return False


def _project(settings: Settings, top: Path, within: Path | None) -> Project | None:
    """The project of one section; None when the section leads to no scripts (Flask-Migrate's leads to its folder)."""
    location = settings.values.get("script_location")
    if location is None and not (settings.folder / "env.py").is_file():
        return None
    around = [folder / inner for folder in _between(settings.folder, top) for inner in ("", "src")]
    bases = [*(settings.folder / each for each in settings.paths("prepend_sys_path", "path_separator")), *around]
    scripts = _located(location, around, bases) if location else settings.folder
    named = settings.paths("version_locations", "path_separator", "version_path_separator")
    databases = settings.words("databases")
    urls = [settings.sections.get(name, {}).get("sqlalchemy.url") for name in databases]
    versions = {each: _located(each, around, bases) for each in named} or {str(location): scripts / "versions"}
    outside = {**versions, location: scripts} if location else versions
    return Project(
        settings=settings.file,
        scripts=scripts,
        versions=tuple(each for each in versions.values() if is_inside(each, within)),
        name=settings.name,
        nested=settings.flag("recursive_version_locations"),
        url=settings.values.get("sqlalchemy.url") or next((url for url in urls if url), None),
        roots=tuple(dict.fromkeys(base for base in bases if base.is_dir() and is_inside(base, within))),
        databases=databases,
        within=within,
        outside=tuple(
            name.replace(str(settings.folder), "%(here)s")
            for name, path in outside.items()
            if not is_inside(path, within)
        ),
    )


def _without_settings(folder: Path, top: Path, within: Path | None) -> Project | None:
    """The project of an env.py that no settings lead to: what calls Alembic gives them while it runs."""
    env, versions = folder / "env.py", folder / "versions"
    if not versions.is_dir() or not all(is_inside(each, within) for each in (env, versions)):
        return None
    if not mentions(env, b"alembic"):
        return None
    roots = [each / inner for each in _between(folder, top) for inner in ("", "src") if (each / inner).is_dir()]
    inside = tuple(root for root in roots if is_inside(root, within))
    return Project(env, folder, (versions,), folder.name, roots=inside, within=within)


def _between(folder: Path, top: Path) -> list[Path]:
    """``folder`` and what it lies in, up to ``top``."""
    inside = [each for each in folder.parents if each.is_relative_to(top)]
    return [folder, *inside]


def _located(location: str, around: Sequence[Path], bases: Sequence[Path]) -> Path:
    """A location as Alembic means it: where it exists, else at the first candidate.

    A path is looked for in the folders ``around`` the settings, any of which may be the one that Alembic is run in;
    ``package:folder`` also where modules are imported from.
    """
    package, colon, inner = location.partition(":")
    path = location
    if colon and not Path(location).is_absolute():
        path = "/".join((package.replace(".", "/"), *inner.split(":")))
        around = bases
    candidates = [base / path for base in around]
    return next((each for each in candidates if each.is_dir()), candidates[0])


def _existing(project: Project) -> None:
    for folder in project.versions:
        if not folder.is_dir():
            raise UserError(f"leads to {folder}, which is not a folder", where=str(project.settings), remedy=REMEDY)


def _python_files(folder: Path, *, nested: bool) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        names = sorted(name for name in files if name.endswith(".py") and name != "__init__.py")
        yield from (Path(parent) / name for name in names)
        if not nested:
            return
        folders[:] = sorted(each for each in folders if each != "__pycache__")


def left_out(projects: Sequence[Project]) -> list[Path]:
    """The revisions below the projects' folders of versions that are in none of their histories."""
    own = {file for project in projects for file in project.files()}
    folders = dict.fromkeys(folder for project in projects for folder in project.versions)
    below = dict.fromkeys(file for folder in folders for file in _python_files(folder, nested=True))
    within = projects[0].within if projects else None
    return [file for file in below if file not in own and is_inside(file, within) and may_be_revision(file)]


# What the settings do not tell --------------------------------------------------------------------------------------


def _split(project: Project) -> list[Project]:
    """The project as the histories that it has: folders inside ``versions`` that no setting speaks of, and databases.

    Programs that call Alembic set ``version_locations`` while they run. Revisions in inner folders belong to the
    history when they follow on its own (or each other's); where there is nothing but inner folders that have nothing
    to do with each other, each is a history of its own.
    """
    histories = [project] if project.nested else _with_inner_folders(project)
    return [each if each.databases else replace(each, databases=_engine_names(each)) for each in histories]


def _with_inner_folders(project: Project) -> list[Project]:
    files = [file for folder in project.versions for file in _python_files(folder, nested=True)]
    if all(file.parent in project.versions for file in files):
        return [project]
    headers = {file: found for file in files if (found := header(file))}
    inner = [file for file in headers if file.parent not in project.versions]
    if not inner:
        return [project]
    groups = connected(headers)
    own = [group for group in groups if any(file.parent in project.versions for file in group)]
    if own:
        together = [group for group in own if any(file in group for file in inner)]
        return [_inside(project, {file.parent for group in together for file in group})] if together else [project]
    return [_inside(project, {file.parent for file in group}) for group in groups]


def _inside(project: Project, folders: set[Path]) -> Project:
    """The project with these folders as its versions."""
    versions = tuple(dict.fromkeys((*(each for each in project.versions if each in folders), *sorted(folders))))
    name = versions[0].name if len(versions) == 1 else project.name
    what = f"{len(versions)} folders make one history" if len(versions) > 1 else f"{name} are a history of their own"
    assumed = f"the revisions in {what}, though no setting says so"
    return replace(project, versions=versions, name=name, assumed=(*project.assumed, assumed))


def _engine_names(project: Project) -> tuple[str, ...]:
    """The databases of Flask-Migrate's multi-database layout, which stand only in the revisions' functions."""
    for file in project.files():
        try:
            text = read_source(file)
        except UserError:
            continue
        return tuple(_OF_ENGINE.findall(text)) if _ENGINE_NAME.search(text) else ()
    return ()
