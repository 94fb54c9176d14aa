"""Modules of the project: read by path like the revision, only what is used of them, and never imported."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from tests.reading.alembic.conftest import HEADER, indented

from database_patterns.model import Gap, Migration, Span
from database_patterns.reading.alembic import RevisionContext, read_revision

Files = dict[str, str]


class Project:
    """A folder with modules, whose revisions are read with it as their root."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.assume: dict[str, object] = {}

    def write(self, files: Files) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text))

    def read(self, top: str, body: str, **context: Any) -> Migration:
        text = f"{HEADER}{dedent(top)}\n\ndef upgrade():\n{indented(body)}"
        path = str(self.root / "versions" / "b.py")
        return read_revision(text, path, RevisionContext(roots=(self.root,), assume=self.assume, **context))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def texts(migration: Migration) -> list[tuple[str, str, str | None]]:
    return [(" ".join(each.sql.split()), each.confidence, each.guard) for each in migration.upgrade]


def exact(*statements: str) -> list[tuple[str, str, str | None]]:
    return [(sql, "exact", None) for sql in statements]


@pytest.mark.parametrize(
    ("top", "use"),
    [
        ("from app.names import TABLE", "TABLE"),
        ("from app import names", "names.TABLE"),
        ("import app.names", "app.names.TABLE"),
        ("import app.names as n", "n.TABLE"),
        ("from app import TABLE", "TABLE"),
        ("from app.everything import TABLE", "TABLE"),
    ],
)
def test_a_value_of_the_project_is_read_from_its_module(top: str, use: str, project: Project) -> None:
    project.write(
        {
            "app/__init__.py": "from .names import TABLE",
            "app/names.py": "import os\nPREFIX = 'a'\nTABLE = f'{PREFIX}_t'\n",
            "app/everything.py": "from app.names import *\n",
        }
    )
    migration = project.read(top, f"op.drop_table({use})")
    assert (texts(migration), migration.upgrade_gaps) == (exact("DROP TABLE a_t"), ())


@pytest.mark.parametrize(
    "other", ["print(TABLE)", "if TABLE:\n    register(TABLE)", "USED = [TABLE]\nUSED.append(TABLE)"]
)
def test_what_cannot_change_may_be_spoken_of(other: str, project: Project) -> None:
    project.write({"app.py": f"TABLE = 't'\n{other}\n"})
    assert texts(project.read("from app import TABLE", "op.drop_table(TABLE)")) == exact("DROP TABLE t")


def test_only_the_statement_that_binds_a_name_is_interpreted(project: Project) -> None:
    project.write({"app.py": "while True:\n    pass\n\nX = 'x' * 10 ** 12\nTABLE = 't'\nraise SystemExit\n"})
    assert texts(project.read("from app import TABLE", "op.drop_table(TABLE)")) == exact("DROP TABLE t")


@pytest.mark.parametrize(
    "module",
    [
        "TABLE = 't'\nTABLE = 'u'\n",
        "import os\nif os.environ:\n    TABLE = 't'\nelse:\n    TABLE = 'u'\n",
        "TABLE = ['t']\nTABLE.append('u')\n",
        "TABLE = {'a': 't'}\nTABLE['a'] = 'u'\n",
        "TABLE = 't'\nTABLE += 'u'\n",
        "TABLE = ['t']\nchange(TABLE)\n",
        "TABLE = 't'\nfor TABLE in found:\n    pass\n",
        "class TABLE:\n    name = 't'\nTABLE.name = 'u'\n",
        "with suppress(KeyError):\n    TABLE = found['t']\n",
    ],
)
def test_a_name_that_is_built_in_several_steps_is_unknown(module: str, project: Project) -> None:
    project.write({"app.py": module})
    migration = project.read("from app import TABLE", "op.execute(TABLE)")
    why = "TABLE, which its module app.py builds in several steps"
    assert texts(migration) == [("", "opaque", why)]


