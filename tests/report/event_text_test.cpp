#include "ike/report/event_text.hpp"

#include <doctest/doctest.h>

#include "scripted.hpp"

using namespace ike;
using namespace ike::report;
using isakmp::ExchangeType;
using isakmp::PayloadType;

namespace {

const Time when{std::chrono::seconds{1'000'000'000}};

net::Datagram datagram() {
  net::Datagram made;
  made.time = Time{std::chrono::microseconds{1'000'000'000'123'456}};
  made.source = {*net::parse_address("192.0.2.1"), 500};
  made.destination = {*net::parse_address("198.51.100.2"), 500};
  return made;
}

}  // namespace

TEST_CASE("a message is a line: when, who, which message, what is in it") {
  const net::Datagram from = datagram();
  isakmp::Header first;
  first.initiator_cookie = 0x0123456789abcdef;
  first.exchange_type = ExchangeType::identity_protection;
  first.length = 204;
  isakmp::Header sealed = first;
  sealed.flags = 1;
  sealed.length = 76;
  isakmp::Header quick = sealed;
  quick.exchange_type = ExchangeType::quick_mode;
  quick.message_id = 7;
  isakmp::Header informational = first;
  informational.exchange_type = ExchangeType::informational;
  const std::vector offer{PayloadType::security_association, PayloadType::vendor_id, PayloadType::vendor_id};
  const std::vector notify{PayloadType::notification};
  const std::vector gone{PayloadType::delete_};

  struct Row {
    Passing event;
    std::string_view text;
    bool news = true;
  };
  using Kind = Passing::Kind;
  for (const Row& row : {
           Row{{.kind = Kind::message, .datagram = from, .header = first, .payloads = offer, .begins = true, .number = 1}, "1   SA VIDx2 (204), Main Mode begins, CKY-I 0123456789abcdef"},
           Row{{.kind = Kind::message, .datagram = from, .header = sealed, .begins = true, .from_the_beginning = false, .number = 5}, "5   encrypted (76), Main Mode seen from here on, CKY-I 0123456789abcdef"},
           Row{{.kind = Kind::resend, .datagram = from, .header = first, .number = 1, .times_sent = 3, .since = std::chrono::seconds{8}}, "1   again, after 8.0 s, sent 3 times"},
           Row{{.kind = Kind::message, .datagram = from, .header = quick, .begins = true, .number = 1}, "QM1 encrypted (76), Quick Mode begins"},
           Row{{.kind = Kind::message, .datagram = from, .header = informational, .payloads = notify, .notify = 14}, "N   NO-PROPOSAL-CHOSEN"},
           Row{{.kind = Kind::message, .datagram = from, .header = informational, .payloads = gone}, "D   D (204)"},
           Row{{.kind = Kind::copy, .datagram = from, .header = first, .number = 1}, "1   copy", false},
       }) {
    CHECK(event_line(row.event) == "01:46:40.123  192.0.2.1 -> 198.51.100.2        " + std::string{row.text} + "\n");
    CHECK(is_news(row.event) == row.news);
  }
  informational.flags = 1;
  CHECK_FALSE(is_news({.kind = Kind::message, .datagram = from, .header = informational}));
}

TEST_CASE("how a tunnel stands is a line with its finding; colour only where it is wanted") {
  Scripted scripted;
  diagnose::Finding stall = finding(diagnose::FindingId::no_reply_msg1);
  stall.position = track::Position::mm_wait_msg2;
  scripted.add("I1@0 END@20", judged(diagnose::Verdict::stalled, {}, {stall}));
  scripted.add("I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 IQ1@0.6 RQ2@0.7 IQ3@1.25", judged(diagnose::Verdict::up, {}));
  scripted.add("I1@0 R2@0.1 I3@0.2", judged(diagnose::Verdict::up, {}, {finding(diagnose::FindingId::esp_one_way)}));
  const Report& report = scripted.report();
  const auto line = [&](std::size_t row, bool colour) { return tunnel_line(when, report.tunnels[row], report.open(report.tunnels[row]), colour); };
  CHECK(line(0, false).find("192.0.2.1 -> 198.51.100.2        STALLED at MM_WAIT_MSG2: no reply to message 1 (likely, no-reply-msg1)\n") != std::string::npos);
  CHECK(line(1, false).ends_with("  up after 1.250 s\n"));
  CHECK(line(2, false).find(", warning: ") != std::string::npos);
  CHECK(line(0, true).find("\x1b[1;31mSTALLED\x1b[0m") != std::string::npos);
  CHECK(line(0, false).find('\x1b') == std::string::npos);
}

TEST_CASE("an ICMP error and the capture itself have lines, too") {
  net::IcmpError error;
  static_cast<net::PacketInfo&>(error) = datagram();
  error.type = 3;
  error.code = 3;
  error.quoted_source = error.destination;
  error.quoted_destination = error.source;
  CHECK(event_line(error).ends_with("ICMP port unreachable, about 198.51.100.2:500 -> 192.0.2.1:500\n"));
  CHECK(capture_line(error.time, "eth\x1b", "down") == "01:46:40.123  eth\\x1b: down\n");
}
