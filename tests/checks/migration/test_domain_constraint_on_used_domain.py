"""domain-constraint-on-used-domain: ALTER DOMAIN that reads the tables of the domain."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

SHOP = """
    CREATE DOMAIN positive AS int CHECK (VALUE > 0); CREATE TABLE orders (a positive); CREATE TABLE lines (b positive);
"""


def test_all_tables_of_the_domain_are_read(lint: Lint) -> None:
    (finding,) = lint("ALTER DOMAIN positive ADD CHECK (VALUE < 100);", SHOP)
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert finding.message == (
        "ALTER DOMAIN takes ShareLock on orders and lines: writes wait until every value of the domain has been checked"
        " and the transaction ends."
    )
    assert finding.help.split("\n\n")[1::2] == [
        "    ALTER DOMAIN positive ADD CONSTRAINT positive_check CHECK (VALUE < 100) NOT VALID;",
        "    ALTER DOMAIN positive VALIDATE CONSTRAINT positive_check;",
    ]


def test_not_null_has_no_other_way_within_the_domain(lint: Lint) -> None:
    (finding,) = lint("ALTER DOMAIN positive SET NOT NULL;", SHOP)
    assert finding.help.startswith("Give the columns CHECK constraints of their own: they can be NOT VALID")


@pytest.mark.parametrize(
    "text",
    [
        "ALTER DOMAIN positive ADD CHECK (VALUE < 100) NOT VALID;",
        "ALTER DOMAIN positive DROP CONSTRAINT positive_check;",
        "CREATE DOMAIN d AS int; CREATE TABLE t (a d); ALTER DOMAIN d ADD CHECK (VALUE > 1);",
        "ALTER DOMAIN positive SET DEFAULT 1;",
    ],
)
def test_what_reads_no_table_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, SHOP) == ()
