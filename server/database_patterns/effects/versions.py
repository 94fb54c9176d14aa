"""Syntax that a server version does not have yet: what it is, and since which version it exists.

The parser reads the newest version's SQL, so that what an older server rejects has to be known here: which nodes of the
parse tree only a later grammar makes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from pglast import ast, enums

from database_patterns.model import ServerError, Statement
from database_patterns.reading.definitions import walk

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any

_ALTER: Final = enums.AlterTableType
_NOT_NULL: Final = enums.ConstrType.CONSTR_NOTNULL
_BY_SOURCE: Final = enums.MergeMatchKind.MERGE_WHEN_NOT_MATCHED_BY_SOURCE


class _Syntax(NamedTuple):
    """What is understood from a version on: ``has`` says whether a node of that kind shows it.

    What looks like a call of a function is to an older server one that does not exist.
    """

    since: int
    what: str
    has: Callable[[Node], bool]
    sqlstate: str = "42601"


def _always(_node: Node) -> bool:
    return True


def _alters(kind: enums.AlterTableType, has: Callable[[Node], bool] = _always) -> Callable[[Node], bool]:
    """Whether a subcommand of ALTER TABLE is of this kind, and the rest holds too."""
    return lambda node: node.subtype == kind and has(node)


def _is_of_table(constraint: Node) -> bool:
    """Whether an element of a table's definition is the constraint NOT NULL, standing for itself."""
    return isinstance(constraint, ast.Constraint) and constraint.contype == _NOT_NULL


def _returns_versions(statement: Node) -> bool:
    """Whether RETURNING names columns of ``old`` or ``new``, which are no tables of the statement."""
    relations: list[Node] = [each for each in walk(statement) if type(each) is ast.RangeVar]
    called = {each.alias.aliasname if each.alias else each.relname for each in relations}
    columns: list[Node] = [each for each in walk(statement.returningClause) if type(each) is ast.ColumnRef]
    qualified = {getattr(each.fields[0], "sval", None) for each in columns if len(each.fields) > 1}
    return bool(qualified & {"old", "new"} - called)


