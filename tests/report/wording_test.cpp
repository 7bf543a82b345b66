#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "ike/report/catalogue.hpp"
#include "scripted.hpp"

namespace ike::report {
namespace {

using diagnose::FindingId;
using diagnose::Segment;
using isakmp::NotifyType;
using track::Position;
using track::Side;

std::vector<FindingId> all_ids() {
  std::vector<FindingId> ids;
  for (std::size_t i = 0; i < diagnose::finding_count; ++i) ids.push_back(static_cast<FindingId>(i));
  return ids;
}

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

TEST_CASE("the catalogue stands in the order of the findings and has everything for each") {
  for (const FindingId id : all_ids()) {
    const Entry& one = entry(id);
    CAPTURE(diagnose::name(id));
    CHECK(one.id == id);
    CHECK_FALSE(one.title.empty());
    CHECK(one.meaning.ends_with('.'));
    CHECK(one.wire.ends_with('.'));
    CHECK_FALSE(one.summary_lines().empty());
    CHECK(one.summary_lines().back().when == always);
    CHECK_FALSE(one.explanation_lines().empty());
    CHECK_FALSE(one.known_causes().empty());
    for (const Product product : products) CHECK_FALSE(one.check(product).empty());
    for (const KnownCause& cause : one.known_causes()) CHECK_FALSE(cause.check.empty());
  }
}

TEST_CASE("every finding has a summary of one line, an explanation and causes, whatever little is known") {
  const char* scripts[] = {"I1@0 I1@4", "AM I1@0 R2@0.1 cert", "natI nattI fragvidR I1@0 R2@1 I3@2 R4@3 I5*4500@4 R-info@5", "V2>@0"};
  for (const FindingId id : all_ids()) {
    for (const char* text : scripts) {
      for (const bool full : {false, true}) {
        const auto seen = test::script(text);
        auto one = finding(id);
        if (full) {
          one.notify = NotifyType::payload_malformed;
          one.awaited = 6;
          one.times_sent = 12;
          one.waited = std::chrono::seconds{165};
          one.detail = "a detail of fifty characters, so it is quite a line";
          one.segment = Segment::observer_responder;
          one.side = Side::initiator;
          one.count = 100;
        }
        const auto words = word(one, seen.tunnel);
        CAPTURE(diagnose::name(id));
        CAPTURE(text);
        CAPTURE(words.summary);
        CHECK_FALSE(words.summary.empty());
        CHECK(words.summary.size() <= 80);
        CHECK(is_plain(words.summary));
        CHECK(is_plain(words.explanation));
        CHECK(words.summary.find('{') == std::string::npos);
        CHECK(words.explanation.find('{') == std::string::npos);
        CHECK_FALSE(words.causes.empty());
        for (const Cause& cause : words.causes) {
          CHECK(cause.cause.find('{') == std::string::npos);
          CHECK(cause.check.find('{') == std::string::npos);
        }
      }
    }
  }
}

TEST_CASE("the words follow what is at hand") {
  struct Row {
    std::string_view label;
    const char* script;
    FindingId id;
    void (*set)(diagnose::Finding&);
    std::string_view summary;
    std::string_view first_cause;
    std::optional<Side> side;
  };
  const Row rows[] = {
      {"resends are counted", "I1@0 I1@4 I1@11.2", FindingId::no_reply_msg1,
       [](auto& f) { f.times_sent = 3, f.waited = std::chrono::milliseconds{24'200}; },
       "no reply to message 1 (sent 3 times in 24.2 s)", "UDP 500 is blocked on the way", std::nullopt},
      {"port unreachable from the peer", "I1@0 ICMP:3/3@0.1", FindingId::icmp_refused,
       [](auto&) {}, "nobody listens on UDP 500 at 198.51.100.2 (ICMP port unreachable)", "IKE is not running, or not enabled on that interface", Side::responder},
      {"a box on the way refuses port 4500: nobody says that IKE is not running", "natI I1@0 R2@0.1 I3@0.2 R4@0.3 I5*4500@0.4 ICMP:3/3:192.0.2.99@0.5", FindingId::icmp_refused,
       [](auto&) {}, "192.0.2.99 refuses UDP 4500 (ICMP port unreachable)", "a filter rejects UDP 4500", std::nullopt},
      {"prohibited by a router", "I1@0 ICMP:3/13:192.0.2.99@0.1", FindingId::icmp_refused,
       [](auto&) {}, "UDP 500 is filtered: 192.0.2.99 says administratively prohibited", "an access list on the way forbids IKE", std::nullopt},
      {"too big", "I1@0 ICMP:3/4:192.0.2.99*mtu:1400@0.1", FindingId::icmp_refused,
       [](auto&) {}, "too large for the path: 192.0.2.99 allows 1400 octets", "the path's MTU is smaller than the message", Side::initiator},
      {"ICMPv6 no route", "v6 I1@0 ICMP6:1/0@0.1", FindingId::icmp_refused,
       [](auto&) {}, "no way to 2001:db8::2: 2001:db8::2 says no route", "no route to the peer, or the peer is down", std::nullopt},
      {"strongSwan without a key", "I1@0 R2@0.1 I3@0.2 RN:INVALID-KEY-INFORMATION@0.3", FindingId::refused_msg3,
       [](auto& f) { f.notify = NotifyType::invalid_key_information; }, "message 3 is refused with INVALID-KEY-INFORMATION", "no pre-shared key for this peer", Side::responder},
      {"another notify on message 3", "I1@0 R2@0.1 I3@0.2 RN:PAYLOAD-MALFORMED@0.3", FindingId::refused_msg3,
       [](auto& f) { f.notify = NotifyType::payload_malformed; }, "message 3 is refused with PAYLOAD-MALFORMED", "the KE or another payload of message 3 can't be used there", Side::initiator},
      {"a notify without a name", "I1@0 RN:9999@0.1", FindingId::refused_msg1,
       [](auto& f) { f.notify = NotifyType{9999}; }, "message 1 is refused with 9999", "the responder does not support what message 1 asks for", Side::responder},
      {"a notify that was cut off", "I1@0 RN:0*cut@0.1", FindingId::refused_msg1,
       [](auto&) {}, "message 1 is refused; the reason was not captured", "the responder does not support what message 1 asks for", Side::responder},
      {"stale SA", "I1@0", FindingId::invalid_cookie,
       [](auto& f) { f.position = Position::mm_active, f.side = Side::responder, f.awaited = 7; }, "INVALID-COOKIE in clear: the peer lost an established SA",
       "it restarted, or its SA timed out; the other side holds a stale SA", Side::responder},
      {"certificates: the responder refuses", "cert I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R-info@0.5", FindingId::auth_rejected,
       [](auto& f) { f.encrypted_refusal = true; }, "the responder rejects the initiator's authentication", "the certificate has expired, or is not valid yet", Side::initiator},
      {"certificates: the initiator refuses", "cert I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 I-info@0.6", FindingId::auth_rejected,
       [](auto& f) { f.encrypted_refusal = true; }, "the initiator rejects the responder's authentication", "the certificate has expired, or is not valid yet", Side::responder},
      {"message 5 on port 4500 never passes", "natI I1@0 R2@0.1 I3@0.2 R4@0.3 R4@4 R4@12", FindingId::nat_t_blocked,
       [](auto& f) { f.segment = Segment::initiator_observer, f.position = Position::mm_wait_msg5, f.awaited = 5; }, "message 5 never comes after the move to UDP 4500",
       "UDP 4500 is filtered on the way from the initiator", Side::initiator},
      {"answers on port 4500 are lost", "natI I1@0 R2@0.1 I3@0.2 R4@0.3 I5*4500@0.4 R6*4500@0.5 I5*4500@4", FindingId::nat_t_blocked,
       [](auto& f) { f.segment = Segment::initiator_observer, f.position = Position::mm_wait_msg6, f.awaited = 6; }, "UDP 4500 is blocked towards the initiator: answers don't arrive",
       "UDP 4500 is filtered on the way to the initiator", Side::initiator},
      {"XAUTH that nobody refused", "I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5", FindingId::xauth_failed,
       [](auto& f) { f.message_id = 7; }, "XAUTH did not succeed: no Quick Mode followed", "wrong user name or password", Side::initiator},
      {"XAUTH that was refused", "I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5", FindingId::xauth_failed,
       [](auto& f) { f.refused = true; }, "XAUTH did not succeed: the SA was ended before phase 2", "wrong user name or password", Side::initiator},
      {"a silent peer is named", "I1@0 I1@4", FindingId::peer_gone,
       [](auto& f) { f.side = Side::responder, f.position = Position::mm_wait_msg2, f.waited = std::chrono::seconds{44}; },
       "the tunnel was up; 198.51.100.2 has not answered for 44.0 s", "198.51.100.2 restarted, lost power, or its daemon stopped", Side::responder},
      {"fragments of an answer", "cert I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 I5@4", FindingId::fragment_loss,
       [](auto& f) { f.fragmented = 6, f.awaited = 6; }, "fragments of message 6 (198.51.100.2) don't all arrive", "a filter on the way drops IP fragments", std::nullopt},
      {"an answer in Quick Mode is lost", "I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5", FindingId::reply_lost,
       [](auto& f) { f.message_id = 7, f.awaited = 2, f.position = Position::mm_active; }, "Quick Mode message 1 is resent though message 2 passes here", "a filter or route drops the answers", std::nullopt},
      {"Aggressive Mode goes on without a message 3 that passed here", "AM I1@0 R2@0.1", FindingId::no_msg3,
       [](auto& f) { f.segment = Segment::initiator_observer; }, "the responder waits for message 3 in vain", "its message 3 is lost before this capture point", Side::initiator},
      {"an identity is refused and the certificate is fine", "cert I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 I-info@0.6", FindingId::auth_rejected,
       [](auto& f) { f.notify = NotifyType::invalid_id_information, f.certificate_fine = {diagnose::CertificateFault::time, diagnose::CertificateFault::identity}; },
       "the initiator rejects the responder's authentication", "ID type or value is not what the verifier expects", Side::initiator},
      {"ESP that went both ways at first", "I1@0 R2@0.1", FindingId::esp_one_way,
       [](auto& f) { f.side = Side::responder, f.detail = "ESP went both ways until packet 17"; }, "ESP from 198.51.100.2 stopped; from 192.0.2.1 it goes on",
       "a filter or NAT on the way began to drop ESP in that direction", std::nullopt},
      {"no PSK advice with certificates", "cert I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4", FindingId::no_reply_msg5,
       [](auto&) {}, "no reply to message 5", "the responder rejects the certificate or identity in silence", Side::responder},
      {"Aggressive Mode", "AM I1@0 R2@0.1 IN:INVALID-HASH-INFORMATION@0.2", FindingId::psk_mismatch,
       [](auto& f) { f.notify = NotifyType::invalid_hash_information; }, "the pre-shared keys differ: the initiator refuses message 2", "the pre-shared keys differ", std::nullopt},
  };
  for (const Row& row : rows) {
    CAPTURE(row.label);
    const auto seen = test::script(row.script);
    auto one = finding(row.id);
    if (row.id == FindingId::icmp_refused) one.icmp = seen.newest().events.back();
    row.set(one);
    const auto words = word(one, seen.tunnel);
    CHECK(words.summary == row.summary);
    REQUIRE_FALSE(words.causes.empty());
    CHECK(words.causes.front().cause == row.first_cause);
    CHECK(words.causes.front().side == row.side);
  }
}

TEST_CASE("a refused offer is listed, and set against what the other side offered itself") {
  auto seen = test::script("swap I1@0 | I1@10 RN:NO-PROPOSAL-CHOSEN@10.1");
  auto one = finding(FindingId::no_proposal_chosen);
  one.attempt = 2;
  one.notify = NotifyType::no_proposal_chosen;
  CHECK(word(one, seen.tunnel).explanation.find("Offered: AES-CBC-256, SHA2-256, PSK, MODP-2048, 86400 s.") != std::string::npos);
  seen.offers.front().policies.front().hash = isakmp::HashAlgorithm::md5;
  const auto words = word(one, seen.tunnel);
  CHECK(words.explanation.find("192.0.2.1 offers AES-CBC-256, SHA2-256, PSK, MODP-2048, 86400 s; 198.51.100.2 offered") != std::string::npos);
  CHECK(words.explanation.find("The difference: hash.") != std::string::npos);
}

TEST_CASE("the segment on which the trail ends is told, and loss elsewhere is not claimed") {
  const auto seen = test::script("I1@0 R2@0.1 I1@4 R2@4.1 I1@11");
  auto one = finding(FindingId::reply_lost);
  one.awaited = 2;
  one.times_sent = 3;
  one.segment = Segment::initiator_observer;
  one.position = Position::mm_wait_msg2;
  const auto words = word(one, seen.tunnel);
  CHECK(words.explanation.find("between this capture point and the initiator") != std::string::npos);
  CHECK(words.explanation.find("and the responder") == std::string::npos);
}

TEST_CASE("a cause that is disproved is not given") {
  const auto gives = [](const diagnose::Finding& one, const char* script, std::string_view cause) {
    const auto seen = test::script(script);
    return std::ranges::any_of(word(one, seen.tunnel).causes, [&](const Cause& given) { return given.cause == cause; });
  };
  const char* refused = "cert I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 I-info@0.6";
  auto one = finding(FindingId::auth_rejected);
  CHECK(gives(one, refused, "the certificate has expired, or is not valid yet"));
  one.certificate_fine = {diagnose::CertificateFault::time};
  CHECK_FALSE(gives(one, refused, "the certificate has expired, or is not valid yet"));
  CHECK(gives(one, refused, "the identity is not in the certificate"));
  auto xauth = finding(FindingId::xauth_failed);
  CHECK(gives(xauth, "I1@0 R2@0.1", "only one side expects XAUTH"));
  xauth.certainty = diagnose::Certainty::confirmed;
  xauth.detail = "XAUTH-STATUS in packet 11 says that the user was not accepted";
  CHECK_FALSE(gives(xauth, "I1@0 R2@0.1", "only one side expects XAUTH"));
}

TEST_CASE("names from the wire come out as plain text and never make a summary longer than a line") {
  const auto seen = test::script("I1@0 R2@0.1");
  auto one = finding(FindingId::weak_crypto);
  one.detail = "\x1b[31mred\n" + std::string(300, 'x');
  const auto words = word(one, seen.tunnel);
  CHECK(words.summary.starts_with("weak cryptography: \\x1b[31mred\\x0a"));
  CHECK(words.summary.size() <= 80);
  CHECK(words.summary.ends_with("..."));
}

TEST_CASE("a finding about no attempt at all is worded too") {
  track::Tunnel nothing;
  const auto words = word(finding(FindingId::no_ike_traffic), nothing);
  CHECK(words.summary == "no IKE packet between the expected peers");
}

TEST_CASE("docs/findings.md is what the catalogue says") {
  std::ifstream file{IKE_PCAPS "/../docs/findings.md", std::ios::binary};
  REQUIRE(file);
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  CHECK_MESSAGE(text == findings_markdown(), "write findings_markdown() to docs/findings.md");
}

}  // namespace
}  // namespace ike::report
