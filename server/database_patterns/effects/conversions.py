"""What ALTER COLUMN TYPE makes of the stored values: kept as they are, converted one by one, or not convertible.

PostgreSQL keeps a table's rows when the conversion is a relabelling: binary-coercible types, a wider length or
precision of the same type, an unconstrained domain. The rules here follow ``ATColumnChangeRequiresRewrite`` and the
planner support functions of the length coercions; which casts exist is data (``builtins``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from pglast import ast

from database_patterns.actions import AlterColumnType, Column, Name, TypeName
from database_patterns.catalog import Index
from database_patterns.model import Tristate
from database_patterns.reading.definitions import type_name

from . import builtins, types
from .types import UNKNOWN
from .volatility import Scope, analyse

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any
Modifiers = tuple[int | str, ...]

_AT_UTC: Final = frozenset({"", "factory", "gmt", "greenwich", "uct", "universal", "utc", "zulu"})
"""Time zones that have been at UTC for all time, without the area and an offset of nothing (``Etc/GMT-0``)."""
_NO_OFFSET: Final = re.compile(r"[+-]?0$")
_TIMESTAMPS: Final = frozenset({"timestamp", "timestamptz"})
_SECONDS_PRECISION: Final = 6
_INTERVAL_FIELDS: Final = (12, 11, 10, 3, 1, 2)
"""The bits of SECOND, MINUTE, HOUR, DAY, MONTH and YEAR in an interval's modifier, the finest first."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """What becomes of the rows, and ``because`` of what; ``doubt`` is why that is unknown.

    ``error`` is that of a conversion for which there is no cast: one in USING, or the automatic one.
    """

    rewrite: Tristate = True
    because: str = ""
    error: str | None = None
    doubt: str = ""

    def then(self, other: Conversion) -> Conversion:
        """Both, one after the other: one that touches the rows decides."""
        ranked = sorted(
            (self, other), key=lambda each: (each.error is not None, each.rewrite is True, each.rewrite == "unknown")
        )
        return ranked[-1]


KEPT: Final = Conversion(rewrite=False, because="the stored values stay as they are")


def of_column(action: AlterColumnType, column: Column, scope: Scope, timezone: str | None) -> Conversion:
    """The conversion of a column's rows, by the assignment cast and by USING."""
    if action.using is None:
        return cast(column.type, action.type, scope, timezone)
    source, first = _using(action.using.tree, column, scope, timezone)
    return first if source is None else first.then(cast(source, action.type, scope, timezone))


def _using(tree: Node, column: Column, scope: Scope, timezone: str | None) -> tuple[TypeName | None, Conversion]:
    """The type of a USING expression, and what it does; only casts of the column itself can keep the rows."""
    kind = type(tree)
    if kind is ast.ColumnRef and tree.fields[-1] == ast.String(sval=column.name):
        return column.type, KEPT
    if kind is ast.TypeCast:
        source, before = _using(tree.arg, column, scope, timezone)
        target = type_name(tree.typeName)
        return target, before if source is None else before.then(cast(source, target, scope, timezone, explicit=True))
    _, found = analyse(tree, scope)
    computed = Conversion(because="USING computes every value anew")
    return (None if found is None or found.name.name == UNKNOWN else found), computed


