#pragma once

#include <fmt/format.h>

#include "options.hpp"

namespace ike::app {

/// Leaves in `report` only tunnels that have an end in `peer`, with a remark.
inline void keep_only(const Prefix& peer, report::Report& report) {
  const std::size_t all = report.tunnels.size();
  std::erase_if(report.tunnels, [&](const report::TunnelRow& row) { return !peer.contains(row.initiator) && !peer.contains(row.responder); });
  report.left_out = all - report.tunnels.size();
  report.capture.remarks.push_back(report.tunnels.empty() && all > 0 ? fmt::format("no tunnel with {}; {} other tunnel{} in this capture", peer.text(), all, all == 1 ? "" : "s")
                                                                     : fmt::format("only tunnels with {} are shown: {} of {}", peer.text(), report.tunnels.size(), all));
}

}  // namespace ike::app
