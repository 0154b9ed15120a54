#!/usr/bin/env bash
# Makes the table of this folder's README again: three seeds of MoE-LPR, of two ablations, and of two ways without freezing.
#
#   projects/first-expansion/reproduce.sh [SEED...]      after ./run.sh once; about 30 minutes on 2 cores; default: 1 2 3
#
# A run that is finished is not made again. Ends with the mean and the standard deviation over the seeds.
set -eu
folder="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
moebel="$folder/../../build/release/bin/moebel"
runs="$folder/runs/reproduce"
[ -x "$moebel" ] || { echo "$moebel is not built: ./run.sh --no-window builds it" >&2; exit 2; }
[ $# -gt 0 ] || set -- 1 2 3
mkdir -p "$runs"

for seed in "$@"; do
    for preset in moe-lpr moe-lpr-no-prior moe-lpr-random-experts moe full-fine-tuning; do
        table="$runs/$preset-seed-$seed.txt"
        [ -s "$table" ] && continue
        echo "$preset, seed $seed" >&2
        "$moebel" run "$folder/experiment.toml" --runs "$runs" --name "$preset-seed-$seed" --set "seed=$seed" \
            --set "preset=$preset" --set evaluation.every_steps=0 >"$table.new" 2>"$runs/$preset-seed-$seed.log"
        mv "$table.new" "$table"
    done
done

# "original  mean  2.146  2.774  2.206": the base, after stage 1, after the review where there is one.
awk '
    function add(name, value) { sum[name] += value; square[name] += value * value; count[name]++ }
    function text(name,    m, v) {
        m = sum[name] / count[name]; v = square[name] / count[name] - m * m
        if (count[name] > 1) v *= count[name] / (count[name] - 1)
        return sprintf("%8.3f ± %.3f", m, v > 0 ? sqrt(v) : 0)
    }
    FNR == 1 { preset = FILENAME; sub(/.*\//, "", preset); sub(/-seed-.*/, "", preset); if (!(preset in seen)) { seen[preset]; order[++presets] = preset } }
    $2 == "mean" {
        add(preset $1 "base", $3); add(preset $1 "stage 1", $4); add(preset $1 "end", $NF)
        if ($1 == "original") { lost = $4 - $3; back = $4 - $NF } else if (NF > 4) {
            add(preset "restored", 100 * back / lost); add(preset "kept", 100 * ($3 - $NF) / ($3 - $4))
        }
    }
    END {
        printf "%-24s %16s %16s %16s %16s %16s %16s\n", "bits per byte", "original: base", "stage 1", "end", "expanded: end", "restored %", "kept %"
        for (i = 1; i <= presets; i++) {
            p = order[i]
            printf "%-24s %s %s %s %s", p, text(p "originalbase"), text(p "originalstage 1"), text(p "originalend"), text(p "expandedend")
            if ((p "restored") in count) printf " %s %s", text(p "restored"), text(p "kept")
            printf "\n"
        }
    }' "$runs"/*-seed-*.txt
