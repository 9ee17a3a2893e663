// SPDX-License-Identifier: GPL-2.0-or-later
// Reservations of a map over several paths, on a disk that keeps registrations per path as SPC-5
// says, and with a daemon that remembers what it was told.
#include "daemon/cli/persist.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>

#include "daemon/api/grammar.h"
#include "daemon/base/strings.h"
#include "daemon/scsi/bytes.h"

namespace {

using namespace mp::cli;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Bytes = std::vector<std::uint8_t>;

constexpr std::uint64_t kKey = 0xabc;

/// One logical unit behind paths named by their device.
struct Disk {
    std::map<std::string, std::uint64_t> keys;
    std::string holder;
    std::uint8_t type = 0;
    std::map<std::string, bool> dead;
    std::vector<std::string> log;
    std::vector<Bytes> sense;  ///< answers of the next commands: key, code, qualifier

    static mp::model::ProbeReply status(std::uint8_t value, Bytes data = {}) {
        mp::model::ScsiReply reply;
        reply.status = value;
        reply.data = std::move(data);
        return mp::model::ProbeAnswer(std::move(reply));
    }
    static void put(Bytes& out, std::uint64_t value) {
        for (unsigned shift = 64; shift > 0; shift -= 8) {
            out.push_back(static_cast<std::uint8_t>(value >> (shift - 8)));
        }
    }
    mp::model::ProbeReply read(std::uint8_t action) const {
        Bytes data(8);
        if (action == 0) {
            for (const auto& [path, key] : keys) {
                put(data, key);
            }
        } else if (action == 1 && !holder.empty()) {
            put(data, keys.at(holder));
            data.resize(24);
            data[21] = type;
        }
        data[7] = static_cast<std::uint8_t>(data.size() - 8);
        return status(0, data);
    }
    mp::model::ProbeReply run(const PersistPath& path, const mp::model::ScsiCommand& command) {
        if (!sense.empty()) {
            log.push_back(path.name + ":sense");
            mp::model::ScsiReply reply;
            reply.status = 2;
            reply.sense = {0x70,
                           0,
                           sense.front()[0],
                           0,
                           0,
                           0,
                           0,
                           10,
                           0,
                           0,
                           0,
                           0,
                           sense.front()[1],
                           sense.front()[2],
                           0,
                           0,
                           0,
                           0};
            sense.erase(sense.begin());
            return mp::model::ProbeAnswer(std::move(reply));
        }
        if (dead[path.name]) {
            return mp::fail(mp::Errc::timeout, "no answer");
        }
        if (command.cdb[0] == 0x5e) {
            return read(command.cdb[1]);
        }
        const std::uint64_t key = *mp::scsi::u64_at(command.data_out, 0);
        const std::uint64_t other = *mp::scsi::u64_at(command.data_out, 8);
        const std::uint64_t now = keys.contains(path.name) ? keys[path.name] : 0;
        log.push_back(path.name + ":" + std::to_string(command.cdb[1]));
        if (command.cdb[1] != 6 && key != now) {
            return status(0x18);
        }
        switch (command.cdb[1]) {
            case 0:
            case 6:
                if (other == 0) {
                    keys.erase(path.name);
                    holder = holder == path.name ? "" : holder;
                } else {
                    keys[path.name] = other;
                }
                return status(0);
            case 1:
                if (!holder.empty() && holder != path.name) {
                    return status(0x18);
                }
                holder = path.name;
                type = command.cdb[2];
                return status(0);
            case 2:
                holder = holder == path.name ? "" : holder;
                return status(0);
            case 3:
                keys.clear();
                holder.clear();
                return status(0);
            default: {
                const bool takes = !holder.empty() && keys[holder] == other;
                std::erase_if(keys, [&](const auto& entry) {
                    return entry.second == other && entry.first != path.name;
                });
                holder = takes ? path.name : holder;
                return status(0);
            }
        }
    }
};

struct Persist : testing::Test {
    Persist() {
        map.alias = "mpatha";
        map.paths = {{"sda", {8, 0}, "1"}, {"sdb", {8, 16}, "2"}, {"sdc", {8, 32}, "2"}};
        map.key = mp::conf::ReservationKey{.key = kKey};
        world.run = [this](const PersistPath& path, const mp::model::ScsiCommand& command) {
            return disk.run(path, command);
        };
        world.ask = [this](const std::string& request) -> std::optional<std::string> {
            asked.push_back(request);
            if (request.find("getprkey") == 0) {
                return stored.empty() ? "none\n" : stored + "\n";
            }
            if (request.find("setprkey") == 0) {
                stored = request.substr(request.rfind(' ') + 1);
            }
            if (request.find("unsetprkey") == 0) {
                stored.clear();
            }
            return "";
        };
    }
    PersistResult out(const std::string& line) {
        std::vector<std::string> words = {"--out", "mpatha"};
        for (std::size_t at = 0; at < line.size();) {
            std::size_t end = std::min(line.find(' ', at), line.size());
            words.push_back(line.substr(at, end - at));
            at = end + 1;
        }
        PersistOptions options = parse_persist_options(words);
        EXPECT_EQ(options.mode, PersistOptions::Mode::out) << options.problem;
        return change_reservations(options, map, world);
    }
    PersistResult in(const std::string& action) {
        return read_reservations(parse_persist_options({"-i", action, "mpatha"}), map, world);
    }
    PersistMap map;
    PersistWorld world;
    Disk disk;
    std::vector<std::string> asked;
    std::string stored;
};

TEST_F(Persist, ARegistrationGoesDownEveryUsablePathAndTheDaemonIsTold) {
    map.paths[2].usable = false;
    EXPECT_EQ(out("--register --param-sark=abc").code, PersistCode::ok);
    EXPECT_EQ(disk.keys, (std::map<std::string, std::uint64_t>{{"sda", kKey}, {"sdb", kKey}}));
    EXPECT_THAT(asked, ElementsAre("setprstatus map \"mpatha\" pathlist \"8:0 8:16\""));
    EXPECT_EQ(in("-k").output,
              "  PR generation=0x0, \t2 registered reservation keys follow:\n"
              "    0xabc\n    0xabc\n");
}

TEST_F(Persist, AListThatTheDaemonDoesNotTakeIsFollowedByTheWordAlone) {
    world.ask = [this](const std::string& request) -> std::optional<std::string> {
        asked.push_back(request);
        return request.find("pathlist") == std::string::npos ? std::optional<std::string>("")
                                                             : std::nullopt;
    };
    EXPECT_EQ(out("--register --param-sark=abc").code, PersistCode::ok);
    EXPECT_EQ(asked.size(), 2U);
    EXPECT_EQ(asked.back(), "setprstatus map \"mpatha\"");
}

struct KnownFaultsOfReservations : Persist {};

TEST_F(KnownFaultsOfReservations, D17EachOfManyRegisteredPathsIsNamedByItsNumber) {
    map.paths.clear();
    std::vector<std::string> numbers;
    for (std::uint32_t i = 0; i < 300; ++i) {
        const mp::DevT devt{65 + i / 16, i % 16 * 16};
        map.paths.push_back({"sd" + std::to_string(i), devt, std::to_string(i)});
        numbers.push_back(devt.str());
    }
    EXPECT_EQ(out("--register --param-sark=abc").code, PersistCode::ok);
    ASSERT_EQ(asked.size(), 1U);
    const mp::api::Request request = mp::api::parse_request(asked[0]);
    const auto* change = std::get_if<mp::api::Change>(&request);
    ASSERT_NE(change, nullptr) << asked[0];
    EXPECT_EQ(change->command.verb, mp::model::Verb::set_pr_status);
    EXPECT_EQ(mp::split_words(change->command.argument),
              std::vector<std::string_view>(numbers.begin(), numbers.end()));
}

TEST_F(Persist, ForAllTargetPortsOnePathOfEachAdapterIsEnough) {
    EXPECT_EQ(out("-I -S abc --param-alltgpt").code, PersistCode::ok);
    EXPECT_THAT(disk.log, ElementsAre("sda:6", "sdb:6"));
}

TEST_F(Persist, AKeyThatIsNotConfiguredIsRefusedBeforeAnythingIsSent) {
    EXPECT_EQ(out("-G -S abd").code, PersistCode::syntax);
    EXPECT_EQ(out("-R -K abd -T 5").code, PersistCode::syntax);
    map.key.reset();
    PersistResult result = out("-G -S abc");
    EXPECT_EQ(result.code, PersistCode::syntax);
    EXPECT_THAT(result.problem, HasSubstr("no reservation_key"));
    EXPECT_THAT(disk.log, IsEmpty());
}

TEST_F(Persist, APathWithAnOlderKeyIsRegisteredAnew) {
    disk.keys["sdb"] = 5;
    EXPECT_EQ(out("-G -S abc").code, PersistCode::ok);
    EXPECT_EQ(disk.keys["sdb"], kKey);
}

TEST_F(Persist, ARegistrationThatEveryPathRefusesIsAConflict) {
    disk.keys = {{"sda", 5}, {"sdb", 5}, {"sdc", 5}};
    EXPECT_EQ(out("-G -S abc").code, PersistCode::conflict);
    EXPECT_THAT(asked, IsEmpty());
}

TEST_F(Persist, AnUnreachablePathIsLeftToTheDaemon) {
    disk.dead["sdb"] = true;
    EXPECT_EQ(out("-I -S abc").code, PersistCode::ok);
    EXPECT_THAT(asked.back(), HasSubstr("\"8:0 8:32\""));
}

TEST_F(Persist, AKeyOfTheFileIsKeptFirstAndForgottenLast) {
    map.key = mp::conf::ReservationKey{.from_file = true};
    EXPECT_EQ(out("-G -S 77 --param-aptpl").code, PersistCode::ok);
    EXPECT_EQ(stored, "0x77:aptpl");
    EXPECT_EQ(out("-R -K 77 -T 5").code, PersistCode::ok);
    EXPECT_EQ(disk.holder, "sda");
    EXPECT_EQ(out("-G -K 77 -S 0").code, PersistCode::ok);
    EXPECT_EQ(stored, "");
    EXPECT_THAT(disk.keys, IsEmpty());
    disk.keys = {{"sda", 5}, {"sdb", 5}, {"sdc", 5}};
    EXPECT_EQ(out("-G -S 78").code, PersistCode::conflict);
    EXPECT_EQ(stored, "");
    world.ask = [](const std::string&) { return std::nullopt; };
    EXPECT_EQ(out("-G -S 78").code, PersistCode::file_error);
}

TEST_F(Persist, AReservationIsMadeByOnePathAndReleasedByAll) {
    out("-G -S abc");
    disk.dead["sda"] = true;
    EXPECT_EQ(out("-R -K abc -T 5").code, PersistCode::ok);
    EXPECT_EQ(disk.holder, "sdb");
    EXPECT_EQ(asked.back(), "setprhold map \"mpatha\"");
    EXPECT_THAT(in("-r").output, HasSubstr("   Key = 0xabc\n  scope = LU_SCOPE, type = Write "
                                           "Exclusive, registrants only\n"));
    EXPECT_EQ(out("-L -K abc -T 5").code, PersistCode::ok);
    EXPECT_EQ(disk.holder, "");
    EXPECT_EQ(asked.back(), "unsetprhold map \"mpatha\"");
    EXPECT_THAT(in("--read-reservation").output, HasSubstr("there is NO reservation held"));
}

TEST_F(Persist, AReservationOfAPathThatIsGoneIsReleasedWithTheMapSuspended) {
    out("-G -S abc");
    out("-R -K abc -T 5");
    ASSERT_EQ(disk.holder, "sda");
    map.paths[0].usable = false;
    asked.clear();
    EXPECT_EQ(out("-L -K abc -T 5").code, PersistCode::ok);
    EXPECT_EQ(disk.holder, "");
    EXPECT_EQ(disk.keys, (std::map<std::string, std::uint64_t>{{"sdb", kKey}, {"sdc", kKey}}));
    EXPECT_THAT(asked, ElementsAre("suspend map \"mpatha\"", "resume map \"mpatha\"",
                                   "unsetprhold map \"mpatha\""));
}

TEST_F(Persist, PreemptingAnotherTakesItsReservation) {
    out("-G -S abc");
    disk.keys["other"] = 9;
    disk.holder = "other";
    disk.type = 5;
    EXPECT_EQ(out("--preempt-abort --prout-type=5 --param-rk=abc --param-sark=9").code,
              PersistCode::ok);
    EXPECT_EQ(disk.holder, "sda");
    EXPECT_FALSE(disk.keys.contains("other"));
    EXPECT_EQ(asked.back(), "setprhold map \"mpatha\"");
}

TEST_F(Persist, PreemptingOurOwnKeyLeavesAllPathsRegistered) {
    out("-G -S abc");
    EXPECT_EQ(out("-P -T 5 -K abc -S abc").code, PersistCode::ok);
    EXPECT_EQ(disk.keys.size(), 3U);
}

TEST_F(Persist, ClearingForgetsEverything) {
    out("-G -S abc");
    EXPECT_EQ(out("-C -K abc").code, PersistCode::ok);
    EXPECT_THAT(disk.keys, IsEmpty());
    EXPECT_EQ(asked.back(), "unsetprstatus map \"mpatha\"");
}

TEST_F(Persist, OnlyACommandThatDidNothingIsSentAgain) {
    map.paths.resize(1);
    disk.sense = {{6, 0x29, 0}, {2, 4, 7}};
    EXPECT_EQ(out("-G -S abc").code, PersistCode::ok);
    EXPECT_THAT(disk.log, ElementsAre("sda:sense", "sda:sense", "sda:0"));
    disk.log.clear();
    disk.sense = {{2, 8, 0}};
    EXPECT_EQ(out("-I -S abc").code, PersistCode::not_ready);
    EXPECT_THAT(disk.log, ElementsAre("sda:sense"));
}

TEST_F(Persist, WithoutAUsablePathNothingIsDone) {
    for (PersistPath& path : map.paths) {
        path.usable = false;
    }
    EXPECT_EQ(out("-G -S abc").code, PersistCode::map_error);
    EXPECT_EQ(in("-k").code, PersistCode::map_error);
}

}  // namespace
