#!/usr/bin/env bash
# Makes the tables of this folder's README again: the groups of each seed, and dense training, random groups and groups by deviation
# at equal tokens.
#
#   projects/language-groups/reproduce.sh [SEED...]     after ./run.sh once; default: 1 2 3 4 5
#
# All variants of a seed share its base. A run that is finished is not made again. Ends with means and 95 % intervals over the seeds
# (Student's t), and with those of the paired differences to dense training.
set -eu
folder="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
moebel="${MOEBEL:-$folder/../../build/release/bin/moebel}"
runs="${RUNS:-$folder/runs/reproduce}"
[ -x "$moebel" ] || { echo "$moebel is not built: ./run.sh --no-window builds it" >&2; exit 2; }
[ $# -gt 0 ] || set -- 1 2 3 4 5
mkdir -p "$runs"

layers='[1, 2, 3]'   # random groups have no probe that could choose them: those of the deviation groups, see the README
for seed in "$@"; do
    for variant in dense random deviation; do
        table="$runs/$variant-seed-$seed.txt"
        [ -s "$table" ] && continue
        file="$folder/experiment.toml"
        rule=()
        case $variant in
            dense) file="$folder/dense.toml" ;;
            random) rule=(--set 'groups.algorithm="random"' --set 'expansion.rule="layers"' --set "expansion.layers=$layers") ;;
            deviation) rule=(--set 'expansion.rule="layers"' --set "expansion.layers=$layers") ;;
        esac
        echo "$variant, seed $seed" >&2
        "$moebel" run "$file" --runs "$runs" --name "$variant-seed-$seed" --set "seed=$seed" "${rule[@]}" \
            --set checkpoint.every_steps=0 ${THREADS:+--threads "$THREADS"} >"$table.new" 2>"$runs/$variant-seed-$seed.log"
        mv "$table.new" "$table"
    done
done

for seed in "$@"; do
    printf 'seed %s:' "$seed"
    tr '\n' ' ' <"$(tail -n 1 "$runs/deviation-seed-$seed.txt")/groups.json" |
        sed 's/.*"groups": \[\(.*\)\], *"smallest_similarity.*/\1/; s/[",]//g; s/  */ /g; s/\[/{/g; s/\]/}/g'
    echo
done

# "expanded  mean  2.774  2.206": the base and the ends of the stages.
awk '
    BEGIN { split("12.706 4.303 3.182 2.776 2.571 2.447 2.365 2.306 2.262", t) }
    function text(sum, square, n,    m, v) {
        m = sum / n; v = n > 1 ? (square - n * m * m) / (n - 1) : 0
        return n > 1 && n < 11 ? sprintf("%8.3f ± %.3f", m, t[n - 1] * sqrt((v > 0 ? v : 0) / n)) : sprintf("%8.3f", m)
    }
    FNR == 1 { name = FILENAME; sub(/.*\//, "", name); variant = name; sub(/-seed-.*/, "", variant); seed = name; sub(/.*-seed-/, "", seed); seeds[seed] }
    $2 == "mean" { value[variant, seed, $1] = $NF }
    END {
        printf "%-12s %18s %18s %24s\n", "bits per byte", "original", "expanded", "expanded less dense"
        split("dense random deviation", order)
        for (i = 1; i <= 3; i++) {
            line = sprintf("%-12s", order[i])
            for (k = 1; k <= 3; k++) {
                sum = square = n = 0
                for (seed in seeds) {
                    x = value[order[i], seed, k == 1 ? "original" : "expanded"] - (k == 3 ? value["dense", seed, "expanded"] : 0)
                    sum += x; square += x * x; n++
                }
                line = line sprintf(" %18s", text(sum, square, n))
            }
            print line
        }
    }' "$runs"/*-seed-*.txt
