"""statement-that-fails: what ends in an error whatever the rows are, by the server or before anything is sent."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

SHOP = """
    CREATE TABLE orders (id bigint PRIMARY KEY, total numeric, note text);
    CREATE VIEW totals AS SELECT total FROM orders;
    CREATE TABLE events (id bigint, at date) PARTITION BY RANGE (at);
    CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
"""


def test_a_statement_that_the_server_refuses_is_an_error(lint: Lint) -> None:
    (finding,) = lint("ALTER TABLE orders DROP COLUMN nosuch;", SHOP)
    assert (finding.severity, finding.certainty) == ("error", "proven")
    assert finding.message == (
        'PostgreSQL 18 refuses this statement, whatever the rows are: Column "nosuch" of relation "orders" does not'
        " exist. (42703) The migration stops here, and what it did before stays."
    )
    assert finding.help == "Correct the name, or move this behind the migration that creates it."
    assert [effect.relation for effect in finding.effects] == ["orders"]


@pytest.mark.parametrize(
    ("text", "sqlstate", "help_begins"),
    [
        ("ALTER TABLE orders DROP COLUMN total", "2BP01", "Drop or change what depends on it first."),
        ("ALTER TABLE orders ADD COLUMN note text", "42701", "Choose another name"),
        ("CREATE TABLE orders (id int)", "42P07", "Choose another name"),
        ("DROP TABLE nosuch", "42P01", "Correct the name"),
        ("ALTER TABLE orders ADD COLUMN a nosuch", "42704", "Correct the name"),
        ("ALTER TABLE orders ADD COLUMN a int DEFAULT 'x'::text", "42804", "Correct it, and try it"),
        ("SELEC 1", "42601", "Correct it, and try it"),
    ],
)
def test_each_kind_of_failure_has_its_remedy(lint: Lint, text: str, sqlstate: str, help_begins: str) -> None:
    (finding,) = lint(f"{text};", SHOP)
    assert f"({sqlstate})" in finding.message
    assert finding.help.startswith(help_begins)


def test_an_index_built_concurrently_on_a_partitioned_table_is_built_on_its_partitions(lint: Lint) -> None:
    (finding,) = lint("CREATE INDEX CONCURRENTLY ON events (at);", SHOP)
    assert "(0A000)" in finding.message
    assert [line.strip() for line in finding.help.splitlines() if line.startswith("    ")] == [
        "CREATE INDEX events_at_idx ON ONLY events (at);",
        "CREATE INDEX CONCURRENTLY events_1_at_idx ON events_1 (at);",
        "ALTER INDEX events_at_idx ATTACH PARTITION events_1_at_idx;",
    ]


def test_of_what_fails_later_it_is_said_that_it_is_not_reached(lint: Lint) -> None:
    findings = lint("ALTER TABLE orders DROP COLUMN nosuch;\nDROP TABLE nosuch;", SHOP)
    assert [each.message.rpartition(") ")[2] for each in findings] == [
        "The migration stops here, and what it did before stays.",
        "The migration has stopped before, at line 1.",
    ]


def test_in_a_transaction_what_was_done_before_is_undone(lint: Lint) -> None:
    (finding,) = lint("BEGIN;\nDROP TABLE nosuch;\nCOMMIT;", SHOP)
    assert finding.message.endswith("The migration stops here, and its transaction is rolled back.")


def test_a_feature_of_a_later_version_fails_on_an_older_one(lint: Lint) -> None:
    text = "ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0) NOT ENFORCED;"
    (finding,) = lint(text, SHOP, postgres=17)
    assert finding.message.startswith("PostgreSQL 17 refuses this statement, whatever the rows are: NOT ENFORCED")
    assert lint(text, SHOP) == ()


def test_what_another_rule_says_of_a_failure_is_said_once(lint: Lint) -> None:
    assert lint("BEGIN; CREATE INDEX CONCURRENTLY i ON orders (note); COMMIT;", SHOP) == ()
    (finding,) = lint("BEGIN; VACUUM orders; COMMIT;", SHOP)
    assert finding.help == "Run it by itself, outside a transaction."


@pytest.mark.parametrize(
    "text",
    [
        "ALTER TABLE orders DROP COLUMN note;",
        "ALTER TABLE orders DROP COLUMN IF EXISTS nosuch;",
        "ALTER TABLE orders ADD COLUMN a int NOT NULL;",
        "DROP VIEW totals; ALTER TABLE orders DROP COLUMN total;",
    ],
)
def test_what_passes_or_depends_on_rows_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, SHOP) == ()


def test_where_nothing_is_known_of_the_schema_nothing_is_said_to_be_missing(lint: Lint) -> None:
    assert lint("DROP TABLE nosuch; ALTER TABLE orders DROP COLUMN nosuch;") == ()


def test_a_call_that_the_library_refuses_is_an_error_at_its_line(lint: Lint) -> None:
    name = "x" * 64
    (finding,) = lint(
        f"""
        def upgrade():
            op.create_index("{name}", "orders", ["note"])
            op.drop_column("orders", "nosuch")

        def downgrade():
            pass
        """,
        SHOP,
    )
    assert (finding.span.line, finding.severity, finding.direction) == (10, "error", "upgrade")
    assert finding.message == (
        "This call fails before anything is sent, whatever the database holds: IdentifierError: Identifier"
        f" '{name}' exceeds maximum length of 63 characters. The revision cannot be applied."
    )


def test_of_what_exists_already_nothing_is_said_where_a_condition_may_have_asked_for_it(lint: Lint) -> None:
    text = """
        def upgrade():
            {condition}
                op.create_table("orders", sa.Column("id", sa.Integer))

        def downgrade():
            pass
        """
    assert lint(text.format(condition="if not sa.inspect(op.get_bind()).has_table('orders'):"), SHOP) == ()
    (finding,) = lint(text.format(condition="if True:"), SHOP)
    assert (finding.severity, "42P07" in finding.message) == ("error", True)


def test_after_code_that_is_not_analysed_nothing_is_said_to_be_missing(lint: Lint) -> None:
    text = """
        def upgrade():
            {code}
            op.execute("UPDATE orders SET priority = 1")

        def downgrade():
            op.drop_column("orders", "priority")
        """
    for code in ("with timeout('3s') as conn:\n                conn.execute('x')", "runner.sql('x')"):
        assert lint(text.format(code=code), SHOP) == ()
    assert [each.direction for each in lint(text.format(code="pass"), SHOP)] == ["upgrade", "downgrade"]


def test_a_statement_that_may_not_run_fails_with_less_certainty(lint: Lint) -> None:
    (finding,) = lint(
        """
        import os

        def upgrade():
            if os.environ.get("FAST"):
                op.drop_column("orders", "nosuch")
        """,
        SHOP,
    )
    assert (finding.severity, finding.certainty) == ("warning", "unknown")


def test_a_statement_that_does_not_parse_is_said_with_the_place_where_the_parser_stopped(lint: Lint) -> None:
    (finding,) = lint(
        """
        def upgrade():
            op.execute('''
                ALTER TABLE orders
                  ADD COLUM z int
            ''')
        """
    )
    assert (finding.span.line, finding.related[0].line, finding.related[0].column) == (10, 12, 23)
    assert 'Syntax error at or near "int" (line 12, column 23).' in finding.message
