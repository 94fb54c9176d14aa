"""Sessions of SQLAlchemy's ORM: what they ask and send on PostgreSQL, held against what is read of their calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.reading.alembic.truth import inlined, run

from database_patterns.lab.server import Database

Revise = Callable[..., Any]

SETUP = """
CREATE SCHEMA s;
CREATE TABLE s.users (id serial PRIMARY KEY, name text, email varchar, team int);
CREATE TABLE teams (id serial PRIMARY KEY, label text NOT NULL);
CREATE TABLE plain (a int, b text);
INSERT INTO teams (label) VALUES ('x'), ('y');
INSERT INTO s.users (name, email, team) VALUES ('Ada', 'a@x', 1), ('Bob', NULL, 2), ('x', 'x', 1);
INSERT INTO plain VALUES (1, 'a'), (2, 'b');
"""
TOP = """
from sqlalchemy import orm
from sqlalchemy.orm import Mapped, Session, declarative_base, mapped_column, relationship, sessionmaker

Base = declarative_base()
plain = sa.table("plain", sa.column("a", sa.Integer), sa.column("b", sa.Text))


class User(Base):
    \"\"\"Someone.\"\"\"

    __tablename__ = "users"
    __table_args__ = ({"schema": "s"},)

    LIMIT = 5
    id = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(sa.String)
    mail = sa.Column("email", sa.String(100), index=True)
    team_id = sa.Column("team", sa.Integer, sa.ForeignKey("teams.id"))
    team = relationship("Team")

    @property
    def title(self):
        return self.name.title()

    def rename(self, name):
        self.name = name


class Team(Base):
    __tablename__ = "teams"
    id = mapped_column(sa.Integer, primary_key=True)
    label = mapped_column(sa.Text, nullable=False)


session = None
"""
SESSION = "session = Session(bind=op.get_bind())\n"

ASKED = [
    "session.query(plain).all()",
    "session.query(plain.c.b, plain.c.a).filter(plain.c.a > 1).first()",
    "session.query(plain.c.b).distinct().order_by(plain.c.b.desc()).limit(2).offset(1).all()",
    "[row.a for row in session.query(plain).where(plain.c.b == 'b')]",
    "list(session.query(plain).group_by(plain.c.a, plain.c.b).having(plain.c.a > 1))",
    "{row.a: row.b for row in session.query(plain)}",
    "session.query(User).all()",
    "session.query(User).filter_by(mail='x').one_or_none()",
    "session.query(User.id, User.mail, Team.label).join(Team, Team.id == User.team_id).all()",
    "session.query(User).outerjoin(Team, Team.id == User.team_id).filter(Team.label.is_(None)).first()",
    "session.query(User.mail.label('mail')).filter(User.id.in_(session.query(Team.id))).all()",
    "session.query(sa.func.count(User.id)).scalar()",
    "session.query(User).filter(User.name != 'x').count()",
    "session.query(User).get(1)",
    "session.query(User).with_for_update().order_by(User.id).all()",
    "session.query(User).yield_per(10).all()",
    "session.query(User).filter(User.team_id == session.query(Team.id).limit(1).scalar_subquery()).all()",
    "session.execute(sa.select(User).where(User.name == 'Ada')).scalars().all()",
    "session.execute(sa.select(User.id, Team).join(Team, Team.id == User.team_id)).all()",
    "session.scalars(sa.select(Team.label)).all()",
    "sessionmaker(bind=op.get_bind())().query(Team).all()",
    "op.get_bind().execute(session.query(User).filter(User.id > 1).statement)",
]


@pytest.mark.filterwarnings("ignore:The Query.get")
@pytest.mark.parametrize("call", ASKED)
def test_what_a_session_asks_is_read_as_it_is_sent(call: str, database: Database, revise: Revise) -> None:
    revision = revise(SESSION + call, top=TOP)
    (statement,) = revision.migration.upgrade
    assert (revision.gaps(), statement.confidence) == ([], "guarded" if ".get(1)" in call else "exact")
    database.execute(SETUP)
    sent = run(revision.text, "upgrade", database)
    assert (sent.error, [inlined(each) for each in sent.sql]) == (None, [inlined(statement.sql)])


CHANGED = {
    "session.query(User).filter(User.id == 2).delete(synchronize_session=False)": "exact",
    "session.query(User).filter(User.id == 2).update({'name': 'z'}, synchronize_session=False)": "exact",
    "session.query(User).update({User.mail: 'z', User.name: None}, synchronize_session=False)": "exact",
    "session.query(User).filter(User.id == 2).update({'mail': 'z'})": "guarded",
    "session.execute(sa.update(User).where(User.id == 2).values(name='z'))": "guarded",
    "session.execute(sa.delete(Team).where(Team.id == 3))": "guarded",
    "session.add(Team(id=7, label='new'))\nsession.commit()": "guarded",
    "session.add_all([Team(id=7, label='new')])\nsession.flush()": "guarded",
    "team = Team(id=7)\nteam.label = 'later'\nsession.add(team)\nsession.commit()": "guarded",
}


@pytest.mark.parametrize("calls", CHANGED)
def test_what_a_session_changes_is_read_as_it_is_sent(calls: str, database: Database, revise: Revise) -> None:
    revision = revise(SESSION + calls, top=TOP)
    (statement,) = revision.migration.upgrade
    assert (revision.gaps(), statement.confidence) == ([], CHANGED[calls])
    database.execute(SETUP)
    sent = run(revision.text, "upgrade", database)
    assert (sent.error, [inlined(each) for each in sent.sql]) == (None, [inlined(statement.sql)])


ROWS = """
for user in session.query(User).filter(User.id < 3).all():
    user.name = user.title
    user.mail = "m"
