"""The rules as a set: each document has its check, names what exists, and is short enough to be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from database_patterns import checks, documents
from database_patterns.documents import Guide, Rule
from database_patterns.locks import LockMode

every_rule = pytest.mark.parametrize("rule", documents.rules().values(), ids=documents.rules())

TOKENS_MAX = 1_000
"""Three rules are read for less than 3,000 tokens; a token of such a text is about 3.6 characters."""
SKILL = documents.folder("skills") / "database-patterns"


def test_documents_and_checks_are_the_same_set() -> None:
    folder = Path(checks.__file__).parent
    modules = {(path.parent.name, path.stem) for path in folder.glob("*/*.py") if path.stem != "__init__"}
    assert modules == {(rule.group, rule.name.replace("-", "_")) for rule in documents.rules().values()}


@every_rule
def test_each_check_has_a_test_of_its_own(rule: Rule) -> None:
    tests = Path(__file__).parents[1] / "checks"
    assert (tests / rule.group / f"test_{rule.name.replace('-', '_')}.py").is_file()


@every_rule
def test_the_sources_of_the_front_matter_are_those_of_the_text(rule: Rule) -> None:
    assert re.findall(r"\]\((https://[^)]+)\)", rule.sections["Sources"]) == list(rule.sources)


@every_rule
def test_related_rules_exist(rule: Rule) -> None:
    assert set(rule.related) <= documents.rules().keys() - {rule.name}


@every_rule
def test_a_rule_is_short(rule: Rule) -> None:
    assert len(rule.text) / 3.6 < TOKENS_MAX


@every_rule
def test_prose_names_no_lock_that_no_block_measures(rule: Rule) -> None:
    prose = re.sub(r"```.*?```", "", "\n".join(rule.sections.values()), flags=re.DOTALL)
    claimed = {claim.lock for block in rule.blocks for claim in block.expectations}
    named = {lock for lock in LockMode if re.search(rf"\b({lock.name}|{lock.sql_name})\b", prose)}
    assert named <= claimed


def test_the_skills_front_matter_has_only_keys_of_the_specification() -> None:
    lines = (SKILL / "SKILL.md").read_text(encoding="utf-8").splitlines()
    front_matter = dict(line.split(": ", 1) for line in lines[1 : lines.index("---", 1)])
    assert front_matter.keys() <= {"name", "description", "license", "compatibility", "metadata", "allowed-tools"}
    assert front_matter["name"] == SKILL.name
    assert len(front_matter["description"]) <= 1_024


def test_the_skill_names_rules_that_are_there() -> None:
    names = set(re.findall(r"`(rules/[\w/-]+\.md)`", (SKILL / "SKILL.md").read_text(encoding="utf-8")))
    assert names
    assert [name for name in names if not (SKILL / name).is_file()] == []


@pytest.mark.parametrize("guide", documents.guides().values(), ids=documents.guides())
def test_a_guide_links_the_rules_that_it_is_about(guide: Guide) -> None:
    assert set(guide.related) <= documents.rules().keys()
    linked = set(re.findall(r"\]\(\.\./\w+/([a-z0-9-]+)\.md\)", guide.text))
    assert linked == set(guide.related)
