#!/usr/bin/env bash
# Do the tests fail when the code is wrong? Changes one line of the program, builds and runs the tests that should notice, puts the
# line back, and prints which test functions failed. Ends with 1 when a change went unnoticed.
#
#   tests/mutations.sh [NAME...]      after ./test.sh once; about 2 minutes a change on 2 cores; default: all of them
set -eu
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
build="$root/build/release"
[ -f "$build/build.ninja" ] || { echo "$build is not built: ./test.sh builds it" >&2; exit 2; }
git -C "$root" diff --quiet -- core app || { echo "core or app has changes that are not committed: commit or stash them first" >&2; exit 2; }
export QT_QPA_PLATFORM=offscreen LC_ALL=C.UTF-8
unnoticed=0
changed=""
restore() { [ -z "$changed" ] || git -C "$root" checkout -q -- "$changed"; changed=""; }
trap restore EXIT

# mutate NAME FILE SED TEST...: the sed expression must change the file.
mutate() {
    local name="$1" file="$2" expression="$3" test failed functions
    shift 3
    [ -z "$wanted" ] || [[ " $wanted " == *" $name "* ]] || return 0
    changed="$file"
    sed -i "$expression" "$root/$file"
    ! git -C "$root" diff --quiet -- "$file" || { echo "$name: the line is no longer in $file: correct this script" >&2; exit 2; }
    ninja -C "$build" "$@" >/dev/null
    failed=""
    for test in "$@"; do
        functions="$("$build/tests/$test" 2>&1 | grep -c '^FAIL!' || true)"
        [ "$functions" = 0 ] || failed="$failed $test ($functions)"
    done
    printf '%-28s %s\n' "$name" "${failed:-  UNNOTICED}"
    [ -n "$failed" ] || unnoticed=1
    restore
}

wanted="$*"
mutate prior-mask-left-out core/engine/training/routing_losses.cpp 's/isOriginal_T.nonzero()/torch::ones_like(isOriginal_T).nonzero()/' losses_test
mutate prior-mask-shifted core/engine/training/stage_trainer.cpp 's/batch.isOriginal_B.repeat_interleave(batch.ids_BS.size(1));/batch.isOriginal_B.repeat_interleave(batch.ids_BS.size(1)).roll(1);/' stage_trainer_test
mutate freeze-plan-norms-learn core/engine/training/optimizer.cpp 's/group == ParameterGroup::NewExpert ||/group == ParameterGroup::Norm || &/' freeze_plan_test
mutate resume-one-position-early core/engine/runner/stage_run.cpp 's/m_stageStep = state.stageStep;/m_stageStep = state.stageStep - 1;/' runner_test
mutate balance-without-counts core/engine/training/routing_losses.cpp 's/counts_E.to(torch::kFloat32) \* decision/torch::ones_like(counts_E) * decision/' losses_test
mutate classifier-classes-swapped core/engine/training/routing_losses.cpp 's/isOriginal_B.logical_not()/isOriginal_B/' language_classifier_test
mutate base-left-unevaluated core/engine/runner/stage_run.cpp 's/tellKeptBase(m_session, m_decoder, m_text)/Status(Done{})/' base_from_disk_test
mutate full-memory-untold core/engine/training/stage_trainer.cpp 's/reducedTo = m_microBatch;/reducedTo = 0;/' device_faults_run_test
mutate flops-without-recompute core/src/experiment/step_cost.cpp 's/operations \* token.forward \* passes;/operations * token.forward;/' step_cost_test
mutate farthest-group-nearest app/workbench/control/grouping/grouping_quality.cpp 's/mean <= quality.toNearest/mean >= quality.toNearest/' grouping_design_test
exit "$unnoticed"
