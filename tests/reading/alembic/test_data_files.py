"""Files beside a revision that it reads when it runs: their text is SQL, their paths never are."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from tests.reading.alembic.conftest import HEADER, indented

from database_patterns.model import Migration
from database_patterns.reading.alembic import RevisionContext, read_revision

TOP = """
import os
import os.path as p
import pathlib
from os import path
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDER = os.path.dirname(os.path.abspath(__file__))


def load(name, folder="sql"):
    with open(os.path.join(FOLDER, folder, name), encoding="utf-8") as file:
        return file.read()
"""


def read(root: Path, body: str, top: str = "", **files: str) -> Migration:
    for name, text in {"versions/sql/a.sql": "DROP TABLE a", **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    text = f"{HEADER}{TOP}{dedent(top)}\n\ndef upgrade():\n{indented(body)}"
    return read_revision(text, str(root / "versions" / "b.py"), RevisionContext(roots=(root,)))


def outline(migration: Migration) -> list[tuple[str, str, str | None]]:
    return [(" ".join(each.sql.split()), each.confidence, each.guard) for each in migration.upgrade]


READ = [
    'op.execute((HERE / "sql" / "a.sql").read_text())',
    'op.execute(HERE.joinpath("sql", "a.sql").read_text(encoding="utf-8"))',
    'op.execute(Path(HERE, "sql/a.sql").open().read())',
    'op.execute(pathlib.Path(__file__).parents[1].joinpath("versions/sql/a.sql").read_text("utf-8"))',
    'op.execute(open(FOLDER + "/sql/a.sql").read())',
    'op.execute(open(f"{FOLDER}/sql/a.sql", "r").read())',
    'op.execute(open(path.join(p.dirname(__file__), "..", "versions", "sql", "a.sql")).read())',
    'op.execute(load("a.sql"))',
    'with (HERE / "sql" / "b.sql").with_name("a.sql").open() as file:\n    op.execute("".join(file.readlines()))',
    'with open(os.path.join(str(HERE), "sql", "a.sql")) as file:\n    op.execute(sa.text(file.read()))',
    'if (HERE / "sql" / "a.sql").exists():\n    op.execute(load("a.sql"))',
    'op.execute(load(os.path.basename("a.sql") and (HERE / "sql" / "a.sql").name))',
    'op.execute("DROP TABLE " + (HERE / "sql" / "a.sql").stem)',
]


@pytest.mark.parametrize("body", READ)
def test_the_text_of_a_file_beside_the_revision_is_what_is_sent(body: str, tmp_path: Path) -> None:
    migration = read(tmp_path, body)
    assert (outline(migration), migration.upgrade_gaps) == ([("DROP TABLE a", "exact", None)], ())


def test_statements_of_a_file_stand_at_the_call_that_executes_them(tmp_path: Path) -> None:
    migration = read(tmp_path, 'op.execute(load("two.sql"))', **{"versions/sql/two.sql": "SELECT 1;\nSELECT 2;\n"})
    assert outline(migration) == [("SELECT 1", "exact", None), ("SELECT 2", "exact", None)]
    assert {(each.span.line, each.span.column) for each in migration.upgrade} == {(26, 5)}


def test_a_module_of_the_project_may_read_a_file_when_it_is_imported(tmp_path: Path) -> None:
    module = "import os\nwith open(os.path.join(os.path.dirname(__file__), 'x.sql')) as file:\n    SQL = file.read()\n"
    files = {"app/texts.py": module, "app/x.sql": "DROP TABLE x"}
    assert outline(read(tmp_path, "op.execute(SQL)", "from app.texts import SQL", **files)) == [
        ("DROP TABLE x", "exact", None)
    ]


def test_what_was_read_of_a_file_is_gone(tmp_path: Path) -> None:
    body = """
        with open(HERE / "sql" / "a.sql") as file:
            op.execute(file.read())
            op.execute("SELECT 1" + file.read())
    """
    assert outline(read(tmp_path, body)) == [("DROP TABLE a", "exact", None), ("SELECT 1", "exact", None)]


def test_a_path_is_never_a_part_of_sql(tmp_path: Path) -> None:
    migration = read(tmp_path, "op.execute(f\"COPY t FROM '{HERE}/t.csv'\")\nop.execute('SELECT ' + FOLDER)")
    assert [confidence for _, confidence, _ in outline(migration)] == ["opaque", "opaque"]
    assert str(tmp_path) not in "".join(each.sql for each in migration.upgrade)


NOT_READ = {
    'op.execute((HERE / "sql" / "none.sql").read_text())': "the file none.sql, which is not read",
    'op.execute((HERE.parent.parent / "outside.sql").read_text())': "the file outside.sql, which is not read",
    'op.execute(open("/etc/hostname").read())': "open",
    'op.execute((HERE / "/etc/hostname").read_text())': "the file hostname, which is not read",
    'op.execute((HERE / "sql" / "link.sql").read_text())': "the file link.sql, which is not read",
    'op.execute((HERE / "sql" / "marked.sql").read_text())': "the file marked.sql, which is not read",
    'op.execute((HERE / "sql" / "big.sql").read_text())': "the file big.sql, which is not read",
    'op.execute(open(HERE / "sql" / "a.sql", "rb").read())': "the file a.sql, which is not read as it is opened",
    'op.execute((HERE / "sql" / "a.sql").read_text("latin-1"))': "the file a.sql, which is not read as it is opened",
    'op.execute(open(HERE / "sql" / "a.sql").read(4))': "a part of a file",
    'op.execute((HERE / os.environ["NAME"]).read_text())': "os.environ, known only when the migration runs",
}


@pytest.mark.parametrize("body", NOT_READ)
def test_a_file_that_is_not_read_leaves_its_text_unknown(body: str, tmp_path: Path) -> None:
    root = tmp_path / "project"
    (root / "versions/sql").mkdir(parents=True)
    (tmp_path / "outside.sql").write_text("DROP TABLE outside")
    (root / "versions/sql/link.sql").symlink_to(tmp_path / "outside.sql")
    migration = read(root, body, **{"versions/sql/marked.sql": "\ufeffSELECT 1", "versions/sql/big.sql": "x" * 400_000})
    assert [(confidence, guard) for _, confidence, guard in outline(migration)] == [("opaque", NOT_READ[body])]


def test_without_folders_of_the_project_no_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("DROP TABLE a")
    text = f'{HEADER}{TOP}\ndef upgrade():\n    op.execute((HERE / "a.sql").read_text())\n'
    (statement,) = read_revision(text, str(tmp_path / "b.py")).upgrade
    assert statement.confidence == "opaque"
