#!/usr/bin/env bash
# Sets up everything, builds Moebel with its tests and runs them all offscreen; ends with a summary line.
#
#   ./test.sh [ctest options]      for example ./test.sh -L unit, ./test.sh -R store
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/scripts/setup.sh"

prepare_machine
fetch_text libreoffice-help-{en-us,es,zh-cn,el,hu,tr}  # some tests read real text
[ -z "${CI:-}" ] || MOEBEL_CMAKE="-DMOEBEL_WERROR=ON"
say "Building (a few minutes the first time) ..."
build release
export QT_QPA_PLATFORM=offscreen LC_ALL=C.UTF-8
# Runs the tests of a build; their summary line is kept for the end.
run_tests() {
    local build="$1" log="$cache/test.$1.log"
    shift
    (cd "$root/build/$build" && ctest -j "$(nproc)" --output-on-failure --timeout 900 "$@") 2>&1 | tee "$log"
    local status="${PIPESTATUS[0]}"
    summary="$summary$(grep -E '^[0-9]+% tests passed' "$log" | tail -n 1) ($build); "
    return "$status"
}
summary=""
failed=0
run_tests release "$@" || failed=1
if [ $# = 0 ]; then
    say "Replaying the fuzz corpus and running the kernels under the sanitizers ..."
    build asan fuzz_targets kernel_tests
    run_tests asan -L 'fuzz|kernels' || failed=1
    say "Configuring without the window ..."
    build no-window moebel_base
    summary="${summary}without the window: configured; "
fi
printf 'test.sh: %s\n' "${summary%; }"
exit "$failed"
