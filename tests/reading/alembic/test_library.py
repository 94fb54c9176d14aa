"""The allow-lists: what builds values is handed out, what acts or reaches inside is not."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import uuid
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from database_patterns.reading.alembic import library
from database_patterns.reading.alembic.failing import NotReadError
from database_patterns.reading.alembic.values import Bound, Namespace, Symbol, Unknown

TABLE = sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer), schema="s")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("sqlalchemy.Column", sa.Column),
        ("sqlalchemy.Integer", sa.Integer),
        ("sqlalchemy.text", sa.text),
        ("sqlalchemy.select", sa.select),
        ("sqlalchemy.func", sa.func),
        ("sqlalchemy.sql.func", sa.func),
        ("sqlalchemy.sql.expression.and_", sa.and_),
        ("sqlalchemy.types.Text", sa.Text),
        ("sqlalchemy.schema.Sequence", sa.Sequence),
        ("sqlalchemy.dialects.postgresql.JSONB", postgresql.JSONB),
        ("sqlalchemy.dialects.postgresql.insert", postgresql.insert),
        ("sqlalchemy.dialects.postgresql", Namespace("sqlalchemy.dialects.postgresql")),
        ("sqlalchemy.orm.Session", Bound(Namespace("sqlalchemy.orm"), "Session")),
        ("alembic.context", Symbol("context")),
        ("datetime.datetime", dt.datetime),
        ("json.dumps", json.dumps),
        ("uuid.UUID", uuid.UUID),
        ("sqlalchemy.inspect", Unknown("what the database answers", inert=True)),
        ("uuid.uuid4", Unknown("uuid.uuid4, known only when the migration runs", inert=True)),
        ("os.environ", Unknown("os.environ, known only when the migration runs", inert=True)),
        ("os.system", Unknown("os.system, known only when the migration runs")),
        ("subprocess.run", Unknown("subprocess.run, known only when the migration runs")),
        ("sqlalchemy.create_engine", Unknown("sqlalchemy.create_engine, which reading does not use")),
        ("sqlalchemy.event", Unknown("sqlalchemy.event, which reading does not use")),
        ("sqlalchemy.util", Unknown("sqlalchemy.util, which reading does not use")),
        ("sqlalchemy.ext.compiler", Unknown("sqlalchemy.ext.compiler, which is not read")),
        ("sqlalchemy.orm.relationship", Unknown("sqlalchemy.orm.relationship, which is not read", inert=True)),
        ("alembic.command", Unknown("alembic.command, which is not read")),
    ],
)
def test_a_member_of_a_module_is_handed_out_only_when_it_builds_values(path: str, expected: object) -> None:
    module, _, name = path.rpartition(".")
    found = library.member(Namespace(module), name)
    assert found is expected or found == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sqlalchemy", Namespace("sqlalchemy")),
        ("alembic", Namespace("alembic")),
        ("os.path", Namespace("os.path")),
        ("app.models", Unknown("what is imported from app.models, which is not read")),
        (".helpers", Unknown("what is imported from .helpers, which is not read")),
    ],
)
def test_modules_of_the_project_are_unknown(name: str, expected: object) -> None:
    assert library.module(name) == expected


@pytest.mark.parametrize("name", ["compile", "eval", "exec", "setattr", "globals", "__import__"])
def test_a_name_that_could_do_anything_is_not_inert(name: str) -> None:
    assert library.builtin(name) == Unknown(name, inert=False)


def test_a_name_that_nothing_defines_is_said_to_be_so() -> None:
    assert library.builtin("never_defined") == Unknown("never_defined, which nothing defines", inert=False)


@pytest.mark.parametrize("name", ["print", "issubclass", "ValueError", "id"])
def test_a_name_that_does_nothing_to_a_database_is_inert(name: str) -> None:
    assert library.builtin(name) == Unknown(name, inert=True)


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        ("text", "upper"),
        ([], "append"),
        ({}, "items"),
        (sa.select(TABLE), "where"),
        (TABLE, "insert"),
        (TABLE.c.a, "label"),
        (sa.Enum("a", name="e"), "create"),
        (dict, "fromkeys"),
        (dt.date(2026, 1, 2), "isoformat"),
    ],
)
def test_a_method_that_computes_is_bound_to_its_owner(owner: Any, name: str) -> None:
    found = library.attribute(owner, name)
    assert isinstance(found, Bound)
    assert (found.owner is owner, found.name) == (True, name)


@pytest.mark.parametrize(
    ("owner", "name", "expected"),
    [
        (TABLE, "name", "t"),
        (TABLE, "schema", "s"),
        (TABLE.c, "a", TABLE.c.a),
        (sa.Enum("x", "y", name="e"), "enums", ["x", "y"]),
        (dt.date(2026, 1, 2), "year", 2026),
    ],
)
def test_data_of_a_known_value_is_handed_out(owner: Any, name: str, expected: object) -> None:
    found = library.attribute(owner, name)
    assert found is expected or found == expected


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        ("text", "expandtabs"),
        ("text", "translate"),
        (TABLE, "dispatch"),
        (TABLE, "kwargs"),
        (TABLE.c, "missing"),
        (sa.select(TABLE), "compile"),
        (sa.text("x"), "format"),
        (sa.Column, "name"),
        (sa.text, "wrapped"),
        (1, "to_bytes"),
        (json.dumps, "func"),
    ],
)
def test_everything_else_of_a_known_value_is_refused(owner: Any, name: str) -> None:
    kind = type(owner).__name__
    inert = isinstance(owner, str | int)
    assert library.attribute(owner, name) == Unknown(f"the attribute .{name} of a {kind}", inert=inert)


@pytest.mark.parametrize("name", ["now", "utcnow", "today"])
def test_the_time_of_running_is_unknown_and_inert(name: str) -> None:
    found = library.attribute(dt.datetime, name)
    assert found == Unknown(f"datetime.{name}(), known only when the migration runs", inert=True)


def test_combinations_have_a_bound() -> None:
    product: Any = library.member(Namespace("itertools"), "product")
    assert product("ab", (1, 2)) == [("a", 1), ("a", 2), ("b", 1), ("b", 2)]
    with pytest.raises(NotReadError):
        product("x" * 101, "y" * 100)


def test_decimals_and_rounding_have_a_bound() -> None:
    number: Any = library.member(Namespace("decimal"), "Decimal")
    rounded: Any = library.builtin("round")
    assert (number("1.50"), rounded(2.567, 2), rounded(1.5)) == (decimal.Decimal("1.50"), 2.57, 2)
    with pytest.raises(NotReadError):
        number("1e999999999")
    for value, digits in ((5, -(10**9)), (5.0, 10**9)):
        with pytest.raises(NotReadError):
            rounded(value, digits)


@pytest.mark.parametrize("name", ["array", "hstore", "json", "ranges", "base"])
def test_what_postgresqls_dialect_gives_is_itself_and_not_a_module_of_that_name(name: str) -> None:
    found = library.member(Namespace("sqlalchemy.dialects.postgresql"), name)
    value = getattr(postgresql, name)
    assert found == (Namespace(f"sqlalchemy.dialects.postgresql.{name}") if isinstance(value, ModuleType) else value)
