"""What a live database has, as the SQL that would make it: PostgreSQL prints its own definitions.

Each query gives statements that ``reading`` parses and a Catalog follows as it does those of a dump, so that what is
known of SQL stands in one place. Only system catalogs are read. The statements are what a Catalog holds of an object,
not all that makes it, and every relation is followed by itself: what PostgreSQL would pass on from a table to its
partitions is said of each with ONLY, under the names that are really there.

Source: the system catalogs and the functions ``pg_get_…def`` in PostgreSQL's documentation, and what 14 to 18 print.
"""

from __future__ import annotations

from typing import Final

from .other_objects import OTHER_OBJECTS

_OWN_SCHEMA: Final = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
_TABLES: Final = f"pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND {_OWN_SCHEMA}"
_OWN_TYPES: Final = f"""
    pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace AND {_OWN_SCHEMA} AND NOT EXISTS (
        SELECT FROM pg_depend e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid AND e.deptype = 'e')
"""
_BEFORE_18: Final = "current_setting('server_version_num')::int < 180000"
"""Whether NOT NULL is a property of the column, and no constraint with a name of its own."""

_NO_PUBLIC: Final = """
    SELECT 'DROP SCHEMA public' WHERE NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'public')
"""
_SCHEMAS: Final = f"""
    SELECT format('CREATE SCHEMA %I', n.nspname) FROM pg_namespace n
    WHERE {_OWN_SCHEMA} AND n.nspname <> 'public' ORDER BY 1
"""
_EXTENSIONS: Final = """
    SELECT format('CREATE EXTENSION %I SCHEMA %I', e.extname, n.nspname)
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
    WHERE e.oid >= 16384 ORDER BY 1
"""
"""Without those that initdb has created, whose numbers are below the first one for users' objects."""
_ENUMS: Final = f"""
    SELECT format('CREATE TYPE %I.%I AS ENUM (%s)', n.nspname, t.typname,
        (SELECT string_agg(quote_literal(l.enumlabel), ', ' ORDER BY l.enumsortorder)
         FROM pg_enum l WHERE l.enumtypid = t.oid))
    FROM {_OWN_TYPES} WHERE t.typtype = 'e' ORDER BY t.oid
"""
_ATTRIBUTE: Final = """
    format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)),
    (SELECT format(' COLLATE %I.%I', cn.nspname, l.collname)
     FROM pg_collation l JOIN pg_namespace cn ON cn.oid = l.collnamespace JOIN pg_type t ON t.oid = a.atttypid
     WHERE l.oid = a.attcollation AND a.attcollation <> t.typcollation)
"""
_COMPOSITES: Final = f"""
    SELECT format('CREATE TYPE %I.%I AS (%s)', n.nspname, t.typname,
        (SELECT string_agg(concat({_ATTRIBUTE}), ', ' ORDER BY a.attnum)
         FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped))
    FROM {_OWN_TYPES} JOIN pg_class k ON k.oid = t.typrelid AND k.relkind = 'c' ORDER BY t.oid
"""
_RANGES: Final = f"""
    SELECT format('CREATE TYPE %I.%I AS RANGE (subtype = %s, multirange_type_name = %s)', n.nspname, t.typname,
        format_type(r.rngsubtype, NULL), r.rngmultitypid::regtype)
    FROM {_OWN_TYPES} JOIN pg_range r ON r.rngtypid = t.oid ORDER BY t.oid
"""
_BASE_TYPES: Final = f"""
    SELECT format('CREATE TYPE %I.%I (INPUT = %s, OUTPUT = %s)', n.nspname, t.typname, t.typinput, t.typoutput)
    FROM {_OWN_TYPES} WHERE t.typtype = 'b' AND t.typcategory <> 'A' ORDER BY t.oid
"""
_DOMAINS: Final = f"""
    SELECT concat(
        format('CREATE DOMAIN %I.%I AS %s', n.nspname, t.typname, format_type(t.typbasetype, t.typtypmod)),
        (SELECT format(' COLLATE %I.%I', cn.nspname, l.collname)
         FROM pg_collation l JOIN pg_namespace cn ON cn.oid = l.collnamespace JOIN pg_type b ON b.oid = t.typbasetype
         WHERE l.oid = t.typcollation AND t.typcollation <> b.typcollation),
        ' DEFAULT ' || t.typdefault,
        CASE WHEN t.typnotnull THEN ' NOT NULL' END,
        (SELECT string_agg(format(' CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid)), '' ORDER BY k.conname)
         FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'))
    FROM {_OWN_TYPES} WHERE t.typtype = 'd' ORDER BY t.oid
"""
_FUNCTIONS: Final = f"""
    SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE {_OWN_SCHEMA} AND p.prokind IN ('f', 'p') AND NOT EXISTS (
        SELECT FROM pg_depend o WHERE o.classid = 'pg_proc'::regclass AND o.objid = p.oid AND o.deptype IN ('e', 'i'))
    ORDER BY p.oid
"""
"""Without those of extensions, and those that a range type has brought."""
_SEQUENCES: Final = f"""
    SELECT format('CREATE SEQUENCE %I.%I', n.nspname, c.relname) FROM {_TABLES}
    WHERE c.relkind = 'S' AND NOT EXISTS (
        SELECT FROM pg_depend o WHERE o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.deptype = 'i')
    ORDER BY c.oid
"""
_PROPERTIES: Final = f"""
    CASE a.attgenerated WHEN '' THEN ' DEFAULT ' || x.default
        ELSE format(' GENERATED ALWAYS AS (%s) %s', x.default,
            CASE a.attgenerated WHEN 's' THEN 'STORED' ELSE 'VIRTUAL' END) END,
    CASE WHEN a.attnotnull AND {_BEFORE_18} THEN ' NOT NULL' END
"""
_OF_TABLE: Final = """
    FROM pg_attribute a
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    CROSS JOIN LATERAL (SELECT pg_get_expr(d.adbin, d.adrelid) AS default) x
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
"""
_COLUMNS: Final = f"SELECT string_agg(concat({_ATTRIBUTE}, {_PROPERTIES}), ', ' ORDER BY a.attnum) {_OF_TABLE}"
_COLUMNS_OF_TYPE: Final = f"""
    SELECT format(' (%s)',
        string_agg(concat(quote_ident(a.attname), ' WITH OPTIONS', {_PROPERTIES}), ', ' ORDER BY a.attnum))
    {_OF_TABLE}
"""
"""What a typed table adds to its columns; its type has the rest."""
_CREATE_TABLE: Final = f"""
    SELECT concat(
        format('CREATE %sTABLE %I.%I', CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED ' END, n.nspname, c.relname),
        CASE c.reloftype WHEN 0 THEN format(' (%s)', ({_COLUMNS}))
            ELSE concat(' OF ', c.reloftype::regtype, ({_COLUMNS_OF_TYPE})) END,
        ' PARTITION BY ' || pg_get_partkeydef(c.oid),
        ' USING ' || quote_ident(m.amname))
    FROM {_TABLES} LEFT JOIN pg_am m ON m.oid = c.relam WHERE c.relkind IN ('r', 'p') ORDER BY c.oid
"""
_FOREIGN_TABLES: Final = f"""
    SELECT format('CREATE FOREIGN TABLE %I.%I (%s) SERVER %I', n.nspname, c.relname, ({_COLUMNS}), s.srvname)
    FROM {_TABLES} JOIN pg_foreign_table f ON f.ftrelid = c.oid JOIN pg_foreign_server s ON s.oid = f.ftserver
    ORDER BY c.oid
"""
_PARTITIONS: Final = f"""
    SELECT format('ALTER TABLE ONLY %I.%I ATTACH PARTITION %I.%I %s', pn.nspname, p.relname, n.nspname, c.relname,
        pg_get_expr(c.relpartbound, c.oid))
    FROM {_TABLES} JOIN pg_inherits h ON h.inhrelid = c.oid
    JOIN pg_class p ON p.oid = h.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
    WHERE c.relispartition AND c.relkind IN ('r', 'p', 'f') ORDER BY c.oid
"""
_HEIRS: Final = f"""
    SELECT format('ALTER TABLE ONLY %I.%I INHERIT %I.%I', n.nspname, c.relname, pn.nspname, p.relname)
    FROM {_TABLES} JOIN pg_inherits h ON h.inhrelid = c.oid
    JOIN pg_class p ON p.oid = h.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
    WHERE NOT c.relispartition AND c.relkind IN ('r', 'p', 'f') ORDER BY c.oid, h.inhseqno
"""
_OWNERS: Final = f"""
    SELECT format('ALTER SEQUENCE %I.%I OWNED BY %I.%I.%I', n.nspname, c.relname, tn.nspname, t.relname, a.attname)
    FROM {_TABLES} JOIN pg_depend o ON o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.deptype = 'a'
        AND o.refclassid = 'pg_class'::regclass AND o.refobjsubid > 0
    JOIN pg_class t ON t.oid = o.refobjid JOIN pg_namespace tn ON tn.oid = t.relnamespace
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = o.refobjsubid
    WHERE c.relkind = 'S' ORDER BY c.oid
"""
_CONSTRAINTS: Final = f"""
    SELECT format('ALTER TABLE ONLY %I.%I ADD CONSTRAINT %I %s', n.nspname, c.relname, k.conname,
        pg_get_constraintdef(k.oid))
    FROM {_TABLES} JOIN pg_constraint k ON k.conrelid = c.oid
    WHERE k.contype IN ('n', 'c', 'p', 'u', 'x', 'f') AND NOT EXISTS (
        SELECT FROM pg_constraint above WHERE above.oid = k.conparentid AND above.conrelid = k.conrelid)
    ORDER BY position(k.contype::text IN 'ncpuxf'), k.oid
"""
"""Without the entries that a foreign key has for each partition of the table that it refers to: nobody names them."""
_IDENTITIES: Final = f"""
    SELECT format('ALTER TABLE ONLY %I.%I ALTER COLUMN %I ADD GENERATED %s AS IDENTITY (SEQUENCE NAME %I.%I)',
        tn.nspname, t.relname, a.attname, CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END,
        n.nspname, c.relname)
    FROM {_TABLES} JOIN pg_depend o ON o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.deptype = 'i'
        AND o.refclassid = 'pg_class'::regclass AND o.refobjsubid > 0
    JOIN pg_class t ON t.oid = o.refobjid JOIN pg_namespace tn ON tn.oid = t.relnamespace
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = o.refobjsubid
    WHERE c.relkind = 'S' ORDER BY c.oid
"""
_VIEWS: Final = f"""
    WITH RECURSIVE stands_on (view, below) AS (
        SELECT DISTINCT r.ev_class, d.refobjid FROM pg_rewrite r
        JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refobjid <> r.ev_class
        JOIN pg_class b ON d.refclassid = 'pg_class'::regclass AND b.oid = d.refobjid AND b.relkind IN ('v', 'm')),
    heights (view, height) AS (
        SELECT view, 1 FROM stands_on
        UNION SELECT s.view, h.height + 1 FROM heights h JOIN stands_on s ON s.below = h.view WHERE h.height < 100)
    SELECT format('CREATE %sVIEW %I.%I AS %s', CASE c.relkind WHEN 'm' THEN 'MATERIALIZED ' END,
        n.nspname, c.relname, pg_get_viewdef(c.oid))
    FROM {_TABLES} LEFT JOIN (SELECT view, max(height) AS height FROM heights GROUP BY view) h ON h.view = c.oid
    WHERE c.relkind IN ('v', 'm') ORDER BY coalesce(h.height, 0), c.oid
"""
"""Each after those that it reads. Views that read each other in a circle can exist; a hundred levels end it."""
_INDEXES: Final = f"""
    SELECT pg_get_indexdef(i.indexrelid) FROM {_TABLES} JOIN pg_index i ON i.indrelid = c.oid
    WHERE c.relkind IN ('r', 'p', 'm') AND NOT EXISTS (
        SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
    ORDER BY i.indexrelid
"""
_INDEX_PARTS: Final = f"""
    SELECT format('ALTER INDEX %I.%I ATTACH PARTITION %I.%I', pn.nspname, p.relname, n.nspname, c.relname)
    FROM {_TABLES} JOIN pg_inherits h ON h.inhrelid = c.oid
    JOIN pg_class p ON p.oid = h.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
    WHERE c.relkind IN ('i', 'I') ORDER BY c.oid
"""
_RULES: Final = f"""
    SELECT pg_get_ruledef(r.oid) FROM {_TABLES} JOIN pg_rewrite r ON r.ev_class = c.oid
    WHERE r.rulename <> '_RETURN' ORDER BY r.oid
"""
"""Without those that make a view of a relation."""
_STATISTICS: Final = f"""
    SELECT pg_get_statisticsobjdef(s.oid) FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace
    WHERE {_OWN_SCHEMA} ORDER BY s.oid
"""
_TRIGGERS: Final = f"""
    SELECT pg_get_triggerdef(g.oid) FROM {_TABLES} JOIN pg_trigger g ON g.tgrelid = c.oid
    WHERE NOT g.tgisinternal AND g.tgparentid = 0 ORDER BY g.oid
"""
"""Without those that a partition has from the table above it."""
_POLICIES: Final = f"""
    SELECT concat(format('CREATE POLICY %I ON %I.%I', p.polname, n.nspname, c.relname),
        ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
        ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')
    FROM {_TABLES} JOIN pg_policy p ON p.polrelid = c.oid ORDER BY p.oid
"""

