"""Measures the statements of ``lock_table_statements.sql``, and writes ``rules/guides/postgres-lock-table.md`` from it.

Run as ``python -m tests.effects.lock_table`` (``make measure``); it needs every version of PostgreSQL. What was found
is kept in ``lock_table.jsonl``: ``test_lock_table.py`` holds the guide against it, and it against a server.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from tests import programs
from tests.progress import counted

from database_patterns import documents
from database_patterns.lab import driver
from database_patterns.lab.measure import measure
from database_patterns.lab.server import Database, Server
from database_patterns.locks import CONFLICTS, LockMode, blocked_by
from database_patterns.model import POSTGRES_VERSIONS, Measurement

HERE: Final = Path(__file__).parent
SCHEMA: Final = (HERE / "lock_table_schema.sql").read_text(encoding="utf-8")
MEASURED: Final = HERE / "lock_table.jsonl"
GUIDE: Final = documents.folder("rules") / "guides" / "postgres-lock-table.md"
RUNS_OF_SAMPLED: Final = 5
"""Of a statement that is watched from outside, one run may miss a lock; the union of several hardly does."""

_SOURCES: Final = (
    ("PostgreSQL: explicit locking", "https://www.postgresql.org/docs/current/explicit-locking.html"),
    ("PostgreSQL: ALTER TABLE", "https://www.postgresql.org/docs/current/sql-altertable.html"),
)

_INTRODUCTION: Final = f"""\
Measured on PostgreSQL {POSTGRES_VERSIONS[0]} to {POSTGRES_VERSIONS[-1]}, statement by statement, never written by hand.
A lock is held until its transaction ends. A strong lock that works on no rows is over in milliseconds, once it is
granted; but while it waits, all that comes later waits behind it: set `lock_timeout`."""
_LEGEND: Final = """\
- The statements were run one by one over the schema below, with 2,000 rows in each table.
- *takes*: the strongest lock on each table; an index is named where its lock is stronger than its table's.
- *stops*: what waits for the strongest of these locks: reads (SELECT), writes (INSERT, UPDATE, DELETE), and schema
  changes, with which go VACUUM and CREATE INDEX CONCURRENTLY. Everything is all three.
- *work*: what takes as long as the table is big; without it, the statement only changes the catalog. What is rewritten
  gets a new file, which is an empty one for TRUNCATE, and one of a single row for a sequence. ANALYZE reads a sample,
  and VACUUM what has changed: that is not counted here.
- *no transaction*: refused inside one (25001), watched from outside while it ran. The locks are those seen on tables.
- *versions*: what another version does in place of that; an error 42601 is syntax that it does not understand."""


@dataclass(frozen=True)
class Fact:
    """What one version does with a statement; indexes are there where their lock is stronger than the table's."""

    locks: dict[str, str] = field(default_factory=dict)
    rewritten: list[str] = field(default_factory=list)
    scanned: list[str] = field(default_factory=list)
    rebuilt: list[str] = field(default_factory=list)
    in_transaction_ok: bool = True
    error: str | None = None


@dataclass(frozen=True)
class Row:
    """A statement with its facts by major version."""

    group: str
    sql: str
    facts: dict[int, Fact]


def statements() -> Iterator[tuple[str, str]]:
    """Every statement with the heading that it stands under."""
    group = ""
    for line in (HERE / "lock_table_statements.sql").read_text(encoding="utf-8").splitlines():
        if line.startswith("-- "):
            group = line.removeprefix("-- ")
        else:
            yield group, line.removesuffix(";")


def read() -> list[Row]:
    lines = MEASURED.read_text(encoding="utf-8").splitlines()
    return [
        Row(
            line["group"],
            line["sql"],
            {version: Fact(**each["fact"]) for each in line["measured"] for version in each["postgres"]},
        )
        for line in map(json.loads, lines)
    ]


def written(row: Row) -> str:
    """A line of the file: versions that do the same stand together."""
    versions = sorted(row.facts)
    found = [row.facts[version] for version in versions]
    distinct = [fact for number, fact in enumerate(found) if fact not in found[:number]]
    measured: list[dict[str, Any]] = [
        {"postgres": [version for version in versions if row.facts[version] == fact], "fact": vars(fact)}
        for fact in distinct
    ]
    return json.dumps({"group": row.group, "sql": row.sql, "measured": measured})


Run = Callable[[str], Measurement]


@contextmanager
def bench(server: Server) -> Generator[tuple[Run, dict[str, str]]]:
    """A function that measures a statement over the schema of the table, and the table of each index."""
    with ExitStack() as stack:
        template = stack.enter_context(server.database())
        template.execute(*SCHEMA.split(";\n")[:-1])
        with driver.connect(template.owner) as connection:
            found = driver.rows(connection, "SELECT indexrelid::regclass::text, indrelid::regclass::text FROM pg_index")
        copies: list[Database] = []

        def run(sql: str) -> Measurement:
            if not copies:
                copies.append(stack.enter_context(server.database(template=template.name)))
            measured = measure(copies[0], sql, before=["SET LOCAL TimeZone = 'UTC'"])
            if measured.observed == "sampled":
                copies.clear()  # it has changed the database
            return measured

        yield run, dict(found)


