"""A schema drawn from a seed: tables of every kind with random columns, keys and rows, and all that hangs on tables."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Final

ROWS: Final = 40
PREAMBLE: Final = """
CREATE EXTENSION citext;
CREATE EXTENSION btree_gist;
CREATE SCHEMA shop;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'glad');
CREATE TYPE shop.pair AS (a int, b text);
CREATE TYPE floats AS RANGE (subtype = float8);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE DOMAIN label AS varchar(40);
CREATE DOMAIN shop.email AS citext CONSTRAINT has_at CHECK (VALUE LIKE '%@%');
CREATE SEQUENCE tickets;
CREATE SEQUENCE shop.numbers AS int;
CREATE FUNCTION one() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION dice(sides int) RETURNS int LANGUAGE sql AS 'SELECT (random() * sides)::int';
CREATE FUNCTION loud(word text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN upper(word); END';
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE FUNCTION keep_order() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN NULL; END';
CREATE PROCEDURE tidy() LANGUAGE plpgsql AS 'BEGIN NULL; END';
CREATE AGGREGATE total(int) (sfunc = int4pl, stype = int, initcond = '0');
CREATE COLLATION german FROM "C";
"""
TYPES: Final = {
    "int": "i", "bigint": "i", "smallint": "i", "numeric": "i + 0.5", "numeric(8,2)": "i", "real": "i",
    "double precision": "i", "text": "'t' || i", "varchar": "'v' || i", "varchar(10)": "'v' || i",
    "varchar(60)": "'w' || i", "char(6)": "i::text", "citext": "'c' || i", "name": "'n' || i",
    "date": "date '2025-01-01' + i", "timestamp": "timestamp '2025-01-01' + i * interval '1 h'",
    "timestamptz": "timestamptz '2025-01-01 00:00+0' + i * interval '1 h'",
    "timestamp(0)": "timestamp '2025-01-01' + i * interval '1 h'", "time": "time '00:00' + i * interval '1 min'",
    "interval": "i * interval '1 h'", "uuid": "md5(i::text)::uuid", "inet": "('10.0.0.' || i)::inet",
    "bytea": "decode(lpad(to_hex(i), 4, '0'), 'hex')", "positive": "i", "label": "'l' || i",
    "shop.email": "i || '@x'", "int[]": "array[i]", "text[]": "array['a' || i]", "int4range": "int4range(i, i + 1)",
    "varbit(9)": "i::bit(8)::varbit", "jsonb": "jsonb_build_object('i', i)", "oid": "i::oid",
    "boolean": "i % 2 = 0", "mood": "'ok'", "json": "'{}'", "bit(4)": "i::bit(4)", "point": "point(i, i)",
    "shop.pair": "row(i, 'x')::shop.pair", "tsvector": "to_tsvector('simple', 'a' || i)", "xid": "i::text::xid",
}  # fmt: skip
"""Each type with a value that is made of the number of the row, and mostly different in every row."""
_REPEATING: Final = {"boolean", "mood", "json", "bit(4)", "point", "xid", "tsvector"}
_UNIQUE: Final = [each for each in TYPES if each not in _REPEATING]
_KEYS: Final = ["int", "bigint", "uuid", "text", "varchar(10)", "date", "numeric"]
DEFAULTS: Final = {"int": "7", "bigint": "nextval('tickets')", "text": "'x'", "varchar(10)": "loud('d')",
                   "timestamptz": "now()", "uuid": "gen_random_uuid()", "boolean": "false", "mood": "'sad'",
                   "jsonb": "'{}'", "date": "current_date", "numeric(8,2)": "0"}  # fmt: skip
_METHODS: Final = {"gin": ("jsonb", "int[]", "text[]", "tsvector"), "gist": ("inet", "int4range", "point", "date"),
                   "brin": ("int", "date", "timestamptz"), "hash": ("int", "text", "uuid", "mood")}  # fmt: skip


@dataclass
class _Column:
    name: str
    type: str
    extra: str = ""
    value: str = ""

    def __post_init__(self) -> None:
        self.value = self.value or TYPES[self.type]

    @property
    def sql(self) -> str:
        return f"{self.name} {self.type} {self.extra}".rstrip()

    @property
    def filled(self) -> bool:
        return self.value != "-"


@dataclass
class _Table:
    name: str
    columns: list[_Column]
    constraints: list[str] = field(default_factory=list)
    key: _Column | None = None

    @property
    def definition(self) -> str:
        return ", ".join([*(each.sql for each in self.columns), *self.constraints])

    def filling(self, *, rows: int = ROWS) -> str:
        filled = [each for each in self.columns if each.filled]
        if not filled:
            return f"INSERT INTO {self.name} DEFAULT VALUES"
        names, values = ", ".join(each.name for each in filled), ", ".join(each.value for each in filled)
        return f"INSERT INTO {self.name} ({names}) SELECT {values} FROM generate_series(1, {rows}) i"


class _Schema:
    """The statements of a schema while they are drawn."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - chance, not secrecy
        self.ddl: list[str] = [each.strip() for each in PREAMBLE.split(";\n") if each.strip()]
        self.rows: list[str] = []
        self.keyed: list[_Table] = []

    def happens(self, share: float) -> bool:
        return self.chance.random() < share

    def columns(self, names: str, types: list[str] | None = None) -> list[_Column]:
        drawn = [_Column(name, self.chance.choice(types or list(TYPES))) for name in names.split()]
        for each in drawn:
            if each.type in DEFAULTS and self.happens(0.4):
                each.extra = f"DEFAULT {DEFAULTS[each.type]}"
            if self.happens(0.3):
                each.extra += " NOT NULL"
        return drawn

    def ordinary(self, name: str, *, unlogged: bool = False) -> _Table:
        table = _Table(name, self.columns(self.chance.choice(["a b c", 'a b c "D"', 'a b c "D" e f'])))
        self._key(table)
        self._special_columns(table)
        self._constraints(table)
        self.create(table, f"CREATE {'UNLOGGED ' if unlogged else ''}TABLE {name} ({table.definition})")
        if not unlogged:
            self.keyed += [table] if table.key else []
        self.indexes(table)
        self.hangings(table)
        return table

    def create(self, table: _Table, ddl: str, *, rows: int = ROWS) -> None:
        self.ddl.append(ddl)
        if rows:
            self.rows.append(table.filling(rows=rows))

    def _key(self, table: _Table) -> None:
        kind = self.chance.choice(["plain", "plain", "plain", "identity", "serial", "two", "none"])
        if kind == "none":
            return
        key = _Column("id", self.chance.choice(_KEYS), "NOT NULL")
        if kind == "identity":
            key = _Column("id", "bigint", "GENERATED ALWAYS AS IDENTITY", "-")
        elif kind == "serial":
            key = _Column("id", "serial", value="-")
        table.columns.insert(0, key)
        table.key = key if kind != "two" else None
        second = f", {table.columns[1].name}" if kind == "two" and table.columns[1].type in _UNIQUE[:20] else ""
        table.constraints.append(f"CONSTRAINT {self.plain(table)}_key PRIMARY KEY (id{second})")
        table.key = key if not second else None

    def _special_columns(self, table: _Table) -> None:
        first = table.columns[0].name
        if self.happens(0.4):
            generated = f"GENERATED ALWAYS AS (length({table.columns[-1].name}::text)) STORED"
            if table.columns[-1].type in {"text", "varchar(10)", "varchar", "int", "bigint", "label", "numeric"}:
                table.columns.append(_Column("g", "int", generated, "-"))
        if self.keyed and self.happens(0.6):
            target = self.chance.choice(self.keyed)
            key = target.key or target.columns[0]
            kind = "int" if key.type == "serial" else key.type
            action = self.chance.choice(["", " ON DELETE CASCADE", " ON DELETE SET NULL", " ON UPDATE CASCADE"])
            table.columns.append(_Column("r", kind, value="i" if key.value == "-" else key.value))
            table.constraints.append(
                f"CONSTRAINT {self.plain(table)}_r FOREIGN KEY (r) REFERENCES {target.name}{action}"
            )
        if self.happens(0.3) and table.columns[0].type in _KEYS:
            table.constraints.append(f"CONSTRAINT {self.plain(table)}_named CHECK ({first} IS NOT NULL)")

    def plain(self, table: _Table) -> str:
        """A word for the names of what belongs to the table."""
        return table.name.split(".")[-1].strip('"').lower()

    def _constraints(self, table: _Table) -> None:
        for column in table.columns:
            if column.type in _UNIQUE and column.value != "-" and self.happens(0.12) and column.type not in _NO_ORDER:
                table.constraints.append(f"UNIQUE ({column.name})")
            if column.type in {"int", "bigint", "numeric", "real"} and column.filled and self.happens(0.3):
                table.constraints.append(f"CHECK ({column.name} > 0)")
        if self.happens(0.3):
            spans = _Column("spans", "int4range")
            table.columns.append(spans)
            table.constraints.append(f"CONSTRAINT {self.plain(table)}_apart EXCLUDE USING gist (spans WITH &&)")

    def indexes(self, table: _Table) -> None:
        for column in table.columns:
            if column.type in _NO_ORDER:
                continue
            if self.happens(0.25):
                where = f" WHERE {table.columns[-1].name} IS NOT NULL" if self.happens(0.3) else ""
                unique = "UNIQUE " if column.type in _UNIQUE and column.filled and self.happens(0.4) else ""
                self.ddl.append(f"CREATE {unique}INDEX ON {table.name} ({column.name}){where}")
            if column.type in {"text", "varchar(10)"} and self.happens(0.3):
                self.ddl.append(f"CREATE INDEX ON {table.name} (lower({column.name}))")
        for method, types in _METHODS.items():
            for column in table.columns:
                if column.type in types and self.happens(0.3):
                    self.ddl.append(f"CREATE INDEX ON {table.name} USING {method} ({column.name})")

    def hangings(self, table: _Table) -> None:
        """Constraints without validation, triggers, a rule, a policy, statistics: what hangs on a table."""
        name, first, last = self.plain(table), table.columns[0].name, table.columns[-1].name
        ordered = not _NO_ORDER.intersection((table.columns[0].type, table.columns[-1].type))
        statements = [
            f"CREATE TRIGGER {name}_fires BEFORE UPDATE ON {table.name} FOR EACH ROW EXECUTE FUNCTION keep()",
            f"CREATE TRIGGER {name}_of AFTER UPDATE OF {last} ON {table.name} FOR EACH ROW EXECUTE FUNCTION keep()",
            f"CREATE RULE {name}_rule AS ON DELETE TO {table.name} WHERE false DO ALSO NOTHING",
            f"CREATE POLICY {name}_policy ON {table.name} USING ({first} IS NOT NULL)",
            f"CREATE STATISTICS {name}_stat ON {first}, {last} FROM {table.name}" if ordered else "",
            f"ALTER TABLE {table.name} ADD CONSTRAINT {name}_later CHECK ({last} IS NOT NULL) NOT VALID",
            f"ALTER TABLE {table.name} CLUSTER ON {name}_key" if any("PRIMARY" in c for c in table.constraints) else "",
        ]
        self.ddl += [each for each in statements if each and self.happens(0.2)]

    def inheritance(self) -> None:
        base = _Table("animal", self.columns("id name legs", ["int", "text", "varchar(10)", "bigint"]))
        base.constraints = ["CONSTRAINT legs_known CHECK (legs IS NOT NULL)"] if self.happens(0.5) else []
        self.create(base, f"CREATE TABLE animal ({base.definition})")
        child = self.columns("wings", ["int", "text"])
        self.create(_Table("bird", [*base.columns, *child]), f"CREATE TABLE bird ({child[0].sql}) INHERITS (animal)")
        self.create(_Table("duck", [*base.columns, *child]), "CREATE TABLE duck () INHERITS (bird)")
        self.ddl.append(f"CREATE TABLE lone ({base.definition}, wings int)")
        self.indexes(base)

    def partitions(self) -> None:
        strategy = self.chance.choice(["date", "int"])
        low, middle, high, far = (
            ["'2025-01-01'", "'2025-01-20'", "'2025-06-01'", "'2026-01-01'"]
            if strategy == "date"
            else ["0", "20", "100", "200"]
        )
        columns = [_Column("id", "bigint", "NOT NULL"), _Column("at", strategy, "NOT NULL"),
                   _Column("kind", "text", "NOT NULL", "CASE i % 2 WHEN 0 THEN 'a' ELSE 'b' END"),
                   *self.columns("x y", ["int", "text", "numeric(8,2)", "timestamptz", "varchar(10)"])]  # fmt: skip
        table = _Table("events", columns)
        if self.keyed and self.happens(0.5):
            target = self.chance.choice(self.keyed)
            key = target.key or target.columns[0]
            kind = "int" if key.type == "serial" else key.type
            columns.append(_Column("r", kind, value="i" if key.value == "-" else key.value))
            table.constraints.append(f"CONSTRAINT events_r FOREIGN KEY (r) REFERENCES {target.name}")
        by_kind = "PARTITION BY LIST (kind)"
        keyed = self.happens(0.6)
        if keyed:
            table.constraints.append("CONSTRAINT events_key PRIMARY KEY (id, at, kind)")
        self.ddl += [
            f"CREATE TABLE events ({table.definition}) PARTITION BY RANGE (at)",
            f"CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ({low}) TO ({middle})",
            f"CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ({middle}) TO ({high}) {by_kind}",
            "CREATE TABLE events_2_a PARTITION OF events_2 FOR VALUES IN ('a')",
            "CREATE TABLE events_2_rest PARTITION OF events_2 DEFAULT",
        ]
        with_rest = self.happens(0.5)
        if with_rest:
            self.ddl.append("CREATE TABLE events_rest PARTITION OF events DEFAULT")
        if self.happens(0.6):
            self.ddl.append("CREATE INDEX events_kind ON events (kind, at)")
        if self.happens(0.5):
            self.ddl.append(f"CREATE INDEX events_1_own ON events_1 ({columns[3].name})")
        if self.happens(0.5):
            self.ddl.append("CREATE INDEX events_alone ON ONLY events (id)")
        self.rows.append(table.filling())
        if with_rest:
            outside = {"date": "date '2040-01-01'", "int": "-i"}[strategy]
            columns[1].value = outside
            self.rows.append(table.filling())
        loose = ", ".join(each.sql for each in columns)
        check = f", CHECK (at >= {high} AND at < {far})" if self.happens(0.5) else ""
        self.ddl.append(f"CREATE TABLE events_3 ({loose}{check})")
        if keyed and self.happens(0.7):
            self.ddl.append(
                "CREATE TABLE event_notes (id bigint, at "
                + strategy
                + ", kind text, note text, FOREIGN KEY (id, at, kind) REFERENCES events)"
            )
            self.rows.append("INSERT INTO event_notes SELECT id, at, kind, 'n' FROM events")
        self.ddl += [
            "CREATE TABLE hashed (id int PRIMARY KEY, v text) PARTITION BY HASH (id)",
            "CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0)",
            "CREATE TABLE hashed_1 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
        ]
        self.rows.append(f"INSERT INTO hashed SELECT i, 'v' FROM generate_series(1, {ROWS}) i")

    def views(self, table: _Table) -> None:
        first, last = table.columns[0].name, table.columns[-1].name
        self.ddl += [
            f"CREATE VIEW seen AS SELECT {first}, {last} FROM {table.name}",
            f"CREATE VIEW shop.seen_twice AS SELECT s.{first} FROM seen s",
            f"CREATE MATERIALIZED VIEW kept AS SELECT {first} AS one, count(*) AS many FROM {table.name} GROUP BY 1"
            if table.columns[0].type not in _NO_ORDER
            else f"CREATE MATERIALIZED VIEW kept AS SELECT 1 AS one, count(*) AS many FROM {table.name}",
            "CREATE UNIQUE INDEX kept_one ON kept (one)",
            "CREATE VIEW joined AS SELECT e.id, h.v FROM events e JOIN hashed h ON h.id = e.id",
        ]

    def others(self) -> None:
        self.ddl += [
            "CREATE TABLE pairs OF shop.pair (PRIMARY KEY (a))",
            "CREATE TABLE empty (id int, v varchar(10), PRIMARY KEY (id))",
            "CREATE TABLE self (id int PRIMARY KEY, parent int REFERENCES self, v varchar(10), n int NOT NULL)",
            "ALTER TABLE self ALTER n SET DEFAULT 1",
            "CREATE UNIQUE INDEX self_n ON self (n, id)",
            "CREATE UNIQUE INDEX self_v ON self (v)",
            "CREATE UNLOGGED TABLE cache (id serial PRIMARY KEY, i int GENERATED BY DEFAULT AS IDENTITY, v text)",
            "CREATE TABLE deferred (id int UNIQUE DEFERRABLE, s int REFERENCES self DEFERRABLE INITIALLY DEFERRED)",
            "ALTER TABLE deferred ADD CONSTRAINT deferred_later FOREIGN KEY (id) REFERENCES self NOT VALID",
            "CREATE PUBLICATION news FOR TABLE self",
        ]
        self.rows += [
            f"INSERT INTO self SELECT i, nullif(i - 1, 0), 's' || i FROM generate_series(1, {ROWS}) i",
            f"INSERT INTO cache (v) SELECT i FROM generate_series(1, {ROWS}) i",
            f"INSERT INTO pairs SELECT i, i FROM generate_series(1, {ROWS}) i",
            f"INSERT INTO deferred SELECT i, i FROM generate_series(1, {ROWS}) i",
        ]


_NO_ORDER: Final = {"json", "point", "xid"}


def generated_schema(seed: int) -> str:
    """The SQL text of a schema with rows; an equal seed gives an equal one."""
    schema = _Schema(seed)
    tables = [schema.ordinary(name) for name in ("t1", "t2", 'shop."T3"', "shop.t4")]
    schema.ordinary("t5", unlogged=True)
    schema.inheritance()
    schema.partitions()
    schema.views(schema.chance.choice(tables))
    schema.others()
    end = ["REFRESH MATERIALIZED VIEW kept", "ANALYZE"]
    return ";\n".join([*schema.ddl, *schema.rows, *end]) + ";\n"
