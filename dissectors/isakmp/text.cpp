#include "text.hpp"

#include <algorithm>

namespace ike::isakmp {
namespace {

constexpr char digits_of_hex[] = "0123456789abcdef";

constexpr bool plain(std::uint8_t octet) { return octet >= 0x20 && octet < 0x7f && octet != '\\'; }

void append_hex_octet(std::string& out, std::uint8_t octet) {
  out += digits_of_hex[octet >> 4U];
  out += digits_of_hex[octet & 15U];
}

void append_left_out(std::string& out, ByteView octets, std::size_t limit) {
  if (octets.size() > limit) out += "... (" + std::to_string(octets.size()) + " octets)";
}

}  // namespace

void append_hex(std::string& out, ByteView octets, std::size_t limit) {
  for (const auto octet : octets.first(std::min(limit, octets.size()))) append_hex_octet(out, octet);
  append_left_out(out, octets, limit);
}

void append_escaped(std::string& out, ByteView octets, std::size_t limit) {
  for (const auto octet : octets.first(std::min(limit, octets.size()))) {
    if (plain(octet)) {
      out += static_cast<char>(octet);
    } else {
      out += "\\x";
      append_hex_octet(out, octet);
    }
  }
  append_left_out(out, octets, limit);
}

bool is_printable(ByteView octets) noexcept { return !octets.empty() && std::ranges::all_of(octets, plain); }

std::string hex_number(std::uint64_t value, unsigned digits) {
  std::string out(digits, '0');
  for (auto at = out.rbegin(); at != out.rend(); ++at, value >>= 4U) *at = digits_of_hex[value & 15U];
  return out;
}

}  // namespace ike::isakmp
