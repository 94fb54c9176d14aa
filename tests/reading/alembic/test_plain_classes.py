"""Plain classes of a revision, run by Alembic on PostgreSQL and held against what is read of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.reading.alembic.truth import assert_read_as_sent

from database_patterns.lab.server import Database
from database_patterns.model import NeverRuns

Revise = Callable[..., Any]

SETUP = """
CREATE TABLE people (id serial PRIMARY KEY, name text, age int);
CREATE TABLE orders (id serial PRIMARY KEY, note text);
"""
CLASSES = """
import collections
import dataclasses
from abc import ABC, abstractmethod
from collections import OrderedDict, defaultdict, namedtuple
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

from alembic.operations import MigrateOperation, Operations


class Step(ABC):
    verb = "DELETE FROM"
    made = 0

    def __init__(self, table, *, where=None):
        self.table = table
        self.where = where

    @property
    def condition(self):
        return f" WHERE {self.where}" if self.where else ""

    @staticmethod
    def quoted(name):
        return '"%s"' % name

    @classmethod
    def of_all(cls, *tables):
        return [cls(table) for table in tables]

    @abstractmethod
    def sql(self):
        ...

    def run(self):
        op.execute(self.sql())

    def __call__(self, times):
        for _ in range(times):
            self.run()

    def __str__(self):
        return self.sql()


class Delete(Step):
    def sql(self):
        return f"{self.verb} {self.quoted(self.table)}{self.condition}"


class Update(Delete):
    verb = "UPDATE"

    def __init__(self, table, column, value):
        super().__init__(table, where="id = 1")
        self.set = f" SET {column} = {value!r}"

    @property
    def condition(self):
        return self.set + super().condition


@dataclass
class Index:
    names: ClassVar[list] = []
    table: str
    columns: list = field(default_factory=list)
    unique: bool = False

    def __post_init__(self):
        self.name = "_".join(["ix", self.table, *self.columns])

    def create(self):
        op.create_index(self.name, self.table, self.columns, unique=self.unique)


@dataclass(eq=False)
class Partial(Index):
    where: str = "true"

    def create(self):
        op.create_index(self.name, self.table, self.columns, postgresql_where=sa.text(self.where))


class Column(NamedTuple):
    name: str
    type: object = sa.Text()


class Names:
    PEOPLE = "people"
    ALL = (PEOPLE, "orders")

    class Columns:
        NOTE = "note"


Pair = namedtuple("Pair", ["first", "second"], defaults=["orders"])


class View:
    def __init__(self, name, sqltext):
        self.name = name
        self.sqltext = sqltext


class ReversibleOp(MigrateOperation):
    def __init__(self, target):
        self.target = target

    @classmethod
    def invoke_for_target(cls, operations, target):
        return operations.invoke(cls(target))

    def reverse(self):
        raise NotImplementedError()


@Operations.register_operation("create_view", "invoke_for_target")
@Operations.register_operation("add_view", "invoke_for_target")
class CreateViewOp(ReversibleOp):
    def reverse(self):
        return DropViewOp(self.target)


@Operations.register_operation("drop_view", "invoke_for_target")
class DropViewOp(ReversibleOp):
    def reverse(self):
        return CreateViewOp(self.target)


@Operations.implementation_for(CreateViewOp)
def create_view(operations, operation):
    operations.execute("CREATE VIEW %s AS %s" % (operation.target.name, operation.target.sqltext))


@Operations.implementation_for(DropViewOp)
def drop_view(operations, operation):
    operations.execute("DROP VIEW %s" % operation.target.name)

