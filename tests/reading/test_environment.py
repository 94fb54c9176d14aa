"""What is read of an env.py, in the forms in which people write it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import alembic
import pytest

from database_patterns.model import Span
from database_patterns.reading.env_reading import read_environment
from database_patterns.reading.environment import Environment, Option, driver_of
from database_patterns.reading.files import name_of

TEMPLATES = Path(alembic.__file__).parent / "templates"
URL = "postgresql+psycopg://localhost/shop"


def read(folder: Path, text: str, **options: str) -> Environment:
    path = folder / "env.py"
    path.write_text(dedent(text).lstrip())
    return read_environment(path, options, (folder,))


def online(configure: str, before: str = "pass", *, engine: str = "create_engine(url)") -> str:
    return dedent(
        f"""
        from alembic import context
        from sqlalchemy import create_engine, text

        engine = {engine}
        with engine.connect() as connection:
            {before}
            context.configure(connection=connection{configure})
            with context.begin_transaction():
                context.run_migrations()
        """
    )


@pytest.mark.parametrize("template", ["generic", "pyproject", "async", "pyproject_async"])
def test_alembics_own_template_runs_all_revisions_in_one_transaction(template: str) -> None:
    path = TEMPLATES / template / "env.py"
    url = "postgresql+asyncpg://localhost/shop" if "async" in template else URL
    assert read_environment(path, {"sqlalchemy.url": url}, ()) == Environment(
        path=name_of(path),
        transaction_per_migration=False,
        transactional_ddl=True,
        already_in_transaction=False,
        autocommit=False,
        naming_convention={},
        asynchronous="async" in template,
        offline=True,
        url=url,
        arguments={},
    )


def test_alembics_template_for_several_databases_begins_the_transactions_itself() -> None:
    path = TEMPLATES / "multidb" / "env.py"
    text = path.read_text().splitlines()
    line = next(number for number, each in enumerate(text, 1) if "conn.begin()" in each)
    found = read_environment(path, {"sqlalchemy.url": URL, "databases": "users, orders"}, ())
    begins = Span(name_of(path), line, text[line - 1].index("conn.begin()") + 1, line, len(text[line - 1]) + 1)
    assert (found.already_in_transaction, found.before_configure) == (True, (begins,))
    assert (found.transaction_per_migration, found.autocommit, found.offline) == (False, False, True)


def test_options_of_configure_are_taken_down(tmp_path: Path) -> None:
    found = read(tmp_path, online(", transaction_per_migration=True, transactional_ddl=False"))
    assert (found.transaction_per_migration, found.transactional_ddl) == (True, False)


def test_options_that_come_in_a_dictionary_are_taken_down(tmp_path: Path) -> None:
    text = online(", **options()").replace(
        "engine =", "def options():\n    return dict(render_as_batch=True)\n\nengine ="
    )
    assert read(tmp_path, text).transaction_per_migration is False
    told = text.replace("render_as_batch", "transaction_per_migration")
    assert read(tmp_path, told).transaction_per_migration is True


def test_options_that_the_application_gives_are_not_known(tmp_path: Path) -> None:
    text = online(", **application.configure_args")
    found = read(tmp_path, f"from shop import application\n{text}")
    assert (found.transaction_per_migration, found.transactional_ddl, found.naming_convention) == (None, None, None)
    assert (found.already_in_transaction, found.why_unknown) == (False, "")


def test_an_option_that_alembic_does_not_know_is_named_with_its_place(tmp_path: Path) -> None:
    found = read(tmp_path, online(", compare_type=True, version_table_schema='a', compare_tipe=True, include_schema=1"))
    names = [(option.name, option.span.line, option.span.column) for option in found.unknown_options]
    assert names == [("compare_tipe", 7, 91), ("include_schema", 7, 110)]
    assert found.unknown_options[0] == Option("compare_tipe", Span(str(tmp_path / "env.py"), 7, 91, 7, 108))


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("connection.execute(text('SET lock_timeout = 1'))", True),
        ("connection.execute(text('SET lock_timeout = 1')); connection.commit()", False),
        ("connection.begin()", True),
        ("connection.exec_driver_sql('SELECT 1')", True),
        ("connection.execute(text('SELECT 1')) if once else None", None),
        ("pass", False),
    ],
)
def test_what_happens_on_the_connection_before_configure_is_told(
    tmp_path: Path,
    before: str,
    expected: bool | None,  # noqa: FBT001 - a value of the table
) -> None:
    found = read(tmp_path, f"from shop import once\n{online('', before)}")
    assert found.already_in_transaction is expected


def test_a_connection_that_the_application_hands_in_may_have_begun_anything(tmp_path: Path) -> None:
    text = """
    from alembic import context

    connection = context.config.attributes.get("connection")
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
    """
    found = read(tmp_path, text)
    assert (found.already_in_transaction, found.autocommit, found.transaction_per_migration) == (None, None, False)


@pytest.mark.parametrize(
    ("engine", "expected"),
    [
        ("create_engine(url, isolation_level='AUTOCOMMIT')", True),
        ("create_engine(url).execution_options(isolation_level='AUTOCOMMIT')", True),
        ("create_engine(url, isolation_level='SERIALIZABLE')", False),
        ("create_engine(url, isolation_level=level)", None),
        ("engine_from_config({}, prefix='sqlalchemy.')", False),
    ],
)
def test_autocommit_is_read_off_the_engine(
    tmp_path: Path,
    engine: str,
    expected: bool | None,  # noqa: FBT001 - a value of the table
) -> None:
    found = read(tmp_path, f"from shop import level\n{online('', engine=engine)}")
    assert found.autocommit is expected


@pytest.mark.parametrize(
    ("metadata", "convention"),
    [
        ("MetaData()", {}),
        ("MetaData(naming_convention={'ix': '%(column_0_label)s_index'})", {"ix": "%(column_0_label)s_index"}),
        ("MetaData(naming_convention=names)", {"pk": "pk_%(table_name)s"}),
        (
            "MetaData(naming_convention={'ix': 'ix_%(column_0_label)s', 'pk': 'pk_%(table_name)s'})",
            {"ix": "ix_%(column_0_label)s", "pk": "pk_%(table_name)s"},
        ),
        ("MetaData(naming_convention={'ix': 'ix_%(column_0_label)s'})", {}),
        ("[MetaData(), MetaData()]", {}),
        ("[MetaData(naming_convention=names)]", {}),
        ("(Base.metadata, MetaData(naming_convention=names))", {}),
        ("None", {}),
        ("Base.metadata", None),
    ],
)
def test_the_naming_convention_is_that_of_the_target_metadata(
    tmp_path: Path, metadata: str, convention: dict[str, str] | None
) -> None:
    head = "from sqlalchemy import MetaData\nfrom shop.models import Base\nnames = {'pk': 'pk_%(table_name)s'}\n"
    found = read(tmp_path, f"{head}{online(f', target_metadata={metadata}')}")
    assert found.naming_convention == convention


@pytest.mark.parametrize(
    ("imported", "metadata", "module"),
    [
        ("from shop.models import Base", "Base.metadata", "shop.models"),
        ("from shop import models as m", "m.Base.metadata", "shop"),
        ("import shop.models", "shop.models.Base.metadata", "shop.models"),
        ("from .models import Base", "Base.metadata", ".models"),
        ("from flask import current_app", "current_app.extensions['migrate'].db.metadata", "flask"),
        ("import shop", "None", None),
    ],
)
def test_the_module_that_the_metadata_comes_from_is_known(
    tmp_path: Path, imported: str, metadata: str, module: str | None
) -> None:
    text = online(", target_metadata=target_metadata")
    found = read(
        tmp_path, f"{imported}\n{text.replace('engine =', f'target_metadata = {metadata}{chr(10)}engine =', 1)}"
    )
    assert found.metadata == module


def test_an_address_that_env_py_sets_itself_is_the_one_that_counts(tmp_path: Path) -> None:
    text = """
    import os
    from alembic import context
    from sqlalchemy import engine_from_config

    config = context.config
    config.set_main_option("sqlalchemy.url", f"postgresql+asyncpg://{os.environ['HOST']}/shop")
    engine = engine_from_config(config.get_section(config.config_ini_section))
    with engine.connect() as connection:
        context.configure(connection=connection)
    """
    found = read(tmp_path, text, **{"sqlalchemy.url": "driver://user:pass@localhost/dbname"})
    assert driver_of(found.url) in {"asyncpg", None}
    assert found.already_in_transaction is False


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("postgresql+psycopg2://u:p@h/d", "psycopg2"),
        ("postgresql://h/d", ""),
        ("postgres://h/d", ""),
        ("mysql+pymysql://h/d", None),
        ("", None),
        (None, None),
    ],
)
def test_the_driver_is_read_off_the_address(url: str | None, driver: str | None) -> None:
    assert driver_of(url) == driver


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x = 1\n", "no call of context.configure was found"),
        ("def (\n", "is not valid Python (invalid syntax, line 1)"),
        ("", "is empty"),
    ],
)
def test_an_env_py_that_cannot_be_read_says_why(tmp_path: Path, text: str, why: str) -> None:
    found = read(tmp_path, text)
    assert found.why_unknown == why
    assert (found.transaction_per_migration, found.already_in_transaction, found.offline) == (None, None, False)


def test_an_env_py_that_is_missing_says_so(tmp_path: Path) -> None:
    path = tmp_path / "env.py"
    assert read_environment(path, {}, ()) == Environment(str(path), why_unknown="no such file or folder")


def test_nothing_of_env_py_is_run(tmp_path: Path) -> None:
    read(tmp_path, f"open({str(tmp_path / 'written')!r}, 'w').close()\n{online('')}")
    assert not (tmp_path / "written").exists()


@pytest.mark.parametrize(
    ("before", "sent"),
    [
        ('connection.execute(text("SET  lock_timeout = 1"))', [("SET lock_timeout = 1", True)]),
        ('context.execute("SELECT 1")', [("SELECT 1", True)]),
        ('connection.exec_driver_sql("SELECT 1")', [("SELECT 1", True)]),
        ("if shop: connection.execute(shop.schema())", [("a statement", False)]),
        ("connection.execute(text(f'SET search_path TO {shop.schema}'))", [("SET search_path TO …", True)]),
        ("connection.begin()", []),
    ],
)
def test_the_statements_of_env_py_itself_are_taken_down(
    tmp_path: Path, before: str, sent: list[tuple[str, bool]]
) -> None:
    found = read(tmp_path, f"import shop\n{online('', before)}")
    assert [(each.sql, each.certain) for each in found.sent] == sent
    assert {each.span.line for each in found.sent} <= {8}


@pytest.mark.parametrize(
    ("given", "arguments"),
    [("", {}), ("schema='app', n=3", {"schema": "app", "n": 3}), ("**shop.options", None)],
)
def test_what_upgrade_is_called_with_is_taken_down(
    tmp_path: Path, given: str, arguments: dict[str, object] | None
) -> None:
    text = online("").replace("run_migrations()", f"run_migrations({given})")
    assert read(tmp_path, f"import shop\n{text}").arguments == arguments


LISTENS = "@event.listens_for({target})\ndef hook(*given):\n    {body}\n"


@pytest.mark.parametrize(
    ("code", "altered_by"),
    [
        (LISTENS.format(target="engine, 'connect'", body="given[0].cursor()"), None),
        (LISTENS.format(target="engine, 'before_cursor_execute'", body="print(given)"), None),
        ("event.listen(engine, 'handle_error', print)", None),
        (LISTENS.format(target="sa.Table, 'after_parent_attach'", body="given[0].kwargs['mysql_engine'] = 'x'"), None),
        (
            LISTENS.format(target="sa.Table, 'after_parent_attach'", body="given[0].schema = 'x'"),
            "event.listens_for(sa.Table, 'after_parent_attach')",
        ),
        (
            LISTENS.format(target="engine, 'before_execute', retval=True", body="return given"),
            "event.listens_for(engine, 'before_execute', retval=True)",
        ),
        ("event.listen(sa.Table, 'after_create', print)", "event.listen(sa.Table, 'after_create', print)"),
        (
            "@compiles(sa.schema.CreateColumn)\ndef column(*given):\n    return 'x'\n",
            "compiles(sa.schema.CreateColumn)",
        ),
        ("class Own(PostgresqlImpl):\n    __dialect__ = 'redshift'\n    def add_column(self): pass\n", None),
        ("class Own(PostgresqlImpl):\n    __dialect__ = 'postgresql'\n    def compare_type(self): pass\n", None),
        (
            "class Own(PostgresqlImpl):\n    __dialect__ = 'postgresql'\n    transactional_ddl = False\n",
            "class Own(PostgresqlImpl):",
        ),
        (
            "engine.execution_options(schema_translate_map={None: 'shop'})",
            "engine.execution_options(schema_translate_map={None",
        ),
        (
            "create_engine(url, execution_options={'schema_translate_map': shop.schemas})",
            "create_engine(url, execution_options=",
        ),
        ("engine.execution_options(schema_translate_map=None)", None),
    ],
)
def test_what_changes_what_the_libraries_send_is_named(tmp_path: Path, code: str, altered_by: str | None) -> None:
    head = """
    import shop
    import sqlalchemy as sa
    from alembic.ddl.postgresql import PostgresqlImpl
    from sqlalchemy import event
    from sqlalchemy.ext.compiler import compiles
    """
    text = online("").replace("with engine", f"{code}\nwith engine")
    found = read(tmp_path, f"{dedent(head)}{text}").altered_by
    assert found == altered_by or (altered_by and found and found.startswith(altered_by))
