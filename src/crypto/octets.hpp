#pragma once

#include <array>
#include <cstdint>

namespace ike::crypto {

/// `value` as it stands on the wire.
template <typename Number>
constexpr std::array<std::uint8_t, sizeof(Number)> wire(Number value) noexcept {
  std::array<std::uint8_t, sizeof(Number)> octets{};
  for (std::size_t i = 0; i < octets.size(); ++i) {
    octets[i] = static_cast<std::uint8_t>(value >> (8 * (octets.size() - 1 - i)));
  }
  return octets;
}

}  // namespace ike::crypto
