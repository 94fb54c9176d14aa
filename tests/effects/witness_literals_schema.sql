CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE DOMAIN mark AS int;
CREATE TABLE t (id int);
