#!/usr/bin/env bash
# Sets up everything, builds Moebel, runs an experiment and writes its report.
#
#   ./run.sh [--no-window] [--quick] [--cuda] [EXPERIMENT.toml]
#
# Without a file it runs projects/first-expansion: a small model that knows English, Spanish and Chinese grows to Greek,
# Hungarian and Turkish on real text, in a few minutes on two cores. --quick takes the quick.toml beside the experiment.
# --cuda fetches what LibTorch needs to compute on an NVIDIA GPU.
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/scripts/setup.sh"

window=1
quick=0
cuda=0
experiment=""
for argument in "$@"; do
    case "$argument" in
        --no-window) window=0 ;;
        --quick) quick=1 ;;
        --cuda) cuda=1 ;;
        -h | --help) sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
        -*) give_up "'$argument' is not an option of run.sh: --no-window, --quick, --cuda and the path of an experiment file are known." ;;
        *) [ -z "$experiment" ] || give_up "one experiment at a time: '$experiment' and '$argument' were given."
           experiment="$argument" ;;
    esac
done
[ -z "$experiment" ] || [ -r "$experiment" ] || give_up "'$experiment' can't be read: give the path of an experiment file."
experiment="${experiment:-$root/projects/first-expansion/experiment.toml}"
folder="$(cd "$(dirname "$experiment")" && pwd)"
if [ "$quick" = 1 ]; then
    experiment="$folder/quick.toml"
    [ -r "$experiment" ] || give_up "there is no quick.toml beside the experiment in $folder: leave --quick out."
fi

prepare_machine
[ "$cuda" = 0 ] || fetch_libtorch_cuda
# What a project needs beside its description: a pretrained model, for example.
if [ -r "$folder/fetch.sh" ]; then . "$folder/fetch.sh"; fi
targets="moebel"
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] && [ "$window" = 1 ]; then targets="moebel moebel-workbench"; else window=0; fi
say "Building (a few minutes the first time) ..."
build release $targets

bin="$root/build/release/bin"
# What this experiment reads and this machine lacks. A description that is wrong is explained by the run itself.
packages="$("$bin/moebel" text "$experiment" --packages 2>/dev/null)" || packages=""
fetch_text $packages
runs="$folder/runs"
# The window opens on the run as soon as its folder is there; the run itself stays in front, so that Ctrl-C stops and saves it.
show_run() {
    while kill -0 "$$" 2>/dev/null; do
        sleep 1
        run="$(find "$runs" -mindepth 1 -maxdepth 2 -name '.*' -prune -o -name experiment.toml -newer "$1" -print 2>/dev/null | head -n 1)"
        [ -z "$run" ] || exec "$bin/moebel-workbench" "$(dirname "$run")" --workspace Train
    done
}
if [ "$window" = 1 ]; then
    before="$(mktemp)"
    trap 'rm -f "$before"' EXIT
    show_run "$before" >/dev/null 2>&1 &
fi
status=0
output="$("$bin/moebel" run "$experiment")" || status=$?
printf '%s\n' "$output"
run="$(printf '%s\n' "$output" | tail -n 1)"
[ -d "$run" ] || exit "$status"
"$bin/moebel" report "$run" --out "$run/report.html" >/dev/null && say "Report: $run/report.html"
exit "$status"
