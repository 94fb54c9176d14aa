"""The names that PostgreSQL chooses where a migration gives none: indexes, constraints, sequences.

Source: ``makeObjectName``, ``ChooseRelationName``, ``ChooseIndexName`` and ``ChooseConstraintName`` of PostgreSQL's
source; the rules are the same in 14 to 18 (the constraint behind NOT NULL has a name of its own since 18).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

MAX_BYTES: Final = 63
"""NAMEDATALEN - 1."""


def join(table: str, columns: str | None, label: str) -> str:
    """``table_columns_label``, the longer of the two parts being shortened until all fits."""
    first, second = table.encode(), (columns or "").encode()
    available = MAX_BYTES - len(label.encode()) - 1 - (1 if columns is not None else 0)
    while len(first) + len(second) > available:
        first, second = (first[:-1], second) if len(first) > len(second) else (first, second[:-1])
    parts = [_whole(first), *([_whole(second)] if columns is not None else []), label]
    return "_".join(parts)


def _whole(data: bytes) -> str:
    return data.decode(errors="ignore")


def truncate(name: str) -> str:
    """What is left of an identifier that is too long."""
    return _whole(name.encode()[:MAX_BYTES])


def choose(
    table: str,
    columns: str | None,
    label: str,
    taken: Callable[[str], bool],
    first: Callable[[str], int] = lambda _stem: 1,
) -> str:
    """The first free one of ``table_columns_label``, ``…label1``, ``…label2`` and so on.

    ``first`` says of ``…label`` which number need be tried first, because those below are known to be taken.
    """
    return next(name for name in _candidates(table, columns, label, first) if not taken(name))


def _candidates(table: str, columns: str | None, label: str, first: Callable[[str], int]) -> Iterator[str]:
    yield join(table, columns, label)
    for digits in itertools.count(1):
        stem = join(table, columns, label + "0" * digits)[:-digits]
        lowest = max(10 ** (digits - 1), first(stem))
        yield from (f"{stem}{number}" for number in range(lowest, 10**digits))


def numbered(name: str) -> tuple[str, int]:
    """A name without the number that it ends with, and this number (0: it has none)."""
    stem = name.rstrip("0123456789")
    return stem, int(name[len(stem) :] or 0)


def addition(columns: Iterable[str]) -> str:
    """Several columns as one part of a name."""
    joined = ""
    for column in columns:
        joined += ("_" if joined else "") + column
        if len(joined.encode()) > MAX_BYTES:
            break
    return joined


def index_columns(names: Sequence[str | None]) -> tuple[str, ...]:
    """The columns' names as they enter an index's name: "expr" for a nameless expression, numbered when repeated."""
    chosen: list[str] = []
    for name in names:
        base = name or "expr"
        candidate, number = base, 0
        while candidate in chosen:
            number += 1
            suffix = str(number)
            candidate = _whole(base.encode()[: MAX_BYTES - len(suffix)]) + suffix
        chosen.append(candidate)
    return tuple(chosen)
