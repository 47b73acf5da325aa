"""The SQL for Snowflake in a stand-in for it (fakesnow), against the SQL for DuckDB, over corrupted rows.

usage: stand_in.py CHARGEPROOF CORRUPTED.jsonl

The stand-in translates Snowflake's SQL to DuckDB's. Where it cannot follow, it is helped, or the rule is left out:
TRY_TO_TIMESTAMP_TZ and _NTZ are unknown to it and are defined here; TYPEOF calls every JSON value JSON, and TO_VARCHAR
keeps the quotes of a JSON text, so that rules on what is inside of JSON cannot be judged by it.
"""

import subprocess
import sys
import warnings

import duckdb
import fakesnow
import snowflake.connector

warnings.filterwarnings("ignore")
BEYOND_IT = {"WH-USAGE-036", "WH-USAGE-046", "WH-USAGE-047", "WH-USAGE-060", "WH-USAGE-061"}
binary, path = sys.argv[1], sys.argv[2]


def query(dialect):
    command = [binary, "usage", "sql", "--dialect", dialect, "--table", "USAGE_DATA", "--sequence", "ROW_PLACE"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return text[text.index("WITH ") :].rstrip().rstrip(";")


def found(cursor, dialect):
    cursor.execute(query(dialect))
    names = [column[0] for column in cursor.description]
    rule, level, place = (names.index(name) for name in ("RULE", "LEVEL", "SEQUENCE"))
    rows = {(row[rule], row[level], int(row[place])) for row in cursor.fetchall()}
    return {row for row in rows if row[0] not in BEYOND_IT}


def rows():
    """The rows, every cell a text."""
    columns = duckdb.sql(f"DESCRIBE FROM read_json('{path}')").fetchall()
    kinds = ", ".join(f"{column[0]}: 'VARCHAR'" for column in columns)
    table = duckdb.sql(
        f"SELECT *, row_number() OVER () AS ROW_PLACE FROM read_json('{path}', format = 'newline_delimited', "
        f"columns = {{{kinds}}}) LIMIT 600"
    )
    return table.columns, table.fetchall()


names, cells = rows()
kinds = ", ".join(f"{name} {'BIGINT' if name == 'ROW_PLACE' else 'VARCHAR'}" for name in names)
marks = ", ".join(["%s"] * len(names))
plain = duckdb.connect()
plain.execute(f"CREATE TABLE USAGE_DATA ({kinds})")
plain.executemany(f"INSERT INTO USAGE_DATA VALUES ({marks.replace('%s', '?')})", cells)
right = found(plain, "duckdb")
with fakesnow.patch():
    cursor = snowflake.connector.connect(database="USAGE", schema="SHARE").cursor()
    for zone in ("tz", "ntz"):
        cursor._duck_conn.execute(f"CREATE MACRO try_to_timestamp_{zone}(x) AS TRY_CAST(x AS TIMESTAMP)")
    cursor.execute(f"CREATE TABLE USAGE_DATA ({kinds})")
    cursor.executemany(f"INSERT INTO USAGE_DATA VALUES ({marks})", cells)
    seen = found(cursor, "snowflake")
print(f"{len(cells)} rows in the stand-in for Snowflake, {len(seen)} findings by {len({row[0] for row in seen})} rules")
if seen != right or not seen:
    sys.exit(f"only in DuckDB: {sorted(right - seen)[:8]}; only in the stand-in: {sorted(seen - right)[:8]}")
