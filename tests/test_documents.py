"""Rule documents: how they are parsed, what is refused, and what a search finds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from database_patterns import documents
from database_patterns.documents import Block, Expectation, Guide, Rule
from database_patterns.errors import UserError
from database_patterns.locks import LockMode

Write = Callable[..., Path]
"""Writes a text as a document and says where; ``name`` is its rule's."""

DOCUMENT = """\
---
title: "A title: with a colon"
severity: "warning"
default: "off"
certainty: "proven"
postgres: ">=15, <18"
proof: "none: a matter of taste"
setup: "CREATE TABLE t (id bigint)"
sources: ["https://example.org/a"]
related: ["other-rule"]
---

## What it flags

Text.

```sql 1_first.sql
CREATE INDEX i ON t (id);  -- finds: some-rule; takes: ShareLock on t
-- scans: t; rewrites: nothing
-- an ordinary comment, and a database-patterns: one
```

## Why

Because.

## Instead

```python
def upgrade() -> None:
    # rebuilds: nothing
    op.drop_column("t", "c")  # fails: 42703; takes: AccessExclusiveLock on t, s.u
```

## When to allow it

Never.

## Sources

- [A](https://example.org/a)
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str, name: str = "some-rule") -> Path:
        path = tmp_path / "migration" / f"{name}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_document_becomes_a_rule(write: Write) -> None:
    path = write(DOCUMENT)
    assert documents.parse(path) == Rule(
        name="some-rule",
        group="migration",
        title="A title: with a colon",
        severity="warning",
        default=False,
        certainty="proven",
        postgres=">=15, <18",
        proof="none: a matter of taste",
        setup="CREATE TABLE t (id bigint)",
        sources=("https://example.org/a",),
        related=("other-rule",),
        text=DOCUMENT,
        path=path,
    )


def test_optional_keys_may_be_left_out(write: Write) -> None:
    lines = [line for line in DOCUMENT.splitlines() if not line.startswith(("postgres", "setup", "related"))]
    rule = documents.parse(write("\n".join(lines)))
    assert (rule.postgres, rule.setup, rule.related) == ("", "", ())
    assert all(rule.applies_to(version) for version in (14, 18))


def test_a_rule_applies_to_the_versions_within_its_bounds(write: Write) -> None:
    rule = documents.parse(write(DOCUMENT))
    assert [version for version in range(14, 20) if rule.applies_to(version)] == [15, 16, 17]


def test_sections_hold_the_text_below_their_headings(write: Write) -> None:
    sections = documents.parse(write(DOCUMENT)).sections
    assert tuple(sections) == documents.SECTIONS
    assert sections["Why"] == "Because."


def test_blocks_carry_info_string_section_and_expectations(write: Write) -> None:
    first, second = documents.parse(write(DOCUMENT)).blocks
    assert first == Block(
        language="sql",
        file="1_first.sql",
        section="What it flags",
        line=18,
        code=(
            "CREATE INDEX i ON t (id);  -- finds: some-rule; takes: ShareLock on t\n"
            "-- scans: t; rewrites: nothing\n"
            "-- an ordinary comment, and a database-patterns: one\n"
        ),
        expectations=(
            Expectation(1, "finds", ("some-rule",)),
            Expectation(1, "takes", ("t",), LockMode.ShareLock),
            Expectation(1, "scans", ("t",)),
            Expectation(1, "rewrites", ()),
        ),
    )
    assert (second.language, second.file, second.section) == ("python", None, "Instead")
    assert second.expectations == (
        Expectation(1, "rebuilds", ()),
        Expectation(3, "fails", ("42703",)),
        Expectation(3, "takes", ("t", "s.u"), LockMode.AccessExclusiveLock),
    )


def test_a_heading_inside_a_block_is_code(write: Write) -> None:
    rule = documents.parse(write(DOCUMENT.replace("def upgrade", "## no heading\ndef upgrade")))
    assert tuple(rule.sections) == documents.SECTIONS


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("---\ntitle", "title", ":1: has no front matter between two lines '---'"),
        ('severity: "warning"', "severity: warning", ":3: has a value that is not JSON: Expecting value"),
        ('severity: "warning"', 'severity: "high"', ":3: severity is one of error, warning, advice"),
        ('default: "off"', "default: false", ":4: default is a string"),
        ('default: "off"', 'default: "no"', ":4: default is on or off"),
        ('certainty: "proven"', 'certainty: "sure"', ":5: certainty is one of proven, size-dependent, unknown"),
        ('">=15, <18"', '"15"', ":6: postgres is bounds such as '>=15' or '>=15, <18'"),
        (
            '"none: a matter of taste"',
            '"none"',
            ":7: proof is one of lock, rewrite, scan, error, state, or 'none: <reason>'",
        ),
        ('["https://example.org/a"]', '"https://example.org/a"', ":9: sources is a list of strings"),
        ("related: [", "relatives: [", ":10: has the unknown key 'relatives'; use one of title, severity, default,"),
        ('related: ["other-rule"]', 'title: "again"', ":10: has the key 'title' twice"),
        ('related: ["other-rule"]', "related", ":10: is not `key: <JSON value>`"),
        ('title: "A title: with a colon"\n', "", ":1: has no title in its front matter"),
        ("## Why", "## Because", "the sections are What it flags, Because, Instead, When to allow it, Sources; write"),
    ],
)
def test_what_does_not_follow_the_format_is_named_with_file_and_line(
    write: Write, old: str, new: str, complaint: str
) -> None:
    path = write(DOCUMENT.replace(old, new, 1))
    with pytest.raises(UserError) as error:
        documents.parse(path)
    assert str(error.value).startswith(str(path))
    assert complaint in str(error.value)


@pytest.mark.parametrize(
    ("claim", "complaint"),
    [
        (
            "find: some-rule",
            "claims 'find: some-rule'; begin with one of finds, takes, scans, rewrites, rebuilds, fails",
        ),
        ("takes: a lock", "claims 'takes: a lock'; write `takes: <lock> on <relation>`"),
        ("takes: HeavyLock on t", "claims 'takes: HeavyLock on t'; write `takes: <lock> on <relation>`"),
    ],
)
def test_a_claim_that_cannot_be_read_is_named_with_its_line(write: Write, claim: str, complaint: str) -> None:
    path = write(DOCUMENT.replace("scans: t; rewrites: nothing", claim))
    with pytest.raises(UserError) as error:
        _ = documents.parse(path).blocks
    assert str(error.value).startswith(f"{path}:19: {complaint}")


def test_a_name_is_lower_case_words(write: Write) -> None:
    with pytest.raises(UserError, match="a rule's name is lower-case words joined by '-'"):
        documents.parse(write(DOCUMENT, name="Some_Rule"))


def test_rules_are_read_once_and_sorted_by_group_and_name() -> None:
    found = documents.rules()
    assert found is documents.rules()
    assert [(rule.group, rule.name) for rule in found.values()] == sorted(
        (rule.group, rule.name) for rule in found.values()
    )
    assert {"migration", "alembic"} <= {rule.group for rule in found.values()}
    assert all(rule.uri == f"database-patterns://rules/{name}" for name, rule in found.items())


def test_a_guide_is_parsed_without_the_keys_of_a_rule(write: Write) -> None:
    text = '---\ntitle: "A guide"\nsources: ["https://example.org/a"]\n---\n\n## Anything\n'
    path = write(text, "a-guide")
    guide = documents.parse_guide(path)
    assert guide == Guide("a-guide", "A guide", "", ("https://example.org/a",), (), text, path)
    assert guide.uri == "database-patterns://guides/a-guide"
    with pytest.raises(UserError, match="has no title in its front matter"):
        documents.parse_guide(write("---\nsources: []\n---\n", "untitled"))


def test_guides_are_found_by_name_and_are_no_rules() -> None:
    assert "postgres-lock-table" in documents.guides()
    assert documents.guides().keys().isdisjoint(documents.rules())
