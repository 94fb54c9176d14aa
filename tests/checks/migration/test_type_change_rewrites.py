"""type-change-rewrites: ALTER COLUMN … TYPE that writes every row anew."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

ORDERS = (
    "CREATE TABLE orders (id bigint PRIMARY KEY, code varchar(20), total integer, at timestamp, net numeric(10, 2));"
)


def test_a_type_change_that_rewrites_locks_everyone_out(lint: Lint) -> None:
    (finding,) = lint("ALTER TABLE orders ALTER COLUMN total TYPE bigint;", ORDERS)
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert finding.message == (
        "Changing the type of total to bigint takes AccessExclusiveLock on orders: reads and writes wait while the"
        " whole table and its indexes are written anew."
    )
    assert finding.help == (
        "Add a column of the new type that a trigger keeps in step:\n\n"
        "    ALTER TABLE orders ADD COLUMN total_new bigint;\n"
        "    CREATE FUNCTION orders_total_new() RETURNS trigger LANGUAGE plpgsql AS\n"
        "        $$BEGIN NEW.total_new := NEW.total; RETURN NEW; END$$;\n"
        "    CREATE TRIGGER orders_total_new BEFORE INSERT OR UPDATE ON orders\n"
        "        FOR EACH ROW EXECUTE FUNCTION orders_total_new();\n\n"
        "Copy the existing rows in batches, and give the new column the old one's default, indexes and constraints."
        " Then exchange the names in one short transaction, and drop the old column in a later release:\n\n"
        "    DROP TRIGGER orders_total_new ON orders;\n"
        "    ALTER TABLE orders RENAME COLUMN total TO total_old;\n"
        "    ALTER TABLE orders RENAME COLUMN total_new TO total;"
    )


def test_the_trigger_converts_as_the_user_does(lint: Lint) -> None:
    (finding,) = lint("ALTER TABLE orders ALTER COLUMN code TYPE integer USING code::integer + 1;", ORDERS)
    assert "NEW.code_new := (SELECT CAST(code AS integer) + 1 FROM (SELECT NEW.*) AS orders)" in finding.help


@pytest.mark.parametrize(
    ("column", "required"),
    [("total integer NOT NULL", True), ("total integer", False), ("total integer PRIMARY KEY", False), ("", True)],
    ids=["not null", "nullable", "primary key", "unknown"],
)
def test_the_old_column_stops_to_be_required_once_nothing_writes_it(lint: Lint, column: str, required: bool) -> None:  # noqa: FBT001
    schema = f"CREATE TABLE orders ({column});" if column else None
    (finding,) = lint("ALTER TABLE orders ALTER COLUMN total TYPE bigint;", schema)
    assert ("ALTER TABLE orders ALTER COLUMN total_old DROP NOT NULL;" in finding.help) is required


def test_in_alembic_the_help_is_python(lint: Lint) -> None:
    (finding,) = lint(
        """
        def upgrade():
            op.alter_column("orders", "total", type_=sa.BigInteger())
        """,
        ORDERS,
    )
    assert '    op.add_column("orders", sa.Column("total_new", sa.BigInteger(), nullable=True))' in finding.help
    assert '    op.alter_column("orders", "total_new", new_column_name="total")' in finding.help


@pytest.mark.parametrize(
    ("column", "kind"),
    [("code", "varchar(40)"), ("code", "varchar"), ("code", "text"), ("net", "numeric(12, 2)"), ("net", "numeric")],
)
def test_a_type_that_stores_the_same_bytes_is_quiet(lint: Lint, column: str, kind: str) -> None:
    assert lint(f"ALTER TABLE orders ALTER COLUMN {column} TYPE {kind};", ORDERS) == ()


@pytest.mark.parametrize(
    ("column", "kind"), [("code", "varchar(10)"), ("total", "smallint"), ("net", "numeric(10, 3)")]
)
def test_a_narrower_type_rewrites(lint: Lint, column: str, kind: str) -> None:
    (finding,) = lint(f"ALTER TABLE orders ALTER COLUMN {column} TYPE {kind};", ORDERS)
    assert finding.certainty == "size-dependent"


def test_each_column_of_a_statement_is_judged_by_itself(lint: Lint) -> None:
    text = "ALTER TABLE orders ALTER total TYPE bigint, ALTER code TYPE text, ALTER net TYPE numeric(12, 2);"
    (finding,) = lint(text, ORDERS)
    assert finding.message.startswith("Changing the type of total to bigint takes AccessExclusiveLock")


def test_what_drops_the_default_first_is_taken_into_account(lint: Lint) -> None:
    schema = "CREATE TABLE orders (total int, old int);"
    text = "ALTER TABLE orders DROP COLUMN old, ALTER total TYPE bigint;"
    assert len(lint(text, schema)) == 1
    assert lint("ALTER TABLE orders DROP COLUMN total, ALTER total TYPE bigint;", schema) == ()


def test_a_type_change_that_depends_on_the_time_zone_says_so(lint: Lint) -> None:
    (finding,) = lint("ALTER TABLE orders ALTER COLUMN at TYPE timestamptz;", ORDERS)
    assert (finding.severity, finding.certainty) == ("warning", "unknown")
    assert "TimeZone" in finding.message


def test_a_column_of_unknown_type_may_be_rewritten(lint: Lint) -> None:
    (finding,) = lint("ALTER TABLE orders ALTER COLUMN code TYPE text;")
    assert (finding.severity, finding.certainty) == ("warning", "unknown")
    assert finding.message.endswith(" This is not certain: the present type of orders.code is not known.")


def test_a_table_created_here_is_quiet(lint: Lint) -> None:
    assert lint(f"{ORDERS} ALTER TABLE orders ALTER COLUMN total TYPE bigint;") == ()
