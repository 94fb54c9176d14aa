"""String literals of Python character by character: prefixes, escapes, implicit concatenation, replacement fields.

Python's own tokens do not say which characters of a literal make which of its value, and its tree gives the parts of an
f-string the place of the whole before Python 3.12; so literals are read once more here, from their source.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from .written import HOLE, Range, Written

_OPENING: Final = re.compile(r"""(?P<prefix>[A-Za-z]{0,2})(?P<quote>'''|\"\"\"|'|")""")
_BETWEEN: Final = re.compile(r"(?:[ \t\f\n]|\\\n|#[^\n]*)*")
_PLAIN: Final = re.compile(r"[^\\'\"{}]+")
_ESCAPE: Final = re.compile(
    r"\\(?:(?P<fold>\n)|(?P<octal>[0-7]{1,3})|x(?P<hex>[0-9a-fA-F]{2})|u(?P<short>[0-9a-fA-F]{4})"
    r"|U(?P<long>[0-9a-fA-F]{8})|N\{(?P<name>[^}]+)\}|(?P<letter>[\\'\"abfnrtv]))"
)
_RAW_PAIR: Final = re.compile(r"\\[\\'\"]")
_LETTERS: Final = dict(zip("\\'\"abfnrtv", "\\'\"\a\b\f\n\r\t\v", strict=True))
_BASES: Final = {"octal": 8, "hex": 16, "short": 16, "long": 16}
_IN_FIELD: Final = re.compile(r"[^'\"{}()\[\]:#\w]+|#[^\n]*|\w+(?!['\"\w])")
"""What means nothing to where a replacement field ends; a word before a quote may be the prefix of a literal."""
_OPENS: Final = {"(": ")", "[": "]", "{": "}"}


class NotALiteralError(Exception):
    """The source at this place is not a string literal as it is known here."""


def literal(source: str, begin: int, end: int) -> Written:
    """The value of the literals between ``begin`` and ``end``, which Python joins into one.

    A replacement field of an f-string is a ``HOLE``.

    Raises:
        NotALiteralError: there is something else than literals of text.
    """
    reader = _Reader(source)
    position = begin
    while position < end:
        position = _behind(_BETWEEN, source, reader.literal(position))
    return Written("".join(reader.characters), reader.ranges)


def _behind(pattern: re.Pattern[str], source: str, position: int) -> int:
    match = pattern.match(source, position)
    return match.end() if match else position


class _Reader:
    """Collects the characters of one literal after the other."""

    def __init__(self, source: str) -> None:
        self._source = source
        self.characters: list[str] = []
        self.ranges: list[Range] = []

    def literal(self, position: int) -> int:
        """Read the literal at ``position``; the position behind it."""
        opening = _OPENING.match(self._source, position)
        if opening is None or not set(opening["prefix"].lower()) <= set("fru"):
            raise NotALiteralError
        prefix, quote = opening["prefix"].lower(), opening["quote"]
        position = opening.end()
        while not self._source.startswith(quote, position):
            if position >= len(self._source):
                raise NotALiteralError
            position = self._next(position, raw="r" in prefix, formatted="f" in prefix)
        return position + len(quote)

    def _next(self, position: int, *, raw: bool, formatted: bool) -> int:
        character = self._source[position]
        plain = _PLAIN.match(self._source, position)
        if plain:
            return self._take(position, plain.end())
        if character == "\\":
            return self._backslash(position, raw=raw)
        if formatted and character in "{}":
            if self._source.startswith(character * 2, position):
                return self._add(character, position, position + 2)
            return self._add(HOLE, position, self._behind_field(position))
        return self._take(position, position + 1)

    def _backslash(self, position: int, *, raw: bool) -> int:
        match = (_RAW_PAIR if raw else _ESCAPE).match(self._source, position)
        if match is None:
            return self._take(position, position + 1)
        return self._take(position, match.end()) if raw else self._add(_escaped(match), position, match.end())

    def _take(self, begin: int, end: int) -> int:
        """The characters stand for themselves."""
        self.characters += self._source[begin:end]
        self.ranges += zip(range(begin, end), range(begin + 1, end + 1), strict=True)
        return end

    def _add(self, text: str, begin: int, end: int) -> int:
        self.characters += text
        self.ranges += [(begin, end)] * len(text)
        return end

    def _behind_field(self, position: int) -> int:
        """The position behind the replacement field that opens at ``position``."""
        closing = [""]  # the brackets that are open within the field
        position += 1
        while position < len(self._source):
            character = self._source[position]
            if character == closing[-1]:
                closing.pop()
            elif character in _OPENS:
                closing.append(_OPENS[character])
            elif character == "}":
                return position + 1
            elif character == ":" and len(closing) == 1:
                return self._behind_format(position + 1)
            elif _OPENING.match(self._source, position):
                position = _Reader(self._source).literal(position)
                continue
            position = max(_behind(_IN_FIELD, self._source, position), position + 1)
        raise NotALiteralError

    def _behind_format(self, position: int) -> int:
        """The position behind the field of which the format begins at ``position``; it may hold fields itself."""
        while position < len(self._source):
            character = self._source[position]
            if character == "}":
                return position + 1
            position = self._behind_field(position) if character == "{" else position + 1
        raise NotALiteralError


def _escaped(match: re.Match[str]) -> str:
    """The character that an escape sequence stands for; none for the end of a line."""
    kind = match.lastgroup or ""
    if kind == "fold":
        return ""
    if kind == "letter":
        return _LETTERS[match["letter"]]
    return unicodedata.lookup(match["name"]) if kind == "name" else chr(int(match[kind], _BASES[kind]))
