"""Colour for terminals: a style is a function that paints a text, or leaves it as it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_CODES: Final = {
    "error": "1;31",
    "warning": "1;33",
    "advice": "1;36",
    "guide": "1;34",
    "good": "32",
    "strong": "1",
    "dim": "2",
}
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class Style:
    """Paints by role (``error``, ``guide``, ``good``, ``strong``, ``dim`` …) where ``colour`` is on."""

    colour: bool = False

    def __call__(self, role: str, text: str) -> str:
        return f"\x1b[{_CODES[role]}m{text}\x1b[0m" if self.colour and text else text


PLAIN: Final = Style()


def printable(text: str) -> str:
    """``text`` without what could move a terminal's cursor or hide code: each such character becomes "�"."""
    return _UNPRINTABLE.sub("\ufffd", text)
