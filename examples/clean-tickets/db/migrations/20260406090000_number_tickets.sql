-- migrate:up
SET LOCAL lock_timeout = '2s';
ALTER TABLE tickets ADD COLUMN number text;

-- migrate:down
SET LOCAL lock_timeout = '2s';
ALTER TABLE tickets DROP COLUMN number;
