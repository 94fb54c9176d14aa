"""Which views PostgreSQL writes through by itself, and to which columns."""

from __future__ import annotations

import pytest

from database_patterns.actions import Name
from database_patterns.catalog import Catalog
from database_patterns.catalog.updatable import below, is_updatable
from database_patterns.reading import read_text


def made(query: str, columns: str = "") -> tuple[bool, object]:
    """Whether a view of this query can be written through, and its columns with those of the table below."""
    catalog = Catalog.empty()
    for statement in read_text(f"CREATE TABLE t (a int, b text); CREATE VIEW v {columns} AS {query}").upgrade:
        catalog = catalog.advance(statement)
    view = catalog.table(Name("v"))
    assert view is not None
    found = below(catalog, view)
    return is_updatable(view), dict(found.columns or {}) if found else None


@pytest.mark.parametrize(
    ("query", "columns", "expected"),
    [
        ("SELECT a, b FROM t", "", {"a": "a", "b": "b"}), ("SELECT * FROM t WHERE a > 1", "", {"a": "a", "b": "b"}),
        ("SELECT b AS x, a AS y FROM t", "", {"x": "b", "y": "a"}), ("SELECT * FROM t", "(x)", {"x": "a", "b": "b"}),
        ("SELECT a, upper(b) AS b, 1 AS one FROM t", "", {"a": "a"}),
        ("SELECT a, a AS again, b FROM t", "", {"b": "b"}),
        ("SELECT x.a FROM t x", "", {"a": "a"}),
    ],
)  # fmt: skip
def test_a_view_of_one_relation_is_written_through(query: str, columns: str, expected: dict[str, str]) -> None:
    assert made(query, columns) == (True, expected)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) AS n FROM t", "SELECT DISTINCT a FROM t", "SELECT a FROM t GROUP BY a",
        "SELECT a FROM t LIMIT 1",
        "SELECT a FROM t UNION SELECT 1", "SELECT t.a FROM t JOIN t u ON true", "SELECT 1 AS a", "VALUES (1)",
        "WITH w AS (SELECT 1) SELECT a FROM t", "SELECT row_number() OVER () AS n FROM t",
        "SELECT a FROM (SELECT 1 AS a) s",
    ],
)  # fmt: skip
def test_a_view_of_anything_else_is_not(query: str) -> None:
    assert made(query) == (False, None)
