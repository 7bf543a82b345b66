#include <doctest/doctest.h>

#include <string>

#include "expect/judged.hpp"

using namespace ike;
using namespace ike::expect;
using ike::test::Judged;

TEST_CASE("over a finished capture an expectation holds or fails, and says what was seen") {
  constexpr std::string_view fine = "I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 IQ1@0.6 RQ2@0.7 IQ3@0.8 ESP>:5@1 ESP<:5@1 END@20";
  constexpr std::string_view slow = "I1@0 I1@4 R2@4.1 I3@4.2 R4@4.3 I5@4.4 R6@4.5 IQ1@4.6 RQ2@4.7 IQ3@8 END@20";
  constexpr std::string_view wrong_key = "I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R-info@0.5 END@20";
  constexpr std::string_view silent = "I1@0 I1@4 I1@11 END@40";
  constexpr std::string_view refused = "I1@0 RN:NO-PROPOSAL-CHOSEN@0.1 END@20";
  constexpr std::string_view aggressive = "AM I1@0 R2@0.1 I3@0.2 IQ1@0.6 RQ2@0.7 IQ3@0.8 END@20";
  constexpr std::string_view young = "I1@0 R2@0.1 END@1";
  constexpr std::string_view phase1 = "I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 END@0.6";
  constexpr std::string_view one_way = "I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 IQ1@0.6 RQ2@0.7 IQ3@0.8 ESP>:40@1-30 END@40";
  constexpr std::string_view nothing = "";
  struct Row {
    std::string_view script;
    std::string_view expectation;
    std::string_view saw;  // empty: it holds
  };
  for (const Row& row : {
           Row{fine, "healthy", ""},
           Row{fine, "192.0.2.1 <-> 198.51.100.2 up within 1s", ""},
           Row{fine, "198.51.100.2 <-> 192.0.2.0/24 up", ""},
           Row{fine, "192.0.2.1 -> 198.51.100.2 up", ""},
           Row{fine, "198.51.100.2 -> 192.0.2.1 up", "no IKE was seen between these peers"},
           Row{fine, "192.0.2.9 <-> 198.51.100.2 up", "no IKE was seen between these peers"},
           Row{fine, "192.0.2.9 <-> 198.51.100.2 never", ""},
           Row{fine, "192.0.2.9 <-> 198.51.100.2 not aggressive", ""},
           Row{fine, "never", "there is one, up"},
           Row{fine, "up within 500ms", "it took 0.8 s"},
           Row{fine, "phase1 within 500ms phase2 within 800ms", ""},
           Row{fine, "phase1 within 400ms", "it took 0.5 s"},
           Row{fine, "up resends=0 attempts=1 tunnels=1 quick-modes=1 main mode=main not aggressive", ""},
           Row{fine, "resends>=1", "resends: 0"},
           Row{fine, "tunnels>=2", "tunnels: 1"},
           Row{fine, "mode=aggressive", "it is Main Mode"},
           Row{fine, "aggressive", "it is Main Mode"},
           Row{fine, "stalled", "it is up"},
           Row{fine, "esp=both esp=any esp!=none", ""},
           Row{fine, "esp=none", "ESP packets: 5 to the responder, 5 to the initiator"},
           Row{fine, "at MM_ACTIVE not at MM_WAIT_MSG4", ""},
           Row{fine, "at MM_WAIT_MSG4", "initiator MM_ACTIVE, responder MM_ACTIVE"},
           Row{fine, "with psk-mismatch", "it is up, without that finding"},
           Row{slow, "up resends<=1", ""},
           Row{slow, "up resends<1", "resends: 1"},
           Row{slow, "up within 5s", "it took 8.0 s"},
           Row{slow, "esp!=none", "ESP packets: 0 to the responder, 0 to the initiator"},
           Row{wrong_key, "healthy", "it is stalled: psk-mismatch: "},
           Row{wrong_key, "up", "it is stalled: psk-mismatch: "},
           Row{wrong_key, "phase1", "it is stalled: psk-mismatch: "},
           Row{wrong_key, "stalled with psk-mismatch at MM_WAIT_MSG6", ""},
           Row{wrong_key, "rejected with psk-mismatch", ""},
           Row{wrong_key, "not stalled", "it is stalled: psk-mismatch: "},
           Row{wrong_key, "no psk-mismatch", "psk-mismatch: "},
           Row{wrong_key, "stalled with no-reply-msg1", "it is stalled: psk-mismatch: "},
           Row{silent, "healthy", "it is stalled: no-reply-msg1: "},
           Row{silent, "stalled with no-reply-msg1 resends=2", ""},
           Row{silent, "rejected", "it is stalled: no-reply-msg1: "},
           Row{silent, "encryption=AES", "no chosen policy was seen"},
           Row{refused, "healthy", "it is stalled: no-proposal-chosen: "},
           Row{refused, "rejected with no-proposal-chosen", ""},
           Row{aggressive, "healthy", ""},
           Row{aggressive, "not aggressive", "it is Aggressive Mode"},
           Row{aggressive, "mode=main", "it is Aggressive Mode"},
           Row{aggressive, "mode!=aggressive", "it is Aggressive Mode"},
           Row{aggressive, "aggressive mode!=main", ""},
           Row{young, "healthy", "it is pending"},
           Row{young, "pending", ""},
           Row{young, "not pending", "it is pending"},
           Row{phase1, "healthy", ""},
           Row{phase1, "phase1 phase1-up", ""},
           Row{phase1, "up", "it is phase1-up"},
           Row{phase1, "phase2", "it is phase1-up"},
           Row{one_way, "up warnings esp=to-responder", ""},
           Row{one_way, "healthy", "it is up: esp-one-way: "},
           Row{one_way, "no warnings", "it is up: esp-one-way: "},
           Row{one_way, "esp=both", "ESP packets: 40 to the responder, 0 to the initiator"},
           Row{one_way, "esp=to-initiator", "ESP packets: 40 to the responder, 0 to the initiator"},
           Row{nothing, "never", ""},
           Row{nothing, "tunnels=0", ""},
       }) {
    CAPTURE(row.script);
    CAPTURE(row.expectation);
    Judged judged;
    if (!row.script.empty()) judged.add(row.script);
    const Verdict verdict = judged.judge(row.expectation);
    const Judgement& one = verdict.judgements.front();
    if (row.saw.empty()) {
      CHECK_MESSAGE(verdict.passed(), (one.reasons.empty() ? std::string{} : one.reasons.front().saw));
      CHECK(one.reasons.empty());
    } else {
      CHECK(verdict.outcome == Outcome::failed);
      REQUIRE_FALSE(one.reasons.empty());
      CHECK_MESSAGE(one.reasons.front().saw.starts_with(row.saw), one.reasons.front().saw);
    }
  }
}

