"""Types as a catalog resolves them: a domain's base, an extension's type, and what is not known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from database_patterns.actions import CreateDomain, CreateEnum, Name, TypeName
from database_patterns.catalog import Catalog, Table
from database_patterns.model import POSTGRES_VERSIONS

from . import builtins

UNKNOWN: Final = "unknown"
"""The type of a string literal or NULL, as PostgreSQL calls it, and of a column whose type is not known."""
INTEGERS: Final = frozenset({"int2", "int4", "int8"})
_NUMERIC: Final = Name("numeric")
POLYMORPHIC: Final = {"A": "anyarray", "E": "anyenum", "R": "anyrange", "M": "anymultirange"}
"""The pseudo-type under which PostgreSQL files operator classes for a whole category of types."""


def domain_of(catalog: Catalog, type_name: TypeName) -> CreateDomain | None:
    """The domain that a type is, None for an array of a domain and for all else."""
    return catalog.domain(type_name.name) if type_name.dimensions == 0 else None


def domains_of(catalog: Catalog, type_name: TypeName) -> Iterator[CreateDomain]:
    """The domain and the domains below it."""
    while domain := domain_of(catalog, type_name):
        yield domain
        type_name = domain.base


def base_of(catalog: Catalog, type_name: TypeName) -> TypeName:
    """The type below all domains, as ``in_full`` writes it; a serial is its integer."""
    for domain in domains_of(catalog, type_name):
        type_name = domain.base
    return in_full(catalog, type_name)


def in_full(catalog: Catalog, type_name: TypeName) -> TypeName:
    """The type in the one way that all ways to write it have in common.

    One of the schema's own has its whole name, one of an extension no schema, ``numeric(8)`` its scale.
    """
    if catalog.is_type(type_name.name):
        return replace(type_name, name=catalog.resolve_type(type_name.name))
    if type_name.name.schema and _is_of_extension(catalog, type_name.name):
        return replace(type_name, name=Name(type_name.name.name))
    if type_name.name == _NUMERIC and len(type_name.modifiers) == 1:
        return replace(type_name, modifiers=(*type_name.modifiers, 0))
    return type_name


def _is_of_extension(catalog: Catalog, name: Name) -> bool:
    facts = builtins.type_facts(name.name, POSTGRES_VERSIONS[-1])  # an extension brings the same types to all versions
    return facts is not None and facts.extension in catalog.extensions


def is_constrained(catalog: Catalog, type_name: TypeName) -> bool:
    """Whether it is a domain with a constraint, so that every value must be checked."""
    return any(domain.not_null or domain.constraints for domain in domains_of(catalog, type_name))


def is_known(catalog: Catalog, type_name: TypeName, postgres: int) -> bool:
    """Whether it is known what the type is: one of PostgreSQL's own, or one of the known history, as a table's rows."""
    base = base_of(catalog, type_name)
    if catalog.is_type(base.name) or catalog.table(base.name) is not None:
        return True
    if base.name.name == UNKNOWN:
        return False
    facts = builtins.type_facts(base.name.name, postgres)
    return facts is not None and (
        facts.extension is None or facts.extension in catalog.extensions or not catalog.complete
    )


def category(catalog: Catalog, type_name: TypeName, postgres: int) -> str | None:
    """The category letter of ``pg_type``, None when the type is not known."""
    base = base_of(catalog, type_name)
    if base.dimensions:
        return "A"
    if isinstance(catalog.type(base.name), CreateEnum):
        return "E"
    facts = builtins.type_facts(base.name.name, postgres)
    return facts.category if facts else None


def own_facts(catalog: Catalog, type_name: TypeName, postgres: int) -> builtins.TypeFacts | None:
    """What PostgreSQL, or an extension, says of the base type; None for arrays and for types of the schema's own."""
    base = base_of(catalog, type_name)
    return None if base.dimensions or catalog.is_type(base.name) else builtins.type_facts(base.name.name, postgres)


def are_all_known(catalog: Catalog) -> bool:
    """Whether a type that is not known cannot exist: nothing else may have brought it."""
    return catalog.complete and catalog.extensions.keys() <= builtins.known_extensions()


def is_missing(catalog: Catalog, type_name: TypeName, postgres: int, table: Table | None) -> bool:
    """Whether there is certainly no type of that name, for a column of ``table`` if that is there already.

    A history that has made all its tables has made its types, too; only an extension may have been installed beside it.
    """
    if is_known(catalog, type_name, postgres) or _comes_with_another(catalog, type_name.name, postgres):
        return False
    own = catalog.whole and table is not None and table.complete and not type_name.modifiers
    made_here = own and type_name.name.name not in _OF_OTHER_EXTENSIONS
    return are_all_known(replace(catalog, complete=True)) if made_here else are_all_known(catalog)


def _comes_with_another(catalog: Catalog, name: Name, postgres: int) -> bool:
    """Whether the type may be the array of another one, or belongs to the server's own schemas."""
    if (name.schema or name.name).startswith(("pg_", "information_schema")):
        return True
    element = TypeName(Name(name.name.removeprefix("_"), name.schema))
    return name.name.startswith("_") and is_known(catalog, element, postgres)


_OF_OTHER_EXTENSIONS: Final = frozenset(
    {"agtype", "geography", "geometry", "h3index", "halfvec", "hll", "ksuid", "raster", "roaringbitmap", "rrule",
     "semver", "sparsevec", "tdigest", "topogeometry", "uint1", "uint2", "uint4", "uint8", "ulid", "vector"}
)  # fmt: skip
"""Types of extensions that do not come with PostgreSQL, as far as they are used without a length."""


def plain(name: str) -> TypeName:
    """One of PostgreSQL's own types by its internal name, without modifiers."""
    return TypeName(Name(name))


def without_modifiers(type_name: TypeName) -> TypeName:
    """The type without its length, precision or scale."""
    return replace(type_name, modifiers=())
