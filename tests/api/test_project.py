"""What a path means: projects with their histories, and files that belong to none."""

from __future__ import annotations

from pathlib import Path

import pytest

from database_patterns.api import sources
from database_patterns.api.explain import explain
from database_patterns.api.history import Options
from database_patterns.api.lint import lint
from database_patterns.model import Gap, Span
from database_patterns.reports import ExplainReport

ENV = """\
from alembic import context
from sqlalchemy import create_engine

with create_engine("postgresql+psycopg://").connect() as connection:
    context.configure(connection=connection)
"""
INI = "[alembic]\nscript_location = db\n"


def revision(name: str, parent: str | None = None, upgrade: str = "pass", downgrade: str = "pass") -> str:
    head = f"import sqlalchemy as sa\nfrom alembic import op\n\nrevision = {name!r}\ndown_revision = {parent!r}\n"
    return f"{head}\n\ndef upgrade():\n    {upgrade}\n\n\ndef downgrade():\n    {downgrade}\n"


def write(top: Path, **files: str) -> Path:
    for name, text in files.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return top


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, which is a repository."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def shop(here: Path) -> Path:
    """A project whose revisions are in two folders."""
    files = {
        "alembic.ini": f"{INI}version_locations = db/versions plugins/versions\n",
        "db/env.py": ENV,
        "db/versions/z.py": revision("a", None, "op.create_table('t', sa.Column('x', sa.Integer))"),
        "plugins/versions/y.py": revision("b", "a", "op.add_column('t', sa.Column('y', sa.Integer))"),
        "db/versions/x.py": revision("c", "b", "op.create_index('i', 't', ['y'])"),
    }
    return write(here, **files)


def statements(report: ExplainReport) -> list[tuple[str, list[str]]]:
    """Each migration with its statements, in one line each."""
    return [(each.path, [" ".join(one.statement.sql.split()) for one in each.statements]) for each in report.migrations]


WHOLE = [
    ("db/versions/z.py", ["CREATE TABLE t ( x INTEGER )"]),
    ("plugins/versions/y.py", ["ALTER TABLE t ADD COLUMN y INTEGER"]),
    ("db/versions/x.py", ["CREATE INDEX i ON t (y)"]),
]


@pytest.mark.parametrize("path", ["", ".", "db", "db/versions", "db/../db/versions"])
def test_a_projects_history_is_read_whole_wherever_one_stands_in_it(shop: Path, path: str) -> None:
    given = sources.from_paths([Path(path)]) if path else sources.from_project(shop)
    report = explain(given)
    assert [(Path(name).name, found) for name, found in statements(report)] == [
        (Path(name).name, found) for name, found in WHOLE
    ]
    assert (report.not_analysed, report.unreadable, report.notes) == ((), (), ())


def test_files_are_named_as_the_user_would_name_them(shop: Path) -> None:
    names = ["db/versions/x.py", "db/versions/z.py", "plugins/versions/y.py"]
    for given in (sources.from_paths([Path()]), sources.from_paths([shop]), sources.from_paths([shop], within=shop)):
        assert [each.path for each in given.sources] == names


def test_a_revision_by_itself_is_read_in_its_project(shop: Path) -> None:
    convention = ENV.replace("connection=connection", "connection=connection, target_metadata=metadata")
    head = "from sqlalchemy import MetaData\nmetadata = MetaData(naming_convention={'ix': '%(table_name)s_index'})\n"
    write(shop, **{"db/env.py": head + convention})
    write(shop, **{"db/versions/w.py": revision("d", "c", "op.create_index(None, 't', ['x'])")})
    report = explain(sources.from_paths([Path("db/versions/w.py")]))
    assert statements(report) == [("db/versions/w.py", ["CREATE INDEX t_index ON t (x)"])]
    assert report.not_analysed == ()


def test_a_revision_as_text_is_read_in_the_project_of_its_history(shop: Path) -> None:
    write(shop, **{"db/env.py": ENV.replace("=connection)", "=connection, transaction_per_migration=True)")})
    body = revision("d", "c", "op.execute('COMMIT')\n    op.execute('SELECT 1')")
    history = sources.from_paths([shop])
    for options, certain in ((Options(), False), (Options(history=history), True)):
        (migration,) = explain(sources.from_text(body), options).migrations
        transaction = migration.statements[1].statement.transaction
        assert transaction is not None
        assert transaction.certain is certain


