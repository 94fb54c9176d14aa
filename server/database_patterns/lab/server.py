"""A PostgreSQL for experiments: one of our own, started for the purpose, or that of ``DATABASE_PATTERNS_LAB_URL``.

Our own listens on a Unix socket in a private folder and on nothing else. Its administrator has a random password; what
is measured runs as ``lab_owner``, who owns the databases and is no superuser, and cannot become the administrator. A
keeper process (``keeper.py``) holds the server and removes it with all its files when we are done, or dead.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from types import TracebackType
from typing import Final, Self

from database_patterns.errors import UserError
from database_patterns.lab import binaries, driver, host, keeper
from database_patterns.model import POSTGRES_VERSIONS

ENVIRONMENT: Final = "DATABASE_PATTERNS_LAB_URL"

_OWNER: Final = "lab_owner"
_MAINTENANCE: Final = "postgres"
_HBA: Final = (f"local all {keeper.ADMIN} scram-sha-256", f"local all {_OWNER} trust")
_SETTINGS: Final = {
    # A socket and nothing else.
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    # Nothing needs to survive.
    "fsync": "off",
    "full_page_writes": "off",
    "dynamic_shared_memory_type": "mmap",  # in the data directory, so that nothing stays in /dev/shm
    "max_wal_size": "4GB",
    "shared_buffers": "64MB",
    # The same answer every time.
    "synchronous_commit": "on",  # a later commit would leave to chance which pages VACUUM finds all-visible
    "autovacuum": "off",
    "jit": "off",
    "max_parallel_maintenance_workers": "0",
    "max_parallel_workers_per_gather": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # No runaway.
    "temp_file_limit": "1GB",
    "max_connections": "40",
}
_ROLES: Final = f"""
    ALTER ROLE {keeper.ADMIN} PASSWORD '%s';
    CREATE ROLE {_OWNER} LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION;
    ALTER ROLE {_OWNER} SET statement_timeout = '60s';
    REVOKE CONNECT ON DATABASE {_MAINTENANCE} FROM PUBLIC;
