"""After any change of a schema a catalog holds what a real server holds, also where the server refuses a statement."""

from __future__ import annotations

from typing import Final

import pytest
from tests.catalog.facts import live, replayed

from database_patterns.catalog import Catalog
from database_patterns.lab import driver
from database_patterns.lab.server import Database
from database_patterns.reading import read_text

CHANGES: Final = {
    "a renamed table keeps the names of what stands on it": """
        CREATE TABLE a (id serial PRIMARY KEY, v int UNIQUE CHECK (v > 0)); ALTER TABLE a RENAME TO b;
    """,
    "a renamed table takes along the foreign keys that refer to it": """
        CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE k (a int REFERENCES a);
        ALTER TABLE a RENAME TO b; CREATE TABLE a (id int PRIMARY KEY);
        ALTER TABLE k ADD FOREIGN KEY (a) REFERENCES a;
    """,
    "a self reference survives a rename": """
        CREATE TABLE a (id int PRIMARY KEY, up int REFERENCES a); ALTER TABLE a RENAME TO b;
        ALTER TABLE b DROP CONSTRAINT a_pkey CASCADE;
    """,
    "a column swapped with another one": """
        CREATE TABLE a (x int, y int UNIQUE); ALTER TABLE a RENAME x TO z; ALTER TABLE a RENAME y TO x;
        ALTER TABLE a RENAME z TO y; ALTER TABLE a DROP COLUMN x;
    """,
    "a rename to a name that is taken": """
        CREATE TABLE a (x int); CREATE TABLE b (y int); ALTER TABLE a RENAME TO b;
    """,
    "a column renamed to one that exists": """
        CREATE TABLE a (x int PRIMARY KEY, y text NOT NULL DEFAULT ''); ALTER TABLE a RENAME x TO y;
    """,
    "a constraint renamed to one that exists": """
        CREATE TABLE a (x int CONSTRAINT p CHECK (x > 0) CONSTRAINT q CHECK (x < 9));
        ALTER TABLE a RENAME CONSTRAINT p TO q;
    """,
    "an index renamed to a name that is taken": """
        CREATE TABLE a (x int, y int); CREATE INDEX i ON a (x); CREATE UNIQUE INDEX j ON a (y);
        ALTER INDEX i RENAME TO j;
    """,
    "set schema to a schema where the name is taken": """
        CREATE SCHEMA s; CREATE TABLE a (x int); CREATE TABLE s.a (y text); ALTER TABLE a SET SCHEMA s;
    """,
    "set schema takes the serial's sequence and the indexes along": """
        CREATE SCHEMA s; CREATE TABLE a (id serial PRIMARY KEY, v int); CREATE INDEX ON a (v);
        ALTER TABLE a SET SCHEMA s;
    """,
    "set schema to a schema that does not exist": """
        CREATE TABLE a (id int); ALTER TABLE a SET SCHEMA nowhere;
    """,
    "a temporary table hides the permanent one": """
        CREATE TABLE a (x int); CREATE TEMP TABLE a (y int); ALTER TABLE a ADD COLUMN z int;
        DROP TABLE a; ALTER TABLE a ADD COLUMN w int;
    """,
    "a temporary table made with its schema": """
        CREATE TABLE pg_temp.t (id serial PRIMARY KEY);
    """,
    "a temporary view": """
        CREATE TABLE a (x int); CREATE TEMP VIEW v AS SELECT x FROM a; DROP TABLE a;
    """,
    "a view on a temporary table is temporary": """
        CREATE TEMP TABLE a (x int); CREATE VIEW v AS SELECT x FROM a;
    """,
    "create table as select into": """
        CREATE TABLE a (x int); SELECT x INTO b FROM a;
    """,
    "a new table stands in the first schema of the search path that exists": """
        CREATE SCHEMA s; SET search_path TO nowhere, s, public; CREATE TABLE a (id serial);
    """,
    "search path with a quoted name": """
        CREATE SCHEMA "Big, One"; SET search_path TO "Big, One", public; CREATE TABLE a (id int);
    """,
    "search path set back": """
        CREATE SCHEMA s; SET search_path TO s; RESET search_path; CREATE TABLE a (x int);
    """,
    "search path reset by all": """
        CREATE SCHEMA s; SET search_path TO s; RESET ALL; CREATE TABLE a (x int);
    """,
    "search path discarded": """
        CREATE SCHEMA s; SET search_path TO s; DISCARD ALL; CREATE TABLE a (x int);
    """,
    "search path by set config": """
        CREATE SCHEMA s; SELECT set_config('search_path', 's', false); CREATE TABLE a (x int);
    """,
    "set local ends with its transaction": """
        CREATE SCHEMA s; BEGIN; SET LOCAL search_path TO s; CREATE TABLE a (x int); COMMIT;
        CREATE TABLE b (x int);
    """,
    "set default search path": """
        CREATE SCHEMA s; SET search_path TO s; SET search_path TO DEFAULT; CREATE TABLE a (x int);
    """,
    "set schema as a statement": """
        CREATE SCHEMA s; SET SCHEMA 's'; CREATE TABLE a (x int);
    """,
    "a foreign key's name over long columns": """
        CREATE TABLE a (id int PRIMARY KEY);
        ALTER TABLE a ADD COLUMN b int REFERENCES a, ADD COLUMN c int REFERENCES a (id);
        ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES a;
    """,
    "drop column takes a multi column index and key along": """
        CREATE TABLE a (x int, y int, UNIQUE (x, y), CHECK (x > y)); CREATE INDEX ON a (y);
        CREATE INDEX ON a (lower(x::text)); CREATE INDEX ON a (y) WHERE x > 0;
        CREATE INDEX ON a (y) INCLUDE (x); ALTER TABLE a DROP COLUMN x;
    """,
    "drop column that a generated column reads": """
        CREATE TABLE a (x int, g int GENERATED ALWAYS AS (x + 1) STORED); CREATE INDEX ON a (g);
        ALTER TABLE a DROP COLUMN x; ALTER TABLE a DROP COLUMN x CASCADE;
    """,
    "drop primary key leaves not null": """
        CREATE TABLE a (x int PRIMARY KEY, y int); ALTER TABLE a DROP CONSTRAINT a_pkey;
    """,
    "drop column of a primary key": """
        CREATE TABLE a (x int, y int, PRIMARY KEY (x, y)); ALTER TABLE a DROP COLUMN x;
    """,
    "drop not null of a key's column": """
        CREATE TABLE a (x int PRIMARY KEY); ALTER TABLE a ALTER x DROP NOT NULL;
    """,
    "drop the inherited column on the child": """
        CREATE TABLE p (x int, y int); CREATE TABLE c () INHERITS (p); ALTER TABLE c DROP COLUMN x;
    """,
    "drop the column of the parent only": """
        CREATE TABLE p (x int, y int); CREATE TABLE c () INHERITS (p); ALTER TABLE ONLY p DROP COLUMN x;
    """,
    "inherit later": """
        CREATE TABLE p (x int CHECK (x > 0)); CREATE TABLE c (x int CONSTRAINT p_x_check CHECK (x > 0));
        ALTER TABLE c INHERIT p; ALTER TABLE p ADD COLUMN y int; ALTER TABLE c NO INHERIT p;
        ALTER TABLE p DROP COLUMN x;
    """,
    "not null on a parent reaches the child": """
        CREATE TABLE p (x int); CREATE TABLE c () INHERITS (p); ALTER TABLE p ALTER x SET NOT NULL;
        ALTER TABLE p ALTER x DROP NOT NULL;
    """,
    "not null on the parent only": """
        CREATE TABLE p (x int); CREATE TABLE c () INHERITS (p); ALTER TABLE ONLY p ALTER x SET NOT NULL;
    """,
    "a primary key added to a parent": """
        CREATE TABLE p (x int); CREATE TABLE c () INHERITS (p); ALTER TABLE p ADD PRIMARY KEY (x);
    """,
    "drop parent cascade": """
        CREATE TABLE p (x int); CREATE TABLE c (y int) INHERITS (p); DROP TABLE p CASCADE;
    """,
    "a partition of a partition gets all": """
        CREATE TABLE p (id int, d date, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);
        CREATE TABLE q PARTITION OF p FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY LIST (id);
        CREATE TABLE r PARTITION OF q FOR VALUES IN (1); CREATE INDEX ON p (d);
        CREATE UNIQUE INDEX ON p (d, id); ALTER TABLE p ADD CHECK (id > 0);
    """,
    "attach a table with a matching primary key": """
        CREATE TABLE p (id int PRIMARY KEY, v int) PARTITION BY RANGE (id);
        CREATE TABLE c (id int PRIMARY KEY, v int); CREATE INDEX ON p (v);
        ALTER TABLE p ATTACH PARTITION c DEFAULT;
    """,
    "attach a table without its keys": """
        CREATE TABLE p (id int PRIMARY KEY, v int) PARTITION BY RANGE (id);
        CREATE TABLE c (id int NOT NULL, v int); CREATE INDEX ON p (v);
        ALTER TABLE p ATTACH PARTITION c DEFAULT;
    """,
    "attach a table with a foreign key of its own": """
        CREATE TABLE k (id int PRIMARY KEY);
        CREATE TABLE p (id int REFERENCES k) PARTITION BY RANGE (id);
        CREATE TABLE c (id int REFERENCES k); ALTER TABLE p ATTACH PARTITION c DEFAULT;
    """,
    "attach a table without a foreign key of its own": """
        CREATE TABLE k (id int PRIMARY KEY);
        CREATE TABLE p (id int REFERENCES k) PARTITION BY RANGE (id); CREATE TABLE c (id int);
        ALTER TABLE p ATTACH PARTITION c DEFAULT;
    """,
    "attach and detach": """
        CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);
        CREATE TABLE c PARTITION OF p DEFAULT; ALTER TABLE p DETACH PARTITION c;
        ALTER TABLE c DROP CONSTRAINT c_pkey;
    """,
    "detach a partition with subpartitions": """
        CREATE TABLE p (id int, d date) PARTITION BY RANGE (d);
        CREATE TABLE q PARTITION OF p DEFAULT PARTITION BY LIST (id);
        CREATE TABLE r PARTITION OF q FOR VALUES IN (1); CREATE INDEX pi ON p (id);
        ALTER TABLE p DETACH PARTITION q; DROP INDEX pi;
    """,
    "an index is built on parent only and its parts attached": """
        CREATE TABLE p (id int, d date) PARTITION BY RANGE (d); CREATE TABLE q PARTITION OF p DEFAULT;
        CREATE INDEX pi ON ONLY p (id); CREATE INDEX qi ON q (id); ALTER INDEX pi ATTACH PARTITION qi;
    """,
    "an index with one of two parts attached stays invalid": """
        CREATE TABLE p (id int, d date) PARTITION BY RANGE (d); CREATE TABLE q PARTITION OF p DEFAULT;
        CREATE TABLE r PARTITION OF p FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
        CREATE INDEX pi ON ONLY p (id); CREATE INDEX qi ON q (id); ALTER INDEX pi ATTACH PARTITION qi;
    """,
    "drop index of parent takes parts along": """
        CREATE TABLE p (id int, d date) PARTITION BY RANGE (d); CREATE TABLE q PARTITION OF p DEFAULT;
        CREATE INDEX pi ON p (id); DROP INDEX pi;
    """,
    "drop column of a partitioned table": """
        CREATE TABLE p (id int, d date, v int, UNIQUE (d, v)) PARTITION BY RANGE (d);
        CREATE TABLE q PARTITION OF p DEFAULT; CREATE INDEX ON p (v); ALTER TABLE p DROP COLUMN v;
    """,
    "drop column of the partition key": """
        CREATE TABLE p (id int, d date) PARTITION BY RANGE (d); ALTER TABLE p DROP COLUMN d;
    """,
    "drop table partitioned with child": """
        CREATE TABLE p (id int, d date) PARTITION BY RANGE (d); CREATE TABLE q PARTITION OF p DEFAULT;
        CREATE VIEW w AS SELECT id FROM q; DROP TABLE p; DROP TABLE p CASCADE;
    """,
    "drop not null on partition": """
        CREATE TABLE p (id int NOT NULL, d date) PARTITION BY RANGE (d);
        CREATE TABLE q PARTITION OF p DEFAULT; ALTER TABLE q ALTER id DROP NOT NULL;
        ALTER TABLE p ALTER id DROP NOT NULL;
    """,
    "rename a partitioned constraint": """
        CREATE TABLE p (id int CONSTRAINT k CHECK (id > 0), d date, UNIQUE (d)) PARTITION BY RANGE (d);
        CREATE TABLE q PARTITION OF p DEFAULT; ALTER TABLE p RENAME CONSTRAINT k TO l;
        ALTER TABLE p RENAME CONSTRAINT p_d_key TO u;
    """,
    "rename a partition": """
        CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);
        CREATE TABLE q PARTITION OF p DEFAULT; ALTER TABLE q RENAME TO r;
        ALTER TABLE p ADD COLUMN z int; DROP TABLE p;
    """,
    "rename the partitioned table": """
        CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);
        CREATE TABLE q PARTITION OF p DEFAULT; ALTER TABLE p RENAME TO r;
        ALTER TABLE r ADD COLUMN z int; CREATE INDEX ON r (z); DROP INDEX r_z_idx;
    """,
    "rename a column of a partitioned table": """
        CREATE TABLE p (id int PRIMARY KEY, v int) PARTITION BY RANGE (id);
        CREATE TABLE q PARTITION OF p DEFAULT; CREATE INDEX ON p (v); ALTER TABLE p RENAME v TO w;
        ALTER TABLE p DROP COLUMN w;
    """,
    "a trigger on a partitioned table": """
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
        CREATE TABLE p (id int) PARTITION BY RANGE (id); CREATE TABLE q PARTITION OF p DEFAULT;
        CREATE TRIGGER t AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION f();
        CREATE TABLE r PARTITION OF p FOR VALUES FROM (1) TO (2); DROP TRIGGER t ON p;
    """,
    "a statement trigger on a partitioned table": """
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
        CREATE TABLE p (id int) PARTITION BY RANGE (id); CREATE TABLE q PARTITION OF p DEFAULT;
        CREATE TRIGGER t AFTER INSERT ON p EXECUTE FUNCTION f();
        CREATE TABLE r PARTITION OF p FOR VALUES FROM (1) TO (2);
    """,
    "a row trigger on an inheritance parent": """
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
        CREATE TABLE p (id int); CREATE TABLE q () INHERITS (p);
        CREATE TRIGGER t AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION f();
    """,
    "a foreign key to a partitioned table": """
        CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);
        CREATE TABLE q PARTITION OF p DEFAULT; CREATE TABLE k (p int REFERENCES p);
        ALTER TABLE p DROP CONSTRAINT p_pkey CASCADE;
    """,
    "a foreign key from a partitioned table dropped": """
        CREATE TABLE k (id int PRIMARY KEY);
        CREATE TABLE p (id int REFERENCES k) PARTITION BY RANGE (id);
        CREATE TABLE q PARTITION OF p DEFAULT; ALTER TABLE p DROP CONSTRAINT p_id_fkey;
    """,
    "create table like including all": """
        CREATE TABLE a (id serial PRIMARY KEY, v int NOT NULL DEFAULT 3 CHECK (v > 0), w int UNIQUE, g int
        GENERATED ALWAYS AS (v + 1) STORED);
        CREATE INDEX a_i ON a (v) WHERE w > 0; CREATE TABLE b (LIKE a INCLUDING ALL);
    """,
    "create table like including indexes": """
        CREATE TABLE a (id int PRIMARY KEY, v int); CREATE INDEX ON a (v);
        CREATE TABLE b (LIKE a INCLUDING INDEXES);
    """,
    "create table like including defaults": """
        CREATE TABLE a (id int PRIMARY KEY, v int DEFAULT 1);
        CREATE TABLE b (LIKE a INCLUDING DEFAULTS);
    """,
    "create table like including constraints": """
        CREATE TABLE a (id int PRIMARY KEY, v int CHECK (v > 0));
        CREATE TABLE b (LIKE a INCLUDING CONSTRAINTS, x int);
    """,
    "create table like including identity": """
        CREATE TABLE a (id int GENERATED ALWAYS AS IDENTITY, v int);
        CREATE TABLE b (LIKE a INCLUDING IDENTITY, x int);
    """,
    "add identity": """
        CREATE TABLE a (x int NOT NULL); ALTER TABLE a ALTER x ADD GENERATED ALWAYS AS IDENTITY;
    """,
    "drop identity": """
        CREATE TABLE a (x int GENERATED ALWAYS AS IDENTITY); ALTER TABLE a ALTER x DROP IDENTITY;
    """,
    "set identity kind": """
        CREATE TABLE a (x int GENERATED ALWAYS AS IDENTITY);
        ALTER TABLE a ALTER x SET GENERATED BY DEFAULT;
    """,
    "drop expression": """
        CREATE TABLE a (x int, g int GENERATED ALWAYS AS (x + 1) STORED);
        ALTER TABLE a ALTER g DROP EXPRESSION; ALTER TABLE a DROP COLUMN x;
    """,
    "drop a serial's default": """
        CREATE TABLE a (id serial); ALTER TABLE a ALTER id DROP DEFAULT; DROP SEQUENCE a_id_seq;
    """,
    "drop a serial's sequence": """
        CREATE TABLE a (id serial); DROP SEQUENCE a_id_seq; DROP SEQUENCE a_id_seq CASCADE;
    """,
    "a sequence owned later": """
        CREATE TABLE a (id int); CREATE SEQUENCE s; ALTER SEQUENCE s OWNED BY a.id; DROP TABLE a;
    """,
    "a sequence owned at creation": """
        CREATE TABLE a (id int); CREATE SEQUENCE s OWNED BY a.id; ALTER TABLE a DROP COLUMN id;
    """,
    "a sequence disowned": """
        CREATE TABLE a (id serial); ALTER SEQUENCE a_id_seq OWNED BY NONE;
        ALTER TABLE a ALTER id DROP DEFAULT; DROP TABLE a;
    """,
    "a sequence used in a default": """
        CREATE SEQUENCE s; CREATE TABLE a (id int DEFAULT nextval('s')); DROP SEQUENCE s;
        DROP SEQUENCE s CASCADE;
    """,
    "a temp sequence": """
        CREATE TEMP SEQUENCE s;
    """,
    "an unlogged table": """
        CREATE UNLOGGED TABLE a (id serial); ALTER TABLE a SET LOGGED;
    """,
    "a table set unlogged": """
        CREATE TABLE a (id serial); ALTER TABLE a SET UNLOGGED;
    """,
    "foreign key column dropped": """
        CREATE TABLE k (id int PRIMARY KEY, u int UNIQUE); CREATE TABLE a (k int REFERENCES k (u));
        ALTER TABLE k DROP COLUMN u CASCADE;
    """,
    "a key that another unique index backs": """
        CREATE TABLE k (id int PRIMARY KEY); CREATE UNIQUE INDEX ki ON k (id);
        CREATE TABLE a (k int REFERENCES k (id)); ALTER TABLE k DROP CONSTRAINT k_pkey; DROP INDEX ki;
    """,
    "a unique index that a foreign key needs": """
        CREATE TABLE k (id int); CREATE UNIQUE INDEX ki ON k (id);
        CREATE TABLE a (k int REFERENCES k (id)); DROP INDEX ki; DROP INDEX ki CASCADE;
    """,
    "the constraint of a key dropped and made again in one statement": """
        CREATE TABLE a (x int PRIMARY KEY, y int NOT NULL);
        ALTER TABLE a DROP CONSTRAINT a_pkey, ADD PRIMARY KEY (y);
    """,
    "a column dropped and added in one statement": """
        CREATE TABLE a (x int PRIMARY KEY); ALTER TABLE a ADD COLUMN x text, DROP COLUMN x;
    """,
    "a column added if not exists": """
        CREATE TABLE a (x int); ALTER TABLE a ADD COLUMN IF NOT EXISTS x int NOT NULL UNIQUE;
        ALTER TABLE a ADD COLUMN IF NOT EXISTS y int NOT NULL UNIQUE;
    """,
    "drop several tables that refer to each other": """
        CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY REFERENCES a);
        ALTER TABLE a ADD FOREIGN KEY (id) REFERENCES b; DROP TABLE a, b;
    """,
    "drop table with its view in one statement": """
        CREATE TABLE a (id int); CREATE VIEW v AS SELECT id FROM a; DROP TABLE a; DROP VIEW v;
        DROP TABLE a;
    """,
    "an enum renamed keeps its columns": """
        CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (x e, y e[]); ALTER TYPE e RENAME TO f;
        DROP TYPE f CASCADE;
    """,
    "an enum moved": """
        CREATE SCHEMA s; CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (x e); ALTER TYPE e SET SCHEMA s;
        DROP TYPE e; DROP TYPE s.e;
    """,
    "drop type cascade drops columns": """
        CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (x e, y int); CREATE INDEX ON t (x);
        DROP TYPE e CASCADE;
    """,
    "drop type that a column needs": """
        CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (x e, y int); DROP TYPE e;
    """,
    "drop domain cascade": """
        CREATE DOMAIN d AS int; CREATE TABLE t (x d, y int); DROP DOMAIN d CASCADE;
    """,
    "a range type and a composite type": """
        CREATE TYPE r AS RANGE (subtype = int); CREATE TYPE c AS (a int); ALTER TYPE c RENAME TO c2;
        ALTER TYPE c2 RENAME ATTRIBUTE a TO b; ALTER TYPE c2 ADD ATTRIBUTE z int; DROP TYPE r;
        DROP TYPE c2;
    """,
    "a domain renamed": """
        CREATE DOMAIN d AS int; CREATE TABLE t (x d); ALTER DOMAIN d RENAME TO f;
        ALTER TABLE t ALTER x TYPE f;
    """,
    "a schema renamed": """
        CREATE SCHEMA s; CREATE TYPE s.e AS ENUM ('a');
        CREATE TABLE s.t (id serial PRIMARY KEY, x s.e, u int REFERENCES s.t); CREATE INDEX ON s.t (x);
        CREATE VIEW v AS SELECT x FROM s.t; ALTER SCHEMA s RENAME TO z;
        ALTER TABLE z.t ADD COLUMN y int; ALTER TABLE z.t DROP COLUMN u;
    """,
    "a schema dropped": """
        CREATE SCHEMA s; CREATE TABLE s.t (id serial); CREATE TYPE s.e AS ENUM ('a');
        CREATE TABLE u (x s.e, y int); DROP SCHEMA s; DROP SCHEMA s CASCADE;
    """,
    "a schema with only a type is not dropped": """
        CREATE SCHEMA s; CREATE TYPE s.e AS ENUM ('a'); DROP SCHEMA s;
    """,
    "a schema dropped that a foreign key leads into": """
        CREATE SCHEMA s; CREATE TABLE s.t (id int PRIMARY KEY); CREATE TABLE u (t int REFERENCES s.t);
        DROP SCHEMA s CASCADE;
    """,
    "a view replaced": """
        CREATE TABLE t (x int, y int); CREATE VIEW v AS SELECT x FROM t;
        CREATE OR REPLACE VIEW v AS SELECT x, y FROM t; ALTER TABLE t DROP COLUMN y;
    """,
    "a view on a view": """
        CREATE TABLE t (x int, y int); CREATE VIEW v AS SELECT x, y FROM t;
        CREATE VIEW w AS SELECT x FROM v; DROP VIEW v; DROP VIEW v CASCADE;
    """,
    "a view with star": """
        CREATE TABLE t (x int, y int); CREATE VIEW v AS SELECT * FROM t; ALTER TABLE t ADD COLUMN z int;
        ALTER TABLE t DROP COLUMN z; ALTER TABLE t DROP COLUMN y; ALTER TABLE t DROP COLUMN y CASCADE;
    """,
    "a view that only counts": """
        CREATE TABLE t (x int, y int); CREATE VIEW v AS SELECT count(*) FROM t;
        ALTER TABLE t DROP COLUMN y; DROP TABLE t;
    """,
    "a view with a subquery": """
        CREATE TABLE t (x int, y int); CREATE TABLE u (x int);
        CREATE VIEW v AS SELECT x FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.x = t.y); DROP TABLE u;
        ALTER TABLE t DROP COLUMN y;
    """,
    "a view with a common table expression": """
        CREATE TABLE t (x int, y int); CREATE VIEW v AS WITH t2 AS (SELECT x FROM t) SELECT x FROM t2;
        DROP TABLE t;
    """,
    "a cte that hides a table": """
        CREATE TABLE t (x int); CREATE TABLE u (x int);
        CREATE VIEW v AS WITH t AS (SELECT x FROM u) SELECT x FROM t; DROP TABLE t;
    """,
    "a view's whole row reference": """
        CREATE TABLE t (x int, y int); CREATE VIEW v AS SELECT t FROM t; ALTER TABLE t DROP COLUMN y;
    """,
    "a view with all columns of one of its tables": """
        CREATE TABLE t (x int, y int); CREATE TABLE u (x int, y int);
        CREATE VIEW v AS SELECT t.*, (SELECT x FROM u WHERE u.x = t.y) AS z FROM t; ALTER TABLE u DROP COLUMN y;
    """,
    "a view of a view whose column is a query": """
        CREATE TABLE t (x int, y int); CREATE TABLE u (x int, z int);
        CREATE VIEW v AS WITH w AS (SELECT t.*, (SELECT z FROM u WHERE u.x = t.x) FROM t) SELECT w.* FROM w;
        CREATE VIEW named AS SELECT z, y FROM v; ALTER TABLE u RENAME z TO a; DROP VIEW named;
    """,
    "a view over a join by a column": """
        CREATE TABLE t (x int, y int, z int); CREATE TABLE u (x int, z int);
        CREATE VIEW v AS SELECT x, y FROM t JOIN u USING (x); ALTER TABLE u DROP COLUMN z; ALTER TABLE t DROP COLUMN z;
    """,
    "a recursive view": """
        CREATE TABLE t (x int, up int);
        CREATE RECURSIVE VIEW v (n) AS SELECT x FROM t UNION SELECT n + 1 FROM v WHERE n < 5;
        DROP TABLE t;
    """,
    "a renamed view": """
        CREATE TABLE t (x int); CREATE VIEW v AS SELECT x FROM t; ALTER VIEW v RENAME TO w;
        ALTER TABLE t RENAME x TO y; ALTER TABLE t DROP COLUMN y;
    """,
    "a materialized view moved and dropped": """
        CREATE SCHEMA s; CREATE TABLE t (x int); CREATE MATERIALIZED VIEW m AS SELECT x FROM t;
        CREATE INDEX ON m (x); ALTER MATERIALIZED VIEW m SET SCHEMA s; ALTER TABLE t DROP COLUMN x;
        DROP MATERIALIZED VIEW s.m;
    """,
    "a materialized view if not exists": """
        CREATE TABLE t (x int, y int); CREATE MATERIALIZED VIEW m AS SELECT x FROM t;
        CREATE MATERIALIZED VIEW IF NOT EXISTS m AS SELECT y FROM t; ALTER TABLE t DROP COLUMN y;
    """,
    "policies": """
        CREATE TABLE t (x int); CREATE POLICY p ON t USING (x > 0); CREATE POLICY q ON t;
        ALTER POLICY q ON t RENAME TO r; DROP POLICY p ON t;
    """,
    "a policy on a column that goes": """
        CREATE TABLE t (x int, y int); CREATE POLICY p ON t USING (x > 0); ALTER TABLE t DROP COLUMN x;
        ALTER TABLE t DROP COLUMN x CASCADE;
    """,
    "a policy follows the rename of its column": """
        CREATE TABLE t (x int, y int); CREATE POLICY p ON t USING (x > 0); ALTER TABLE t RENAME x TO z;
        ALTER TABLE t DROP COLUMN z;
    """,
    "a trigger of columns": """
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
        CREATE TABLE t (x int, y int);
        CREATE TRIGGER g BEFORE UPDATE OF x ON t FOR EACH ROW EXECUTE FUNCTION f();
        ALTER TABLE t RENAME x TO z; ALTER TABLE t DROP COLUMN z; ALTER TRIGGER g ON t RENAME TO h;
        DROP TRIGGER h ON t; ALTER TABLE t DROP COLUMN z;
    """,
    "not valid not null": """
        CREATE TABLE t (x int); ALTER TABLE t ADD CONSTRAINT nn NOT NULL x NOT VALID;
        ALTER TABLE t VALIDATE CONSTRAINT nn; ALTER TABLE t DROP CONSTRAINT nn;
    """,
    "a check not valid in create table is valid": """
        CREATE TABLE t (x int, CONSTRAINT k CHECK (x > 0) NOT VALID);
    """,
    "a foreign key not valid in create table": """
        CREATE TABLE k (id int PRIMARY KEY);
        CREATE TABLE t (x int, CONSTRAINT f FOREIGN KEY (x) REFERENCES k NOT VALID);
    """,
    "a column added with a not valid check": """
        CREATE TABLE t (x int); ALTER TABLE t ADD COLUMN y int CONSTRAINT yy CHECK (y > 0);
    """,
    "alter constraint": """
        CREATE TABLE k (id int PRIMARY KEY); CREATE TABLE t (x int REFERENCES k);
        ALTER TABLE t ALTER CONSTRAINT t_x_fkey DEFERRABLE;
        ALTER TABLE t ALTER CONSTRAINT t_x_fkey NOT ENFORCED;
        ALTER TABLE t ALTER CONSTRAINT t_x_fkey ENFORCED;
    """,
    "not enforced": """
        CREATE TABLE t (x int CONSTRAINT k CHECK (x IS NOT NULL) NOT ENFORCED);
    """,
    "unique using an index renames it": """
        CREATE TABLE t (x int NOT NULL); CREATE UNIQUE INDEX i ON t (x);
        ALTER TABLE t ADD CONSTRAINT c PRIMARY KEY USING INDEX i; ALTER INDEX c RENAME TO d;
        ALTER TABLE t DROP CONSTRAINT d;
    """,
    "primary key using an index makes not null": """
        CREATE TABLE t (x int, y int); CREATE UNIQUE INDEX i ON t (x, y);
        ALTER TABLE t ADD PRIMARY KEY USING INDEX i;
    """,
    "index on an expression with a name": """
        CREATE TABLE t (x int, j jsonb); CREATE INDEX ON t ((j->>'a'));
        CREATE INDEX ON t ((x + 1), x, (x + 1)); CREATE INDEX ON t (abs(x));
        CREATE INDEX ON t ((x::text)); CREATE INDEX ON t ((x IS NULL));
        CREATE INDEX ON t ((j #>> '{a}'), (j -> 'b')); CREATE INDEX ON t ((CASE WHEN x > 0 THEN 1 END));
        CREATE INDEX ON t ((ARRAY[x])); CREATE INDEX ON t ((x BETWEEN 1 AND 2));
        CREATE INDEX ON t ((nullif(x, 1))); CREATE INDEX ON t ((greatest(x, 1)));
        CREATE INDEX ON t ((extract(year from '2020-01-01'::date + x)));
    """,
    "a check constraint's name": """
        CREATE TABLE t (a int, b int, CHECK (a > b), CHECK (a > 0), CHECK (1 = 1), CHECK (a > 0 AND a < 5));
        ALTER TABLE t ADD CHECK (b > 0), ADD CHECK (t.b > 1);
    """,
    "alter table if exists": """
        ALTER TABLE IF EXISTS nothing ADD COLUMN x int; CREATE TABLE t (x int);
        ALTER TABLE IF EXISTS t ADD COLUMN y int;
    """,
    "alter view rename column": """
        CREATE TABLE t (x int); CREATE VIEW v AS SELECT x FROM t; ALTER VIEW v RENAME COLUMN x TO y;
        CREATE VIEW w AS SELECT y FROM v;
    """,
    "truncate": """
        CREATE TABLE t (x int); TRUNCATE t;
    """,
    "a table created if not exists twice": """
        CREATE TABLE IF NOT EXISTS t (x int); CREATE TABLE IF NOT EXISTS t (x int, y int);
    """,
    "an index created if not exists without clash": """
        CREATE TABLE t (x int, y int); CREATE INDEX IF NOT EXISTS i ON t (x);
        CREATE INDEX IF NOT EXISTS i ON t (y); DROP INDEX IF EXISTS i, j;
    """,
    "an index concurrently": """
        CREATE TABLE t (x int, y int); CREATE INDEX CONCURRENTLY i ON t (x); DROP INDEX CONCURRENTLY i;
        CREATE UNIQUE INDEX CONCURRENTLY ON t (y); REINDEX INDEX CONCURRENTLY t_y_idx;
    """,
    "alter index by alter table rename": """
        CREATE TABLE t (x int PRIMARY KEY); ALTER TABLE t_pkey RENAME TO pk;
        CREATE VIEW v AS SELECT x FROM t; ALTER TABLE v RENAME TO w; CREATE SEQUENCE s;
        ALTER TABLE s RENAME TO s2; ALTER SEQUENCE s2 RENAME TO s3; ALTER TABLE w SET SCHEMA public;
    """,
    "drop owned sequence's table column": """
        CREATE TABLE t (id serial, u bigserial); ALTER TABLE t DROP COLUMN u;
        ALTER TABLE t RENAME id TO ident; ALTER TABLE t RENAME TO tt; DROP TABLE tt;
    """,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_catalog_follows(change: str, database: Database) -> None:
    catalog = Catalog.empty()
    with driver.connect(database.admin) as connection:
        for statement in read_text(CHANGES[change]).upgrade:
            assert statement.error is None, statement.sql
            driver.execute(connection, statement.sql)
            catalog = catalog.advance(statement)
        expected = live(connection)
    assert replayed(catalog, postgres=database.postgres) == expected
