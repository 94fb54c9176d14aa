"""Paths in a revision's Python: where a file lies beside its code, never as a text that could get into SQL."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from .values import Bound, Maker, Namespace, Owner, Unknown

_NOT_KNOWN: Final = Unknown("a path that is not known", inert=True)
METHODS: Final = {
    "absolute",
    "exists",
    "is_file",
    "joinpath",
    "open",
    "read_text",
    "resolve",
    "with_name",
    "with_suffix",
}
"""Methods of a path that are followed."""


@dataclass(frozen=True, slots=True)
class Location(Owner):
    """An absolute path below the folder of a file that is read; it may be a text or a ``Path`` in Python."""

    path: PurePosixPath

    def named(self, name: str) -> object:
        if name == "parent":
            return Location(self.path.parent)
        if name == "parents":
            return [Location(each) for each in self.path.parents]
        if name in {"name", "stem", "suffix"}:
            return str(getattr(self.path, name))
        return Bound(self, name) if name in METHODS else Unknown(f"the attribute .{name} of a path", inert=True)

    def joined(self, parts: list[object]) -> object:
        """The path of ``parts`` below it."""
        if not all(isinstance(part, str) for part in parts):
            return next((part for part in parts if isinstance(part, Unknown)), _NOT_KNOWN)
        return normal(self.path.joinpath(*map(str, parts)))

    def followed_by(self, text: str) -> Location:
        """The path that this one as a text with ``text`` after it is."""
        return normal(PurePosixPath(f"{self.path}{text}"))


def normal(path: PurePosixPath) -> Location:
    """A path without ``..`` in it."""
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and len(parts) > 1:
            parts.pop()
        elif part != "..":
            parts.append(part)
    return Location(PurePosixPath(*parts))


def as_text(parts: list[object]) -> Location | None:
    """The path that a text of these parts is: one path, and then texts."""
    first, *rest = parts or [None]
    if isinstance(first, Location) and all(isinstance(part, str) for part in rest):
        return first.followed_by("".join(map(str, rest)))
    return None


def _joined(args: list[object], _kwargs: dict[str, object]) -> object:
    first, *rest = args or [None]
    if isinstance(first, Location):
        return first.joined(rest)
    if args and all(isinstance(part, str) for part in args):
        return str(PurePosixPath(*map(str, args)))
    return next((part for part in args if isinstance(part, Unknown)), _NOT_KNOWN)


def _same(args: list[object], _kwargs: dict[str, object]) -> object:
    return args[0] if args and isinstance(args[0], Location) else _NOT_KNOWN


def _basename(args: list[object], _kwargs: dict[str, object]) -> object:
    if args and isinstance(args[0], str):
        return posixpath.basename(args[0])
    return args[0].named("name") if args and isinstance(args[0], Location) else _NOT_KNOWN


def _dirname(args: list[object], _kwargs: dict[str, object]) -> object:
    return args[0].named("parent") if args and isinstance(args[0], Location) else _NOT_KNOWN


def _path(args: list[object], kwargs: dict[str, object]) -> object:
    return args[0].joined(args[1:]) if args and isinstance(args[0], Location) and not kwargs else _NOT_KNOWN


GIVEN: Final[dict[str, object]] = {
    "os.path": Namespace("os.path"),
    "os.path.abspath": Maker(_same),
    "os.path.basename": Maker(_basename),
    "os.path.dirname": Maker(_dirname),
    "os.path.join": Maker(_joined),
    "os.path.normpath": Maker(_same),
    "os.path.realpath": Maker(_same),
    "pathlib.Path": Maker(_path),
    "pathlib.PurePath": Maker(_path),
}
"""What makes paths, by dotted name."""


@dataclass(slots=True, eq=False)
class OpenFile(Owner):
    """A text file that is open for reading; what was read is gone."""

    text: str

    def named(self, name: str) -> object:
        makers: dict[str, Any] = {"read": self._read, "readlines": self._lines, "close": lambda _args, _kwargs: None}
        return Maker(makers[name]) if name in makers else Unknown(f"the attribute .{name} of a file", inert=True)

    def _read(self, args: list[object], kwargs: dict[str, object]) -> object:
        if args or kwargs:
            return Unknown("a part of a file", inert=True)
        text, self.text = self.text, ""
        return text

    def _lines(self, args: list[object], kwargs: dict[str, object]) -> object:
        text = self._read(args, kwargs)
        return text.splitlines(keepends=True) if isinstance(text, str) else text
