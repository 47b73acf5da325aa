"""A part of the usage rules in DuckDB (PyPI: duckdb) on two threads, to be measured beside `chargeproof usage check`.

usage: duckdb_rules.py rows.parquet
"""
import duckdb, sys, time, resource
path = sys.argv[1]
con = duckdb.connect()
con.execute("SET threads TO 2")
t = time.time()
print(con.execute(f"""
SELECT
 count(*),
 count(*) FILTER (METER_TYPE='elastic' AND METER IS DISTINCT FROM 'elastic token'),
 count(*) FILTER (METER_TYPE='elastic' AND REQUEST_RESPONSE NOT IN ('101','1101') AND (ACTIVATION_ID IS NOT NULL OR MAPPED_ENTITLED_COUNT IS NOT NULL OR USED IS NOT NULL OR METER_COST IS NOT NULL OR METER_COST_LIST IS NOT NULL OR METER_QUANTITY <> 0)),
 count(*) FILTER (METER_TYPE='elastic' AND REQUEST_RESPONSE IN ('101','1101') AND METER_QUANTITY >= 0 AND abs(METER_QUANTITY - METER_COST*ITEM_QUANTITY) > 0.000001),
 count(*) FILTER (USED > MAPPED_ENTITLED_COUNT + OVERDRAFT_COUNT),
 count(*) FILTER (METER_QUANTITY > USED),
 count(*) FILTER (WRITE_TIME - USAGE_TIME NOT BETWEEN -2000 AND 120000),
 count(*) FILTER (META_DATA IS NOT NULL AND NOT json_valid(META_DATA)),
 count(*) FILTER ((SESSION_ID IS NULL) <> (SESSION_STATE IS NULL)),
 count(*) FILTER (METER_TYPE <> 'elastic' AND METER_QUANTITY <> ITEM_QUANTITY)
FROM '{path}'""").fetchall())
t1 = time.time()
print("row rules", round(t1-t,2))
print(con.execute(f"""
SELECT count(*) FROM (
 SELECT USED, METER_QUANTITY, lag(USED) OVER (PARTITION BY TENANT_ID, INSTANCE_ID, ACTIVATION_ID ORDER BY USAGE_TIME, file_row_number) AS before
 FROM read_parquet('{path}', file_row_number=true) WHERE METER_TYPE='elastic' AND REQUEST_RESPONSE IN ('101','1101'))
WHERE before IS NOT NULL AND abs(USED - before - METER_QUANTITY) > 0.000001""").fetchall())
t2 = time.time()
print("running totals", round(t2-t1,2))
print(con.execute(f"""
SELECT count(*) FROM (SELECT CORRELATION_ID, ITEM, ITEM_VERSION, ACTIVATION_ID, count(*) n FROM '{path}' GROUP BY ALL HAVING n > 1)""").fetchall())
t3 = time.time()
print("duplicates", round(t3-t2,2), "all", round(t3-t,2), "s; peak MiB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss//1024)
