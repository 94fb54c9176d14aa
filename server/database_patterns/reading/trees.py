"""PostgreSQL's parse trees as pglast makes them, without its checks of what the parser itself puts into them.

A node of pglast checks every value that an attribute is set to, for those who build trees by hand. On what comes from
PostgreSQL's grammar these checks find nothing, and take three quarters of the time that parsing takes with them.
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
    """A function that makes a node of this ``kind`` from the values of its attributes, which it sets directly."""
    setters = [getattr(kind, name).__set__ for name in kind.__slots__]

    def make(*values: object) -> object:
        node = object.__new__(kind)
        for put, value in zip(setters, values, strict=True):
            put(node, value)
        return node

    return make


parser.ast = _Unchecked()  # type: ignore[attr-defined]  # ty: ignore[missing-attribute]  what its types leave out
