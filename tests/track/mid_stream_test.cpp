// Captures that begin inside: sides are provisional until something proves them.
#include "track/observer.hpp"

namespace ike::track {
namespace {

/// Numbers of Main Mode messages to show, in order, then "Q" (initiator begins Quick Mode) or "q" (responder does).
Observer from(std::string_view messages) {
  Observer wire;
  double at = 0;
  for (const char what : messages) {
    at += 0.1;
    if (what == 'Q')
      wire.send(at, over, sealed(32, 9, 1));
    else if (what == 'q')
      wire.send(at, answer, sealed(32, 9, 1));
    else
      wire.send(at, (what - '0') % 2 == 1 ? over : answer, mm(static_cast<unsigned>(what - '0')));
  }
  return wire;
}

TEST_CASE("without message 1 the sides are assumed, and turned round when it is proven") {
  struct Row {
    std::string_view messages, seen, initiator;
    bool assumed;
  };
  const Row rows[] = {
      {"12", "I1 R2", "192.0.2.1", false},
      {"2", "R2", "192.0.2.1", true},  // SA under two cookies: only a responder sends that
      {"23456", "R2 I3 R4 I5 R6", "192.0.2.1", true},
      {"3456", "I3 R4 I5 R6", "192.0.2.1", true},
      {"456", "R4 I5 R6", "192.0.2.1", true},  // KE, then the other side encrypts without one: that was message 4
      {"4", "I3", "198.51.100.2", true},       // nothing proves it
      {"56", "I5 R6", "192.0.2.1", true},
      {"6Q", "R6 IQ1", "192.0.2.1", true},  // the other side begins Quick Mode: that was message 6
      {"5Q", "I5 IQ1", "192.0.2.1", true},
      {"Q", "IQ1", "192.0.2.1", true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.messages);
    const auto tunnel = from(row.messages).tunnel();
    CHECK(line(tunnel.attempts[0]) == row.seen);
    CHECK(net::to_string(tunnel.attempts[0].initiator.address) == row.initiator);
    CHECK(tunnel.attempts[0].initiator_assumed == row.assumed);
  }
}

TEST_CASE("a message 1 proves who begins, whatever notify opened the attempt") {
  Observer wire;
  wire.send(0, over, clear_notify(14));  // taken for an answer, until its sender begins under the same cookie
  wire.send(1, over, mm(1));
  wire.send(1.1, answer, mm(2));
  const auto tunnel = wire.tunnel();
  CHECK(net::to_string(tunnel.attempts[0].initiator.address) == "192.0.2.1");
  CHECK(line(tunnel.attempts[0]) == "IN14 I1 R2");
}

TEST_CASE("a capture that begins with message 4, sent again for a message 3 that comes again, has its sides right") {
  Observer wire;
  wire.send(0, answer, mm(4));
  wire.send(1, over, mm(3));
  wire.send(1.1, answer, mm(4));
  wire.send(1.2, over, mm(5));
  wire.send(1.3, answer, mm(6));
  const auto tunnel = wire.tunnel();
  CHECK(net::to_string(tunnel.attempts[0].initiator.address) == "192.0.2.1");
  CHECK(line(tunnel.attempts[0]) == "R4 I3 R4r I5 R6");
}

TEST_CASE("who repeats an encrypted message of phase 1, and hears none, waits for message 6") {
  const auto seen = [](bool answered, bool again) {
    Observer wire;
    wire.send(0, answer, sealed(5, 1, 1));
    if (answered) wire.send(0.4, answer, mm(6));
    wire.send(0.5, over, mm(5));
    wire.send(0.6, answer, sealed(5, 2, 2));
    if (again) wire.send(1.5, over, mm(5));
    if (again) wire.send(1.6, answer, sealed(5, 3, 3));
    return line(wire.tunnel().attempts[0]);
  };
  CHECK(seen(false, true) == "R-info I5 R-info I5r R-info");
  CHECK(seen(false, false) == "I-info R6 I-info");  // nothing proves it
  CHECK(seen(true, true) == "I-info I5 R6 I-info R6r I-info");  // nor here, where both encrypt
}

TEST_CASE("known sides are not turned round by a responder that begins Quick Mode") {
  CHECK(line(from("123456q").tunnel().attempts[0]) == "I1 R2 I3 R4 I5 R6 RQ1");
}

TEST_CASE("a capture that begins in phase 2 learns the mode from a later exchange under the same cookies") {
  Observer wire;
  wire.send(0, over, sealed(5, 0x55, 1));
  wire.send(1, over, mm(5));
  const auto tunnel = wire.tunnel();
  REQUIRE(tunnel.attempts.size() == 1);
  CHECK(tunnel.attempts[0].mode == ExchangeType::identity_protection);
  CHECK(line(tunnel.attempts[0]) == "I-info I5");
}

TEST_CASE("encrypted Informationals alone are an attempt whose mode is lost") {
  Observer wire;
  wire.send(0, over, sealed(5, 0x55, 1));
  wire.send(1, answer, sealed(5, 0x56, 2));
  const auto tunnel = wire.tunnel();
  CHECK(tunnel.attempts[0].mode == ExchangeType::informational);
  CHECK(tunnel.attempts[0].initiator_assumed);
  CHECK(line(tunnel.attempts[0]) == "I-info R-info");
}

TEST_CASE("an Informational under cookies of which nothing else was seen is not the newest attempt") {
  for (const bool from_initiator : {false, true}) {
    CAPTURE(from_initiator);
    Observer wire;
    for (unsigned number = 1; number <= 5; ++number) wire.send(number, number % 2 == 1 ? over : answer, mm(number));
    wire.send(9, from_initiator ? over : answer, sealed(5, 0x55, 1, {0xdddd, 0xeeee}));  // a Delete of an older SA, say
    const auto tunnel = wire.tunnel();
    REQUIRE(tunnel.attempts.size() == 2);
    CHECK(line(tunnel.attempts.back()) == "I1 R2 I3 R4 I5");
    CHECK(net::to_string(tunnel.peers[0]) == "192.0.2.1");
  }
}

}  // namespace
}  // namespace ike::track
