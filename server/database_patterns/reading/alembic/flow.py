"""How a block of statements ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Flow:
    """The end of a block: certainly, or only when ``guard`` does not hold (what follows runs under ``guard``)."""

    kind: Literal["return", "break", "continue", "raise"]
    value: object = None
    guard: str | None = None

    @property
    def certain(self) -> bool:
        return self.guard is None
