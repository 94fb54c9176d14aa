"""``rules search`` and ``rules show``: the documents."""

from __future__ import annotations

import difflib

from database_patterns import documents
from database_patterns.documents import Rule
from database_patterns.errors import UserError


def search(query: str) -> tuple[Rule, ...]:
    """The rules that speak to a question or a piece of code, best first; all rules for an empty one."""
    return documents.search(query) if query.strip() else tuple(documents.rules().values())


def show(name: str, *, search_with: str = "database-patterns rules search") -> Rule:
    """One rule by its name; raises UserError naming the nearest ones, or what to search with, when there is none."""
    rules = documents.rules()
    if name not in rules:
        nearest = difflib.get_close_matches(name, rules, n=3, cutoff=0.4)
        remedy = f"did you mean {' or '.join(nearest)}?" if nearest else f"search for it: {search_with}"
        raise UserError("there is no such rule", where=name, remedy=remedy)
    return rules[name]
