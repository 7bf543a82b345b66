#include "support/script.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

namespace ike::test {
namespace {

using track::Side;

TEST_CASE("a script gives messages with sender, number, time and packet") {
  const auto seen = script("I1@0 R2@0.1 I3@0.25");
  REQUIRE(seen.tunnel.attempts.size() == 1);
  const auto events = seen.newest().events;
  REQUIRE(events.size() == 3);
  CHECK(events[1].from == Side::responder);
  CHECK(events[1].number == 2);
  CHECK(events[2].packet == 3);
  CHECK(events[2].time - events[0].time == std::chrono::milliseconds{250});
  CHECK(events[0].responder_cookie == 0);
  CHECK(events[1].responder_cookie == seen.newest().responder_cookies.front());
  CHECK(seen.capture.last == events[2].time);
  CHECK(seen.newest().chosen()->auth == isakmp::AuthMethod::psk);
}

TEST_CASE("the same word again is a resend, a letter makes other octets, *copy a copy") {
  const auto seen = script("I1@0 I1@4 I1*copy@4 I1b@5 I1b@6");
  const auto events = seen.newest().events;
  CHECK(events[1].resend_of == 0);
  CHECK(events[2].copy_of == 0);
  CHECK_FALSE(events[2].is_resend());
  CHECK_FALSE(events[3].is_resend());
  CHECK(events[4].resend_of == 3);
  CHECK(seen.newest().resends == 2);
  CHECK(seen.newest().copies == 1);
}

TEST_CASE("modes set exchange, encryption and message ID") {
  const auto seen = script("AM I1@0 R2@0.1 I3*clear@0.2 RT1@1 IT2:8@1.1 IQ1@2 RQ2@2.1 IQ3@2.2 IQ1:7@3 I-info:92@4 I-info@5");
  const auto events = seen.newest().events;
  CHECK(seen.newest().aggressive());
  CHECK(events[0].exchange == track::ExchangeType::aggressive);
  CHECK_FALSE(events[2].encrypted);
  CHECK(events[3].exchange == track::ExchangeType::transaction);
  CHECK(events[3].message_id == 2);
  CHECK(events[4].message_id == 8);
  CHECK(events[5].message_id == 1);
  CHECK(events[8].message_id == 7);
  CHECK(events[9].length == 92);
  CHECK(events[9].message_id != events[10].message_id);
  CHECK(seen.newest().quick_modes_begun == 2);
  CHECK(seen.newest().quick_modes_complete == 1);
}

TEST_CASE("a notify in clear has its type and is a resend only when told so") {
  const auto seen = script("I1@0 RN:NO-PROPOSAL-CHOSEN@0.1 RN:14@4 RN:14*resend@5 R-info*notify:R-U-THERE@6 R-info*resend@7");
  const auto events = seen.newest().events;
  CHECK(events[1].notify == isakmp::NotifyType::no_proposal_chosen);
  CHECK(events[1].number == 0);
  CHECK_FALSE(events[2].is_resend());
  CHECK(events[3].resend_of == 2);
  CHECK(events[4].decrypted);
  CHECK(events[5].resend_of == 4);
  CHECK(events[5].message_id == events[4].message_id);
}

TEST_CASE("an ICMP error quotes the message before it and comes from that message's receiver or from a router") {
  const auto seen = script("I1@0 ICMP:3/3@0.01 I1@4 ICMP:3/4:192.0.2.99*mtu:1400@4.01");
  const auto events = seen.newest().events;
  CHECK_FALSE(events[1].is_message());
  CHECK(events[1].from == Side::initiator);
  CHECK(events[1].icmp_sender == seen.newest().responder.address);
  CHECK(events[3].icmp_sender.octets[3] == 99);
  CHECK(events[3].icmp_mtu == 1400);
}

TEST_CASE("attempts have their own cookies and events, and swap turns the roles") {
  const auto seen = script("I1@0 I1@4 | swap I1@10 R2@10.1 natI | I1@20 ESP>:20@21 ESP<:3*udp@21-29 V2<:14@22 END@60");
  REQUIRE(seen.tunnel.attempts.size() == 3);
  CHECK(seen.tunnel.attempts[0].events.size() == 2);
  CHECK(seen.tunnel.attempts[1].initiator.address == seen.tunnel.attempts[0].responder.address);
  CHECK(seen.tunnel.attempts[1].nat_initiator == true);
  CHECK(seen.tunnel.attempts[1].nat_responder == false);
  CHECK_FALSE(seen.tunnel.attempts[2].nat_initiator.has_value());
  CHECK_FALSE(seen.tunnel.attempts[2].events[0].is_resend());
  REQUIRE(seen.tunnel.esp.size() == 2);
  CHECK(seen.tunnel.esp[0].last - seen.tunnel.esp[0].first == std::chrono::milliseconds{1900});
  CHECK(seen.tunnel.esp[1].source == seen.tunnel.peers[1]);
  CHECK(seen.tunnel.other_versions.at(0).notify == isakmp::NotifyType::no_proposal_chosen);
  CHECK(seen.capture.last == script_time(60));
}

TEST_CASE("a word that is not in the grammar is refused") {
  for (const auto* text : {"X1@0", "I@0", "I1", "I1@x", "I1*bold@0", "I1*copy@0", "RN:NO-SUCH@0", "ICMP:3/3@0", "ESP:3@1", "V2@1", "IQ@1"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(script(text), std::invalid_argument);
  }
}

}  // namespace
}  // namespace ike::test
