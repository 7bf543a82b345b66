#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "ike/base/bytes.hpp"

/// What the fuzz targets share.
namespace ike::fuzz {

/// A string of octets: its length in two octets, then as many of them as there are. A copy in store of its own,
/// so that AddressSanitizer sees a read past its end.
inline std::vector<std::uint8_t> piece(ByteReader& in) {
  const std::size_t announced = in.u16("length");
  const auto octets = in.take(std::min(announced, in.left()), "octets");
  return {octets.begin(), octets.end()};
}

/// Stops the run when `holds` is false: what every input must keep to.
inline void require(bool holds) {
  if (!holds) std::abort();
}

/// Whether `text` may go to a terminal: no control octets but the line feed, and UTF-8 throughout.
inline bool presentable(std::string_view text) {
  unsigned more = 0;  // octets of a UTF-8 sequence still to come
  for (const char character : text) {
    const auto octet = static_cast<std::uint8_t>(character);
    if (more > 0) {
      if (octet >> 6U != 2) return false;
      --more;
    } else if (octet >= 0x80) {
      more = octet >> 5U == 6 ? 1 : octet >> 4U == 14 ? 2 : octet >> 3U == 30 ? 3 : 0;
      if (more == 0) return false;
    } else if ((octet < 0x20 && octet != '\n') || octet == 0x7f) {
      return false;
    }
  }
  return more == 0;
}

}  // namespace ike::fuzz
