#include "judged.hpp"

using namespace ike;
using test::Row;

TEST_CASE("nothing answers message 1") {
  for (const Row& row : {
           Row{"three times, whatever follows", "I1@0 I1@4 I1@11", "stalled", "no-reply-msg1", "MM_WAIT_MSG2/-"},
           Row{"twice, and silence as long as the first gap", "I1@0 I1@4 END@8", "stalled", "no-reply-msg1", "MM_WAIT_MSG2/-"},
           Row{"once, and silence beyond patience", "I1@0 END@10", "stalled", "no-reply-msg1", "MM_WAIT_MSG2/-"},
           Row{"Aggressive Mode", "AM I1@0 I1@4 I1@11", "stalled", "no-reply-msg1", "AM_WAIT_MSG2/-"},
           Row{"given up, tried anew, given up", "I1@0 I1@4 I1@11 | I1@60 I1@64 I1@71", "stalled", "no-reply-msg1", "MM_WAIT_MSG2/-"},
           Row{"near miss: young", "I1@0 END@2", "pending", "", "MM_WAIT_MSG2/-"},
           Row{"young, but silent for a while: pending with a warning", "I1@0 END@9", "pending", "no-reply-msg1", "MM_WAIT_MSG2/-"},
           Row{"near miss: twice, but the gap has not passed again", "I1@0 I1@8 END@15", "pending", "no-reply-msg1", "MM_WAIT_MSG2/-"},
           Row{"near miss: a mirror shows it three times", "I1@0 I1*copy@0.001 I1*copy@0.002 END@2", "pending", "", "MM_WAIT_MSG2/-"},
           Row{"near miss: answered at last", "I1@0 I1@4 I1@11 R2@11.1 I3@11.2 R4@11.3 I5@11.4 R6@11.5 IQ1@11.6 RQ2@11.7 IQ3@11.8", "up", "", "MM_ACTIVE/MM_ACTIVE"},
       })
    test::check(row);
}