STATEMENTS: Final = (
    _NO_PUBLIC, _SCHEMAS, _EXTENSIONS, _ENUMS, _COMPOSITES, _RANGES, _BASE_TYPES, _DOMAINS, _FUNCTIONS, _SEQUENCES,
    _CREATE_TABLE, _FOREIGN_TABLES, _OWNERS, _IDENTITIES, _PARTITIONS, _CONSTRAINTS, _VIEWS, _INDEXES, _INDEX_PARTS,
    _HEIRS, _RULES, _STATISTICS, _TRIGGERS, _POLICIES, *OTHER_OBJECTS,
)  # fmt: skip
"""Queries that give one statement a row, in an order in which each finds what it speaks of."""

INVALID_INDEXES: Final = f"""
    SELECT n.nspname, c.relname FROM {_TABLES} JOIN pg_index i ON i.indexrelid = c.oid WHERE NOT i.indisvalid
"""
"""Those that no statement says: a build that failed leaves one."""
ROWS: Final = f"""
    SELECT n.nspname, c.relname, c.reltuples::bigint FROM {_TABLES} WHERE c.relkind IN ('r', 'm') AND c.reltuples >= 0
"""
"""How many rows VACUUM or ANALYZE has last counted; where neither ever ran, PostgreSQL says -1."""

VERSION_TABLES: Final = f"""
    SELECT format('%I.%I', n.nspname, c.relname) FROM {_TABLES}
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'version_num' AND NOT a.attisdropped
    WHERE c.relname = 'alembic_version' AND c.relkind = 'r' AND has_table_privilege(c.oid, 'SELECT')
        AND has_schema_privilege(n.oid, 'USAGE')
"""
"""Where Alembic notes the current revisions, under the name that it has unless env.py gives another."""
