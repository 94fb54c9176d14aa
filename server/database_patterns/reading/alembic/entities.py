"""What alembic_utils and alembic-postgresql-enum send for their own operations, as facts of their documented versions.

An entity of alembic_utils (0.8) is a function, view, trigger, policy or extension with its definition;
``op.sync_enum_values`` of alembic-postgresql-enum (1.8 to 1.11) builds an enum anew and moves its columns over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

ENTITY_OPERATIONS: Final = {"create_entity", "drop_entity", "replace_entity"}
ENUM_OPERATION: Final = "sync_enum_values"

_TRIGGER: Final = re.compile(
    r"(?P<event>.+?)(?<!\s)\s++ON\s++(?P<table>\S++)\s++(?P<action>.+)", re.IGNORECASE | re.DOTALL
)
_CALL: Final = re.compile(r"(?P<name>[^(]+)\((?P<parameters>.*)\)", re.DOTALL)
_ESCAPED: Final = re.compile(r"\\(:[\w$]*)(?![:\w$])")
_COMPARISONS: Final = (("!=", "new_old_not_equals"), ("=", "new_old_equals"))


@dataclass(frozen=True, slots=True)
class Entity:
    """The statements that create, drop and replace a thing; ``raw`` when colons in them are no parameters."""

    create: tuple[str, ...]
    drop: str
    replace: tuple[str, ...]
    raw: bool = False

    def statements(self, operation: str, *, cascade: bool = False) -> tuple[str, ...]:
        if operation == "drop_entity":
            return (f"{self.drop} CASCADE" if cascade else self.drop,)
        return self.create if operation == "create_entity" else self.replace


def _name(text: str) -> str:
    return " ".join(text.split()).replace('"', "")


def _quoted(text: str) -> str:
    return ".".join(f'"{part}"' for part in _name(text).split(".", 1))


def _body(definition: str) -> str:
    return definition.strip().rstrip(";").strip()


def _sent(definition: str, kept: str = "(?!)") -> str:
    r"""The definition as it is sent: the library escapes its colons, but not ``::`` and what it has ``kept``.

    SQLAlchemy then takes a backslash away before most of them; both are followed, as autogenerate writes ``\:``.
    """
    parts = _body(definition).split("::")
    escaped = "::".join(re.sub(f"({kept})|:", lambda found: found[1] or r"\:", part) for part in parts)
    return _ESCAPED.sub(r"\1", escaped)


def _function(schema: str, signature: str, definition: str) -> Entity:
    call = _CALL.fullmatch(_name(signature))
    if call is None:
        raise ValueError(f"the signature {signature} is not read")
    procedural = "language plpgsql" in " ".join(definition.split()).lower().replace("'", "")
    name = f'{_quoted(schema)}."{call["name"].strip()}"'
    body = _sent(definition, r":=|\\:" if procedural else "(?!)")
    types = ", ".join(_without_default(each) for each in call["parameters"].split(","))
    made = f"FUNCTION {name}({call['parameters']}) {body}"
    return Entity((f"CREATE {made}",), f"DROP FUNCTION {name}({types})", (f"CREATE OR REPLACE {made}",), raw=True)


def _without_default(parameter: str) -> str:
    return parameter[: len(parameter.lower().split("default")[0])].strip()


def _view(schema: str, signature: str, definition: str) -> Entity:
    name, body = f'{_quoted(schema)}."{_name(signature)}"', _body(definition)
    attempt = f"""DO $$
BEGIN
    CREATE OR REPLACE VIEW {name} AS {body};
EXCEPTION WHEN OTHERS THEN
    DROP VIEW IF EXISTS {name};
    CREATE VIEW {name} AS {body};
