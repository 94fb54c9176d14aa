"""What a project decides: levels of rules, by file too, and the sizes of tables."""

from __future__ import annotations

import pytest

from database_patterns.model import Severity
from database_patterns.settings import UNDECIDED, Level, Settings


@pytest.mark.parametrize(
    ("level", "severity"),
    [("off", None), ("on", "warning"), ("error", "error"), ("warning", "warning"), ("advice", "advice")],
)
@pytest.mark.parametrize("default", [False, True])
def test_a_level_that_is_decided_goes_before_the_default(
    level: Level, severity: Severity | None, *, default: bool
) -> None:
    settings = Settings(rules={"drop-column": level})
    assert settings.severity("drop-column", "warning", "a.sql", default=default) == severity


def test_what_is_not_decided_is_as_the_document_says() -> None:
    assert UNDECIDED.severity("drop-column", "warning", "a.sql", default=True) == "warning"
    assert UNDECIDED.severity("drop-column", "warning", "a.sql", default=False) is None


def test_of_the_patterns_that_a_path_fits_the_last_one_with_the_rule_counts() -> None:
    settings = Settings(
        rules={"drop-column": "error"},
        paths={
            "versions/2019*": {"drop-column": "off"},
            "versions/20191*": {"drop-column": "advice"},
            "versions/*": {"drop-table": "off"},
        },
    )
    paths = ("versions/20200101_a.py", "versions/20190101_a.py", "app/versions/20190101_a.py", "versions/20191231_a.py")
    severities = [settings.severity("drop-column", "warning", path, default=True) for path in paths]
    assert severities == ["error", None, None, "advice"]


@pytest.mark.parametrize(
    ("tables", "size"),
    [
        (["orders"], "large"),
        (["audit.events"], "large"),
        (["countries"], "small"),
        (["countries", "orders"], "large"),
        (["countries", "customers"], None),
        (["audit.kinds", "countries"], "large"),
        (["customers"], None),
        ([], None),
    ],
)
def test_one_large_table_is_enough_and_all_have_to_be_small(tables: list[str], size: str | None) -> None:
    settings = Settings(large_tables=("orders", "audit.*"), small_tables=("countries", "*kinds"))
    assert settings.size_of(tables) == size
