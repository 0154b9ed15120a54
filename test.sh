#!/usr/bin/env bash
# Sets up everything, builds Moebel with its tests and runs them all offscreen; ends with a summary line.
#
#   ./test.sh [ctest options]      for example ./test.sh -L unit, ./test.sh -R store
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/scripts/setup.sh"

prepare_machine
[ -z "${CI:-}" ] || MOEBEL_CMAKE="-DMOEBEL_WERROR=ON"
say "Building (a few minutes the first time) ..."
build release
export QT_QPA_PLATFORM=offscreen LC_ALL=C.UTF-8
cd "$root/build/release"
ctest --output-on-failure --timeout 900 "$@"
[ $# = 0 ] || exit 0
say "Replaying the fuzz corpus under the sanitizers ..."
build asan fuzz_targets
cd "$root/build/asan"
ctest --output-on-failure --timeout 900 -L fuzz
