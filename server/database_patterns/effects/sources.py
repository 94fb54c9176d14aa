"""The pages of PostgreSQL's documentation that predictions rest on."""

from __future__ import annotations

from typing import Final

ALTER_DOMAIN: Final = "sql-alterdomain"
ALTER_INDEX: Final = "sql-alterindex"
ALTER_SEQUENCE: Final = "sql-altersequence"
ALTER_TABLE: Final = "sql-altertable"
CONSTRAINTS: Final = "ddl-constraints"
COPY: Final = "sql-copy"
CREATE_INDEX: Final = "sql-createindex"
CREATE_RULE: Final = "sql-createrule"
CREATE_TABLE: Final = "sql-createtable"
CREATE_VIEW: Final = "sql-createview"
DEPENDENCIES: Final = "ddl-depend"
DROP_INDEX: Final = "sql-dropindex"
DROP_TABLE: Final = "sql-droptable"
LOCKING: Final = "explicit-locking"
REINDEX: Final = "sql-reindex"
MERGE: Final = "sql-merge"
PARTITIONING: Final = "ddl-partitioning"


def page(name: str, postgres: int) -> str:
    """The address of a page in the documentation of a major version."""
    return f"https://www.postgresql.org/docs/{postgres}/{name}.html"
