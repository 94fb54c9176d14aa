"""bind-parameter-in-literal: a colon that SQLAlchemy reads otherwise."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

BODY = "def upgrade():\n    "


def test_a_colon_in_a_literal_is_found(lint: Lint) -> None:
    (finding,) = lint(f"""{BODY}op.execute('''UPDATE t SET a = '{{"b":true}}' ''')""")
    assert (finding.severity, finding.certainty, finding.span.line) == ("error", "proven", 9)
    assert finding.message == (
        "SQLAlchemy takes :true in this text for a bind parameter and refuses to run it, since nothing gives it a value"
        " (StatementError)."
    )
    assert finding.help == (
        'If no parameter is meant, write a blank after the colon or a backslash before it: r"\\:true". Otherwise give'
        " it a value: sa.text(…).bindparams(true=…)."
    )


@pytest.mark.parametrize(
    "call",
    ["op.execute(sa.text('SELECT :a'))", "op.get_bind().execute(sa.text('SELECT :a'), {})", "op.execute('SELECT :a')"],
)
def test_however_the_text_is_executed(lint: Lint, call: str) -> None:
    assert len(lint(BODY + call)) == 1


@pytest.mark.parametrize(
    "call",
    [
        "op.execute('''SELECT '{}'::jsonb, '12:30', '{\"a\": true}' ''')",
        "op.execute('''SELECT '{\"a\"\\\\:true}' ''')",
        "op.execute(sa.text('SELECT :a').bindparams(a=1))",
        "op.get_bind().execute(sa.text('SELECT :a'), {'a': 1})",
        "op.get_bind().execute(sa.text('SELECT :a'), parameters)",
        "op.get_bind().execute(sa.text('SELECT :a'), a=1)",
        "op.get_bind().exec_driver_sql('SELECT 1 AS \":a\"')",
    ],
)
def test_what_is_no_parameter_or_may_have_a_value_is_quiet(lint: Lint, call: str) -> None:
    assert lint(BODY + call) == ()


def test_what_may_not_run_is_quiet(lint: Lint) -> None:
    assert lint(f"{BODY}if unknown():\n        op.execute('SELECT :a')\n") == ()
