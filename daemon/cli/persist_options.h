// SPDX-License-Identifier: GPL-2.0-or-later
// The command line of mpathpersist.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/scsi/persistent.h"

namespace mp::cli {

struct PersistOptions {
    enum class Mode { in, out, batch, help, invalid };
    Mode mode = Mode::invalid;
    std::string problem;  ///< for Mode::invalid
    scsi::PrIn question = scsi::PrIn::read_keys;
    scsi::PrOut order = scsi::PrOut::register_key;
    scsi::PrOutParameters parameters;
    std::uint8_t type = 0;
    std::uint16_t allocation = scsi::kReservationDataMax;
    bool hex = false;
    int verbosity = 2;
    std::string device;  ///< name, alias, WWID, major:minor or node
    std::string batch_file;
};

PersistOptions parse_persist_options(const std::vector<std::string>& arguments);

std::string persist_usage();

/// A TransportID from hexadecimal bytes ("00,11,..."), "fcp,<wwpn>", "sas,<address>" or an iSCSI
/// name. Errors: invalid.
Result<std::vector<std::uint8_t>> parse_transport_id(const std::string& text);

}  // namespace mp::cli
