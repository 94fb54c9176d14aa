"""What is too large to be read is said at its place; what is merely large is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from database_patterns.reading.alembic.budget import WORDS_MAX

Revise = Callable[..., Any]
TOO_BIG = "a value bigger than is read here"


@pytest.mark.parametrize(
    "step",
    [
        "sa.and_(x, x)",
        "x & x",
        "x == x",
        "~sa.or_(x, x)",
        "x.op('||')(x)",
        "x.in_([x, x])",
        "sa.func.f(x, x)",
        "sa.case((x, x), else_=x)",
        "sa.cast(sa.tuple_(x, x), sa.Text())",
        "sa.select(x, x).scalar_subquery()",
    ],
)
def test_an_expression_that_doubles_is_not_built(step: str, revise: Revise) -> None:
    revision = revise(f"x = sa.column('a')\nfor i in range(60):\n    x = {step}\nop.execute(sa.select(x))")
    assert revision.outline() == [("", "opaque", TOO_BIG)]


def test_a_subquery_that_doubles_by_its_columns_is_not_built(revise: Revise) -> None:
    revision = revise(
        """
        x = sa.select(sa.column("a")).subquery()
        for i in range(60):
            columns = x.c
            x = sa.union_all(sa.select(columns.a), sa.select(columns.a)).subquery()
        op.execute(sa.select(x))
        """
    )
    assert revision.outline() == [("", "opaque", TOO_BIG)]


def test_a_check_of_a_doubling_condition_is_opaque_and_the_next_operation_is_read(revise: Revise) -> None:
    revision = revise(
        """
        x = sa.column("a") > 1
        for i in range(13):
            x = sa.and_(x, x)
        op.create_table("t", *[sa.Column(f"c{i}", sa.Text(), sa.CheckConstraint(x)) for i in range(9)])
        op.drop_table("u")
        """
    )
    assert revision.outline() == [("", "opaque", TOO_BIG), ("DROP TABLE u", "exact", None)]


def test_a_long_condition_is_read(revise: Revise) -> None:
    revision = revise(
        """
        a = sa.column("a")
        op.execute(sa.table("t").delete().where(sa.or_(*[a == i for i in range(300)])))
        """
    )
    terms = " OR ".join(f"a = {number}" for number in range(300))
    assert revision.outline() == [(f"DELETE FROM t WHERE {terms}", "exact", None)]


def test_columns_of_one_table_used_often_weigh_little(revise: Revise) -> None:
    revision = revise(
        """
        t = sa.table("t", *[sa.column(f"c{i}") for i in range(100)])
        for i in range(100):
            op.execute(t.update().where(t.c.c1 == i).values({f"c{i}": t.c.c2}))
        """
    )
    assert {confidence for _, confidence, _ in revision.outline()} == {"exact"}
    assert revision.sql()[7] == "UPDATE t SET c7=t.c2 WHERE t.c1 = 7"


def test_many_rows_are_read(revise: Revise) -> None:
    revision = revise(
        """
        t = sa.table("t", sa.column("a"), sa.column("b"))
        op.bulk_insert(t, [{"a": i, "b": str(i)} for i in range(2000)])
        """
    )
    assert (len(revision.sql()), revision.sql()[-1]) == (2000, "INSERT INTO t (a, b) VALUES (1999, '1999')")


def test_a_text_that_is_too_long_to_parse_is_opaque(revise: Revise) -> None:
    revision = revise(f"op.execute('SELECT ' + '1,' * {WORDS_MAX} + '1')\nop.drop_table('t')")
    assert revision.outline() == [
        ("", "opaque", "its text is longer than is parsed here"),
        ("DROP TABLE t", "exact", None),
    ]


def test_unknown_arguments_spread_into_a_helper_leave_no_default_standing(revise: Revise) -> None:
    revision = revise(
        """
        def drop(table, schema="public"):
            op.drop_table(table, schema=schema)
        drop(*settings.names)
        """,
        top="from app import settings",
    )
    why = "an argument of drop() (what is imported from app, which is not read)"
    assert revision.gaps() == [("op.drop_table(table, schema=schema)", why)]


def test_unknown_named_arguments_leave_those_that_are_given(revise: Revise) -> None:
    revision = revise(
        """
        def drop(table, *, schema=None, note=None):
            op.execute(f"DROP TABLE {table}")
            op.execute(f"SELECT {note}")
        drop("t", **settings.options)
        """,
        top="from app import settings",
    )
    assert [(each.sql, each.confidence) for each in revision.migration.upgrade] == [
        ("DROP TABLE t", "exact"),
        ("SELECT $1", "partial"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        "    if settings.old:\n        A = 'x'\n    B = 'y'",
        "    A = B = 'x'",
        "    _ignore_ = 'A'\n    A = 'x'",
        "    def __eq__(self, other):\n        return True\n    A = 'x'",
    ],
)
def test_an_enum_whose_members_are_not_plain_is_unknown(body: str, revise: Revise) -> None:
    revision = revise(
        "op.add_column('t', sa.Column('a', sa.Enum(Kind)))",
        top=f"import enum\nfrom app import settings\nclass Kind(enum.Enum):\n{body}",
    )
    assert [confidence for _, confidence, _ in revision.outline()] == ["opaque"]


def test_a_type_whose_class_decides_what_it_is_is_unknown(revise: Revise) -> None:
    revision = revise(
        "op.add_column('t', sa.Column('a', Own()))",
        top="""
        from app import settings
        class Own(sa.TypeDecorator):
            impl = sa.Text
            if settings.old:
                impl = sa.Integer
        """,
    )
    assert [confidence for _, confidence, _ in revision.outline()] == ["opaque"]
