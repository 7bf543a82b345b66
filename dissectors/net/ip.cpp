#include "ike/net/ip.hpp"

namespace ike::net {
namespace {

/// Octets of the extension header of type `number` whose second octet is `length` (RFC 8200 4, RFC 4302 2.2).
std::size_t extension_length(std::uint8_t number, std::uint8_t length) {
  if (number == protocol::fragment) return 8;
  return number == protocol::ah ? (length + 2U) * 4U : (length + 1U) * 8U;
}

}  // namespace

IpFault pass_extensions(IpPacket& packet) noexcept {
  for (unsigned i = 0; packet.version == 6 ? is_extension(packet.protocol) : packet.protocol == protocol::ah; ++i) {
    if (i == max_extension_headers) return IpFault::contradiction;
    if (packet.payload.octets.size() < 8) return IpFault::short_header;
    const std::uint8_t* at = packet.payload.octets.data();
    const std::size_t length = extension_length(packet.protocol, at[1]);
    const bool is_fragment = packet.protocol == protocol::fragment;
    if (is_fragment) {
      if (packet.fragmented()) return IpFault::contradiction;  // a fragment of a fragment
      packet.fragment_offset = load_be16(at + 2) & 0xfff8U;
      packet.more_fragments = (at[3] & 1U) != 0;
      packet.id = load_be32(at + 4);
    }
    if (length > packet.payload.octets.size()) return IpFault::short_header;
    packet.protocol = at[0];
    packet.payload = packet.payload.after(length);
    if (is_fragment && packet.fragmented()) return IpFault::none;
  }
  return IpFault::none;
}

}  // namespace ike::net
