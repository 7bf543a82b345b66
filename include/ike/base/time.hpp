#pragma once

#include <chrono>
#include <cstdint>

namespace ike {

/// Spans and points of packet time, to the nanosecond. A Time counts from the Unix epoch, UTC.
using Duration = std::chrono::nanoseconds;
using Time = std::chrono::time_point<std::chrono::system_clock, Duration>;

/// Of packets, and as many before the epoch: captures may say anything, and to these spans can still be added. In 2116.
inline constexpr Time latest_time{Duration{std::int64_t{1} << 62U}};

/// `span` in seconds, for reports.
constexpr double seconds(Duration span) { return std::chrono::duration<double>(span).count(); }

}  // namespace ike
