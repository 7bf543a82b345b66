// Where both sides stand after each message, from octets on the wire; rows of the stall catalogue's tables.
#include "ike/track/position.hpp"
#include "track/observer.hpp"

namespace ike::track {
namespace {

using enum Position;

/// Words with a blank between: side and number of a phase 1 message, "IQ1" Quick Mode, "RT1" Transaction, "R-info"
/// an encrypted Informational of 76 octets, "RN14" a notify in clear; half a second apart, or "@seconds". A phase 1
/// message in words of Aggressive Mode begins with "a" ("aI1").
Observer play(std::string_view script) {
  Observer wire;
  double at = 0;
  while (!script.empty()) {
    auto word = script.substr(0, script.find(' '));
    script.remove_prefix(std::min(script.size(), word.size() + 1));
    at += 0.5;
    if (const auto when = word.find('@'); when != std::string_view::npos) {
      at = std::stod(std::string{word.substr(when + 1)});
      word = word.substr(0, when);
    }
    const bool aggressive = word.starts_with('a');
    if (aggressive) word.remove_prefix(1);
    const Hop& hop = word[0] == 'I' ? over : answer;
    const auto side = static_cast<std::uint8_t>(word[0]);
    const auto what = word.substr(1);
    const auto seed = [&](char digit) { return static_cast<std::uint8_t>(side ^ digit); };
    if (what == "-info")
      wire.send(at, hop, sealed(5, 0x900U + static_cast<std::uint32_t>(at * 2), side, {}, 76));
    else if (what[0] == 'N')
      wire.send(at, hop, clear_notify(static_cast<std::uint16_t>(std::stoi(std::string{what.substr(1)}))));
    else if (what[0] == 'Q')
      wire.send(at, hop, sealed(32, 1, seed(what[1])));
    else if (what[0] == 'T')
      wire.send(at, hop, sealed(6, 2, seed(what[1])));
    else if (aggressive)
      wire.send(at, hop, am(static_cast<unsigned>(what[0] - '0')));
    else
      wire.send(at, hop, mm(static_cast<unsigned>(what[0] - '0')));
  }
  return wire;
}

TEST_CASE("positions follow from the messages seen, whatever their order and number") {
  struct Row {
    std::string_view script;
    Positions at;
  };
  const Row rows[] = {
      // the table of Main Mode
      {"I1", {mm_wait_msg2, unseen, 1}},
      {"I1 R2", {mm_wait_msg2, mm_wait_msg3, 2}},
      {"I1 R2 I3", {mm_wait_msg4, mm_wait_msg3, 3}},
      {"I1 R2 I3 R4", {mm_wait_msg4, mm_wait_msg5, 4}},
      {"I1 R2 I3 R4 I5", {mm_wait_msg6, mm_wait_msg5, 5}},
      {"I1 R2 I3 R4 I5 R6", {mm_active, mm_active, 6}},
      // of Aggressive Mode
      {"aI1", {am_wait_msg2, unseen, 1}},
      {"aI1 aR2", {am_wait_msg2, am_wait_msg3, 2}},
      {"aI1 aR2 aI3", {am_active, am_active, 3}},
      // resends, reordering and what is missing change nothing
      {"I1 I1 R2 R2 I1", {mm_wait_msg2, mm_wait_msg3, 2}},
      {"I3 R2 I1", {mm_wait_msg4, mm_wait_msg3, 3}},
      {"I1 I3", {mm_wait_msg4, unseen, 3}},
      {"I1 R4", {mm_wait_msg2, mm_wait_msg5, 4}},
      {"R2", {unseen, mm_wait_msg3, 2}},
      {"I1 R2 I5", {mm_wait_msg6, mm_wait_msg3, 5}},
      // a refusal of message 1 makes no state
      {"I1 RN14", {mm_wait_msg2, unseen, 1}},
      {"I1 R2 I3 RN4", {mm_wait_msg4, mm_wait_msg3, 3}},
      // message 6 is accepted when nothing contradicts; 5 again contradicts, unless they crossed
      {"I1 R2 I3 R4 I5@3 R6@3.1 I5@11", {mm_wait_msg6, mm_active, 6}},
      {"I1 R2 I3 R4 I5@3 R6@11 I5@11.1", {mm_active, mm_active, 6}},
      {"I1 R2 I3 R4 I5@3 R6@3.1 I5@11 R6@11.1 IQ1@11.2", {mm_active, mm_active, 6}},
      // Quick Mode proves its sender only, but a responder that begins it has accepted message 5
      {"I1 R2 I3 R4 I5 IQ1", {mm_active, mm_wait_msg5, 5}},
      {"I1 R2 I3 R4 I5 RQ1", {mm_active, mm_active, 5}},
      {"I1 R2 I3 R4 I5 R6 IQ1 RQ2 IQ3", {mm_active, mm_active, 6}},
      // XAUTH: the responder asks right after its 6
      {"I1 R2 I3 R4 I5 R6 RT1", {mm_active, mm_active, 6}},
      {"aI1 aR2 aI3 RT1", {am_active, am_active, 3}},
      // phase 1 not captured
      {"IQ1", {mm_active, unseen, 0}},
      {"IQ1 RQ2", {mm_active, mm_active, 0}},
      {"I-info R-info", {mm_active, mm_active, 0}},
      {"I-info", {unseen, unseen, 0}},
      // message 6 passed unseen: an initiator that goes on has it, one Informational may refuse it
      {"I1 R2 I3 R4 I5 I-info", {mm_wait_msg6, mm_wait_msg5, 5}},
      {"I1 R2 I3 R4 I5@3 I-info@10 I-info@20", {mm_active, mm_wait_msg5, 5}},
      {"I1 R2 I3 R4 I5@3 I-info@10 R-info@10.1 I-info@11", {mm_active, mm_wait_msg5, 5}},
      {"I1 R2 I3 R4 I5@3 I-info@10 I-info@20 I5@25", {mm_wait_msg6, mm_wait_msg5, 5}},
      {"I1 R2 I3 R4 I5@3 R6@3.1 I5@5 R6@5.1 I-info@10 I-info@20", {mm_active, mm_active, 6}},
      // an encrypted answer to 5 is no message 6
      {"I1 R2 I3 R4 I5 R-info", {mm_wait_msg6, mm_wait_msg5, 5}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.script);
    const auto tunnel = play(row.script).tunnel();
    REQUIRE(tunnel.attempts.size() == 1);
    const auto at = positions(tunnel.attempts[0]);
    CAPTURE(line(tunnel.attempts[0]));
    CHECK(asa_name(at.initiator) == asa_name(row.at.initiator));
    CHECK(asa_name(at.responder) == asa_name(row.at.responder));
    CHECK(at.last_message == row.at.last_message);
  }
}

TEST_CASE("an initiator that renews an SA and goes on has message 6, though it passed unseen") {
  CHECK(positions(play("I1 R2 I3 R4 I5 I-info").tunnel().attempts[0], true) == Positions{mm_active, mm_wait_msg5, 5});
  CHECK(positions(play("I1 R2 I3 R4 I5 R-info I-info").tunnel().attempts[0], true) == Positions{mm_wait_msg6, mm_wait_msg5, 5});
}

TEST_CASE("a responder is not ahead of message 2 because a notify followed it") {
  const auto tunnel = play("I1 R2 RN14").tunnel();
  CHECK(positions(tunnel.attempts[0]) == Positions{mm_wait_msg2, mm_wait_msg3, 2});
}

TEST_CASE("mirror copies of message 5 after message 6 are no resends of it") {
  Observer wire;
  for (unsigned number = 1; number <= 4; ++number) wire.send(0.1 * number, number % 2 == 1 ? over : answer, mm(number));
  wire.send(1.0, {.id = 77}, mm(5));
  wire.send(1.1, answer, mm(6));
  wire.send(1.35, {.id = 77, .ttl = 63}, mm(5));
  CHECK(positions(wire.tunnel().attempts[0]).initiator == mm_active);
}

}  // namespace
}  // namespace ike::track
