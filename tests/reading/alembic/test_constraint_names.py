"""Under a naming convention that could not be read, what it could name otherwise is guarded, and nothing else."""

from __future__ import annotations

import pytest
from tests.reading.alembic.conftest import HEADER, indented

from database_patterns.actions import Name
from database_patterns.catalog import Catalog
from database_patterns.effects.context import Assumptions, follow
from database_patterns.model import Migration
from database_patterns.reading import read_text
from database_patterns.reading.alembic import RevisionContext, read_revision
from database_patterns.reading.alembic.constraint_names import CONDITION


def read(body: str, *, unread: bool = True) -> Migration:
    return read_revision(
        f"{HEADER}\n\ndef upgrade():\n{indented(body)}", "b.py", RevisionContext(convention_unread=unread)
    )


UNSURE = (
    'op.create_foreign_key(None, "u", "t", ["a"], ["id"])',
    'op.create_unique_constraint(None, "t", ["a"])',
    'op.create_index(None, "t", ["a"])',
    'op.create_check_constraint("positive", "t", "a > 0")',
    'op.drop_constraint("positive", "t", type_="check")',
    'op.create_table("n", sa.Column("a", sa.Integer, primary_key=True))',
    'op.create_table("n", sa.Column("a", sa.Integer, unique=True))',
    'op.create_table("n", sa.Column("a", sa.Integer), sa.UniqueConstraint("a"))',
    'op.create_table("n", sa.Column("a", sa.Integer, sa.ForeignKey("t.id")))',
    'op.create_table("n", sa.Column("a", sa.Integer), sa.CheckConstraint("a > 0"))',
)
CERTAIN = (
    'op.create_foreign_key("f", "u", "t", ["a"], ["id"])',
    'op.create_index("i", "t", ["a"])',
    'op.create_index(op.f("i"), "t", ["a"])',
    'op.create_check_constraint(op.f("positive"), "t", "a > 0")',
    'op.drop_constraint("f", "t", type_="foreignkey")',
    'op.create_table("n", sa.Column("a", sa.Integer), sa.PrimaryKeyConstraint("a", name="p"))',
    'op.create_table("n", sa.Column("a", sa.Integer))',
    'op.add_column("t", sa.Column("b", sa.Integer))',
    'sa.Table("n", sa.MetaData(), sa.Column("a", sa.Integer, unique=True)).create(op.get_bind(), checkfirst=False)',
    'op.execute("ALTER TABLE t ADD UNIQUE (a)")',
)


@pytest.mark.parametrize("call", [*UNSURE, *CERTAIN])
def test_only_what_a_convention_could_name_is_guarded_and_its_text_stays(call: str) -> None:
    unread, plain = read(call).upgrade, read(call, unread=False).upgrade
    guard = CONDITION if call in UNSURE else None
    assert [(each.confidence, each.guard) for each in unread] == [("guarded" if guard else "exact", guard)]
    assert [each.sql for each in unread] == [each.sql for each in plain]
    assert [each.confidence for each in plain] == ["exact"]


def test_the_index_of_a_column_and_its_constraints_are_guarded_one_by_one() -> None:
    body = 'op.add_column("t", sa.Column("b", sa.Integer, sa.ForeignKey("u.id", name="f"), index=True, unique=False))'
    found = [(each.sql.split()[0:2], each.confidence) for each in read(body).upgrade]
    assert found == [(["ALTER", "TABLE"], "exact"), (["ALTER", "TABLE"], "exact"), (["CREATE", "INDEX"], "guarded")]


FOLLOWED = """
op.create_table("n", sa.Column("a", sa.Integer, primary_key=True))
op.create_unique_constraint(None, "t", ["a"])
op.drop_constraint("uq_t_a", "t")
op.drop_constraint("pk_n", "n")
op.drop_column("n", "b")
"""


def test_a_table_is_new_and_has_its_columns_whatever_its_constraints_are_called() -> None:
    before = Catalog.empty().advance(read_text("CREATE TABLE t (id int, a int)").upgrade[0])
    context = follow(read(FOLLOWED), "upgrade", before, Assumptions())
    errors = [each.prediction.error.sqlstate if each.prediction.error else None for each in context.statements]
    assert errors == [None, None, None, None, "42703"]
    table = context.statements[1].before.table(Name("n"))
    assert table is not None
    assert (list(table.columns), dict(table.constraints), table.complete, table.rows) == (["a"], {}, False, "none")
    plain = follow(read(FOLLOWED, unread=False), "upgrade", before, Assumptions())
    errors = [each.prediction.error.sqlstate if each.prediction.error else None for each in plain.statements]
    assert errors == [None, None, "42704", "42704", "42703"]


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ('op.drop_constraint("positive", "t", type_="check")', "42704"),
        ('op.create_check_constraint("ck_t_positive", "t", "a > 0")', "42710"),
    ],
)
def test_a_name_that_a_convention_may_change_is_no_certain_failure(call: str, error: str) -> None:
    table = "CREATE TABLE t (a int, CONSTRAINT ck_t_positive CHECK (a > 0))"
    before = Catalog.empty().advance(read_text(table).upgrade[0])
    (followed,) = follow(read(call), "upgrade", before, Assumptions()).statements
    assert followed.prediction.error is None
    assert [each.sqlstate for each in followed.prediction.may_fail if each.expected] == [error]
    (plain,) = follow(read(call, unread=False), "upgrade", before, Assumptions()).statements
    assert plain.prediction.error is not None
    assert plain.prediction.error.sqlstate == error