TEST_CASE("where nothing was seen, there is nothing to judge, unless that was expected") {
  Judged empty;
  CHECK(empty.judge("healthy").outcome == Outcome::nothing);
  CHECK(empty.judge("192.0.2.1 <-> 198.51.100.2 up").outcome == Outcome::nothing);
  CHECK(empty.judge("never").outcome == Outcome::passed);
}

TEST_CASE("the policy that was chosen is compared") {
  // The script's policy: AES-CBC-256, SHA2-256, PSK, MODP-2048.
  struct Row {
    std::string_view expectation;
    bool holds;
  };
  Judged judged;
  judged.add("I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 IQ1@0.6 RQ2@0.7 IQ3@0.8 END@20");
  const std::string chosen = judged.policy();
  CAPTURE(chosen);
  for (const Row& row : {Row{"encryption=AES", true}, Row{"encryption!=3DES", true}, Row{"encryption=3DES", false}, Row{"encryption=AES-192", false}, Row{"encryption!=AES-192", true}, Row{"group>=14", true},
                         Row{"group>14", false}, Row{"group<5", false}, Row{"auth=PSK", true}, Row{"auth=RSA-SIG", false}, Row{"hash!=MD5", true}, Row{"hash=MD5", false}, Row{"lifetime<=86400", true}}) {
    CAPTURE(row.expectation);
    CHECK(judged.judge(row.expectation).passed() == row.holds);
  }
}

