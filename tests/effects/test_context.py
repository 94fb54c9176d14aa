"""A migration is followed statement by statement: what it created itself, what SET holds, what ROLLBACK takes back."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from database_patterns.actions import AlterColumnType, CreateEnum, Name
from database_patterns.catalog import Catalog
from database_patterns.effects.context import Assumptions, MigrationInContext, follow
from database_patterns.lab import driver
from database_patterns.lab.server import Database
from database_patterns.model import Gap, PossibleFailure, ServerError
from database_patterns.reading import read_text
from database_patterns.reading.environment import Environment
from database_patterns.reading.transactions import shared


def followed(sql: str, catalog: Catalog | None = None) -> MigrationInContext:
    return follow(read_text(sql), "upgrade", catalog or Catalog.unknown(), Assumptions())


def created_here(context: MigrationInContext, table: str) -> list[bool]:
    return [statement.created_here(Name(table)) for statement in context.statements]


def test_a_table_is_created_here_after_its_statement() -> None:
    context = followed("CREATE TABLE t (id int); CREATE INDEX ON t (id); ALTER TABLE t RENAME TO u; SELECT 1")
    assert created_here(context, "t") == [False, True, True, False]
    assert created_here(context, "u") == [False, False, False, True]


def test_a_table_that_is_only_met_is_not_created_here() -> None:
    assert created_here(followed("ALTER TABLE t ADD COLUMN c int; CREATE INDEX ON t (c)"), "t") == [False, False]


def test_a_table_that_may_have_existed_is_not_created_here() -> None:
    assert created_here(followed("CREATE TABLE IF NOT EXISTS t (id int); CREATE INDEX ON t (id)"), "t") == [
        False,
        False,
    ]
    context = followed("CREATE TABLE IF NOT EXISTS t (id int); CREATE INDEX ON t (id)", Catalog.empty())
    assert created_here(context, "t") == [False, True]


def test_a_table_that_is_dropped_and_made_again_is_created_here() -> None:
    before = Catalog.empty().advance(read_text("CREATE TABLE t (id int)").upgrade[0])
    assert created_here(followed("DROP TABLE t; CREATE TABLE t (id int); SELECT 1", before), "t") == [
        False,
        False,
        True,
    ]


def test_what_an_earlier_migration_created_may_have_rows() -> None:
    first = followed("CREATE TABLE t (id int)", Catalog.empty())
    second = followed("ALTER TABLE t ADD COLUMN c int NOT NULL", first.at_end)
    assert [each.sqlstate for each in second.statements[0].prediction.may_fail] == ["23502"]


def test_a_table_that_this_migration_created_is_empty_until_it_writes() -> None:
    context = followed(
        "CREATE TABLE t (id int); ALTER TABLE t ADD a int NOT NULL; INSERT INTO t VALUES (1, 1);"
        "ALTER TABLE t ADD b int NOT NULL"
    )
    assert [bool(each.prediction.may_fail) for each in context.statements] == [False, False, False, True]


def test_the_time_zone_that_the_migration_sets_decides_a_change_of_timestamps() -> None:
    change = "ALTER TABLE t ALTER c TYPE timestamptz"
    table = "CREATE TABLE t (c timestamp)"
    rewrites = [
        followed(f"{table}; {setting} {change}").statements[-1].prediction.effects[0].rewrite
        for setting in ("", "SET TimeZone = 'UTC';", "SET timezone TO 'Europe/Oslo';")
    ]
    assert rewrites == ["unknown", False, True]


def test_set_local_ends_with_its_transaction() -> None:
    context = followed("BEGIN; SET LOCAL timezone = 'UTC'; COMMIT; SELECT 1")
    assert [each.before.setting("timezone") for each in context.statements] == [None, None, "UTC", None]


def test_a_rollback_takes_the_schema_back_to_its_begin() -> None:
    context = followed("CREATE TABLE a (id int); BEGIN; CREATE TABLE b (id int); ROLLBACK; SELECT 1", Catalog.empty())
    assert context.at_end.table(Name("a")) is not None
    assert context.at_end.table(Name("b")) is None


TABLES = "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int, a int, t text);"
KEY = "ALTER TABLE b ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES a NOT VALID"


def held(context: MigrationInContext) -> list[dict[str, str]]:
    return [{name: each.lock.name for name, each in at.held.items()} for at in context.statements]


def test_a_transaction_holds_the_strongest_lock_of_each_table_until_it_ends() -> None:
    context = followed(f"BEGIN; {KEY}; SELECT 1; DROP TABLE b; SELECT 1; COMMIT", followed(TABLES).at_end)
    assert held(context) == [
        {},
        {},
        {"a": "ShareRowExclusiveLock", "b": "ShareRowExclusiveLock"},
        {"a": "ShareRowExclusiveLock", "b": "ShareRowExclusiveLock"},
        {"a": "AccessExclusiveLock", "b": "AccessExclusiveLock"},
        {},
    ]
    assert [each.since.span.column for each in context.statements[4].held.values()] == [
        context.statements[3].statement.span.column
    ] * 2


def test_outside_a_transaction_nothing_is_held() -> None:
    assert held(followed(f"{KEY}; SELECT 1", followed(TABLES).at_end)) == [{}, {}]


def test_a_rollback_to_a_savepoint_gives_back_the_locks_taken_since() -> None:
    sql = f"BEGIN; DELETE FROM b; SAVEPOINT s; {KEY}; ROLLBACK TO s; SELECT 1; {KEY}; RELEASE s; SELECT 1; COMMIT"
    context = followed(sql, followed(TABLES).at_end)
    before, after = {"b": "RowExclusiveLock"}, {"a": "ShareRowExclusiveLock", "b": "ShareRowExclusiveLock"}
    assert held(context)[2:] == [before, before, after, before, before, after, after, {}]


def test_two_transactions_on_one_line_hold_nothing_of_each_other() -> None:
    context = followed(f"BEGIN; {KEY}; COMMIT; BEGIN; SELECT 1; COMMIT", followed(TABLES).at_end)
    assert held(context)[4] == {}


REVISION = """from alembic import op
revision, down_revision = "{}", {}
def upgrade():
    op.execute("{}")
