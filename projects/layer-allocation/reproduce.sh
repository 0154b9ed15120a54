#!/usr/bin/env bash
# Makes the table of this folder's README again: experts spread evenly, by similarity and against it, with and without classifiers.
#
#   projects/layer-allocation/reproduce.sh [SEED...]     after ./run.sh once; about 15 minutes a seed on 2 cores; default: 1 2 3 4 5
#
# All variants of a seed share its base and its budget of new experts. A run that is finished is not made again, an interrupted one goes
# on. Ends with means and 95 % intervals over the seeds (Student's t), and the differences to the even spread, paired by seed.
# SET="--set PATH=VALUE ..." changes the description of all of them (its words must hold no blanks), RUNS the place of the runs.
set -eu
folder="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
moebel="${MOEBEL:-$folder/../../build/release/bin/moebel}"
runs="${RUNS:-$folder/runs/reproduce}"
[ -x "$moebel" ] || { echo "$moebel is not built: ./run.sh --no-window builds it" >&2; exit 2; }
[ $# -gt 0 ] || set -- 1 2 3 4 5
mkdir -p "$runs"

variants="even even+classifier similarity similarity+classifier reverse reverse+classifier"
without=(--set expansion.classifier_count=0 --set stage.1.classifier_weight=0)
for seed in "$@"; do
    for variant in $variants; do
        name="$variant-seed-$seed"
        table="$runs/$name.txt"
        [ -s "$table" ] && continue
        case $variant in
            even*) rule=uniform ;;
            similarity*) rule=largest-remainder ;;
            reverse*) rule=reverse-similarity ;;
        esac
        options=(--set "expansion.rule=$rule" --set "seed=$seed" --set evaluation.every_steps=0 --set checkpoint.every_steps=0)
        case $variant in *+classifier) ;; *) options+=("${without[@]}") ;; esac
        echo "$variant, seed $seed" >&2
        begun="$(find "$runs" -maxdepth 1 -type d -name "*-${name//+/-}" | sort | tail -n 1)"
        if [ -n "$begun" ]; then
            "$moebel" resume "$begun" >"$table.new" 2>>"$runs/$name.log"
        else
            # shellcheck disable=SC2086
            "$moebel" run "$folder/experiment.toml" --runs "$runs" --name "$name" "${options[@]}" ${SET:-} ${THREADS:+--threads "$THREADS"} \
                >"$table.new" 2>"$runs/$name.log"
        fi
        mv "$table.new" "$table"
    done
done

for variant in $variants; do
    for seed in "$@"; do
        "$moebel" show "$(tail -n 1 "$runs/$variant-seed-$seed.txt")" --json |
            tr -d ' \n' | sed -n 's/.*"allocation":{"rule":"[^"]*","experts":\[\([0-9,]*\)\].*/\1\n/p'
    done | sort | uniq -c | awk -v v="$variant" '{ printf "%-24s%s (%d seeds)\n", v, $2, $1 }'
done

# "original  mean  2.146  2.774  2.206": the base, after stage 1, after the review.
for seed in "$@"; do
    for variant in $variants; do sed "s/^/$variant $seed /" "$runs/$variant-seed-$seed.txt"; done
done | awk '
    BEGIN { split("12.706 4.303 3.182 2.776 2.571 2.447 2.365 2.306 2.262", t) }
    function add(name, value) { sum[name] += value; square[name] += value * value; count[name]++ }
    function text(name,    n, m, v) {
        n = count[name]; m = sum[name] / n; v = n > 1 ? (square[name] - n * m * m) / (n - 1) : 0
        return n > 1 && n < 11 ? sprintf("%8.3f ± %.3f", m, t[n - 1] * sqrt((v > 0 ? v : 0) / n)) : sprintf("%8.3f", m)
    }
    $4 == "mean" {
        if (!($1 in seen)) { seen[$1]; order[++variants] = $1 }
        add($1 $3 "base", $5); add($1 $3 "stage 1", $6); add($1 $3 "end", $NF)
        end[$1 " " $3 " " $2] = $NF
        if (("even " $3 " " $2) in end) add($1 $3 "difference", $NF - end["even " $3 " " $2])
    }
    END {
        printf "%-24s %16s %16s %16s %16s %16s\n", "bits per byte", "original: base", "stage 1", "end", "expanded: 1", "end"
        for (i = 1; i <= variants; i++) {
            p = order[i]
            printf "%-24s %s %s %s %s %s\n", p, text(p "originalbase"), text(p "originalstage 1"), text(p "originalend"), text(p "expandedstage 1"), text(p "expandedend")
        }
        printf "\n%-24s %16s %16s\n", "end, against even", "original", "expanded"
        for (i = 2; i <= variants; i++) printf "%-24s %s %s\n", order[i], text(order[i] "originaldifference"), text(order[i] "expandeddifference")
    }'
