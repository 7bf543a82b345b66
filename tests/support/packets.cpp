#include "support/packets.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <stdexcept>

namespace ike::test {
namespace {

std::uint8_t low8(std::uint64_t value) { return static_cast<std::uint8_t>(value & 0xff); }

bool is_v6(const Ip& header) { return header.source.find(':') != std::string::npos; }

Bytes address(const std::string& text) {
  Bytes octets(text.find(':') == std::string::npos ? 4 : 16);
  if (inet_pton(octets.size() == 4 ? AF_INET : AF_INET6, text.c_str(), octets.data()) != 1) {
    throw std::invalid_argument{"no address: " + text};
  }
  return octets;
}

std::uint16_t checksum(const Bytes& octets) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    sum += i % 2 == 0 ? static_cast<std::uint32_t>(octets[i]) << 8U : octets[i];
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16U);
  return static_cast<std::uint16_t>(~sum);
}

void set16(Bytes& octets, std::size_t at, std::uint32_t value) {
  octets[at] = low8(value >> 8U);
  octets[at + 1] = low8(value);
}

/// RFC 9293 3.1, RFC 8200 8.1: the pseudo header that UDP and ICMPv6 checksums cover.
Bytes pseudo_header(const Ip& header, std::uint8_t protocol, std::size_t length) {
  const Bytes both = address(header.source) + address(header.destination);
  if (!is_v6(header)) return both + Bytes{0, protocol} + be16(static_cast<std::uint32_t>(length));
  return both + be32(static_cast<std::uint32_t>(length)) + Bytes{0, 0, 0, protocol};
}

/// Extension headers in front of `payload`; gives the first one's protocol number.
std::uint8_t extend(const std::vector<Extension>& extensions, std::uint8_t protocol, Bytes& payload) {
  for (auto each = extensions.rbegin(); each != extensions.rend(); ++each) {
    Bytes octets = Bytes{protocol, 0} + each->body;
    if (each->type == 51) {
      while (octets.size() < 12 || octets.size() % 4 != 0) octets.push_back(0);
      octets[1] = low8(octets.size() / 4 - 2);
    } else {
      while (octets.size() % 8 != 0) octets.push_back(0);
      octets[1] = low8(octets.size() / 8 - 1);
    }
    payload = octets + payload;
    protocol = each->type;
  }
  return protocol;
}

std::uint16_t ether_type(const Bytes& packet) { return !packet.empty() && packet[0] >> 4U == 6 ? 0x86dd : 0x0800; }

Bytes tagged(std::uint16_t type, const std::vector<Tag>& tags) {
  Bytes octets;
  for (const Tag& tag : tags) octets = octets + be16(tag.tpid) + be16(tag.id);
  return octets + be16(type);
}

Bytes ppp_protocol(const Bytes& packet) { return be16(ether_type(packet) == 0x86dd ? 0x0057 : 0x0021); }

Bytes gre_packet(const Ip& outer, std::uint16_t protocol, const Bytes& inner, const Gre& options) {
  Bytes body = options.key ? be32(0xcafe) : Bytes{};
  if (options.sequence) body = body + be32(17);
  body = body + inner;
  const std::uint32_t flags =
      (options.checksum ? 0x8000U : 0U) | (options.key ? 0x2000U : 0U) | (options.sequence ? 0x1000U : 0U);
  Bytes octets = be16(flags) + be16(protocol) + (options.checksum ? be32(0) : Bytes{}) + body;
  if (options.checksum) set16(octets, 4, checksum(octets));
  return ip(outer, 47, octets);
}

}  // namespace

Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Bytes hex(std::string_view text) {
  Bytes octets;
  int high = -1;
  for (const char digit : text) {
    if (digit == ' ' || digit == '\n') continue;
    const auto value = std::string_view{"0123456789abcdef"}.find(static_cast<char>(digit | 0x20));
    if (value == std::string_view::npos) throw std::invalid_argument{"no hex digit: " + std::string{digit}};
    if (high < 0) {
      high = static_cast<int>(value);
    } else {
      octets.push_back(low8(static_cast<unsigned>(high) * 16U + value));
      high = -1;
    }
  }
  return octets;
}

Bytes pattern(std::size_t count, std::uint8_t seed) {
  Bytes octets(count);
  std::uint32_t state = 0x9e3779b9U ^ (seed * 0x01000193U);
  for (auto& octet : octets) {
    state = state * 1664525U + 1013904223U;
    octet = low8(state >> 24U);
  }
  return octets;
}

