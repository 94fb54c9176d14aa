"""The example projects on a real server: what is clean runs there and back, what is not fails as its name says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

import pytest
from tests.catalog.facts import live, replayed

from database_patterns.api import history, sources
from database_patterns.api.explain import explain
from database_patterns.api.history import Options
from database_patterns.api.lint import lint
from database_patterns.api.live import APPLIED, IS_THE_START
from database_patterns.api.live import database as live_database
from database_patterns.lab import driver
from database_patterns.lab.server import Database

EXAMPLES = Path(__file__).parents[2] / "examples"


def alembic(example: str, database: Database, *arguments: str) -> subprocess.CompletedProcess[str]:
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415  # the extra `lab` may be missing

    url = f"postgresql+psycopg:///?{urlencode(conninfo_to_dict(database.owner))}"
    command = [sys.executable, "-m", "alembic", *arguments]
    return subprocess.run(
        command,
        cwd=EXAMPLES / example,
        env=os.environ | {"SHOP_DATABASE_URL": url, "BOOKINGS_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )


def rows(database: Database, query: str) -> list[tuple[object, ...]]:
    with driver.connect(database.owner) as connection:
        return [tuple(row) for row in driver.rows(connection, query)]


def findings(example: str) -> list[tuple[str, int, str]]:
    """File, line and rule of every finding, when the whole example could be analysed."""
    report = lint(sources.from_project(EXAMPLES / example))
    assert report.not_analysed == ()
    return [(Path(each.span.path).name, each.span.line, each.rule) for each in report.findings]


@pytest.mark.parametrize("example", ["clean-bookings", "clean-library", "clean-tickets"])
def test_a_clean_history_is_quiet(example: str) -> None:
    report = lint(sources.from_paths([EXAMPLES / example]))
    assert [(each.span, each.rule) for each in report.findings if each.severity != "advice"] == []
    assert (report.not_analysed, report.unreadable) == ((), ())


def test_the_clean_bookings_upgrade_downgrade_and_upgrade_again(database: Database) -> None:
    for direction, target in (("upgrade", "head"), ("downgrade", "base"), ("upgrade", "head")):
        finished = alembic("clean-bookings", database, direction, target)
        assert finished.returncode == 0, finished.stderr


@pytest.mark.parametrize("example", ["clean-library", "clean-tickets"])
def test_a_clean_history_in_sql_runs_there_and_back(example: str, database: Database) -> None:
    migrations = sources.read(sources.from_paths([EXAMPLES / example])).migrations
    there = [statement.sql for migration in migrations for statement in migration.upgrade]
    back = [statement.sql for migration in reversed(migrations) for statement in migration.downgrade]
    database.execute(*there)
    if back:
        database.execute(*back, *there)


def test_the_shop_has_exactly_the_dangers_that_were_put_into_it() -> None:
    assert findings("shop") == [
        ("2026_02_03_find_orders_by_date.py", 17, "index-without-concurrently"),
        ("2026_02_17_record_the_sales_channel.py", 18, "not-null-without-default"),
        ("2026_03_03_ship_only_to_known_addresses.py", 17, "foreign-key-validated-at-once"),
        ("2026_04_07_every_customer_has_a_name.py", 18, "set-not-null-without-proof"),
        ("2026_05_19_make_room_for_more_orders.py", 18, "type-change-rewrites"),
        ("2026_05_19_make_room_for_more_orders.py", 22, "type-change-rewrites"),
        ("2026_06_02_forget_phone_numbers.py", 18, "drop-column"),
    ]


def test_the_shop_upgrades_downgrades_and_upgrades_again(database: Database) -> None:
    for direction, target in (("upgrade", "head"), ("downgrade", "base"), ("upgrade", "head")):
        finished = alembic("shop", database, direction, target)
        assert finished.returncode == 0, finished.stderr
    assert rows(database, "SELECT version_num FROM alembic_version") == [("b18e6d2a07f4",)]


def test_the_shops_models_are_what_its_revisions_build(database: Database) -> None:
    assert alembic("shop", database, "upgrade", "head").returncode == 0
    assert alembic("shop", database, "check").stdout == "No new upgrade operations detected.\n"


def test_the_schema_that_the_shops_revisions_build_is_that_of_the_live_database(database: Database) -> None:
    assert alembic("shop", database, "upgrade", "head").returncode == 0
    (followed,) = history.followed(sources.read(sources.from_project(EXAMPLES / "shop")), Options(), ("upgrade",))
    built = replayed(followed.contexts[-1].at_end, postgres=database.postgres)
    with driver.connect(database.owner) as connection:
        facts = live(connection)
    found = replayed(live_database(database.owner).catalog, postgres=database.postgres)
    assert {what: found[what] for what in facts} == facts
    own = {what: {each for each in some if "alembic_version" not in each} for what, some in facts.items()}
    assert {what: built[what] for what in own} == own


def test_a_live_database_is_asked_which_of_the_shops_revisions_it_has(database: Database) -> None:
    assert alembic("shop", database, "upgrade", "head").returncode == 0
    assert alembic("shop", database, "downgrade", "-1").returncode == 0
    options = Options(postgres=database.postgres, database=live_database(database.owner))
    migrations = explain(sources.from_project(EXAMPLES / "shop"), options).migrations
    assert [APPLIED in each.assumptions for each in migrations] == [True] * (len(migrations) - 1) + [False]
    assert IS_THE_START in migrations[-1].assumptions


def test_an_index_built_concurrently_in_a_transaction_is_found_and_refused_by_postgresql(database: Database) -> None:
    revision = "2026_02_03_find_orders_by_date.py"
    assert findings("concurrently-in-transaction") == [
        (revision, 17, "concurrently-in-transaction"),
        (revision, 21, "concurrently-in-transaction"),
    ]
    finished = alembic("concurrently-in-transaction", database, "upgrade", "head")
    assert finished.returncode == 1
    assert "CREATE INDEX CONCURRENTLY cannot run inside a transaction block" in finished.stderr
    assert rows(database, "SELECT version_num FROM alembic_version") == [("0a7f3b91c5d2",)]


def test_a_commit_on_the_migration_connection_is_found_and_loses_the_version_silently(database: Database) -> None:
    assert findings("commit-on-migration-connection") == [
        ("2026_04_07_fill_display_names.py", 19, "unbatched-update-or-delete"),
        ("2026_04_07_fill_display_names.py", 20, "commit-on-migration-connection"),
    ]
    finished = alembic("commit-on-migration-connection", database, "upgrade", "head")
    assert finished.returncode == 0
    assert rows(database, "SELECT display_name FROM customers ORDER BY id") == [("Ada",), ("Grace",)]
    assert rows(database, "SELECT version_num FROM alembic_version") == [("91c4e7a2f08d",)]
