"""What can be seen of a database from one session: its relations, the locks that are held, what has been read.

A relation is shown by name, schema-qualified unless in ``public``; a toast table and its index by the table that they
belong to. Names are taken before a statement runs, so that what it drops can still be named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from database_patterns.lab import driver
from database_patterns.locks import LockMode

if TYPE_CHECKING:
    from database_patterns.databases.driver import Connection

_RELATIONS: Final = """
    WITH named AS (
        SELECT c.oid, c.relkind::text AS kind, pg_relation_filenode(c.oid) AS file, c.reltoastrelid AS toast,
               CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname AS name
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind <> 'c' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    ), toast AS (
        SELECT c.oid, c.relkind::text, pg_relation_filenode(c.oid), 'toast:pg_toast_' || named.name AS name
        FROM named JOIN pg_class c ON c.oid = named.toast
    )
    SELECT oid, kind, file, name FROM named
    UNION ALL SELECT * FROM toast
    UNION ALL SELECT i.oid, i.relkind::text, pg_relation_filenode(i.oid), toast.name || '_index'
    FROM toast JOIN pg_index x ON x.indrelid = toast.oid JOIN pg_class i ON i.oid = x.indexrelid
"""
_LOCKS: Final = """
    SELECT relation, mode FROM pg_locks
    WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_HEAPS: Final = "rmtS"
_INDEXES: Final = "i"


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation of the database; ``kind`` is ``pg_class.relkind``, ``file`` the number of the file that holds it."""

    name: str
    kind: str
    file: int | None


Relations = Mapping[int, Relation]
"""By OID."""


def relations(connection: Connection) -> Relations:
    """All relations of the database but the system's."""
    return {oid: Relation(name, kind, file) for oid, kind, file, name in driver.rows(connection, _RELATIONS)}


def held_locks(connection: Connection) -> frozenset[tuple[int, LockMode]]:
    """The locks on relations that the session itself holds, as OID and mode."""
    return frozenset((oid, LockMode[mode]) for oid, mode in driver.rows(connection, _LOCKS))


def rows_read(connection: Connection, statistics: str) -> Mapping[int, int]:
    """How many rows have been read in sequential scans, by the OID of the table.

    ``statistics`` is the view to ask: of the transaction so far (``pg_stat_xact_all_tables``), or of all that has ended
    (``pg_stat_all_tables``).
    """
    query = f"SELECT relid, seq_tup_read FROM {statistics} WHERE seq_tup_read > 0"  # noqa: S608 - one of two views
    return dict(driver.rows(connection, query))


def strongest(locks: Iterable[tuple[int, LockMode]], known: Relations) -> dict[str, LockMode]:
    """The strongest mode per relation among those ``known``, by name."""
    found: dict[str, LockMode] = {}
    for oid, mode in locks:
        if oid in known:
            name = known[oid].name
            found[name] = max(mode, found.get(name, mode))
    return dict(sorted(found.items()))


def rewritten(before: Relations, after: Relations) -> frozenset[str]:
    """The tables, materialized views and sequences, toast tables too, whose file has been replaced."""
    return _replaced(before, after, _HEAPS)


def rebuilt_indexes(before: Relations, after: Relations) -> frozenset[str]:
    """The indexes that have been built anew."""
    return _replaced(before, after, _INDEXES)


def _replaced(before: Relations, after: Relations, kinds: str) -> frozenset[str]:
    """The relations of ``kinds`` that are there before and after, in different files.

    They are compared by OID, as one may be renamed, and by name, as an index or a toast table may be replaced by
    another of the same name. An index that gets another OID and keeps its file (for a longer varchar) is not new.
    """
    by_name = {relation.name: relation for relation in after.values()}
    pairs = ((relation, after.get(oid) or by_name.get(relation.name)) for oid, relation in before.items())
    return frozenset(old.name for old, new in pairs if old.kind in kinds and new and old.file != new.file)


def scanned(before: Mapping[int, int], after: Mapping[int, int], known: Relations) -> frozenset[str]:
    """The tables among those ``known`` that have been read row by row in between."""
    return frozenset(known[oid].name for oid, read in after.items() if oid in known and read > before.get(oid, 0))
