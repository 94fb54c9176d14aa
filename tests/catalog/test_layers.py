"""The mapping whose versions share what they have in common: it behaves as a dict, and no version changes another."""

from __future__ import annotations

import functools
import sys

from hypothesis import given
from hypothesis import strategies as st

from database_patterns.catalog.layers import Layers, differing, extended

changes = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.none() | st.integers()), max_size=60)


def changed(layers: Layers[str, int], key: str, value: int | None) -> Layers[str, int]:
    return layers.without([key]) if value is None else layers.including(key, value)


@given(changes)
def test_each_version_holds_what_a_dict_would_and_keeps_it(steps: list[tuple[str, int | None]]) -> None:
    layers, known = Layers[str, int](), dict[str, int]()
    versions = [(layers, dict(known))]
    for key, value in steps:
        layers = changed(layers, key, value)
        known = {k: v for k, v in known.items() if k != key} if value is None else {**known, key: value}
        versions.append((layers, known))
    for version, expected in versions:
        assert dict(version) == expected == dict(version.items())
        assert (len(version), sorted(version.values())) == (len(expected), sorted(expected.values()))
        assert [version.get(key) for key in "abcdefgh"] == [expected.get(key) for key in "abcdefgh"]
        assert [key in version for key in "abcdefgh"] == [key in expected for key in "abcdefgh"]
        assert version == expected


def test_entries_stand_in_the_order_in_which_they_came() -> None:
    layers: Layers[str, int] = Layers()
    names = [f"{(number * 7919) % 1000:03}" for number in range(500)]
    for number, name in enumerate(names):
        layers = layers.including(name, number)
    assert list(layers) == names
    assert list(layers.including(names[3], -1)) == names


def test_a_copy_can_be_written_to_and_says_what_has_changed() -> None:
    original = Layers([("a", 1), ("b", 2)])
    copy = original.copy()
    assert copy.changed() == ()
    copy["c"] = 3
    del copy["a"]
    assert (dict(original), dict(copy), copy.changed()) == ({"a": 1, "b": 2}, {"b": 2, "c": 3}, ("c", "a"))


def test_deleting_what_is_not_there_is_an_error_as_with_a_dict() -> None:
    layers = Layers([("a", 1)]).without(["a", "b"])
    for missing in ("a", "b"):
        try:
            del layers[missing]
        except KeyError as error:
            assert error.args == (missing,)  # noqa: PT017 - the argument is what is tested
        else:
            raise AssertionError(missing)
    assert layers.pop("a", None) is None


def test_a_plain_mapping_is_extended_without_being_changed() -> None:
    plain = {"a": 1}
    assert (dict(extended(plain, "b", 2)), plain) == ({"a": 1, "b": 2}, {"a": 1})
    assert dict(extended(extended(plain, "b", 2), "a", 3)) == {"a": 3, "b": 2}


def test_many_versions_take_little_more_than_the_last_one() -> None:
    def entries(versions: list[Layers[int, int]]) -> int:
        dicts = {id(layer): layer for each in versions for layer in each._layers}
        return sum(map(len, dicts.values()))

    def grown(count: int) -> list[Layers[int, int]]:
        versions = [Layers[int, int]()]
        for number in range(count):
            versions.append(versions[-1].including(number, number))
        return versions

    small, large = entries(grown(500)), entries(grown(5_000))
    assert large < 20 * small
    assert max(len(each._layers) for each in grown(5_000)) < 8
    assert sys.getsizeof(grown(1)[-1]) < 100


@given(changes, changes)
def test_keys_that_do_not_differ_have_the_same_value(
    first: list[tuple[str, int | None]], second: list[tuple[str, int | None]]
) -> None:
    one = functools.reduce(lambda layers, step: changed(layers, *step), first, Layers[str, int]())
    other = functools.reduce(lambda layers, step: changed(layers, *step), second, one)
    differ: set[str] = differing(one, other)
    same = set("abcdefgh") - differ
    assert {key: one.get(key) for key in same} == {key: other.get(key) for key in same}
    assert differing(dict(one), dict(other)) == {*one, *other}


def test_few_keys_differ_after_one_change_of_many_entries() -> None:
    many = Layers((number, number) for number in range(1000)).including(1, 0)
    assert differing(many, many.including(7, 0)) == {7}
    assert differing(many, many.without([8])) == {8}
