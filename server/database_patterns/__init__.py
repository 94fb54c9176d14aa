"""database-patterns: proven knowledge of database migrations, PostgreSQL and Alembic first.

``lint`` and ``explain`` take what ``from_paths`` or ``from_text`` give, and return reports; ``render`` turns those into
text. ``Options`` say what exists before: ``schema=from_metadata(Base.metadata)``, or ``database=live_database()``. Each
name is imported when it is first used, so that a part of the package costs no more than itself.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .api.explain import explain
    from .api.history import Options
    from .api.lint import lint
    from .api.live import database as live_database
    from .api.rules import search as search_rules
    from .api.rules import show as read_rule
    from .api.sources import Given, from_metadata, from_paths, from_text
    from .documents import Rule
    from .errors import UserError
    from .model import Effect, Finding, Span
    from .reporting import render
    from .reports import ExplainReport, LintReport

__all__ = [
    "Effect",
    "ExplainReport",
    "Finding",
    "Given",
    "LintReport",
    "Options",
    "Rule",
    "Span",
    "UserError",
    "explain",
    "from_metadata",
    "from_paths",
    "from_text",
    "lint",
    "live_database",
    "read_rule",
    "render",
    "search_rules",
]

_HOMES: Final = {
    "ExplainReport": "reports",
    "Given": "api.sources",
    "LintReport": "reports",
    "Options": "api.history",
    "Rule": "documents",
    "UserError": "errors",
    "explain": "api.explain",
    "from_metadata": "api.sources",
    "from_paths": "api.sources",
    "from_text": "api.sources",
    "lint": "api.lint",
    "live_database": "api.live:database",
    "read_rule": "api.rules:show",
    "render": "reporting",
    "search_rules": "api.rules:search",
}
"""The module of each public name, and its name there where that differs; what is missing here is of ``model``."""


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = _HOMES.get(name, "model").partition(":")
    return getattr(import_module(f"{__name__}.{module}"), attribute or name)
