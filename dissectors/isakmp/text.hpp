#pragma once

#include <cstdint>
#include <string>

#include "ike/base/bytes.hpp"

/// Octets from the wire as text that is safe on a terminal: pure printable ASCII, bounded.
namespace ike::isakmp {

/// Appends lower-case hex of at most `limit` octets, then "... (N octets)" when there are more.
void append_hex(std::string& out, ByteView octets, std::size_t limit = 64);
/// Appends printable ASCII as it is, everything else (also the backslash) as \xHH; at most `limit` octets.
void append_escaped(std::string& out, ByteView octets, std::size_t limit = 256);
/// Whether `octets` is not empty and nothing in it would have to be escaped.
bool is_printable(ByteView octets) noexcept;
/// `digits` lower-case hex digits of `value`.
std::string hex_number(std::uint64_t value, unsigned digits);

}  // namespace ike::isakmp
