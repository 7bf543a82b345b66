#include "ike/isakmp/header.hpp"

#include <doctest/doctest.h>

#include <string>

#include "support/packets.hpp"

using namespace ike;
using namespace ike::isakmp;
using test::Bytes;
using test::hex;

namespace {

const Bytes message_1 = test::isakmp({}, {test::vid(hex("afcad71368a1f1c96b8696fc77570100"))});

std::string told(const Bytes& payload, std::uint16_t source, std::uint16_t destination, std::size_t sent = 0) {
  constexpr std::string_view names[] = {"isakmp", "ikev2", "other version", "esp", "keepalive", "empty", "unknown"};
  const auto is = classify(payload, static_cast<std::uint32_t>(sent == 0 ? payload.size() : sent), source, destination);
  return std::string{names[static_cast<std::size_t>(is.content)]} + (is.offset != 0 ? " +" + std::to_string(is.offset) : "") +
         (is.marker_misplaced ? " misplaced" : "");
}

Bytes changed(Bytes octets, std::size_t at, std::uint8_t value) {
  octets[at] = value;
  return octets;
}

}  // namespace

TEST_CASE("a header cut at any field is refused and names that field") {
  struct Row {
    std::size_t keep;
    std::string_view field;
  };
  for (const Row& row : {Row{0, "Initiator Cookie"}, Row{7, "Initiator Cookie"}, Row{15, "Responder Cookie"}, Row{16, "Next Payload"},
                         Row{17, "Version"}, Row{18, "Exchange Type"}, Row{19, "Flags"}, Row{23, "Message ID"}, Row{27, "Length"}}) {
    CAPTURE(row.keep);
    const auto cut = decode_header(ByteView{message_1}.first(row.keep));
    REQUIRE_FALSE(cut);
    CHECK(cut.error().fault == Fault::truncated);
    CHECK(cut.error().field == row.field);
  }
}

TEST_CASE("a header is read field by field") {
  // aggressive, encryption and commit flag; octets behind the header are not the header's business
  const auto header = decode_header(hex("0102030405060708 1112131415161718 05 10 04 03 deadbeef 0000001d ff"));
  REQUIRE(header);
  CHECK(header->initiator_cookie == 0x0102030405060708);
  CHECK(header->responder_cookie == 0x1112131415161718);
  CHECK(header->next_payload == PayloadType::identification);
  CHECK(header->major() == 1);
  CHECK(header->minor() == 0);
  CHECK(header->exchange_type == ExchangeType::aggressive);
  CHECK(header->encrypted());
  CHECK(header->commit());
  CHECK_FALSE(header->authentication_only());
  CHECK(header->message_id == 0xdeadbeef);
  CHECK(header->length == 29);
  CHECK(to_string_cookie(header->initiator_cookie) == "0102030405060708");
  CHECK(to_string_cookie(0) == "0000000000000000");
}

TEST_CASE("the content of a datagram is told from its octets and ports") {
  const auto marked = test::with_marker(message_1);
  const Bytes random(100, 0x5a);
  struct Row {
    std::string_view what;
    Bytes payload;
    std::uint16_t source, destination;
    std::string_view told;
  };
  const Row rows[] = {
      {"plain on 500", message_1, 500, 500, "isakmp"},
      {"plain on another port", message_1, 848, 40000, "isakmp"},
      {"marker on 4500", marked, 4500, 4500, "isakmp +4"},
      {"marker, one side behind NAT", marked, 1025, 4500, "isakmp +4"},
      {"marker on 500", marked, 500, 500, "isakmp +4 misplaced"},
      {"no marker on 4500", message_1, 4500, 4500, "isakmp misplaced"},
      {"no marker on 4500, unknown exchange", changed(message_1, 18, 99), 4500, 4500, "esp"},
      {"no marker on 4500, other length", changed(message_1, 27, 99), 4500, 4500, "esp"},
      {"no marker on 4500, version 1.1", changed(message_1, 17, 0x11), 4500, 4500, "esp"},
      {"wrong length on 500", changed(message_1, 27, 0), 500, 500, "isakmp"},
      {"unknown exchange on 500", changed(message_1, 18, 99), 500, 500, "isakmp"},
      {"IKEv2", changed(changed(message_1, 17, 0x20), 18, 34), 500, 500, "ikev2"},
      {"IKEv2 behind a marker", changed(changed(marked, 21, 0x20), 22, 35), 4500, 4500, "ikev2 +4"},
      {"version 3", changed(message_1, 17, 0x30), 500, 500, "other version"},
      {"AuthIP", changed(message_1, 18, 243), 500, 500, "isakmp"},
      {"cookie that begins with zeros on 500", hex("00000000 05060708 0000000000000000 00 10 02 00 00000000 0000001c"), 500, 500, "isakmp"},
      {"the same on 4500 without marker", hex("00000000 05060708 0000000000000000 00 10 02 00 00000000 0000001c"), 4500, 4500, "isakmp misplaced"},
      {"keepalive", hex("ff"), 4500, 4500, "keepalive"},
      {"one other octet", hex("00"), 4500, 4500, "unknown"},
      {"nothing", {}, 500, 500, "empty"},
      {"lone marker", hex("00000000"), 4500, 4500, "empty +4"},
      {"ESP", random, 4500, 4500, "esp"},
      {"too short for ESP", hex("0102030405060708"), 4500, 4500, "unknown"},
      {"noise on 500", random, 500, 500, "unknown"},
      {"noise behind a marker", test::with_marker(random), 4500, 4500, "unknown +4"},
      {"27 octets", Bytes(message_1.begin(), message_1.begin() + 27), 500, 500, "unknown"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(told(row.payload, row.source, row.destination) == row.told);
  }
}

TEST_CASE("a datagram that the snap length cut is told from what is left") {
  const Bytes cut(message_1.begin(), message_1.begin() + 26);  // 68 octets of an Ethernet frame
  CHECK(told(cut, 500, 500, message_1.size()) == "isakmp");
  const auto first = [](const Bytes& octets, std::size_t keep) { return Bytes(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(keep)); };
  const auto marked = [&](std::uint8_t exchange, std::size_t keep) { return told(first(test::with_marker(test::isakmp_encrypted({.exchange = exchange, .message_id = 7}, 8, 92, 1)), 4 + keep), 4500, 4500, 96); };
  CHECK(marked(4, 20) == "isakmp +4");  // 66 octets of an Ethernet frame
  CHECK(marked(4, 19) == "unknown +4");
  CHECK(marked(5, 20) == "isakmp +4");
  CHECK(marked(32, 22) == "isakmp +4");
  CHECK(marked(32, 21) == "unknown +4");  // which Quick Mode can't be told
  CHECK(marked(6, 21) == "unknown +4");
  CHECK(told(hex("ff"), 4500, 4500, 120) == "unknown");  // not a keepalive
  CHECK(told({}, 4500, 4500, 120) != "empty");
}
