CREATE EXTENSION citext;
CREATE SCHEMA shop;
CREATE TYPE shop.state AS ENUM ('new', 'paid', 'sent');
CREATE DOMAIN shop.email AS citext CHECK (VALUE LIKE '%@%');
CREATE DOMAIN shop.label AS varchar(40);
CREATE DOMAIN shop.code AS text COLLATE "C";
CREATE SEQUENCE shop.tickets;
CREATE FUNCTION shop.always_one() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION shop.dice() RETURNS int LANGUAGE sql AS 'SELECT (random() * 6)::int';
CREATE FUNCTION shop.loud(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN upper($1); END';
CREATE FUNCTION shop.silent() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TABLE shop."Customer" (
    "Id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "eMail" varchar(120) NOT NULL UNIQUE,
    name varchar(80) COLLATE "C",
    born date,
    seen timestamp(0),
    credit numeric(8, 2) DEFAULT 0 CONSTRAINT credit_ok CHECK (credit >= 0),
    notes text
);
CREATE INDEX customer_name ON shop."Customer" (name);
CREATE INDEX ON shop."Customer" (lower("eMail"), born DESC);
CREATE INDEX ON shop."Customer" (seen) INCLUDE (born) WHERE notes IS NOT NULL;
CREATE TABLE shop.orders (
    region char(2),
    number int,
    customer bigint REFERENCES shop."Customer",
    placed timestamptz DEFAULT now(),
    state shop.state DEFAULT 'new',
    tags varchar(20)[],
    weight real,
    total numeric(10, 2),
    gross numeric GENERATED ALWAYS AS (total * 1.2) STORED,
    PRIMARY KEY (region, number)
);
CREATE INDEX orders_by_state ON shop.orders (state, placed);
CREATE TABLE shop.lines (
    region char(2) NOT NULL,
    number int NOT NULL,
    line smallint,
    product varchar(30),
    amount int CHECK (amount > 0),
    CONSTRAINT lines_key UNIQUE (region, number, line),
    FOREIGN KEY (region, number) REFERENCES shop.orders ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE events (
    id bigint NOT NULL,
    happened date NOT NULL,
    kind varchar(20),
    payload jsonb,
    customer bigint
) PARTITION BY RANGE (happened);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY LIST (kind);
CREATE TABLE events_2026_a PARTITION OF events_2026 FOR VALUES IN ('a');
CREATE TABLE events_2026_rest PARTITION OF events_2026 DEFAULT;
CREATE INDEX events_kind ON events (kind, happened);
CREATE INDEX events_2025_own ON events_2025 (customer);
ALTER TABLE events ADD PRIMARY KEY (id, happened, kind);
CREATE TABLE animal (id int PRIMARY KEY, name text NOT NULL, legs smallint CHECK (legs >= 0));
CREATE TABLE bird (wingspan real) INHERITS (animal);
CREATE INDEX bird_name ON bird (name);
CREATE TABLE self (id int PRIMARY KEY, parent int REFERENCES self, val text);
CREATE UNLOGGED TABLE cache (key text PRIMARY KEY, value jsonb, until timestamptz);
CREATE TABLE plain (a int, b int, c text, d varchar(10), e timestamptz, f bit(4), g varbit(4), h inet, i interval(3));
CREATE UNIQUE INDEX plain_a ON plain (a);
CREATE INDEX plain_d ON plain (d varchar_pattern_ops);
CREATE INDEX plain_h ON plain USING gist (h inet_ops);
CREATE VIEW shop.open_orders AS SELECT region, number, customer FROM shop.orders WHERE state <> 'sent';
CREATE VIEW shop.open_customers AS SELECT o.customer FROM shop.open_orders o;
CREATE MATERIALIZED VIEW shop.totals AS SELECT customer, sum(total) AS total FROM shop.orders GROUP BY customer;
CREATE UNIQUE INDEX totals_customer ON shop.totals (customer);
CREATE TABLE guarded (id int PRIMARY KEY, owner text, secret text, v varchar(5), CONSTRAINT v_known CHECK (v IS NOT NULL AND v <> ''));
CREATE POLICY own ON guarded USING (owner = current_user);
CREATE TRIGGER watch BEFORE UPDATE OF secret ON guarded FOR EACH ROW EXECUTE FUNCTION shop.silent();
ALTER TABLE guarded ADD CONSTRAINT secret_known CHECK (secret IS NOT NULL) NOT VALID;
INSERT INTO shop."Customer" ("eMail", name, born, seen, notes)
    SELECT 'a' || i || '@x', 'n' || i, '2000-01-01', now(), 'x' FROM generate_series(1, 3000) i;
INSERT INTO shop.orders (region, number, customer, tags, weight, total)
    SELECT 'no', i, 1 + i % 3000, '{x}', i, i FROM generate_series(1, 3000) i;
INSERT INTO shop.lines SELECT 'no', i, 1, 'p', i FROM generate_series(1, 3000) i;
INSERT INTO events SELECT i, '2025-01-01'::date + i, 'a', '{}', 1 FROM generate_series(1, 600) i;
INSERT INTO events SELECT i, '2026-03-01', 'b', '{}', 1 FROM generate_series(1, 100) i;
INSERT INTO animal SELECT i, 'n', 4 FROM generate_series(1, 3000) i;
INSERT INTO bird SELECT i, 'b', 2, 1 FROM generate_series(1, 3000) i;
INSERT INTO self SELECT i, nullif(i - 1, 0), 'x' FROM generate_series(1, 3000) i;
INSERT INTO cache SELECT i::text, '{}', now() FROM generate_series(1, 3000) i;
INSERT INTO plain SELECT i, i, 'c', 'd', now(), B'1010', B'10', '10.0.0.1', '1 day' FROM generate_series(1, 3000) i;
INSERT INTO guarded SELECT i, 'o', 's', 'v' FROM generate_series(1, 3000) i;
REFRESH MATERIALIZED VIEW shop.totals;
ANALYZE;
