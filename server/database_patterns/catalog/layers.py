"""A mapping of which every version is kept while the next one is written, at the cost of what has changed."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, Mapping, MutableMapping, ValuesView
from typing import Any, Final, TypeVar, overload

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")
OtherT = TypeVar("OtherT")

_GROWTH: Final = 8
"""How many times larger a layer is, at least, than the one on top of it."""
_GONE: Final[Any] = object()
"""Stands in a layer for what was deleted of those below it."""


def extended(mapping: Mapping[KeyT, ValueT], key: KeyT, value: ValueT) -> Layers[KeyT, ValueT]:
    """``mapping`` with one more entry, or with another value for it."""
    layers = mapping if isinstance(mapping, Layers) else Layers(mapping.items())
    return layers.including(key, value)


def differing(one: Mapping[KeyT, ValueT], other: Mapping[KeyT, ValueT]) -> set[KeyT]:
    """The keys that may have different values in the two; few of all, where one is the other with a few changes."""
    if not isinstance(one, Layers) or not isinstance(other, Layers):
        return {*one, *other}
    return one.not_shared(other) | other.not_shared(one)


class Layers(MutableMapping[KeyT, ValueT]):
    """A stack of dicts, of which only the top one is ever written to; ``copy`` puts an empty one on the same stack.

    A mapping that was copied must not be written to any more. Small layers are merged into larger ones while copying,
    so that n versions with one change each take some n log n entries, and looking a key up some log n steps. Iteration
    follows insertion, as a dict's does, but a key that was deleted and inserted again may stand at its old place.
    """

    __slots__ = ("_layers", "_top")

    def __init__(self, items: Iterable[tuple[KeyT, ValueT]] = (), *, on: tuple[dict[KeyT, ValueT], ...] = ()) -> None:
        """A mapping of ``items``, on top of layers of another one."""
        self._top: dict[KeyT, ValueT] = dict(items)
        self._layers = (self._top, *on)

    def copy(self) -> Layers[KeyT, ValueT]:
        """The same mapping, to be written to without a change of this one."""
        return Layers(on=self._settled() if self._top else self._layers[1:])

    def including(self, key: KeyT, value: ValueT) -> Layers[KeyT, ValueT]:
        """A copy with one more entry, or with another value for it."""
        new = self.copy()
        new[key] = value
        return new

    def without(self, keys: Iterable[KeyT]) -> Layers[KeyT, ValueT]:
        """A copy without these entries, as far as it has them."""
        new = self.copy()
        for key in keys:
            new.pop(key, None)
        return new

    def changed(self) -> tuple[KeyT, ...]:
        """The keys that were set or deleted since this was copied, in that order."""
        return tuple(self._top)

    def not_shared(self, other: Layers[KeyT, ValueT]) -> set[KeyT]:
        """The keys in those layers that ``other`` does not have."""
        shared = set(map(id, other._layers))
        return {key for layer in self._layers if id(layer) not in shared for key in layer}

    def _settled(self) -> tuple[dict[KeyT, ValueT], ...]:
        """The layers, the newest first, those merged that are not much larger than what is on top of them."""
        newest, *below = self._layers
        while below and len(below[0]) < _GROWTH * len(newest):
            newest = below.pop(0) | newest
        if not below:
            newest = {key: value for key, value in newest.items() if value is not _GONE}
        return (newest, *below)

    def _merged(self) -> dict[KeyT, ValueT]:
        merged: dict[KeyT, ValueT] = {}
        for layer in reversed(self._layers):
            merged |= layer
        return {key: value for key, value in merged.items() if value is not _GONE}

    def _find(self, key: Any) -> Any:  # noqa: ANN401 - any key, and a value or _GONE
        for layer in self._layers:
            if key in layer:
                return layer[key]
        return _GONE

    def __getitem__(self, key: KeyT) -> ValueT:
        found = self._find(key)
        if found is _GONE:
            raise KeyError(key)
        return found  # type: ignore[no-any-return]

    @overload
    def get(self, key: object, /) -> ValueT | None: ...
    @overload
    def get(self, key: object, /, default: ValueT) -> ValueT: ...
    @overload
    def get(self, key: object, /, default: OtherT) -> ValueT | OtherT: ...
    def get(self, key: object, /, default: Any = None) -> Any:
        """The value of ``key``, else ``default``."""
        found = self._find(key)
        return default if found is _GONE else found

    def __contains__(self, key: object) -> bool:
        return self._find(key) is not _GONE

    def __setitem__(self, key: KeyT, value: ValueT) -> None:
        self._top[key] = value

    def __delitem__(self, key: KeyT) -> None:
        if key not in self:
            raise KeyError(key)
        self._top[key] = _GONE

    def __iter__(self) -> Iterator[KeyT]:
        return iter(self._merged())

    def __len__(self) -> int:
        return len(self._merged())

    def items(self) -> ItemsView[KeyT, ValueT]:
        """All entries, as they are now."""
        return self._merged().items()

    def values(self) -> ValuesView[ValueT]:
        """All values, as they are now."""
        return self._merged().values()

    def __repr__(self) -> str:
        return f"Layers({self._merged()!r})"
