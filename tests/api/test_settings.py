"""The settings of a project: what its configuration and the environment say, and what is wrong with that."""

from __future__ import annotations

from pathlib import Path

import pytest

from database_patterns.api.settings import settings
from database_patterns.errors import UserError
from database_patterns.settings import UNDECIDED, Settings

WHOLE = """\
postgres = 15
timezone = "UTC"
fail_on = "error"
large_tables = ["orders"]
small_tables = ["countries"]

[rules]
drop-column = "off"
index-without-concurrently = "advice"

[paths."versions/2019*"]
type-change-rewrites = "off"
"""


def configured(folder: Path, text: str) -> Path:
    (folder / ".git").mkdir()
    path = folder / "database-patterns.toml"
    path.write_text(text)
    return path


def test_all_that_a_configuration_may_decide_is_read(tmp_path: Path) -> None:
    configured(tmp_path, WHOLE)
    (tmp_path / "inner").mkdir()
    assert settings(tmp_path / "inner") == Settings(
        postgres=15,
        timezone="UTC",
        fail_on="error",
        rules={"drop-column": "off", "index-without-concurrently": "advice"},
        paths={"versions/2019*": {"type-change-rewrites": "off"}},
        large_tables=("orders",),
        small_tables=("countries",),
    )


def test_without_a_configuration_nothing_is_decided(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert settings(tmp_path) == UNDECIDED


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configured(tmp_path, 'postgres = 15\ntimezone = "UTC"\nfail_on = "error"\n')
    monkeypatch.setenv("DATABASE_PATTERNS_POSTGRES", "16")
    monkeypatch.setenv("DATABASE_PATTERNS_TIMEZONE", "Europe/Berlin")
    monkeypatch.setenv("DATABASE_PATTERNS_FAIL_ON", "advice")
    assert settings(tmp_path) == Settings(postgres=16, timezone="Europe/Berlin", fail_on="advice")


def test_a_variable_of_the_environment_that_cannot_be_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.setenv("DATABASE_PATTERNS_POSTGRES", "9.6")
    with pytest.raises(UserError) as raised:
        settings(tmp_path)
    assert str(raised.value) == "DATABASE_PATTERNS_POSTGRES: postgres is '9.6'; known are: 14, 15, 16, 17, 18"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("postgres = 13", "postgres is '13'; known are: 14, 15, 16, 17, 18"),
        ('postgres = "15"', "postgres is no number"),
        ("postgres = true", "postgres is no number"),
        ('timezone = "Berlin"', "Berlin: there is no such time zone"),
        ('fail_on = "never"', "fail_on is 'never'; known are: error, warning, advice"),
        ('large_tables = "orders"', "large_tables is no list of texts"),
        ("small_tables = [1]", "small_tables is no list of texts"),
        ('rules = ["drop-column"]', "rules is no table"),
        ('rules.drop-colum = "off"', "there is no rule 'drop-colum'; did you mean drop-column?"),
        ('rules.drop-column = "none"', "drop-column is 'none'; known are: error, warning, advice, on, off"),
        ('paths."a/*" = "off"', "what is said of 'a/*' is no table of rules"),
        ('paths."a/*".drop-colum = "off"', "there is no rule 'drop-colum'; did you mean drop-column?"),
        ('large_table = ["a"]', "has an unknown key 'large_table'; did you mean large_tables?"),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_what_there_is(tmp_path: Path, text: str, complaint: str) -> None:
    path = configured(tmp_path, f"{text}\n")
    with pytest.raises(UserError) as raised:
        settings(tmp_path)
    assert str(raised.value).startswith(f"{path}: {complaint}")


def test_a_baseline_lies_beside_the_configuration_and_within_what_may_be_read(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    file = configured(inside, "baseline = 'known.json'\n")
    assert settings(inside, within=inside).baseline == inside / "known.json"
    file.write_text("baseline = '../known.json'\n")
    assert settings(inside).baseline == inside / "../known.json"
    with pytest.raises(UserError) as raised:
        settings(inside, within=inside)
    assert str(raised.value) == "database-patterns.toml: the baseline lies outside the folder that may be read"
