"""Single operations in both of the forms that users write: a statement of SQL, and a call of Alembic's ``op``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import indent
from typing import Final, Literal

from database_patterns.actions import Column, Constraint, CreateIndex, IndexElement, Name, TypeName

_PLAIN: Final = re.compile(r"[a-z_][a-z0-9_$]*")
_RESERVED: Final = frozenset(
    """all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation
    column concurrently constraint create cross current_catalog current_date current_role current_schema current_time
    current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze
    from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit
    localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references
    returning right select session_user similar some symmetric system_user table tablesample then to trailing true
    union unique user using variadic verbose when where window with""".split()  # noqa: SIM905 - words read better without quotes
)
"""The key words that cannot name a table or column without quotes (PostgreSQL documentation, appendix C)."""

_ALEMBIC_TYPES: Final = {
    "bool": "sa.Boolean()",
    "bytea": "sa.LargeBinary()",
    "date": "sa.Date()",
    "float4": "sa.REAL()",
    "float8": "sa.Double()",
    "int2": "sa.SmallInteger()",
    "int4": "sa.Integer()",
    "int8": "sa.BigInteger()",
    "interval": "sa.Interval()",
    "json": "sa.JSON()",
    "numeric": "sa.Numeric({})",
    "text": "sa.Text()",
    "time": "sa.Time()",
    "timestamp": "sa.DateTime()",
    "timestamptz": "sa.DateTime(timezone=True)",
    "uuid": "sa.Uuid()",
    "varchar": "sa.String({})",
}
_INDENT: Final = " " * 4
_LINE_MAX: Final = 100
_BATCH: Final = 5_000


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as SQL (without a final semicolon) and as Alembic's Python.

    ``in_transaction`` is False where PostgreSQL refuses a transaction.
    """

    sql: str
    alembic: str
    in_transaction: bool = True


def written(operations: Iterable[Operation], kind: Literal["sql", "alembic"]) -> str:
    """The operations one below the other, in the form that a migration of this kind takes."""
    if kind == "sql":
        return "\n".join(f"{operation.sql};" for operation in operations)
    return "\n".join(
        operation.alembic
        if operation.in_transaction
        else f"with op.get_context().autocommit_block():\n{indent(operation.alembic, _INDENT)}"
        for operation in operations
    )


def quoted(identifier: str) -> str:
    """An identifier as SQL, in double quotes where it needs them."""
    if _PLAIN.fullmatch(identifier) and identifier not in _RESERVED:
        return identifier
    return '"{}"'.format(identifier.replace('"', '""'))


def qualified(name: Name) -> str:
    """A name as SQL, with its schema where it has one."""
    return quoted(name.name) if name.schema is None else f"{quoted(name.schema)}.{quoted(name.name)}"


def execute(sql: str, *, in_transaction: bool = True) -> Operation:
    """A statement for which Alembic has no operation."""
    return Operation(sql, _call("op.execute", _string(sql)), in_transaction)


def create_index(index: CreateIndex) -> Operation:
    """CREATE INDEX, as far as the action tells (it says nothing of DESC, WITH and TABLESPACE)."""
    words = ("CREATE", "UNIQUE" * index.unique, "INDEX", "CONCURRENTLY" * index.concurrently)
    name = (quoted(index.name),) if index.name else ()
    sql = " ".join(word for word in (*words, *name, "ON", "ONLY" * index.only, qualified(index.table)) if word)
    sql += f" USING {index.method}" * (index.method != "btree")
    sql += f" ({', '.join(_element_sql(element) for element in index.elements)})"
    sql += f" INCLUDE ({_columns(index.include)})" if index.include else ""
    sql += " NULLS NOT DISTINCT" * index.nulls_not_distinct
    sql += f" WHERE {index.predicate.sql}" if index.predicate else ""
    if index.name is None or index.only:
        return execute(sql, in_transaction=not index.concurrently)
    arguments = {
        "schema": index.table.schema,
        "unique": index.unique,
        "postgresql_using": index.method if index.method != "btree" else None,
        "postgresql_include": list(index.include),
        "postgresql_nulls_not_distinct": index.nulls_not_distinct,
        "postgresql_ops": {
            element.column: element.operator_class.name
            for element in index.elements
            if element.column and element.operator_class
        },
        "postgresql_where": _Code(f"sa.text({_string(index.predicate.sql)})") if index.predicate else None,
        "postgresql_concurrently": index.concurrently,
    }
    elements = f"[{', '.join(_element_alembic(element) for element in index.elements)}]"
    positional = (_string(index.name), _string(index.table.name), elements)
    return Operation(sql, _call("op.create_index", *positional, **arguments), not index.concurrently)


