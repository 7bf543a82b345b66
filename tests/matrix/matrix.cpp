#include "matrix.hpp"

#include <zlib.h>
#include <zstd.h>

#include <stdexcept>

namespace ike::test {
namespace {

constexpr std::int64_t eighth = 125'000'000;
constexpr std::int64_t start = 1'700'000'000'000'000'000;

const Ip switch_v4{.source = "10.255.0.1", .destination = "10.255.0.2", .id = 77};
const Ip switch_v6{.source = "2001:db8:ff::1", .destination = "2001:db8:ff::2"};

Bytes gzip(const Bytes& octets) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::runtime_error{"zlib"};
  Bytes packed(deflateBound(&stream, octets.size()) + 64);
  stream.next_in = const_cast<Bytef*>(octets.data());
  stream.avail_in = static_cast<uInt>(octets.size());
  stream.next_out = packed.data();
  stream.avail_out = static_cast<uInt>(packed.size());
  const int result = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::runtime_error{"zlib"};
  return packed;
}

Bytes zstd(const Bytes& octets) {
  Bytes packed(ZSTD_compressBound(octets.size()));
  packed.resize(ZSTD_compress(packed.data(), packed.size(), octets.data(), octets.size(), 3));
  return packed;
}

/// Alexey Kuznetzov's: eight octets more in each record, for interface, protocol and packet type.
Bytes modified_pcap(const std::vector<Record>& records, LinkType link, bool big_endian) {
  Bytes file = pcap({}, {.link = link, .big_endian = big_endian});
  const Bytes magic = big_endian ? hex("a1b2cd34") : hex("34cdb2a1");
  std::copy(magic.begin(), magic.end(), file.begin());
  for (const Record& record : records) {
    const Bytes plain = pcap({record}, {.link = link, .big_endian = big_endian});
    file.insert(file.end(), plain.begin() + 24, plain.begin() + 40);
    file = file + Bytes{3, 0, 0, 0, 0x08, 0, 0, 0} + record.octets;
  }
  return file;
}

PcapngInterface plain_interface(LinkType link, std::uint8_t resolution = 6) { return {.link = link, .resolution = resolution}; }

Bytes one_section(const std::vector<Record>& records, LinkType link, bool big_endian) {
  return pcapng({{.interfaces = {plain_interface(link)}, .records = records, .big_endian = big_endian}});
}

/// Frames in turn from interfaces with clocks of their own, one of another link type beside them that libpcap would
/// refuse in the same file, with name resolution and unknown blocks between.
Bytes many_interfaces(std::vector<Record> records, LinkType link) {
  const auto other = link == LinkType::raw ? LinkType::ethernet : LinkType::raw;
  const std::vector<PcapngInterface> interfaces{plain_interface(other), plain_interface(link, 9), plain_interface(link, 3), plain_interface(link, 0x80 | 20), plain_interface(link)};
  for (std::size_t i = 0; i < records.size(); ++i) records[i].interface = static_cast<std::uint32_t>(1 + i % 4);
  const Bytes names = pcapng_block(4, hex("0100 0a00 c0000201 70656572 0000 0000 0000 0000"));
  return pcapng({{.interfaces = interfaces, .records = {}}}) + names +
         [&] {
           Bytes blocks = pcapng({{.interfaces = interfaces, .records = records}});
           const Bytes head = pcapng({{.interfaces = interfaces, .records = {}}});
           blocks.erase(blocks.begin(), blocks.begin() + static_cast<std::ptrdiff_t>(head.size()));
           return blocks;
         }() +
         pcapng_block(0x80000bad, pattern(20));
}

/// A section for every three frames, in changing byte order, each with another number of interfaces and clock.
Bytes many_sections(const std::vector<Record>& records, LinkType link) {
  std::vector<PcapngSection> sections;
  for (std::size_t at = 0; at < records.size(); at += 3) {
    PcapngSection section;
    const std::size_t number = at / 3;
    for (std::size_t i = 0; i < number % 3; ++i) section.interfaces.push_back(plain_interface(LinkType::linux_sll));
    section.interfaces.push_back(plain_interface(link, number % 2 == 0 ? 9 : 6));
    for (std::size_t i = at; i < std::min(at + 3, records.size()); ++i) {
      section.records.push_back(records[i]);
      section.records.back().interface = static_cast<std::uint32_t>(number % 3);
    }
    section.big_endian = number % 2 == 1;
    section.length_known = number % 2 == 0;
    section.options = {{1, {'n', 'o', 't', 'e'}}};
    sections.push_back(section);
  }
  return pcapng(sections);
}

Bytes untouched(const Bytes& packet) { return packet; }

}  // namespace