def cast(
    source: TypeName, target: TypeName, scope: Scope, timezone: str | None = None, *, explicit: bool = False
) -> Conversion:
    """The cast from one type to another, on assignment unless it is ``explicit``."""
    catalog = scope.catalog
    unknown = [each for each in (source, target) if not types.is_known(catalog, each, scope.postgres)]
    if unknown and types.base_of(catalog, source) != types.base_of(catalog, target):
        return Conversion(rewrite="unknown", doubt=f"the type {unknown[0].sql} is not in the known schema")
    same = types.in_full(catalog, source) == types.in_full(catalog, target)
    if not same and types.is_constrained(catalog, target):
        below = cast(source, types.base_of(catalog, target), scope, timezone, explicit=explicit)
        because = f"every value must pass the constraints of the domain {target.sql}"
        return below if below.error else Conversion(because=because)
    start = types.base_of(catalog, source)
    if types.domain_of(catalog, source):
        start = types.without_modifiers(start)
    end = types.base_of(catalog, target)
    if start.name == end.name and start.dimensions == end.dimensions:
        return _same_type(start, end, scope.postgres)
    if start.dimensions or end.dimensions:
        return _arrays(start, end, scope, explicit=explicit)
    return _different_type(start, end, scope, timezone, explicit=explicit)


def _different_type(
    source: TypeName, target: TypeName, scope: Scope, timezone: str | None, *, explicit: bool
) -> Conversion:
    known = builtins.casts(source.name.name, scope.postgres).get(target.name.name)
    allowed = known is not None and (explicit or known.context != "e")
    length = _same_type(types.without_modifiers(target), target, scope.postgres)
    if known is not None and allowed and known.method == "b":
        return KEPT.then(length)
    if known is not None and allowed and {source.name.name, target.name.name} == _TIMESTAMPS:
        return _across_time_zones(timezone).then(length)
    if allowed or (known is None and _by_text(source, target, scope, explicit=explicit)):
        return Conversion(because=f"{source.sql} and {target.sql} are stored differently")
    because = f"there is no {'' if explicit else 'automatic '}cast from {source.sql} to {target.sql}"
    return Conversion(because=because, error=_no_cast(explicit=explicit))


def _no_cast(*, explicit: bool) -> str:
    return "42846" if explicit else "42804"


def _across_time_zones(timezone: str | None) -> Conversion:
    if timezone is None:
        return Conversion(
            rewrite="unknown",
            because="the rows stay as they are only when the session's TimeZone is UTC",
            doubt="the session's TimeZone is not known, and the rows are rewritten unless it is UTC",
        )
    if _NO_OFFSET.sub("", timezone.lower()).removeprefix("etc/") in _AT_UTC:
        return Conversion(rewrite=False, because=f"TimeZone is {timezone}, so that the stored values stay as they are")
    return Conversion(because=f"every value is shifted by TimeZone {timezone}")


def _by_text(source: TypeName, target: TypeName, scope: Scope, *, explicit: bool) -> bool:
    """Whether values may be printed and read again: into a string on assignment, out of one by an explicit cast."""
    into = types.category(scope.catalog, target, scope.postgres)
    return into == "S" or (explicit and types.category(scope.catalog, source, scope.postgres) == "S")


def _arrays(source: TypeName, target: TypeName, scope: Scope, *, explicit: bool) -> Conversion:
    if source.dimensions and target.dimensions:
        elements = [TypeName(each.name, each.modifiers) for each in (source, target)]
        converted = cast(elements[0], elements[1], scope, "UTC", explicit=explicit)
        return converted if converted.error else Conversion(because="every array is converted")
    possible = _by_text(source, target, scope, explicit=explicit)
    because = f"{source.sql} is converted to {target.sql}"
    return Conversion(because=because, error=None if possible else _no_cast(explicit=explicit))


def _same_type(source: TypeName, target: TypeName, postgres: int) -> Conversion:
    """The same type with other modifiers: a length, a precision, a scale."""
    if not target.modifiers or source.modifiers == target.modifiers:
        return KEPT
    if target.dimensions:
        return Conversion(because="the elements of every array are checked")
    widens = _WIDENS.get(target.name.name)
    if widens is not None and widens(source.modifiers, target.modifiers):
        return KEPT
    if widens is None and target.name.name not in builtins.casts(target.name.name, postgres):
        return KEPT
    if target.name.name in _PADDED:
        return Conversion(because=f"{target.sql} is stored at its full length")
    return Conversion(because=f"every value is checked against {target.sql}")


