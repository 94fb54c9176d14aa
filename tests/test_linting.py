"""Linting: which checks run over what, and what a hit becomes."""

from __future__ import annotations

from database_patterns import documents, linting
from database_patterns.actions import CreateIndex
from database_patterns.catalog import Catalog
from database_patterns.effects.context import (
    Assumptions,
    HistoryInContext,
    MigrationInContext,
    StatementInContext,
    follow,
)
from database_patterns.model import CommitOnBind, Direction, Gap, Span
from database_patterns.reading import read_text
from database_patterns.reading.alembic import RevisionContext, read_revision
from database_patterns.reading.alembic.constraint_names import CONDITION
from database_patterns.reading.environment import Environment, Option
from database_patterns.reading.histories import History
from database_patterns.settings import Settings

REVISION = """\
from alembic import op
import sqlalchemy as sa

revision = "b"
down_revision = "a"


def upgrade():
    op.drop_column("orders", "note")
    op.create_index("i", "orders", ["id"])


def downgrade():
    op.add_column("orders", sa.Column("note", sa.Text(), nullable=False))
"""
ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, note text); INSERT INTO orders VALUES (1);"


def in_context(
    text: str, path: str = "b.sql", direction: Direction = "upgrade", postgres: int = 18
) -> MigrationInContext:
    catalog, assumptions = Catalog.empty(), Assumptions(postgres=postgres)
    for statement in read_text(ORDERS, kind="sql").upgrade:
        catalog = catalog.advance(statement)
    upgrade = follow(read_text(text, path), "upgrade", catalog, assumptions)
    return upgrade if direction == "upgrade" else follow(upgrade.migration, direction, upgrade.at_end, assumptions)


def brief(migrations: list[MigrationInContext]) -> list[tuple[str, int, str, str]]:
    return [(each.span.path, each.span.line, each.rule, each.severity) for each in linting.run(migrations)]


def test_findings_come_by_path_line_column_and_rule_in_whatever_order_the_subjects_come() -> None:
    migrations = [
        in_context("ALTER TABLE orders DROP COLUMN note, ALTER COLUMN id TYPE integer;", "c.sql"),
        in_context(REVISION, "b.py", "downgrade"),
        in_context(REVISION, "b.py"),
    ]
    expected = [
        ("b.py", 9, "drop-column", "warning"),
        ("b.py", 10, "index-without-concurrently", "error"),
        ("b.py", 14, "not-null-without-default", "error"),
        ("c.sql", 1, "drop-column", "warning"),
        ("c.sql", 1, "type-change-rewrites", "error"),
    ]
    assert brief(migrations) == expected
    assert brief(migrations[::-1]) == expected


def test_the_same_subject_twice_gives_its_findings_once() -> None:
    migration = in_context(REVISION, "b.py")
    assert linting.run([migration, migration]) == linting.run([migration])


def test_an_alembic_finding_carries_revision_and_direction_and_a_sql_finding_neither() -> None:
    (alembic, _) = linting.run([in_context(REVISION, "b.py")])
    (sql,) = linting.run([in_context("ALTER TABLE orders DROP COLUMN note;")])
    assert (alembic.revision, alembic.direction, alembic.statement) == (
        "b",
        "upgrade",
        "ALTER TABLE orders DROP COLUMN note",
    )
    assert (sql.revision, sql.direction, sql.statement) == (None, None, "ALTER TABLE orders DROP COLUMN note")
    assert sql.documentation == "database-patterns://rules/drop-column"


def test_what_is_not_known_to_happen_is_one_step_less_severe() -> None:
    migration = follow(
        read_text("ALTER TABLE orders ALTER COLUMN id TYPE integer;", "b.sql"),
        "upgrade",
        Catalog.unknown(),
        Assumptions(),
    )
    assert brief([migration]) == [("b.sql", 1, "type-change-rewrites", "warning")]


def test_all_rules_that_are_on_run_unless_the_server_is_too_old_for_them() -> None:
    assert linting.applied(18) == {name for name, rule in documents.rules().items() if rule.default}
    assert linting.applied(14) <= linting.applied(18)


def test_a_check_looks_at_what_its_first_parameter_is_annotated_with() -> None:
    rules = documents.rules()
    subjects = {name: linting.load(rules[name]).subjects for name in rules}
    assert subjects["index-without-concurrently"] == (CreateIndex,)
    assert subjects["concurrently-in-transaction"] == (StatementInContext,)
    assert subjects["commit-on-migration-connection"] == (CommitOnBind,)
    for subject, checks in linting.checks().items():
        assert all(subject in check.subjects for check in checks)


def test_statements_that_cannot_be_analysed_are_gaps() -> None:
    migration = in_context("SELEC 1;\nDO $$ BEGIN EXECUTE 'x'; END $$;\n")
    first, second = linting.gaps(migration)
    assert first == Gap(
        Span("b.sql", 1, 1, 1, 2), "a statement that does not parse", '42601: syntax error at or near "SELEC"'
    )
    assert (second.span, second.what) == (Span("b.sql", 2, 1, 2, 32), "what a statement does")
    assert second.why


def test_a_statement_that_the_server_refuses_is_a_gap_unless_a_finding_says_so() -> None:
    refused = in_context("ALTER TABLE orders DROP COLUMN missing;")
    (gap,) = linting.gaps(refused)
    assert gap.what == "a statement that PostgreSQL 18 refuses"
    assert gap.why.startswith("42703: ")
    assert brief([refused]) == [("b.sql", 1, "statement-that-fails", "error")]
    assert linting.gaps(refused, linting.run([refused])) == ()
    migration = in_context("BEGIN;\nCREATE INDEX CONCURRENTLY i ON orders (id);\nCOMMIT;\n")
    assert linting.gaps(migration, linting.run([migration])) == ()
    assert [gap.why[:5] for gap in linting.gaps(migration)] == ["25001"]


