"""What the tests of the rules on short locks share: a shop in use, and how the queue behind a lock is told."""

from __future__ import annotations

SHOP = """
    CREATE TABLE customers (id bigint PRIMARY KEY);
    CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint CONSTRAINT fk REFERENCES customers);
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
"""


def queue(them: str) -> str:
    """The end of a message, about one lock ("it") or several ("them")."""
    return (
        f". It needs {them} for a moment only, but as long as one query or transaction keeps it waiting, all later ones"
        " wait behind it."
    )
