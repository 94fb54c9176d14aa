"""Compare prediction and measurement on tens of thousands of generated statements, and keep the table of counts.

Each form is drawn equally often, over schemas that are generated and over those of the other witnesses. The exit status
is 1 where a difference is not known, or where too much is.

    python -m tests.effects.generated.prove [--postgres MAJOR] [--each N] [--seed N] [--only TEXT]

The table is that of the newest version. What an older one does not know yet has to be foreseen, too.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final, get_args

from tests import programs
from tests.effects.corpus import sql
from tests.effects.generated.comparison import Outcome, Result, witness
from tests.effects.generated.forms import FORMS, statement_of
from tests.effects.generated.known_differences import KNOWN, known
from tests.effects.generated.schemas import generated_schema

from database_patterns.lab.server import Server
from database_patterns.model import POSTGRES_VERSIONS

HERE: Final = Path(__file__).parent
TABLE: Final = HERE / "counts.md"
FIXED: Final = ("shop", "objects", "references")
GENERATED: Final = 12
UNKNOWN_MAX: Final = 0.02
RESULTS: Final[tuple[Result, ...]] = get_args(Result)


def schemas(seed: int) -> Iterator[tuple[str, str]]:
    """The schemas by name: those of the other witnesses, and generated ones."""
    for name in FIXED:
        yield name, sql(name, "schema")
    for number in range(seed, seed + GENERATED):
        yield f"generated {number}", generated_schema(number)


def outcomes(postgres: int, seed: int, each: int, only: str) -> Iterator[tuple[str, Outcome]]:
    """What comes out of every statement on a version, with the name of its schema."""
    forms = [form for form in FORMS if only in form]
    share = -(-each // (len(FIXED) + GENERATED))
    with Server(postgres_bin=str(programs.find(postgres).folder)) as server:
        for name, schema in schemas(seed):
            with witness(server, schema) as made:
                for form in forms:
                    chance = random.Random(f"{name} {form}")  # noqa: S311 - chance, not secrecy
                    for _ in range(share):
                        yield name, made.compare(form, statement_of(form, made.names, chance))


def table(found: list[Outcome]) -> str:
    """The counts per form, in Markdown."""
    counts = Counter((outcome.form, outcome.result) for outcome in found)
    distinct = Counter(form for form, _ in {(outcome.form, outcome.sql) for outcome in found})
    lines = [
        "# Generated statements: how prediction and measurement compare, by form",
        "",
        "Written by `make prove`; each statement is run on PostgreSQL 18 in a transaction that is rolled back.",
        "The differences that are known, with their reasons, stand in `known_differences.py`.",
        "",
        f"| form | drawn | distinct | {' | '.join(RESULTS)} |",
        f"|---|{'--:|' * (2 + len(RESULTS))}",
    ]
    for form in FORMS:
        by_result = [counts[form, result] for result in RESULTS]
        lines.append(_row(form, sum(by_result), distinct[form], *by_result))
    totals = [sum(counts[form, result] for form in FORMS) for result in RESULTS]
    lines.append(_row("**all**", sum(totals), sum(distinct.values()), *totals))
    return "\n".join(lines) + "\n"


def _row(form: str, *numbers: int) -> str:
    return f"| {form} | {' | '.join(str(number or '') for number in numbers)} |"


def main() -> int:
    """Run all, write the table, and say what disagrees."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--postgres", type=int, choices=POSTGRES_VERSIONS, default=POSTGRES_VERSIONS[-1])
    options.add_argument("--each", type=int, default=120, help="how often each form is drawn")
    options.add_argument("--seed", type=int, default=1, help="of the first generated schema")
    options.add_argument("--all", action="store_true", help="show the known differences, too")
    options.add_argument("--only", default="", help="the forms whose names hold this; no table is written")
    chosen = options.parse_args()
    started, found = time.monotonic(), []
    for schema, outcome in outcomes(chosen.postgres, chosen.seed, chosen.each, chosen.only):
        found.append(outcome)
        if outcome.result == "disagrees" or (chosen.all and outcome.result == "known difference"):
            print(f"{outcome.form} | {schema} | {outcome.sql} | {'; '.join(outcome.differences)} | {outcome.error}")
    if not chosen.only and chosen.postgres == POSTGRES_VERSIONS[-1]:
        TABLE.write_text(table(found))
    counts = Counter(outcome.result for outcome in found)
    print(f"{len(found)} statements of {len({each.form for each in found})} forms, {time.monotonic() - started:.0f} s")
    print(", ".join(f"{result}: {counts[result]}" for result in RESULTS))
    print(f"known differences: {len(KNOWN)} lines; unknown: {counts['unknown'] / len(found):.1%}")
    differing = [each for each in found if each.result == "known difference"]
    used = Counter(known(each.form, difference) for each in differing for difference in each.differences)
    for each in KNOWN:
        print(f"  {used[each]:4} {each.forms}: {each.difference} ({each.reason})")
    return int(counts["disagrees"] > 0 or counts["unknown"] > UNKNOWN_MAX * len(found))


if __name__ == "__main__":
    sys.exit(main())