def _length_widens(old: Modifiers, new: Modifiers) -> bool:
    return bool(old) and _number(old[0]) <= _number(new[0])


def _numeric_widens(old: Modifiers, new: Modifiers) -> bool:
    return bool(old) and _scale(old) == _scale(new) and _number(old[0]) <= _number(new[0])


def _precision_widens(old: Modifiers, new: Modifiers) -> bool:
    return _number(new[0]) >= _SECONDS_PRECISION or _length_widens(old, new)


def _interval_widens(old: Modifiers, new: Modifiers) -> bool:
    before, after = _finest_field(old), _finest_field(new)
    precisions = [_number(each[1]) if len(each) > 1 else _SECONDS_PRECISION for each in (old, new)]
    keeps_seconds = before > 0 or precisions[1] >= min(precisions[0], _SECONDS_PRECISION)
    return after <= before and keeps_seconds


def _finest_field(modifiers: Modifiers) -> int:
    """The position in ``_INTERVAL_FIELDS`` of the finest field that an interval keeps."""
    fields = _number(modifiers[0]) if modifiers else 0
    return next((place for place, bit in enumerate(_INTERVAL_FIELDS) if fields & (1 << bit)), 0)


def _number(modifier: int | str) -> int:
    return modifier if isinstance(modifier, int) else int(modifier) if modifier.lstrip("-").isdigit() else 0


_PADDED: Final = frozenset({"bpchar", "bit"})
_WIDENS: Final[dict[str, Callable[[Modifiers, Modifiers], bool]]] = {
    "varchar": _length_widens,
    "varbit": _length_widens,
    "numeric": _numeric_widens,
    "timestamp": _precision_widens,
    "timestamptz": _precision_widens,
    "time": _precision_widens,
    "timetz": _precision_widens,
    "interval": _interval_widens,
}
"""When a change of modifiers keeps the values: where the length coercion has a support function that says so."""


def index_survives(index: Index, column: Column, changed: Column, scope: Scope) -> Tristate:
    """Whether an index on a column keeps its content when the rows do, as ``CheckIndexCompatible`` decides it."""
    if index.has_expressions or index.predicate is not None or index.valid is False or index.parent is not None:
        return False
    old_collation, new_collation = collation(column, scope), collation(changed, scope)
    verdicts: list[Tristate] = []
    for element in (each for each in index.elements if each.column == column.name):
        pinned = element.collation is not None and element.collation != old_collation
        verdicts.append(pinned or old_collation == new_collation)
        verdicts.append(element.operator_class is not None or _is_same_class(index.method, column, changed, scope))
    return False if False in verdicts else "unknown" if "unknown" in verdicts else True


def _is_same_class(method: str, column: Column, changed: Column, scope: Scope) -> Tristate:
    """Whether the default operator class of an index stays that which it is."""
    bases = [types.base_of(scope.catalog, each.type) for each in (column, changed)]
    if bases[0] == bases[1]:
        return True
    classes = {operator_class(method, each, scope) for each in bases}
    return "unknown" if None in classes else len(classes) == 1


def collation(column: Column, scope: Scope) -> Name | None:
    """The collation of a column, None when it has not one of its own."""
    domains = types.domains_of(scope.catalog, column.type)
    found = column.collation or next((each.collation for each in domains if each.collation), None)
    return None if found in _DATABASE_DEFAULT else found


_DATABASE_DEFAULT: Final = (Name("default"), Name("default", "pg_catalog"))


def operator_class(method: str, type_of: TypeName, scope: Scope) -> tuple[str, TypeName | None] | None:
    """The default operator class, with the type itself where the class is for a whole category of types."""
    base = types.base_of(scope.catalog, type_of)
    kind = types.category(scope.catalog, base, scope.postgres)
    own = None if base.dimensions else _default_class(method, base.name.name, scope)
    if own is not None:
        return own, None
    polymorphic = types.POLYMORPHIC.get(kind or "")
    if polymorphic is not None:
        found = _default_class(method, polymorphic, scope)
        return (found, types.without_modifiers(base)) if found else None
    classes = {each: _default_class(method, each, scope) for each in _binary_coercible(base, scope)}
    found = classes.get("text") or next((each for each in classes.values() if each), None)
    return (found, None) if found else None


