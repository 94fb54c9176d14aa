"""What a revision may use of SQLAlchemy and of the standard library: allow-lists, and everything else is unknown.

Nothing here is imported at a revision's wish: the modules are those named below, and of them only what builds values
(types, schema items, expressions). Engines, inspection, events and the ORM are never handed out.
"""

from __future__ import annotations

import builtins
import collections
import datetime as dt
import decimal
import enum
import importlib
import inspect
import itertools
import json
import math
import sys
import textwrap
import uuid
from collections.abc import Callable, Sequence
from types import FunctionType, MappingProxyType, ModuleType
from typing import Any, Final

import sqlalchemy
from sqlalchemy import schema, sql, types
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql import elements, expression, functions, sqltypes
from sqlalchemy.sql.base import ColumnCollection
from sqlalchemy.sql.elements import ClauseElement, quoted_name
from sqlalchemy.sql.schema import SchemaItem
from sqlalchemy.sql.selectable import TableClause
from sqlalchemy.sql.type_api import TypeEngine
from sqlalchemy.types import TypeDecorator

from . import custom, flask_database, managers, models, neighbours, objects, paths
from .allowed import CLASS_METHODS, DATA, METHODS
from .failing import NotReadError
from .formatting import TEXT_MAX
from .values import Bound, Namespace, Question, Symbol, Unknown
from .views import View

_MODULES: Final[dict[str, ModuleType]] = {
    "sqlalchemy": sqlalchemy,
    "sqlalchemy.schema": schema,
    "sqlalchemy.sql": sql,
    "sqlalchemy.sql.ddl": schema,
    "sqlalchemy.sql.elements": elements,
    "sqlalchemy.sql.expression": expression,
    "sqlalchemy.sql.functions": functions,
    "sqlalchemy.sql.schema": sql.schema,  # ty: ignore[possibly-missing-submodule]
    "sqlalchemy.sql.sqltypes": sqltypes,
    "sqlalchemy.types": types,
    "sqlalchemy.dialects.postgresql": postgresql,
    **{
        f"sqlalchemy.dialects.postgresql.{name}": postgresql
        for name in ("base", "dml", "ext", "json", "named_types", "ranges", "types")
    },
}
_OTHER_DIALECTS: Final = {f"sqlalchemy.dialects.{name}" for name in ("mysql", "oracle", "sqlite")}
"""Their types only say what a column was; they are imported when a revision names them."""
_PACKAGES: Final = {
    "sqlalchemy.dialects",
    "sqlalchemy.orm",
    "sqlalchemy.orm.session",
    "sqlalchemy.engine",
    "sqlalchemy.engine.reflection",
    "sqlalchemy.ext",
    "sqlalchemy.ext.declarative",
    "sqlalchemy.inspection",
    "alembic",
    "alembic.operations",
    "alembic.operations.base",
    "alembic.operations.ops",
    "flask",
    "flask_sqlalchemy",
    "os.path",
}
DRIVEN: Final = {"alembic", "sqlalchemy"}
"""Libraries that reading runs itself, so that it does not read their source."""
_CLASSES: Final = (TypeEngine, SchemaItem, schema.FetchedValue, ClauseElement, quoted_name)
_BUILDERS: Final = (
    "sqlalchemy.sql._", "sqlalchemy.sql.elements", "sqlalchemy.sql.expression", "sqlalchemy.dialects.postgresql.",
)  # fmt: skip

_ANSWER: Final = Unknown("what the database answers", inert=True)
_SPECIAL: Final[dict[str, object]] = {
    "sqlalchemy.orm.Session": Bound(Namespace("sqlalchemy.orm"), "Session"),
    "sqlalchemy.orm.session.Session": Bound(Namespace("sqlalchemy.orm"), "Session"),
    "sqlalchemy.orm.sessionmaker": Bound(Namespace("sqlalchemy.orm"), "sessionmaker"),
    "sqlalchemy.orm.session.sessionmaker": Bound(Namespace("sqlalchemy.orm"), "sessionmaker"),
    "sqlalchemy.engine.Inspector": _ANSWER,
    "sqlalchemy.engine.reflection.Inspector": _ANSWER,
    "sqlalchemy.inspect": _ANSWER,
    "sqlalchemy.inspection.inspect": _ANSWER,
    "sqlalchemy.func": sqlalchemy.func,
    "sqlalchemy.sql.func": sqlalchemy.func,
    "sqlalchemy.sql.expression.func": sqlalchemy.func,
    "sqlalchemy.sql.functions.func": sqlalchemy.func,
    "alembic.context": Symbol("context"),
    "flask.current_app": Symbol("application"),
}


