"""A database as ``pg_dump --schema-only`` writes it, and two catalogs held against each other."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

import pytest
from tests.catalog.facts import NOT_NULL_HAS_A_NAME_SINCE

from database_patterns.catalog import Catalog, Relation, Table
from database_patterns.catalog.draft import Draft
from database_patterns.lab import binaries
from database_patterns.lab.server import Database
from database_patterns.reading import read_text


def dump(database: Database) -> str:
    """The dump; the test is skipped where no pg_dump of this version or a later one is beside the server programs."""
    folders = [each.folder for each in binaries.find_all() if each.major >= database.postgres]
    program = next((folder / "pg_dump" for folder in folders if (folder / "pg_dump").exists()), None)
    if program is None:
        pytest.skip(f"there is no pg_dump of PostgreSQL {database.postgres} or later")
    done = subprocess.run([program, "--schema-only", "--dbname", database.admin], capture_output=True, check=True)
    return done.stdout.decode()


def followed(sql: str) -> Catalog:
    """The schema that ``sql`` makes of an empty database, some time later."""
    catalog = Catalog.empty()
    for statement in read_text(sql).upgrade:
        assert statement.error is None, statement.sql
        catalog = catalog.advance(statement)
    return catalog.in_use()


def as_named(catalog: Catalog, postgres: int) -> Catalog:
    """What has a name on the server: before 18 a NOT NULL has none, and those of a catalog are its own."""
    if postgres >= NOT_NULL_HAS_A_NAME_SINCE:
        return catalog
    draft = Draft(catalog)
    for table in [each for each in catalog.relations.values() if isinstance(each, Table)]:
        named = {key: each for key, each in table.constraints.items() if each.kind != "not null"}
        draft.put(replace(table, constraints=named))
    return draft.catalog


def differences(left: Catalog, right: Catalog) -> list[str]:
    """What the two do not have alike: each relation by itself, then the other parts; row counts are left out."""
    return [*_of_relations(left, right), *_of_others(left, right)]


def _of_relations(left: Catalog, right: Catalog) -> Iterator[str]:
    for name in sorted({*left.relations, *right.relations}):
        one, other = left.relations.get(name), right.relations.get(name)
        if one is None or other is None:
            yield f"{name} is only {'left' if other is None else 'right'}"
            continue
        one, other = _uncounted(one), _uncounted(other)
        yield from (
            f"{name}: {each.name}" for each in fields(one) if getattr(one, each.name) != getattr(other, each.name, None)
        )


def _uncounted(relation: Relation) -> Relation:
    return replace(relation, oid=None, estimate=None) if isinstance(relation, Table) else replace(relation, oid=None)


def _of_others(left: Catalog, right: Catalog) -> Iterator[str]:
    for part in ("types", "objects", "index_tables", "constraint_names", "dependents"):
        yield from _of_keys(part, getattr(left, part), getattr(right, part))
    overloaded = ({name: frozenset(each) for name, each in one.functions.items()} for one in (left, right))
    yield from _of_keys("functions", *overloaded)
    for part in ("complete", "schemas", "extensions", "search_path"):
        if getattr(left, part) != getattr(right, part):
            yield part


def _of_keys(part: str, left: Mapping[Any, object], right: Mapping[Any, object]) -> Iterator[str]:
    return (
        f"{part}: {key}"
        for key in sorted({*left, *right}, key=str)
        if (left.get(key) or None) != (right.get(key) or None)
    )
