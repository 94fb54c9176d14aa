"""The README is true: its commands show what it says they show, its table is measured, its links lead somewhere."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from database_patterns.lab.measure import measure
from database_patterns.lab.server import Server
from database_patterns.locks import blocked_by

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROGRAM = ".venv/bin/database-patterns"
TABLES = """
    CREATE TABLE customers (id bigint PRIMARY KEY);
    CREATE TABLE orders (id integer PRIMARY KEY, customer_id bigint, placed_at timestamptz DEFAULT now());
    INSERT INTO customers SELECT generate_series(1, 1000);
    INSERT INTO orders SELECT n, 1 FROM generate_series(1, 10000) AS n;
"""
STOPS = {("reads", "writes"): "reads and writes", ("writes",): "writes", (): "neither"}


def fences(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def sessions() -> list[tuple[str, str]]:
    """Every command that the README shows with its output."""
    shown = [each for fence in fences("console") for each in re.split(r"^\$ ", fence, flags=re.MULTILINE)[1:]]
    return [(command, output) for command, _, output in (each.partition("\n") for each in shown)]


def measured_rows() -> list[tuple[str, ...]]:
    """The cells of the table of measured statements."""
    rows = re.findall(r"^\| `(.+?)` \| `(.+?)` \| (.+?) \| (.+?) \|$", README, re.MULTILINE)
    return [tuple(row) for row in rows]


def run(command: str) -> subprocess.CompletedProcess[str]:
    """A command of the README, with the package that the tests run with in the place of ``.venv``."""
    program, *arguments = shlex.split(command)
    assert program == PROGRAM
    words = [sys.executable, "-m", "database_patterns", *arguments]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("command", "output"), sessions(), ids=[command for command, _ in sessions()])
def test_a_command_shows_what_the_readme_shows(command: str, output: str) -> None:
    assert run(command).stdout == output


def test_the_readme_shows_a_finding() -> None:
    assert any("index-without-concurrently" in output for _, output in sessions())


@pytest.mark.parametrize(("statement", "lock", "stops", "meanwhile"), measured_rows())
def test_the_table_of_the_readme_is_what_postgresql_does(
    statement: str, lock: str, stops: str, meanwhile: str, server: Server
) -> None:
    with server.database(setup_sql=TABLES) as database:
        measured = measure(database, statement)
    work = "rewrites every row" if "orders" in measured.rewritten else "reads every row"
    done = work if "orders" in measured.scanned else "touches no row"
    stopped = tuple(each for each in blocked_by(measured.locks["orders"]) if each in {"reads", "writes"})
    assert (measured.locks["orders"].name, STOPS[stopped], done) == (lock, stops, meanwhile)


def test_the_readme_has_a_measured_table() -> None:
    assert len(measured_rows()) > 5


def test_every_make_target_of_the_readme_exists() -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"\bmake (\w+)", "".join(fences("sh")))) - set(targets) == set()


def test_the_command_that_agents_are_given_starts_the_server() -> None:
    (registration,) = re.findall(r"^claude mcp add .* -- (.*)$", "".join(fences("sh")), re.MULTILINE)
    command = registration.replace('"$PWD"/', "")
    assert command == f"{PROGRAM} serve"
    assert run(f"{command} --help").returncode == 0


def test_the_links_of_the_readme_lead_to_files() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert [link for link in links if not (ROOT / link).exists()] == []
