"""What ``keys()``, ``values()`` and ``items()`` give: what is in a dictionary whenever one looks, as in Python."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, KeysView, MappingView, ValuesView
from typing import Any


class View(MappingView, Iterable[Any]):
    """A view that knows the dictionary that it looks at, and is written as Python writes it."""

    def __init__(self, owner: dict[Any, Any]) -> None:
        super().__init__(owner)
        self.owner = owner

    def __reversed__(self) -> Iterator[Any]:
        return iter(list(self)[::-1])

    def __repr__(self) -> str:
        return f"dict_{type(self).__name__.lower()}({list(self)!r})"


class Keys(View, KeysView[Any]):
    """The keys."""


class Values(View, ValuesView[Any]):
    """The values."""


class Items(View, ItemsView[Any, Any]):
    """Pairs of a key and its value."""


_VIEWS: dict[str, type[View]] = {"keys": Keys, "values": Values, "items": Items}


VIEWS = frozenset(_VIEWS.values())
"""The types of views: asked for everywhere, which is slow for abstract ones like these."""


def view(owner: dict[Any, Any], name: str) -> View:
    """``owner.keys()``, ``owner.values()`` or ``owner.items()``."""
    return _VIEWS[name](owner)


def looked_at(value: object) -> object:
    """The dictionary behind a view; ``value`` itself when it is none."""
    return value.owner if isinstance(value, View) else value
