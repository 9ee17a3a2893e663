# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Running the suites.

# test_sets LABEL...: the package sets that these suites need.
test_sets() {
    local label sets="build check"
    for label in "$@"; do
        case "$label" in all | lab) sets="build check lab" ;; esac
    done
    printf '%s' "$sets"
}

# run_ctest ARGUMENTS...: shows ctest's output and repeats its closing counts as the last line.
run_ctest() {
    local log=build/test.log code=0
    ctest --test-dir build/dev --output-on-failure --no-tests=error -j "$JOBS" "$@" 2>&1 | tee "$log" || code=$?
    [ -s "$log" ] && { grep -E '^ *[0-9]+% tests passed' "$log" | tail -n 1 || true; }
    return "$code"
}

dev_test() {
    local labels=() options=()
    while [ $# -gt 0 ]; do
        case "$1" in
            --only) labels+=("${2:?--only needs a label: unit, contract, sim, fuzz, tidy, lab}"); shift ;;
            *) options+=("$1") ;;
        esac
        shift
    done
    # shellcheck disable=SC2046
    need_packages $(test_sets "${labels[@]:-all}")
    timed "building (dev)" build_preset dev
    case " ${labels[*]:-all} " in
        *" all "* | *" lab "*)
            timed "building (release)" build_preset release
            timed "preparing the guest" python3 tests/lab/lab.py --image
            ;;
    esac
    if [ ${#labels[@]} -gt 0 ]; then
        options+=(-L "^($(IFS='|'; printf '%s' "${labels[*]}"))")
    fi
    say "running the suites"
    run_ctest "${options[@]}"
}

dev_sim() {
    need_packages build check
    timed "building the simulation" build_preset dev sim_run
    exec build/dev/bin/sim_run "$@"
}
