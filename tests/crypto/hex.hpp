#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ike/base/bytes.hpp"

/// Octets of a hex string, for tests.
inline std::vector<std::uint8_t> octets_of(std::string_view hex) {
  std::vector<std::uint8_t> octets;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    octets.push_back(static_cast<std::uint8_t>(std::stoul(std::string{hex.substr(i, 2)}, nullptr, 16)));
  }
  return octets;
}

inline std::string hex_of(ike::ByteView octets) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (const auto octet : octets) {
    hex += digits[octet >> 4U];
    hex += digits[octet & 15U];
  }
  return hex;
}

inline std::vector<std::uint8_t> text_octets(std::string_view text) { return {text.begin(), text.end()}; }

inline std::vector<std::uint8_t> joined(ike::ByteView a, ike::ByteView b) {
  std::vector<std::uint8_t> both(a.begin(), a.end());
  both.insert(both.end(), b.begin(), b.end());
  return both;
}
