"""The Python of a revision: what is known is computed, what is not guards or leaves a hole, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Revise = Callable[..., Any]

COMPUTED = {
    'table = "orders"\nop.execute(f"DROP TABLE {table}")': ["DROP TABLE orders"],
    'op.execute("DROP TABLE {}, {b!s}".format("x", b="y"))': ["DROP TABLE x, y"],
    'op.execute("DROP TABLE %s, %(b)s" % {"b": 1})': [],
    'op.execute("DROP TABLE %s_%02d" % ("x", 7))': ["DROP TABLE x_07"],
    'op.execute("DROP TABLE " + ", ".join(name.lower() for name in ("A", "B") if name != "B"))': ["DROP TABLE a"],
    'for name, size in (("a", 1), ("b", 2)):\n    op.add_column(name, sa.Column("c", sa.String(size)))': [
        "ALTER TABLE a ADD COLUMN c VARCHAR(1)",
        "ALTER TABLE b ADD COLUMN c VARCHAR(2)",
    ],
    'for key, value in {"a": 1}.items():\n    op.execute(f"SELECT {key}, {value:.1f}")': ["SELECT a, 1.0"],
    "for number in range(3):\n    if number == 0:\n        continue\n    if number > 1:\n        break\n"
    '    op.execute(f"SELECT {number}")\nelse:\n    op.drop_table("t")': ["SELECT 1"],
    'if op.get_bind().dialect.name == "postgresql":\n    op.drop_table("a")\nelse:\n    op.drop_table("b")': [
        "DROP TABLE a"
    ],
    'if op.get_context().dialect.name != "sqlite" and not context.is_offline_mode():\n    op.drop_table("a")': [
        "DROP TABLE a"
    ],
    'columns = [sa.Column("a", sa.Text)]\ncolumns.append(sa.Column("b", sa.Integer))\nop.create_table("t", *columns)': [
        "CREATE TABLE t ( a TEXT, b INTEGER )"
    ],
    'options = {"nullable": False}\nop.alter_column("t", "a", **options)': [
        "ALTER TABLE t ALTER COLUMN a SET NOT NULL"
    ],
    'a, (b, *_) = "x", ("y", "z")\nop.drop_column(a, "c")': ["ALTER TABLE x DROP COLUMN c"],
    'drop = lambda name: op.drop_table(name)\ndrop("t")': ["DROP TABLE t"],
    'op.execute(textwrap.dedent("""\n    SELECT 1"""))': ["SELECT 1"],
    "for a, b in itertools.product((1, 2), repeat=2):\n    op.execute(f'SELECT {a}, {b}')": [
        "SELECT 1, 1",
        "SELECT 1, 2",
        "SELECT 2, 1",
        "SELECT 2, 2",
    ],
    'op.drop_table(Kind.FIRST.value)\nop.drop_table(Kind("b").value)': ["DROP TABLE a", "DROP TABLE b"],
    "count = 1\nwhile False:\n    count += 1\nop.execute(f'SELECT {count}')": ["SELECT 1"],
    'op.execute("SELECT 1" if len("ab") > 1 else "SELECT 2")': ["SELECT 1"],
    'TABLES["c"] = "d"\nfor name in TABLES:\n    op.drop_table(TABLES[name])': ["DROP TABLE b", "DROP TABLE d"],
}
TOP = """
import enum
import itertools
import textwrap
from alembic import context

class Kind(str, enum.Enum):
    FIRST = "a"
    SECOND = "b"

