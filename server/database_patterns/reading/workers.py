"""Many files at once, by several processes: reading is all computing, of which Python does one thing at a time.

The processes are forks of this one, so that they know what it knows, and import nothing of a project either. Where a
process cannot safely be forked (it runs several threads, or the system is not Linux), this one does all the work.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeVar

MANY: Final = 200
"""From so many files on, what several processes save is worth their start."""
WORKERS_MAX: Final = 8
"""The answers of more would wait for this process, which takes them one at a time."""
_AT_ONCE: Final = 16

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_work: tuple[Callable[[Any], object], Sequence[Any]]
"""In a worker: what it is there for."""


def each(function: Callable[[_Item], _Result], items: Sequence[_Item]) -> Iterator[_Result]:
    """``function`` of each of ``items``, in their order."""
    workers = min(_processors(), WORKERS_MAX)
    several = workers > 1 and len(items) >= MANY and _may_fork()
    return _by(workers, function, items) if several else map(function, items)


def _by(workers: int, function: Callable[[_Item], _Result], items: Sequence[_Item]) -> Iterator[_Result]:
    """Should a worker be killed, this process does what is left."""
    from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor  # noqa: PLC0415  few files need none
    from multiprocessing import get_context  # noqa: PLC0415  the same

    pool = ProcessPoolExecutor(workers, get_context("fork"), _begin, (function, items))
    done = 0
    try:
        for result in pool.map(_one, range(len(items)), chunksize=_AT_ONCE):
            yield result
            done += 1
    except BrokenProcessPool:
        yield from map(function, items[done:])
    finally:
        pool.shutdown(cancel_futures=True)


def _processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


def _may_fork() -> bool:
    """Whether this process is the only thread of its own: what another one holds would stay locked in a fork."""
    return threading.active_count() == 1


def _begin(function: Callable[[Any], object], items: Sequence[Any]) -> None:
    """Start a worker; that the user stops the command is for its parent to see."""
    global _work  # noqa: PLW0603  a pool has no other place for what its workers share
    _work = function, items
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _one(number: int) -> Any:  # noqa: ANN401  what the function gives
    function, items = _work
    return function(items[number])
