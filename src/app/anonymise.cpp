#include "anonymise.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <random>
#include <variant>

#include "ike/crypto/digest.hpp"
#include "ike/crypto/nat_discovery.hpp"
#include "ike/isakmp/header.hpp"
#include "ike/net/tunnel.hpp"

namespace ike::app {
namespace {

using isakmp::IdType;

constexpr std::size_t udp_header = 8;

/// Prefixes that keep their meaning.
struct Special {
  std::array<std::uint8_t, 16> octets;
  unsigned length;
};
constexpr auto special_v4 = std::to_array<Special>({{{0}, 8}, {{10}, 8}, {{127}, 8}, {{169, 254}, 16}, {{172, 16}, 12}, {{192, 168}, 16}, {{224}, 3}});
constexpr auto special_v6 = std::to_array<Special>({{{0}, 64}, {{0x20}, 3}, {{0xfc}, 7}, {{0xfe, 0x80}, 10}, {{0xff}, 8}});

bool bit(const std::array<std::uint8_t, 16>& octets, unsigned place) { return (octets[place / 8] >> (7 - place % 8) & 1U) != 0; }

/// Whether the first `length` bits of `octets` lead to one of `specials` that is longer: such bits stay.
bool leads_to(std::span<const Special> specials, const std::array<std::uint8_t, 16>& octets, unsigned length) {
  return std::ranges::any_of(specials, [&](const Special& special) {
    if (special.length <= length) return false;
    for (unsigned i = 0; i < length; ++i) {
      if (bit(octets, i) != bit(special.octets, i)) return false;
    }
    return true;
  });
}

std::uint32_t fold(std::uint64_t total) {
  while (total > 0xffff) total = (total & 0xffff) + (total >> 16U);
  return static_cast<std::uint32_t>(total);
}

std::uint32_t sum(ByteView octets) {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i + 1 < octets.size(); i += 2) total += load_be16(octets.data() + i);
  if (octets.size() % 2 != 0) total += std::uint32_t{octets.back()} << 8U;
  return fold(total);
}

/// Brings the checksum at `at` along when what it covers changed its sum (RFC 1624): right stays right, wrong wrong.
void adjust(std::uint8_t* at, std::uint32_t before, std::uint32_t after) {
  const std::uint32_t value = ~fold((~std::uint32_t{load_be16(at)} & 0xffffU) + (~fold(before) & 0xffffU) + fold(after)) & 0xffffU;
  at[0] = static_cast<std::uint8_t>(value >> 8U);
  at[1] = static_cast<std::uint8_t>(value);
}

/// The octets that `view` looks at, to be written: it was made of a copy that is ours.
std::span<std::uint8_t> writable(ByteView view) { return {const_cast<std::uint8_t*>(view.data()), view.size()}; }

ByteView addresses_of(const net::IpPacket& packet) { return packet.version == 4 ? ByteView{packet.header + 12, 8} : ByteView{packet.header + 8, 32}; }

bool is_letter(std::uint8_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_text(ByteView octets) {
  return std::ranges::all_of(octets, [](std::uint8_t c) { return c >= ' ' && c < 0x7f; });
}

}  // namespace

Anonymiser::Key Anonymiser::random_key() {
  std::random_device device;
  Key key{};
  for (auto& octet : key) octet = static_cast<std::uint8_t>(device());
  return key;
}

net::Address Anonymiser::address(const net::Address& original) {
  const auto known = addresses_.find(original);
  if (known != addresses_.end()) return known->second;
  const bool v4 = original.family == 4;
  const std::span<const Special> specials = v4 ? std::span<const Special>{special_v4} : std::span<const Special>{special_v6};
  net::Address made = original;
  std::array<std::uint8_t, 18> prefix{original.family};
  // Each bit is turned over, or not, by what stands before it: equal beginnings stay equal.
  for (unsigned i = 0; i < original.wire().size() * 8; ++i) {
    prefix[1] = static_cast<std::uint8_t>(i);
    const bool turn = !leads_to(specials, original.octets, i) && (crypto::prf(isakmp::HashAlgorithm::sha2_256, key_, {prefix}).storage[0] & 1U) != 0;
    if (turn) made.octets[i / 8] = static_cast<std::uint8_t>(made.octets[i / 8] ^ 0x80U >> i % 8);
    if (bit(original.octets, i)) prefix[2 + i / 8] = static_cast<std::uint8_t>(prefix[2 + i / 8] | 0x80U >> i % 8);
  }
  const bool broadcast = v4 && load_be32(original.octets.data()) == 0xffffffff;
  const bool loopback = !v4 && load_be64(original.octets.data()) == 0 && load_be64(original.octets.data() + 8) <= 1;
  if (broadcast || loopback) made = original;
  addresses_.emplace(original, made);
  return made;
}

void Anonymiser::address_at(std::uint8_t* at, std::uint8_t version) {
  const net::Address made = address(version == 4 ? net::Address::v4(at) : net::Address::v6(at));
  std::ranges::copy(made.wire(), at);
}

/// Group addresses stay; others become locally administered ones.
void Anonymiser::link_address(Octets octets) {
  if (octets.empty() || (octets[0] & 1U) != 0) return;
  scramble(octets);
  octets[0] = static_cast<std::uint8_t>((octets[0] & 0xfcU) | 2U);
}

void Anonymiser::frame(const Frame& frame, Octets octets) {
  const auto missing = frame.wire_length > octets.size() ? frame.wire_length - static_cast<std::uint32_t>(octets.size()) : 0U;
  const auto opened = net::open_link(frame.link, {octets, missing});
  const auto addresses = [&](std::size_t at, std::size_t length) {
    if (octets.size() >= at + length) link_address(octets.subspan(at, length));
  };
  switch (frame.link) {
    case LinkType::ethernet: addresses(0, 6), addresses(6, 6); break;
    case LinkType::linux_sll: addresses(6, 6); break;
    case LinkType::linux_sll2: addresses(12, 6); break;
    default: break;
  }
  ip(opened, 0);
}

/// From an IP header on. What follows the packet (padding, a check sequence) is wiped.
void Anonymiser::ip(const net::Opened& opened, unsigned depth) {
  const Octets all = writable(opened.packet.octets);
  net::IpPacket packet;
  auto fault = net::IpFault::contradiction;
  const bool v6 = opened.inside == net::Inside::ipv6 || (opened.inside == net::Inside::ip && !all.empty() && all[0] >> 4U == 6);
  if (opened.inside == net::Inside::ipv4 || opened.inside == net::Inside::ipv6 || opened.inside == net::Inside::ip) {
    fault = v6 ? net::decode_ipv6(opened.packet, packet) : net::decode_ipv4(opened.packet, packet);
  }
  if (depth > net::max_tunnel_depth || (fault != net::IpFault::none && fault != net::IpFault::bad_length)) {
    std::ranges::fill(all, std::uint8_t{0});  // nothing that we know how to rewrite
    return;
  }
  const std::size_t header = static_cast<std::size_t>(packet.payload.octets.data() - all.data());
  std::ranges::fill(all.subspan(header + packet.payload.octets.size()), std::uint8_t{0});
  if (net::is_extension(packet.protocol) && !packet.fragmented()) net::pass_extensions(packet);

  const Octets body = writable(packet.payload.octets);
  const std::uint32_t addresses_before = sum(addresses_of(packet));
  const std::uint32_t header_before = sum(all.first(header));
  const std::uint32_t body_before = sum(body);
  const std::uint8_t protocol = packet.protocol;
  inside(packet, body, depth);
  auto* at = all.data();
  address_at(at + (v6 ? 8 : 12), packet.version);
  address_at(at + (v6 ? 24 : 16), packet.version);
  if (!v6) {
    std::ranges::fill(all.subspan(20, header - 20), std::uint8_t{1});  // options: No Operation
    adjust(at + 10, header_before, sum(all.first(header)));
  }
  // Of the sums inside, UDP's and ICMPv6's cover the addresses as well.
  const std::uint32_t addresses_after = sum(addresses_of(packet));
  const std::uint32_t body_after = sum(body);
  if (packet.fragment_offset != 0) return;
  std::uint32_t whole_before = body_before;
  std::uint32_t whole_after = body_after;
  if (packet.fragmented() && !whole_after_.empty()) {
    whole_before = sum(whole_before_);  // the payload's alone: of the header only the sum itself would change
    whole_after = sum(whole_after_);
  }
  if (protocol == net::protocol::udp && body.size() >= udp_header && load_be16(body.data() + 6) != 0) {
    adjust(body.data() + 6, addresses_before + whole_before, addresses_after + whole_after);
    if (load_be16(body.data() + 6) == 0) body[6] = body[7] = 0xff;
  } else if (protocol == net::protocol::icmp && body.size() >= 4) {
    adjust(body.data() + 2, whole_before, whole_after);
  } else if (protocol == net::protocol::icmpv6 && body.size() >= 4) {
    adjust(body.data() + 2, addresses_before + whole_before, addresses_after + whole_after);
  } else if (protocol == net::protocol::gre && body.size() >= 6 && (body[0] & 0x80U) != 0) {
    adjust(body.data() + 4, whole_before, whole_after);
  }
}

void Anonymiser::inside(const net::IpPacket& packet, Octets body, unsigned depth) {
  if (packet.fragment_offset != 0) return later_fragment(packet, body);
  const net::Slice payload{body, packet.payload.missing};
  switch (packet.protocol) {
    case net::protocol::udp:
      return udp(packet, body, depth);
    case net::protocol::esp:
      if (body.size() > udp_header) std::ranges::fill(body.subspan(8), std::uint8_t{0});  // SPI and sequence number stay
      return;
    case net::protocol::icmp:
    case net::protocol::icmpv6:
      if (body.size() > 8) ip({net::Inside::ip, payload.after(8), 0}, depth + 1);
      return;
    case net::protocol::ipv4:
      return ip({net::Inside::ipv4, payload, 0}, depth + 1);
    case net::protocol::ipv6:
      return ip({net::Inside::ipv6, payload, 0}, depth + 1);
    case net::protocol::gre: {
      const auto opened = net::open_gre(payload);
      // An Ethernet frame stands before what was opened; its addresses are the first twelve of its octets.
      if (body.size() >= 4) {
        const unsigned flags = load_be16(body.data());
        const std::uint16_t type = load_be16(body.data() + 2);
        std::size_t at = 4U + ((flags & 0x8000U) != 0 ? 4U : 0U) + ((flags & 0x2000U) != 0 ? 4U : 0U) + ((flags & 0x1000U) != 0 ? 4U : 0U);
        if (type == 0x88be && (flags & 0x1000U) != 0) at += 8;
        if (type == 0x22eb) at += body.size() > at + 11 && (body[at + 11] & 1U) != 0 ? 20U : 12U;
        const bool holds_frame = type == 0x88be || type == 0x22eb || type == 0x6558;
        const auto behind = static_cast<std::size_t>(opened.packet.octets.data() - body.data());
        if (holds_frame && behind >= at + 14) link_address(body.subspan(at, 6)), link_address(body.subspan(at + 6, 6));
      }
      return ip(opened, depth + 1);
    }
    default:
      std::ranges::fill(body, std::uint8_t{0});
  }
}

void Anonymiser::udp(const net::IpPacket& packet, Octets body, unsigned depth) {
  if (body.size() < udp_header) return;
  const auto from = load_be16(body.data());
  const auto to = load_be16(body.data() + 2);
  const net::Slice rest{body.subspan(udp_header), packet.payload.missing};
  const bool tunnel = from != 500 && from != 4500 && (to == net::vxlan_port || to == net::geneve_port);
  if (tunnel && !packet.fragmented()) {
    const auto opened = to == net::vxlan_port ? net::open_vxlan(rest) : net::open_geneve(rest);
    if (opened.inside != net::Inside::nothing) {
      const std::size_t at = udp_header + 8U + (to == net::geneve_port ? (body[udp_header] & 63U) * 4U : 0U);
      const bool holds_frame = to == net::vxlan_port || load_be16(body.data() + udp_header + 2) == 0x6558;
      const auto behind = static_cast<std::size_t>(opened.packet.octets.data() - body.data());
      if (holds_frame && behind >= at + 14) link_address(body.subspan(at, 6)), link_address(body.subspan(at + 6, 6));
      return ip(opened, depth + 1);
    }
  }
  const Octets payload = body.subspan(udp_header);
  if (packet.fragmented() && !whole_after_.empty()) {
    std::ranges::copy(whole_after_.first(std::min(payload.size(), whole_after_.size())), payload.begin());
    return;
  }
  source_ = {packet.source(), from};
  destination_ = {packet.destination(), to};
  const std::size_t length = load_be16(body.data() + 4);
  const std::size_t sent = std::min<std::size_t>(length > udp_header ? length - udp_header : 0, packet.fragmented() ? 65535 : payload.size() + packet.payload.missing);
  ike(payload, static_cast<std::uint32_t>(sent), from, to);
}

/// Of an encrypted message nothing needs to be rewritten; of one in clear the whole was.
void Anonymiser::later_fragment(const net::IpPacket& packet, Octets body) {
  if (whole_after_.empty()) return;
  const std::size_t at = packet.fragment_offset - udp_header;  // an offset is at least 8
  if (at >= whole_after_.size()) return;
  std::ranges::copy(whole_after_.subspan(at, std::min(body.size(), whole_after_.size() - at)), body.begin());
}

void Anonymiser::payload(const net::Datagram& datagram, Octets payload) {
  source_ = datagram.source;
  destination_ = datagram.destination;
  ike(payload, datagram.sent_length, datagram.source.port, datagram.destination.port);
}

void Anonymiser::ike(Octets payload, std::uint32_t sent, std::uint16_t source_port, std::uint16_t destination_port) {
  const auto what = isakmp::classify(payload, sent, source_port, destination_port);
  switch (what.content) {
    case isakmp::Content::isakmp:
      return message(payload.subspan(what.offset), sent - what.offset);
    case isakmp::Content::esp:
      if (payload.size() > 8) std::ranges::fill(payload.subspan(8), std::uint8_t{0});
      return;
    case isakmp::Content::ikev2:
    case isakmp::Content::other_version: {
      // Only the header and the first payload's, with the type of a notify, are ever looked at.
      constexpr std::size_t kept = isakmp::header_length + 8;
      if (payload.size() > what.offset + kept) scramble(payload.subspan(what.offset + kept));
      return;
    }
    case isakmp::Content::nat_keepalive:
    case isakmp::Content::empty:
      return;
    case isakmp::Content::unknown:
      return scramble(payload.subspan(std::min<std::size_t>(payload.size(), isakmp::header_length)));
  }
}

void Anonymiser::message(Octets octets, std::uint32_t sent) {
  if (!isakmp::decode_message(octets, sent, message_)) return;
  const std::size_t length = message_.octets.size();
  if (!message_.header.encrypted()) {
    std::size_t end = isakmp::header_length;
    if (const auto* const fragment = message_.payloads.empty() ? nullptr : std::get_if<isakmp::IkeFragment>(&message_.payloads.front().content)) {
      const auto data_at = static_cast<std::size_t>(fragment->data.data() - message_.octets.data());
      return piece(*fragment, octets.subspan(data_at, fragment->data.size()));
    }
    for (const auto& payload : message_.payloads) {
      const std::size_t begin = std::min<std::size_t>(payload.offset + 4U, octets.size());
      end = std::min<std::size_t>(std::max<std::size_t>(begin, payload.offset + std::size_t{payload.length}), length);
      isakmp_payload(payload, octets.subspan(begin, std::max(begin, end) - begin));
    }
    end = std::max(end, std::min<std::size_t>(length, isakmp::header_length));
    if (end < length && !std::ranges::all_of(octets.subspan(end, length - end), [](std::uint8_t c) { return c == 0; })) {
      scramble(octets.subspan(end, length - end));  // what no payload could be made of
    }
  }
  if (length < octets.size()) scramble(octets.subspan(length));
}

void Anonymiser::pieces_of(ByteView message, std::span<const std::size_t> sizes, const net::Endpoint& source, const net::Endpoint& destination) {
  std::vector<std::uint8_t> made{message.begin(), message.end()};
  source_ = source;
  destination_ = destination;
  this->message(made, static_cast<std::uint32_t>(made.size()));
  std::size_t at = message.size() - std::accumulate(sizes.begin(), sizes.end(), std::size_t{0});
  for (const std::size_t size : sizes) {
    const ByteView before = message.subspan(at, size);
    const ByteView after = ByteView{made}.subspan(at, size);
    pieces_.try_emplace({before.begin(), before.end()}, after.begin(), after.end());
    at += size;
  }
}

/// A piece of IKE fragmentation. The first one, alone, is a message that was cut.
void Anonymiser::piece(const isakmp::IkeFragment& piece, Octets data) {
  const auto known = pieces_.find({data.begin(), data.end()});
  if (known != pieces_.end()) {
    std::ranges::copy(known->second, data.begin());
    return;
  }
  const auto header = piece.number == 1 ? isakmp::decode_header(data) : Decoded<isakmp::Header>{DecodeError{}};
  if (!header || header->initiator_cookie != message_.header.initiator_cookie || header->next_payload == isakmp::PayloadType::fragment) return scramble(data);
  message(data, header->length);
}

void Anonymiser::isakmp_payload(const isakmp::Payload& payload, Octets body) {
  // How a view into the message is found in the copy that is rewritten.
  const auto part = [&](ByteView view) { return body.subspan(body.size() - std::min(body.size(), view.size())); };
  if (const auto* id = std::get_if<isakmp::Identification>(&payload.content)) return identity(id->type, part(id->data));
  if (const auto* certificate = std::get_if<isakmp::Certificate>(&payload.content)) return scramble(part(certificate->data));
  if (const auto* request = std::get_if<isakmp::CertificateRequest>(&payload.content)) return scramble_der(part(request->authority));
  if (std::holds_alternative<isakmp::Hash>(payload.content) || std::holds_alternative<isakmp::Signature>(payload.content)) {
    return scramble(body);
  }
  if (std::holds_alternative<isakmp::NatDiscovery>(payload.content)) return nat_discovery(body);
  if (const auto* original = std::get_if<isakmp::NatOriginalAddress>(&payload.content)) return identity(original->type, part(original->address));
  if (const auto* notification = std::get_if<isakmp::Notification>(&payload.content)) return scramble(part(notification->data));
  if (const auto* vendor = std::get_if<isakmp::VendorId>(&payload.content)) {
    const bool public_one = isakmp::find_vendor_id(vendor->data) != nullptr || isakmp::is_cisco_cookie_bound(vendor->data, message_.header.initiator_cookie) ||
                            isakmp::is_cisco_cookie_bound(vendor->data, message_.header.responder_cookie);
    if (!public_one) scramble(body);
    return;
  }
  const bool opaque = std::holds_alternative<isakmp::Opaque>(payload.content) || std::holds_alternative<isakmp::Config>(payload.content) || std::holds_alternative<isakmp::Malformed>(payload.content);
  // The first four octets have what a fault is told by.
  if (opaque && payload.type != isakmp::PayloadType::security_association && body.size() > 4) scramble(body.subspan(4));
}

/// RFC 3947 3.2: of cookies, address and port. Of an address that is not in the packet, behind a NAT, none can be made.
void Anonymiser::nat_discovery(Octets hash) {
  using isakmp::HashAlgorithm;
  const auto& header = message_.header;
  for (const net::Endpoint& end : {source_, destination_}) {
    for (const std::uint16_t port : {end.port, std::uint16_t{500}, std::uint16_t{4500}}) {
      for (const auto algorithm : {HashAlgorithm::md5, HashAlgorithm::sha1, HashAlgorithm::sha2_256, HashAlgorithm::sha2_384, HashAlgorithm::sha2_512}) {
        const auto made = [&](const net::Address& of) { return crypto::nat_discovery_hash(algorithm, header.initiator_cookie, header.responder_cookie, of, port); };
        if (!std::ranges::equal(made(end.address).octets(), hash)) continue;
        std::ranges::copy(made(address(end.address)).octets(), hash.begin());
        return;
      }
    }
  }
  scramble(hash);
}

void Anonymiser::identity(IdType type, Octets data) {
  const bool v4 = type == IdType::ipv4_addr || type == IdType::ipv4_addr_subnet || type == IdType::ipv4_addr_range;
  const bool v6 = type == IdType::ipv6_addr || type == IdType::ipv6_addr_subnet || type == IdType::ipv6_addr_range;
  const bool range = type == IdType::ipv4_addr_range || type == IdType::ipv6_addr_range;
  const std::size_t size = v4 ? 4 : 16;
  if ((v4 || v6) && data.size() >= size) {
    address_at(data.data(), v4 ? 4 : 6);
    if (range && data.size() >= 2 * size) address_at(data.data() + size, v4 ? 4 : 6);
  } else if (type == IdType::der_asn1_dn || type == IdType::der_asn1_gn) {
    scramble_der(data);
  } else if (is_text(data)) {
    scramble_text(data);
  } else {
    scramble(data);
  }
}

std::vector<std::uint8_t> Anonymiser::stream(ByteView octets) const {
  std::vector<std::uint8_t> made;
  for (std::uint8_t block = 0; made.size() < octets.size(); ++block) {
    const auto counter = static_cast<std::uint8_t>(made.size() / 32 / 256);
    const std::array<std::uint8_t, 2> number{counter, block};
    const auto digest = crypto::prf(isakmp::HashAlgorithm::sha2_256, key_, {number, octets});
    made.insert(made.end(), digest.octets().begin(), digest.octets().end());
  }
  made.resize(octets.size());
  return made;
}

void Anonymiser::scramble(Octets octets) { std::ranges::copy(stream(octets), octets.begin()); }

/// Letters become letters, digits digits; dots, '@' and the like stay.
void Anonymiser::scramble_text(Octets octets) {
  const auto keyed = stream(octets);
  for (std::size_t i = 0; i < octets.size(); ++i) {
    std::uint8_t& c = octets[i];
    if (is_letter(c)) c = static_cast<std::uint8_t>((c & 0x20U) + 'A' + keyed[i] % 26);
    else if (c >= '0' && c <= '9') c = static_cast<std::uint8_t>('0' + keyed[i] % 10);
    else if (c >= 0x80 || c < ' ') c = static_cast<std::uint8_t>('a' + keyed[i] % 26);
  }
}

/// Names in DER: tags, lengths and object identifiers stay, every other value is scrambled.
void Anonymiser::scramble_der(Octets octets, unsigned depth) {
  constexpr unsigned deepest = 16;
  constexpr std::uint8_t constructed = 0x20;
  constexpr std::uint8_t object_identifier = 6;
  while (!octets.empty()) {
    std::size_t header = 2;
    std::size_t length = octets.size() > 1 ? octets[1] : 0;
    if (length == 0x81 && octets.size() > 2) header = 3, length = octets[2];
    else if (length == 0x82 && octets.size() > 3) header = 4, length = load_be16(octets.data() + 2);
    if (octets.size() < header || length > octets.size() - header || depth > deepest) return scramble(octets);
    const Octets value = octets.subspan(header, length);
    if ((octets[0] & constructed) != 0) scramble_der(value, depth + 1);
    else if (octets[0] != object_identifier) is_text(value) ? scramble_text(value) : scramble(value);
    octets = octets.subspan(header + length);
  }
}

}  // namespace ike::app
