#include "judged.hpp"

using namespace ike;
using test::Row;

namespace {
// Main Mode complete within half a second, for rows that begin there.
#define UP "I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 "
#define AM_UP "AM I1@0 R2@0.1 I3@0.2 "
}  // namespace

TEST_CASE("Quick Mode is refused") {
  for (const Row& row : {
           Row{"by an encrypted Informational", UP "IQ1@0.6 R-info@0.7 END@2", "stalled", "phase2-rejected", "MM_ACTIVE/MM_ACTIVE"},
           Row{"again and again under new message IDs", UP "IQ1:1@0.6 R-info@0.7 IQ1:2@5.6 R-info@5.7 IQ1:3@10.6 R-info@10.7", "stalled", "phase2-rejected", "MM_ACTIVE/MM_ACTIVE"},
           Row{"by the initiator, where the responder begins", UP "RQ1@0.6 I-info@0.7 END@2", "stalled", "phase2-rejected", "MM_ACTIVE/MM_ACTIVE"},
           Row{"after Aggressive Mode", AM_UP "IQ1@0.6 R-info@0.7 END@2", "stalled", "phase2-rejected", "AM_ACTIVE/AM_ACTIVE"},
           Row{"twice, in a capture that shows nothing of phase 1", "assumed IQ1:1@0 R-info@0.1 IQ1:2@12 R-info@12.1 END@13", "stalled", "phase2-rejected", "MM_ACTIVE/-"},
           Row{"near miss: once there, which may be chance", "assumed IQ1:1@0 R-info@0.1 END@1", "pending", "", "MM_ACTIVE/-"},
           Row{"near miss: the next Quick Mode is agreed", UP "IQ1:1@0.6 R-info@0.7 IQ1:2@5.6 RQ2:2@5.7 IQ3:2@5.8", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss: DPD in between", UP "IQ1@0.6 R-info@0.65 RQ2@0.7 IQ3@0.8", "up", "", "MM_ACTIVE/MM_ACTIVE"},
       })
    test::check(row);
}

TEST_CASE("a rekeying Quick Mode that is refused beside a living SA is a warning") {
  test::check({"", UP "IQ1:1@0.6 RQ2:1@0.7 IQ3:1@0.8 IQ1:2@30 R-info@30.1 END@31", "up", "phase2-rejected", "MM_ACTIVE/MM_ACTIVE"});
}

TEST_CASE("Quick Mode is not answered") {
  for (const Row& row : {
           Row{"resent", UP "IQ1@0.6 IQ1@4.6 IQ1@11.6", "stalled", "phase2-no-reply", "MM_ACTIVE/MM_ACTIVE"},
           Row{"after Aggressive Mode", AM_UP "IQ1@0.6 IQ1@4.6 IQ1@11.6", "stalled", "phase2-no-reply", "AM_ACTIVE/AM_ACTIVE"},
           Row{"near miss: young", UP "IQ1@0.6 END@2", "phase1-up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss: answered at last", UP "IQ1@0.6 IQ1@4.6 IQ1@11.6 RQ2@11.7 IQ3@11.8", "up", "", "MM_ACTIVE/MM_ACTIVE"},
       })
    test::check(row);
}

TEST_CASE("Quick Mode stays half open") {
  for (const Row& row : {
           Row{"message 3 does not act", UP "IQ1@0.6 RQ2@0.7 IQ3@0.8 RQ2@4.7 IQ3@4.8 RQ2@11.7 IQ3@11.8", "stalled", "phase2-half-open", "MM_ACTIVE/MM_ACTIVE"},
           Row{"message 3 is lost before the observer", UP "IQ1@0.6 RQ2@0.7 RQ2@4.7 RQ2@11.7 END@30", "stalled", "phase2-half-open", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss: the responder sends ESP under it", UP "IQ1@0.6 RQ2@0.7 IQ3@0.8 RQ2@4.7 IQ3@4.8 RQ2@11.7 IQ3@11.8 ESP<:20@1-9 ESP>:20@1-9", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss: message 2 doubled by the network", UP "IQ1@0.6 RQ2@0.7 RQ2*copy@0.71 IQ3@0.8", "up", "", "MM_ACTIVE/MM_ACTIVE"},
       })
    test::check(row);
}

TEST_CASE("XAUTH and mode config fail") {
  for (const Row& row : {
           Row{"XAUTH: torn down after the answer", "xauth " UP "RT1:1@0.6 IT2:1@0.7 RT1:2@0.8 I-info@0.9 END@20", "stalled", "xauth-failed", "MM_ACTIVE/MM_ACTIVE"},
           Row{"XAUTH: nothing more is heard", "xauth " AM_UP "RT1:1@0.6 IT2:1@0.7 RT1:2@0.8 IT2:2@0.9 END@20", "stalled", "xauth-failed", "AM_ACTIVE/AM_ACTIVE"},
           Row{"XAUTH: the question is not answered", "xauth " UP "RT1:1@0.6 RT1:1@4.6 RT1:1@11.6", "stalled", "xauth-failed", "MM_ACTIVE/MM_ACTIVE"},
           Row{"XAUTH: asked anew and anew, never answered", "xauth " UP "RT1:1@0.6 IT2:1@0.7 RT1:2@0.8 RT1:3@1.8 RT1:4@3.8", "stalled", "xauth-failed", "MM_ACTIVE/MM_ACTIVE"},
           Row{"mode config is refused", "xauth " UP "RT1:1@0.6 IT2:1@0.7 IT1:3@0.8 R-info@0.9 END@20", "stalled", "modecfg-failed", "MM_ACTIVE/MM_ACTIVE"},
           Row{"mode config is pushed and not taken", "psk " UP "RT1:1@0.6 RT1:1@4.6 RT1:1@11.6", "stalled", "modecfg-failed", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss: Quick Mode follows", "xauth " UP "RT1:1@0.6 IT2:1@0.7 RT1:2@0.8 IT2:2@0.9 IT1:3@1 RT2:3@1.1 IQ1@1.2 RQ2@1.3 IQ3@1.4", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss: young", "xauth " UP "RT1:1@0.6 IT2:1@0.7 END@2", "phase1-up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"young, but silent for a while: a warning", "xauth " UP "RT1:1@0.6 IT2:1@0.7 END@5", "phase1-up", "xauth-failed", "MM_ACTIVE/MM_ACTIVE"},
       })
    test::check(row);
}

TEST_CASE("the peer of an SA that was up has gone") {
  for (const Row& row : {
           Row{"keepalives unanswered", UP "IQ1@0.6 RQ2@0.7 IQ3@0.8 I-info@10 R-info@10.1 I-info@20 I-info@25 I-info@30 END@32", "stalled", "peer-gone", "MM_ACTIVE/MM_ACTIVE"},
           Row{"and a new message 1 unanswered", UP "IQ1@0.6 RQ2@0.7 IQ3@0.8 I-info@10 I-info@15 I-info@20 I-info@25 | I1@30 I1@31 I1@33", "stalled", "peer-gone", "MM_WAIT_MSG2/-"},
           Row{"in Aggressive Mode", AM_UP "IQ1@0.6 RQ2@0.7 IQ3@0.8 I-info@10 I-info@15 I-info@20 | AM I1@30 I1@31 I1@33", "stalled", "peer-gone", "AM_WAIT_MSG2/-"},
           Row{"in a capture that begins under the SA, by what ESP shows", "assumed ESP>:20@0-9 ESP<:20@0-9 I-info@11 I-info@16 I-info@21 END@24", "stalled", "peer-gone", "-/-"},
           Row{"near miss: only one side's ESP passes here", "assumed ESP>:20@0-9 I-info@11 I-info@16 I-info@21 END@24", "pending", "", "-/-"},
           Row{"near miss: ESP goes on", "assumed ESP>:20@0-22 ESP<:20@0-22 I-info@11 I-info@16 I-info@21 END@24", "pending", "", "-/-"},
           Row{"near miss: closed in good order", UP "IQ1@0.6 RQ2@0.7 IQ3@0.8 I-info@10 I-info@10.01 END@40", "closed", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss: keepalives answered", UP "IQ1@0.6 RQ2@0.7 IQ3@0.8 I-info@10 R-info@10.1 I-info@20 R-info@20.1 I-info@30 R-info@30.1", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss: it came back with new cookies", UP "IQ1@0.6 RQ2@0.7 IQ3@0.8 I-info@10 I-info@15 I-info@20 I-info@25 | I1@30 R2@30.1 I3@30.2 R4@30.3 I5@30.4 R6@30.5 IQ1@30.6 RQ2@30.7 IQ3@30.8", "up", "", "MM_ACTIVE/MM_ACTIVE"},
       })
    test::check(row);
}

TEST_CASE("ESP passes in one direction only") {
  for (const Row& row : {
           Row{"from the start", UP "IQ1@0.6 RQ2@0.7 IQ3@0.8 ESP>:20@2-6", "up", "esp-one-way", "MM_ACTIVE/MM_ACTIVE"},
           Row{"towards the initiator", UP "IQ1@0.6 RQ2@0.7 IQ3@0.8 ESP<:20@2-6", "up", "esp-one-way", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss: too few to tell", UP "IQ1@0.6 RQ2@0.7 IQ3@0.8 ESP>:9@2-6", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss: too short to tell", UP "IQ1@0.6 RQ2@0.7 IQ3@0.8 ESP>:50@2-3", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss: both ways", UP "IQ1@0.6 RQ2@0.7 IQ3@0.8 ESP>:20@2-6 ESP<:20@2-6", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss: no phase 2 to judge", UP "ESP>:20@2-6", "phase1-up", "", "MM_ACTIVE/MM_ACTIVE"},
       })
    test::check(row);
}

TEST_CASE("an SA that came up is not taken for stalled") {
  for (const Row& row : {
           Row{"a notify forged before its sender goes on", UP "RN:INVALID-COOKIE@0.55 IQ1@0.6 RQ2@0.7 IQ3@0.8 R-info@5 R-info@5.01", "closed", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"a notify forged between keepalives", UP "IQ1@0.6 RQ2@0.7 IQ3@0.8 RN:INVALID-COOKIE@10 I-info@20 R-info@20.1 END@30", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"a notify forged under ESP", UP "IQ1@0.6 RQ2@0.7 IQ3@0.8 ESP>:20@1-9 ESP<:20@1-9 RN:INVALID-COOKIE@3 END@30", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"Deletes that cross", UP "IQ1@0.6 RQ2@0.7 IQ3@0.8 I-info@30 I-info@30.01 RN:INVALID-COOKIE@30.1 END@60", "closed", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"Deletes with a forged notify between them", UP "IQ1@0.6 RQ2@0.7 IQ3@0.8 I-info@30 RN:INVALID-COOKIE@30.01 I-info@30.02 END@60", "closed", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"a notify that answers nothing", UP "IQ1@0.6 RQ2@0.7 IQ3@0.8 RN:INVALID-COOKIE@1 I-info@30 END@31", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"a notify, and its sender repeats a message under the keys", UP "IQ1@0.6 RQ2@0.7 IQ3@0.8 RQ2@1.2 IN:INVALID-COOKIE@1.21 IQ3@1.25", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss: the peer really has lost it", UP "IQ1@0.6 RQ2@0.7 IQ3@0.8 I-info@30 RN:INVALID-COOKIE@30.1 END@60", "stalled", "invalid-cookie", "MM_ACTIVE/MM_ACTIVE"},
           Row{"message 3 passed unseen, ESP both ways tells", UP "IQ1@0.6 RQ2@0.7 RQ2@4.7 RQ2@11.7 ESP>:20@12-15 ESP<:20@12-15 END@30", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"the capture begins with message 3 of Quick Mode", "assumed IQ1*len:76@0 END@30", "pending", "", "MM_ACTIVE/-"},
           Row{"Deletes sent again after the last answer", UP "IQ1@0.6 RQ2@0.7 IQ3@0.8 I-info@10 I-info@10.01 I-info@14", "up", "", "MM_ACTIVE/MM_ACTIVE"},
       })
    test::check(row);
}