TEST_CASE("the answer passes and is not acted on") {
  for (const Row& row : {
           Row{"message 2", "I1@0 R2@0.1 I1@4 R2@4.1 I1@11 R2@11.1", "stalled", "reply-lost", "MM_WAIT_MSG2/MM_WAIT_MSG3"},
           Row{"message 4", "I1@0 R2@0.1 I3@0.2 R4@0.3 I3@4 R4@4.1 I3@11 R4@11.1", "stalled", "reply-lost", "MM_WAIT_MSG4/MM_WAIT_MSG5"},
           Row{"message 6", "I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 I5@4.4 R6@4.5 I5@11.4 R6@11.5", "stalled", "reply-lost", "MM_WAIT_MSG6/MM_ACTIVE"},
           Row{"Aggressive Mode message 2", "AM I1@0 R2@0.1 I1@4 R2@4.1 I1@11 R2@11.1", "stalled", "reply-lost", "AM_WAIT_MSG2/AM_WAIT_MSG3"},
           Row{"Quick Mode message 2", "I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 IQ1@0.6 RQ2@0.7 IQ1@4.6 RQ2@4.7 IQ1@11.6 RQ2@11.7", "stalled", "reply-lost", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss: the resend crossed the answer", "I1@0 I1@0.5 R2@0.4 I3@0.6 R4@0.7 END@1", "pending", "", "MM_WAIT_MSG4/MM_WAIT_MSG5"},
           Row{"near miss: lost once, then through", "I1@0 R2@0.1 I1@4 R2@4.1 I3@4.2 R4@4.3 I5@4.4 R6@4.5 IQ1@4.6 RQ2@4.7 IQ3@4.8", "up", "", "MM_ACTIVE/MM_ACTIVE"},
       })
    test::check(row);
}

TEST_CASE("message 2 was sent and message 3 does not come") {
  for (const Row& row : {
           Row{"silence", "I1@0 R2@0.1 END@10.1", "stalled", "no-msg3", "MM_WAIT_MSG2/MM_WAIT_MSG3"},
           Row{"the responder repeats message 2", "I1@0 R2@0.1 R2@5.1 R2@10.1 END@11", "stalled", "no-msg3", "MM_WAIT_MSG2/MM_WAIT_MSG3"},
           Row{"Aggressive Mode: the initiator goes on, the responder repeats message 2", "AM I1@0 R2@0.1 I3@0.2 IQ1@0.3 R2@4 IQ1@4.3 R2@11 IQ1@11.3", "stalled", "no-msg3", "AM_ACTIVE/AM_WAIT_MSG3"},
           Row{"Aggressive Mode: message 3 is lost before the observer", "AM I1@0 R2@0.1 IQ1@0.3 R2@4 IQ1@4.3 R2@11 IQ1@11.3", "stalled", "no-msg3", "AM_ACTIVE/AM_WAIT_MSG3"},
           Row{"near miss: young", "I1@0 R2@0.1 END@2", "pending", "", "MM_WAIT_MSG2/MM_WAIT_MSG3"},
           Row{"near miss: a late copy of message 2", "AM I1@0 R2@0.1 I3@0.2 R2*copy@0.21 IQ1@0.3 RQ2@0.4 IQ3@0.5", "up", "", "AM_ACTIVE/AM_ACTIVE"},
       })
    test::check(row);
}

TEST_CASE("nothing answers message 3") {
  for (const Row& row : {
           Row{"resent", "I1@0 R2@0.1 I3@0.2 I3@4.2 I3@11.4", "stalled", "no-reply-msg3", "MM_WAIT_MSG4/MM_WAIT_MSG3"},
           Row{"two attempts alike", "I1@0 R2@0.1 I3@0.2 I3@4.2 I3@11.4 | I1@64 R2@64.1 I3@64.2 I3@64.7 I3@65.2", "stalled", "no-reply-msg3", "MM_WAIT_MSG4/MM_WAIT_MSG3"},
           Row{"a new attempt that is young and no further does not make it well", "I1@0 R2@0.1 I3@0.2 I3@4.2 I3@11.4 | I1@64 R2@64.1 END@64.2", "stalled", "no-reply-msg3", "MM_WAIT_MSG2/MM_WAIT_MSG3"},
           Row{"near miss: young", "I1@0 R2@0.1 I3@0.2 END@2", "pending", "", "MM_WAIT_MSG4/MM_WAIT_MSG3"},
           Row{"near miss: the second attempt came up", "I1@0 R2@0.1 I3@0.2 I3@4.2 I3@11.4 | I1@64 R2@64.1 I3@64.2 R4@64.3 I5@64.4 R6@64.5 IQ1@64.6 RQ2@64.7 IQ3@64.8", "up", "", "MM_ACTIVE/MM_ACTIVE"},
       })
    test::check(row);
}

TEST_CASE("message 4 was sent and message 5 does not come") {
  for (const Row& row : {
           Row{"the responder repeats message 4", "I1@0 R2@0.1 I3@0.2 R4@0.3 R4@0.8 R4@1.8 END@2", "stalled", "no-msg5", "MM_WAIT_MSG4/MM_WAIT_MSG5"},
           Row{"silence", "I1@0 R2@0.1 I3@0.2 R4@0.3 END@10.3", "stalled", "no-msg5", "MM_WAIT_MSG4/MM_WAIT_MSG5"},
           Row{"near miss: young", "I1@0 R2@0.1 I3@0.2 R4@0.3 END@2", "pending", "", "MM_WAIT_MSG4/MM_WAIT_MSG5"},
           Row{"near miss: message 4 again, then message 5", "I1@0 R2@0.1 I3@0.2 R4@0.3 R4@0.8 R4@1.8 I5@1.9 R6@2 IQ1@2.1 RQ2@2.2 IQ3@2.3", "up", "", "MM_ACTIVE/MM_ACTIVE"},
       })
    test::check(row);
}

TEST_CASE("nothing answers message 5") {
  for (const Row& row : {
           Row{"resent", "I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 I5@4.4 I5@11.4", "stalled", "no-reply-msg5", "MM_WAIT_MSG6/MM_WAIT_MSG5"},
           Row{"with certificates", "cert I1@0 R2@0.1 I3@0.2 R4@0.3 I5*len:1300@0.4 I5*len:1300@4.4 I5*len:1300@11.4", "stalled", "no-reply-msg5", "MM_WAIT_MSG6/MM_WAIT_MSG5"},
           Row{"near miss: young", "I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 END@2", "pending", "", "MM_WAIT_MSG6/MM_WAIT_MSG5"},
           Row{"near miss: answered to the third", "I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 I5@4.4 I5@11.4 R6@11.5 IQ1@11.6 RQ2@11.7 IQ3@11.8", "up", "", "MM_ACTIVE/MM_ACTIVE"},
       })
    test::check(row);
}

TEST_CASE("UDP 4500 is blocked where message 5 floats") {
  for (const Row& row : {
           Row{"message 5 on 4500 is not answered", "natI I1@0 R2@0.1 I3@0.2 R4@0.3 I5*4500@0.4 I5*4500@4.4 I5*4500@11.4", "stalled", "nat-t-blocked", "MM_WAIT_MSG6/MM_WAIT_MSG5"},
           Row{"message 6 on 4500 does not get back", "natI I1@0 R2@0.1 I3@0.2 R4@0.3 I5*4500@0.4 R6*4500@0.5 I5*4500@4.4 R6*4500@4.5 I5*4500@11.4 R6*4500@11.5", "stalled", "nat-t-blocked", "MM_WAIT_MSG6/MM_ACTIVE"},
           Row{"a NAT was found and message 5 never passes", "natI I1@0 R2@0.1 I3@0.2 R4@0.3 R4@0.8 R4@1.8 R4@3.8", "stalled", "nat-t-blocked", "MM_WAIT_MSG4/MM_WAIT_MSG5"},
           Row{"near miss: no NAT, no float", "nonat I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 I5@4.4 I5@11.4", "stalled", "no-reply-msg5", "MM_WAIT_MSG6/MM_WAIT_MSG5"},
           Row{"near miss: everything on 4500 from the start", "I1*4500@0 R2*4500@0.1 I3*4500@0.2 R4*4500@0.3 I5*4500@0.4 I5*4500@4.4 I5*4500@11.4", "stalled", "no-reply-msg5", "MM_WAIT_MSG6/MM_WAIT_MSG5"},
           Row{"message 5 on 4500 is not answered, after the tunnel had been up", "natI I1@0 R2@0.1 I3@0.2 R4@0.3 I5*4500@0.4 R6*4500@0.5 IQ1*4500@0.6 RQ2*4500@0.7 IQ3*4500@0.8 | natI I1@60 R2@60.1 I3@60.2 R4@60.3 I5*4500@60.4 R4@60.8 I5*4500@64.4 R4@66 I5*4500@71.4 END@90", "stalled", "nat-t-blocked", "MM_WAIT_MSG6/MM_WAIT_MSG5"},
           Row{"near miss: refused on 4500", "natI psk I1@0 R2@0.1 I3@0.2 R4@0.3 I5*4500@0.4 R-info*4500@0.5 I5*4500@4.4 R-info*4500@4.5", "stalled", "psk-mismatch", "MM_WAIT_MSG6/MM_WAIT_MSG5"},
           Row{"near miss: up over 4500", "natI I1@0 R2@0.1 I3@0.2 R4@0.3 I5*4500@0.4 R6*4500@0.5 IQ1*4500@0.6 RQ2*4500@0.7 IQ3*4500@0.8", "up", "", "MM_ACTIVE/MM_ACTIVE"},
       })
    test::check(row);
}

TEST_CASE("fragments do not all get through") {
  for (const Row& row : {
           Row{"fragmented message 5 is not answered", "cert I1@0 R2@0.1 I3@0.2 R4@0.3 I5*frag@0.4 I5*frag@4.4 I5*frag@11.4", "stalled", "fragment-loss", "MM_WAIT_MSG6/MM_WAIT_MSG5"},
           Row{"only first fragments pass", "cert I1@0 R2@0.1 I3@0.2 R4@0.3 I5*partial@0.4 I5*partial@4.4 I5*partial@11.4", "stalled", "fragment-loss", "MM_WAIT_MSG6/MM_WAIT_MSG5"},
           Row{"fragmented message 6 does not get back", "cert I1@0 R2@0.1 I3@0.2 R4@0.3 I5*frag@0.4 R6*frag@0.5 I5*frag@4.4 R6*frag@4.5 I5*frag@11.4 R6*frag@11.5", "stalled", "fragment-loss", "MM_WAIT_MSG6/MM_ACTIVE"},
           Row{"reassembly time exceeded", "cert I1@0 R2@0.1 I3@0.2 R4@0.3 I5*partial@0.4 ICMP:11/1@30.4 END@31", "stalled", "fragment-loss", "MM_WAIT_MSG6/MM_WAIT_MSG5"},
           Row{"Aggressive Mode message 1 in fragments", "AM cert I1*frag@0 I1*frag@4 I1*frag@11", "stalled", "fragment-loss", "AM_WAIT_MSG2/-"},
           Row{"near miss: fragmented and answered", "cert I1@0 R2@0.1 I3@0.2 R4@0.3 I5*frag@0.4 R6*frag@0.5 IQ1@0.6 RQ2@0.7 IQ3@0.8", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss: message 6 passed unseen, the initiator goes on", "cert I1@0 R2@0.1 I3@0.2 R4@0.3 I5*frag@0.4 IQ1@0.6 RQ2@0.7 IQ3@0.8 END@30", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss: fragmented and refused", "cert I1@0 R2@0.1 I3@0.2 R4@0.3 I5*frag@0.4 R-info@0.5 I5*frag@4.4 R-info@4.5", "stalled", "auth-rejected", "MM_WAIT_MSG6/MM_WAIT_MSG5"},
       })
    test::check(row);
}

TEST_CASE("fragments of which too little was captured to know their message may be the awaited one") {
  struct Unread {
    std::string_view script;
    std::size_t from;  // events that become such fragments
    std::string_view verdict;
  };
  for (const Unread& row : {
           Unread{"I1@0 R2@0.1 I3@0.2 R4@0.3 I5*cut@0.4 I5*cut@4.4 END@60", 4, "pending"},
           Unread{"I1@0 R2@0.1 I3*cut@0.2 I3*cut@4.2 END@60", 2, "pending"},
           Unread{"I1@0 R2@0.1 I3@0.2 R4*cut@0.3 R4*cut@4.3 END@60", 3, "pending"},
           Unread{"natI I1@0 R2@0.1 I3@0.2 R4@0.3 R4@0.8 R4@1.8 I5*cut*4500@2 END@60", 6, "pending"},
           Unread{"I1@0 R2@0.1 I3@0.2 R4@0.3 R4@4.3 R4@11.3 END@60", 6, "stalled"},
       }) {
    CAPTURE(row.script);
    auto seen = test::script(row.script);
    for (std::size_t i = row.from; i < seen.tunnel.events.size(); ++i) {
      seen.tunnel.events[i].number = 0;
      seen.tunnel.events[i].payloads = {1, {isakmp::PayloadType::fragment}};
    }
    CHECK(name(diagnose::diagnose(seen.tunnel, seen.capture).verdict) == row.verdict);
  }
}

TEST_CASE("a message 1 that came once is less than one that was repeated, and a header alone asks for nothing") {
  const auto certainty = [](std::string_view script) {
    const auto judged = test::judge(script);
    const auto* found = test::find(judged, diagnose::FindingId::no_reply_msg1);
    return found == nullptr ? "" : name(found->certainty);
  };
  CHECK(certainty("I1@0 I1@4 END@60") == "likely");
  CHECK(certainty("I1@0 END@60") == "possible");
  CHECK(certainty("I1*malformed@0 I1*malformed@4 END@60") == "possible");
  CHECK(certainty("I1*len:28@0 I1*len:28@4 I1*len:28@11 END@60") == "");
}
