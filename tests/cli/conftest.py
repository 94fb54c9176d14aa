"""The command line, called in this process."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import database_patterns
from database_patterns.cli import main

ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(database_patterns.__file__).parents[1]), "PYTHONUNBUFFERED": ""}
"""That of a process which runs what this one tests, from whatever folder, with streams as users have them."""


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    status: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in an empty folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Outcome:
        try:
            status = main(arguments)
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 1
        out, err = capfd.readouterr()
        return Outcome(status, out, err)

    return run
