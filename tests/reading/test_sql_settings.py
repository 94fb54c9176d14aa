"""Settings beside SQL files change how they are run."""

from __future__ import annotations

from pathlib import Path

import pytest

from database_patterns.reading import Running, running


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture
def script(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return write(tmp_path / "db" / "migration" / "V1__a.sql", "SELECT 1")


def test_without_settings_nothing_is_said(script: Path) -> None:
    assert running(script) == Running()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("flyway.conf", "# flyway.mixed=false\nflyway.mixed = true\nflyway.executeInTransaction=FALSE\n"),
        ("conf/flyway.conf", "flyway.mixed=true\nflyway.executeInTransaction=false\n"),
        ("flyway.toml", "[flyway]\nmixed = true\nexecuteInTransaction = false\n"),
    ],
)
def test_flyways_settings_are_found_further_up(tmp_path: Path, script: Path, name: str, text: str) -> None:
    write(tmp_path / name, text)
    assert running(script) == Running(in_transaction=False, mixed=True)


@pytest.mark.parametrize(
    ("name", "text", "placeholders"),
    [
        ("flyway.conf", "flyway.placeholders.Schema=app\n", {"schema": "app"}),
        ("flyway.toml", "[flyway.placeholders]\nschema = 'app'\nN = 3\n", {"schema": "app", "n": "3"}),
        ("flyway.conf", "flyway.placeholderReplacement=false\nflyway.placeholders.x=1\n", None),
    ],
)
def test_flyways_placeholders_are_told_by_its_settings(
    tmp_path: Path, script: Path, name: str, text: str, placeholders: dict[str, str] | None
) -> None:
    write(tmp_path / name, text)
    assert running(script) == running(script.with_name("beforeMigrate.sql")) == Running(placeholders=placeholders)


def test_a_scripts_own_settings_win(tmp_path: Path, script: Path) -> None:
    write(tmp_path / "flyway.conf", "flyway.executeInTransaction=false\n")
    write(script.with_name("V1__a.sql.conf"), "executeInTransaction=true\n")
    assert running(script) == Running(in_transaction=True)


def test_diesels_metadata_is_that_of_the_folder(tmp_path: Path) -> None:
    up = write(tmp_path / "2026_a" / "up.sql", "SELECT 1")
    assert running(up) == Running()
    write(tmp_path / "2026_a" / "metadata.toml", "run_in_transaction = false\n")
    assert running(up) == Running(in_transaction=False)
    assert running(write(tmp_path / "2026_a" / "1_a.up.sql", "SELECT 1")) == Running()


@pytest.mark.parametrize("text", ["[flyway", "flyway = 1", "[flyway]\nmixed = 'perhaps'\n"])
def test_settings_that_make_no_sense_say_nothing(tmp_path: Path, script: Path, text: str) -> None:
    write(tmp_path / "flyway.toml", text)
    assert running(script) == Running()


def test_settings_outside_the_folder_that_may_be_read_are_not(tmp_path: Path, script: Path) -> None:
    write(tmp_path / "flyway.conf", "flyway.mixed=true\n")
    assert running(script, tmp_path) == Running(mixed=True)
    assert running(script, tmp_path / "db") == Running()
    (tmp_path / "db" / "flyway.conf").symlink_to(tmp_path / "flyway.conf")
    assert running(script, tmp_path / "db") == Running()
