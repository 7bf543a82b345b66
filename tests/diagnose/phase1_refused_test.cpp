#include "judged.hpp"

using namespace ike;
using test::Row;

TEST_CASE("message 1 is refused") {
  for (const Row& row : {
           Row{"NO-PROPOSAL-CHOSEN", "I1@0 RN:NO-PROPOSAL-CHOSEN@0.1", "stalled", "no-proposal-chosen", "MM_WAIT_MSG2/-"},
           Row{"NO-PROPOSAL-CHOSEN each time", "I1@0 RN:NO-PROPOSAL-CHOSEN@0.1 I1@0.5 RN:NO-PROPOSAL-CHOSEN@0.6", "stalled", "no-proposal-chosen", "MM_WAIT_MSG2/-"},
           Row{"in Aggressive Mode", "AM I1@0 RN:NO-PROPOSAL-CHOSEN@0.1", "stalled", "no-proposal-chosen", "AM_WAIT_MSG2/-"},
           Row{"another notify", "I1@0 RN:3@0.1", "stalled", "refused-msg1", "MM_WAIT_MSG2/-"},
           Row{"a private notify without a name", "I1@0 RN:9101@0.1", "stalled", "refused-msg1", "MM_WAIT_MSG2/-"},
           Row{"identity unknown", "AM I1@0 RN:AUTHENTICATION-FAILED@0.1", "stalled", "identity-unknown", "AM_WAIT_MSG2/-"},
           Row{"ID refused", "AM I1@0 RN:INVALID-ID-INFORMATION@0.1", "stalled", "identity-unknown", "AM_WAIT_MSG2/-"},
           Row{"version refused", "I1@0 RN:INVALID-MAJOR-VERSION@0.1", "stalled", "version-mismatch", "MM_WAIT_MSG2/-"},
           Row{"near miss: a status notify is no refusal", "I1@0 RN:INITIAL-CONTACT@0.1 END@5", "pending", "", "MM_WAIT_MSG2/-"},
           Row{"near miss: a forged refusal, and the exchange goes on", "I1@0 RN:NO-PROPOSAL-CHOSEN@0.05 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 IQ1@0.6 RQ2@0.7 IQ3@0.8", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss: refused, then agreed in the next attempt", "I1@0 RN:NO-PROPOSAL-CHOSEN@0.1 | I1@10 R2@10.1 I3@10.2 R4@10.3 I5@10.4 R6@10.5 IQ1@10.6 RQ2@10.7 IQ3@10.8", "up", "", "MM_ACTIVE/MM_ACTIVE"},
       })
    test::check(row);
}

TEST_CASE("ICMP errors refuse") {
  for (const Row& row : {
           Row{"port unreachable from the peer", "I1@0 ICMP:3/3@0.01 I1@4 ICMP:3/3@4.01", "stalled", "icmp-refused", "MM_WAIT_MSG2/-"},
           Row{"administratively prohibited by a router", "I1@0 ICMP:3/13:203.0.113.9@0.01 END@1", "stalled", "icmp-refused", "MM_WAIT_MSG2/-"},
           Row{"IPv6", "v6 I1@0 ICMP6:1/4@0.01 END@1", "stalled", "icmp-refused", "MM_WAIT_MSG2/-"},
           Row{"the MTU is too small for message 5", "cert I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 ICMP:3/4*mtu:1280@0.41 I5@4.4 I5@11.4", "stalled", "icmp-refused", "MM_WAIT_MSG6/MM_WAIT_MSG5"},
           Row{"in Aggressive Mode", "AM I1@0 ICMP:3/1:203.0.113.9@3 I1@4 ICMP:3/1:203.0.113.9@7", "stalled", "icmp-refused", "AM_WAIT_MSG2/-"},
           Row{"near miss: answered after the error", "I1@0 ICMP:3/3@0.01 I1@4 R2@4.1 I3@4.2 R4@4.3 I5@4.4 R6@4.5 IQ1@4.6 RQ2@4.7 IQ3@4.8", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss: an error long after all is done", "I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 IQ1@0.6 RQ2@0.7 IQ3@0.8 I-info@20 ICMP:3/3@20.1", "up", "", "MM_ACTIVE/MM_ACTIVE"},
       })
    test::check(row);
}

TEST_CASE("message 3 is refused") {
  for (const Row& row : {
           Row{"INVALID-KEY-INFORMATION", "I1@0 R2@0.1 I3@0.2 RN:INVALID-KEY-INFORMATION@0.3", "stalled", "refused-msg3", "MM_WAIT_MSG4/MM_WAIT_MSG3"},
           Row{"once, then silence and resends", "I1@0 R2@0.1 I3@0.2 RN:INVALID-PAYLOAD-TYPE@0.3 I3@0.7 I3@1.2", "stalled", "refused-msg3", "MM_WAIT_MSG4/MM_WAIT_MSG3"},
           Row{"INVALID-COOKIE has its own finding", "I1@0 R2@0.08 I3@0.11 I3@8.1 RN:INVALID-COOKIE@8.2 RN:INVALID-COOKIE*resend@8.2", "stalled", "invalid-cookie", "MM_WAIT_MSG4/MM_WAIT_MSG3"},
           Row{"near miss: message 4 came all the same", "I1@0 R2@0.1 I3@0.2 RN:INVALID-COOKIE@0.25 R4@0.3 I5@0.4 R6@0.5 IQ1@0.6 RQ2@0.7 IQ3@0.8", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss: message 4 came, young", "I1@0 R2@0.1 I3@0.2 RN:INVALID-KEY-INFORMATION@0.25 R4@0.3 END@0.5", "pending", "", "MM_WAIT_MSG4/MM_WAIT_MSG5"},
       })
    test::check(row);
}

TEST_CASE("an SA that was up is no longer known: INVALID-COOKIE") {
  test::check({"after Quick Mode", "I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 IQ1@0.6 RQ2@0.7 IQ3@0.8 I-info@60 RN:INVALID-COOKIE@60.1 END@61", "stalled", "invalid-cookie", "MM_ACTIVE/MM_ACTIVE"});
  test::check({"near miss: forged, and both go on", "I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 IQ1@0.6 RN:INVALID-COOKIE@0.65 RQ2@0.7 IQ3@0.8", "up", "", "MM_ACTIVE/MM_ACTIVE"});
}

TEST_CASE("pre-shared keys differ") {
  for (const Row& row : {
           Row{"message 5 is answered by an encrypted Informational", "psk I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R-info@0.5 I5@4.4 R-info@4.5", "stalled", "psk-mismatch", "MM_WAIT_MSG6/MM_WAIT_MSG5"},
           Row{"once is enough: it is a refusal", "psk I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R-info@0.5", "stalled", "psk-mismatch", "MM_WAIT_MSG6/MM_WAIT_MSG5"},
           Row{"PAYLOAD-MALFORMED in clear", "psk I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 RN:PAYLOAD-MALFORMED@0.5", "stalled", "psk-mismatch", "MM_WAIT_MSG6/MM_WAIT_MSG5"},
           Row{"message 4 again against each message 5", "psk I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R4@0.8 I5@0.9 R4@1.8 I5@1.9 R4@3.8", "stalled", "psk-mismatch", "MM_WAIT_MSG6/MM_WAIT_MSG5"},
           Row{"Aggressive Mode: the initiator says INVALID-HASH-INFORMATION", "AM psk I1@0 R2@0.1 IN:INVALID-HASH-INFORMATION@0.2 R2@4 IN:INVALID-HASH-INFORMATION*resend@4.1", "stalled", "psk-mismatch", "AM_WAIT_MSG2/AM_WAIT_MSG3"},
           Row{"Aggressive Mode: an encrypted Informational", "AM psk I1@0 R2@0.1 I-info@0.2", "stalled", "psk-mismatch", "AM_WAIT_MSG2/AM_WAIT_MSG3"},
           Row{"several attempts alike", "psk I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R-info@0.5 | I1@60 R2@60.1 I3@60.2 R4@60.3 I5@60.4 R-info@60.5", "stalled", "psk-mismatch", "MM_WAIT_MSG6/MM_WAIT_MSG5"},
           Row{"near miss: a status notify after message 5 refuses nothing", "psk I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 RN:INITIAL-CONTACT@0.5 END@1", "pending", "", "MM_WAIT_MSG6/MM_WAIT_MSG5"},
           Row{"near miss: certificates", "cert I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R-info@0.5", "stalled", "auth-rejected", "MM_WAIT_MSG6/MM_WAIT_MSG5"},
           Row{"near miss: message 6 came after an Informational", "psk I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R-info@0.45 R6@0.5 IQ1@0.6 RQ2@0.7 IQ3@0.8", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss: Aggressive Mode that goes on", "AM psk I1@0 R2@0.1 I3@0.2 I-info@0.25 IQ1@0.3 RQ2@0.4 IQ3@0.5", "up", "", "AM_ACTIVE/AM_ACTIVE"},
       })
    test::check(row);
}

TEST_CASE("authentication by certificate is refused") {
#define UP_BEFORE "cert I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 IQ1@0.6 RQ2@0.7 IQ3@0.8 "
  for (const Row& row : {
           Row{"by the responder", "cert I1@0 R2@0.1 I3@0.2 R4@0.3 I5*len:1300@0.4 R-info@0.5", "stalled", "auth-rejected", "MM_WAIT_MSG6/MM_WAIT_MSG5"},
           Row{"by the initiator", "cert I1@0 R2@0.1 I3@0.2 R4@0.3 I5*len:1300@0.4 R6*len:1300@0.5 I-info@0.6 END@20", "stalled", "auth-rejected", "MM_WAIT_MSG6/MM_ACTIVE"},
           Row{"near miss: an Informational and then Quick Mode", "cert I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 I-info@0.55 IQ1@0.6 RQ2@0.7 IQ3@0.8", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss: a pre-shared key, and INITIAL-CONTACT after message 6", "psk I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 I-info:92@0.55 END@2", "phase1-up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"by the responder, at a rekey", UP_BEFORE "| cert I1@60 R2@60.1 I3@60.2 R4@60.3 I5*len:1300@60.4 R-info@60.5 I5*len:1300@60.9 I5*len:1300@61.9 END@90", "stalled", "auth-rejected", "MM_WAIT_MSG6/MM_WAIT_MSG5"},
           Row{"by the initiator, at a rekey", UP_BEFORE "| cert I1@60 R2@60.1 I3@60.2 R4@60.3 I5*len:1300@60.4 R6*len:1300@60.5 I-info@60.6 I5*len:1300@60.9 R6*len:1300@60.95 I-info@61 END@90", "stalled", "auth-rejected", "MM_WAIT_MSG6/MM_ACTIVE"},
           Row{"near miss: at a rekey message 6 comes again, and what the initiator says is housekeeping", UP_BEFORE "| cert I1@60 R2@60.1 I3@60.2 R4@60.3 I5@60.4 R6@60.5 I5@60.51 R6@60.55 I-info@60.6 R-info@60.7 END@90", "up", "", "MM_ACTIVE/MM_ACTIVE"},
           Row{"near miss: a Delete of the old SA after a rekey", "cert I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 IQ1@0.6 RQ2@0.7 IQ3@0.8 | I1@60 R2@60.1 I3@60.2 R4@60.3 I5@60.4 R6@60.5 I-info@60.6 END@90", "up", "", "MM_ACTIVE/MM_ACTIVE"},
       })
    test::check(row);
}

TEST_CASE("an SA that the other side does not know, begun before the capture") {
  test::check({"an encrypted message is refused", "assumed I5@0 RN:INVALID-COOKIE@0.1 END@1", "stalled", "invalid-cookie", "MM_WAIT_MSG6/-"});
  test::check({"a KE is refused", "assumed I3@0 RN:INVALID-EXCHANGE-TYPE@0.1 END@1", "stalled", "refused-msg3", "MM_WAIT_MSG4/-"});
}