END;
$$ LANGUAGE 'plpgsql'"""
    return Entity((f"CREATE VIEW {name} AS {body}",), f"DROP VIEW {name}", (attempt,))


def _materialized_view(schema: str, signature: str, definition: str, *, with_data: bool = True) -> Entity:
    name = f'{_quoted(schema)}."{_name(signature)}"'
    create = f"CREATE MATERIALIZED VIEW {name} AS {_body(definition)} WITH {'' if with_data else 'NO '}DATA"
    drop = f"DROP MATERIALIZED VIEW {name}"
    return Entity((create,), drop, (f"DROP MATERIALIZED VIEW IF EXISTS {name}", create))


def _trigger(schema: str, signature: str, definition: str, on_entity: str, *, is_constraint: bool = False) -> Entity:
    parts = _TRIGGER.fullmatch(_sent(definition))
    if parts is None:
        raise ValueError(f"the definition of the trigger {signature} is not read")
    table = f"{_name(schema)}.{parts['table'].rpartition('.')[2]}"
    kind = "CONSTRAINT TRIGGER" if is_constraint else "TRIGGER"
    name = f'"{_name(signature)}"'
    create = f"CREATE {kind} {name} {parts['event']} ON {table} {parts['action']}"
    drop = f"DROP TRIGGER {name} ON {_qualified(schema, on_entity)}"
    return Entity((create,), drop, (drop.replace("TRIGGER", "TRIGGER IF EXISTS", 1), create), raw=True)


def _policy(schema: str, signature: str, definition: str, on_entity: str) -> Entity:
    name, table = _name(signature), _qualified(schema, on_entity)
    create = f"CREATE POLICY {name} ON {table} {_sent(definition)}"
    drop = f"DROP POLICY {name} ON {table}"
    return Entity((create,), drop, (drop.replace("POLICY", "POLICY IF EXISTS", 1), create), raw=True)


def _qualified(schema: str, table: str) -> str:
    name = _name(table)
    return name if "." in name else f"{_name(schema)}.{name}"


def _extension(schema: str, signature: str) -> Entity:
    name = f'"{_name(signature)}"'
    return Entity((f"CREATE EXTENSION {name} WITH SCHEMA {_quoted(schema)}",), f"DROP EXTENSION {name}", ())


@dataclass(frozen=True, slots=True)
class TableReference:
    """A column that has the enum's type; ``existing_server_default`` as PostgreSQL shows it."""

    table_name: str
    column_name: str
    table_schema: str | None = None
    column_type: str = "COMMON"
    existing_server_default: str | None = None

    @property
    def alter(self) -> str:
        schema = f'"{self.table_schema}".' if self.table_schema else ""
        return f'ALTER TABLE {schema}"{self.table_name}" ALTER COLUMN "{self.column_name}"'


@dataclass(frozen=True, slots=True)
class TableIndex:
    """An index that is dropped before the enum is built anew, and created again from its definition."""

    name: str
    definition: str


def sync_enum_values(
    enum_schema: str,
    enum_name: str,
    new_values: Sequence[str],
    affected_columns: Sequence[TableReference],
    enum_values_to_rename: Sequence[tuple[str, str]] = (),
    indexes_to_recreate: Sequence[TableIndex] | None = None,
) -> Iterator[str]:
    """The statements that give the enum exactly ``new_values``, in order.

    Raises:
        ValueError: they depend on what only the database has.
    """
    if any(not isinstance(column, TableReference) for column in affected_columns):
        raise ValueError("the columns' defaults are read from the database")
    if indexes_to_recreate and enum_values_to_rename:
        raise ValueError("the indexes' definitions are rewritten for the renamed values")
    renames = list(enum_values_to_rename)
    new, old = f'"{enum_schema}"."{enum_name}"', f'"{enum_schema}"."{enum_name}_old"'
    yield f'ALTER TYPE {new} RENAME TO "{enum_name}_old"'
    values = ", ".join(f"'{value}'" for value in new_values)
    yield f"CREATE TYPE {new} AS ENUM({values})"
    yield from _comparisons(enum_schema, new, old, renames)
    for index in indexes_to_recreate or ():
        parts = index.name.replace('"', "").rsplit(".", 1)
        yield f"DROP INDEX IF EXISTS {'.'.join(map(_quoted, parts))}"
    for column in affected_columns:
        yield from _moved(replace(column, table_schema=column.table_schema or enum_schema), new, renames)
    for operator, function in _COMPARISONS:
        yield f'DROP OPERATOR IF EXISTS "{enum_schema}".{operator} ({new}, {old})'
        yield f'DROP FUNCTION "{enum_schema}".{function}(new_enum_val {new}, old_enum_val {old})'
    yield f"DROP TYPE {old}"
    for index in indexes_to_recreate or ():
        yield index.definition


