"""Objects that are no relation, type or function: what may depend on one that is dropped, and names that are taken."""

from __future__ import annotations

import pytest
from tests.effects.given import errors, predicted, schema

NOTHING = schema("SELECT 1")
MADE = schema(
    """
    CREATE TEXT SEARCH CONFIGURATION c (COPY = simple); CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple);
    CREATE TEXT SEARCH PARSER p (START = a, GETTOKEN = b, END = c, LEXTYPES = d);
    CREATE TEXT SEARCH TEMPLATE t (LEXIZE = a); CREATE OPERATOR FAMILY f USING btree;
    CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq);
    """
)
CALLED = {
    "OPERATOR === (int, int)": ("indexes, checks and views", "operator public.=== integer integer"),
    "OPERATOR CLASS c USING btree": ("indexes", "operator class public.c btree"),
    "OPERATOR FAMILY f USING btree": ("indexes", "operator family public.f btree"),
    "CAST (a AS b)": ("defaults, checks, indexes and views", "cast a as b"),
    "TEXT SEARCH CONFIGURATION c": (
        "defaults, generated columns and indexes",
        "text search configuration public.c",
    ),
    "TEXT SEARCH DICTIONARY d": ("text search configurations", "text search dictionary public.d"),
    "FOREIGN DATA WRAPPER w": ("foreign servers and tables", "foreign-data wrapper w"),
    "SERVER s": ("foreign tables", "server s"),
    "LANGUAGE l": ("functions, and triggers that call them", "language l"),
    "ACCESS METHOD m": ("tables and indexes", "access method m"),
}
"""What may depend on an object, and what it is called."""


@pytest.mark.parametrize("written", CALLED)
def test_what_may_depend_on_a_dropped_object_is_said(written: str) -> None:
    users, called = CALLED[written]
    found = predicted(f"DROP {written}")
    assert [(each.sqlstate, each.when) for each in found.may_fail] == [("2BP01", f"{users} depend on the {called}")]
    found = predicted(f"DROP {written} CASCADE")
    assert (found.may_fail, found.unknown) == (
        (),
        (f"which {users} depend on the {called}, and go with it, is not known",),
    )


@pytest.mark.parametrize(
    ("kind", "called"),
    [
        ("TEXT SEARCH PARSER nothing", "text search parser public.nothing"),
        ("TEXT SEARCH TEMPLATE nothing", "text search template public.nothing"),
        ("OPERATOR CLASS nothing USING btree", "operator class public.nothing btree"),
        ("SERVER nothing", "server nothing"),
    ],
)
def test_an_object_that_is_not_there_is_not_dropped(kind: str, called: str) -> None:
    assert str(predicted(f"DROP {kind}", NOTHING).error) == f"42704: {called} does not exist"


@pytest.mark.parametrize(
    ("definition", "sqlstate"),
    [
        ("TEXT SEARCH CONFIGURATION c (COPY = simple)", "23505"),
        ("TEXT SEARCH DICTIONARY d (TEMPLATE = simple)", "23505"),
        ("TEXT SEARCH PARSER p (START = a, GETTOKEN = b, END = c, LEXTYPES = d)", "23505"),
        ("TEXT SEARCH TEMPLATE t (LEXIZE = a)", "23505"),
        ("OPERATOR FAMILY f USING btree", "42710"),
        ("OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)", "42723"),
    ],
)
def test_an_object_is_made_once(definition: str, sqlstate: str) -> None:
    assert errors(predicted(f"CREATE {definition}", MADE)) == (sqlstate, [])
