"""What an env.py does around the revisions, read without running it.

The interpreter of revisions runs over env.py twice, as ``alembic upgrade`` and as ``alembic upgrade --sql`` would, and
what reaches ``context.configure`` is taken down.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Literal

from alembic.runtime.environment import EnvironmentContext
from sqlalchemy.schema import MetaData

from database_patterns.errors import UserError

from .alembic.source import Source
from .alembic.values import Unknown
from .conventions import is_whole
from .env_run import Configured, Event, Run, Synchronous
from .environment import Environment, Option
from .files import name_of, read_source
from .metadata_origin import is_made_by_library, origin_of_metadata

MAX_BYTES: Final = 250_000
"""The largest env.py known to us has 20,000."""

_OPTIONS: Final = frozenset(inspect.signature(EnvironmentContext.configure).parameters) - {"self", "kw"} | {
    "mssql_batch_separator",
    "oracle_batch_separator",
    "version_table",
    "version_table_pk",
    "version_table_schema",
}
"""What ``context.configure`` knows, in its signature or beyond it; anything else it takes and forgets."""


def read_environment(
    path: Path, options: Mapping[str, str], roots: tuple[Path, ...], *, within: Path | None = None
) -> Environment:
    """Read the env.py ``path``; ``options`` are its section of alembic.ini, ``roots`` where its imports are looked for.

    The facts name the file as seen from ``within``.
    An env.py that cannot be read gives an Environment of which nothing is known, with the reason.
    """
    try:
        source = Source(read_source(path, max_bytes=MAX_BYTES), str(path))
    except UserError as error:
        return Environment(name_of(path, within), why_unknown=error.what)
    asynchronous = any(isinstance(node, ast.AsyncFunctionDef) for node in ast.walk(source.tree))
    Synchronous().generic_visit(source.tree)
    online, offline = (Run(source, options, roots, offline=offline) for offline in (False, True))
    online.read()
    offline.read()
    found = _environment(source, roots, online, offline, asynchronous=asynchronous or online.asynchronous)
    return _named(found, name_of(path, within))


def _named(found: Environment, name: str) -> Environment:
    """The same under the name that reports give the file."""
    return replace(
        found,
        path=name,
        before_configure=tuple(replace(span, path=name) for span in found.before_configure),
        unknown_options=tuple(replace(each, span=replace(each.span, path=name)) for each in found.unknown_options),
        configured=found.configured and replace(found.configured, path=name),
    )


def _environment(
    source: Source, roots: tuple[Path, ...], online: Run, offline: Run, *, asynchronous: bool
) -> Environment:
    calls = online.configured
    options = {
        (name, span): Option(name, span, next(iter(get_close_matches(name, _OPTIONS, 1)), None))
        for call in (*calls, *offline.configured)
        for name, span in call.spans.items()
        if name not in _OPTIONS
    }
    committed = {_committed_by(call, online.events[call.events_before :]) for call in calls}
    return Environment(
        path=source.path,
        transaction_per_migration=_flag(calls, "transaction_per_migration", default=False),
        transactional_ddl=_flag(calls, "transactional_ddl", default=True),
        already_in_transaction=_truth(_same([call.in_transaction for call in calls])),
        before_configure=tuple(dict.fromkeys(span for call in calls for span in call.begun)),
        autocommit=_truth(_same([call.autocommit for call in calls])),
        naming_convention=_convention(_same([_option(call, "target_metadata", None) for call in calls])),
        metadata=origin_of_metadata(source.tree, roots),
        metadata_of_library=is_made_by_library(source.tree, roots),
        unknown_options=tuple(options.values()),
        asynchronous=asynchronous,
        offline=bool(offline.configured),
        url=online.url,
        altered_by=online.altered_by,
        arguments=_arguments(online.arguments),
        sent=tuple(dict.fromkeys(online.sent)),
        why_unknown=online.failure or ("" if calls else "no call of context.configure was found"),
        configured=calls[0].span if calls else None,
        committed_by=next(iter(committed)) if len(committed) == 1 else None,
        text=source.text,
    )


def _committed_by(call: Configured, later: Sequence[Event]) -> Literal["block", "call", "nobody"]:
    """What commits that which the connection has begun before ``call``: what a ``begin()`` opens has a block."""
    if not call.begun_by_statement:
        return "block"
    return "call" if any(event.call == "commit" for event in later) else "nobody"


def _arguments(given: Sequence[Mapping[str, object]]) -> Mapping[str, object] | None:
    """What all calls of ``run_migrations`` hand in; None where what they hand in is not known by its names."""
    if not given or any("**" in each for each in given):
        return None
    return {name: _same([each.get(name, Unknown(name)) for each in given]) for each in given for name in each}


def _option(call: Configured, name: str, default: object) -> object:
    """The option as given; where it may be among options that are not known, it is not known."""
    return call.options.get(name, Unknown(name) if "**" in call.options else default)


def _flag(calls: Sequence[Configured], name: str, *, default: bool) -> bool | None:
    return _truth(_same([_option(call, name, default) for call in calls]))


def _truth(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _same(values: Sequence[object]) -> object:
    """The value that all have; unknown where they differ, or there is none."""
    same = values and all(each is values[0] for each in values)
    return values[0] if same else Unknown("it differs")


def _convention(metadata: object) -> Mapping[str, object] | None:
    """The naming convention of the metadata, empty when it has none of its own.

    It is whole: SQLAlchemy refuses metadata whose convention lacks a key of the default one that it comes to need. A
    sequence of metadata has none for Alembic's operations, which ask ``target_metadata`` itself for it
    (``SchemaObjects.metadata``).
    """
    if metadata is None or isinstance(metadata, list | tuple):
        return {}
    if not isinstance(metadata, MetaData):
        return None
    convention: dict[Any, object] = dict(metadata.naming_convention)
    if convention == dict(MetaData().naming_convention):
        return {}
    return convention if is_whole(convention) else None