def downgrade():
    op.execute("{}")
"""


def revisions(*upgrades: str, share: bool) -> list[MigrationInContext]:
    """Revisions run one after the other, in one transaction or each in its own."""
    names = [f"r{number}" for number in range(len(upgrades))]
    parents = ["None", *map(repr, names)]
    texts = [REVISION.format(*each, "SELECT 1") for each in zip(names, parents, upgrades, strict=False)]
    env_py = Environment(
        "env.py", transaction_per_migration=not share, transactional_ddl=True, already_in_transaction=False
    )
    found: list[MigrationInContext] = []
    catalog = followed(TABLES).at_end
    for each in shared([read_text(text, f"{name}.py") for name, text in zip(names, texts, strict=True)], env_py):
        found.append(follow(each, "upgrade", catalog, Assumptions(), found[-1] if found else None))
        catalog = found[-1].at_end
    return found


VALIDATE = "ALTER TABLE b VALIDATE CONSTRAINT fk"


def test_locks_outlast_a_revision_where_all_revisions_of_a_run_share_a_transaction() -> None:
    first, second = revisions(KEY, VALIDATE, share=True)
    assert held(second)[0] == {"a": "ShareRowExclusiveLock", "b": "ShareRowExclusiveLock"}
    assert {(each.since, each.earlier) for each in second.statements[0].held.values()} == {
        (first.statements[0].statement, True)
    }


def test_a_revision_with_a_transaction_of_its_own_begins_without_locks() -> None:
    _, second = revisions(KEY, VALIDATE, share=False)
    assert held(second)[0] == {}


def test_nobody_waits_for_what_the_same_run_has_created() -> None:
    _, second = revisions(f"CREATE TABLE n (x int); {KEY}", "ALTER TABLE n ADD COLUMN y int; SELECT 1", share=True)
    assert [sorted(each) for each in held(second)] == [["a", "b"], ["a", "b", "n"]]


def test_what_is_said_to_be_held_is_what_the_server_holds(database: Database) -> None:
    context = followed(f"BEGIN; {KEY}; SELECT 1; COMMIT", followed(TABLES, Catalog.empty()).at_end)
    database.execute(*TABLES.split(";")[:2])
    with driver.connect(database.owner) as connection:
        connection.execute("BEGIN")
        connection.execute(KEY)
        query = """
            SELECT relation::regclass::text, mode FROM pg_locks
            WHERE pid = pg_backend_pid() AND relation IN ('a'::regclass, 'b'::regclass)
        """
        modes = [(name, mode) for name, mode in driver.rows(connection, query) if mode != "AccessShareLock"]
        connection.execute("ROLLBACK")
    assert dict(modes) == held(context)[2]


def test_one_subcommand_is_predicted_by_itself_after_those_before_it() -> None:
    context = followed("ALTER TABLE b DROP COLUMN t, ALTER id TYPE bigint, ALTER a TYPE int", followed(TABLES).at_end)
    (at,) = context.statements
    changes = [each for each in at.statement.actions if isinstance(each, AlterColumnType)]
    rewrites = [{each.relation: each.rewrite for each in at.by_itself(change).effects} for change in changes]
    assert rewrites == [{"b": True}, {"b": False}]
    (alone,) = followed("ALTER TABLE b ALTER id TYPE bigint", followed(TABLES).at_end).statements
    assert alone.by_itself(alone.statement.actions[0]) is alone.prediction


SCHEMA = """
    CREATE SEQUENCE numbers;
    CREATE FUNCTION own() RETURNS int LANGUAGE plpgsql AS 'BEGIN INSERT INTO new VALUES (1); RETURN 1; END';
    CREATE FUNCTION filled() RETURNS void LANGUAGE sql AS 'INSERT INTO new VALUES (1)';
    CREATE PROCEDURE refill() LANGUAGE sql AS 'INSERT INTO new VALUES (1)';
    CREATE FUNCTION pure() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
    CREATE TABLE other (x int); CREATE TABLE new (x int); CREATE VIEW through AS SELECT x FROM new;
    CREATE TABLE watched (x int);
    CREATE TRIGGER fills AFTER INSERT ON watched FOR EACH ROW EXECUTE FUNCTION fill();
