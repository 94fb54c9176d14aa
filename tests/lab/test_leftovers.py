"""The lab leaves nothing behind: no process, no folder, however the process that used it ends."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest

import database_patterns

pytestmark = [
    pytest.mark.usefixtures("lab"),
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are looked for in /proc"),
]

DEADLINE_SECONDS: Final = 30
PYTHONPATH: Final = os.pathsep.join([str(Path(database_patterns.__file__).parent.parent), *filter(None, sys.path)])
SCRIPT: Final = """
import os
import sys
import time
from database_patterns.lab.server import Server

with Server() as server, server.database() as database:
    database.execute("CREATE TABLE t (id int)")
    print("ready", flush=True)
    if sys.argv[1] == "fork" and os.fork() == 0:
        end = time.monotonic() + 50  # with the other end of the keeper's pipe, as long as the server is there
        while any(name.startswith("dbp-") for name in os.listdir(os.environ["TMPDIR"])) and time.monotonic() < end:
            time.sleep(0.01)
        os._exit(0)
    if sys.argv[1] in {"fork", "wait"}:
        database.execute("SELECT pg_sleep(50)")
    if sys.argv[1] == "fail":
        raise RuntimeError("as a test")
"""


class Place:
    """A temporary folder of its own for one user of the lab, who may be somebody else than we."""

    def __init__(self, folder: Path, user: str | None) -> None:
        self.folder = folder
        self.started: list[subprocess.Popen[str]] = []
        self.python = [sys.executable]
        if user:
            self.python = python_as(user)
            shutil.chown(folder, user)

    def start(self, then: str) -> subprocess.Popen[str]:
        """Start a process that uses the lab and ``then`` ends, fails or waits."""
        environment = {
            "PATH": os.defpath,
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder),
            "PYTHONPATH": PYTHONPATH,
        }
        command = [*self.python, "-c", SCRIPT, then]
        process = subprocess.Popen(
            command, env=environment, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.started.append(process)
        return process

    def end(self) -> None:
        """End what is still there of what we have started."""
        for process in self.started:
            with process:
                process.kill()

    def ready(self, then: str = "wait") -> subprocess.Popen[str]:
        """A process whose server is up, and that waits."""
        process = self.start(then)
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        assert self.folders()
        assert self.processes()
        return process

    def folders(self) -> list[Path]:
        return list(self.folder.glob("dbp-*"))

    def processes(self) -> list[str]:
        """The processes that work in the folder or name it in their command."""
        return [found for process in Path("/proc").glob("[0-9]*") if (found := self._at_work(process))]

    def _at_work(self, process: Path) -> str:
        try:
            command = (process / "cmdline").read_bytes().decode(errors="replace")
            working_folder = (process / "cwd").readlink()
        except OSError:  # gone, or somebody else's
            return ""
        here = str(self.folder) in command or working_folder.is_relative_to(self.folder)
        return f"{process.name} {command}" if here else ""


@pytest.fixture(params=[None, "nobody"], ids=["as ourselves", "as nobody"])
def place(request: pytest.FixtureRequest) -> Generator[Place]:
    with TemporaryDirectory(dir="/tmp", prefix="lab-") as name:
        Path(name).chmod(0o755)
        place = Place(Path(name), request.param)
        yield place
        place.end()


def python_as(user: str) -> list[str]:
    """The command of a Python that ``user`` can run, or the test is skipped: ours may lie in a closed folder."""
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("only root can start the lab as somebody else")
    account = pwd.getpwnam(user)
    become = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups", "--"]
    starts_itself = "import subprocess, sys, psycopg; sys.exit(subprocess.call([sys.executable, '-c', '']))"
    environment = {"PATH": os.defpath, "PYTHONPATH": PYTHONPATH}
    for python in (sys.executable, shutil.which("python3", path=os.defpath)):
        check = [*become, str(python), "-c", starts_itself]
        if python and subprocess.run(check, env=environment, cwd="/", capture_output=True, check=False).returncode == 0:
            return [*become, python]
    pytest.skip(f"{user} can run no Python that has the lab")


def assert_nothing_is_left(place: Place) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while (place.folders() or place.processes()) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert place.folders() == []
    assert place.processes() == []


def test_after_success_nothing_is_left(place: Place) -> None:
    process = place.start("end")
    output, errors = process.communicate()
    assert (process.returncode, output, errors) == (0, "ready\n", "")
    assert place.folders() == []
    assert place.processes() == []


def test_after_a_failure_nothing_is_left(place: Place) -> None:
    process = place.start("fail")
    _, errors = process.communicate()
    assert process.returncode == 1
    assert "RuntimeError: as a test" in errors
    assert place.folders() == []
    assert place.processes() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_after_a_signal_nothing_is_left(place: Place, number: signal.Signals) -> None:
    process = place.ready()
    process.send_signal(number)
    process.communicate()
    assert process.returncode != 0
    assert_nothing_is_left(place)


def test_after_a_kill_while_the_server_starts_nothing_is_left(place: Place) -> None:
    process = place.start("wait")
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not place.folders() and time.monotonic() < deadline:
        pass
    process.kill()
    process.communicate()
    assert_nothing_is_left(place)


def test_after_a_kill_nothing_is_left_though_a_child_lives_on(place: Place) -> None:
    process = place.ready("fork")
    process.kill()
    assert_nothing_is_left(place)


def test_a_server_ends_with_its_keeper(place: Place) -> None:
    process = place.ready()
    [keeper] = [int(found.split()[0]) for found in place.processes() if "keeper.py" in found]
    os.kill(keeper, signal.SIGKILL)
    process.communicate()
    deadline = time.monotonic() + DEADLINE_SECONDS
    while place.processes() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert place.processes() == []
