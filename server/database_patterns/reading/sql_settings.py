"""What settings beside SQL files say of how they are run: Flyway's and Diesel's, as their documentation has them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from .project import is_inside, upwards
from .sql_layouts import CALLBACK, FLYWAY, PAIRED, UNTOLD, Running

_SIZE_MAX: Final = 1_000_000
_FLYWAY_FILES: Final = ("flyway.toml", "flyway.conf", "conf/flyway.toml", "conf/flyway.conf")
_FILLED: Final = "placeholders."
_TRANSACTION: Final = "executeintransaction"
_DIESEL: Final = "metadata.toml"


def running(file: Path, within: Path | None = None) -> Running:
    """What the settings for ``file`` say; files that links lead to out of ``within`` are not read.

    Flyway's are a file of the script's name and ``.conf``, and the nearest flyway.toml or flyway.conf further up;
    Diesel's is the metadata.toml of the migration's folder.
    """
    if FLYWAY.match(file.name) or CALLBACK.match(file.name):
        return _flyway(file, within)
    if (match := PAIRED.match(file.name)) and not match["stem"]:
        table = _toml(_text(file.with_name(_DIESEL), within))
        told = table.get("run_in_transaction")
        return Running(told) if isinstance(told, bool) else UNTOLD
    return UNTOLD


def _flyway(file: Path, within: Path | None) -> Running:
    own = _conf(_text(file.with_name(f"{file.name}.conf"), within)).get(_TRANSACTION)
    project = next((each for each in _candidates(file, within) if each.is_file()), None)
    whole = _settings(project, within) if project else {}
    return Running(
        in_transaction=_flag(own or whole.get(_TRANSACTION)),
        mixed=_flag(whole.get("mixed")),
        placeholders=None if _flag(whole.get("placeholderreplacement")) is False else dict(_placeholders(whole)),
    )


def _placeholders(settings: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((name.removeprefix(_FILLED), value) for name, value in settings.items() if name.startswith(_FILLED))


def _candidates(file: Path, within: Path | None) -> Iterator[Path]:
    return (folder / name for folder in upwards(file.parent, within) for name in _FLYWAY_FILES)


def _settings(file: Path, within: Path | None) -> Mapping[str, str]:
    """Flyway's settings by their names in lower case, without the word flyway."""
    text = _text(file, within)
    if file.suffix != ".toml":
        return {name.removeprefix("flyway."): value for name, value in _conf(text).items()}
    table = _toml(text).get("flyway")
    return dict(_flattened("", table)) if isinstance(table, dict) else {}


def _flattened(above: str, table: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The values of a table and of those in it, as ``table.name`` in lower case."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flattened(f"{above}{name}.".lower(), value)
        else:
            yield f"{above}{name}".lower(), str(value)


def _conf(text: str) -> Mapping[str, str]:
    """Lines of ``name = value``; the names in lower case."""
    lines = (line.partition("=") for line in text.splitlines() if not line.lstrip().startswith("#"))
    return {name.strip().lower(): value.strip() for name, sign, value in lines if sign}


def _flag(value: str | None) -> bool | None:
    return {"true": True, "false": False}.get(value.lower()) if value else None


def _toml(text: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _text(file: Path, within: Path | None) -> str:
    """The text of a settings file; nothing where there is none that can be read."""
    try:
        if not is_inside(file, within) or not file.is_file() or file.stat().st_size > _SIZE_MAX:
            return ""
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return ""
