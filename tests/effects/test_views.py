"""CREATE OR REPLACE VIEW over columns whose types are not all known."""

from __future__ import annotations

import pytest
from tests.effects.given import errors, predicted, schema


@pytest.mark.parametrize("query", ["SELECT unheard(id) AS id FROM t", "SELECT id FROM t"])
def test_a_view_keeps_the_types_of_its_columns_as_far_as_they_are_known(query: str) -> None:
    known = schema(
        "CREATE TABLE t (id int); CREATE VIEW v AS SELECT id FROM t; CREATE VIEW w AS SELECT f(id) AS id FROM t"
    )
    for view in ("v", "w"):
        assert errors(predicted(f"CREATE OR REPLACE VIEW {view} AS {query}", known)) == (None, [])