def test_a_finding_of_another_kind_does_not_hide_that_a_statement_fails() -> None:
    migration = in_context("BEGIN;\nALTER TABLE orders ADD note text;\nCOMMIT;\n")
    (gap,) = linting.gaps(migration)
    other = linting.run([in_context("BEGIN;\nALTER TABLE orders DROP COLUMN note;\nCOMMIT;\n")])
    assert [each.rule for each in other] == ["drop-column"]
    assert linting.gaps(migration, other) == (gap,)


def test_what_does_not_parse_fails_and_is_not_analysed_either() -> None:
    migration = in_context("SELEC 1;\n")
    findings = linting.run([migration])
    assert [each.rule for each in findings] == ["statement-that-fails"]
    assert [gap.what for gap in linting.gaps(migration, findings)] == ["a statement that does not parse"]


def test_what_reading_left_out_is_a_gap_of_its_own_direction() -> None:
    text = REVISION.replace("def downgrade():\n", "def downgrade():\n    op.execute(open('x').read())\n")
    assert linting.gaps(in_context(text, "b.py", "upgrade")) == ()
    gaps = linting.gaps(in_context(text, "b.py", "downgrade"))
    assert [gap.span.line for gap in gaps] == [14]


def test_a_statement_of_which_only_names_are_not_known_is_as_severe_as_any() -> None:
    text = REVISION.replace('op.create_index("i", "orders", ["id"])', 'op.create_index(None, "orders", ["id"])')
    migration = read_revision(text, "b.py", RevisionContext(convention_unread=True))
    context = follow(migration, "upgrade", in_context("SELECT 1;").at_end, Assumptions())
    found = next(each for each in linting.run([context]) if each.rule == "index-without-concurrently")
    assert found.severity == "error"
    assert found.message.endswith(f" What its constraints and indexes are called is not known here ({CONDITION}).")


def test_what_the_file_allows_is_found_with_the_reason_and_what_is_elsewhere_without() -> None:
    allow = "-- database-patterns: allow[drop-column] because nobody reads it"
    text = f"ALTER TABLE orders\n  DROP COLUMN note;  {allow}\nALTER TABLE orders DROP COLUMN id;\n"
    findings = linting.run([in_context(text)])
    assert [(each.span.line, each.rule, each.allowed) for each in findings] == [
        (1, "drop-column", "nobody reads it"),
        (3, "drop-column", None),
    ]


def test_an_allowance_without_a_reason_allows_and_is_itself_found() -> None:
    text = "ALTER TABLE orders DROP COLUMN note; -- database-patterns: allow[drop-column]"
    findings = linting.run([in_context(text)])
    assert [(each.rule, each.allowed) for each in findings] == [("drop-column", ""), ("allowance-without-reason", None)]


def test_where_a_direction_is_left_out_no_allowance_is_stale() -> None:
    migration = in_context("SELECT 1; -- database-patterns: allow[drop-column] because nobody reads it")
    assert [each.rule for each in linting.run([migration])] == ["allowance-without-effect"]
    assert linting.run([migration], whole=False) == ()


def test_the_project_decides_how_loudly_rules_speak() -> None:
    migration = in_context("ALTER TABLE orders DROP COLUMN note;\nCREATE INDEX i ON orders (id);\n", "versions/b.sql")
    settings = Settings(rules={"drop-column": "error"}, paths={"versions/*": {"index-without-concurrently": "off"}})
    assert [(each.rule, each.severity) for each in linting.run([migration], settings)] == [("drop-column", "error")]
    assert linting.applied(18, settings) == linting.applied(18)


def test_a_rule_that_is_off_may_be_allowed_without_being_found() -> None:
    migration = in_context("ALTER TABLE orders DROP COLUMN note; -- database-patterns: allow[drop-column] because of X")
    assert linting.run([migration], Settings(rules={"drop-column": "off"})) == ()


def test_what_depends_on_size_is_certain_of_a_large_table_and_less_severe_of_a_small_one() -> None:
    migration = in_context("CREATE INDEX i ON orders (id);\nALTER TABLE orders DROP COLUMN note;\n")
    large = linting.run([migration], Settings(large_tables=("orders",)))
    small = linting.run([migration], Settings(small_tables=("orders",)))
    assert [(each.severity, each.certainty) for each in large] == [("error", "proven"), ("warning", "proven")]
    assert [(each.severity, each.certainty) for each in small] == [("warning", "size-dependent"), ("warning", "proven")]
    assert small[0].message == f"{linting.run([migration])[0].message} The configuration says that orders is small."


def test_env_py_is_looked_at_where_the_whole_history_was_read() -> None:
    migration = in_context(REVISION, "b.py")
    option = Option("compare_tipe", Span("env.py", 7, 1, 7, 2))
    environment = Environment("env.py", unknown_options=(option,))
    whole, part = (
        HistoryInContext(History((migration.migration,), environment=environment, whole=each), (migration,))
        for each in (True, False)
    )
    (finding,) = linting.run([whole])
    assert (finding.rule, finding.span, finding.revision, finding.direction, finding.statement) == (
        "unknown-configure-option",
        option.span,
        None,
        None,
        None,
    )
    assert linting.run([part]) == ()
