"""The grammar as a whole, read from the files beside this one: each form of statement, and the rules of its words."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Final

from tests.effects.generated.draw import Draw
from tests.effects.generated.names import Names

_FILES: Final = sorted(Path(__file__).parent.glob("*.grammar"))
_NOTHING: Final = "(nothing)"
_SUBCOMMAND: Final = re.compile(r"ALTER TABLE \{if_exists\?\} \{only\} \{\w+\} (.*)")


def _read() -> dict[str, list[str]]:
    """The templates under each name; the name of a word stands in braces."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in (line for path in _FILES for line in path.read_text(encoding="utf-8").splitlines()):
        if line.startswith("    "):
            current.append("" if line.strip() == _NOTHING else line.strip())
        elif line and not line.startswith("#"):
            current = found.setdefault(line, [])
    return found


_GRAMMAR: Final = _read()
FORMS: Final = {name: templates for name, templates in _GRAMMAR.items() if not name.startswith("{")}
RULES: Final = {
    **{name.strip("{}"): templates for name, templates in _GRAMMAR.items() if name.startswith("{")},
    # What may stand beside others in one ALTER TABLE.
    "subcommand": [found[1] for each in FORMS.values() for line in each if (found := _SUBCOMMAND.fullmatch(line))],
}


def statement_of(form: str, names: Names, chance: random.Random) -> str:
    """One statement of a form, over what ``names`` holds."""
    return Draw(names, RULES, chance).statement(chance.choice(FORMS[form]))
