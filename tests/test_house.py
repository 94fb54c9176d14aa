"""The house rules that no linter knows: sizes, pairs of document and check, and names that do not belong here."""

from __future__ import annotations

import ast
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "server" / "database_patterns"
OURS = ("server", "rules", "skills", "examples", "tests", ".ci", "*.toml", "*.md", "*.txt", "Makefile")


def modules(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if path.is_file())


def lines(path: Path) -> int:
    return path.read_text(encoding="utf-8").count("\n")


def texts() -> Iterator[tuple[str, str]]:
    """Every text file of the project, with its path."""
    for pattern in OURS:
        for top in ROOT.glob(pattern):
            for path in [top] if top.is_file() else top.rglob("*"):
                if path.is_file() and path.suffix not in {".pyc", ".db"}:
                    yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def functions() -> Iterator[tuple[str, int]]:
    """Every function of the package and its length in lines."""
    for path in modules(PACKAGE):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def test_every_rule_has_a_check_and_every_check_a_rule() -> None:
    documents = {(path.parent.name, path.stem) for path in ROOT.glob("rules/*/*.md") if path.parent.name != "guides"}
    checks = {
        (path.parent.name, path.stem.replace("_", "-"))
        for path in PACKAGE.glob("checks/*/*.py")
        if path.stem != "__init__"
    }
    assert documents == checks


def test_a_check_has_at_most_120_lines_and_any_other_module_400() -> None:
    checks = PACKAGE / "checks"
    too_long = {
        path.relative_to(ROOT).as_posix(): lines(path)
        for path in modules(PACKAGE)
        if lines(path) > (120 if checks in path.parents else 400)
    }
    assert too_long == {}


def test_functions_are_short() -> None:
    sizes = dict(functions())
    assert {name: size for name, size in sizes.items() if size > 70} == {}
    assert statistics.median(sizes.values()) <= 10
    assert statistics.quantiles(sizes.values(), n=10)[-1] <= 35


def test_nothing_names_a_package_registry_or_a_path_of_the_machine_it_was_written_on() -> None:
    # Put together here, so that this file does not name them either.
    registries = [("pypi", "org"), ("python" + "hosted", "org"), ("npm" + "js", "(?:org|com)"), ("crates", "io")]
    forbidden = re.compile(
        "|".join([rf"{name}\.{domain}" for name, domain in registries] + [r"(?<![\w.])/(?:work|root|farm)/"]),
        re.IGNORECASE,
    )
    found = {path: match.group() for path, text in texts() if (match := forbidden.search(text))}
    assert found == {}


def test_the_constraints_are_exact_versions_and_nothing_else() -> None:
    requirements = [
        line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    ]
    assert [line for line in requirements if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9a-z.]*", line)] == []
