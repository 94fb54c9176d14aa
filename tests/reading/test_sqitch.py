"""sqitch's plan decides what is deployed when; scripts that only verify are no migrations."""

from __future__ import annotations

from pathlib import Path, PurePath

import pytest

from database_patterns.reading import scan
from database_patterns.reading.sqitch import Script, as_planned, script

PLAN = """\
%syntax-version=1.0.0
%project=shop

users 2026-01-01T00:00:00Z A <a@example.org> # first
@v1 2026-01-02T00:00:00Z A <a@example.org> # tag
+ db/orders [users] 2026-01-03T00:00:00Z A <a@example.org>
users [users@v1] 2026-01-04T00:00:00Z A <a@example.org> # reworked
- db/orders
"""


def write(top: Path, *names: str, plan: str = PLAN) -> None:
    top.mkdir(exist_ok=True)
    (top / "sqitch.plan").write_text(plan)
    for name in names:
        path = top / f"{name}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("SELECT 1;\n")


def names(top: Path, paths: tuple[Path, ...]) -> list[str]:
    return [path.relative_to(top).with_suffix("").as_posix() for path in paths]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("shop/deploy/users.sql", Script(PurePath("shop"), "deploy", "users")),
        ("shop/revert/db/orders.sql", Script(PurePath("shop"), "revert", "db/orders")),
        ("verify/users.sql", Script(PurePath(), "verify", "users")),
        ("shop/reworked/deploy/users@v1.sql", Script(PurePath("shop"), "deploy", "users@v1")),
        ("shop/users.sql", None),
        ("shop/deploy/users.py", None),
    ],
)
def test_a_script_is_told_by_the_folders_that_it_lies_in(path: str, found: Script | None) -> None:
    assert script(PurePath(path)) == found


def test_scripts_come_in_the_order_of_the_plan_and_those_that_verify_apart(tmp_path: Path) -> None:
    write(tmp_path, "deploy/db/orders", "deploy/users", "reworked/deploy/users@v1", "verify/users", "revert/users")
    found = scan(tmp_path)
    assert names(tmp_path, found.migrations) == [
        "reworked/deploy/users@v1",
        "deploy/db/orders",
        "deploy/users",
        "revert/users",
    ]
    assert names(tmp_path, found.verifying) == ["verify/users"]


def test_a_script_that_the_plan_does_not_have_comes_last(tmp_path: Path) -> None:
    write(tmp_path, "deploy/a_forgotten", "deploy/users")
    assert names(tmp_path, scan(tmp_path).migrations) == ["deploy/users", "deploy/a_forgotten"]


def test_without_a_plan_the_names_decide_and_nothing_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, "deploy/b", "deploy/a", "verify/a")
    (tmp_path / "sqitch.plan").unlink()
    found = scan(tmp_path)
    assert names(tmp_path, found.migrations) == ["deploy/a", "deploy/b", "verify/a"]
    assert found.verifying == ()


def test_other_files_keep_their_places_beside_a_project(tmp_path: Path) -> None:
    write(tmp_path / "b", "deploy/users", "deploy/db/orders")
    write(tmp_path / "a", "2", "10")
    write(tmp_path / "c", "1")
    files = [tmp_path / "a/2.sql", tmp_path / "b/deploy/db/orders.sql", tmp_path / "b/deploy/users.sql"]
    found, _ = as_planned([*files, tmp_path / "c/1.sql"])
    assert names(tmp_path, tuple(found)) == ["a/2", "b/deploy/db/orders", "b/deploy/users", "c/1"]
