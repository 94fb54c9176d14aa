"""A live database as what exists before: its schema, the revisions that it has already, how large its tables are."""

from __future__ import annotations

from pathlib import Path

import pytest

from database_patterns.api import live
from database_patterns.api.doctor import doctor
from database_patterns.api.explain import explain
from database_patterns.api.history import Options
from database_patterns.api.lint import lint
from database_patterns.api.sources import Given, Source, from_project, from_text
from database_patterns.databases.snapshot import Snapshot
from database_patterns.errors import UserError
from database_patterns.lab.server import Database
from database_patterns.reports import Capability, ExplainedMigration

FROM_THE_HISTORY = "the live database has this revision already, which is followed from the history alone"
FROM_THE_DATABASE = "the schema before is that of the live database as it is now"


def revision(name: str, parent: str | None, upgrade: str) -> Source:
    text = (
        f"from alembic import op\n\nrevision = {name!r}\ndown_revision = {parent!r}\n\n\n"
        f"def upgrade():\n    op.execute({upgrade!r})\n\n\ndef downgrade():\n    pass\n"
    )
    return Source(f"{name}.py", text)


CHAIN = (
    revision("a", None, "CREATE TABLE t (id int)"),
    revision("b", "a", "ALTER TABLE t ADD COLUMN b int"),
    revision("c", "b", "ALTER TABLE t ALTER COLUMN b SET NOT NULL"),
)
AT_B = "CREATE TABLE t (id int, b int); CREATE TABLE by_hand (id int);"
EXISTS = '42P07: relation "by_hand" already exists'
VERSIONS = "CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);"


def snapshot_of(database: Database, *statements: str) -> Snapshot:
    database.execute(*statements)
    return live.database(database.owner)


def explained(
    given: tuple[Source, ...], database: Snapshot, history: tuple[Source, ...] = ()
) -> list[ExplainedMigration]:
    options = Options(postgres=database.postgres, database=database, history=Given(history))
    return list(explain(Given(given), options).migrations)


def test_revisions_that_the_database_lacks_start_from_its_schema(database: Database) -> None:
    found = snapshot_of(database, AT_B, VERSIONS, "INSERT INTO alembic_version VALUES ('b')")
    by_revision = {each.revision: each for each in explained(CHAIN, found)}
    assert found.revisions == frozenset({"b"})
    assert {name: each.assumptions for name, each in by_revision.items()} == {
        "a": (FROM_THE_HISTORY,),
        "b": (FROM_THE_HISTORY,),
        "c": (FROM_THE_DATABASE,),
    }
    assert [each.verdict for each in by_revision.values()][-1] == "blocks reads and writes on t while all rows are read"


def test_what_the_history_does_not_know_is_there_all_the_same(database: Database) -> None:
    found = snapshot_of(database, AT_B, VERSIONS, "INSERT INTO alembic_version VALUES ('b')")
    (coming,) = explained((revision("c", "b", "CREATE TABLE by_hand (id int)"),), found)
    assert str(coming.statements[0].prediction.error) == EXISTS


def test_revisions_between_the_database_and_the_one_asked_for_are_followed(database: Database) -> None:
    found = snapshot_of(database, "CREATE TABLE t (id int)", VERSIONS, "INSERT INTO alembic_version VALUES ('a')")
    (coming,) = explained(CHAIN[2:], found, history=CHAIN[:2])
    assert coming.statements[0].prediction.error is None
    assert coming.assumptions == (FROM_THE_DATABASE,)


def test_a_database_without_any_revision_gets_them_all(database: Database) -> None:
    found = snapshot_of(database, VERSIONS)
    assert [each.assumptions for each in explained(CHAIN, found)] == [(FROM_THE_DATABASE,)] * 3


def test_where_the_database_is_elsewhere_nothing_is_certain(database: Database) -> None:
    found = snapshot_of(database, AT_B, VERSIONS, "INSERT INTO alembic_version VALUES ('z')")
    (coming,) = explained((revision("c", "b", "CREATE TABLE by_hand (id int)"),), found)
    assert coming.statements[0].prediction.error is None
    assert [each.sqlstate for each in coming.statements[0].prediction.may_fail] == ["42P07"]
    assert coming.assumptions == (
        FROM_THE_DATABASE,
        "the live database is at z, which is not known here: what lies between is not known",
    )


