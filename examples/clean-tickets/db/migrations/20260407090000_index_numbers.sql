-- migrate:up transaction:false
CREATE UNIQUE INDEX CONCURRENTLY tickets_number_key ON tickets (number);

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY tickets_number_key;
