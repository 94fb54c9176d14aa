"""One ALTER TABLE while its subcommands are gone through."""

from __future__ import annotations

from dataclasses import dataclass, field

from database_patterns.actions import Constraint, Name
from database_patterns.catalog import Catalog, Index, Table
from database_patterns.locks import LockMode

from .work import Work


@dataclass(frozen=True, slots=True)
class Validation:
    """A foreign key whose rows are looked up in the referenced table, once all subcommands are done.

    ``proven``: it held before, and what was done leaves all values equal, so that the query finds no row amiss.
    """

    table: Table
    constraint: Constraint
    referenced: Table
    proven: bool = False


@dataclass(slots=True)
class Alteration:
    """One ALTER TABLE under way: ``work.catalog`` is the schema after the subcommands done so far."""

    work: Work
    table: Table
    level: LockMode
    changed: set[str] = field(default_factory=set)
    """The columns whose type this statement has changed by now."""
    validations: list[Validation] = field(default_factory=list)
    taken: dict[Name, Index] = field(default_factory=dict)
    """The indexes that USING INDEX has renamed, as they were, by their new names."""

    @property
    def catalog(self) -> Catalog:
        return self.work.catalog

    def members(self, *, only: bool = False) -> tuple[Table, ...]:
        """The table and, unless ``only``, all below it, as they are by now."""
        current = self.catalog.table(self.table.name) or self.table
        return (current,) if only else self.catalog.family(current)
