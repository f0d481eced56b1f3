#!/bin/sh
# Lands generated files in bronze on the embedded engine: benches/ingest/run.sh events|stations ROWS
# `PEER_PYTHON=/a/venv/bin/python` (with `dlt[duckdb]`) measures dlt on the same files, in turn.
# `ELT` is the program, `BENCH_DIR` keeps the files. Prints CPU seconds and peak memory of each run.
set -eu
what=$1
rows=$2
here=$(cd "$(dirname "$0")" && pwd)
elt=${ELT:-$here/../../target/release/elt}
work=${BENCH_DIR:-$(mktemp -d)}
mkdir -p "$work"
payloads=$work/$what-$rows
[ -d "$payloads" ] || python3 "$here/$what.py" "$payloads" "$rows"

measured() {
    python3 - "$@" <<'METER'
import os, resource, subprocess, sys, time
begin = time.time()
process = subprocess.Popen(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
said = process.stderr.read()
_, status, usage = os.wait4(process.pid, 0)
if status:
    sys.exit(said.decode())
print(f"{sys.argv[1]}: {usage.ru_utime + usage.ru_stime:.2f} CPU s, {time.time() - begin:.2f} wall s, {usage.ru_maxrss / 1024:.0f} MiB")
METER
}

for run in 1 2 3; do
    project=$work/project
    rm -rf "$project"
    mkdir -p "$project/models"
    printf 'name: bench\nversion: "1.0.0"\n' > "$project/dbt_project.yml"
    if [ "$what" = events ]; then
        feed="format: ndjson, key: event_id, source_ts: event_timestamp"
    else
        feed='records: "$.records[*].fields", key: libelle, source_ts: datemiseajour'
    fi
    cat > "$project/models/_sources.yml" <<SOURCES
sources:
  - name: bench
    schema: bronze
    tables:
      - name: landed
        config: {meta: {ingest: {type: files, path: "$payloads/*", $feed}}}
SOURCES
    (cd "$project" && measured "elt $what $rows" "$elt" ingest)
    if [ -n "${PEER_PYTHON:-}" ] && [ "$run" = 1 ]; then
        rm -rf "$work/peer.duckdb" "$work/peer.duckdb.dlt"
        measured "dlt $what $rows" "$PEER_PYTHON" "$here/dlt_peer.py" "$work/peer.duckdb" "$payloads" "$what"
    fi
done
[ -n "${BENCH_DIR:-}" ] || rm -rf "$work"
