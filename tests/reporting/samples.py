"""Reports to render: one finding of each kind, one migration of each kind."""

from __future__ import annotations

from database_patterns.locks import LockMode
from database_patterns.model import (
    Effect,
    Finding,
    Gap,
    PossibleFailure,
    Prediction,
    ServerError,
    Span,
    Statement,
    Transaction,
)
from database_patterns.reports import ExplainedMigration, ExplainedStatement, ExplainReport, LintReport

REVISION = """\
def upgrade() -> None:
    op.create_index("ix_orders_customer", "orders", ["customer_id"])
    op.alter_column(
        "orders",
        "total",
        type_=sa.BigInteger(),
        existing_type=sa.Integer(),
    )
"""

INDEX_EFFECT = Effect(
    "orders", "table", LockMode.ShareLock, scan=True, reason="It reads every row.", source="https://example.org/index"
)
INDEX = Finding(
    rule="index-without-concurrently",
    severity="error",
    certainty="proven",
    message="CREATE INDEX takes ShareLock on orders: writes wait until ix_orders_customer is built.",
    help="Build it by itself:\n\n"
    '    with op.get_context().autocommit_block():\n        op.create_index("ix_orders_customer", "orders")',
    span=Span("versions/b.py", 2, 5, 2, 69),
    revision="b",
    direction="upgrade",
    statement="CREATE INDEX ix_orders_customer ON orders (customer_id)",
    effects=(INDEX_EFFECT,),
)
TYPE = Finding(
    rule="type-change-rewrites",
    severity="warning",
    certainty="size-dependent",
    message="ALTER TYPE rewrites orders.",
    help="Add a column.",
    span=Span("versions/b.py", 3, 5, 8, 6),
    related=(Span("versions/b.py", 1, 1, 1, 2),),
)
GAP = Gap(Span("versions/b.py", 9, 1, 10, 1), "a loop over a query", "its rows are not known here")
LINT = LintReport(
    postgres=18,
    findings=(INDEX, TYPE),
    not_analysed=(GAP,),
    unreadable=("broken.sql: is empty; write the migration or leave the file out",),
    migrations=2,
    statements=3,
    rules=8,
    sources={"versions/b.py": REVISION},
)
CLEAN = LintReport(postgres=14, findings=(), migrations=1, statements=1, rules=8)

CREATE_INDEX = ExplainedStatement(
    Statement(
        "CREATE INDEX ix_orders_customer\n  ON orders (customer_id)",
        Span("versions/b.py", 2, 5, 2, 69),
        transaction=Transaction("b", certain=False, reason="env.py is not known"),
    ),
    Prediction(
        effects=(INDEX_EFFECT, Effect("orders_pkey", "index", LockMode.AccessShareLock)),
        may_fail=(PossibleFailure("53100", "the disk is full"),),
    ),
)
VACUUM = ExplainedStatement(
    Statement("VACUUM orders", Span("versions/b.py", 4, 5, 4, 20), confidence="guarded", guard="if big"),
    Prediction(
        in_transaction_ok=False,
        error=ServerError("25001", "VACUUM cannot run here"),
        unknown=("its settings",),
        assumed=("orders is there",),
    ),
)
EXPLAIN = ExplainReport(
    postgres=17,
    migrations=(
        ExplainedMigration(
            path="versions/b.py",
            direction="upgrade",
            complete=False,
            statements=(CREATE_INDEX, VACUUM),
            strongest_locks={"orders": LockMode.ShareLock},
            verdict="blocks writes on orders while it is read in full",
            assumptions=("nothing is known of the schema before",),
            revision="b",
            down_revisions=("a",),
        ),
        ExplainedMigration("empty.sql", "upgrade", complete=True, statements=(), strongest_locks={}, verdict="nothing"),
    ),
    not_analysed=(GAP,),
)