def _default_class(method: str, name: str, scope: Scope) -> str | None:
    """The operator class that PostgreSQL, or an extension that was created, has as the default for a type."""
    found = builtins.default_operator_classes(method, name, scope.postgres)
    return next((each for each, extension in found.items() if extension in {None, *scope.catalog.extensions}), None)


def index_accepts(index: Index, changed: Column, scope: Scope) -> bool:
    """Whether the operator classes that an index names can take the column's new type."""
    base = types.base_of(scope.catalog, changed.type)
    for element in index.elements:
        if element.column == changed.name and element.operator_class is not None:
            accepted = builtins.operator_class_input(index.method, element.operator_class.name, scope.postgres)
            polymorphic = types.POLYMORPHIC.get(types.category(scope.catalog, base, scope.postgres) or "")
            if accepted is not None and accepted not in {*_binary_coercible(base, scope), polymorphic}:
                return False
    return True


def _binary_coercible(base: TypeName, scope: Scope) -> list[str]:
    """The types whose operators take a type's values as they are, its own first."""
    if base.dimensions:
        return []
    found = builtins.casts(base.name.name, scope.postgres).items()
    return [base.name.name, *(target for target, each in found if each.method == "b" and each.context == "i")]


def sources_of_using(action: AlterColumnType, scope: Scope) -> Iterator[TypeName]:
    """The type of what USING casts last, where it does."""
    tree: Node = action.using.tree if action.using else None
    found = analyse(tree.arg, scope)[1] if type(tree) is ast.TypeCast else None
    if found is not None and found.name.name != UNKNOWN:
        yield types.base_of(scope.catalog, found)


def failures(source: TypeName, target: TypeName, scope: Scope) -> Iterator[tuple[str, str]]:
    """The errors that a value may cause which does not fit: SQLSTATE and condition."""
    one, other = source.name.name, target.name.name
    if other in _LENGTHS and target.modifiers:
        yield _LENGTHS[other], f"a value is {'not as long as' if other == 'bit' else 'longer than'} {target.sql} allows"
    kinds = [types.category(scope.catalog, each, scope.postgres) for each in (source, target)]
    if one == "jsonb" and kinds[1] in {"N", "B"}:
        yield "22023", f"a JSON value is not a {'boolean' if other == 'bool' else 'number'}"
    number = types.plain("numeric") if one == "jsonb" else source
    if kinds[1] == types.category(scope.catalog, number, scope.postgres) == "N" and _may_overflow(number, target):
        yield "22003", f"a value is out of the range of {target.sql}"
    if kinds[0] == "S" != kinds[1]:
        for sqlstate in _NO_VALUE.get(kinds[1] or "", _MALFORMED):
            yield sqlstate, f"a text is not a value of {target.sql}"


_MALFORMED: Final = ("22P02",)
_NO_VALUE: Final = {"N": ("22P02", "22003"), "D": ("22007", "22008"), "T": ("22007", "22015")}
"""The errors of texts that are no numbers, dates or intervals, or not within their ranges."""
_LENGTHS: Final = {"varchar": "22001", "bpchar": "22001", "varbit": "22001", "bit": "22026"}
"""The error of a value that has not the length of the type."""
_BY_RANGE: Final = ("int2", "int4", "int8", "float4", "float8", "numeric")
"""Numbers in the order of their ranges; numeric knows no end."""
_DIGITS_MAX: Final = {"int2": 5, "int4": 10, "int8": 19}
_DIGITS_ALWAYS_FIT: Final = {"float4": 38, "float8": 308}


