"""Loads pages of JSON with dlt twice, of which the second load replaces the first; `bench/load.ts` starts it. Prints the milliseconds
of the second, from the pages' bytes to committed rows. Whoever counts what is sent is told where it begins and ends.

dlt-load.py <json | arrow> <postgres | bigquery | snowflake> <its url> <folder of pages>
"""
import glob
import json
import os
import resource
import sys
import time
from urllib.parse import urlparse
from urllib.request import urlopen

way, kind, url, folder = sys.argv[1:5]
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"

import dlt  # noqa: E402
import orjson  # noqa: E402

attributes = ["country", "currency", "lifecycle_stage"]
columns = {
    "date": {"data_type": "date"},
    "action_id": {"data_type": "bigint"},
    "recipient_group_id": {"data_type": "bigint"},
    "customer_id": {"data_type": "text"},
    **{name: {"data_type": "text"} for name in attributes},
}


def read(path):
    group = int(os.path.basename(path).split("-")[0])
    with open(path, "rb") as file:
        return group, orjson.loads(file.read())


def as_rows():
    for path in sorted(glob.glob(f"{folder}/*.json")):
        group, rows = read(path)
        yield [
            {
                "date": "2026-01-01",
                "action_id": 12,
                "recipient_group_id": group,
                "customer_id": row["CustomerID"],
                **dict(zip(attributes, row["CustomerAttributes"])),
            }
            for row in rows
        ]


def as_arrow():
    import datetime

    import pyarrow as pa

    for path in sorted(glob.glob(f"{folder}/*.json")):
        group, rows = read(path)
        count = len(rows)
        values = list(zip(*(row["CustomerAttributes"] for row in rows)))
        yield pa.table(
            {
                "date": pa.array([datetime.date(2026, 1, 1)] * count, pa.date32()),
                "action_id": pa.array([12] * count, pa.int64()),
                "recipient_group_id": pa.array([group] * count, pa.int64()),
                "customer_id": pa.array([row["CustomerID"] for row in rows], pa.string()),
                **{name: pa.array(values[at], pa.string()) for at, name in enumerate(attributes)},
            }
        )


def place():
    if kind == "postgres":
        return dlt.destinations.postgres(url)
    if kind == "bigquery":
        import google.auth
        from google.auth.credentials import AnonymousCredentials

        # Google's library takes the emulator's address from here; the emulator signs nobody in, and takes no gzip.
        os.environ["BIGQUERY_EMULATOR_HOST"] = url
        os.environ["DATA_WRITER__DISABLE_COMPRESSION"] = "true"
        google.auth.default = lambda *_args, **_options: (AnonymousCredentials(), "river")
        return dlt.destinations.bigquery(location="US")
    # What dlt does not know goes to Snowflake's own library.
    address = urlparse(url)
    query = {"host": address.hostname, "port": address.port, "protocol": address.scheme}
    names = {"host": "river", "database": "RIVER", "username": "river", "password": "none"}
    return dlt.destinations.snowflake(credentials={**names, "query": query})


def make_pipeline():
    return dlt.pipeline(
        f"river_bench_{way}",
        destination=place(),
        dataset_name=f"dlt_{way}",
        pipelines_dir=os.path.join(folder, "..", f"dlt-{way}"),
    )


def load():
    # Rows of the days that come are deleted before the new ones are inserted.
    customers = dlt.resource(
        as_rows if way == "json" else as_arrow,
        name="customers_by_action",
        columns=columns,
        write_disposition={"disposition": "merge", "strategy": "delete-insert"},
        merge_key="date",
    )
    pipeline = make_pipeline()
    began = time.monotonic()
    pipeline.run(customers())
    return (time.monotonic() - began) * 1000


def tell(mark):
    if kind != "postgres":
        urlopen(f"{url}/{mark}").read()


load()
tell("second")
milliseconds = load()
tell("done")
with make_pipeline().sql_client() as client:
    count = client.execute_sql(f"select count(*) from {client.make_qualified_table_name('customers_by_action')}")[0][0]
peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(json.dumps({"milliseconds": milliseconds, "version": dlt.__version__, "peakKilobytes": peak, "count": count}))
