"""Foreign keys of and to partitioned tables: what a partition has of one already, takes over, or gives back."""

from __future__ import annotations

import pytest
from tests.effects.given import errors, locks, predicted, schema, work_on

from database_patterns.model import Prediction

SHOP = schema(
    """
    CREATE TABLE k (id int PRIMARY KEY);
    CREATE TABLE with_key (id int, d date, k int) PARTITION BY RANGE (d);
    CREATE TABLE with_key_1 PARTITION OF with_key FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
    ALTER TABLE with_key_1 ADD CONSTRAINT own FOREIGN KEY (k) REFERENCES k;
    CREATE TABLE unproven (id int, d date, k int) PARTITION BY RANGE (d);
    CREATE TABLE unproven_1 PARTITION OF unproven FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
    ALTER TABLE unproven_1 ADD CONSTRAINT own FOREIGN KEY (k) REFERENCES k NOT VALID;
    CREATE TABLE line (id int, d date, k int REFERENCES k) PARTITION BY RANGE (d);
    CREATE TABLE line_1 PARTITION OF line FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
    CREATE TABLE equal (id int, d date, k int REFERENCES k);
    CREATE TABLE keyless (id int, d date, k int);
    CREATE TABLE part (id int PRIMARY KEY) PARTITION BY RANGE (id);
    CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (1) TO (9);
    CREATE TABLE user_of_part (part int REFERENCES part);
    CREATE TABLE loose (id int PRIMARY KEY);
    """
)
BOUND = "FOR VALUES FROM ('2030-01-01') TO ('2031-01-01')"
BOTH = {"with_key": "SRX", "with_key_1": "SRX"}


def test_a_key_that_a_partition_has_already_is_reused_and_not_validated_again() -> None:
    found = predicted("ALTER TABLE with_key ADD FOREIGN KEY (k) REFERENCES k", SHOP)
    assert (locks(found), work_on(found, "with_key_1"), work_on(found, "k")) == (
        {**BOTH, "k": "AX"},
        "nothing",
        "nothing",
    )
    assert found.may_fail == ()


@pytest.mark.parametrize("otherwise", ["ON DELETE CASCADE", "ON UPDATE SET NULL", "DEFERRABLE"])
def test_a_key_that_differs_in_what_it_does_is_validated(otherwise: str) -> None:
    found = predicted(f"ALTER TABLE with_key ADD FOREIGN KEY (k) REFERENCES k {otherwise}", SHOP)
    assert (locks(found), work_on(found, "with_key_1")) == ({**BOTH, "k": "SRX", "k_pkey": "AS"}, "scan")
    assert errors(found) == (None, ["23503"])


@pytest.mark.parametrize(("postgres", "mode"), [(17, "SRX"), (18, "AX")])
def test_a_key_that_is_not_valid_yet_is_reused_since_18_and_validated_in_any_version(postgres: int, mode: str) -> None:
    found = predicted("ALTER TABLE unproven ADD FOREIGN KEY (k) REFERENCES k", SHOP, postgres=postgres)
    assert (locks(found)["k"], work_on(found, "unproven_1")) == (mode, "scan")


def test_a_table_that_is_attached_with_an_equal_key_is_not_looked_up() -> None:
    found = predicted(f"ALTER TABLE line ATTACH PARTITION equal {BOUND}", SHOP)
    assert (locks(found), work_on(found, "k")) == ({"line": "SUX", "equal": "AX", "k": "AX"}, "nothing")


def test_a_table_that_is_attached_without_the_key_is_looked_up() -> None:
    found = predicted(f"ALTER TABLE line ATTACH PARTITION keyless {BOUND}", SHOP)
    assert (locks(found)["k"], work_on(found, "k")) == ("SRX", "scan")
    assert errors(found) == (None, ["23514", "23503"])


def test_a_detached_partition_gets_the_key_for_its_own() -> None:
    assert locks(predicted("ALTER TABLE line DETACH PARTITION line_1", SHOP)) == {
        "line": "AX",
        "line_1": "AX",
        "k": "SRX",
    }


def test_a_dropped_partition_has_no_key_of_its_own_to_take_away() -> None:
    assert locks(predicted("DROP TABLE line_1", SHOP)) == {"line": "AX", "line_1": "AX"}
    assert locks(predicted("DROP TABLE with_key_1", SHOP)) == {"with_key": "AX", "with_key_1": "AX", "k": "AX"}


@pytest.mark.parametrize(("postgres", "mode"), [(14, "AS"), (15, "SRX"), (18, "SRX")])
@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE new PARTITION OF part FOR VALUES FROM (10) TO (20)",
        "ALTER TABLE part ATTACH PARTITION loose FOR VALUES FROM (10) TO (20)",
    ],
)
def test_who_refers_to_a_partitioned_table_is_locked_for_each_new_partition(sql: str, postgres: int, mode: str) -> None:
    assert locks(predicted(sql, SHOP, postgres=postgres))["user_of_part"] == mode


@pytest.mark.parametrize(("how", "mode"), [("", "AX"), ("CONCURRENTLY", "S")])
def test_rows_that_refer_to_a_detached_partition_are_searched_for(how: str, mode: str) -> None:
    found = predicted(f"ALTER TABLE part DETACH PARTITION part_1 {how}", SHOP)
    assert locks(found)["user_of_part"] == mode
    assert errors(found) == (None, ["23503"])


