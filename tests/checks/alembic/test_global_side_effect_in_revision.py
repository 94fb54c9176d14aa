"""global-side-effect-in-revision: what changes the SQL of other revisions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

HOOK = """
from sqlalchemy.ext.compiler import compiles

{}

@compiles({})
def without(element, compiler, **options):
    return ''

def upgrade():
    pass
"""


def test_a_hook_into_the_compiler_is_found_once_for_both_directions(lint: Lint) -> None:
    (finding,) = lint(HOOK.format("", "sa.ForeignKeyConstraint"))
    assert (finding.severity, finding.certainty, finding.span.line) == ("error", "proven", 13)
    assert finding.message == (
        "compiles(sa.ForeignKeyConstraint) changes SQLAlchemy or Alembic for all revisions, as soon as Alembic imports"
        " the file, which it does before it runs any: their SQL is no longer what they say."
    )
    assert finding.help == (
        "Say it where it is meant: in the arguments of the operation, or as SQL in op.execute(). What is meant for all"
        " revisions belongs into env.py."
    )


def test_a_hook_for_a_class_of_its_own_or_another_database_is_quiet(lint: Lint) -> None:
    own = "class Own(sa.sql.expression.ColumnElement):\n    pass"
    assert lint(HOOK.format(own, "Own")) == ()
    assert lint(HOOK.format("", "sa.ForeignKeyConstraint, 'sqlite'")) == ()


@pytest.mark.parametrize("line", ["sa.Text = sa.Unicode", "op.drop_table = print", "sa.event.listen(sa.Table, 'x', f)"])
def test_what_is_replaced_while_it_runs_is_found_as_well(lint: Lint, line: str) -> None:
    (finding,) = lint(f"def upgrade():\n    {line}\n")
    assert "for all revisions, from here on: " in finding.message
    assert finding.direction == "upgrade"
