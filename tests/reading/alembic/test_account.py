"""Nothing is dropped: every call of a file that could send SQL is a statement, or is named in a gap."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from database_patterns.model import Span

Revise = Callable[..., Any]

TOP = """
from app import models, settings
from sqlalchemy.orm import Session

def helper(bind, tables):
    for table in tables:
        op.drop_table(table)
        bind.execute(sa.text("SELECT 1"))
        if settings.more:
            op.execute("SELECT 2")

def recursive(n):
    op.execute(f"SELECT {n}")
    return recursive(n + 1)

def generator():
    yield op.execute("SELECT 3")

async def asynchronous():
    op.execute("SELECT 4")

class Helper:
    def work(self):
        op.execute("SELECT 5")
"""
BODY = """
bind = op.get_bind()
helper(bind, ["a", "b"])
helper(bind, settings.tables)
recursive(0)
list(generator())
asynchronous()
Helper().work()
with op.batch_alter_table("t") as batch:
    batch.drop_column("a")
    batch.drop_constraint(None, type_="unique")
    if settings.more:
        batch.drop_column(settings.column)
with op.batch_alter_table(settings.table) as other:
    other.drop_column("b")
try:
    op.drop_index(settings.index)
    op.execute("SELECT 6")
except Exception as error:
    op.execute(str(error))
    raise
else:
    op.execute("SELECT 7")
while bind.execute(sa.text("SELECT 8")).scalar():
    op.execute("SELECT 9")
    for row in bind.execute(sa.text("SELECT 10")):
        bind.execute(sa.text("SELECT :x"), {"x": row.x})
        if row.done:
            break
        op.bulk_insert(models.table, [{"a": row.a}])
op.execute(models.query)
[op.execute(name) for name in ("SELECT 11", "SELECT 12")]
[op.execute(name) for name in settings.names]
session = Session(bind)
session.execute(sa.text("SELECT 13"))
session.query(models.Thing).update({"a": 1})
sa.create_engine("x").connect().execute(sa.text("SELECT 14"))
match settings.mode:
    case "x":
        op.execute("SELECT 15")
op.add_column("t", sa.Column("a", models.Type(), sa.ForeignKey("x.id")))
op.execute("SELECT 16") if settings.more else op.execute("SELECT 17")
value = settings.more and op.execute("SELECT 18")
(lambda: op.execute("SELECT 19"))()
op.create_table("u", *[sa.Column(name, sa.Integer()) for name in settings.names])
if settings.stop:
    return op.execute("SELECT 20")
op.execute("SELECT 21")
"""


def sends(call: ast.Call) -> bool:
    """Whether a plain look at ``call`` takes it for one that sends SQL."""
    function = call.func
    if not isinstance(function, ast.Attribute):
        return False
    owner = function.value.id if isinstance(function.value, ast.Name) else ""
    quiet = {"get_bind", "get_context", "f", "inline_literal", "batch_alter_table"}
    return function.attr == "execute" or (owner in {"op", "batch", "other"} and function.attr not in quiet)


def test_every_call_that_could_send_sql_is_a_statement_or_a_gap(revise: Revise) -> None:
    revision = revise(BODY, top=TOP)
    migration = revision.migration
    covered = {span for each in migration.upgrade for span in (each.span, *each.related)}
    gaps = [gap.span for gap in migration.upgrade_gaps]
    missing = []
    for node in ast.walk(ast.parse(revision.text)):
        if isinstance(node, ast.Call) and sends(node):
            span = Span("b.py", node.lineno, node.col_offset + 1, node.end_lineno or 0, (node.end_col_offset or 0) + 1)
            if span not in covered and not any(inside(span, gap) for gap in gaps):
                missing.append((node.lineno, ast.unparse(node)))
    assert missing == []


def inside(inner: Span, outer: Span) -> bool:
    begin, end = (inner.line, inner.column), (inner.end_line, inner.end_column)
    return (outer.line, outer.column) <= begin and end <= (outer.end_line, outer.end_column)


def test_every_statement_that_is_not_exact_says_why(revise: Revise) -> None:
    migration = revise(BODY, top=TOP).migration
    assert {bool(each.guard) for each in migration.upgrade if each.confidence != "exact"} == {True}
    assert {each.guard for each in migration.upgrade if each.confidence == "exact"} == {None}
