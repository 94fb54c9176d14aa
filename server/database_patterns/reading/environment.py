"""What an env.py does around the revisions, as facts. Reading them off the file is another module's part."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from database_patterns.model import Span

_DRIVER: Final = re.compile(r"^postgres(?:ql)?(?:\+(\w+))?:")


@dataclass(frozen=True, slots=True)
class Option:
    """An option given to ``context.configure``; ``near`` is the known one that it looks like."""

    name: str
    span: Span
    near: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """A statement of env.py's own ("a statement" where it is not known); ``certain`` under no condition."""

    span: Span
    sql: str
    certain: bool


@dataclass(frozen=True, slots=True)
class Environment:
    """What is known of an env.py; None where reading it did not tell.

    ``already_in_transaction`` says that the connection has begun a transaction before ``configure`` gets it, at one of
    ``before_configure``: Alembic then begins and commits none. ``autocommit`` says that the connection has no
    transactions at all. ``naming_convention`` and ``metadata`` are those of ``target_metadata``, the latter the name of
    the module that it comes from, followed through the project's own modules (``metadata_of_library``: as a library
    makes it). ``url`` is the address that env.py itself
    gives. ``offline`` says that ``--sql`` is provided for. ``altered_by`` is code that changes what SQLAlchemy and
    Alembic make of a revision, ``arguments`` what ``upgrade()`` and ``downgrade()`` are called with, ``sent`` are
    statements of its own. ``why_unknown`` is the reason why options are not known.
    ``configured`` is where ``configure`` is called, ``committed_by`` what commits in env.py what is open before that: a
    ``call`` of ``commit()``, or the ``block`` of a ``begin()``.
    ``path`` and the spans name the file as reports do, ``text`` is what it holds.
    """

    path: str
    transaction_per_migration: bool | None = None
    transactional_ddl: bool | None = None
    already_in_transaction: bool | None = None
    before_configure: tuple[Span, ...] = ()
    autocommit: bool | None = None
    naming_convention: Mapping[str, object] | None = None
    metadata: str | None = None
    metadata_of_library: bool = False
    unknown_options: tuple[Option, ...] = ()
    asynchronous: bool = False
    offline: bool = False
    url: str | None = None
    altered_by: str | None = None
    arguments: Mapping[str, object] | None = None
    sent: tuple[Sent, ...] = ()
    why_unknown: str = ""
    configured: Span | None = field(default=None, compare=False)
    committed_by: Literal["block", "call", "nobody"] | None = field(default=None, compare=False)
    text: str = field(default="", repr=False, compare=False)


def driver_of(url: str | None) -> str | None:
    """The driver that a database's address names; "" for PostgreSQL's default one, None for what is not PostgreSQL."""
    match = _DRIVER.match(url or "")
    return (match[1] or "") if match else None
