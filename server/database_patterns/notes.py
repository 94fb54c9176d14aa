"""Facts about a migration's Python that no SQL shows, each at its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .places import Span

Direction = Literal["upgrade", "downgrade"]


@dataclass(frozen=True, slots=True)
class Note:
    """A fact about a migration's Python that no SQL shows; ``direction`` is None for the file as a whole."""

    span: Span
    direction: Direction | None


@dataclass(frozen=True, slots=True)
class CommitOnBind(Note):
    """``commit()`` or ``rollback()`` on the connection that Alembic migrates with; ``call`` as written."""

    call: str


@dataclass(frozen=True, slots=True)
class AutocommitBlock(Note):
    """An ``autocommit_block()``: it commits what the direction did before, and each statement in it by itself."""


@dataclass(frozen=True, slots=True)
class Alters(Note):
    """SQLAlchemy or Alembic are changed for whatever runs in the same process; ``code`` as written.

    Alembic imports all revisions of a history before it runs one, so that what one of them changes on import
    (``direction`` None) holds for all.
    """

    code: str


@dataclass(frozen=True, slots=True)
class DoesNothing(Note):
    """The direction sends nothing: its function only passes, or is not ``defined`` at all."""

    defined: bool


@dataclass(frozen=True, slots=True)
class ImportsModels(Note):
    """The file imports mapped classes of the application, or what such classes are made with, from ``module``."""

    names: tuple[str, ...]
    module: str


@dataclass(frozen=True, slots=True)
class NeverRuns(Note):
    """A part of the file with calls that would send SQL, of which it is known that they do not run on PostgreSQL.

    ``condition`` is what does not hold: the answer is complete without them. ``direction`` is None for a definition
    that neither direction uses.
    """

    condition: str


@dataclass(frozen=True, slots=True)
class Raises(Note):
    """The direction refuses to run: it raises on purpose; ``code`` as written."""

    code: str


@dataclass(frozen=True, slots=True)
class Fails(Note):
    """The direction breaks at this call whatever the database holds; ``error`` is what Alembic or SQLAlchemy says.

    What stands after it is read as guarded: it would run if the call did not fail.
    """

    error: str


@dataclass(frozen=True, slots=True)
class UnboundParameter(Fails):
    """SQLAlchemy refuses a text for ``:name`` in it, which it takes for a parameter and which gets no value."""

    names: tuple[str, ...]