def test_a_revision_by_itself_misses_no_parent(shop: Path) -> None:
    given = sources.from_paths([shop / "db/versions/x.py"])
    assert (lint(given).not_analysed, lint(given).notes) == ((), ())


def test_some_revisions_of_a_project_come_in_the_order_of_all(shop: Path) -> None:
    """The one between them, which would tell, is not given."""
    given = sources.from_paths([shop / "db/versions/x.py", shop / "db/versions/z.py"])
    assert [each.revision for each in explain(given).migrations] == ["a", "c"]


def test_what_alembic_would_refuse_is_not_analysed_and_not_lost(shop: Path) -> None:
    write(shop, **{"db/versions/w.py": revision("d", "gone", "op.drop_table('t')")})
    report = lint(sources.from_paths([shop]))
    gap = Gap(
        Span("db/versions/w.py", 1, 1, 1, 1), "the order of the history", "revision d follows gone, which is in no file"
    )
    assert report.not_analysed == (gap,)
    assert report.notes == ("the history has 2 heads (c, d): read in the order of `alembic upgrade heads`",)
    assert explain(sources.from_paths([shop])).not_analysed == (gap,)
    assert (report.migrations, report.statements) == (4, 4)


def test_revisions_of_no_history_are_left_out_and_said(shop: Path) -> None:
    write(shop, **{"db/versions/old/v.py": revision("v"), "db/versions/old/u.py": revision("u", "v")})
    note = "left out as belonging to no history: u.py, v.py"
    for given in (sources.from_project(shop), sources.from_paths([shop])):
        assert (len(given.sources), given.notes) == (3, (note,))
    assert len(sources.from_paths([shop / "db/versions/old"]).sources) == 2


def test_sql_beside_a_project_is_read_only_where_its_name_is_that_of_a_migration(shop: Path) -> None:
    write(shop, **{"rows.sql": "SELECT 1;", "fixtures/seed.sql": "SELECT 2;", "legacy/0001_a.sql": "SELECT 3;"})
    given = sources.from_paths([shop])
    assert [each.path for each in given.sources if each.path.endswith(".sql")] == ["legacy/0001_a.sql"]
    assert given.notes == ("left out as no migration by its name: rows.sql, seed.sql",)
    assert [each.path for each in sources.from_paths([shop / "rows.sql"]).sources] == ["rows.sql"]


# Several databases --------------------------------------------------------------------------------------------------

MULTI = """\
from alembic import op

revision = "a"
down_revision = None


def upgrade(engine_name):
    globals()["upgrade_%s" % engine_name]()


def downgrade(engine_name):
    globals()["downgrade_%s" % engine_name]()


def upgrade_():
    op.execute("CREATE TABLE t (a int)")


def downgrade_():
    op.execute("DROP TABLE t")


def upgrade_users():
    op.execute("CREATE TABLE t (a int, b int)")


def downgrade_users():
    op.execute("DROP TABLE t")
"""


def test_each_database_has_its_own_history(here: Path) -> None:
    later = MULTI.replace('"a"', '"b"').replace("= None", '= "a"')
    later = later.replace("CREATE TABLE t (a int)", "ALTER TABLE t ADD c int")
    later = later.replace("CREATE TABLE t (a int, b int)", "ALTER TABLE t DROP b")
    write(here, **{"m/alembic.ini": "[alembic]\n", "m/env.py": ENV})
    write(here, **{"m/versions/1.py": MULTI, "m/versions/2.py": later})
    report = explain(sources.from_paths([here]))
    found = [(each.path, each.database, each.statements[0].statement.sql) for each in report.migrations]
    assert found == [
        ("m/versions/1.py", "", "CREATE TABLE t (a int)"),
        ("m/versions/2.py", "", "ALTER TABLE t ADD c int"),
        ("m/versions/1.py", "users", "CREATE TABLE t (a int, b int)"),
        ("m/versions/2.py", "users", "ALTER TABLE t DROP b"),
    ]
    assert report.not_analysed == ()
    only = explain(sources.from_paths([here / "m/versions/2.py"]), direction="downgrade")
    assert [(each.database, each.statements[0].statement.sql) for each in only.migrations] == [
        ("", "DROP TABLE t"),
        ("users", "DROP TABLE t"),
    ]


# Plain SQL ----------------------------------------------------------------------------------------------------------


