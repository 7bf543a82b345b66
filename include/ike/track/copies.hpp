#pragma once

#include <chrono>
#include <cstdint>

#include "ike/base/time.hpp"

namespace ike::track {

/// Without an IP identification (IPv6, or zero), octets that come again this soon are a copy of one packet, and no resend.
inline constexpr Duration copy_without_id = std::chrono::milliseconds{100};

/// A copy of one packet has its IP identification; in a resend the same number comes by chance. Real mirrors and
/// doubling networks were seen up to 95 ms apart, and nobody resends before half a second.
inline constexpr Duration copy_with_id = std::chrono::milliseconds{400};

/// Whether the same octets, `gap` after they were seen first, are that packet seen twice rather than sent again.
constexpr bool is_copy(Duration gap, std::uint16_t ip_id, std::uint16_t earlier_ip_id) {
  if (gap < Duration::zero()) gap = -gap;
  return ip_id != 0 && earlier_ip_id != 0 ? ip_id == earlier_ip_id && gap <= copy_with_id : gap <= copy_without_id;
}

}  // namespace ike::track
