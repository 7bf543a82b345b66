#include "ike/net/tunnel.hpp"

namespace ike::net {
namespace {

Opened inside(Wrap wrap, Opened opened) {
  opened.trail = join(trail_of(wrap), opened.trail);
  return opened;
}

constexpr Opened too_short(Slice packet) { return {Inside::short_header, packet, 0}; }

/// What a mirroring switch cut off is not told; as much as an IP packet can have.
constexpr std::uint32_t cut_by_switch = 65535;

/// ERSPAN type 2: version 1, 8 octets. Type 1 has no header and is told by GRE's missing sequence number.
Opened open_erspan2(Slice packet, bool sequenced) {
  if (!sequenced) return open_ethernet(packet);
  if (packet.octets.size() < 8) return too_short(packet);
  if (packet.octets[0] >> 4U != 1) return {Inside::nothing, packet, 0};
  if ((packet.octets[2] & 4U) != 0) packet.missing += cut_by_switch;  // T
  return open_ethernet(packet.after(8));
}

/// ERSPAN type 3: version 2, 12 octets, 8 more when O is set; FT 0 is an Ethernet frame, 2 an IP packet.
Opened open_erspan3(Slice packet) {
  if (packet.octets.size() < 12) return too_short(packet);
  const auto* at = packet.octets.data();
  if (at[0] >> 4U != 2) return {Inside::nothing, packet, 0};
  const std::size_t length = (at[11] & 1U) != 0 ? 20 : 12;
  if (packet.octets.size() < length) return too_short(packet);
  if ((at[2] & 4U) != 0) packet.missing += cut_by_switch;  // T
  switch (at[10] >> 2U & 31U) {
    case 0:
      return open_ethernet(packet.after(length));
    case 2:
      return {Inside::ip, packet.after(length), 0};
    default:
      return {Inside::nothing, packet, 0};
  }
}

}  // namespace

Opened open_gre(Slice packet) noexcept {
  if (packet.octets.size() < 4) return too_short(packet);
  const unsigned flags = load_be16(packet.octets.data());
  const std::uint16_t type = load_be16(packet.octets.data() + 2);
  // version 1 is PPTP's; routing (RFC 1701) went out of use before ISAKMP came
  if ((flags & 0x4007U) != 0) return {Inside::nothing, packet, 0};
  const bool sequenced = (flags & 0x1000U) != 0;
  const std::size_t length =
      4U + ((flags & 0x8000U) != 0 ? 4U : 0U) + ((flags & 0x2000U) != 0 ? 4U : 0U) + (sequenced ? 4U : 0U);
  if (packet.octets.size() < length) return too_short(packet);
  packet = packet.after(length);
  switch (type) {
    case 0x88be:
      return inside(sequenced ? Wrap::erspan2 : Wrap::erspan1, open_erspan2(packet, sequenced));
    case 0x22eb:
      return inside(Wrap::erspan3, open_erspan3(packet));
    case 0x6558:
      return inside(Wrap::gre, open_ethernet(packet));
    default:
      return inside(Wrap::gre, open_ether_type(type, packet));
  }
}

Opened open_vxlan(Slice packet) noexcept {
  if (packet.octets.size() < 8) return too_short(packet);
  if ((packet.octets[0] & 8U) == 0) return {Inside::nothing, packet, 0};  // no valid VNI: something else on this port
  return inside(Wrap::vxlan, open_ethernet(packet.after(8)));
}

Opened open_geneve(Slice packet) noexcept {
  if (packet.octets.size() < 8) return too_short(packet);
  if (packet.octets[0] >> 6U != 0) return {Inside::nothing, packet, 0};
  const std::size_t length = 8U + (packet.octets[0] & 63U) * 4U;
  if (packet.octets.size() < length) return too_short(packet);
  const std::uint16_t type = load_be16(packet.octets.data() + 2);
  packet = packet.after(length);
  return inside(Wrap::geneve, type == 0x6558 ? open_ethernet(packet) : open_ether_type(type, packet));
}

}  // namespace ike::net
