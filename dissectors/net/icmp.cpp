#include "ike/net/icmp.hpp"

#include <algorithm>

namespace ike::net {
namespace {

/// A quote ends anywhere; what its lengths announce beyond that is no fault.
constexpr std::uint32_t quote_cut = 65535;

/// ICMP types 3, 11, 12 and ICMPv6 types 1 to 4; source quench and redirect do not say that anything failed.
constexpr bool is_error(bool v6, std::uint8_t type) {
  return v6 ? type >= 1 && type <= 4 : type == 3 || type == 11 || type == 12;
}

/// RFC 4884 4: octets of the quote when extensions follow it, else 0.
std::size_t quote_length(bool v6, const std::uint8_t* at) {
  if (!v6) return at[5] * 4U;
  return at[0] == 1 || at[0] == 3 ? at[4] * 8U : 0U;
}

std::uint32_t mtu_of(bool v6, const std::uint8_t* at) {
  if (v6) return at[0] == 2 ? load_be32(at + 4) : 0;
  return at[0] == 3 && at[1] == 4 ? load_be16(at + 6) : 0;
}

bool decode_quote(bool v6, ByteView quote, IpPacket& quoted) {
  const Slice slice{quote, quote_cut};
  const IpFault fault = v6 ? decode_ipv6(slice, quoted) : decode_ipv4(slice, quoted);
  if (fault != IpFault::none) return false;
  if (!quoted.fragmented() && pass_extensions(quoted) != IpFault::none) return false;
  // goes on behind what made it a first fragment
  if (quoted.fragmented() && quoted.fragment_offset == 0 && pass_extensions(quoted) != IpFault::none) return false;
  return quoted.protocol == protocol::udp || quoted.protocol == protocol::esp;
}

}  // namespace

bool decode_icmp_error(const IpPacket& packet, IcmpError& error) noexcept {
  const ByteView octets = packet.payload.octets;
  const bool v6 = packet.version == 6;
  if (octets.size() < 8 || !is_error(v6, octets[0])) return false;
  ByteView quote = octets.subspan(8);
  if (const auto length = quote_length(v6, octets.data()); length != 0)
    quote = quote.first(std::min(length, quote.size()));
  IpPacket quoted;
  if (!decode_quote(v6, quote, quoted)) return false;

  error.type = octets[0];
  error.code = octets[1];
  error.v6 = v6;
  error.mtu = mtu_of(v6, octets.data());
  error.quoted_source = {quoted.source(), 0};
  error.quoted_destination = {quoted.destination(), 0};
  error.quoted_protocol = quoted.protocol;
  error.quoted_ip_id = v6 ? std::uint16_t{0} : static_cast<std::uint16_t>(quoted.id);
  error.quoted_fragment = quoted.fragmented();
  error.quoted_payload = {};
  const ByteView inner = quoted.payload.octets;
  if (quoted.protocol != protocol::udp || quoted.fragment_offset != 0 || inner.size() < 4) return true;
  error.quoted_source.port = load_be16(inner.data());
  error.quoted_destination.port = load_be16(inner.data() + 2);
  if (inner.size() <= 8) return true;
  const std::size_t length = std::max<std::size_t>(8, load_be16(inner.data() + 4));
  error.quoted_payload = inner.subspan(8, std::min(length, inner.size()) - 8);
  return true;
}

}  // namespace ike::net