TEST_CASE("every tunnel that is meant has to meet every condition") {
  Judged judged;
  judged.add("I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 IQ1@0.6 RQ2@0.7 IQ3@0.8 END@20");
  judged.add("I1@0 I1@4 I1@11 END@40");
  const Verdict verdict = judged.judge("up");
  CHECK(verdict.outcome == Outcome::failed);
  REQUIRE(verdict.judgements.front().reasons.size() == 1);
  CHECK(verdict.judgements.front().reasons.front().tunnel == 1);
  CHECK(verdict.judgements.front().tunnels == 2);
  CHECK(judged.judge("tunnels=2").passed());
}

TEST_CASE("before the end a verdict falls as soon as it is sure, and no sooner") {
  constexpr std::string_view up = "I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 IQ1@0.6 RQ2@0.7 IQ3@0.8 END@1";
  struct Row {
    std::string_view script;
    std::string_view expectation;
    Standing standing;
  };
  for (const Row& row : {
           Row{"", "healthy", Standing::open},
           Row{"", "never", Standing::so_far},
           Row{"I1@0 END@0.1", "healthy", Standing::open},
           Row{"I1@0 END@0.1", "never", Standing::failed},
           Row{up, "healthy", Standing::holds},
           Row{up, "up resends<=1 mode=main", Standing::holds},
           Row{up, "resends<=1", Standing::so_far},
           Row{up, "resends>=1", Standing::open},
           Row{up, "stalled", Standing::open},
           Row{up, "not up", Standing::failed},
           Row{up, "up esp=both", Standing::open},
           Row{up, "esp=none", Standing::so_far},
           Row{up, "group<14", Standing::failed},
           Row{up, "tunnels>=2 up", Standing::open},
           Row{up, "tunnels=1 up", Standing::holds},
           // phase 2 may still fail
           Row{"I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 END@0.6", "healthy", Standing::so_far},
           Row{"I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 END@0.6", "up", Standing::open},
           // a wrong key: sure a second after the Informational that says so
           Row{"I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R-info@0.5 END@0.6", "up", Standing::open},
           Row{"I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R-info@0.5 END@1.6", "up", Standing::failed},
           Row{"I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R-info@0.5 END@1.6", "healthy", Standing::failed},
           Row{"I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R-info@0.5 END@0.6", "stalled with psk-mismatch", Standing::holds},
           // no proposal chosen: a daemon that still loads its configuration says so, too
           Row{"I1@0 RN:NO-PROPOSAL-CHOSEN@0.1 END@2", "up", Standing::open},
           Row{"I1@0 RN:NO-PROPOSAL-CHOSEN@0.1 END@5.2", "up", Standing::failed},
           // silence, and ICMP from a host without a daemon: it may start yet
           Row{"I1@0 I1@4 I1@11 END@40", "up", Standing::open},
           Row{"I1@0 ICMP:3/3@0.1 END@40", "up", Standing::open},
           Row{"I1@0 I1@4 I1@11 END@40", "up within 5s", Standing::failed},
           Row{"I1@0 I1@4 I1@11 END@40", "up within 50s", Standing::open},
           Row{"I1@0 I1@4 I1@11 END@40", "resends<=1", Standing::failed},
           Row{"AM I1@0 END@1", "not aggressive", Standing::failed},
           Row{"I1@0 END@1", "not aggressive", Standing::so_far},
       }) {
    CAPTURE(row.script);
    CAPTURE(row.expectation);
    Judged judged;
    if (!row.script.empty()) judged.add(row.script);
    const Verdict verdict = judged.judge(row.expectation, false);
    CHECK(static_cast<int>(verdict.judgements.front().standing) == static_cast<int>(row.standing));
    CHECK(verdict.passed() == (row.standing == Standing::holds));
  }
}

TEST_CASE("one tunnel that is only phase1-up keeps the others from ending the wait") {
  Judged judged;
  judged.add("I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 IQ1@0.6 RQ2@0.7 IQ3@0.8 END@1");
  judged.add("I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 END@1");
  CHECK(judged.judge("healthy", false).outcome == Outcome::undecided);
  CHECK(judged.judge("healthy", true).outcome == Outcome::passed);
}
