"""How long the command line takes to start, to read a revision, to lint one file and a thousand, and one large file.

Ratios within one run, because machines differ: to the start of Python, and for what a process does with revisions that
has read others before (reading and explaining one, replaying all through the catalog), to parsing their Python. A
folder of revisions as argument takes the place of our own ones there. Never in CI.
"""

from __future__ import annotations

import ast
import gc
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import reduce
from pathlib import Path

from database_patterns.api import sources
from database_patterns.api.explain import explain
from database_patterns.catalog import Catalog
from database_patterns.cli import COLLECTED_AFTER
from database_patterns.reading import is_revision, read_source, read_text
from database_patterns.reading.histories import of_files

MANY = 1_000
LARGE = (400, 4_000)
"""Tables in one SQL file, each with its index and a column that is added: ten times the statements."""
RUNS = 5
SHOP = Path(__file__).parents[2] / "examples" / "shop" / "migrations" / "versions"
REVISIONS = 1_600
READ_ONE = "import sys, pathlib; from database_patterns.reading import read_file; read_file(pathlib.Path(sys.argv[1]))"
PROGRAM = (sys.executable, "-m", "database_patterns")

SQL = """\
CREATE TABLE item_{n} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, price numeric(12, 2));
CREATE INDEX item_{n}_name_idx ON item_{n} (name);
ALTER TABLE item_{before} ADD COLUMN colour text;
"""
REVISION = '''\
"""Items of kind {n}"""

import sqlalchemy as sa
from alembic import op

revision = "{n:012x}"
down_revision = {down}


def upgrade() -> None:
    op.create_table(
        "item_{n}",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
    )
    op.create_index("item_{n}_name_idx", "item_{n}", ["name"])
    op.add_column("item_{before}", sa.Column("colour", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("item_{before}", "colour")
    op.drop_table("item_{n}")
'''


def write(folder: Path, suffix: str, template: str, count: int) -> Path:
    folder.mkdir()
    for n in range(count):
        down = f'"{n - 1:012x}"' if n else "None"
        text = template.format(n=n, before=max(n - 1, 0), down=down)
        (folder / f"{n:06}{suffix}").write_text(text, encoding="utf-8")
    return folder


def lint_one(folder: Path, tables: int) -> list[str]:
    """The command that lints one SQL file with so many tables."""
    file = folder / f"large-{tables}.sql"
    file.write_text("".join(SQL.format(n=n, before=max(n - 1, 0)) for n in range(tables)), encoding="utf-8")
    return [*PROGRAM, "lint", str(file)]


def seconds(command: Sequence[str], runs: int) -> float:
    """The median wall-clock time of ``command`` over ``runs`` runs, after one that warms the caches."""
    times = []
    compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(runs + 1):
        start = time.perf_counter()
        finished = subprocess.run(command, capture_output=True, text=True, check=False, env=compiled)
        times.append(time.perf_counter() - start)
        if finished.returncode not in {0, 1}:
            sys.exit(f"{' '.join(command)}: exit status {finished.returncode}\n{finished.stderr}")
    return statistics.median(times[1:])