"""


def scan_after(sql: str) -> object:
    """Whether SET NOT NULL on the table ``new`` reads it, after ``sql``."""
    migration = read_text(f"{SCHEMA}; {sql}; ALTER TABLE new ALTER x SET NOT NULL", kind="sql")
    last = follow(migration, "upgrade", Catalog.empty(), Assumptions()).statements[-1]
    (effect,) = last.prediction.effects
    return effect.scan


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO new VALUES (1)", "INSERT INTO through VALUES (1)", "COPY new FROM '/a'", "COPY new FROM STDIN",
        "MERGE INTO new USING other ON true WHEN NOT MATCHED THEN INSERT VALUES (1)",
        "WITH d AS (INSERT INTO new VALUES (1) RETURNING x) SELECT x FROM d",
        "WITH d AS (INSERT INTO new VALUES (1)) UPDATE other SET x = 1",
        "WITH d AS (INSERT INTO new VALUES (1)) DELETE FROM other",
        "CREATE TABLE copied AS WITH d AS (INSERT INTO new VALUES (1) RETURNING x) SELECT x FROM d",
        "DO $$ BEGIN INSERT INTO new VALUES (1); END $$", "SELECT filled()", "SELECT own()", "CALL refill()",
        "UPDATE other SET x = own()", "DELETE FROM other WHERE x = own()", "INSERT INTO other SELECT own()",
        "EXPLAIN ANALYZE INSERT INTO new VALUES (1)", "PREPARE p AS INSERT INTO new VALUES (1); EXECUTE p",
        "INSERT INTO watched VALUES (1)",
        "INSERT INTO public.new VALUES (1)",
    ],
)  # fmt: skip
def test_a_new_table_is_read_once_something_may_have_filled_it(sql: str) -> None:
    assert scan_after(sql) is True


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1", "SELECT count(*) FROM other", "SELECT setval('numbers', 5)", "SELECT pure()", "TRUNCATE other",
        "INSERT INTO other VALUES (1)", "DELETE FROM other USING new", "UPDATE other SET x = abs(x)",
        "CREATE INDEX ON other (x)", "ALTER TABLE other ADD COLUMN y int", "SELECT set_config('a.b', 'c', false)",
        "UPDATE watched SET x = 1", "COMMENT ON TABLE new IS 'x'",
    ],
)  # fmt: skip
def test_a_new_table_stays_empty_while_nothing_can_have_filled_it(sql: str) -> None:
    assert scan_after(sql) is False


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("BEGIN; ALTER TABLE t ADD b int; ROLLBACK", ["a"]),
        ("BEGIN; ALTER TABLE t ADD b int; SAVEPOINT s; ALTER TABLE t ADD c int; ROLLBACK TO s; COMMIT", ["a", "b"]),
        ("BEGIN; SAVEPOINT s; ALTER TABLE t ADD b int; SAVEPOINT r; ALTER TABLE t ADD c int; ROLLBACK TO s; COMMIT",
         ["a"]),
        ("BEGIN; SAVEPOINT s; ALTER TABLE t ADD b int; RELEASE s; COMMIT", ["a", "b"]),
        ("BEGIN; SAVEPOINT s; ALTER TABLE t ADD b int; SAVEPOINT s; ALTER TABLE t ADD c int; ROLLBACK TO s; COMMIT",
         ["a", "b"]),
    ],
)  # fmt: skip
def test_a_rollback_takes_the_schema_back_to_its_begin_or_its_savepoint(sql: str, columns: list[str]) -> None:
    migration = read_text(f"CREATE TABLE t (a int); {sql};", kind="sql")
    end = follow(migration, "upgrade", Catalog.empty(), Assumptions()).at_end
    found = end.table(Name("t"))
    assert found is not None
    assert list(found.columns) == columns


def test_a_table_of_another_schema_is_told_from_one_of_the_same_name() -> None:
    sql = """
        CREATE SCHEMA app; CREATE TABLE app.t (x int); CREATE TABLE t (x int); CREATE VIEW app.v AS SELECT x FROM app.t;
        INSERT INTO app.v VALUES (1); ALTER TABLE t ALTER x SET NOT NULL; ALTER TABLE app.t ALTER x SET NOT NULL;
    """
    *_, public, app = follow(read_text(sql, kind="sql"), "upgrade", Catalog.empty(), Assumptions()).statements
    found = {effect.relation: effect.scan for each in (public, app) for effect in each.prediction.effects}
    assert found == {"t": False, "app.t": True}


UNLESS = "unless a part that could not be analysed has changed that"
NO_COLUMN = 'column "c" of relation "t" does not exist'
TABLE = "CREATE TABLE t (id int);"


def outcomes(context: MigrationInContext) -> list[object]:
    """The error of each statement, else what of it may fail but for something that is not known."""
    predictions = [each.prediction for each in context.statements]
    return [each.error or [one for one in each.may_fail if one.expected] for each in predictions]


def test_a_gap_leaves_nothing_certain_of_what_exists_in_its_direction_and_after_it() -> None:
    known = followed(TABLE, Catalog.empty()).at_end
    update = read_text("UPDATE t SET c = 1; CREATE TABLE t (x int); DROP TABLE nosuch; SELEC 1", kind="sql")
    gap = replace(update, upgrade_gaps=(Gap(update.upgrade[0].span, "run(c)", "it may use the database"),))
    inside = follow(gap, "upgrade", known, Assumptions())
    expected = [
        [PossibleFailure("42703", f"{NO_COLUMN}, {UNLESS}", expected=True)],
        [PossibleFailure("42P07", f'relation "t" already exists, {UNLESS}', expected=True)],
        [PossibleFailure("42P01", f'table "nosuch" does not exist, {UNLESS}', expected=True)],
        ServerError("42601", 'syntax error at or near "SELEC"'),
    ]
    assert outcomes(inside) == expected
    assert outcomes(follow(update, "upgrade", inside.at_end, Assumptions()))[:3] == expected[:3]
    assert outcomes(follow(update, "upgrade", known, Assumptions()))[0] == ServerError("42703", NO_COLUMN)


def test_what_a_gap_may_have_changed_is_predicted_with_the_worst_that_the_statement_can_do() -> None:
    migration = read_text(f"{TABLE} ALTER TABLE t ALTER c TYPE bigint", kind="sql")
    gap = replace(migration, upgrade_gaps=(Gap(migration.upgrade[0].span, "run(c)", "it may use the database"),))
    (effect,) = follow(gap, "upgrade", Catalog.empty(), Assumptions()).statements[-1].prediction.effects
    assert (effect.relation, effect.rewrite) == ("t", "unknown")


@pytest.mark.parametrize(
    "sql",
    [
        "DO $$ BEGIN ALTER TABLE t ADD COLUMN c int; END $$",
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'BEGIN ALTER TABLE t ADD COLUMN c int; END'; SELECT f()",
        "CREATE PROCEDURE adds() LANGUAGE plpgsql AS 'BEGIN ALTER TABLE t ADD COLUMN c int; END'; CALL adds()",
    ],
)  # fmt: skip
def test_code_that_is_not_analysed_may_have_made_what_is_missing(sql: str) -> None:
    context = followed(f"{TABLE} UPDATE t SET c = 1; {sql}; UPDATE t SET c = 1", Catalog.empty())
    assert outcomes(context)[1] == ServerError("42703", NO_COLUMN)
    assert outcomes(context)[-1] == [PossibleFailure("42703", f"{NO_COLUMN}, {UNLESS}", expected=True)]


@pytest.mark.parametrize("sql", ["SELECT count(*) FROM t", "INSERT INTO t VALUES (f())", "UPDATE t SET id = 1"])
def test_what_only_touches_rows_leaves_the_schema_certain(sql: str) -> None:
    assert outcomes(followed(f"{TABLE} {sql}; UPDATE t SET c = 1", Catalog.empty()))[2] == ServerError(
        "42703", NO_COLUMN
    )


UNLESS_NAMED = "unless target_metadata has a naming convention, which gives another name"


@pytest.mark.parametrize(
    ("sql", "only_unsure", "failure"),
    [
        (
            "ALTER TABLE t ADD CONSTRAINT x CHECK (id > 0); ALTER TABLE t ADD CONSTRAINT x CHECK (id > 1) NOT VALID",
            None,
            ("42710", 'constraint "x" for relation "t" already exists, unless its condition rules that out'),
        ),
        (
            "ALTER TABLE t DROP CONSTRAINT x",
            "names",
            ("42704", f'constraint "x" of relation "t" does not exist, {UNLESS_NAMED}'),
        ),
    ],
)
def test_an_error_that_rests_on_a_condition_or_a_name_only_may_come(
    sql: str, only_unsure: Literal["names"] | None, failure: tuple[str, str]
) -> None:
    migration = read_text(f"CREATE TABLE t (id int); {sql}")
    *before, last = migration.upgrade
    unsure = replace(last, confidence="guarded", only_unsure=only_unsure)
    context = follow(replace(migration, upgrade=(*before, unsure)), "upgrade", Catalog.empty(), Assumptions())
    assert context.statements[-1].prediction.may_fail == (PossibleFailure(*failure, expected=True),)


def test_a_rollback_without_a_transaction_and_locks_of_this_revision() -> None:
    assert followed("ROLLBACK; SELECT 1").statements[1].prediction.error is None
    held = followed("BEGIN; LOCK t; SELECT 1; COMMIT").statements[2].held
    assert {name: each.earlier for name, each in held.items()} == {"t": False}


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        ("SELECT cleanup()", "unknown"),
        ("DO 'BEGIN EXECUTE ''x''; END'", "unknown"),
        ("CALL cleanup()", "unknown"),
        ("CREATE TABLE n AS SELECT cleanup() AS a", "unknown"),
        ("CREATE MATERIALIZED VIEW n AS SELECT cleanup() AS a", "unknown"),
        ("INSERT INTO u SELECT cleanup()", "unknown"),
        ("UPDATE u SET id = cleanup()", "unknown"),
        ("DELETE FROM u WHERE id = cleanup()", "unknown"),
        ("ALTER TABLE u ALTER id TYPE mystery", "none"),
        ("COMMENT ON TABLE t IS 'x'", "none"),
    ],
)
def test_what_is_not_known_may_have_filled_a_new_table_if_it_may_write(statement: str, rows: str) -> None:
    context = followed(f"CREATE TABLE u (id int); CREATE TABLE t (id int); {statement}")
    table = context.at_end.table(Name("t"))
    assert table is not None
    assert table.rows == rows


def test_what_is_made_after_a_gap_is_certain_again() -> None:
    sql = "DO $$ BEGIN PERFORM f(); END $$; CREATE TABLE t (id int); UPDATE t SET c = 1; CREATE TABLE t (id int)"
    assert outcomes(followed(sql, Catalog.empty()))[2:] == [
        ServerError("42703", NO_COLUMN),
        ServerError("42P07", 'relation "t" already exists'),
    ]


@pytest.mark.parametrize(
    ("statement", "made"),
    [
        ("op.execute(os.environ['SQL'])", False),
        ("op.execute('ALTER TABLE ' + os.environ['T'] + ' ADD COLUMN c int')", False),
        ("op.execute('DELETE FROM t WHERE id = ' + os.environ['ID'])", True),
        ("op.execute('UPDATE t SET id = ' + os.environ['ID'])", True),
        ("op.execute('INSERT INTO t (id) VALUES (' + os.environ['ID'] + ')')", True),
        ("op.execute('SELECT id FROM t WHERE id = ' + os.environ['ID'])", True),
        ("if os.environ.get('FAST'):\n        op.execute('ALTER TABLE t ADD COLUMN c int')", False),
        ("runner.sql('x')", False),
        ("op.get_bind().connection.cursor().execute('ALTER TABLE t ADD COLUMN c int')", False),
    ],
)
def test_a_statement_that_is_not_known_leaves_the_schema_certain_only_where_it_writes_rows(
    statement: str, *, made: bool
) -> None:
    text = f"""import os
