"""Every rule and guide is run: its blocks lint as they announce, and PostgreSQL and Alembic do what they claim."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

import pytest
from tests.rules.blocks import PREAMBLE, Source, followed, is_alembic, projects, setup

from database_patterns import documents, linting
from database_patterns.actions import Name, Select, TransactionControl
from database_patterns.catalog import Catalog, Table
from database_patterns.documents import Document, Expectation, Rule
from database_patterns.effects.context import Assumptions, StatementInContext, follow
from database_patterns.lab.measure import measure
from database_patterns.lab.server import Database, Server
from database_patterns.locks import LockMode
from database_patterns.model import Measurement, Migration, Prediction
from database_patterns.reading import read_text
from database_patterns.settings import Settings

every_rule = pytest.mark.parametrize("rule", documents.rules().values(), ids=documents.rules())

every_document = pytest.mark.parametrize("document", documents.everything().values(), ids=documents.everything())

WITHOUT_CODE = {"statement-that-fails", "allowance-without-effect", "allowance-without-reason", "lock-table"}
"""Rules whose help shows no code: what was meant instead, only the author knows."""

FOUND_BY_THE_SCHEMA = {
    "statement-that-fails",
    "constrained-domain-on-new-column",
    "index-on-partitioned-parent",
    "type-change-rebuilds-indexes",
    "collation-change",
    "default-partition-scan",
    "domain-constraint-on-used-domain",
    "drop-foreign-key-locks-both-tables",
}
"""Rules that have nothing to say where nothing is known of what exists."""


def on(document: Document) -> Settings:
    """The settings under which a rule speaks, also one that is off by default."""
    return Settings(rules={document.name: "on"})


def plain(document: Document) -> list[list[Source]]:
    """The blocks that are no Alembic projects, which are the matter of test_projects.py."""
    return [project for project in projects(document) if not is_alembic(project)]


@every_document
def test_blocks_yield_exactly_the_findings_that_they_announce(document: Document) -> None:
    for project in plain(document):
        for source in project:
            contexts = followed(project, setup(document), directions=("upgrade", "downgrade"))
            findings = linting.run((context for each, context in contexts if each is source), on(document))
            assert source.found(findings) == source.announced()


@every_rule
def test_what_a_block_announces_is_found_without_knowing_the_schema(rule: Rule) -> None:
    for project in plain(rule):
        for source in project:
            findings = linting.run((context for _, context in followed([source], Catalog.unknown())), on(rule))
            announced = set(source.announced()) if rule.name not in FOUND_BY_THE_SCHEMA else set()
            assert announced <= set(source.found(findings))


@every_rule
def test_a_rule_has_a_block_that_is_found_and_a_clean_one_to_write_instead(rule: Rule) -> None:
    sources = [source for project in projects(rule) for source in project]
    assert any((rule.name in name) for source in sources for _, name in source.announced())
    instead = [source for source in sources if source.block.section == "Instead"]
    assert instead
    assert not [source.announced() for source in instead if source.announced()]


@every_rule
def test_what_a_rule_says_is_measured(rule: Rule) -> None:
    """Its proof is a claim of one of the blocks that it flags."""
    claims = {
        "lock": "takes",
        "rewrite": "rewrites",
        "scan": "scans",
        "error": "fails stops",
        "state": "records returns",
    }
    flagged = [project for project in projects(rule) if any(source.announced() for source in project)]
    kinds = {claim.kind for project in flagged for source in project for claim in source.block.expectations}
    assert rule.proof.startswith("none: ") or kinds.intersection(claims[rule.proof].split())


@every_document
def test_postgresql_does_what_blocks_claim_and_what_is_predicted(document: Document, server: Server) -> None:
    if isinstance(document, Rule) and not document.applies_to(server.postgres):
        pytest.skip(f"the rule holds for PostgreSQL {document.postgres}")
    for project in plain(document):
        with server.database(setup_sql=document.setup or "SELECT") as database:
            for source, context in followed(project, setup(document), server.postgres):
                claimed = {id(claim) for claim in source.block.expectations if claim.kind not in {"finds", "records"}}
                for at in context.statements:
                    if at.statement.confidence == "exact" and not is_a(at, TransactionControl):
                        measured = run(database, at)
                        where = source.place(at.statement.span.line)
                        claims = source.claims_about(at)
                        assert (where, *map(shown, claims)) == (where, *(seen(claim, at, measured) for claim in claims))
                        if is_a(at, Select) and not at.prediction.error:  # what a query may read is not predicted
                            assert (where, measured.error) == (where, None)
                        elif isinstance(document, Rule) or not at.prediction.unknown:
                            assert (where, *predicted(at, measured)) == (where, *observed(at, measured))
                        claimed -= {id(claim) for claim in claims}
                assert not claimed, f"{source.place(1)}: a claim is about no statement"


def is_a(at: StatementInContext, kind: type) -> bool:
    return any(isinstance(action, kind) for action in at.statement.actions)


def run(database: Database, at: StatementInContext) -> Measurement:
    """Measure the statement, and leave the database as it is after it."""
    measured = measure(database, at.statement.sql)
    if measured.error is None and measured.in_transaction_ok:
        database.execute(f"BEGIN; {at.statement.sql}; COMMIT")
    return measured


def shown(claim: Expectation) -> str:
    return f"{claim.kind}: {claim.lock.name + ' on ' if claim.lock else ''}{', '.join(claim.values) or 'nothing'}"


def seen(claim: Expectation, at: StatementInContext, measured: Measurement) -> str:
    """What the server showed, in the form of the claim, so that the two can be compared."""
    match claim.kind:
        case "takes":
            locks = {measured.locks.get(relation) for relation in claim.values}
            names = " or ".join(sorted(lock.name if lock else "no lock" for lock in locks))
            return f"takes: {names} on {', '.join(claim.values)}"
        case "scans" | "rewrites" | "rebuilds":
            relations = {
                "scans": measured.scanned,
                "rewrites": measured.rewritten,
                "rebuilds": measured.rebuilt_indexes,
            }[claim.kind]
            own = sorted(name for name in relations if not name.startswith("toast:"))
            own = list(claim.values) if own == sorted(claim.values) else own
            return f"{claim.kind}: {', '.join(own) or 'nothing'}"
    refused = not measured.in_transaction_ok and at.statement.transaction
    return f"fails: {'25001' if refused else measured.error.sqlstate if measured.error else 'nothing'}"


def predicted(at: StatementInContext, measured: Measurement) -> tuple[object, ...]:
    """Of the prediction what a measurement can show: error, locks, rewrites and scans of tables."""
    prediction = at.prediction
    if measured.error or prediction.error:
        may = {failure.sqlstate for failure in prediction.may_fail}
        return (measured.error.sqlstate if measured.error and measured.error.sqlstate in may else code_of(prediction),)
    tables = [effect for effect in prediction.effects if effect.kind in {"table", "materialized view"}]
    return (
        prediction.in_transaction_ok,
        prediction.unknown,
        as_seen({effect.relation: effect.lock for effect in tables}, measured),
        {effect.relation for effect in tables if effect.rewrite is True},
        {effect.relation for effect in tables if effect.scan is True} - new(at),
    )


def as_seen(predicted: Mapping[str, LockMode | None], measured: Measurement) -> Mapping[str, LockMode | None]:
    """The predicted locks; outside of a transaction those that are held for a moment are seen by chance only."""
    if measured.observed == "in transaction":
        return predicted
    seen = {name: measured.locks[name] for name in predicted if name in measured.locks}
    return {name: min(lock, predicted[name] or lock) for name, lock in seen.items()}


def new(at: StatementInContext) -> set[str]:
    """The tables that this migration has created: no scan of an empty table can be seen."""
    return {str(name) for name in at.before.relations if at.created_here(name)}


def code_of(prediction: Prediction) -> str:
    return prediction.error.sqlstate if prediction.error else "nothing"


def observed(at: StatementInContext, measured: Measurement) -> tuple[object, ...]:
    if measured.error:
        return (measured.error.sqlstate,)
    if at.prediction.error:
        return ("25001" if not measured.in_transaction_ok and at.statement.transaction else "nothing",)
    known = {name for name in measured.locks if at.before.table(Name(*reversed(name.split(".", 1)))) is not None}
    unknown = {effect.relation for effect in at.prediction.effects if effect.scan == "unknown"}
    return (
        measured.in_transaction_ok,
        (),
        {name: lock for name, lock in measured.locks.items() if name in known},
        measured.rewritten & known,
        (measured.scanned & known) - new(at) - unknown,
    )


@every_rule
def test_the_help_of_each_finding_lints_clean_and_runs(rule: Rule, server: Server) -> None:
    """What it says to write now lints clean; what it says to write later runs too, after that."""
    for source in (source for project in plain(rule) for source in project if source.announced()):
        kind = source.block.language
        found = linting.run((context for _, context in followed([source], setup(rule))), on(rule))
        for finding in (each for each in found if each.allowed is None):
            steps = [code(part, kind) for part in finding.help.split("\n\n") if part.startswith("    ")]
            if not steps and finding.rule in WITHOUT_CODE:
                continue
            now, *later = steps
            assert linting.run([follow(now, "upgrade", setup(rule), Assumptions())], on(rule)) == ()
            if rule.proof.startswith("none: "):
                continue  # it may need what a lab does not have, such as a tablespace
            with server.database(setup_sql=rule.setup) as database:
                empty(database, setup(rule))
                statements = (statement for each in (now, *later) for statement in each.upgrade)
                database.execute(*(each.sql for each in statements if each.confidence == "exact"))


def empty(database: Database, catalog: Catalog) -> None:
    """Remove all rows, as the sentences between a help's steps say to fill them first."""
    for name, relation in catalog.relations.items():
        if isinstance(relation, Table) and relation.kind == "table":
            database.execute(f"TRUNCATE {name} CASCADE")


def code(paragraph: str, kind: str) -> Migration:
    """The code of a help as the migration that it belongs in."""
    if kind == "sql":
        return read_text(dedent(paragraph), kind="sql")
    return read_text(f"{PREAMBLE.format(revision='b', down='a')}def upgrade():\n{paragraph}\n", kind="alembic")
