"""Flask-SQLAlchemy's ``db`` in revisions: SQLAlchemy's names, models, and the application's own session."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.reading.alembic.conftest import HEADER, indented

from database_patterns.model import Migration
from database_patterns.reading.alembic import RevisionContext, read_revision

PLAIN = "from flask_sqlalchemy import SQLAlchemy\n\ndb = SQLAlchemy(session_options={})\n"
OWN = """
from flask_sqlalchemy import SQLAlchemy
from somewhere import make_searchable


class OwnSQLAlchemy(SQLAlchemy):
    def apply_driver_hacks(self, app, info, options):
        return options


db = OwnSQLAlchemy()
db.configure_mappers()
make_searchable(db.metadata)


class Rate(db.Model):
    __tablename__ = "rates"
    id = db.Column(db.Integer, primary_key=True)
    label = db.Column(db.String(20), db.ForeignKey("labels.id"))
"""


def read(root: Path, body: str, module: str) -> Migration:
    (root / "app").mkdir(exist_ok=True)
    (root / "app" / "models.py").write_text(module)
    text = f"{HEADER}from app import models\nfrom app.models import db\n\n\ndef upgrade():\n{indented(body)}"
    return read_revision(text, str(root / "b.py"), RevisionContext(roots=(root,)))


@pytest.mark.parametrize("module", [PLAIN, OWN])
def test_the_names_of_a_database_are_sqlalchemy_s(module: str, tmp_path: Path) -> None:
    body = """
        op.add_column("users", db.Column("url", db.String(320), nullable=True))
        op.execute(db.text("UPDATE users SET url = ''"))
        if db.engine.dialect.name == "postgresql":
            op.execute(db.select(db.func.now()))
        db.session.commit()
    """
    migration = read(tmp_path, body, module)
    assert [(each.sql, each.confidence) for each in migration.upgrade] == [
        ("ALTER TABLE users ADD COLUMN url VARCHAR(320)", "exact"),
        ("UPDATE users SET url = ''", "exact"),
        ("SELECT now() AS now_1", "exact"),
    ]
    assert migration.upgrade_gaps == ()


def test_a_model_of_the_database_has_a_table(tmp_path: Path) -> None:
    migration = read(tmp_path, 'op.bulk_insert(models.Rate.__table__, [{"id": 1, "label": "a"}])', OWN)
    assert [(each.sql, each.confidence) for each in migration.upgrade] == [
        ("INSERT INTO rates (id, label) VALUES (1, 'a')", "exact")
    ]


def test_what_the_application_s_session_sends_is_outside_of_the_migration(tmp_path: Path) -> None:
    migration = read(tmp_path, 'db.session.execute("DELETE FROM users")', PLAIN)
    assert migration.upgrade == ()
    assert [(gap.what, gap.why) for gap in migration.upgrade_gaps] == [
        (
            'db.session.execute("DELETE FROM users")',
            "it runs on the application's own connection, outside of the migration",
        )
    ]


HIDING = """
from flask_sqlalchemy import SQLAlchemy

class Own(SQLAlchemy):
    def Column(self):
        ...

db = Own()
"""


@pytest.mark.parametrize("module", [HIDING, f"{PLAIN}db.Column = make()\n", f"{PLAIN}db = other()\n"])
def test_a_database_whose_names_may_be_others_is_not_read(module: str, tmp_path: Path) -> None:
    migration = read(tmp_path, 'op.add_column("users", db.Column("a", db.Integer))', module)
    assert [each.confidence for each in migration.upgrade] == ["opaque"]
