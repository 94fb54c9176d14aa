"""Comprehensions and generator expressions: their rounds one after another, those that depend on something guarded."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from .iterators import Iterators
from .values import IN_ANY_ORDER, MISSING, Once, Scope, Unknown, Unordered, first_hole, is_inert, unordered

Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp


@dataclass(slots=True)
class _Rounds:
    """The rounds of one comprehension: what they have made so far, and why there may be other ones."""

    node: Comprehension
    made: list[object] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)

    @property
    def reason(self) -> Unknown | None:
        """Why it is not known what the comprehension makes; where only the order is not, that is no reason."""
        found = next((each for each in self.unknown if not isinstance(each, Unordered)), None)
        return found and replace(found, inert=found.inert and is_inert(self.made))


class Comprehensions(Iterators):
    """Evaluates comprehensions."""

    @abstractmethod
    def truth(self, node: ast.expr) -> bool | Unknown:
        """Whether the condition ``node`` holds."""

    @abstractmethod
    def grown(self, value: object) -> object:
        """``value``, its size charged to the budget."""

    def hashable(self, value: object) -> object:
        """``value`` as a key or an item of a set: unknown when some of it is, or when it has too many parts."""
        return first_hole(value) or value

    def collected(self, values: list[object]) -> object:
        """The set of ``values``."""
        return self.grown({self.hashable(value) for value in values})

    def comprehension(self, node: Comprehension, first: object = MISSING) -> object:
        """What a comprehension makes; ``first`` is what its first ``for`` goes through, when that is evaluated."""
        outer, self.scope = self.scope, Scope(parent=self.scope, kind="comprehension")
        rounds = _Rounds(node)
        try:
            self._through(rounds, node.generators, first)
        finally:
            self.scope = outer
        if rounds.unknown:
            self.forget_names(node, "in a comprehension")
        if (reason := rounds.reason) is not None:
            return reason
        if isinstance(node, ast.SetComp):
            return self.collected(rounds.made)
        if isinstance(node, ast.DictComp):
            pairs: list[tuple[object, object]] = rounds.made  # type: ignore[assignment]  # ty: ignore[invalid-assignment]
            hole = first_hole([key for key, _ in pairs]) or (Unknown("the order of a set") if rounds.unknown else None)
            return hole or self.grown(dict(pairs))
        return unordered(rounds.made) if rounds.unknown else self.grown(rounds.made)

    def generator(self, node: ast.GeneratorExp) -> object:
        """A generator expression: what it sends is only sent as far as somebody goes through it."""
        whole = id(node) in self.whole
        first, before = self.evaluate(node.generators[0].iter), self.journal.size()
        code = self.source.code(node, 60)
        made: object = Unknown(code)
        with self.perhaps(None if whole else f"as far as {code} is consumed"):
            made = self.comprehension(node, first)
        if not whole:
            self.forget_names(node, f"as far as {code} is consumed")
        if not whole and self.journal.size() != before:
            return Unknown(f"{self.source.code(node, 40)}, which uses the database between its items")
        return Once(made, self.journal.guards, [first]) if isinstance(made, list) else made

    def _through(self, rounds: _Rounds, generators: Sequence[ast.comprehension], first: object = MISSING) -> None:
        """The rounds of the ``for`` parts that are left, or the end of one round of all of them."""
        if not generators:
            self._take(rounds)
            return
        part = generators[0]
        value = self.evaluate(part.iter) if first is MISSING else first
        items = self.items(self.gone_through(part.iter, value))
        if not isinstance(items, Unknown):
            for item in items:
                self._round(rounds, generators, item)
            return
        rounds.unknown.append(items)
        if isinstance(items, Unordered):
            with self.perhaps(IN_ANY_ORDER):
                for item in items.items:
                    self._round(rounds, generators, item)
            return
        header, item = self.for_each(part.target, part.iter, items)
        with self.perhaps(header):
            self._round(rounds, generators, item)

    def for_each(self, target: ast.expr, iterable: ast.expr, items: Unknown) -> tuple[str, Unknown]:
        """How a loop over unknown ``items`` is named, and one of them."""
        code = self.source.code(iterable, 100)
        one = replace(items, reason=f"one of {code} ({items.reason})", sends=False, fails=False)
        return f"for each {self.source.code(target, 40)} in {code}", one

    def _round(self, rounds: _Rounds, generators: Sequence[ast.comprehension], item: object) -> None:
        self.budget.spend()
        self.assign(generators[0].target, item)
        self._filtered(rounds, generators, generators[0].ifs)

    def _filtered(
        self, rounds: _Rounds, generators: Sequence[ast.comprehension], conditions: Sequence[ast.expr]
    ) -> None:
        """Go on with a round if ``conditions`` hold, the first that does not hold ends it."""
        for place, condition in enumerate(conditions):
            truth = self.truth(condition)
            if truth is False:
                return
            if isinstance(truth, Unknown):
                rounds.unknown.append(truth)
                with self.perhaps(f"if {self.source.code(condition, 100)}"):
                    self._filtered(rounds, generators, conditions[place + 1 :])
                return
        self._through(rounds, generators[1:])

    def _take(self, rounds: _Rounds) -> None:
        node = rounds.node
        if isinstance(node, ast.DictComp):
            rounds.made.append((self.hashable(self.evaluate(node.key)), self.evaluate(node.value)))
        else:
            rounds.made.append(self.evaluate(node.elt))
