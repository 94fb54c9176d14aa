"""Nothing is dropped: every call of a file that could send SQL is a statement, or is named in a gap."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from database_patterns.model import NeverRuns, Span

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

def mysql_only(bind):
    bind.execute(sa.text("SELECT 23"))

def in_a_table():
    op.execute("SELECT 24")

STEPS = {"a": in_a_table}
if settings.early:
    op.execute("SELECT 25")
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
if bind.dialect.name == "mysql":
    op.execute("SELECT 21")
    mysql_only(bind)
for step in settings.steps(STEPS):
    step()
op.execute("SELECT 22")
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
    dead = [note.span for note in migration.notes if isinstance(note, NeverRuns)]
    missing = []
    for node in ast.walk(ast.parse(revision.text)):
        if isinstance(node, ast.Call) and sends(node):
            span = Span("b.py", node.lineno, node.col_offset + 1, node.end_lineno or 0, (node.end_col_offset or 0) + 1)
            if span not in covered and not any(inside(span, gap) for gap in (*gaps, *dead)):
                missing.append((node.lineno, ast.unparse(node)))
            assert span not in covered or not any(inside(span, gap) for gap in dead)
    assert missing == []


def test_what_is_known_not_to_run_is_noted_once_with_the_condition(revise: Revise) -> None:
    dead = """
bind = op.get_bind()
for table in ("a", "b"):
    if bind.dialect.name == "mysql":
        op.execute(f"ALTER TABLE {table} ENGINE InnoDB")
        op.execute("SELECT 1")
    else:
        op.drop_table(table)
if bind.dialect.name == "postgresql":
    pass
elif bind.dialect.name == "sqlite":
    op.execute("SELECT 2")
for table in []:
    op.execute("SELECT 3")
while False:
    op.execute("SELECT 4")
bind.dialect.name == "oracle" and op.execute("SELECT 5")
op.execute("SELECT 6") if bind.dialect.name == "oracle" else None
for table in ("a", "b"):
    if table == "a":
        op.execute("SELECT 7")
if bind.dialect.name == "mysql":
    print("no call that sends SQL")
return
op.execute("SELECT 8")
"""
    revision = revise(dead, top="def unused():\n    op.execute('SELECT 9')\n")
    assert revision.sql() == ["DROP TABLE a", "DROP TABLE b", "SELECT 7"]
    assert (revision.migration.upgrade_gaps, revision.migration.downgrade_gaps) == ((), ())
    notes = [note for note in revision.migration.notes if isinstance(note, NeverRuns)]
    assert {(note.span.line - revision.place(dead.strip()[:20]).line, note.condition) for note in notes[:-1]} == {
        (3, 'if bind.dialect.name == "mysql"'),
        (9, 'unless bind.dialect.name == "postgresql"'),
        (12, "for each item of []"),
        (14, "while False"),
        (15, 'if bind.dialect.name == "oracle"'),
        (16, 'if bind.dialect.name == "oracle"'),
        (23, "after return"),
    }
    assert notes[-1] == NeverRuns(
        revision.place("def unused():\n    op.execute('SELECT 9')"), None, "nothing that runs uses unused"
    )


def test_a_function_that_only_dead_code_uses_never_runs(revise: Revise) -> None:
    top = "def mysql():\n    op.execute('SELECT 1')\n"
    revision = revise('if op.get_bind().dialect.name == "mysql":\n    mysql()', top=top)
    assert revision.migration.notes[-1] == NeverRuns(revision.place(top.strip()), None, "nothing that runs uses mysql")
    used = revise("pass", down="mysql()", top=top)
    assert [note for note in used.migration.notes if isinstance(note, NeverRuns)] == []


def test_a_function_within_a_condition_at_the_top_is_no_less_accounted_for(revise: Revise) -> None:
    top = "try:\n    import fast\nexcept ImportError:\n    def helper():\n        op.execute('SELECT 1')\n"
    revision = revise("helper()", top=top)
    assert [gap.span for gap in revision.migration.upgrade_gaps] == [
        revision.place("op.execute('SELECT 1')"),
        Span("b.py", 17, 5, 17, 13),
    ]
    assert revision.migration.downgrade_gaps == ()


def inside(inner: Span, outer: Span) -> bool:
    begin, end = (inner.line, inner.column), (inner.end_line, inner.end_column)
    return (outer.line, outer.column) <= begin and end <= (outer.end_line, outer.end_column)


def test_every_statement_that_is_not_exact_says_why(revise: Revise) -> None:
    migration = revise(BODY, top=TOP).migration
    assert {bool(each.guard) for each in migration.upgrade if each.confidence != "exact"} == {True}
    assert {each.guard for each in migration.upgrade if each.confidence == "exact"} == {None}
