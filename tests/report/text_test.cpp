#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "scripted.hpp"

namespace ike::report {
namespace {

using diagnose::Certainty;
using diagnose::FindingId;
using diagnose::Status;
using diagnose::Verdict;
using isakmp::NotifyType;
using track::Position;
using track::Positions;
using track::Side;

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, line.size());
  return widest;
}

bool has_trailing_blank(const std::string& text) { return text.find(" \n") != std::string::npos; }

bool is_plain(const std::string& text) {
  return std::ranges::all_of(text, [](char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); });
}

TEST_CASE("the field report of a missing tunnel-group reads like this") {
  auto one = finding(FindingId::invalid_cookie);
  one.notify = NotifyType::invalid_cookie;
  one.side = Side::responder;
  one.position = Position::mm_wait_msg4;
  one.awaited = 4;
  one.times_sent = 2;
  Scripted scripted;
  scripted.add("I1@0 R2@0.081 I3@0.112 I3@8.115 RN:INVALID-COOKIE@8.19", judged(Verdict::stalled, {Position::mm_wait_msg4, Position::mm_wait_msg3, 3}, {one}));
  CHECK(scripted.text() == R"golden(test.pcap: 5 packets, 5 IKE, 8.2 s

Tunnel                     Initiator     Responder     Resent  Verdict
192.0.2.1 -> 198.51.100.2  MM_WAIT_MSG4  MM_WAIT_MSG3       1  STALLED

192.0.2.1 -> 198.51.100.2
  STALLED: INVALID-COOKIE in clear after message 3 (likely)
  The responder accepted the policy, never answered message 3, and then said
  that it knows no such SA. Message 3 was sent twice.

  Check, in this order
   1. responder: no tunnel-group or pre-shared key for this peer address, so no
      state was kept
      Is there a tunnel-group with a pre-shared key for exactly 192.0.2.1?
   2. responder: it dropped the exchange in between: limits, restart, failover
      Look in its log at the time of the first unanswered message
   3. both sides: a NAT or failover changes which device answers
      Does 198.51.100.2 belong to one device only?

    #     Time  Initiator                         Responder
    1    0.000  1  SA VIDx3 (148)             -->
    2    0.081                                <-- 2  SA VID (108)
    3    0.112  3  KE NONCE NAT-Dx2 (372)     -->
    4    8.115  3  again, after 8.0 s         -->
    5    8.190                                <-- N  INVALID-COOKIE, in clear

  The initiator resends after 8.0 s, which fits Cisco ASA (a guess).
  Phase 1 policy chosen: AES-CBC-256, SHA2-256, PSK, MODP-2048, 86400 s.
  Vendor IDs: none seen.
)golden");
}

