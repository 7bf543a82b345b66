#include "ike/crypto/opened.hpp"
#include "judged.hpp"

using namespace ike;
using crypto::HashCheck;
using crypto::MessageFact;
using crypto::Opening;
using crypto::PhaseOneFacts;
using diagnose::Certainty;
using diagnose::FindingId;
using isakmp::ExchangeType;
using isakmp::NotifyType;

namespace {

constexpr std::string_view refused5 = "I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R-info@0.5 I5@4.4 R-info@4.5 I5@12 R-info@12.1";

MessageFact fact(std::uint64_t packet, double seconds, ExchangeType exchange, bool from_responder, Opening opening, std::uint8_t key = crypto::no_key, HashCheck hash = HashCheck::unchecked, NotifyType notify = {}) {
  MessageFact one;
  one.packet = packet;
  one.time = test::script_time(seconds);
  one.exchange = exchange;
  one.from_responder = from_responder;
  one.opening = opening;
  one.key = key;
  one.hash = hash;
  one.notify = notify;
  return one;
}
MessageFact five(Opening opening, std::uint8_t key = crypto::no_key, HashCheck hash = HashCheck::unchecked) { return fact(5, 0.4, ExchangeType::identity_protection, false, opening, key, hash); }
MessageFact answer(Opening opening, std::uint8_t key = crypto::no_key, NotifyType notify = {}) { return fact(6, 0.5, ExchangeType::informational, true, opening, key, HashCheck::unchecked, notify); }

PhaseOneFacts facts(std::vector<MessageFact> messages) {
  PhaseOneFacts all;
  all.keys = {"psk.txt:1", "psk.txt:2"};
  all.key_is_psk = {true, true};
  all.messages = std::move(messages);
  return all;
}

diagnose::Diagnosis judge(std::string_view text, const PhaseOneFacts& opened) {
  auto seen = test::script(text);
  for (auto& attempt : seen.tunnel.attempts) attempt.opened = &opened;
  return diagnose::diagnose(seen.tunnel, seen.capture);
}

crypto::CertificateSeen certificate(crypto::Validity validity = crypto::Validity::valid) {
  crypto::CertificateSeen seen;
  seen.facts.subject = "CN=gw";
  seen.facts.issuer = "CN=ca";
  seen.facts.not_after = Time{std::chrono::days{20'000}};
  seen.validity = validity;
  return seen;
}

}  // namespace

TEST_CASE("different pre-shared keys are confirmed by what opens under which key") {
  struct Row {
    std::string_view what;
    std::vector<MessageFact> messages;
    FindingId id;
    Certainty certainty;
    NotifyType notify;
  };
  const auto mismatch = FindingId::psk_mismatch;
  for (const Row& row : {
           Row{"each side under its own", {five(Opening::opened, 0, HashCheck::right), answer(Opening::opened, 1, NotifyType::payload_malformed)}, mismatch, Certainty::confirmed, NotifyType::payload_malformed},
           Row{"message 5 alone opens", {five(Opening::opened, 0, HashCheck::right), answer(Opening::does_not_decrypt)}, mismatch, Certainty::confirmed, NotifyType::none},
           Row{"the answer alone opens", {five(Opening::does_not_decrypt), answer(Opening::opened, 1, NotifyType::payload_malformed)}, mismatch, Certainty::confirmed, NotifyType::payload_malformed},
           Row{"both under one key: it is not the key", {five(Opening::opened, 0, HashCheck::right), answer(Opening::opened, 0, NotifyType::invalid_id_information)}, FindingId::auth_rejected, Certainty::confirmed, NotifyType::invalid_id_information},
           Row{"near miss: nothing opens", {five(Opening::does_not_decrypt), answer(Opening::does_not_decrypt)}, mismatch, Certainty::likely, NotifyType::none},
           Row{"near miss: message 5 alone, and no answer to hold against it", {five(Opening::opened, 0, HashCheck::right)}, mismatch, Certainty::likely, NotifyType::none},
           Row{"near miss: no key for it", {five(Opening::unjudged), answer(Opening::unjudged)}, mismatch, Certainty::likely, NotifyType::none},
           Row{"near miss: nothing known", {}, mismatch, Certainty::likely, NotifyType::none},
       }) {
    CAPTURE(row.what);
    const auto judged = judge(refused5, facts(row.messages));
    REQUIRE_FALSE(judged.findings.empty());
    const auto& finding = judged.findings.front();
    CHECK(name(finding.id) == name(row.id));
    CHECK(name(finding.certainty) == name(row.certainty));
    CHECK(finding.notify == row.notify);
    CHECK((finding.detail.find("Message 5") == std::string::npos) == (row.messages.empty() || row.messages.front().opening == Opening::unjudged));
  }
}

TEST_CASE("in Aggressive Mode an initiator that finds a hash wrong which the responder's key makes has another key") {
  struct Row {
    std::string_view notify;
    HashCheck hash;
    Certainty certainty;
  };
  for (const Row& row : {Row{"INVALID-HASH-INFORMATION", HashCheck::right, Certainty::confirmed}, Row{"INVALID-HASH-INFORMATION", HashCheck::wrong, Certainty::likely}, Row{"AUTHENTICATION-FAILED", HashCheck::right, Certainty::likely}}) {
    CAPTURE(row.notify);
    auto two = fact(2, 0.1, ExchangeType::aggressive, true, Opening::clear, row.hash == HashCheck::right ? 1 : crypto::no_key, row.hash);
    two.has_hash = true;
    const auto judged = judge("AM psk I1@0 R2@0.1 IN:" + std::string{row.notify} + "@0.2 END@60", facts({two}));
    const auto* finding = test::find(judged, FindingId::psk_mismatch);
    REQUIRE(finding != nullptr);
    CHECK(finding->certainty == row.certainty);
    CHECK((finding->detail.find("it has another key") != std::string::npos) == (row.certainty == Certainty::confirmed));
  }
}

TEST_CASE("a rejected certificate is confirmed with its fault") {
  struct Row {
    std::string_view what;
    crypto::SideFacts side;
    diagnose::CertificateFault fault;
    std::string_view words;
  };
  std::vector<Row> rows;
  const auto add = [&](std::string_view what, diagnose::CertificateFault fault, std::string_view words, auto change) {
    crypto::SideFacts side;
    side.certificates.push_back(certificate());
    side.identity = "gw.example.org";
    change(side);
    rows.push_back({what, std::move(side), fault, words});
  };
  using diagnose::CertificateFault;
  add("expired", CertificateFault::time, "had expired on 2024-10-04", [](auto& side) { side.certificates[0].validity = crypto::Validity::expired; });
  add("its CA expired", CertificateFault::time, "had expired", [](auto& side) { side.certificates.push_back(certificate(crypto::Validity::expired)); });
  add("not yet valid", CertificateFault::time, "is not valid before", [](auto& side) { side.certificates[0].validity = crypto::Validity::not_yet_valid; });
  add("key usage", CertificateFault::usage, "does not allow signatures", [](auto& side) { side.certificates[0].facts.key_usage = {"keyEncipherment"}; });
  add("identity", CertificateFault::identity, "The identity gw.example.org is not in the certificate of CN=gw", [](auto& side) { side.identity_in_certificate = false; });
  add("CA", CertificateFault::authority, "leads to none of the CAs given (unknown CA)", [](auto& side) { side.chain = crypto::ChainCheck{crypto::ChainStatus::unknown_ca, ""}; });
  add("signature", CertificateFault::authority, "is not signed by that of its issuer, which was sent too", [](auto& side) { side.certificates[0].signed_by_issuer = false; });
  add("near miss: all is well with it", CertificateFault::none, "was valid then and names gw.example.org", [](auto& side) { side.certificates[0].facts.key_usage = {"digitalSignature"}; });
  add("near miss: it cannot be read", CertificateFault::none, "", [](auto& side) { side.certificates[0].error = "no DER certificate"; });
  for (const Row& row : rows) {
    CAPTURE(row.what);
    auto opened = facts({five(Opening::opened, 0), answer(Opening::opened, 0, NotifyType::authentication_failed)});
    opened.sides[0] = row.side;
    const auto judged = judge("cert " + std::string{refused5}, opened);
    const auto* finding = test::find(judged, FindingId::auth_rejected);
    REQUIRE(finding != nullptr);
    CHECK(finding->certainty == Certainty::confirmed);
    CHECK(finding->notify == NotifyType::authentication_failed);
    CHECK(finding->certificate_fault == row.fault);
    CAPTURE(finding->detail);
    CHECK(finding->detail.find(row.words) != std::string::npos);
  }
}

TEST_CASE("a rejected Quick Mode is confirmed, with what was proposed and in what the other side's own differs") {
  auto opened = facts({fact(8, 1.1, ExchangeType::informational, true, Opening::opened, 0, HashCheck::right, NotifyType::invalid_id_information)});
  auto& quick = opened.quick_modes.emplace_back();
  quick.message_id = 1;
  quick.message[0] = {true, false, 7, 0, {"ESP_AES-CBC-256"}, "10.0.0.0/8", "192.0.2.0/24", false};
  constexpr std::string_view text = "I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 IQ1@1 R-info@1.1 END@60";
  const auto alone = judge(text, opened);
  const auto* finding = test::find(alone, FindingId::phase2_rejected);
  REQUIRE(finding != nullptr);
  CHECK(finding->certainty == Certainty::confirmed);
  CHECK(finding->notify == NotifyType::invalid_id_information);
  CHECK(finding->detail == "192.0.2.1 proposes ESP_AES-CBC-256, no PFS for 10.0.0.0/8 to 192.0.2.0/24");

  auto& other = opened.quick_modes.emplace_back();
  other.message_id = 9;
  other.message[0] = {true, true, 20, 0, {"ESP_3DES"}, "192.0.2.0/24", "10.1.0.0/16", true};
  const auto both = judge(text, opened);
  finding = test::find(both, FindingId::phase2_rejected);
  REQUIRE(finding != nullptr);
  CHECK(finding->detail.find("198.51.100.2 itself, in packet 20, ESP_3DES for 192.0.2.0/24 to 10.1.0.0/16. The protected networks differ. The proposals differ. One of the two asks for PFS, the other does not") != std::string::npos);
}

TEST_CASE("XAUTH that failed is confirmed by its status, dead peers by the numbers of their R-U-THERE") {
  auto opened = facts({});
  opened.configs.push_back({9, 0, true, isakmp::ConfigType::set, true, false});
  const auto xauth = judge("xauth I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 RT1@0.6 IT2@0.7 END@60", opened);
  const auto* finding = test::find(xauth, FindingId::xauth_failed);
  REQUIRE(finding != nullptr);
  CHECK(finding->certainty == Certainty::confirmed);
  const auto young = judge("xauth I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 RT1@0.6 IT2@0.7 END@4", opened);
  finding = test::find(young, FindingId::xauth_failed);
  REQUIRE(finding != nullptr);
  CHECK(finding->certainty == Certainty::confirmed);  // however short the capture
  opened.configs[0].status = true;
  const auto accepted = judge("xauth I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 RT1@0.6 IT2@0.7 END@60", opened);
  finding = test::find(accepted, FindingId::xauth_failed);
  REQUIRE(finding != nullptr);
  CHECK(finding->certainty == Certainty::likely);

  constexpr std::string_view gone = "I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 IQ1@0.6 RQ2@0.7 IQ3@0.8 I-info@10 R-info@10.1 I-info@20 I-info@30 I-info@40 I-info@50 END@60";
  auto dpd = facts({});
  for (std::uint32_t i = 0; i < 5; ++i) dpd.dpd.push_back({test::script_time(10 + 10.0 * i), 10 + i, 0, false, false, 100 + i});
  dpd.dpd.push_back({test::script_time(10.1), 20, 0, true, true, 100});
  const auto dead = judge(gone, dpd);
  finding = test::find(dead, FindingId::peer_gone);
  REQUIRE(finding != nullptr);
  CHECK(finding->certainty == Certainty::confirmed);
  CHECK(finding->detail == "R-U-THERE 101 to 104 are not acknowledged");
  const auto anew = judge("I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 IQ1@0.6 RQ2@0.7 IQ3@0.8 I-info@10 R-info@10.1 I-info@20 I-info@30 | I1@40 I1@44 I1@52 END@70", dpd);
  finding = test::find(anew, FindingId::peer_gone);
  REQUIRE(finding != nullptr);
  CHECK(finding->certainty == Certainty::confirmed);
}
