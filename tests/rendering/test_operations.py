"""Operations say the same in both forms: the SQL is read back as itself, and Alembic renders the Python to that SQL."""

from __future__ import annotations

from textwrap import indent

import pytest

from database_patterns.actions import AddColumn, AddConstraint, Column, CreateIndex, Name, TypeName
from database_patterns.reading import read_text
from database_patterns.rendering import operations
from database_patterns.rendering.operations import Operation, written

ORDERS = Name("orders")
QUALIFIED = Name("Order Lines", "shop")


def only_action(sql: str) -> object:
    (statement,) = read_text(sql, kind="sql").upgrade
    assert statement.error is None
    (action,) = statement.actions
    return action


def rendered_by_alembic(operation: Operation) -> list[str]:
    code = indent(written([operation], "alembic"), "    ")
    head = "from alembic import op\nimport sqlalchemy as sa\nrevision = 'a'\ndown_revision = None\n"
    migration = read_text(f"{head}def upgrade():\n{code}\n", "a.py", "alembic")
    assert migration.upgrade_gaps == ()
    return [" ".join(statement.sql.split()) for statement in migration.upgrade]


INDEXES = [
    "CREATE INDEX i ON orders (a)",
    'CREATE UNIQUE INDEX CONCURRENTLY "I" ON shop.orders (a, b) INCLUDE (c) WHERE a > 1',
    "CREATE INDEX i ON orders USING gin (a jsonb_path_ops)",
    "CREATE INDEX i ON orders (lower(a), b)",
    "CREATE UNIQUE INDEX i ON orders (a) NULLS NOT DISTINCT",
    'CREATE INDEX i ON orders (a COLLATE "C")',
]


@pytest.mark.parametrize("sql", [*INDEXES, "CREATE INDEX ON orders (a)", "CREATE INDEX i ON ONLY orders (a)"])
def test_an_index_is_read_back_as_itself(sql: str) -> None:
    index = only_action(sql)
    assert isinstance(index, CreateIndex)
    assert only_action(operations.create_index(index).sql) == index


@pytest.mark.parametrize("sql", INDEXES)
def test_alembic_renders_the_same_index(sql: str) -> None:
    index = only_action(sql)
    assert isinstance(index, CreateIndex)
    (rendered,) = rendered_by_alembic(operations.create_index(index))
    assert only_action(rendered) == index


FOREIGN_KEYS = [
    "ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES customers (id)",
    """ALTER TABLE shop.orders ADD CONSTRAINT f FOREIGN KEY (a, b) REFERENCES shop.customers (id, c)
    ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED NOT VALID""",
    "ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES customers NOT VALID",
]


@pytest.mark.parametrize("sql", FOREIGN_KEYS)
def test_a_foreign_key_is_the_same_in_both_forms(sql: str) -> None:
    action = only_action(sql)
    assert isinstance(action, AddConstraint)
    operation = operations.add_foreign_key(action.table, action.constraint)
    (rendered,) = rendered_by_alembic(operation)
    assert (only_action(operation.sql), only_action(rendered)) == (action, action)


@pytest.mark.parametrize(
    "definition",
    [
        "c text",
        "c varchar(20) NOT NULL",
        "c varchar",
        "c numeric(10, 2) DEFAULT 0 NOT NULL",
        "c bigint DEFAULT (1 + 1)",
        "c timestamp with time zone DEFAULT now()",
        "c text DEFAULT 'it''s'",
        "c text[]",
        "c jsonb",
        "c timestamp(3)",
        'c shop."Kind"',
        '"Select" boolean',
    ],
)
def test_a_column_is_the_same_in_both_forms(definition: str) -> None:
    action = only_action(f"ALTER TABLE orders ADD COLUMN {definition}")
    assert isinstance(action, AddColumn)
    operation = operations.add_column(action.table, action.column)
    (rendered,) = rendered_by_alembic(operation)
    assert (only_action(operation.sql), only_action(rendered)) == (action, action)


@pytest.mark.parametrize("table", [ORDERS, QUALIFIED])
def test_alembic_renders_the_sql_of_each_operation(table: Name) -> None:
    all_operations = [
        operations.add_check(table, "ck", "a > 0", not_valid=True),
        operations.validate_constraint(table, "ck"),
        operations.drop_constraint(table, "ck"),
        operations.set_not_null(table, "a"),
        operations.drop_not_null(table, "a"),
        operations.rename_column(table, "a", "User"),
        operations.drop_column(table, "user"),
        operations.drop_index(Name("i", table.schema), concurrently=True),
        operations.execute("SELECT 'it''s',\n    \"a\""),
    ]
    for operation in all_operations:
        (rendered,) = rendered_by_alembic(operation)
        assert only_action(rendered) == only_action(operation.sql)


def test_what_refuses_a_transaction_stands_in_an_autocommit_block() -> None:
    assert written([operations.drop_index(Name("i"), concurrently=True)], "alembic") == (
        'with op.get_context().autocommit_block():\n    op.drop_index("i", postgresql_concurrently=True)'
    )


def test_operations_stand_one_below_the_other() -> None:
    both = [operations.drop_column(ORDERS, "a"), operations.rename_column(QUALIFIED, "b", "c d")]
    assert written(both, "sql") == (
        'ALTER TABLE orders DROP COLUMN a;\nALTER TABLE shop."Order Lines" RENAME COLUMN b TO "c d";'
    )
    assert written(both, "alembic") == (
        'op.drop_column("orders", "a")\nop.alter_column("Order Lines", "b", new_column_name="c d", schema="shop")'
    )


def test_a_long_call_takes_one_line_for_each_argument() -> None:
    action = only_action(FOREIGN_KEYS[0].replace("f FOREIGN", f"{'f' * 60} FOREIGN"))
    assert isinstance(action, AddConstraint)
    assert written([operations.add_foreign_key(action.table, action.constraint)], "alembic") == (
        f'op.create_foreign_key(\n    "{"f" * 60}",\n    "orders",\n    "customers",\n    ["a"],\n    ["id"],\n)'
    )


def test_a_name_is_quoted_only_where_it_must_be() -> None:
    assert [operations.quoted(name) for name in ("a_1", "user", "A", "1a", 'a"b', "größe")] == [
        "a_1", '"user"', '"A"', '"1a"', '"a""b"', '"größe"',
    ]  # fmt: skip


def test_a_type_without_a_counterpart_in_sqlalchemy_is_sql() -> None:
    column = Column("c", TypeName(Name("citext")))
    assert operations.add_column(ORDERS, column).alembic == 'op.execute("ALTER TABLE orders ADD COLUMN c citext")'
