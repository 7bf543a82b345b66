#include <doctest/doctest.h>

#include <algorithm>

#include "scripted.hpp"

namespace ike::report {
namespace {

using diagnose::FindingId;
using diagnose::Status;
using diagnose::Verdict;
using isakmp::NotifyType;
using track::Position;
using track::Side;

/// `json` with a line break after every object and list within a list, so that a golden can be read.
std::string lines(const std::string& json) {
  std::string out;
  for (std::size_t i = 0; i < json.size(); ++i) {
    out += json[i];
    if (json[i] == ',' && (json[i - 1] == '}' || json[i - 1] == ']')) out += '\n';
  }
  return out;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_CASE("the names of the JSON report are a contract") {
  auto one = finding(FindingId::invalid_cookie);
  one.notify = NotifyType::invalid_cookie;
  one.side = Side::responder;
  one.position = Position::mm_wait_msg4;
  one.awaited = 4;
  one.times_sent = 2;
  one.evidence = {{0, 5, "INVALID-COOKIE, not encrypted"}};
  Scripted scripted;
  auto judgement = judged(Verdict::stalled, {Position::mm_wait_msg4, Position::mm_wait_msg3, 3}, {one}, Status::refused);
  judgement.refused = true;
  scripted.add("I1@0 R2@0.081 I3@0.112 I3@8.115 RN:INVALID-COOKIE@8.19 ESP>:3@9", judgement);
  CHECK(lines(to_json(scripted.report())) == R"golden({"schema":"ikescope.report/1","version":"0.1.0","capture":{"files":[{"name":"test.pcap","format":"pcap","packets":0,"error":null}],
"packets":5,"ike_packets":5,"esp_packets":0,"icmp_errors":0,"malformed":0,"first_time":"2023-11-14T22:13:20.000000Z","last_time":"2023-11-14T22:13:29.200000Z","link_types":["EN10MB"],
"snaplen_cut":0,"kernel_drops":0,"remarks":[]},
"tunnels":[{"id":"t1","peers":[{"address":"192.0.2.1"},
{"address":"198.51.100.2"}],
"initiator":"192.0.2.1","responder":"198.51.100.2","verdict":"stalled","refused":true,"position":{"initiator":{"asa":"MM_WAIT_MSG4","ios":"MM_SA_SETUP","libreswan":"MAIN_I2"},
"responder":{"asa":"MM_WAIT_MSG3","ios":"MM_SA_SETUP","libreswan":"MAIN_R1"}},
"attempts":1,"resends":1,"exchanges":["t1.a1","t1.a1.i00000000"],
"findings":["invalid-cookie"],
"phase1":{"complete":false,"mode":"main","auth":"PSK","encryption":"AES-CBC","key_length":256,"hash":"SHA2-256","group":"MODP-2048","lifetime_seconds":86400},
"phase2":{"complete":false,"count":0},
"nat":{"initiator":null,"responder":null},
"vendors":{"initiator":[],
"responder":[]},
"esp":{"to_responder":3,"to_initiator":0}}],
"exchanges":[{"id":"t1.a1","tunnel":"t1","exchange_type":2,"mode":"main","initiator":{"address":"192.0.2.1","port":500},
"responder":{"address":"198.51.100.2","port":500},
"initiator_cookie":"a000000000000001","responder_cookie":"b000000000000001","message_id":0,"status":"refused","position":{"last_message":3,"initiator":{"asa":"MM_WAIT_MSG4","ios":"MM_SA_SETUP","libreswan":"MAIN_I2"},
"responder":{"asa":"MM_WAIT_MSG3","ios":"MM_SA_SETUP","libreswan":"MAIN_R1"}},
"messages":[{"file":0,"packet":1,"time":"2023-11-14T22:13:20.000000Z","seconds":0.000000,"from":"initiator","number":1,"length":148,"encrypted":false,"payloads":["SA","VID","VID","VID"],
"resend_of":null,"mirror_of":null,"decrypted":false},
{"file":0,"packet":2,"time":"2023-11-14T22:13:20.081000Z","seconds":0.081000,"from":"responder","number":2,"length":108,"encrypted":false,"payloads":["SA","VID"],
"resend_of":null,"mirror_of":null,"decrypted":false},
{"file":0,"packet":3,"time":"2023-11-14T22:13:20.112000Z","seconds":0.112000,"from":"initiator","number":3,"length":372,"encrypted":false,"payloads":["KE","NONCE","NAT-D","NAT-D"],
"resend_of":null,"mirror_of":null,"decrypted":false},
{"file":0,"packet":4,"time":"2023-11-14T22:13:28.115000Z","seconds":8.115000,"from":"initiator","number":3,"length":372,"encrypted":false,"payloads":["KE","NONCE","NAT-D","NAT-D"],
"resend_of":{"file":0,"packet":3},
"mirror_of":null,"decrypted":false}]},
{"id":"t1.a1.i00000000","tunnel":"t1","exchange_type":5,"mode":"informational","initiator":{"address":"198.51.100.2","port":500},
"responder":{"address":"192.0.2.1","port":500},
"initiator_cookie":"a000000000000001","responder_cookie":"b000000000000001","message_id":0,"status":"complete","position":null,"messages":[{"file":0,"packet":5,"time":"2023-11-14T22:13:28.190000Z","seconds":8.190000,"from":"initiator","number":null,"length":40,"encrypted":false,"payloads":["N"],
"resend_of":null,"mirror_of":null,"decrypted":false}]}],
"findings":[{"id":"invalid-cookie","tunnel":"t1","exchange":"t1.a1","certainty":"likely","severity":"stall","side":"responder","position":"MM_WAIT_MSG4","count":1,"summary":"INVALID-COOKIE in clear after message 3","evidence":[{"file":0,"packet":5,"what":"INVALID-COOKIE, not encrypted"}],
"causes":[{"cause":"no tunnel-group or pre-shared key for this peer address, so no state was kept","side":"responder","check":"is there a tunnel-group with a pre-shared key for exactly 192.0.2.1?"},
{"cause":"it dropped the exchange in between: limits, restart, failover","side":"responder","check":"look in its log at the time of the first unanswered message"},
{"cause":"a NAT or failover changes which device answers","side":null,"check":"does 198.51.100.2 belong to one device only?"}]}]}
)golden");
}

TEST_CASE("each attempt and each message ID below it is an exchange with an id of its own") {
  Scripted scripted;
  scripted.add("I1@0 | AM I1@10 R2@10.1 I3@10.2 RT1:171@10.3 IT2:171@10.4 IQ1:4660@11 RQ2:4660@11.1 IQ3:4660@11.2 RQ1:4660@12",
               judged(Verdict::up, {Position::am_active, Position::am_active, 3}, {}, Status::complete));
  const auto json = to_json(scripted.report());
  CHECK(has(json, R"("exchanges":["t1.a1","t1.a2","t1.a2.t000000ab","t1.a2.q00001234"])"));
  CHECK(has(json, R"({"id":"t1.a2.q00001234","tunnel":"t1","exchange_type":32,"mode":"quick")"));
  CHECK(has(json, R"("message_id":4660,"status":"complete","position":null)"));
  CHECK(has(json, R"("exchange_type":6,"mode":"transaction","initiator":{"address":"198.51.100.2","port":500})"));
  CHECK(has(json, R"("phase1":{"complete":true,"mode":"aggressive","auth":"PSK")"));
  CHECK(has(json, R"("phase2":{"complete":true,"count":1})"));
}

TEST_CASE("an unfinished Quick Mode has the status that its finding gives it") {
  auto rejected = finding(FindingId::phase2_rejected);
  rejected.message_id = 7;
  Scripted scripted;
  scripted.add("I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 IQ1:7@1 R-info@1.1 IQ1:8@2 IQ1:8@3 IQ1:9@4", judged(Verdict::stalled, {Position::mm_active, Position::mm_active, 6}, {rejected}, Status::complete));
  const auto json = to_json(scripted.report());
  CHECK(has(json, R"("message_id":7,"status":"refused")"));
  CHECK(has(json, R"("message_id":8,"status":"retrying")"));
  CHECK(has(json, R"("message_id":9,"status":"waiting")"));
  CHECK(has(json, R"("exchange":"t1.a1.q00000007","certainty":"likely","severity":"stall")"));
}

TEST_CASE("resends and copies name the packet they repeat") {
  Scripted scripted;
  scripted.add("I1@0 I1@4 I1*copy@4.01", judged(Verdict::stalled, {Position::mm_wait_msg2, Position::unseen, 1}));
  const auto json = to_json(scripted.report());
  CHECK(has(json, R"("packet":2,"time":"2023-11-14T22:13:24.000000Z","seconds":4.000000)"));
  CHECK(has(json, R"("resend_of":{"file":0,"packet":1},"mirror_of":null)"));
  CHECK(has(json, R"("resend_of":null,"mirror_of":{"file":0,"packet":1})"));
}

TEST_CASE("nanosecond captures have nine digits, unknown is null") {
  Scripted scripted;
  scripted.add("I-info@0", judged(Verdict::pending, {}));
  scripted.report().capture.nanoseconds = true;
  const auto json = to_json(scripted.report());
  CHECK(has(json, R"("time":"2023-11-14T22:13:20.000000000Z","seconds":0.000000000)"));
  CHECK(has(json, R"("position":{"initiator":null,"responder":null})"));
  CHECK(has(json, R"("phase1":{"complete":false,"mode":null,"auth":null,"encryption":null,"key_length":null,"hash":null,"group":null,"lifetime_seconds":null})"));
  CHECK(has(json, R"("nat":{"initiator":null,"responder":null})"));
}

TEST_CASE("hostile strings leave as valid JSON") {
  struct Row {
    std::string_view wire, json;
  };
  const Row rows[] = {
      {"quote\" backslash\\", R"("quote\" backslash\\")"},
      {"\x1b[0m\r\n\x7f", R"("\u001b[0m\u000d\u000a\u007f")"},
      {"caf\xc3\xa9", "\"caf\xc3\xa9\""},
      {"\xff\xc3", R"("\ufffd\ufffd")"},
      {"\xed\xa0\x80", R"("\ufffd\ufffd\ufffd")"},      // a surrogate
      {"\xc0\xaf", R"("\ufffd\ufffd")"},                // an overlong slash
      {"\xf4\x90\x80\x80", R"("\ufffd\ufffd\ufffd\ufffd")"},  // beyond U+10FFFF
      {std::string_view{"a\0b", 3}, R"("a\u0000b")"},
  };
  for (const Row& row : rows) {
    Scripted scripted;
    scripted.add("I1@0", judged(Verdict::pending, {Position::mm_wait_msg2, Position::unseen, 1}), [&](TunnelReport& report) { report.vendors_responder = {{nullptr, std::string{row.wire}}}; });
    CAPTURE(row.json);
    CHECK(has(to_json(scripted.report()), "\"vendors\":{\"initiator\":[],\"responder\":[" + std::string{row.json} + "]}"));
  }
}

TEST_CASE("a large report leaves in pieces, not as one string") {
  Scripted scripted;
  for (int i = 0; i < 200; ++i) scripted.add("I1@0 R2@0.1 I3@0.2", judged(Verdict::pending, {Position::mm_wait_msg4, Position::mm_wait_msg3, 3}));
  std::size_t pieces = 0, largest = 0;
  std::string whole;
  write_json(scripted.report(), [&](std::string_view piece) {
    ++pieces;
    largest = std::max(largest, piece.size());
    whole += piece;
  });
  CHECK(pieces > 3);
  CHECK(largest < 80'000);
  CHECK(whole == to_json(scripted.report()));
  CHECK(std::ranges::count(whole, '\n') == 1);
}

}  // namespace
}  // namespace ike::report
