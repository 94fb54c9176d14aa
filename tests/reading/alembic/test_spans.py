"""Where statements stand: the call, the argument that makes them, the part of a text, and the places within helpers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from database_patterns.model import Span
from database_patterns.reading.alembic import RevisionContext, read_revision

from .conftest import HEADER

Revise = Callable[..., Any]

# Calls and helpers ---------------------------------------------------------------------------------------------------


def test_a_statement_stands_at_its_whole_call(revise: Revise) -> None:
    call = 'op.execute(\n    "SELECT 1",\n)'
    assert revise(call).places() == [("SELECT 1", call.replace("\n", "\n    "), [])]


def test_the_columns_of_a_place_are_characters_also_behind_tabs_and_other_scripts(revise: Revise) -> None:
    revision = revise('x = "añ😀"; op.execute("SELECT 1;\tSELECT \'日本\'; SELECT 2")')
    assert [each.span for each in revision.migration.upgrade] == [
        revision.place(part) for part in ("SELECT 1", "SELECT '日本'", "SELECT 2")
    ]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_byte_order_marks_and_ends_of_lines_change_no_place(mark: str, end: str) -> None:
    text = 'from alembic import op\nrevision = "b"\ndef upgrade():\n\top.execute("""\n  SELECT 1;\n  SELECT 2""")\n'
    migration = read_revision(mark + text.replace("\n", end), "b.py")
    assert [each.span for each in migration.upgrade] == [Span("b.py", 5, 3, 5, 11), Span("b.py", 6, 3, 6, 11)]


def test_a_helpers_statement_stands_at_the_outer_call_with_its_own_place_as_related(revise: Revise) -> None:
    top = "def run(table):\n    op.drop_table(table)\n    op.execute(f\"SELECT '{table}'\")\n"
    assert revise('run("a")', top=top).places() == [
        ("DROP TABLE a", 'run("a")', ["op.drop_table(table)"]),
        ("SELECT 'a'", 'run("a")', ["""op.execute(f"SELECT '{table}'")"""]),
    ]


def test_nested_helpers_give_all_places_from_the_innermost_out(revise: Revise) -> None:
    top = 'def outer():\n    middle()\ndef middle():\n    inner("x")\ndef inner(name):\n    op.drop_table(name)\n'
    assert revise("outer()", top=top).places() == [
        ("DROP TABLE x", "outer()", ["op.drop_table(name)", 'inner("x")', "middle()"])
    ]


def test_loops_and_comprehensions_leave_a_statement_at_its_call(revise: Revise) -> None:
    body = '[op.drop_table(name) for name in "ab"]\nfor name in ("c", "d"):\n    op.drop_index(name)'
    assert revise(body).places() == [
        ("DROP TABLE a", "op.drop_table(name)", []),
        ("DROP TABLE b", "op.drop_table(name)", []),
        ("DROP INDEX c", "op.drop_index(name)", []),
        ("DROP INDEX d", "op.drop_index(name)", []),
    ]


def test_what_a_lambda_sends_stands_in_the_outer_call_that_it_is_written_in(revise: Revise) -> None:
    top = "def twice(action):\n    action()\n"
    assert revise('twice(lambda: op.drop_table("a"))', top=top).places() == [
        ("DROP TABLE a", 'op.drop_table("a")', ["action()"])
    ]


def test_a_decorated_helper_has_the_wrappers_call_among_its_places(revise: Revise) -> None:
    top = (
        "def logged(function):\n    def wrapper():\n        op.execute('SELECT 0')\n        function()\n"
        "    return wrapper\n\n@logged\ndef run():\n    op.execute('SELECT 1')\n"
    )
    assert revise("run()", top=top).places() == [
        ("SELECT 0", "run()", ["op.execute('SELECT 0')"]),
        ("SELECT 1", "run()", ["op.execute('SELECT 1')", "function()"]),
    ]


def test_a_batchs_operations_stand_at_their_own_calls(revise: Revise) -> None:
    top = 'def more(batch):\n    batch.add_column(sa.Column("c", sa.Integer(), sa.ForeignKey("u.id", name="f")))\n'
    body = (
        'with op.batch_alter_table("t") as batch:\n    batch.add_column(sa.Column("a", sa.Integer()))\n'
        '    batch.add_column(sa.Column("b", sa.Integer(), index=True))\n    more(batch)\n    batch.drop_column("d")'
    )
    assert revise(body, top=top).places() == [
        ("ALTER TABLE t ADD COLUMN a INTEGER", 'batch.add_column(sa.Column("a", sa.Integer()))', []),
        ("ALTER TABLE t ADD COLUMN b INTEGER", 'batch.add_column(sa.Column("b", sa.Integer(), index=True))', []),
        ("CREATE INDEX ix_t_b ON t (b)", 'sa.Column("b", sa.Integer(), index=True)', []),
        (
            "ALTER TABLE t ADD COLUMN c INTEGER",
            "more(batch)",
            ['batch.add_column(sa.Column("c", sa.Integer(), sa.ForeignKey("u.id", name="f")))'],
        ),
        (
            "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY(c) REFERENCES u (id)",
            "more(batch)",
            ['sa.ForeignKey("u.id", name="f")'],
        ),
        ("ALTER TABLE t DROP COLUMN d", 'batch.drop_column("d")', []),
    ]


MODULE = """\
from alembic import op
import sqlalchemy as sa

