// Below phase 1: Quick Mode, Transaction, Informational, and notifies in clear under any cookies.
#include "track/observer.hpp"

namespace ike::track {
namespace {

Observer established() {
  Observer wire;
  for (unsigned number = 1; number <= 6; ++number) wire.send(0.1 * number, number % 2 == 1 ? over : answer, mm(number));
  return wire;
}

/// What was added to the six messages of phase 1.
std::string beyond(const Attempt& attempt) {
  const auto all = line(attempt);
  constexpr std::string_view phase1_line = "I1 R2 I3 R4 I5 R6";
  REQUIRE(all.starts_with(phase1_line));
  return all.size() > phase1_line.size() ? all.substr(phase1_line.size() + 1) : "";
}

TEST_CASE("Quick Mode has numbers 1 2 3 by sender, and is complete with the third") {
  auto wire = established();
  const Bytes messages[] = {sealed(32, 0x77, 1), sealed(32, 0x77, 2), sealed(32, 0x77, 3, {}, 60)};
  for (unsigned i = 0; i < 3; ++i) {
    CAPTURE(i);
    wire.send(1 + i, i == 1 ? answer : over, messages[i]);
    const auto tunnel = wire.tunnel();
    CHECK(tunnel.attempts[0].quick_modes_begun == 1);
    CHECK(tunnel.attempts[0].quick_modes_complete == (i == 2 ? 1 : 0));
  }
  CHECK(beyond(wire.tunnel().attempts[0]) == "IQ1 RQ2 IQ3");
}

TEST_CASE("the responder may begin Quick Mode") {
  auto wire = established();
  wire.send(1, answer, sealed(32, 0x77, 1));
  wire.send(2, over, sealed(32, 0x77, 2));
  wire.send(3, answer, sealed(32, 0x77, 3));
  CHECK(beyond(wire.tunnel().attempts[0]) == "RQ1 IQ2 RQ3");
  CHECK(wire.tunnel().attempts[0].quick_modes_complete == 1);
}

TEST_CASE("a Quick Mode whose third message is shown before its second is complete, once") {
  auto wire = established();
  wire.send(1.000, over, sealed(32, 0x77, 1));
  wire.send(1.001, over, sealed(32, 0x77, 3));
  wire.send(1.002, answer, sealed(32, 0x77, 2));
  CHECK(wire.tunnel().attempts[0].quick_modes_complete == 1);
  wire.send(1.003, answer, sealed(32, 0x77, 4));  // a fourth one, under the commit bit
  CHECK(wire.tunnel().attempts[0].quick_modes_complete == 1);
}

TEST_CASE("a Quick Mode whose second message is shown before its first is complete, and its messages keep their numbers") {
  auto wire = established();
  wire.send(1.000, answer, sealed(32, 0x77, 2));
  wire.send(1.001, over, sealed(32, 0x77, 1));
  CHECK(wire.tunnel().attempts[0].quick_modes_complete == 0);
  wire.send(1.002, over, sealed(32, 0x77, 3));
  const auto tunnel = wire.tunnel();
  CHECK(tunnel.attempts[0].quick_modes_complete == 1);
  CHECK(beyond(tunnel.attempts[0]) == "RQ2 IQ1 IQ3");
}

TEST_CASE("many exchanges leave the first Quick Mode, though an Informational came before it") {
  auto wire = established();
  wire.send(1, answer, sealed(5, 0x70, 1));
  for (std::uint8_t number = 1; number <= 3; ++number) wire.send(2 + 0.1 * number, number == 2 ? answer : over, sealed(32, 0x77, number));
  for (unsigned i = 0; i < 100; ++i) wire.send(10 + i, over, sealed(5, 0x1000 + i, static_cast<std::uint8_t>(i)));
  CHECK(beyond(wire.tunnel().attempts[0]).starts_with("IQ1 RQ2 IQ3 "));
}

TEST_CASE("resends within Quick Mode keep their number and complete nothing") {
  auto wire = established();
  wire.send(1.0, over, sealed(32, 0x77, 1));
  wire.send(2.0, answer, sealed(32, 0x77, 2));
  wire.send(3.0, over, sealed(32, 0x77, 1));
  wire.send(3.1, answer, sealed(32, 0x77, 2));
  const auto tunnel = wire.tunnel();
  CHECK(beyond(tunnel.attempts[0]) == "IQ1 RQ2 IQ1r RQ2r");
  CHECK(tunnel.attempts[0].quick_modes_complete == 0);
}

TEST_CASE("each message ID is a Quick Mode of its own") {
  auto wire = established();
  wire.send(1.0, over, sealed(32, 1, 1));
  wire.send(1.1, over, sealed(32, 2, 2));
  wire.send(1.2, answer, sealed(32, 1, 3));
  wire.send(1.3, over, sealed(32, 1, 4));
  const auto tunnel = wire.tunnel();
  CHECK(beyond(tunnel.attempts[0]) == "IQ1 IQ1 RQ2 IQ3");
  CHECK(tunnel.attempts[0].quick_modes_begun == 2);
  CHECK(tunnel.attempts[0].quick_modes_complete == 1);
}

TEST_CASE("Quick Modes are counted beyond those that are kept") {
  auto wire = established();
  constexpr std::uint32_t times = 50;
  for (std::uint32_t id = 1; id <= times; ++id) {
    wire.send(id, over, sealed(32, id, static_cast<std::uint8_t>(id)));
    wire.send(id + 0.1, answer, sealed(32, id, static_cast<std::uint8_t>(id + 64)));
    wire.send(id + 0.2, over, sealed(32, id, static_cast<std::uint8_t>(id + 128)));
  }
  const auto tunnel = wire.tunnel();
  CHECK(tunnel.attempts[0].quick_modes_begun == times);
  CHECK(tunnel.attempts[0].quick_modes_complete == times);
  CHECK(tunnel.attempts[0].events.size() + tunnel.attempts[0].events_left_out == 6 + 3 * times);
}

TEST_CASE("Transactions are told from Quick Mode under the same message ID") {
  auto wire = established();
  wire.send(1, answer, sealed(6, 5, 1));
  wire.send(2, over, sealed(6, 5, 2));
  wire.send(3, over, sealed(32, 5, 3));
  CHECK(beyond(wire.tunnel().attempts[0]) == "RT1 IT2 IQ1");
}

TEST_CASE("an encrypted Informational belongs to its cookies; the same octets again are a resend") {
  auto wire = established();
  wire.send(1, answer, sealed(5, 0x90, 1, {}, 76));
  wire.send(2, answer, sealed(5, 0x91, 2, {}, 76));
  wire.send(9, answer, sealed(5, 0x90, 1, {}, 76));
  CHECK(beyond(wire.tunnel().attempts[0]) == "R-info R-info R-infor");
}

TEST_CASE("a notify in clear belongs to the attempt, whatever responder cookie it bears") {
  for (const std::uint64_t cookie : {std::uint64_t{0}, cky_r, std::uint64_t{0x9999}}) {
    CAPTURE(cookie);
    Observer wire;
    wire.send(0, over, mm(1));
    wire.send(0.1, answer, clear_notify(14, {.responder = cookie}, 0xce4a3ffe));
    const auto tunnel = wire.tunnel();
    REQUIRE(tunnel.attempts.size() == 1);
    CHECK(line(tunnel.attempts[0]) == "I1 RN14");
    CHECK(tunnel.attempts[0].events[1].has_notify);
    CHECK(tunnel.attempts[0].events[1].responder_cookie == cookie);
  }
}

TEST_CASE("a responder's notify under cookies nobody knows goes to the newest attempt of the pair, if it was alive") {
  struct Row {
    std::string_view why;
    Hop hop;
    double at;
    std::size_t attempts;
    std::string_view told;
  };
  const Row rows[] = {
      {"from the responder, soon", answer, 1, 1, "I1 RN4"},
      {"from the responder, an hour later", answer, 3600, 2, "RN4"},
      {"from the initiator: not an answer to itself", over, 1, 2, "RN4"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Observer wire;
    wire.send(0, over, mm(1));
    wire.send(row.at, row.hop, clear_notify(4, {.initiator = 0x777, .responder = 0x888}));
    const auto tunnel = wire.tunnel();
    CHECK(tunnel.attempts.size() == row.attempts);
    CHECK(line(tunnel.attempts.front()) == row.told);  // apart, it does not stand for the newest
  }
}

TEST_CASE("a notify between strangers is an attempt of which nothing else was captured") {
  Observer wire;
  wire.send(0, answer, clear_notify(4));
  const auto tunnel = wire.tunnel();
  CHECK(line(tunnel.attempts[0]) == "RN4");
  CHECK(tunnel.attempts[0].initiator_assumed);
  CHECK(net::to_string(tunnel.attempts[0].initiator.address) == "192.0.2.1");
}

TEST_CASE("ESP between the pair is counted by direction and SPI") {
  auto wire = established();
  for (unsigned i = 0; i < 5; ++i)
    wire.packet(2 + i, esp({.source = "192.0.2.1", .destination = "198.51.100.2", .id = i}, 0xaaaa, i + 1));
  for (unsigned i = 0; i < 3; ++i)
    wire.packet(8 + i, esp({.source = "198.51.100.2", .destination = "192.0.2.1", .id = i}, 0xbbbb, i + 1));
  wire.packet(12, udp({.source = "192.0.2.1", .destination = "198.51.100.2"}, 4500, 4500, esp_payload(0xcccc, 1)));
  const auto tunnel = wire.tunnel();
  REQUIRE(tunnel.esp.size() == 3);
  CHECK(tunnel.esp[0].packets == 5);
  CHECK(tunnel.esp[1].packets == 3);
  CHECK(tunnel.esp[2].packets == 1);
  CHECK(tunnel.esp[2].in_udp);
  REQUIRE(tunnel.esp_run.has_value());
  CHECK(net::to_string(tunnel.esp_run->source) == "192.0.2.1");
  CHECK(tunnel.esp_run->packets == 1);
  CHECK(wire.counts().esp == 9);
}

}  // namespace
}  // namespace ike::track
