"""Many files are read by several processes; the answers are those of one, in the same order."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

import database_patterns
from database_patterns.reading.workers import MANY

several = pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="one processor does not share its work"
)


def run(function: str, *, count: int = MANY, before: str = "") -> list[list[int]]:
    """What ``workers.each`` gives for ``count`` numbers, in a process of its own; its number is the last item."""
    program = f"""
import json, os, signal, threading
from database_patterns.reading import workers
own = os.getpid()
{dedent(before)}
def function(number):
    {function}
    return [number, os.getpid()]
print(json.dumps([*workers.each(function, range({count})), [{count}, own]]))
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(database_patterns.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    assert done.stderr == ""
    answers: list[list[int]] = json.loads(done.stdout)
    assert [number for number, _ in answers] == list(range(count + 1))
    return answers


def processes(answers: list[list[int]]) -> tuple[set[int], int]:
    """The processes that have answered, and the one that has asked."""
    *given, (_, own) = answers
    return {process for _, process in given}, own


@several
def test_many_are_shared_among_other_processes() -> None:
    answering, own = processes(run("pass"))
    assert own not in answering


def test_few_are_read_by_the_process_itself() -> None:
    answering, own = processes(run("pass", count=MANY - 1))
    assert answering == {own}


def test_a_process_with_several_threads_does_not_fork() -> None:
    waiting = """
        done = threading.Event()
        threading.Thread(target=done.wait, daemon=True).start()
    """
    answering, own = processes(run("pass", before=waiting))
    assert answering == {own}


@several
def test_what_a_killed_worker_leaves_is_done_by_the_process_itself() -> None:
    killed = f"if number == {MANY // 2} and os.getpid() != own: os.kill(os.getpid(), signal.SIGKILL)"
    answering, own = processes(run(killed))
    assert own in answering


def test_an_error_of_the_function_is_raised_where_its_item_is_asked_for() -> None:
    with pytest.raises(subprocess.CalledProcessError) as raised:
        run("number == 150 and 1 / 0")
    assert raised.value.stderr.splitlines()[-1] == "ZeroDivisionError: division by zero"