def test_folders_of_sql_files_are_histories_of_their_own(here: Path) -> None:
    for service in ("a", "b"):
        write(here, **{f"{service}/2.sql": "ALTER TABLE t ADD x int;"})
        write(here, **{f"{service}/1.sql": "CREATE TABLE t (y int);"})
    report = explain(sources.from_paths([here]))
    assert [each.path for each in report.migrations] == ["a/1.sql", "a/2.sql", "b/1.sql", "b/2.sql"]
    assert [one.prediction.error for each in report.migrations for one in each.statements] == [None] * 4


def test_a_way_back_alone_is_never_passed_over(here: Path) -> None:
    write(here, **{"3_x.down.sql": "ALTER TABLE orders ADD COLUMN x int;"})
    given = sources.from_paths([here])
    up, down = explain(given), explain(given, direction="downgrade")
    why = "it only undoes another migration; ask for the downgrade"
    assert (up.migrations, up.not_analysed) == ((), (Gap(Span("3_x.down.sql", 1, 1, 1, 1), "the file", why),))
    assert (statements(down), down.not_analysed) == ([("3_x.down.sql", ["ALTER TABLE orders ADD COLUMN x int"])], ())
    assert lint(given).statements == 1


def test_a_pair_is_explained_each_way_under_the_name_of_its_file(here: Path) -> None:
    write(here, **{"1_a.up.sql": "CREATE TABLE t (a int);", "1_a.down.sql": "DROP TABLE t;"})
    write(here, **{"2_b.up.sql": "SELECT 1;"})
    given = sources.from_paths([here])
    assert statements(explain(given)) == [("1_a.up.sql", ["CREATE TABLE t (a int)"]), ("2_b.up.sql", ["SELECT 1"])]
    back = explain(given, direction="downgrade")
    assert statements(back) == [("1_a.down.sql", ["DROP TABLE t"])]
    assert back.not_analysed == (Gap(Span("2_b.up.sql", 1, 1, 1, 1), "the way back", "the file has none"),)


def test_a_mistake_in_a_way_back_is_named(here: Path) -> None:
    write(here, **{"1.sql": "-- migrate:up\nSELECT 1;\n-- migrate:down\nDROP TABEL t;\nSELECT 2;\n"})
    report = explain(sources.from_paths([here]), direction="downgrade")
    assert report.unreadable == ('1.sql:4:6: is not SQL that PostgreSQL parses: syntax error at or near "TABEL"',)
    assert statements(report) == [("1.sql", ["SELECT 2"])]
    assert not report.migrations[0].complete


def test_scripts_that_only_verify_and_foreign_migrations_are_said(here: Path) -> None:
    write(here, **{"sqitch.plan": "a 2026\n", "deploy/a.sql": "SELECT 1;", "verify/a.sql": "SELECT 2;"})
    write(here, **{"goose/1_a.sql": "SELECT 3;", "goose/2_b.go": "package migrations"})
    report = lint(sources.from_paths([here]))
    assert report.notes == ("left out as only verifying what sqitch has deployed: a.sql",)
    gap = Gap(Span("goose/2_b.go", 1, 1, 1, 1), "the migration", "it is neither SQL nor an Alembic revision")
    assert (report.not_analysed, report.migrations) == ((gap,), 2)


def test_settings_beside_a_sql_file_are_heeded(here: Path) -> None:
    write(here, **{"V1__a.sql": "ALTER TABLE t ADD a int;\nCREATE INDEX CONCURRENTLY i ON t (a);"})
    found = [each.rule for each in lint(sources.from_paths([here])).findings]
    assert found == ["concurrently-in-transaction"]
    write(here, **{"V1__a.sql.conf": "executeInTransaction=false\n"})
    assert lint(sources.from_paths([here])).findings == ()


# What only the project knows ----------------------------------------------------------------------------------------


def test_what_the_configuration_assumes_decides(shop: Path) -> None:
    code = revision("d", "c", "if settings.debug:\n        op.drop_table('t')").replace(
        "import op", "import op\nfrom app import settings"
    )
    write(shop, **{"db/versions/w.py": code, "database-patterns.toml": "[assume]\napp.settings.debug = false\n"})
    report = explain(sources.from_paths([shop / "db/versions/w.py"]))
    assert (statements(report), report.not_analysed) == ([("db/versions/w.py", [])], ())


def test_a_configuration_that_cannot_be_read_is_named_and_hides_nothing(shop: Path) -> None:
    write(shop, **{"database-patterns.toml": "asume = 1\n"})
    report = lint(sources.from_paths([shop], within=shop))
    assert report.unreadable == ("database-patterns.toml: has an unknown key 'asume'; did you mean assume?",)
    assert report.migrations == 3


# Nothing outside ----------------------------------------------------------------------------------------------------


