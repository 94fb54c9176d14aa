-- migrate:up
ALTER TABLE tickets VALIDATE CONSTRAINT tickets_assignee_id_fkey;

-- migrate:down
