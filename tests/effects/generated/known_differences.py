"""The differences between prediction and measurement that are known, each with its reason: the shorter the better.

None is a lock, a rewrite or a scan that is missed, which would be the worst of them.
``make prove`` says how often each line is used; one that no seed uses goes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Known:
    """A difference that is known: of which forms, how its sentence reads (both as patterns), and why it is there."""

    forms: str
    difference: str
    reason: str


_OTHER_FIRST: Final = "both errors are there, and PostgreSQL looks for the other one first"

KNOWN: Final = (
    Known("ALTER TABLE … several", r"raises (42P16|42704|42P07|42809), predicted (42703|55000|42P16|22023): .*",
          _OTHER_FIRST),
    Known("ALTER TABLE … ALTER COLUMN TYPE", r"raises (42846|22P02|22023), predicted 42804: .*", _OTHER_FIRST),
    Known("ALTER TABLE … ADD CONSTRAINT EXCLUDE", r"raises 42809, predicted None .*",
          "which operators belong to the operator class of an index is not known"),
    Known("CREATE DOMAIN|CREATE TABLE … REFERENCES|ALTER (TABLE|VIEW) … .*SET DEFAULT", r"raises 22P02, predicted .*",
          "which texts are no money, no bits, no range and no record is not worked out"),
)  # fmt: skip


def known(form: str, difference: str) -> Known | None:
    """What is known of a difference of a statement of this form."""
    fitting = (each for each in KNOWN if re.fullmatch(each.forms, form))
    return next((each for each in fitting if re.fullmatch(each.difference, difference)), None)
