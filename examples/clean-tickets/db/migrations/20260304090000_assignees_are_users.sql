-- migrate:up
SET LOCAL lock_timeout = '2s';
ALTER TABLE tickets ADD CONSTRAINT tickets_assignee_id_fkey FOREIGN KEY (assignee_id) REFERENCES users NOT VALID;

-- migrate:down
SET LOCAL lock_timeout = '2s';
ALTER TABLE tickets DROP CONSTRAINT tickets_assignee_id_fkey;
