"""Context managers of the standard library and of SQLAlchemy's sessions of which it is known what they do."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from .objects import PlainClass
from .values import Answers, Maker, Symbolic, Unknown


@dataclass(frozen=True, slots=True, eq=False)
class Manager(Symbolic):
    """What ``with`` enters: ``as`` names its ``value``, which it ``closes`` at the end.

    It ``swallows`` when exceptions that are raised in the block may end there.
    """

    value: object = None
    closes: bool = False
    swallows: bool = False


def _closing(args: list[object], kwargs: dict[str, object]) -> object:
    return Manager(_only(args, kwargs), closes=True)


def _null(args: list[object], kwargs: dict[str, object]) -> object:
    return Manager(_only(args, kwargs) if args or kwargs else None)


def _suppress(_args: list[object], _kwargs: dict[str, object]) -> object:
    return Manager(swallows=True)


def _only(args: list[object], kwargs: dict[str, object]) -> object:
    given = [*args, *kwargs.values()]
    return given[0] if len(given) == 1 else Unknown("what a context manager is given")


_ABSTRACT: Final = MappingProxyType[str, object]({"__enter__": Answers(None), "__exit__": Answers(None)})
"""Its own ``__enter__`` returns the object itself."""
GIVEN: Final[dict[str, object]] = {
    "contextlib.AbstractContextManager": PlainClass("AbstractContextManager", (), _ABSTRACT, None),
    "contextlib.ContextDecorator": PlainClass("ContextDecorator", (), MappingProxyType({}), None),
    "contextlib.closing": Maker(_closing),
    "contextlib.nullcontext": Maker(_null),
    "contextlib.suppress": Maker(_suppress),
}
"""What ``contextlib`` has, by dotted name."""
