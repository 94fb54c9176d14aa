"""The headers of revisions, and which files lead to each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from database_patterns.reading.headers import Header, connected, header


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("revision = 'a'\ndown_revision = None\n", Header("a", ())),
        ("revision: str = 'b'\ndown_revision: str | None = 'a'\n", Header("b", ("a",))),
        ("revision = 'm'\ndown_revision = ('a', 'b')\ndepends_on = ['c']\n", Header("m", ("a", "b", "c"))),
        ("revision = down_revision = 'a'\n", Header("a", ("a",))),
        ("revision = 'a'\ndown_revision = previous()\n", Header("a", ())),
        ("revision = name()\n", None),
        ("x = 1\n", None),
        ("revision = 'a'\ndef (\n", None),
        ("", None),
    ],
)
def test_a_header_is_what_stands_there_literally(tmp_path: Path, text: str, expected: Header | None) -> None:
    path = tmp_path / "a.py"
    path.write_text(text)
    assert header(path) == expected


def test_a_file_that_is_missing_has_no_header(tmp_path: Path) -> None:
    assert header(tmp_path / "a.py") is None


def groups(**headers: Header) -> list[set[str]]:
    """Names stand for paths, with ``__`` between folder and file."""
    found = connected({Path(name.replace("__", "/")): each for name, each in headers.items()})
    return [{str(path) for path in group} for group in found]


def test_files_that_lead_to_each_other_over_any_number_are_a_group() -> None:
    chain = {"a": Header("a", ()), "b": Header("b", ("a",)), "c": Header("c", ("b",)), "x": Header("x", ("missing",))}
    assert groups(**chain) == [{"a", "b", "c"}, {"x"}]


def test_an_identifier_of_several_folders_means_the_one_in_the_same_folder() -> None:
    assert groups(p__a=Header("a", ()), p__b=Header("b", ("a",)), s__a=Header("a", ()), s__c=Header("c", ("a",))) == [
        {"p/a", "p/b"},
        {"s/a", "s/c"},
    ]


def test_an_identifier_that_only_other_folders_have_leads_there() -> None:
    assert groups(p__a=Header("a", ()), q__b=Header("b", ("a",))) == [{"p/a", "q/b"}]
