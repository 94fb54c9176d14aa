"""What is shipped of PostgreSQL's functions, casts and types is what the server's own catalog says."""

from __future__ import annotations

import pytest
from tests.effects.generate_builtins import TARGET, Facts, merge, read, read_extensions, render

from database_patterns.effects import builtins
from database_patterns.lab import driver
from database_patterns.lab.server import Database, Server


@pytest.mark.parametrize(
    ("name", "volatility"),
    [("now", "stable"), ("random", "volatile"), ("clock_timestamp", "volatile"), ("lower", "immutable"),
     ("gen_random_uuid", "volatile"), ("nextval", "volatile"), ("concat", "stable")],
)  # fmt: skip
def test_a_function_has_its_volatility(name: str, volatility: str) -> None:
    assert {each.volatility for each in builtins.routines("functions", name, 18)} == {volatility}


def test_a_function_of_a_later_version_does_not_exist_before() -> None:
    assert builtins.routines("functions", "uuidv7", 17) == ()
    assert [each.volatility for each in builtins.routines("functions", "uuidv7", 18)] == ["volatile", "volatile"]


def test_a_volatility_that_changed_is_kept_for_each_version() -> None:
    found = {
        postgres: {
            each.volatility
            for each in builtins.routines("functions", "date_trunc", postgres)
            if len(each.arguments) == 3
        }
        for postgres in (15, 16)
    }
    assert found == {15: {"stable"}, 16: {"immutable"}}


def test_what_an_extension_brings_is_marked_with_it() -> None:
    (generate,) = builtins.routines("functions", "uuid_generate_v4", 18)
    assert (generate.volatility, generate.extension) == ("volatile", "uuid-ossp")
    assert {"citext", "pgcrypto", "uuid-ossp"} <= builtins.known_extensions()


def test_casts_and_operator_classes_are_found_by_type() -> None:
    assert builtins.casts("varchar", 18)["text"] == builtins.Cast("b", "i", "immutable")
    assert builtins.default_operator_classes("btree", "int4", 18) == {"int4_ops": None}
    assert builtins.default_operator_classes("btree", "json", 18) == {}


def test_the_shipped_data_is_what_the_server_says(server: Server, database: Database) -> None:
    with driver.connect(database.admin) as connection:
        found: dict[str | None, Facts] = {None: read(connection)}
        found.update(read_extensions(connection).items())
    assert {extension for extension in found if extension} <= builtins.known_extensions()
    for extension, sections in found.items():
        for section, facts in sections.items():
            assert facts == shipped(section, extension, server.postgres), (extension, section)


def shipped(section: str, extension: str | None, postgres: int) -> set[tuple[str, str]]:
    """The facts of one version that are PostgreSQL's own, or that the extension brings."""
    return {
        (name, fact.text)
        for name in builtins._data()[section]
        for fact in builtins._facts(section, name, postgres)
        if fact.extension == extension
    }


def test_the_file_is_written_as_the_generator_writes_it() -> None:
    assert render(builtins._data()) == TARGET.read_text(encoding="utf-8")
    of_servers = {17: {"functions": {("f", "a")}}, 18: {"functions": {("f", "a"), ("g", "b")}}}
    of_extensions = {"e": {17: {"functions": {("f", "c")}}, 18: {"functions": {("f", "c"), ("h", "d")}}}}
    assert merge(of_servers, of_extensions, sections=["functions"]) == {
        "functions": {"f": ["a", "c#e"], "g": ["b@18-18"], "h": ["d@18-18#e"]}
    }
