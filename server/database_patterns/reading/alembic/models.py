"""Classes that a revision maps with SQLAlchemy's ORM: which table they stand for, where that is plain to see."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, MetaData, Table
from sqlalchemy.exc import SQLAlchemyError

from .orm import Model
from .values import Function, Lookup, Maker, Symbolic, Unknown

_NO_COLUMNS: Final = {"backref", "relation", "relationship", "synonym", "validates"}
"""What a class body may call that adds no column."""
_OF_MAPPING: Final = {
    "__mapper_args__", "__mapper__", "__abstract__", "__table__", "__table_cls__", "__allow_unmapped__", "registry",
    "type_annotation_map", "metadata",
}  # fmt: skip
_NOT_OF_COLUMN: Final = {
    "active_history", "compare", "deferred_group", "init", "kw_only", "repr", "sort_order", "use_existing_column",
}  # fmt: skip
"""Options of ``mapped_column`` that do not reach its column."""


@dataclass(frozen=True, slots=True)
class Declarative(Lookup):
    """A declarative base without columns of its own."""

    def named(self, name: str) -> object:
        return Unknown(f"the attribute .{name} of a declarative base")


def _declarative_base(args: list[object], kwargs: dict[str, object]) -> object:
    plain = not args and kwargs.keys() <= {"metadata", "name"}
    return Declarative() if plain else Unknown("a declarative base that is more than one")


def _mapped_column(args: list[object], kwargs: dict[str, object]) -> object:
    known: dict[str, Any] = {name: value for name, value in kwargs.items() if name not in _NOT_OF_COLUMN}
    if "deferred" in kwargs or any(isinstance(each, Unknown | Symbolic) for each in (*args, *known.values())):
        return Unknown("a column that is not read")
    return Column(*args, **known)  # type: ignore[arg-type]  # ty: ignore[invalid-argument-type]


MAPPING: Final[dict[str, object]] = {
    "sqlalchemy.ext.declarative.declarative_base": Maker(_declarative_base),
    "sqlalchemy.orm.DeclarativeBase": Declarative(),
    "sqlalchemy.orm.declarative_base": Maker(_declarative_base),
    "sqlalchemy.orm.mapped_column": Maker(_mapped_column),
}
"""What maps classes, by dotted name."""


def mapped(node: ast.ClassDef, members: Mapping[str, object], *, loading: bool) -> object:
    """What a class below a declarative base is, ``members`` being the values of its body: a mapped class, or Unknown.

    Where a part of it may be a column that is not read, or loaded otherwise than as a plain column, all is unknown:
    ``loading`` when its file says how something is loaded.
    """
    refused = Unknown(f"the class {node.name}, which is not read")
    if node.keywords or node.decorator_list or loading:
        return refused
    tablename, arguments = members.get("__tablename__"), members.get("__table_args__", ())
    columns = _columns(node, members)
    if tablename is None and columns == {} and "__table__" not in members:
        return Declarative()
    if columns is None or not isinstance(tablename, str) or _OF_MAPPING & members.keys():
        return refused
    options = arguments[-1] if isinstance(arguments, tuple) and arguments else arguments
    schema = options.get("schema") if isinstance(options, dict) else None
    if isinstance(arguments, Unknown) or not isinstance(schema, str | None):
        return refused
    try:
        return Model(node.name, Table(tablename, MetaData(), *columns.values(), schema=schema), columns)
    except SQLAlchemyError:
        return refused


def _columns(node: ast.ClassDef, members: Mapping[str, object]) -> dict[str, Column[Any]] | None:
    """The columns by attribute, in the order of the class body; None when one of them is not certain."""
    columns: dict[str, Column[Any]] = {}
    for name, value in _assigned(node):
        known = members.get(name)
        if name.startswith("__"):
            continue
        if isinstance(known, Column):
            known.name = known.name or name
            known.key = known.key or name
            columns[name] = known
        elif value is None or not _adds_no_column(value, known):
            return None
    functions = (part for part in node.body if isinstance(part, ast.FunctionDef))
    plain = all(isinstance(members.get(part.name), Function) or _is_property(part) for part in functions)
    return columns if plain else None


def _assigned(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr | None]]:
    for part in node.body:
        if isinstance(part, ast.Assign):
            yield from ((target.id, part.value) for target in part.targets if isinstance(target, ast.Name))
        elif isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
            yield part.target.id, part.value


def _adds_no_column(value: ast.expr, known: object) -> bool:
    if isinstance(known, str | int | float | list | dict | tuple | None):
        return True
    if not isinstance(value, ast.Call):
        return False
    function = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
    return function in _NO_COLUMNS


def _is_property(function: ast.FunctionDef) -> bool:
    names = [each.id for each in function.decorator_list if isinstance(each, ast.Name)]
    return len(names) == len(function.decorator_list) and set(names) <= {"property", "staticmethod", "classmethod"}
