"""Questions and code find the documents that speak to them."""

from __future__ import annotations

import pytest

from database_patterns import documents
from database_patterns.api.searching import search


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("how do I add an index to a big table", "index-without-concurrently"),
        ("CREATE INDEX i ON t (a)", "index-without-concurrently"),
        ('op.create_index("i", "t", ["a"])', "index-without-concurrently"),
        ("add a required column", "not-null-without-default"),
        ("ALTER TABLE t ALTER COLUMN a SET NOT NULL", "set-not-null-without-proof"),
        ("foreign keys", "foreign-key-validated-at-once"),
        ("change int to bigint", "type-change-rewrites"),
        ("ALTER TABLE t ALTER COLUMN a TYPE bigint", "type-change-rewrites"),
        ('op.drop_column("users", "name")', "drop-column"),
        ("CONCURRENTLY cannot run inside a transaction block", "concurrently-in-transaction"),
        ("op.get_bind().commit()", "commit-on-migration-connection"),
        ("alembic_version is empty", "commit-on-migration-connection"),
        ("which lock does each statement take", "postgres-lock-table"),
        ("REINDEX TABLE orders", "reindex-without-concurrently"),
    ],
)
def test_a_question_or_code_finds_the_document_that_speaks_to_it(query: str, best: str) -> None:
    assert search(query)[0].name == best


@pytest.mark.parametrize("query", ["", "the of a", "zzzzzz", "—"])
def test_a_query_without_known_words_finds_nothing(query: str) -> None:
    assert search(query) == ()


def test_rules_that_barely_match_are_left_out() -> None:
    assert len(search("foreign key")) < len(documents.rules())


def test_a_guide_that_has_every_statement_does_not_stand_before_the_rules() -> None:
    found = [item.name for item in search("add an index")]
    assert found.index("index-without-concurrently") < found.index("postgres-lock-table")
