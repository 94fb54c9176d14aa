"""One flip at a time, in a process of its own that imports ``effects`` anew with it: which test turns red."""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import signal
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from itertools import product
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any, Final, Self, TypeVar

import pytest
from tests.effects.corpus import Case
from tests.effects.flips.entries import PACKAGE, Entry, entries, flipped, source
from tests.lock_facts import LockFacts, said

from database_patterns import locks

EFFECTS: Final = "database_patterns.effects"
KEPT: Final = frozenset({f"{EFFECTS}.builtins"})
"""Not imported anew unless it is the one that is flipped: it holds the data that takes long to read."""
SECONDS_MAX: Final = 120
"""A flip may make an endless loop: so much processor time is enough."""
Place = tuple[str, str]
"""A module, and the outermost name of a function in it."""
Result = TypeVar("Result")


class _Anew(MetaPathFinder, Loader):
    """Imports ``effects`` from code that is compiled already, and the one module of a flip from its changed tree."""

    def __init__(self, entry: Entry | None) -> None:
        self.entry = entry

    def find_spec(self, fullname: str, _path: object, _target: object = None) -> ModuleSpec | None:
        code = _compiled().get(fullname)
        return ModuleSpec(fullname, self, origin=code.co_filename) if code else None

    def exec_module(self, module: ModuleType) -> None:
        code = _compiled()[module.__name__]
        module.__file__ = code.co_filename
        if self.entry and module.__name__ == f"database_patterns.{self.entry.module}":
            code = compile(flipped(self.entry), code.co_filename, "exec")
        exec(code, module.__dict__)  # noqa: S102 - that is what an import does


@cache
def _compiled() -> dict[str, CodeType]:
    """The code of the modules of ``effects``, by their full names; the package itself stays, for its data."""
    paths = (path for path in PACKAGE.glob("effects/*.py") if path.stem != "__init__")
    return {f"{EFFECTS}.{path.stem}": compile(path.read_text("utf-8"), str(path), "exec") for path in paths}


def apart(work: Callable[[], Result]) -> Result | None:
    """What ``work`` returns in a process of its own; None where that died, or took too long."""
    _compiled()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS_MAX)
        try:
            with os.fdopen(writing, "wb") as pipe:
                pickle.dump(work(), pipe)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return pickle.loads(answer) if answer else None  # noqa: S301 - our own process wrote it


def install(entry: Entry | None) -> None:
    """From now on this process imports the entry's module with the fact flipped; None flips nothing."""
    sys.meta_path.insert(0, _Anew(entry))
    kept = KEPT - {f"database_patterns.{entry.module}" if entry else ""}
    for name in [name for name in sys.modules if name.startswith(EFFECTS) and name not in kept]:
        del sys.modules[name]


def contradiction(entry: Entry | None, cases: Iterable[Case]) -> str | None:
    """The first of ``cases`` whose prediction is not what was measured any more."""
    install(entry)
    try:
        effects = import_module(EFFECTS)
    except Exception as broken:  # noqa: BLE001 - whatever a flip leads to
        return f"import fails: {broken!r}"
    return next(
        (f"{case.name} on {case.postgres}: {found[0]}" for case in cases if (found := _check(effects, case))), None
    )


def _check(effects: Any, case: Case) -> list[str]:
    try:
        prediction = effects.predict(case.statement, case.schema, effects.Assumptions(case.postgres, case.timezone))
        return case.contradicts(prediction)
    except Exception as broken:  # noqa: BLE001 - whatever a flip leads to
        return [repr(broken)]


def flipped_locks() -> Iterator[tuple[str, LockFacts]]:
    """What ``locks`` says with one of its facts flipped, or one pair of modes, each with a name."""
    for entry in entries("locks"):
        module = ModuleType(entry.module)
        exec(compile(flipped(entry), str(source(entry.module)), "exec"), module.__dict__)  # noqa: S102 - as an import does
        yield str(entry), _said(module)
    for held, wanted in product(locks.LockMode, repeat=2):
        conflicts = locks.CONFLICTS[held]
        locks.CONFLICTS[held] = conflicts ^ {wanted}
        yield f"locks: {wanted.name} while {held.name} is held", said(locks)
        locks.CONFLICTS[held] = conflicts


def _said(module: ModuleType) -> LockFacts:
    """What a flipped module says; nothing, where it fails."""
    try:
        return said(module)
    except (KeyError, TypeError):
        return LockFacts(frozenset(), {}, {})


def failing_test(entry: Entry | None, tests: Sequence[str]) -> str | None:
    """The first of ``tests`` that fails."""
    install(entry)
    watch = _Watch()
    _run(tests, watch)
    return watch.failed


def tests_running(files: Sequence[Path]) -> dict[Place, list[str]]:
    """Which tests run a function, without those that need a server."""
    watch = _Watch(recorder=_Recorder())
    _run([str(file) for file in files], watch)
    return watch.found


def _run(tests: Sequence[str], watch: _Watch) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *tests], plugins=[watch])


class _Recorder:
    """Notes which functions of ``effects`` run meanwhile."""

    def __init__(self) -> None:
        self.called: set[CodeType] = set()

    def __enter__(self) -> Self:
        self.called.clear()
        sys.setprofile(self._note)
        return self

    def __exit__(self, *_error: object) -> None:
        sys.setprofile(None)

    def _note(self, frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            self.called.add(frame.f_code)

    def places(self) -> set[Place]:
        inside = (code for code in self.called if Path(code.co_filename).parent == PACKAGE / "effects")
        return {(f"effects.{Path(code.co_filename).stem}", code.co_qualname.partition(".")[0]) for code in inside}


@dataclass(slots=True, eq=False)
class _Watch:
    """A plugin of pytest: leaves out tests that need a server, keeps the first that fails, notes what each runs."""

    recorder: _Recorder | None = None
    failed: str | None = None
    found: dict[Place, list[str]] = field(default_factory=dict)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [each for each in items if "lab" not in getattr(each, "fixturenames", ())]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        if self.recorder is None:
            return (yield)
        with self.recorder:
            result = yield
        for place in self.recorder.places():
            self.found.setdefault(place, []).append(item.nodeid)
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and self.failed is None:
            self.failed = report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and self.failed is None:
            self.failed = report.nodeid


def cases_running(cases: Sequence[Case]) -> dict[Place, list[int]]:
    """Which of the cases, by their numbers, run a function."""
    effects = import_module(EFFECTS)
    found: dict[Place, list[int]] = {}
    recorder = _Recorder()
    for number, case in enumerate(cases):
        with recorder:
            _check(effects, case)
        for place in recorder.places():
            found.setdefault(place, []).append(number)
    return found
