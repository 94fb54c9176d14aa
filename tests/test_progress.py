"""What runs for minutes says how far it is."""

from __future__ import annotations

import pytest
from tests.progress import counted


def test_some_lines_say_how_many_are_done(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(counted(range(12), "PostgreSQL 18")) == list(range(12))
    said = capsys.readouterr()
    assert said.err.splitlines() == [f"PostgreSQL 18: {done} of 12" for done in (0, 3, 6, 9, 12)]
    assert said.out == ""


def test_nothing_to_do_is_said_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(counted([], "PostgreSQL 18")) == []
    assert capsys.readouterr().err == "PostgreSQL 18: 0 of 0\n"
