"""trigger-on-live-table: CREATE TRIGGER and DROP TRIGGER."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.checks.migration.short_locks import SHOP, queue

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

QUEUE = queue("it")
CREATE = "CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION f();"


def test_a_new_trigger_stops_writes(lint: Lint) -> None:
    (finding,) = lint(CREATE, SHOP)
    assert (finding.severity, finding.certainty) == ("advice", "proven")
    assert finding.message == f"CREATE TRIGGER takes ShareRowExclusiveLock on orders: writes wait{QUEUE}"
    assert finding.help.endswith(f"    SET lock_timeout = '2s';\n    {CREATE}")


def test_to_drop_one_stops_reads_too(lint: Lint) -> None:
    (finding,) = lint("DROP TRIGGER t ON orders;", f"{SHOP} {CREATE}")
    assert finding.message == f"DROP TRIGGER takes AccessExclusiveLock on orders: reads and writes wait{QUEUE}"


@pytest.mark.parametrize(
    "text",
    [
        "SET lock_timeout = '2s'; CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION f();",
        "CREATE TABLE n (a int); CREATE TRIGGER t BEFORE INSERT ON n FOR EACH ROW EXECUTE FUNCTION f();",
        "DROP TABLE orders;",
    ],
)
def test_a_short_wait_or_a_new_table_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, SHOP) == ()
