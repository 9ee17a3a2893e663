// SPDX-License-Identifier: GPL-2.0-or-later
// Which settings are in force for a path and for a map.
#include "conf/merge/resolve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/conf/support.h"

namespace mp::conf {
namespace {

using testing::disk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

const Wwid kWwid("3600");

std::shared_ptr<const Config> config(const std::string& text) {
    return Config::build({{"multipath.conf", text}});
}
MapPolicy map(const std::string& text, const model::BlockDevice& device = disk("A", "B")) {
    return config(text)->map_policy(kWwid, device);
}
PathPolicy path(const std::string& text, const model::BlockDevice& device = disk("A", "B")) {
    return config(text)->path_policy(device, kWwid);
}
std::string defaults(const std::string& lines) {
    return "defaults {\n" + lines + "\n}\n";
}
std::string overrides(const std::string& lines) {
    return "overrides {\n" + lines + "\n}\n";
}
std::string device(const std::string& lines) {
    return "devices {\ndevice {\nvendor A\nproduct B\n" + lines + "\n}\n}\n";
}
std::string multipath(const std::string& lines) {
    return "multipaths {\nmultipath {\nwwid 3600\n" + lines + "\n}\n}\n";
}

/// A keyword that may stand at every level, with two values and how to read it.
TEST(Resolve, EachLevelBeatsTheOneBelow) {
    std::string text = defaults("rr_min_io 1");
    EXPECT_EQ(map(text).rr_min_io, 1U);
    text += device("rr_min_io 2");
    EXPECT_EQ(map(text).rr_min_io, 2U);
    text += overrides("rr_min_io 3");
    EXPECT_EQ(map(text).rr_min_io, 3U);
    text += multipath("rr_min_io 4");
    EXPECT_EQ(map(text).rr_min_io, 4U);
}

TEST(Resolve, ProtocolSectionBeatsOverridesForItsTransport) {
    const std::string text =
        "overrides {\n dev_loss_tmo 10\n fast_io_fail_tmo 7\n"
        " protocol {\n type scsi:fcp\n dev_loss_tmo infinity\n eh_deadline 0\n }\n}\n";
    const PathPolicy fcp = path(text);
    EXPECT_EQ(fcp.dev_loss_tmo.kind, TransportTimeout::Kind::infinity);
    EXPECT_EQ(fcp.fast_io_fail_tmo, (TransportTimeout{TransportTimeout::Kind::value, 7}));
    EXPECT_EQ(fcp.eh_deadline, (TransportTimeout{TransportTimeout::Kind::value, 0}));
    model::BlockDevice iscsi = disk("A", "B");
    iscsi.protocol = model::Protocol::scsi_iscsi;
    EXPECT_EQ(path(text, iscsi).dev_loss_tmo,
              (TransportTimeout{TransportTimeout::Kind::value, 10}));
    EXPECT_EQ(path(text, iscsi).eh_deadline, TransportTimeout{});
}

TEST(ResolveMap, HandlerComesFromTheDeviceOnly) {
    EXPECT_THAT(map("").hw_handler, IsEmpty());
    EXPECT_THAT(map(device("hardware_handler \"1 alua\"")).hw_handler, ElementsAre("alua"));
    EXPECT_THAT(map(device("hardware_handler \"2 rdac x\"")).hw_handler, ElementsAre("rdac", "x"));
    EXPECT_THAT(map(device("hardware_handler \"0\"")).hw_handler, IsEmpty());
}

TEST(ResolveMap, QueueFeatureIsAnOldWordForQueueing) {
    using Kind = NoPathRetry::Kind;
    struct Case {
        std::string text;
        NoPathRetry retry;
    };
    const Case cases[] = {
        {"", {Kind::unset, 0}},
        {defaults("features \"1 queue_if_no_path\""), {Kind::queue, 0}},
        {defaults("features \"1 queue_if_no_path\"\nno_path_retry fail"), {Kind::fail, 0}},
        {defaults("features \"1 queue_if_no_path\"") + overrides("no_path_retry 3"),
         {Kind::retries, 3}},
        {defaults("no_path_retry 5") + multipath("features \"1 queue_if_no_path\""),
         {Kind::retries, 5}},
        {defaults("no_path_retry queue"), {Kind::queue, 0}},
    };
    for (const Case& test : cases) {
        EXPECT_EQ(map(test.text).no_path_retry, test.retry) << test.text;
        EXPECT_THAT(map(test.text).features, IsEmpty()) << test.text;
    }
    EXPECT_THAT(map(defaults("features \"4 queue_if_no_path pg_init_retries 5 "
                             "retain_attached_hw_handler\""))
                    .features,
                ElementsAre("pg_init_retries", "5"));
}

TEST(ResolveMap, TheReservationKeyIsAKeyOrTheFile) {
    EXPECT_FALSE(map("").reservation_key);
    EXPECT_EQ(map(defaults("reservation_key 0xABC:aptpl")).reservation_key,
              (ReservationKey{.key = 0xabc, .aptpl = true}));
    EXPECT_EQ(
        map(defaults("reservation_key 12") + multipath("reservation_key file")).reservation_key,
        (ReservationKey{.from_file = true}));
    EXPECT_TRUE(map(defaults("all_tg_pt yes")).all_tg_pt);
}

TEST(ResolveMap, ReadsEveryKindOfValue) {
    const MapPolicy policy =
        map(defaults("mode 0640\nuid 10\ngid 6\nghost_delay 9\nmax_sectors_kb 512\n"
                     "path_selector \"historical-service-time 2 a b\"\nrr_weight priorities\n"
                     "flush_on_last_del never\nuser_friendly_names yes\nalias_prefix disk\n"
                     "deferred_remove yes\nskip_kpartx yes\ndetect_pgpolicy no\n"
                     "detect_pgpolicy_use_tpg yes\nretain_attached_hw_handler no\nrr_min_io_rq 7\n"
                     "path_grouping_policy group_by_node_name\nmarginal_pathgroups on\n"
                     "failback followover") +
            multipath("alias data"));
    EXPECT_EQ(policy.mode, 0640U);
    EXPECT_EQ(policy.uid, 10U);
    EXPECT_EQ(policy.gid, 6U);
    EXPECT_EQ(policy.ghost_delay, Duration(seconds(9)));
    EXPECT_EQ(policy.max_sectors_kb, 512U);
    EXPECT_EQ(policy.selector, "historical-service-time");
    EXPECT_THAT(policy.selector_args, ElementsAre("a", "b"));
    EXPECT_TRUE(policy.rr_weight_priorities);
    EXPECT_EQ(policy.flush_on_last_del, FlushOnLastDel::never);
    EXPECT_TRUE(policy.user_friendly_names);
    EXPECT_EQ(policy.alias_prefix, "disk");
    EXPECT_TRUE(policy.deferred_remove);
    EXPECT_TRUE(policy.skip_kpartx);
    EXPECT_FALSE(policy.detect_pgpolicy);
    EXPECT_TRUE(policy.detect_pgpolicy_use_tpg);
    EXPECT_FALSE(policy.retain_attached_hw_handler);
    EXPECT_EQ(policy.rr_min_io_rq, 7U);
    EXPECT_EQ(policy.grouping, GroupPolicy::group_by_node_name);
    EXPECT_TRUE(policy.marginal_pathgroups);
    EXPECT_EQ(policy.failback.kind, Failback::Kind::followover);
    EXPECT_EQ(policy.alias, "data");
}

TEST(ResolveMap, NumaDistanceIsTakenWhereTheKernelHasIt) {
    struct Case {
        const char* configured;
        bool there;
        unsigned nodes;
        const char* selector;
    };
    const Case cases[] = {
        {"numa-distance 0", true, 1, "numa-distance"},
        {"numa-distance 0", false, 2, "service-time"},
        {"auto", true, 2, "numa-distance"},
        {"auto", true, 1, "service-time"},
        {"auto", false, 2, "service-time"},
        {"round-robin 0", true, 2, "round-robin"},
    };
    for (const Case& test : cases) {
        Environment environment;
        environment.numa_selector = test.there;
        environment.numa_nodes = test.nodes;
        for (const std::string& text :
             {defaults("path_selector \"" + std::string(test.configured) + "\""),
              overrides("path_selector \"" + std::string(test.configured) + "\""),
              multipath("path_selector \"" + std::string(test.configured) + "\"")}) {
            std::shared_ptr<const Config> config =
                Config::build({{"multipath.conf", text}}, environment);
            EXPECT_EQ(config->map_policy(kWwid, disk("A", "B")).selector, test.selector) << text;
            const bool missing = std::string(test.configured) == "numa-distance 0" && !test.there;
            EXPECT_EQ(config->diagnostics().size(), missing ? 1U : 0U) << text;
        }
    }
    EXPECT_THAT(map(defaults("path_selector \"numa-distance 2 penalty 9\"")).selector_args,
                IsEmpty());
}

TEST(ResolveMap, ZeroMeansLeaveTheRequestSizeAlone) {
    EXPECT_EQ(map("", disk("PURE", "FlashArray")).max_sectors_kb, 4096U);
    EXPECT_FALSE(map(overrides("max_sectors_kb 0"), disk("PURE", "FlashArray")).max_sectors_kb);
}

TEST(ResolveMap, MarginalValuesReplaceTheOlderFamilies) {
    const std::string marginal =
        "marginal_path_err_sample_time 120\nmarginal_path_err_rate_threshold 10\n"
        "marginal_path_err_recheck_gap_time 300\nmarginal_path_double_failed_time 60\n";
    const std::string errors =
        "san_path_err_threshold 3\nsan_path_err_forget_rate 4\n"
        "san_path_err_recovery_time 5\n";
    const std::string delays = "delay_watch_checks 8\ndelay_wait_checks 2\n";
    const MapPolicy all = map(defaults(marginal + errors + delays));
    EXPECT_EQ(all.marginal_path_err_sample_time_s, 120U);
    EXPECT_FALSE(all.san_path_err_threshold);
    const MapPolicy older = map(defaults(errors + delays));
    EXPECT_EQ(older.san_path_err_threshold, 3U);
    EXPECT_EQ(older.san_path_err_forget_rate, 4U);
    EXPECT_EQ(older.san_path_err_recovery_time_s, 5U);
    const MapPolicy oldest = map(defaults(delays));
    EXPECT_EQ(oldest.san_path_err_threshold, 1U);
    EXPECT_EQ(oldest.san_path_err_forget_rate, 8U);
    EXPECT_EQ(oldest.san_path_err_recovery_time_s, 40U) << "2 checks at 20 s each";
    const MapPolicy none = map("");
    EXPECT_FALSE(none.san_path_err_threshold);
    EXPECT_FALSE(none.marginal_path_err_sample_time_s);
}

TEST(ResolvePath, IdentifyingPropertyIsFoundInItsOrder) {
    EXPECT_EQ(path("").uid_attribute, "ID_SERIAL");
    EXPECT_TRUE(path("").uid_attribute_built_in);
    EXPECT_TRUE(path("").uid_attribute_is_default);
    std::string text = defaults("uid_attribute D");
    EXPECT_EQ(path(text).uid_attribute, "D");
    EXPECT_FALSE(path(text).uid_attribute_is_default);
    EXPECT_FALSE(path(text).uid_attribute_built_in);
    text += device("uid_attribute H");
    EXPECT_EQ(path(text).uid_attribute, "H");
    text += overrides("uid_attribute O");
    EXPECT_EQ(path(text).uid_attribute, "O");
    text += defaults("uid_attrs \"nvme:N sd:S sdab:T\"");
    EXPECT_EQ(path(text).uid_attribute, "S");
    model::BlockDevice other = disk("A", "B");
    other.name = "dasda";
    EXPECT_EQ(path(text, other).uid_attribute, "O");
    other.name = "sdabc";
    EXPECT_EQ(path(text, other).uid_attribute, "T") << "the longest prefix is the most special one";
}

TEST(ResolvePath, EmptyOrUsualPropertyAllowsTheFallback) {
    EXPECT_TRUE(path(defaults("uid_attribute \"\"")).uid_attribute_is_default);
    EXPECT_TRUE(path(defaults("uid_attribute ID_SERIAL")).uid_attribute_is_default);
    EXPECT_FALSE(path(defaults("uid_attribute ID_SERIAL")).uid_attribute_built_in);
    EXPECT_FALSE(path(defaults("uid_attribute ID_WWN")).uid_attribute_is_default);
    model::BlockDevice nvme = disk("NVME", "Linux");
    nvme.name = "nvme0n1";
    nvme.bus = model::Bus::nvme;
    EXPECT_EQ(path("", nvme).uid_attribute, "ID_WWN");
    EXPECT_TRUE(path("", nvme).uid_attribute_is_default);
    model::BlockDevice dasd = disk("IBM", "S/390 DASD ECKD");
    dasd.name = "dasda";
    dasd.bus = model::Bus::ccw;
    EXPECT_EQ(path("", dasd).uid_attribute, "ID_UID");
    EXPECT_TRUE(path("", dasd).uid_attribute_is_default);
    EXPECT_TRUE(path("", dasd).uid_attribute_built_in);
}

TEST(ResolvePath, ArgumentsComeFromTheLevelOfThePrioritizer) {
    std::string text = defaults("prio weightedpath\nprio_args \"d\"") + device("prio_args \"h\"");
    EXPECT_EQ(path(text).prio, "weightedpath");
    EXPECT_EQ(path(text).prio_args, "d");
    EXPECT_EQ(path(text).device_prio_args, "h");
    text = defaults("prio_args \"d\"") + device("prio alua");
    EXPECT_EQ(path(text).prio, "alua");
    EXPECT_EQ(path(text).prio_args, "");
    text += overrides("prio random\nprio_args \"o\"");
    EXPECT_EQ(path(text).prio, "random");
    EXPECT_EQ(path(text).prio_args, "o");
    text += multipath("prio const");
    EXPECT_EQ(path(text).prio, "const");
    EXPECT_EQ(path(text).prio_args, "");
}

TEST(ResolvePath, CheckerIsConfiguredWhenSomebodyNamedIt) {
    EXPECT_FALSE(path("").checker_configured);
    EXPECT_TRUE(path(defaults("path_checker tur")).checker_configured);
    EXPECT_TRUE(path(device("path_checker directio")).checker_configured);
    EXPECT_EQ(path(device("path_checker directio") + overrides("path_checker none")).checker,
              "none");
}

TEST(ResolvePath, CheckHasATimeLimit) {
    EXPECT_EQ(path("").checker_timeout, seconds(30));
    model::BlockDevice slow = disk("A", "B");
    slow.scsi_timeout_s = 60;
    EXPECT_EQ(path("", slow).checker_timeout, seconds(60));
    EXPECT_EQ(path(defaults("checker_timeout 15"), slow).checker_timeout, seconds(15));
    EXPECT_EQ(path(defaults("checker_timeout 0"), slow).checker_timeout, seconds(60));
}

TEST(ResolveGlobals, ReadsEveryKindOfValue) {
    const Globals globals =
        config(defaults("verbosity 3\nfind_multipaths smart\nfind_multipaths_timeout 4\n"
                        "uxsock_timeout 9000\nuid_attrs \"sd:A dasd:B\"\nchecker_timeout 7\n"
                        "queue_without_daemon yes\nallow_usb_devices yes\nlog_checker_err once\n"
                        "force_sync yes\nstrict_timing yes\nreassign_maps yes\nretrigger_tries 1\n"
                        "retrigger_delay 2\nmissing_uev_wait_timeout 3\nremove_retries 4\n"
                        "auto_resize grow_shrink\npartition_delimiter -part\nenable_foreign nvme\n"
                        "max_fds 100\nmax_retries 2"))
            ->globals();
    EXPECT_EQ(globals.verbosity, 3);
    EXPECT_EQ(globals.find_multipaths, FindMultipaths::smart);
    EXPECT_EQ(globals.find_multipaths_timeout_s, 4);
    EXPECT_EQ(globals.uxsock_timeout, milliseconds(9000));
    EXPECT_THAT(globals.uid_attrs, ElementsAre(Pair("dasd", "B"), Pair("sd", "A")));
    EXPECT_EQ(globals.checker_timeout, Duration(seconds(7)));
    EXPECT_TRUE(globals.queue_without_daemon);
    EXPECT_TRUE(globals.allow_usb_devices);
    EXPECT_TRUE(globals.log_checker_err_once);
    EXPECT_TRUE(globals.force_sync);
    EXPECT_TRUE(globals.strict_timing);
    EXPECT_TRUE(globals.reassign_maps);
    EXPECT_EQ(globals.retrigger_tries, 1);
    EXPECT_EQ(globals.retrigger_delay, seconds(2));
    EXPECT_EQ(globals.missing_uev_wait_timeout, seconds(3));
    EXPECT_EQ(globals.remove_retries, 4);
    EXPECT_EQ(globals.auto_resize, AutoResize::grow_shrink);
    EXPECT_EQ(globals.partition_delimiter, "-part");
    EXPECT_EQ(globals.enable_foreign, "nvme");
    EXPECT_TRUE(globals.show_native_nvme);
    EXPECT_EQ(globals.max_fds, 100U);
    EXPECT_EQ(globals.max_retries, 2U);
}

}  // namespace
}  // namespace mp::conf
