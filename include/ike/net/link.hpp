#pragma once

#include <cstdint>
#include <string_view>

#include "ike/base/frame.hpp"

namespace ike::net {

/// Octets of a packet as far as they were captured, and how many more of them were sent.
struct Slice {
  ByteView octets;
  std::uint32_t missing = 0;

  /// Without its first `count` octets, which the caller has checked to be there.
  [[nodiscard]] constexpr Slice after(std::size_t count) const noexcept { return {octets.subspan(count), missing}; }
};

/// What a link layer or tunnel header has inside.
enum class Inside : std::uint8_t {
  nothing,  ///< no IP packet
  ip,       ///< IPv4 or IPv6; nobody said which
  ipv4,
  ipv6,
  short_header,   ///< a header passes the end of what was captured
  contradiction,  ///< a header contradicts itself
  unknown_link,   ///< a link type we cannot read
};

struct Opened {
  Inside inside = Inside::nothing;
  Slice packet;             ///< from the IP header on
  std::uint64_t trail = 0;  ///< the wrappings passed, one Wrap in each octet, the innermost lowest
};

/// What may stand around an IP packet.
enum class Wrap : std::uint8_t { none, vlan, service_vlan, vendor_vlan, mpls, pppoe, ip, gre, erspan1, erspan2, erspan3, vxlan, geneve };
/// "802.1Q", "ERSPAN II" ...
std::string_view name(Wrap wrap) noexcept;

/// `inner` behind `outer`; of more than eight the outermost are forgotten.
constexpr std::uint64_t join(std::uint64_t outer, std::uint64_t inner) noexcept {
  for (std::uint64_t rest = inner; rest != 0; rest >>= 8U) outer <<= 8U;
  return outer | inner;
}
constexpr std::uint64_t trail_of(Wrap wrap) noexcept { return static_cast<std::uint64_t>(wrap); }

/// VLAN tags, MPLS labels and the like that one packet may have; more is taken for an attack.
inline constexpr unsigned max_tags = 16;

/// Takes the link layer off a frame: every LinkType that has a name.
Opened open_link(LinkType link, Slice frame) noexcept;

/// What stands behind an EtherType: IP, VLAN tags (802.1Q, 802.1ad and vendors' numbers), MPLS, PPPoE
/// session (RFC 2516), 802.2 SNAP, or an Ethernet frame (transparent bridging; RFC 4385 control word).
Opened open_ether_type(std::uint16_t type, Slice rest) noexcept;

/// An Ethernet frame without preamble; a check sequence at its end does no harm.
inline Opened open_ethernet(Slice frame) noexcept {
  if (frame.octets.size() < 14) return {Inside::short_header, frame, 0};
  const auto type = load_be16(frame.octets.data() + 12);
  if (type == 0x0800) return {Inside::ipv4, frame.after(14), 0};
  if (type == 0x86dd) return {Inside::ipv6, frame.after(14), 0};
  return open_ether_type(type, frame.after(14));
}

}  // namespace ike::net
