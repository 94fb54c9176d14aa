"""Reading runs nothing of the file: Python's own audit events show it, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import database_patterns

OBSERVED = """
import json, sys
from database_patterns.reading.alembic import read_revision

WARM_UP = '''
import sqlalchemy as sa
from alembic import op
revision = "a"
def upgrade():
    t = op.create_table("t", sa.Column("k", sa.Enum("a", name="k"), index=True))
    op.bulk_insert(t, [{"k": "a"}])
    op.get_bind().execute(sa.select(t.c.k).where(t.c.k == sa.bindparam("x")), {"x": "a"})
    op.execute("SELECT 1")
'''
read_revision(WARM_UP, "a.py")
events = []
sys.addaudithook(lambda name, args: events.append([name, str(args[:2])[:200]]))
read_revision(sys.argv[1], "b.py")
seen = list(events)
print(json.dumps(seen))
"""

REVISION = """
import os, socket, subprocess, sys
import project_that_does_not_exist
from project import models
from alembic import op
import sqlalchemy as sa

revision = "b"
open("evil.txt", "w").write("x")
os.system("touch evil.txt")
subprocess.run(["touch", "evil.txt"])
socket.create_connection(("localhost", 5432))
exec("import this")
__import__("this")

class Model(models.Base):
    __tablename__ = "t"

def upgrade():
    import antigravity
    os.remove("evil.txt")
    bind = sa.create_engine("postgresql://localhost/x").connect()
    bind.execute(sa.text("DROP TABLE t"))
    op.execute(open("statements.sql").read())
    models.Base.metadata.create_all(op.get_bind())
    op.execute(f"SELECT {os.environ['HOME']}")
    eval("op.drop_table('t')")
    op.add_column("t", sa.Column("a", sa.Enum("x", name="e")))
"""


def test_reading_imports_opens_starts_and_executes_nothing(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(database_patterns.__file__).parents[1])}
    command = [sys.executable, "-c", OBSERVED, REVISION]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path, env=environment)
    events = json.loads(done.stdout)
    assert {name for name, _ in events} <= {"builtins.id", "compile", "object.__getattr__", "sys._getframe"}, events
    assert len([name for name, _ in events if name == "compile"]) == 1, "the file is parsed once, and nothing else"
    assert list(tmp_path.iterdir()) == []


WHOLE_PROJECT = """
import json, sys
from pathlib import Path
from database_patterns.api import sources

def read(folder):
    given = sources.from_paths([folder])
    return sources.read(given)

read(Path(sys.argv[1]))
events = []
sys.addaudithook(lambda name, args: events.append([name, [str(each)[:200] for each in args[:3]]]))
history = read(Path(sys.argv[2]))
seen = list(events)
loaded = sorted({"env", "shop", "shop.models", "shop.helpers"} & sys.modules.keys())
print(json.dumps([seen, loaded, [each.sql for migration in history.migrations for each in migration.upgrade]]))
"""

HARM = """
import os, socket, subprocess
open("evil.txt", "w").write("x")
os.system("touch evil.txt")
subprocess.run(["touch", "evil.txt"])
socket.create_connection(("localhost", 5432))
"""

PROJECT = {
    "alembic.ini": "[alembic]\nscript_location = migrations\nprepend_sys_path = .\n",
    "migrations/env.py": HARM
    + """
from alembic import context
from shop.models import metadata

def run():
    engine = __import__("sqlalchemy").create_engine("postgresql://localhost/x")
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()

run()
""",
    "shop/__init__.py": HARM,
    "shop/models.py": HARM
    + "import sqlalchemy as sa\nmetadata = sa.MetaData(naming_convention={'pk': 'pk_%(table_name)s'})\n",
    "shop/helpers.py": HARM + "from alembic import op\nNAME = 't'\ndef drop():\n    op.drop_table(NAME)\n",
    "migrations/versions/a.py": HARM
    + """
from alembic import op
from shop.helpers import drop

revision = "a"
down_revision = None

def upgrade():
    drop()

def downgrade():
    pass
""",
}
QUIET = {
    *("builtins.id", "compile", "object.__getattr__", "sys._getframe"),
    *("glob.glob", "open", "os.listdir", "os.scandir", "os.walk", "pathlib.Path.glob"),
}
"""What reading may do: look into folders, open files to read them, parse."""


def write(folder: Path) -> Path:
    for name, text in PROJECT.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


def test_reading_a_project_neither_imports_nor_executes_its_modules_or_its_env_py(tmp_path: Path) -> None:
    first, second = write(tmp_path / "first"), write(tmp_path / "second")
    before = sorted(tmp_path.rglob("*"))
    environment = {**os.environ, "PYTHONPATH": str(Path(database_patterns.__file__).parents[1])}
    command = [sys.executable, "-c", WHOLE_PROJECT, str(first), str(second)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path, env=environment)
    events, loaded, statements = json.loads(done.stdout)
    assert statements == ["DROP TABLE t"]
    assert {name for name, _ in events} <= QUIET, [event for event in events if event[0] not in QUIET]
    opened = [args for name, args in events if name == "open"]
    assert {mode for _, mode, _ in opened} <= {"r", "rb", "None"}
    assert all(int(flags) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) == 0 for *_, flags in opened)
    assert {Path(path).name for path, *_ in opened} >= {"a.py", "env.py", "helpers.py"}
    assert (loaded, sorted(tmp_path.rglob("*"))) == ([], before)


@pytest.mark.parametrize(
    ("read", "loaded"),
    [
        ("from database_patterns import reading", False),
        ("from database_patterns.reading import read_text; read_text('SELECT 1', 'a.sql')", False),
        ("import database_patterns.reading.alembic", False),
        ("from database_patterns.reading import read_text; read_text('def upgrade(): pass', 'a.py')", True),
    ],
)
def test_sqlalchemy_and_alembic_are_imported_only_for_a_revision(read: str, *, loaded: bool) -> None:
    look = "import sys; print('sqlalchemy' in sys.modules, 'alembic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", f"{read}\n{look}"], capture_output=True, text=True, check=True)
    assert done.stdout == f"{loaded} {loaded}\n"


def test_neither_alembic_s_commands_nor_a_driver_is_ever_imported() -> None:
    look = (
        "import sys\nfrom database_patterns.reading import read_text\nread_text('def upgrade(): pass', 'a.py')\n"
        "print(sorted({'alembic.command', 'alembic.config', 'psycopg', 'psycopg2', 'asyncpg'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
