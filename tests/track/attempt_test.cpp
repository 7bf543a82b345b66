// Which attempt a message belongs to: cookies and pair of addresses.
#include "track/observer.hpp"

namespace ike::track {
namespace {

TEST_CASE("six messages of Main Mode are one attempt, its sides told by who sent message 1") {
  Observer wire;
  for (unsigned number = 1; number <= 6; ++number) wire.send(0.1 * number, number % 2 == 1 ? over : answer, mm(number));
  const auto tunnel = wire.tunnel();
  REQUIRE(tunnel.attempts.size() == 1);
  const auto& attempt = tunnel.attempts[0];
  CHECK(line(attempt) == "I1 R2 I3 R4 I5 R6");
  CHECK(attempt.initiator_cookie == cky_i);
  CHECK(attempt.responder_cookies == std::vector<Cookie>{cky_r});
  CHECK(net::to_string(attempt.initiator) == "192.0.2.1:500");
  CHECK(net::to_string(attempt.responder) == "198.51.100.2:500");
  CHECK_FALSE(attempt.initiator_assumed);
  REQUIRE(attempt.chosen() != nullptr);
  CHECK(attempt.chosen()->key_length == 256);
  CHECK(wire.counts().messages == 6);
  CHECK(wire.counts().attempts == 1);
}

TEST_CASE("the initiator may be the higher address") {
  Observer wire;
  wire.send(0, answer, mm(1));
  wire.send(0.1, over, mm(2));
  const auto tunnel = wire.tunnel();
  CHECK(line(tunnel.attempts[0]) == "I1 R2");
  CHECK(net::to_string(tunnel.peers[0]) == "198.51.100.2");
}

TEST_CASE("numbers come from content and sender, not from order of arrival") {
  Observer wire;
  wire.send(0.0, over, mm(1));
  wire.send(0.1, over, mm(3));
  wire.send(0.2, answer, mm(2));
  wire.send(0.3, answer, mm(6));
  wire.send(0.4, answer, mm(4));
  wire.send(0.5, over, mm(5));
  CHECK(line(wire.tunnel().attempts[0]) == "I1 I3 R2 R6 R4 I5");
}

TEST_CASE("KE or NONCE alone is enough to know messages 3 and 4") {
  const Isakmp header{.initiator_cookie = cky_i, .responder_cookie = cky_r};
  Observer wire;
  wire.send(0.0, over, mm(1));
  wire.send(0.1, answer, mm(2));
  wire.send(0.2, over, test::isakmp(header, {ke(128)}));
  wire.send(0.3, answer, test::isakmp(header, {nonce(20)}));
  CHECK(line(wire.tunnel().attempts[0]) == "I1 R2 I3 R4");
}

TEST_CASE("Aggressive Mode ends with a third message, encrypted or not") {
  for (const bool clear : {false, true}) {
    CAPTURE(clear);
    Observer wire;
    wire.send(0.0, over, am(1));
    wire.send(0.1, answer, am(2));
    wire.send(0.2, over, am(3, {}, clear));
    const auto tunnel = wire.tunnel();
    CHECK(tunnel.attempts[0].aggressive());
    CHECK(line(tunnel.attempts[0]) == "I1 R2 I3");
  }
}

TEST_CASE("another initiator cookie between the same pair is another attempt of the same tunnel") {
  Observer wire;
  wire.send(0, over, mm(1));
  wire.send(30, over, mm(1, {.initiator = cky_i + 1}));
  const auto tunnel = wire.tunnel();
  REQUIRE(tunnel.attempts.size() == 2);
  CHECK(tunnel.attempts[0].initiator_cookie == cky_i);
  CHECK(tunnel.attempts[1].initiator_cookie == cky_i + 1);
  CHECK(tunnel.attempts[0].id == 1);
  CHECK(tunnel.attempts[1].id == 2);
}

TEST_CASE("both peers may begin: two attempts with opposite sides in one tunnel") {
  Observer wire;
  wire.send(0.0, over, mm(1, {.initiator = 7}));
  wire.send(0.1, answer, mm(1, {.initiator = 8}));
  const auto tunnel = wire.tunnel();
  REQUIRE(tunnel.attempts.size() == 2);
  CHECK(net::to_string(tunnel.attempts[0].initiator.address) == "192.0.2.1");
  CHECK(net::to_string(tunnel.attempts[1].initiator.address) == "198.51.100.2");
}

TEST_CASE("the float from port 500 to 4500 stays in the attempt") {
  Observer wire;
  for (unsigned number = 1; number <= 4; ++number) wire.send(0.1 * number, number % 2 == 1 ? over : answer, mm(number));
  wire.send(0.5, over_4500, mm(5));
  wire.send(0.6, over_4500.back(), mm(6));
  const auto tunnel = wire.tunnel();
  REQUIRE(tunnel.attempts.size() == 1);
  CHECK(line(tunnel.attempts[0]) == "I1 R2 I3 R4 I5 R6");
  CHECK_FALSE(tunnel.attempts[0].events[3].natt_port);
  CHECK(tunnel.attempts[0].events[4].natt_port);
  CHECK(tunnel.attempts[0].events[5].natt_port);
  CHECK(tunnel.attempts[0].initiator.port == 500);
}

TEST_CASE("a responder may answer one initiator cookie with several of its own") {
  Observer wire;
  wire.send(0, over, mm(1));
  wire.send(0.1, answer, mm(2, {.responder = 0xa1}));
  wire.send(4, over, mm(1));
  wire.send(4.1, answer, mm(2, {.responder = 0xa2}));
  const auto tunnel = wire.tunnel();
  REQUIRE(tunnel.attempts.size() == 1);
  CHECK(tunnel.attempts[0].responder_cookies == std::vector<Cookie>{0xa1, 0xa2});
  CHECK(line(tunnel.attempts[0]) == "I1 R2 I1r R2");
  CHECK(tunnel.attempts[0].events[1].responder_cookie == 0xa1);
  CHECK(tunnel.attempts[0].events[3].responder_cookie == 0xa2);
}

TEST_CASE("more responder cookies than are kept do no harm") {
  Observer wire;
  wire.send(0, over, mm(1));
  for (unsigned i = 1; i <= 40; ++i) wire.send(i, answer, mm(2, {.responder = i}));
  const auto tunnel = wire.tunnel();
  CHECK(tunnel.attempts[0].responder_cookies.size() >= 8);  // strongSwan was seen with that many
  CHECK(tunnel.attempts[0].responder_cookies.size() < 40);
}

TEST_CASE("both sides of a NAT in one capture are one attempt") {
  Observer wire;
  for (std::uint32_t number = 1; number <= 6; ++number) {
    const double at = 0.1 * number;
    const Hop inside{.source = "10.0.0.5", .id = number};
    const Hop outside{.source = "203.0.113.9", .source_port = 1024, .id = number, .ttl = 63};
    const bool from_initiator = number % 2 == 1;
    wire.send(at, from_initiator ? inside : outside.back(), mm(number));
    wire.send(at + 0.001, from_initiator ? outside : inside.back(), mm(number));
  }
  const auto tunnel = wire.tunnel();
  REQUIRE(tunnel.attempts.size() == 1);
  const auto& attempt = tunnel.attempts[0];
  CHECK(attempt.other_addresses);
  CHECK(net::to_string(attempt.initiator) == "10.0.0.5:500");
  CHECK(attempt.resends == 0);
  CHECK(attempt.copies == 6);
  CHECK(line(attempt) == "I1 I1c R2 R2c I3 I3c R4 R4c I5 I5c R6 R6c");
}

TEST_CASE("the same cookie from other pairs of addresses stays apart") {
  Observer wire;
  wire.send(0, over, mm(1));
  wire.send(0.1, answer, mm(2));
  SUBCASE("no address in common") { wire.send(0.2, {.source = "203.0.113.1", .destination = "203.0.113.2"}, mm(1)); }
  SUBCASE("one address in common, other octets") { wire.send(0.2, {.source = "203.0.113.1"}, mm(1, {}, 1)); }
  SUBCASE("one address in common, the same octets, much later") { wire.send(60, {.source = "203.0.113.1"}, mm(1)); }
  const auto tunnels = wire.tunnels();
  REQUIRE(tunnels.size() == 2);
  CHECK(line(tunnels[0].attempts[0]) == "I1 R2");
  CHECK(line(tunnels[1].attempts[0]) == "I1");
  CHECK_FALSE(tunnels[0].attempts[0].other_addresses);
}

TEST_CASE("two pairs are a NAT, a third one with the same cookies is somebody else's") {
  Observer wire;
  wire.send(0.000, {.source = "10.0.0.5", .id = 1}, mm(1));
  wire.send(0.001, {.source = "203.0.113.9", .id = 1}, mm(1));
  wire.send(0.002, {.source = "203.0.113.77"}, mm(1));
  const auto tunnels = wire.tunnels();
  REQUIRE(tunnels.size() == 2);
  CHECK(line(tunnels[0].attempts[0]) == "I1 I1c");
  CHECK(line(tunnels[1].attempts[0]) == "I1");
  CHECK(net::to_string(tunnels[1].attempts[0].initiator.address) == "203.0.113.77");
}

TEST_CASE("an initiator cookie of zero is a cookie like any other") {
  Observer wire;
  wire.send(0, over, mm(1, {.initiator = 0}));
  wire.send(0.1, answer, mm(2, {.initiator = 0}));
  const auto tunnel = wire.tunnel();
  CHECK(line(tunnel.attempts[0]) == "I1 R2");
  CHECK(tunnel.attempts[0].initiator_cookie == 0);
}

TEST_CASE("clients behind one address are split by port when their attempts interleave") {
  const Hop first{.source_port = 1024};
  const Hop second{.source_port = 1025};
  SUBCASE("interleaved: two tunnels") {
    Observer wire;
    wire.send(0.0, first, mm(1, {.initiator = 1}));
    wire.send(0.1, second, mm(1, {.initiator = 2}));
    wire.send(0.2, first.back(), mm(2, {.initiator = 1, .responder = 0xa}));
    wire.send(0.3, second.back(), mm(2, {.initiator = 2, .responder = 0xb}));
    const auto tunnels = wire.tunnels();
    REQUIRE(tunnels.size() == 2);
    CHECK(line(tunnels[0].attempts.at(0)) == "I1 R2");
    CHECK(tunnels[0].attempts[0].initiator.port == 1024);
    CHECK(line(tunnels[1].attempts.at(0)) == "I1 R2");
    CHECK(tunnels[1].attempts[0].initiator.port == 1025);
  }
  SUBCASE("one after the other: a client that changed its port") {
    Observer wire;
    wire.send(0, first, mm(1, {.initiator = 1}));
    wire.send(60, second, mm(1, {.initiator = 2}));
    CHECK(wire.tunnel().attempts.size() == 2);
  }
}

TEST_CASE("IPv6 peers are a pair like others") {
  const Hop six{.source = "2001:db8::1", .destination = "2001:db8::2"};
  Observer wire;
  wire.send(0.0, six, mm(1));
  wire.send(0.1, six.back(), mm(2));
  const auto tunnel = wire.tunnel();
  CHECK(line(tunnel.attempts[0]) == "I1 R2");
  CHECK(net::to_string(tunnel.peers[1]) == "2001:db8::2");
}

TEST_CASE("Informationals of a port of their own split no tunnel") {
  Observer wire;
  const Hop from_elsewhere{"192.0.2.1", "198.51.100.2", 1024, 500};
  for (unsigned number = 1; number <= 6; ++number) wire.send(number, number % 2 == 1 ? over : answer, mm(number));
  wire.send(3.5, from_elsewhere, sealed(5, 0x55, 1, {0x77, 0x78}));
  wire.send(8, over, sealed(5, 0x56, 1, {0x77, 0x78}));
  std::vector<Tunnel> tunnels;
  wire.tracker().tunnels(0, tunnels);
  REQUIRE(tunnels.size() == 1);
  CHECK(tunnels[0].attempts.size() == 2);
}

TEST_CASE("both peers on one address are told apart by their ports") {
  const Hop loop{.source = "192.0.2.1", .destination = "192.0.2.1", .source_port = 500, .destination_port = 4510};
  Observer wire;
  wire.send(0.0, loop, mm(1));
  wire.send(0.1, loop.back(), mm(2));
  CHECK(line(wire.tunnel().attempts[0]) == "I1 R2");
}

}  // namespace
}  // namespace ike::track
