"""The lab's server is closed to everybody else, its owner role is no administrator, and its databases go."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Generator
from pathlib import Path
from urllib.parse import quote

import pytest

from database_patterns.errors import UserError
from database_patterns.lab import binaries, driver, keeper
from database_patterns.lab.measure import measure
from database_patterns.lab.server import ENVIRONMENT, Database, Server
from database_patterns.model import ServerError


@pytest.fixture
def own_database(own_server: Server) -> Generator[Database]:
    with own_server.database() as made:
        yield made


def ask(dsn: str, query: str) -> object:
    with driver.connect(dsn) as connection:
        [(answer,)] = driver.rows(connection, query)
    return answer


def names(server: Server) -> set[object]:
    with server.database() as database, driver.connect(database.admin) as connection:
        rows = driver.rows(connection, "SELECT datname FROM pg_database WHERE datname <> current_database()")
    return {name for (name,) in rows}


def test_the_server_listens_on_no_network(own_database: Database) -> None:
    assert ask(own_database.owner, "SHOW listen_addresses") == ""


def test_its_socket_lies_in_a_private_folder_and_has_a_short_path(own_database: Database) -> None:
    folder = Path(str(ask(own_database.admin, "SHOW unix_socket_directories")))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(os.fsencode(folder / ".s.PGSQL.5432")) < 100


def test_what_is_measured_runs_as_the_owner_and_not_as_a_superuser(own_database: Database) -> None:
    role = "SELECT (rolname, rolsuper, rolcreaterole, rolcreatedb)::text FROM pg_roles WHERE rolname = current_user"
    assert ask(own_database.owner, role) == "(lab_owner,f,f,f)"
    error = measure(own_database, "COPY (SELECT 1) TO PROGRAM 'true'").error
    assert error is not None
    assert error.sqlstate == "42501"


def test_the_owner_cannot_connect_as_the_administrator(own_database: Database) -> None:
    with pytest.raises(UserError, match="PostgreSQL cannot be connected to"):
        driver.connect(driver.dsn(base=own_database.owner, user=keeper.ADMIN, password="guessed"))  # noqa: S106


def test_the_first_password_of_the_administrator_is_no_longer_valid(own_server: Server, own_database: Database) -> None:
    with Server(postgres_bin=str(binaries.find().folder)) as another, another.database() as database:
        assert database.admin.split("password=")[1] != own_database.admin.split("password=")[1]
    assert own_server.postgres == own_database.postgres


def test_passwords_are_not_shown(own_database: Database) -> None:
    assert repr(own_database) == f"Database(name='{own_database.name}', postgres={own_database.postgres})"


def test_a_database_is_dropped_at_the_end_though_somebody_is_connected(server: Server) -> None:
    before = names(server)
    with server.database() as database:
        connection = driver.connect(database.owner)
        assert names(server) == before | {database.name}
    assert names(server) == before
    assert driver.execute(connection, "SELECT 1") is not None


def test_a_database_is_dropped_after_a_failure(server: Server) -> None:
    before = names(server)
    with pytest.raises(UserError, match="42601"), server.database(setup_sql="NOT SQL"):
        pass
    assert names(server) == before


def test_a_failing_setup_is_said_with_its_error(server: Server) -> None:
    with pytest.raises(UserError) as refused, server.database(setup_sql="CREATE TABLE t (id int); SELECT * FROM u"):
        pass
    assert str(refused.value) == (
        f"CREATE TABLE t (id int); SELECT * FROM u: PostgreSQL {server.postgres} raises "
        '42P01: relation "u" does not exist'
    )


def test_a_database_is_copied_from_a_template(server: Server) -> None:
    with (
        server.database(setup_sql="CREATE TABLE t AS SELECT 7 AS seven") as template,
        server.database(template=template.name) as copy,
    ):
        copy.execute("UPDATE t SET seven = 8")
        assert (ask(template.owner, "SELECT seven FROM t"), ask(copy.owner, "SELECT seven FROM t")) == (7, 8)


@pytest.mark.parametrize("create", ["CREATE EXTENSION amcheck", "create extension if not exists amcheck"])
def test_a_harmless_extension_is_created_for_the_owner(own_server: Server, create: str) -> None:
    with own_server.database(setup_sql=f"{create}; CREATE TABLE t (id int)") as database:
        assert ask(database.owner, "SELECT count(*) FROM pg_extension WHERE extname = 'amcheck'") == 1


def test_an_extension_that_reaches_out_is_not_created(own_server: Server) -> None:
    with pytest.raises(UserError, match="42501"), own_server.database(setup_sql="CREATE EXTENSION file_fdw"):
        pass


def test_two_servers_run_side_by_side(own_database: Database) -> None:
    with Server(postgres_bin=str(binaries.find().folder)) as another, another.database() as database:
        assert driver.dsn(base=database.elsewhere) != driver.dsn(base=own_database.elsewhere)
        database.execute("CREATE TABLE t (id int)")
        assert measure(own_database, "DROP TABLE t").error == ServerError("42P01", 'table "t" does not exist')


@pytest.fixture
def foreign_url(own_database: Database) -> Generator[str]:
    """The URL of a running server, for a role that may create databases and is no superuser."""
    with driver.connect(own_database.admin) as admin:
        admin.execute("CREATE ROLE guest LOGIN CREATEDB PASSWORD 'a secret'")
        admin.execute("GRANT CONNECT ON DATABASE postgres TO guest")
        [(folder,)] = driver.rows(admin, "SHOW unix_socket_directories")
        hba = Path(folder, "hba.conf")
        before = hba.read_text()
        hba.write_text(f"{before}local all guest scram-sha-256\n")
        admin.execute("SELECT pg_reload_conf()")
        for _ in iter(lambda: driver.rows(admin, "SELECT count(*) FROM pg_hba_file_rules"), [(3,)]):
            pass
        yield f"postgresql://guest:a%20secret@/postgres?host={quote(str(folder), safe='')}"
        admin.execute("DROP OWNED BY guest")
        admin.execute("DROP ROLE guest")
        hba.write_text(before)


def test_a_running_server_can_be_used(foreign_url: str, monkeypatch: pytest.MonkeyPatch, own_server: Server) -> None:
    before = names(own_server)
    monkeypatch.setenv(ENVIRONMENT, foreign_url)
    with Server() as server, server.database(setup_sql="CREATE TABLE t (id int)") as database:
        assert (server.version, server.origin) == (own_server.version, ENVIRONMENT)
        assert ask(database.owner, "SELECT current_user::text") == "guest"
        assert measure(database, "ALTER TABLE t ALTER COLUMN id TYPE bigint").rewritten == {"t"}
        assert measure(database, "CREATE INDEX CONCURRENTLY i ON t (id)").observed == "sampled"
    assert names(own_server) == before


@pytest.mark.usefixtures("lab")
def test_a_server_that_cannot_be_reached_is_said_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(UserError) as refused, Server(url=f"postgresql://me:secret@/x?host={quote(str(tmp_path))}"):
        pass
    assert refused.value.where == ENVIRONMENT
    assert "No such file or directory" in refused.value.what
    assert "secret" not in str(refused.value)


@pytest.mark.usefixtures("lab")
def test_what_is_no_url_is_refused_without_repeating_it() -> None:
    with pytest.raises(UserError) as refused, Server(url="me secret"):
        pass
    assert str(refused.value) == (
        f"{ENVIRONMENT}: is not a connection URL of PostgreSQL; write it as postgresql://user:password@host/database"
    )


@pytest.fixture(scope="module")
def closed_installation(own_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: ARG001 - skips
    """A copy of a self-contained installation in a folder that only its owner can enter, and without execute bits."""
    found = binaries.find().folder
    package = found.parent.parent
    libraries = package.with_name(f"{package.name}.libs")
    if not (found.parent / "share").is_dir():
        pytest.skip("the server programs found are no self-contained installation")
    closed = tmp_path_factory.mktemp("closed")
    closed.chmod(0o700)
    shutil.copytree(found.parent, closed / package.name / found.parent.name, symlinks=True)
    if libraries.is_dir():
        shutil.copytree(libraries, closed / libraries.name)
    return closed / package.name / found.parent.name / found.name


def test_a_server_starts_from_a_closed_folder_whose_mode_stays(closed_installation: Path) -> None:
    before = modes(closed_installation)
    with Server(postgres_bin=str(closed_installation)) as server, server.database() as database:
        assert ask(database.owner, "SELECT 1") == 1
        assert server.origin == "--postgres-bin"
    assert modes(closed_installation) == before


def test_a_server_starts_from_programs_that_lost_their_execute_bits(closed_installation: Path) -> None:
    for program in closed_installation.iterdir():
        program.chmod(0o644)
    with Server(postgres_bin=str(closed_installation)) as server, server.database() as database:
        assert ask(database.owner, "SELECT 1") == 1


def test_the_copy_of_programs_serves_the_same_ones_in_a_folder_of_another_name(closed_installation: Path) -> None:
    with Server(postgres_bin=str(closed_installation)):
        pass
    package = closed_installation.parents[1]
    renamed = package.rename(package.with_name("renamed"))
    try:
        with Server(postgres_bin=str(renamed / closed_installation.relative_to(package))) as server:
            assert server.version
    finally:
        renamed.rename(package)


def modes(path: Path) -> dict[Path, int]:
    return {step: stat.S_IMODE(step.stat().st_mode) for step in (path, *path.parents)}


@pytest.mark.usefixtures("lab")
def test_programs_that_do_not_run_are_said_to(tmp_path: Path) -> None:
    (tmp_path / "postgres").write_text("#!/bin/false\npostgres (PostgreSQL) 18.6\n")
    (tmp_path / "initdb").touch()
    with pytest.raises(UserError) as refused, Server(postgres_bin=str(tmp_path)):
        pass
    assert str(refused.value) == (
        f"{tmp_path}: the programs do not run for the server's user: postgres: Permission denied; "
        "give the bin folder of a complete installation"
    )