std::vector<Sent> conversation(bool v6) {
  const Ip to_right = v6 ? Ip{.source = "2001:db8::1", .destination = "2001:db8::2"} : Ip{};
  const Ip to_left = v6 ? Ip{.source = "2001:db8::2", .destination = "2001:db8::1", .ttl = 250} : Ip{.source = "198.51.100.2", .destination = "192.0.2.1", .ttl = 250};
  const Isakmp first{.initiator_cookie = 0x1234567890abcdef};
  const Isakmp both{.initiator_cookie = 0x1234567890abcdef, .responder_cookie = 0xfedcba0987654321};
  const Part offer = sa({{.transforms = {{.attributes = phase1(7, 256, 2, 1, 14)}, {.attributes = phase1(5, 0, 2, 1, 2)}}}});
  const Part choice = sa({{.transforms = {{.attributes = phase1(7, 256, 2, 1, 14)}}}});
  const Bytes message5 = isakmp_encrypted(both, 5, 1452, 5);

  std::vector<Sent> all;
  std::uint32_t id = 100;
  const auto send = [&](int at, const Ip& way, const Bytes& message) {
    Ip header = way;
    header.id = ++id;
    all.push_back({start + at * eighth, udp(header, 500, 500, message)});
  };
  all.push_back({start, esp(to_right, 0x11112222, 70)});
  all.push_back({start, esp(to_left, 0x33334444, 71)});
  send(8, to_right, isakmp(first, {offer}));
  send(9, to_left, isakmp(both, {choice}));
  send(10, to_right, isakmp(both, {ke(256), nonce()}));
  send(11, to_left, isakmp(both, {ke(256, 2), nonce(20, 3)}));
  for (int i = 0; i < 3; ++i) {
    Ip header = to_right;
    header.id = ++id;
    const Bytes whole = udp(header, 500, 500, message5);
    const auto pieces = fragments(whole, 2, id);
    for (const Bytes& piece : pieces) all.push_back({start + (16 + 80 * i) * eighth, piece});
    Ip complaint = to_left;
    complaint.id = ++id;
    if (i == 0) all.push_back({start + 17 * eighth, v6 ? icmp_error(complaint, 2, 0, pieces[0], 1280) : icmp_error(complaint, 3, 4, pieces[0], 1400, 28)});
  }
  all.push_back({start + 400 * eighth, udp(to_right, 53, 53, pattern(40))});
  return all;
}