def test_statements_of_a_helper_stand_at_the_call_and_point_to_the_helper(project: Project) -> None:
    helper = "from alembic import op\n\n\ndef rename(old, new):\n    op.rename_table(old, new)\n"
    project.write({"app/helpers.py": helper})
    migration = project.read("from app.helpers import rename", "rename('a', 'b')")
    (statement,) = migration.upgrade
    assert (statement.sql, statement.span.path, statement.span.line) == (
        "ALTER TABLE a RENAME TO b",
        migration.path,
        12,
    )
    assert statement.related == (Span(str(project.root / "app/helpers.py"), 5, 5, 5, 30),)


def test_a_gap_in_a_helper_stands_at_the_call_and_says_where_the_helper_is(project: Project) -> None:
    project.write({"helpers.py": "def clean(op):\n    import app\n    op.execute(app.sql)\n"})
    migration = project.read("import helpers", "helpers.clean(op)")
    place = Span(migration.path, 12, 5, 12, 22)
    why = f"what is imported from app, which is not read ({project.root / 'helpers.py'}, line 3)"
    assert migration.upgrade_gaps == (Gap(place, "op.execute(app.sql)", why),)


def test_a_guard_of_the_project_is_decided_where_it_is_known_and_kept_where_it_is_not(project: Project) -> None:
    project.write({"settings.py": "import os\nENABLED = False\nDEBUG = os.environ.get('DEBUG')\n"})
    known = project.read("import settings", "if settings.ENABLED:\n    return\nop.drop_table('t')")
    unknown = project.read("import settings", "if settings.DEBUG:\n    return\nop.drop_table('t')")
    assert texts(known) == exact("DROP TABLE t")
    assert texts(unknown) == [("DROP TABLE t", "guarded", "unless settings.DEBUG")]


def test_what_only_the_project_knows_can_be_assumed(project: Project) -> None:
    project.assume = {"app.settings.debug": False, "app.skip()": False, "lib.values.SIZE": 36}
    project.write({"app/__init__.py": "def skip(op):\n    return op.get_bind().execute('SELECT 1')\n"})
    body = """
        if settings.debug or skip(op):
            return
        op.add_column("t", sa.Column("a", sa.String(values.SIZE)))
    """
    migration = project.read("from app import settings, skip\nfrom lib import values", body)
    assert texts(migration) == exact("ALTER TABLE t ADD COLUMN a VARCHAR(36)")


@pytest.mark.parametrize(
    ("top", "size"),
    [
        ("import os", 'os.environ["SIZE"]'),
        ("import os", 'os.environ.get("SIZE", 1)'),
        ("import os", 'os.getenv("SIZE", default=1)'),
        ("from os import environ", 'environ["SIZE"]'),
        ("from os import getenv", 'getenv("SIZE")'),
        ("from lib.settings import config", 'config["size"]'),
        ("from lib.settings import config", "config.size"),
        ("from lib.settings import config", 'config.get("size")'),
        ("from flask import current_app", 'current_app.config["SIZE"]'),
        ("from flask import current_app", 'current_app.config.get("SIZE")'),
    ],
)
def test_variables_of_the_environment_and_settings_can_be_assumed(project: Project, top: str, size: str) -> None:
    names = ("os.environ.SIZE", "lib.settings.config.size", "flask.current_app.config.SIZE")
    project.assume = dict.fromkeys(names, 36)
    migration = project.read(top, f'op.add_column("t", sa.Column("a", sa.String({size})))')
    assert texts(migration) == exact("ALTER TABLE t ADD COLUMN a VARCHAR(36)")


@pytest.mark.parametrize(
    "value", ['os.environ["NAME"]', 'os.getenv("NAME", "t")', "os.environ.get(name)", '"SIZE" in os.environ']
)
def test_what_is_assumed_of_the_environment_says_nothing_of_its_other_variables(project: Project, value: str) -> None:
    project.assume = {"os.environ.SIZE": "36"}
    body = f"""
        if {value}:
            op.drop_table("t")
    """
    migration = project.read("import os\nfrom lib import name", body)
    assert texts(migration) == [("DROP TABLE t", "guarded", f"if {value}")]


