// SPDX-License-Identifier: GPL-2.0-or-later
// What is mpathpersist asked to do? The options are those that cluster software has been calling
// for years: one letter each, and long names that may be shortened. Exactly one of --in and --out,
// with exactly one action of that kind; keys are hexadecimal. The device stands behind --device or
// alone. Anything else is refused before a command is sent.
#include "daemon/cli/persist_options.h"

#include <getopt.h>

#include <array>
#include <optional>

#include "daemon/base/strings.h"

namespace mp::cli {
namespace {

constexpr std::array<option, 26> kLongOptions = {{
    {"verbose", required_argument, nullptr, 'v'},
    {"device", required_argument, nullptr, 'd'},
    {"batch-file", required_argument, nullptr, 'f'},
    {"help", no_argument, nullptr, 'h'},
    {"hex", no_argument, nullptr, 'H'},
    {"in", no_argument, nullptr, 'i'},
    {"out", no_argument, nullptr, 'o'},
    {"read-keys", no_argument, nullptr, 'k'},
    {"read-reservation", no_argument, nullptr, 'r'},
    {"read-full-status", no_argument, nullptr, 's'},
    {"report-capabilities", no_argument, nullptr, 'c'},
    {"alloc-length", required_argument, nullptr, 'l'},
    {"register", no_argument, nullptr, 'G'},
    {"register-ignore", no_argument, nullptr, 'I'},
    {"reserve", no_argument, nullptr, 'R'},
    {"release", no_argument, nullptr, 'L'},
    {"clear", no_argument, nullptr, 'C'},
    {"preempt", no_argument, nullptr, 'P'},
    {"preempt-abort", no_argument, nullptr, 'A'},
    {"param-rk", required_argument, nullptr, 'K'},
    {"param-sark", required_argument, nullptr, 'S'},
    {"prout-type", required_argument, nullptr, 'T'},
    {"param-alltgpt", no_argument, nullptr, 'Y'},
    {"param-aptpl", no_argument, nullptr, 'Z'},
    {"transport-id", required_argument, nullptr, 'X'},
    {nullptr, 0, nullptr, 0},
}};

struct Parser {
    PersistOptions out;
    int questions = 0;
    int orders = 0;
    bool in = false;
    bool send = false;

    void refuse(std::string why) {
        if (out.problem.empty()) {
            out.problem = std::move(why);
        }
    }
    void question(scsi::PrIn which) {
        out.question = which;
        ++questions;
    }
    void order(scsi::PrOut which) {
        out.order = which;
        ++orders;
    }
    std::uint64_t key(const char* text) {
        Result<std::uint64_t> value = parse_hex(text);
        if (!value) {
            refuse("'" + std::string(text) + "' is not a hexadecimal key");
        }
        return value.value_or(0);
    }
    std::uint64_t number(const char* text, std::uint64_t most, const char* what) {
        Result<std::uint64_t> value = parse_u64(text);
        if (!value || *value > most) {
            refuse("'" + std::string(text) + "' is not " + what);
            return 0;
        }
        return *value;
    }

