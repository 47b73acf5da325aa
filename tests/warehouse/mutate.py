"""Makes corrupted rows: each cell of the worked examples, one after the other, set to each of a list of values.

usage: mutate.py FIXTURES FOLDER

Every variant is a site of its own, with its own tenant and requests, so that many of them stand in one file: as many as
`usage check` keeps requests open for, since a request whose rows lie further apart is two to it.
"""

import json
import pathlib
import sys

IN_ONE_FILE = 500
FILES = ["v1", "v2", "v3", "v4", "license-server"]

# Values for each column that a table can hold: what is wrong, and what is right elsewhere.
TEXTS = [None, "x", "elastic", "RETURNED"]
NUMBERS = [None, -1, 0, 1, 7, 31, 2000, "some"]
TIMES = [None, 1768435200000, 1768435200, 1768442400000, 1771027200001, "soon"]
VALUES = {
    "USAGE_TIME": TIMES,
    "WRITE_TIME": TIMES,
    "BORROWED_UNTIL": TIMES,
    "ACTIVATION_ID": [None, ["ACT01-Elastic"], ["ACT09"], ["a", "b"], [], [""], "ACT02-Elastic"],
    "REQUEST_RESPONSE": [None, "101", "102", "1101", "201", "202", "SOME_STATUS"],
    "SESSION_STATE": [None, "IDLE", "ACTIVE", "TERMINATED", "FAILED", "LOCKED"],
    "METER_TYPE": [None, "elastic", "concurrent", "metered", "floating"],
    "METER": [None, "elastic token", "count"],
    "METER_COST_LIST": [None, {"series": "s", "version": "1"}, {"version": 1}, {"series": 5, "version": ""}, [], "{"],
    "META_DATA": [None, {}, [1], {"a": None}],
    "CONTROLS_APPLIED": [None, {}, {"partition": ["p"]}, {"partition": "p"}, {"partition": [1]}, [1]],
    "PARTIAL": [None, True, False, "maybe"],
    "INCREMENTAL": [None, True, False, "maybe"],
    "ENTITLED_ARTICLES": [None, [], ["a"], ["a", "b"], [1], "Suite"],
    "ENTITLED_ARTICLE_VERSIONS": [None, [], ["1"], [1.0]],
    "SERVED_CLIENT_STATUS": [None, "NORMAL", "RETURNED", "GONE"],
}
for name in ["USED", "ITEM_QUANTITY", "METER_COST", "METER_QUANTITY", "MAPPED_ENTITLED_COUNT", "OVERDRAFT_COUNT"]:
    VALUES[name] = NUMBERS
VALUES["METER_QUANTITY"] = NUMBERS + [-7, -31, 3.0000005]
VALUES["MAPPED_ENTITLED_COUNT"] = NUMBERS + [12.5]


def clean(folder):
    return [json.loads(line) for name in FILES for line in (folder / f"{name}.jsonl").open()]


def variants(rows):
    for at in range(len(rows)):
        for column in rows[at]:
            if column.startswith("_"):
                continue
            for value in VALUES.get(column, TEXTS):
                changed = [dict(row) for row in rows]
                changed[at][column] = value
                yield changed
        # A row that is missing, one that is there twice, and two that have changed places.
        yield rows[:at] + rows[at + 1 :]
        yield rows[: at + 1] + rows[at:]
        if at:
            yield rows[: at - 1] + [rows[at], rows[at - 1]] + rows[at + 1 :]


def own(row, number):
    """The row as that of another site."""
    names = {column: f"{row[column]}-{number}" for column in ["TENANT_ID", "CORRELATION_ID"] if row[column]}
    return {**row, **names}


def main():
    rows = clean(pathlib.Path(sys.argv[1]))
    every = list(variants(rows))
    for first in range(0, len(every), IN_ONE_FILE):
        lines = [
            json.dumps(own(row, first + number)) + "\n"
            for number, variant in enumerate(every[first : first + IN_ONE_FILE])
            for row in variant
        ]
        pathlib.Path(sys.argv[2], f"mutations-from-{first}.jsonl").write_text("".join(lines))


main()