"""

BODIES = {
    "methods, properties, static and class methods": """
        Delete("people").run()
        Delete("orders", where="id > 3").run()
        for step in Delete.of_all("people", "orders"):
            step.run()
    """,
    "what a base does": 'Update("people", "name", "x").run()\nop.execute(str(Update("people", "age", 3)))',
    "objects as texts": """
        op.execute(f"{Delete('people')}")
        op.execute("%s" % Delete("orders"))
        op.execute("{};{}".format(Delete("people"), Delete("orders")))
    """,
    "objects that are called and changed": """
        step = Delete("people")
        step(2)
        step.table = "orders"
        step.run()
        Step.verb = "TRUNCATE"
        step.run()
    """,
    "dataclasses": """
        for index in (Index("people", ["name"]), Index("orders", columns=["note"], unique=True)):
            index.create()
        Index("people").columns.append("age")
        Partial("people", ["age"], where="age > 3")
    """,
    "named tuples": """
        for name, type_ in [Column("a"), Column("b", sa.Integer())]:
            op.add_column("people", sa.Column(name, type_))
        op.drop_column("people", Column("a").name)
        pair = Pair("people")
        op.execute(f"DELETE FROM {pair.first}; DELETE FROM {pair[1]}")
        op.drop_column(*collections.namedtuple("Two", "table column")("people", "b"))
    """,
    "classes of constants": """
        for table in Names.ALL:
            op.execute(f"DELETE FROM {table}")
        op.drop_column("orders", Names.Columns.NOTE)
        op.execute(f"DELETE FROM {Names.PEOPLE}")
    """,
    "dictionaries of the standard library": """
        columns = defaultdict(list)
        columns["people"].append("age")
        columns["people"].append("name")
        for table, names in OrderedDict(columns).items():
            for name in names:
                op.drop_column(table, name)
    """,
    "what an object is": """
        for step in [Delete("people"), "DELETE FROM orders", Index("people", ["age"])]:
            if isinstance(step, (str, bytes)):
                op.execute(step)
            elif isinstance(step, Step):
                step.run()
            elif hasattr(step, "create"):
                getattr(step, "create")()
        op.execute(getattr(Names, "MISSING", "SELECT 1"))
    """,
    "operations that the project has registered": """
        view = View("grown_up", "SELECT name FROM people WHERE age > 17")
        op.create_view(view)
        op.drop_view(view)
        op.add_view(View("a", "SELECT 1"))
        op.invoke(CreateViewOp(View("b", "SELECT 2")).reverse().reverse())
    """,
}


@pytest.mark.parametrize("name", BODIES)
def test_what_objects_do_is_read_as_it_is_sent(name: str, database: Database, revise: Revise) -> None:
    database.execute(SETUP)
    assert_read_as_sent(revise(BODIES[name], top=CLASSES), database, directions=["upgrade"])


HELPER = """
import collections
import os
import random

class Helper:
    def __init__(self, table="t"):
        self.table = table

    def drop(self):
        op.drop_table(self.table)

    def clear(self):
        op.execute(f"TRUNCATE {self.table}")
