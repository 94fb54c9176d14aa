"""Flask-SQLAlchemy's ``db``: SQLAlchemy's own names, a base for models, and a session on another connection."""

from __future__ import annotations

import ast
from typing import Final

import sqlalchemy

from .models import Declarative
from .values import Maker, Owner, Symbol, Unknown


class FlaskDatabase(Owner):
    """The object that a Flask application calls ``db``; SQLAlchemy's names are found by whoever asks."""

    __slots__ = ()

    def named(self, name: str) -> object:
        return _OWN.get(name, Unknown(f"db.{name}, which is not read"))


_OWN: Final[dict[str, object]] = {
    "Model": Declarative(),
    "engine": Symbol("engine"),
    "session": Symbol("application session"),
}
CLASS: Final = Maker(lambda _args, _kwargs: FlaskDatabase())
GIVEN: Final[dict[str, object]] = {"flask_sqlalchemy.SQLAlchemy": CLASS}
"""What makes one, by dotted name."""


def leaves_names(node: ast.ClassDef) -> bool:
    """Whether a class below ``SQLAlchemy`` gives its objects nothing that hides a name of SQLAlchemy's or of theirs."""
    plain = not node.decorator_list and not node.keywords
    names = {part.name for part in node.body if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    return plain and not any(name in _OWN or hasattr(sqlalchemy, name) or name.startswith("__get") for name in names)
