-- Rows
SELECT * FROM orders;
SELECT * FROM orders WHERE id = 1 FOR UPDATE;
INSERT INTO refunds VALUES (0, 1);
UPDATE orders SET note = 'x' WHERE id = 1;
DELETE FROM refunds WHERE id = 1;
TRUNCATE refunds;
LOCK TABLE orders;
-- Indexes
CREATE INDEX ON orders (customer_id);
CREATE INDEX CONCURRENTLY ON orders (customer_id);
CREATE UNIQUE INDEX ON orders (code);
CREATE INDEX ON events (at);
DROP INDEX orders_code_idx;
DROP INDEX CONCURRENTLY orders_code_idx;
REINDEX INDEX orders_code_idx;
REINDEX INDEX CONCURRENTLY orders_code_idx;
REINDEX TABLE orders;
ALTER INDEX orders_code_idx RENAME TO orders_by_code;
-- Columns: add and drop
ALTER TABLE orders ADD COLUMN channel_id bigint;
ALTER TABLE orders ADD COLUMN paid boolean NOT NULL DEFAULT false;
ALTER TABLE orders ADD COLUMN seen_at timestamptz DEFAULT now();
ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid();
ALTER TABLE orders ADD COLUMN line bigserial;
ALTER TABLE orders ADD COLUMN line bigint GENERATED ALWAYS AS IDENTITY;
ALTER TABLE orders ADD COLUMN gross numeric GENERATED ALWAYS AS (total * 1.2) STORED;
ALTER TABLE orders ADD COLUMN gross numeric GENERATED ALWAYS AS (total * 1.2) VIRTUAL;
ALTER TABLE orders ADD COLUMN pieces quantity;
ALTER TABLE orders ADD COLUMN agent bigint REFERENCES customers;
ALTER TABLE orders ADD COLUMN agent bigint UNIQUE;
ALTER TABLE orders ADD COLUMN weight real CHECK (weight > 0);
ALTER TABLE orders DROP COLUMN note;
ALTER TABLE orders DROP COLUMN code;
ALTER TABLE orders DROP COLUMN customer_id;
ALTER TABLE orders RENAME COLUMN note TO remark;
-- Columns: type
ALTER TABLE orders ALTER COLUMN code TYPE varchar(40);
ALTER TABLE orders ALTER COLUMN code TYPE text;
ALTER TABLE orders ALTER COLUMN code TYPE varchar(10);
ALTER TABLE orders ALTER COLUMN note TYPE varchar(200);
ALTER TABLE orders ALTER COLUMN id TYPE bigint;
ALTER TABLE orders ALTER COLUMN total TYPE numeric(12, 2);
ALTER TABLE orders ALTER COLUMN total TYPE numeric(12, 3);
ALTER TABLE orders ALTER COLUMN code TYPE jsonb USING to_jsonb(code);
ALTER TABLE orders ALTER COLUMN code TYPE varchar(20) COLLATE "C";
-- Columns: NOT NULL, default, storage
ALTER TABLE orders ALTER COLUMN channel SET NOT NULL;
ALTER TABLE orders ALTER COLUMN sent_on SET NOT NULL;
ALTER TABLE orders ALTER COLUMN code DROP NOT NULL;
ALTER TABLE orders ADD CONSTRAINT channel_known NOT NULL channel NOT VALID;
ALTER TABLE orders ALTER COLUMN note SET DEFAULT '';
ALTER TABLE orders ALTER COLUMN channel DROP DEFAULT;
ALTER TABLE orders ALTER COLUMN note SET STATISTICS 500;
ALTER TABLE orders ALTER COLUMN note SET STORAGE EXTERNAL;
ALTER TABLE orders ALTER COLUMN number DROP IDENTITY;
-- Constraints
ALTER TABLE orders ADD CONSTRAINT k CHECK (id > 0);
ALTER TABLE orders ADD CONSTRAINT k CHECK (id > 0) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT note_short;
ALTER TABLE orders ADD CONSTRAINT k UNIQUE (code);
ALTER TABLE orders ADD CONSTRAINT k UNIQUE USING INDEX orders_number_idx;
ALTER TABLE refunds ADD PRIMARY KEY (id);
ALTER TABLE orders DROP CONSTRAINT total_positive;
ALTER TABLE orders DROP CONSTRAINT orders_pkey CASCADE;
ALTER TABLE orders RENAME CONSTRAINT total_positive TO total_ok;
-- Foreign keys
ALTER TABLE refunds ADD FOREIGN KEY (order_id) REFERENCES orders;
ALTER TABLE refunds ADD FOREIGN KEY (order_id) REFERENCES orders NOT VALID;
ALTER TABLE refunds VALIDATE CONSTRAINT refunds_order_fk;
ALTER TABLE orders DROP CONSTRAINT orders_customer_fk;
CREATE TABLE parcels (id bigint PRIMARY KEY, order_id integer REFERENCES orders);
-- Tables
CREATE TABLE parcels (id bigint PRIMARY KEY);
CREATE TABLE old_orders AS SELECT * FROM orders;
DROP TABLE refunds;
ALTER TABLE orders RENAME TO purchases;
ALTER TABLE refunds SET UNLOGGED;
ALTER TABLE orders SET (fillfactor = 70);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders REPLICA IDENTITY FULL;
COMMENT ON TABLE orders IS 'x';
GRANT SELECT ON orders TO PUBLIC;
-- Partitions
CREATE TABLE events_2029 PARTITION OF events FOR VALUES FROM ('2029-01-01') TO ('2030-01-01');
ALTER TABLE events ATTACH PARTITION events_2027 FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');
ALTER TABLE events ATTACH PARTITION events_2028 FOR VALUES FROM ('2028-01-01') TO ('2029-01-01');
ALTER TABLE events DETACH PARTITION events_2026;
ALTER TABLE events DETACH PARTITION events_2026 CONCURRENTLY;
DROP TABLE events_2026;
-- Views, triggers, policies, types, sequences
CREATE VIEW all_orders AS SELECT id FROM orders;
CREATE OR REPLACE VIEW recent_orders AS SELECT placed_at, id FROM orders;
DROP VIEW recent_orders;
REFRESH MATERIALIZED VIEW totals;
REFRESH MATERIALIZED VIEW CONCURRENTLY totals;
CREATE TRIGGER added AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION note_change();
ALTER TABLE orders DISABLE TRIGGER orders_changed;
DROP TRIGGER orders_changed ON orders;
CREATE POLICY own ON orders USING (true);
ALTER TYPE channel ADD VALUE 'phone';
ALTER TYPE channel RENAME VALUE 'shop' TO 'store';
ALTER SEQUENCE tickets INCREMENT BY 10;
CREATE STATISTICS orders_stats ON customer_id, channel FROM orders;
-- Maintenance
ANALYZE orders;
VACUUM orders;
VACUUM FULL orders;
CLUSTER orders USING orders_pkey;
