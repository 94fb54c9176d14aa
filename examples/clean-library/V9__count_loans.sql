CREATE VIEW loans_of_books AS
SELECT book_id, count(*) AS loans FROM loans GROUP BY book_id;
