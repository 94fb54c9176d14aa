"""What the lab takes from the machine: the user that the server runs as, a cache folder, and a short temporary folder.

PostgreSQL refuses to run as root. Then the server runs as ``nobody``, which exists everywhere, so that no account is
created on anybody's machine. (A bare number as user id will not do: initdb wants a name for it.)
"""

from __future__ import annotations

import os
import pwd
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from database_patterns.errors import UserError

_NAME: Final = "database-patterns"
_SOCKET_PATH_BYTES_MAX: Final = 99
_IN_TEMPORARY_FOLDER: Final = "dbp-12345678/.s.PGSQL.5432"
_WRITABLE_BY_OTHERS: Final = stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True, slots=True)
class ServerUser:
    """The user and group that the server's processes run as."""

    uid: int
    gid: int


def server_user() -> ServerUser | None:
    """Whom the server runs as; None: as whoever runs this.

    Raises:
        UserError: this is root, and there is no user ``nobody``.
    """
    if os.geteuid() != 0:
        return None
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise UserError(
            "PostgreSQL does not run as root, and there is no user nobody to run it as",
            remedy="run as an ordinary user",
        ) from None
    return ServerUser(nobody.pw_uid, nobody.pw_gid)


def cache_folder() -> Path:
    """The folder that keeps what is made once per server version; made when it is missing.

    It belongs to us and nobody else can write to it. For root it is one that the server's user can reach.

    Raises:
        UserError: no such folder can be made.
    """
    candidates = _cache_candidates()
    for folder in candidates:
        if _make_ours(folder):
            return folder
    raise UserError(
        f"none of {', '.join(map(str, candidates))} can be used as a cache folder",
        remedy="make one of them a folder of your own, which others cannot write to",
    )


def temporary_folder() -> Path:
    """Where private folders of servers go: short enough for the path of a socket, and the server's user can reach it.

    Raises:
        UserError: there is none.
    """
    candidates = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]  # noqa: S108 - mkdtemp's parents
    for folder in candidates:
        length = len(os.fsencode(folder / _IN_TEMPORARY_FOLDER))
        if length <= _SOCKET_PATH_BYTES_MAX and os.access(folder, os.W_OK | os.X_OK) and _reachable(folder):
            return folder
    raise UserError(
        "no temporary folder is both short enough for a socket and open to the server's user",
        remedy="set TMPDIR to a short path such as /tmp",
    )


def _cache_candidates() -> list[Path]:
    temporary = Path(tempfile.gettempdir(), f"{_NAME}-{os.geteuid()}")
    if os.geteuid() == 0:
        return [Path("/var/cache", _NAME), temporary]
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    return [home / _NAME, temporary]


def _make_ours(folder: Path) -> bool:
    """Whether ``folder``, made when it is missing, is a folder that nobody but us can have put there or can change."""
    try:
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return False
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & _WRITABLE_BY_OTHERS
    return ours and _reachable(folder)


def _reachable(folder: Path) -> bool:
    """Whether the server's user may enter ``folder``: always, when that is ourselves; as root, when everybody may."""
    if os.geteuid() != 0:
        return True
    return all(step.stat().st_mode & stat.S_IXOTH for step in (folder, *folder.resolve().parents))
