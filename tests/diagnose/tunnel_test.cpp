#include "judged.hpp"

using namespace ike;
using diagnose::FindingId;
using test::Row;

namespace {
#define UP_AT(t) "I1@" t ".0 R2@" t ".1 I3@" t ".2 R4@" t ".3 I5@" t ".4 R6@" t ".5 IQ1@" t ".6 RQ2@" t ".7 IQ3@" t ".8 "
}

TEST_CASE("healthy tunnels stay healthy") {
  for (const Row& row : {
           Row{"Main Mode and Quick Mode", UP_AT("0"), "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"Aggressive Mode and Quick Mode", "AM I1@0 R2@0.1 I3@0.2 IQ1@0.3 RQ2@0.4 IQ3@0.5", "up", "", "AM_ACTIVE/AM_ACTIVE"},
           Row{"phase 1 alone", "I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 END@60", "phase1-up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"ESP under a phase 1 whose Quick Mode was not captured", "I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 ESP>:5@1-3 ESP<:5@1-3", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"renewed", UP_AT("0") "| " UP_AT("60") "R-info@61", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"phase 1 renewed without Quick Mode", UP_AT("0") "| I1@60 R2@60.1 I3@60.2 R4@60.3 I5@60.4 R6@60.5 END@80", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"both sides begin at once", UP_AT("0") "| swap I1@0.05 R2@0.15 I3@0.25 R4@0.35 I5@0.45 R6@0.55", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"the capture begins at message 3", "assumed I3@0 R4@0.1 I5@0.2 R6@0.3 IQ1@0.4 RQ2@0.5 IQ3@0.6", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"everything twice, by a mirror", "I1@0 I1*copy@0.001 R2@0.1 R2*copy@0.101 I3@0.2 I3*copy@0.201 R4@0.3 R4*copy@0.301 I5@0.4 I5*copy@0.401 R6@0.5 R6*copy@0.501 IQ1@0.6 IQ1*copy@0.601 RQ2@0.7 RQ2*copy@0.701 IQ3@0.8 IQ3*copy@0.801", "up", "", "MM_ACTIVE/MM_ACTIVE"},
       })
    test::check(row);
}

TEST_CASE("a rekey whose message 6 was not captured is no stall") {
  for (const Row& row : {
           Row{"deleted at the end", UP_AT("0") "| I1@60.0 R2@60.1 I3@60.2 R4@60.3 I5@60.4 I-info@61 I-info@61.1 END@120", "closed", "", "MM_ACTIVE/MM_WAIT_MSG5"},
           Row{"it goes on", UP_AT("0") "| I1@60.0 R2@60.1 I3@60.2 R4@60.3 I5@60.4 I-info@61 END@120", "up", "", "MM_ACTIVE/MM_WAIT_MSG5"},
           Row{"both go on", UP_AT("0") "| I1@60.0 R2@60.1 I3@60.2 R4@60.3 I5@60.4 IQ1@61 RQ2@61.1 IQ3@61.2 END@120", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"all SAs deleted, the older one was in use till then", UP_AT("0") "| I1@60.0 R2@60.1 I3@60.2 R4@60.3 I5@60.4 R6@60.5 I-info@90 I-info@90.1 END@120", "closed", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss: nothing but message 5 again", UP_AT("0") "| I1@60.0 R2@60.1 I3@60.2 R4@60.3 I5@60.4 I5@64.4 I5@71.4 END@120", "stalled", "no-reply-msg5", "MM_WAIT_MSG6/MM_WAIT_MSG5"},
           Row{"near miss: refused", UP_AT("0") "| psk I1@60.0 R2@60.1 I3@60.2 R4@60.3 I5@60.4 R-info@60.5 I5@64.4 R-info@64.5 END@120", "stalled", "psk-mismatch", "MM_WAIT_MSG6/MM_WAIT_MSG5"},
       })
    test::check(row);
}

TEST_CASE("a rekey that fails beside a living SA is a warning") {
  test::check({"", UP_AT("0") "IQ1:9@100 RQ2:9@100.1 IQ3:9@100.2 | I1@90 I1@94 I1@101 END@110", "up", "no-reply-msg1", "MM_WAIT_MSG2/-"});
}

TEST_CASE("a message 1 and an answer that anybody can send end no SA that rests") {
#define ESP_BOTH(t) "ESP>:20@" t " ESP<:20@" t " "
  for (const Row& row : {
           Row{"refused in clear", UP_AT("0") ESP_BOTH("1-3") "| I1@10 RN:NO-PROPOSAL-CHOSEN@10.1 END@60", "up", "no-proposal-chosen", "MM_WAIT_MSG2/-"},
           Row{"refused by ICMP", UP_AT("0") ESP_BOTH("1-3") "| I1@10 ICMP:3/3@10.1 END@60", "up", "icmp-refused", "MM_WAIT_MSG2/-"},
           Row{"answered, and never gone on with", UP_AT("0") ESP_BOTH("1-3") "| I1@10 R2@10.1 END@60", "up", "no-msg3", "MM_WAIT_MSG2/MM_WAIT_MSG3"},
           Row{"answered a moment ago", UP_AT("0") ESP_BOTH("1-3") "| I1@10 R2@10.1 END@11", "up", "", "MM_WAIT_MSG2/MM_WAIT_MSG3"},
           Row{"in Aggressive Mode, after a message 1 alone", UP_AT("0") "| I1@5 | AM I1@10 RN:3@10.1 END@60", "up", "refused-msg1", "AM_WAIT_MSG2/-"},
           Row{"ESP goes on both ways, whatever follows", UP_AT("0") ESP_BOTH("1-30") "| I1@10 RN:14@10.1 I1@14 RN:14@14.1 I1@21 RN:14@21.1 END@60", "up", "no-proposal-chosen", "MM_WAIT_MSG2/-"},
           Row{"the old SA is spoken under, whatever follows", UP_AT("0") "I-info@50 R-info@50.1 | I1@10 R2@10.1 I3@10.2 I3@14 I3@21 END@60", "up", "no-reply-msg3", "MM_WAIT_MSG4/MM_WAIT_MSG3"},
           Row{"near miss: asked again", UP_AT("0") ESP_BOTH("1-3") "| I1@10 RN:14@10.1 I1@14 RN:14@14.1 END@60", "stalled", "no-proposal-chosen", "MM_WAIT_MSG2/-"},
           Row{"near miss: gone on with", UP_AT("0") ESP_BOTH("1-3") "| I1@10 R2@10.1 I3@10.2 RN:17@10.3 END@60", "stalled", "refused-msg3", "MM_WAIT_MSG4/MM_WAIT_MSG3"},
           Row{"near miss: tried under new cookies", UP_AT("0") "| I1@10 RN:14@10.1 | I1@20 RN:14@20.1 END@60", "stalled", "no-proposal-chosen", "MM_WAIT_MSG2/-"},
           Row{"near miss: the old SA was deleted", UP_AT("0") "I-info@9 I-info@9.1 | I1@10 RN:14@10.1 END@60", "stalled", "no-proposal-chosen", "MM_WAIT_MSG2/-"},
           Row{"near miss: nobody answered under the old SA", UP_AT("0") "I-info@9 | I1@10 RN:14@10.1 END@60", "stalled", "no-proposal-chosen", "MM_WAIT_MSG2/-"},
           Row{"near miss: nothing was up before", "I1@10 RN:14@10.1 END@60", "stalled", "no-proposal-chosen", "MM_WAIT_MSG2/-"},
       })
    test::check(row);
  const auto judged = test::judge(UP_AT("0") "| I1@10 ICMP:3/3@10.1 END@60");
  REQUIRE(test::find(judged, FindingId::icmp_refused) != nullptr);
  CHECK(test::find(judged, FindingId::icmp_refused)->certainty == diagnose::Certainty::possible);
}

TEST_CASE("up and down again is flapping") {
  test::check({"three times", UP_AT("0") "I-info@20 I-info@20.1 | " UP_AT("30") "I-info@50 I-info@50.1 | " UP_AT("60") "I-info@80 I-info@80.1 | " UP_AT("90"), "flapping", "flapping", "MM_ACTIVE/MM_ACTIVE"});
  test::check({"near miss: twice", UP_AT("0") "I-info@20 I-info@20.1 | " UP_AT("30") "I-info@50 I-info@50.1 | " UP_AT("60"), "up", "", "MM_ACTIVE/MM_ACTIVE"});
}

TEST_CASE("versions that do not match") {
  const auto judged = test::judge("V2>@0 V2<:14@0.1 V2>@4 V2<:14@4.1 END@10");
  CHECK(judged.verdict == diagnose::Verdict::stalled);
  REQUIRE(test::find(judged, FindingId::version_mismatch) != nullptr);
  CHECK(test::find(judged, FindingId::version_mismatch)->certainty == diagnose::Certainty::possible);
}

TEST_CASE("a prober is no tunnel") {
  const auto judged = test::judge("I1@0 R2@0.1 END@60 | port:1024 I1b@1 RN:NO-PROPOSAL-CHOSEN@1.1 | port:1025 AM I1@2 RN:INVALID-KEY-INFORMATION@2.1");
  CHECK(judged.verdict == diagnose::Verdict::probe);
  CHECK(test::find(judged, FindingId::probe) != nullptr);
  auto cut = test::script("AM I1*len:396@0 | AM I1*len:384@3 RN:3@3.1 | AM I1*len:374@5 RN:4@5.1");
  for (auto& attempt : cut.tunnel.attempts) attempt.offer = nullptr;  // behind the snap length
  CHECK(diagnose::diagnose(cut.tunnel, cut.capture).verdict == diagnose::Verdict::probe);
  cut = test::script("AM I1@0 RN:3@0.1 | AM I1@3 RN:3@3.1");
  for (auto& attempt : cut.tunnel.attempts) attempt.offer = nullptr;
  CHECK(diagnose::diagnose(cut.tunnel, cut.capture).verdict == diagnose::Verdict::stalled);
  // A daemon that repeats itself is none.
  CHECK(test::judge("I1@0 I1@4 I1@11 | I1@60 I1@64 I1@71").verdict == diagnose::Verdict::stalled);
}

TEST_CASE("who asks an address of many hosts probes") {
  for (const std::string_view address : {"224.0.0.1", "255.255.255.255", "ff02::1", "203.0.113.255"}) {
    CAPTURE(address);
    auto seen = test::script("I1@0 I1@4 I1@11 END@60");
    seen.tunnel.peers[1] = seen.tunnel.attempts[0].responder.address = *net::parse_address(address);
    const auto judged = diagnose::diagnose(seen.tunnel, seen.capture);
    const bool may_be_a_host = address == "203.0.113.255";
    CHECK(name(judged.verdict) == (may_be_a_host ? "stalled" : "probe"));
    if (may_be_a_host) continue;
    REQUIRE(test::find(judged, FindingId::probe) != nullptr);
    CHECK(test::find(judged, FindingId::probe)->detail == std::string{address} + " is an address of many hosts");
  }
}

TEST_CASE("remarks tell what is worth knowing") {
  struct Remark {
    std::string_view script;
    FindingId id;
    bool there;
  };
  for (const Remark& row : {
           Remark{"I1@0 I1@4 R2@4.1 I3@4.2 R4@4.3 I5@4.4 R6@4.5 IQ1@4.6 RQ2@4.7 IQ3@4.8", FindingId::retries, true},
           Remark{UP_AT("0"), FindingId::retries, false},
           Remark{UP_AT("0") "| " UP_AT("60"), FindingId::rekey, true},
           Remark{UP_AT("0"), FindingId::rekey, false},
           Remark{"I1@0 I1@2 R2@2.1 I3@2.2 R4@2.3 I5@2.4 R6@2.5 IQ1@2.6 RQ2@2.7 IQ3@2.8", FindingId::retries, true},
           Remark{"I1@0 I1@2 | I1@60 R2@60.1 I3@60.2 R4@60.3 I5@60.4 R6@60.5 IQ1@60.6 RQ2@60.7 IQ3@60.8", FindingId::retries, true},
           Remark{UP_AT("0") "ESP>:90@1-99 ESP<:90@1-99 | I1@60 R2@60.1 I3@60.2 I3@64 I3@71 END@100", FindingId::retries, false},  // that one failed
           Remark{UP_AT("0") "IQ1:7@30 RQ2:7@30.1 IQ3:7@30.2", FindingId::rekey, true},
           Remark{UP_AT("0") "IQ1:7@0.9 RQ2:7@1 IQ3:7@1.1", FindingId::rekey, false},  // a second network
           Remark{UP_AT("0") "| swap I1@0.05 R2@0.15 I3@0.25 R4@0.35 I5@0.45 R6@0.55", FindingId::rekey, false},
           Remark{UP_AT("0") "I-info@10 I-info@15 I-info@20 I-info@25 | " UP_AT("30"), FindingId::rekey, false},
           Remark{UP_AT("0") "| swap I1@0.05 R2@0.15 I3@0.25 R4@0.35 I5@0.45 R6@0.55", FindingId::simultaneous, true},
           Remark{UP_AT("0") "| swap I1@60 R2@60.1", FindingId::simultaneous, false},
           Remark{"assumed I3@0 R4@0.1 END@1", FindingId::mid_stream, true},
           Remark{"I1@0 I1*copy@0.001 END@1", FindingId::mirror_copies, true},
           Remark{"I1*cut@0 END@1", FindingId::snaplen_cut, true},
           Remark{"AM psk I1@0 R2@0.1 I3@0.2", FindingId::weak_crypto, true},
       }) {
    CAPTURE(row.script);
    const auto judged = test::judge(row.script);
    const auto all = test::ids(judged);
    CAPTURE(all);
    CHECK((test::find(judged, row.id) != nullptr) == row.there);
    if (row.there) CHECK(test::find(judged, row.id)->severity == diagnose::Severity::remark);
  }
}

TEST_CASE("the same stall in several attempts is one finding with a count") {
  const auto judged = test::judge("I1@0 I1@4 I1@11 | I1@60 I1@64 I1@71 | I1@120 I1@124 I1@131");
  REQUIRE(judged.findings.size() >= 1);
  CHECK(judged.findings.front().id == FindingId::no_reply_msg1);
  CHECK(judged.findings.front().count == 3);
}

TEST_CASE("a peer that fell silent is told once, from its last packet on, ESP included") {
  const auto judged = test::judge(UP_AT("0") "ESP>:20@2-4 ESP<:20@2-4 I-info@10 I-info@15 I-info@20 | I1@30 I1@34 I1@41 END@50");
  const auto* gone = test::find(judged, FindingId::peer_gone);
  REQUIRE(gone != nullptr);
  CHECK(gone->count == 1);
  CHECK(gone->waited < std::chrono::seconds{47});
  CHECK(gone->waited >= std::chrono::seconds{46});
  CHECK(test::find(judged, FindingId::no_reply_msg1) == nullptr);  // the same silence
  CHECK(gone->detail.find("(ESP)") != std::string::npos);
  CHECK(gone->detail.find("3 messages under that SA without an answer") != std::string::npos);
}

TEST_CASE("a peer that still sends ESP is not called gone since its last ESP") {
  const auto judged = test::judge(UP_AT("0") "I-info@10 I-info@15 I-info@20 ESP<:200@30-50 | I1@30 I1@34 I1@41 END@50");
  const auto* gone = test::find(judged, FindingId::peer_gone);
  REQUIRE(gone != nullptr);
  CHECK(gone->waited > std::chrono::seconds{40});
  CHECK(gone->detail.find("still sends ESP") != std::string::npos);
}

TEST_CASE("ESP in one direction is told apart from ESP that stopped in one") {
  const auto never = test::judge(UP_AT("0") "ESP>:40@2-6");
  REQUIRE(test::find(never, FindingId::esp_one_way) != nullptr);
  CHECK(test::find(never, FindingId::esp_one_way)->detail.empty());
  const auto stopped = test::judge(UP_AT("0") "ESP<:10@1-2 ESP>:40@3-7");
  REQUIRE(test::find(stopped, FindingId::esp_one_way) != nullptr);
  CHECK(test::find(stopped, FindingId::esp_one_way)->detail.starts_with("ESP went both ways until packet "));
}

TEST_CASE("ESP one way under many SPIs, or under one from before the Quick Mode, is not the tunnel's") {
  const auto warned = [](std::string_view script) { return test::find(test::judge(script), FindingId::esp_one_way) != nullptr; };
#define MANY_SPIS "ESP>:1@4 ESP>:1@4.3 ESP>:1@4.6 ESP>:1@4.9 ESP>:1@5.3 ESP>:1@5.6 ESP>:1@5.9 ESP>:1@6 ESP>:1@6.1 ESP>:1@6.3 ESP>:1@6.4 "
  CHECK_FALSE(warned(UP_AT("0") MANY_SPIS));
  CHECK_FALSE(warned(UP_AT("0") "ESP<:20@1-3 ESP>:20@1-3.1 " MANY_SPIS));
  CHECK_FALSE(warned(UP_AT("0") "ESP>:5@4-5 ESP>:5@5-6 ESP>:5@6-7 ESP>:5@7-8"));
  CHECK_FALSE(warned("ESP>:60@0-9 " UP_AT("4")));
  CHECK(warned(UP_AT("0") "ESP>:20@4-7 " MANY_SPIS));
  CHECK(warned(UP_AT("0") "IQ1:7@1 RQ2:7@1.1 IQ3:7@1.2 ESP>:6@4-6 ESP>:6@5-7"));  // two networks
  // Both ways till the third second, as the tracker counts the stretch.
  const auto since_third = [](std::string_view text) {
    auto seen = test::script(text);
    seen.tunnel.esp_run = track::EspRun{seen.tunnel.peers[0], 60, 30, 90, 0, test::script_time(3), test::script_time(9)};
    return test::find(diagnose::diagnose(seen.tunnel, seen.capture), FindingId::esp_one_way) != nullptr;
  };
  CHECK(since_third(UP_AT("0") "ESP<:20@1-2.9 ESP>:90@1-9"));
  CHECK_FALSE(since_third(UP_AT("0") "ESP<:20@1-2.9 ESP>:20@1-3.1 " MANY_SPIS "ESP>:1@9"));
}

TEST_CASE("an ICMP error leaves no riddle of a missing reply") {
  const auto judged = test::judge("I1@0 ICMP:3/3@0.01 I1@4 ICMP:3/3@4.01 I1@11 ICMP:3/3@11.01 END@30");
  CHECK(test::find(judged, FindingId::icmp_refused) != nullptr);
  CHECK(test::find(judged, FindingId::no_reply_msg1) == nullptr);
}

TEST_CASE("a stall that a later attempt got over is a remark") {
  const auto judged = test::judge("I1@0 I1@4 I1@11 | " UP_AT("60"));
  CHECK(judged.verdict == diagnose::Verdict::up);
  REQUIRE(test::find(judged, FindingId::no_reply_msg1) != nullptr);
  CHECK(test::find(judged, FindingId::no_reply_msg1)->severity == diagnose::Severity::remark);
}

TEST_CASE("nothing at all is judged without a crash") {
  const track::Tunnel empty;
  CHECK(diagnose::diagnose(empty, {}).verdict == diagnose::Verdict::pending);
}
