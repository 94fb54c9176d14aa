ALTER TABLE books VALIDATE CONSTRAINT books_price_positive;