TEST_CASE("silence after message 1 shows the resend schedule") {
  auto one = finding(FindingId::no_reply_msg1);
  one.position = Position::mm_wait_msg2;
  one.awaited = 2;
  one.times_sent = 4;
  one.waited = std::chrono::milliseconds{24'160};
  one.segment = diagnose::Segment::observer_responder;
  Scripted scripted;
  scripted.add("I1@0 I1@4 I1@11.2 I1@24.16", judged(Verdict::stalled, {Position::mm_wait_msg2, Position::unseen, 1}, {one}));
  CHECK(scripted.text() == R"golden(test.pcap: 4 packets, 4 IKE, 24.2 s

Tunnel                     Initiator     Responder     Resent  Verdict
192.0.2.1 -> 198.51.100.2  MM_WAIT_MSG2  -                  3  STALLED

192.0.2.1 -> 198.51.100.2
  STALLED: no reply to message 1 (sent 4 times in 24.2 s) (likely)
  Message 1 was sent 4 times in 24.2 s; nothing came back from 198.51.100.2. The
  trail ends between this capture point and the responder, at it, or on the way
  back to here. The initiator (192.0.2.1) resends as strongSwan does and so
  gives up 165 s after the first time (a guess).

  Check, in this order
   1. both sides: UDP 500 is blocked on the way
      Allow UDP 500 (and 4500, protocol 50) between 192.0.2.1 and 198.51.100.2
      on every firewall in between
   2. both sides: no route to the far end, or back
      Does 198.51.100.2 answer a ping from 192.0.2.1? Compare routes in both
      directions
   3. responder: the far end is down
      Is it powered and connected?
   4. responder: IKE is not enabled on the interface there
      Is IKEv1 enabled on the interface that has 198.51.100.2?
   5. initiator: the initiator calls the wrong address
      Is 198.51.100.2 the peer's address in crypto map and tunnel-group?
   6. responder: the responder ignores peers it does not know
      Is 192.0.2.1 configured there? Does its log show the packets?

    #     Time  Initiator                         Responder
    1    0.000  1  SA VIDx3 (148)             -->
    2    4.000  1  again, after 4.0 s         -->
    3   11.200  1  again, after 7.2 s         -->
    4   24.160  1  again, after 13.0 s        -->

  The initiator resends after 4.0, 7.2, 13.0 s, which fits strongSwan (a guess).
  Phase 1 policy offered: AES-CBC-256, SHA2-256, PSK, MODP-2048, 86400 s.
  Vendor IDs: none seen.
)golden");
}

TEST_CASE("a closed port is told by the ICMP errors in the ladder") {
  const auto seen = test::script("I1@0 ICMP:3/3@0.02");
  auto one = finding(FindingId::icmp_refused, Certainty::confirmed);
  one.icmp = seen.newest().events.back();
  one.side = Side::responder;
  Scripted scripted;
  scripted.add("I1@0 ICMP:3/3@0.02 I1@4 ICMP:3/3@4.02 I1*copy@4.03", judged(Verdict::stalled, {Position::mm_wait_msg2, Position::unseen, 1}, {one}));
  scripted.report().capture.icmp_errors = 2;
  CHECK(scripted.text() == R"golden(test.pcap: 5 packets, 5 IKE, 2 ICMP errors, 4.0 s

Tunnel                     Initiator     Responder     Resent  Verdict
192.0.2.1 -> 198.51.100.2  MM_WAIT_MSG2  -                  1  STALLED

192.0.2.1 -> 198.51.100.2
  STALLED: nobody listens on UDP 500 at 198.51.100.2 (ICMP port unreachable)
    (confirmed)
  198.51.100.2 sent ICMP port unreachable and quotes the packet for
  198.51.100.2, UDP 500. The error comes from the peer itself: the path to it
  works, its UDP 500 is closed.

  Check, in this order
   1. responder: IKE is not running, or not enabled on that interface
      Is the daemon running, and does it listen on UDP 500 and 4500 at
      198.51.100.2?
   2. initiator: the address is not the peer's: another host answers there
      Is 198.51.100.2 the right peer address?
   3. both sides: a filter rejects UDP 500
      Look for a reject rule at 198.51.100.2 and before it; allow UDP 500 and
      4500 between 192.0.2.1 and 198.51.100.2

    #     Time  Initiator                         Responder
    1    0.000  1  SA VIDx3 (148)             -->
    2    0.020  ICMP port unreachable from 198.51.100.2
    3    4.000  1  again, after 4.0 s         -->
    4    4.020  ICMP port unreachable from 198.51.100.2
    5    4.030  1  copy of packet 1           -->

  The initiator resends after 4.0 s, which fits strongSwan or Juniper ScreenOS
    (a guess).
  Phase 1 policy offered: AES-CBC-256, SHA2-256, PSK, MODP-2048, 86400 s.
  Vendor IDs: none seen.
)golden");
}

TEST_CASE("a pre-shared key mismatch in Aggressive Mode, with vendor IDs") {
  auto one = finding(FindingId::psk_mismatch);
  one.notify = NotifyType::invalid_hash_information;
  one.position = Position::am_wait_msg3;
  one.awaited = 3;
  auto weak = finding(FindingId::weak_crypto, Certainty::confirmed);
  weak.detail = "Aggressive Mode with a pre-shared key";
  Scripted scripted;
  scripted.add("AM natI I1@0 R2@0.05 IN:INVALID-HASH-INFORMATION@0.06", judged(Verdict::stalled, {Position::am_wait_msg2, Position::am_wait_msg3, 2}, {one, weak}), [](TunnelReport& report) {
    static constexpr isakmp::KnownVendorId strongswan{"88", false, "strongSwan", "strongSwan", "", "", true, {}};
    report.vendors_responder = {{&strongswan, "strongSwan"}, {nullptr, "evil \x1b]0;title\x07"}};
  });
  CHECK(scripted.text() == R"golden(test.pcap: 3 packets, 3 IKE, 0.060 s

Tunnel                     Initiator     Responder     Resent  Verdict
192.0.2.1 -> 198.51.100.2  AM_WAIT_MSG2  AM_WAIT_MSG3       0  STALLED

192.0.2.1 -> 198.51.100.2
  STALLED: the pre-shared keys differ: the initiator refuses message 2 (likely)
  The initiator is the first who can check the key in Aggressive Mode; it
  refused message 2. It says INVALID-HASH-INFORMATION.

  Check, in this order
   1. both sides: the pre-shared keys differ
      Compare the keys octet by octet: special characters, quotes, trailing
      blanks, copied line ends
   2. both sides: identity or ID type is not what the other side expects
      Compare the identities configured at both ends
  On the responder (strongSwan): secrets in `swanctl.conf` or
    `/etc/ipsec.secrets`; log: `invalid HASH_V1 payload length, decryption
    failed?`.

    #     Time  Initiator                         Responder
    1    0.000  1  SA KE NONCE ID VID (404)   -->
    2    0.050                                <-- 2  SA KE NONCE ID HASH.. (420)
    3    0.060  N  INVALID-HASH-INFORMATION   -->

  Phase 1 policy chosen: AES-CBC-256, SHA2-256, PSK, MODP-2048, 86400 s.
  NAT: the initiator is behind one, by NAT-D.
  Remark: weak cryptography: Aggressive Mode with a pre-shared key (confirmed).
  Vendor IDs, responder: strongSwan; evil \x1b]0;title\x07.
)golden");
}

