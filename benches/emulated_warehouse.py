"""The raw tables of a generated project on a BigQuery emulator, and two warehouses compared.

    emulated_warehouse.py fill URL PROJECT SETUP_RAW_SQL
    emulated_warehouse.py compare URL PROJECT OTHER_PROJECT

`fill` makes the tables that SETUP_RAW_SQL (DuckDB's SQL) describes. `compare` ends with 1 where the
datasets of the two projects do not hold the same tables with the same columns and rows.
"""
import json
import re
import sys
import urllib.request

RAW = re.compile(r"create or replace table (\w+)\.(\w+) as .*\(i \+ (\d+)\) % 4.*range\((\d+)\)")
STATUSES = "['Active', 'inactive ', 'pending', 'CLOSED']"


class Failure(Exception):
    """What the emulator says of a statement that is wrong."""


def call(url, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{url}/bigquery/v2/{path}", data, {"content-type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def query(url, project, sql):
    """The rows of a statement, as texts."""
    job = call(url, f"projects/{project}/jobs", {"configuration": {"query": {"query": sql, "useLegacySql": False}}})
    if error := job["status"].get("errorResult"):
        raise Failure(f"{error['message']}\n{sql}")
    path, rows, page = f"projects/{project}/queries/{job['jobReference']['jobId']}", [], ""
    while page is not None:
        answer = call(url, f"{path}?pageToken={page}" if page else path)
        rows += [[cell["v"] for cell in row["f"]] for row in answer.get("rows") or []]
        page = answer.get("pageToken")
    return rows


def fill(url, project, file):
    with open(file, encoding="utf-8") as lines:
        for line in lines:
            if found := re.match(r"create schema if not exists (\w+);", line):
                query(url, project, f"create schema if not exists `{project}`.{found[1]}")
            elif found := RAW.match(line):
                schema, table, shift, rows = found.groups()
                query(url, project, f"""create or replace table `{project}`.{schema}.{table} as select
                    i as id, div(i, 3) as parent_id, {STATUSES}[offset(mod(i + {shift}, 4))] as status,
                    concat('name ', cast(i as string)) as name, mod(i * 37 + {shift}, 100000) as amount_cents,
                    date_add(date '2024-01-01', interval mod(i, 300) day) as created_date,
                    timestamp_add(timestamp '2024-01-01 00:00:00+00', interval i minute) as updated_at,
                    mod(i, 50) = 49 as is_deleted
                    from unnest(generate_array(0, {int(rows) - 1})) as i""")
            elif line.strip():
                raise SystemExit(f"error: not known: {line}")


def names(url, project):
    """The tables and views of a project; staging tables do not count."""
    for dataset in call(url, f"projects/{project}/datasets").get("datasets", []):
        dataset = dataset["datasetReference"]["datasetId"]
        if dataset.startswith("_"):
            continue
        for table in call(url, f"projects/{project}/datasets/{dataset}/tables?maxResults=100000").get("tables", []):
            table = table["tableReference"]["tableId"]
            if "__dbt_tmp" not in table:
                yield dataset, table


def rows(url, project, name):
    """The rows as sorted JSON texts, which name the columns; None: there is no such table."""
    try:
        place = ".".join(f"`{part}`" for part in (project, *name))
        return sorted(row[0] for row in query(url, project, f"select to_json_string(t) from {place} as t"))
    except Failure:
        return None


def compare(url, one, other):
    # The emulator lists no table that was renamed, and yet reads it.
    all_names = sorted({*names(url, one), *names(url, other)})
    count, differ = 0, 0
    for name in all_names:
        left, right = rows(url, one, name), rows(url, other, name)
        count += len(left or [])
        if left != right:
            differ += 1
            told = ["not there" if side is None else f"{len(side)} rows" for side in (left, right)]
            print(f"differs: {'.'.join(name)}: {told[0]}, {told[1]}")
    print(f"{len(all_names)} tables and views, {count} rows, {differ} differ")
    raise SystemExit(1 if differ or not all_names else 0)


if __name__ == "__main__":
    {"fill": fill, "compare": compare}[sys.argv[1]](*sys.argv[2:])
