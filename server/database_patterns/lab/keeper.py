"""A process of its own that prepares a server, keeps it, and removes it whatever becomes of the process that asked.

Started by ``server.py`` as a script, in a session of its own, with what to do as JSON in its one argument. It answers
with one line of JSON on its standard output: ``{"folder", "password"}`` once the server accepts connections, or
``{"error", "remedy"}``. It ends the server when its standard input closes or anything is written to it, or when the
asking process is gone; so success, failure, Ctrl-C and ``kill -9`` all take the one way out. Only what it has started
and made itself is ever stopped or removed.

Standard library only, and no import from the package: it starts with ``-I -S`` in some 20 ms.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import secrets
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ADMIN: Final = "lab_admin"
_ENDING_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_STOP_SECONDS: Final = 10
_POLL_MS: Final = 5
_READY: Final = "ready"
_PR_SET_PDEATHSIG: Final = 1
_LIBC: Final = ctypes.CDLL(None)


class CannotStartError(Exception):
    """The server cannot be started: what is wrong, and what to do."""

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Task:
    """What to start: the programs in ``programs``, of ``version`` and ``build``, with ``settings`` and ``hba`` lines.

    ``cache`` and ``temporary`` are folders that exist, and that ``uid`` can reach. ``uid`` and ``gid`` are None when
    the server runs as whoever runs this. ``parent`` is the process that asks.
    """

    programs: str
    version: str
    build: str
    cache: str
    temporary: str
    uid: int | None
    gid: int | None
    parent: int
    settings: dict[str, str]
    hba: list[str]

    def run(self, *command: str | Path) -> str:
        """Run ``command`` as the server's user; what it said when it failed, else an empty string."""
        try:
            process = self.start(command, subprocess.PIPE)
        except OSError as error:
            return f"{Path(command[0]).name}: {error.strerror}"
        said = process.communicate()[0].decode(errors="replace").strip()
        return (said or f"{Path(command[0]).name} ended with status {process.returncode}") if process.returncode else ""

    def start(self, command: Sequence[str | Path], output: int) -> subprocess.Popen[bytes]:
        """Start ``command`` as the server's user, with nothing of our environment but the bare search path."""
        return subprocess.Popen(  # noqa: S603 - our own programs
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C"},
            umask=0o077,
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.gid is None else [],
            preexec_fn=stop_with_parent,  # noqa: PLW1509 - this process has one thread
        )

    def give(self, path: Path) -> None:
        """Make ``path``, which we have just made, the server user's."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def main() -> None:
    """Do the task in the first argument until the asking process is done or gone."""
    task = Task(**json.loads(sys.argv[1]))
    os.umask(0o022)
    for number in _ENDING_SIGNALS:
        signal.signal(number, lambda *_: sys.exit(1))
    try:
        programs = runnable_programs(task)
        keep(task, programs, template(task, programs))
    except CannotStartError as problem:
        answer({"error": str(problem), "remedy": problem.remedy})


def answer(line: dict[str, str]) -> None:
    """Tell the asking process; it may be gone."""
    with contextlib.suppress(BrokenPipeError):
        print(json.dumps(line), flush=True)  # noqa: T201 - this is the protocol


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """``folder`` of the cache, made by ``make`` when it is missing; one process at a time, and never seen half made."""
    with (folder.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            partial = folder.with_name(f"{folder.name}.partial")
            shutil.rmtree(partial, ignore_errors=True)  # of a process that was killed: it held the lock
            try:
                make(partial)
                partial.rename(folder)
            finally:
                shutil.rmtree(partial, ignore_errors=True)
    return folder


def runnable_programs(task: Task) -> Path:
    """A folder of server programs that the server's user can run: the given one, or else a completed copy of it."""
    given = Path(task.programs)
    problem = trial(task, given)
    if not problem:
        return given
    installation = given.parent
    if not any(installation.glob("share/**/postgres.bki")):
        raise CannotStartError(
            f"the programs do not run for the server's user: {problem}",
            "give the bin folder of a complete installation",
        )
    name = f"server-{task.version}-{task.build}"
    copy = made_once(Path(task.cache, name), lambda target: copy_installation(installation, target))
    (program,) = copy.glob("*/*/*/postgres")  # where the one who made the copy had it, which may be under other names
    programs = program.parent
    problem = trial(task, programs)
    if problem:
        raise CannotStartError(f"the programs do not run, nor does a copy of them: {problem}")
    return programs


def trial(task: Task, programs: Path) -> str:
    """Why the server's user cannot run ``programs``, or an empty string."""
    return next(filter(None, (task.run(programs / name, "--version") for name in ("postgres", "initdb"))), "")