TEST_CASE("a long ladder is cut in the middle, after the newest of several attempts") {
  std::string script = "I1@0 I1@1 | I1@100 R2@100.1 I3@100.2 R4@100.3 ";
  for (int i = 0; i < 12; ++i) script += "I5*4500@" + std::to_string(101 + 4 * i) + " R-info:92@" + std::to_string(101 + 4 * i) + ".01 ";
  auto one = finding(FindingId::psk_mismatch);
  one.encrypted_refusal = true;
  one.attempt = 2;
  one.position = Position::mm_wait_msg6;
  one.awaited = 6;
  one.times_sent = 12;
  one.count = 2;
  Scripted scripted;
  scripted.add(script, judged(Verdict::stalled, {Position::mm_wait_msg6, Position::mm_wait_msg5, 5}, {one}));
  CHECK(scripted.text() == R"golden(test.pcap: 30 packets, 30 IKE, 145.0 s

Tunnel                     Initiator     Responder     Resent  Verdict
192.0.2.1 -> 198.51.100.2  MM_WAIT_MSG6  MM_WAIT_MSG5      12  STALLED

192.0.2.1 -> 198.51.100.2
  STALLED: the pre-shared keys differ: message 5 is refused (likely)
  Policy and key exchange succeeded; 198.51.100.2 answered message 5 with an
  Informational in place of message 6. Message 5 was sent 12 times. What is
  inside message 5 can't be seen from here, so a rejected identity leaves the
  same trace.
  2 attempts show it.

  Check, in this order
   1. both sides: the pre-shared keys differ
      Compare the keys octet by octet: special characters, quotes, trailing
      blanks, copied line ends
   2. responder: the responder took another peer's key: a NAT changes the
      address it sees
      Is its key bound to 192.0.2.1, the address it sees? It chooses by that
      alone
   3. responder: the responder took another peer's key (wildcard or wrong
      address)
      Which key does it hold for 192.0.2.1? Look for wildcard entries that match
      first
   4. both sides: identity or ID type is not what the other side expects
      Compare the identities configured at both ends
   5. both sides: PFS on one side only (seen on an ASA)
      Is PFS set at both ends, or at none?

  The newest of 2 attempts, CKY-I a000000000000002:
    #     Time  Initiator                         Responder
    3  100.000  1  SA VIDx3 (148)             -->
    4  100.100                                <-- 2  SA VID (108)
    5  100.200  3  KE NONCE NAT-Dx2 (372)     -->
    6  100.300                                <-- 4  KE NONCE NAT-Dx2 (372)
    7  101.000  5  encrypted (108), UDP 4500  -->
    8  101.010                                <-- INF encrypted (92)
    9  105.000  5  again, after 4.0 s         -->
   10  105.010                                <-- INF encrypted (92)
   11  109.000  5  again, after 4.0 s         -->
   12  109.010                                <-- INF encrypted (92)
   13  113.000  5  again, after 4.0 s         -->
   14  113.010                                <-- INF encrypted (92)
                ... 10 more ...
   25  137.000  5  again, after 4.0 s         -->
   26  137.010                                <-- INF encrypted (92)
   27  141.000  5  again, after 4.0 s         -->
   28  141.010                                <-- INF encrypted (92)
   29  145.000  5  again, after 4.0 s         -->
   30  145.010                                <-- INF encrypted (92)

  The initiator resends after 4.0, 4.0, 4.0, 4.0, 4.0, 4.0 ... s, which fits
    Juniper ScreenOS (a guess).
  Phase 1 policy chosen: AES-CBC-256, SHA2-256, PSK, MODP-2048, 86400 s.
  Vendor IDs: none seen.

  Attempts over time, in seconds of the capture
      0.000  CKY-I a0000000  main        stalled at MM_WAIT_MSG2
    100.000  CKY-I a0000000  main        stalled at MM_WAIT_MSG6
)golden");
}

