SET lock_timeout = '3s';
CREATE TABLE loans (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    book_id bigint NOT NULL REFERENCES books,
    lent_at timestamptz NOT NULL DEFAULT now(),
    returned_at timestamptz,
    CHECK (returned_at >= lent_at)
);
CREATE INDEX loans_book_id_idx ON loans (book_id);
