-- migrate:up
SET LOCAL lock_timeout = '2s';
ALTER TABLE tickets ADD COLUMN assignee_id bigint;

-- migrate:down
SET LOCAL lock_timeout = '2s';
ALTER TABLE tickets DROP COLUMN assignee_id;
