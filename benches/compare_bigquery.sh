#!/usr/bin/env bash
# Measures elt, and a peer in turn, on one generated project against a BigQuery emulator: a first
# build and a later one. Then compares what both have built: see README.md beside this.
#
#   compare_bigquery.sh MODELS
#
# PEER         the peer's whole command, run inside the project (none: elt alone)
# ELT          the program (default: the release build of this checkout)
# REPETITIONS  first and later builds of each (default 3)
# BENCH_TOOLS  folder of gen_project.py and measure.py (default ../shared/bench)
# BENCH_DIR    where the work files stay (default: a temporary folder, removed at the end)
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
tools=${BENCH_TOOLS:-$root/../shared/bench}
elt=${ELT:-${CARGO_TARGET_DIR:-$root/target}/release/elt}
repetitions=${REPETITIONS:-3}
threads=4

fail() { echo "error: $*" >&2; exit 2; }

[ $# -eq 1 ] || fail "usage: compare_bigquery.sh MODELS"
models=$1
[ -f "$tools/measure.py" ] || fail "no measuring tools in $tools: set BENCH_TOOLS"
[ -x "$elt" ] || fail "$elt does not exist: run \`make build\`, or set ELT"
"$root/script/bigquery-emulator/setup" >/dev/null

temporary=$(mktemp -d)
work=${BENCH_DIR:-$temporary}
mkdir -p "$work"
project=$work/models$models
[ -f "$project/dbt_project.yml" ] || python3 "$tools/gen_project.py" "$models" "$project" --rows 200 >&2
cat >"$project/profiles.yml" <<'YAML'
bench:
  target: emulator
  outputs:
    emulator:
      type: bigquery
      method: oauth-secrets
      token: none
      project: "{{ env_var('BENCH_PROJECT') }}"
      dataset: analytics
      threads: 4
      api_endpoint: "{{ env_var('BENCH_URL') }}"
YAML

# The emulator ends with this script: its stdin closes then.
mkfifo "$temporary/life" "$temporary/told"
"$root/script/bigquery-emulator/run" any-project <"$temporary/life" >"$temporary/told" &
exec 3>"$temporary/life"
trap 'exec 3>&-; rm -rf "$temporary"' EXIT
read -r told <"$temporary/told"
BENCH_URL=$(sed -n 's/.*"url": "\(.*\)".*/\1/p' <<<"$told")
[ -n "$BENCH_URL" ] || fail "the emulator does not start: $told"
export BENCH_URL

# A run of `sh -c true` is too short to be seen in the figures.
run() {
    BENCH_PROJECT=$2 python3 "$tools/measure.py" "$1" 1 "$project" -- sh -c "exec $3" | tee -a "$work/runs"
}

: >"$work/runs"
for repetition in $(seq "$repetitions"); do
    for who in elt ${PEER:+peer}; do
        warehouse=$who-$repetition
        python3 "$root/benches/emulated_warehouse.py" fill "$BENCH_URL" "$warehouse" "$project/setup_raw.sql"
        command="'$elt' build --profiles-dir . --threads $threads"
        [ "$who" = elt ] || command=$PEER
        (cd "$project" && rm -rf target logs)
        run "$who first" "$warehouse" "$command"
        run "$who later" "$warehouse" "$command"
    done
    if [ -n "${PEER:-}" ]; then
        python3 "$root/benches/emulated_warehouse.py" compare "$BENCH_URL" "elt-$repetition" "peer-$repetition"
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
        split("first later", builds, " ")
        for (b = 1; b <= 2; b++) if (("peer " builds[b]) in seen) {
            printf "elt/peer, %s build", builds[b]
            for (i = 1; i <= 3; i++)
                printf "\t%s %.4f", names[i], least["elt " builds[b], names[i]] / least["peer " builds[b], names[i]]
            print ""
        }
        for (who in failed) exit 1
    }' "$work/runs"