Bytes be16(std::uint32_t value) { return {low8(value >> 8U), low8(value)}; }
Bytes be32(std::uint32_t value) { return be16(value >> 16U) + be16(value & 0xffff); }
Bytes be64(std::uint64_t value) {
  return be32(static_cast<std::uint32_t>(value >> 32U)) + be32(static_cast<std::uint32_t>(value));
}

Bytes ip(const Ip& header, std::uint8_t protocol, const Bytes& payload) {
  Bytes body = payload;
  protocol = extend(header.extensions, protocol, body);
  if (is_v6(header)) {
    return be32(0x60000000) + be16(static_cast<std::uint32_t>(body.size())) + Bytes{protocol, header.ttl} +
           address(header.source) + address(header.destination) + body;
  }
  Bytes options = header.options;
  while (options.size() % 4 != 0) options.push_back(0);
  const std::size_t length = 20 + options.size();
  Bytes octets = Bytes{low8(0x40 + length / 4), 0} + be16(static_cast<std::uint32_t>(length + body.size())) +
                 be16(header.id) + be16(0) + Bytes{header.ttl, protocol, 0, 0} + address(header.source) +
                 address(header.destination) + options;
  set16(octets, 10, checksum(octets));
  return octets + body;
}

Bytes udp(const Ip& header, std::uint16_t source_port, std::uint16_t destination_port, const Bytes& payload) {
  const auto length = payload.size() + 8;
  Bytes octets =
      be16(source_port) + be16(destination_port) + be16(static_cast<std::uint32_t>(length)) + be16(0) + payload;
  const auto sum = checksum(pseudo_header(header, 17, length) + octets);
  set16(octets, 6, sum == 0 ? 0xffff : sum);
  return ip(header, 17, octets);
}

Bytes esp_payload(std::uint32_t spi, std::uint32_t sequence, std::size_t length) {
  return be32(spi) + be32(sequence) + pattern(length, low8(sequence));
}

Bytes esp(const Ip& header, std::uint32_t spi, std::uint32_t sequence, std::size_t length) {
  return ip(header, 50, esp_payload(spi, sequence, length));
}

Bytes icmp_error(const Ip& header, std::uint8_t type, std::uint8_t code, const Bytes& quoted, std::uint32_t rest,
                 std::size_t keep) {
  Bytes octets = Bytes{type, code, 0, 0} + be32(rest);
  octets.insert(octets.end(), quoted.begin(),
                quoted.begin() + static_cast<std::ptrdiff_t>(std::min(keep, quoted.size())));
  set16(octets, 2, is_v6(header) ? checksum(pseudo_header(header, 58, octets.size()) + octets) : checksum(octets));
  return ip(header, is_v6(header) ? 58 : 1, octets);
}

std::vector<Bytes> fragments(const Bytes& packet, std::size_t count, std::uint32_t id6) {
  const bool v6 = packet[0] >> 4U == 6;
  std::size_t start = v6 ? 40 : (packet[0] & 15U) * 4U;
  std::size_t next_at = 6;  // of the header that names the next one (IPv6)
  while (v6 && (packet[next_at] == 0 || packet[next_at] == 43)) {
    next_at = start;
    start += (packet[start + 1] + 1U) * 8U;
  }
  const Bytes head{packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(start)};
  const Bytes body{packet.begin() + static_cast<std::ptrdiff_t>(start), packet.end()};
  const std::size_t step = std::max<std::size_t>(8, body.size() / count / 8 * 8);
  std::vector<Bytes> all;
  for (std::size_t i = 0; i < count && i * step < body.size(); ++i) {
    const bool last = i + 1 == count || (i + 1) * step >= body.size();
    const Bytes piece{body.begin() + static_cast<std::ptrdiff_t>(i * step),
                      last ? body.end() : body.begin() + static_cast<std::ptrdiff_t>((i + 1) * step)};
    Bytes octets = head;
    if (v6) {
      octets[next_at] = 44;
      octets = octets + Bytes{packet[next_at], 0} + be16(static_cast<std::uint32_t>(i * step) | (last ? 0U : 1U)) +
               be32(id6) + piece;
      set16(octets, 4, static_cast<std::uint32_t>(octets.size() - 40));
    } else {
      set16(octets, 2, static_cast<std::uint32_t>(head.size() + piece.size()));
      set16(octets, 6, static_cast<std::uint32_t>(i * step / 8) | (last ? 0U : 0x2000U));
      set16(octets, 10, 0);
      set16(octets, 10, checksum(octets));
      octets = octets + piece;
    }
    all.push_back(octets);
  }
  return all;
}

