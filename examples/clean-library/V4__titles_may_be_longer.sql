SET lock_timeout = '3s';
ALTER TABLE books ALTER COLUMN title TYPE varchar(200);
