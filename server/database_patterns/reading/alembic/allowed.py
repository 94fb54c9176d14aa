"""What a revision may ask of known values, by their type: methods, methods of the type itself, and data."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from typing import Final

from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.schema import SchemaItem
from sqlalchemy.sql.type_api import TypeEngine

METHODS: Final[dict[type, str]] = {
    str: "capitalize casefold center count encode endswith find format format_map index isalnum isalpha "
    "isascii isdecimal isdigit isidentifier islower isnumeric isspace istitle isupper join ljust lower lstrip "
    "partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines "
    "startswith strip swapcase title upper zfill",
    bytes: "decode hex",
    list: "append clear copy count extend index insert pop remove reverse sort",
    dict: "clear copy get items keys pop popitem setdefault update values",
    set: "add copy difference difference_update discard intersection intersection_update isdisjoint issubset "
    "issuperset remove symmetric_difference symmetric_difference_update union update",
    frozenset: "copy difference intersection isdisjoint issubset issuperset symmetric_difference union",
    tuple: "count index",
    dt.date: "date isoformat replace timestamp",
    dt.timedelta: "total_seconds",
    ClauseElement: "add_columns add_cte alias all all_ any any_ as_scalar as_string asc astext between "
    "bindparams bool_op cast collate columns concat contained_by contains correlate cte delete desc distinct else_ "
    "endswith except_ execution_options exists filter from_select group_by has_all has_any has_key having icontains "
    "ilike in_ insert intersect is_ is_distinct_from is_not is_not_distinct_from isnot isnot_distinct_from join "
    "label lateral like limit match not_ilike not_in not_like notilike notin_ notlike nulls_first nulls_last "
    "nullsfirst nullslast offset on_conflict_do_nothing on_conflict_do_update op options order_by ordered_values "
    "outerjoin over overlaps params path_exists path_match prefix_with regexp_match regexp_replace returning "
    "scalar_subquery select select_from self_group startswith subquery suffix_with table_valued union union_all "
    "update using values where with_for_update with_only_columns within_group",
    SchemaItem: "append_column append_constraint create create_all delete drop drop_all insert join next_value reflect "
    "select update",
    TypeEngine: "as_generic create drop evaluates_none with_variant",
}
CLASS_METHODS: Final = {
    dict: {"fromkeys"},
    str: {*METHODS[str].split()},
    dt.date: {"fromisoformat"},
    dt.datetime: {"combine", "fromisoformat", "strptime"},
}
DATA: Final[dict[type, str]] = {
    enum.Enum: "name value",
    dt.datetime: "hour microsecond minute second tzinfo",
    dt.date: "day month year",
    dt.time: "hour microsecond minute second tzinfo",
    dt.timedelta: "days microseconds seconds",
    uuid.UUID: "hex int version",
    ClauseElement: "astext c columns description excluded foreign_keys indexes inserted key metadata name primary_key "
    "schema sql_name table type",
    SchemaItem: "c columns indexes info metadata name primary_key schema table type tables",
    TypeEngine: "enums impl length name schema",
}
MUTATING: Final = {
    "add", "append", "append_column", "append_constraint", "appendleft", "clear", "difference_update", "discard",
    "extend", "extendleft", "insert", "intersection_update", "move_to_end", "pop", "popitem", "popleft", "remove",
    "reverse", "rotate", "setdefault", "sort", "subtract", "symmetric_difference_update", "update",
}  # fmt: skip
"""Methods of containers that change them."""
