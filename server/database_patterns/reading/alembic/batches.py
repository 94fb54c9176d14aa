"""The operations of a ``batch_alter_table()``, which Alembic runs at its end, each at its own place."""

from __future__ import annotations

import ast
from functools import partial

from .calls import Calls
from .origins import Place
from .source import Source

_Item = tuple[str, tuple[object, ...], dict[str, object]]
"""The method of Alembic's implementation, and its arguments."""


class Collected:
    """The operations of a batch until its end, in the place of Alembic's list, each with where it was called."""

    def __init__(self, interpreter: Calls) -> None:
        self._interpreter = interpreter
        self._items: list[tuple[_Item, ast.expr, list[str], list[Place], Source]] = []

    def append(self, item: _Item) -> None:
        """Alembic adds an operation."""
        journal = self._interpreter.journal
        self._items.append((item, self._interpreter.sending, list(journal.guards), list(journal.outer), journal.source))

    def run(self, *, recreate: bool) -> None:
        """Send them in order; with ``recreate`` Alembic copies the table, whose definition only the database has."""
        interpreter, journal = self._interpreter, self._interpreter.journal
        here = journal.guards, journal.outer, journal.source
        impl = interpreter.recording.operations.impl
        for (name, args, kwargs), node, journal.guards, journal.outer, journal.source in self._items:
            if recreate:
                journal.opaque(node, "recreate='always' copies the table as the database has it")
            else:
                interpreter.send(node, partial(getattr(impl, name), *args, **kwargs))
        journal.guards, journal.outer, journal.source = here
