"""What is shipped of PostgreSQL's functions, casts and types is what the server's own catalog says."""

from __future__ import annotations

import pytest
from tests.effects.generate_builtins import TARGET, merge, render
from tests.effects.live_builtins import read_live

from database_patterns.effects import builtins
from database_patterns.lab.server import Server


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


def test_the_shipped_data_is_what_the_server_says(server: Server) -> None:
    live = read_live(server)
    assert live.extensions - {None} <= builtins.known_extensions()
    shipped = {(section, name): lines for section, names in builtins._data().items() for name, lines in names.items()}
    assert [key for key in shipped.keys() | live.facts if live.differs(*key, shipped.get(key, ()))] == []


def test_the_file_is_written_as_the_generator_writes_it() -> None:
    assert render(builtins._data()) == TARGET.read_text(encoding="utf-8")
    of_servers = {17: {"functions": {("f", "a")}}, 18: {"functions": {("f", "a"), ("g", "b")}}}
    of_extensions = {"e": {17: {"functions": {("f", "c")}}, 18: {"functions": {("f", "c"), ("h", "d")}}}}
    assert merge(of_servers, of_extensions, sections=["functions"]) == {
        "functions": {"f": ["a", "c#e"], "g": ["b@18-18"], "h": ["d@18-18#e"]}
    }
