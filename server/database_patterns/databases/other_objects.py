"""What a live database has beside relations, types and functions, as the SQL that would make it.

A Catalog knows these objects by kind and name alone, so that the statements say no more than they must.
"""

from __future__ import annotations

from typing import Final

_TEMPLATE: Final = """
    SELECT format({statement}) FROM {source}
    WHERE o.oid >= 16384 AND NOT EXISTS (
        SELECT FROM pg_depend e WHERE e.classid = '{catalog}'::regclass AND e.objid = o.oid AND e.deptype = 'e')
    ORDER BY o.oid
"""
"""Those of users: the numbers of initdb's are below the first one for users, and an extension's depend on it."""
_STATEMENTS: Final = {
    "pg_language o": "'CREATE LANGUAGE %I', o.lanname",
    "pg_foreign_data_wrapper o": "'CREATE FOREIGN DATA WRAPPER %I', o.fdwname",
    "pg_foreign_server o JOIN pg_foreign_data_wrapper w ON w.oid = o.srvfdw":
        "'CREATE SERVER %I FOREIGN DATA WRAPPER %I', o.srvname, w.fdwname",
    "pg_am o": "'CREATE ACCESS METHOD %I TYPE INDEX HANDLER %s', o.amname, o.amhandler",
    "pg_publication o": "'CREATE PUBLICATION %I', o.pubname",
    "pg_subscription o JOIN pg_database d ON d.oid = o.subdbid AND d.datname = current_database()":
        "'CREATE SUBSCRIPTION %I CONNECTION '''' PUBLICATION p', o.subname",
    "pg_event_trigger o":
        "'CREATE EVENT TRIGGER %I ON %I EXECUTE FUNCTION %s()', o.evtname, o.evtevent, o.evtfoid::regproc",
    "pg_cast o":
        "'CREATE CAST (%s AS %s) WITHOUT FUNCTION', format_type(o.castsource, NULL), format_type(o.casttarget, NULL)",
    "pg_transform o JOIN pg_language l ON l.oid = o.trflang":
        "'CREATE TRANSFORM FOR %s LANGUAGE %I (FROM SQL WITH FUNCTION f(internal))',"
        " format_type(o.trftype, NULL), l.lanname",
    "pg_collation o JOIN pg_namespace n ON n.oid = o.collnamespace":
        "'CREATE COLLATION %I.%I (LOCALE = %L)', n.nspname, o.collname, o.collcollate",
    "pg_conversion o JOIN pg_namespace n ON n.oid = o.connamespace":
        "'CREATE CONVERSION %I.%I FOR %L TO %L FROM %s', n.nspname, o.conname, pg_encoding_to_char(o.conforencoding),"
        " pg_encoding_to_char(o.contoencoding), o.conproc",
    "pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace":
        "'CREATE OPERATOR %I.%s (FUNCTION = %s%s%s)', n.nspname, o.oprname, o.oprcode,"
        " ', LEFTARG = ' || format_type(nullif(o.oprleft, 0), NULL),"
        " ', RIGHTARG = ' || format_type(nullif(o.oprright, 0), NULL)",
    "pg_opfamily o JOIN pg_namespace n ON n.oid = o.opfnamespace JOIN pg_am m ON m.oid = o.opfmethod":
        "'CREATE OPERATOR FAMILY %I.%I USING %I', n.nspname, o.opfname, m.amname",
    "pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace JOIN pg_am m ON m.oid = o.opcmethod":
        "'CREATE OPERATOR CLASS %I.%I FOR TYPE %s USING %I AS STORAGE %3$s', n.nspname, o.opcname,"
        " format_type(o.opcintype, NULL), m.amname",
    "pg_ts_config o JOIN pg_namespace n ON n.oid = o.cfgnamespace JOIN pg_ts_parser p ON p.oid = o.cfgparser":
        "'CREATE TEXT SEARCH CONFIGURATION %I.%I (PARSER = %I)', n.nspname, o.cfgname, p.prsname",
    "pg_ts_dict o JOIN pg_namespace n ON n.oid = o.dictnamespace JOIN pg_ts_template t ON t.oid = o.dicttemplate":
        "'CREATE TEXT SEARCH DICTIONARY %I.%I (TEMPLATE = %I)', n.nspname, o.dictname, t.tmplname",
    "pg_ts_parser o JOIN pg_namespace n ON n.oid = o.prsnamespace":
        "'CREATE TEXT SEARCH PARSER %I.%I (START = %s)', n.nspname, o.prsname, o.prsstart",
    "pg_ts_template o JOIN pg_namespace n ON n.oid = o.tmplnamespace":
        "'CREATE TEXT SEARCH TEMPLATE %I.%I (LEXIZE = %s)', n.nspname, o.tmplname, o.tmpllexize",
}  # fmt: skip
"""Which catalog has the objects of a kind, and the arguments of the ``format`` that makes the statement."""

OTHER_OBJECTS: Final = tuple(
    _TEMPLATE.format(statement=statement, source=source, catalog=source.partition(" ")[0])
    for source, statement in _STATEMENTS.items()
)