def _product(*parts: Sequence[object], repeat: int = 1) -> list[object]:
    if repeat > _PRODUCT_MAX or math.prod(len(part) for part in parts) ** repeat > _PRODUCT_MAX:
        raise NotReadError("more combinations than are read here")
    return list(itertools.product(*parts, repeat=repeat))


def _decimal(value: Any = "0") -> decimal.Decimal:  # noqa: ANN401  what Decimal takes
    number = decimal.Decimal(value)
    if number.is_finite() and abs(number.adjusted()) > _DIGITS_MAX:
        raise NotReadError("more digits than are read here")
    return number


def _round(number: Any, digits: Any = None) -> object:  # noqa: ANN401  what round takes
    if digits is not None and abs(digits) > _DIGITS_MAX:
        raise NotReadError("more digits than are read here")
    return round(number, digits)


def _default_dict(factory: Any = None, *args: Any, **kwargs: Any) -> object:  # noqa: ANN401  what defaultdict takes
    if factory not in {None, bool, dict, float, int, list, set, str}:
        raise NotReadError("a defaultdict of something else than plain values")
    return collections.defaultdict(factory, *args, **kwargs)


def _named_tuple(name: str, fields: Any, *, defaults: Any = None) -> object:  # noqa: ANN401  what namedtuple takes
    return collections.namedtuple(name, fields, defaults=defaults)  # noqa: PYI024  its fields are only known here


_DIGITS_MAX: Final = 1_000
_PRODUCT_MAX: Final = 10_000
_STANDARD: Final[dict[str, object]] = {
    "collections.OrderedDict": dict,
    "collections.defaultdict": _default_dict,
    "collections.namedtuple": _named_tuple,
    "datetime.UTC": dt.UTC,
    "datetime.date": dt.date,
    "datetime.datetime": dt.datetime,
    "datetime.time": dt.time,
    "datetime.timedelta": dt.timedelta,
    "datetime.timezone": dt.timezone,
    "datetime.timezone.utc": dt.UTC,
    "decimal.Decimal": _decimal,
    "functools.partial": Question("partial"),
    "functools.reduce": Question("reduce"),
    "inspect.cleandoc": inspect.cleandoc,
    "itertools.chain": lambda *parts: list(itertools.chain(*parts)),
    "itertools.product": _product,
    "json.dumps": json.dumps,
    "json.loads": json.loads,
    "sqlalchemy.dialects.postgresql.Range": postgresql.Range,
    "sys.exit": Question("exit"),
    "textwrap.dedent": textwrap.dedent,
    "textwrap.indent": textwrap.indent,
    "uuid.UUID": uuid.UUID,
    "uuid.uuid3": uuid.uuid3,
    "uuid.uuid5": uuid.uuid5,
    **{f"uuid.NAMESPACE_{name}": getattr(uuid, f"NAMESPACE_{name}") for name in ("DNS", "OID", "URL", "X500")},
}
_ACTIVE: Final = {"asyncio", "ctypes", "importlib", "multiprocessing", "os.system", "runpy", "socket", "subprocess"}

_VALUE_MAKERS: Final = {
    "Crypto", "arrow", "attr", "attrs", "babel", "bcrypt", "bleach", "bs4", "cachetools", "click", "colorama",
    "coolname", "cryptography", "dateutil", "decouple", "dotenv", "environs", "faker", "flask_bcrypt", "funcy",
    "geojson", "hashids", "html2text", "inflection", "itsdangerous", "jinja2", "jsonschema", "jwt", "langcodes",
    "loguru", "lxml", "markdown", "markupsafe", "marshmallow", "more_itertools", "nanoid", "numpy", "orjson",
    "oslo_config", "oslo_log", "oslo_serialization", "oslo_utils", "packaging", "passlib", "pendulum", "phonenumbers",
    "pycountry", "pydantic", "pydantic_settings", "pytz", "regex", "rich", "ruamel", "semver", "shapely", "shortuuid",
    "simplejson", "six", "slugify", "starlette", "stringcase", "structlog", "termcolor", "text_unidecode", "toml",
    "tomli", "toolz", "tqdm", "typing_extensions", "tzlocal", "ujson", "ulid", "unidecode", "uuid6", "uuid_extensions",
    "uuid_utils", "werkzeug", "xmltodict", "yaml", "zoneinfo",
}  # fmt: skip
"""Libraries beside SQLAlchemy that make, check or print values, and know of no database."""
_OPTIONS: Final = {
    "aliased", "backref", "column_property", "contains_eager", "declarative_base", "defaultload", "defer", "deferred",
    "foreign", "joinedload", "lazyload", "load_only", "noload", "raiseload", "registry", "relationship", "remote",
    "selectinload", "subqueryload", "synonym", "undefer", "validates", "with_polymorphic",
}  # fmt: skip
"""What of ``sqlalchemy.orm`` declares a mapping or how to load: it sends nothing."""
_EXTENSIONS: Final = {
    f"sqlalchemy.ext.{name}" for name in ("associationproxy", "compiler", "hybrid", "mutable", "orderinglist")
}
"""Extensions of SQLAlchemy that declare, and send nothing."""
_PLAIN: Final = (str, bytes, int, float, decimal.Decimal, dt.date, dt.time, dt.timedelta, uuid.UUID)
"""Types of values that hold no others, so that no method of theirs reaches a database."""

