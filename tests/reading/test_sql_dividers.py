"""Lines that divide a SQL file into its way there and its way back, as the tools that write them have it."""

from __future__ import annotations

import pytest

from database_patterns.model import Migration
from database_patterns.reading import read_text

DIVIDED = {
    "tern": "SELECT 1;\nSELECT 2;\n---- create above / drop below ----\nSELECT 3;\n",
    "node-pg-migrate": "-- Up Migration\nSELECT 1;\nSELECT 2;\n\n-- Down Migration\nSELECT 3;\n",
    "node-pg-migrate without its first line": "SELECT 1;\nSELECT 2;\n--- Down migration: undo\nSELECT 3;\n",
    "MyBatis": "-- // first\nSELECT 1;\nSELECT 2;\n-- //@UNDO\nSELECT 3;\n",
    "shmig": "-- ==== UP ====\nSELECT 1;\nSELECT 2;\n-- ==== DOWN ====\nSELECT 3;\n",
    "Play": "# --- !Ups\nSELECT 1;\nSELECT 2;\n# --- !Downs\nSELECT 3;\n",
    "Play's newer": "-- users schema\n\n-- !Ups\nSELECT 1;\nSELECT 2;\n-- !Downs\nSELECT 3;\n",
    "Rambler": "-- rambler up\nSELECT 1;\n-- rambler up\nSELECT 2;\n-- rambler down\nSELECT 3;\n",
    "micrate": "-- +micrate Up\nSELECT 1;\nSELECT 2;\n-- +micrate Down\nSELECT 3;\n",
    "a program of one's own": "-- UP:\nSELECT 1;\nSELECT 2;\n--- @Down ---\nSELECT 3;\n",
}
SHARING = {"tern", "node-pg-migrate", "node-pg-migrate without its first line", "MyBatis", "shmig"}


def sql(migration: Migration) -> tuple[list[str], list[str]]:
    return [each.sql for each in migration.upgrade], [each.sql for each in migration.downgrade]


def transactions(migration: Migration) -> list[str | None]:
    return [each.transaction.id if each.transaction else None for each in migration.upgrade]


@pytest.mark.parametrize("tool", DIVIDED)
def test_what_stands_below_the_line_is_the_way_back(tool: str) -> None:
    migration = read_text(DIVIDED[tool], "1_a.sql")
    assert sql(migration) == (["SELECT 1", "SELECT 2"], ["SELECT 3"])
    assert (migration.upgrade_gaps, migration.downgrade_gaps) == ((), ())
    (one, two) = transactions(migration)
    assert (one is not None, one) == (tool in SHARING, two)


@pytest.mark.parametrize(
    "text",
    [
        "-- down\nSELECT 1;\n-- up\nSELECT 2;\n",
        "-- up and down\nSELECT 1;\n-- down the road\nSELECT 2;\n",
        "-- down\nSELECT 1;\nSELECT 2;\n",
    ],
)
def test_comments_that_speak_of_up_or_down_divide_nothing(text: str) -> None:
    assert sql(read_text(text, "1_a.sql")) == (["SELECT 1", "SELECT 2"], [])


@pytest.mark.parametrize(
    ("head", "shares"),
    [
        ("--! Previous: -\n--! Hash: sha1:1\n", True),
        ("--! Previous: -\n--! no-transaction\n", False),
        ("-- atlas:txmode file\n", True),
        ("-- atlas:txmode none\n", False),
        ("SELECT 0;--> statement-breakpoint\n", True),
        ("---- tern: disable-tx ----\n---- create above / drop below ----\n", None),
    ],
)
def test_lines_tell_whether_statements_share_a_transaction(head: str, *, shares: bool | None) -> None:
    found = transactions(read_text(f"{head}SELECT 1;\nSELECT 2;\n", "1_a.sql"))
    assert found == [] if shares is None else (len(set(found)), None not in found) == (1, shares)


def test_liquibases_changesets_are_transactions_and_those_of_other_databases_are_left_out() -> None:
    text = (
        "--liquibase formatted sql\n\n--changeset a:1\nSELECT 1;\nSELECT 2;\n--rollback SELECT 0;\n"
        "--changeset a:2 dbms:mysql\nSELECT 3;\n"
        "-- changeset a:3 runInTransaction:false dbms:postgresql,h2\nSELECT 4;\n"
        "--changeset a:4 dbms:!postgresql\nSELECT 5;\n"
        "--changeset a:5 dbms:!oracle\nSELECT ${x};\n"
    )
    migration = read_text(text, "1_a.sql")
    assert sql(migration) == (["SELECT 1", "SELECT 2", "SELECT 4", "SELECT $1"], [])
    assert transactions(migration) == ["1_a.sql/upgrade/1", "1_a.sql/upgrade/1", None, "1_a.sql/upgrade/5"]
    assert migration.upgrade_gaps == ()


def test_a_file_of_changesets_for_other_databases_alone_is_empty() -> None:
    assert sql(read_text("--liquibase formatted sql\n--changeset a:1 dbms:mysql\nSELECT 1;\n", "1.sql")) == ([], [])