def _may_overflow(source: TypeName, target: TypeName) -> bool:
    """Whether a number may be out of the range of another numeric type."""
    one, other = source.name.name, target.name.name
    if other == "numeric" or (one == "numeric" and other in _DIGITS_ALWAYS_FIT):
        return _has_more_digits(source, target)
    return _range(other) < _range(one)


def _range(number: str) -> int:
    """The place in ``_BY_RANGE``; money and the identifiers of objects, as ``regclass``, are beside int4."""
    return _BY_RANGE.index(number if number in _BY_RANGE else "int4")


def _has_more_digits(source: TypeName, target: TypeName) -> bool:
    """Whether a number may have more digits before the point than its new type takes, also once rounded."""
    room = _DIGITS_ALWAYS_FIT.get(target.name.name)
    if target.modifiers:
        room = _number(target.modifiers[0]) - _scale(target.modifiers)
    whole = _DIGITS_MAX.get(source.name.name)
    if source.modifiers:
        whole = _number(source.modifiers[0]) - _scale(source.modifiers)
    rounded = bool(source.modifiers and target.modifiers) and not _scale_grows(source.modifiers, target.modifiers)
    return room is not None and (whole is None or whole + rounded > room)


_LOSSY: Final = frozenset(
    {("timestamp", "date"), ("timestamptz", "date"), ("timestamp", "time"), ("timestamptz", "time"),
     ("timestamptz", "timetz"), ("timetz", "time"), ("interval", "time"), ("float8", "float4"), ("numeric", "float8"),
     ("numeric", "float4"), ("numeric", "money"), ("int4", "float4"), ("int8", "float4"), ("int8", "float8"),
     ("json", "jsonb"), ("bpchar", "text"), ("bpchar", "varchar"), ("text", "name"), ("varchar", "name"),
     ("bpchar", "name"), ("text", "char"), ("varchar", "char"), ("bpchar", "char"), ("inet", "cidr")}
)  # fmt: skip
_SAME_VALUE: Final = frozenset({("float4", "float8"), *((whole, "numeric") for whole in types.INTEGERS)})
_FRACTIONAL: Final = frozenset({"numeric", "float4", "float8"})


def _scale(modifiers: Modifiers) -> int:
    return _number(modifiers[1]) if len(modifiers) > 1 else 0


def _scale_grows(old: Modifiers, new: Modifiers) -> bool:
    """Whether a numeric keeps at least as many digits behind the point; without modifiers it has any number."""
    return bool(old) and _scale(old) <= _scale(new)


_KEEPS_DIGITS: Final[dict[str, Callable[[Modifiers, Modifiers], bool]]] = {
    "numeric": _scale_grows,
    **dict.fromkeys(("timestamp", "timestamptz", "time", "timetz"), _precision_widens),
    "interval": _interval_widens,
}
"""When new modifiers keep all that is behind the point, however many digits stand before it."""


def loses(source: TypeName, target: TypeName) -> str | None:
    """What of the values is lost without an error, in words."""
    pair = (source.name.name, target.name.name)
    if pair in _LOSSY or (pair[0] in _FRACTIONAL and pair[1] in types.INTEGERS):
        return f"what {source.sql} holds beyond {target.sql} is rounded or cut off"
    keeps = _KEEPS_DIGITS.get(pair[1])
    if pair[0] == pair[1] and keeps and target.modifiers and not keeps(source.modifiers, target.modifiers):
        return f"digits beyond {target.sql} are rounded away"
    return None


def keeps_values(source: TypeName, target: TypeName) -> bool:
    """Whether every value that converts without an error stays equal to the same values as before, and to no other."""
    pair = (source.name.name, target.name.name)
    plain = not (source.dimensions or target.dimensions)
    return plain and (set(pair) <= types.INTEGERS or (pair in _SAME_VALUE and not target.modifiers))
