"""Which of a revision's statements would have other names in them under a naming convention that could not be read.

The tables that Alembic's operations make get a convention of their own (``UNREAD``): it names as SQLAlchemy does
without one, and marks what it names. Tables of the revision's own MetaData have nothing to do with that of env.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import CheckConstraint, Constraint, Index, PrimaryKeyConstraint, Table
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateTable, DropConstraint
from sqlalchemy.sql.ddl import DDLElement
from sqlalchemy.sql.elements import conv

CONDITION: Final = "if target_metadata has no naming convention, which could not be read"

_MARK: Final = "named_by_the_convention"


def _mark(index: Index, _table: Table) -> str:
    index.info[_MARK] = True
    return ""


UNREAD: Final[Mapping[str, Any]] = {"ix": f"%({_MARK})six_%(column_0_label)s", _MARK: _mark}
"""SQLAlchemy's default convention (``MetaData().naming_convention``), which marks an index that it gives a name."""


def condition_of_names(construct: DDLElement | None) -> str | None:
    """The condition under which ``construct`` has the names that it is rendered with, None where they are certain."""
    return CONDITION if any(map(_could_differ, _named_in(construct))) else None


def _named_in(construct: DDLElement | None) -> Iterable[Constraint | Index]:
    if isinstance(construct, CreateTable):
        return construct.element.constraints
    if isinstance(construct, AddConstraint | DropConstraint | CreateIndex):
        return (construct.element,)
    return ()


def _could_differ(named: Constraint | Index) -> bool:
    """One without a name, or a check, whose name is usually a part of the convention's; ``op.f`` makes names final."""
    table = getattr(named, "table", None)
    if not isinstance(table, Table) or _MARK not in table.metadata.naming_convention:
        return False
    if isinstance(named, Index):
        return _MARK in named.info
    if isinstance(named, PrimaryKeyConstraint) and not len(named.columns):
        return False
    return not isinstance(named.name, str) or (isinstance(named, CheckConstraint) and not isinstance(named.name, conv))
