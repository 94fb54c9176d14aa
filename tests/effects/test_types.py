"""Types that do not exist: refused where nothing else may have brought them, neither the history nor an extension."""

from __future__ import annotations

from typing import Final

import pytest
from tests.effects.given import after, errors, predicted, schema

from database_patterns.catalog import Catalog

TABLE: Final = "CREATE TABLE t (id int)"
FROM_THE_FIRST: Final = after(Catalog.at_first(), TABLE)
OF_OTHER_EXTENSIONS: Final = (
    "agtype", "geography", "geometry", "h3index", "halfvec", "hll", "ksuid", "raster", "roaringbitmap", "rrule",
    "semver", "sparsevec", "tdigest", "topogeometry", "uint1", "uint2", "uint4", "uint8", "ulid", "vector",
)  # fmt: skip


def refusal(type_name: str, catalog: Catalog) -> str | None:
    return errors(predicted(f"ALTER TABLE t ADD c {type_name}", catalog))[0]


def test_a_history_that_has_made_all_tables_has_made_their_types() -> None:
    assert refusal("nosuch", FROM_THE_FIRST) == "42704"
    assert refusal("nosuch", schema(TABLE)) == "42704"
    assert refusal("nosuch", schema(TABLE, complete=False)) is None


@pytest.mark.parametrize("name", OF_OTHER_EXTENSIONS)
def test_a_type_of_an_extension_may_be_installed_beside_a_history(name: str) -> None:
    assert refusal(name, FROM_THE_FIRST) is None


@pytest.mark.parametrize("name", ["other(3)", "_int4", "pg_lsn", "pg_catalog.int4", "citext"])
def test_a_type_with_a_length_an_array_or_one_of_the_server_may_be_there(name: str) -> None:
    assert refusal(name, FROM_THE_FIRST) is None
