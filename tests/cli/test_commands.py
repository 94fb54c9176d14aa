"""Every command, its options and its exit status."""

from __future__ import annotations

import importlib.metadata
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from database_patterns import documents, linting
from database_patterns.lab.server import Database

from .conftest import ENVIRONMENT, Run

RULES = f"{len(linting.applied(18))} rules"
DANGEROUS = "CREATE INDEX i ON t (a);\n"
PROGRAM = [sys.executable, "-m", "database_patterns"]
REVISION = """\
from alembic import op

revision = "b"
down_revision = "a"


def upgrade() -> None:
    {code}


def downgrade() -> None:
    pass
"""


@pytest.fixture
def dangerous(run: Run) -> Path:  # noqa: ARG001 - changes to the folder
    path = Path("dangerous.sql")
    path.write_text(DANGEROUS, encoding="utf-8")
    return path


def test_findings_are_status_1_and_a_higher_threshold_lets_them_pass(run: Run, dangerous: Path) -> None:
    assert run("lint", str(dangerous)).status == 1
    assert run("lint", str(dangerous), "--fail-on", "error").status == 1
    Path("harmless.sql").write_text("SELECT 1;\n", encoding="utf-8")
    assert run("lint", "harmless.sql").out == f"No findings by {RULES} in 1 migration, 1 statement (PostgreSQL 18)\n"
    assert run("lint", "harmless.sql").status == 0


def test_the_configuration_decides_where_no_option_does(run: Run, dangerous: Path) -> None:
    Path("database-patterns.toml").write_text(
        "postgres = 15\nfail_on = 'error'\n[rules]\nindex-without-concurrently = 'warning'\n"
    )
    configured, asked = (
        run("lint", str(dangerous)),
        run("lint", str(dangerous), "--fail-on", "warning", "--postgres", "16"),
    )
    assert (configured.status, asked.status) == (0, 1)
    assert configured.out.splitlines()[-1] == "1 warning in 1 migration, 1 statement (PostgreSQL 15)"
    assert asked.out.splitlines()[-1] == "1 warning in 1 migration, 1 statement (PostgreSQL 16)"


def test_an_old_project_starts_at_zero_with_a_baseline(run: Run, dangerous: Path) -> None:
    recorded = run("lint", ".", "--record-baseline", "known.json")
    assert (recorded.status, recorded.out) == (0, "findings recorded in known.json: 1\n")
    again = run("lint", ".", "--baseline", "known.json")
    assert (again.status, again.out) == (
        0,
        f"No findings by {RULES} in 1 migration, 1 statement (PostgreSQL 18), 1 known\n",
    )
    Path("database-patterns.toml").write_text("baseline = 'known.json'\n")
    dangerous.write_text(f"{DANGEROUS}CREATE INDEX j ON t (b);\n")
    assert run("lint", ".").out.splitlines()[0].startswith("dangerous.sql:2:1 error index-without-concurrently")


def test_a_branch_is_linted_by_what_it_changes(run: Run, dangerous: Path) -> None:
    for command in (["init"], ["add", "."], ["-c", "user.name=A", "-c", "user.email=a@b", "commit", "-m", "first"]):
        subprocess.run(["git", *command], check=True, capture_output=True)
    unchanged = run("lint", ".", "--changed-since", "HEAD")
    assert unchanged.status == 0
    assert unchanged.out == (
        "note findings are shown of what has changed since HEAD alone; the other files are read for what they leave"
        f" behind\n\nNo findings by {RULES} in 1 migration, 1 statement (PostgreSQL 18)\n"
    )
    Path("new.sql").write_text(dangerous.read_text().replace("INDEX i", "INDEX j"))
    changed = run("lint", ".", "--changed-since", "HEAD")
    assert (changed.status, changed.out.split()[0]) == (1, "new.sql:1:1")


def test_a_configuration_that_is_wrong_is_status_2_and_said_in_one_line(run: Run, dangerous: Path) -> None:
    Path("database-patterns.toml").write_text("[rules]\nindex-without-concurently = 'off'\n")
    outcome = run("lint", str(dangerous))
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err == (
        "database-patterns: database-patterns.toml: there is no rule 'index-without-concurently'; did you mean"
        " index-without-concurrently?\n"
    )