_BUILTINS: Final[dict[str, Callable[..., object] | Question]] = {
    "abs": abs, "all": all, "any": any, "bool": bool, "dict": dict, "float": float, "frozenset": frozenset, "int": int,
    "len": len, "list": list, "max": max, "min": min, "range": range, "round": _round, "set": set, "sorted": sorted,
    "str": str, "sum": sum, "tuple": tuple,
    "getattr": Question("getattr"), "hasattr": Question("hasattr"), "isinstance": Question("isinstance"),
    "exit": Question("exit"), "open": Question("open"), "quit": Question("exit"), "type": Question("type"),
    **{name: Question(name) for name in ("callable", "filter", "iter", "map", "next")}, "divmod": divmod,
    "enumerate": lambda *args, **kwargs: list(enumerate(*args, **kwargs)),
    "reversed": lambda items: list(reversed(items)),
    "zip": lambda *args, **kwargs: list(zip(*args, **kwargs)),  # noqa: B905  strict is the revision's to say
}  # fmt: skip
_BUILTIN_IDS: Final = {id(function) for function in _BUILTINS.values()}
_ACTIVE_BUILTINS: Final = {
    "__import__", "breakpoint", "compile", "delattr", "eval", "exec", "getattr", "globals", "input", "locals",
    "setattr", "vars",
}  # fmt: skip

_GIVEN: Final = {
    **_SPECIAL,
    **_STANDARD,
    **neighbours.GIVEN,
    **models.MAPPING,
    **objects.GIVEN,
    **custom.GIVEN,
    **flask_database.GIVEN,
    **managers.GIVEN,
    **paths.GIVEN,
}
"""What modules give, by dotted name."""
_NAMESPACES: Final = {*_MODULES, *_OTHER_DIALECTS, *_PACKAGES, *neighbours.MODULES}
"""The dotted names of modules and packages that are known."""


def builtin(name: str) -> object:
    """What a name means that the file does not define; iterators are lists, so that they have a length."""
    if not hasattr(builtins, name):
        return _BUILTINS.get(name, Unknown(f"{name}, which nothing defines"))
    return _BUILTINS.get(name, Unknown(name, inert=name not in _ACTIVE_BUILTINS))


_HOLDING: Final = {id(_BUILTINS[name]) for name in ("dict", "enumerate", "list", "reversed", "tuple", "zip")}


def holds(function: object, args: Sequence[object]) -> bool:
    """Whether ``function`` only puts the items of ``args``, which are known, into another container."""
    return id(function) in _HOLDING and all(isinstance(each, list | tuple | dict | View) for each in args)


_MAKING_ITERATORS: Final = {
    *(id(_BUILTINS[name]) for name in ("enumerate", "reversed", "zip")),
    *(id(_GIVEN[name]) for name in ("itertools.chain", "itertools.product")),
}
_COUNTING: Final = {
    id(_BUILTINS[name]) for name in ("all", "any", "bool", "frozenset", "len", "max", "min", "set", "sorted")
}


def counts(function: object) -> bool:
    """Whether what ``function`` gives is the same in whatever order the items come."""
    return id(function) in _COUNTING


def makes_iterator(function: object) -> bool:
    """Whether what ``function`` gives can be gone through only once."""
    return id(function) in _MAKING_ITERATORS


def takes_some(function: object) -> bool:
    """Whether ``function`` may stop before the end of what it is given, or goes through it later."""
    return id(function) in {*_MAKING_ITERATORS, id(all), id(any)}


def is_builtin(function: object) -> bool:
    """Whether ``function`` is one of Python's own, as ``builtin`` gives them."""
    return id(function) in _BUILTIN_IDS


def is_of_named_tuple(owner: object, name: str) -> bool:
    """Whether ``owner`` is a named tuple, and ``name`` that of a method that all of them have."""
    return name in {"_asdict", "_replace"} and isinstance(owner, tuple) and hasattr(owner, "_fields")


def name_of(function: object) -> str:
    """The name of one of Python's own functions."""
    return next(name for name, each in _BUILTINS.items() if each is function)


