"""Compares the rows that `usage check` and the SQL of `usage sql` find.

usage: compare.py CHARGEPROOF FOLDER-OF-CORRUPTED-ROWS CLEAN.parquet...

Rows are numbered in the order of the input. The table is typed as a warehouse types it only for the clean rows; those of
the corpus have cells of any kind, so that all of its columns are texts, which the SQL takes too.
"""

import json
import pathlib
import subprocess
import sys

import duckdb

binary, corpus, clean = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]

# `usage check` names the first row only, and counts the others.
COUNTED = {"WH-USAGE-078"}
# What is only mentioned is not in SQL, but for the one rule that never does more.
MENTIONS = {"WH-USAGE-064"}
RANK = {"I": 0, "W": 1, "E": 2}


def run(*arguments, allowed=(0,)):
    done = subprocess.run([binary, "usage", *arguments], capture_output=True, text=True)
    if done.returncode not in allowed:
        sys.exit(f"chargeproof usage {' '.join(arguments)}: {done.stderr}")
    return done.stdout


query = run("sql", "--dialect", "duckdb", "--table", "usage_data", "--sequence", "_ROW")
excused = {line.split(": ")[1] for line in query.splitlines() if line.startswith("-- not in SQL: ")}


def in_memory(path):
    """Rule to {row: level}, and rule to count where not every row is named."""
    report = json.loads(run("check", str(path), "--json", "--examples", "10000000", allowed=(0, 1)))
    found, counts = {}, {}
    for finding in report["findings"]:
        rule, level = finding["rule"], finding["level"]
        if rule in excused or level == "I" and rule not in MENTIONS:
            continue
        rows = found.setdefault(rule, {})
        for example in finding["examples"]:
            known = rows.get(example["row"], "I")
            rows[example["row"]] = max(known, level, key=RANK.get)
        if rule in COUNTED:
            counts[rule] = finding["count"]
        elif len(finding["examples"]) != finding["count"]:
            sys.exit(f"{path}: {rule} has {finding['count']} rows, but names {len(finding['examples'])}")
    return found, counts


def in_warehouse(connection):
    found = {}
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description]
    rule, level, at = names.index("RULE"), names.index("LEVEL"), names.index("SEQUENCE")
    for row in cursor.fetchall():
        rows = found.setdefault(row[rule], {})
        if row[at] in rows:
            sys.exit(f"the SQL names row {row[at]} twice for {row[rule]}")
        rows[row[at]] = row[level]
    return found


def columns():
    """The columns of the table, as the query names them."""
    described = duckdb.sql(f"DESCRIBE FROM '{clean[0]}'").fetchall()
    return [row[0] for row in described]


def load_text(connection, path):
    fields = ", ".join(f"{name}: 'VARCHAR'" for name in NAMES)
    connection.execute(
        f"CREATE TABLE usage_data AS SELECT *, row_number() OVER () AS _ROW FROM read_json('{path}', "
        f"format = 'newline_delimited', columns = {{{fields}}})"
    )


def load_typed(connection, path):
    connection.execute(
        f"CREATE TABLE usage_data AS SELECT *, file_row_number + 1 AS _ROW "
        f"FROM read_parquet('{path}', file_row_number = true)"
    )


def compare(name, path, load):
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    load(connection, path)
    (mine, counts), theirs = in_memory(path), in_warehouse(connection)
    wrong = []
    for rule in COUNTED & theirs.keys() & mine.keys():
        if counts[rule] != len(theirs[rule]):
            wrong.append(f"  {name}: {rule}: {counts[rule]} rows, {len(theirs[rule])} in SQL")
        theirs[rule] = {row: level for row, level in theirs[rule].items() if row in mine[rule]}
    for rule in sorted(mine.keys() | theirs.keys()):
        left, right = mine.get(rule, {}), theirs.get(rule, {})
        if left != right:
            only = sorted(left.items() - right.items())[:5]
            more = sorted(right.items() - left.items())[:5]
            wrong.append(f"  {name}: {rule}: only `usage check` finds {only}, only the SQL finds {more}")
    return wrong, {rule: len(rows) for rule, rows in theirs.items()}


NAMES = columns()
problems = []
for path in clean:
    wrong, seen = compare(path, path, load_typed)
    problems += wrong
    if seen:
        problems.append(f"  {path}: the SQL finds {seen}")
shown = set()
files = sorted(corpus.glob("*.jsonl"))
for path in files:
    wrong, found = compare(path.stem, path, load_text)
    problems += wrong
    shown |= found.keys()
in_both = set(line.split("'")[1] for line in query.splitlines() if "AS RULE" in line)
never = sorted(in_both - shown)
if never:
    problems.append(f"  no row of the corpus breaks {', '.join(never)}")
print(f"{len(files)} data sets and {len(clean)} of clean rows; {len(in_both)} rules in both engines, {len(excused)} in one only")
if problems:
    print("\n".join(problems))
    sys.exit(1)
print("every rule finds the same rows in both")