def test_what_was_not_analysed_is_status_3_only_when_strict(run: Run) -> None:
    Path("b.py").write_text(REVISION.format(code="op.execute(input())"), encoding="utf-8")
    relaxed, strict = run("lint", "b.py"), run("lint", "b.py", "--strict")
    assert (relaxed.status, strict.status) == (0, 3)
    assert "not analysed b.py:8" in relaxed.out
    assert relaxed.out.splitlines()[-1].endswith("not analysed")
    assert run("explain", "b.py", "--strict").status == 3


def test_standard_input_is_linted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(DANGEROUS.encode())))
    outcome = run("lint", "-")
    assert (outcome.status, outcome.err) == (1, "")
    assert outcome.out.startswith("<stdin>:1:1 error index-without-concurrently")
    assert "  1 │ CREATE INDEX i ON t (a)" in outcome.out


def test_kind_settles_what_a_name_leaves_open(run: Run) -> None:
    Path("migration.txt").write_text(DANGEROUS, encoding="utf-8")
    assert run("lint", "migration.txt", "--kind", "sql").status == 1
    assert run("lint", "migration.txt", "--kind", "alembic").status == 2


def test_the_project_here_is_linted_when_no_path_is_given(run: Run) -> None:
    Path("alembic.ini").write_text("[alembic]\nscript_location = %(here)s/db\n", encoding="utf-8")
    Path("db/versions").mkdir(parents=True)
    Path("db/env.py").write_text("from alembic import context\ncontext.configure(url='postgresql://')\n")
    text = REVISION.format(code="op.execute('ALTER TABLE t ADD COLUMN a int')").replace('"a"', "None")
    Path("db/versions/b.py").write_text(text, encoding="utf-8")
    outcome = run("lint")
    assert outcome.err == ""
    assert outcome.out.splitlines()[-1].endswith("in 1 migration, 1 statement (PostgreSQL 18)")


def write(**files: str) -> None:
    """Files of the current folder; a revision is named after its identifier and its parent (``b_after_a``)."""
    for name, text in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def revision(name: str, parent: str | None, code: str) -> str:
    return REVISION.format(code=code).replace('"b"', repr(name)).replace('"a"', repr(parent))


ENV = """\
from alembic import context
from sqlalchemy import create_engine

with create_engine("postgresql+psycopg2://").connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True, include_schema=True)
"""


def test_a_folder_with_a_project_is_read_as_the_project(run: Run) -> None:
    hack = "op.execute('COMMIT'); op.execute('CREATE INDEX CONCURRENTLY i ON t (a)')"
    write(
        **{
            "src/shop/migrations/alembic.ini": "[alembic]\n",
            "src/shop/migrations/env.py": ENV,
            "src/shop/migrations/versions/z.py": revision("a", None, "op.execute('CREATE TABLE t (a int)')"),
            "src/shop/migrations/versions/y.py": revision("b", "a", hack),
            "src/shop/migrations/versions/x.py": revision("c", "b", "op.execute('DROP TABLE t')"),
            "src/requirements.txt": "sqlalchemy==1.4.54\n",
            "seed.sql": "SELECT 1;\n",
        }
    )
    outcome = run("explain", ".")
    heads = [line.removeprefix("src/shop/migrations/versions/") for line in outcome.out.splitlines() if "src/" in line]
    assert heads == ["z.py (upgrade of a)", "y.py (upgrade of b)", "x.py (upgrade of c)"]
    assert "CREATE INDEX CONCURRENTLY i ON t (a)  [autocommit]" in outcome.out
    read_with = f"its revisions were read with {importlib.metadata.version('sqlalchemy')}, whose SQL may differ"
    assert [line for line in outcome.out.splitlines() if line.startswith("note ")] == [
        "note left out as no migration by its name: seed.sql",
        f"note the project uses SQLAlchemy 1.4.54 (requirements.txt); {read_with}",
    ]
    report = json.loads(run("lint", ".", "--format", "json").out)
    assert report["findings"][0]["rule"] == "unknown-configure-option"
    assert len(report["notes"]) == 2
    assert report["summary"]["complete"]


