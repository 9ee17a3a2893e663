# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Debian's acceptance test of multipath-tools as its own tests run it: as root, in a machine of its own,
# with a folder for what it leaves. It needs find_multipaths greedy, and its services to be there.
# shellcheck source=tests/lab/guest/lib.sh
source /share/guest/lib.sh

acceptance() {
    local unit code
    printf 'defaults {\n    find_multipaths greedy\n}\n' > /etc/multipath.conf
    for unit in tgt open-iscsi iscsid; do
        rm -f "/etc/systemd/system/$unit.service"
    done
    systemctl daemon-reload
    [ -s /etc/iscsi/initiatorname.iscsi ] ||
        echo "InitiatorName=iqn.2026-01.org.example:guest" > /etc/iscsi/initiatorname.iscsi
    systemctl start iscsid || fail "iscsid does not start"
    wait_for "the daemon answers" daemon_answers
    multipathd reconfigure > /dev/null
    export AUTOPKGTEST_ARTIFACTS=/root/artifacts
    mkdir -p $AUTOPKGTEST_ARTIFACTS /root/work
    say "the test begins"
    (cd /root/work && sh /share/source/tgtbasedmpaths) > $RESULTS/acceptance.log 2>&1
    code=$?
    # shellcheck disable=SC2016
    grep -E '^(MP report|UN-plug|Add paths|Restart|Final|size=|[|`]-\+-|[|` ]+- [0-9]+:|.* dm-[0-9]+ |OK|Error)' $RESULTS/acceptance.log
    [ $code = 0 ] || tail -n 40 $RESULTS/acceptance.log
    expect_is "exit code of the test" $code 0
}
