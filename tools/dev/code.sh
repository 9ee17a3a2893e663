# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The form of the code.

cpp_files() { git ls-files -co --exclude-standard '*.cpp' '*.h'; }
shell_files() { git ls-files -co --exclude-standard 'dev' '*.sh' 'tests/lab/guest/fast-init' 'tests/lab/guest/run-job' 'packaging/initramfs/*' 'dm-target/initramfs/*' 'dm-target/tools/check-layout' '.ci/run'; }

dev_fix() {
    need_packages check
    cpp_files | xargs -r clang-format -i
    say "the code is in its form"
}

dev_check() {
    need_packages build check
    timed "building (dev)" build_preset dev
    timed "form of the C++ files" sh -c 'xargs -r clang-format --dry-run -Werror' < <(cpp_files)
    timed "shell scripts" sh -c 'xargs -r shellcheck' < <(shell_files)
    run_ctest -L '^(unit|contract|sim|tidy)'
}