def test_an_index_built_concurrently_after_a_commit_fails_with_psycopg(run: Run) -> None:
    hack = "op.execute('COMMIT'); op.execute('CREATE INDEX CONCURRENTLY i ON t (a)')"
    write(**{"alembic.ini": "[alembic]\nscript_location = db\n", "db/env.py": ENV.replace("psycopg2", "psycopg")})
    write(**{"db/versions/a.py": revision("a", None, hack)})
    outcome = run("lint")
    assert "db/versions/a.py:8:5 error commit-sent-as-sql" in outcome.out
    assert "psycopg 3 begins another one" in " ".join(outcome.out.split())
    assert outcome.out.endswith("2 errors in 1 migration, 2 statements (PostgreSQL 18)\n")


def test_a_history_that_alembic_refuses_is_not_clean(run: Run) -> None:
    write(**{"alembic.ini": "[alembic]\nscript_location = db\n", "db/env.py": ENV.replace(", include_schema=True", "")})
    write(**{"db/versions/a.py": revision("a", "gone", "pass"), "db/versions/b.py": revision("b", "a", "pass")})
    write(**{"db/versions/c.py": revision("b", "a", "pass")})
    outcome = run("lint", "--strict")
    assert outcome.status == 1
    refused = [line.split()[2] for line in outcome.out.splitlines() if " error " in line]
    assert refused == ["broken-chain", "duplicate-revision-id"]
    assert outcome.out.endswith(
        "not analysed db/versions/b.py:1: the order of the history: revision b is in more than one file\n"
        "not analysed db/versions/a.py:1: the order of the history: revision a follows gone, which is in no file\n\n"
        "2 errors in 3 migrations, 0 statements (PostgreSQL 18), 2 not analysed\n"
    )


def test_each_database_of_a_project_is_explained(run: Run) -> None:
    both = "".join(f"\n\ndef upgrade_{name}():\n    op.execute('SELECT 1')\n" for name in ("users", "orders"))
    code = REVISION.format(code="globals()[f'upgrade_{engine_name}']()").replace("upgrade()", "upgrade(engine_name)")
    write(**{"alembic.ini": "[alembic]\nscript_location = db\ndatabases = users, orders\n", "db/env.py": ENV})
    write(**{"db/versions/b.py": code.replace('"a"', "None") + both})
    outcome = run("explain")
    assert [line for line in outcome.out.splitlines() if "b.py" in line] == [
        "db/versions/b.py (upgrade of b, database users)",
        "db/versions/b.py (upgrade of b, database orders)",
    ]
    report = json.loads(run("explain", "--format", "json").out)
    assert [each["database"] for each in report["migrations"]] == ["users", "orders"]


def test_sql_files_of_a_tool_are_read_both_ways(run: Run) -> None:
    write(**{"m/1_a.up.sql": "CREATE TABLE t (a int);\n", "m/1_a.down.sql": "\\echo bye\nDROP TABLE t;\n"})
    assert run("explain", "m").out.startswith("m/1_a.up.sql\n    1  CREATE TABLE t (a int)  [autocommit]\n")
    down = run("explain", "m", "--direction", "downgrade").out
    assert down.startswith("m/1_a.down.sql\n    2  DROP TABLE t  [autocommit]\n")
    assert "not analysed m/1_a.down.sql:1: \\echo bye: a command of psql; the server does not get it" in down
    assert run("explain", "m/1_a.down.sql").out == (
        "not analysed m/1_a.down.sql:1: the file: it only undoes another migration; ask for the downgrade\n"
    )


