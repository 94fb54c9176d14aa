"""concurrently-in-transaction: what PostgreSQL refuses inside a transaction block."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, note text); CREATE INDEX i ON orders (note);"
CREATE = "CREATE INDEX CONCURRENTLY n ON orders (note)"


def test_concurrently_after_begin_is_refused(lint: Lint) -> None:
    (finding,) = lint(f"BEGIN;\n{CREATE};\nCOMMIT;\n", ORDERS)
    assert (finding.severity, finding.certainty, finding.span.line) == ("error", "proven", 2)
    assert finding.message == (
        "CREATE INDEX CONCURRENTLY cannot run inside a transaction block: PostgreSQL refuses it (25001)."
        " BEGIN on line 1 opened it."
    )
    assert finding.help == f"Run it by itself, outside BEGIN and COMMIT:\n\n    {CREATE};"


def test_in_alembic_the_help_is_a_revision_with_an_autocommit_block(lint: Lint) -> None:
    (finding,) = lint(
        """
        def upgrade():
            op.drop_index("i", "orders", postgresql_concurrently=True)
        """,
        ORDERS,
    )
    assert (finding.severity, finding.certainty) == ("error", "proven")
    assert finding.message.startswith("DROP INDEX CONCURRENTLY cannot run inside a transaction block")
    assert finding.help == (
        "Give it a revision of its own, in an autocommit block, and set transaction_per_migration=True in env.py:\n\n"
        "    with op.get_context().autocommit_block():\n"
        '        op.drop_index("i", postgresql_concurrently=True)'
    )


def test_beside_others_in_one_text_of_an_autocommit_block_the_help_is_a_call_of_its_own(lint: Lint) -> None:
    (finding,) = lint(
        f"""
        def upgrade():
            with op.get_context().autocommit_block():
                op.execute("SET statement_timeout = 0; {CREATE}")
        """,
        ORDERS,
    )
    assert (finding.severity, finding.certainty) == ("error", "proven")
    assert "are sent together in one message, which PostgreSQL runs in one transaction." in finding.message
    assert finding.help == (
        "It runs outside of Alembic's transaction already. Send it in a call of its own:\n\n"
        "    with op.get_context().autocommit_block():\n"
        '        op.create_index("n", "orders", ["note"], postgresql_concurrently=True)'
    )


def test_on_a_table_that_is_new_here_the_word_is_left_out(lint: Lint) -> None:
    (finding,) = lint("BEGIN; CREATE TABLE a (b int); CREATE INDEX CONCURRENTLY c ON a (b); COMMIT;", ORDERS)
    assert finding.help == (
        "Nobody waits for a, which is new here: leave the word out.\n\n    CREATE INDEX c ON a (b);"
    )  # fmt: skip


@pytest.mark.parametrize("statement", ["REINDEX INDEX CONCURRENTLY i", "DROP INDEX CONCURRENTLY i", CREATE])
def test_each_statement_with_the_word_is_found_in_a_transaction_and_quiet_outside(lint: Lint, statement: str) -> None:
    assert len(lint(f"BEGIN; {statement}; COMMIT;", ORDERS)) == 1
    assert lint(f"{statement};", ORDERS) == ()


def test_an_autocommit_block_is_quiet(lint: Lint) -> None:
    text = """
        def upgrade():
            with op.get_context().autocommit_block():
                op.create_index("n", "orders", ["note"], postgresql_concurrently=True)
        """
    assert lint(text, ORDERS) == ()


def test_other_statements_that_refuse_a_transaction_are_not_this_rules(lint: Lint) -> None:
    assert lint("BEGIN; VACUUM orders; COMMIT;", ORDERS) == ()
