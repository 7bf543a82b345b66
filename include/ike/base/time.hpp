#pragma once

#include <chrono>

namespace ike {

/// Spans and points of packet time, to the nanosecond. A Time counts from the Unix epoch, UTC.
using Duration = std::chrono::nanoseconds;
using Time = std::chrono::time_point<std::chrono::system_clock, Duration>;

/// `span` in seconds, for reports.
constexpr double seconds(Duration span) { return std::chrono::duration<double>(span).count(); }

}  // namespace ike
