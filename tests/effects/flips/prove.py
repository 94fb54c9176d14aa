"""Flip every fact that predictions rest on, one at a time, and see that a measurement or a test contradicts it.

Three kinds of facts: those in the source of ``effects`` (``entries.py``), the lock modes and their conflicts in
``locks``, and the functions, operators, casts, types and operator classes of ``builtins.json`` (``shipped.py``). What
PostgreSQL does is measured first, on every version. The exit status is 1 where a flip survives that is not explained.

    python -m tests.effects.flips.prove [--only MODULE …] [--versions 14 18] [--keep FILE]
"""

from __future__ import annotations

import argparse
import pickle
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests import programs
from tests.effects.corpus import Case, Known, measured_on, recorded
from tests.effects.flips import checking, shipped
from tests.effects.flips.checking import Place
from tests.effects.flips.entries import Entry, entries, modules, places
from tests.effects.live_builtins import Live, read_live
from tests.lock_facts import LockFacts, measured

from database_patterns.lab.server import Server
from database_patterns.model import POSTGRES_VERSIONS

TESTS: Final = Path(__file__).parents[1]
MEASURED: Final = frozenset({"test_witnesses.py", "test_measured_statements.py"})
"""What they hold against predictions are the cases themselves."""
SHIPPED: Final = "builtins.json"


@dataclass(slots=True)
class Truth:
    """What the servers do: statements, lock modes, and what is in their catalogs."""

    cases: list[Case] = field(default_factory=lambda: list(recorded()))
    locks: list[LockFacts] = field(default_factory=list)
    live: list[Live] = field(default_factory=list)


@dataclass(slots=True)
class Tally:
    """How many flips of a table were red by what, and those that were not."""

    red: Counter[str] = field(default_factory=Counter)
    survivors: list[str] = field(default_factory=list)

    def line(self, name: str) -> str:
        by = ", ".join(f"{count} by {what}" for what, count in self.red.items())
        total = self.red.total() + len(self.survivors)
        return f"{name:28} {total:6} flips, {self.red.total():6} red ({by}), {len(self.survivors)} survive"


def ask(versions: Sequence[int], kept: Path | None) -> Truth:
    """Measure on servers of these versions; statements only where ``kept`` does not hold what they do."""
    known: Known = pickle.loads(kept.read_bytes()) if kept and kept.exists() else {}  # noqa: S301 - we wrote it
    truth = Truth()
    for major in versions:
        with Server(postgres_bin=str(programs.find(major).folder)) as server:
            truth.cases += measured_on(server, known)
            truth.live.append(read_live(server))
            with server.database() as database:
                truth.locks.append(measured(database))
    if kept:
        kept.write_bytes(pickle.dumps(known))
    return truth


def of_source(module: str, truth: Truth, running: Running) -> Tally:
    """Flip what stands in one module of ``effects``."""
    tally = Tally()
    for entry in entries(module):
        what = running.first_to_see(entry, truth.cases)
        if what is None:
            tally.survivors.append(str(entry))
        else:
            tally.red[what] += 1
    return tally


@dataclass(frozen=True, slots=True)
class Running:
    """Which cases and which tests run a function."""

    cases: dict[Place, list[int]]
    tests: dict[Place, list[str]]

    @classmethod
    def now(cls, cases: Sequence[Case]) -> Running:
        files = sorted(path for path in TESTS.glob("test_*.py") if path.name not in MEASURED)
        return cls(
            checking.apart(lambda: checking.cases_running(cases)) or {},
            checking.apart(lambda: checking.tests_running(files)) or {},
        )

    def first_to_see(self, entry: Entry, cases: Sequence[Case]) -> str | None:
        """Whether a measurement, or a test, contradicts the flipped entry; None where nothing does."""
        concerned = places(entry)
        numbers = sorted({number for place in concerned for number in self.cases.get(place, ())})
        if _is_red(lambda: checking.contradiction(entry, [cases[number] for number in numbers])):
            return "measurements"
        own = f"test_{_name(entry.module)}.py"
        tests = {test for place in concerned for test in self.tests.get(place, ())}
        ordered = sorted(tests, key=lambda test: (own not in test, test))
        return "tests" if ordered and _is_red(lambda: checking.failing_test(entry, ordered)) else None


def _is_red(work: Callable[[], str | None]) -> bool:
    """Whether it finds something wrong, or dies of the flip."""
    answer = checking.apart(lambda: (work(),))
    return answer is None or answer[0] is not None


def of_locks(facts: Iterable[LockFacts]) -> Tally:
    """Flip what ``locks`` says, and each pair of modes."""
    tally, known = Tally(), list(facts)
    for name, said in checking.flipped_locks():
        if all(said != each for each in known):
            tally.red["measurements"] += 1
        else:
            tally.survivors.append(name)
    return tally


def of_shipped(live: Sequence[Live]) -> Iterator[tuple[str, Tally]]:
    """Flip what is shipped of PostgreSQL's catalogs, section by section."""
    tallies: dict[str, Tally] = {}
    for flip in shipped.flips(live):
        tally = tallies.setdefault(flip.section, Tally())
        if shipped.first_to_see(flip, live) is None:
            tally.survivors.append(str(flip))
        else:
            tally.red["measurements"] += 1
    yield from tallies.items()


def tallies(truth: Truth, chosen: Sequence[str]) -> Iterator[tuple[str, Tally]]:
    """All tables that are chosen, one after the other."""
    if SHIPPED in chosen:
        yield from ((f"{SHIPPED} {section}", tally) for section, tally in of_shipped(truth.live))
    if "locks" in chosen:
        yield "locks", of_locks(truth.locks)
    of_effects = [module for module in modules() if module != "locks" and _name(module) in chosen]
    running = Running.now(truth.cases) if of_effects else None
    for module in of_effects:
        assert running is not None
        yield module, of_source(module, truth, running)


def _name(module: str) -> str:
    return module.rpartition(".")[2]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    names = [SHIPPED, *map(_name, modules())]
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="MODULE", help="flip these only")
    parser.add_argument("--versions", type=int, nargs="+", default=POSTGRES_VERSIONS, metavar="MAJOR")
    parser.add_argument(
        "--keep", type=Path, metavar="FILE", help="measure only what FILE does not hold, and keep it there"
    )
    chosen = parser.parse_args(arguments)
    truth = ask(chosen.versions, chosen.keep)
    wrong = checking.contradiction(None, truth.cases)
    if wrong is not None:
        print(f"without any flip, this is contradicted: {wrong}")
        return 1
    print(f"{len(truth.cases)} measurements, and none of them is contradicted without a flip", flush=True)
    whole = Tally()
    for name, tally in tallies(truth, chosen.only):
        print(tally.line(name), *tally.survivors, sep="\n  ", flush=True)
        whole.red += tally.red
        whole.survivors += tally.survivors
    print(whole.line("all"))
    return 1 if whole.survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
