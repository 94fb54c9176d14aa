-- Some thousands of rows for the shop as it is before 2026_05_19_make_room_for_more_orders.py, so that a measurement has
-- something to read. `database-patterns demo` loads it into its own, disposable PostgreSQL.
INSERT INTO customers (email, name)
SELECT 'customer' || n || '@example.com', 'Customer ' || n FROM generate_series(1, 1000) AS n;

INSERT INTO products (sku, title, price)
SELECT 'SKU-' || n, 'Product ' || n, n FROM generate_series(1, 100) AS n;

INSERT INTO orders (customer_id, status, currency, sales_channel)
SELECT 1 + n % 1000, 'paid', 'EUR', 'web' FROM generate_series(1, 5000) AS n;

INSERT INTO order_items (order_id, line, product_id, quantity, unit_price)
SELECT 1 + n / 2, 1 + n % 2, 1 + n % 100, 1, 9.90 FROM generate_series(0, 9999) AS n;

INSERT INTO payments (order_id, provider, provider_reference, amount, paid_at)
SELECT n, 'card', 'reference-' || n, 19.80, now() FROM generate_series(1, 5000) AS n;