SQL = "SELECT 1; SELECT 2"
COLUMN = sa.Column("a", sa.Integer(), index=True)

def run(name):
    op.drop_table(name)
"""
ReadBeside = Callable[[str], list[tuple[str, list[tuple[str, str]]]]]


@pytest.fixture
def read_beside(tmp_path: Path) -> ReadBeside:
    """Reads a revision with a call as its upgrade, beside ``helpers``; gives the statements' related places."""

    def read(body: str) -> list[tuple[str, list[tuple[str, str]]]]:
        (tmp_path / "helpers.py").write_text(MODULE, encoding="utf-8")
        text = f"{HEADER}import helpers\ndef upgrade():\n    {body}\n"
        migration = read_revision(text, str(tmp_path / "b.py"), RevisionContext(roots=(tmp_path,)))
        line = text.count("\n")
        call = Span(str(tmp_path / "b.py"), line, 5, line, 5 + len(body))
        assert {each.span for each in migration.upgrade} == {call}
        return [(each.sql.strip(), [_in_module(span) for span in each.related]) for each in migration.upgrade]

    return read


def _in_module(span: Span) -> tuple[str, str]:
    assert span.line == span.end_line
    return Path(span.path).name, MODULE.split("\n")[span.line - 1][span.column - 1 : span.end_column - 1]


def test_a_helper_in_another_module_is_related_in_its_own_file(read_beside: ReadBeside) -> None:
    assert read_beside('helpers.run("a")') == [("DROP TABLE a", [("helpers.py", "op.drop_table(name)")])]


def test_a_constant_of_another_module_is_related_in_its_own_file(read_beside: ReadBeside) -> None:
    assert read_beside("op.execute(helpers.SQL)") == [
        ("SELECT 1", [("helpers.py", "SELECT 1")]),
        ("SELECT 2", [("helpers.py", "SELECT 2")]),
    ]


def test_a_column_made_in_another_module_is_related_in_its_own_file(read_beside: ReadBeside) -> None:
    column = ("helpers.py", 'sa.Column("a", sa.Integer(), index=True)')
    assert read_beside('op.add_column("t", helpers.COLUMN)') == [
        ("ALTER TABLE t ADD COLUMN a INTEGER", [column]),
        ("CREATE INDEX ix_t_a ON t (a)", [column]),
    ]


# Arguments -----------------------------------------------------------------------------------------------------------


