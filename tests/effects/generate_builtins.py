"""Writes ``effects/data/builtins.json``: what PostgreSQL and its usual extensions bring of functions, casts and types.

Run as ``python -m tests.effects.generate_builtins`` (``make measure``): it starts a server of every version, and reads
more of them where superusers' DSNs are given (of one that has other extensions). A fact that does not hold in all of
them carries ``@first-last``, one that an extension brings ``#extension``. ``test_builtins.py`` compares the file with a
server.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tests import programs
from tests.progress import counted

from database_patterns.lab import driver
from database_patterns.lab.server import Server
from database_patterns.model import POSTGRES_VERSIONS

if TYPE_CHECKING:
    from database_patterns.databases.driver import Connection

TARGET = Path(__file__).parents[2] / "server" / "database_patterns" / "effects" / "data" / "builtins.json"
EXTENSIONS = ("btree_gin", "btree_gist", "citext", "cube", "hstore", "intarray", "isn", "ltree", "pg_trgm", "pgcrypto",
              "seg", "unaccent", "uuid-ossp", "vector")  # fmt: skip
Facts = dict[str, set[tuple[str, str]]]

FUNCTIONS = """
select p.proname,
       coalesce((select string_agg(t.typname || case when p.provariadic <> 0 and o = p.pronargs then '*'
                                                     when o > p.pronargs - p.pronargdefaults then '?' else '' end,
                                   ',' order by o)
                   from unnest(p.proargtypes) with ordinality a(oid, o) join pg_type t on t.oid = a.oid), '')
       || '|' || r.typname || '|' || p.provolatile::text
from pg_proc p join pg_type r on r.oid = p.prorettype
where {owned} and p.prokind <> 'p'
  and not p.proname = any(array(select unnest(array[typinput, typoutput, typreceive, typsend]::regproc[])::text
                                  from pg_type))
  and r.typname not in ('trigger', 'event_trigger', 'internal', 'language_handler', 'fdw_handler', 'index_am_handler',
                        'table_am_handler', 'tsm_handler')
  and not 'internal'::regtype = any(p.proargtypes)
"""

OPERATORS = """
select p.oprname, coalesce(l.typname, '') || ',' || r.typname || '|' || t.typname || '|' || f.provolatile::text
from pg_operator p left join pg_type l on l.oid = p.oprleft join pg_type r on r.oid = p.oprright
join pg_type t on t.oid = p.oprresult join pg_proc f on f.oid = p.oprcode
where {owned}
"""

CASTS = """
select s.typname, t.typname || '|' || p.castmethod::text || '|' || p.castcontext::text || '|'
       || coalesce(f.provolatile::text, 'i')
from pg_cast p join pg_type s on s.oid = p.castsource join pg_type t on t.oid = p.casttarget
left join pg_proc f on f.oid = p.castfunc where {owned}
"""

TYPES = """
select p.typname, p.typcategory::text || '|' || case when p.typcollation <> 0 then 'c' else '' end || '|'
       || (select case when 's' in (i.provolatile, o.provolatile) then 's' else 'i' end
             from pg_proc i, pg_proc o where i.oid = p.typinput and o.oid = p.typoutput)
from pg_type p where {owned} and p.typtype in ('b', 'r', 'm', 'p') and p.typname !~ '^_' and p.typrelid = 0
"""

OPERATOR_CLASSES = """
select a.amname || ' ' || t.typname, p.opcname
from pg_opclass p join pg_am a on a.oid = p.opcmethod join pg_type t on t.oid = p.opcintype
where p.opcdefault and {owned}
"""

OPERATOR_CLASS_INPUTS = """
select a.amname || ' ' || p.opcname, t.typname
from pg_opclass p join pg_am a on a.oid = p.opcmethod join pg_type t on t.oid = p.opcintype
where {owned}
"""

QUERIES = {
    "functions": FUNCTIONS,
    "operators": OPERATORS,
    "casts": CASTS,
    "types": TYPES,
    "operator_classes": OPERATOR_CLASSES,
    "operator_class_inputs": OPERATOR_CLASS_INPUTS,
}
BUILTIN = "p.oid < 16384"
OF_EXTENSION = """
exists (select from pg_depend d join pg_extension e on d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid
        where d.classid = p.tableoid and d.objid = p.oid and d.deptype = 'e' and e.extname = %s)
