#include "ike/net/link.hpp"

#include "net/support.hpp"

namespace ike::net {
namespace {

using namespace test;

const Ip v4{};
const Ip v6{.source = "2001:db8::1", .destination = "2001:db8::2"};

struct Wrapping {
  std::string_view name;
  LinkType link;
  Bytes (*wrap)(const Bytes&);
};

const std::vector<Wrapping> wrappings{
    {"Ethernet", LinkType::ethernet, [](const Bytes& p) { return ethernet(p); }},
    {"802.1Q", LinkType::ethernet,
     [](const Bytes& p) {
       return ethernet(p, {{0x8100, 42}});
     }},
    {"802.1ad", LinkType::ethernet,
     [](const Bytes& p) {
       return ethernet(p, {{0x88a8, 7}, {0x8100, 42}});
     }},
    {"QinQ before 802.1ad", LinkType::ethernet,
     [](const Bytes& p) {
       return ethernet(p, {{0x9100, 7}, {0x9200, 8}, {0x9300, 9}, {0x8100, 42}});
     }},
    {"MPLS", LinkType::ethernet,
     [](const Bytes& p) {
       return ethernet_mpls(p, {16, 17, 18});
     }},
    {"MPLS multicast type", LinkType::ethernet,
     [](const Bytes& p) { return ethernet_of(0x8848, be32(0x00010140) + p); }},
    {"MPLS under a tag", LinkType::ethernet,
     [](const Bytes& p) {
       return ethernet_mpls(p, {16}, {{0x8100, 42}});
     }},
    {"Ethernet pseudowire", LinkType::ethernet,
     [](const Bytes& p) {
       return ethernet_mpls(be32(0) + ethernet(p, {{0x8100, 3}}), {16});
     }},
    {"PPPoE", LinkType::ethernet, [](const Bytes& p) { return ethernet_pppoe(p); }},
    {"PPPoE under a tag", LinkType::ethernet,
     [](const Bytes& p) {
       return ethernet_pppoe(p, {{0x8100, 7}});
     }},
    {"SNAP", LinkType::ethernet,
     [](const Bytes& p) {
       return ethernet_of(200, hex("aaaa03000000") + be16(p[0] >> 4U == 6 ? 0x86dd : 0x0800) + p);
     }},
    {"cooked v1", LinkType::linux_sll, [](const Bytes& p) { return sll(p); }},
    {"cooked v1, tagged", LinkType::linux_sll,
     [](const Bytes& p) {
       return sll(p, {{0x8100, 42}});
     }},
    {"cooked v2", LinkType::linux_sll2, [](const Bytes& p) { return sll2(p); }},
    {"cooked v2, tagged", LinkType::linux_sll2,
     [](const Bytes& p) {
       return sll2(p, {{0x8100, 42}});
     }},
    {"raw 12", LinkType::raw_old, [](const Bytes& p) { return p; }},
    {"raw 14", LinkType::raw_openbsd, [](const Bytes& p) { return p; }},
    {"raw 101", LinkType::raw, [](const Bytes& p) { return p; }},
    {"NULL, little endian", LinkType::null, [](const Bytes& p) { return null_link(p); }},
    {"NULL, big endian", LinkType::null, [](const Bytes& p) { return null_link(p, true); }},
    {"NULL of FreeBSD", LinkType::null, [](const Bytes& p) { return null_link(p, false, 28); }},
    {"LOOP", LinkType::loop, [](const Bytes& p) { return null_link(p, true, 24); }},
    {"PPP", LinkType::ppp, [](const Bytes& p) { return ppp(p); }},
    {"PPP without address and control", LinkType::ppp, [](const Bytes& p) { return ppp(p, false); }},
    {"PPP, protocol in one octet", LinkType::ppp,
     [](const Bytes& p) { return Bytes{p[0] >> 4U == 6 ? std::uint8_t{0x57} : std::uint8_t{0x21}} + p; }},
    {"PPP in HDLC", LinkType::ppp_hdlc, [](const Bytes& p) { return ppp(p); }},
    {"Cisco HDLC", LinkType::ppp_hdlc,
     [](const Bytes& p) { return hex("0f00") + be16(p[0] >> 4U == 6 ? 0x86dd : 0x0800) + p; }},
    {"MPLS over PPP", LinkType::ppp, [](const Bytes& p) { return hex("ff030281") + be32(0x00010140) + p; }},
    {"PPPoE link", LinkType::pppoe, [](const Bytes& p) { return pppoe(p); }},
};

TEST_CASE("the same datagram comes out of every link type and wrapping") {
  const Bytes message = pattern(100);
  for (const Ip& header : {v4, v6}) {
    for (const Wrapping& row : wrappings) {
      CAPTURE(row.name);
      CAPTURE(header.source);
      const Bytes frame = row.wrap(udp(header, 500, 4500, message));
      Dissector dissector;
      REQUIRE(dissector.dissect(frame_of(frame, row.link, 7)) == Kind::udp);
      const auto& seen = dissector.datagram();
      CHECK(octets_of(seen.payload) == message);
      CHECK(seen.packet == 7);
      CHECK(to_string(seen.source) == to_string(Endpoint{*parse_address(header.source), 500}));
      CHECK(to_string(seen.destination) == to_string(Endpoint{*parse_address(header.destination), 4500}));
      CHECK(dissector.counts().malformed == 0);
    }
  }
}

TEST_CASE("no cut of a good frame gives octets that were not captured, and the snap length is no malformation") {
  const Bytes message = pattern(40);
  for (const Wrapping& row : wrappings) {
    CAPTURE(row.name);
    const Bytes frame = row.wrap(udp(v4, 500, 500, message));
    const auto headers = static_cast<std::size_t>(
        std::search(frame.begin(), frame.end(), message.begin(), message.end()) - frame.begin());
    for (std::size_t keep = 0; keep < frame.size(); ++keep) {
      CAPTURE(keep);
      const Bytes cut{frame.begin(),
                      frame.begin() + static_cast<std::ptrdiff_t>(keep)};  // so that the sanitizer sees its end
      Frame snapped = frame_of(cut, row.link);
      snapped.wire_length = static_cast<std::uint32_t>(frame.size());
      Dissector dissector;
      const Kind kind = dissector.dissect(snapped);
      CHECK(dissector.counts().malformed == 0);
      REQUIRE((kind == Kind::udp) == (keep >= headers));
      if (kind != Kind::udp) continue;
      const auto captured = std::min(keep - headers, message.size());
      CHECK(dissector.datagram().payload.size() == captured);
      CHECK(dissector.datagram().sent_length == message.size());
      CHECK(dissector.datagram().cut == (captured < message.size()));
      CHECK(dissector.counts().cut == dissector.datagram().cut);
    }
  }
}

TEST_CASE("a frame that is really that short is malformed at every header") {
  const Bytes frame = ethernet(udp(v4, 500, 500, pattern(40)), {{0x8100, 42}});
  for (const std::size_t keep : {0U, 13U, 17U, 18U, 37U, 38U, 45U}) {
    CAPTURE(keep);
    Dissector dissector;
    CHECK(dissector.dissect(frame_of({frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(keep)})) ==
          Kind::other);
    CHECK(dissector.counts().malformed == 1);
  }
}

TEST_CASE("frames without IP inside are none of ours and not malformed") {
  struct Row {
    std::string_view name;
    LinkType link;
    Bytes frame;
  };
  const Bytes packet = udp(v4, 500, 500, pattern(20));
  for (const Row& row : {
           Row{"ARP", LinkType::ethernet, ethernet_of(0x0806, Bytes(28))},
           Row{"spanning tree", LinkType::ethernet, ethernet_of(38, hex("424203") + Bytes(35))},
           Row{"SNAP of an organization", LinkType::ethernet, ethernet_of(60, hex("aaaa0300000c0800") + packet)},
           Row{"PPPoE discovery", LinkType::ethernet, ethernet_of(0x8863, hex("110900000000"))},
           Row{"PPPoE session, not data", LinkType::ethernet, ethernet_of(0x8864, hex("11a7000100020021") + packet)},
           Row{"LCP", LinkType::ppp, hex("ff03c021") + packet},
           Row{"MPLS with something else", LinkType::ethernet,
               ethernet_of(0x8847, be32(0x00010140) + hex("90") + packet)},
           Row{"AppleTalk on NULL", LinkType::null, hex("10000000") + packet},
       }) {
    CAPTURE(row.name);
    Dissector dissector;
    CHECK(dissector.dissect(frame_of(row.frame, row.link)) == Kind::other);
    CHECK(dissector.counts().malformed == 0);
    CHECK(dissector.counts().unknown_link == 0);
  }
}

TEST_CASE("stacks of tags and labels deeper than any network's are malformed") {
  const Bytes packet = udp(v4, 500, 500, pattern(20));
  CHECK(kind_of(ethernet(packet, std::vector<Tag>(max_tags - 1))) == Kind::udp);
  CHECK(kind_of(ethernet_mpls(packet, std::vector<std::uint32_t>(max_tags, 16))) == Kind::udp);
  for (const Bytes& frame : {ethernet(packet, std::vector<Tag>(max_tags)), ethernet(packet, std::vector<Tag>(5000)),
                             ethernet_mpls(packet, std::vector<std::uint32_t>(max_tags + 1, 16))}) {
    Dissector dissector;
    CHECK(dissector.dissect(frame_of(frame)) == Kind::other);
    CHECK(dissector.counts().malformed == 1);
  }
}

TEST_CASE("a link type that we cannot read is counted and named") {
  Dissector dissector;
  CHECK(dissector.dissect(frame_of(Bytes(60), static_cast<LinkType>(127))) == Kind::other);
  CHECK(dissector.dissect(frame_of(ethernet(udp(v4, 500, 500, {})))) == Kind::udp);
  CHECK(dissector.counts().unknown_link == 1);
  CHECK(dissector.counts().last_unknown_link == static_cast<LinkType>(127));
  CHECK(dissector.counts().frames == 2);
}

TEST_CASE("link types 228 and 229 hold one IP version only") {
  CHECK(kind_of(udp(v4, 500, 500, {}), LinkType::ipv4) == Kind::udp);
  CHECK(kind_of(udp(v6, 500, 500, {}), LinkType::ipv6) == Kind::udp);
  CHECK(kind_of(udp(v6, 500, 500, {}), LinkType::ipv4) == Kind::other);
  CHECK(kind_of(udp(v4, 500, 500, {}), LinkType::ipv6) == Kind::other);
}

}  // namespace
}  // namespace ike::net