def test_revisions_outside_the_root_are_not_read_whatever_leads_there(shop: Path) -> None:
    outside = write(shop / "outside", **{"versions/s.py": revision("secret")})
    inside = shop / "inside"
    write(inside, **{"alembic.ini": f"{INI}version_locations = db/versions %(here)s/../outside/versions\n"})
    write(inside, **{"db/env.py": ENV, "db/versions/a.py": revision("a")})
    (inside / "db/versions/link.py").symlink_to(outside / "versions/s.py")
    given = sources.from_paths([inside], within=inside)
    assert [each.path for each in given.sources] == ["db/versions/a.py"]
    assert given.unreadable == (
        "alembic.ini: %(here)s/../outside/versions leads out of the folder that may be read",
        "db/versions/link.py: is a link out of the folder that may be read",
    )
    assert len(sources.from_paths([inside]).sources) == 3


def test_a_script_location_outside_the_root_is_not_read(shop: Path) -> None:
    inside = write(shop / "inside", **{"alembic.ini": "[alembic]\nscript_location = ../db\n", "1.sql": "SELECT 1;"})
    given = sources.from_paths([inside], within=inside)
    assert [each.path for each in given.sources] == ["1.sql"]
    assert given.unreadable == ("alembic.ini: ../db leads out of the folder that may be read",)


def test_modules_outside_the_root_are_not_read(shop: Path) -> None:
    write(shop, **{"hidden.py": "TABLE = 's3cret'\n"})
    code = revision("a", None, "op.drop_table(TABLE)").replace("import op", "import op\nfrom hidden import TABLE")
    inside = write(
        shop / "inside", **{"alembic.ini": f"{INI}prepend_sys_path = ..\n", "db/env.py": ENV, "db/versions/a.py": code}
    )
    assert statements(explain(sources.from_paths([inside]))) == [("inside/db/versions/a.py", ["DROP TABLE s3cret"])]
    report = explain(sources.from_paths([inside], within=inside))
    assert "s3cret" not in str(report)
    assert report.not_analysed != ()


def test_links_that_lead_nowhere_are_named_and_hide_nothing(shop: Path) -> None:
    (shop / "db/versions/loop.py").symlink_to("loop.py")
    (shop / "0_loop.sql").symlink_to("0_loop.sql")
    (shop / "alembic.cfg").symlink_to("alembic.cfg")
    for within in (None, shop):
        given = sources.from_paths([shop], within=within)
        assert len(given.sources) == 3
        assert [line.partition(": ")[0] for line in given.unreadable] == ["db/versions/loop.py", "0_loop.sql"]


KEY = "op.create_foreign_key('k', 't', 'u', ['x'], ['id'], postgresql_not_valid=True)"
STEPS = {
    "db/versions/a.py": revision(
        "a", None, "op.execute('CREATE TABLE t (x int); CREATE TABLE u (id int PRIMARY KEY)')"
    ),
    "db/versions/b.py": revision("b", "a", KEY),
    "db/versions/c.py": revision("c", "b", "op.execute('ALTER TABLE t VALIDATE CONSTRAINT k')"),
}


@pytest.mark.parametrize("share", [True, False])
def test_a_safe_recipe_is_unsafe_where_one_run_puts_its_revisions_into_one_transaction(
    here: Path, *, share: bool
) -> None:
    env_py = ENV.replace("connection=connection)", f"connection=connection, transaction_per_migration={not share})")
    write(here, **{"alembic.ini": INI, "db/env.py": env_py, **STEPS})
    found = [each for each in lint(sources.from_project(here)).findings if each.rule == "foreign-key-validated-at-once"]
    last = explain(sources.from_project(here)).migrations[-1]
    if not share:
        assert (found, last.assumptions) == ([], ())
        return
    (finding,) = found
    assert (Path(finding.span.path).name, finding.severity, finding.certainty) == ("c.py", "warning", "unknown")
    assert [Path(each.path).name for each in finding.related] == ["b.py"]
    assert finding.message == (
        f"VALIDATE CONSTRAINT k reads every row of t under the ShareRowExclusiveLock of {finding.related[0].path} on"
        " t and u, which is still held where one run of Alembic applies both, as all its revisions share a transaction:"
        " writes wait meanwhile, as if there were no NOT VALID."
    )
    run = "in one run with the revisions before it, which share its transaction"
    waits = "writes on t and u would wait for their locks while all rows of u are read"
    assert last.assumptions == (f"it is applied by itself: {run}, {waits}",)
