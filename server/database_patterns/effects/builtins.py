"""What PostgreSQL brings: functions, operators, casts, types and operator classes, of each major version.

The data was read from the servers' own catalogs (``tests/effects/generate_builtins.py``), with what the usual
extensions bring; it is loaded when first asked for. Types go by their internal names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container
from functools import cache
from importlib.resources import files
from typing import Final, Literal, NamedTuple

Volatility = Literal["immutable", "stable", "volatile"]

VOLATILITIES: Final[dict[str, Volatility]] = {"i": "immutable", "s": "stable", "v": "volatile"}


class Routine(NamedTuple):
    """A function or operator: the types that it takes (with ``optional`` of them left out) and returns."""

    arguments: tuple[str, ...]
    returns: str
    volatility: Volatility
    optional: int
    variadic: bool
    extension: str | None

    def takes(self, number: int) -> bool:
        """Whether it can be called with so many arguments."""
        least = len(self.arguments) - self.optional - self.variadic
        return number >= least if self.variadic else least <= number <= len(self.arguments)


class Cast(NamedTuple):
    """A cast: by function ("f"), through text ("i") or binary coercible ("b").

    ``context`` says when it happens by itself: implicitly ("i"), on assignment ("a"), or never ("e").
    """

    method: Literal["f", "i", "b"]
    context: Literal["i", "a", "e"]
    volatility: Volatility


class TypeFacts(NamedTuple):
    """A type's category letter, whether it is collatable, and how volatile its conversion from and to text is."""

    category: str
    collatable: bool
    text_conversion: Volatility
    extension: str | None


@cache
def _data() -> dict[str, dict[str, list[str]]]:
    text = files("database_patterns.effects").joinpath("data", "builtins.json").read_text(encoding="utf-8")
    data: dict[str, dict[str, list[str]]] = json.loads(text)
    return data


class _Fact(NamedTuple):
    text: str
    extension: str | None


@cache
def _facts(section: str, name: str, postgres: int) -> tuple[_Fact, ...]:
    """The facts of ``name`` that hold in this version, without their marks; PostgreSQL's own before an extension's."""
    return tuple(fact for text in _data()[section].get(name, ()) if (fact := _fact(text, postgres)))


def _fact(text: str, postgres: int) -> _Fact | None:
    head, mark, tail = text.rpartition("|")
    value, _, extension = tail.partition("#")
    value, _, versions = value.partition("@")
    first, _, last = versions.partition("-")
    holds = not versions or int(first) <= postgres <= int(last)
    return _Fact(f"{head}{mark}{value}", extension or None) if holds else None


@cache
def routines(section: Literal["functions", "operators"], name: str, postgres: int) -> tuple[Routine, ...]:
    """The functions, or the operators, of that name."""
    return tuple(_routine(fact) for fact in _facts(section, name, postgres))


def _routine(fact: _Fact) -> Routine:
    arguments, returns, volatility = fact.text.split("|")
    written = tuple(arguments.split(",")) if arguments else ()
    return Routine(
        tuple(each.rstrip("?*") for each in written),
        returns,
        VOLATILITIES[volatility],
        optional=sum(each.endswith("?") for each in written),
        variadic=arguments.endswith("*"),
        extension=fact.extension,
    )


@cache
def casts(source: str, postgres: int) -> dict[str, Cast]:
    """The casts from a type, by the type that they lead to."""
    found = (fact.text.split("|") for fact in _facts("casts", source, postgres))
    return {
        target: Cast(method, context, VOLATILITIES[volatility])  # type: ignore[arg-type]  # ty: ignore[invalid-argument-type]
        for target, method, context, volatility in found
    }


@cache
def type_facts(name: str, postgres: int) -> TypeFacts | None:
    """What is known of a type; None when PostgreSQL does not bring it."""
    facts = _facts("types", name, postgres)
    if not facts:
        return None
    category, collatable, text_conversion = facts[0].text.split("|")
    return TypeFacts(category, bool(collatable), VOLATILITIES[text_conversion], facts[0].extension)


@cache
def default_operator_classes(method: str, name: str, postgres: int) -> dict[str, str | None]:
    """The operator classes that indexes of this method use for a type when none is named, each with its extension."""
    return {fact.text: fact.extension for fact in _facts("operator_classes", f"{method} {name}", postgres)}


@cache
def operator_class_input(method: str, name: str, postgres: int) -> str | None:
    """The type that an operator class is for; None when the class is not known."""
    facts = _facts("operator_class_inputs", f"{method} {name}", postgres)
    return facts[0].text if facts else None


def brings_routine(name: str, extensions: Container[str], postgres: int) -> bool:
    """Whether PostgreSQL, or one of these extensions, may have brought a function or procedure of that name."""
    found = routines("functions", name, postgres)
    present = any(each.extension is None or each.extension in extensions for each in found)
    return present or _LEFT_OUT.search(name) is not None


_LEFT_OUT: Final = re.compile(r"^RI_FKey_|_trigger(_column)?$|_recheck$|(in|out|recv|send|handler)$")
"""Names of functions for triggers, for the input and output of types, and of handlers, which the data leaves out."""


@cache
def operator_class_extension(method: str, name: str, postgres: int) -> str | None:
    """The extension that has brought an operator class, None for PostgreSQL's own and those that are not known."""
    facts = _facts("operator_class_inputs", f"{method} {name}", postgres)
    return facts[0].extension if facts else None


@cache
def known_extensions() -> frozenset[str]:
    """The extensions whose types and functions are known."""
    marked = (fact for section in _data().values() for facts in section.values() for fact in facts if "#" in fact)
    return frozenset(fact.rpartition("#")[2] for fact in marked)
