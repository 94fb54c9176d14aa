"""The lab's folders: ours alone, short, and open to the user that the server runs as."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Generator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from database_patterns.errors import UserError
from database_patterns.lab import host

SYSTEMS = Path("/tmp")  # noqa: S108 - what every system has
is_root = os.geteuid() == 0
as_root = pytest.mark.skipif(not is_root, reason="only root runs the server as somebody else")
not_as_root = pytest.mark.skipif(is_root, reason="root has one cache folder, which its server's user can reach")


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    """A folder that everybody can enter, in which all candidates for the cache folder lie."""
    with TemporaryDirectory(dir=SYSTEMS) as name:
        folder = Path(name)
        folder.chmod(0o755)
        candidates = [folder / "first" / "cache", folder / "second"]
        monkeypatch.setattr(host, "_cache_candidates", lambda: candidates)
        yield folder


def test_the_cache_folder_is_made(place: Path) -> None:
    assert host.cache_folder() == place / "first" / "cache"
    assert stat.S_IMODE((place / "first" / "cache").stat().st_mode) & 0o022 == 0


def test_a_cache_folder_that_others_can_write_to_is_passed_over(place: Path) -> None:
    (place / "first" / "cache").mkdir(parents=True)
    (place / "first" / "cache").chmod(0o775)
    assert host.cache_folder() == place / "second"


def test_a_link_in_the_place_of_the_cache_folder_is_passed_over(place: Path) -> None:
    (place / "first").mkdir()
    (place / "elsewhere").mkdir()
    (place / "first" / "cache").symlink_to(place / "elsewhere")
    assert host.cache_folder() == place / "second"


@as_root
def test_a_cache_folder_of_somebody_else_is_passed_over(place: Path) -> None:
    (place / "first" / "cache").mkdir(parents=True)
    os.chown(place / "first" / "cache", 65534, 65534)
    assert host.cache_folder() == place / "second"


@as_root
def test_a_cache_folder_that_the_servers_user_cannot_reach_is_passed_over(place: Path) -> None:
    (place / "first").mkdir(mode=0o700)
    assert host.cache_folder() == place / "second"
    assert stat.S_IMODE((place / "first").stat().st_mode) == 0o700


def test_without_a_usable_cache_folder_it_is_said_which_were_tried(place: Path) -> None:
    for candidate in (place / "first", place / "second"):
        candidate.touch()
    with pytest.raises(UserError) as refused:
        host.cache_folder()
    assert str(refused.value) == (
        f"none of {place}/first/cache, {place}/second can be used as a cache folder; "
        "make one of them a folder of your own, which others cannot write to"
    )


@not_as_root
def test_an_ordinary_users_cache_folder_is_where_the_desktop_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert host.cache_folder() == tmp_path / "database-patterns"


@as_root
def test_roots_cache_folder_is_the_systems_and_not_in_a_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert not host.cache_folder().is_relative_to(tmp_path)


def test_a_temporary_folder_too_long_for_a_socket_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with TemporaryDirectory(dir=SYSTEMS) as short:
        long = Path(short, "x" * 80)
        long.mkdir()
        for folder in (Path(short), long):
            folder.chmod(0o755)
        monkeypatch.setattr(tempfile, "gettempdir", lambda: str(long))
        assert host.temporary_folder() == SYSTEMS
        monkeypatch.setattr(tempfile, "gettempdir", lambda: short)
        assert host.temporary_folder() == Path(short)


@as_root
def test_a_temporary_folder_closed_to_the_servers_user_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with TemporaryDirectory(dir=SYSTEMS) as closed:
        monkeypatch.setattr(tempfile, "gettempdir", lambda: closed)
        assert host.temporary_folder() == SYSTEMS


@as_root
def test_as_root_the_server_runs_as_somebody_without_rights() -> None:
    user = host.server_user()
    assert user is not None
    assert user.uid != 0


@not_as_root
def test_an_ordinary_users_server_runs_as_that_user() -> None:
    assert host.server_user() is None
