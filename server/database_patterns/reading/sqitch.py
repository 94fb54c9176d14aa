"""sqitch's plan: which scripts are migrations, and in which order they are deployed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

PLAN: Final = "sqitch.plan"
_SCRIPTS: Final = {"deploy", "revert", "verify"}


def as_planned(files: Sequence[Path]) -> list[Path]:
    """``files``, those of a sqitch project in the order of its plan and without the scripts that only verify.

    A script that the plan does not have comes after the others of its folder.
    """
    plans = {folder: _positions(folder / PLAN) for folder in {file.parent.parent for file in files if _is_script(file)}}
    kept = [file for file in files if not (file.parent.name == "verify" and plans.get(file.parent.parent))]
    first: dict[Path, int] = {}
    for number, file in enumerate(kept):
        first.setdefault(file.parent, number)

    def place(numbered: tuple[int, Path]) -> tuple[int, int, int]:
        number, file = numbered
        positions = plans.get(file.parent.parent) if _is_script(file) else None
        return (first[file.parent], positions.get(file.stem, len(positions)), number) if positions else (number, 0, 0)

    return [file for _, file in sorted(enumerate(kept), key=place)]


def _is_script(file: Path) -> bool:
    return file.suffix == ".sql" and file.parent.name in _SCRIPTS


def _positions(plan: Path) -> dict[str, int]:
    """The place of each change in the plan; of one that was reworked also that of its script up to a tag."""
    try:
        lines = plan.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    positions: dict[str, int] = {}
    for number, line in enumerate(lines):
        word = line.partition("#")[0].split()[:1]
        if word and word[0].startswith("@"):
            positions |= {name + word[0]: place for name, place in positions.items() if "@" not in name}
        elif word and not word[0].startswith("%"):
            positions[word[0]] = number
    return positions
