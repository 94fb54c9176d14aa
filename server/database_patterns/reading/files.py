"""Files to text, with every way in which that fails said in one line; and which files of a folder are migrations."""

from __future__ import annotations

import codecs
import io
import os
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from database_patterns.errors import UserError

from .regular import is_regular, stamp
from .sqitch import as_planned
from .sql_order import order

Kind = Literal["sql", "alembic"]

MAX_BYTES: Final = 4 * 1024 * 1024
"""A migration that a person wrote is a thousand times smaller; what is larger is a dump or not a migration at all."""

_REMEMBERED: Final = 10_000
"""Of how many files it is remembered whether they are revisions: a project's are asked about again and again."""
_OTHER_ENCODINGS: Final = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
SKIPPED_FOLDERS: Final = {"__pycache__", "node_modules", "site-packages"}
_FOREIGN: Final = re.compile(
    r"\d+_\w*(?<!_test)\.go$|(?:[VUB]\d[\d._]*|R)__\w*\.(?:java|kt|groovy|class)$|\d[\w.-]*\.(?:js|mjs|cjs|ts)$"
)
"""Names of migrations in Go (goose), on the JVM (Flyway) and in JavaScript (node-pg-migrate and others)."""

_ASSIGNED: Final = r"\(?(?:\w+\s*,\s*)*revision\b\s*(?:\)\s*|,[^=\n]*|:[^=\n]+)?=(?!=)"
_REVISION: Final = re.compile(rf"^{_ASSIGNED}", re.MULTILINE)
_PYTHON: Final = re.compile(rf"^(?:{_ASSIGNED}|def upgrade\(|from alembic import|import alembic)", re.MULTILINE)


def name_of(path: Path, within: Path | None = None) -> str:
    """The name that reports give a file: from ``within`` on, or as the user would write it."""
    if within:
        return Path(os.path.relpath(path, within)).as_posix()
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_absolute() and path.is_relative_to(here) else path)


def read_source(path: Path, *, max_bytes: int | None = MAX_BYTES) -> str:
    """The text of a file, without a byte order mark; Python in the encoding that it declares, all else in UTF-8.

    Raises:
        UserError: the file is missing, a folder, a pipe or a device, too large, empty, binary or in another encoding.
    """
    where = str(path)
    try:
        if path.is_dir():
            raise UserError("is a folder", where=where, remedy="name a file in it")
        if not is_regular(path):
            raise UserError("is a pipe or a device, which is not opened", where=where, remedy="save it as a file")
        data = _read(path, max_bytes)
    except FileNotFoundError:
        raise UserError("no such file or folder", where=where, remedy="check the path") from None
    except OSError as error:
        raise UserError(f"cannot be read ({(error.strerror or 'unknown reason').lower()})", where=where) from None
    return decode(data, where, _encoding(data, path))


def _read(path: Path, max_bytes: int | None) -> bytes:
    with path.open("rb") as file:
        if max_bytes is None:
            return file.read()
        data = file.read(max_bytes + 1)
        if len(data) > max_bytes:
            size, most = os.fstat(file.fileno()).st_size / 1_000_000, max_bytes / 1_000_000
            raise UserError(
                f"is {size:.1f} MB, too large for a migration (up to {most:.1f} MB is read)",
                where=str(path),
                remedy="split it, or leave bulk data to COPY",
            )
    return data


def decode(data: bytes, where: str, encoding: str = "utf-8") -> str:
    """``data`` as text without a byte order mark; raises UserError as ``read_source`` does."""
    other = next((name for mark, name in _OTHER_ENCODINGS.items() if data.startswith(mark)), None)
    if other:
        raise UserError(f"is {other}, not UTF-8", where=where, remedy="save it as UTF-8")
    nul = data.find(b"\0")
    if nul >= 0:
        raise UserError(f"is binary or damaged (a NUL byte at offset {nul})", where=where, remedy="name a text file")
    try:
        text = data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        wrong = f"byte 0x{data[error.start]:02x} at offset {error.start}"
        raise UserError(f"is not valid {encoding.upper()} ({wrong})", where=where, remedy="save it as UTF-8") from None
    if not text.strip():
        raise UserError("is empty", where=where, remedy="write the migration or leave the file out")
    return text


