-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY tickets_assignee_id_idx ON tickets (assignee_id);

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY tickets_assignee_id_idx;