Bytes ip_in_ip(const Ip& outer, const Bytes& packet) {
  return ip(outer, ether_type(packet) == 0x86dd ? 41 : 4, packet);
}

Bytes gre(const Ip& outer, const Bytes& packet, const Gre& options) {
  return gre_packet(outer, ether_type(packet), packet, options);
}

Bytes gre_ethernet(const Ip& outer, const Bytes& frame, const Gre& options) {
  return gre_packet(outer, 0x6558, frame, options);
}

Bytes erspan(const Ip& outer, const Bytes& frame, unsigned type, bool subheader) {
  if (type == 1) return gre_packet(outer, 0x88be, frame, {});
  const Gre numbered{.sequence = true};
  if (type == 2) return gre_packet(outer, 0x88be, be32(0x10010064) + be32(1) + frame, numbered);
  const Bytes head = be32(0x20010064) + be32(123456) + be32(subheader ? 1 : 0) + (subheader ? be64(0x42) : Bytes{});
  return gre_packet(outer, 0x22eb, head + frame, numbered);
}

Bytes vxlan(const Ip& outer, const Bytes& frame, std::uint32_t vni) {
  return udp(outer, 54321, 4789, be32(0x08000000) + be32(vni << 8U) + frame);
}

Bytes geneve(const Ip& outer, const Bytes& frame, const Bytes& options) {
  return udp(outer, 54321, 6081, Bytes{low8(options.size() / 4), 0, 0x65, 0x58, 0, 0, 7, 0} + options + frame);
}

Bytes ethernet_of(std::uint16_t type, const Bytes& payload, const std::vector<Tag>& tags) {
  return hex("02 00 00 00 00 01  02 00 00 00 00 02") + tagged(type, tags) + payload;
}

Bytes ethernet(const Bytes& packet, const std::vector<Tag>& tags) {
  Bytes octets = ethernet_of(ether_type(packet), packet, tags);
  if (octets.size() < 60) octets.resize(60);
  return octets;
}

Bytes ethernet_mpls(const Bytes& packet, const std::vector<std::uint32_t>& labels, const std::vector<Tag>& tags) {
  Bytes stack;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    stack = stack + be32(labels[i] << 12U | (i + 1 == labels.size() ? 0x100U : 0U) | 64U);
  }
  return ethernet_of(0x8847, stack + packet, tags);
}

Bytes pppoe(const Bytes& packet) {
  return Bytes{0x11, 0, 0, 1} + be16(static_cast<std::uint32_t>(packet.size() + 2)) + ppp_protocol(packet) + packet;
}

Bytes ethernet_pppoe(const Bytes& packet, const std::vector<Tag>& tags) {
  return ethernet_of(0x8864, pppoe(packet), tags);
}

Bytes sll(const Bytes& packet, const std::vector<Tag>& tags) {
  return hex("0000 0001 0006 020000000002 0000") + tagged(ether_type(packet), tags) + packet;
}

Bytes sll2(const Bytes& packet, const std::vector<Tag>& tags) {
  const Bytes type = tagged(ether_type(packet), tags);
  const Bytes first{type.begin(), type.begin() + 2};
  return first + hex("0000 00000003 0001 00 06 020000000002 0000") + Bytes{type.begin() + 2, type.end()} + packet;
}

Bytes null_link(const Bytes& packet, bool big_endian, std::uint32_t family6) {
  Bytes family = be32(ether_type(packet) == 0x86dd ? family6 : 2);
  if (!big_endian) std::reverse(family.begin(), family.end());
  return family + packet;
}

Bytes ppp(const Bytes& packet, bool address_control) {
  return (address_control ? Bytes{0xff, 0x03} : Bytes{}) + ppp_protocol(packet) + packet;
}

Frame frame_of(const Bytes& octets, LinkType link, std::uint64_t number, double seconds) {
  Frame frame;
  frame.number = number;
  frame.time = Time{} + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
  frame.wire_length = static_cast<std::uint32_t>(octets.size());
  frame.link = link;
  frame.octets = octets;
  return frame;
}

Frame cut_frame(const Bytes& octets, std::size_t keep, LinkType link, std::uint64_t number) {
  Frame frame = frame_of(octets, link, number);
  frame.octets = frame.octets.first(std::min(keep, octets.size()));
  return frame;
}

}  // namespace ike::test
