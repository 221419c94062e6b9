"""fakesnow's server, with what the driver for Node asks of it and that for Python does not: rows as JSON instead of Arrow, several
statements in one request, and what happens to a transaction when something fails. Also with what dlt asks of it, so that
`bench/load.ts` can count that. Arguments: the port.
"""

import gzip
import importlib
import json
import re
import sys
import uuid
from base64 import b64decode
from urllib.parse import unquote

import duckdb
import pyarrow as pa
import sqlglot
import uvicorn
from fakesnow.cursor import FakeSnowflakeCursor
from snowflake.connector.errors import ProgrammingError
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

# fakesnow's own functions of these names hide them.
server = importlib.import_module("fakesnow.server")
copying = importlib.import_module("fakesnow.copy_into")

# What each statement of a request has answered, by its id.
results = {}


def to_text(value, kind):
    """A value as Snowflake writes it in a rowset."""
    if value is None:
        return None
    if kind == "date":
        return str(value.toordinal() - 719163)
    if kind.startswith("timestamp"):
        seconds, nanos = value["epoch"], value["fraction"]
        if seconds is None:
            return None
        total = seconds * 10**9 + nanos
        text = f"{'-' if total < 0 else ''}{abs(total) // 10**9}.{abs(total) % 10**9:09d}"
        return f"{text} {value['timezone']}" if kind == "timestamp_tz" else text
    if kind == "boolean":
        return "1" if value else "0"
    if kind == "real":
        return repr(value)
    return format(value, "f") if hasattr(value, "as_tuple") else str(value)


def to_rowset(data):
    """Rows as texts in place of Arrow."""
    encoded = data.pop("rowsetBase64", None)
    if encoded is None:
        return {**data, "returned": len(data.get("rowset") or [])}
    rows = []
    if encoded:
        table = pa.ipc.open_stream(b64decode(encoded)).read_all()
        kinds = [column["type"] for column in data["rowtype"]]
        columns = [
            [to_text(value, kind) for value in column.to_pylist()]
            for column, kind in zip(table.columns, kinds, strict=True)
        ]
        rows = [list(row) for row in zip(*columns, strict=True)]
    return {**data, "queryResultFormat": "json", "rowset": rows, "returned": len(rows)}


def to_stage(info):
    """With a token for the whole stage, as Snowflake gives it in Google's cloud; fakesnow signs one address for each file."""
    endpoint, path = unquote(info["presignedUrl"]).split("/fs_bucket/")
    return {
        "locationType": "GCS",
        "endPoint": f"{endpoint}/fs_bucket",
        "location": path.rpartition("/")[0],
        "region": "",
        "creds": {"GCS_ACCESS_TOKEN": "none"},
    }


def to_answer(body, client):
    data = body.get("data")
    if not data:
        return body
    # The driver for Python takes the signed address.
    if data.get("command") == "UPLOAD" and client.startswith("JavaScript"):
        data.update(overwrite=True, sourceCompression="gzip", stageInfo=to_stage(data["stageInfo"]))
    for column in data.get("rowtype") or []:
        column["nullable"] = True
    answer = {**body, "data": to_rowset(data)}
    results[data.get("queryId")] = answer
    return answer


run_in_fakesnow = FakeSnowflakeCursor.execute


def execute(cursor, command, *args, **kwargs):
    """What DuckDB says, in Snowflake's numbers."""
    try:
        if command.startswith("merge into "):
            return merge(cursor, command)
        return run_in_fakesnow(cursor, command, *args, **kwargs)
    except duckdb.TransactionException as error:
        # Snowflake would wait for the other transaction.
        message = f"Statement has locked table, and this lock has not yet been released: {error}"
        raise ProgrammingError(msg=message, errno=625, sqlstate="57014") from None
    except duckdb.Error as error:
        raise ProgrammingError(msg=str(error), errno=100000, sqlstate="22000") from None


def merge(cursor, command):
    """By DuckDB's own statement: fakesnow's way over a table of its own is not for a transaction."""
    cursor._duck_conn.execute(sqlglot.transpile(command, read="snowflake", write="duckdb")[0])
    return run_in_fakesnow(cursor, "select 'merged' as status")