def drop_index(name: Name, *, concurrently: bool) -> Operation:
    """DROP INDEX."""
    return Operation(
        f"DROP INDEX {'CONCURRENTLY ' * concurrently}{qualified(name)}",
        _call("op.drop_index", _string(name.name), schema=name.schema, postgresql_concurrently=concurrently),
        not concurrently,
    )


def add_column(table: Name, column: Column) -> Operation:
    """ADD COLUMN with name, type, collation, NOT NULL and default; other properties of the column are left out."""
    sql = f"ALTER TABLE {qualified(table)} ADD COLUMN {quoted(column.name)} {_type_sql(column.type)}"
    sql += f" COLLATE {qualified(column.collation)}" if column.collation else ""
    sql += " NOT NULL" * column.not_null
    sql += f" DEFAULT {column.default.sql}" if column.default else ""
    kind = _type_alembic(column.type)
    if kind is None or column.collation:
        return execute(sql)
    default = _Code(f"sa.text({_string(column.default.sql)})") if column.default else None
    rendered = _call(
        "sa.Column", _string(column.name), kind, nullable=_Code(str(not column.not_null)), server_default=default
    )
    return Operation(sql, _call("op.add_column", _string(table.name), rendered, schema=table.schema))


def add_foreign_key(table: Name, constraint: Constraint) -> Operation:
    """ADD CONSTRAINT … FOREIGN KEY. The constraint has a name and refers to a table."""
    if constraint.name is None or constraint.references is None:
        raise ValueError(constraint)
    sql = (
        f"ALTER TABLE {qualified(table)} ADD CONSTRAINT {quoted(constraint.name)}"
        f" FOREIGN KEY ({_columns(constraint.columns)}) REFERENCES {qualified(constraint.references)}"
    )
    sql += f" ({_columns(constraint.referenced_columns)})" if constraint.referenced_columns else ""
    sql += f" ON DELETE {constraint.on_delete.upper()}" * (constraint.on_delete != "no action")
    sql += f" ON UPDATE {constraint.on_update.upper()}" * (constraint.on_update != "no action")
    sql += " DEFERRABLE" * constraint.deferrable + " INITIALLY DEFERRED" * constraint.deferred
    sql += " NOT VALID" * constraint.not_valid
    if not constraint.referenced_columns:
        return execute(sql)
    names = (constraint.name, table.name, constraint.references.name)
    lists = (constraint.columns, constraint.referenced_columns)
    arguments = {
        "ondelete": constraint.on_delete.upper() if constraint.on_delete != "no action" else None,
        "onupdate": constraint.on_update.upper() if constraint.on_update != "no action" else None,
        "deferrable": constraint.deferrable,
        "initially": "DEFERRED" if constraint.deferred else None,
        "source_schema": table.schema,
        "referent_schema": constraint.references.schema,
        "postgresql_not_valid": constraint.not_valid,
    }
    positional = (*map(_string, names), *(_value(list(names)) for names in lists))
    return Operation(sql, _call("op.create_foreign_key", *positional, **arguments))


def add_check(table: Name, name: str, condition: str, *, not_valid: bool) -> Operation:
    """ADD CONSTRAINT … CHECK; ``condition`` is SQL."""
    sql = f"ALTER TABLE {qualified(table)} ADD CONSTRAINT {quoted(name)} CHECK ({condition}){' NOT VALID' * not_valid}"
    positional = (_string(name), _string(table.name), _string(condition))
    return Operation(
        sql, _call("op.create_check_constraint", *positional, schema=table.schema, postgresql_not_valid=not_valid)
    )


def validate_constraint(table: Name, name: str) -> Operation:
    """VALIDATE CONSTRAINT, for which Alembic has no operation."""
    return execute(f"ALTER TABLE {qualified(table)} VALIDATE CONSTRAINT {quoted(name)}")


def drop_constraint(table: Name, name: str) -> Operation:
    """DROP CONSTRAINT."""
    return Operation(
        f"ALTER TABLE {qualified(table)} DROP CONSTRAINT {quoted(name)}",
        _call("op.drop_constraint", _string(name), _string(table.name), schema=table.schema),
    )


def set_not_null(table: Name, column: str) -> Operation:
    """SET NOT NULL."""
    return _nullable(table, column, "SET NOT NULL", nullable=False)


def drop_not_null(table: Name, column: str) -> Operation:
    """DROP NOT NULL."""
    return _nullable(table, column, "DROP NOT NULL", nullable=True)