def fact(run: Run, tables: dict[str, str], sql: str, runs_of_sampled: int = RUNS_OF_SAMPLED) -> Fact:
    """What a server does with a statement; ``tables`` holds the table of each index."""
    found = [run(sql)]
    sampled = found[0].observed == "sampled"
    found += [run(sql) for _ in range(runs_of_sampled - 1 if sampled else 0)]
    error = found[0].error
    if error is not None:
        return Fact(error=error.sqlstate, in_transaction_ok=found[0].in_transaction_ok)
    locks: dict[str, LockMode] = {}
    for name, mode in (pair for each in found for pair in each.locks.items()):
        locks[name] = max(mode, locks.get(name, mode))
    rewritten, scanned, rebuilt = (
        sorted({name for each in found for name in getattr(each, what) if not name.startswith("toast:")})
        for what in ("rewritten", "scanned", "rebuilt_indexes")
    )
    return Fact(_shown(locks, tables, sampled=sampled), rewritten, scanned, rebuilt, in_transaction_ok=not sampled)


def _shown(locks: dict[str, LockMode], tables: dict[str, str], *, sampled: bool) -> dict[str, str]:
    """Without toast tables, and without indexes that do not matter beside their table.

    What CONCURRENTLY does to an index at last, it does when nobody uses it any more.
    """
    return {
        name: mode.name
        for name, mode in sorted(locks.items(), key=lambda each: (-each[1], each[0]))
        if not name.startswith("toast:") and (name not in tables or (not sampled and mode > locks.get(tables[name], 0)))
    }


def measured() -> list[Row]:
    """All statements on all versions."""
    facts: dict[str, dict[int, Fact]] = {sql: {} for _, sql in statements()}
    for version in POSTGRES_VERSIONS:
        with Server(postgres_bin=str(programs.find(version).folder)) as server, bench(server) as (run, tables):
            for sql in counted([*facts], f"lock table, PostgreSQL {version}"):
                facts[sql][version] = fact(run, tables, sql)
    return [Row(group, sql, facts[sql]) for group, sql in statements()]


def guide(rows: list[Row]) -> str:
    """The whole document."""
    sources = json.dumps([url for _, url in _SOURCES])
    parts = [
        "---",
        'title: "What PostgreSQL locks, reads and rewrites: everyday statements, as measured"',
        f"sources: {sources}",
        "---",
        "",
        _INTRODUCTION,
        "",
        "## Which lock stops what",
        "",
        *_modes(),
    ]
    for group, members in groupby(rows, key=lambda row: row.group):
        parts += ["", f"## {group}", "", *_table(list(members))]
    parts += ["", "## How to read it", "", _LEGEND, "", "## The schema", "", *_schema(), "", "## Sources", ""]
    return "\n".join([*parts, *(f"- [{title}]({url})" for title, url in _SOURCES), ""])


def _schema() -> Iterator[str]:
    """The definitions over which the statements were measured, as a block of code."""
    definitions, _, _ = SCHEMA.partition("INSERT INTO")
    return (f"    {line}" for line in definitions.splitlines())


def _modes() -> Iterator[str]:
    yield "| held | for `LOCK TABLE` | stops | conflicts with |"
    yield "|---|---|---|---|"
    for mode in LockMode:
        others = ", ".join(each.name.removesuffix("Lock") for each in sorted(CONFLICTS[mode]))
        yield f"| `{mode.name}` | {mode.sql_name} | {_stops(mode)} | {others} |"


def _stops(mode: LockMode) -> str:
    """Whose work waits, in few words: the strongest lock stops all of it."""
    blocked = blocked_by(mode)
    return "everything" if "reads" in blocked else ", ".join(blocked) or "-"


def _table(rows: list[Row]) -> Iterator[str]:
    yield "| statement | takes | stops | work | versions |"
    yield "|---|---|---|---|---|"
    newest = POSTGRES_VERSIONS[-1]
    for row in rows:
        now = row.facts[newest]
        yield f"| `{row.sql}` | {_takes(now)} | {_stopped(now)} | {_work(now)} | {versions_cell(row)} |"


def _takes(now: Fact) -> str:
    by_mode = groupby(now.locks.items(), key=lambda each: each[1])
    return "<br>".join(f"`{mode}` {', '.join(name for name, _ in names)}" for mode, names in by_mode) or "nothing"


def _stopped(now: Fact) -> str:
    modes = [LockMode[mode] for mode in now.locks.values()]
    return _stops(max(modes)) if modes else "-"


def _work(now: Fact) -> str:
    built = [] if now.rewritten else now.rebuilt
    read = [name for name in now.scanned if name not in now.rewritten]
    does = {"rewrites": now.rewritten, "reads": read, "rebuilds": built}
    words = [f"{verb} {', '.join(names)}" for verb, names in does.items() if names]
    return "; ".join([*words, *(["no transaction"] if not now.in_transaction_ok else [])]) or "-"


def versions_cell(row: Row) -> str:
    """What other versions do that the newest does not."""
    newest = row.facts[POSTGRES_VERSIONS[-1]]
    others = [(version, fact) for version, fact in sorted(row.facts.items()) if fact != newest]
    notes = []
    for older, members in groupby(others, key=lambda each: each[1]):
        versions = [version for version, _ in members]
        since = f"{versions[0]} to {versions[-1]}" if len(versions) > 1 else f"{versions[0]}"
        notes.append(f"{since}: {_difference(older, newest)}")
    return "<br>".join(notes)


def _difference(older: Fact, newest: Fact) -> str:
    if older.error is not None:
        return f"error {older.error}"
    columns = ((_takes(older), _takes(newest)), (_work(older), _work(newest)))
    return "; ".join(then.replace("<br>", ", ") for then, now in columns if then != now)


def main() -> None:
    rows = measured()
    MEASURED.write_text("".join(f"{written(row)}\n" for row in rows), encoding="utf-8")
    GUIDE.parent.mkdir(exist_ok=True)
    GUIDE.write_text(guide(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
