"""Reading a whole project imports, executes and writes nothing of it; Python's own audit events show it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import database_patterns
from database_patterns.api import sources
from database_patterns.api.lint import lint
from database_patterns.reading.workers import MANY

OBSERVED = """
import json, sys
from pathlib import Path
from database_patterns.api import sources

warm, evil = map(Path, sys.argv[1:])
sources.read(sources.from_paths([warm]))
events = []
sys.addaudithook(lambda name, args: events.append((name, [str(arg)[:300] for arg in args])))
sources.read(sources.from_paths([evil]))
seen = list(events)
print(json.dumps(seen))
"""

INI = "[alembic]\nscript_location = db\nprepend_sys_path = .\nsqlalchemy.url = postgresql+psycopg://localhost/shop\n"
ENV = """\
{evil}
from alembic import context
from app.models import Base
from sqlalchemy import create_engine

with create_engine(context.config.get_main_option("sqlalchemy.url")).connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
"""
MODELS = """\
{evil}
from sqlalchemy import MetaData
NAMES = {{'ix': '%(table_name)s_i'}}
metadata = MetaData(naming_convention=NAMES)
"""
REVISION = """\
{evil}
from alembic import op
from app.models import NAMES

revision = "{revision}"
down_revision = None


def upgrade():
    op.create_index(None, "t", ["a"])


def downgrade():
    pass
"""
HARMFUL = """
import os, socket, subprocess
open("evil.txt", "w").write("x")
os.system("touch evil.txt")
subprocess.run(["touch", "evil.txt"])
socket.create_connection(("localhost", 5432))
exec("import this")
"""
HARMLESS = {
    "id",
    "compile",
    "open",
    "os.listdir",
    "os.scandir",
    "os.fspath",
    "os.walk",
    "builtins.id",
    "pathlib.Path.glob",
}
HARMLESS |= {"object.__getattr__", "sys._getframe", "import", "marshal.loads", "code.__new__", "exec"}

OF_WORKERS = {"os.fork", "pickle.find_class"}
"""They are forks, and hand back what they have read."""


def write(folder: Path, evil: str, revisions: int = 1) -> Path:
    versions = {f"db/versions/{number}.py": REVISION for number in range(revisions)}
    files = {"alembic.ini": INI, "db/env.py": ENV, "app/models.py": MODELS, **versions}
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(evil=evil, revision=path.stem) if name.endswith(".py") else text)
    (folder / "app" / "__init__.py").write_text(evil)
    (folder / "requirements.txt").write_text("sqlalchemy==2.0.40\n")
    (folder / ".git").mkdir()
    return folder


@pytest.mark.parametrize("revisions", [1, MANY])
def test_reading_a_project_runs_nothing_of_it(tmp_path: Path, revisions: int) -> None:
    warm, evil = write(tmp_path / "warm", "", revisions), write(tmp_path / "evil", HARMFUL, revisions)
    before = {path: path.stat().st_mtime_ns for path in evil.rglob("*")}
    environment = {**os.environ, "PYTHONPATH": str(Path(database_patterns.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", OBSERVED, str(warm), str(evil)],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env=environment,
    )
    events = json.loads(done.stdout)
    allowed = HARMLESS | OF_WORKERS if revisions == MANY else HARMLESS
    assert {name for name, _ in events} <= allowed, {name for name, _ in events} - allowed
    handed_back = {args[0].partition(".")[0] for name, args in events if name == "pickle.find_class"}
    assert handed_back <= {"builtins", "concurrent", "copyreg", "database_patterns", "pglast"}
    assert [args for name, args in events if name == "open" and args[1] not in {"r", "rb"}] == []
    assert [args for name, args in events if name in {"import", "exec"} and "evil" in str(args)] == []
    assert {path: path.stat().st_mtime_ns for path in evil.rglob("*")} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evil", "warm"]


EVIL = {
    "endless": "while True:\n    x = 1\n",
    "huge range": "for i in range(10**9):\n    context.configure(connection=i)\n",
    "huge text": "x = 'x' * 10**9\ncontext.configure(url=x)\n",
    "deep": f"x = {'-' * 50_000}1\n",
    "recursive": "def f(x):\n    context.configure(connection=x)\n    f(x); f(x)\nf(1)\n",
    "format": "context.configure(url='{0.__class__.__mro__}'.format(context))\n",
    "power": "x = 9**9**9**9\n",
    "huge convention": "context.configure(target_metadata=MetaData(naming_convention={'ix': 'x' * 10**9}))\n",
    "large": "context.configure(connection=a)\n" * 20_000,
}


@pytest.mark.parametrize("where", ["db/env.py", "app/models.py"])
@pytest.mark.parametrize("name", EVIL)
def test_an_evil_project_is_read_nevertheless(tmp_path: Path, name: str, where: str) -> None:
    head = "from alembic import context\nfrom sqlalchemy import MetaData\n# naming_convention, transactional_ddl\n"
    folder = write(tmp_path / "project", "")
    (folder / where).write_text(head + EVIL[name])
    report = lint(sources.from_paths([folder]))
    assert (report.migrations, report.unreadable) == (1, ())
