"""SQLAlchemy's MetaData to the SQL that makes its tables on PostgreSQL."""

from __future__ import annotations

from sqlalchemy import MetaData
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateSchema

from database_patterns.errors import UserError

from .alembic.recording import Recording


def create_all(metadata: object) -> str:
    """The SQL that ``metadata.create_all()`` would send to an empty database, schemas included; nothing is sent.

    Raises:
        UserError: it is no MetaData, or has what PostgreSQL, or SQLAlchemy for it, does not know.
    """
    if not isinstance(metadata, MetaData):
        raise UserError(f"{type(metadata).__name__} is no MetaData of SQLAlchemy", remedy="give Base.metadata")
    recording = Recording()
    for schema in sorted({table.schema for table in metadata.tables.values() if table.schema}):
        recording.execute(CreateSchema(schema, if_not_exists=True))
    try:
        metadata.create_all(recording.connection, checkfirst=False)
    except SQLAlchemyError as error:
        raise UserError(f"cannot be made on PostgreSQL: {' '.join(str(error).split())}", where="the metadata") from None
    return "".join(f"{each.sql.strip()};\n" for each in recording.take())
