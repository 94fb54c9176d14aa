"""The headers of revisions, and which files lead to each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from database_patterns.reading.headers import Header, connected, header, lineage


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("revision = 'a'\ndown_revision = None\n", Header("a", ())),
        ("revision: str = 'b'\ndown_revision: str | None = 'a'\n", Header("b", ("a",))),
        ("revision = 'm'\ndown_revision = ('a', 'b')\ndepends_on = ['c']\n", Header("m", ("a", "b", "c"))),
        ("revision = down_revision = 'a'\n", Header("a", ("a",))),
        ("revision = 'a'\ndown_revision = previous()\n", Header("a", ())),
        ("revision, down_revision = 'b', 'a'\n", Header("b", ("a",))),
        ("(down_revision, revision) = (None, 'a')\n", Header("a", ())),
        ("revision, down_revision = read()\n", None),
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


def chain(folder: Path, **parents: str | None) -> dict[str, Path]:
    """A file for each revision, named as it, with its parents."""
    for name, parent in parents.items():
        down = "None" if parent is None else repr(tuple(parent.split()))
        (folder / f"{name}.py").write_text(f"revision = {name!r}\ndown_revision = {down}\n", encoding="utf-8")
    return {name: folder / f"{name}.py" for name in parents}


def before(files: dict[str, Path], *named: str) -> list[str]:
    found, _ = lineage([files[name] for name in named], files.values())
    return [file.stem for file in found]


def test_ancestors_are_what_is_applied_before_over_branches_and_merges(tmp_path: Path) -> None:
    files = chain(tmp_path, a=None, b="a", c="a", d="b c", e="d", other=None)
    assert before(files, "d") == ["a", "b", "c"]
    assert before(files, "c") == ["a"]
    assert before(files, "a") == before(files, "other") == []


@pytest.mark.parametrize(("named", "branched"), [("a", False), ("b", True), ("c", True), ("d", False), ("e", False)])
def test_a_revision_of_another_branch_may_have_been_applied_or_not(named: str, branched: bool, tmp_path: Path) -> None:  # noqa: FBT001
    files = chain(tmp_path, a=None, b="a", c="a", d="b c", e="d")
    assert lineage([files[named]], files.values())[1] is branched


def test_what_stands_between_the_named_ones_is_not_applied_before_all_of_them(tmp_path: Path) -> None:
    files = chain(tmp_path, a=None, b="a", c="b", d="c")
    assert before(files, "b", "d") == ["a"]
    assert before(files, "c", "d") == ["a", "b"]


def test_a_chain_with_a_hole_or_a_circle_ends(tmp_path: Path) -> None:
    assert before(chain(tmp_path, c="b", d="c"), "d") == ["c"]
    (tmp_path / "circle").mkdir()
    assert before(chain(tmp_path / "circle", a="b", b="a", c="b"), "c") == ["a", "b"]
    assert before(chain(tmp_path / "circle", a="b", b="a"), "a") == []


def test_a_header_is_read_again_when_its_file_has_changed(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    assert header(file) is None
    file.write_text('revision = "a"\n')
    assert header(file) == header(file) == Header("a", ())
    file.write_text('revision = "a"\ndown_revision = "b"\n')
    assert header(file) == Header("a", ("b",))
