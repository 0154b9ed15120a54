#!/usr/bin/env bash
# Makes the numbers of this folder's README again: three seeds, each with and without the prior loss, and dense full fine-tuning.
#
#   projects/first-expansion/reproduce.sh          after ./run.sh once; about 20 minutes on 2 cores
set -eu
folder="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
moebel="$folder/../../build/release/bin/moebel"
runs="$folder/runs/reproduce"
mkdir -p "$runs"

one() { "$moebel" run "$folder/experiment.toml" --runs "$runs" --name "$@" >"$runs/$1.txt" 2>"$runs/$1.log"; }
for seed in 1 2 3; do
    one "moe-lpr-seed-$seed" --set "seed=$seed"
    one "no-prior-seed-$seed" --set "seed=$seed" --set stage.1.prior_weight=0.0
    one "full-fine-tuning-seed-$seed" --set "seed=$seed" --set preset=full-fine-tuning
done
tail -n 12 "$runs"/*.txt