std::vector<Link> links() {
  const Tag q{0x8100, 42};
  const Tag ad{0x88a8, 7};
  const auto tagged = [](std::vector<Tag> tags) { return [tags](const Bytes& packet) { return ethernet(packet, tags); }; };
  return {
      {"ethernet", LinkType::ethernet, tagged({})},
      {"802.1Q", LinkType::ethernet, tagged({q}), "802.1Q"},
      {"QinQ", LinkType::ethernet, tagged({ad, q}), "802.1ad, 802.1Q"},
      {"stacked", LinkType::ethernet, tagged({q, q, q, q}), "802.1Q, 802.1Q, 802.1Q, 802.1Q"},
      {"vendor-tag", LinkType::ethernet, tagged({{0x9100, 3}, q}), "a vendor's VLAN tag, 802.1Q"},
      {"mpls", LinkType::ethernet, [](const Bytes& packet) { return ethernet_mpls(packet, {17, 18, 19}); }, "MPLS"},
      {"mpls-in-vlan", LinkType::ethernet, [q](const Bytes& packet) { return ethernet_mpls(packet, {16}, {q}); }, "802.1Q, MPLS"},
      {"pseudowire", LinkType::ethernet, [q](const Bytes& packet) { return ethernet_mpls(hex("00000000") + ethernet(packet, {q}), {17}); }, "MPLS, 802.1Q", 0, false},
      {"pppoe", LinkType::ethernet, [](const Bytes& packet) { return ethernet_pppoe(packet); }, "PPPoE"},
      {"pppoe-in-vlan", LinkType::ethernet, [q](const Bytes& packet) { return ethernet_pppoe(packet, {q}); }, "802.1Q, PPPoE"},
      {"snap", LinkType::ethernet, [](const Bytes& packet) { return ethernet_of(static_cast<std::uint16_t>(packet.size() + 8), hex("aaaa03000000") + be16(packet[0] >> 4U == 6 ? 0x86dd : 0x0800) + packet); }},
      {"ppp", LinkType::ppp, [](const Bytes& packet) { return ppp(packet); }},
      {"ppp-bare", LinkType::ppp, [](const Bytes& packet) { return ppp(packet, false); }},
      {"ppp-hdlc", LinkType::ppp_hdlc, [](const Bytes& packet) { return ppp(packet); }},
      {"pppoe-link", LinkType::pppoe, pppoe},
      {"sll", LinkType::linux_sll, [](const Bytes& packet) { return sll(packet); }},
      {"sll-vlan", LinkType::linux_sll, [q](const Bytes& packet) { return sll(packet, {q}); }, "802.1Q"},
      {"sll2", LinkType::linux_sll2, [](const Bytes& packet) { return sll2(packet); }},
      {"null-little", LinkType::null, [](const Bytes& packet) { return null_link(packet); }},
      {"null-big", LinkType::null, [](const Bytes& packet) { return null_link(packet, true, 24); }, {}, 0, false},
      {"loop", LinkType::loop, [](const Bytes& packet) { return null_link(packet, true, 24); }},
      {"raw", LinkType::raw, untouched},
      {"raw-old", LinkType::raw_old, untouched, {}, 0, false},
      {"raw-openbsd", LinkType::raw_openbsd, untouched, {}, 0, false},
      {"ipv4", LinkType::ipv4, untouched, {}, 4},
      {"ipv6", LinkType::ipv6, untouched, {}, 6},
  };
}

