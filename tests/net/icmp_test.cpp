#include "ike/net/icmp.hpp"

#include "net/support.hpp"

namespace ike::net {
namespace {

using namespace test;

const Ip peer4{};
const Ip router4{.source = "203.0.113.1", .destination = "192.0.2.1", .ttl = 62};
const Ip peer6{.source = "2001:db8::1", .destination = "2001:db8::2"};
const Ip router6{.source = "2001:db8:ffff::1", .destination = "2001:db8::1"};

TEST_CASE("each ICMP error names who complains, of what, and the quoted datagram") {
  struct Row {
    std::string_view name;
    bool v6;
    std::uint8_t type, code;
    std::uint32_t rest, mtu;
  };
  const Bytes message = pattern(60);
  for (const Row& row : {
           Row{"port unreachable", false, 3, 3, 0, 0},
           Row{"administratively prohibited", false, 3, 13, 0, 0},
           Row{"fragmentation needed", false, 3, 4, 1400, 1400},
           Row{"TTL exceeded", false, 11, 0, 0, 0},
           Row{"reassembly time exceeded", false, 11, 1, 0, 0},
           Row{"parameter problem", false, 12, 0, 0x14000000, 0},
           Row{"no route", true, 1, 0, 0, 0},
           Row{"port unreachable, ICMPv6", true, 1, 4, 0, 0},
           Row{"packet too big", true, 2, 0, 1280, 1280},
           Row{"hop limit exceeded", true, 3, 0, 0, 0},
           Row{"parameter problem, ICMPv6", true, 4, 1, 40, 0},
       }) {
    CAPTURE(row.name);
    const Ip& peer = row.v6 ? peer6 : peer4;
    const Ip& router = row.v6 ? router6 : router4;
    const Bytes frame = ethernet(icmp_error(router, row.type, row.code, udp(peer, 500, 4500, message), row.rest));
    Dissector dissector;
    REQUIRE(dissector.dissect(frame_of(frame, LinkType::ethernet, 12)) == Kind::icmp_error);
    const auto& seen = dissector.icmp_error();
    CHECK(seen.type == row.type);
    CHECK(seen.code == row.code);
    CHECK(seen.v6 == row.v6);
    CHECK(seen.mtu == row.mtu);
    CHECK(seen.packet == 12);
    CHECK(seen.source.address == *parse_address(router.source));
    CHECK(seen.destination.address == *parse_address(router.destination));
    CHECK(seen.quoted_source == Endpoint{*parse_address(peer.source), 500});
    CHECK(seen.quoted_destination == Endpoint{*parse_address(peer.destination), 4500});
    CHECK(seen.quoted_protocol == 17);
    CHECK(seen.quoted_ip_id == (row.v6 ? 0 : 1));
    CHECK_FALSE(seen.quoted_fragment);
    CHECK(octets_of(seen.quoted_payload) == message);
  }
}

TEST_CASE("a quote gives what it reaches") {
  struct Row {
    std::size_t keep;
    bool known, ports;
    std::size_t payload;
  };
  for (const Row& row : {Row{0, false, false, 0}, Row{19, false, false, 0}, Row{20, true, false, 0},
                         Row{23, true, false, 0}, Row{24, true, true, 0}, Row{28, true, true, 0},
                         Row{29, true, true, 1}, Row{56, true, true, 28}, Row{1000, true, true, 60}}) {
    CAPTURE(row.keep);
    Dissector dissector;
    const Kind kind = dissector.dissect(
        frame_of(icmp_error(router4, 3, 3, udp(peer4, 500, 500, pattern(60)), 0, row.keep), LinkType::raw));
    REQUIRE((kind == Kind::icmp_error) == row.known);
    if (!row.known) continue;
    CHECK(dissector.icmp_error().quoted_source.port == (row.ports ? 500 : 0));
    CHECK(dissector.icmp_error().quoted_payload.size() == row.payload);
  }
}

TEST_CASE("extensions behind the quote (RFC 4884) are no payload") {
  const Bytes quoted = udp(peer4, 500, 500, pattern(300));
  const Bytes quote{quoted.begin(), quoted.begin() + 128};
  Dissector dissector;
  const Bytes labels = hex("2000 0000 0008 0101 00010140");
  const Bytes error = icmp_error(router4, 11, 0, quote + labels, 128U / 4U << 16U);
  REQUIRE(dissector.dissect(frame_of(error, LinkType::raw)) == Kind::icmp_error);
  CHECK(octets_of(dissector.icmp_error().quoted_payload) == Bytes{quote.begin() + 28, quote.end()});
  const Bytes quoted6 = udp(peer6, 500, 500, pattern(300));
  const Bytes quote6{quoted6.begin(), quoted6.begin() + 128};
  const Bytes error6 = icmp_error(router6, 3, 0, quote6 + labels, 128U / 8U << 24U);
  REQUIRE(dissector.dissect(frame_of(error6, LinkType::raw)) == Kind::icmp_error);
  CHECK(octets_of(dissector.icmp_error().quoted_payload) == Bytes{quote6.begin() + 48, quote6.end()});
}

TEST_CASE("quoted fragments are told, the later ones without ports") {
  for (const bool v6 : {false, true}) {
    CAPTURE(v6);
    const auto parts = fragments(udp(v6 ? peer6 : peer4, 500, 500, pattern(2000)), 2);
    for (std::size_t i = 0; i < 2; ++i) {
      CAPTURE(i);
      Dissector dissector;
      REQUIRE(dissector.dissect(frame_of(icmp_error(v6 ? router6 : router4, v6 ? 3 : 11, 1, parts[i], 0, 100),
                                         LinkType::raw)) == Kind::icmp_error);
      CHECK(dissector.icmp_error().quoted_fragment);
      CHECK(dissector.icmp_error().quoted_destination.port == (i == 0 ? 500 : 0));
      CHECK(dissector.icmp_error().quoted_payload.empty() == (i != 0));
    }
  }
}

TEST_CASE("a quoted ESP packet and quoted extension headers are read") {
  Dissector dissector;
  REQUIRE(dissector.dissect(frame_of(icmp_error(router4, 3, 2, esp(peer4, 7, 8)), LinkType::raw)) == Kind::icmp_error);
  CHECK(dissector.icmp_error().quoted_protocol == 50);
  CHECK(dissector.icmp_error().quoted_source == Endpoint{*parse_address(peer4.source), 0});
  const Bytes quoted =
      udp({.source = "::1", .destination = "::2", .extensions = {{60, Bytes(6)}}}, 500, 500, pattern(9));
  const Bytes error = icmp_error(router6, 1, 4, quoted);
  REQUIRE(dissector.dissect(frame_of(error, LinkType::raw)) == Kind::icmp_error);
  CHECK(dissector.icmp_error().quoted_source.port == 500);
  CHECK(octets_of(dissector.icmp_error().quoted_payload) == pattern(9));
}

TEST_CASE("messages that are no error of ours are left alone") {
  struct Row {
    std::string_view name;
    Bytes packet;
  };
  const Bytes ours = udp(peer4, 500, 500, pattern(60));
  const Bytes ours6 = udp(peer6, 500, 500, pattern(60));
  for (const Row& row : {
           Row{"echo request", icmp_error(router4, 8, 0, ours)},
           Row{"source quench", icmp_error(router4, 4, 0, ours)},
           Row{"redirect", icmp_error(router4, 5, 1, ours)},
           Row{"neighbour solicitation", icmp_error(router6, 135, 0, ours6)},
           Row{"type 3 of the other version", icmp_error(router4, 1, 0, ours)},
           Row{"foreign ports", icmp_error(router4, 3, 3, udp(peer4, 53, 53, pattern(60)))},
           Row{"TCP", icmp_error(router4, 3, 3, ip(peer4, 6, pattern(20)))},
           Row{"no room", ip(router4, 1, hex("03030000"))},
           Row{"IPv6 quoted in ICMP", icmp_error(router4, 3, 3, ours6)},
           Row{"IPv4 quoted in ICMPv6", icmp_error(router6, 1, 4, ours)},
           Row{"ICMP in IPv6", ip(router6, 1, Bytes{3, 3, 0, 0, 0, 0, 0, 0} + ours)},
           Row{"ICMPv6 in IPv4", ip(router4, 58, Bytes{1, 4, 0, 0, 0, 0, 0, 0} + ours6)},
       }) {
    CAPTURE(row.name);
    Dissector dissector;
    CHECK(dissector.dissect(frame_of(row.packet, LinkType::raw)) == Kind::other);
    CHECK(dissector.counts().malformed == 0);
  }
}

}  // namespace
}  // namespace ike::net
