"""Column types of libraries that often stand beside SQLAlchemy, as PostgreSQL gets them.

Only their rendering is kept here, so none of these libraries is needed. Values sent through most of them are converted
by the library, and are therefore not known here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import types
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

from .entities import VALUES
from .values import Answers, Symbol


class Named(UserDefinedType[Any]):
    """A type that is rendered as ``spec``; ``indexed`` when its library may add a spatial index to its column."""

    cache_ok = True

    def __init__(self, spec: str, *, indexed: bool = False) -> None:
        self.spec = spec
        self.indexed = indexed

    def get_col_spec(self, **_kw: object) -> str:
        return self.spec


class Converted(TypeDecorator[Any]):
    """A type that is rendered as another, and whose values are converted in Python.

    Its ``impl`` is a class and then an object, as TypeDecorator itself has it.
    """

    impl = types.NullType
    cache_ok = True
    converts = True

    def __init__(self, type_: TypeEngine[Any]) -> None:
        super().__init__()
        self.impl = type_  # type: ignore[assignment]


class TypeMaker:
    """Makes a type when it is called; SQLAlchemy also takes it uncalled, as it takes the class of a type."""

    _sqla_type = True

    def __init__(self, make: Callable[..., TypeEngine[Any]]) -> None:
        self._make = make

    def __call__(self, *args: Any, **options: Any) -> TypeEngine[Any]:  # noqa: ANN401  the library's own arguments
        return self._make(*args, **options)


class _Stored(TypeDecorator[Any]):
    """A type of which ``impl`` may be asked for, too, and whose options only concern other databases."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = types.Text
    cache_ok = True
    converts = True

    def __init__(self, *_args: object, **_options: object) -> None:
        super().__init__()


class _StoredInteger(_Stored):
    impl = types.Integer
    cache_ok = True


def converts(type_: object) -> bool:
    """Whether values of ``type_`` are converted by code that is not run here."""
    if isinstance(type_, types.ARRAY):
        return converts(type_.item_type)
    return isinstance(type_, Named) or bool(getattr(type_, "converts", False))


def _vector(name: str) -> Callable[..., Named]:
    def make(dim: int | None = None) -> Named:
        return Named(name if dim is None else f"{name}({int(dim)})")

    return make


def _bits(length: int | None = None) -> Named:
    return Named(f"BIT({1 if length is None else int(length)})")


def _spatial(name: str) -> Callable[..., Named]:
    def make(geometry_type: str | None = "GEOMETRY", srid: int = -1, *_rest: object, **options: object) -> Named:
        indexed = bool(options.get("spatial_index", True))
        if not geometry_type:
            return Named(name, indexed=indexed)
        return Named(f"{name}({geometry_type.upper()},{int(srid)})", indexed=indexed)

    return make


def _plain(type_: Callable[[], TypeEngine[Any]]) -> Callable[..., Converted]:
    return lambda *_args, **_options: Converted(type_())


def _sized(type_: type[types.String], length: int, keyword: str = "length") -> Callable[..., Converted]:
    """A text of a length that may be given, by position or as ``keyword``."""

    def make(*args: Any, **options: Any) -> Converted:  # noqa: ANN401  the library's own arguments
        given = options.get(keyword, args[0] if args and isinstance(args[0], int) else length)
        return Converted(type_(given))

    return make


def _choice(_choices: object = None, impl: Any = None) -> Converted:  # noqa: ANN401  a type or its class
    chosen = impl() if isinstance(impl, type) else impl
    return Converted(types.Unicode(255) if chosen is None else chosen)


def _uuid(*, binary: bool = True, native: bool = True) -> Converted:
    if native:
        return Converted(postgresql.UUID())
    return Converted(types.BINARY(16) if binary else types.CHAR(32))


def _encrypted(*_args: object, **options: Any) -> Converted:  # noqa: ANN401
    return Converted(types.String(options.get("length")))


def _auto_string(length: int | None = None) -> Converted:
    return Converted(types.String(length))


def _timestamp_aware(*, timezone: bool = False) -> Converted:
    return Converted(types.TIMESTAMP(timezone=timezone))


