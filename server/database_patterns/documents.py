"""Rules and guides: found and parsed. A rule is what agents read, what the checks obey, and a test.

A document ``rules/<group>/<name>.md`` begins with front matter between two lines ``---``: one ``key: <JSON value>`` a
line, so that no YAML parser is needed. Keys are those of ``Rule``. The body has the sections of ``SECTIONS``, in that
order. Its fenced blocks are code that the tests lint and run: a fence opens with three backquotes, the language, and
optionally a file name; named fences under one heading form one project.

**Expectations.** A trailing comment in a block says what is true of the statement that begins on its line, or that ends
there; a comment that has the line for itself speaks of the line of code above it. Several are separated by ``;``.

``finds: <rule>, …``
    The linter's findings point at exactly this line. A block without this word must lint clean.
``takes: <lock> on <relation>, …``
    The strongest lock that the statement takes on these relations, by PostgreSQL's name (``ShareLock``).
``scans: <table>, …`` / ``rewrites: <table>, …`` / ``rebuilds: <index>, …``
    All tables that it reads whole or writes anew, all indexes that it builds anew; ``nothing`` when there is none.
``fails: <SQLSTATE>``
    The server refuses the statement with this code, on the tables of ``setup``.
``records: <revision>``
    After ``alembic upgrade head`` with this file, ``alembic_version`` holds this; ``nothing`` when it is empty.
``stops: <words>``
    ``alembic upgrade head`` ends with an error that says this.
``returns: <words>``
    ``alembic downgrade base`` or the upgrade after it ends with an error that says this; ``nothing`` when both pass.

A guide ``rules/guides/<name>.md`` has the keys of ``Document``, and sections of its own; its blocks are run in the same
way, those that are queries at least without an error.

All but ``finds`` are measured on a real server by tests/rules; prose says nothing about locks, scans and rewrites that
no block measures.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Final, Literal, cast, get_args

from .errors import UserError
from .locks import LockMode
from .model import SEVERITIES, Certainty, Severity

SECTIONS: Final = ("What it flags", "Why", "Instead", "When to allow it", "Sources")
"""The headings of a rule document, in order."""

ExpectationKind = Literal["finds", "takes", "scans", "rewrites", "rebuilds", "fails", "records", "stops", "returns"]

_GUIDES: Final = "guides"
_REQUIRED: Final = ("title", "severity", "default", "certainty", "proof", "sources")
_REQUIRED_OF_GUIDES: Final = ("title", "sources")
_OPTIONAL: Final = {"postgres": "", "setup": "", "related": []}
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FRONT_MATTER_LINE: Final = re.compile(r"([a-z]+): (.+)")
_POSTGRES: Final = re.compile(r"(>=|<)(\d+)")
_PATTERNS: Final = {
    "severity": ("|".join(SEVERITIES), f"one of {', '.join(SEVERITIES)}"),
    "default": ("on|off", "on or off"),
    "certainty": ("|".join(get_args(Certainty)), f"one of {', '.join(get_args(Certainty))}"),
    "proof": (
        "lock|rewrite|scan|error|state|none: .+",
        "one of lock, rewrite, scan, error, state, or 'none: <reason>'",
    ),
    "postgres": (r"(>=|<)\d+(, (>=|<)\d+)*", "bounds such as '>=15' or '>=15, <18'"),
}
"""What a value of the front matter looks like, and how that is said to its author."""

_FENCE: Final = re.compile(r"```(\w*)(?: (\S+))?")
_EXPECTATIONS: Final = re.compile(r"(?:^|\s)(?:--|#)\s+([a-z]+:\s.*)$")
_TAKES: Final = re.compile(r"(\w+Lock) on (.+)")


@dataclass(frozen=True, slots=True)
class Expectation:
    """One claim of a block about its ``line`` (from 1); ``values``: rules, relations or codes, none for ``nothing``."""

    line: int
    kind: ExpectationKind
    values: tuple[str, ...]
    lock: LockMode | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its info string, the section it stands in, and the document's line where its code begins."""

    language: str
    file: str | None
    section: str
    line: int
    code: str
    expectations: tuple[Expectation, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A rule or a guide: ``setup`` is the SQL that creates what the blocks use, ``text`` the whole document."""

    name: str
    title: str
    setup: str
    sources: tuple[str, ...]
    related: tuple[str, ...]
    text: str
    path: Path

    shelf: ClassVar[Literal["rules", "guides"]] = "rules"

    @property
    def uri(self) -> str:
        return f"database-patterns://{self.shelf}/{self.name}"

    @property
    def sections(self) -> Mapping[str, str]:
        """The body's text by heading, without the headings."""
        return {heading: "\n".join(lines).strip() for heading, _, lines in _sections(self.text)}

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The fenced blocks, in the document's order. Raises UserError for an expectation that cannot be read."""
        return tuple(_blocks(self.path, self.text))


@dataclass(frozen=True, slots=True)
class Rule(Document):
    """A rule document.

    ``default`` is whether the rule is on, ``postgres`` the versions it holds for (">=15", "<18"; empty: all), ``proof``
    what of its claim is measured (``none: <reason>`` where nothing is).
    """

    group: str
    severity: Severity
    default: bool
    certainty: Certainty
    postgres: str
    proof: str

    def applies_to(self, postgres: int) -> bool:
        """Whether the rule holds for this major version."""
        bounds = ((operator, int(version)) for operator, version in _POSTGRES.findall(self.postgres))
        return all(postgres >= version if operator == ">=" else postgres < version for operator, version in bounds)


@dataclass(frozen=True, slots=True)
class Guide(Document):
    """A guide: what to know beyond single rules, of which ``related`` are those that it is about."""

    shelf = "guides"


def folder(name: Literal["rules", "skills", "examples"]) -> Path:
    """The folder of documents: beside this file in an installed package, else in the checkout.

    Raises UserError when neither is there.
    """
    here = Path(__file__).resolve().parent
    for candidate in (here / name, here.parents[1] / name):
        if candidate.is_dir():
            return candidate
    raise UserError(f"the folder {name}/ is missing from this installation", remedy="install database-patterns again")


@cache
def rules() -> Mapping[str, Rule]:
    """All rules by name, sorted by group and name. Raises UserError for a document that cannot be read."""
    found: dict[str, Rule] = {}
    for path in sorted(folder("rules").glob("*/*.md")):
        if path.parent.name == _GUIDES:
            continue
        rule = parse(path)
        if rule.name in found:
            raise UserError(f"the name is taken by {found[rule.name].path}", where=str(path), remedy="choose another")
        found[rule.name] = rule
    return MappingProxyType(found)


@cache
def guides() -> Mapping[str, Guide]:
    """All guides by name, sorted. Raises UserError for a document that cannot be read."""
    return MappingProxyType({path.stem: parse_guide(path) for path in sorted(folder("rules").glob(f"{_GUIDES}/*.md"))})


@cache
def everything() -> Mapping[str, Document]:
    """All rules, then all guides, by name. Raises UserError for a document that cannot be read."""
    return MappingProxyType({**rules(), **guides()})


def parse_guide(path: Path) -> Guide:
    """Read one guide. Raises UserError, naming file and line, for front matter that does not follow the format."""
    text = path.read_text(encoding="utf-8")
    return Guide(**_common(path, text, _front_matter(path, text, _REQUIRED_OF_GUIDES)))


def parse(path: Path) -> Rule:
    """Read one rule document. Raises UserError, naming file and line, for what does not follow the format."""
    text = path.read_text(encoding="utf-8")
    values = _front_matter(path, text, _REQUIRED)
    if not _NAME.fullmatch(path.stem):
        raise UserError("a rule's name is lower-case words joined by '-'", where=str(path))
    headings = tuple(heading for heading, _, _ in _sections(text))
    if headings != SECTIONS:
        raise UserError(
            f"the sections are {', '.join(headings)}", where=str(path), remedy=f"write {', '.join(SECTIONS)}"
        )
    return Rule(
        **_common(path, text, values),
        group=path.parent.name,
        severity=cast("Severity", values["severity"]),
        default=values["default"] == "on",
        certainty=cast("Certainty", values["certainty"]),
        postgres=cast("str", values["postgres"]),
        proof=cast("str", values["proof"]),
    )


def _common(path: Path, text: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What rules and guides have in common."""
    return {
        "name": path.stem,
        "title": values["title"],
        "setup": values["setup"],
        "sources": tuple(values["sources"]),
        "related": tuple(values["related"]),
        "text": text,
        "path": path,
    }


def _front_matter(path: Path, text: str, required: tuple[str, ...]) -> dict[str, object]:
    lines = text.splitlines()
    if not lines or lines[0] != "---" or "---" not in lines[1:]:
        raise UserError("has no front matter between two lines '---'", where=f"{path}:1")
    values: dict[str, object] = {}
    for number, line in enumerate(lines[1 : lines.index("---", 1)], start=2):
        key, value = _front_matter_line(f"{path}:{number}", line)
        if key in values:
            raise UserError(f"has the key {key!r} twice", where=f"{path}:{number}")
        values[key] = value
    if missing := [key for key in required if key not in values]:
        raise UserError(f"has no {', '.join(missing)} in its front matter", where=f"{path}:1")
    return _OPTIONAL | values


def _front_matter_line(where: str, line: str) -> tuple[str, object]:
    match = _FRONT_MATTER_LINE.fullmatch(line)
    if not match:
        raise UserError("is not `key: <JSON value>`", where=where)
    key, raw = match.groups()
    if key not in _REQUIRED and key not in _OPTIONAL:
        allowed = ", ".join((*_REQUIRED, *_OPTIONAL))
        raise UserError(f"has the unknown key {key!r}", where=where, remedy=f"use one of {allowed}")
    try:
        value: object = json.loads(raw)
    except json.JSONDecodeError as error:
        raise UserError(f"has a value that is not JSON: {error.msg}", where=where) from None
    if complaint := _complaint(key, value):
        raise UserError(f"{key} {complaint}", where=where)
    return key, value


def _complaint(key: str, value: object) -> str:
    """What is wrong with a value of the front matter, or nothing."""
    if key in {"sources", "related"}:
        is_list = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return "" if is_list else "is a list of strings"
    if not isinstance(value, str):
        return "is a string"
    pattern, expected = _PATTERNS.get(key, (".*", ""))
    return "" if re.fullmatch(pattern, value) else f"is {expected}"


def _sections(text: str) -> Iterator[tuple[str, int, list[str]]]:
    """Each ``##`` section of the body: heading, number of the line after the heading, lines."""
    lines = text.splitlines()
    heading, start, body, fenced = "", 0, list[str](), False
    for number, line in enumerate(lines[lines.index("---", 1) + 1 :], start=lines.index("---", 1) + 2):
        fenced ^= line.startswith("```")
        if line.startswith("## ") and not fenced:
            if heading:
                yield heading, start, body
            heading, start, body = line.removeprefix("## "), number + 1, []
        else:
            body.append(line)
    if heading:
        yield heading, start, body


def _blocks(path: Path, text: str) -> Iterator[Block]:
    for section, start, lines in _sections(text):
        opened = None
        for offset, line in enumerate(lines):
            if opened is None:
                if fence := _FENCE.fullmatch(line):
                    opened = (offset + 1, fence)
            elif line == "```":
                first, fence = opened
                code = lines[first:offset]
                expectations = tuple(_expectations(path, start + first, code))
                yield Block(
                    fence[1], fence[2], section, start + first, "".join(f"{line}\n" for line in code), expectations
                )
                opened = None


def _expectations(path: Path, first: int, code: list[str]) -> Iterator[Expectation]:
    about = 1
    for number, line in enumerate(code, start=1):
        comment = _EXPECTATIONS.search(line)
        if line.strip() and not line.lstrip().startswith(("--", "#")):
            about = number
        if comment:
            for claim in comment[1].split(";"):
                yield _expectation(f"{path}:{first + number - 1}", about, claim.strip())


def _expectation(where: str, line: int, claim: str) -> Expectation:
    kind, _, value = claim.partition(": ")
    lock = None
    if kind not in get_args(ExpectationKind):
        raise UserError(
            f"claims {claim!r}", where=where, remedy=f"begin with one of {', '.join(get_args(ExpectationKind))}"
        )
    if kind == "takes":
        takes = _TAKES.fullmatch(value)
        if not takes or takes[1] not in LockMode.__members__:
            raise UserError(f"claims {claim!r}", where=where, remedy="write `takes: <lock> on <relation>`")
        lock, value = LockMode[takes[1]], takes[2]
    values = () if value == "nothing" else tuple(part.strip() for part in value.split(","))
    return Expectation(line, cast("ExpectationKind", kind), values, lock)
