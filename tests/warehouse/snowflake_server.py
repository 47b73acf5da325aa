"""A stand-in for Snowflake's HTTP server: fakesnow's, with answers in the form that clients without Arrow ask for.

usage: snowflake_server.py PORT ROWS.jsonl

fakesnow wants session parameters, which a client without any leaves out, and answers queries in Arrow only. Snowflake answers a client that asks for it in JSON, and the client of `usage check`
does ask. So the rows of each answer are written here as Snowflake documents them: every value a text, truth values 1 and 0,
moments in seconds since 1970. Logging in, sessions, SQL and errors are fakesnow's.

ROWS.jsonl fills the table USAGE.SHARE.USAGE_DATA first, with the column types that a share could have.
"""

import base64
import json
import sys

import fakesnow.server as server
import pyarrow
import uvicorn
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import JSONResponse, Response

port, path = int(sys.argv[1]), sys.argv[2]
NUMBERS = ["USED", "ITEM_QUANTITY", "METER_COST", "METER_QUANTITY", "OVERDRAFT_COUNT"]
WHOLE = ["MAPPED_ENTITLED_COUNT", "USAGE_TIME", "WRITE_TIME", "BORROWED_UNTIL"]
TRUTH = ["PARTIAL", "INCREMENTAL"]


def kind(column):
    if column in NUMBERS:
        return "NUMBER(28, 6)"
    if column in WHOLE:
        return "NUMBER(38, 0)"
    return "BOOLEAN" if column in TRUTH else "VARCHAR"


def cell(value):
    return json.dumps(value) if isinstance(value, (list, dict)) else value


def fill():
    rows = [json.loads(line) for line in open(path)]
    columns = list(rows[0])
    connection = server.shared_fs.connect("USAGE", "SHARE", nop_regexes=None, autocommit=True)
    cursor = connection.cursor()
    cursor.execute(f"CREATE TABLE USAGE_DATA ({', '.join(f'{name} {kind(name)}' for name in columns)})")
    marks = ", ".join(["%s"] * len(columns))
    for row in rows:
        cursor.execute(f"INSERT INTO USAGE_DATA VALUES ({marks})", tuple(cell(row[name]) for name in columns))


class Lenient:
    """Reads JSON for fakesnow, with no session parameters where there are none."""

    dumps = staticmethod(json.dumps)

    @staticmethod
    def loads(text):
        value = json.loads(text)
        if isinstance(value, dict) and isinstance(value.get("data"), dict):
            value["data"].setdefault("SESSION_PARAMETERS", {})
        return value


def spelt(value):
    if value is None:
        return None
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, dict):  # how fakesnow puts a moment into Arrow
        return f"{value['epoch']}.{value.get('fraction', 0):09}"
    return str(value)


class AsJson(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        answer = await call_next(request)
        body = b"".join([part async for part in answer.body_iterator])
        if not request.url.path.endswith("/query-request"):
            return Response(body, answer.status_code, dict(answer.headers))
        told = json.loads(body)
        data = told.get("data") or {}
        data.setdefault("queryId", "01")  # fakesnow gives none to what it refuses
        if data.pop("queryResultFormat", None) == "arrow":
            packed = base64.b64decode(data.pop("rowsetBase64"))
            table = pyarrow.ipc.open_stream(packed).read_all() if packed else None
            columns = [column.to_pylist() for column in table.columns] if table else []
            data["rowset"] = [[spelt(value) for value in row] for row in zip(*columns, strict=True)]
            data["queryResultFormat"] = "json"
            data["returned"] = len(data["rowset"])
        return JSONResponse(told, answer.status_code)


fill()
server.json = Lenient
server.app.add_middleware(AsJson)
print("ready", flush=True)
uvicorn.run(server.app, host="127.0.0.1", port=port, log_level="warning")
