SET lock_timeout = '3s';
ALTER TABLE books ADD COLUMN language text NOT NULL DEFAULT 'en';
ALTER TABLE books ADD CONSTRAINT books_price_positive CHECK (price >= 0) NOT VALID;
