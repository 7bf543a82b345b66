#pragma once

#include "ike/net/link.hpp"

namespace ike::net {

/// Tunnels in one another that we follow; provider networks have two or three.
inline constexpr unsigned max_tunnel_depth = 8;

inline constexpr std::uint16_t vxlan_port = 4789;
inline constexpr std::uint16_t geneve_port = 6081;

/// GRE (RFC 2784, 2890) with IP, an Ethernet frame, MPLS or a mirrored frame (ERSPAN types 1 to 3) inside.
Opened open_gre(Slice packet) noexcept;

/// VXLAN (RFC 7348 5); `packet` begins behind the UDP header.
Opened open_vxlan(Slice packet) noexcept;

/// Geneve (RFC 8926 3.4); `packet` begins behind the UDP header.
Opened open_geneve(Slice packet) noexcept;

}  // namespace ike::net