"""


def test_methods_that_nothing_calls_never_run(revise: Revise) -> None:
    revision = revise("Helper().drop()", top=HELPER)
    assert revision.outline() == [("DROP TABLE t", "exact", None)]
    assert revision.gaps() == []
    (note,) = (each for each in revision.notes() if isinstance(each, NeverRuns))
    assert note.condition == "as nothing calls Helper.clear()"


def test_an_object_in_the_hands_of_unread_code_may_be_changed_and_used(revise: Revise) -> None:
    revision = revise("helper = Helper()\ntake(helper)\nhelper.drop()", top=f"{HELPER}\nfrom elsewhere import take")
    call = 'op.execute(f"TRUNCATE {self.table}")'
    reason = "an object that take(helper) may change"
    assert revision.outline() == []
    assert revision.gaps() == [
        ("op.drop_table(self.table)", "it is in a part of Helper that could not be followed"),
        (call, "it is in a part of Helper that could not be followed"),
        ("take(helper)", "it may use the database: what is imported from elsewhere, which is not read"),
        ("helper.drop()", f"it may use the database: {reason}"),
    ]


SEVERAL = 'op.get_bind().scalar(sa.text("SELECT 1"))'
UNCERTAIN = {
    "what is set under a condition": (
        f"""
        helper = Helper("u")
        if {SEVERAL}:
            helper.table = "v"
        helper.drop()
        """,
        [("SELECT 1", "exact"), ("", "opaque")],
    ),
    "what is made and changed under the same condition": (
        f"""
        if {SEVERAL}:
            helper = Helper()
            helper.table = "v"
            helper.drop()
        """,
        [("SELECT 1", "exact"), ("DROP TABLE v", "guarded")],
    ),
    "a class that is changed under a condition": (
        f"""
        Helper.name = "a"
        if {SEVERAL}:
            Helper.name = "b"
        op.drop_table(Helper.name)
        """,
        [("SELECT 1", "exact"), ("", "opaque")],
    ),
    "rows in a random order": (
        """
        rows = [{"a": 1}, {"a": 2}]
        random.shuffle(rows)
        op.bulk_insert(sa.table("t", sa.column("a")), rows)
        """,
        [("", "opaque")],
    ),
    "a container that is found by an unknown key": (
        """
        found = {"a": [], "b": []}
        for row in op.get_bind().execute(sa.text("SELECT 1")):
            found[row.key].append("x")
        for table, rows in found.items():
            op.drop_table(table)
        """,
        [("SELECT 1", "exact"), ("", "opaque")],
    ),
    "a key that is made by asking for it": (
        f"""
        found = collections.defaultdict(list, a=[])
        if {SEVERAL}:
            found["b"]
        for table in found:
            op.drop_table(table)
        """,
        [("SELECT 1", "exact"), ("", "opaque")],
    ),
    "keys that are not known": (
        """
        for table in dict([(os.environ["A"], 1), (os.environ["B"], 2)]):
            op.drop_table(table)
        """,
        [("", "opaque")],
    ),
    "a property that is set": (
        """
        class Own(Helper):
            @property
            def name(self):
                return self._name

            @name.setter
            def name(self, value):
                self._name = value.upper()

        own = Own()
        own.name = "a"
        op.execute(f"SELECT {own.name}")
        """,
        [("SELECT $1", "partial")],
    ),
    "an attribute that may not be there": (
        f"""
        helper = Helper()
        if {SEVERAL}:
            helper.name = "a"
        if hasattr(helper, "name"):
            op.drop_table("a")
        """,
        [("SELECT 1", "exact"), ("DROP TABLE a", "guarded")],
    ),
    "a truth of its own": (
        """
        class Empty(Helper):
            def __len__(self):
                return 0

        if Empty():
            op.drop_table('a')
        """,
        [("DROP TABLE a", "guarded")],
    ),
    "what Alembic may have": (
        """
        if hasattr(op, "elsewhere"):
            op.drop_table("a")
        """,
        [("DROP TABLE a", "guarded")],
    ),
}


@pytest.mark.parametrize("name", UNCERTAIN)
def test_what_is_not_certain_of_an_object_is_not_exact(name: str, revise: Revise) -> None:
    body, expected = UNCERTAIN[name]
    assert [(sql, confidence) for sql, confidence, _ in revise(body, top=HELPER).outline()] == expected


NOT_READ = {
    "a metaclass": "class Own(metaclass=Meta):\n    pass",
    "a base that is not read": "class Own(Elsewhere):\n    pass",
    "attributes of its own making": "class Own:\n    def __getattr__(self, name):\n        return name",
    "another decorator": "@register\nclass Own:\n    pass",
    "bases without an order": "class A:\n    pass\nclass B(A):\n    pass\nclass Own(A, B):\n    pass",
}


@pytest.mark.parametrize("name", NOT_READ)
def test_a_class_that_is_more_than_plain_is_not_read(name: str, revise: Revise) -> None:
    top = f"from elsewhere import Elsewhere, Meta, register\n\n{NOT_READ[name]}\n"
    revision = revise("Own().table\nop.drop_table(Own().table)", top=top)
    assert [confidence for _, confidence, _ in revision.outline()] == ["opaque"]
    assert revision.gaps()[0] == ("Own()", "it may use the database: the class Own, which is not read")


def test_an_operation_whose_class_is_not_read_is_opaque(revise: Revise) -> None:
    top = "from alembic.operations import Operations\nfrom elsewhere import Base\n\n"
    top += '@Operations.register_operation("replace_view")\nclass Replace(Base):\n    pass\n'
    assert revise("op.replace_view(1)", top=top).outline() == [
        ("", "opaque", "op.replace_view is not one of Alembic's own operations")
    ]
