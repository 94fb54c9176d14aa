"""statement-timeout-on-concurrent-build: a timeout that leaves an invalid index behind."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.checks.migration.short_locks import SHOP

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

BUILD = "CREATE INDEX CONCURRENTLY i ON orders (customer_id);"


def test_a_timeout_cancels_the_build_half_way(lint: Lint) -> None:
    (finding,) = lint(f"SET statement_timeout = '5s'; {BUILD}", SHOP)
    assert (finding.severity, finding.certainty) == ("warning", "size-dependent")
    assert finding.message == (
        "statement_timeout is 5s here: a build that takes longer is cancelled, and leaves an invalid index behind that"
        " costs every write and serves no query."
    )
    assert finding.help == (
        "Let it take the time that it needs; what it waits for holds nobody up:\n\n"
        f"    SET statement_timeout = 0;\n    {BUILD}"
    )


def test_so_it_does_with_an_index_that_is_built_anew(lint: Lint) -> None:
    assert len(lint("SET statement_timeout = 60000; REINDEX TABLE CONCURRENTLY orders;", SHOP)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "CREATE INDEX CONCURRENTLY i ON orders (customer_id);",
        "SET statement_timeout = 0; CREATE INDEX CONCURRENTLY i ON orders (customer_id);",
        "SET statement_timeout = '5s'; RESET statement_timeout; CREATE INDEX CONCURRENTLY i ON orders (customer_id);",
        "SET statement_timeout = '5s'; CREATE INDEX i ON orders (customer_id);",
    ],
)
def test_a_build_without_a_timeout_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, SHOP) == ()


def test_a_timeout_of_an_earlier_migration_need_not_hold_here(lint: Lint) -> None:
    assert lint(BUILD, f"{SHOP} SET statement_timeout = '5s';") == ()
