"""Texts that are certainly no value of a type: PostgreSQL reads a literal when it parses the statement.

Only what is wrong under every setting is told: what a date looks like depends on ``DateStyle``, so that of dates little
is certain.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import re
from collections.abc import Callable
from typing import Any, Final

from pglast import ast

from database_patterns.actions import CreateEnum, Expression, TypeName

from . import types
from .work import Refused, Work

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any

_SPACE: Final = " \t\n\r\f\v"
_MALFORMED: Final = "22P02"
_OUT_OF_RANGE: Final = "22003"
_NO_DATE: Final = "22007"
_NO_SUCH_DATE: Final = "22008"
_WITH_PREFIXES_SINCE: Final = 16
_BYTES: Final = {"int2": 2, "int4": 4, "int8": 8}
_DECIMAL: Final = re.compile(r"[+-]?\d+")
_WITH_PREFIX: Final = re.compile(r"[+-]?(?:\d+(?:_\d+)*|0[xX](?:_?[0-9a-fA-F]+)+|0[oO](?:_?[0-7]+)+|0[bB](?:_?[01]+)+)")
_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?inf(?:inity)?|nan", re.IGNORECASE)
_UUID: Final = re.compile(r"(\{)?(?:[0-9a-f]{4}-?){7}[0-9a-f]{4}(?(1)\})", re.IGNORECASE)
_BOOLEANS: Final = ("true", "false", "yes", "no", "on", "off", "1", "0")
_ISO_DATE: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?![\d-])")
_OCTETS: Final = re.compile(r"\d+(?:\.\d+){0,3}")


def require(work: Work, value: Expression, target: TypeName) -> None:
    """Raise Refused where ``value`` is a text literal that is certainly no value of ``target``."""
    require_tree(work, value.tree, target)


def require_tree(work: Work, tree: Node, target: TypeName) -> None:
    """The same of a literal's tree."""
    text = _text(tree)
    if text is None:
        return
    sqlstate = _refusal(work, text, target)
    if sqlstate is not None:
        raise Refused(sqlstate, f'invalid input for type {target.sql}: "{text}"')


def _text(tree: Node) -> str | None:
    """The literal without a type of its own that an expression is."""
    literal = type(tree) is ast.A_Const and type(tree.val) is ast.String
    return str(tree.val.sval) if literal else None


def _refusal(work: Work, text: str, target: TypeName) -> str | None:
    base = types.base_of(work.catalog, target)
    if base.dimensions:
        return None if text.lstrip(_SPACE)[:1] in {"{", "["} else _MALFORMED
    known = work.catalog.type(base.name)
    if isinstance(known, CreateEnum):
        return None if text in known.values else _MALFORMED
    reader = None if work.catalog.is_type(base.name) else _READERS.get(base.name.name)
    return reader(text, base.name.name, work.postgres) if reader else None


def _integer(text: str, name: str, postgres: int) -> str | None:
    digits = text.strip(_SPACE)
    pattern = _WITH_PREFIX if postgres >= _WITH_PREFIXES_SINCE else _DECIMAL
    if not pattern.fullmatch(digits):
        return _MALFORMED
    number = int(digits, 0 if re.match(r"[+-]?0[xXoObB]", digits) else 10)
    try:
        number.to_bytes(_BYTES[name], signed=True)
    except OverflowError:
        return _OUT_OF_RANGE
    return None


def _number(text: str, _name: str, postgres: int) -> str | None:
    written = text.strip(_SPACE)
    if postgres >= _WITH_PREFIXES_SINCE:
        written = written.replace("_", "")
        if _WITH_PREFIX.fullmatch(written):
            return None
    return None if _NUMBER.fullmatch(written) else _MALFORMED


def _boolean(text: str, _name: str, _postgres: int) -> str | None:
    """Any beginning of a word counts that belongs to one only: "o" is neither "on" nor "off"."""
    word = text.strip(_SPACE).lower()
    matches = [each for each in _BOOLEANS if word and each.startswith(word)]
    return None if len(matches) == 1 or word in _BOOLEANS else _MALFORMED


def _uuid(text: str, _name: str, _postgres: int) -> str | None:
    return None if _UUID.fullmatch(text) else _MALFORMED


def _json(text: str, _name: str, _postgres: int) -> str | None:
    try:
        json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        return None if isinstance(error, RecursionError) else _MALFORMED
    return None


def _refuse_constant(constant: str) -> None:
    """Python's JSON has NaN and Infinity, PostgreSQL's has not."""
    raise ValueError(constant)


def _address(text: str, name: str, _postgres: int) -> str | None:
    """What stands behind the network in a ``cidr`` must be zero; an ``inet`` without a length is written in full."""
    host, slash, length = text.partition("/")
    short = host.count(".") < _DOTS and ":" not in host
    if (slash and not length.isdigit()) or (short and not slash and name == "inet"):
        return _MALFORMED
    try:
        address = _parsed_address(host)
    except ValueError:
        return _MALFORMED
    behind = address.max_prefixlen - (int(length) if slash else address.max_prefixlen)
    cut = name == "cidr" and behind > 0 and int(address) % 2**behind
    return _MALFORMED if behind < 0 or cut else None


_DOTS: Final = 3


def _parsed_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The address; bytes left out at the end are zero. Raises ValueError where it is none."""
    if _OCTETS.fullmatch(host):
        octets = [int(each) for each in host.split(".")]
        return ipaddress.IPv4Address(bytes([*octets, 0, 0, 0][: _DOTS + 1]))
    if "%" in host:
        raise ValueError(host)
    return ipaddress.IPv6Address(host)


def _date(text: str, _name: str, postgres: int) -> str | None:
    written = text.strip(_SPACE).lower()
    if not any(character.isdigit() or character.isspace() for character in written):
        word = written.removeprefix("+") if postgres >= _PLUS_INFINITY_SINCE else written
        return None if word in _DATE_WORDS else _NO_DATE
    iso = _ISO_DATE.match(written)
    if iso is None or "bc" in written:
        return None
    try:
        dt.date(*(int(each) for each in iso.groups()))
    except ValueError:
        return _NO_SUCH_DATE
    return None


_PLUS_INFINITY_SINCE: Final = 16
_DATE_WORDS: Final = frozenset({"epoch", "infinity", "-infinity", "now", "today", "tomorrow", "yesterday"})

_READERS: Final[dict[str, Callable[[str, str, int], str | None]]] = {
    **dict.fromkeys(_BYTES, _integer),
    **dict.fromkeys(("numeric", "float4", "float8"), _number),
    "bool": _boolean,
    "uuid": _uuid,
    **dict.fromkeys(("json", "jsonb"), _json),
    **dict.fromkeys(("inet", "cidr"), _address),
    **dict.fromkeys(("date", "timestamp", "timestamptz"), _date),
}
"""What each type refuses: the SQLSTATE for a text, None where it may be a value."""