FakeSnowflakeCursor.execute = execute


inserts_in_fakesnow = copying._inserts


def insert_by_name(expr, params, *args):
    """What MATCH_BY_COLUMN_NAME asks for, which fakesnow does with Parquet only."""
    inserts = inserts_in_fakesnow(expr, params, *args)
    if params.match_by_column_name != copying.MatchByColumnName.NONE:
        for insert in inserts:
            insert.set("by_name", True)
            for read in insert.find_all(sqlglot.exp.Anonymous):
                if read.this.lower() == "read_json_objects":
                    read.set("this", "read_json")
    return inserts


copying._inserts = insert_by_name


def adapt(sql):
    """Tables of a session lie in no schema of DuckDB's: River's are known by their names. fakesnow has no parameters of a session."""
    if sql.startswith("alter session set "):
        return "select 'Statement executed successfully.' as status"
    # Snowflake takes both with and without quotes, and commas between options; fakesnow neither.
    sql = re.sub(r"^(PUT '[^']*') '(@[^']*)'", r"\1 \2", sql)
    sql = re.sub(r"(MATCH_BY_COLUMN_NAME ?= ?)'(\w+)'", r"\1\2", sql)
    sql = re.sub(r"FILE_FORMAT = \(TYPE = '(JSON|PARQUET)', [^)]*\)", r"FILE_FORMAT = (TYPE = '\1')", sql)
    return passing.sub(r'"\1"', sql.replace("current_role()", "'RIVER'"))


passing = re.compile(r'"[^"]+"\."(RIVER_(?:ROWS|STAGING)_[0-9A-Za-z_]+)"')


async def run(request, body):
    """One statement, as fakesnow answers it."""
    sent = json.dumps({**body, "sqlText": adapt(body["sqlText"])}).encode()

    async def receive():
        return {"type": "http.request", "body": sent, "more_body": False}

    headers = [pair for pair in request.scope["headers"] if pair[0] not in (b"content-encoding", b"content-length")]
    response = await server.query_request(Request({**request.scope, "headers": headers}, receive))
    return to_answer(json.loads(response.body), request.headers.get("user-agent", ""))


async def query(request):
    raw = await request.body()
    if request.headers.get("content-encoding") == "gzip":
        raw = gzip.decompress(raw)
    body = json.loads(raw)
    count = (body.get("parameters") or {}).get("MULTI_STATEMENT_COUNT", 1)
    # As `ScriptDriver.transact` writes them, and dlt, which says 0: it may be any number.
    statements = [body["sqlText"]] if count == 1 else body["sqlText"].removesuffix(";").split(";\n")
    if len(statements) == 1 and count in (0, 1):
        return JSONResponse(await run(request, {**body, "sqlText": statements[0]}))
    if count not in (0, len(statements)):
        message = f"Actual statement count {len(statements)} did not match the desired statement count {count}."
        code = "000008"
        return JSONResponse({"data": {"errorCode": code, "sqlState": "0A000"}, "code": code, "message": message, "success": False})
    ids = []
    for statement in statements:
        answer = await run(request, {**body, "sqlText": statement})
        # What was done before it stays as it is, and a transaction open.
        if not answer["success"]:
            return JSONResponse(answer)
        ids.append(answer["data"]["queryId"])
    data = {
        "queryId": str(uuid.uuid4()),
        "resultIds": ",".join(ids),
        "resultTypes": ",".join("4096" for _ in ids),
        "rowtype": [],
        "rowset": [],
        "total": 0,
        "returned": 0,
        "parameters": [],
        "queryResultFormat": "json",
    }
    return JSONResponse({"data": data, "success": True, "code": None, "message": None})


async def result(request):
    return JSONResponse(results[request.path_params["id"]])


async def telemetry(_request):
    return JSONResponse({"data": None, "success": True})


server.app.router.routes[:0] = [
    Route("/queries/v1/query-request", query, methods=["POST"]),
    Route("/queries/{id}/result", result, methods=["GET"]),
    Route("/telemetry/send", telemetry, methods=["POST"]),
]

if __name__ == "__main__":
    uvicorn.run(server.app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
