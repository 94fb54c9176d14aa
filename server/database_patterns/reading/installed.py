"""The libraries that a project has installed: the folders of its virtual environment that hold Python modules."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from .project import is_inside, upwards

_NAMES: Final = (".venv", "venv", "env")
"""Where virtual environments stand beside a project."""
_MARK: Final = "pyvenv.cfg"
"""What makes a folder a virtual environment (PEP 405)."""
_MODULES: Final = ("lib/python3*/site-packages", "Lib/site-packages")
"""Where an environment keeps modules, on POSIX and on Windows."""


def libraries(folder: Path, within: Path | None = None) -> tuple[Path, ...]:
    """The folders of installed modules for a project in ``folder``: those of the nearest environment, or none.

    An active environment (``VIRTUAL_ENV``) counts where the project has none beside it. Nothing outside of ``within``
    is named.
    """
    for environment in _environments(folder, within):
        found = [each for pattern in _MODULES for each in sorted(environment.glob(pattern)) if is_inside(each, within)]
        if found:
            return tuple(found)
    return ()


def _environments(folder: Path, within: Path | None) -> Iterator[Path]:
    candidates = [parent / name for parent in upwards(folder, within) for name in _NAMES]
    if active := os.environ.get("VIRTUAL_ENV"):
        candidates.append(Path(active))
    return (each for each in candidates if is_inside(each, within) and (each / _MARK).is_file())
