"""How a block of statements ends, and how an expression may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Flow:
    """The end of a block: certainly, or only when ``guard`` does not hold (what follows runs under ``guard``)."""

    kind: Literal["return", "break", "continue", "raise"]
    value: object = None
    guard: str | None = None
    raises: str | None = None
    """What must hold so that it did not end with an exception before."""

    @property
    def certain(self) -> bool:
        return self.guard is None


class RaisedError(Exception):
    """A function of the file raises for certain, and so does the statement that calls it."""