TEST_CASE("a stall that a later attempt made good is told as history") {
  auto one = finding(FindingId::no_reply_msg1);
  one.severity = diagnose::Severity::remark;
  one.attempt = 1;
  Scripted scripted;
  scripted.add("I1@0 I1@4 | I1@60 R2@60.1", judged(Verdict::up, {Position::mm_active, Position::mm_active, 6}, {one, finding(FindingId::weak_crypto)}));
  const auto text = scripted.text();
  CHECK(text.find("  Earlier attempt: no reply to message 1 (likely).\n") != std::string::npos);
  CHECK(text.find("Earlier attempt: weak") == std::string::npos);
}

TEST_CASE("a healthy capture needs two lines") {
  Scripted scripted;
  scripted.add("I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 IQ1@0.6 RQ2@0.7 IQ3@0.8", judged(Verdict::up, {Position::mm_active, Position::mm_active, 6}, {}, Status::complete));
  CHECK(scripted.text() == R"golden(test.pcap: 9 packets, 9 IKE, 0.8 s
192.0.2.1 -> 198.51.100.2   up: AES-CBC-256, SHA2-256, PSK, MODP-2048, 86400 s;
  1 Quick Mode complete
)golden");
}

TEST_CASE("verbose lists every message of every exchange") {
  Scripted scripted;
  scripted.add("I1@0 R2@0.1 I3*frag@0.2 R4@0.3 I5*4500@0.4 R6*4500@0.5 IQ1:11259375@0.6 RQ2:11259375@0.7 IQ3:11259375@0.8 I-info*notify:R-U-THERE@9",
               judged(Verdict::up, {Position::mm_active, Position::mm_active, 6}, {}, Status::complete));
  CHECK(scripted.text({.verbose = 1}) == R"golden(test.pcap: 10 packets, 10 IKE, 9.0 s

Tunnel                     Initiator     Responder     Resent  Verdict
192.0.2.1 -> 198.51.100.2  MM_ACTIVE     MM_ACTIVE          0  up

192.0.2.1 -> 198.51.100.2   up: initiator MM_ACTIVE, responder MM_ACTIVE

    #     Time  Initiator                         Responder
    1    0.000  1  SA VIDx3 (148)             -->
    2    0.100                                <-- 2  SA VID (108)
    3    0.200  3  KE NONCE NAT-Dx2 (372)     -->
    4    0.300                                <-- 4  KE NONCE NAT-Dx2 (372)
    5    0.400  5  encrypted (108), UDP 4500  -->
    6    0.500                                <-- 6  encrypted (108)
    7    0.600  QM1 encrypted (188)           -->
    8    0.700                                <-- QM2 encrypted (188)
    9    0.800  QM3 encrypted (188)           -->
   10    9.000  INF R-U-THERE                 -->

  main exchange, CKY-I a000000000000001: complete
      1     0.000  I->R 1, SA VIDx3, 148 octets
      2     0.100  R->I 2, SA VID, 108 octets
      3     0.200  I->R 3, KE NONCE NAT-Dx2, 372 octets, IP fragments
      4     0.300  R->I 4, KE NONCE NAT-Dx2, 372 octets
      5     0.400  I->R 5, ID, 108 octets, encrypted, UDP 4500
      6     0.500  R->I 6, ID, 108 octets, encrypted, UDP 4500

  quick exchange, message ID 00abcdef, CKY-I a000000000000001: complete
      7     0.600  I->R QM1, HASH, 188 octets, encrypted
      8     0.700  R->I QM2, HASH, 188 octets, encrypted
      9     0.800  I->R QM3, HASH, 188 octets, encrypted

  informational exchange, message ID 0000100a, CKY-I a000000000000001: complete
     10     9.000  I->R INF, HASH, 76 octets, decrypted, R-U-THERE

  Phase 1 policy chosen: AES-CBC-256, SHA2-256, PSK, MODP-2048, 86400 s.
  Vendor IDs: none seen.
)golden");
}

