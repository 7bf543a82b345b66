#pragma once

#include "ike/net/datagram.hpp"
#include "ike/net/ip.hpp"

namespace ike::net {

/// Reads an ICMP (RFC 792) or ICMPv6 (RFC 4443) error: destination unreachable, time exceeded, parameter
/// problem, packet too big, and the UDP or ESP packet that it quotes as far as the quote goes. False for
/// every other message, and when the quote is of something else or cannot be read. Fills everything of
/// `error` but its PacketInfo.
bool decode_icmp_error(const IpPacket& packet, IcmpError& error) noexcept;

}  // namespace ike::net
