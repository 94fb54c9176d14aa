"""How lists are written."""

from __future__ import annotations

import pytest

from database_patterns.prose import listed, size


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


def test_a_size_is_small_or_large_or_neither() -> None:
    assert [size(rows) for rows in (1, 9_999, 10_000, 999_999, 1_000_000)] == [
        "about 1 row now (small)",
        "about 9,999 rows now (small)",
        "about 10,000 rows now",
        "about 999,999 rows now",
        "about 1,000,000 rows now (large)",
    ]
