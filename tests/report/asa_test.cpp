#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "scripted.hpp"

namespace ike::report {
namespace {

using diagnose::FindingId;
using diagnose::Status;
using diagnose::Verdict;
using track::Position;
using track::Side;

constexpr track::Positions up{Position::mm_active, Position::mm_active, 6};
constexpr std::string_view whole = "I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 IQ1@0.6 RQ2@0.7 IQ3@0.8";

std::string asa(Scripted& scripted, const TextOptions& options = {}) {
  std::string text;
  write_asa(scripted.report(), options, [&](std::string_view piece) { text += piece; });
  return text;
}

bool has(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

diagnose::Finding silence() {
  auto one = finding(FindingId::no_reply_msg3);
  one.position = Position::mm_wait_msg4;
  one.awaited = 4;
  one.times_sent = 2;
  return one;
}

TEST_CASE("the summary in the manner of the ASA counts SAs and gives the worst tunnel first") {
  Scripted scripted;
  scripted.add(std::string{whole}, judged(Verdict::up, up, {}, Status::complete));
  scripted.add("v6 I1@0 R2@0.1 I3@0.2 I3@8.2", judged(Verdict::stalled, {Position::mm_wait_msg4, Position::mm_wait_msg3, 3}, {silence()}));
  CHECK(asa(scripted) == R"golden(   Active SA: 2
    Rekey SA: 0
Total IKE SA: 2

1   IKE Peer: 2001:db8::2
    Local   : 2001:db8::1
    Type    : L2L         Role    : initiator -> responder
    Rekey   : no          State   : MM_WAIT_MSG4 (responder MM_WAIT_MSG3)
    Finding : no reply to message 3 (sent twice) (likely)

2   IKE Peer: 198.51.100.2
    Local   : 192.0.2.1
    Type    : L2L         Role    : initiator -> responder
    Rekey   : no          State   : MM_ACTIVE
)golden");
  CHECK(asa(scripted, {.summary = true}) == "   Active SA: 2\n    Rekey SA: 0\nTotal IKE SA: 2\n");
}

TEST_CASE("XAUTH, hybrid authentication and Transaction exchanges make the type user") {
  struct Row {
    std::string script;
    std::string_view type;
  };
  for (const Row& row : {Row{"psk I1@0 R2@0.1", "Type    : L2L "}, Row{"cert I1@0 R2@0.1", "Type    : L2L "}, Row{"xauth I1@0 R2@0.1", "Type    : user"},
                         Row{"hybrid I1@0 R2@0.1", "Type    : user"}, Row{"psk I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 RT1@0.6", "Type    : user"}}) {
    CAPTURE(row.script);
    Scripted scripted;
    scripted.add(row.script, judged(Verdict::pending, {Position::mm_wait_msg2, Position::mm_wait_msg3, 2}));
    CHECK(has(asa(scripted), row.type));
  }
}

TEST_CASE("an attempt rekeys only where an SA was up before it") {
  struct Row {
    std::string script;
    Verdict verdict;
    std::string_view counts;
    std::string_view rekey;
  };
  const std::string first{whole};
  for (const Row& row : {Row{first + " | I1@100 R2@100.1", Verdict::up, "Rekey SA: 1\nTotal IKE SA: 2\n", "Rekey   : yes"},
                         Row{"I1@0 R2@0.1 | I1@100 R2@100.1", Verdict::stalled, "Rekey SA: 0\nTotal IKE SA: 1\n", "Rekey   : no"},
                         Row{first + " | I1@100 R2@100.1", Verdict::flapping, "Rekey SA: 0\nTotal IKE SA: 1\n", "Rekey   : no"},
                         Row{first, Verdict::closed, "Rekey SA: 0\nTotal IKE SA: 0\n", "Rekey   : no"}}) {
    CAPTURE(row.script);
    Scripted scripted;
    scripted.add(row.script, judged(row.verdict, up, {}, Status::complete));
    const auto text = asa(scripted);
    CHECK(has(text, row.counts));
    CHECK(has(text, row.rekey));
  }
}

TEST_CASE("states come in the words asked for, and no line is wider than the screen") {
  for (const auto& [words, state] : {std::pair{Vocabulary::asa, "State   : AM_WAIT_MSG2 (responder AM_WAIT_MSG3)"}, std::pair{Vocabulary::ios, "State   : AG_"},
                                    std::pair{Vocabulary::libreswan, "State   : AGGR_I1 (responder AGGR_R1)"}}) {
    Scripted scripted;
    scripted.add("AM v6 assumed I1@0 R2@0.1", judged(Verdict::stalled, {Position::am_wait_msg2, Position::am_wait_msg3, 2}, {silence()}));
    const auto text = asa(scripted, {.vocabulary = words});
    CHECK(has(text, state));
    CHECK(has(text, "(assumed)"));
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 80);
  }
}

TEST_CASE("several attempts are listed with when, by which cookie and how each ended") {
  auto judgement = judged(Verdict::stalled, {Position::mm_wait_msg4, Position::mm_wait_msg3, 3}, {silence()});
  judgement.attempt_status = {Status::stalled, Status::complete, Status::refused, Status::superseded, Status::stalled};
  Scripted scripted;
  scripted.add("I1@0 R2@0.1 I3@0.2 I3@8.2 | I1@20 R2@20.1 I3@20.2 R4@20.3 I5@20.4 R6@20.5 IQ1@20.6 | I1@40 RN:NO-PROPOSAL-CHOSEN@40.1 | AM I1@50 R2@50.1 | I1@100 R2@100.1 I3@100.2 I3@108.2",
               judgement);
  const auto text = scripted.text();
  const auto at = text.find("  Attempts over time");
  REQUIRE(at != std::string::npos);
  CHECK(text.find("Check, in this order") < at);
  CHECK(text.substr(at) == R"golden(  Attempts over time, in seconds of the capture
      0.000  CKY-I a0000000  main        stalled at MM_WAIT_MSG4
     20.000  CKY-I a0000000  main        complete, but no Quick Mode
     40.000  CKY-I a0000000  main        refused at MM_WAIT_MSG2
     50.000  CKY-I a0000000  aggressive  superseded at AM_WAIT_MSG3
    100.000  CKY-I a0000000  main        stalled at MM_WAIT_MSG4
    Recovered once: an attempt came up after one that did not.
)golden");
}

TEST_CASE("of many attempts the newest six are listed and the others counted; healthy rekeys only when asked for") {
  std::string script;
  for (int i = 0; i < 8; ++i) script += fmt::format("{}I1@{} R2@{}", i == 0 ? "" : " | ", i * 30, i * 30 + 1);
  Scripted scripted;
  scripted.add(script, judged(Verdict::stalled, {Position::mm_wait_msg2, Position::mm_wait_msg3, 2}, {silence()}));
  const auto text = scripted.text();
  CHECK(has(text, "(2 before these)"));
  CHECK_FALSE(has(text, "   30.000  CKY-I"));
  CHECK(has(text, "   60.000  CKY-I"));

  Scripted healthy;
  healthy.add(std::string{whole} + " | I1@100 R2@100.1 I3@100.2 R4@100.3 I5@100.4 R6@100.5", judged(Verdict::up, up, {}, Status::complete));
  CHECK_FALSE(has(healthy.text({.all = true}), "Attempts over time"));
  CHECK(has(healthy.text({.verbose = 1}), "Attempts over time"));
}

TEST_CASE("what the refusing side offered or chose elsewhere is set against the refused offer") {
  struct Row {
    std::string_view script;
    std::uint32_t attempt;
    std::string_view says;
  };
  for (const Row& row : {Row{"swap I1@0 | I1@10 RN:NO-PROPOSAL-CHOSEN@10.1", 2, "198.51.100.2 offered AES-CBC-256, SHA2-256, PSK, MODP-2048, 86400 s (packet 1). The difference: encryption, key length, hash, DH group."},
                         Row{"I1@0 R2@0.1 | I1@10 RN:NO-PROPOSAL-CHOSEN@10.1", 2, "198.51.100.2 chose AES-CBC-256, SHA2-256, PSK, MODP-2048, 86400 s (packet 2). The difference: encryption, key length, hash, DH group."}}) {
    CAPTURE(row.script);
    auto seen = test::script(row.script);
    auto one = finding(FindingId::no_proposal_chosen);
    one.attempt = row.attempt;
    CHECK_FALSE(has(word(one, seen.tunnel).explanation, "difference"));
    auto& offered = seen.offers.back().policies;
    offered.front().encryption = isakmp::EncryptionAlgorithm::triple_des_cbc;
    offered.front().key_length = 0;
    offered.front().hash = isakmp::HashAlgorithm::sha1;
    offered.front().group = isakmp::Group::modp_1024;
    CHECK(has(word(one, seen.tunnel).explanation, "192.0.2.1 offers 3DES-CBC, SHA1, PSK, MODP-1024, 86400 s; " + std::string{row.says}));

    offered.push_back(offered.front());
    offered.back().hash = isakmp::HashAlgorithm::sha2_256;
    const auto several = word(one, seen.tunnel).explanation;
    CHECK(has(several, "Offered: 3DES-CBC, SHA1, PSK, MODP-1024, 86400 s; 3DES-CBC, SHA2-256"));
    CHECK(has(several, "offers 3DES-CBC, SHA2-256, PSK, MODP-1024, 86400 s (the closest of 2); "));
  }
}

}  // namespace
}  // namespace ike::report