def test_json_is_the_contracts_and_goes_to_the_file_of_output(run: Run, dangerous: Path) -> None:
    outcome = run("lint", str(dangerous), "--format", "json", "--output", "report.json")
    assert (outcome.status, outcome.out, outcome.err) == (1, "", "")
    report = json.loads(Path("report.json").read_text(encoding="utf-8"))
    assert (report["version"], report["postgres"]) == (1, 18)
    assert [(each["rule"], each["path"], each["line"]) for each in report["findings"]] == [
        ("index-without-concurrently", "dangerous.sql", 1)
    ]


def test_json_of_unreadable_input_is_json_too(run: Run) -> None:
    outcome = run("lint", "nowhere.sql", "--format", "json")
    report = json.loads(outcome.out)
    assert outcome.status == 2
    assert report["unreadable"] == ["nowhere.sql: no such file or folder; check the path"]
    assert report["summary"]["complete"] is False


def test_explain_says_lock_and_consequence(run: Run, dangerous: Path) -> None:
    outcome = run("explain", str(dangerous), "--postgres", "14")
    assert outcome.status == 0
    statement, effect, verdict, *_ = outcome.out.splitlines()[1:]
    assert statement == "    1  CREATE INDEX i ON t (a)  [autocommit]"
    assert effect.split()[:3] == ["t", "ShareLock", "blocks"]
    assert verdict.startswith("  Verdict: blocks writes on t")
    report = json.loads(run("explain", str(dangerous), "--format", "json").out)
    assert report["migrations"][0]["summary"]["strongest_lock"]["t"] == "ShareLock"


def test_explain_says_why_when_it_is_asked_to(run: Run, dangerous: Path) -> None:
    assert "https://www.postgresql.org/docs/" in run("explain", str(dangerous), "--detailed").out
    assert "https://" not in run("explain", str(dangerous)).out


def test_colour_comes_with_a_terminal_or_when_it_is_asked_for(run: Run, dangerous: Path) -> None:
    assert "\x1b[" not in run("lint", str(dangerous)).out
    assert "\x1b[" in run("lint", str(dangerous), "--color", "always").out
    run("lint", str(dangerous), "--color", "always", "--output", "report.txt")
    assert "\x1b[" not in Path("report.txt").read_text(encoding="utf-8")


