"""The peer: the same files to the same engine with dlt: dlt_peer.py DATABASE FOLDER events|stations."""

import glob
import json
import sys

import dlt

database, folder, what = sys.argv[1:]


@dlt.resource(name=what, write_disposition="append", max_table_nesting=0)
def rows():
    for path in sorted(glob.glob(folder + "/*")):
        with open(path) as file:
            if what == "events":
                batch = []
                for line in file:
                    batch.append(json.loads(line))
                    if len(batch) == 5000:
                        yield batch
                        batch = []
                yield batch
            else:
                yield [record["fields"] for record in json.load(file)["records"]]


pipeline = dlt.pipeline(
    "peer", destination=dlt.destinations.duckdb(database), dataset_name="bronze",
    pipelines_dir=database + ".dlt",
)
print(pipeline.run(rows()))
