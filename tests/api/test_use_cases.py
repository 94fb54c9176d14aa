"""``lint``, ``explain``, ``rules`` and ``doctor`` as Python functions."""

from __future__ import annotations

import pytest

from database_patterns import documents
from database_patterns.api import rules, sources
from database_patterns.api.doctor import doctor
from database_patterns.api.explain import explain
from database_patterns.api.history import Options
from database_patterns.api.lint import lint
from database_patterns.api.sources import Given, Source
from database_patterns.errors import UserError
from database_patterns.locks import LockMode
from database_patterns.reports import ExplainedMigration

BUILD = "CREATE INDEX i ON orders (customer_id);"
REVISION = """\
from alembic import op

revision = {revision!r}
down_revision = {parent!r}


def upgrade() -> None:
    op.execute({upgrade!r})


def downgrade() -> None:
    op.execute({downgrade!r})
"""


def revision(name: str, parent: str | None, upgrade: str, downgrade: str = "SELECT 1") -> Source:
    text = REVISION.format(revision=name, parent=parent, upgrade=upgrade, downgrade=downgrade)
    return Source(f"{name}.py", text)


def explained(sql: str, options: Options | None = None) -> ExplainedMigration:
    (migration,) = explain(sources.from_text(sql), options).migrations
    return migration


def test_a_finding_carries_the_source_that_it_is_in() -> None:
    report = lint(sources.from_text(BUILD, name="1.sql"))
    assert [(each.rule, each.span.line) for each in report.findings] == [("index-without-concurrently", 1)]
    assert report.sources == {"1.sql": BUILD}
    assert (report.migrations, report.statements) == (1, 1)


def test_a_table_that_the_history_has_just_created_is_known_to_a_later_revision() -> None:
    created = revision("z", None, "CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint)")
    later = revision("a", "z", BUILD)
    report = explain(Given((later, created)))
    assert [each.path for each in report.migrations] == ["z.py", "a.py"]
    assert report.migrations[1].strongest_locks["orders"] == LockMode.ShareLock


def test_an_index_on_a_table_of_the_same_revision_blocks_nobody() -> None:
    together = f"CREATE TABLE orders (id bigint, customer_id bigint); {BUILD}"
    assert lint(sources.from_text(together)).findings == ()


def test_what_was_not_read_never_hides_the_findings_of_the_rest() -> None:
    given = Given((Source("bad.py", "def ("), Source("good.sql", BUILD)), ("gone.sql: no such file or folder",))
    report = lint(given)
    assert [each.span.path for each in report.findings] == ["good.sql"]
    assert [line.split(":")[0] for line in report.unreadable] == ["gone.sql", "bad.py"]


def test_code_that_is_not_analysed_is_named_and_the_migration_incomplete() -> None:
    given = Given((Source("a.py", _with_input()),))
    assert [gap.span.line for gap in lint(given).not_analysed] == [8]
    report = explain(given)
    assert not report.migrations[0].complete
    assert "could not be analysed" in report.migrations[0].verdict


def test_a_revision_with_sql_that_does_not_parse_is_incomplete() -> None:
    report = lint(Given((revision("a", None, "ALTER TABEL t"),)))
    assert [gap.what for gap in report.not_analysed] == ["a statement that does not parse"]
    assert report.unreadable == ()


def test_the_downgrade_is_explained_when_it_is_asked_for() -> None:
    given = Given((revision("a", None, "SELECT 1", "DROP TABLE orders"),))
    report = explain(given, direction="downgrade")
    assert [each.statement.sql for each in report.migrations[0].statements] == ["DROP TABLE orders"]
    assert report.migrations[0].direction == "downgrade"
    assert explain(sources.from_text("SELECT 1"), direction="downgrade").migrations == ()


def test_a_prediction_is_for_the_version_that_was_asked_for() -> None:
    assert explain(sources.from_text(BUILD), Options(postgres=14)).postgres == 14
    assert lint(sources.from_text(BUILD), Options(postgres=15)).postgres == 15


def test_a_rule_is_found_by_its_name_and_a_wrong_name_leads_to_the_nearest() -> None:
    assert rules.show("drop-column") == documents.rules()["drop-column"]
    with pytest.raises(UserError, match="drop-colum: there is no such rule or guide; did you mean drop-column"):
        rules.show("drop-colum")
    with pytest.raises(UserError, match="search for it: database-patterns rules search"):
        rules.show("…")


def test_an_empty_question_lists_all_rules() -> None:
    assert rules.search(" ") == (*documents.rules().values(), *documents.guides().values())
    assert rules.search("CREATE INDEX")[0].name == "index-without-concurrently"


def test_the_doctor_names_every_part_once() -> None:
    names = [each.name for each in doctor() if each.name != "PostgreSQL server"]
    assert names[:3] == ["database-patterns", "rules", "SQL parser"]
    assert len(names) == len(set(names))


def _with_input() -> str:
    return revision("a", None, "SELECT 1").text.replace("op.execute('SELECT 1')", "op.execute(input())", 1)


def test_an_explanation_names_the_rules_that_say_what_to_do_instead() -> None:
    given = sources.from_text("CREATE TABLE n (id int);\nCREATE INDEX i ON t (a);\nDROP TABLE n;")
    (migration,) = explain(given).migrations
    assert [(each.rule, each.span.line) for each in migration.instead] == [("index-without-concurrently", 2)]
