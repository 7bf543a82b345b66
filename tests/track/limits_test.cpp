// What the tracker lets go when it is full.
#include "track/observer.hpp"

namespace ike::track {
namespace {

/// A first message from a spoofed address of 10.0.0.0/8.
void spoof(Observer& wire, std::uint32_t n, double at) {
  const auto source =
      "10." + std::to_string(n >> 16U & 0xff) + '.' + std::to_string(n >> 8U & 0xff) + '.' + std::to_string(n & 0xff);
  wire.send(at, {.source = source}, mm(1, {.initiator = 0x5000'0000 + n}));
}

TEST_CASE("a real tunnel survives a flood of spoofed first messages, and the flood is counted") {
  constexpr std::uint32_t limit = 64;
  constexpr std::uint32_t flood = 5'000;
  Observer wire{{.attempts = limit}};
  for (unsigned number = 1; number <= 4; ++number) wire.send(0.1 * number, number % 2 == 1 ? over : answer, mm(number));
  for (std::uint32_t n = 0; n < flood; ++n) spoof(wire, n, 1 + 0.001 * n);
  wire.send(10, over, mm(5));
  wire.send(10.1, answer, mm(6));

  const auto tunnels = wire.tunnels();
  CHECK(tunnels.size() == limit);
  CHECK(line(tunnels[0].attempts[0]) == "I1 R2 I3 R4 I5 R6");
  CHECK(wire.counts().attempts == flood + 1);
  CHECK(wire.counts().attempts_evicted == flood + 1 - limit);
}

TEST_CASE("when all were answered the one silent for longest goes, and comes back as a new one") {
  Observer wire{{.attempts = 4}};
  const auto pair = [](std::uint64_t n) { return Hop{.source = "192.0.2." + std::to_string(n)}; };
  for (std::uint64_t n = 1; n <= 5; ++n) {
    wire.send(static_cast<double>(n), pair(n), mm(1, {.initiator = n}));
    wire.send(static_cast<double>(n) + 0.1, pair(n).back(), mm(2, {.initiator = n}));
  }
  CHECK(wire.tunnels().size() == 4);
  CHECK(wire.counts().attempts_evicted == 1);
}

TEST_CASE("attempts that a limit dropped are counted in their tunnel") {
  Observer wire{{.attempts = 8}};
  for (std::uint64_t n = 1; n <= 20; ++n) wire.send(static_cast<double>(n), over, mm(1, {.initiator = n}));
  const auto tunnel = wire.tunnel();
  CHECK(tunnel.attempts.size() == 8);
  CHECK(tunnel.attempts_left_out == 12);
  CHECK(tunnel.attempts.back().initiator_cookie == 20);
  for (std::size_t i = 1; i < tunnel.attempts.size(); ++i) CHECK(tunnel.attempts[i - 1].id < tunnel.attempts[i].id);
}

TEST_CASE("an attempt seen on both sides of a NAT leaves no trace when it is dropped") {
  Observer wire{{.attempts = 2}};
  wire.send(0.000, {.source = "172.16.0.1"}, mm(1));
  wire.send(0.001, {.source = "203.0.113.9"}, mm(1));
  for (std::uint32_t n = 0; n < 10; ++n) spoof(wire, n, 1 + n);
  CHECK(wire.tunnels().size() == 2);
  wire.send(20, {.source = "203.0.113.9"}, mm(1));
  CHECK(wire.tunnels().size() == 2);
  CHECK(wire.counts().attempts == 12);
}

TEST_CASE("ESP flows beyond the limit are counted, not kept") {
  Observer wire{{.esp_flows = 10}};
  wire.send(0, over, mm(1));
  for (std::uint32_t spi = 1; spi <= 30; ++spi)
    wire.packet(spi, esp({.source = "192.0.2.1", .destination = "198.51.100.2"}, 0x1000 + spi, 1));
  CHECK(wire.tunnel().esp.size() == 10);
  CHECK(wire.counts().esp == 30);
  CHECK(wire.counts().esp_flows_left_out == 20);
}

TEST_CASE("what is no IKEv1 message is counted for what it is and makes no attempt") {
  Observer wire;
  wire.send(0, over, {1});
  wire.packet(1, udp({}, 4500, 4500, {0xff}));
  wire.send(2, over, test::isakmp({.initiator_cookie = 1, .exchange = 34, .version = 0x20}, {{33, Bytes(20)}}));
  wire.send(3, over, test::isakmp({.initiator_cookie = 1, .version = 0x30}, {{1, Bytes(20)}}));
  wire.send(4, over, test::isakmp({.initiator_cookie = 1, .exchange = 77}, {{1, Bytes(20)}}));
  CHECK(wire.tunnels().empty());
  CHECK(wire.counts().unknown == 1);
  CHECK(wire.counts().keepalives == 1);
  CHECK(wire.counts().ikev2 == 1);
  CHECK(wire.counts().other_version == 1);
  CHECK(wire.counts().malformed == 1);
  CHECK(wire.counts().attempts == 0);
}

TEST_CASE("of many exchanges below one phase 1 the first and the newest are kept, the others counted") {
  Observer wire;
  for (unsigned number = 1; number <= 6; ++number) wire.send(0.1 * number, number % 2 == 1 ? over : answer, mm(number));
  constexpr std::uint32_t exchanges = 100;
  for (std::uint32_t n = 1; n <= exchanges; ++n) wire.send(n, over, sealed(5, n, static_cast<std::uint8_t>(n)));
  const auto tunnel = wire.tunnel();
  const auto& attempt = tunnel.attempts[0];
  std::vector<std::uint32_t> kept;
  for (const auto& event : attempt.events) {
    if (event.exchange == ExchangeType::informational) kept.push_back(event.message_id);
  }
  REQUIRE(kept.size() == 64);
  CHECK(kept.front() == 1);
  CHECK(kept[1] == exchanges - 62);
  CHECK(kept.back() == exchanges);
  CHECK(attempt.events_left_out == exchanges - 64);
}

TEST_CASE("where tens of thousands of tunnels live, less is kept of each, and the newest always") {
  constexpr std::uint32_t tunnels = 12'000;
  Observer wire;
  const auto pair = [](std::uint32_t n) { return Hop{.source = "10.1." + std::to_string(n / 250) + '.' + std::to_string(n % 250)}; };
  for (std::uint32_t message = 1; message <= 12; ++message) {
    for (std::uint32_t n = 0; n < tunnels; ++n) wire.send(message, pair(n), sealed(5, message, 1, {.initiator = n + 1}));
  }
  std::size_t few = 0;
  for (const auto& tunnel : wire.tunnels()) {
    const auto& attempt = tunnel.attempts[0];
    CHECK(attempt.events.back().message_id == 12);
    CHECK(attempt.events.front().message_id == 1);
    CHECK(attempt.events.size() + attempt.events_left_out == 12);
    if (attempt.events.size() == 6) ++few;
  }
  CHECK(few > tunnels / 2);
}

}  // namespace
}  // namespace ike::track
