// The same octets again: sent again, shown twice, or another message.
#include <algorithm>

#include "track/observer.hpp"

namespace ike::track {
namespace {

TEST_CASE("the same octets again are a resend or a copy by IP identification and time") {
  struct Row {
    std::string_view why;
    Hop first, second;
    double gap;
    std::string_view seen;
    std::uint64_t resends, copies;
  };
  const Hop six{.source = "2001:db8::1", .destination = "2001:db8::2"};
  const Row rows[] = {
      {"other ID: sent again", {.id = 7}, {.id = 8}, 8, "I1 I1r", 1, 0},
      {"other ID at once: still sent again", {.id = 7}, {.id = 8}, 0.001, "I1 I1r", 1, 0},
      {"same ID, other TTL: the mirror showed it twice",
       {.id = 7, .ttl = 64},
       {.id = 7, .ttl = 63},
       0.0001,
       "I1 I1c",
       0,
       1},
      {"same ID, same TTL: the network doubled it", {.id = 7}, {.id = 7}, 0.095, "I1 I1c", 0, 1},
      {"same ID, but long after: the number has come round", {.id = 7}, {.id = 7}, 8, "I1 I1r", 1, 0},
      {"no ID, 100 ms: a copy", {.id = 0}, {.id = 0}, 0.099, "I1 I1c", 0, 1},
      {"no ID, later: sent again", {.id = 0}, {.id = 0}, 0.5, "I1 I1r", 1, 0},
      {"IPv6, 100 ms: a copy", six, six, 0.05, "I1 I1c", 0, 1},
      {"IPv6, later: sent again", six, six, 1, "I1 I1r", 1, 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Observer wire;
    wire.send(0, row.first, mm(1));
    wire.send(row.gap, row.second, mm(1));
    const auto tunnel = wire.tunnel();
    CHECK(line(tunnel.attempts[0]) == row.seen);
    CHECK(tunnel.attempts[0].resends == row.resends);
    CHECK(tunnel.attempts[0].copies == row.copies);
    CHECK(wire.counts().resends == row.resends);
    CHECK(wire.counts().copies == row.copies);
  }
}

TEST_CASE("messages of all sizes keep their order, and are known again") {
  Observer wire;
  double at = 0;
  std::string seen;
  for (unsigned number = 1; number <= 6; ++number) {
    wire.send(at += 0.1, number % 2 == 1 ? over : answer, mm(number));
    seen += (number > 1 ? " " : "") + std::string{number % 2 == 1 ? 'I' : 'R'} + std::to_string(number);
  }
  std::uint64_t resends = 0;
  std::uint32_t message_id = 0;
  for (const std::size_t length : {76U, 1020U, 1028U, 1036U, 60U, 4012U, 1044U, 92U, 65500U, 76U, 2012U, 60U}) {
    ++message_id;
    for (std::uint8_t number = 1; number <= 3; ++number) {
      const auto& hop = number == 2 ? answer : over;
      const Bytes message = sealed(32, message_id, number, {}, length);
      for (const bool again : {false, true}) {
        if (again && number == 3) continue;
        wire.send(at += 0.6, hop, message);
        seen += std::string{number == 2 ? " RQ" : " IQ"} + std::to_string(number) + (again ? "r" : "");
        resends += again ? 1 : 0;
      }
    }
  }
  const auto tunnel = wire.tunnel();
  REQUIRE(tunnel.attempts.size() == 1);
  CHECK(line(tunnel.attempts[0]) == seen);
  CHECK(tunnel.attempts[0].resends == resends);
  CHECK(wire.counts().malformed == 0);
}

TEST_CASE("a copy of a resend is a copy of that resend, and says so by index") {
  Observer wire;
  wire.send(0, {.id = 1}, mm(1));
  wire.send(8, {.id = 2}, mm(1));
  wire.send(8.001, {.id = 2, .ttl = 63}, mm(1));
  wire.send(24, {.id = 3}, mm(1));
  const auto tunnel = wire.tunnel();
  const auto& events = tunnel.attempts[0].events;
  CHECK(line(tunnel.attempts[0]) == "I1 I1r I1c I1r");
  CHECK(events[1].resend_of == 0);
  CHECK(events[2].copy_of == 1);
  CHECK(events[3].resend_of == 0);
}

TEST_CASE("other octets of the same kind are no resend") {
  Observer wire;
  wire.send(0, over, mm(1));
  wire.send(8, over, mm(1, {}, 1));
  CHECK(line(wire.tunnel().attempts[0]) == "I1 I1");
  CHECK(wire.counts().resends == 0);
}

TEST_CASE("the same octets from the other side are no resend") {
  Observer wire;
  wire.send(0, over, mm(1));
  wire.send(0.1, answer, mm(1));  // a reflector
  const auto tunnel = wire.tunnel();
  CHECK(tunnel.attempts[0].resends == 0);
  CHECK(line(tunnel.attempts[0]) == "I1 R0");
}

TEST_CASE("a message sent again on port 4500 is the same message, the marker not counted") {
  Observer wire;
  for (unsigned number = 1; number <= 4; ++number) wire.send(0.1 * number, number % 2 == 1 ? over : answer, mm(number));
  wire.send(0.5, over, mm(5));
  wire.send(8.5, over_4500, mm(5));
  CHECK(line(wire.tunnel().attempts[0]) == "I1 R2 I3 R4 I5 I5r");
}

TEST_CASE("a storm of resends keeps its beginning, its end and its number, in bounded memory") {
  Observer wire;
  constexpr unsigned times = 20'000;
  wire.send(0, over, mm(1));
  for (unsigned i = 1; i <= times; ++i) wire.send(i, over, mm(1));
  wire.send(times + 1.0, answer, mm(2));
  const auto tunnel = wire.tunnel();
  const auto& attempt = tunnel.attempts[0];
  CHECK(attempt.resends == times);
  CHECK(attempt.events.size() >= 24);  // the first 16 and the last 8 at least
  CHECK(attempt.events.size() < 64);
  CHECK(attempt.events.size() + attempt.events_left_out == times + 2);
  CHECK(attempt.events.front().number == 1);
  CHECK(attempt.events.back().number == 2);
  CHECK(attempt.events[attempt.events.size() - 2].is_resend());
  CHECK(attempt.events[attempt.events.size() - 2].resend_of == 0);
}

TEST_CASE("what comes the first time in the midst of a storm of resends is kept, at its place") {
  Observer wire;
  double at = 0;
  const auto storm = [&](const Hop& hop, const Bytes& message, unsigned times) {
    for (unsigned i = 0; i < times; ++i) wire.send(at += 1, hop, message);
  };
  storm(over, mm(1), 100);
  storm(answer, mm(2), 100);
  storm(over, mm(3), 100);
  wire.send(at += 1, answer, mm(4));
  storm(over, mm(3), 100);
  const auto tunnel = wire.tunnel();
  const auto& attempt = tunnel.attempts[0];
  CHECK(attempt.resends == 99 + 99 + 199);
  CHECK(attempt.events.size() + attempt.events_left_out == 401);
  std::string first_of_kind;
  for (const auto& event : attempt.events) {
    if (!event.is_resend()) {
      first_of_kind += std::to_string(event.number);
      continue;
    }
    const auto& original = attempt.events[event.resend_of];
    CHECK(original.number == event.number);
    CHECK_FALSE(original.is_resend());
  }
  CHECK(first_of_kind == "1234");
  CHECK(std::ranges::is_sorted(attempt.events, {}, &Event::time));
}

TEST_CASE("a storm of Informationals keeps how phase 2 began and the newest") {
  Observer wire;
  for (unsigned number = 1; number <= 6; ++number) wire.send(0.1 * number, number % 2 == 1 ? over : answer, mm(number));
  for (unsigned number = 1; number <= 3; ++number)
    wire.send(1 + 0.1 * number, number % 2 == 1 ? over : answer, sealed(32, 0x77, static_cast<std::uint8_t>(number)));
  constexpr unsigned times = 2'000;
  for (unsigned i = 0; i < times; ++i) wire.send(10 + i, over, sealed(5, 0x1000 + i, static_cast<std::uint8_t>(i)));
  const auto tunnel = wire.tunnel();
  const auto& attempt = tunnel.attempts[0];
  CHECK(attempt.quick_modes_complete == 1);
  CHECK(attempt.events.size() < 128);
  CHECK(attempt.events.size() + attempt.events_left_out == times + 9);
  CHECK(line(attempt).starts_with("I1 R2 I3 R4 I5 R6 IQ1 RQ2 IQ3 "));
  CHECK(attempt.events.back().message_id == 0x1000 + times - 1);
}

}  // namespace
}  // namespace ike::track