from alembic import op
revision, down_revision = "b", "a"
def upgrade():
    {statement}
    op.execute("UPDATE t SET c = 1")
def downgrade():
    op.execute("UPDATE t SET c = 1")
"""
    known = followed(TABLE, Catalog.empty()).at_end
    migration = read_text(text, "b.py")
    upgrade = follow(migration, "upgrade", known, Assumptions())
    downgrade = follow(migration, "downgrade", upgrade.at_end, Assumptions())
    for context in (upgrade, downgrade):
        assert (context.statements[-1].prediction.error == ServerError("42703", NO_COLUMN)) is made


GUARDED = """import sqlalchemy as sa
from alembic import op
revision, down_revision = "b", "a"
def upgrade():
    if not sa.inspect(op.get_bind()).has_table("t"):
        op.create_table("t", sa.Column("id", sa.Integer))
    if FAST:
        op.add_column("t", sa.Column("id", sa.Integer))
        op.create_index("i", "t", ["id"])
def downgrade():
    pass
"""


def test_what_exists_already_is_no_certain_failure_where_a_condition_may_have_asked_for_it() -> None:
    known = followed(f"{TABLE} CREATE INDEX i ON t (id)", Catalog.empty()).at_end
    context = follow(read_text(GUARDED, "b.py"), "upgrade", known, Assumptions())
    unless = "unless its condition rules that out"
    assert outcomes(context) == [
        [PossibleFailure("42P07", f'relation "t" already exists, {unless}', expected=True)],
        [PossibleFailure("42701", f'column "id" of relation "t" already exists, {unless}', expected=True)],
        [PossibleFailure("42P07", f'relation "i" already exists, {unless}', expected=True)],
    ]
    (index,) = context.statements[2].prediction.effects
    assert (index.relation, index.scan) == ("t", True)


LOOKED_UP = """import sqlalchemy as sa
from alembic import op
revision, down_revision = "b", "a"
def upgrade():
    e = sa.Enum("x", name="color")
    {first}
    op.add_column("t", sa.Column("c", e))
    op.create_table("n", sa.Column("c", e))
