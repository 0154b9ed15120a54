#!/usr/bin/env bash
# Small pictures of every page of the window, some of which README.md shows: scripts/pictures.sh [PROJECT] [FOLDER]
#
# PROJECT has finished runs (projects/first-expansion after ./run.sh) or is the folder of one; FOLDER is core/doc/pictures without
# one. Needs no display.
# Every picture is light, 1100x700, and named after its page: runs.png, experiment.png, live.png, routing.png,
# routing-all-languages.png, compare.png, compare-curves.png, models.png, tokenizer.png.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
project=${1:-$here/projects/first-expansion}
folder=${2:-$here/core/doc/pictures}
window=$here/build/release/bin/moebel-workbench

[ -x "$window" ] || { echo "$window is missing: ./run.sh builds it" >&2; exit 1; }
mkdir -p "$folder"
for page in runs experiment live routing routing/all-languages compare compare/curves models tokenizer; do
    QT_QPA_PLATFORM=offscreen "$window" "$project" --theme light --size 1100x700 --screenshot "$page" "$folder/${page//\//-}.png"
done