std::vector<Tunnel> tunnels() {
  const std::vector<Tag> q{{0x8100, 42}};
  return {
      {"plain", untouched},
      {"ip-in-ip", [](const Bytes& packet) { return ip_in_ip(switch_v4, packet); }, "IP-in-IP"},
      {"in-ipv6", [](const Bytes& packet) { return ip_in_ip(switch_v6, packet); }, "IP-in-IP", true},
      {"gre", [](const Bytes& packet) { return gre(switch_v4, packet); }, "GRE"},
      {"gre-full", [](const Bytes& packet) { return gre(switch_v4, packet, {.checksum = true, .key = true, .sequence = true}); }, "GRE"},
      {"gre-in-ipv6", [](const Bytes& packet) { return gre(switch_v6, packet, {.key = true}); }, "GRE", true},
      {"gre-ethernet", [q](const Bytes& packet) { return gre_ethernet(switch_v4, ethernet(packet, q)); }, "GRE, 802.1Q"},
      {"erspan1", [](const Bytes& packet) { return erspan(switch_v4, ethernet(packet), 1); }, "ERSPAN I"},
      {"erspan2", [q](const Bytes& packet) { return erspan(switch_v4, ethernet(packet, q), 2); }, "ERSPAN II, 802.1Q"},
      {"erspan3", [](const Bytes& packet) { return erspan(switch_v4, ethernet(packet), 3); }, "ERSPAN III"},
      {"erspan3-subheader", [](const Bytes& packet) { return erspan(switch_v6, ethernet(packet), 3, true); }, "ERSPAN III", true},
      {"vxlan", [](const Bytes& packet) { return vxlan(switch_v4, ethernet(packet)); }, "VXLAN"},
      {"vxlan-in-ipv6", [q](const Bytes& packet) { return vxlan(switch_v6, ethernet(packet, q)); }, "VXLAN, 802.1Q", true},
      {"geneve", [](const Bytes& packet) { return geneve(switch_v4, ethernet(packet)); }, "Geneve"},
      {"geneve-options", [](const Bytes& packet) { return geneve(switch_v6, ethernet(packet), pattern(12)); }, "Geneve", true},
      {"erspan-in-vxlan", [q](const Bytes& packet) { return vxlan(switch_v4, ethernet(erspan({.source = "10.9.0.1", .destination = "10.9.0.2"}, ethernet(packet), 2), q)); }, "VXLAN, 802.1Q, ERSPAN II"},
      {"four-deep", [](const Bytes& packet) { return ip_in_ip(switch_v6, gre(switch_v4, geneve(switch_v6, ethernet_mpls(ip_in_ip({.source = "10.9.0.1", .destination = "10.9.0.2"}, packet), {20, 21})))); },
       "IP-in-IP, GRE, Geneve, MPLS, IP-in-IP", true},
  };
}

std::vector<Container> containers() {
  const auto classic = [](bool nanoseconds, bool big_endian) {
    return [=](const std::vector<Record>& records, LinkType link) { return pcap(records, {.link = link, .nanoseconds = nanoseconds, .big_endian = big_endian}); };
  };
  return {
      {"pcap-micro-little", classic(false, false)},
      {"pcap-micro-big", classic(false, true)},
      {"pcap-nano-little", classic(true, false)},
      {"pcap-nano-big", classic(true, true)},
      {"pcap-modified-little", [](const auto& records, LinkType link) { return modified_pcap(records, link, false); }},
      {"pcap-modified-big", [](const auto& records, LinkType link) { return modified_pcap(records, link, true); }},
      {"pcapng-little", [](const auto& records, LinkType link) { return one_section(records, link, false); }},
      {"pcapng-big", [](const auto& records, LinkType link) { return one_section(records, link, true); }},
      {"pcapng-interfaces", many_interfaces},
      {"pcapng-sections", many_sections},
      {"pcap-gzip", [=](const auto& records, LinkType link) { return gzip(classic(false, false)(records, link)); }},
      {"pcap-zstd", [=](const auto& records, LinkType link) { return zstd(classic(true, true)(records, link)); }},
      {"pcapng-gzip-members", [](const auto& records, LinkType link) {
         const Bytes whole = many_sections(records, link);
         const auto middle = whole.begin() + static_cast<std::ptrdiff_t>(whole.size() / 2);
         return gzip({whole.begin(), middle}) + gzip({middle, whole.end()});
       }},
      {"pcapng-zstd", [](const auto& records, LinkType link) { return zstd(one_section(records, link, false)); }},
  };
}

bool fits(bool v6, const Link& link, const Tunnel& tunnel) {
  const bool outer_v6 = tunnel.name == "plain" ? v6 : tunnel.outer_v6;
  return link.family == 0 || link.family == (outer_v6 ? 6 : 4);
}

std::vector<Record> records(bool v6, const Link& link, const Tunnel& tunnel) {
  std::vector<Record> made;
  for (const Sent& sent : conversation(v6)) made.push_back({.nanoseconds = sent.nanoseconds, .octets = link.frame(tunnel.wrap(sent.packet))});
  return made;
}

}  // namespace ike::test
