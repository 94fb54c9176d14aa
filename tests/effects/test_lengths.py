"""Texts that are longer than their column allows: certainly, perhaps, or never."""

from __future__ import annotations

import pytest
from tests.effects.given import errors, predicted, schema

TABLES = "CREATE TABLE t (v varchar(5), c char(5), w varchar, short varchar(3), d text DEFAULT 'a long text', n int)"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("INSERT INTO t (v) VALUES ('12345')", (None, [])),
        ("INSERT INTO t (v) VALUES ('12345   ')", (None, [])),
        ("INSERT INTO t (v) VALUES ('123456')", ("22001", [])),
        ("INSERT INTO t (n, c) VALUES (1, '1'), (2, '123456')", ("22001", [])),
        ("INSERT INTO t VALUES ('1', '123456')", ("22001", [])),
        ("INSERT INTO t (v) VALUES (NULL), (DEFAULT)", (None, [])),
        ("INSERT INTO t (w, d) VALUES ('any length', 'any length')", (None, [])),
        ("INSERT INTO t (v) SELECT 'a' || 'b'", (None, ["22001"])),
        ("INSERT INTO t (v) SELECT repeat('x', 3)::varchar(5)", (None, [])),
        ("INSERT INTO t (v) SELECT repeat('x', 3)::varchar(6)", (None, ["22001"])),
        ("UPDATE t SET v = short", (None, [])),
        ("UPDATE t SET short = v", (None, ["22001"])),
        ("UPDATE t SET short = v::varchar(3)", (None, [])),
        ("UPDATE t SET short = w", (None, ["22001"])),
        ("UPDATE t SET v = '123456' WHERE n = 1", ("22001", [])),
        ("UPDATE t SET v = DEFAULT", (None, [])),
    ],
)
def test_a_text_fits_its_column_or_not(statement: str, expected: tuple[str | None, list[str]]) -> None:
    assert errors(predicted(statement, schema(TABLES))) == expected


def test_a_domain_limits_as_its_base_does() -> None:
    catalog = schema("CREATE DOMAIN code AS varchar(3); CREATE TABLE t (v code)")
    assert errors(predicted("INSERT INTO t VALUES ('1234')", catalog)) == ("22001", [])


def test_on_conflict_do_update_writes_too() -> None:
    catalog = schema("CREATE TABLE t (id int PRIMARY KEY, v varchar(3))")
    insert = "INSERT INTO t VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET v ="
    assert errors(predicted(f"{insert} 'four'", catalog)) == ("22001", [])
    assert errors(predicted(f"{insert} excluded.v", catalog))[0] is None
