"""The revision graph, made of what was read and never of what was imported: order, heads, branches, merges, labels.

Alembic's own ``RevisionMap`` computes it, so that the order is that of ``alembic upgrade heads`` on an empty database.
What Alembic refuses (duplicates, missing parents, circles) is taken out beforehand, and said as a ``Problem``.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType
from typing import Final, Literal

from database_patterns.model import Migration

ProblemKind = Literal[
    "circle", "duplicate label", "duplicate revision", "illegal name", "missing dependency", "missing parent", "no name"
]

_ILLEGAL: Final = frozenset("@-+:")
"""What Alembic allows in no revision identifier: its command line gives these characters a meaning."""
_RESERVED: Final = {"base", "head", "heads"}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something for which Alembic refuses the history or warns of it; ``paths`` are the files that it is about."""

    kind: ProblemKind
    message: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """Revisions in the order in which they are applied to an empty database.

    ``heads``, ``bases``, ``branch_points`` and ``merges`` are identifiers of revisions, in that order; ``labels`` are
    the branch labels that hold for a revision, its own and those of its branch. Revisions that are in a circle, or
    follow on one, come last.
    """

    order: tuple[Migration, ...] = ()
    heads: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    branch_points: tuple[str, ...] = ()
    merges: tuple[str, ...] = ()
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    problems: tuple[Problem, ...] = ()


def build(migrations: Iterable[Migration]) -> Graph:
    """The graph of ``migrations``, all of them revisions, in the order in which Alembic loads their files."""
    given = tuple(migrations)
    if not given:
        return Graph()
    nodes = _Nodes(given)
    return nodes.graph()


def ancestors(names: Iterable[str], migrations: Iterable[Migration]) -> list[Migration]:
    """Those of ``migrations`` that are applied before or with the revisions (or labels) ``names``, in no order."""
    known = {name: each for each in migrations for name in (each.revision, *each.branch_labels) if name}
    found: dict[str, Migration] = {}
    waiting = list(names)
    while waiting:
        migration = known.get(waiting.pop())
        if migration is not None and migration.path not in found:
            found[migration.path] = migration
            waiting += (*migration.down_revisions, *migration.depends_on)
    return list(found.values())


