"""Adds what a version does to ``measured_statements.jsonl``: one run of the measurements for a new major version.

Run as ``python -m tests.effects.record [MAJOR …]`` (``make measure``), by default for those that no record has yet.
What is recorded of other versions stays as it is; a version that does the same as another joins it.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Generator, Iterable
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from tests import programs
from tests.progress import counted

from database_patterns.errors import UserError
from database_patterns.lab import driver
from database_patterns.lab.measure import measure
from database_patterns.lab.server import Database, Server
from database_patterns.model import POSTGRES_VERSIONS, Measurement

HERE: Final = Path(__file__).parent
FILE: Final = HERE / "measured_statements.jsonl"
CHANGES_WHAT_OTHERS_READ: Final = re.compile(r"INSERT|UPDATE|DELETE|VACUUM|ANALYZE|COPY")
"""Rolled back or not, these leave dead rows or statistics behind, by which another statement is planned."""
RUNS_OF_SAMPLED: Final = 5

Record = dict[str, Any]


def read() -> list[Record]:
    return [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


@contextmanager
def schema(server: Server) -> Generator[Database]:
    """The schema that the records are measured on, with the role and the tablespace that they name."""
    setup = (HERE / "measured_statements_fixture.sql").read_text(encoding="utf-8").removesuffix("VACUUM ANALYZE;\n")
    with server.database(setup_sql=setup) as database, driver.connect(database.admin) as admin:
        admin.execute("SET allow_in_place_tablespaces = on")
        admin.execute("CREATE TABLESPACE ts2 LOCATION ''")
        admin.execute("GRANT CREATE ON TABLESPACE ts2 TO PUBLIC")
        admin.execute("CREATE ROLE app_rw")
        admin.close()
        database.execute("VACUUM ANALYZE")
        yield database
    with driver.connect(database.elsewhere) as admin:
        admin.execute("DROP TABLESPACE ts2")
        admin.execute("DROP ROLE app_rw")


def run(record: Record, server: Server, template: Database, *, alone: bool) -> Measurement:
    """Measure a record's statement, in a copy of the schema where it stands ``alone``.

    Raises:
        UserError: what is to be set up for it fails.
    """
    with ExitStack() as stack:
        database = template
        if alone or record["setup"] or CHANGES_WHAT_OTHERS_READ.match(record["sql"]):
            database = stack.enter_context(server.database(template=template.name))
        if record["setup"]:
            database.execute(record["setup"])
        sql = record["sql"]
        *before, statement = sql.split("; ", 1) if sql.startswith("SET LOCAL") else [sql]
        administrated = replace(database, owner=database.admin)  # some of the statements are for superusers
        return measure(administrated, statement, before=before)


def verdict(record: Record, server: Server, template: Database) -> dict[str, Any]:
    """What the server does, as the file has it; of a statement that is watched from outside, in any of several runs."""
    try:
        found = [run(record, server, template, alone=True)]
    except UserError as error:
        return {"error": f"setup fails: {error}"}
    refused = {} if found[0].error is None else {"error": str(found[0].error)}
    if found[0].observed == "sampled":
        found += [run(record, server, template, alone=True) for _ in range(RUNS_OF_SAMPLED - 1)]
    elif refused:
        return refused
    locks = {
        name: max(each.locks[name] for each in found if name in each.locks).name
        for name in sorted({name for each in found for name in each.locks})
    }
    return {
        "strongest_lock_per_relation": locks,
        "rewritten": sorted(frozenset().union(*(each.rewritten for each in found))),
        "index_rebuilt": sorted(frozenset().union(*(each.rebuilt_indexes for each in found))),
        "scanned": sorted(frozenset().union(*(each.scanned for each in found))),
        "in_transaction_ok": found[0].in_transaction_ok,
        "observed": found[0].observed,
        **refused,
    }


def with_version(record: Record, postgres: int, found: dict[str, Any]) -> Record:
    """The record with what this version does, in the place of what it may have had of it before."""
    others = [
        {"postgres": [version for version in each["postgres"] if version != postgres], "verdict": each["verdict"]}
        for each in record["measured"]
    ]
    kept = [each for each in others if each["postgres"]]
    same = next((each for each in kept if each["verdict"] == found), None)
    if same is None:
        kept.append({"postgres": [postgres], "verdict": found})
    else:
        same["postgres"] = sorted([*same["postgres"], postgres])
    return {**record, "measured": kept}


def missing(records: Iterable[Record]) -> list[int]:
    """The versions that some record does not have."""
    recorded = [{version for each in record["measured"] for version in each["postgres"]} for record in records]
    return [version for version in POSTGRES_VERSIONS if not all(version in each for each in recorded)]


def main(wanted: Iterable[int]) -> None:
    records = read()
    for postgres in tuple(wanted) or missing(records):
        with Server(postgres_bin=str(programs.find(postgres).folder)) as server, schema(server) as template:
            records = [
                with_version(each, postgres, verdict(each, server, template))
                for each in counted(records, f"records, PostgreSQL {postgres}")
            ]
    FILE.write_text("".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in records), encoding="utf-8")


if __name__ == "__main__":
    main(map(int, sys.argv[1:]))
