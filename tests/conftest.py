"""Fixtures of all tests: a real PostgreSQL for whatever needs one, started once in each test process."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Final

import pytest
from tests import programs

from database_patterns.errors import UserError
from database_patterns.lab import binaries, driver
from database_patterns.lab.binaries import Binaries
from database_patterns.lab.server import ENVIRONMENT, Database, Server

SERVERS: Final = frozenset({"server", "own_server", "database"})


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--postgres", type=int, metavar="MAJOR", help="run the tests that need a server, on this version of PostgreSQL"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("postgres"):
        needed = [item for item in items if SERVERS.intersection(getattr(item, "fixturenames", ()))]
        config.hook.pytest_deselected(items=[item for item in items if item not in needed])
        items[:] = needed


def server_programs(config: pytest.Config) -> Binaries:
    major = config.getoption("postgres")
    return programs.find(major) if major else binaries.find()


@pytest.fixture(scope="session")
def lab(pytestconfig: pytest.Config) -> None:
    """What a test that uses the lab asks for: it is skipped, with the reason, where the extra ``lab`` is not installed.

    With DATABASE_PATTERNS_REQUIRE_LAB=1, as CI sets it, that is an error instead.
    """
    try:
        driver.load()
        if not os.environ.get(ENVIRONMENT):
            server_programs(pytestconfig)
    except UserError as missing:
        if os.environ.get("DATABASE_PATTERNS_REQUIRE_LAB") == "1":
            raise
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def own_server(lab: None, pytestconfig: pytest.Config) -> Generator[Server]:  # noqa: ARG001 - skips
    """The server that this test process has started, with an administrator."""
    with Server(postgres_bin=str(server_programs(pytestconfig).folder)) as started:
        yield started


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest, lab: None) -> Generator[Server]:  # noqa: ARG001 - skips
    """The server of this test process: the running one of DATABASE_PATTERNS_LAB_URL, else one of our own."""
    if os.environ.get(ENVIRONMENT) and not request.config.getoption("postgres"):
        with Server() as running:
            yield running
    else:
        yield request.getfixturevalue("own_server")


@pytest.fixture
def database(server: Server) -> Generator[Database]:
    """A new, empty database."""
    with server.database() as made:
        yield made
