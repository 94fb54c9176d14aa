"""Where each statement of a text stands: in the literals of the call, in a constant, or wherever it is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Revise = Callable[..., Any]

TEXTS = {
    'op.execute("SELECT 1; SELECT 2")': ["SELECT 1", "SELECT 2"],
    "op.execute(\"SELECT 1;\"  # one\n    ' SELECT 2')": ["SELECT 1", "SELECT 2"],
    'op.execute(("SELECT 1;" + "SELECT " + "2"))': ["SELECT 1", 'SELECT " + "2'],
    'op.execute("""\n    SELECT 1;\n    SELECT\n    2\n""")': ["SELECT 1", "SELECT\n        2"],
    r"""op.execute(r"SELECT '\d'; SELECT 2")""": [r"SELECT '\d'", "SELECT 2"],
    r"op.execute('SELECT \'\x41\u00e9\101\t\';\nSELECT 2')": [r"SELECT \'\x41\u00e9\101\t\'", "SELECT 2"],
    r"op.execute('SELECT 1;\N{SPACE}SELECT 2')": ["SELECT 1", "SELECT 2"],
    'op.execute("SELECT 1; SELECT \\\n2")': ["SELECT 1", "SELECT \\\n    2"],
    'op.execute(sa.text("SELECT 1; SELECT 2").execution_options(x=1))': ["SELECT 1", "SELECT 2"],
    r"""op.execute(sa.text("SELECT '\\:x'; SELECT 2"))""": [r"SELECT '\\:x'", "SELECT 2"],
    "op.execute(sa.DDL(\"SELECT '%%'; SELECT 2\"))": ["SELECT '%%'", "SELECT 2"],
    'op.execute(sa.text("SELECT :x; SELECT 2").bindparams(x=1))': ["SELECT :x", "SELECT 2"],
    'op.get_bind().exec_driver_sql("SELECT 1; SELECT 2")': ["SELECT 1", "SELECT 2"],
    'op.execute(textwrap.dedent("""\n      SELECT 1;\n        SELECT 2\n    """))': ["SELECT 1", "SELECT 2"],
    'op.execute("  SELECT 1; SELECT 2 ".strip())': ["SELECT 1", "SELECT 2"],
    'op.execute("--SELECT 1; SELECT 2;".lstrip("-").rstrip(";"))': ["SELECT 1", "SELECT 2"],
    'op.execute("ababSELECT 1; SELECT 2ab".removeprefix("ab").removeprefix("ab").removesuffix("ab"))': [
        "SELECT 1",
        "SELECT 2",
    ],
    'op.execute("SELECT 1; SELECT @".replace("@", "2 + 3"))': ["SELECT 1", "SELECT @"],
    'op.execute("SELECT {}; SELECT \'{{}}\', {b!r}".format(1, b="x"))': ["SELECT {}", "SELECT '{{}}', {b!r}"],
    "op.execute(\"SELECT %s; SELECT '%%', %05d\" % (1, 2))": ["SELECT %s", "SELECT '%%', %05d"],
    "op.execute(f\"SELECT {1 + 2}; SELECT '{{}}'; SELECT {'a'!r}\")": [
        "SELECT {1 + 2}",
        "SELECT '{{}}'",
        "SELECT {'a'!r}",
    ],
    "op.execute(f\"{'SELECT 1; SELECT 2'}; SELECT 3\")": [
        "{'SELECT 1; SELECT 2'}",
        "{'SELECT 1; SELECT 2'}",
        "SELECT 3",
    ],
    'op.execute("; ".join(["SELECT 1", "SELECT " "2"]))': ["SELECT 1", 'SELECT " "2'],
    'op.execute("SELECT 1; SELECT 2" if 1 else "SELECT 3")': ["SELECT 1", "SELECT 2"],
}
"""Calls, and the source of each of their statements."""


@pytest.mark.parametrize("call", TEXTS)
def test_each_statement_of_a_text_stands_where_it_is_written(call: str, revise: Revise) -> None:
    found = revise(call, top="import textwrap\n").places()
    assert [place for _, place, _ in found] == TEXTS[call]
    assert all(related == [] for _, _, related in found)


def test_the_statements_of_a_constant_stand_in_it_and_the_call_is_related(revise: Revise) -> None:
    top = 'SQL = """\nSELECT 1;\nSELECT 2;\n"""\nOTHER = "SELECT 1;\\nSELECT 2;\\n"\n'
    assert revise("op.execute(SQL)", top=top).places() == [
        ("SELECT 1", "SELECT 1", ["op.execute(SQL)"]),
        ("SELECT 2", "SELECT 2", ["op.execute(SQL)"]),
    ]
    assert [each.span.line for each in revise("op.execute(SQL)", top=top).migration.upgrade] == [10, 11]


def test_a_constant_is_the_one_of_its_function_as_it_was_assigned_last(revise: Revise) -> None:
    body = 'sql = "SELECT 0; SELECT 0"\nsql = "SELECT 1;"\nsql += " SELECT 2;"\nop.execute(sql)\nsql = "SELECT 3"'
    found = revise(body, top='sql = "SELECT 1; SELECT 2;"\n', down='sql = "SELECT 1; SELECT 2;"')
    assert [each.span.line for each in found.migration.upgrade] == [14, 15]
    assert found.places() == [
        ("SELECT 1", "SELECT 1", ["op.execute(sql)"]),
        ("SELECT 2", "SELECT 2", ["op.execute(sql)"]),
    ]


def test_a_statement_that_lies_in_several_constants_stands_at_the_call(revise: Revise) -> None:
    call = 'op.execute(A + B + "; SELECT 2")'
    assert revise(call, top='A = "SELECT "\nB = "1"\n').places() == [
        ("SELECT 1", call, []),
        ("SELECT 2", "SELECT 2", []),
    ]


def test_constants_among_joined_texts_have_their_own_places(revise: Revise) -> None:
    call = 'op.execute(";".join([A, "SELECT 2", A]))'
    assert revise(call, top='A = "SELECT 1"\n').places() == [
        ("SELECT 1", "SELECT 1", [call]),
        ("SELECT 2", "SELECT 2", []),
        ("SELECT 1", "SELECT 1", [call]),
    ]


@pytest.mark.parametrize(
    ("top", "body"),
    [
        ("", 'for sql in ["SELECT 1; SELECT 2"]:\n    op.execute(sql)'),
        ('Q = {"a": "SELECT 1; SELECT 2", "b": "SELECT 3"}\n', 'sql = Q["a"]\nop.execute(sql)'),
        ('def text_of(a):\n    return f"SELECT 1; SELECT {a}"\n', "sql = text_of(2)\nop.execute(sql)"),
    ],
)
def test_a_text_that_no_part_of_the_call_gives_is_found_in_the_file(top: str, body: str, revise: Revise) -> None:
    for statement, place, related in revise(body, top=top).places():
        assert place in {statement, "SELECT {a}"}
        assert related == ["op.execute(sql)"]


def test_a_text_that_is_written_twice_stands_at_the_call(revise: Revise) -> None:
    body = 'for sql in ["SELECT 1; SELECT 2"] + ["SELECT 1; SELECT 2"]:\n    op.execute(sql)'
    assert revise(body).places() == [(f"SELECT {n}", "op.execute(sql)", []) for n in (1, 2, 1, 2)]


def test_a_text_given_to_a_helper_stands_in_the_outer_call(revise: Revise) -> None:
    top = "def run(sql):\n    op.execute(sa.text(sql))\n"
    assert revise('run("SELECT 1; SELECT 2")', top=top).places() == [
        ("SELECT 1", "SELECT 1", ["op.execute(sa.text(sql))"]),
        ("SELECT 2", "SELECT 2", ["op.execute(sa.text(sql))"]),
    ]


def test_a_text_in_a_helper_is_related_part_by_part_to_the_outer_call(revise: Revise) -> None:
    top = 'def run(table):\n    op.execute(f"TRUNCATE {table}; ANALYZE {table}")\n'
    assert revise('run("t")', top=top).places() == [
        ("TRUNCATE t", 'run("t")', ["TRUNCATE {table}"]),
        ("ANALYZE t", 'run("t")', ["ANALYZE {table}"]),
    ]


def test_a_statement_that_does_not_parse_says_where_inside_the_literal(revise: Revise) -> None:
    assert revise('op.execute("SELECT 1;" "SELEC 2")').places()[1] == ("SELEC 2", "SELEC 2", ["S"])
    call = r"op.execute('SELECT \x31 FRO 2')"
    assert revise(call).places() == [("SELECT 1 FRO 2", call, ["2"])]


def test_a_text_with_an_unknown_part_has_its_places_too(revise: Revise) -> None:
    call = 'op.execute(f"DROP TABLE t; SELECT {unknown}; DROP TABLE u")'
    assert [place for _, place, _ in revise(call).places()] == ["DROP TABLE t", "SELECT {unknown}", "DROP TABLE u"]


def test_what_could_be_read_in_two_ways_stands_at_the_call(revise: Revise) -> None:
    call = "op.execute(f\"{'SELECT 1'};{'SELECT 2; SELECT 3'}\")"
    assert {place for _, place, _ in revise(call).places()} == {call}


def test_texts_that_double_themselves_cost_little(revise: Revise) -> None:
    lines = ["a0 = 'SELECT 1;'", *(f"a{n} = a{n - 1} + a{n - 1}" for n in range(1, 40)), "op.execute(a39)"]
    assert revise("\n".join(lines)).gaps() != []


def test_only_some_of_very_many_unknown_parts_are_named(revise: Revise) -> None:
    fields = ", ".join(f"{{unknown_{n}}}" for n in range(30))
    (statement,) = revise(f'op.execute(f"SELECT {fields}")').migration.upgrade
    named = [f"${n + 1} is unknown_{n}, which nothing defines" for n in range(20)]
    assert statement.guard == "; ".join([*named, "and 10 more"])
