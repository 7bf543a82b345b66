#pragma once

#include <cstdint>

#include "ike/net/endpoint.hpp"
#include "ike/net/link.hpp"

namespace ike::net {

/// IP protocol numbers that we look at.
namespace protocol {
inline constexpr std::uint8_t hop_by_hop = 0;
inline constexpr std::uint8_t icmp = 1;
inline constexpr std::uint8_t ipv4 = 4;
inline constexpr std::uint8_t udp = 17;
inline constexpr std::uint8_t ipv6 = 41;
inline constexpr std::uint8_t routing = 43;
inline constexpr std::uint8_t fragment = 44;
inline constexpr std::uint8_t gre = 47;
inline constexpr std::uint8_t esp = 50;
inline constexpr std::uint8_t ah = 51;
inline constexpr std::uint8_t icmpv6 = 58;
inline constexpr std::uint8_t destination_options = 60;
inline constexpr std::uint8_t mobility = 135;
inline constexpr std::uint8_t hip = 139;
inline constexpr std::uint8_t shim6 = 140;
}  // namespace protocol

/// An IP packet behind its headers. `header` points into the frame.
struct IpPacket {
  const std::uint8_t* header = nullptr;
  Slice payload;                      ///< behind the last header that could be passed
  std::uint32_t id = 0;               ///< IPv4 identification, or that of an IPv6 fragment header
  std::uint16_t fragment_offset = 0;  ///< in octets
  bool more_fragments = false;
  std::uint8_t version = 0;
  std::uint8_t protocol = 0;  ///< of `payload`
  std::uint8_t ttl = 0;

  [[nodiscard]] bool fragmented() const noexcept { return more_fragments || fragment_offset != 0; }
  [[nodiscard]] Address source() const noexcept {
    return version == 4 ? Address::v4(header + 12) : Address::v6(header + 8);
  }
  [[nodiscard]] Address destination() const noexcept {
    return version == 4 ? Address::v4(header + 16) : Address::v6(header + 24);
  }
};

/// Extension headers that one packet may have; real ones have up to four.
inline constexpr unsigned max_extension_headers = 16;

/// What became of a header.
enum class IpFault : std::uint8_t {
  none,
  foreign,        ///< a protocol that we never look into; its header was not read further
  short_header,   ///< passes the end of what was captured
  contradiction,  ///< lengths or version contradict themselves
  bad_length,     ///< announces more octets than were sent; what is there was taken
};

/// Passes extension headers (IPv6; in IPv4 only AH) from `packet.protocol` on. A fragment header with offset 0
/// and no more to come is passed (RFC 6946); any other sets the fragment fields of `packet` and ends the way
/// before what was fragmented. Called again on a first fragment, it goes on behind it.
IpFault pass_extensions(IpPacket& packet) noexcept;

/// Whether `protocol` is an extension header of IPv6, or AH.
constexpr bool is_extension(std::uint8_t number) noexcept {
  switch (number) {
    case protocol::hop_by_hop:
    case protocol::routing:
    case protocol::fragment:
    case protocol::ah:
    case protocol::destination_options:
    case protocol::mobility:
    case protocol::hip:
    case protocol::shim6:
      return true;
    default:
      return false;
  }
}

namespace detail {

/// One bit per protocol number: those that may hold something for us.
constexpr bool looked_at(std::uint8_t number) noexcept {
  switch (number) {
    case protocol::icmp:
    case protocol::ipv4:
    case protocol::udp:
    case protocol::ipv6:
    case protocol::gre:
    case protocol::esp:
    case protocol::ah:
    case protocol::icmpv6:
      return true;
    default:
      return false;
  }
}

/// Cuts what follows the packet (padding), or notes what is missing. `length` octets were announced.
inline IpFault clip(Slice& packet, std::size_t length) noexcept {
  const std::size_t captured = packet.octets.size();
  if (length <= captured) {
    packet = {packet.octets.first(length), 0};
    return IpFault::none;
  }
  const bool beyond = length - captured > packet.missing;
  packet.missing = static_cast<std::uint32_t>(length - captured);
  return beyond ? IpFault::bad_length : IpFault::none;
}

}  // namespace detail

/// Reads an IPv4 header (RFC 791 3.1). A total length of 0 (segmentation left to the network card) means
/// as much as was sent.
inline IpFault decode_ipv4(Slice slice, IpPacket& packet) noexcept {
  if (slice.octets.size() < 20) return IpFault::short_header;
  const std::uint8_t* at = slice.octets.data();
  packet.protocol = at[9];
  if (!detail::looked_at(packet.protocol)) return IpFault::foreign;
  const std::size_t header = (at[0] & 15U) * 4U;
  const std::size_t total = load_be16(at + 2);
  if (at[0] >> 4U != 4 || header < 20 || (total != 0 && total < header)) return IpFault::contradiction;
  if (header > slice.octets.size()) return IpFault::short_header;
  const IpFault fault = total == 0 ? IpFault::none : detail::clip(slice, total);
  const std::uint16_t flags = load_be16(at + 6);
  packet.header = at;
  packet.payload = slice.after(header);
  packet.id = load_be16(at + 4);
  packet.fragment_offset = static_cast<std::uint16_t>((flags & 0x1fffU) * 8U);
  packet.more_fragments = (flags & 0x2000U) != 0;
  packet.version = 4;
  packet.ttl = at[8];
  return fault;
}

/// Reads an IPv6 header (RFC 8200 3); extension headers are left to pass_extensions. A payload length of
/// 0 (jumbogram, or segmentation left to the network card) means as much as was sent.
inline IpFault decode_ipv6(Slice slice, IpPacket& packet) noexcept {
  if (slice.octets.size() < 40) return IpFault::short_header;
  const std::uint8_t* at = slice.octets.data();
  packet.protocol = at[6];
  if (!detail::looked_at(packet.protocol) && !is_extension(packet.protocol)) return IpFault::foreign;
  if (at[0] >> 4U != 6) return IpFault::contradiction;
  const std::size_t length = load_be16(at + 4);
  const IpFault fault = length == 0 ? IpFault::none : detail::clip(slice, length + 40);
  packet.header = at;
  packet.payload = slice.after(40);
  packet.id = 0;
  packet.fragment_offset = 0;
  packet.more_fragments = false;
  packet.version = 6;
  packet.ttl = at[7];
  return fault;
}

}  // namespace ike::net
