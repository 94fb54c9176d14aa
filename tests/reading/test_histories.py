"""Migrations become histories: in order, with what was concluded and what is wrong."""

from __future__ import annotations

from pathlib import Path

from database_patterns.model import Gap, Migration, Span, Statement, Transaction
from database_patterns.reading import read_text
from database_patterns.reading.histories import History, of_files, of_project
from database_patterns.reading.project import below
from database_patterns.reading.surroundings import Surroundings

ENV = """\
from alembic import context
from sqlalchemy import create_engine

with create_engine("postgresql+psycopg://").connect() as connection:
    context.configure(connection=connection)
"""


def around(folder: Path) -> Surroundings:
    (folder / "db" / "versions").mkdir(parents=True)
    (folder / "alembic.ini").write_text("[alembic]\nscript_location = db\n")
    (folder / "db" / "env.py").write_text(ENV)
    (found,) = below(folder).projects
    return Surroundings(found)


def revision(name: str, *parents: str, sql: str = "") -> Migration:
    path = f"{name}.py"
    span = Span(path, 1, 1, 1, 2)
    own = Transaction(f"{path}/upgrade/1", certain=True, reason="as read")
    return Migration(
        path,
        "alembic",
        upgrade=(Statement(sql, span, transaction=own),) if sql else (),
        revision=name,
        down_revisions=parents,
    )


def paths(history: History) -> list[str]:
    return [each.path for each in history.migrations]


def order_gap(path: str, why: str) -> Gap:
    return Gap(Span(path, 1, 1, 1, 1), "the order of the history", why)


def test_a_projects_revisions_share_transactions_in_their_order(tmp_path: Path) -> None:
    history = of_project(
        [revision("b", "a", sql="SELECT 2"), revision("a", sql="SELECT 1")], around(tmp_path), whole=True
    )
    assert paths(history) == ["a.py", "b.py"]
    ids = {each.transaction.id for migration in history.migrations for each in migration.upgrade if each.transaction}
    assert ids == {"a.py/upgrade/1"}
    assert (history.notes, history.problems, history.database) == ((), (), None)


def test_several_heads_are_noted(tmp_path: Path) -> None:
    history = of_project([revision("a"), revision("b", "a"), revision("c", "a")], around(tmp_path), whole=True)
    assert history.notes == ("the history has 2 heads (c, b): read in the order of `alembic upgrade heads`",)
    assert history.problems == ()


def test_what_is_not_known_of_transactions_is_noted_once(tmp_path: Path) -> None:
    surroundings = around(tmp_path)
    (tmp_path / "db" / "env.py").write_text(ENV.replace("connection=connection", "connection=attributes['c']"))
    history = of_project([revision("a", sql="SELECT 1")], surroundings, whole=True)
    why = "env.py gets its connection from elsewhere, which may have begun one"
    assert history.notes == (f"whether revisions share a transaction is not known: {why}",)
    assert [each.transaction.reason for each in history.migrations[0].upgrade if each.transaction] == ["as read"]


def test_what_alembic_refuses_is_a_problem(tmp_path: Path) -> None:
    given = [revision("a", "gone"), revision("b", "a"), Migration("b2.py", "alembic", (), revision="b")]
    history = of_project(given, around(tmp_path), whole=True)
    assert paths(history) == ["a.py", "b.py", "b2.py"]
    assert history.problems == (
        order_gap("b.py", "revision b is in more than one file"),
        order_gap("a.py", "revision a follows gone, which is in no file"),
    )


def test_revisions_in_a_circle_are_a_problem_and_none_is_lost(tmp_path: Path) -> None:
    history = of_project([revision("a", "b"), revision("b", "a"), revision("c")], around(tmp_path), whole=True)
    assert paths(history) == ["c.py", "b.py", "a.py"]
    assert history.problems == (order_gap("a.py", "revisions a, b follow each other in a circle"),)


def test_of_a_part_of_a_history_neither_parents_nor_heads_are_missed(tmp_path: Path) -> None:
    history = of_project([revision("b", "a"), revision("c", "a")], around(tmp_path), whole=False)
    assert (paths(history), history.notes, history.problems) == (["c.py", "b.py"], (), ())


def test_loose_files_are_sql_in_its_order_then_revisions() -> None:
    given = [revision("b", "a"), revision("a"), *(read_text("SELECT 1", path) for path in ("10.sql", "9.sql"))]
    assert of_files(given) == History((given[3], given[2], given[1], given[0]))


def test_loose_files_of_the_two_directions_are_one_migration() -> None:
    history = of_files([read_text("SELECT 2", "1_a.down.sql"), read_text("SELECT 1", "1_a.up.sql")])
    assert paths(history) == ["1_a.up.sql"]
    assert [each.sql for each in history.migrations[0].downgrade] == ["SELECT 2"]
