"""The revision graph: what Alembic makes of it, and what it refuses, as values."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from database_patterns.model import Migration
from database_patterns.reading import read_file
from database_patterns.reading.graph import Graph, Problem, ancestors, build


def revision(name: str | None, *parents: str, labels: tuple[str, ...] = (), needs: tuple[str, ...] = ()) -> Migration:
    return Migration(
        f"{name or 'nameless'}.py",
        "alembic",
        upgrade=(),
        revision=name,
        down_revisions=parents,
        branch_labels=labels,
        depends_on=needs,
    )


def order(graph: Graph) -> list[str]:
    return [each.path.removesuffix(".py") for each in graph.order]


CHAIN = [revision("c", "b"), revision("a"), revision("b", "a")]


def test_a_chain_has_one_base_and_one_head() -> None:
    graph = build(CHAIN)
    assert order(graph) == ["a", "b", "c"]
    assert (graph.bases, graph.heads, graph.branch_points, graph.merges) == (("a",), ("c",), (), ())
    assert (graph.labels, graph.problems) == ({}, ())


def test_branches_and_their_merge_are_named() -> None:
    graph = build([revision("a"), revision("l", "a"), revision("r", "a"), revision("m", "l", "r"), revision("x", "r")])
    assert (graph.bases, graph.heads) == (("a",), ("x", "m"))
    assert (graph.branch_points, graph.merges) == (("a", "r"), ("m",))
    assert order(graph)[0] == "a"
    assert order(graph).index("m") > max(order(graph).index("l"), order(graph).index("r"))


def test_a_dependency_comes_first_and_may_be_a_label() -> None:
    graph = build(
        [
            revision("a1", labels=("accounts",)),
            revision("a2", "a1"),
            revision("b1", labels=("billing",), needs=("a2",)),
            revision("b2", "b1", needs=("accounts",)),
        ]
    )
    assert order(graph) == ["a1", "a2", "b1", "b2"]
    assert graph.heads == ("a2", "b2")
    assert graph.labels == {"a1": ("accounts",), "a2": ("accounts",), "b1": ("billing",), "b2": ("billing",)}
    assert graph.problems == ()


def test_two_files_of_one_revision_are_a_problem_and_both_kept() -> None:
    twins = [revision("a"), Migration("copy.py", "alembic", upgrade=(), revision="a"), revision("b", "a")]
    graph = build(twins)
    assert order(graph) == ["a", "copy", "b"]
    assert graph.problems == (
        Problem("duplicate revision", "revision a is in more than one file", ("a.py", "copy.py")),
    )


def test_a_missing_parent_or_dependency_is_a_problem_and_holds_nothing_up() -> None:
    graph = build([revision("b", "gone"), revision("c", "b", needs=("nowhere",))])
    assert order(graph) == ["b", "c"]
    assert graph.problems == (
        Problem("missing parent", "revision b follows gone, which is in no file", ("b.py",)),
        Problem("missing dependency", "revision c depends on nowhere, which is in no file", ("c.py",)),
    )


def test_circles_come_last_with_what_follows_on_them_and_each_is_said_once() -> None:
    graph = build(
        [
            revision("x", "y"),
            revision("y", "x"),
            revision("after", "x"),
            revision("self", "self"),
            revision("a"),
            revision("d", "a", needs=("e",)),
            revision("e", "a", needs=("d",)),
        ]
    )
    assert order(graph)[0] == "a"
    assert sorted(order(graph)) == ["a", "after", "d", "e", "self", "x", "y"]
    assert order(graph).index("after") > order(graph).index("x")
    assert graph.problems == (
        Problem("circle", "revisions x, y follow each other in a circle", ("x.py", "y.py")),
        Problem("circle", "revisions self follow each other in a circle", ("self.py",)),
        Problem("circle", "revisions d, e follow each other in a circle", ("d.py", "e.py")),
    )


def test_two_circles_with_a_bridge_are_two_problems() -> None:
    graph = build([revision("a", "b"), revision("b", "a"), revision("c", "d", "b"), revision("d", "c")])
    assert [problem.paths for problem in graph.problems] == [("a.py", "b.py"), ("c.py", "d.py")]


def test_a_label_used_twice_and_one_that_is_a_revision_are_problems() -> None:
    graph = build([revision("a", labels=("x",)), revision("b", labels=("x", "a", "b"))])
    assert graph.labels == {"a": ("x",)}
    assert graph.problems == (
        Problem("duplicate label", "branch label x is used more than once", ("a.py", "b.py")),
        Problem("duplicate label", "branch label a is also a revision", ("a.py", "b.py")),
        Problem("duplicate label", "branch label b is also a revision", ("b.py", "b.py")),
    )


def test_a_revision_without_name_or_with_an_illegal_one_has_its_place_all_the_same() -> None:
    graph = build([revision("2026-01"), revision("base", "2026-01"), revision(None, "base")])
    assert order(graph) == ["2026-01", "base", "nameless"]
    assert graph.heads == ("nameless.py",)
    assert graph.problems == (
        Problem("illegal name", "revision '2026-01' has - in it, which Alembic refuses", ("2026-01.py",)),
        Problem("illegal name", "revision 'base' is a word of Alembic's own", ("base.py",)),
        Problem("no name", "has no revision identifier that can be read", ("nameless.py",)),
    )


def test_no_revisions_make_an_empty_graph() -> None:
    assert build([]) == Graph()


def test_ancestors_follow_parents_and_dependencies() -> None:
    revisions = [*CHAIN, revision("d", needs=("b",)), revision("e", "d")]
    assert {each.revision for each in ancestors(["e"], revisions)} == {"e", "d", "b", "a"}
    assert ancestors(["nobody"], revisions) == []


def test_a_long_history_is_no_matter_of_depth() -> None:
    long = [revision(f"r{number}", *([f"r{number - 1}"] if number else [])) for number in range(3_000)]
    assert order(build(reversed(long))) == [f"r{number}" for number in range(3_000)]
    circle = [revision("r0", "r1499"), *long[1:1500]]
    assert len(build(circle).problems) == 1


REAL = """
import json, sys
from alembic.script import ScriptDirectory
script = ScriptDirectory(sys.argv[1])
revisions = [step.revision for step in script._upgrade_revs("heads", None)]
print(json.dumps({
    "order": [each.revision for each in revisions],
    "heads": sorted(script.get_heads()),
    "bases": sorted(script.get_bases()),
    "branch_points": sorted(each.revision for each in revisions if each.is_branch_point),
    "merges": sorted(each.revision for each in revisions if each.is_merge_point),
    "labels": {each.revision: sorted(each.branch_labels) for each in revisions if each.branch_labels},
}))
"""
HISTORY = {
    "1_start": ("start", None, None, None),
    "9_users": ("users", "start", ("accounts", "people"), None),
    "2_bills": ("bills", "start", "billing", "users"),
    "8_roles": ("roles", "users", None, None),
    "3_vat": ("vat", "bills", None, ["people"]),
    "7_merge": ("merge", ("roles", "vat"), None, None),
    "4_audit": ("audit", None, "auditing", "merge"),
    "5_log": ("log", "audit", None, None),
}


def test_it_is_the_graph_that_alembic_itself_makes_by_importing(tmp_path: Path) -> None:
    versions = tmp_path / "versions"
    versions.mkdir()
    for file, (name, parent, labels, needs) in HISTORY.items():
        header = (
            f"revision = {name!r}\ndown_revision = {parent!r}\nbranch_labels = {labels!r}\ndepends_on = {needs!r}\n"
        )
        (versions / f"{file}.py").write_text(f"{header}\n\ndef upgrade(): pass\n\n\ndef downgrade(): pass\n")
    command = [sys.executable, "-c", REAL, str(tmp_path)]
    real = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    graph = build(read_file(path) for path in sorted(versions.glob("*.py")))
    assert real == {
        "order": [each.revision for each in graph.order],
        "heads": sorted(graph.heads),
        "bases": sorted(graph.bases),
        "branch_points": sorted(graph.branch_points),
        "merges": sorted(graph.merges),
        "labels": {name: list(labels) for name, labels in graph.labels.items()},
    }
