// SPDX-License-Identifier: GPL-2.0-or-later
// Values of keywords: what is taken, what is refused, what is moved into its range.
#include "conf/schema/value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace mp::conf {
namespace {

using ::testing::HasSubstr;

const Accounts kAccounts{.users = {{"root", 0}, {"oracle", 1001}},
                         .groups = {{"disk", 6}, {"dba", 1002}}};

struct Case {
    const char* name;
    const char* text;
    const char* shown;    ///< as printed again; null: refused
    const char* problem;  ///< a part of the message; null: none
};

constexpr const char* kRefused = nullptr;
constexpr const char* kClean = nullptr;

/// At least one good and, where there can be one, one bad value of every keyword.
constexpr Case kCases[] = {
    {"verbosity", "0", "0", kClean},
    {"verbosity", "9", "4", "too large"},
    {"verbosity", "-1", "0", "too small"},
    {"verbosity", "two", kRefused, "not a number"},
    {"verbosity", "3x", kRefused, "not a number"},
    {"verbosity", "", kRefused, "not a number"},
    {"polling_interval", "1", "1", kClean},
    {"polling_interval", "0", kRefused, "at least 1"},
    {"polling_interval", "-5", kRefused, "at least 1"},
    {"polling_interval", "99999999999999999999", "4294967295", "too large"},
    {"max_polling_interval", "60", "60", kClean},
    {"max_polling_interval", "60s", kRefused, "not a number"},
    {"reassign_maps", "yes", "\"yes\"", kClean},
    {"reassign_maps", "0", "\"no\"", kClean},
    {"reassign_maps", "yess", kRefused, "did you mean 'yes'"},
    {"multipath_dir", "/x", kRefused, kClean},
    {"path_selector", "round-robin 0", "\"round-robin 0\"", kClean},
    {"path_selector", "service-time  2 a  b", "\"service-time 2 a b\"", kClean},
    {"path_selector", " auto ", "\"auto\"", kClean},
    {"path_selector", "numa-distance 0", "\"numa-distance 0\"", kClean},
    {"path_selector", "numa-distance 2 penalty 400", "\"numa-distance 2 penalty 400\"", kClean},
    {"path_selector", "numa-distance 2 penalty 401", kRefused, "2 penalty <0 to 400>"},
    {"path_selector", "numa-distance 2 speed 1", kRefused, "takes no arguments"},
    {"path_selector", "auto 0 1", kRefused, "says 0 words, but 1 follow"},
    {"path_selector", "round-robin", kRefused, "number of arguments is missing"},
    {"path_selector", "round-robin 1", kRefused, "says 1 words, but 0 follow"},
    {"path_selector", "round-robin x", kRefused, "not the number of arguments"},
    {"path_grouping_policy", "group_by_tpg", "\"group_by_tpg\"", kClean},
    {"path_grouping_policy", "multibusfoo", kRefused, "did you mean 'multibus'"},
    {"path_grouping_policy", "zzz", kRefused, "expected one of: failover, multibus"},
    {"uid_attrs", "sd:ID_SERIAL nvme:ID_WWN", "\"sd:ID_SERIAL nvme:ID_WWN\"", kClean},
    {"uid_attrs", "sd:ID_SERIAL bad", "\"sd:ID_SERIAL\"", "'bad' is not of the form"},
    {"uid_attrs", "", kRefused, kClean},
    {"uid_attrs", ":x", kRefused, "is not of the form"},
    {"uid_attribute", "", "\"\"", kClean},
    {"uid_attribute", "ID_WWN", "\"ID_WWN\"", kClean},
    {"getuid_callout", "x", kRefused, kClean},
    {"prio", "alua", "\"alua\"", kClean},
    {"prio", "aula", "\"aula\"", "did you mean 'alua'"},
    {"prio_args", "a \"b\"", "\"a \"\"b\"\"\"", kClean},
    {"features", "0", "\"0\"", kClean},
    {"features", "1 queue_if_no_path", "\"1 queue_if_no_path\"", kClean},
    {"features", "2 pg_init_retries 50", "\"2 pg_init_retries 50\"", kClean},
    {"features", "2 pg_init_retries 51", kRefused, "number from 1 to 50"},
    {"features", "1 pg_init_retries", kRefused, "number from 1 to 50"},
    {"features", "2 pg_init_delay_msecs 60001", kRefused, "number from 0 to 60000"},
    {"features", "4 queue_mode bio pg_init_retries 3", "\"4 queue_mode bio pg_init_retries 3\"",
     kClean},
    {"features", "2 queue_mode fast", kRefused, "bio, rq or mq"},
    {"features", "1 something_new", "\"1 something_new\"", "no feature that is known"},
    {"features", "2 queue_if_no_path", kRefused, "says 2 words, but 1 follow"},
    {"features", "", kRefused, "number of arguments is missing"},
    {"path_checker", "directio", "\"directio\"", kClean},
    {"path_checker", "turr", "\"turr\"", "did you mean 'tur'"},
    {"checker", "tur", "\"tur\"", kClean},
    {"alias_prefix", "disk", "\"disk\"", kClean},
    {"alias_prefix", "a/b", kRefused, "must not hold a '/'"},
    {"failback", "immediate", "\"immediate\"", kClean},
    {"failback", "15", "15", kClean},
    {"failback", "-1", kRefused, "at least 1"},
    {"failback", "0", kRefused, "at least 1"},
    {"failback", "15s", kRefused, "expected a number or one of: manual, immediate"},
    {"rr_min_io", "10", "10", kClean},
    {"rr_min_io", "0", kRefused, "at least 1"},
    {"rr_min_io", "99999999999", "2147483647", "too large"},
    {"rr_min_io_rq", "10x", kRefused, "not a number"},
    {"max_fds", "max", "\"max\"", kClean},
    {"max_fds", "1000", "1000", kClean},
    {"max_fds", "mx", kRefused, "did you mean 'max'"},
    {"rr_weight", "priorities", "\"priorities\"", kClean},
    {"rr_weight", "0", kRefused, "expected one of: uniform, priorities"},
    {"no_path_retry", "fail", "\"fail\"", kClean},
    {"no_path_retry", "0", "\"fail\"", kClean},
    {"no_path_retry", "queue", "\"queue\"", kClean},
    {"no_path_retry", "12", "12", kClean},
    {"no_path_retry", "-1", "1", "too small"},
    {"no_path_retry", "que", kRefused, "expected a number or one of: fail, queue"},
    {"queue_without_daemon", "1", "\"yes\"", kClean},
    {"queue_without_daemon", "true", kRefused, "expected one of: yes, no"},
    {"checker_timeout", "60", "60", kClean},
    {"checker_timeout", "1m", kRefused, "not a number"},
    {"allow_usb_devices", "no", "\"no\"", kClean},
    {"allow_usb_devices", "2", kRefused, "expected one of"},
    {"pg_timeout", "none", kRefused, kClean},
    {"flush_on_last_del", "always", "\"always\"", kClean},
    {"flush_on_last_del", "yes", "\"always\"", "old value"},
    {"flush_on_last_del", "no", "\"unused\"", "old value"},
    {"flush_on_last_del", "0", "\"unused\"", "old value"},
    {"flush_on_last_del", "1", "\"always\"", "old value"},
    {"flush_on_last_del", "alway", kRefused, "did you mean 'always'"},
    {"user_friendly_names", "yes", "\"yes\"", kClean},
    {"user_friendly_names", "Yes", kRefused, "did you mean 'yes'"},
    {"mode", "0640", "0640", kClean},
    {"mode", "640", "0640", kClean},
    {"mode", "1777", kRefused, "octal mode"},
    {"mode", "0648", kRefused, "octal mode"},
    {"mode", "-1", kRefused, "octal mode"},
    {"uid", "10", "012", kClean},
    {"uid", "012", "012", kClean},
    {"uid", "0", "00", kClean},
    {"uid", "oracle", "01751", kClean},
    {"uid", "dba", kRefused, "no user is called 'dba'"},
    {"uid", "09", kRefused, "no user is called"},
    {"uid", "4294967295", kRefused, "no user is called"},
    {"gid", "disk", "06", kClean},
    {"gid", "root", kRefused, "no group is called 'root'"},
    {"fast_io_fail_tmo", "off", "off", kClean},
    {"fast_io_fail_tmo", "0", "0", kClean},
    {"fast_io_fail_tmo", "5", "5", kClean},
    {"fast_io_fail_tmo", "of", kRefused, "did you mean 'off'"},
    {"dev_loss_tmo", "infinity", "\"infinity\"", kClean},
    {"dev_loss_tmo", "4294967295", "\"infinity\"", kClean},
    {"dev_loss_tmo", "99999999999", "\"infinity\"", "too large"},
    {"dev_loss_tmo", "600", "600", kClean},
    {"dev_loss_tmo", "30x", kRefused, "expected a number or one of: infinity"},
    {"dev_loss_tmo", "-1", kRefused, "at least 1"},
    {"dev_loss_tmo", "0", kRefused, "at least 1"},
    {"eh_deadline", "off", "off", kClean},
    {"eh_deadline", "never", kRefused, "expected a number or one of: off"},
    {"max_retries", "5", "5", kClean},
    {"max_retries", "6", "5", "too large"},
    {"bindings_file", "/x", kRefused, kClean},
    {"wwids_file", "/x", kRefused, kClean},
    {"prkeys_file", "/x", kRefused, kClean},
    {"log_checker_err", "once", "\"once\"", kClean},
    {"log_checker_err", "twice", kRefused, "expected one of: always, once"},
    {"reservation_key", "0xABC", "0xabc", kClean},
    {"reservation_key", "123:aptpl", "0x123:aptpl", kClean},
    {"reservation_key", "file", "\"file\"", kClean},
    {"reservation_key", "0x12345678901234567", kRefused, "16 hexadecimal digits"},
    {"reservation_key", "0xabc:foo", kRefused, "16 hexadecimal digits"},
    {"reservation_key", "", kRefused, "16 hexadecimal digits"},
    {"all_tg_pt", "yes", "\"yes\"", kClean},
    {"all_tg_pt", "on", kRefused, "did you mean 'no'"},
    {"retain_attached_hw_handler", "no", "\"no\"", kClean},
    {"retain_attached_hw_handler", "-", kRefused, "not a value"},
    {"detect_prio", "no", "\"no\"", kClean},
    {"detect_prio", "maybe", kRefused, "not a value"},
    {"detect_checker", "no", "\"no\"", kClean},
    {"detect_checker", "maybe", kRefused, "not a value"},
    {"detect_pgpolicy", "no", "\"no\"", kClean},
    {"detect_pgpolicy", "maybe", kRefused, "not a value"},
    {"detect_pgpolicy_use_tpg", "yes", "\"yes\"", kClean},
    {"detect_pgpolicy_use_tpg", "maybe", kRefused, "not a value"},
    {"force_sync", "yes", "\"yes\"", kClean},
    {"force_sync", "maybe", kRefused, "not a value"},
    {"strict_timing", "yes", "\"yes\"", kClean},
    {"strict_timing", "maybe", kRefused, "not a value"},
    {"deferred_remove", "yes", "\"yes\"", kClean},
    {"deferred_remove", "maybe", kRefused, "not a value"},
    {"partition_delimiter", "-part", "\"-part\"", kClean},
    {"partition_delimiter", "/", kRefused, "must not hold a '/'"},
    {"config_dir", "/x", kRefused, kClean},
    {"delay_watch_checks", "12", "12", kClean},
    {"delay_watch_checks", "0", "\"no\"", kClean},
    {"delay_watch_checks", "x", kRefused, "not a value"},
    {"delay_wait_checks", "no", "\"no\"", kClean},
    {"delay_wait_checks", "1.5", kRefused, "not a value"},
    {"san_path_err_threshold", "-3", "1", "too small"},
    {"san_path_err_threshold", "3", "3", kClean},
    {"san_path_err_forget_rate", "3", "3", kClean},
    {"san_path_err_forget_rate", "3 ", kRefused, "not a value"},
    {"san_path_err_recovery_time", "30", "30", kClean},
    {"san_path_err_recovery_time", "30s", kRefused, "not a value"},
    {"marginal_path_err_sample_time", "120", "120", kClean},
    {"marginal_path_err_sample_time", "2m", kRefused, "not a value"},
    {"marginal_path_err_rate_threshold", "10", "10", kClean},
    {"marginal_path_err_rate_threshold", "1%", kRefused, "not a value"},
    {"marginal_path_err_recheck_gap_time", "300", "300", kClean},
    {"marginal_path_err_recheck_gap_time", "5m", kRefused, "not a value"},
    {"marginal_path_double_failed_time", "60", "60", kClean},
    {"marginal_path_double_failed_time", "1m", kRefused, "not a value"},
    {"find_multipaths", "smart", "\"smart\"", kClean},
    {"find_multipaths", "yes", "\"on\"", kClean},
    {"find_multipaths", "0", "\"off\"", kClean},
    {"find_multipaths", "strickt", kRefused, "did you mean 'strict'"},
    {"uxsock_timeout", "10", "4000", "too small"},
    {"uxsock_timeout", "5000", "5000", kClean},
    {"uxsock_timeout", "5s", kRefused, "not a number"},
    {"retrigger_tries", "0", "0", kClean},
    {"retrigger_tries", "-1", "0", "too small"},
    {"retrigger_delay", "5", "5", kClean},
    {"retrigger_delay", "5s", kRefused, "not a number"},
    {"missing_uev_wait_timeout", "60", "60", kClean},
    {"missing_uev_wait_timeout", "", kRefused, "not a number"},
    {"skip_kpartx", "yes", "\"yes\"", kClean},
    {"skip_kpartx", "maybe", kRefused, "not a value"},
    {"path_probing", "sampled", "\"sampled\"", kClean},
    {"purge_disconnected", "yes", "\"yes\"", kClean},
    {"purge_disconnected", "maybe", kRefused, "not a value"},
    {"disable_changed_wwids", "yes", kRefused, kClean},
    {"remove_retries", "3", "3", kClean},
    {"remove_retries", "three", kRefused, "not a number"},
    {"max_sectors_kb", "512", "512", kClean},
    {"max_sectors_kb", "512k", kRefused, "not a number"},
    {"ghost_delay", "10", "10", kClean},
    {"ghost_delay", "no", "\"no\"", kClean},
    {"ghost_delay", "off", kRefused, "expected a number or one of: no"},
    {"auto_resize", "grow_only", "\"grow_only\"", kClean},
    {"auto_resize", "grow", kRefused, "expected one of: never, grow_only"},
    {"find_multipaths_timeout", "-10", "-10", kClean},
    {"find_multipaths_timeout", "ten", kRefused, "not a number"},
    {"enable_foreign", "", "\"\"", kClean},
    {"marginal_pathgroups", "fpin", "\"fpin\"", kClean},
    {"marginal_pathgroups", "1", "\"on\"", kClean},
    {"marginal_pathgroups", "fpinn", kRefused, "did you mean 'fpin'"},
    {"recheck_wwid", "yes", "\"yes\"", kClean},
    {"recheck_wwid", "maybe", kRefused, "not a value"},
    {"wwid", "3600", "\"3600\"", kClean},
    {"vendor", "^(A|B)", "\"^(A|B)\"", kClean},
    {"product", ".*", "\".*\"", kClean},
    {"revision", "1", "\"1\"", kClean},
    {"product_blacklist", "LUNZ", "\"LUNZ\"", kClean},
    {"hardware_handler", "1 alua", "\"1 alua\"", kClean},
    {"hardware_handler", "alua", kRefused, "not the number of arguments"},
    {"vpd_vendor", "hp3par", "\"hp3par\"", kClean},
    {"vpd_vendor", "hp", kRefused, "expected one of: hp3par"},
    {"type", "scsi:fcp", "\"scsi:fcp\"", kClean},
    {"type", "nvme:apple-nvme", "\"nvme:apple-nvme\"", kClean},
    {"type", "scsi:fc", kRefused, "did you mean 'scsi:fcp'"},
    {"alias", "data", "\"data\"", kClean},
    {"alias", "a/b", kRefused, "must not hold a '/'"},
    {"alias", "a\nb", kRefused, "control characters"},
};

const Keyword* find(std::string_view name) {
    for (std::size_t i = 0; i < kKeyCount; ++i) {
        if (keyword(static_cast<Key>(i)).name == name) {
            return &keyword(static_cast<Key>(i));
        }
    }
    return nullptr;
}

TEST(ParseValue, TakesRefusesOrMovesIntoRange) {
    for (const Case& test : kCases) {
        SCOPED_TRACE(std::string(test.name) + " '" + test.text + "'");
        const Keyword* word = find(test.name);
        ASSERT_NE(word, nullptr);
        const ParsedValue parsed = parse_value(*word, test.text, kAccounts);
        ASSERT_EQ(parsed.value.has_value(), test.shown != nullptr) << parsed.problem;
        if (test.shown != nullptr) {
            EXPECT_EQ(render_value(*word, *parsed.value), test.shown);
        }
        if (test.problem != nullptr) {
            EXPECT_THAT(parsed.problem, HasSubstr(test.problem));
        } else {
            EXPECT_EQ(parsed.problem, "");
        }
    }
}

TEST(ParseValue, EveryKeywordHasACase) {
    std::set<std::string_view> tested;
    for (const Case& test : kCases) {
        tested.insert(test.name);
    }
    for (std::size_t i = 0; i < kKeyCount; ++i) {
        EXPECT_TRUE(tested.contains(keyword(static_cast<Key>(i)).name))
            << keyword(static_cast<Key>(i)).name;
    }
}

TEST(ParseValue, ResetWordOfThePartitionDelimiterUnsetsIt) {
    const ParsedValue parsed = parse_value(keyword(Key::partition_delimiter), "/UNSET/", kAccounts);
    EXPECT_FALSE(parsed.value.has_value());
    EXPECT_TRUE(parsed.unset);
    EXPECT_EQ(parsed.problem, "");
}

TEST(ParseValue, NamesThatAreTooLongAreRefused) {
    EXPECT_TRUE(parse_value(keyword(Key::alias), std::string(127, 'a'), {}).value.has_value());
    EXPECT_FALSE(parse_value(keyword(Key::alias), std::string(128, 'a'), {}).value.has_value());
}

}  // namespace
}  // namespace mp::conf