TABLES = {"a": "b"}
"""


@pytest.mark.parametrize("body", COMPUTED)
def test_what_is_known_is_computed(body: str, revise: Revise) -> None:
    revision = revise(body, top=TOP)
    known = [text for text, confidence, _ in revision.outline() if confidence == "exact"]
    assert known == COMPUTED[body]


def test_an_unknown_condition_visits_both_branches_and_guards_them(revise: Revise) -> None:
    revision = revise(
        """
        if settings.big:
            op.drop_table("a")
        else:
            op.drop_table("b")
        op.drop_table("c")
        """,
        top="from app import settings",
    )
    assert revision.outline() == [
        ("DROP TABLE a", "guarded", "if settings.big"),
        ("DROP TABLE b", "guarded", "unless settings.big"),
        ("DROP TABLE c", "exact", None),
    ]
    assert revision.gaps() == []


def test_what_is_asked_of_alembic_s_context_is_unknown_unless_every_migration_answers_it_alike(revise: Revise) -> None:
    revision = revise(
        """
        context = op.get_context()
        if not context.as_sql:
            op.execute("SELECT 1")
        if context.opts:
            op.execute("SELECT 2")
        if context.impl.transactional_ddl == True:
            op.execute("SELECT 3")
        if op.get_bind() is None:
            op.execute("SELECT 4")
        """
    )
    assert revision.outline() == [
        ("SELECT 1", "exact", None),
        ("SELECT 2", "guarded", "if context.opts"),
        ("SELECT 3", "guarded", "if context.impl.transactional_ddl == True"),
    ]


def test_an_early_return_under_an_unknown_condition_guards_the_rest(revise: Revise) -> None:
    revision = revise(
        """
        if settings.skip:
            return
        op.drop_table("a")
        """,
        top="from app import settings",
    )
    assert revision.outline() == [("DROP TABLE a", "guarded", "unless settings.skip")]


def test_an_early_return_deep_inside_guards_everything_after_it(revise: Revise) -> None:
    revision = revise(
        """
        for name in ("a", "b"):
            if settings.one:
                if settings.two:
                    return
            op.drop_table(name)
        op.drop_table("c")
        """,
        top="from app import settings",
    )
    assert [(sql, confidence) for sql, confidence, _ in revision.outline()] == [
        ("DROP TABLE a", "guarded"),
        ("DROP TABLE b", "guarded"),
        ("DROP TABLE c", "guarded"),
    ]


def test_a_name_that_an_unknown_branch_changes_is_unknown_afterwards(revise: Revise) -> None:
    revision = revise(
        """
        name = "a"
        names = ["a"]
        if settings.big:
            name = "b"
            names.append("b")
        op.execute(f"SELECT '{name}'")
        op.execute("DROP TABLE " + ", ".join(names))
        """,
        top="from app import settings",
    )
    assert revision.outline() == [
        ("SELECT '$1'", "partial", "$1 is what depends on settings.big"),
        ("DROP TABLE $1", "opaque", "$1 is a container changed on line 16"),
    ]


def test_an_unknown_loop_runs_its_body_once_under_a_guard_and_forgets_what_it_counts(revise: Revise) -> None:
    revision = revise(
        """
        number = 0
        for row in op.get_bind().execute(sa.text("SELECT id FROM t")):
            number += 1
            op.execute(f"UPDATE t SET n = {number} WHERE id = {row.id}")
        """
    )
    loop = 'for each row in op.get_bind().execute(sa.text("SELECT id FROM t"))'
    changes, row = "what changes in the loop on line 13", "what the database answers"
    assert revision.outline() == [
        ("SELECT id FROM t", "exact", None),
        (
            "UPDATE t SET n = $1 WHERE id = $2",
            "partial",
            f'{loop} and $1 is {changes}; $2 is one of op.get_bind().execute(sa.text("SELECT id FROM t")) ({row})',
        ),
    ]


def test_what_a_try_with_a_handler_surrounds_is_guarded(revise: Revise) -> None:
    revision = revise(
        """
        try:
            op.drop_table("a")
        except sa.exc.ProgrammingError:
            op.drop_table("b")
        finally:
            op.drop_table("c")
        """
    )
    caught = "sa.exc.ProgrammingError"
    assert revision.outline() == [
        ("DROP TABLE a", "guarded", f"within try (except {caught}) on line 12"),
        ("DROP TABLE b", "guarded", f"if {caught} is raised on line 12"),
        ("DROP TABLE c", "exact", None),
    ]


def test_a_helper_s_statement_stands_at_its_call_with_the_line_inside_as_related(revise: Revise) -> None:
    revision = revise(
        'add("orders", kind=sa.Text())',
        top="""
        def add(table, column="note", *, kind):
            op.add_column(table, sa.Column(column, kind))
        """,
    )
    (statement,) = revision.migration.upgrade
    assert statement.sql == "ALTER TABLE orders ADD COLUMN note TEXT"
    assert statement.span == revision.place('add("orders", kind=sa.Text())')
    assert statement.related == (revision.place("op.add_column(table, sa.Column(column, kind))"),)


def test_a_helper_s_return_value_is_known_and_an_uncertain_one_is_not(revise: Revise) -> None:
    revision = revise(
        """
        op.drop_table(known())
        op.drop_table(unknown())
        """,
        top="""
        from app import settings
        def known():
            return "a"
        def unknown():
            if settings.x:
                return "a"
            return "b"
        """,
    )
    assert revision.outline() == [("DROP TABLE a", "exact", None), ("", "opaque", "one of several values")]


def test_a_helper_that_calls_itself_under_an_unknown_condition_is_followed_once_more_for_all_calls(
    revise: Revise,
) -> None:
    revision = revise(
        """
        def walk(connection, table, level):
            rows = connection.execute(sa.text(f"SELECT id FROM {table} WHERE depth = {level}"))
            for row in rows:
                walk(connection, table, level + 1)
            op.execute(f"ANALYZE {table}")
        walk(op.get_bind(), "nodes", 0)
        """
    )
    again = "for each row in rows and each time walk() calls itself"
    assert [(each.sql, each.confidence, (each.guard or "")[: len(again)]) for each in revision.migration.upgrade] == [
        ("SELECT id FROM nodes WHERE depth = 0", "exact", ""),
        ("SELECT id FROM nodes WHERE depth = $1", "partial", again),
        ("ANALYZE nodes", "guarded", again),
        ("ANALYZE nodes", "exact", ""),
    ]
    assert revision.gaps() == []


def test_a_helper_that_counts_down_is_followed_call_by_call(revise: Revise) -> None:
    revision = revise(
        """
        def drop(number):
            if number:
                op.drop_table(f"t{number}")
                drop(number - 1)
        if op.get_bind().scalar(sa.text("SELECT 1")):
            drop(2)
        """
    )
    assert revision.sql() == ["SELECT 1", "DROP TABLE t2", "DROP TABLE t1"]


@pytest.mark.parametrize(
    "line", ["from alembic.op import drop_table", "import alembic.op\ndrop_table = alembic.op.drop_table"]
)
def test_operations_are_found_however_they_are_imported(line: str, revise: Revise) -> None:
    assert revise("drop_table('t')", top=line).sql() == ["DROP TABLE t"]


def test_operations_inside_an_unknown_expression_or_context_are_guarded(revise: Revise) -> None:
    revision = revise(
        """
        settings.a and op.execute("SELECT 1")
        settings.b or op.execute("SELECT 2")
        op.execute("SELECT 3") if settings.c else op.execute("SELECT 4")
        with contextlib.suppress(Exception):
            op.execute("SELECT 5")
        False and op.execute("SELECT 6")
        """,
        top="import contextlib\nfrom app import settings",
    )
    assert revision.outline() == [
        ("SELECT 1", "guarded", "if settings.a"),
        ("SELECT 2", "guarded", "unless settings.b"),
        ("SELECT 3", "guarded", "if settings.c"),
        ("SELECT 4", "guarded", "unless settings.c"),
        ("SELECT 5", "guarded", "within contextlib.suppress(Exception)"),
    ]
    assert revision.gaps() == []


def test_application_code_that_gets_the_connection_is_a_gap_even_if_its_answer_is_kept(revise: Revise) -> None:
    revision = revise("rows = load(op.get_bind())", top="from app import load")
    assert [what for what, _ in revision.gaps()] == ["load(op.get_bind())"]


def test_an_error_in_one_statement_loses_no_other(revise: Revise) -> None:
    revision = revise(
        """
        op.drop_table("a")
        broken = 1 / 0
        op.drop_table(undefined_name)
        op.drop_table("b")
        """
    )
    line = revision.place("broken = 1 / 0").line
    guard = f"if the expression on line {line} does not fail (ZeroDivisionError: division by zero)"
    assert revision.outline() == [
        ("DROP TABLE a", "exact", None),
        ("", "opaque", f"{guard} and undefined_name, which nothing defines"),
        ("DROP TABLE b", "guarded", guard),
    ]
    assert revision.gaps() == [("op.drop_table(undefined_name)", "undefined_name, which nothing defines")]


STOPS = {
    'x = {"a": 1}["b"]': "expression on line {} does not fail (KeyError: 'b')",
    "x = [1][3]": "expression on line {} does not fail (IndexError: list index out of range)",
    "x = None[0]": "expression on line {} does not fail (TypeError: 'NoneType' object is not subscriptable)",
    "x = None.name": "expression on line {} does not fail (AttributeError: 'NoneType' object has no attribute 'name')",
    'x = int("x")': "call on line {} does not fail (ValueError: invalid literal for int() with base 10: 'x')",
    "x = None()": "call on line {} does not fail (TypeError: 'NoneType' object is not callable)",
    "x = None < 1": "expression on line {} does not fail "
    "(TypeError: '<' not supported between instances of 'NoneType' and 'int')",
    'x = -"a"': "expression on line {} does not fail (TypeError: bad operand type for unary -: 'str')",
    'x = f"{name:d}"': "expression on line {} does not fail "
    "(formatting fails (Unknown format code 'd' for object of type 'str'))",
    "a, b = (1,)": "expression on line {} does not fail (ValueError: 1 values are unpacked into 2 names)",
}


@pytest.mark.parametrize("body", STOPS)
def test_what_follows_an_error_that_python_raises_is_not_certain(body: str, revise: Revise) -> None:
    revision = revise(f'op.drop_table("a")\n{body}\nop.drop_table("b")', top='name = "c"')
    assert revision.outline() == [
        ("DROP TABLE a", "exact", None),
        ("DROP TABLE b", "guarded", f"if the {STOPS[body].format(revision.place(body).line)}"),
    ]


@pytest.mark.parametrize(
    "body",
    ['x = settings["b"]', "x = settings.name", 'try:\n    x = {}["b"]\nexcept KeyError:\n    x = 1', 'x = "a".__len__'],
)
def test_what_reading_cannot_compute_or_a_handler_catches_is_no_error(body: str, revise: Revise) -> None:
    revision = revise(f'{body}\nop.drop_table("b")', top="from app import settings")
    assert revision.outline() == [("DROP TABLE b", "exact", None)]


def test_a_statement_that_is_not_interpreted_may_change_names_and_leave(revise: Revise) -> None:
    revision = revise(
        """
        name = picked = "t"
        match name:
            case [picked]:
                name = "u"
        op.drop_table(name)
        op.drop_table(picked)
        op.execute(chosen("x"))
        """,
        top="""
        def chosen(value):
            match value:
                case "x":
                    return "SELECT 1"
        """,
    )
    why = "Match is not interpreted"
    assert revision.outline() == [("", "opaque", why), ("", "opaque", why), ("", "opaque", "what chosen() returns")]


def test_work_that_never_ends_is_named_where_reading_gave_up(revise: Revise) -> None:
    revision = revise("for number in range(100000):\n    for other in range(100000):\n        pass")
    (gap,) = revision.migration.upgrade_gaps
    line = revision.place("for other").line
    why = "it takes more work than is spent on one revision; reading ended on line"
    assert (gap.what, gap.why) == ("for other in range(100000):", f"{why} {line}")


def test_code_that_is_known_never_to_run_is_neither_statement_nor_gap(revise: Revise) -> None:
    revision = revise(
        """
        if op.get_bind().dialect.name == "sqlite":
            only_sqlite()
        for name in ():
            op.drop_table(name)
        return
        op.drop_table("b")
        """,
        top="""
        def only_sqlite():
            op.execute("PRAGMA foreign_keys = OFF")
        """,
    )
    assert (revision.outline(), revision.gaps()) == ([], [])


@pytest.mark.parametrize(
    "body",
    [
        "async def inner():\n    op.drop_table('t')\ninner()",
        "class Work(Base):\n    def run(self):\n        op.drop_table('t')\nWork().run()",
        "match 1:\n    case 1:\n        op.drop_table('t')",
    ],
)
def test_an_operation_where_it_cannot_be_followed_is_named_in_a_gap(body: str, revise: Revise) -> None:
    revision = revise(body)
    assert any("op.drop_table('t')" in what or "op.drop_table" in what for what, _ in revision.gaps())
    assert "DROP TABLE t" not in revision.sql()


def test_an_operation_outside_the_functions_is_a_gap_for_it_runs_at_import(revise: Revise) -> None:
    revision = revise("pass", top='op.execute("SELECT 1")')
    assert revision.outline() == []
    assert revision.gaps() == [('op.execute("SELECT 1")', "it runs when the file is imported, not in upgrade()")]


@pytest.mark.parametrize(
    "body",
    [
        "getattr(op, name)('t')",
        "globals().get('helper')()",
        "itertools.starmap(op.drop_table, [('t',)])",
        "functools.singledispatch(op.drop_table)('t')",
        "op.__class__.drop_table(op, 't')",
        "exec('op.drop_table(1)')",
    ],
)
def test_a_way_around_the_plain_call_is_named_in_a_gap(body: str, revise: Revise) -> None:
    revision = revise(body, top="import functools\nimport itertools\ndef helper():\n    op.drop_table('t')")
    assert revision.outline() == []
    assert revision.gaps() != []


def test_a_function_that_is_named_through_globals_is_called(revise: Revise) -> None:
    revision = revise("globals()['drop_' + 't']()", top="def drop_t():\n    op.drop_table('t')")
    assert (revision.outline(), revision.gaps()) == ([("DROP TABLE t", "exact", None)], [])


def test_global_names_and_defaults_are_those_of_the_place_where_they_are_defined(revise: Revise) -> None:
    revision = revise(
        """
        table = "wrong"
        rename()
        op.drop_table(name)
        drop()
        """,
        top="""
        name = "a"
        table = "b"
        def rename():
            global name
            name = "c"
        def drop(table=table):
            op.drop_table(table)
        """,
    )
    assert revision.sql() == ["DROP TABLE c", "DROP TABLE b"]


def test_a_list_that_grows_in_place_is_one_list(revise: Revise) -> None:
    revision = revise("a = ['x']\nb = a\nb += ['y']\nfor name in a:\n    op.drop_table(name)")
    assert revision.sql() == ["DROP TABLE x", "DROP TABLE y"]


def test_the_order_of_a_set_is_not_known(revise: Revise) -> None:
    revision = revise("for name in {'b', 'a'}:\n    op.drop_table(name)\nop.execute('SELECT ' + ','.join({'1', '2'}))")
    guard = "in the order of a set, which is not known"
    assert revision.outline() == [
        ("DROP TABLE a", "guarded", guard),
        ("DROP TABLE b", "guarded", guard),
        ("SELECT $1", "partial", "$1 is the order of a set"),
    ]


@pytest.mark.parametrize("value", ["Kind.A", "Plain.A", "Odd.A"])
def test_how_an_enum_member_looks_as_text_is_not_known(value: str, revise: Revise) -> None:
    revision = revise(
        f"op.execute(f\"SELECT '{{{value}}}'\")",
        top="""
        import enum
        class Kind(str, enum.Enum):
            A = "a"
        class Plain(enum.Enum):
            A = "a"
        class Odd(enum.StrEnum):
            A = "a"
            def __str__(self):
                return "b"
        """,
    )
    assert [confidence for _, confidence, _ in revision.outline()] == ["partial"]