def in_batches(table: Name, key: str, sql: str) -> Operation:
    """A loop over batches of rows; ``sql`` is the statement up to where the condition on ``key`` follows."""
    last = f"SELECT max({quoted(key)}) FROM {qualified(table)}"  # noqa: S608 - a text to be read
    condition = f"{quoted(key)} >= {{0}} AND {quoted(key)} < {{0}} + {_BATCH}"
    block = (
        f"DO $$\nDECLARE\n    first bigint := 0;\n    last bigint := ({last});\nBEGIN\n"
        f"    WHILE first <= last LOOP\n        {sql}{condition.format('first')};\n"
        f"        COMMIT;\n        first := first + {_BATCH};\n    END LOOP;\nEND $$"
    )
    update = _string(sql + condition.format(":first"))
    loop = (
        f"connection = op.get_bind()\nlast = connection.scalar(sa.text({_string(last)})) or 0\n"
        f"for first in range(0, last + 1, {_BATCH}):\n"
        f'    connection.execute(\n        sa.text({update}),\n        {{"first": first}},\n    )'
    )
    return Operation(block, loop, in_transaction=False)


def set_default(table: Name, column: str, default: str) -> Operation:
    """SET DEFAULT; ``default`` is SQL."""
    positional = (_string(table.name), _string(column))
    value = _Code(f"sa.text({_string(default)})")
    return Operation(
        f"ALTER TABLE {qualified(table)} ALTER COLUMN {quoted(column)} SET DEFAULT {default}",
        _call("op.alter_column", *positional, server_default=value, schema=table.schema),
    )


def drop_column(table: Name, column: str) -> Operation:
    """DROP COLUMN."""
    return Operation(
        f"ALTER TABLE {qualified(table)} DROP COLUMN {quoted(column)}",
        _call("op.drop_column", _string(table.name), _string(column), schema=table.schema),
    )


def rename_column(table: Name, column: str, new_name: str) -> Operation:
    """RENAME COLUMN."""
    positional = (_string(table.name), _string(column))
    return Operation(
        f"ALTER TABLE {qualified(table)} RENAME COLUMN {quoted(column)} TO {quoted(new_name)}",
        _call("op.alter_column", *positional, new_column_name=new_name, schema=table.schema),
    )


def rename_table(table: Name, new_name: str) -> Operation:
    """RENAME of a table."""
    return Operation(
        f"ALTER TABLE {qualified(table)} RENAME TO {quoted(new_name)}",
        _call("op.rename_table", _string(table.name), _string(new_name), schema=table.schema),
    )


def _nullable(table: Name, column: str, command: str, *, nullable: bool) -> Operation:
    positional = (_string(table.name), _string(column))
    return Operation(
        f"ALTER TABLE {qualified(table)} ALTER COLUMN {quoted(column)} {command}",
        _call("op.alter_column", *positional, nullable=_Code(str(nullable)), schema=table.schema),
    )


def _columns(names: Iterable[str]) -> str:
    return ", ".join(quoted(name) for name in names)


def _element_sql(element: IndexElement) -> str:
    key = quoted(element.column) if element.column else f"({element.expression.sql})" if element.expression else ""
    collation = f" COLLATE {qualified(element.collation)}" if element.collation else ""
    return key + collation + (f" {qualified(element.operator_class)}" if element.operator_class else "")


def _element_alembic(element: IndexElement) -> str:
    if element.column and not element.collation:
        return _string(element.column)
    return f"sa.text({_string(_element_sql(element))})"


def _type_sql(kind: TypeName) -> str:
    """The type as people write it, its name in quotes where it needs them."""
    return kind.sql.replace(str(kind.name), qualified(kind.name), 1)


def _type_alembic(kind: TypeName) -> str | None:
    """The SQLAlchemy type of the same meaning, or None where a revision would have to import one."""
    template = _ALEMBIC_TYPES.get(kind.name.name) if kind.name.schema in {None, "pg_catalog"} else None
    if template is None or kind.dimensions or (kind.modifiers and "{}" not in template):
        return None
    return template.format(", ".join(map(str, kind.modifiers)))


class _Code(str):
    """An argument that is Python already, not a text to be quoted."""

    __slots__ = ()


def _call(function: str, *positional: str, **keywords: object) -> str:
    """A call; keywords that are None, False or empty are left out, and long calls take several lines."""
    named = [f"{name}={_value(value)}" for name, value in keywords.items() if value]
    arguments = [*positional, *named]
    line = f"{function}({', '.join(arguments)})"
    if len(line) <= _LINE_MAX or len(arguments) == 1:
        return line
    lines = ",\n".join(arguments)
    return f"{function}(\n{indent(lines, _INDENT)},\n)"


def _value(value: object) -> str:
    match value:
        case _Code():
            return str(value)
        case str():
            return _string(value)
        case list():
            return f"[{', '.join(_value(item) for item in value)}]"
        case dict():
            return f"{{{', '.join(f'{_value(key)}: {_value(item)}' for key, item in value.items())}}}"
    return repr(value)


def _string(text: str) -> str:
    """A Python string literal; one of several lines keeps them."""
    if "\n" in text and "\\" not in text and '"""' not in text:
        return f'"""\n{indent(text, _INDENT)}\n"""'
    return repr(text) if '"' in text and "'" not in text else json.dumps(text, ensure_ascii=False)
