"""Usage rules in DuckDB (PyPI: duckdb) on two threads, to be measured beside `chargeproof usage check`.

usage: duckdb_rules.py ROWS.PARQUET [RULES.SQL]

A dozen rules are written by hand, as somebody would who knows the file and wants them fast. With RULES.SQL, which
`usage sql --dialect duckdb` prints, the same rules as those of `usage check` are measured, too.
"""

import resource
import sys
import time

import duckdb

HAND_WRITTEN = {
    "row rules": """
SELECT
 count(*),
 count(*) FILTER (METER_TYPE='elastic' AND METER IS DISTINCT FROM 'elastic token'),
 count(*) FILTER (METER_TYPE='elastic' AND REQUEST_RESPONSE NOT IN ('101','1101')
   AND (ACTIVATION_ID IS NOT NULL OR MAPPED_ENTITLED_COUNT IS NOT NULL OR USED IS NOT NULL OR METER_COST IS NOT NULL
     OR METER_COST_LIST IS NOT NULL OR METER_QUANTITY <> 0)),
 count(*) FILTER (METER_TYPE='elastic' AND REQUEST_RESPONSE IN ('101','1101') AND METER_QUANTITY >= 0
   AND abs(METER_QUANTITY - METER_COST*ITEM_QUANTITY) > 0.000001),
 count(*) FILTER (USED > MAPPED_ENTITLED_COUNT + OVERDRAFT_COUNT),
 count(*) FILTER (METER_QUANTITY > USED),
 count(*) FILTER (WRITE_TIME - USAGE_TIME NOT BETWEEN -2000 AND 120000),
 count(*) FILTER (META_DATA IS NOT NULL AND NOT json_valid(META_DATA)),
 count(*) FILTER ((SESSION_ID IS NULL) <> (SESSION_STATE IS NULL)),
 count(*) FILTER (METER_TYPE <> 'elastic' AND METER_QUANTITY <> ITEM_QUANTITY)
FROM '{path}'""",
    "running totals": """
SELECT count(*) FROM (
 SELECT USED, METER_QUANTITY,
   lag(USED) OVER (PARTITION BY TENANT_ID, INSTANCE_ID, ACTIVATION_ID ORDER BY USAGE_TIME, file_row_number) AS before
 FROM read_parquet('{path}', file_row_number=true)
 WHERE METER_TYPE='elastic' AND REQUEST_RESPONSE IN ('101','1101'))
WHERE before IS NOT NULL AND abs(USED - before - METER_QUANTITY) > 0.000001""",
    "duplicates": """
SELECT count(*) FROM (
 SELECT CORRELATION_ID, ITEM, ITEM_VERSION, ACTIVATION_ID, count(*) n FROM '{path}' GROUP BY ALL HAVING n > 1)""",
}


def peak_mib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main():
    path = sys.argv[1]
    con = duckdb.connect()
    con.execute("SET threads TO 2")
    begin = time.time()
    for name, query in HAND_WRITTEN.items():
        start = time.time()
        found = con.execute(query.format(path=path)).fetchall()
        print(f"{name}: {time.time() - start:.2f} s, found {found[0]}")
    print(f"a dozen rules by hand: {time.time() - begin:.2f} s, {peak_mib()} MiB at most")
    if len(sys.argv) > 2:
        con.execute(f"CREATE VIEW USAGE_DATA AS FROM '{path}'")
        sql = open(sys.argv[2], encoding="utf-8").read().strip().rstrip(";")
        start = time.time()
        found = con.execute(f"SELECT RULE, count(*) FROM ({sql}) GROUP BY ALL ORDER BY ALL").fetchall()
        print(f"the same rules: {time.time() - start:.2f} s, {peak_mib()} MiB at most, found {found}")


main()
