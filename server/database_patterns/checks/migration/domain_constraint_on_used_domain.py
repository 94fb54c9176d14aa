"""rules/migration/domain-constraint-on-used-domain.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from database_patterns.actions import Other
from database_patterns.checks import Hit, wording
from database_patterns.effects.context import StatementInContext
from database_patterns.rendering.operations import execute

_ADDED: Final = re.compile(
    r"\bALTER\s+DOMAIN\s+(?P<domain>\S+)\s+ADD\s+(?P<named>CONSTRAINT\s+(?P<name>\S+)\s+)?(?P<check>CHECK\b.*)",
    re.IGNORECASE | re.DOTALL,
)
_VALIDATE: Final = re.compile(r"\bVALIDATE\s+CONSTRAINT\b", re.IGNORECASE)


def check(action: Other, at: StatementInContext) -> Iterator[Hit]:
    read = [each for each in at.prediction.effects if each.scan and not at.is_new(each.relation)]
    if action.kind != "ALTER DOMAIN" or not read or _VALIDATE.search(at.statement.sql):
        return
    tables = wording.first_of([each.relation for each in read])
    yield Hit(
        f"ALTER DOMAIN {wording.takes(read[0], *tables)} until every value of the domain has been checked and the"
        f" transaction ends.{wording.depends_on(read[0].scan, at)}",
        _help(at),
        wording.certainty_of(read[0], read[0].scan),
        tuple(read),
    )


def _help(at: StatementInContext) -> str:
    added = _ADDED.search(at.statement.sql)
    if added is None:
        return (
            "Give the columns CHECK constraints of their own: they can be NOT VALID, and validated while writes go on."
        )
    domain, check = added["domain"], added["check"]
    name = added["name"] or f"{domain.rpartition('.')[2]}_check"
    return wording.help_text(
        at,
        "Add it without looking at the existing values:",
        [execute(f"ALTER DOMAIN {domain} ADD CONSTRAINT {name} {check} NOT VALID")],
        "What has to stop writes for the old values as well, do when there are few:",
        [execute(f"ALTER DOMAIN {domain} VALIDATE CONSTRAINT {name}")],
    )