_NAMED_NOT_NULL: Final = "NOT NULL as a table constraint"
_SQL_JSON: Final = _Syntax(16, "SQL/JSON", _always)
_SQL_JSON_QUERY: Final = _Syntax(17, "a query function of SQL/JSON", _always, "42883")
_SYNTAX: Final[dict[type, tuple[_Syntax, ...]]] = {
    ast.MergeStmt: (
        _Syntax(15, "MERGE", _always),
        _Syntax(17, "MERGE … RETURNING", lambda node: bool(node.returningClause)),
        _Syntax(17, "BY SOURCE", lambda node: any(each.matchKind == _BY_SOURCE for each in node.mergeWhenClauses)),
    ),
    ast.CreateSeqStmt: (
        _Syntax(15, "UNLOGGED of a sequence", lambda node: node.sequence.relpersistence == "u", "0A000"),
    ),
    **dict.fromkeys(
        (ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt),
        (_Syntax(18, "old and new of RETURNING", _returns_versions, "42P01"),)),
    ast.IndexStmt: (_Syntax(15, "NULLS NOT DISTINCT", lambda node: node.nulls_not_distinct),),
    ast.Constraint: (
        _Syntax(15, "NULLS NOT DISTINCT", lambda node: node.nulls_not_distinct),
        _Syntax(15, "columns of ON DELETE SET", lambda node: bool(node.fk_del_set_cols)),
        _Syntax(18, "NOT ENFORCED", lambda node: node.contype == enums.ConstrType.CONSTR_ATTR_NOT_ENFORCED),
        _Syntax(18, "NOT ENFORCED", lambda node: _can_be_enforced(node) and not node.is_enforced),
        _Syntax(18, "WITHOUT OVERLAPS", lambda node: node.without_overlaps),
        _Syntax(18, "PERIOD", lambda node: node.fk_with_period),
        _Syntax(18, "GENERATED … VIRTUAL", lambda node: node.generated_kind == "v"),
        _Syntax(18, "NOT NULL … NO INHERIT", lambda node: node.contype == _NOT_NULL and node.is_no_inherit),
    ),
    ast.CreateStmt: (_Syntax(18, _NAMED_NOT_NULL, lambda node: any(map(_is_of_table, node.tableElts or ()))),),
    ast.ColumnDef: (_Syntax(16, "STORAGE of a new column", lambda node: bool(node.storage_name)),),
    ast.AlterTableCmd: (
        _Syntax(15, "SET ACCESS METHOD", _alters(_ALTER.AT_SetAccessMethod)),
        _Syntax(16, "SET STORAGE DEFAULT", _alters(_ALTER.AT_SetStorage, lambda node: _word(node) == "default")),
        _Syntax(17, "SET ACCESS METHOD DEFAULT", _alters(_ALTER.AT_SetAccessMethod, lambda node: not node.name)),
        _Syntax(17, "SET EXPRESSION", _alters(_ALTER.AT_SetExpression)),
        _Syntax(17, "SET STATISTICS DEFAULT", _alters(_ALTER.AT_SetStatistics, lambda node: not node.def_)),
        _Syntax(18, _NAMED_NOT_NULL, _alters(_ALTER.AT_AddConstraint, lambda node: _is_of_table(node.def_))),
    ),
    ast.ATAlterConstraint: (
        _Syntax(18, "ALTER CONSTRAINT … ENFORCED", lambda node: node.alterEnforceability),
        _Syntax(18, "ALTER CONSTRAINT … INHERIT", lambda node: node.alterInheritability and not node.noinherit),
    ),
    ast.PublicationTable: (
        _Syntax(15, "columns and WHERE of a publication", lambda node: bool(node.columns or node.whereClause)),
    ),
    ast.ReindexStmt: (_Syntax(16, "REINDEX without a name", lambda node: not (node.name or node.relation)),),
    ast.AlterDatabaseRefreshCollStmt: (_Syntax(15, "REFRESH COLLATION VERSION of a database", _always),),
    ast.CreateStatsStmt: (_Syntax(16, "CREATE STATISTICS without a name", lambda node: not node.defnames),),
    ast.AccessPriv: (_Syntax(17, "the privilege MAINTAIN", lambda node: node.priv_name == "maintain"),),
    ast.VacuumRelation: (_Syntax(18, "ONLY of VACUUM and ANALYZE", lambda node: _is_only(node.relation)),),
    ast.RangeSubselect: (_Syntax(16, "a subquery in FROM without an alias", lambda node: not node.alias),),
    ast.ReturningClause: (_Syntax(18, "RETURNING WITH", lambda node: bool(node.options)),),
    ast.JsonTable: (_Syntax(17, "JSON_TABLE", _always),),
    **dict.fromkeys(
        (ast.JsonObjectConstructor, ast.JsonArrayConstructor, ast.JsonArrayQueryConstructor, ast.JsonObjectAgg,
         ast.JsonArrayAgg, ast.JsonIsPredicate), (_SQL_JSON,)),
    **dict.fromkeys(
        (ast.JsonFuncExpr, ast.JsonParseExpr, ast.JsonScalarExpr, ast.JsonSerializeExpr),
        (_SQL_JSON_QUERY,)),
}  # fmt: skip
_NEWEST: Final = max(syntax.since for each in _SYNTAX.values() for syntax in each)


def not_yet(statement: Statement, postgres: int) -> ServerError | None:
    """The syntax error that ``statement`` raises in this version, with the version from which on it does not."""
    if postgres >= _NEWEST:
        return None
    missing = max(_found(statement.tree), key=lambda each: each.since, default=None)
    if missing is None or postgres >= missing.since:
        return None
    return ServerError(missing.sqlstate, f"{missing.what} is understood from PostgreSQL {missing.since} on")


def _found(tree: object) -> Iterator[_Syntax]:
    for node in walk(tree):
        yield from (each for each in _SYNTAX.get(type(node), ()) if each.has(node))


def _can_be_enforced(constraint: Node) -> bool:
    return constraint.contype in {enums.ConstrType.CONSTR_CHECK, enums.ConstrType.CONSTR_FOREIGN}


def _word(command: Node) -> str:
    """The keyword that a subcommand sets something to."""
    return str(getattr(command.def_, "sval", "")).lower()


def _is_only(relation: Node) -> bool:
    return relation is not None and not relation.inh
