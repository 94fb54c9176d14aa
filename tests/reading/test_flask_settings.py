"""Settings of a Flask application that are the same however it is started."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from database_patterns.reading.alembic import RevisionContext, read_revision
from database_patterns.reading.flask_settings import FlaskSettings

APP = """
    from app.config import Config, configs

    def create(application, mode):
        if mode in configs:
            application.config.from_object(configs[mode])
        else:
            application.config.from_object(Config)
        application.config["NAME"] = application.name
"""
CONFIG = """
    import os

    class Config:
        SAME = "everywhere"
        NUMBER = 7
        NAME = "set elsewhere"
        FROM_OUTSIDE = os.environ["X"]
        DIFFERENT = "a"
        TWICE = 1
        TWICE = 2
        if os.environ.get("Y"):
            CONDITIONAL = 1
        else:
            CONDITIONAL = 2
        PATCHED = "a"
        LISTED = ["a"]

    class Test(Config):
        DIFFERENT = "b"
        ONLY_HERE = "b"

    configs = {"test": Test, "other": Config}
"""
REVISION = """
    from alembic import op
    from flask import current_app

    revision = "a"

    def upgrade():
        op.execute(f"DELETE FROM users WHERE id = '{current_app.config['SAME']}'")
        op.execute(f"DELETE FROM users WHERE id = '{current_app.config.get('SAME')}'")
        op.execute(f"DELETE FROM users WHERE id = '{current_app.config['DIFFERENT']}'")
        op.execute(f"DELETE FROM users WHERE id = '{current_app.config.get(current_app.name)}'")
"""


def settings(folder: Path, app: str = APP, config: str = CONFIG, **more: str) -> FlaskSettings:
    files = {"app/__init__.py": app, "app/config.py": config} | {f"{name}.py": text for name, text in more.items()}
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(dedent(text))
    return FlaskSettings((folder,))


def test_what_every_class_of_settings_gives_as_the_same_literal_is_known(tmp_path: Path) -> None:
    patch = "from app.config import Config\nConfig.PATCHED = 'b'\n"
    assert dict(settings(tmp_path, patch=patch)) == {"NUMBER": 7, "SAME": "everywhere"}


@pytest.mark.parametrize(
    "argument",
    ["Test", "configs[mode]", "'app.config.Test'", "{'a': Test}[mode]", "load()", "other.Test", "configs", "unknown"],
)
def test_the_classes_are_found_by_name_by_path_and_in_a_dictionary(argument: str, tmp_path: Path) -> None:
    app = f"from .config import Test, configs\ndef create(app, mode):\n    app.config.from_object({argument})\n"
    known = settings(tmp_path, app=app)
    understood = argument in {"Test", "configs[mode]", "'app.config.Test'"}
    assert known.get("SAME") == ("everywhere" if understood else None)


@pytest.mark.parametrize(
    "line",
    [
        "app.config.from_pyfile('settings.cfg')",
        "app.config.from_prefixed_env()",
        "app.config.from_envvar('SETTINGS')",
        "app.config.update(SAME='b')",
        "app.config.setdefault('SAME', 'b')",
        "app.config[name] = value",
        "app.config['SAME'] = 'b'",
        "Config.SAME = 'b'",
        "setattr(Config, 'SAME', 'b')",
        "app.config.from_object(load())",
    ],
)
def test_a_setting_that_may_be_set_otherwise_is_unknown(line: str, tmp_path: Path) -> None:
    assert "SAME" not in settings(tmp_path, other=f"def change(app, name, value):\n    {line} # the app's config\n")


@pytest.mark.parametrize(
    "head", ["class Config(metaclass=Meta):", "@decorated\nclass Config:", "class Config(Base):", "class Config(A, B):"]
)
def test_a_class_that_is_more_than_its_body_says_gives_nothing(head: str, tmp_path: Path) -> None:
    config = f"from base import *\n{head}\n    OTHER = 1\n    NUMBER = 7\nconfigs = {{'a': Config}}\n"
    assert settings(tmp_path, config=config).get("SAME") is None


def test_a_project_without_an_application_has_no_settings(tmp_path: Path) -> None:
    (tmp_path / "config.py").write_text("class Config:\n    SAME = 'everywhere'\n")
    assert dict(FlaskSettings((tmp_path,))) == {}
    assert dict(FlaskSettings(())) == {}


def test_a_revision_is_read_with_the_settings_of_its_application(tmp_path: Path) -> None:
    context = RevisionContext(settings=settings(tmp_path))
    migration = read_revision(dedent(REVISION), "a.py", context)
    assert [(each.sql, each.confidence, each.guard) for each in migration.upgrade] == [
        ("DELETE FROM users WHERE id = 'everywhere'", "exact", None),
        ("DELETE FROM users WHERE id = 'everywhere'", "exact", None),
        (
            "DELETE FROM users WHERE id = '$1'",
            "partial",
            "$1 is current_app.config['DIFFERENT'], known only when the migration runs",
        ),
        (
            "DELETE FROM users WHERE id = '$1'",
            "partial",
            "$1 is current_app.config.get(current_app.name), known only when the migration runs",
        ),
    ]
