"""A schema as sets of facts, once as a real server has it and once as a catalog does, to be held against each other.

The entries that a foreign key has for each partition of the table it refers to are no constraints that anybody names,
and are left out.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from database_patterns.catalog import Catalog, Sequence, Table
from database_patterns.lab import driver

if TYPE_CHECKING:
    from database_patterns.databases.driver import Connection

Facts = dict[str, set[Any]]

_TESTS: Final = Path(__file__).parents[1]
SCHEMAS: Final = {
    "shop": _TESTS / "effects" / "witness_shop_schema.sql",
    "objects": _TESTS / "effects" / "witness_objects_schema.sql",
    "conversions": _TESTS / "effects" / "witness_conversions_schema.sql",
    "references": _TESTS / "effects" / "witness_references_schema.sql",
    "records": _TESTS / "effects" / "measured_statements_fixture.sql",
    "history": _TESTS / "catalog" / "history.sql",
    "foreign": _TESTS / "databases" / "foreign.sql",
    "others": _TESTS / "databases" / "objects.sql",
    "unusual": _TESTS / "databases" / "unusual.sql",
}
"""Schemas to make on a server, by name."""

KINDS: Final = {
    "f": "foreign table",
    "r": "table",
    "p": "table",
    "v": "view",
    "m": "materialized view",
    "S": "sequence",
}
CONSTRAINTS: Final = {
    "c": "check", "n": "not null", "u": "unique", "p": "primary key", "f": "foreign key", "x": "exclusion",
}  # fmt: skip
PERSISTENCE: Final = {"p": "permanent", "u": "unlogged", "t": "temporary"}
IDENTITY: Final = {"": None, "a": "always", "d": "by default"}
GENERATED: Final = {"": None, "s": "stored", "v": "virtual"}
NOT_NULL_HAS_A_NAME_SINCE: Final = 18
UNLOGGED_SEQUENCES_SINCE: Final = 15
SCHEMA: Final = "regexp_replace(n.nspname, '^pg_temp_.*', 'pg_temp')"
OWN: Final = """
    (n.nspname !~ '^pg_|^information_schema$' OR n.oid = pg_my_temp_schema())
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
"""
QUERIES: Final = {
    "relations": f"""
        SELECT {SCHEMA}, c.relname, c.relkind, c.relpersistence, c.relkind = 'p', c.relispartition
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {OWN} AND c.relkind IN ('f', 'r', 'p', 'v', 'm', 'S')""",
    "columns": f"""
        SELECT {SCHEMA}, c.relname, a.attname, a.attnotnull, a.atthasdef, a.attidentity, a.attgenerated
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {OWN} AND c.relkind IN ('f', 'r', 'p') AND a.attnum > 0 AND NOT a.attisdropped""",
    "constraints": f"""
        SELECT {SCHEMA}, c.relname, k.conname, k.contype, k.convalidated,
               (SELECT r.relname FROM pg_class r WHERE r.oid = k.confrelid)
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {OWN} AND k.contype <> 't' AND NOT EXISTS (
            SELECT FROM pg_constraint above WHERE above.oid = k.conparentid AND above.conrelid = k.conrelid)""",
    "indexes": f"""
        SELECT {SCHEMA}, c.relname, t.relname, i.indisunique, i.indisvalid,
               (SELECT p.relname FROM pg_inherits h JOIN pg_class p ON p.oid = h.inhparent WHERE h.inhrelid = c.oid),
               i.indnatts - i.indnkeyatts
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OWN}""",
    "parents": f"""
        SELECT {SCHEMA}, c.relname, p.relname
        FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid JOIN pg_class p ON p.oid = h.inhparent
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OWN} AND c.relkind IN ('f', 'r', 'p')""",
    "triggers": f"""
        SELECT {SCHEMA}, c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {OWN} AND (NOT t.tgisinternal OR t.tgparentid <> 0 AND t.tgname !~ '^RI_')""",
    "policies": f"""
        SELECT {SCHEMA}, c.relname, p.polname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OWN}""",
    "owned sequences": f"""
        SELECT {SCHEMA}, c.relname, t.relname, a.attname
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_depend o ON o.objid = c.oid AND o.deptype IN ('a', 'i') AND o.refobjsubid > 0
        JOIN pg_class t ON t.oid = o.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = o.refobjsubid
        WHERE {OWN} AND c.relkind = 'S'""",
    "types": f"""
        SELECT {SCHEMA}, c.typname FROM pg_type c JOIN pg_namespace n ON n.oid = c.typnamespace
        WHERE {OWN} AND (c.typtype IN ('e', 'd', 'r', 'm') OR c.typtype = 'b' AND c.typcategory <> 'A')
           OR {OWN} AND c.typtype = 'c' AND EXISTS (SELECT FROM pg_class k WHERE k.reltype = c.oid AND k.relkind = 'c')
        """,
    "schemas": """
        SELECT n.nspname FROM pg_namespace n WHERE n.nspname !~ '^pg_|^information_schema$'""",
}  # fmt: skip


def live(connection: Connection) -> Facts:
    """What the server has that ``connection`` looks at, temporary tables of its session too."""
    found = {what: set(driver.rows(connection, query)) for what, query in QUERIES.items()}
    found["relations"] = {
        (schema, name, KINDS[kind], PERSISTENCE[persistence], partitioned, partition)
        for schema, name, kind, persistence, partitioned, partition in found["relations"]
    }
    found["columns"] = {(*rest, IDENTITY[identity], GENERATED[made]) for *rest, identity, made in found["columns"]}
    found["constraints"] = {
        (schema, table, name, CONSTRAINTS[kind], *rest) for schema, table, name, kind, *rest in found["constraints"]
    }
    return found


def replayed(catalog: Catalog, *, postgres: int) -> Facts:
    """What a catalog holds, in the same words; before 18 the server gives NOT NULL no constraint of its own."""
    tables = [each for each in catalog.relations.values() if isinstance(each, Table) and each.kind != "type"]
    stored = [each for each in tables if each.kind in {"table", "foreign table"}]
    sequences = [each for each in catalog.relations.values() if isinstance(each, Sequence)]
    return {
        "relations": {
            *((*_in(each), each.kind, each.persistence, each.partitioned, each.partition) for each in tables),
            *((*_in(each), "sequence", _persistence(catalog, each, postgres), False, False) for each in sequences),
        },
        "columns": {
            (*_in(table), each.name, each.not_null, each.default is not None, each.identity, each.generated)
            for table in stored
            for each in table.columns.values()
        },
        "constraints": {
            (
                *_in(table), name, each.kind, each.enforced and not each.not_valid,
                each.references.name if each.references else None,
            )
            for table in stored
            for name, each in table.constraints.items()
            if each.kind != "not null" or postgres >= NOT_NULL_HAS_A_NAME_SINCE
        },
        "indexes": {
            (
                table.name.schema, name, table.name.name, each.unique, each.valid,
                each.parent.name if each.parent else None, len(each.include),
            )
            for table in tables
            for name, each in table.indexes.items()
        },
        "parents": {(*_in(each), parent.name) for each in stored for parent in each.inherits},
        "triggers": {(*_in(each), name) for each in tables for name in each.triggers},
        "policies": {(*_in(each), name) for each in tables for name in each.policies},
        "owned sequences": {(*_in(each), each.owner[0].name, each.owner[1]) for each in sequences if each.owner},
        "types": {(name.schema, name.name) for name in catalog.types},
        "schemas": {(name,) for name in catalog.schemas},
    }  # fmt: skip


def _in(relation: Table | Sequence) -> tuple[str | None, str]:
    return relation.name.schema, relation.name.name


def _persistence(catalog: Catalog, sequence: Sequence, postgres: int) -> str:
    """That of the table that owns it; before 15 an unlogged table had permanent sequences."""
    if sequence.name.schema == "pg_temp":
        return "temporary"
    owner = catalog.table(sequence.owner[0]) if sequence.owner else None
    return owner.persistence if owner and postgres >= UNLOGGED_SEQUENCES_SINCE else "permanent"
