"""What there is to name in a database, asked from the server itself: the grammar draws from it over any schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from database_patterns.lab import driver
from database_patterns.lab.server import Database

_OWN: Final = "n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname !~ '^pg_temp'"
_NAME: Final = "CASE n.nspname WHEN 'public' THEN '' ELSE quote_ident(n.nspname) || '.' END || quote_ident({})"
_OF_EXTENSION: Final = "EXISTS (SELECT FROM pg_depend d WHERE d.objid = {}.oid AND d.deptype IN ('e', 'i'))"
_RELATIONS: Final = f"""
    SELECT {_NAME.format("c.relname")} AS name, c.relkind::text, c.relispartition, c.reloftype <> 0,
           coalesce((SELECT array_agg(quote_ident(attname) ORDER BY attnum) FROM pg_attribute
                     WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped), '{{}}'),
           (SELECT i.inhparent::regclass::text FROM pg_inherits i WHERE i.inhrelid = c.oid LIMIT 1)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE {_OWN} AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND NOT {_OF_EXTENSION.format("c")} ORDER BY 1
"""
_PARTS: Final = f"""
    SELECT t.name, p.kind, p.name FROM (
        SELECT conrelid, 'constraint ' || contype::text, quote_ident(conname) FROM pg_constraint
        WHERE contype <> 't' AND (conparentid = 0 OR contype <> 'f')
        UNION ALL SELECT tgrelid, 'trigger', quote_ident(tgname) FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT polrelid, 'policy', quote_ident(polname) FROM pg_policy
        UNION ALL SELECT ev_class, 'rule', quote_ident(rulename) FROM pg_rewrite WHERE rulename <> '_RETURN'
        UNION ALL SELECT i.indrelid, CASE WHEN i.indisunique THEN 'unique index' ELSE 'index' END,
                         quote_ident(c.relname)
                  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    ) p (relation, kind, name)
    JOIN (SELECT c.oid, {_NAME.format("c.relname")} FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE {_OWN}) t (oid, name) ON t.oid = p.relation ORDER BY 1, 2, 3
"""
_OBJECTS: Final = f"""
    SELECT kind, name FROM (
        SELECT CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range' ELSE 'composite' END,
               {_NAME.format("t.typname")}
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
        WHERE {_OWN} AND (t.typtype IN ('e', 'd', 'r') OR c.relkind = 'c') AND NOT {_OF_EXTENSION.format("t")}
        UNION ALL
        SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END,
               {_NAME.format("p.proname")} || '(' || pg_get_function_identity_arguments(p.oid) || ')'
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE {_OWN} AND NOT {_OF_EXTENSION.format("p")}
        UNION ALL
        SELECT 'domain constraint', {_NAME.format("t.typname")} || ' ' || quote_ident(conname)
        FROM pg_constraint JOIN pg_type t ON t.oid = contypid JOIN pg_namespace n ON n.oid = t.typnamespace WHERE {_OWN}
        UNION ALL SELECT 'statistics', {_NAME.format("stxname")}
                  FROM pg_statistic_ext JOIN pg_namespace n ON n.oid = stxnamespace
        UNION ALL SELECT 'index', {_NAME.format("c.relname")}
                  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_OWN} AND c.relkind IN ('i', 'I')
        UNION ALL SELECT 'partitioned index', {_NAME.format("c.relname")}
                  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_OWN} AND c.relkind = 'I'
        UNION ALL SELECT 'collation', {_NAME.format("c.collname")}
                  FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace WHERE {_OWN}
        UNION ALL SELECT 'schema', quote_ident(nspname) FROM pg_namespace n WHERE {_OWN}
        UNION ALL SELECT 'extension', quote_ident(extname) FROM pg_extension WHERE extname <> 'plpgsql'
        UNION ALL SELECT 'publication', quote_ident(pubname) FROM pg_publication
    ) o (kind, name) ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation with what belongs to it; ``kind`` is ``pg_class.relkind``."""

    name: str
    kind: str
    partition: bool
    typed: bool
    columns: Sequence[str]
    parent: str | None
    parts: Mapping[str, Sequence[str]]
    """Its constraints ("constraint c"), "trigger", "policy", "rule", "index" and "unique index", by name."""


@dataclass(frozen=True, slots=True)
class Names:
    """All relations of a database, and its other objects by kind."""

    relations: Sequence[Relation]
    objects: Mapping[str, Sequence[str]]


_EMPTY: Final = f"""
    SELECT CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE {_OWN} AND c.relkind IN ('r', 'm') AND pg_relation_size(c.oid) = 0
"""


def read_empty(database: Database) -> frozenset[str]:
    """The tables and materialized views that have never had a row, as a measurement calls them."""
    with driver.connect(database.admin) as connection:
        return frozenset(name for (name,) in driver.rows(connection, _EMPTY))


def read_names(database: Database) -> Names:
    """The names in ``database``, in an order that is the same every time."""
    with driver.connect(database.admin) as connection:
        parts: dict[str, dict[str, list[str]]] = {}
        for relation, kind, name in driver.rows(connection, _PARTS):
            parts.setdefault(relation, {}).setdefault(kind, []).append(name)
        objects: dict[str, list[str]] = {}
        for kind, name in driver.rows(connection, _OBJECTS):
            objects.setdefault(kind, []).append(name)
        found = driver.rows(connection, _RELATIONS)
        relations = [
            Relation(name, kind, partition, typed, columns, parent, parts.get(name, {}))
            for name, kind, partition, typed, columns, parent in found
        ]
    return Names(relations, objects)