def module(name: str) -> object:
    """What ``import name`` gives."""
    known = name in _NAMESPACES or name.partition(".")[0] in sys.stdlib_module_names
    inert = name.partition(".")[0] in _VALUE_MAKERS or name in _EXTENSIONS
    return Namespace(name) if known else Unknown(f"what is imported from {name}, which is not read", inert=inert)


def member(namespace: Namespace, name: str) -> object:
    """What ``namespace.name`` is, or what ``from namespace import name`` gives."""
    path = f"{namespace.name}.{name}"
    if path in _GIVEN:
        return _GIVEN[path]
    if path in _NAMESPACES:
        return Namespace(path)
    if namespace.name in _MODULES or namespace.name in _OTHER_DIALECTS:
        origin = _MODULES.get(namespace.name) or importlib.import_module(namespace.name)
        value = getattr(origin, name, None)
        return value if _builds_values(value) else Unknown(f"{path}, which reading does not use")
    root = path.partition(".")[0]
    if root in sys.stdlib_module_names:
        return Unknown(f"{path}, known only when the migration runs", inert=not _ACTIVE & {root, path})
    return Unknown(f"{path}, which is not read", inert=namespace.name == "sqlalchemy.orm" and name in _OPTIONS)


def _builds_values(value: object) -> bool:
    if isinstance(value, type):
        return issubclass(value, _CLASSES)
    return isinstance(value, FunctionType) and value.__module__.startswith(_BUILDERS)


def attribute(owner: Any, name: str) -> object:  # noqa: ANN401, PLR0911  any known value, by kind
    """``owner.name`` for a known value: data, or a ``Bound`` method; Unknown when it is not in the allow-lists."""
    plain = owner in _PLAIN if isinstance(owner, type) else isinstance(owner, _PLAIN)
    refused = Unknown(f"the attribute .{name} of a {type(owner).__name__}", inert=plain)
    if isinstance(owner, type):
        if issubclass(owner, enum.Enum):
            return owner.__members__.get(name, refused)
        if name == "impl" and issubclass(owner, TypeDecorator):
            return owner.impl
        return Bound(owner, name) if name in CLASS_METHODS.get(owner, ()) else _class_data(owner, name, refused)
    if isinstance(owner, type(sqlalchemy.func)):
        value = getattr(owner, name)
        return value if isinstance(value, type(owner)) else refused
    if isinstance(owner, tuple) and name in getattr(owner, "_fields", ()):
        return getattr(owner, name)
    if isinstance(owner, ColumnCollection):
        column = owner.get(name)
        return refused if column is None else column
    if any(isinstance(owner, kind) and name in names.split() for kind, names in DATA.items()):
        return _plain(getattr(owner, name, refused), refused)
    if any(isinstance(owner, kind) and name in names.split() for kind, names in METHODS.items()):
        return Bound(owner, name)
    return refused


def _class_data(owner: type, name: str, refused: Unknown) -> object:
    if owner in {dt.datetime, dt.date}:
        return Unknown(f"{owner.__name__}.{name}(), known only when the migration runs", inert=True)
    return dt.UTC if owner is dt.timezone and name == "utc" else refused


def _plain(value: object, refused: Unknown) -> object:
    return refused if isinstance(value, MappingProxyType | FunctionType) else value


def is_element(value: object) -> bool:
    """Whether ``value`` is an SQL expression, so that Python's operators on it build another one."""
    return isinstance(value, ClauseElement)


def changes(value: object, method: str) -> bool:
    """Whether a method of the name ``method``, one of ``MUTATING``, changes ``value`` in place."""
    return isinstance(value, list | dict | set) or (isinstance(value, SchemaItem) and method.startswith("append_"))


def is_built(value: object) -> bool:
    """Whether ``value`` may be put together of others: an SQL expression, a part of a schema, a method of one."""
    return isinstance(value, ClauseElement | SchemaItem | ColumnCollection | TypeEngine | FunctionType)


def is_expression(value: object) -> bool:
    """Whether a built value is an expression even when it was built from none: no column, table or type."""
    return not isinstance(value, SchemaItem | TableClause | TypeEngine)


def is_named(value: object) -> bool:
    """Whether ``value`` is rendered by its name alone where others use it."""
    return isinstance(value, SchemaItem | TableClause)


def is_public(value: object, *, otherwise: bool) -> bool:
    """Whether ``value`` is a class of SQLAlchemy itself; ``otherwise`` where it is no class."""
    return value.__module__.startswith("sqlalchemy.") if isinstance(value, type) else otherwise


_SIZED: Final = (str, bytes, range, list, tuple, dict, set)


def too_long(value: object) -> bool:
    """Whether ``value`` has more items or characters than reading handles."""
    return isinstance(value, _SIZED) and len(value) > TEXT_MAX
