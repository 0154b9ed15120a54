#!/usr/bin/env bash
# Makes the table of this folder's README: both rounds, and bits per byte of original, earlier and new languages before and after.
#
#   projects/lifelong/reproduce.sh [SEED...]     after ./run.sh once; about 6 minutes a seed on 2 cores; default: 1 2 3
#
# A run that is finished is not made again, an interrupted one goes on. Means and 95 % intervals over the seeds (Student's t).
# SET="--set PATH=VALUE ..." changes the description of both rounds (its words must hold no blanks), RUNS the place of the runs.
set -eu
folder="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
moebel="${MOEBEL:-$folder/../../build/release/bin/moebel}"
runs="${RUNS:-$folder/runs/reproduce}"
[ -x "$moebel" ] || { echo "$moebel is not built: ./run.sh --no-window builds it" >&2; exit 2; }
[ $# -gt 0 ] || set -- 1 2 3
mkdir -p "$runs"

# make NAME EXPERIMENT OPTION...: leaves the table of the run, with its folder as the last line, as NAME.txt.
make() {
    name="$1" experiment="$2"
    shift 2
    [ ! -s "$runs/$name.txt" ] || return 0
    echo "$name" >&2
    begun="$(find "$runs" -maxdepth 1 -type d -name "*-$name" | sort | tail -n 1)"
    if [ -n "$begun" ]; then
        "$moebel" resume "$begun" >"$runs/$name.txt.new" 2>>"$runs/$name.log"
    else
        # shellcheck disable=SC2086
        "$moebel" run "$folder/$experiment" --runs "$runs" --name "$name" "$@" ${SET:-} ${THREADS:+--threads "$THREADS"} \
            --set checkpoint.every_steps=0 >"$runs/$name.txt.new" 2>"$runs/$name.log"
    fi
    mv "$runs/$name.txt.new" "$runs/$name.txt"
}

for seed in "$@"; do
    make "round-one-seed-$seed" first.toml --set "seed=$seed"
    make "round-two-seed-$seed" experiment.toml --set "seed=$seed" --set "base.path=$(tail -n 1 "$runs/round-one-seed-$seed.txt")"
done

# "earlier  mean  2.146  2.774  2.206": at the base of the round, after stage 1, after the review.
for seed in "$@"; do
    for round in one two; do sed "s/^/$round /" "$runs/round-$round-seed-$seed.txt"; done
done | awk '
    BEGIN { split("12.706 4.303 3.182 2.776 2.571 2.447 2.365 2.306 2.262", t); split("base stage_1 end", columns) }
    function add(name, value) { sum[name] += value; square[name] += value * value; count[name]++ }
    function text(name,    n, m, v) {
        n = count[name]; m = sum[name] / n; v = n > 1 ? (square[name] - n * m * m) / (n - 1) : 0
        return n > 1 && n < 11 ? sprintf("%8.3f ± %.3f", m, t[n - 1] * sqrt((v > 0 ? v : 0) / n)) : sprintf("%8.3f", m)
    }
    $3 == "mean" {
        row = sprintf("round %s, %s", $1, $2)
        if (!(row in seen)) { seen[row]; order[++rows] = row }
        for (i = 1; i <= 3; i++) add(row columns[i], $(3 + i))
    }
    END {
        printf "%-24s %16s %16s %16s\n", "bits per byte", "base", "stage 1", "end"
        for (i = 1; i <= rows; i++) printf "%-24s %s %s %s\n", order[i], text(order[i] "base"), text(order[i] "stage_1"), text(order[i] "end")
    }'