class _Nodes:
    """The revisions without what Alembic refuses; a node is the position of a migration in ``given``."""

    def __init__(self, given: tuple[Migration, ...]) -> None:
        self.given = given
        self.problems: list[Problem] = []
        self.by_name: dict[str, int] = {}
        self.twins: dict[int, list[int]] = {}
        for node in range(len(given)):
            self._name(node)
        twins = {twin for some in self.twins.values() for twin in some}
        self.nodes = [node for node in range(len(given)) if node not in twins]
        self.labels = self._labels()
        self.parents = {node: self._found(node, "parent") for node in self.nodes}
        self.dependencies = {node: self._found(node, "dependency") for node in self.nodes}
        self.doubtful = self._without_circles()

    def graph(self) -> Graph:
        from alembic.script.revision import Revision, RevisionMap  # noqa: PLC0415  only a history of revisions needs it

        revisions = [
            Revision(
                str(node),
                tuple(map(str, self.parents[node])),
                dependencies=tuple(map(str, self.dependencies[node])),
                branch_labels=self.labels[node] or None,
            )
            for node in self.nodes
        ]
        found = RevisionMap(lambda: revisions)
        order = [int(each.revision) for each in found.iterate_revisions("heads", None, implicit_base=True)][::-1]
        order.sort(key=self.doubtful.__contains__)
        position = {node: place for place, node in enumerate(order)}

        def named(nodes: Iterable[str]) -> tuple[str, ...]:
            return tuple(self._label(node) for node in sorted(map(int, nodes), key=position.__getitem__))

        return Graph(
            order=tuple(self.given[each] for node in order for each in (node, *self.twins.get(node, ()))),
            heads=named(found.heads),
            bases=named(found.bases),
            branch_points=named(each.revision for each in revisions if each.is_branch_point),
            merges=named(each.revision for each in revisions if each.is_merge_point),
            labels={
                self._label(int(each.revision)): tuple(sorted(each.branch_labels))
                for each in revisions
                if each.branch_labels
            },
            problems=tuple(self.problems),
        )

    def _label(self, node: int) -> str:
        return self.given[node].revision or self.given[node].path

    def _name(self, node: int) -> None:
        """Enter the node under its identifier; a second one of the same name is the twin of the first."""
        migration = self.given[node]
        name = migration.revision
        if name is None:
            self._problem("no name", "has no revision identifier that can be read", node)
            return
        if illegal := sorted(_ILLEGAL & set(name)):
            self._problem(
                "illegal name", f"revision {name!r} has {', '.join(illegal)} in it, which Alembic refuses", node
            )
        if name in _RESERVED:
            self._problem("illegal name", f"revision {name!r} is a word of Alembic's own", node)
        first = self.by_name.setdefault(name, node)
        if first != node:
            self.twins.setdefault(first, []).append(node)
            self._problem("duplicate revision", f"revision {name} is in more than one file", first, node)

    def _labels(self) -> dict[int, tuple[str, ...]]:
        """The labels that each node brings; one that is taken already is a problem."""
        owners = dict(self.by_name)
        labels: dict[int, tuple[str, ...]] = {}
        for node in self.nodes:
            own = dict.fromkeys(self.given[node].branch_labels)
            for label in [each for each in own if each in owners]:
                of = "also a revision" if label in self.by_name else "used more than once"
                self._problem("duplicate label", f"branch label {label} is {of}", owners[label], node)
                del own[label]
            owners |= dict.fromkeys(own, node)
            labels[node] = tuple(own)
        self.by_label = owners
        return labels

    def _found(self, node: int, what: Literal["parent", "dependency"]) -> tuple[int, ...]:
        """The nodes that ``node`` names as its parents, or in depends_on; what is missing is a problem."""
        migration = self.given[node]
        names = migration.down_revisions if what == "parent" else migration.depends_on
        known = self.by_name if what == "parent" else self.by_label
        for name in names:
            if name not in known:
                kind: ProblemKind = "missing parent" if what == "parent" else "missing dependency"
                verb = "follows" if what == "parent" else "depends on"
                self._problem(kind, f"revision {self._label(node)} {verb} {name}, which is in no file", node)
        return tuple(dict.fromkeys(known[name] for name in names if name in known))

    def _without_circles(self) -> frozenset[int]:
        """Take every circle apart; returns the nodes in circles and all that come after them."""
        edges = {node: (*self.parents[node], *self.dependencies[node]) for node in self.nodes}
        doubtful = _unsorted(edges)
        for circle in _circles({node: edges[node] for node in doubtful}):
            names = ", ".join(self._label(node) for node in circle)
            self._problem("circle", f"revisions {names} follow each other in a circle", *circle)
            for kind in (self.parents, self.dependencies):
                kind.update({node: tuple(each for each in kind[node] if each not in circle) for node in circle})
        return frozenset(doubtful)

    def _problem(self, kind: ProblemKind, message: str, *nodes: int) -> None:
        self.problems.append(Problem(kind, message, tuple(self.given[node].path for node in nodes)))


def _unsorted(edges: Mapping[int, Sequence[int]]) -> list[int]:
    """The nodes that no order can have: those in circles, and those that follow on one."""
    sorter = TopologicalSorter(edges)
    with suppress(CycleError):  # all that stands in no circle is had nevertheless
        sorter.prepare()
    done: set[int] = set()
    while ready := sorter.get_ready():
        sorter.done(*ready)
        done.update(ready)
    return [node for node in edges if node not in done]


def _circles(edges: Mapping[int, Sequence[int]]) -> Iterator[list[int]]:
    """The nodes that can reach each other and themselves, each set in order."""
    backwards: dict[int, list[int]] = {}
    for node, following in edges.items():
        for each in following:
            backwards.setdefault(each, []).append(node)
    left = dict.fromkeys(edges)
    while left:
        node = next(iter(left))
        circle = sorted(_reached(node, edges, left) & _reached(node, backwards, left))
        if circle:
            yield circle
        for each in circle or [node]:
            del left[each]


def _reached(start: int, edges: Mapping[int, Sequence[int]], among: Container[int]) -> set[int]:
    """The nodes that edges lead to from ``start``; ``start`` itself only when it is in a circle."""
    found: set[int] = set()
    waiting = [start]
    while waiting:
        new = [each for each in edges.get(waiting.pop(), ()) if each in among and each not in found]
        found.update(new)
        waiting += new
    return found
