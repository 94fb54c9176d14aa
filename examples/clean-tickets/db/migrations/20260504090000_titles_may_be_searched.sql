-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY tickets_title_idx ON tickets USING gin (to_tsvector('english', title));

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY tickets_title_idx;
