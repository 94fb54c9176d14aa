"""CREATE OR REPLACE VIEW over columns whose types are not all known."""

from __future__ import annotations

import pytest
from tests.effects.given import errors, predicted, schema

SAME = "CREATE FUNCTION {}(anyelement) RETURNS anyelement LANGUAGE sql AS 'SELECT $1'"
"""A function of which it is not worked out what it returns."""


@pytest.mark.parametrize("query", ["SELECT unheard(id) AS id FROM t", "SELECT id FROM t"])
def test_a_view_keeps_the_types_of_its_columns_as_far_as_they_are_known(query: str) -> None:
    known = schema(
        f"CREATE TABLE t (id int); {SAME.format('unheard')}; {SAME.format('f')};"
        " CREATE VIEW v AS SELECT id FROM t; CREATE VIEW w AS SELECT f(id) AS id FROM t"
    )
    for view in ("v", "w"):
        assert errors(predicted(f"CREATE OR REPLACE VIEW {view} AS {query}", known)) == (None, [])
