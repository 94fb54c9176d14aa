"""``rules search`` and ``rules show``: rules and guides."""

from __future__ import annotations

import difflib

from database_patterns import documents
from database_patterns.documents import Document
from database_patterns.errors import UserError

from . import searching


def search(query: str) -> tuple[Document, ...]:
    """The rules and guides that speak to a question or a piece of code, best first; all of them for an empty one."""
    return searching.search(query) if query.strip() else everything()


def show(name: str, *, search_with: str = "database-patterns rules search") -> Document:
    """One rule or guide by its name.

    Raises:
        UserError: there is none; the nearest names are said, or what to search with.
    """
    found = documents.everything()
    if name not in found:
        nearest = difflib.get_close_matches(name, found, n=3, cutoff=0.4)
        remedy = f"did you mean {' or '.join(nearest)}?" if nearest else f"search for it: {search_with}"
        raise UserError("there is no such rule or guide", where=name, remedy=remedy)
    return found[name]


def everything() -> tuple[Document, ...]:
    """All rules, then all guides."""
    return tuple(documents.everything().values())
