"""sqitch's layout and plan: which scripts are migrations, and in which order they are deployed.

A change ``db/users`` has the scripts deploy/db/users.sql, revert/db/users.sql and verify/db/users.sql; one that was
reworked keeps its old scripts as users@tag.sql, there or in a folder ``reworked`` (the manual sqitch-rework).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final, Literal

from .regular import regular_text

PLAN: Final = "sqitch.plan"
Kind = Literal["deploy", "revert", "verify"]

_KINDS: Final[Mapping[str, Kind]] = {"deploy": "deploy", "revert": "revert", "verify": "verify"}
_REWORKED: Final = "reworked"


@dataclass(frozen=True, slots=True)
class Script:
    """A script of the change ``name`` in the project whose folder is ``top``."""

    top: PurePath
    kind: Kind
    name: str


def script(path: PurePath) -> Script | None:
    """What a SQL file is by the folders that it lies in; None where it is no script of sqitch's."""
    if path.suffix != ".sql":
        return None
    for folder in path.parents:
        if kind := _KINDS.get(folder.name):
            top = folder.parent.parent if folder.parent.name == _REWORKED else folder.parent
            return Script(top, kind, path.relative_to(folder).with_suffix("").as_posix())
    return None


def as_planned(files: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """``files``, those of a sqitch project in the order of its plan; and beside them the scripts that only verify.

    A script that the plan does not have comes after the others of its project.
    """
    scripts = {file: found for file in files if (found := script(file))}
    plans = {top: _positions(Path(top) / PLAN) for top in {each.top for each in scripts.values()}}
    verifying = [file for file, each in scripts.items() if each.kind == "verify" and plans[each.top]]
    kept = [file for file in files if file not in set(verifying)]
    first: dict[PurePath, int] = {}
    for number, file in enumerate(kept):
        if file in scripts:
            first.setdefault(scripts[file].top, number)

    def place(numbered: tuple[int, Path]) -> tuple[int, int, int]:
        number, file = numbered
        found = scripts.get(file)
        if found is None or not (positions := plans[found.top]):
            return number, 0, 0
        return first[found.top], positions.get(found.name, max(positions.values()) + 1), number

    return [file for _, file in sorted(enumerate(kept), key=place)], verifying


def _positions(plan: Path) -> Mapping[str, int]:
    """The place of each change in the plan; of one that was reworked also that of its script up to a tag."""
    try:
        lines = regular_text(plan).splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    positions: dict[str, int] = {}
    for number, line in enumerate(lines):
        word = next(iter(line.partition("#")[0].removeprefix("+").split()), "%")
        if word.startswith("@"):
            positions |= {name + word: place for name, place in positions.items() if "@" not in name}
        elif not word.startswith(("%", "-")):
            positions[word] = number
    return positions
