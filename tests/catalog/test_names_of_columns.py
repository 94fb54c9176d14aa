"""What PostgreSQL calls a column of a query that gives it no name, held against a server."""

from __future__ import annotations

from database_patterns.catalog.expressions import UNNAMED, implied_name
from database_patterns.lab import driver
from database_patterns.lab.server import Database
from database_patterns.reading.trees import parse_sql

EXPRESSIONS = {
    14: """
        a
        t.a
        t.a::bigint
        1
        'x'::text
        1::pg_catalog.int8
        -a
        a + 1
        a IS NULL
        (r).x
        (ARRAY[a])[1]
        ARRAY[a]
        ROW(a, 1)
        upper('x')
        pg_catalog.upper('x')
        coalesce(a, 1)
        nullif(a, 1)
        greatest(a, 1)
        least(a, 1)
        CASE WHEN a > 1 THEN 1 END
        CASE WHEN a > 1 THEN 1 ELSE a END
        CASE WHEN a > 1 THEN 1 ELSE 2::bigint END
        CAST(upper('x') AS varchar)
        'x' COLLATE "C"
        upper('x') COLLATE "C"
        extract(year FROM now())
        position('a' IN 'b')
        substring('abc' FROM 1)
        trim(' x ')
        now() AT TIME ZONE 'UTC'
        current_date
        current_time
        current_time(2)
        current_timestamp(2)
        localtime
        localtimestamp
        current_user
        session_user
        user
        current_role
        current_catalog
        current_schema
        EXISTS (SELECT 1)
        NOT EXISTS (SELECT 1)
        ARRAY(SELECT 1)
        a IN (SELECT 1)
        a = ANY (ARRAY[1])
        (SELECT a)
        (SELECT u.a FROM t AS u)
        (SELECT a AS b)
        (SELECT 1)
        (SELECT 1 + 1)::bigint
        (SELECT a::text)
        (SELECT a UNION SELECT 1)
        (VALUES (1))
        (WITH w AS (SELECT 1 AS c) SELECT c FROM w)
        (SELECT (SELECT a))
        count(*)
        sum(a) FILTER (WHERE a > 1)
    """,
    16: """
        json_object('a': 1)
        json_array(1, 2)
        json_array(SELECT 1)
        json_arrayagg(a)
        json_objectagg('a': a)
    """,
    17: """
        json_scalar(1)
        json('{}')
        json_serialize('{}')
        json_exists('{}', '$')
        json_query('{}', '$')
        json_value('{}', '$')
    """,
}


def expressions(postgres: int) -> list[str]:
    lines = (line.strip() for since, text in EXPRESSIONS.items() if since <= postgres for line in text.splitlines())
    return [line for line in lines if line]


def test_a_column_is_called_as_the_server_calls_it(database: Database) -> None:
    database.execute("CREATE TYPE pair AS (x int, y int)", "CREATE TABLE t (a int, r pair)")
    queries = [f"SELECT {each} FROM t" for each in expressions(database.postgres)]
    with driver.connect(database.owner) as connection:
        described = ((query, connection.execute(query.encode()).description or ()) for query in queries)
        found = {query: [column.name for column in columns] for query, columns in described}
    targets = {query: parse_sql(query)[0].stmt.targetList[0].val for query in queries}
    assert found == {query: [implied_name(target) or UNNAMED] for query, target in targets.items()}
