// SPDX-License-Identifier: GPL-2.0-or-later
// Answers of PERSISTENT RESERVE IN as text.
#pragma once

#include <string>

#include "daemon/scsi/persistent.h"

namespace mp::cli {

/// What mpathpersist prints. Errors: invalid (no whole answer).
Result<std::string> render_reservation_data(scsi::PrIn question, scsi::Bytes data);
/// Sixteen bytes a line, each line with its offset.
std::string render_hex(scsi::Bytes data);

}  // namespace mp::cli
