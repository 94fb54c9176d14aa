"""String literals character by character: each offset of the value has the characters of the source that made it."""

from __future__ import annotations

import ast
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database_patterns.reading.alembic.quoted import NotALiteralError, literal
from database_patterns.reading.alembic.written import HOLE

QUOTES = ("'", '"', "'''", '"""')
PLAIN = st.characters(exclude_categories=["Cs"], exclude_characters="=\\'\"\r\n{}\0")
BETWEEN = st.sampled_from([" ", "\t", "  ", " \\\n ", "\n", "  # it's a remark\n\t"])

Part = tuple[str, str]
"""Source text, and the characters of the value that it makes."""


def _named(character: str) -> str:
    name = unicodedata.name(character, "")
    return f"\\N{{{name}}}" if name else f"\\U{ord(character):08x}"


ESCAPES = st.one_of(
    st.sampled_from(
        [(f"\\{letter}", value) for letter, value in zip("\\'\"abfnrtv", "\\'\"\a\b\f\n\r\t\v", strict=True)]
    ),
    st.integers(0o100, 0o377).map(lambda code: (f"\\{code:o}", chr(code))),
    st.integers(1, 0xFF).map(lambda code: (f"\\x{code:02x}", chr(code))),
    st.integers(1, 0xD7FF).map(lambda code: (f"\\u{code:04X}", chr(code))),
    st.integers(0x10000, 0x10FFFF).map(lambda code: (f"\\U{code:08x}", chr(code))),
    PLAIN.map(lambda character: (_named(character), character)),
    st.just(("\\\n", "")),
)
PLAIN_PART = PLAIN.map(lambda character: (character, character))
NEW_LINE = st.just(("\n", "\n"))
BRACE = st.sampled_from([("{", "{"), ("}", "}")])
DOUBLED = st.sampled_from([("{{", "{"), ("}}", "}")])
FIELD = st.sampled_from(
    ["{x}", "{ x }", "{x!r}", "{x:>10}", "{x:{y}}", "{x:'>9}", "{d[0]}", "{f({1: [2]})}", "{x=}", "{f(lambda a: a)}"]
).map(lambda code: (code, HOLE))


@st.composite
def one_literal(draw: st.DrawFn, *, formatted: bool) -> list[Part]:
    """The parts of one literal, with its quotes."""
    quote = draw(st.sampled_from(QUOTES))
    raw = draw(st.booleans())
    kinds = [PLAIN_PART]
    kinds += [NEW_LINE] if len(quote) == 3 else []
    kinds += [] if raw else [ESCAPES]
    kinds += [DOUBLED, FIELD] if formatted else [BRACE]
    body = draw(st.lists(st.one_of(kinds), max_size=12))
    body = [part for part in body if part[1] != HOLE or quote[0] not in part[0]]  # not before Python 3.12
    prefix = draw(st.sampled_from(["r", "R"] if raw else ["", "" if formatted else "u"])) + ("f" if formatted else "")
    return [(prefix + quote, ""), *body, (quote, "")]


@st.composite
def literals(draw: st.DrawFn, *, formatted: bool) -> list[Part]:
    """The parts of some literals that Python joins, and of what stands between them."""
    parts: list[Part] = []
    for number in range(draw(st.integers(1, 4))):
        parts += [(draw(BETWEEN), "")] if number else []
        parts += draw(one_literal(formatted=formatted and draw(st.booleans())))
    return parts


def expected(parts: list[Part], offset: int) -> tuple[str, list[tuple[int, int]]]:
    """The value that ``parts`` make when they begin at ``offset``, and the range of each of its characters."""
    value, ranges = "", []
    for code, made in parts:
        if code == made:
            ranges += [(offset + place, offset + place + 1) for place in range(len(code))]
        else:
            ranges += [(offset, offset + len(code))] * len(made)
        value += made
        offset += len(code)
    return value, ranges


@given(literals(formatted=False))
def test_the_value_is_pythons_and_each_of_its_characters_has_the_source_that_made_it(parts: list[Part]) -> None:
    source = f"f({''.join(code for code, _ in parts)})"
    written = literal(source, 2, len(source) - 1)
    assert written.text == ast.literal_eval(source[1:])
    assert (written.text, list(written.ranges)) == expected(parts, 2)


@given(literals(formatted=True))
def test_replacement_fields_are_holes_and_what_is_around_them_is_pythons(parts: list[Part]) -> None:
    source = f"f({''.join(code for code, _ in parts)})"
    written = literal(source, 2, len(source) - 1)
    assert (written.text, list(written.ranges)) == expected(parts, 2)
    assert written.text.replace(HOLE, "") == "".join(_constants(source)).replace("x=", "")  # {x=} says both


def _constants(source: str) -> list[str]:
    """The texts around the replacement fields in the only argument of a call."""
    call = ast.parse(source, mode="eval").body
    assert isinstance(call, ast.Call)
    value = call.args[0]
    parts = value.values if isinstance(value, ast.JoinedStr) else [value]
    return [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]


@pytest.mark.parametrize(
    ("code", "value"),
    [
        (r"'\d\-'", r"\d\-"),
        (r"r'\'\\'", r"\'\\"),
        (r"'\1234'", "S4"),
        (r"'\08'", "\08"),
        ("'a\\\n  b'", "a  b"),
        (r"'\N{LATIN SMALL LETTER E WITH ACUTE}'", "é"),
        ("''", ""),
        ("'' \"\" r''", ""),
        ('"""a"b""c\\""""', 'a"b""c"'),
        ("u'ä' R'\\n'", "ä\\n"),
    ],
)
def test_corners_of_the_language_are_read_as_python_reads_them(code: str, value: str) -> None:
    assert literal(code, 0, len(code)).text == ast.literal_eval(code.replace("\\d", "\\\\d").replace("\\-", "\\\\-"))
    assert literal(code, 0, len(code)).text == value


@pytest.mark.parametrize("code", ["f'{d['a']}!'", "f'{'}'}!'", 'f"{f"{x}"}!"', "f'{x:{'>'}{9}}!'", "f'{\nx # }\n}!'"])
def test_a_field_may_hold_the_quotes_around_it_as_python_allows_since_3_12(code: str) -> None:
    written = literal(code, 0, len(code))
    assert written.text == f"{HOLE}!"
    assert written.ranges == [(2, len(code) - 2), (len(code) - 2, len(code) - 1)]


@pytest.mark.parametrize("code", ["b'a'", "12", "'a' + 'b'", "x", "'a", "f'{x'", "f'{b'a'}'"])
def test_what_is_no_literal_of_text_is_refused(code: str) -> None:
    with pytest.raises(NotALiteralError):
        literal(code, 0, len(code))