one = session.query(Team).filter_by(id=2).one()
one.label = "z"
for team in session.execute(sa.select(Team)).scalars():
    team.label = "w"
found = {user.id: user for user in session.query(User)}
found[3].mail = "n"
session.delete(session.query(User).filter_by(id=3).first())
"""


def test_what_is_done_to_loaded_objects_is_a_change_of_their_table(revise: Revise) -> None:
    revision = revise(SESSION + ROWS, top=TOP)
    changes = [each for each in revision.migration.upgrade if not each.sql.startswith("SELECT")]
    assert [each.sql for each in changes] == [
        "UPDATE s.users SET name=$1 WHERE s.users.id = $2",
        "UPDATE s.users SET email='m' WHERE s.users.id = $1",
        "UPDATE teams SET label='z' WHERE teams.id = $1",
        "UPDATE teams SET label='w' WHERE teams.id = $1",
        "UPDATE s.users SET email='n' WHERE s.users.id = $1",
        "DELETE FROM s.users WHERE s.users.id = $1",
    ]
    key = "$1 is the key of a row that the session loaded"
    assert [(each.confidence, each.guard) for each in changes[1:3]] == [
        (
            "partial",
            "for each user in session.query(User).filter(User.id < 3).all() and when the session flushes it and " + key,
        ),
        ("partial", f"when the session flushes it and {key}"),
    ]
    assert revision.gaps() == []


GAPS = [
    "Base.metadata.create_all(op.get_bind())",
    "session.merge(Team(id=1))",
    "session.bulk_insert_mappings(Team, [{'label': 'x'}])",
    "session.query(unknown)",
    "session.query(User).filter(unknown).all()",
    "session.query(User).join(User.team).all()",
    "session.query(User).options(orm.joinedload(User.team)).all()",
    "session.add(unknown)",
    "session.add(User(team=Team(label='x')))",
    "session.query(User).filter(User.id == 1).limit(1).update({'name': 'x'})",
    "session.query(User).filter(User.id == 1).update({'team': 'x'})",
    "session.query(plain).delete()",
    "session.query(User).first().team.label = 'x'",
    "session.query(User).first().rename('x')",
]


@pytest.mark.parametrize("call", GAPS)
def test_what_a_session_does_otherwise_is_named(call: str, revise: Revise) -> None:
    revision = revise(SESSION + call, top="from app import unknown\n" + TOP)
    assert [what for what, _ in revision.gaps()] != []


CLASSES = {
    "a column that is not read": "id = column()",
    "a column of a mapped annotation": "id: Mapped[int]",
    "a mixin": None,
    "loading said": "id = sa.Column(sa.Integer, primary_key=True)\n    team = relationship('Team', lazy='joined')",
    "inheritance": "id = sa.Column(sa.Integer, primary_key=True)\n    __mapper_args__ = {'polymorphic_identity': 'x'}",
    "an expression": "id = sa.Column(sa.Integer, primary_key=True)\n    e = orm.column_property(id + 1)",
    "a computed attribute": "@orm.declared_attr\n    def id(cls):\n        return sa.Column(sa.Integer)",
}


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_whose_columns_are_not_certain_is_not_read(name: str, revise: Revise) -> None:
    bases, body = ("Base, Other", "id = sa.Column(sa.Integer)") if CLASSES[name] is None else ("Base", CLASSES[name])
    top = f"from app import Other, column\n{TOP}\n\nclass Odd({bases}):\n    __tablename__ = 'odd'\n    {body}\n"
    revision = revise(SESSION + "session.query(Odd).all()", top=top)
    assert revision.sql() == []
    assert revision.gaps() != []
