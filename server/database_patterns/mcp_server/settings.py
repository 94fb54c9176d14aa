"""What a server may read, and what it assumes where a call does not say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from database_patterns.errors import UserError
from database_patterns.model import POSTGRES_VERSIONS, PostgresVersion


@dataclass(frozen=True, slots=True)
class Settings:
    """``root`` is the one folder that paths must lie in, ``postgres`` the major version where a call names none."""

    root: Path
    postgres: PostgresVersion = POSTGRES_VERSIONS[-1]

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", self.root.resolve())

    def inside(self, path: str) -> Path:
        """The absolute path, links followed; raises UserError when it lies outside the root."""
        try:
            resolved = (self.root / path).resolve()
        except (OSError, ValueError, RuntimeError):
            raise UserError("is not a path", where=repr(path[:100]), remedy="give a path inside the project") from None
        if not resolved.is_relative_to(self.root):
            remedy = "give a path relative to the project, or pass the file's content as text"
            raise UserError("lies outside the folder that this server may read", where=path[:200], remedy=remedy)
        return resolved

    def public(self, text: str) -> str:
        """``text`` with paths from the root on, as a client may see it."""
        return text.replace(f"{self.root}/", "").replace(str(self.root), ".")
