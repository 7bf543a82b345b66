#include "ike/net/ip.hpp"

#include "net/support.hpp"

namespace ike::net {
namespace {

using namespace test;

const Ip v4{};
const Ip v6{.source = "2001:db8::1", .destination = "2001:db8::2"};

Bytes patched(Bytes octets, std::size_t at, const Bytes& with) {
  std::copy(with.begin(), with.end(), octets.begin() + static_cast<std::ptrdiff_t>(at));
  return octets;
}

TEST_CASE("headers of UDP over IPv4 with options and IPv6 with extension headers are passed") {
  struct Row {
    std::string_view name;
    Ip header;
  };
  const Bytes message = pattern(77);
  for (const Row& row : {
           Row{"no options", {}},
           Row{"router alert", {.options = hex("94040000")}},
           Row{"40 octets of options", {.options = Bytes(40, 1)}},
           Row{"AH", {.extensions = {{51, Bytes(22)}}}},
           Row{"IPv6", v6},
           Row{"hop-by-hop", {.source = "::1", .destination = "::2", .extensions = {{0, hex("05020000")}}}},
           Row{"all of them",
               {.source = "fe80::1",
               .destination = "fe80::2",
               .extensions = {{0, Bytes(30)},
                              {60, Bytes(6)},
                              {43, Bytes(22)},
                              {51, Bytes(22)},
                              {135, Bytes(6)},
                              {139, Bytes(6)},
                              {140, Bytes(6)},
                              {60, Bytes(100)}}}},
           Row{"atomic fragment (RFC 6946)",
               {.source = "::1", .destination = "::2", .extensions = {{44, hex("000000000007")}}}},
       }) {
    CAPTURE(row.name);
    const Bytes packet = udp(row.header, 1024, 500, message);
    Dissector dissector;
    REQUIRE(dissector.dissect(frame_of(packet, LinkType::raw)) == Kind::udp);
    CHECK(octets_of(dissector.datagram().payload) == message);
    CHECK(dissector.datagram().fragments == 1);
    CHECK_FALSE(dissector.datagram().partial);
    CHECK(dissector.counts().malformed == 0);
    const std::size_t headers = packet.size() - message.size();
    for (std::size_t keep = 0; keep < headers; ++keep) {
      CAPTURE(keep);
      const Bytes cut{packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(keep)};
      Frame frame = frame_of(cut, LinkType::raw);
      frame.wire_length = static_cast<std::uint32_t>(packet.size());
      CHECK(dissector.dissect(frame) == Kind::other);
    }
    CHECK(dissector.counts().malformed == 0);
  }
}

TEST_CASE("identification, TTL and addresses are the header's") {
  Dissector dissector;
  REQUIRE(dissector.dissect(frame_of(udp({.id = 0xbeef, .ttl = 3}, 500, 500, {}), LinkType::raw, 9, 1.5)) == Kind::udp);
  CHECK(dissector.datagram().ip_id == 0xbeef);
  CHECK(dissector.datagram().ttl == 3);
  CHECK(dissector.datagram().time == Time{std::chrono::milliseconds{1500}});
  CHECK(to_string(dissector.datagram().source) == "192.0.2.1:500");
  REQUIRE(dissector.dissect(frame_of(udp({.source = "2001:db8::1", .destination = "::2", .ttl = 255}, 500, 4500, {}),
                                     LinkType::raw)) == Kind::udp);
  CHECK(dissector.datagram().ip_id == 0);
  CHECK(dissector.datagram().ttl == 255);
  CHECK(to_string(dissector.datagram().destination) == "[::2]:4500");
}

TEST_CASE("Ethernet padding and octets behind the UDP length are no payload") {
  Dissector dissector;
  const Bytes keepalive = ethernet(udp(v4, 4500, 4500, hex("ff")));
  REQUIRE(dissector.dissect(frame_of(keepalive)) == Kind::udp);
  CHECK(octets_of(dissector.datagram().payload) == hex("ff"));
  CHECK(dissector.datagram().sent_length == 1);
  const Bytes packet = patched(udp(v4, 500, 500, pattern(50)), 24, be16(8 + 10));
  REQUIRE(dissector.dissect(frame_of(packet, LinkType::raw)) == Kind::udp);
  CHECK(octets_of(dissector.datagram().payload) == Bytes{packet.begin() + 28, packet.begin() + 38});
  CHECK(dissector.counts().malformed == 0);
}

TEST_CASE("a length of 0 left to the network card means as much as was sent") {
  const Bytes message = pattern(300);
  for (const Bytes& packet :
       {patched(udp(v4, 500, 500, message), 2, be16(0)), patched(udp(v6, 500, 500, message), 4, be16(0))}) {
    Dissector dissector;
    REQUIRE(dissector.dissect(frame_of(packet, LinkType::raw)) == Kind::udp);
    CHECK(octets_of(dissector.datagram().payload) == message);
    REQUIRE(dissector.dissect(cut_frame(packet, 200, LinkType::raw)) == Kind::udp);
    CHECK(dissector.datagram().cut);
    CHECK(dissector.datagram().sent_length == 300);
    CHECK(dissector.counts().malformed == 0);
  }
}

TEST_CASE("headers that contradict themselves are counted and what is there is given where it can be") {
  struct Row {
    std::string_view name;
    Bytes packet;
    Kind kind;
    std::uint32_t sent_length;
  };
  const Bytes good = udp(v4, 500, 500, pattern(50));
  const Bytes good6 = udp(v6, 500, 500, pattern(50));
  for (const Row& row : {
           Row{"IPv4 header length 16", patched(good, 0, hex("44")), Kind::other, 0},
           Row{"IPv4 total length below its header", patched(good, 2, be16(19)), Kind::other, 0},
           Row{"version 5", patched(good, 0, hex("55")), Kind::other, 0},
           Row{"IPv4 total length beyond the frame", patched(good, 2, be16(79)), Kind::udp, 50},
           Row{"IPv6 payload length beyond the frame", patched(good6, 4, be16(59)), Kind::udp, 50},
           Row{"no room for a UDP header", patched(good, 2, be16(27)), Kind::other, 0},
           Row{"UDP length 0", patched(good, 24, be16(0)), Kind::other, 0},
           Row{"UDP length 7", patched(good, 24, be16(7)), Kind::other, 0},
           Row{"UDP length 8", patched(good, 24, be16(8)), Kind::udp, 0},
           Row{"UDP length beyond the IP payload", patched(good, 24, be16(59)), Kind::udp, 50},
           Row{"extension header beyond the packet",
               patched(udp({.source = "::1", .destination = "::2", .extensions = {{60, Bytes(6)}}}, 500, 500, {}), 41,
                       hex("02")),
               Kind::other, 0},
           Row{"too many extension headers",
               udp({.source = "::1",
               .destination = "::2",
               .extensions = std::vector<Extension>(max_extension_headers + 1, {60, Bytes(6)})},
                   500, 500, {}),
               Kind::other, 0},
       }) {
    CAPTURE(row.name);
    Dissector dissector;
    REQUIRE(dissector.dissect(frame_of(row.packet, LinkType::raw)) == row.kind);
    CHECK(dissector.counts().malformed == (row.name == "UDP length 8" ? 0 : 1));
    if (row.kind == Kind::udp) CHECK(dissector.datagram().sent_length == row.sent_length);
  }
}

TEST_CASE("a datagram is ours by its source or its destination port") {
  Dissector dissector{Ports{.extra = {848, 10500}}};
  struct Row {
    std::uint16_t source, destination;
    bool ours;
  };
  for (const Row& row : {Row{500, 500, true}, Row{500, 9, true}, Row{9, 500, true}, Row{4500, 33333, true},
                         Row{33333, 4500, true}, Row{848, 848, true}, Row{1, 10500, true}, Row{53, 53, false},
                         Row{501, 499, false}, Row{0, 0, false}, Row{65535, 65535, false}}) {
    CAPTURE(row.source);
    CAPTURE(row.destination);
    CHECK((dissector.dissect(frame_of(udp(v4, row.source, row.destination, pattern(30)), LinkType::raw)) ==
           Kind::udp) == row.ours);
  }
}

TEST_CASE("ESP over IP is told with SPI and sequence number, whatever it is tagged or extended with") {
  for (const Bytes& packet :
       {esp(v4, 0xc0ffee01, 42), esp(v6, 0xc0ffee01, 42),
        esp({.source = "::1", .destination = "::2", .extensions = {{60, Bytes(6)}}}, 0xc0ffee01, 42)}) {
    Dissector dissector;
    REQUIRE(dissector.dissect(frame_of(ethernet(packet, {{0x8100, 5}}), LinkType::ethernet, 3)) == Kind::esp);
    CHECK(dissector.esp().spi == 0xc0ffee01);
    CHECK(dissector.esp().sequence == 42);
    CHECK_FALSE(dissector.esp().in_udp);
    CHECK(dissector.esp().packet == 3);
    CHECK(dissector.esp().source.address == *parse_address(packet[0] >> 4U == 4 ? "192.0.2.1"
                                                           : packet[6] == 60    ? "::1"
                                                                                : "2001:db8::1"));
    CHECK(dissector.dissect(frame_of(ip(v4, 50, Bytes(7)), LinkType::raw)) == Kind::other);
    CHECK(dissector.counts().malformed == 1);
  }
}

TEST_CASE("other protocols are left alone, their headers unread") {
  Dissector dissector;
  for (const int number : {2, 6, 89, 132, 255}) {
    CHECK(dissector.dissect(frame_of(ip(v4, static_cast<std::uint8_t>(number), pattern(40)), LinkType::raw)) ==
          Kind::other);
    CHECK(dissector.dissect(frame_of(ip(v6, static_cast<std::uint8_t>(number), pattern(40)), LinkType::raw)) ==
          Kind::other);
  }
  CHECK(dissector.counts().malformed == 0);
}

}  // namespace
}  // namespace ike::net