@pytest.mark.parametrize(
    ("sql", "error"), [("DROP TABLE part_1", "2BP01"), ("TRUNCATE part_1", "0A000"), ("DROP TABLE k", "2BP01")]
)
def test_a_partition_is_kept_by_the_keys_that_refer_to_the_table_above(sql: str, error: str) -> None:
    assert errors(predicted(sql, SHOP)) == (error, [])


def test_by_cascade_the_keys_that_refer_to_the_table_above_go_along() -> None:
    assert locks(predicted("DROP TABLE part_1 CASCADE", SHOP)) == {
        "part": "AX", "part_1": "AX", "part_1_pkey": "AX", "user_of_part": "AX",
    }  # fmt: skip
    assert locks(predicted("TRUNCATE part_1 CASCADE", SHOP)) == {
        "part_1": "AX", "part_1_pkey": "AX", "user_of_part": "AX",
    }  # fmt: skip


def test_a_row_that_is_deleted_from_a_partition_is_looked_for_where_the_table_above_is_referred_to() -> None:
    found = predicted("DELETE FROM part_1", SHOP)
    assert locks(found) == {"part_1": "RX", "part_1_pkey": "RX", "user_of_part": "RS"}
    assert errors(found) == (None, ["23503"])


def test_tables_that_refer_to_each_other_are_dropped_by_one_statement_only() -> None:
    ring = schema("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY REFERENCES a);"
                  "ALTER TABLE a ADD FOREIGN KEY (id) REFERENCES b")  # fmt: skip
    found = predicted("DROP TABLE b, a", ring)
    assert (found.error, locks(found)) == (None, {"a": "AX", "a_pkey": "AX", "b": "AX", "b_pkey": "AX"})
    assert predicted("DROP TABLE a, b", ring).error is None
    assert errors(predicted("DROP TABLE a", ring)) == ("2BP01", [])


def test_an_index_that_becomes_a_constraint_is_built_anew_with_its_table() -> None:
    known = schema("CREATE TABLE t (a int, b int); CREATE UNIQUE INDEX i ON t (a)")
    found = predicted("ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX i, ALTER b TYPE bigint", known)
    (table,) = (effect for effect in found.effects if effect.relation == "t")
    assert (locks(found), table.rewrite, table.rebuilds) == ({"t": "AX", "i": "AX"}, True, ("i",))
    alone = predicted("ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX i", known)
    assert (locks(alone), work_on(alone, "t")) == ({"t": "AX", "i": "SUX"}, "nothing")


def test_a_row_of_a_partition_is_looked_up_for_the_keys_that_only_the_partition_has() -> None:
    for sql, failing in {
        "INSERT INTO with_key VALUES (1, '2025-01-01', 1)": ["23503", "23514"],
        "UPDATE with_key SET k = 1": ["23503"],
    }.items():
        found = predicted(sql, SHOP)
        assert (locks(found)["k"], errors(found)) == ("RS", (None, failing))
    assert "k" not in locks(predicted("UPDATE with_key SET id = 1", SHOP))


@pytest.mark.parametrize(("default", "work"), [("", "nothing"), ("DEFAULT 1", "scan")])
def test_a_new_column_of_a_partitioned_table_is_validated_in_each_partition_when_it_has_a_value(
    default: str, work: str
) -> None:
    found = predicted(f"ALTER TABLE with_key ADD COLUMN other int REFERENCES k {default}", SHOP)
    assert (locks(found)["k"], work_on(found, "with_key_1"), work_on(found, "k")) == ("SRX", work, work)


@pytest.mark.parametrize("postgres", [14, 17, 18])
def test_the_columns_of_a_primary_key_become_not_null_in_what_inherits(postgres: int) -> None:
    known = schema("CREATE TABLE above (id int, n int NOT NULL); CREATE TABLE below () INHERITS (above)")
    found = predicted("ALTER TABLE above ADD PRIMARY KEY (id)", known, postgres=postgres)
    assert (locks(found), work_on(found, "below")) == ({"above": "AX", "below": "AX"}, "scan")
    assert work_on(predicted("ALTER TABLE above ADD PRIMARY KEY (n)", known, postgres=postgres), "above") == "scan"


@pytest.mark.parametrize(
    "sql",
    ["ALTER TABLE IF EXISTS nothing ADD COLUMN x int", "ALTER TABLE IF EXISTS nothing RENAME TO x",
     "ALTER TABLE IF EXISTS nothing RENAME a TO x", "ALTER TABLE IF EXISTS nothing SET SCHEMA public",
     "ALTER INDEX IF EXISTS nothing RENAME TO x", "ALTER VIEW IF EXISTS nothing RENAME TO x"],
)  # fmt: skip
def test_what_does_not_exist_is_left_out_where_the_statement_says_if_exists(sql: str) -> None:
    assert predicted(sql, SHOP) == Prediction()


def test_if_exists_speaks_of_the_table_alone() -> None:
    assert errors(predicted("ALTER TABLE IF EXISTS k ADD FOREIGN KEY (id) REFERENCES nothing", SHOP)) == ("42P01", [])


@pytest.mark.parametrize(("postgres", "error"), [(14, None), (15, "2BP01"), (18, "2BP01")])
def test_a_generated_column_keeps_what_it_reads_since_15(postgres: int, error: str | None) -> None:
    known = schema("CREATE TABLE g (a int, b int GENERATED ALWAYS AS (a + 1) STORED); CREATE INDEX g_b ON g (b)")
    assert errors(predicted("ALTER TABLE g DROP COLUMN a", known, postgres=postgres)) == (error, [])
    cascading = predicted("ALTER TABLE g DROP COLUMN a CASCADE", known, postgres=postgres)
    assert locks(cascading) == {"g": "AX", "g_b": "AX"}
