"""Files that a revision reads when it runs, such as SQL in files of its own: read below the same folders as modules."""

from __future__ import annotations

import ast
import codecs
from pathlib import Path, PurePosixPath
from typing import Any, Final

from database_patterns.errors import UserError
from database_patterns.reading.files import read_source

from .making import Objects
from .modules import MAX_BYTES
from .paths import Location, OpenFile, normal
from .sending import Arguments
from .values import Unknown

_COST: Final = 10
"""Characters of a file for one step of the budget."""
_ENCODINGS: Final = {None, "utf8", "utf-8", "UTF-8", "ascii"}


class DataFiles(Objects):
    """Evaluates what is asked of paths, and ``open``."""

    def here(self) -> Location | Unknown:
        """``__file__``: where the code lies that is read."""
        path = Path(self.source.path)
        known = path.suffix == ".py" and any(_inside(path.resolve(), root) for root in self.context.searched)
        return normal(PurePosixPath(path.resolve())) if known else Unknown("__file__", inert=True)

    def call_path(self, node: ast.Call, owner: Location, name: str, arguments: Arguments) -> object:
        args, kwargs = arguments
        if name in {"absolute", "resolve"}:
            return owner
        if name == "joinpath":
            return owner.joined(args)
        if name in {"with_name", "with_suffix"} and len(args) == 1 and isinstance(args[0], str):
            return Location(getattr(owner.path, name)(args[0]))
        if name in {"exists", "is_file"} and not isinstance(self._content(owner), Unknown):
            return True
        if name in {"open", "read_text"}:
            return self._opened(owner, name, args, kwargs)
        return Unknown(self.source.code(node, 40), inert=True)

    def open_file(self, node: ast.Call, arguments: Arguments) -> object:
        """Evaluate ``open(…)``."""
        args, kwargs = arguments
        if args and isinstance(args[0], Location):
            return self._opened(args[0], "open", args[1:], kwargs)
        return self.call_unknown(node, Unknown("open", inert=True), arguments)

    def _opened(self, location: Location, name: str, args: list[Any], kwargs: dict[str, Any]) -> object:
        mode = kwargs.get("mode", args[0] if args and name == "open" else "r")
        encoding = kwargs.get("encoding", args[0] if args and name == "read_text" else None)
        if mode not in ("r", "rt") or encoding not in _ENCODINGS or len(args) > 1:
            return Unknown(f"the file {location.path.name}, which is not read as it is opened", inert=True)
        text = self._content(location)
        return text if isinstance(text, Unknown) or name == "read_text" else OpenFile(text)

    def _content(self, location: Location) -> str | Unknown:
        path = Path(location.path)
        refused = Unknown(f"the file {path.name}, which is not read", inert=True)
        if not any(_inside(path.resolve(), root) for root in self.context.searched):
            return refused
        try:
            text = read_source(path, max_bytes=MAX_BYTES)
            with path.open("rb") as file:
                marked = file.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8  # it would be sent along
        except (UserError, OSError):
            return refused
        if marked:
            return refused
        self.budget.spend(len(text) // _COST)
        return text.replace("\r\n", "\n").replace("\r", "\n")


def _inside(path: Path, root: Path) -> bool:
    return path.is_relative_to(root.resolve())
