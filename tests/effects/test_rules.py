"""CREATE RULE where what PostgreSQL does depends on its version."""

from __future__ import annotations

import pytest
from tests.effects.given import errors, predicted, schema


@pytest.mark.parametrize(
    ("postgres", "sqlstate"), [(14, None), (15, None), (16, "42809"), (17, "42809"), (18, "42809")]
)
def test_a_table_becomes_no_view_by_a_rule_since_16(postgres: int, sqlstate: str | None) -> None:
    rule = 'CREATE RULE "_RETURN" AS ON SELECT TO t DO INSTEAD SELECT 1'
    found = predicted(rule, schema("CREATE TABLE t (id int)"), postgres=postgres)
    doubts = () if sqlstate else ("whether a table can become a view by its rule is not worked out",)
    assert (errors(found), found.unknown) == ((sqlstate, []), doubts)