"""
_EXTENSIONS_OF_THE_ADMINISTRATOR: Final = frozenset(
    {"amcheck", "bloom", "hypopg", "pg_stat_statements", "pgstattuple", "postgis", "vector"}
)
"""Not trusted by PostgreSQL, but harmless: they read no file and reach no other server."""
_CREATE_EXTENSION: Final = re.compile(r"\bCREATE\s+EXTENSION\s+(?:IF\s+NOT\s+EXISTS\s+)?\"?(\w+)\"?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Database:
    """A database of the lab: how to connect to it as its owner and as the administrator (the same on a foreign server).

    ``elsewhere`` connects to another database of the same server: who watches from there holds no snapshot in this one.
    """

    name: str
    postgres: int
    owner: str = field(repr=False)
    admin: str = field(repr=False)
    elsewhere: str = field(repr=False)

    def execute(self, *statements: str) -> None:
        """Run ``statements`` as the owner, each by itself; one may hold several, which then share a transaction.

        Raises:
            UserError: PostgreSQL raises an error.
        """
        with driver.connect(self.owner) as connection:
            for statement in statements:
                error = driver.execute(connection, statement)
                if error:
                    raise UserError(f"PostgreSQL {self.postgres} raises {error}", where=_shortened(statement))


class Server:
    """A PostgreSQL server to make databases on, as a context manager.

    Args:
        postgres_bin: the folder of the server programs to start (``binaries.find``).
        url: a running server, whose role may create databases. Only databases of our own are touched there.
        major: the major version wanted of the programs found.

    Where none of them is given, ``DATABASE_PATTERNS_LAB_URL`` counts, and without that programs are looked for. Inside
    the context ``version`` ("18.6"), ``postgres`` (18) and ``origin`` (where it comes from) are known.

    Raises:
        UserError: on entering: the extra ``lab`` is missing, there is no server, or it does not start.
    """

    def __init__(self, *, postgres_bin: str | None = None, url: str | None = None, major: int | None = None) -> None:
        self._postgres_bin = postgres_bin
        self._url = url or (None if postgres_bin or major else os.environ.get(ENVIRONMENT))
        self._major = major
        self._keeper: subprocess.Popen[bytes] | None = None
        self._admin = ""
        self._owner = ""
        self.version = ""
        self.origin = ""

    @property
    def postgres(self) -> int:
        return int(self.version.split(".")[0])

    def __enter__(self) -> Self:
        driver.load("lab")
        try:
            if self._url:
                self._join(self._url)
            else:
                self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop()

    @contextmanager
    def database(self, template: str | None = None, setup_sql: str = "") -> Generator[Database]:
        """A new database, dropped at the end: empty or a copy of the database ``template``, then ``setup_sql`` is run.

        It is run as the owner, all in one transaction; extensions in it that only an administrator may create, and that
        are harmless, are created for it. Nobody may be connected to ``template``.

        Raises:
            UserError: ``setup_sql`` raises an error.
        """
        name = f"database_patterns_{secrets.token_hex(8)}"
        source = f"TEMPLATE {template}" if template else ""
        owner = "" if self._url else f"OWNER {_OWNER}"
        self._administer("create a database", f"CREATE DATABASE {name} {owner} {source}")
        try:
            database = Database(
                name,
                self.postgres,
                owner=driver.dsn(base=self._owner, dbname=name),
                admin=driver.dsn(base=self._admin, dbname=name),
                elsewhere=self._admin,
            )
            if setup_sql:
                database.execute(_with_extensions(database, setup_sql))
            yield database
        finally:
            self._administer("drop a database", f"DROP DATABASE {name} WITH (FORCE)")

    def _administer(self, purpose: str, statement: str) -> None:
        """Run ``statement`` as the administrator; it may hold a password and is not shown."""
        with driver.connect(self._admin) as connection:
            error = driver.execute(connection, statement)
        if error:
            raise UserError(f"the lab's server does not let us {purpose}: {error}", where=self.origin)

    def _join(self, url: str) -> None:
        self._admin = self._owner = url
        self.origin = ENVIRONMENT
        try:
            with driver.connect(url) as connection:
                [(version,)] = driver.rows(connection, "SHOW server_version")
        except UserError as error:
            raise UserError(error.what, where=ENVIRONMENT, remedy=error.remedy) from None
        self.version = str(version).split()[0]
        if self.postgres < POSTGRES_VERSIONS[0]:
            raise UserError(
                f"PostgreSQL {self.version} is too old",
                where=ENVIRONMENT,
                remedy=f"use {POSTGRES_VERSIONS[0]} or later",
            )

    def _start(self) -> None:
        programs = binaries.find(self._postgres_bin, major=self._major)
        answer = self._ask_keeper(_task(programs))
        folder = answer["folder"]
        password = secrets.token_urlsafe()
        admin = {"host": folder, "user": keeper.ADMIN, "dbname": _MAINTENANCE}
        self.version, self.origin = programs.version, programs.origin
        self._admin = driver.dsn(**admin, password=answer["password"])
        self._administer("make its roles", _ROLES % password)
        self._admin = driver.dsn(**admin, password=password)
        self._owner = driver.dsn(host=folder, user=_OWNER)

    def _ask_keeper(self, task: keeper.Task) -> dict[str, str]:
        """Start the keeper and wait for its answer."""
        self._keeper = subprocess.Popen(  # noqa: S603 - our own script
            [sys.executable, "-I", "-S", keeper.__file__, json.dumps(asdict(task))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            start_new_session=True,  # so that Ctrl-C reaches us alone
        )
        stdout = self._keeper.stdout
        line = stdout.readline() if stdout else b""
        if not line.startswith(b"{"):
            rest = stdout.read() if stdout else b""
            raise UserError(f"the lab's keeper fails: {(line + rest).decode(errors='replace').strip()[-300:]}")
        answer: dict[str, str] = json.loads(line)
        if "error" in answer:
            raise UserError(answer["error"], where=task.programs, remedy=answer["remedy"])
        return answer

    def _stop(self) -> None:
        """Have the keeper remove the server, and wait until it has."""
        if self._keeper is None:
            return
        self._keeper.communicate(b"end")
        self._keeper = None


def _task(programs: binaries.Binaries) -> keeper.Task:
    user = host.server_user()
    return keeper.Task(
        programs=str(programs.folder),
        version=programs.version,
        build=programs.build,
        cache=str(host.cache_folder()),
        temporary=str(host.temporary_folder()),
        uid=user.uid if user else None,
        gid=user.gid if user else None,
        parent=os.getpid(),
        settings=_SETTINGS,
        hba=list(_HBA),
    )


def _with_extensions(database: Database, sql: str) -> str:
    """``sql`` after the administrator has created those of its extensions that the owner may not."""
    wanted = _EXTENSIONS_OF_THE_ADMINISTRATOR.intersection(_CREATE_EXTENSION.findall(sql))
    with driver.connect(database.admin) as connection:
        available = driver.rows(
            connection, "SELECT name FROM pg_available_extensions WHERE name = ANY(%s)", sorted(wanted)
        )
        created = {name for (name,) in available if driver.execute(connection, f"CREATE EXTENSION {name}") is None}
    return _CREATE_EXTENSION.sub(
        lambda found: f"CREATE EXTENSION IF NOT EXISTS {found[1]}" if found[1] in created else found[0], sql
    )


def _shortened(statement: str, length: int = 60) -> str:
    line = " ".join(statement.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"
