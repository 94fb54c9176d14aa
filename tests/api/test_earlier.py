"""A revision that is named alone is read with those before it; what a user gives of the schema wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from database_patterns import from_paths, lint
from database_patterns.api import sources
from database_patterns.api.explain import explain
from database_patterns.api.history import UNKNOWN, Options
from database_patterns.reports import LintReport

REVISION = """\
import sqlalchemy as sa
from alembic import op

revision = "{name}"
down_revision = {parent!r}


def upgrade() -> None:
    {code}


def downgrade() -> None:
    pass
"""
CHAIN = {
    "a": (None, "op.execute('CREATE TABLE t (id integer PRIMARY KEY, code varchar(10))')"),
    "b": ("a", "op.alter_column('t', 'code', type_=sa.String(20))"),
    "c": ("b", "op.alter_column('t', 'code', type_=sa.String(40))"),
    "d": ("c", "op.alter_column('t', 'code', type_=sa.String(5))"),
    "side": ("a", "op.alter_column('t', 'code', type_=sa.Text())"),
}
WIDER = "c.py"
"""Harmless when the column is known to be a varchar that is not longer, else perhaps a rewrite."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, (parent, code) in CHAIN.items():
        Path(f"{name}.py").write_text(REVISION.format(name=name, parent=parent, code=code), encoding="utf-8")
    return tmp_path


def linted(*names: str, options: Options | None = None) -> LintReport:
    return lint(from_paths(map(Path, names)), options)


@pytest.mark.usefixtures("folder")
def test_one_revision_is_read_with_those_before_it() -> None:
    report = linted(WIDER)
    assert (report.findings, report.not_analysed, report.unreadable) == ((), (), ())
    assert (report.migrations, report.statements) == (1, 1)


@pytest.mark.usefixtures("folder")
def test_only_its_ancestors_count_and_none_of_another_branch() -> None:
    given = from_paths([Path("d.py")])
    assert [source.path for source in given.earlier] == ["a.py", "b.py", "c.py"]
    assert [source.path for source in from_paths([Path("side.py")]).earlier] == ["a.py"]


MOOD = "op.execute('ALTER TABLE t ADD COLUMN m mood')"


@pytest.mark.usefixtures("folder")
def test_a_type_that_another_branch_may_have_created_is_not_said_to_be_missing() -> None:
    Path("late.py").write_text(REVISION.format(name="late", parent="side", code=MOOD), encoding="utf-8")
    assert "statement-that-fails" not in [finding.rule for finding in linted("late.py").findings]
    for name in "bcd":
        Path(f"{name}.py").unlink()
    (finding,) = linted("late.py").findings
    assert (finding.rule, "42704" in finding.message) == ("statement-that-fails", True)


def test_without_them_nothing_is_known(folder: Path) -> None:
    (folder / "a.py").unlink()
    (folder / "b.py").unlink()
    report = linted(WIDER)
    assert report.not_analysed
    assert explain(from_paths([Path(WIDER)])).migrations[0].assumptions == (UNKNOWN,)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("what", ["schema", "history"])
def test_what_the_user_gives_wins(what: str) -> None:
    longer = sources.from_text("CREATE TABLE t (id integer PRIMARY KEY, code text);", name="dump.sql", kind="sql")
    options = Options(schema=longer) if what == "schema" else Options(history=longer)
    assert [each.rule for each in linted(WIDER, options=options).findings] == ["type-change-rewrites"]


@pytest.mark.usefixtures("folder")
def test_several_revisions_are_read_with_what_is_before_all_of_them() -> None:
    assert linted("b.py", "c.py").not_analysed == ()
    assert [source.path for source in from_paths([Path("b.py"), Path("d.py")]).earlier] == ["a.py"]


@pytest.mark.usefixtures("folder")
def test_a_folder_has_nothing_before_it() -> None:
    assert from_paths([Path()]).earlier == ()


def test_one_that_cannot_be_read_is_an_assumption_and_does_not_make_the_answer_unreadable(folder: Path) -> None:
    (folder / "a.py").write_text("revision = 'a'\ndown_revision = None\nupgrade = 1 /\n", encoding="utf-8")
    assert linted("b.py").unreadable == ()
    broken = "revision = 'a'\ndown_revision = None\n\n\ndef upgrade(x, y, z):\n    raise SystemExit\n"
    (folder / "a.py").write_text(broken, encoding="utf-8")
    assert explain(from_paths([Path("b.py")])).migrations[0].complete is False


def test_nothing_outside_of_the_folder_that_may_be_read_is_read(folder: Path) -> None:
    (folder / "inner").mkdir()
    (folder / "inner/c.py").write_text((folder / "c.py").read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "inner/b.py").symlink_to(folder / "b.py")
    given = from_paths([folder / "inner/c.py"], within=folder / "inner")
    assert [source.path for source in given.earlier] == []


def test_a_sql_file_takes_nothing_from_the_revisions_beside_it(folder: Path) -> None:
    (folder / "x.sql").write_text("ALTER TABLE t ALTER code TYPE varchar(50);\n", encoding="utf-8")
    assert from_paths([Path("x.sql")]).earlier == ()
    assert linted("x.sql").not_analysed


@pytest.mark.usefixtures("folder")
def test_what_one_that_cannot_be_read_may_have_made_is_not_said_to_be_missing() -> None:
    Path("b.py").write_text(REVISION.format(name="b", parent="a", code="pass"), encoding="utf-8")
    missing = "op.execute('UPDATE t SET nosuch = 1')"
    Path("c.py").write_text(REVISION.format(name="c", parent="b", code=missing), encoding="utf-8")
    assert "statement-that-fails" in {each.rule for each in linted("c.py").findings}
    Path("b.py").write_text(REVISION.format(name="b", parent="a", code="1 /"), encoding="utf-8")
    assert "statement-that-fails" not in {each.rule for each in linted("c.py").findings}


def test_what_the_rest_of_a_dump_may_hold_is_not_said_to_be_missing() -> None:
    update = sources.from_text("UPDATE t SET nosuch = 1 WHERE id = 1;")
    table = "CREATE TABLE t (id integer);"
    known, partly = (sources.from_text(f"{table}{rest}", name="d.sql", kind="sql") for rest in ("", "\n\\i more.sql\n"))
    assert [each.rule for each in lint(update, Options(schema=known)).findings] == ["statement-that-fails"]
    assert "statement-that-fails" not in {each.rule for each in lint(update, Options(schema=partly)).findings}