def test_no_color_wins_over_a_terminal(run: Run, dangerous: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[" in run("lint", str(dangerous)).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("lint", str(dangerous)).out


def test_rules_are_searched_and_shown(run: Run) -> None:
    assert len(run("rules", "search").out.splitlines()) == len(documents.rules()) + len(documents.guides())
    assert run("rules", "search", "add", "index").out.startswith("index-without-concurrently")
    assert run("rules", "search", "zzzz").out.startswith("No rule or guide speaks to this")
    rule = documents.rules()["drop-column"]
    assert run("rules", "show", "drop-column").out == rule.text
    shown = json.loads(run("rules", "show", "drop-column", "--format", "json").out)
    assert (shown["name"], shown["severity"], shown["text"]) == ("drop-column", rule.severity, rule.text)
    assert run("rules", "search", "drop", "column", "--format", "markdown").out.startswith(
        "| rule or guide | severity |"
    )


def test_a_guide_is_found_as_a_rule_is(run: Run) -> None:
    guide = documents.guides()["postgres-lock-table"]
    question = ("rules", "search", "which", "lock", "does", "each", "statement", "take")
    assert run(*question).out.splitlines()[0].split(maxsplit=2) == [guide.name, "guide", guide.title]
    found = json.loads(run(*question, "--format", "json").out)["rules"]
    assert (found[0]["documentation"], found[0]["group"]) == (guide.uri, "guides")


def test_a_guide_is_shown_as_a_rule_is(run: Run) -> None:
    guide = documents.guides()["postgres-lock-table"]
    assert run("rules", "show", guide.name).out == guide.text
    assert json.loads(run("rules", "show", guide.name, "--format", "json").out) == {
        "version": 1,
        "name": guide.name,
        "group": "guides",
        "title": guide.title,
        "sources": list(guide.sources),
        "documentation": "database-patterns://guides/postgres-lock-table",
        "text": guide.text,
    }


def test_doctor_says_what_is_there(run: Run) -> None:
    outcome = run("doctor", "--format", "json")
    parts = {each["name"]: each["available"] for each in json.loads(outcome.out)["capabilities"]}
    assert outcome.status == 0
    assert parts["SQL parser"]
    assert parts["mcp"]
    assert parts["rules"]
    assert "PostgreSQL server" in parts


def test_doctor_names_a_folder_without_server_programs(run: Run) -> None:
    assert "no   PostgreSQL server" in run("doctor", "--postgres-bin", ".").out


def test_doctor_does_not_show_the_password_of_the_labs_server(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_PATTERNS_LAB_URL", "postgresql://me:s3cret@db.example/x")
    out = run("doctor").out
    assert "DATABASE_PATTERNS_LAB_URL" in out
    assert "s3cret" not in out


def test_the_version_is_shown(run: Run) -> None:
    assert run("--version").out.startswith("database-patterns ")


def test_help_names_every_exit_status(run: Run) -> None:
    outcome = run("lint", "--help")
    assert outcome.status == 0
    assert "exit status: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage or unreadable input" in outcome.out


def test_help_says_how_standard_input_is_read_and_what_may_be_known(run: Run) -> None:
    out = " ".join(run("lint", "--help").out.split())
    assert "- reads standard input" in out
    assert "what exists before: a dump" in out
    assert "what exists before: the migrations that were applied" in out


def test_a_reader_that_goes_away_is_no_error(run: Run) -> None:  # noqa: ARG001 - changes to the folder
    Path("many.sql").write_text(DANGEROUS * 2_000, encoding="utf-8")
    with subprocess.Popen(
        [*PROGRAM, "lint", "many.sql"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 1


def test_ctrl_c_is_quiet() -> None:
    with subprocess.Popen(
        [*PROGRAM, "lint", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin
        _wait_until_it_reads(process.pid)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert (process.returncode, out, err) == (130, b"", b"")


def _wait_until_it_reads(pid: int) -> None:
    """Until the process sleeps in a read of its standard input, as Linux tells it."""
    while True:
        try:
            if Path(f"/proc/{pid}/syscall").read_text(encoding="ascii").startswith("0 0x0 "):
                return
        except (OSError, ValueError):
            pytest.skip("this system does not show what a process waits for")
        os.sched_yield()


def test_the_live_database_is_what_exists_before(run: Run, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    database.execute("CREATE TABLE t (id int)", "INSERT INTO t VALUES (1)", "ANALYZE t")
    Path("1.sql").write_text("CREATE INDEX i ON t (id); ALTER TABLE t ADD COLUMN id int;")
    monkeypatch.setenv("DATABASE_PATTERNS_DATABASE_URL", database.owner)
    outcome = run("explain", "--live", "--format", "json", "1.sql")
    report = json.loads(outcome.out)
    first, second = report["migrations"][0]["statements"]
    assert (report["postgres"], first["effects"][0]["rows"]) == (database.postgres, 1)
    assert second["error"] == '42701: column "id" of relation "t" already exists'


def test_one_thing_says_what_exists_before(run: Run, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_PATTERNS_DATABASE_URL", database.owner)
    Path("1.sql").write_text("SELECT 1")
    outcome = run("lint", "--live", "--schema", "1.sql", "1.sql")
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err == "database-patterns: --schema and --live both say what exists; give one of them\n"


def test_without_its_address_there_is_no_live_database(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_PATTERNS_DATABASE_URL", raising=False)
    Path("1.sql").write_text("SELECT 1")
    assert run("lint", "--live", "1.sql").err == (
        "database-patterns: no live database is known;"
        " set DATABASE_PATTERNS_DATABASE_URL to its address before the start\n"
    )


def test_a_live_database_that_cannot_be_reached_is_not_named(
    run: Run,
    lab: None,  # noqa: ARG001 - skips without the driver
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_PATTERNS_DATABASE_URL", "postgresql://me:hidden@127.0.0.1:1/private")
    Path("1.sql").write_text("SELECT 1")
    outcome = run("lint", "--live", "1.sql")
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err == (
        "database-patterns: the live database: cannot be connected to: no server answers at the address\n"
    )
