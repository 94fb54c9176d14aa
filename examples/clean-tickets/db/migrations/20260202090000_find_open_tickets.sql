-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY tickets_open_idx ON tickets (created_at) WHERE state = 'open';

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY tickets_open_idx;
