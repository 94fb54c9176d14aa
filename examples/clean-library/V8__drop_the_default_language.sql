SET lock_timeout = '3s';
ALTER TABLE books ALTER COLUMN language DROP DEFAULT;
