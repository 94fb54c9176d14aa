"""What the keeper makes in the cache is made once, is whole, and can be read by everybody."""

from __future__ import annotations

import json
import stat
import threading
from pathlib import Path

import pytest

from database_patterns.lab import keeper


def test_a_folder_of_the_cache_is_made_once(tmp_path: Path) -> None:
    made: list[Path] = []

    def make(target: Path) -> None:
        made.append(target)
        target.mkdir()

    for _ in range(2):
        assert keeper.made_once(tmp_path / "server", make) == tmp_path / "server"
    assert made == [tmp_path / "server.partial"]


def test_a_folder_of_the_cache_is_made_once_by_many_at_the_same_time(tmp_path: Path) -> None:
    made: list[Path] = []

    def make(target: Path) -> None:
        target.mkdir()
        made.append(target)

    threads = [threading.Thread(target=keeper.made_once, args=(tmp_path / "server", make)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def test_a_folder_that_could_not_be_made_is_not_there(tmp_path: Path) -> None:
    def fail(target: Path) -> None:
        target.mkdir()
        raise keeper.CannotStartError("no")

    with pytest.raises(keeper.CannotStartError):
        keeper.made_once(tmp_path / "server", fail)
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_what_a_killed_keeper_left_half_made_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "server.partial" / "half").mkdir(parents=True)
    keeper.made_once(tmp_path / "server", Path.mkdir)
    assert list((tmp_path / "server").iterdir()) == []


@pytest.fixture
def npm_package(tmp_path: Path) -> Path:
    """An installation as npm unpacks it: no links, no execute bits."""
    native = tmp_path / "package" / "native"
    for name in ("bin/postgres", "bin/initdb", "lib/libpq.so.5.18", "share/postgresql/postgres.bki"):
        path = native / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        path.chmod(0o600)
    links = [
        {"source": "native/lib/libpq.so.5.18", "target": "native/lib/libpq.so.5"},
        {"source": "native/lib/libpq.so.5.18", "target": "native/../../outside"},
    ]
    (native / "pg-symlinks.json").write_text(json.dumps(links))
    return native


def test_a_copy_of_an_npm_package_is_completed(npm_package: Path, tmp_path: Path) -> None:
    keeper.copy_installation(npm_package, tmp_path / "copy")
    copy = tmp_path / "copy" / "package" / "native"
    assert (copy / "lib" / "libpq.so.5").read_text() == "lib/libpq.so.5.18"
    assert {path.relative_to(copy).as_posix(): stat.S_IMODE(path.stat().st_mode) for path in copy.rglob("*.*")} == {
        "lib/libpq.so.5": 0o644,
        "lib/libpq.so.5.18": 0o644,
        "pg-symlinks.json": 0o644,
        "share/postgresql/postgres.bki": 0o644,
    }
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in (copy / "bin").iterdir()} == {
        "initdb": 0o755,
        "postgres": 0o755,
    }


def test_a_link_that_leads_out_of_the_copy_is_not_made(npm_package: Path, tmp_path: Path) -> None:
    keeper.copy_installation(npm_package, tmp_path / "copy")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy", "package"]
    assert [path.name for path in (tmp_path / "copy").iterdir()] == ["package"]


def test_the_libraries_beside_a_wheels_package_are_copied_too(npm_package: Path, tmp_path: Path) -> None:
    (tmp_path / "package.libs").mkdir()
    (tmp_path / "package.libs" / "libpq-1234.so").touch()
    keeper.copy_installation(npm_package, tmp_path / "copy")
    assert (tmp_path / "copy" / "package.libs" / "libpq-1234.so").is_file()
