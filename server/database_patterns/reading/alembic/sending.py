"""Sending to the database while interpreting: what Alembic or SQLAlchemy render is written down at its call."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from alembic.operations import Operations as AlembicOperations
from sqlalchemy.exc import CompileError, DuplicateColumnError, IdentifierError

from .budget import STATEMENT_COST, WORDS_MAX, Budget, OutOfBudgetError
from .context import RevisionContext
from .expressions import Expressions
from .failing import said
from .flow import RaisedError
from .journal import Journal
from .origins import row
from .recording import Recording
from .source import Source
from .values import Unknown
from .views import VIEWS

_NAMELESS: Final = "it has no name"
_METHODS: Final = "|".join(dir(AlembicOperations))
_LACKING: Final = re.compile(rf"TypeError: ({_METHODS})\(\) missing \d+ required positional arg")
"""An operation of Alembic without an argument that no version of it does without."""

_OLDER: Final = "if SQLAlchemy is older than 2.0"

Arguments = tuple[list[Any], dict[str, Any]]
"""The positional and the named arguments of a call."""


class Sending(Expressions):
    """Runs operations of the libraries and records what they would send."""

    def __init__(self, source: Source, journal: Journal, budget: Budget, context: RevisionContext) -> None:
        super().__init__(source, journal, budget)
        self.context = context
        self.recording = Recording(context.naming_convention, unread=context.convention_unread, driver=context.driver)
        self.sending: ast.expr

    def send(self, node: ast.expr, operation: Callable[[], object]) -> object:
        """Run ``operation`` of Alembic or SQLAlchemy, and write down at ``node`` what it sends."""
        self.budget.spend(STATEMENT_COST)
        self.sending = node
        try:
            return operation()
        except (OutOfBudgetError, RaisedError):
            raise
        except Exception as error:  # noqa: BLE001  whatever the library raises is this call's answer
            failure = said(error)
            self.flush(node)
            self._failed(node, error, failure)
            return Unknown(failure)
        finally:
            self.flush(node)

    def _failed(self, node: ast.expr, error: Exception, failure: str) -> None:
        """What no version of the libraries can do is a fact of the revision; other errors may be ours alone."""
        certain = isinstance(error, IdentifierError) or bool(_LACKING.match(failure))
        if isinstance(error, DuplicateColumnError):  # an older SQLAlchemy takes the second one
            certain = self.context.old_sqlalchemy is False
        if isinstance(error, CompileError) and _NAMELESS in failure:
            certain = self.context.naming_convention is not None
            if not certain:
                failure = f"{failure}, unless target_metadata has a naming convention (env.py was not read)"
        self.cannot(node, failure, certain=certain)
        if not certain:
            self.journal.stops(node, failure)

    def only_old(self, node: ast.AST, refusal: str) -> str | None:
        """Under which condition ``node`` is run, which no SQLAlchemy from 2.0 on takes (``refusal`` says how).

        None when the project's is older, or when it is not: then the revision fails here, and that is written down.
        """
        old = self.context.old_sqlalchemy
        if old is False and not self.journal.guards:
            self.journal.fails(node, f"SQLAlchemy {refusal} from 2.0 on, and the project's is not older")
            return None
        condition = None if old else f"{_OLDER} (it {refusal})"
        if condition:
            self.journal.only(condition)
        return condition

    def cannot(self, node: ast.AST, why: str, *, certain: bool) -> None:
        """The call ``node`` cannot be rendered; when that is ``certain``, the revision breaks there."""
        if certain and not self.journal.guards:
            self.journal.fails(node, why)
        else:
            self.journal.opaque(node, why)

    def flush(self, node: ast.AST) -> None:
        """Write down at ``node`` what has been rendered since the last time."""
        taken = self.recording.take()
        for number, rendered in enumerate(taken):
            words = _words(rendered.sql)
            self.budget.spend(STATEMENT_COST + words // 4)
            if words > WORDS_MAX:
                self.journal.opaque(node, "its text is longer than is parsed here")
            else:
                self.journal.record(rendered, node, row(node, number, len(taken)))
            if rendered.unbound and not self.journal.guards:
                self.journal.unbound(node, rendered.unbound)


def _words(sql: str) -> int:
    """About as many words and values as ``sql`` has; a statement of its own counts for several."""
    return sum(map(sql.count, " \n,(")) + 4 * sql.count(";")


def flat(arguments: Arguments) -> Iterable[object]:
    """The arguments of a call, and the items of those that are sequences."""
    for value in (*arguments[0], *arguments[1].values()):
        if isinstance(value, list | tuple) or type(value) in VIEWS:
            yield from value
        yield value
