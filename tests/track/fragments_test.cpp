// A message in pieces: it is there with its first piece, and whole with the last.
#include "track/observer.hpp"

namespace ike::track {
namespace {

Observer up_to_message4() {
  Observer wire;
  for (unsigned number = 1; number <= 4; ++number) wire.send(0.1 * number, number % 2 == 1 ? over : answer, mm(number));
  return wire;
}

Bytes long_message5() { return isakmp_encrypted({.initiator_cookie = cky_i, .responder_cookie = cky_r}, 5, 2972, 55); }

/// `message` in `count` IKE fragments as Cisco cuts it: each a message of its own with payload 132.
std::vector<Bytes> ike_fragments(const Bytes& message, std::size_t count, std::uint16_t id = 1) {
  std::vector<Bytes> all;
  const auto step = (message.size() + count - 1) / count;
  for (std::size_t i = 0; i < count; ++i) {
    const auto begin = message.begin() + static_cast<std::ptrdiff_t>(i * step);
    const auto end = message.begin() + static_cast<std::ptrdiff_t>(std::min(message.size(), (i + 1) * step));
    const Bytes head =
        be16(id) + Bytes{static_cast<std::uint8_t>(i + 1), static_cast<std::uint8_t>(i + 1 == count ? 1 : 0)};
    all.push_back(
        test::isakmp({.initiator_cookie = cky_i, .responder_cookie = cky_r}, {{132, head + Bytes{begin, end}}}));
  }
  return all;
}

TEST_CASE("a first IP fragment counts as its message sent, and becomes whole with the last") {
  auto wire = up_to_message4();
  const auto pieces = fragments(wire.wire(over, long_message5()), 3);
  const auto first = wire.packet(0.5, pieces[0]);
  {
    const auto tunnel = wire.tunnel();
    const auto& event = tunnel.attempts[0].events.back();
    CHECK(line(tunnel.attempts[0]) == "I1 R2 I3 R4 I5p");
    CHECK(event.partial);
    CHECK(event.ip_fragmented);
    CHECK(event.length == 2972);  // of the header
    CHECK(event.packet == first);
  }
  wire.packet(0.501, pieces[1]);
  const auto last = wire.packet(0.502, pieces[2]);
  const auto tunnel = wire.tunnel();
  CHECK(line(tunnel.attempts[0]) == "I1 R2 I3 R4 I5");
  CHECK(tunnel.attempts[0].events.back().ip_fragmented);
  CHECK(tunnel.attempts[0].events.back().packet == last);
  CHECK(wire.counts().messages == 5);
  CHECK(tunnel.attempts[0].resends == 0);
}

TEST_CASE("first IP fragments whose others never come are resends of one another") {
  auto wire = up_to_message4();
  for (int i = 0; i < 3; ++i) wire.packet(1 + 8 * i, fragments(wire.wire(over, long_message5()), 2)[0]);
  const auto tunnel = wire.tunnel();
  CHECK(line(tunnel.attempts[0]) == "I1 R2 I3 R4 I5p I5rp I5rp");
  CHECK(tunnel.attempts[0].resends == 2);
}

TEST_CASE("a message whole after its partial resend is one message") {
  auto wire = up_to_message4();
  wire.packet(1, fragments(wire.wire(over, long_message5()), 2)[0]);
  for (const auto& piece : fragments(wire.wire(over, long_message5()), 2)) wire.packet(9, piece);
  const auto tunnel = wire.tunnel();
  CHECK(line(tunnel.attempts[0]) == "I1 R2 I3 R4 I5p I5r");
  CHECK(tunnel.attempts[0].resends == 1);
}

TEST_CASE("a fragment completes its own message, not one with the same packet number in another file") {
  Observer wire;
  wire.packet(1, fragments(wire.wire(over, long_message5()), 2)[0]);  // never completed
  wire.next_file();
  for (const auto& piece : fragments(wire.wire(over, long_message5()), 2)) wire.packet(9, piece);
  const auto tunnel = wire.tunnel();
  CHECK(line(tunnel.attempts[0]) == "I5p I5r");
  CHECK(tunnel.attempts[0].events.back().file == 1);
}

TEST_CASE("IKE fragments are their message: partial with the first one, whole with the last") {
  auto wire = up_to_message4();
  const auto pieces = ike_fragments(long_message5(), 3);
  wire.send(0.5, over, pieces[0]);
  {
    const auto tunnel = wire.tunnel();
    CHECK(line(tunnel.attempts[0]) == "I1 R2 I3 R4 I5p");
    CHECK(tunnel.attempts[0].events.back().ike_fragmented);
    CHECK(tunnel.attempts[0].events.back().length == 2972);
  }
  wire.send(0.501, over, pieces[1]);
  wire.send(0.502, over, pieces[2]);
  const auto tunnel = wire.tunnel();
  CHECK(line(tunnel.attempts[0]) == "I1 R2 I3 R4 I5");
  CHECK(tunnel.attempts[0].events.back().ike_fragmented);
  CHECK_FALSE(tunnel.attempts[0].events.back().partial);
}

TEST_CASE("IKE fragments in any order make the message") {
  auto wire = up_to_message4();
  const auto pieces = ike_fragments(long_message5(), 3);
  for (const std::size_t i : {2U, 1U, 0U}) wire.send(0.5, over, pieces[i]);
  CHECK(line(wire.tunnel().attempts[0]) == "I1 R2 I3 R4 I5");
}

TEST_CASE("a message first whole, then in IKE fragments, is the same message sent again") {
  auto wire = up_to_message4();
  wire.send(0.5, over, long_message5());
  for (const auto& piece : ike_fragments(long_message5(), 2)) wire.send(8.5, over, piece);
  const auto tunnel = wire.tunnel();
  CHECK(line(tunnel.attempts[0]) == "I1 R2 I3 R4 I5 I5r");
  CHECK(tunnel.attempts[0].resends == 1);
}

TEST_CASE("an IKE fragment other than the first leaves no message") {
  auto wire = up_to_message4();
  wire.send(0.5, over, ike_fragments(long_message5(), 3)[1]);
  CHECK(line(wire.tunnel().attempts[0]) == "I1 R2 I3 R4");
  CHECK(wire.counts().messages == 5);
}

TEST_CASE("of IKE fragments that the snap length cut the first stands for its message, which is cut and not incomplete") {
  for (const std::size_t keep : {62U, 63U, 64U, 91U, 92U, 200U, 600U}) {
    CAPTURE(keep);
    auto wire = up_to_message4();
    for (const auto& piece : ike_fragments(long_message5(), 3)) wire.packet(0.5, wire.wire(over, piece), keep);
    const auto tunnel = wire.tunnel();
    if (keep < 64) {  // the fragment's number is not there
      CHECK(line(tunnel.attempts[0]).starts_with("I1 R2 I3 R4 I0"));
      CHECK(tunnel.attempts[0].events.back().payloads.contains(PayloadType::fragment));
      continue;
    }
    CHECK(line(tunnel.attempts[0]) == "I1 R2 I3 R4 I5");
    const auto& five = tunnel.attempts[0].events.back();
    CHECK(five.cut);
    CHECK_FALSE(five.partial);
    CHECK(five.ike_fragmented);
    if (keep >= 92) CHECK(five.length == 2972);  // its own header is there
  }
}

}  // namespace
}  // namespace ike::track
