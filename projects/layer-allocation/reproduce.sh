#!/usr/bin/env bash
# Makes the table of this folder's README again: experts spread evenly, by similarity and against it, with and without classifiers.
#
#   projects/layer-allocation/reproduce.sh [SEED...]     after ./run.sh once; about 15 minutes a seed on 2 cores; default: 1 2 3 4 5
#
# All variants of a seed share its base and its budget of new experts. A run that is finished is not made again. Ends with means and
# 95 % intervals over the seeds (Student's t).
set -eu
folder="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
moebel="${MOEBEL:-$folder/../../build/release/bin/moebel}"
runs="${RUNS:-$folder/runs/reproduce}"
[ -x "$moebel" ] || { echo "$moebel is not built: ./run.sh --no-window builds it" >&2; exit 2; }
[ $# -gt 0 ] || set -- 1 2 3 4 5
mkdir -p "$runs"

without=(--set expansion.classifier_count=0 --set stage.1.classifier_weight=0)
for seed in "$@"; do
    for variant in even even+classifier similarity similarity+classifier reverse reverse+classifier; do
        table="$runs/$variant-seed-$seed.txt"
        [ -s "$table" ] && continue
        case $variant in
            even*) rule=(--set 'expansion.rule="manual"' --set expansion.total=0 --set 'expansion.experts=[3,2,3,2,3,2,3,2]') ;;
            similarity*) rule=(--set 'expansion.rule="largest-remainder"') ;;
            reverse*) rule=(--set 'expansion.rule="reverse-similarity"') ;;
        esac
        case $variant in *+classifier) ;; *) rule+=("${without[@]}") ;; esac
        echo "$variant, seed $seed" >&2
        "$moebel" run "$folder/experiment.toml" --runs "$runs" --name "$variant-seed-$seed" --set "seed=$seed" "${rule[@]}" \
            --set evaluation.every_steps=0 --set checkpoint.every_steps=0 ${THREADS:+--threads "$THREADS"} \
            >"$table.new" 2>"$runs/$variant-seed-$seed.log"
        mv "$table.new" "$table"
    done
done

for variant in even even+classifier similarity similarity+classifier reverse reverse+classifier; do
    sed -n 's/^experts per layer: \([0-9 ]*\),.*/\1/p' "$runs/$variant-seed-"*.log | sort | uniq -c |
        awk -v v="$variant" '{ n = $1; $1 = ""; printf "%-24s%s (%d seeds)\n", v, $0, n }'
done

# "original  mean  2.146  2.774  2.206": the base, after stage 1, after the review.
awk '
    BEGIN { split("12.706 4.303 3.182 2.776 2.571 2.447 2.365 2.306 2.262", t) }
    function add(name, value) { sum[name] += value; square[name] += value * value; count[name]++ }
    function text(name,    n, m, v) {
        n = count[name]; m = sum[name] / n; v = n > 1 ? (square[name] - n * m * m) / (n - 1) : 0
        return n > 1 && n < 11 ? sprintf("%8.3f ± %.3f", m, t[n - 1] * sqrt((v > 0 ? v : 0) / n)) : sprintf("%8.3f", m)
    }
    FNR == 1 { variant = FILENAME; sub(/.*\//, "", variant); sub(/-seed-.*/, "", variant); if (!(variant in seen)) { seen[variant]; order[++variants] = variant } }
    $2 == "mean" { add(variant $1 "base", $3); add(variant $1 "stage 1", $4); add(variant $1 "end", $NF) }
    END {
        printf "%-24s %16s %16s %16s %16s %16s\n", "bits per byte", "original: base", "stage 1", "end", "expanded: 1", "end"
        for (i = 1; i <= variants; i++) {
            p = order[i]
            printf "%-24s %s %s %s %s %s\n", p, text(p "originalbase"), text(p "originalstage 1"), text(p "originalend"), text(p "expandedstage 1"), text(p "expandedend")
        }
    }' "$runs"/*-seed-*.txt