def test_without_a_table_of_versions_nothing_is_certain_of_revisions_but_of_sql(database: Database) -> None:
    found = snapshot_of(database, AT_B)
    (coming,) = explained((revision("c", "b", "CREATE TABLE by_hand (id int)"),), found)
    assert coming.statements[0].prediction.error is None
    assert coming.assumptions[1].startswith("which revisions the live database has is not known")
    (sql,) = explained((Source("1.sql", "CREATE TABLE by_hand (id int)"),), found)
    assert str(sql.statements[0].prediction.error) == EXISTS


def test_a_finding_says_how_large_the_table_is_and_stays_a_finding(database: Database) -> None:
    found = snapshot_of(database, "CREATE TABLE t AS SELECT generate_series(1, 1200) AS id", "ANALYZE t")
    given = from_text("CREATE INDEX i ON t (id)")
    (plain,) = lint(given).findings
    (counted,) = lint(given, Options(postgres=found.postgres, database=found)).findings
    assert (counted.severity, counted.certainty) == (plain.severity, plain.certainty) == ("error", "size-dependent")
    assert counted.message == f"{plain.message} t has about 1,200 rows now (small)."
    assert counted.effects[0].rows == 1200


def test_a_verdict_says_how_many_rows_are_worked_on(database: Database) -> None:
    found = snapshot_of(database, "CREATE TABLE t (id int)", "INSERT INTO t VALUES (1)", "ANALYZE t")
    (one,) = explained((Source("1.sql", "ALTER TABLE t ALTER COLUMN id TYPE bigint"),), found)
    assert one.verdict.startswith("blocks reads and writes on t while all rows are rewritten, about 1 row now (small);")


def test_the_address_comes_from_the_environment(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(live.ENVIRONMENT, raising=False)
    with pytest.raises(UserError, match="no live database is known; set DATABASE_PATTERNS_DATABASE_URL"):
        live.database()
    monkeypatch.setenv(live.ENVIRONMENT, database.owner)
    assert live.database().postgres == database.postgres


def test_of_several_databases_it_is_not_told_which_the_live_one_is(database: Database, tmp_path: Path) -> None:
    found = snapshot_of(database, "CREATE TABLE t (id int)", VERSIONS)
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = m\ndatabases = one, two\n")
    versions = tmp_path / "m" / "versions"
    versions.mkdir(parents=True)
    (tmp_path / "m" / "env.py").write_text("from alembic import context\n\ncontext.run_migrations(engine_name=name)\n")
    (versions / "a.py").write_text(
        "from alembic import op\n\nrevision = 'a'\ndown_revision = None\n\n\n"
        "def upgrade(engine_name):\n    globals()[f'upgrade_{engine_name}']()\n\n\n"
        "def upgrade_one():\n    op.execute('CREATE TABLE t (id int)')\n\n\ndef upgrade_two():\n    pass\n"
    )
    report = explain(from_project(tmp_path), Options(postgres=found.postgres, database=found))
    assert [each.database for each in report.migrations] == ["one", "two"]
    assert all(live.NOT_USED in each.assumptions for each in report.migrations)


def test_the_doctor_says_that_an_address_is_set_and_not_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(live.ENVIRONMENT, "postgresql://me:hidden@private/db")
    (found,) = (each for each in doctor() if each.name == live.ENVIRONMENT)
    assert found == Capability(
        live.ENVIRONMENT, available=True, detail="is set: --live reads the schema of that database"
    )


def test_what_a_dump_sets_ends_with_its_session() -> None:
    dump = Given((Source("dump.sql", "SET default_table_access_method = columnar; CREATE TABLE t (id int);"),))
    report = explain(from_text("CREATE TABLE u (id int)"), Options(schema=dump))
    assert report.migrations[0].statements[0].prediction.unknown == ()
