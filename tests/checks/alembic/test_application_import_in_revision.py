"""application-import-in-revision: models that change under a revision."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

MODELS = """
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, declarative_base

class Base(DeclarativeBase):
    pass

Old = declarative_base()

class Order(Base):
    __tablename__ = "orders"
    id = sa.Column(sa.BigInteger, primary_key=True)

class Money(sa.TypeDecorator):
    impl = sa.Numeric

STATES = ("new", "paid")
"""
REVISION = "{}\n\ndef upgrade():\n    {}\n"


@pytest.fixture(autouse=True)
def models(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "shop_models.py").write_text(MODELS)


def test_a_model_is_found_where_it_is_imported(lint_project: Lint) -> None:
    (finding,) = lint_project(REVISION.format("from shop_models import STATES, Order as O", "pass"))
    assert (finding.severity, finding.certainty, finding.direction) == ("advice", "proven", "upgrade")
    assert (finding.span.line, finding.span.column) == (8, 1)
    assert finding.message == (
        "Order of shop_models is the model of today, and this revision meets the tables of its own time: as soon as the"
        " two differ, the history can no longer be applied from the start."
    )
    assert finding.help == (
        "Say in the revision what it needs of the table:\n\n"
        '    orders = sa.table("orders", sa.column("id", sa.BigInteger()), …)'
    )


def test_several_models_of_one_module_are_one_finding(lint_project: Lint) -> None:
    (finding,) = lint_project(REVISION.format("from shop_models import Base, Money, Order", "pass"))
    assert finding.message.startswith("Base and Order of shop_models are the models of today, and this revision")


@pytest.mark.parametrize("name", ["Base", "Old"])
def test_the_base_of_models_leads_to_all_of_them(lint_project: Lint, name: str) -> None:
    assert len(lint_project(REVISION.format("", f"from shop_models import {name}"))) == 1


@pytest.mark.parametrize(
    "line", ["from shop_models import Money, STATES", "from sqlalchemy.orm import declarative_base", "import json"]
)
def test_types_constants_and_libraries_are_quiet(lint_project: Lint, line: str) -> None:
    assert lint_project(REVISION.format(line, "pass")) == ()
