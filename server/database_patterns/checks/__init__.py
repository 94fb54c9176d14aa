"""The rules' code: one module per rule, named as its document, with one function ``check``.

The annotation of its first parameter says what the check looks at: an action (``CreateIndex``), a note
(``CommitOnBind``), a ``StatementInContext``, a ``MigrationInContext``, a ``HistoryInContext`` or an ``Environment``. A
second parameter, where there is one, is what that stands in: the ``StatementInContext`` of an action, the
``MigrationInContext`` of a note or a statement, the ``HistoryInContext`` of an environment. It
yields a ``Hit`` for each thing that is wrong. Severity, certainty and name come from the document.
"""

from __future__ import annotations

from dataclasses import dataclass

from database_patterns.model import Certainty, Effect, Span


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that a check found.

    ``message`` names lock, consequence and table in the user's own words; ``help`` is the corrected migration.
    ``certainty`` weakens the rule's own for this hit. ``span`` is given where the subject's own is not the place.
    """

    message: str
    help: str
    certainty: Certainty = "proven"
    effects: tuple[Effect, ...] = ()
    span: Span | None = None
    related: tuple[Span, ...] = ()