"""
LOOKING = "e.create(op.get_bind(), checkfirst=True)"


@pytest.mark.parametrize(
    ("first", "refused"), [(LOOKING, True), (f"if FAST: {LOOKING}", False)], ids=["always", "under another condition"]
)
def test_a_type_that_is_created_unless_it_is_there_is_there_afterwards(first: str, *, refused: bool) -> None:
    migration = read_text(LOOKED_UP.format(first=first), "b.py")
    context = follow(migration, "upgrade", Catalog.unknown(), Assumptions())
    assert [each.statement.confidence for each in context.statements] == ["guarded", "exact", "exact", "exact"]
    assert [each.sqlstate for each in context.statements[1].prediction.may_fail] == ([] if refused else ["42704"])
    error = ServerError("42710", 'type "color" already exists') if refused else None
    assert context.statements[2].prediction.error == error
    assert context.statements[2].before.type(Name("color")) is None


def test_a_type_that_is_certainly_new_has_the_values_that_it_is_created_with() -> None:
    migration = read_text(LOOKED_UP.format(first=LOOKING), "b.py")
    known = followed(TABLE, Catalog.empty()).at_end
    context = follow(migration, "upgrade", known, Assumptions())
    assert context.statements[1].before.type(Name("color")) == CreateEnum(Name("color"), ("x",))


def test_a_value_added_to_a_type_that_may_be_older_is_not_used_in_the_same_transaction() -> None:
    text = LOOKED_UP.partition("    op.add_column")[0].format(first=LOOKING)
    migration = read_text(f"{text}    op.execute(\"ALTER TYPE color ADD VALUE 'y'\")\n", "b.py")
    (new,) = follow(migration, "upgrade", Catalog.unknown(), Assumptions()).at_end.new_values
    assert new.value == "y"
    assert follow(migration, "upgrade", Catalog.empty(), Assumptions()).at_end.new_values == ()


def test_a_table_that_is_created_unless_it_is_there_is_known_as_far_as_it_may_be_older() -> None:
    text = LOOKED_UP.partition("    e = ")[0]
    text += '    sa.Table("n", sa.MetaData(), sa.Column("id", sa.Integer)).create(op.get_bind(), checkfirst=True)\n'
    migration = read_text(text, "b.py")
    older = follow(migration, "upgrade", Catalog.unknown(), Assumptions()).at_end.table(Name("n"))
    new = follow(migration, "upgrade", Catalog.empty(), Assumptions()).at_end.table(Name("n"))
    assert [(each.complete, each.rows, list(each.columns)) for each in (older, new) if each] == [
        (False, "unknown", ["id"]),
        (True, "none", ["id"]),
    ]