    void take(int letter, const char* value);
    bool take_action(int letter);
    void transport_id(const char* text);
    void settle();
};

bool Parser::take_action(int letter) {
    switch (letter) {
        case 'k':
            question(scsi::PrIn::read_keys);
            return true;
        case 'r':
            question(scsi::PrIn::read_reservation);
            return true;
        case 's':
            question(scsi::PrIn::read_full_status);
            return true;
        case 'c':
            question(scsi::PrIn::report_capabilities);
            return true;
        case 'G':
            order(scsi::PrOut::register_key);
            return true;
        case 'I':
            order(scsi::PrOut::register_and_ignore);
            return true;
        case 'R':
            order(scsi::PrOut::reserve);
            return true;
        case 'L':
            order(scsi::PrOut::release);
            return true;
        case 'C':
            order(scsi::PrOut::clear);
            return true;
        case 'P':
            order(scsi::PrOut::preempt);
            return true;
        case 'A':
            order(scsi::PrOut::preempt_and_abort);
            return true;
        default:
            return false;
    }
}

void Parser::transport_id(const char* text) {
    Result<std::vector<std::uint8_t>> id = parse_transport_id(text);
    if (!id) {
        refuse("'" + std::string(text) + "' is not a TransportID");
    } else if (out.parameters.transport_ids.size() >= scsi::kTransportIdsMax) {
        refuse("more than " + std::to_string(scsi::kTransportIdsMax) + " TransportIDs");
    } else {
        out.parameters.transport_ids.push_back(std::move(*id));
    }
}

void Parser::take(int letter, const char* value) {
    if (take_action(letter)) {
        return;
    }
    switch (letter) {
        case 'v':
            out.verbosity = static_cast<int>(number(value, 9, "a verbosity"));
            return;
        case 'd':
            out.device = value;
            return;
        case 'f':
            out.batch_file = value;
            return;
        case 'h':
            out.mode = PersistOptions::Mode::help;
            return;
        case 'H':
            out.hex = true;
            return;
        case 'i':
            in = true;
            return;
        case 'o':
            send = true;
            return;
        case 'l':
            out.allocation = static_cast<std::uint16_t>(
                number(value, scsi::kReservationDataMax, "a length up to 8192"));
            return;
        case 'K':
            out.parameters.key = key(value);
            return;
        case 'S':
            out.parameters.service_action_key = key(value);
            return;
        case 'T':
            out.type = static_cast<std::uint8_t>(number(value, 15, "a type of reservation"));
            return;
        case 'Y':
            out.parameters.all_target_ports = true;
            return;
        case 'Z':
            out.parameters.aptpl = true;
            return;
        case 'X':
            transport_id(value);
            return;
        default:
            refuse("unknown option, or one without its value");
            return;
    }
}

void Parser::settle() {
    if (out.mode == PersistOptions::Mode::help) {
        return;
    }
    if (!out.batch_file.empty() && out.problem.empty()) {
        out.mode = PersistOptions::Mode::batch;
        return;
    }
    if (in == send) {
        refuse("one of --in and --out is needed");
    } else if (in && (questions != 1 || orders != 0)) {
        refuse(
            "--in needs one of --read-keys, --read-reservation, --read-full-status and "
            "--report-capabilities");
    } else if (send && (orders != 1 || questions != 0)) {
        refuse(
            "--out needs one of --register, --register-ignore, --reserve, --release, --clear, "
            "--preempt and --preempt-abort");
    } else if (out.device.empty()) {
        refuse("no device is named");
    } else if (in && out.allocation < 8) {
        refuse("an answer has at least 8 bytes");
    }
    bool typed = out.order == scsi::PrOut::reserve || out.order == scsi::PrOut::release;
    if (send && typed && !scsi::is_reservation_type(out.type)) {
        refuse("--prout-type must be 1, 3, 5, 6, 7 or 8");
    }
    bool registers =
        out.order == scsi::PrOut::register_key || out.order == scsi::PrOut::register_and_ignore;
    if (send && !registers && !out.parameters.transport_ids.empty()) {
        refuse("TransportIDs go with a registration only");
    }
    out.mode = !out.problem.empty() ? PersistOptions::Mode::invalid
               : in                 ? PersistOptions::Mode::in
                                    : PersistOptions::Mode::out;
}

// Padded to what SPC-5 7.6.4 demands of the protocol.
Result<std::vector<std::uint8_t>> named_id(std::uint8_t protocol, std::size_t at,
                                           std::string_view digits) {
    MP_TRY(std::uint64_t address, parse_hex(digits));
    std::vector<std::uint8_t> id(24);
    id[0] = protocol;
    for (unsigned i = 0; i < 8; ++i) {
        id[at + i] = static_cast<std::uint8_t>(address >> (56U - 8U * i));
    }
    return id;
}

}  // namespace

Result<std::vector<std::uint8_t>> parse_transport_id(const std::string& text) {
    constexpr std::size_t kNameMax = 223;
    if (starts_with(text, "fcp,")) {
        return named_id(0x00, 8, std::string_view(text).substr(4));
    }
    if (starts_with(text, "sas,")) {
        return named_id(0x06, 4, std::string_view(text).substr(4));
    }
    std::vector<std::uint8_t> id;
    if (starts_with(text, "iqn.") || starts_with(text, "eui.") || starts_with(text, "naa.")) {
        bool with_session = text.find(",i,0x") != std::string::npos;
        if (text.size() > kNameMax + 20) {
            return fail(Errc::invalid, "name too long");
        }
        id = {static_cast<std::uint8_t>(with_session ? 0x45 : 0x05), 0, 0, 0};
        id.insert(id.end(), text.begin(), text.end());
        id.push_back(0);
        while (id.size() % 4 != 0 || id.size() < 24) {
            id.push_back(0);
        }
        id[3] = static_cast<std::uint8_t>(id.size() - 4);
        return id;
    }
    for (std::string_view word : split(text, ',')) {
        MP_TRY(std::uint64_t byte, parse_hex(trim(word)));
        if (byte > 0xff || id.size() >= 252) {
            return fail(Errc::invalid, "not a byte");
        }
        id.push_back(static_cast<std::uint8_t>(byte));
    }
    if (id.size() < 24 || id.size() % 4 != 0) {
        return fail(Errc::invalid, "a TransportID has 24 bytes or more, in fours");
    }
    return id;
}

PersistOptions parse_persist_options(const std::vector<std::string>& arguments) {
    std::vector<std::string> copies = {"mpathpersist"};
    copies.insert(copies.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    argv.reserve(copies.size() + 1);
    for (std::string& copy : copies) {
        argv.push_back(copy.data());
    }
    argv.push_back(nullptr);
    Parser parser;
    ::optind = 0;  // start anew: a batch parses many lines
    ::opterr = 0;
    int letter = 0;
    while ((letter = ::getopt_long(static_cast<int>(copies.size()), argv.data(),
                                   "v:d:f:hHiokrscl:GIRLCPAK:S:T:YZX:", kLongOptions.data(),
                                   nullptr)) != -1) {
        parser.take(letter, ::optarg);
    }
    for (std::size_t i = static_cast<std::size_t>(::optind); i < copies.size(); ++i) {
        if (!parser.out.device.empty()) {
            parser.refuse("two devices are named");
        }
        parser.out.device = argv[i];
    }
    parser.settle();
    return std::move(parser.out);
}

std::string persist_usage() {
    return "usage: mpathpersist --in ACTION [options] DEVICE\n"
           "       mpathpersist --out ACTION [options] DEVICE\n"
           "       mpathpersist --batch-file FILE\n"
           "actions of --in (-i):\n"
           "  -k, --read-keys             keys that are registered\n"
           "  -r, --read-reservation      the reservation\n"
           "  -s, --read-full-status      keys, initiators and the reservation\n"
           "  -c, --report-capabilities   what the disk can do\n"
           "actions of --out (-o):\n"
           "  -G, --register              register all paths; --param-sark 0 removes the key\n"
           "  -I, --register-ignore       the same, whatever key is registered\n"
           "  -R, --reserve               reserve the disk\n"
           "  -L, --release               release the reservation\n"
           "  -C, --clear                 remove the reservation and all keys\n"
           "  -P, --preempt               remove another's key, take over its reservation\n"
           "  -A, --preempt-abort         the same, and abort its commands\n"
           "options:\n"
           "  -d, --device DEVICE         map: name, alias, WWID or node\n"
           "  -K, --param-rk KEY          key that is registered, hexadecimal\n"
           "  -S, --param-sark KEY        new key, or the key to preempt\n"
           "  -T, --prout-type TYPE       1, 3, 5, 6, 7 or 8\n"
           "  -Y, --param-alltgpt         the registration counts for all target ports\n"
           "  -Z, --param-aptpl           the registration outlives a loss of power\n"
           "  -X, --transport-id ID       register this initiator too\n"
           "  -l, --alloc-length BYTES    longest answer, up to 8192\n"
           "  -H, --hex                   the answer as bytes\n"
           "  -f, --batch-file FILE       one command a line\n"
           "  -v, --verbose LEVEL         0 to 4\n"
           "  -h, --help                  this text\n";
}

}  // namespace mp::cli
