"""The public functions and types of the package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import database_patterns
from database_patterns import LintReport, Options, explain, from_paths, from_text, lint, read_rule, render, search_rules


@pytest.mark.parametrize("name", database_patterns.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    assert getattr(database_patterns, name).__doc__


def test_a_name_that_is_not_public_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'linting_rules'"):
        _ = database_patterns.linting_rules


def test_a_migration_is_linted_and_explained_in_python(tmp_path: Path) -> None:
    (tmp_path / "1.sql").write_text("CREATE INDEX i ON orders (customer_id);", encoding="utf-8")
    report = lint(from_paths([tmp_path]), Options(postgres=16))
    assert isinstance(report, LintReport)
    assert [finding.rule for finding in report.findings] == ["index-without-concurrently"]
    assert render(report, "json").startswith("{")
    assert explain(from_text("SELECT 1")).migrations[0].verdict == "blocks neither reads nor writes"
    assert read_rule(search_rules("CREATE INDEX")[0].name).name == "index-without-concurrently"


def test_importing_the_package_imports_nothing_else_of_it() -> None:
    code = (
        "import sys, database_patterns; print(*[name for name in sys.modules if name.startswith('database_patterns.')])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"