def test_modules_that_need_each_other_are_unknown_and_end(project: Project) -> None:
    project.write({"a.py": "from b import X\n", "b.py": "from a import X\n"})
    assert texts(project.read("from a import X", "op.execute(X)")) == [
        ("", "opaque", "X, whose modules need each other")
    ]


def test_a_module_that_changes_is_read_again(project: Project) -> None:
    project.write({"app.py": "TABLE = 'first'\n"})
    first = project.read("from app import TABLE", "op.drop_table(TABLE)")
    project.write({"app.py": "TABLE = 'afterwards'\n"})
    second = project.read("from app import TABLE", "op.drop_table(TABLE)")
    assert texts(first) + texts(second) == exact("DROP TABLE first", "DROP TABLE afterwards")


def test_no_module_outside_the_roots_is_read(project: Project, tmp_path: Path) -> None:
    outside = tmp_path / "outside.py"
    outside.write_text("TABLE = 't'\n")
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "link.py").symlink_to(outside)
    project.root = inner
    for module in ("outside", "link"):
        migration = project.read(f"from {module} import TABLE", "op.drop_table(TABLE)")
        assert texts(migration) == [("", "opaque", f"what is imported from {module}, which is not read")]


def test_without_roots_no_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("TABLE = 't'\n")
    text = f"{HEADER}from app import TABLE\n\ndef upgrade():\n    op.drop_table(TABLE)\n"
    (statement,) = read_revision(text, str(tmp_path / "b.py")).upgrade
    assert (statement.confidence, statement.guard) == ("opaque", "what is imported from app, which is not read")


@pytest.mark.parametrize("module", ["def (", "\x00", "x = " + "-" * 50_000 + "1"])
def test_a_module_that_is_not_python_is_unknown(module: str, project: Project) -> None:
    project.write({"app.py": module})
    assert texts(project.read("from app import TABLE", "op.drop_table(TABLE)")) == [
        ("", "opaque", "app.TABLE, which is not read")
    ]


def test_a_relative_import_is_resolved_from_the_folder_of_its_file(project: Project) -> None:
    project.write({"app/a/one.py": "from ..b.two import TABLE\n", "app/b/two.py": "TABLE = 't'\n"})
    assert texts(project.read("from app.a.one import TABLE", "op.drop_table(TABLE)")) == exact("DROP TABLE t")


WRAPPED = """
    import functools

    from alembic import context, op
    import sqlalchemy as sa


    def online(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            if context.is_offline_mode():
                raise RuntimeError(function.__name__)
            return function(*args, **kwargs)

        return wrapper


    @online
    def create(name, *columns):
        return op.create_table(name, *columns)


    async def patience():
        op.execute("SET lock_timeout = '9s'")


    class Steps(Missing):
        def run(self):
            return op.execute("SELECT 1")
"""


def test_a_decorated_helper_is_followed_through_what_its_decorator_makes_of_it(project: Project) -> None:
    project.write({"app/helpers.py": WRAPPED})
    migration = project.read(
        "from app.helpers import create", 't = create("t", sa.Column("a", sa.Integer()))\nop.bulk_insert(t, [{"a": 1}])'
    )
    assert texts(migration) == exact("CREATE TABLE t ( a INTEGER )", "INSERT INTO t (a) VALUES (1)")
    assert migration.upgrade_gaps == ()
    path = str(project.root / "versions" / "b.py")
    assert migration.upgrade[0].span == Span(path, 12, 9, 12, 50)
    assert [span.path for span in migration.upgrade[0].related] == [str(project.root / "app/helpers.py")] * 2