def test_each_statement_of_a_new_table_stands_at_the_argument_that_makes_it(revise: Revise) -> None:
    kind = 'sa.Enum("new", "paid", name="kind")'
    column = f'sa.Column("kind", {kind}, index=True, comment="what it is")'
    index = 'sa.Index("ix_n", "n")'
    call = f'op.create_table("t", {column}, sa.Column("n", sa.Integer()), {index}, comment="things")'
    assert revise(call).places() == [
        ("CREATE TYPE kind AS ENUM ('new', 'paid')", kind, []),
        ("CREATE TABLE t ( kind kind, n INTEGER )", call, []),
        ("CREATE INDEX ix_n ON t (n)", index, []),
        ("CREATE INDEX ix_t_kind ON t (kind)", column, []),
        ("COMMENT ON TABLE t IS 'things'", call, []),
        ("COMMENT ON COLUMN t.kind IS 'what it is'", column, []),
    ]


@pytest.mark.parametrize(
    ("column", "statement", "argument"),
    [
        ('sa.Column("a", sa.Integer(), index=True)', "CREATE INDEX ix_t_a ON t (a)", None),
        ('sa.Column("a", sa.Integer(), unique=True)', "ALTER TABLE t ADD UNIQUE (a)", None),
        ('sa.Column("a", sa.Integer(), comment="x")', "COMMENT ON COLUMN t.a IS 'x'", None),
        (
            'sa.Column("a", sa.Integer(), sa.ForeignKey("u.id"))',
            "ALTER TABLE t ADD FOREIGN KEY(a) REFERENCES u (id)",
            'sa.ForeignKey("u.id")',
        ),
    ],
)
def test_what_a_new_column_brings_stands_at_the_column_or_at_its_part(
    column: str, statement: str, argument: str | None, revise: Revise
) -> None:
    call = f'op.add_column("t", {column})'
    assert revise(call).places() == [
        ("ALTER TABLE t ADD COLUMN a INTEGER", call, []),
        (statement, argument or column, []),
    ]


def test_each_change_of_a_column_stands_at_its_own_argument(revise: Revise) -> None:
    call = (
        'op.alter_column("t", "a", type_=sa.Text(), nullable=False, server_default="x", new_column_name="b", '
        'comment="c", existing_type=sa.Integer())'
    )
    assert revise(call).places() == [
        ("ALTER TABLE t ALTER COLUMN a TYPE TEXT", "type_=sa.Text()", []),
        ("ALTER TABLE t ALTER COLUMN a SET NOT NULL", "nullable=False", []),
        ("ALTER TABLE t ALTER COLUMN a SET DEFAULT 'x'", 'server_default="x"', []),
        ("COMMENT ON COLUMN t.a IS 'c'", 'comment="c"', []),
        ("ALTER TABLE t RENAME a TO b", 'new_column_name="b"', []),
    ]


def test_the_only_change_of_a_column_stands_at_the_call(revise: Revise) -> None:
    call = 'op.alter_column("t", "a", nullable=False, existing_type=sa.Integer())'
    assert revise(call).places() == [("ALTER TABLE t ALTER COLUMN a SET NOT NULL", call, [])]


COLUMN = 'sa.Column("a", sa.Integer(), index=True)'
ADD, INDEX = "ALTER TABLE t ADD COLUMN a INTEGER", "CREATE INDEX ix_t_a ON t (a)"
CREATE = "CREATE TABLE t ( a INTEGER )"


def test_a_column_in_a_variable_leaves_its_statements_at_the_call_and_is_related(revise: Revise) -> None:
    assert revise(f'column = {COLUMN}\nop.add_column("t", column)').places() == [
        (ADD, 'op.add_column("t", column)', [COLUMN]),
        (INDEX, 'op.add_column("t", column)', [COLUMN]),
    ]


