CREATE TABLE authors (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL
);

CREATE TABLE books (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    author_id bigint NOT NULL REFERENCES authors,
    isbn text NOT NULL,
    title varchar(100) NOT NULL,
    price numeric(8, 2) NOT NULL
);

CREATE INDEX books_author_id_idx ON books (author_id);
