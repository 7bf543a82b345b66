// ICMP errors find the attempt whose packet they quote.
#include "track/observer.hpp"

namespace ike::track {
namespace {

constexpr std::uint8_t unreachable = 3;

TEST_CASE("an ICMP error is attached by the cookie it quotes, with who sent the quoted packet") {
  Observer wire;
  const Bytes sent = wire.wire(over, mm(1));
  wire.packet(0, sent);
  wire.packet(0.1, icmp_error({.source = "203.0.113.254", .destination = "192.0.2.1", .id = 5}, unreachable, 13, sent));
  const auto tunnel = wire.tunnel();
  REQUIRE(line(tunnel.attempts[0]) == "I1 I!3/13");
  const auto& event = tunnel.attempts[0].events[1];
  CHECK(net::to_string(event.icmp_sender) == "203.0.113.254");
  CHECK_FALSE(event.icmp_v6);
  CHECK(wire.counts().icmp_errors == 1);
}

TEST_CASE("an error about the responder's packet is about the responder's packet") {
  Observer wire;
  wire.send(0, over, mm(1));
  const Bytes sent = wire.wire(answer, mm(2));
  wire.packet(0.1, sent);
  wire.packet(0.2, icmp_error({.source = "192.0.2.1", .destination = "198.51.100.2"}, unreachable, 3, sent));
  CHECK(line(wire.tunnel().attempts[0]) == "I1 R2 R!3/3");
}

TEST_CASE("the quoted cookie chooses among attempts, behind a non-ESP marker too") {
  Observer wire;
  const Bytes old = wire.wire(over, mm(1, {.initiator = 1}));
  wire.packet(0, old);
  wire.send(60, over, mm(1, {.initiator = 2}));
  const Bytes floated = wire.wire(over_4500, mm(5, {.initiator = 1}));
  wire.packet(60.1, icmp_error({.source = "198.51.100.2", .destination = "192.0.2.1", .id = 1}, unreachable, 3, old));
  wire.packet(60.2,
              icmp_error({.source = "198.51.100.2", .destination = "192.0.2.1", .id = 2}, unreachable, 3, floated));
  const auto tunnel = wire.tunnel();
  CHECK(line(tunnel.attempts.at(0)) == "I1 I!3/3 I!3/3");
  CHECK(line(tunnel.attempts.at(1)) == "I1");
}

TEST_CASE("a quote too short for cookies is matched by ports, newest attempt first") {
  constexpr std::size_t ip_and_udp = 28;
  const Hop first{.source_port = 1024};
  const Hop second{.source_port = 1025};
  Observer wire;
  const Bytes sent = wire.wire(first, mm(1, {.initiator = 1}));
  wire.packet(0, sent);
  wire.send(60, second, mm(1, {.initiator = 2}));
  wire.packet(61,
              icmp_error({.source = "198.51.100.2", .destination = "192.0.2.1"}, unreachable, 3, sent, 0, ip_and_udp));
  const auto tunnel = wire.tunnel();
  CHECK(line(tunnel.attempts.at(0)) == "I1 I!3/3");
  CHECK(line(tunnel.attempts.at(1)) == "I1");
}

TEST_CASE("a quote with translated addresses is known by its cookie") {
  Observer wire;
  wire.send(0, {.source = "10.0.0.5"}, mm(1));
  const Bytes translated = wire.wire({.source = "203.0.113.9", .source_port = 1024}, mm(1));
  wire.packet(0.1, icmp_error({.source = "198.51.100.2", .destination = "10.0.0.5"}, unreachable, 3, translated));
  const auto tunnel = wire.tunnel();
  CHECK(line(tunnel.attempts[0]) == "I1 I!3/3");
}

TEST_CASE("an error about strangers makes no tunnel") {
  Observer wire;
  wire.packet(
      0, icmp_error({.source = "198.51.100.2", .destination = "192.0.2.1"}, unreachable, 3, wire.wire(over, mm(1))));
  CHECK(wire.tunnels().empty());
  CHECK(wire.counts().icmp_errors == 0);
}

TEST_CASE("fragmentation needed brings its MTU; ICMPv6 packet too big, too") {
  Observer wire;
  const Bytes sent = wire.wire(over, mm(3));
  wire.send(0, over, mm(1));
  wire.packet(1, sent);
  wire.packet(1.1, icmp_error({.source = "203.0.113.254", .destination = "192.0.2.1"}, unreachable, 4, sent, 1400));
  const auto tunnel = wire.tunnel();
  CHECK(tunnel.attempts[0].events.back().icmp_mtu == 1400);

  const Hop six{.source = "2001:db8::1", .destination = "2001:db8::2"};
  Observer wire6;
  const Bytes sent6 = wire6.wire(six, mm(1));
  wire6.packet(0, sent6);
  wire6.packet(0.1, icmp_error({.source = "2001:db8::99", .destination = "2001:db8::1"}, 2, 0, sent6, 1280));
  const auto tunnel6 = wire6.tunnel();
  REQUIRE(line(tunnel6.attempts[0]) == "I1 I!2/0");
  CHECK(tunnel6.attempts[0].events[1].icmp_v6);
  CHECK(tunnel6.attempts[0].events[1].icmp_mtu == 1280);
}

TEST_CASE("an ICMP error that a mirror shows twice is one") {
  Observer wire;
  const Bytes sent = wire.wire(over, mm(1));
  wire.packet(0, sent);
  for (const std::uint8_t ttl : {std::uint8_t{64}, std::uint8_t{63}}) {
    wire.packet(0.1, icmp_error({.source = "198.51.100.2", .destination = "192.0.2.1", .id = 9, .ttl = ttl},
                                unreachable, 3, sent));
  }
  CHECK(line(wire.tunnel().attempts[0]) == "I1 I!3/3");
}

TEST_CASE("a quote without cookies is held against the newest attempts of its pair only") {
  for (const unsigned later : {255U, 256U}) {
    CAPTURE(later);
    Observer wire;
    const Bytes sent = wire.wire({.source_port = 1024}, mm(1, {.initiator = 1}));
    wire.packet(0, sent);
    for (std::uint64_t n = 2; n < 2 + later; ++n) wire.send(0.001 * static_cast<double>(n), over, mm(1, {.initiator = n}));
    wire.packet(1, icmp_error({.source = "203.0.113.254", .destination = "192.0.2.1"}, unreachable, 1, sent, 0, 28));
    CHECK(wire.counts().icmp_errors == (later < 256 ? 1 : 0));
  }
}

}  // namespace
}  // namespace ike::track
