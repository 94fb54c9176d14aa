"""What is shipped of PostgreSQL's functions, casts and types is what the server's own catalog says."""

from __future__ import annotations

import pytest
from tests.effects.generate_builtins import TARGET, merge, read, read_extensions, render

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
        own, brought = read(connection), read_extensions(connection)
    shipped = merge_of_version(server.postgres)
    for section, facts in own.items():
        assert facts == shipped[section]["own"], section
    for name, of_extension in brought.items():
        for section, found in of_extension.items():
            assert found <= shipped[section]["extensions"], (name, section)


def merge_of_version(postgres: int) -> dict[str, dict[str, set[tuple[str, str]]]]:
    """The shipped facts that hold in one version, those of extensions apart."""
    sections: dict[str, dict[str, set[tuple[str, str]]]] = {}
    for section, names in builtins._data().items():
        own = {
            (name, fact.text)
            for name in names
            for fact in builtins._facts(section, name, postgres)
            if not fact.extension
        }
        extensions = {(name, fact) for name, facts in names.items() for fact in facts if "#" in fact}
        sections[section] = {"own": own, "extensions": extensions}
    return sections


def test_the_file_is_written_as_the_generator_writes_it() -> None:
    assert render(builtins._data()) == TARGET.read_text(encoding="utf-8")
    assert merge({18: {"functions": {("f", "a")}}}, {}, sections=["functions"]) == {"functions": {"f": ["a"]}}