def _comparisons(schema: str, new: str, old: str, renames: Sequence[tuple[str, str]]) -> Iterator[str]:
    known = "old_enum_val::text"
    cases = " ".join(f"WHEN {known} = '{before}' THEN '{after}'" for before, after in renames)
    value = f"CASE {cases} ELSE {known} END" if renames else known
    for operator, function in _COMPARISONS:
        yield (
            f'CREATE FUNCTION "{schema}".{function}(new_enum_val {new}, old_enum_val {old}) RETURNS boolean AS $$'
            f" SELECT new_enum_val::text {operator} {value}; $$ LANGUAGE SQL IMMUTABLE"
        )
        yield (
            f'CREATE OPERATOR "{schema}".{operator} '
            f'(leftarg = {new}, rightarg = {old}, procedure = "{schema}".{function})'
        )


def _moved(column: TableReference, new: str, renames: Sequence[tuple[str, str]]) -> Iterator[str]:
    """A column from the old enum to the ``new`` one, its default taken off meanwhile."""
    default, name = column.existing_server_default, f'"{column.column_name}"'
    if default is not None:
        yield f"{column.alter} DROP DEFAULT"
    if column.column_type == "ARRAY":
        value = f"{name}::text[]"
        for before, after in renames:
            value = f"array_replace({value}, '{before}', '{after}')"
        yield f"{column.alter} TYPE {new}[] USING {value}::{new}[]"
    elif renames:
        cases = " ".join(f"WHEN {name}::text = '{before}' THEN '{after}'::{new}" for before, after in renames)
        yield f"{column.alter} TYPE {new} USING CASE {cases} ELSE {name}::text::{new} END"
    else:
        yield f"{column.alter} TYPE {new} USING {name}::text::{new}"
    if default is not None:
        yield f"{column.alter} SET DEFAULT {_default(default, new.replace(chr(34), ''), renames)}"


def _default(default: str, enum: str, renames: Sequence[tuple[str, str]]) -> str:
    """The default of a column, cast to the new enum."""
    if default.startswith("ARRAY["):
        return re.sub(r"::[.\w]+", f"::{enum}", _renamed(default, renames))
    value, array = default[: default.find("::")], "[]" if default.endswith("[]") else ""
    return f"{_renamed(value, renames)}::{enum}{array}"


def _renamed(text: str, renames: Sequence[tuple[str, str]]) -> str:
    for before, after in renames:
        text = text.replace(f"'{before}'", f"'{after}'").replace(f'"{before}"', f'"{after}"')
    return text


_ENTITIES: Final[dict[str, Callable[..., Entity]]] = {
    "pg_extension.PGExtension": _extension,
    "pg_function.PGFunction": _function,
    "pg_materialized_view.PGMaterializedView": _materialized_view,
    "pg_policy.PGPolicy": _policy,
    "pg_trigger.PGTrigger": _trigger,
    "pg_view.PGView": _view,
}
VALUES: Final[dict[str, object]] = {
    **{f"alembic_utils.{name}": make for name, make in _ENTITIES.items()},
    "alembic_postgresql_enum.TableReference": TableReference,
    "alembic_postgresql_enum.ColumnType.ARRAY": "ARRAY",
    "alembic_postgresql_enum.ColumnType.COMMON": "COMMON",
    "alembic_postgresql_enum.sql_commands.indexes.TableIndex": TableIndex,
}
"""What these libraries give by dotted name."""
