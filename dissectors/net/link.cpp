#include "ike/net/link.hpp"

namespace ike::net {
namespace {

constexpr Opened too_short(Slice packet) { return {Inside::short_header, packet, 0}; }

/// What one header leads to: an EtherType, or the end of the way.
struct Next {
  bool done = true;
  Opened opened{};
  std::uint16_t type = 0;
  Slice rest{};
};

Next ends(Opened opened) { return {true, opened, 0, {}}; }
Next goes_on(std::uint16_t type, Slice rest) { return {false, {}, type, rest}; }

/// The inner EtherType after `header` octets, the last two of which hold it.
Next behind(Slice rest, std::size_t header) {
  if (rest.octets.size() < header) return ends(too_short(rest));
  return goes_on(load_be16(rest.octets.data() + header - 2), rest.after(header));
}

/// RFC 3032: labels up to the one with the bottom of stack bit. What follows tells itself by its first
/// nibble: 4 and 6 are IP, 0 a pseudowire control word (RFC 4385) before an Ethernet frame.
Next open_mpls(Slice rest) {
  for (unsigned i = 0; i < max_tags; ++i) {
    if (rest.octets.size() < 4) return ends(too_short(rest));
    const bool bottom = (rest.octets[2] & 1U) != 0;
    rest = rest.after(4);
    if (!bottom) continue;
    if (rest.octets.empty()) return ends(too_short(rest));
    const unsigned nibble = rest.octets[0] >> 4U;
    if (nibble == 4 || nibble == 6) return ends({Inside::ip, rest, 0});
    if (nibble != 0) return ends({Inside::nothing, rest, 0});
    return rest.octets.size() < 18 ? ends(too_short(rest)) : behind(rest, 18);
  }
  return ends({Inside::contradiction, rest, 0});
}

/// PPP protocol number (RFC 1661 2), in one octet where it is compressed.
Opened open_ppp_protocol(Slice rest) {
  if (rest.octets.empty()) return too_short(rest);
  std::uint16_t protocol = rest.octets[0];
  std::size_t length = 1;
  if ((protocol & 1U) == 0) {
    if (rest.octets.size() < 2) return too_short(rest);
    protocol = load_be16(rest.octets.data());
    length = 2;
  }
  rest = rest.after(length);
  switch (protocol) {
    case 0x0021:
      return {Inside::ipv4, rest, 0};
    case 0x0057:
      return {Inside::ipv6, rest, 0};
    case 0x0281:
      return open_ether_type(0x8847, rest);
    default:
      return {Inside::nothing, rest, 0};
  }
}

/// RFC 2516 4: version and type 1, code 0 (session), session ID, length.
Opened open_pppoe(Slice rest) {
  if (rest.octets.size() < 6) return too_short(rest);
  if (rest.octets[0] != 0x11) return {Inside::contradiction, rest, 0};
  if (rest.octets[1] != 0) return {Inside::nothing, rest, 0};
  return open_ppp_protocol(rest.after(6));
}

/// PPP in HDLC-like framing (RFC 1662), its address and control octets present or not, and Cisco HDLC,
/// which has 0F or 8F there and an EtherType behind.
Opened open_ppp(Slice frame) {
  if (frame.octets.size() < 2) return too_short(frame);
  const auto first = load_be16(frame.octets.data());
  if (first == 0xff03) return open_ppp_protocol(frame.after(2));
  if (first != 0x0f00 && first != 0x8f00) return open_ppp_protocol(frame);
  const Next next = behind(frame, 4);
  return next.done ? next.opened : open_ether_type(next.type, next.rest);
}

/// Address family in the writer's byte order, which need not be the reader's.
Opened open_null(Slice frame) {
  if (frame.octets.size() < 4) return too_short(frame);
  const auto* at = frame.octets.data();
  const bool big = at[0] == 0 && at[1] == 0;
  const unsigned family = big ? load_be16(at + 2) : at[2] == 0 && at[3] == 0 ? at[0] | unsigned{at[1]} << 8U : 0U;
  switch (family) {
    case 2:
      return {Inside::ipv4, frame.after(4), 0};
    case 10:  // Linux
    case 23:  // Windows
    case 24:  // NetBSD, OpenBSD
    case 28:  // FreeBSD
    case 30:  // macOS
      return {Inside::ipv6, frame.after(4), 0};
    default:
      return {Inside::nothing, frame, 0};
  }
}

Opened open_cooked(Slice frame, std::size_t length, std::size_t type_at) {
  if (frame.octets.size() < length) return too_short(frame);
  return open_ether_type(load_be16(frame.octets.data() + type_at), frame.after(length));
}

Next open_one(std::uint16_t type, Slice rest) {
  switch (type) {
    case 0x0800:
      return ends({Inside::ipv4, rest, 0});
    case 0x86dd:
      return ends({Inside::ipv6, rest, 0});
    case 0x8100:  // 802.1Q
    case 0x88a8:  // 802.1ad
    case 0x9100:  // vendors' outer tags before 802.1ad
    case 0x9200:
    case 0x9300:
      return behind(rest, 4);
    case 0x8847:
    case 0x8848:
      return open_mpls(rest);
    case 0x8864:
      return ends(open_pppoe(rest));
    case 0x880b:
      return ends(open_ppp_protocol(rest));
    case 0x6558:
      return behind(rest, 14);
    default:
      break;
  }
  if (type > 1500) return ends({Inside::nothing, rest, 0});
  // an 802.3 length; SNAP with organization code 0 has an EtherType (RFC 1042)
  if (rest.octets.size() < 8 || load_be64(rest.octets.data()) >> 16U != 0xaaaa'0300'0000)
    return ends({Inside::nothing, rest, 0});
  return behind(rest, 8);
}

/// What a header of this EtherType is called; nothing for IP and for frames inside frames.
constexpr Wrap wrap_of(std::uint16_t type) {
  switch (type) {
    case 0x8100:
      return Wrap::vlan;
    case 0x88a8:
      return Wrap::service_vlan;
    case 0x9100:
    case 0x9200:
    case 0x9300:
      return Wrap::vendor_vlan;
    case 0x8847:
    case 0x8848:
      return Wrap::mpls;
    case 0x8864:
      return Wrap::pppoe;
    default:
      return Wrap::none;
  }
}

}  // namespace

std::string_view name(Wrap wrap) noexcept {
  switch (wrap) {
    case Wrap::none: return "";
    case Wrap::vlan: return "802.1Q";
    case Wrap::service_vlan: return "802.1ad";
    case Wrap::vendor_vlan: return "a vendor's VLAN tag";
    case Wrap::mpls: return "MPLS";
    case Wrap::pppoe: return "PPPoE";
    case Wrap::ip: return "IP-in-IP";
    case Wrap::gre: return "GRE";
    case Wrap::erspan1: return "ERSPAN I";
    case Wrap::erspan2: return "ERSPAN II";
    case Wrap::erspan3: return "ERSPAN III";
    case Wrap::vxlan: return "VXLAN";
    case Wrap::geneve: return "Geneve";
  }
  return "";
}

Opened open_ether_type(std::uint16_t type, Slice rest) noexcept {
  std::uint64_t trail = 0;
  for (unsigned i = 0; i < max_tags; ++i) {
    const Next next = open_one(type, rest);
    trail = join(trail, trail_of(wrap_of(type)));
    if (next.done) return {next.opened.inside, next.opened.packet, join(trail, next.opened.trail)};
    type = next.type;
    rest = next.rest;
  }
  return {Inside::contradiction, rest, 0};
}

Opened open_link(LinkType link, Slice frame) noexcept {
  switch (link) {
    case LinkType::ethernet:
      return open_ethernet(frame);
    case LinkType::linux_sll:
      return open_cooked(frame, 16, 14);
    case LinkType::linux_sll2:
      return open_cooked(frame, 20, 0);
    case LinkType::raw_old:
    case LinkType::raw_openbsd:
    case LinkType::raw:
      return {Inside::ip, frame, 0};
    case LinkType::ipv4:
      return {Inside::ipv4, frame, 0};
    case LinkType::ipv6:
      return {Inside::ipv6, frame, 0};
    case LinkType::null:
    case LinkType::loop:
      return open_null(frame);
    case LinkType::ppp:
    case LinkType::ppp_hdlc:
      return open_ppp(frame);
    case LinkType::pppoe:
      return open_pppoe(frame);
  }
  return {Inside::unknown_link, frame, 0};
}

}  // namespace ike::net
