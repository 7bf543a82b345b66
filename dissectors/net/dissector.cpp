#include "ike/net/dissector.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "ike/net/icmp.hpp"
#include "ike/net/ip.hpp"
#include "ike/net/ip_fragments.hpp"
#include "ike/net/link.hpp"
#include "ike/net/tunnel.hpp"

namespace ike::net {
namespace {

constexpr std::size_t udp_header = 8;
constexpr std::size_t esp_header = 8;

/// In place: an Address made first and copied then takes longer than the whole rest of a packet.
void set_address(Address& address, const std::uint8_t* at, std::uint8_t version) {
  if (version == 4) {
    address.octets = {};
    std::copy_n(at, 4, address.octets.data());
  } else {
    std::copy_n(at, 16, address.octets.data());
  }
  address.family = version;
}

/// Everything but the ports.
[[gnu::always_inline]] inline void fill_info(PacketInfo& info, const Frame& frame, const IpPacket& packet) {
  info.time = frame.time;
  info.packet = frame.number;
  info.file = frame.file;
  info.ip_id = packet.version == 4 ? static_cast<std::uint16_t>(packet.id) : std::uint16_t{0};
  info.ttl = packet.ttl;
  const bool v4 = packet.version == 4;
  set_address(info.source.address, packet.header + (v4 ? 12 : 8), packet.version);
  set_address(info.destination.address, packet.header + (v4 ? 16 : 24), packet.version);
}

/// The tunnel that a UDP datagram to such a port holds; the caller knows that the UDP header is there.
Opened open_udp_tunnel(const IpPacket& packet) {
  const auto port = load_be16(packet.payload.octets.data() + 2);
  if (port == vxlan_port) return open_vxlan(packet.payload.after(udp_header));
  if (port == geneve_port) return open_geneve(packet.payload.after(udp_header));
  return {};
}

/// RFC 2408 3.1: cookie, version 1.0, an exchange type and flags that there are, and a length that fits exactly;
/// behind a non-ESP marker or not.
bool looks_like_ike(ByteView payload, std::size_t udp_length) {
  constexpr std::size_t isakmp_header = 28;
  std::size_t length = udp_length - udp_header;
  if (payload.size() >= isakmp_header + 4 && load_be32(payload.data()) == 0) {
    payload = payload.subspan(4);
    length -= 4;
  }
  if (payload.size() < isakmp_header || udp_length < udp_header) return false;
  const auto* at = payload.data();
  const std::uint8_t exchange = at[18];
  const bool begins = load_be64(at + 8) == 0;
  constexpr std::uint8_t security_association = 1;
  return at[17] == 0x10 && load_be32(at + 24) == length && at[19] <= 7 && load_be64(at) != 0 && ((exchange >= 1 && exchange <= 6) || exchange == 32 || exchange == 33) &&
         (!begins || (at[16] == security_association && load_be32(at + 20) == 0));
}

template <typename Word>
Word word_at(const std::uint8_t* at) noexcept {
  Word value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

/// Ones' complement sum (RFC 1071) in this machine's byte order, in which 0xffff is as good as in any other. What is
/// carried out of 64 bits is counted apart, and added where it makes no difference: 2^64 is 1 modulo 0xffff.
struct OnesSum {
  std::uint64_t sum = 0;
  std::uint64_t carries = 0;

  void add(std::uint64_t word) noexcept { carries += __builtin_add_overflow(sum, word, &sum) ? std::uint64_t{1} : std::uint64_t{0}; }
  /// Of what holds anything but zeros.
  [[nodiscard]] bool is_ones() const noexcept { return ((sum & 0xffffffff) + (sum >> 32U) + carries) % 0xffff == 0; }
};

[[gnu::always_inline]] inline OnesSum add_up(const std::uint8_t* at, std::size_t size, OnesSum all = {}) noexcept {
  const auto add = [&all](std::uint64_t word) { all.add(word); };
  const auto add_words = [&]<std::size_t... n>(std::index_sequence<n...>) __attribute__((always_inline)) {
    (add(word_at<std::uint64_t>(at + 8 * n)), ...);
    at += 8 * sizeof...(n);
  };
  for (; size >= 64; size -= 64) add_words(std::make_index_sequence<8>{});
  if (size & 32U) add_words(std::make_index_sequence<4>{});
  if (size & 16U) add_words(std::make_index_sequence<2>{});
  if (size & 8U) add_words(std::make_index_sequence<1>{});
  if (size & 4U) add(word_at<std::uint32_t>(at)), at += 4;
  if (size & 2U) add(word_at<std::uint16_t>(at)), at += 2;
  if (size & 1U) add(word_at<std::uint16_t>(std::array<std::uint8_t, 2>{*at, 0}.data()));
  return all;
}

/// Whether the checksums of a datagram that was captured whole are right, or were not sent.
[[gnu::always_inline]] inline bool checksums_fit(const IpPacket& packet, ByteView udp) noexcept {
  const bool v4 = packet.version == 4;
  const std::size_t header = (packet.header[0] & 15U) * 4U;
  if (v4 && load_be16(packet.header + 10) != 0 && !(header == 20 ? add_up(packet.header, 20) : add_up(packet.header, header)).is_ones()) return false;
  if (load_be16(udp.data() + 6) == 0) return true;
  const auto pseudo = add_up(std::array<std::uint8_t, 4>{0, protocol::udp, udp[4], udp[5]}.data(), 4);
  return add_up(udp.data(), udp.size(), v4 ? add_up(packet.header + 12, 8, pseudo) : add_up(packet.header + 8, 32, pseudo)).is_ones();
}

/// Whether a later fragment of such a protocol may belong to a UDP datagram: IPv6 names the first header
/// of what was fragmented, which need not be the last.
bool may_hold_udp(const IpPacket& fragment) {
  return fragment.protocol == protocol::udp || is_extension(fragment.protocol);
}

}  // namespace

Dissector::Dissector(Ports ports) : ports_{std::move(ports)}, reassembler_{std::make_unique<Reassembler>()} {
  std::ranges::sort(ports_.extra);
}
Dissector::~Dissector() = default;
Dissector::Dissector(Dissector&&) noexcept = default;
Dissector& Dissector::operator=(Dissector&&) noexcept = default;

inline bool Dissector::ours(std::uint16_t port) const noexcept {
  return port == 500 || port == 4500 || (!ports_.extra.empty() && std::ranges::binary_search(ports_.extra, port));
}

inline bool Dissector::ours(const std::uint8_t* udp) const noexcept {
  return ours(load_be16(udp)) || ours(load_be16(udp + 2));
}

/// False when there is nothing for us; what is wrong has been counted.
inline bool Dissector::read_ip(const Opened& opened, IpPacket& packet) {
  IpFault fault = IpFault::none;
  switch (opened.inside) {
    case Inside::ipv4:
      fault = decode_ipv4(opened.packet, packet);
      break;
    case Inside::ipv6:
      fault = decode_ipv6(opened.packet, packet);
      break;
    case Inside::ip:
      if (opened.packet.octets.empty()) {
        fault = IpFault::short_header;
      } else {
        fault = opened.packet.octets[0] >> 4U == 6 ? decode_ipv6(opened.packet, packet)
                                                   : decode_ipv4(opened.packet, packet);
      }
      break;
    case Inside::nothing:
      return false;
    case Inside::short_header:
      fault = IpFault::short_header;
      break;
    case Inside::contradiction:
      fault = IpFault::contradiction;
      break;
    case Inside::unknown_link:
      ++counts_.unknown_link;
      return false;
  }
  std::uint32_t missing = opened.packet.missing;
  if (fault == IpFault::bad_length) {
    ++counts_.malformed;
    fault = IpFault::none;
  }
  // an IPv4 fragment has its extension (AH) only at the start of the whole
  if (fault == IpFault::none && is_extension(packet.protocol) && !packet.fragmented()) {
    missing = packet.payload.missing;
    fault = pass_extensions(packet);
  }
  if (fault == IpFault::contradiction || (fault == IpFault::short_header && missing == 0)) ++counts_.malformed;
  return fault == IpFault::none;
}

/// `udp` begins with a UDP header; `missing` more octets were sent, `snapped` when the snap length took them.
[[gnu::always_inline]] inline Dissector::Kind Dissector::fill_datagram(ByteView udp, std::uint32_t missing, bool snapped) {
  const std::size_t length = load_be16(udp.data() + 4);
  if (length < udp_header) {
    ++counts_.malformed;
    return Kind::other;
  }
  const std::size_t sent = udp.size() + missing;
  if (length > sent) ++counts_.malformed;
  datagram_.sent_length = static_cast<std::uint32_t>(std::min(length, sent) - udp_header);
  datagram_.payload = udp.subspan(udp_header, std::min<std::size_t>(udp.size() - udp_header, datagram_.sent_length));
  datagram_.cut = snapped && datagram_.payload.size() < datagram_.sent_length;
  counts_.cut += datagram_.cut;
  datagram_.source.port = load_be16(udp.data());
  datagram_.destination.port = load_be16(udp.data() + 2);
  datagram_.fragments = 1;
  datagram_.partial = false;
  datagram_.completes = 0;
  return Kind::udp;
}

[[gnu::always_inline]] inline Dissector::Kind Dissector::take_udp_here(const Frame& frame, const IpPacket& packet) {
  fill_info(datagram_, frame, packet);
  const ByteView udp = packet.payload.octets;
  const std::size_t length = load_be16(udp.data() + 4);
  constexpr std::size_t shortest_ike = udp_header + 24;
  if (length >= shortest_ike && length <= udp.size()) {
    const bool marked = load_be16(udp.data()) == 4500 || load_be16(udp.data() + 2) == 4500;
    const bool esp = marked && load_be32(udp.data() + udp_header) != 0;  // has sums of its own
    if (!esp && !checksums_fit(packet, udp.first(length))) ++counts_.bad_checksums;
  }
  return fill_datagram(udp, packet.payload.missing, packet.payload.missing != 0);
}

/// What nearly all frames are, told by the fewest octets: IPv4 right behind an Ethernet header, of a protocol that we never
/// look into, or UDP to a port of ours, whole and without options. Everything else goes the long way.
Dissector::Kind Dissector::dissect(const Frame& frame) {
  constexpr std::size_t ethernet_header = 14;
  constexpr std::size_t ipv4_header = 20;
  ++counts_.frames;
  const auto* at = frame.octets.data();
  if (frame.link != LinkType::ethernet || frame.octets.size() < ethernet_header + ipv4_header + udp_header || load_be16(at + 12) != 0x0800) return look_into(frame);
  const auto* header = at + ethernet_header;
  if (!detail::looked_at(header[9])) return Kind::other;
  if (header[9] != protocol::udp || header[0] != 0x45 || (load_be16(header + 6) & 0x3fffU) != 0 || !ours(header + ipv4_header)) return look_into(frame);
  const auto captured = static_cast<std::uint32_t>(frame.octets.size());
  Slice inside{frame.octets.subspan(ethernet_header), frame.wire_length > captured ? frame.wire_length - captured : 0};
  const std::size_t total = load_be16(header + 2);
  if (total < ipv4_header + udp_header || detail::clip(inside, total) != IpFault::none) return look_into(frame);
  IpPacket packet;
  packet.header = header;
  packet.payload = inside.after(ipv4_header);
  packet.id = load_be16(header + 4);
  packet.version = 4;
  packet.protocol = protocol::udp;
  packet.ttl = header[8];
  return take_udp_here(frame, packet);
}

Dissector::Kind Dissector::look_into(const Frame& frame) {
  const auto captured = static_cast<std::uint32_t>(frame.octets.size());
  const Slice whole{frame.octets, frame.wire_length > captured ? frame.wire_length - captured : 0};
  Opened opened = frame.link == LinkType::ethernet ? open_ethernet(whole) : open_link(frame.link, whole);
  if (opened.inside == Inside::unknown_link) counts_.last_unknown_link = frame.link;
  IpPacket packet;
  IpPacket outer;
  std::uint64_t trail = opened.trail;
  const auto found = [&](Kind kind) {
    if (trail != 0 && kind != Kind::other) note_wrapping(trail, outer);
    return kind;
  };
  for (unsigned depth = 0; depth <= max_tunnel_depth; ++depth) {
    if (depth != 0) trail = join(trail, opened.trail);
    if (depth == 1) outer = packet;
    if (!read_ip(opened, packet)) return Kind::other;
    switch (packet.protocol) {
      case protocol::udp:
        if (packet.fragmented()) return found(take_fragment(frame, packet));
        if (packet.payload.octets.size() < udp_header) {
          counts_.malformed += packet.payload.missing == 0;
          return Kind::other;
        }
        if (ours(packet.payload.octets.data())) return found(take_udp(frame, packet));
        opened = open_udp_tunnel(packet);
        if (opened.inside == Inside::nothing) return found(other_port(frame, packet));
        break;
      case protocol::esp:
        return found(take_esp(frame, packet));
      case protocol::icmp:
      case protocol::icmpv6:
        return found(take_icmp(frame, packet));
      case protocol::ipv4:
        opened = {Inside::ipv4, packet.payload, trail_of(Wrap::ip)};
        break;
      case protocol::ipv6:
        opened = {Inside::ipv6, packet.payload, trail_of(Wrap::ip)};
        break;
      case protocol::gre:
        opened = open_gre(packet.payload);
        break;
      default:
        return packet.fragmented() && may_hold_udp(packet) ? found(take_fragment(frame, packet)) : Kind::other;
    }
    if (packet.fragmented()) return Kind::other;  // tunnels are not put together
  }
  ++counts_.malformed;
  return Kind::other;
}

void Dissector::note_wrapping(std::uint64_t trail, const IpPacket& outer) {
  Address low;
  Address high;
  if (outer.header != nullptr) {
    low = std::min(outer.source(), outer.destination());
    high = std::max(outer.source(), outer.destination());
  }
  const auto same = [&](const Wrapping& each) { return each.trail == trail && each.outer[0] == low && each.outer[1] == high; };
  if (last_wrapping_ >= wrappings_.size() || !same(wrappings_[last_wrapping_])) {
    last_wrapping_ = static_cast<std::size_t>(std::ranges::find_if(wrappings_, same) - wrappings_.begin());
    if (last_wrapping_ == max_wrappings) return;
    if (last_wrapping_ == wrappings_.size()) wrappings_.push_back({trail, {low, high}, 0});
  }
  ++wrappings_[last_wrapping_].packets;
}

/// A datagram between ports that say nothing: IKE whose ports a NAT or somebody changed on both ends is told by its
/// header, which chance does not make.
Dissector::Kind Dissector::other_port(const Frame& frame, const IpPacket& packet) {
  const ByteView udp = packet.payload.octets;
  const auto from = load_be16(udp.data());
  const auto to = load_be16(udp.data() + 2);
  constexpr std::uint16_t cisco_udp_port = 10000;
  constexpr std::uint16_t gdoi_port = 848;
  if (from == gdoi_port || to == gdoi_port) return ++counts_.gdoi, Kind::other;
  counts_.cisco_udp += from == cisco_udp_port || to == cisco_udp_port;
  if (!looks_like_ike(udp.subspan(udp_header), load_be16(udp.data() + 4))) return Kind::other;
  ++counts_.by_content;
  return take_udp(frame, packet);
}

Dissector::Kind Dissector::take_udp(const Frame& frame, const IpPacket& packet) { return take_udp_here(frame, packet); }

Dissector::Kind Dissector::take_fragment(const Frame& frame, const IpPacket& packet) {
  if (packet.fragment_offset == 0) return take_first_fragment(frame, packet);
  count_fragment(packet);
  Reassembler::Fate fate{};
  if (packet.payload.missing != 0) {
    reassembler_->give_up(packet, frame.time);
  } else {
    fate = reassembler_->add(packet, 0, frame.time);
  }
  counts_.malformed += fate == Reassembler::Fate::refused;
  count_fragments();
  return fate == Reassembler::Fate::whole ? take_whole(frame) : Kind::other;
}

Dissector::Kind Dissector::take_first_fragment(const Frame& frame, const IpPacket& packet) {
  IpPacket inner = packet;
  // extension headers cut in two can be passed only when the rest is there
  const bool readable = pass_extensions(inner) == IpFault::none;
  if (readable && inner.protocol == protocol::esp) return take_esp(frame, inner);
  const ByteView udp = inner.payload.octets;
  const bool known = readable && inner.protocol == protocol::udp && udp.size() >= udp_header;
  const bool foreign = readable && (inner.protocol != protocol::udp || (known && !ours(udp.data())));
  if (!readable || inner.protocol == protocol::udp) count_fragment(packet);
  Reassembler::Fate fate = Reassembler::Fate::held;
  if (foreign) {
    reassembler_->dismiss(packet, frame.time);
  } else if (packet.payload.missing != 0) {
    if (known) reassembler_->give_up(packet, frame.time);
  } else {
    fate = reassembler_->add(packet, known ? frame.number : 0, frame.time);
  }
  counts_.malformed += fate == Reassembler::Fate::refused;
  count_fragments();
  if (fate == Reassembler::Fate::whole) return take_whole(frame);
  if (!known || foreign || fate != Reassembler::Fate::held) return Kind::other;

  fill_info(datagram_, frame, inner);
  const std::size_t length = load_be16(udp.data() + 4);
  const auto later = length > udp.size() ? static_cast<std::uint32_t>(length - udp.size()) : 0U;
  if (fill_datagram(udp, later, packet.payload.missing != 0) != Kind::udp) return Kind::other;
  datagram_.partial = true;
  return Kind::udp;
}

Dissector::Kind Dissector::take_whole(const Frame& frame) {
  const auto& whole = reassembler_->whole();
  IpPacket packet;
  packet.version = whole.source.family;
  packet.protocol = whole.protocol;
  packet.payload = {whole.octets, 0};
  if (pass_extensions(packet) != IpFault::none || packet.protocol != protocol::udp) return Kind::other;
  const ByteView udp = packet.payload.octets;
  if (udp.size() < udp_header || !ours(udp.data())) return Kind::other;
  datagram_.time = frame.time;
  datagram_.packet = frame.number;
  datagram_.file = frame.file;
  datagram_.ip_id = whole.source.family == 4 ? static_cast<std::uint16_t>(whole.id) : std::uint16_t{0};
  datagram_.ttl = whole.ttl;
  datagram_.source = {whole.source, 0};
  datagram_.destination = {whole.destination, 0};
  if (fill_datagram(udp, 0, false) != Kind::udp) return Kind::other;
  datagram_.fragments = whole.fragments;
  datagram_.completes = whole.first_packet;
  return Kind::udp;
}

Dissector::Kind Dissector::take_esp(const Frame& frame, const IpPacket& packet) {
  if (packet.fragment_offset != 0) return Kind::other;
  if (packet.payload.octets.size() < esp_header) {
    counts_.malformed += packet.payload.missing == 0;
    return Kind::other;
  }
  fill_info(esp_, frame, packet);
  esp_.spi = load_be32(packet.payload.octets.data());
  esp_.sequence = load_be32(packet.payload.octets.data() + 4);
  return Kind::esp;
}

Dissector::Kind Dissector::take_icmp(const Frame& frame, const IpPacket& packet) {
  if (packet.fragmented() || (packet.protocol == protocol::icmp) != (packet.version == 4)) return Kind::other;
  if (!decode_icmp_error(packet, icmp_)) return Kind::other;
  // a quote that does not reach the ports may be of ours; addresses and identification tell
  const auto from = icmp_.quoted_source.port;
  const auto to = icmp_.quoted_destination.port;
  if (icmp_.quoted_protocol == protocol::udp && (from != 0 || to != 0) && !ours(from) && !ours(to)) return Kind::other;
  fill_info(icmp_, frame, packet);
  return Kind::icmp_error;
}

/// IPv6 has the identification alone, IPv4 the protocol too (RFC 791 3.2; RFC 8200 4.5).
void Dissector::count_fragment(const IpPacket& packet) {
  ++counts_.fragments;
  std::uint64_t group = std::uint64_t{packet.id} << 8U | (packet.version == 4 ? packet.protocol : std::uint8_t{0});
  for (const Address& address : {packet.source(), packet.destination()}) {
    for (const std::size_t at : {std::size_t{0}, std::size_t{8}}) {
      group = (group ^ load_be64(address.octets.data() + at)) * 0x9e3779b97f4a7c15U;
      group ^= group >> 29U;
    }
  }
  fragment_group_ = group;
}

void Dissector::count_fragments() {
  counts_.fragments_unfinished = reassembler_->counts().unfinished;
  counts_.fragments_evicted = reassembler_->counts().evicted;
}

}  // namespace ike::net
