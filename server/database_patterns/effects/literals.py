"""Texts that are certainly no value of a type: PostgreSQL reads a literal when it parses the statement.

Only what is wrong under every setting is told: what a date looks like depends on ``DateStyle``, so that of dates little
is certain.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

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


class _Integer(NamedTuple):
    lowest: int
    highest: int


_INTEGERS: Final = {
    "int2": _Integer(-(2**15), 2**15 - 1),
    "int4": _Integer(-(2**31), 2**31 - 1),
    "int8": _Integer(-(2**63), 2**63 - 1),
}
_DECIMAL: Final = re.compile(r"[+-]?\d+")
_WITH_PREFIX: Final = re.compile(r"[+-]?(?:\d+(?:_\d+)*|0[xX](?:_?[0-9a-fA-F]+)+|0[oO](?:_?[0-7]+)+|0[bB](?:_?[01]+)+)")
_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?inf(?:inity)?|nan", re.IGNORECASE)
_UUID: Final = re.compile(r"(\{)?(?:[0-9a-f]{4}-?){7}[0-9a-f]{4}(?(1)\})", re.IGNORECASE)
_BOOLEANS: Final = ("true", "false", "yes", "no", "on", "off", "1", "0")
_ISO_DATE: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?![\d-])")
_MONTHS: Final = 12
_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


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
    return None if _INTEGERS[name].lowest <= number <= _INTEGERS[name].highest else _OUT_OF_RANGE


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
    host, _, length = text.partition("/")
    shortened = re.fullmatch(r"\d{1,3}(\.\d{1,3}){0,3}\.?", host)
    if length and not length.isdigit():
        return _MALFORMED
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return None if shortened and name == "cidr" else _MALFORMED
    return None


def _date(text: str, _name: str, _postgres: int) -> str | None:
    written = text.strip(_SPACE)
    if not any(character.isdigit() for character in written):
        return None if written.lower() in _DATE_WORDS else _NO_DATE
    iso = _ISO_DATE.match(written)
    if iso is None:
        return None
    _, month, day = (int(each) for each in iso.groups())
    there = 1 <= month <= _MONTHS and 1 <= day <= _DAYS[month - 1]
    return None if there else _NO_SUCH_DATE


_DATE_WORDS: Final = frozenset(
    {"epoch", "infinity", "-infinity", "+infinity", "now", "today", "tomorrow", "yesterday", "allballs"}
)

_READERS: Final[dict[str, Callable[[str, str, int], str | None]]] = {
    **dict.fromkeys(_INTEGERS, _integer),
    **dict.fromkeys(("numeric", "float4", "float8"), _number),
    "bool": _boolean,
    "uuid": _uuid,
    **dict.fromkeys(("json", "jsonb"), _json),
    **dict.fromkeys(("inet", "cidr"), _address),
    **dict.fromkeys(("date", "timestamp", "timestamptz"), _date),
}
"""What each type refuses: the SQLSTATE for a text, None where it may be a value."""
