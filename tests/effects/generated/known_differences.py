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


_NOT_HELD: Final = "the catalog does not hold objects of this kind, so that a missing or repeated name is not seen"
_OTHER_FIRST: Final = "both errors are there, and PostgreSQL looks for the other one first"
_TABLESPACE: Final = "the catalog does not hold tablespaces: the relation is in that one already"

KNOWN: Final = (
    Known("ALTER (TABLE|INDEX) … SET TABLESPACE|ALTER MATERIALIZED VIEW|.* several",
          r"not (rewritten|rebuilt): .*", _TABLESPACE),
    Known("ALTER (POLICY|STATISTICS|EXTENSION|FUNCTION|RULE|PUBLICATION|SCHEMA|COLLATION)"
          "|(CREATE|DROP) (EXTENSION|PUBLICATION|ROLE|FUNCTION|PROCEDURE)|DROP (AGGREGATE|DOMAIN|TYPE)"
          "|CREATE (CAST|SERVER|EVENT TRIGGER)|ALTER INDEX … DEPENDS ON EXTENSION|COMMENT|.* RULE|.* several",
          r"raises (42704|42710|42723|42883|42P01|3F000), predicted None .*", _NOT_HELD),
    Known("CREATE (TRIGGER|POLICY)|CREATE .*VIEW|CREATE TABLE AS|.* CHECK|.* SET DEFAULT|CREATE INDEX.*|.* ADD COLUMN",
          r"raises (42883|42704|42P01|42703), predicted .*",
          "a function or a type that does not exist is not looked for everywhere"),
    Known("CREATE (TYPE AS|TABLE … OF|TABLE … LIKE|DOMAIN)|ALTER DOMAIN.*",
          r"raises (42704|3F000|42804|42701|42809|22P02|22007|42P01), predicted None .*",
          "the attributes of a composite type, what LIKE copies and a domain's default are not looked through"),
    Known(".*", r"raises 3F000, predicted (42704|42P01).*",
          "where schema and name are both missing, the schema is named"),
    Known("(ALTER|CREATE) PUBLICATION", r"raises 22023, predicted None .*",
          "that a table that is not permanent cannot be published is not looked for"),
    Known("DROP STATISTICS", r"predicted the error 42704: .*|.*: predicted None, measured ShareUpdateExclusiveLock",
          "the name of extended statistics that LIKE copies is not worked out"),
    Known("CLUSTER", r"raises (42704|0A000), predicted None .*",
          "by which index a table was clustered before is not known"),
    Known("(ALTER|CREATE) SEQUENCE.*", r"raises (42703|55000|0A000), predicted (None|3F000).*",
          "what OWNED BY asks of table and column is not looked for"),
    Known("ALTER TYPE … ATTRIBUTE", r"raises 42804, predicted None .*",
          "whether an attribute's values can be converted is not worked out"),
    Known("ALTER MATERIALIZED VIEW.*", r"raises 0A000, predicted None .*",
          "the columns of a materialized view have no types in the catalog"),
    Known("ALTER TABLE … ADD CONSTRAINT PRIMARY KEY", r"raises XX000, predicted None .*",
          "an internal error of PostgreSQL 18 for a primary key ONLY on the parent of others"),
    Known("ALTER TABLE … RENAME (COLUMN|CONSTRAINT)", r"raises 42809, predicted .*",
          "what cannot be renamed in a typed table is not looked for"),
    Known("ALTER TABLE … (SET UNLOGGED|ADD CONSTRAINT .*|ALTER COLUMN TYPE|ATTACH PARTITION|DETACH PARTITION.*|several)"
          "|CREATE (TRIGGER|VIEW|MATERIALIZED VIEW|TABLE AS)|ALTER VIEW … RENAME TO|SECURITY LABEL"
          "|CREATE (STATISTICS|TABLE.*)|ALTER STATISTICS",
          r"raises \w+, predicted [0-9A-Z]{5}.*", _OTHER_FIRST),
    Known("ALTER TABLE … ATTACH PARTITION|ALTER TABLE … DETACH PARTITION FINALIZE|ALTER TABLE … ADD CONSTRAINT EXCLUDE"
          "|CREATE INDEX", r"raises (42809|42704|42P17), predicted None .*",
          "bounds of other types than whole numbers and dates, and operator classes of arrays, are not compared"),
    Known("ALTER (TABLE|VIEW) … (ALTER COLUMN )?SET DEFAULT|.* ADD COLUMN", r"raises (42804|22P02), predicted None .*",
          "the type of an array, and the columns of a view, are not worked out"),
    Known("ALTER VIEW … SET \\(…\\)", r"raises 0A000, predicted None .*",
          "which views can be updated is not worked out"),
    Known("ALTER (DOMAIN|POLICY|RULE)|CREATE TRIGGER|LOCK TABLE|REVOKE|GRANT",
          r"raises (42704|0A000|42809|3F000|42703), predicted None .*",
          "that the object named goes with the command is not looked for"),
    Known("ANALYZE|REINDEX|CREATE (TABLE AS|MATERIALIZED VIEW)|REFRESH MATERIALIZED VIEW",
          r".*: predicted \w+, measured None", "what has no rows, or gets none (WITH NO DATA), is not read"),
)  # fmt: skip


def known(form: str, difference: str) -> Known | None:
    """What is known of a difference of a statement of this form."""
    fitting = (each for each in KNOWN if re.fullmatch(each.forms, form))
    return next((each for each in fitting if re.fullmatch(each.difference, difference)), None)
