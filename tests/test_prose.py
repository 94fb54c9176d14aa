"""How lists are written."""

from __future__ import annotations

import pytest

from database_patterns.prose import listed


@pytest.mark.parametrize(
    ("items", "phrase"),
    [
        ((), ""),
        (("a",), "a"),
        (("a", "b"), "a and b"),
        (("a", "b", "c"), "a, b and c"),
        (("b", "a", "b"), "b and a"),
    ],
)
def test_an_enumeration_ends_with_and_and_names_each_thing_once(items: tuple[str, ...], phrase: str) -> None:
    assert listed(items) == phrase
