"""SQLAlchemy's models as what exists before, through the DDL that they would send."""

from __future__ import annotations

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    Enum,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.mysql import YEAR
from sqlalchemy.dialects.postgresql import TSRANGE, ExcludeConstraint
from tests.catalog.facts import live, replayed

from database_patterns import Options, explain, from_metadata, from_text
from database_patterns.catalog import Catalog
from database_patterns.databases import snapshot
from database_patterns.errors import UserError
from database_patterns.lab import driver
from database_patterns.lab.server import Database
from database_patterns.reading import read_text
from database_patterns.reading.metadata import create_all


def shop() -> MetaData:
    metadata = MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_name)s", "fk": "fk_%(table_name)s"})
    Table(
        "customer",
        metadata,
        Column("id", Integer, Identity(always=True), primary_key=True),
        Column("name", String(80), nullable=False, index=True),
        Column("state", Enum("new", "old", name="state"), server_default="new"),
        Column("shout", String, Computed("upper(name)")),
        Column("during", TSRANGE),
        CheckConstraint("name <> ''", name="named"),
        ExcludeConstraint(("during", "&&"), name="once"),
        schema="app",
    )
    orders = Table(
        "orders",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("customer", ForeignKey("app.customer.id", ondelete="CASCADE")),
        Column("parent", ForeignKey("orders.id", name="own_parent")),
        Column("note", String),
        UniqueConstraint("customer", "note", name="once_a_customer"),
    )
    Index("noted", func.lower(orders.c.note), postgresql_where=orders.c.note.is_not(None))
    return metadata


def test_the_schema_of_models_is_what_the_server_has_after_create_all(database: Database) -> None:
    sql = create_all(shop())
    catalog = Catalog.empty()
    with driver.connect(database.owner) as connection:
        for statement in read_text(sql).upgrade:
            assert driver.execute(connection, statement.sql) is None, statement.sql
            catalog = catalog.advance(statement)
        facts = live(connection)
    found = replayed(catalog, postgres=database.postgres)
    assert {what: found[what] for what in facts} == facts
    assert set(snapshot.take(database.owner).catalog.relations) == set(catalog.relations)


def test_models_tell_what_exists_before() -> None:
    options = Options(schema=from_metadata(shop()))
    report = explain(from_text("ALTER TABLE app.customer ALTER COLUMN id TYPE bigint"), options)
    effect = report.migrations[0].statements[0].prediction.effects[0]
    assert (effect.relation, effect.rewrite, effect.rebuilds) == (
        "app.customer", True, ("app.customer_pkey", "app.once", "app.ix_customer_name"),
    )  # fmt: skip


def test_what_is_no_metadata_is_refused() -> None:
    with pytest.raises(UserError, match="is no MetaData of SQLAlchemy"):
        from_metadata(MetaData)


def test_what_postgresql_does_not_have_is_refused() -> None:
    metadata = MetaData()
    Table("t", metadata, Column("y", YEAR))
    with pytest.raises(UserError, match=r"^the metadata: cannot be made on PostgreSQL: .*YEAR"):
        from_metadata(metadata)
