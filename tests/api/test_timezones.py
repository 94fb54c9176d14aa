"""Which names of time zones are believed: those that PostgreSQL takes."""

from __future__ import annotations

import zoneinfo

import pytest

from database_patterns.api import timezones
from database_patterns.errors import UserError
from database_patterns.lab.measure import measure
from database_patterns.lab.server import Database

TAKEN = ("UTC", "utc", "Europe/Berlin", "america/new_york", "EST5EDT", "Etc/GMT+3", "-7", "5.5", "FOO-5", "<+03>-3",
         "CET-1CEST", "PST8PDT,M3.2.0,M11.1.0", "ABC+5:30")  # fmt: skip
REFUSED = ("Foo/Bar", "Europe/Berln", "Berlin", "", "CEST", "+x")


@pytest.mark.parametrize("name", TAKEN)
def test_a_name_that_the_server_takes_is_taken(name: str, database: Database) -> None:
    assert measure(database, f"SET TimeZone = '{name}'").error is None
    assert timezones.known(name) == name


@pytest.mark.parametrize("name", REFUSED)
def test_a_name_that_the_server_refuses_is_refused(name: str, database: Database) -> None:
    assert measure(database, f"SET TimeZone = '{name}'").error is not None
    with pytest.raises(UserError, match="there is no such time zone"):
        timezones.known(name)


def test_the_nearest_names_are_said() -> None:
    with pytest.raises(UserError, match=r"^Amerika/Chicago: .*; did you mean America/Chicago"):
        timezones.known("Amerika/Chicago")


def test_without_a_database_of_time_zones_every_name_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zoneinfo, "available_timezones", set)
    assert timezones.known("Foo/Bar") == "Foo/Bar"
