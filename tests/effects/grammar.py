"""Statements drawn at random from a grammar, over the names of ``witness_shop_schema.sql``."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

TABLES: Final = {
    'shop."Customer"': ('"Id"', '"eMail"', "name", "born", "seen", "credit", "notes"),
    "shop.orders": ("region", "number", "customer", "placed", "state", "tags", "weight", "total", "gross"),
    "shop.lines": ("region", "number", "line", "product", "amount"),
    "events": ("id", "happened", "kind", "payload", "customer"),
    "events_2025": ("id", "happened", "kind", "payload", "customer"),
    "events_2026": ("id", "happened", "kind", "payload", "customer"),
    "events_2026_a": ("id", "happened", "kind", "payload", "customer"),
    "animal": ("id", "name", "legs"),
    "bird": ("id", "name", "legs", "wingspan"),
    "self": ("id", "parent", "val"),
    "cache": ("key", "value", "until"),
    "plain": ("a", "b", "c", "d", "e", "f", "g", "h", "i"),
    "guarded": ("id", "owner", "secret", "v"),
}
CONSTRAINTS: Final = (
    "credit_ok", '"Customer_pkey"', '"Customer_eMail_key"', "orders_pkey", "orders_customer_fkey", "lines_key",
    "lines_amount_check", "lines_region_number_fkey", "events_pkey", "events_2025_pkey", "animal_pkey",
    "animal_legs_check", "self_pkey", "self_parent_fkey", "cache_pkey", "guarded_pkey", "v_known", "secret_known",
)  # fmt: skip
INDEXES: Final = (
    "shop.customer_name", 'shop."Customer_lower_born_idx"', 'shop."Customer_seen_born_idx"', "shop.orders_by_state",
    "shop.orders_pkey", "events_kind", "events_2025_own", "events_2026_kind_happened_idx", "bird_name", "plain_a",
    "plain_d", "plain_h", "shop.totals_customer", "events_pkey", "cache_pkey",
)  # fmt: skip
TYPES: Final = (
    "int", "bigint", "smallint", "numeric", "numeric(12,2)", "numeric(8,2)", "text", "varchar", "varchar(5)",
    "varchar(200)", "char(3)", "real", "float8", "date", "timestamp", "timestamptz", "timestamp(3)", "timestamptz(6)",
    "interval", "jsonb", "json", "citext", "shop.email", "shop.label", "shop.code", "shop.state", "varchar(30)[]",
    "text[]", "boolean", "uuid", "inet", "cidr", "varbit", "bit(4)", "bytea", "oid", "name",
)  # fmt: skip
DEFAULTS: Final = (
    "NULL", "now()", "clock_timestamp()", "random()", "gen_random_uuid()", "shop.always_one()", "shop.dice()", "1 + 1",
    "shop.loud('x')", "nextval('shop.tickets')", "current_date", "md5(random()::text)", "length('abc')",
    "coalesce(NULL, 5)", "current_user",
)  # fmt: skip
CHECKS: Final = ("{c} IS NOT NULL", "{c} IS NOT NULL OR {d} IS NULL", "{c}::text <> ''", "length({c}::text) > 0")


@dataclass
class Draw:
    """One source of chance, with the words of the grammar."""

    chance: random.Random

    def of(self, *choices: str) -> str:
        return self.chance.choice(choices)

    def maybe(self, text: str, share: float = 0.3) -> str:
        return text if self.chance.random() < share else ""

    def table(self) -> str:
        return self.of(*TABLES)

    def column(self, table: str) -> str:
        return self.of(*TABLES[table])

    def columns(self, table: str) -> str:
        count = self.chance.randint(1, min(3, len(TABLES[table])))
        return ", ".join(self.chance.sample(TABLES[table], count))

    def check(self, table: str) -> str:
        return self.of(*CHECKS).format(c=self.column(table), d=self.column(table))

    def only(self) -> str:
        return self.maybe("ONLY ", 0.1)

    def fresh(self) -> str:
        return f"n{self.chance.randint(1, 999)}"


def add_column(draw: Draw, table: str) -> str:
    name = draw.fresh()
    inline = [
        draw.maybe("NOT NULL"),
        draw.maybe(f"DEFAULT {draw.of(*DEFAULTS)}", 0.5),
        draw.maybe(f"CHECK ({name} IS NULL OR {name}::text <> '')", 0.15),
        draw.maybe("UNIQUE", 0.1),
        draw.maybe("REFERENCES self", 0.1),
    ]
    generated = f"int GENERATED ALWAYS AS (length({draw.column(table)}::text)) STORED"
    identity = "bigint GENERATED ALWAYS AS IDENTITY"
    plain = f"{draw.of(*TYPES)} {' '.join(filter(None, inline))}"
    definition = draw.of(plain, plain, plain, plain, generated, identity, "serial")
    return f"ADD COLUMN {draw.maybe('IF NOT EXISTS ', 0.1)}{name} {definition}"


def drop_column(draw: Draw, table: str) -> str:
    return f"DROP COLUMN {draw.maybe('IF EXISTS ')}{draw.column(table)}{draw.maybe(' CASCADE', 0.5)}"


def alter_type(draw: Draw, table: str) -> str:
    column, wanted = draw.column(table), draw.of(*TYPES)
    using = draw.of("", "", f" USING {column}::{wanted}", f" USING {column}::text::{wanted}", f" USING NULL::{wanted}")
    collate = draw.maybe(' COLLATE "C"', 0.05)
    return f"ALTER COLUMN {column} TYPE {wanted}{collate}{using}"


def alter_column(draw: Draw, table: str) -> str:
    what = draw.of(
        "SET NOT NULL", "DROP NOT NULL", "DROP DEFAULT", f"SET DEFAULT {draw.of(*DEFAULTS)}", "SET STATISTICS 50"
    )
    return f"ALTER COLUMN {draw.column(table)} {what}"


def add_constraint(draw: Draw, table: str) -> str:
    not_valid = draw.maybe(" NOT VALID", 0.4)
    name = draw.maybe(f"CONSTRAINT {draw.fresh()} ", 0.5)
    target = draw.of(
        "self", 'shop."Customer"', 'shop."Customer" ("eMail")', "shop.orders", "animal", "plain (a)", "cache"
    )
    return (
        "ADD "
        + name
        + draw.of(
            f"CHECK ({draw.check(table)}){draw.maybe(' NO INHERIT', 0.1)}{not_valid}",
            f"UNIQUE ({draw.columns(table)})",
            f"PRIMARY KEY ({draw.columns(table)})",
            f"FOREIGN KEY ({draw.column(table)}) REFERENCES {target}{not_valid}",
            f"UNIQUE USING INDEX {draw.of('plain_a', 'plain_d', 'bird_name')}",
        )
    )


def drop_constraint(draw: Draw, _table: str) -> str:
    return f"DROP CONSTRAINT {draw.maybe('IF EXISTS ')}{draw.of(*CONSTRAINTS)}{draw.maybe(' CASCADE')}"


def validate_constraint(draw: Draw, _table: str) -> str:
    return f"VALIDATE CONSTRAINT {draw.of(*CONSTRAINTS)}"


SUBCOMMANDS: Final[tuple[Callable[[Draw, str], str], ...]] = (
    add_column, add_column, drop_column, alter_type, alter_type, alter_column, add_constraint, add_constraint,
    drop_constraint, validate_constraint,
)  # fmt: skip


def alter_table(draw: Draw) -> str:
    table = draw.table()
    count = draw.chance.choice((1, 1, 1, 1, 2, 3))
    commands = ", ".join(draw.chance.choice(SUBCOMMANDS)(draw, table) for _ in range(count))
    return f"ALTER TABLE {draw.only()}{table} {commands}"


def create_index(draw: Draw) -> str:
    table = draw.of(*TABLES, "shop.totals")
    columns = TABLES.get(table, ("customer", "total"))
    column = draw.of(*columns)
    keys = draw.of(column, column, f"{column}, {draw.of(*columns)}", f"(lower({column}::text))", f"({column}::text)")
    method = draw.maybe(f"USING {draw.of('btree', 'hash', 'gin', 'gist', 'brin')} ", 0.3)
    where = draw.maybe(f" WHERE {draw.of(*columns)} IS NOT NULL", 0.2)
    name = draw.maybe(f"{draw.fresh()} ")
    return f"CREATE {draw.maybe('UNIQUE ')}INDEX {name}ON {draw.only()}{table} {method}({keys}){where}"


def drop_index(draw: Draw) -> str:
    return f"DROP INDEX {draw.maybe('IF EXISTS ')}{draw.of(*INDEXES)}{draw.maybe(' CASCADE', 0.2)}"


def create_table(draw: Draw) -> str:
    table, name = draw.table(), draw.fresh()
    columns = [f"c{number} {draw.of(*TYPES)}{draw.maybe(' NOT NULL')}" for number in range(3)]
    target = draw.of("self", "animal", 'shop."Customer"')
    references = draw.maybe(f"r bigint REFERENCES {target}", 0.5)
    parts = [*columns, references, draw.maybe("PRIMARY KEY (c0)", 0.4)]
    return draw.of(
        f"CREATE TABLE {name} ({', '.join(filter(None, parts))})",
        f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)",
        f"CREATE TABLE {name} () INHERITS ({draw.of('animal', 'plain', 'cache')})",
        f"CREATE TABLE {name} PARTITION OF events FOR VALUES FROM ('2030-01-01') TO ('2031-01-01')",
        f"CREATE TABLE {name} PARTITION OF events_2026 FOR VALUES IN ('{name}')",
        f"CREATE TABLE {name} PARTITION OF events DEFAULT",
    )


def drop_relation(draw: Draw) -> str:
    what = draw.of(*(f"TABLE {table}" for table in TABLES), "VIEW shop.open_orders", "MATERIALIZED VIEW shop.totals",
                   "SEQUENCE shop.tickets", "TYPE shop.state", "VIEW shop.open_customers", "SCHEMA shop")  # fmt: skip
    return f"DROP {what}{draw.maybe(' CASCADE', 0.5)}"


def rename(draw: Draw) -> str:
    table = draw.table()
    what = draw.of(
        f"RENAME TO {draw.fresh()}", f"RENAME COLUMN {draw.column(table)} TO {draw.fresh()}", "SET SCHEMA shop"
    )
    return f"ALTER TABLE {table} {what}"


def detach_or_attach(draw: Draw) -> str:
    return draw.of(
        "ALTER TABLE events DETACH PARTITION events_2025",
        "ALTER TABLE events DETACH PARTITION events_2026",
        "ALTER TABLE events_2026 DETACH PARTITION events_2026_a",
        "ALTER TABLE bird NO INHERIT animal",
        "TRUNCATE " + draw.table() + draw.maybe(" CASCADE", 0.5),
        "LOCK TABLE " + draw.only() + draw.table() + " IN " + draw.of("SHARE", "EXCLUSIVE", "ROW SHARE") + " MODE",
        "COMMENT ON TABLE " + draw.table() + " IS 'x'",
        "ANALYZE " + draw.table(),
        f"CREATE TRIGGER {draw.fresh()} AFTER INSERT ON {draw.table()} FOR EACH ROW EXECUTE FUNCTION shop.silent()",
        f"CREATE POLICY {draw.fresh()} ON {draw.table()} USING (true)",
        "REFRESH MATERIALIZED VIEW shop.totals",
        "REINDEX INDEX " + draw.of(*INDEXES),
    )


KINDS: Final[tuple[tuple[Callable[[Draw], str], int], ...]] = (
    (alter_table, 10), (create_index, 3), (drop_index, 2), (create_table, 2), (drop_relation, 2), (rename, 1),
    (detach_or_attach, 2),
)  # fmt: skip


def statements(seed: int, count: int) -> list[str]:
    """``count`` statements; an equal seed gives equal ones."""
    draw = Draw(random.Random(seed))  # noqa: S311 - chance, not secrecy
    makers, weights = zip(*KINDS, strict=True)
    return [draw.chance.choices(makers, weights)[0](draw) for _ in range(count)]
