"""Subcommands of ALTER TABLE over what is not known, and over what no other session sees."""

from __future__ import annotations

import pytest
from tests.effects.given import errors, locks, predicted, schema, work_on


@pytest.mark.parametrize(
    ("subcommand", "doubts"),
    [
        ("SET ACCESS METHOD heap", ["the present access method of t is not known"]),
        ("ALTER g SET EXPRESSION AS (1)", ["whether g of t is stored or virtual is not known"]),
        (
            "ADD COLUMN x int DEFAULT unheard()",
            ["the function unheard() is not in the known schema; the table is rewritten if it is volatile"],
        ),
    ],
)
def test_a_rewrite_that_depends_on_what_is_not_known_is_not_known(subcommand: str, doubts: list[str]) -> None:
    found = predicted(f"ALTER TABLE t {subcommand}")
    assert (work_on(found, "t"), list(found.unknown)) == ("rewrite?", doubts)


def test_an_index_that_is_not_known_may_be_one_of_nullable_columns() -> None:
    found = predicted("ALTER TABLE t ADD PRIMARY KEY USING INDEX i")
    assert (work_on(found, "t"), list(found.unknown)) == (
        "scan?",
        ["the index i is not in the known schema", "whether the columns of i are NOT NULL is not known"],
    )


def test_the_constraints_of_a_table_that_is_not_known_may_prove_that_it_fits_as_a_partition() -> None:
    found = predicted("ALTER TABLE p ATTACH PARTITION q FOR VALUES FROM (1) TO (2)")
    assert (locks(found), work_on(found, "q"), errors(found)) == ({"p": "SUX", "q": "AX"}, "scan?", (None, ["23514"]))
    assert found.unknown == ("whether the constraints of q prove its partition bound is not worked out",)


def test_a_temporary_table_is_neither_logged_nor_unlogged() -> None:
    temporary = schema("CREATE TEMPORARY TABLE t (id int)")
    for wanted in ("LOGGED", "UNLOGGED"):
        assert errors(predicted(f"ALTER TABLE t SET {wanted}", temporary)) == ("42P16", [])


def test_the_sequences_of_a_table_get_its_owner_if_that_is_another() -> None:
    found = predicted("ALTER TABLE t OWNER TO someone", schema("CREATE TABLE t (id serial PRIMARY KEY)"))
    assert [(each.relation, each.certainty) for each in found.effects] == [
        ("t", "proven"),
        ("t_pkey", "unknown"),
        ("t_id_seq", "unknown"),
    ]
