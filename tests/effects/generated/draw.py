"""Statements from a grammar whose words are drawn at random, and whose names are those of a database.

A template is text with ``{word}`` where something is drawn, and ``{word?}`` where it may be left out. A word is a rule
of the grammar (``forms.RULES``), or a method of ``Draw`` for what depends on the schema; ``{table}`` and its like
choose the relation that the words after it (``{column}``, ``{constraint}`` …) belong to, and those before it that say
so (``{later_column}``).
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from tests.effects.generated.names import Names, Relation

_WORD: Final = re.compile(r"\{(\w+)(\??)\}")
_LATER: Final = "later_"
_LEFT_OUT: Final = 0.65
_MISSING: Final = 0.03
"""How often something is named that does not exist."""


class Draw:
    """One source of chance over the names of one database."""

    def __init__(self, names: Names, rules: Mapping[str, Sequence[str]], chance: random.Random) -> None:
        self._names = names
        self._rules = rules
        self._chance = chance
        self._relation: Relation | None = None

    def statement(self, template: str) -> str:
        """The template with all words drawn, from left to right, then those that come later."""
        drawn = _WORD.sub(self._word, template)
        return " ".join(_WORD.sub(self._word, drawn).split())

    def _word(self, found: re.Match[str]) -> str:
        word, optional = found.groups()
        if optional and self._chance.random() < _LEFT_OUT:
            return ""
        if word.startswith(_LATER):
            return f"{{{word.removeprefix(_LATER)}}}"
        if word in self._rules:
            return _WORD.sub(self._word, self._chance.choice(self._rules[word]))
        return self._name(word)

    def _name(self, word: str) -> str:
        if word in _RELATIONS:
            return self._choose(_RELATIONS[word])
        if word in _PARTS:
            return self._part(word)
        if word in _OBJECTS:
            return self._of(self._names.objects.get(_OBJECTS[word], ()))
        drawn: str = getattr(self, word)()
        return drawn

    def _of(self, choices: Sequence[str]) -> str:
        if not choices or self._chance.random() < _MISSING:
            return "missing"
        return self._chance.choice(choices)

    def _choose(self, wanted: Callable[[Relation], bool]) -> str:
        """The name of a relation, which the words to come belong to."""
        if self._chance.random() < _MISSING:
            self._relation = self._chance.choice(self._names.relations)
            return self._relation.name if self._chance.random() < 0.7 else "missing"
        fitting = [each for each in self._names.relations if wanted(each)]
        self._relation = self._chance.choice(fitting) if fitting else None
        return self._relation.name if self._relation else "missing"

    def _part(self, word: str) -> str:
        parts = self._relation.parts if self._relation else {}
        return self._of([name for kind, names in parts.items() if kind in _PARTS[word] for name in names])

    def column(self) -> str:
        """A column of the relation named last."""
        return self._of(self._relation.columns if self._relation else ())

    def columns(self) -> str:
        """One to three of its columns."""
        columns = list(self._relation.columns if self._relation else ()) or ["missing"]
        return ", ".join(self._chance.sample(columns, min(len(columns), self._chance.choice((1, 1, 2, 2, 3)))))

    def parent_of_it(self) -> str:
        """What the relation named last inherits from, or is part of."""
        return (self._relation.parent if self._relation else None) or "missing"

    def partition_of_it(self) -> str:
        """A partition of the relation named last."""
        name = self._relation.name if self._relation else None
        return self._of([each.name for each in self._names.relations if each.parent == name and each.partition])

    def part_index(self) -> str:
        """An index of a partition of the relation named last."""
        name = self._relation.name if self._relation else None
        below = [each for each in self._names.relations if each.parent == name]
        schema = name.rpartition(".")[0] if name else ""
        prefix = f"{schema}." if schema else ""
        return self._of([prefix + index for each in below for key in ("index", "unique index")
                         for index in each.parts.get(key, ())])  # fmt: skip

    def other(self) -> str:
        """Another table, while the words to come still belong to the one named before."""
        return self._of([each.name for each in self._names.relations if each.kind in "rp"])

    def fresh(self) -> str:
        """A name that is not taken."""
        return f"n{self._chance.randint(1, 999)}"

    def taken(self) -> str:
        """The name of a relation that exists."""
        return self._chance.choice(self._names.relations).name

    def number(self) -> str:
        return str(self._chance.randint(0, 60))


def _has(*kinds: str) -> Callable[[Relation], bool]:
    return lambda each: any(each.parts.get(kind) for kind in kinds)


_CONSTRAINTS: Final = tuple(f"constraint {kind}" for kind in "cfnpux")
_RELATIONS: Final[dict[str, Callable[[Relation], bool]]] = {
    "table": lambda each: each.kind in "rp",
    "stored": lambda each: each.kind == "r",
    "root": lambda each: each.kind in "rp" and not each.parent,
    "relation": lambda _: True,
    "view": lambda each: each.kind == "v",
    "matview": lambda each: each.kind == "m",
    "sequence": lambda each: each.kind == "S",
    "partitioned": lambda each: each.kind == "p",
    "partition": lambda each: each.partition,
    "child": lambda each: bool(each.parent),
    "heir": lambda each: bool(each.parent) and not each.partition,
    "typed": lambda each: each.typed,
    "constrained": _has(*_CONSTRAINTS),
    "keyed": _has("constraint p", "constraint u"),
    "referring": _has("constraint f"),
    "checked": _has("constraint c"),
    "indexed": _has("index", "unique index"),
    "triggered": _has("trigger"),
    "guarded": _has("policy"),
    "ruled": _has("rule"),
    "foreign": lambda each: each.kind == "f",
}
_PARTS: Final[dict[str, tuple[str, ...]]] = {
    "constraint": _CONSTRAINTS,
    "key": ("constraint p", "constraint u"),
    "reference": ("constraint f",),
    "check": ("constraint c",),
    "validatable": ("constraint c", "constraint f", "constraint n"),
    "own_index": ("index", "unique index"),
    "unique_index": ("unique index",),
    "trigger": ("trigger",),
    "policy": ("policy",),
    "rule": ("rule",),
}
_OBJECTS: Final = {
    "enum": "enum", "domain": "domain", "composite": "composite", "range": "range", "function": "function",
    "procedure": "procedure", "aggregate": "aggregate", "domain_and_constraint": "domain constraint",
    "statistics": "statistics", "index": "index", "partitioned_index": "partitioned index", "collation": "collation",
    "schema": "schema", "extension": "extension", "publication": "publication",
}  # fmt: skip