"""


def read(connection: Connection) -> Facts:
    """The facts of one server: for each section, the set of (name, fact)."""
    return {
        section: set(connection.execute(query.format(owned=BUILTIN).encode()).fetchall())
        for section, query in QUERIES.items()
    }


def read_extensions(connection: Connection, wanted: Iterable[str] = EXTENSIONS) -> dict[str, Facts]:
    """What those of the extensions that the server has would bring; nothing is left created."""
    found: dict[str, Facts] = {}
    available = {name for (name,) in connection.execute("select name from pg_available_extensions")}
    for extension in sorted(available.intersection(wanted)):
        with connection.transaction(force_rollback=True):
            connection.execute(f'create extension "{extension}"'.encode())
            found[extension] = {
                section: set(connection.execute(query.format(owned=OF_EXTENSION).encode(), [extension]).fetchall())
                for section, query in QUERIES.items()
            }
    return found


def merge(
    servers: dict[int, Facts], extensions: dict[str, dict[int, Facts]], sections: Iterable[str] = tuple(QUERIES)
) -> dict[str, dict[str, list[str]]]:
    """The facts of all servers, and those of each extension on the servers that have it, by section and name."""
    return {
        section: _merge_section(
            _of_section(servers, section),
            {extension: _of_section(facts, section) for extension, facts in extensions.items()},
        )
        for section in sections
    }


def _of_section(servers: dict[int, Facts], section: str) -> dict[int, set[tuple[str, str]]]:
    return {version: facts[section] for version, facts in servers.items()}


def _merge_section(
    own: dict[int, set[tuple[str, str]]], extensions: dict[str, dict[int, set[tuple[str, str]]]]
) -> dict[str, list[str]]:
    merged: dict[str, list[str]] = {}
    for name, text in _marked(own):
        merged.setdefault(name, []).append(text)
    brought = [
        (name, f"{text}#{extension}") for extension in extensions for name, text in _marked(extensions[extension])
    ]
    for name, text in sorted(brought):
        merged.setdefault(name, []).append(text)
    return merged


def _marked(servers: dict[int, set[tuple[str, str]]]) -> Iterable[tuple[str, str]]:
    for name, fact in sorted(set().union(*servers.values())):
        versions = [version for version in sorted(servers) if (name, fact) in servers[version]]
        yield name, fact if len(versions) == len(servers) else f"{fact}@{versions[0]}-{versions[-1]}"


def render(merged: dict[str, dict[str, list[str]]]) -> str:
    """One line for each name, so that a difference between versions reads well in a review."""
    sections = []
    for section, names in merged.items():
        lines = (f"  {json.dumps(name)}: {json.dumps(facts, ensure_ascii=False)}" for name, facts in names.items())
        sections.append(f' "{section}": {{\n' + ",\n".join(lines) + "\n }")
    return "{\n" + ",\n".join(sections) + "\n}\n"


def main(others: Iterable[str]) -> None:
    servers: dict[int, Facts] = {}
    extensions: dict[str, dict[int, Facts]] = {}
    for connection in connections(others):
        version = connection.info.server_version // 10000
        servers[version] = read(connection)
        for extension, facts in read_extensions(connection).items():
            extensions.setdefault(extension, {})[version] = facts
    TARGET.write_text(render(merge(servers, extensions)), encoding="utf-8")


def connections(others: Iterable[str]) -> Iterator[Connection]:
    """An administrator's connection to a server of every version, then to the others."""
    for major in counted(POSTGRES_VERSIONS, "functions and types, versions of PostgreSQL"):
        with (
            Server(postgres_bin=str(programs.find(major).folder)) as server,
            server.database() as database,
            driver.connect(database.admin) as connection,
        ):
            yield connection
    for dsn in others:
        with driver.connect(dsn) as connection:
            yield connection


if __name__ == "__main__":
    main(sys.argv[1:])
