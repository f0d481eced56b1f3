#!/usr/bin/env bash
# Measures elt, and a peer in turn, on one generated project: see README.md beside this.
#
#   compare.sh parse|compile|check|build MODELS
#
# PEER         the peer's whole command, run inside the project (none: elt alone)
# ELT          the program (default: the release build of this checkout)
# REPETITIONS  runs of each (default 3)
# BENCH_TOOLS  folder of gen_project.py, measure.py and raw_build.py (default ../shared/bench)
# BENCH_DIR    where the work files stay (default: a temporary folder, removed at the end)
# BENCH_PYTHON a Python with the package duckdb, for `build` (default python3)
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
tools=${BENCH_TOOLS:-$root/../shared/bench}
elt=${ELT:-${CARGO_TARGET_DIR:-$root/target}/release/elt}
repetitions=${REPETITIONS:-3}
python=${BENCH_PYTHON:-python3}
threads=4

fail() { echo "error: $*" >&2; exit 2; }

[ $# -eq 2 ] || fail "usage: compare.sh parse|compile|check|build MODELS"
job=$1
models=$2
case "$job" in
parse | compile | check | build) ;;
*) fail "\`$job\` is not a job: parse, compile, check or build" ;;
esac
[ -f "$tools/measure.py" ] || fail "no measuring tools in $tools: set BENCH_TOOLS"
[ -x "$elt" ] || fail "$elt does not exist: run \`make build\`, or set ELT"

if [ -n "${BENCH_DIR:-}" ]; then
    work=$BENCH_DIR
    mkdir -p "$work"
else
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
fi
project=$work/models$models
[ -f "$project/dbt_project.yml" ] || python3 "$tools/gen_project.py" "$models" "$project" >&2

prepare='rm -rf target logs'
elt_arguments=(parse --profiles-dir .)
# What is checked is GoogleSQL; nothing is asked of the account that the profile names.
case "$job" in compile | check) elt_arguments=("$job" --profiles-dir . --target bigquery) ;; esac
if [ "$job" = build ]; then
    # The file name is the catalogue's name, which the generated profile expects to be `bench`.
    mkdir -p "$work/raw"
    [ -f "$work/raw/bench.duckdb" ] || "$python" - "$project/setup_raw.sql" "$work/raw/bench.duckdb" <<'PYTHON' ||
import sys, duckdb
duckdb.connect(sys.argv[2]).execute(open(sys.argv[1]).read())
PYTHON
        fail "\`build\` needs a Python with the package duckdb: set BENCH_PYTHON"
    prepare="$prepare bench.duckdb*; cp ../raw/bench.duckdb bench.duckdb"
    elt_arguments=(build --profiles-dir . --threads "$threads")
fi

# A run of `sh -c true` is too short to be seen in the figures.
run() {
    python3 "$tools/measure.py" "$1" 1 "$project" -- sh -c "exec $2" | tee -a "$work/runs"
}

: >"$work/runs"
for _ in $(seq "$repetitions"); do
    (cd "$project" && sh -c "$prepare")
    run elt "'$elt' ${elt_arguments[*]}"
    if [ "$job" = build ] && [ -f "$project/target/manifest.json" ]; then
        mkdir -p "$work/floor"
        cp "$work/raw/bench.duckdb" "$work/floor/bench.duckdb"
        "$python" "$tools/raw_build.py" "$project" "$project/target/manifest.json" \
            "$work/floor/bench.duckdb" "$threads" | sed 's/^/engine alone\t/'
    fi
    if [ -n "${PEER:-}" ]; then
        (cd "$project" && sh -c "$prepare")
        run peer "$PEER"
    fi
done

awk -F '\t' '
    { for (i = 3; i <= NF; i++) { split($i, part, " ")
          if (part[1] == "exit" && part[2] != 0) failed[$1] = part[2]
          if (part[1] ~ /^(wall|cpu|peak_mib)$/ && (!(($1, part[1]) in least) || part[2] < least[$1, part[1]]))
              least[$1, part[1]] = part[2] } seen[$1] = 1 }
    END {
        split("cpu peak_mib wall", names, " ")
        for (who in seen) {
            printf "least\t%s", who
            for (i = 1; i <= 3; i++) printf "\t%s %s", names[i], least[who, names[i]]
            print (who in failed) ? "\tFAILED, exit " failed[who] : ""
        }
        if ("peer" in seen) {
            printf "elt/peer"
            for (i = 1; i <= 3; i++) printf "\t%s %.4f", names[i], least["elt", names[i]] / least["peer", names[i]]
            print ""
        }
        for (who in failed) exit 1
    }' "$work/runs"