def _encoding(data: bytes, path: Path) -> str:
    if path.suffix != ".py":
        return "utf-8"
    try:
        declared, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError:
        return "utf-8"
    return declared.removesuffix("-sig")


def recognise(text: str, path: str = "") -> Kind:
    """Whether ``text`` is SQL or an Alembic revision: by the file's suffix, else by what only Python has."""
    return kind_of(Path(path)) or ("alembic" if _PYTHON.search(text) else "sql")


def kind_of(path: Path) -> Kind | None:
    """What the suffix says: that of SQL in any case, that of Python as Alembic has it."""
    return "alembic" if path.suffix == ".py" else "sql" if path.suffix.lower() == ".sql" else None


def is_revision(text: str) -> bool:
    """Whether Python text assigns ``revision`` at module level, as every Alembic revision does."""
    return _REVISION.search(text) is not None


@dataclass(frozen=True, slots=True)
class Scanned:
    """The files of a folder: SQL and Alembic revisions in the order of their tools, as far as names and plans tell it.

    Files that cannot be read count as migrations. ``verifying`` are sqitch's scripts that change nothing, ``foreign``
    migrations in another language beside those in SQL, ``unlisted`` the folders that cannot be looked into.
    """

    migrations: tuple[Path, ...]
    verifying: tuple[Path, ...] = ()
    foreign: tuple[Path, ...] = ()
    unlisted: tuple[UserError, ...] = ()


def scan(folder: Path) -> Scanned:
    """The migrations below ``folder``, whatever tool they are for."""
    unlisted: list[UserError] = []
    files = list(_walk(folder, unlisted))
    found = [path for path in files if kind_of(path) == "sql" or (path.suffix == ".py" and may_be_revision(path))]
    migrations, verifying = as_planned(sorted(found, key=lambda path: order(str(path))))
    beside = {path.parent for path in migrations if kind_of(path) == "sql"}
    foreign = sorted(path for path in files if path.parent in beside and _FOREIGN.match(path.name))
    return Scanned(tuple(migrations), tuple(verifying), tuple(foreign), tuple(unlisted))


def unlisted(folder: Path) -> list[UserError]:
    """The folders in ``folder``, or itself, that cannot be looked into."""
    found: list[UserError] = []
    for _ in _walk(folder, found):
        pass
    return found


def _walk(top: Path, unlisted: list[UserError]) -> Iterator[Path]:
    """The files that may be migrations; links to folders are followed in the end, to what was not seen before."""

    def refuse(error: OSError) -> None:
        why = (error.strerror or "unknown reason").lower()
        unlisted.append(UserError(f"cannot be looked into ({why})", where=str(error.filename)))

    waiting, seen = [top], set[str]()
    while waiting:
        for parent, folders, files in os.walk(waiting.pop(0), onerror=refuse):
            if os.path.realpath(parent) in seen:
                folders.clear()
                continue
            seen.add(os.path.realpath(parent))
            folders[:] = [each for each in folders if not each.startswith(".") and each not in SKIPPED_FOLDERS]
            waiting += sorted(Path(parent, each) for each in folders if Path(parent, each).is_symlink())
            yield from (Path(parent, each) for each in files if kind_of(Path(each)) or _FOREIGN.match(each))


def may_be_revision(path: Path) -> bool:
    """Whether ``path`` is a revision; one that cannot be read, and so cannot be told, counts as one."""
    return _may_be_revision(path, stamp(path))


@lru_cache(maxsize=_REMEMBERED)
def _may_be_revision(path: Path, _stamp: object) -> bool:
    try:
        return is_revision(read_source(path))
    except UserError as error:
        return error.what != "is empty"
