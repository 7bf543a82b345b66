// Every finding in each mode it applies to, and beside it what only looks alike.
#include "judged.hpp"

using namespace ike;
using diagnose::Certainty;
using diagnose::FindingId;
using test::Row;

namespace {
#define MAIN "I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 "
#define AGGRESSIVE "AM I1@0 R2@0.1 I3@0.2 "
#define QUICK "IQ1@0.6 RQ2@0.7 IQ3@0.8 "
#define AGGRESSIVE_AT(t) "AM I1@" t ".0 R2@" t ".1 I3@" t ".2 IQ1@" t ".6 RQ2@" t ".7 IQ3@" t ".8 "
#define MAIN_AT(t) "I1@" t ".0 R2@" t ".1 I3@" t ".2 R4@" t ".3 I5@" t ".4 R6@" t ".5 IQ1@" t ".6 RQ2@" t ".7 IQ3@" t ".8 "
}  // namespace

TEST_CASE("refusals of message 1, and notifies that refuse nothing") {
  for (const Row& row : {
           Row{"another notify in Aggressive Mode", "AM I1@0 RN:3@0.1", "stalled", "refused-msg1", "AM_WAIT_MSG2/-"},
           Row{"near miss: forged, and message 2 comes", "I1@0 RN:3@0.05 R2@0.1 I3@0.2 R4@0.3 END@1", "pending", "", "MM_WAIT_MSG4/MM_WAIT_MSG5"},
           Row{"near miss of identity-unknown: Main Mode names no identity in clear", "I1@0 RN:AUTHENTICATION-FAILED@0.1", "stalled", "refused-msg1", "MM_WAIT_MSG2/-"},
           Row{"near miss of identity-unknown: message 2 comes all the same", "AM I1@0 RN:INVALID-ID-INFORMATION@0.05 R2@0.1 I3@0.2 " QUICK, "up", "", "AM_ACTIVE/AM_ACTIVE"},
           Row{"version refused in Aggressive Mode", "AM I1@0 RN:INVALID-MAJOR-VERSION@0.1", "stalled", "version-mismatch", "AM_WAIT_MSG2/-"},
           Row{"near miss of version-mismatch: IKEv2 refused, IKEv1 agreed", "V2>@0 V2<:14@0.1 I1@1 R2@1.1 I3@1.2 R4@1.3 I5@1.4 R6@1.5 IQ1@1.6 RQ2@1.7 IQ3@1.8", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss of version-mismatch: an IKEv2 request alone", "V2>@0 END@5", "pending", "", "-/-"},
       })
    test::check(row);
}

TEST_CASE("refusals after message 1") {
  for (const Row& row : {
           Row{"invalid-cookie after Aggressive Mode", AGGRESSIVE QUICK "I-info@60 RN:INVALID-COOKIE@60.1 END@61", "stalled", "invalid-cookie", "AM_ACTIVE/AM_ACTIVE"},
           Row{"near miss: the notify answers an acknowledgement", MAIN QUICK "I-info@60 R-info@60.01 IN:INVALID-COOKIE@60.02 END@61", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss: who was refused begins new ESP", MAIN "IQ1@0.6 RQ2@0.7 IN:INVALID-COOKIE@0.75 IQ3@0.8 ESP<:20@1-3 ESP>:20@1-3", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"auth-rejected in Aggressive Mode", "AM cert I1@0 R2@0.1 I-info@0.2", "stalled", "auth-rejected", "AM_WAIT_MSG2/AM_WAIT_MSG3"},
           Row{"near miss of auth-rejected: a status notify in clear", "AM cert I1@0 R2@0.1 IN:INITIAL-CONTACT@0.2 END@0.3", "pending", "", "AM_WAIT_MSG2/AM_WAIT_MSG3"},
           Row{"missing-sa: a Quick Mode refused", "assumed IQ1*len:188@0 RN:PAYLOAD-MALFORMED@0.1 END@1", "stalled", "missing-sa", "MM_ACTIVE/-"},
           Row{"near miss of missing-sa: the refuser goes on under the keys", "assumed IQ1*len:188@0 RN:PAYLOAD-MALFORMED@0.1 RQ2@0.3 IQ3@0.4", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss of missing-sa: not refused", "assumed IQ1*len:188@0 END@1", "pending", "", "MM_ACTIVE/-"},
       })
    test::check(row);
}

TEST_CASE("after phase 1") {
  for (const Row& row : {
           Row{"mode config in Aggressive Mode", "xauth " AGGRESSIVE "IT1:3@0.8 R-info@0.9 END@20", "stalled", "modecfg-failed", "AM_ACTIVE/AM_ACTIVE"},
           Row{"near miss: mode config answered, Quick Mode follows", AGGRESSIVE "IT1:3@0.8 RT2:3@0.9 IQ1@1 RQ2@1.1 IQ3@1.2", "up", "", "AM_ACTIVE/AM_ACTIVE"},
           Row{"near miss: mode config is young", AGGRESSIVE "IT1:3@0.8 END@1", "phase1-up", "", "AM_ACTIVE/AM_ACTIVE"},
           Row{"Quick Mode refused, message 6 passed unseen", "I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 IQ1@0.6 R-info@0.7 END@2", "stalled", "phase2-rejected", "MM_ACTIVE/MM_WAIT_MSG5"},
           Row{"Quick Mode refused, and tried anew a moment ago", MAIN "IQ1:1@0.6 R-info@0.7 IQ1:2@10 END@10.1", "stalled", "phase2-rejected", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss: tried anew, and agreed", MAIN "IQ1:1@0.6 R-info@0.7 IQ1:2@10 RQ2:2@10.1 IQ3:2@10.2", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss: the responder still waits for message 3 of Aggressive Mode", "AM I1@0 R2@0.1 IQ1@0.6 R-info@0.7 END@0.8", "pending", "", "AM_ACTIVE/AM_WAIT_MSG3"},
           Row{"half open after Aggressive Mode", AGGRESSIVE "IQ1@0.6 RQ2@0.7 RQ2@4.7 RQ2@11.7 END@30", "stalled", "phase2-half-open", "AM_ACTIVE/AM_ACTIVE"},
           Row{"message 2 shown first: half open, not unanswered", "assumed RQ1*len:188@0 IQ2*len:60@0.1 RQ1*len:188@4 IQ2*len:60@4.1 RQ1*len:188@11 END@30", "stalled", "phase2-half-open", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss of no-reply-msg1: one message 1 that nobody sends again, beside a tunnel that is up", MAIN QUICK "| I1@30 END@90", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss of reply-lost: Quick Mode from its third message on, message 2 come again", "IQ1*len:76@5 RQ2*len:188@15 IQ1*len:76@17 END@40", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss: Quick Mode shown in another order", MAIN "RQ2*len:188@0.6 IQ1*len:188@0.61 IQ3*len:60@0.8 END@30", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"Quick Mode lost its answer in Aggressive Mode", AGGRESSIVE "IQ1@0.6 RQ2@0.7 IQ1@4.6 RQ2@4.7 IQ1@11.6 RQ2@11.7", "stalled", "reply-lost", "AM_ACTIVE/AM_ACTIVE"},
           Row{"near miss of peer-gone: who repeats Quick Mode message 2 waits for message 3", MAIN "IQ1@0.6 RQ2@0.7 IQ3@0.8 IQ1:2@20 RQ2:2@20.1 RQ2:2@24 RQ2:2@31 END@40", "up", "phase2-half-open", "MM_ACTIVE/MM_ACTIVE"},
           Row{"ESP one way after Aggressive Mode", AGGRESSIVE QUICK "ESP>:20@2-6", "up", "esp-one-way", "AM_ACTIVE/AM_ACTIVE"},
           Row{"flapping in Aggressive Mode", AGGRESSIVE_AT("0") "I-info@20 I-info@20.1 | " AGGRESSIVE_AT("30") "I-info@50 I-info@50.1 | " AGGRESSIVE_AT("60") "I-info@80 I-info@80.1 | " AGGRESSIVE_AT("90"), "flapping", "flapping", "AM_ACTIVE/AM_ACTIVE"},
           Row{"near miss of flapping: each lived long", MAIN_AT("0") "I-info@2000 I-info@2000.1 | " MAIN_AT("2001") "I-info@4000 I-info@4000.1 | " MAIN_AT("4001") "I-info@6000 I-info@6000.1 | " MAIN_AT("6001"), "up", "", "MM_ACTIVE/MM_ACTIVE"},
       })
    test::check(row);
}

TEST_CASE("ESP both ways that begins with an attempt shows that it came up, whatever passed unseen") {
  for (const Row& row : {
           Row{"message 4 and later unseen", "I1@0 R2@0.1 I3@0.2 ESP>:20@1-3 ESP<:20@1-3 END@60", "up", "", "MM_WAIT_MSG4/MM_WAIT_MSG3"},
           Row{"Aggressive Mode, message 3 unseen", "AM I1@0 R2@0.1 R2@4 R2@11 ESP>:20@12-14 ESP<:20@12-14 END@60", "up", "", "AM_WAIT_MSG2/AM_WAIT_MSG3"},
           Row{"near miss: one way only", "I1@0 R2@0.1 I3@0.2 ESP>:20@1-3 END@60", "stalled", "no-reply-msg3", "MM_WAIT_MSG4/MM_WAIT_MSG3"},
           Row{"near miss: it began before, the renewal fails", MAIN QUICK "ESP>:90@1-99 ESP<:90@1-99 | I1@30 R2@30.1 I3@30.2 I3@34.2 I3@41 END@100", "up", "no-reply-msg3", "MM_WAIT_MSG4/MM_WAIT_MSG3"},
       })
    test::check(row);
}

TEST_CASE("remarks, and what only looks alike") {
  struct Remark {
    std::string_view script;
    FindingId id;
    bool there;
  };
  for (const Remark& row : {
           Remark{"R2@0 R4@0.2 END@1", FindingId::one_sided, true},
           Remark{"I1@0 I3@0.2 I5@0.4 END@1", FindingId::one_sided, true},
           Remark{"I1@0 I3@0.2 I5@0.4 | I1@60 I1@64 END@70", FindingId::one_sided, true},  // the answers go elsewhere
           Remark{"I1@0 I1@4 END@10", FindingId::one_sided, false},                       // perhaps there are none
           Remark{"I1@0 R2@0.1 END@1", FindingId::one_sided, false},
           Remark{"assumed I3@0 R4@0.1 END@1", FindingId::mid_stream, true},
           Remark{"I1@0 R2@0.1 END@1", FindingId::mid_stream, false},
           Remark{"assumed RN:INVALID-COOKIE@0 I1@0.01 R2@0.1 END@1", FindingId::mid_stream, false},  // message 1 only came late
           Remark{"I1@0 I1@4 END@5", FindingId::mirror_copies, false},
           Remark{"I1@0 R2@0.1 END@1", FindingId::mirror_copies, false},
           Remark{"I1@0 END@1", FindingId::snaplen_cut, false},
           Remark{"I1@0 I1*partial@4 END@5", FindingId::snaplen_cut, false},
           Remark{"I1@0 R2@0.1 I3@0.2", FindingId::weak_crypto, false},
           Remark{"AM cert I1@0 R2@0.1 I3@0.2", FindingId::weak_crypto, false},
           Remark{MAIN QUICK "RN:INVALID-SPI@9 RN:INVALID-SPI*resend@10", FindingId::retries, false},  // no message of an exchange
           Remark{MAIN QUICK "| swap I1@20.0 R2@20.1", FindingId::simultaneous, false},
           Remark{"assumed R2@0 END@60 | port:1024 assumed R2@61 END@120", FindingId::probe, false},  // answers, asked unseen
           Remark{"I1@0 I1@4 | port:1024 I1@60 I1@64", FindingId::probe, false},  // a daemon repeats itself
       }) {
    CAPTURE(row.script);
    const auto judged = test::judge(row.script);
    const auto all = test::ids(judged);
    CAPTURE(all);
    CHECK((test::find(judged, row.id) != nullptr) == row.there);
  }
}

TEST_CASE("kernel drops are said, and nothing is when there were none") {
  auto seen = test::script("I1@0 I1@4 I1@11");
  CHECK(test::find(diagnose::diagnose(seen.tunnel, seen.capture), FindingId::kernel_drops) == nullptr);
  seen.capture.kernel_drops = 3;
  const auto judged = diagnose::diagnose(seen.tunnel, seen.capture);
  REQUIRE(test::find(judged, FindingId::kernel_drops) != nullptr);
  CHECK(judged.findings.front().certainty == Certainty::possible);
}

TEST_CASE("a poor view lowers the certainty of what is told by silence, not of what was said") {
  struct View {
    std::string_view script;
    Certainty certainty;
  };
  for (const View& row : {
           View{"I1@0 R2@0.1 I3@0.2 I3@4 I3@11", Certainty::likely},
           View{"I1@0 I3@0.2 I3@4 I3@11", Certainty::possible},                             // one-sided
           View{"assumed R2@0.1 I3@0.2 I3@4 I3@11", Certainty::possible},                   // begun inside
           View{"I1@0 R2@0.1 I3@0.2 I3*copy@0.21 I3@4 I3@11", Certainty::possible},         // a mirror
           View{"I1@0 I3@0.2 R4@0.3 I5@0.4 I5@4.4 I5@11.4", Certainty::possible},          // message 2 was missed
           View{"I1@0 R2@0.1 R4@0.3 I5@0.4 R6@0.5 IQ1@0.6 R-info@0.7 END@20", Certainty::possible},  // so the Informational may answer something else
           View{"I1@0 R2*cut@0.1 I3@0.2 I3@4 I3@11", Certainty::likely},                    // headers are enough for that
           View{"I1@0 I1*copy@0.01 RN:NO-PROPOSAL-CHOSEN@0.1", Certainty::likely},
       }) {
    CAPTURE(row.script);
    const auto judged = test::judge(row.script);
    REQUIRE_FALSE(judged.findings.empty());
    CHECK(judged.findings.front().certainty == row.certainty);
  }
}

TEST_CASE("what the capture does not show is not told with certainty") {
  struct View {
    std::string_view script;
    FindingId id;
    std::string_view certainty;  // "" where it is not told
  };
  for (const View& row : {
           View{"cert I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 I-info@0.6 END@2", FindingId::auth_rejected, "likely"},
           View{"assumed I5@0.4 R6@0.5 I-info@0.6 END@2", FindingId::auth_rejected, "possible"},  // perhaps a pre-shared key
           View{"xauth I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 RT1@0.6 IT2@0.7 R-info@0.8 END@2", FindingId::xauth_failed, "likely"},
           View{"assumed RT1@0.6 IT2@0.7 R-info@0.8 END@2", FindingId::xauth_failed, "possible"},
           View{"I1@0 I3@0.2 RN:17@0.3 END@2", FindingId::refused_msg1, ""},  // message 2 passed unseen
           View{"I1@0 I3@0.2 RN:17@0.3 END@2", FindingId::refused_msg3, "likely"},
           View{"cert I1@0 R2@0.1 I3@0.2 R4@0.3 I5*partial@0.4 R-info@0.5 I5*partial@4.4 R-info@4.5 I5*partial@11 R-info@11.1 END@60", FindingId::fragment_loss, ""},  // it arrived: refused
           View{"cert I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 I5@4.4 I5*partial@11.4 END@60", FindingId::fragment_loss, ""},  // it fails whole, too
           View{"I1@0 R2@0.1 I3@0.2 I3@4 END@60", FindingId::no_reply_msg3, "likely"},
           View{"I1@0 R2@0.1 I3@0.2 END@60", FindingId::no_reply_msg3, "possible"},  // not asked again: perhaps answered
           View{MAIN "IQ1@0.6 IQ1@4 END@60", FindingId::phase2_no_reply, "likely"},
           View{MAIN "IQ1@0.6 END@60", FindingId::phase2_no_reply, "possible"},
           View{"V2>@0 V2<:5@0.1 END@10", FindingId::version_mismatch, "likely"},
           View{"V2<:5@0.1 END@10", FindingId::version_mismatch, "possible"},  // nothing asked
       }) {
    CAPTURE(row.script);
    const auto judged = test::judge(row.script);
    const auto all = test::ids(judged);
    CAPTURE(all);
    const auto* found = test::find(judged, row.id);
    CHECK((found == nullptr ? "" : name(found->certainty)) == row.certainty);
  }
}

TEST_CASE("a clock that was set back lowers the certainty of what is told by silence") {
  auto seen = test::script("I1@0 R2@0.1 I3@0.2 I3@4 I3@11 END@60");
  CHECK(diagnose::diagnose(seen.tunnel, seen.capture).findings.front().certainty == Certainty::likely);
  seen.tunnel.events[2].packet = 9;  // it came last, and is dated before
  seen.tunnel.events[3].packet = 3;
  CHECK(diagnose::diagnose(seen.tunnel, seen.capture).findings.front().certainty == Certainty::possible);
}

TEST_CASE("sizes of encrypted messages are evidence") {
  struct Size {
    std::string_view script;
    std::string_view detail;  // its beginning
  };
  for (const Size& row : {
           Size{"psk I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R-info:76@0.5", "The Informational is an error notify by its size: 76 octets"},
           Size{"psk I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R-info:92@0.5", ""},  // long enough for a Delete
           Size{"psk I1@0 R2@0.1 I3@0.2 R4@0.3 I5*len:109@0.4 R-info:92@0.5", "Message 5 was damaged or is of another cipher"},
           Size{"psk I1@0 R2@0.1 I3@0.2 R4@0.3 I5*len:109*cut@0.4 R-info:92@0.5", ""},
       }) {
    CAPTURE(row.script);
    const auto judged = test::judge(row.script);
    REQUIRE(test::find(judged, FindingId::psk_mismatch) != nullptr);
    const auto& detail = test::find(judged, FindingId::psk_mismatch)->detail;
    CAPTURE(detail);
    CHECK(detail.starts_with(row.detail));
    CHECK(detail.empty() == row.detail.empty());
  }
}

TEST_CASE("a rekey is told with its time and the lifetime agreed") {
  const auto phase1 = test::judge(MAIN_AT("0") "| " MAIN_AT("60"));
  REQUIRE(test::find(phase1, FindingId::rekey) != nullptr);
  CHECK(test::find(phase1, FindingId::rekey)->detail == "phase 1 renewed after 60 s, agreed lifetime 86400 s");
  const auto phase2 = test::judge(MAIN_AT("0") "IQ1:7@30.6 RQ2:7@30.7 IQ3:7@30.8");
  REQUIRE(test::find(phase2, FindingId::rekey) != nullptr);
  CHECK(test::find(phase2, FindingId::rekey)->detail == "phase 2 renewed after 30 s");
}
