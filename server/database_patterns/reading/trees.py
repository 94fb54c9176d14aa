"""PostgreSQL's parse trees as pglast makes them, without its checks of what the parser itself puts into them.

A node of pglast checks every value that an attribute is set to, for those who build trees by hand. On what comes from
PostgreSQL's grammar these checks find nothing, and take six times as long as parsing and making the nodes together.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pglast import ast, parser


def parse_sql(sql: str) -> tuple[Any, ...]:
    """The statements of ``sql``, each a ``RawStmt``.

    Raises:
        pglast.parser.ParseError: the grammar rejects it.
    """
    statements: tuple[Any, ...] = parser.parse_sql(sql)
    return statements


class _Unchecked:
    """In the place of ``pglast.ast`` where the parser makes nodes: the same classes, each filled without checks.

    Only a constant's ``Boolean`` needs them: the parser gives it a number.
    """

    def __getattr__(self, name: str) -> object:
        made = getattr(ast, name)
        if isinstance(made, type) and issubclass(made, ast.Node) and made is not ast.Boolean:
            made = _unchecked(made)
        setattr(self, name, made)
        return made


def _unchecked(kind: type[Any]) -> Callable[..., object]:
    """A function that makes a node of this ``kind`` from its values, by way of a class that sets them directly."""
    direct = type(kind.__name__, (kind,), {"__slots__": (), "__setattr__": object.__setattr__})

    def make(*values: object) -> object:
        node = direct(*values)
        node.__class__ = kind
        return node

    return make


parser.ast = _Unchecked()  # type: ignore[attr-defined]  # ty: ignore[missing-attribute]  what its types leave out