TEST_CASE("IPv6 tunnels take two lines in the table") {
  auto one = finding(FindingId::no_reply_msg1);
  Scripted scripted;
  const auto judgement = judged(Verdict::stalled, {Position::mm_wait_msg2, Position::unseen, 1}, {one});
  scripted.add("I1@0 I1@4", judgement);
  scripted.add("v6 I1@0 I1@4", judgement);
  Report& report = scripted.report();
  for (auto& octet : report.tunnels[1].initiator.octets) octet = 0xab;
  const auto text = scripted.text({.vocabulary = Vocabulary::libreswan});
  const auto table = text.substr(0, text.find("\n\n", text.find("Verdict")));
  CHECK(table == R"golden(test.pcap: 4 packets, 4 IKE, 4.0 s
2 tunnels: 2 stalled.

Tunnel  Initiator     Responder     Resent  Verdict
192.0.2.1 -> 198.51.100.2
        MAIN_I1       -                  1  STALLED
abab:abab:abab:abab:abab:abab:abab:abab -> 2001:db8::2
        MAIN_I1       -                  1  STALLED)golden");
}

TEST_CASE("no line is wider than 80 columns, whatever the addresses, numbers and times") {
  Scripted scripted;
  auto one = finding(FindingId::icmp_refused);
  one.icmp = test::script("v6 I1@0 ICMP6:3/1@1").newest().events.back();
  scripted.add("v6 I1@0 ICMP6:3/1@1 I3@5000000 R4*frag*malformed*cut@9000000 RN:UNSUPPORTED-EXCHANGE-TYPE*4500@9000001 R-info*notify:12345@9999999",
               judged(Verdict::stalled, {Position::mm_wait_msg4, Position::mm_wait_msg5, 4}, {one}), [](TunnelReport& report) {
                 for (auto& event : report.tunnel.events) {
                   event.packet += 4'000'000'000'000;
                   for (auto& octet : event.icmp_sender.octets) octet = 0xfe;
                   event.payloads.count = 31;
                   for (std::size_t i = 0; i < 31; ++i) event.payloads.types[i] = static_cast<isakmp::PayloadType>(i % 2 ? 13 : 132);
                 }
               });
  scripted.report().capture.files.front().name = std::string(79, 'n');
  for (const bool all : {false, true}) {
    const auto text = scripted.text({.all = all, .verbose = 1});
    CAPTURE(text);
    CHECK(widest_line(text) <= 80);
    CHECK_FALSE(has_trailing_blank(text));
  }
}