def own_revisions() -> list[tuple[str, str]]:
    """The revisions of the example shop again and again, as text and name."""
    texts = [(path.read_text(encoding="utf-8"), path.name) for path in sorted(SHOP.glob("*.py"))]
    return (texts * (REVISIONS // len(texts) + 1))[:REVISIONS]


def own_history(scratch: Path) -> list[tuple[str, str]]:
    """As many generated revisions that follow on each other, with four statements each, as those of public projects."""
    folder = write(scratch / "history", ".py", REVISION, MANY)
    return [(path.read_text(encoding="utf-8"), path.name) for path in sorted(folder.iterdir())]


def revisions_in(folder: Path) -> list[tuple[str, str]]:
    texts = ((read_source(path), str(path)) for path in sorted(folder.rglob("*.py")) if path.stat().st_size)
    return [(text, name) for text, name in texts if is_revision(text)]


def warm(revisions: list[tuple[str, str]], history: list[tuple[str, str]]) -> None:
    """Read, explain and replay, as a process of ours does that has read others before: the server, or a long lint."""
    gc.set_threshold(COLLECTED_AFTER)
    each("reading", read_text, revisions)
    each("explaining", _explain, revisions)
    replay(history)


def each(what: str, call: Callable[[str, str], object], revisions: list[tuple[str, str]]) -> None:
    """Each revision by itself."""
    call(*revisions[0])
    parsing = [_milliseconds(ast.parse, text) for text, _ in revisions]
    taken = [_milliseconds(call, text, name) for text, name in revisions]
    print(f"\n{f'{what} {len(revisions):,} revisions, warm':32}{'time':>10}{'of parsing':>16}")
    print(_compared("median", statistics.median(taken), statistics.median(parsing)))
    print(_compared("95th percentile", statistics.quantiles(taken, n=20)[-1], statistics.quantiles(parsing, n=20)[-1]))
    print(_compared("in all", sum(taken), sum(parsing)))


def replay(history: list[tuple[str, str]]) -> None:
    """The statements of all revisions, one after the other, through the catalog."""
    migrations = of_files([read_text(text, name) for text, name in history]).migrations
    statements = [statement for migration in migrations for statement in migration.upgrade]
    parsing = sum(_milliseconds(ast.parse, text) for text, _ in history)
    taken = _milliseconds(reduce, Catalog.advance, statements, Catalog.at_first())
    print(f"\n{f'replaying {len(history):,} revisions':32}{'time':>10}{'of parsing':>16}")
    print(_compared(f"{len(statements):,} statements", taken, parsing))


def _explain(text: str, name: str) -> None:
    explain(sources.from_text(text, name=name))


def _milliseconds(call: Callable[..., object], *arguments: object) -> float:
    """The processor's time, in which other processes have no part."""
    start = time.process_time()
    call(*arguments)
    return (time.process_time() - start) * 1000


def _compared(what: str, reading: float, parsing: float) -> str:
    return f"{what:32}{reading:7.1f} ms{reading / parsing:15.1f}x"


def main() -> None:
    bare = seconds([sys.executable, "-c", "pass"], RUNS)
    print(f"{'':32}{'time':>10}{'of bare Python':>16}{'a file':>10}")

    def row(what: str, command: Sequence[str], files: int = 0) -> float:
        taken = seconds(command, RUNS if files < MANY else 1)
        each = f"{taken / files * 1000:7.1f} ms" if files else ""
        print(f"{what:32}{taken * 1000:7.0f} ms{taken / bare:15.1f}x{each:>10}", flush=True)
        return taken

    row("bare Python", [sys.executable, "-c", "pass"])
    row("database-patterns --help", [*PROGRAM, "--help"])
    empty = row("rules search", [*PROGRAM, "rules", "search", "index"])
    row("importing Alembic", [sys.executable, "-c", "import alembic.operations"])
    row("reading one revision", [sys.executable, "-c", READ_ONE, str(next(SHOP.glob("*.py")))])
    with tempfile.TemporaryDirectory() as scratch:
        for kind, suffix, template in (("SQL file", ".sql", SQL), ("Alembic revision", ".py", REVISION)):
            for count in (1, MANY):
                folder = write(Path(scratch) / f"{suffix[1:]}-{count}", suffix, template, count)
                row(f"lint {count:,} {kind}{'s' * (count > 1)}", [*PROGRAM, "lint", str(folder)], count)
        small, large = (row(f"lint {3 * count:,} statements", lint_one(Path(scratch), count)) for count in LARGE)
        print(f"{'ten times the statements':32}{(large - empty) / (small - empty):9.1f}x the time")
        given = revisions_in(Path(sys.argv[1])) if len(sys.argv) > 1 else None
        warm(given or own_revisions(), given or own_history(Path(scratch)))


if __name__ == "__main__":
    main()