@pytest.mark.parametrize(
    ("call", "why"),
    [
        ("patience()", "patience(), which is asynchronous"),
        ("answer = Steps().run()", "the class Steps, which is not read"),
    ],
)
def test_code_of_the_project_that_may_send_and_is_not_followed_is_a_gap_though_its_answer_is_taken(
    call: str, why: str, project: Project
) -> None:
    project.write({"app/helpers.py": WRAPPED})
    migration = project.read("from app.helpers import Steps, patience", call)
    assert migration.upgrade == ()
    assert {gap.why for gap in migration.upgrade_gaps} == {f"it may use the database: {why}"}


def test_an_installed_library_is_read_where_the_project_has_no_module_of_that_name(project: Project) -> None:
    project.write(
        {
            "app/sizes.py": "NAME = 10",
            "site/app/sizes.py": "NAME = 99",
            "site/lib/__init__.py": "from lib.constants import *",
            "site/lib/constants.py": "UUID = 36",
            "site/lib/types.py": """
                import sqlalchemy as sa
                from . import constants

                class Key(sa.types.TypeDecorator):
                    impl = sa.String(constants.UUID)
            """,
        }
    )
    top = "import lib\nfrom lib.types import Key\nfrom app.sizes import NAME"
    body = """
        op.add_column("t", sa.Column("a", sa.String(lib.UUID)))
        op.add_column("t", sa.Column("b", Key()))
        op.add_column("t", sa.Column("c", sa.String(NAME)))
    """
    migration = project.read(top, body, libraries=(project.root / "site",))
    assert texts(migration) == exact(
        "ALTER TABLE t ADD COLUMN a VARCHAR(36)",
        "ALTER TABLE t ADD COLUMN b VARCHAR(36)",
        "ALTER TABLE t ADD COLUMN c VARCHAR(10)",
    )
    without = project.read(top, body)
    assert [confidence for _, confidence, _ in texts(without)] == ["opaque", "opaque", "exact"]


@pytest.mark.parametrize("name", ["sqlalchemy.dialects.postgresql.base", "alembic.util.messaging"])
def test_the_source_of_the_libraries_that_reading_runs_itself_is_not_read(name: str, project: Project) -> None:
    project.write({f"site/{name.replace('.', '/')}.py": "SIZE = 5"})
    top, body = f"from {name} import SIZE", 'op.add_column("t", sa.Column("a", sa.String(SIZE)))'
    migration = project.read(top, body, libraries=(project.root / "site",))
    assert [confidence for _, confidence, _ in texts(migration)] == ["opaque"]


COMMON = """
from alembic import op

TABLE = "t"

def upgrade():
    op.drop_table(TABLE)

def fill(table):
    op.execute(f"DELETE FROM {table}")
"""


def test_names_that_a_star_brings_are_followed(project: Project) -> None:
    project.write({"app/__init__.py": "", "app/common.py": COMMON, "app/more.py": "OTHER = 'u'\n"})
    migration = project.read("from app.more import *\nfrom app.common import *", "fill(TABLE)\nop.drop_table(OTHER)")
    assert (texts(migration), migration.upgrade_gaps) == (exact("DELETE FROM t", "DROP TABLE u"), ())


def test_a_star_of_a_module_that_is_not_read_may_bring_any_name(project: Project) -> None:
    migration = project.read("from app.common import *", "x = fill('t')\ny = len('a')")
    assert [(gap.what, gap.why) for gap in migration.upgrade_gaps] == [
        ("fill('t')", "it may use the database: what is imported from app.common, which is not read")
    ]


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"app/common.py": COMMON}, "it is defined in another file, and comes from app.common"),
        ({}, "what is imported from app.common, which is not read"),
        ({"app/common.py": "def upgrade(:\n"}, "app.common.upgrade, which is not read"),
    ],
)
def test_a_direction_that_a_star_brings_is_a_gap(files: Files, why: str, project: Project) -> None:
    project.write(files)
    path = str(project.root / "versions" / "b.py")
    text = 'revision = "b"\nfrom app.common import *\n'
    migration = read_revision(text, path, RevisionContext(roots=(project.root,)))
    assert migration.upgrade_gaps == (Gap(Span(path, 2, 1, 2, 1), "upgrade()", why),)
