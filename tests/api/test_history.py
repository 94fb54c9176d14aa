"""The order of migrations, and what the ones before leave behind."""

from __future__ import annotations

from database_patterns.actions import Name
from database_patterns.api import history, sources
from database_patterns.api.history import Options
from database_patterns.api.sources import Given, Source
from database_patterns.model import Migration


def revision(path: str, name: str, *parents: str) -> Migration:
    return Migration(path, "alembic", upgrade=(), revision=name, down_revisions=parents)


def sql(path: str) -> Migration:
    return Migration(path, "sql", upgrade=())


CHAIN = [revision("z.py", "a"), revision("m.py", "b", "a"), revision("b.py", "c", "b")]
BRANCHES = [
    revision("a.py", "root"),
    revision("b.py", "right", "root"),
    revision("c.py", "left", "root"),
    revision("d.py", "merge", "left", "right"),
]


def paths(migrations: list[Migration]) -> list[str]:
    return [each.path for each in migrations]


def test_before_a_revision_are_its_ancestors_and_nothing_else() -> None:
    assert paths(history.before([BRANCHES[2]], BRANCHES)) == ["a.py"]
    assert paths(history.before([BRANCHES[3]], BRANCHES)) == ["a.py", "b.py", "c.py"]
    assert paths(history.before([revision("new.py", "new", "left")], BRANCHES)) == ["a.py", "c.py"]


def test_a_revision_does_not_come_before_itself() -> None:
    assert paths(history.before(CHAIN, CHAIN)) == []


def test_before_a_sql_file_is_the_whole_history() -> None:
    assert paths(history.before([sql("3.sql")], [sql("1.sql"), sql("2.sql"), sql("3.sql")])) == ["1.sql", "2.sql"]


def test_a_revision_whose_parent_is_not_in_the_history_comes_after_all_of_it() -> None:
    assert paths(history.before([revision("n.py", "n", "elsewhere")], CHAIN)) == ["z.py", "m.py", "b.py"]


def test_the_schema_before_is_built_from_the_dump_and_then_the_history() -> None:
    options = Options(
        schema=Given((Source("dump.sql", "CREATE TABLE a (id int);"),)),
        history=Given((Source("1.sql", "ALTER TABLE a ADD COLUMN b int; CREATE TABLE c (id int);"),)),
    )
    start = history.start(sources.read(sources.from_text("SELECT 1")).migrations, options)
    a, c = start.catalog.table(Name("a")), start.catalog.table(Name("c"))
    assert a is not None
    assert c is not None
    assert list(a.columns) == ["id", "b"]
    assert (start.assumed, start.unreadable) == ((), ())


def test_without_dump_and_history_the_answer_says_that_nothing_is_known() -> None:
    start = history.start(sources.read(sources.from_text("SELECT 1")).migrations, Options())
    assert start.assumed == ("nothing is known of the schema before (history or schema would tell)",)
    assert start.catalog.table(Name("a")) is None


def test_places_of_the_history_that_were_not_analysed_are_counted() -> None:
    text = "revision = 'a'\ndown_revision = None\n\n\ndef upgrade() -> None:\n    op.execute(input())\n"
    options = Options(history=Given((Source("a.py", f"from alembic import op\n\n{text}"),)))
    start = history.start(sources.read(sources.from_text("SELECT 1")).migrations, options)
    assert start.assumed == ("1 places of the history could not be analysed",)


def test_a_dump_that_does_not_parse_is_named() -> None:
    options = Options(schema=Given((Source("dump.sql", "CREATE TABEL a (id int);\n"),)))
    start = history.start((), options)
    assert start.unreadable == ('dump.sql:1:8: is not SQL that PostgreSQL parses: syntax error at or near "TABEL"',)


def test_what_psql_takes_out_of_a_dump_is_counted() -> None:
    text = "\\restrict x\n\\connect shop\nCREATE TABLE a (id int);\nCOPY a FROM stdin;\n1\n\\.\n\\unrestrict x\n"
    start = history.start((), Options(schema=Given((Source("dump.sql", text),))))
    assert start.catalog.table(Name("a")) is not None
    assert (start.assumed, start.unreadable) == (("2 places of the dump could not be analysed",), ())


def python(name: str, parent: str | None, upgrade: str) -> Source:
    head = f"from alembic import op\nimport sqlalchemy as sa\n\nrevision = {name!r}\ndown_revision = {parent!r}\n\n\n"
    return Source(f"{name}.py", f"{head}def upgrade():\n    {upgrade}\n\n\ndef downgrade():\n    pass\n")


USERS = 'op.create_table("users", sa.Column("id", sa.Integer(), primary_key=True))'
ADD = 'op.add_column("users", sa.Column("mood", sa.Enum("sad", "ok", name="mood")))'
FIRST, ENUM = python("a", None, USERS), python("b", "a", ADD)


def outcome(*given: Source) -> tuple[str | None, list[str]]:
    """The error of the last statement, and what else may come of it."""
    read = sources.read(Given(given))
    (followed,) = history.followed(read, Options(), ("upgrade",))
    prediction = followed.contexts[-1].statements[-1].prediction
    return str(prediction.error) if prediction.error else None, [each.sqlstate for each in prediction.may_fail]


def test_a_type_that_no_revision_of_a_whole_history_has_created_does_not_exist() -> None:
    assert outcome(FIRST, ENUM) == ('42704: type "mood" does not exist', [])


def test_a_type_that_the_history_creates_exists() -> None:
    created = python("b", "a", 'sa.Enum("sad", "ok", name="mood").create(op.get_bind())')
    assert outcome(FIRST, created, python("c", "b", ADD)) == (None, [])


def test_a_type_may_exist_where_the_history_is_not_whole_or_not_understood() -> None:
    may = (None, ["42704"])
    assert outcome(ENUM) == may
    block = python("0", None, "op.execute(\"DO $$ BEGIN CREATE TYPE mood AS ENUM ('ok'); END $$\")")
    assert outcome(block, python("a", "0", USERS), ENUM) == may
    foreign = python("0", None, 'op.add_column("made_elsewhere", sa.Column("id", sa.Integer()))')
    assert outcome(foreign, python("a", "0", USERS), ENUM) == may


def test_a_type_of_an_extension_may_have_been_installed_beside_the_history() -> None:
    vector = python("b", "a", "op.execute('ALTER TABLE users ADD COLUMN place geometry')")
    assert outcome(FIRST, vector) == (None, ["42704"])