def test_a_column_that_a_helper_makes_stands_at_the_argument_that_calls_it(revise: Revise) -> None:
    top = f"def columns():\n    return [{COLUMN}]\n"
    assert revise('op.create_table("t", *columns())', top=top).places() == [
        (CREATE, 'op.create_table("t", *columns())', []),
        (INDEX, "columns()", [COLUMN]),
    ]


def test_columns_of_a_starred_list_or_a_comprehension_stand_where_they_are_written(revise: Revise) -> None:
    written = "sa.Column(name, sa.Integer(), index=True)"
    call = f'op.create_table("t", *[{written} for name in "ab"])'
    assert revise(call).places() == [
        ("CREATE TABLE t ( a INTEGER, b INTEGER )", call, []),
        ("CREATE INDEX ix_t_a ON t (a)", written, []),
        ("CREATE INDEX ix_t_b ON t (b)", written, []),
    ]
    call = 'op.create_table("t", *columns)'
    assert revise(f"columns = [{COLUMN}]\n{call}").places() == [(CREATE, call, []), (INDEX, call, [COLUMN])]


def test_a_column_given_to_a_helper_stands_in_the_outer_call(revise: Revise) -> None:
    top = 'def add(column):\n    op.add_column("t", column)\n'
    assert revise(f"add({COLUMN})", top=top).places() == [
        (ADD, f"add({COLUMN})", ['op.add_column("t", column)']),
        (INDEX, COLUMN, ['op.add_column("t", column)']),
    ]


def test_a_column_made_and_added_in_a_helper_is_related_to_the_outer_call(revise: Revise) -> None:
    top = f'def add():\n    op.add_column("t", {COLUMN})\n'
    assert revise("add()", top=top).places() == [
        (ADD, "add()", [f'op.add_column("t", {COLUMN})']),
        (INDEX, "add()", [COLUMN]),
    ]


def test_a_type_in_a_variable_is_related_to_what_creates_it(revise: Revise) -> None:
    kind = 'sa.Enum("a", name="kind")'
    body = f'kind = {kind}\nkind.create(op.get_bind())\nop.create_table("t", sa.Column("k", kind))'
    assert revise(body).places() == [
        ("CREATE TYPE kind AS ENUM ('a')", "kind.create(op.get_bind())", [kind]),
        ("CREATE TYPE kind AS ENUM ('a')", 'op.create_table("t", sa.Column("k", kind))', [kind]),
        ("CREATE TABLE t ( k kind )", 'op.create_table("t", sa.Column("k", kind))', []),
    ]


def test_a_column_of_the_same_name_in_another_table_is_not_related(revise: Revise) -> None:
    index = 'op.create_index("ix", "u", ["a"])'
    assert revise(f'op.create_table("t", sa.Column("a", sa.Integer()))\n{index}').places()[1:] == [
        ("CREATE INDEX ix ON u (a)", index, [])
    ]


def test_each_row_of_a_bulk_insert_stands_where_it_is_written(revise: Revise) -> None:
    table = 'sa.table("t", sa.column("a", sa.Integer()))'
    call = f'op.bulk_insert({table}, [{{"a": 1}}, dict(a=2)])'
    assert revise(call).places() == [
        ("INSERT INTO t (a) VALUES (1)", '{"a": 1}', []),
        ("INSERT INTO t (a) VALUES (2)", "dict(a=2)", []),
    ]


@pytest.mark.parametrize("rows", ['[{"a": n} for n in (1, 2)]', '[*({"a": n} for n in (1, 2))]', "ROWS"])
def test_rows_that_the_call_does_not_list_stand_at_the_call(rows: str, revise: Revise) -> None:
    call = f'op.bulk_insert(sa.table("t", sa.column("a", sa.Integer())), {rows})'
    found = revise(call, top='ROWS = [{"a": 1}, {"a": 2}]\n').places()
    assert found == [(f"INSERT INTO t (a) VALUES ({n})", call, []) for n in (1, 2)]
