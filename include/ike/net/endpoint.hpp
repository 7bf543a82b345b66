#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ike/base/bytes.hpp"

namespace ike::net {

/// An IPv4 or IPv6 address. IPv4 stands in the first four octets, the rest zero.
struct Address {
  std::array<std::uint8_t, 16> octets{};
  std::uint8_t family = 0;  ///< 4, 6, or 0 for none

  /// From the four or sixteen octets at `at`.
  static Address v4(const std::uint8_t* at) noexcept {
    Address address;
    std::copy_n(at, 4, address.octets.begin());
    address.family = 4;
    return address;
  }
  static Address v6(const std::uint8_t* at) noexcept {
    Address address;
    std::copy_n(at, 16, address.octets.begin());
    address.family = 6;
    return address;
  }

  /// The four or sixteen octets as they stand in the packet.
  [[nodiscard]] ByteView wire() const noexcept {
    return ByteView{octets}.first(family == 4 ? 4 : family == 6 ? 16 : 0);
  }
  friend std::strong_ordering operator<=>(const Address& a, const Address& b) noexcept {
    // As two numbers each: this is asked for every packet of ours.
    if (const auto order = load_be64(a.octets.data()) <=> load_be64(b.octets.data()); order != 0) return order;
    if (const auto order = load_be64(a.octets.data() + 8) <=> load_be64(b.octets.data() + 8); order != 0) return order;
    return a.family <=> b.family;
  }
  friend bool operator==(const Address& a, const Address& b) noexcept { return (a <=> b) == 0; }
};

/// An address and a UDP port.
struct Endpoint {
  Address address;
  std::uint16_t port = 0;
  friend auto operator<=>(const Endpoint&, const Endpoint&) noexcept = default;
};

/// Dotted quad, or RFC 5952 form for IPv6; "-" for none.
std::string to_string(const Address& address);
/// "192.0.2.1:500", "[2001:db8::1]:500".
std::string to_string(const Endpoint& endpoint);
/// Reads what to_string(Address) writes, and every other RFC 4291 form.
std::optional<Address> parse_address(std::string_view text);

}  // namespace ike::net
