"""rules/alembic/multiple-heads.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.checks import Hit, headers
from database_patterns.effects.context import HistoryInContext
from database_patterns.prose import listed


def check(within: HistoryInContext) -> Iterator[Hit]:
    history, heads = within.history, within.history.graph.heads
    if not history.whole or len(heads) < 2 or _kept_apart(within):
        return
    *others, last = (each for each in history.graph.order if each.revision in heads)
    yield Hit(
        f"The history has {len(heads)} heads, {listed(heads)}: `alembic upgrade head` refuses to choose, and fails.",
        f"If {last.revision} is on no shared database yet, let it follow {others[-1].revision}:\n\n"
        f'    down_revision = "{others[-1].revision}"\n\n'
        f"Otherwise write a revision that follows all: alembic merge {' '.join(heads)}",
        span=headers.place(last, "down_revision"),
        related=tuple(headers.place(each, "revision") for each in others),
    )


def _kept_apart(within: HistoryInContext) -> bool:
    """Whether each head has a branch label that no other one has."""
    labels = [set(within.history.graph.labels.get(head, ())) for head in within.history.graph.heads]
    return all(own - set().union(*labels[:place], *labels[place + 1 :]) for place, own in enumerate(labels))