TEST_CASE("control characters of names never reach the terminal") {
  Scripted scripted;
  scripted.add("I1@0", judged(Verdict::pending, {Position::mm_wait_msg2, Position::unseen, 1}));
  CaptureInfo& info = scripted.report().capture;
  info.files.front().name = "a\x1b[2J\r\n.pcap";
  info.files.push_back({"b.pcap", "", 0, "not a capture\x07\xff"});
  info.remarks = {"\x1b[31mremark"};
  const auto text = scripted.text();
  CHECK(is_plain(text));
  CHECK(text.find("Not read: b.pcap: not a capture\\x07\\xff") != std::string::npos);
}

TEST_CASE("what lowers certainty is said before the tunnels") {
  Scripted scripted;
  scripted.add("I1@0 I3@1 I5@2", judged(Verdict::pending, {Position::mm_wait_msg6, Position::unseen, 5}, {finding(FindingId::one_sided)}));
  CaptureInfo& info = scripted.report().capture;
  info.snaplen_cut = 3;
  info.kernel_drops = 1;
  info.malformed = 1;
  const auto text = scripted.text();
  CHECK(text.starts_with(R"(test.pcap: 3 packets, 3 IKE, 2.0 s
Note: 1 tunnel: only one direction is visible; what needs the other is not
      judged.
Note: the capture itself lost 1 packet; what is missing may have been there.
Note: the snap length cut 3 packets; what lies behind the cut is unknown.
Note: 1 message is malformed.
)"));
}

TEST_CASE("times count from the first packet of the capture, on the ladder, with -v and in the attempts over time") {
  Scripted scripted;
  scripted.add("I1@0 I1@4 | I1@10 I1@14", judged(Verdict::stalled, {Position::mm_wait_msg2, Position::unseen, 1}, {finding(FindingId::no_reply_msg1)}));
  scripted.report().capture.first_time -= std::chrono::seconds{5};
  const auto text = scripted.text({.verbose = 1});
  CHECK(text.find("   15.000  1  SA VIDx3 (148)") != std::string::npos);
  CHECK(text.find("   15.000  I->R 1, SA VIDx3, 148 octets") != std::string::npos);
  CHECK(text.find("    15.000  CKY-I a0000000") != std::string::npos);
}

TEST_CASE("a copy names its packet as the ladder does where there are several files") {
  Scripted scripted;
  scripted.add("I1@0 I1@0.01 I1@4", judged(Verdict::stalled, {Position::mm_wait_msg2, Position::unseen, 1}, {finding(FindingId::no_reply_msg1)}), [](TunnelReport& one) {
    auto& events = one.tunnel.events;
    events[1].file = 1;
    events[1].copy_of = 0;
  });
  scripted.report().capture.files.push_back({"-", "pcap", 0, ""});
  const auto text = scripted.text();
  CHECK(text.find("copy of packet 1:1") != std::string::npos);
  CHECK(text.find("File 2 is standard input.") != std::string::npos);
}

TEST_CASE("many tunnels: totals, the twenty worst rows, three ladders") {
  Scripted scripted;
  for (int i = 0; i < 30; ++i) scripted.add("I1@0 R2@0.1", judged(Verdict::up, {Position::mm_active, Position::mm_active, 6}));
  auto one_way = judged(Verdict::up, {Position::mm_active, Position::mm_active, 6}, {finding(FindingId::esp_one_way)});
  scripted.add("I1@0 R2@0.1", one_way);
  for (int i = 0; i < 4; ++i) scripted.add("I1@0 I1@4", judged(Verdict::stalled, {Position::mm_wait_msg2, Position::unseen, 1}, {finding(FindingId::no_reply_msg1)}));
  scripted.add("I1@0", judged(Verdict::pending, {Position::mm_wait_msg2, Position::unseen, 1}));
  const auto count = [](const std::string& text, std::string_view what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
    return found;
  };
  const auto text = scripted.text();
  CHECK(text.find("36 tunnels: 4 stalled, 1 pending, 31 up; 1 with warnings.\n") != std::string::npos);
  CHECK(count(text, "\n192.0.2.1 -> 198.51.100.2  MM_") == 20);
  CHECK(count(text, "Check, in this order") == 3);
  CHECK(text.find("... and 16 more\n") != std::string::npos);
  CHECK(text.ends_with("3 more tunnels not shown in detail; --all shows them.\n"));
  CHECK(text.find("STALLED") < text.find("pending\n"));
  const auto all = scripted.text({.all = true});
  CHECK(count(all, "\n192.0.2.1 -> 198.51.100.2  MM_") == 36);
  CHECK(count(all, "Check, in this order") == 5);
  const auto summary = scripted.text({.summary = true});
  CHECK(count(summary, "\n") == 2);
}

TEST_CASE("a long path stands on a line of its own") {
  Scripted scripted;
  scripted.report().capture.files.front().name = std::string(70, 'd') + "/x.pcap";
  CHECK(scripted.text().starts_with(std::string(70, 'd') + "/x.pcap:\n  0 packets, 0 IKE\n"));
}

TEST_CASE("an empty capture says that there is nothing") {
  Scripted scripted;
  CHECK(scripted.text() == "test.pcap: 0 packets, 0 IKE\nNo IKEv1 exchange in this capture.\n");
}

TEST_CASE("colour is there only when asked for, and never in the way of the columns") {
  Scripted scripted;
  scripted.add("I1@0 I1@4", judged(Verdict::stalled, {Position::mm_wait_msg2, Position::unseen, 1}, {finding(FindingId::no_reply_msg1)}));
  CHECK(is_plain(scripted.text()));
  auto coloured = scripted.text({.colour = true});
  CHECK(coloured.find("\x1b[1;31mSTALLED\x1b[0m") != std::string::npos);
  for (const std::string_view code : {"\x1b[1;31m", "\x1b[0m"}) {
    for (auto at = coloured.find(code); at != std::string::npos; at = coloured.find(code)) coloured.erase(at, code.size());
  }
  CHECK(coloured == scripted.text());
}

TEST_CASE("IOS and libreswan words are there for those who think in them") {
  Scripted scripted;
  scripted.add("I1@0 R2@0.1 I3@0.2", judged(Verdict::pending, {Position::mm_wait_msg4, Position::mm_wait_msg3, 3}));
  CHECK(scripted.text({.vocabulary = Vocabulary::ios}).find("MM_SA_SETUP   MM_SA_SETUP") != std::string::npos);
  CHECK(scripted.text({.vocabulary = Vocabulary::libreswan}).find("MAIN_I2       MAIN_R1") != std::string::npos);
}

}  // namespace
}  // namespace ike::report
