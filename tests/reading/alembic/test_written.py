"""Texts with the place of each character: cutting, replacing, joining, and filling holes."""

from __future__ import annotations

import ast
import re
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database_patterns.model import Span
from database_patterns.reading.alembic.source import Source
from database_patterns.reading.alembic.texts import Texts
from database_patterns.reading.alembic.written import HOLE, Written, at, concatenated

SIMPLE = st.text(st.sampled_from("aä😀 \t\n;'\\%{}:0"), max_size=12)
SAFE = st.text(st.sampled_from("ab \t\n;"), max_size=8)


def plain(text: str, begin: int = 0) -> Written:
    """``text`` as it stands in the source from ``begin`` on."""
    return Written(text, [(begin + place, begin + place + 1) for place in range(len(text))])


def test_a_part_keeps_its_places() -> None:
    assert plain("abcd", 10).part(1, 3) == Written("bc", [(11, 12), (12, 13)])


def test_what_is_replaced_stands_where_it_was() -> None:
    assert plain("a--b").replaced(re.compile("-+"), lambda _: "xyz") == Written(
        "axyzb", [(0, 1), (1, 3), (1, 3), (1, 3), (3, 4)]
    )


@given(SIMPLE)
def test_dedenting_is_pythons_and_takes_places_away_only(text: str) -> None:
    written = plain(text).dedented()
    assert written.text == textwrap.dedent(text)
    assert "".join(text[begin:end] for begin, end in written.ranges) == written.text


@pytest.mark.parametrize(("begin", "end", "place"), [(0, 1, (5, 6)), (0, 3, (5, 18)), (1, 1, (6, 6)), (3, 3, (18, 18))])
def test_a_place_reaches_from_the_first_character_to_the_last(begin: int, end: int, place: tuple[int, int]) -> None:
    assert Written("abc", [(5, 6), (6, 7), (14, 18)]).place(begin, end) == place


def test_holes_take_what_is_between_the_known_parts() -> None:
    written = concatenated([plain("a"), at(HOLE, (1, 5)), plain("b", 5), at(HOLE, (6, 9))])
    aligned = written.aligned("axxb")
    assert aligned == Written("axxb", [(0, 1), (1, 5), (1, 5), (5, 6)])


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (f"a{HOLE}", "ba"),
        (f"{HOLE}a", "ab"),
        ("ab", "abc"),
        ("ab", "ab;"),
        (f"a{HOLE}b{HOLE}c", "axbyb"),
        (f"a{HOLE}a", "a"),
        (f"{HOLE};{HOLE}", "a;b;c"),
        (f"x{HOLE};{HOLE}", "x;;"),
        ("", "a"),
    ],
)
def test_a_text_that_does_not_fit_or_fits_in_two_ways_has_no_places(pattern: str, text: str) -> None:
    assert plain(pattern).aligned(text) is None


@given(st.lists(SAFE, min_size=1, max_size=5), st.lists(SAFE, min_size=5, max_size=5))
def test_whatever_fills_the_holes_known_characters_are_never_misplaced(pieces: list[str], fillings: list[str]) -> None:
    pattern = HOLE.join(pieces)
    text = pieces[0] + "".join(filling + piece for filling, piece in zip(fillings, pieces[1:], strict=False))
    aligned = plain(pattern).aligned(text)
    if aligned is None:
        return
    for character, (begin, end) in zip(text, aligned.ranges, strict=True):
        assert pattern[begin:end] == character or HOLE in pattern[begin:end]


LITERALS = SIMPLE.map(repr) | SIMPLE.map(ascii) | SAFE.map(lambda text: f'"""{text}"""') | SAFE.map("r'''{}'''".format)
TEXTS = st.recursive(
    LITERALS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: f"({two[0]} + {two[1]})"),
        st.tuples(LITERALS, LITERALS).map(lambda two: f"({two[0]}  # it's\n {two[1]})"),
        inner.map(lambda code: f"({code}).strip()"),
        inner.map(lambda code: f"({code}).rstrip('; ')"),
        inner.map(lambda code: f"({code}).lstrip().removeprefix('a').removesuffix('a')"),
        inner.map(lambda code: f"({code}).replace('a', 'b;c')"),
        inner.map(lambda code: f"dedent({code})"),
        inner.map(lambda code: f"str(({code}).replace('%', '%%') % ())"),
        inner.map(lambda code: f"({code}).replace('{{', '{{{{').replace('}}', '}}}}').format()"),
        st.lists(inner, min_size=1, max_size=3).map(lambda all_: f"';'.join([{', '.join(all_)}])"),
    ),
    max_leaves=5,
)


@given(TEXTS)
def test_texts_put_together_are_pythons_and_each_character_has_the_literal_that_made_it(code: str) -> None:
    text = eval(code, {"dedent": textwrap.dedent})  # noqa: S307  the test's own expressions
    source = Source(f"x = {code}", "a.py")
    assign = source.tree.body[0]
    assert isinstance(assign, ast.Assign)
    written = Texts(source).of(assign.value)
    assert written.text == text
    for character, (begin, end) in zip(text, written.ranges, strict=True):
        assert character in _meanings(source.text[begin:end])


def _meanings(code: str) -> set[str]:
    """The characters that ``code`` may stand for: itself, an escape sequence, a doubled sign, or what is replaced."""
    meanings = {code, code[:1]} | (set("b;c") if code == "a" else set())
    return meanings | ({ast.literal_eval(f"'{code}'")} if code.startswith("\\") and len(code) > 1 else set())


def test_the_place_of_a_part_is_a_span_of_the_file() -> None:
    source = Source('f("é;" "b")\n', "a.py")
    locate = Texts(source).locate("é;b", source.tree)
    assert locate is not None
    assert (locate(0, 1), locate(1, 3)) == (Span("a.py", 1, 4, 1, 5), Span("a.py", 1, 5, 1, 10))
