"""Types of the schema's own: renamed, moved, enums with new values, and domains whose values are checked anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from database_patterns import actions
from database_patterns.actions import CreateDomain, CreateEnum, Expression, Name
from database_patterns.catalog import Kind, Table
from database_patterns.catalog.dependents import columns_of_type, domains_over
from database_patterns.catalog.other_statements import domain_constraints
from database_patterns.locks import LockMode
from database_patterns.reading.definitions import dotted, expression

from . import builtins, references, relations, sources, values
from .work import Refused, Work

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any

_S = LockMode.ShareLock
_STORED: Final[frozenset[Kind]] = frozenset({"table", "materialized view"})


def require_type(work: Work, name: Name, *, domain: bool = False) -> None:
    """Raise Refused where there is certainly no type of that name, or where it is not the domain that it should be."""
    relations.require_schema(work, name)
    known = work.catalog.type(name)
    relation = work.catalog.relation(name)
    row_type = isinstance(relation, Table) and relation.kind != "type"
    if not work.catalog.is_type(name) and not row_type:
        ours = name.schema is None and builtins.type_facts(name.name, work.postgres) is not None
        if work.catalog.complete and not ours and name.schema != "pg_catalog":
            raise Refused("42704", f'type "{name}" does not exist')
    elif domain and not isinstance(known, CreateDomain):
        raise Refused("42809", f"{name} is not a domain")


def _require_own(work: Work, name: Name, *, domain: bool) -> None:
    require_type(work, name, domain=domain)
    relation = work.catalog.relation(name)
    if isinstance(relation, Table) and relation.kind != "type" and not work.catalog.is_type(name):
        raise Refused("42809", f"{name} is a table's row type")


def require_dropped(work: Work, name: Name, action: actions.Drop) -> None:
    """Raise Refused where DROP TYPE or DROP DOMAIN names what is none, or a table's row type."""
    relation = work.catalog.relation(name)
    if isinstance(relation, Table) and relation.kind != "type" and not work.catalog.is_type(name):
        raise Refused("2BP01", f"cannot drop type {name} because {relation.kind} {relation.name} requires it")
    if not action.if_exists:
        require_type(work, name, domain=action.kind == "domain")


def rename(work: Work, action: actions.Rename) -> None:
    """Enter ALTER TYPE and ALTER DOMAIN … RENAME TO."""
    _require_own(work, action.of, domain=action.kind == "domain")
    place = work.catalog.resolve_type(action.of)
    relations.require_free_type(work, Name(action.new_name, place.schema))


def set_schema(work: Work, action: actions.SetSchema) -> None:
    """Enter ALTER TYPE and ALTER DOMAIN … SET SCHEMA."""
    _require_own(work, action.of, domain=action.kind == "domain")
    relations.require_schema(work, Name(action.of.name, action.schema))
    if work.catalog.resolve_type(action.of).schema != action.schema:
        relations.require_free_type(work, Name(action.of.name, action.schema))


def _enum(work: Work, name: Name) -> CreateEnum | None:
    require_type(work, name)
    known = work.catalog.type(name)
    if work.catalog.is_type(name) and not isinstance(known, CreateEnum):
        raise Refused("42809", f"{name} is not an enum")
    return known if isinstance(known, CreateEnum) else None


def rename_value(work: Work, action: actions.Rename) -> None:
    """Enter ALTER TYPE … RENAME VALUE."""
    known = _enum(work, action.of)
    if known is not None and action.name not in known.values:
        raise Refused("22023", f'"{action.name}" is not an existing enum label')
    if known is not None and action.new_name in known.values:
        raise Refused("42710", f'enum label "{action.new_name}" already exists')


def add_enum_value(work: Work, action: actions.AddEnumValue) -> None:
    """Enter ALTER TYPE … ADD VALUE, which touches no table."""
    known = _enum(work, action.name)
    beside: str | None = getattr(work.statement.tree, "newValNeighbor", None)
    if known is None:
        return
    if action.value in known.values:
        if not action.if_not_exists:
            raise Refused("42710", f'enum label "{action.value}" already exists')
    elif beside is not None and beside not in known.values:
        raise Refused("22023", f'"{beside}" is not an existing enum label')


def alter_domain(work: Work, tree: Node) -> None:
    """Enter ALTER DOMAIN: what its columns hold is looked at when a constraint is added, validated, or NOT NULL."""
    name = dotted(tree.typeName)
    require_type(work, name, domain=True)
    domain = work.catalog.domain(name)
    if domain is not None:
        _require_constraint(work, domain, tree)
    if domain is not None and tree.subtype == "T":
        require_default(work, domain, expression(tree.def_))
    adds = tree.subtype == "C" and not tree.def_.skip_validation
    if not adds and tree.subtype not in {"O", "V"}:
        return
    if not work.catalog.complete:
        work.doubt(f"which columns are of the domain {name} is not known")
    named = frozenset(_with_domains_over(work, work.catalog.resolve_type(name)))
    for table, column in columns_of_type(work.catalog, named, _STORED):
        work.lock(table, _S, f"Its column {column} is of the domain.", sources.ALTER_DOMAIN)
        work.scan(table, f"Every value of {column} is checked against the domain.", sources.ALTER_DOMAIN)
        work.may_fail(
            "23502" if tree.subtype == "O" else "23514", f"a value of {table.name}.{column} violates the domain"
        )


def require_default(work: Work, domain: CreateDomain, default: Expression | None) -> None:
    """Raise Refused where a default is no value of a domain's type."""
    if default is not None:
        references.require_names(work, default.tree)
        values.require_fit(work, default, domain.base, domain.name.name)


def require_constraint(work: Work, name: Name, constraint: str) -> None:
    """Raise Refused where a domain certainly has no constraint of that name."""
    require_type(work, name, domain=True)
    domain = work.catalog.domain(name)
    if domain is not None and constraint not in domain_constraints(domain):
        raise Refused("42704", f'constraint "{constraint}" for domain {name} does not exist')


def _with_domains_over(work: Work, name: Name) -> Iterator[Name]:
    """A domain, and all whose values are of it."""
    yield name
    for each in domains_over(work.catalog, name):
        yield from _with_domains_over(work, each)


def _require_constraint(work: Work, domain: CreateDomain, tree: Node) -> None:
    named = domain_constraints(domain)
    if tree.subtype == "C":
        references.require_names(work, tree.def_.raw_expr, Table(Name("value")))
        if tree.def_.conname in named:
            raise Refused("42710", f'constraint "{tree.def_.conname}" for domain "{domain.name}" already exists')
    if tree.subtype in {"X", "V"} and tree.name not in named and not tree.missing_ok:
        raise Refused("42704", f'constraint "{tree.name}" of domain "{domain.name}" does not exist')
