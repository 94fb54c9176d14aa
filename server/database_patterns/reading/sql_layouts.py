"""How the tools that keep plain SQL migrations send a file's statements: which of them share a transaction.

What a file is, is told by its name, or by the markers in it. What each tool does was read in its source:

- golang-migrate (database/postgres, ``Run``) sends a file as one message, unless ``x-multi-statement`` is set;
- dbmate (pkg/dbmate/db.go, ``Migrate``) sends each section as one message, in a transaction unless it is marked
  ``transaction:false``;
- goose (migration_sql.go) and sql-migrate (migrate.go) send statement by statement, what stands between StatementBegin
  and StatementEnd as one, in a transaction unless ``NO TRANSACTION`` or ``notransaction``;
- sqitch (App::Sqitch::Engine::pg) has psql run the script, without ``--single-transaction``;
- sqlx (sqlx-core, migrate/source.rs) opens none where the file begins with ``-- no-transaction``;
- Prisma sent a file as one message, until it learnt to split it for CREATE INDEX CONCURRENTLY (prisma-engines, pull
  request 5767 of February 2026).

Diesel's is in its documentation (``MigrationMetadata::run_in_transaction``), Flyway's in its PostgreSQLParser and in
its settings ``executeInTransaction`` and ``mixed``; further tools are told by lines in the file (``sql_dividers``).
Files of no known layout are taken to be run by psql.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import Final, Literal

from database_patterns.model import Direction

from .sqitch import script
from .sql_dividers import Section, Template, sections

Sending = Literal["apart", "together", "message", "flyway", "flyway mixed"]
"""How a tool sends the statements of a part: each by itself; all in a transaction; all in one message, which PostgreSQL
runs in one transaction when they are several; or as Flyway does, which looks at them first: where one refuses a
transaction it opens none, and unless ``mixed`` is on fails when not all do."""

FLYWAY: Final = re.compile(r"^(?:(?P<kind>[VUB])(?P<version>\d+(?:[._]\d+)*)|(?P<repeatable>R))__(?P<text>.*)\.sql$")
CALLBACK: Final = re.compile(
    r"^(?P<when>before|after)(?:Each)?(?:Connect|CreateSchema|Migrate|Repeatables|Validate|Versioned)\w*\.sql$"
)
"""Scripts of Flyway's that run at each ``migrate``."""
PAIRED: Final = re.compile(r"^(?:(?P<stem>.+)\.)?(?P<way>up|down)\.sql$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """A range of a file, sent as a whole in one direction; parts of one ``section`` share what they share.

    ``reason`` says why the statements share a transaction, and ``certain`` is False where that depends on the version
    of the tool. ``template`` is what is put into the text.
    """

    start: int
    end: int
    direction: Direction = "upgrade"
    sending: Sending = "apart"
    reason: str = ""
    certain: bool = True
    section: int = 1
    template: Template = "none"


@dataclass(frozen=True, slots=True)
class Running:
    """What settings beside a SQL file say of how it is run; None where they say nothing.

    ``in_transaction`` overrides what the tool does unless it is told; ``mixed`` and ``placeholders`` are Flyway's
    settings of these names, the latter by their names in lower case (None: they are left as they are).
    """

    in_transaction: bool | None = None
    mixed: bool | None = None
    placeholders: Mapping[str, str] | None = field(default_factory=dict, hash=False)


UNTOLD: Final = Running()

_MARK: Final = re.compile(
    r"^--[ \t]*(?:(?P<dbmate>migrate:)|\+(?P<tool>goose|migrate)[ \t]+)(?P<what>[^\r\n]*?)[ \t\r]*$",
    re.MULTILINE | re.IGNORECASE,
)
_SQLX: Final = "-- no-transaction"
_WITHOUT: Final = {"notransaction", "transaction:false"}
_BESIDE: Final = (("-up", "-down"), ("_up", "_down"), (".do", ".undo"), ("", ".rollback"), ("", "_rollback"))
"""How the files of other tools end, there and back: db-migrate's, Postgrator's, yoyo's."""
_WAYS: Final[dict[str, Direction]] = {"up": "upgrade", "down": "downgrade"}

_ONE_MESSAGE: Final = "sends the file as one message, whose statements PostgreSQL runs in one transaction"
_OWN: Final = "runs each migration in a transaction of its own"
_PRISMA: Final = f"Prisma {_ONE_MESSAGE}; since February 2026 it may send them one by one"
_TOOLS: Final = {"dbmate": "dbmate", "goose": "goose", "migrate": "sql-migrate"}


def parts(text: str, path: str, running: Running = UNTOLD) -> tuple[Part, ...]:
    """The parts of a file that its tool sends; what lies between them it does not send."""
    marks = list(_MARK.finditer(text))
    if marks:
        return tuple(_marked(text, marks))
    if divided := sections(text):
        return tuple(_divided(divided))
    return (_whole(text, path, running),)


def _whole(text: str, path: str, running: Running) -> Part:
    """A file that is one part, told by its name."""
    name, whole = PurePath(path).name, Part(0, len(text))
    if flyway := FLYWAY.match(name):
        return _flyway(replace(whole, direction="downgrade" if flyway["kind"] == "U" else "upgrade"), running)
    if paired := PAIRED.match(name):
        return _paired(text, replace(whole, direction=_WAYS[paired["way"].lower()]), paired, running)
    if CALLBACK.match(name):
        return replace(whole, template="flyway")
    if text.startswith(_SQLX):
        return replace(whole, sending="message", reason=f"sqlx {_ONE_MESSAGE}")
    if name == "migration.sql":
        return replace(whole, sending="message", reason=_PRISMA, certain=False)
    return replace(whole, direction=direction(PurePath(path)), template="psql")


def direction(path: PurePath) -> Direction:
    """Which way a file goes, by its name and by what lies beside it."""
    flyway, pair, found, both = FLYWAY.match(path.name), PAIRED.match(path.name), script(path), beside(path)
    back = (flyway and flyway["kind"] == "U", pair and pair["way"].lower() == "down", found and found.kind == "revert")
    return "downgrade" if any(back) or (both and both[1] == "downgrade") else "upgrade"


def beside(path: PurePath) -> tuple[str, Direction] | None:
    """What both files of a pair have in their names, and which way this one goes; None where the other is not there.

    Their names alone tell nothing: ``0007_scale_down.sql`` is a migration like any other.
    """
    name = path.name.removesuffix(".sql")
    for there, back in _BESIDE if name != path.name else ():
        for own, other, way in ((there, back, _WAYS["up"]), (back, there, _WAYS["down"])):
            stem = name.removesuffix(own)
            if stem and name.endswith(own) and Path(path).with_name(f"{stem}{other}.sql").is_file():
                return stem, way
    return None


def _divided(divided: Sequence[Section]) -> Iterator[Part]:
    for number, each in enumerate(divided, 1):
        reason = each.tool.reason if each.manner != "apart" else ""
        yield Part(
            each.start, each.end, each.direction, each.manner, reason, each.tool.certain, number, each.tool.template
        )


def _flyway(whole: Part, running: Running) -> Part:
    whole = replace(whole, template="none" if running.placeholders is None else "flyway")
    if running.in_transaction is False:
        return whole
    return replace(whole, sending="flyway mixed" if running.mixed else "flyway", reason=f"Flyway {_OWN}")


def _paired(text: str, whole: Part, name: re.Match[str], running: Running) -> Part:
    """golang-migrate's ``1_a.up.sql`` and sqlx's of the same name; Diesel's ``up.sql`` in a folder."""
    if text.startswith(_SQLX):
        return replace(whole, sending="message", reason=f"sqlx {_ONE_MESSAGE}")
    if name["stem"]:
        return replace(whole, sending="message", reason=f"golang-migrate {_ONE_MESSAGE}")
    if running.in_transaction is False:
        return replace(whole, sending="message", reason=f"Diesel {_ONE_MESSAGE}")
    return replace(whole, sending="together", reason=f"Diesel {_OWN}")


def _marked(text: str, marks: list[re.Match[str]]) -> Iterator[Part]:
    """The parts between markers: goose's, sql-migrate's and dbmate's, which may have several sections each way."""
    without = any(mark["tool"] and mark["what"].upper() == "NO TRANSACTION" for mark in marks)
    direction: Direction | None = None
    option = block = filling = False
    section = 0
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    for mark, end in zip(marks, ends, strict=True):
        word, *options = mark["what"].lower().split() or [""]
        if word in {"up", "down"}:
            direction, section = _WAYS[word], section + 1
            option = without or not _WITHOUT.isdisjoint(options)
        if word == "envsub":
            filling = options == ["on"]
        block = word == "statementbegin" or (block and word not in {"statementend", "up", "down"})
        if direction:
            tool = _TOOLS["dbmate" if mark["dbmate"] else mark["tool"].lower()]
            part = Part(mark.end(), end, direction, section=section, template="environment" if filling else "none")
            yield _sent(tool, part, without=option, block=block)


def _sent(tool: str, part: Part, *, without: bool, block: bool) -> Part:
    if not without:
        return replace(part, sending="together", reason=f"{tool} {_OWN}")
    if tool == "dbmate" or block:
        what = "what stands between StatementBegin and StatementEnd" if block else "the part"
        reason = f"{tool} sends {what} as one message, whose statements PostgreSQL runs in one transaction"
        return replace(part, sending="message", reason=reason)
    return part