def copy_installation(installation: Path, target: Path) -> None:
    """Copy a self-contained installation so that everybody can read and run it.

    The names of its folder and of the folder above are kept: a wheel's programs look for their libraries in
    ``<package>.libs`` beside the package, and npm's list of links counts from the folder above.
    """
    package = installation.parent
    shutil.copytree(installation, target / package.name / installation.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name, symlinks=True)
    add_missing_links(target / package.name / installation.name)
    for path in (target, *target.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else path.stat().st_mode & 0o111 | 0o644)


def add_missing_links(installation: Path) -> None:
    """Make the links of ``pg-symlinks.json``, which npm's package has because a tarball of npm carries none."""
    listed = installation / "pg-symlinks.json"
    links = json.loads(listed.read_text()) if listed.is_file() else []
    for link in links:
        source, target = (installation.parent / link[end] for end in ("source", "target"))
        if source.parent == target.parent and ".." not in target.parts and not target.exists():
            target.symlink_to(source.name)


def template(task: Task, programs: Path) -> Path:
    """A folder of the cache with a fresh data directory ``data``, and its administrator's password in ``password``."""

    def make(target: Path) -> None:
        target.mkdir()
        data, password = target / "data", target / "password"
        data.mkdir(mode=0o700)
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe())
        task.give(data)
        task.give(password)
        options = f"--username={ADMIN} --auth=scram-sha-256 --encoding=UTF8 --locale=C --no-sync".split()
        problem = task.run(programs / "initdb", *options, f"--pwfile={password}", f"--pgdata={data}")
        if problem:
            raise CannotStartError(f"initdb fails: {problem}")

    return made_once(Path(task.cache, f"data-{task.version}-{task.build}"), make)


def keep(task: Task, programs: Path, initial: Path) -> None:
    """Run a server on a copy of ``initial`` in a new private folder; remove both when the asking process is done."""
    folder = Path(tempfile.mkdtemp(prefix="dbp-", dir=task.temporary))
    postmaster = None
    try:
        (folder / "hba.conf").write_text("\n".join(task.hba) + "\n")
        with (folder / "log").open("w") as log:
            task.give(folder)
            problem = task.run("cp", "-R", initial / "data", folder / "data")
            if problem:
                raise CannotStartError(f"the template cannot be copied: {problem}")
            postmaster = task.start(server_command(task, programs, folder), log.fileno())
        password = (initial / "password").read_text()
        if wait_until_ready(task, postmaster, folder):
            answer({"folder": str(folder), "password": password})
            is_over(task, timeout_ms=None)
    finally:
        for number in _ENDING_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        if postmaster is not None:
            stop(postmaster)
        shutil.rmtree(folder)


def server_command(task: Task, programs: Path, folder: Path) -> list[str | Path]:
    """How the server in ``folder`` is started."""
    settings = {**task.settings, "unix_socket_directories": str(folder), "hba_file": str(folder / "hba.conf")}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return [programs / "postgres", "-D", folder / "data", *options]


def stop_with_parent() -> None:
    """Have the kernel send SIGQUIT, at which a server shuts down at once, to this process when its parent is killed.

    To be called after the change of user, which would undo it.
    """
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


def wait_until_ready(task: Task, postmaster: subprocess.Popen[bytes], folder: Path) -> bool:
    """Wait until the server accepts connections; False when the asking process is done before that."""
    status = folder / "data" / "postmaster.pid"
    while not is_over(task, _POLL_MS):
        if postmaster.poll() is not None:
            said = (folder / "log").read_text(errors="replace").strip().splitlines()
            raise CannotStartError(f"the server does not start: {' / '.join(said[-3:])}")
        if status.is_file() and status.read_text().split()[-1:] == [_READY]:
            return True
    return False


def is_over(task: Task, timeout_ms: int | None) -> bool:
    """Wait up to ``timeout_ms`` for the asking process to be done or gone.

    Its end is watched too where the system can: a process that it has forked may still hold the other end of the pipe.
    """
    poll = select.poll()
    poll.register(sys.stdin, select.POLLIN)
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(AttributeError, OSError):
            parent = os.pidfd_open(task.parent)
            stack.callback(os.close, parent)
            poll.register(parent, select.POLLIN)
        return os.getppid() != task.parent or bool(poll.poll(timeout_ms))


def stop(postmaster: subprocess.Popen[bytes]) -> None:
    """Stop the server at once, without a checkpoint: its files go anyway."""
    postmaster.send_signal(signal.SIGQUIT)
    try:
        postmaster.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        postmaster.kill()
        postmaster.wait()


if __name__ == "__main__":
    main()
