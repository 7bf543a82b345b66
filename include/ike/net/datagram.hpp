#pragma once

#include <cstdint>

#include "ike/base/frame.hpp"
#include "ike/net/endpoint.hpp"

namespace ike::net {

/// What every packet taken out of a frame has: where it was seen and who sent it to whom. Addresses are
/// those of the innermost IP header.
struct PacketInfo {
  Time time{};
  std::uint64_t packet = 0;  ///< frame number
  std::uint16_t file = 0;
  std::uint16_t ip_id = 0;  ///< IPv4 identification; 0 for IPv6
  std::uint8_t ttl = 0;     ///< TTL or hop limit
  Endpoint source;          ///< port 0 where the protocol has none
  Endpoint destination;
};

/// One UDP datagram. `payload` views into the frame, or into the reassembler until its next call.
struct Datagram : PacketInfo {
  ByteView payload;               ///< UDP payload as far as captured
  std::uint32_t sent_length = 0;  ///< UDP payload octets as sent, from the UDP header
  bool cut = false;               ///< fewer octets than sent: the snap length cut them
  std::uint8_t fragments = 1;     ///< IP fragments seen so far; 1 when it was not fragmented
  /// First fragment of a datagram whose others have not (yet) been seen. When they come, the whole is
  /// given once more with `completes` naming this packet.
  bool partial = false;
  std::uint64_t completes = 0;  ///< packet number of the first fragment given before as partial, or 0
};

/// One ESP packet (IP protocol 50, or in UDP), as far as one can tell without keys (RFC 4303 2).
struct EspPacket : PacketInfo {
  std::uint32_t spi = 0;
  std::uint32_t sequence = 0;
  bool in_udp = false;
};

/// An ICMP or ICMPv6 error that quotes a packet of ours.
struct IcmpError : PacketInfo {  // source: who complains; destination: whom it was sent to
  std::uint8_t type = 0;
  std::uint8_t code = 0;
  bool v6 = false;
  std::uint32_t mtu = 0;   ///< for fragmentation needed / packet too big, else 0
  Endpoint quoted_source;  ///< ports 0 when the quote does not reach them
  Endpoint quoted_destination;
  std::uint8_t quoted_protocol = 0;  ///< 17 or 50
  std::uint16_t quoted_ip_id = 0;
  bool quoted_fragment = false;  ///< the quoted packet was an IP fragment
  ByteView quoted_payload;       ///< quoted UDP payload, may be empty or cut
};

}  // namespace ike::net
