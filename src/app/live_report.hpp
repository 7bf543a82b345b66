#pragma once

#include <fmt/format.h>

#include "ike/capture/live.hpp"
#include "ike/report/report.hpp"

namespace ike::app {

/// What a report needs to know of interfaces.
inline report::CaptureInfo live_info(capture::LiveSource& source) {
  report::CaptureInfo info;
  info.nanoseconds = true;
  for (const capture::LiveCounts& counts : source.counts()) {
    info.files.push_back({counts.interface, "live", counts.received, {}});
    info.kernel_drops += counts.kernel_drops;
    if (counts.interface_drops > 0) info.remarks.push_back(fmt::format("{}: the interface itself dropped {} packets", counts.interface, counts.interface_drops));
    if (counts.down) info.remarks.push_back(fmt::format("{}: the interface went away", counts.interface));
  }
  for (const LinkType link : source.link_types()) info.link_types.push_back(capture::link_name(link));
  return info;
}

}  // namespace ike::app