_UTILS: Final[dict[str, Callable[..., TypeEngine[Any]]]] = {
    "ArrowType": _plain(types.DateTime),
    "ChoiceType": _choice,
    "ColorType": _sized(types.Unicode, 20, "max_length"),
    "CountryType": _plain(lambda: types.String(2)),
    "CurrencyType": _plain(lambda: types.String(3)),
    "DateRangeType": _plain(postgresql.DATERANGE),
    "DateTimeRangeType": _plain(postgresql.TSRANGE),
    "EmailType": _sized(types.Unicode, 255),
    "EncryptedType": _plain(types.LargeBinary),
    "IPAddressType": _sized(types.Unicode, 50, "max_length"),
    "Int8RangeType": _plain(postgresql.INT8RANGE),
    "IntRangeType": _plain(postgresql.INT4RANGE),
    "JSONType": _plain(types.JSON),
    "LocaleType": _plain(lambda: types.Unicode(10)),
    "LtreeType": lambda: Named("LTREE"),
    "NumericRangeType": _plain(postgresql.NUMRANGE),
    "PasswordType": _plain(types.LargeBinary),
    "PhoneNumberType": _sized(types.Unicode, 20, "max_length"),
    "ScalarListType": _plain(types.UnicodeText),
    "StringEncryptedType": _encrypted,
    "TSVectorType": _plain(postgresql.TSVECTOR),
    "TimezoneType": _plain(lambda: types.Unicode(50)),
    "URLType": _plain(types.UnicodeText),
    "UUIDType": _uuid,
    "WeekDaysType": lambda *_args, **_options: Named("BIT(7)"),
}
_VECTORS: Final[dict[str, Callable[..., TypeEngine[Any]]]] = {
    "BIT": _bits,
    "HALFVEC": _vector("HALFVEC"),
    "SPARSEVEC": _vector("SPARSEVEC"),
    "VECTOR": _vector("VECTOR"),
    "Vector": _vector("VECTOR"),
}
_SHAPES: Final[dict[str, Callable[..., TypeEngine[Any]]]] = {
    "Geography": _spatial("geography"),
    "Geometry": _spatial("geometry"),
}
_USERS: Final[dict[str, Callable[..., TypeEngine[Any]]]] = {
    "GUID": _plain(postgresql.UUID),
    "TIMESTAMPAware": _timestamp_aware,
}
TYPES: Final[dict[str, TypeMaker]] = {
    f"{module}.{name}": TypeMaker(make)
    for modules, types_of in (
        (("sqlalchemy_utils", "sqlalchemy_utils.types"), _UTILS),
        (("pgvector.sqlalchemy", "pgvector.sqlalchemy.vector", "pgvector.sqlalchemy.halfvec"), _VECTORS),
        (("geoalchemy2", "geoalchemy2.types"), _SHAPES),
        (("fastapi_users_db_sqlalchemy", "fastapi_users_db_sqlalchemy.generics"), _USERS),
        (("sqlmodel", "sqlmodel.sql.sqltypes"), {"AutoString": _auto_string}),
        (("citext",), {"CIText": lambda: Named("CITEXT")}),
    )
    for module in modules
    for name, make in types_of.items()
}
"""Dotted names of types, and what makes one of the same rendering."""

_FILES: Final = {
    "ArrowType": "arrow", "ChoiceType": "choice", "ColorType": "color", "CountryType": "country",
    "CurrencyType": "currency", "EmailType": "email", "EncryptedType": "encrypted.encrypted_type",
    "IPAddressType": "ip_address", "JSONType": "json", "LocaleType": "locale", "LtreeType": "ltree",
    "PasswordType": "password", "PhoneNumberType": "phone_number", "ScalarListType": "scalar_list",
    "StringEncryptedType": "encrypted.encrypted_type", "TSVectorType": "ts_vector", "TimezoneType": "timezone",
    "URLType": "url", "UUIDType": "uuid", "WeekDaysType": "weekdays",
    **dict.fromkeys(
        ("DateRangeType", "DateTimeRangeType", "Int8RangeType", "IntRangeType", "NumericRangeType"), "range"
    ),
}  # fmt: skip
TYPES.update({f"sqlalchemy_utils.types.{module}.{name}": TypeMaker(_UTILS[name]) for name, module in _FILES.items()})

_OSLO: Final[dict[str, object]] = {
    "oslo_db.sqlalchemy.types.JsonEncodedDict": _Stored,
    "oslo_db.sqlalchemy.types.JsonEncodedList": _Stored,
    "oslo_db.sqlalchemy.types.JsonEncodedType": _Stored,
    "oslo_db.sqlalchemy.types.SoftDeleteInteger": _StoredInteger,
    **{
        f"oslo_db.sqlalchemy.enginefacade.{kind}.get_engine": Answers(Symbol("engine")) for kind in ("reader", "writer")
    },
}
"""Types that may be bases of others, and what gives an engine of the project's database."""

MODULES: Final = frozenset(
    ".".join(parts[:length])
    for parts in (name.split(".") for name in (*TYPES, *VALUES, *_OSLO))
    for length in range(1, len(parts))
)
"""The modules and packages that these types and the values of ``entities`` stand in."""
GIVEN: Final[dict[str, object]] = {**TYPES, **VALUES, **_OSLO}
"""All that they give, by dotted name."""
