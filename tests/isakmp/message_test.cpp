#include "ike/isakmp/message.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <random>
#include <string>

#include "isakmp/captured_messages.hpp"
#include "support/packets.hpp"

using namespace ike;
using namespace ike::isakmp;
using test::Bytes;
using test::hex;
using test::operator+;

namespace {

std::string dumped(const Bytes& octets, std::size_t sent = 0) {
  Message message;
  decode_message(octets, static_cast<std::uint32_t>(sent == 0 ? octets.size() : sent), message);
  return dump(message);
}

// Without the cookies, which are the same in every row below.
std::string inside(const Bytes& octets, std::size_t sent = 0) {
  const auto text = dumped(octets, sent);
  constexpr std::string_view end_of_cookies = "CKY-R=0000000000000000";
  const auto at = text.find(end_of_cookies);
  REQUIRE(at != std::string::npos);
  return text.substr(std::min(text.size(), at + end_of_cookies.size() + 1));
}

Bytes changed(Bytes octets, std::size_t at, const Bytes& values) {
  std::copy(values.begin(), values.end(), octets.begin() + static_cast<std::ptrdiff_t>(at));
  return octets;
}

const Bytes vid_a = hex("afcad71368a1f1c96b8696fc77570100");
const Bytes two_vids = test::isakmp({}, {test::vid(vid_a), test::vid(hex("aa"))});  // payloads at 28 and 48, 53 octets

}  // namespace

TEST_CASE("real messages read as tshark reads them") {
  CHECK(dumped(hex(captured::strongswan_message_1)) ==
        "MM CKY-I=aadb0aa6812e332c CKY-R=0000000000000000 SA(IPSEC, P1[ISAKMP, T1{AES-CBC-256, SHA2-256, PSK, MODP-2048, "
        "15840 s}]) VID(09002689dfd6b712) VID(afcad71368a1f1c96b8696fc77570100) "
        "VID(4048b7d56ebce88525e7de7f00d6c2d380000000) VID(4a131c81070358455c5728f20e95452f) "
        "VID(90cb80913ebb696e086381b5ec427b1f)");
  CHECK(dumped(hex(captured::strongswan_message_3)) ==
        "MM CKY-I=aadb0aa6812e332c CKY-R=0ef821d7e3942287 KE(256) NONCE(32) NAT-D(eef7c787... (32 octets)) "
        "NAT-D(bf480215... (32 octets))");
  CHECK(dumped(hex(captured::strongswan_message_5)) == "MM CKY-I=aadb0aa6812e332c CKY-R=0ef821d7e3942287 FLAGS=01 ENC(ID, 64)");
  CHECK(dumped(hex(captured::libreswan_message_1)) ==
        "MM CKY-I=8d46b15c10728e68 CKY-R=0000000000000000 SA(IPSEC, P0[ISAKMP, T0{AES-CBC-256, SHA2-256, PSK, MODP-2048, "
        "28800 s}]) VID(4048b7d56ebce88525e7de7f00d6c2d3) VID(afcad71368a1f1c96b8696fc77570100) "
        "VID(4a131c81070358455c5728f20e95452f) VID(7d9419a65310ca6f2c179d9215529d56) "
        "VID(90cb80913ebb696e086381b5ec427b1f) VID(cd60464335df21f87cfdb2fc68b6a448)");
  CHECK(dumped(hex(captured::no_proposal_chosen)) ==
        "INFO CKY-I=8d46b15c10728e68 CKY-R=aea3467c08d9a048 MID=b144877a "
        "N(NO-PROPOSAL-CHOSEN, ISAKMP SPI=8d46b15c10728e68aea3467c08d9a048)");
  CHECK(dumped(hex(captured::ke_empty)) ==
        "MM CKY-I=cd4b2f9bb9591c93 CKY-R=8d4d3305871a3501 KE(malformed: bad length @0 Key Exchange Data) NONCE(32) "
        "NAT-D(6676f043... (32 octets)) NAT-D(3b45a9de... (32 octets))");
  CHECK(dumped(hex(captured::aggressive_2)) ==
        "AM CKY-I=08210da8a4041f72 CKY-R=db718470fefd4232 SA(IPSEC, P1[ISAKMP, T1{AES-CBC-256, SHA2-256, PSK, MODP-2048, "
        "15840 s}]) KE(256) NONCE(32) ID(ID_FQDN right.lab.example) VID(09002689dfd6b712) "
        "VID(afcad71368a1f1c96b8696fc77570100) VID(4048b7d56ebce88525e7de7f00d6c2d380000000) "
        "VID(4a131c81070358455c5728f20e95452f) NAT-D(56ff83dc... (32 octets)) NAT-D(ac15158e... (32 octets)) HASH(32)");
}

TEST_CASE("a chain is read as far as its lengths lead, and its first fault is told") {
  const std::string both = "VID(afcad71368a1f1c96b8696fc77570100) VID(aa)";
  const std::string first = "VID(afcad71368a1f1c96b8696fc77570100)";
  struct Row {
    std::string_view what;
    Bytes octets;
    std::string inside;
  };
  const Row rows[] = {
      {"good", two_vids, both},
      {"header length 0", changed(two_vids, 24, test::be32(0)), both + " FAULT(bad length @24 Length)"},
      {"header length 27", changed(two_vids, 24, test::be32(27)), both + " FAULT(bad length @24 Length)"},
      {"header length beyond the datagram", changed(two_vids, 24, test::be32(54)), both + " FAULT(truncated @24 Length)"},
      {"header length at its most", changed(two_vids, 24, test::be32(0xffffffff)), both + " FAULT(truncated @24 Length)"},
      {"octets behind the message", two_vids + hex("0000"), both + " FAULT(trailing octets @53 Length)"},
      {"octets behind the chain", changed(two_vids + hex("0000"), 24, test::be32(55)), both + " FAULT(trailing octets @53 end)"},
      {"zeros to a multiple of four, as libreswan adds them", changed(two_vids + hex("000000"), 24, test::be32(56)), both},
      {"other octets to a multiple of four", changed(two_vids + hex("000001"), 24, test::be32(56)), both + " FAULT(trailing octets @53 end)"},
      {"four octets more than that", changed(two_vids + Bytes(7, 0), 24, test::be32(60)), both + " FAULT(trailing octets @53 end)"},
      {"payload length 0", changed(two_vids, 50, hex("0000")), first + " VID(malformed: bad length @0 Payload Length) FAULT(bad length @50 Payload Length)"},
      {"payload length 3", changed(two_vids, 50, hex("0003")), first + " VID(malformed: bad length @0 Payload Length) FAULT(bad length @50 Payload Length)"},
      {"payload longer than the message", changed(two_vids, 50, hex("0006")),
       first + " VID(malformed: truncated @1 Payload Length) FAULT(truncated @50 Payload Length)"},
      {"next payload although none follows", changed(two_vids, 48, hex("0d")), both + " FAULT(broken chain @53 Next Payload)"},
      {"next payload 0 although one follows", changed(two_vids, 28, hex("00")), first + " FAULT(trailing octets @48 end)"},
      {"next payload lies about the type", changed(two_vids, 28, hex("0a")), first + " NONCE(malformed: bad length @0 Nonce Data)"},
      {"next payload of an unassigned type", changed(two_vids, 28, hex("c8")), first + " 200(1 octets)"},
      {"less than a payload header", changed(changed(two_vids, 48, hex("0d")) + hex("000000"), 24, test::be32(56)),
       both + " VID(malformed: truncated @0 generic payload header) FAULT(truncated @53 generic payload header)"},
      {"reserved flag bits", changed(two_vids, 19, hex("f8")), "FLAGS=f8 " + both},
      {"no payload at all", test::isakmp({}, {}), ""},
      {"no payload, but one announced", changed(test::isakmp({}, {}), 16, hex("0d")), "FAULT(broken chain @28 Next Payload)"},
      {"major version 2", changed(two_vids, 17, hex("20")), "V2.0"},
      {"version 1.1", changed(two_vids, 17, hex("11")), "V1.1 " + both},
      {"encryption flag, nothing encrypted", changed(test::isakmp({}, {}), 19, hex("01")), "FLAGS=01"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(inside(row.octets) == row.inside);
  }
}

TEST_CASE("a vendor ID before the SA, a KE twice and a payload without octets are kept as they come") {
  const auto octets = test::isakmp({}, {test::vid(hex("aa")), test::ke(128), test::ke(128), test::vid({}), {.type = 8}});
  CHECK(inside(octets) == "VID(aa) KE(128) KE(128) VID() HASH(malformed: bad length @0 Hash Data)");
}

TEST_CASE("the DOI of the SA payload decides what a payload 15 behind it is") {
  const test::Part digest{15, hex("000102030405060708090a0b0c0d0e0f10111213")};
  CHECK(inside(test::isakmp({.exchange = 4}, {test::sa({}, 1), digest})) == "SA(IPSEC) NAT-D(00010203... (20 octets))");
  CHECK(inside(test::isakmp({.exchange = 4}, {test::sa({}, 2), digest})) == "SA(GDOI) SAK(20 octets)");
}

TEST_CASE("a message that the snap length cut keeps its whole payloads and has no fault") {
  const std::string first = "VID(afcad71368a1f1c96b8696fc77570100)";
  struct Row {
    std::size_t keep;
    std::string inside;
  };
  for (const Row& row : {Row{53, first + " VID(aa)"}, Row{52, first + " VID(malformed: truncated @0 Payload Length) CUT(52/53)"},
                         Row{51, first + " VID(malformed: truncated @0 generic payload header) CUT(51/53)"}, Row{48, first + " CUT(48/53)"},
                         Row{47, "VID(malformed: truncated @15 Payload Length) CUT(47/53)"}, Row{28, "CUT(28/53)"}, Row{26, "CUT(26/53)"},
                         Row{24, "CUT(24/53)"}, Row{20, "CUT(20/53)"}, Row{19, "FAULT"}}) {
    CAPTURE(row.keep);
    const Bytes cut(two_vids.begin(), two_vids.begin() + static_cast<std::ptrdiff_t>(row.keep));
    if (row.keep >= shortest_cut_header) {
      CHECK(inside(cut, 53) == row.inside);
    } else {
      Message message;
      CHECK_FALSE(decode_message(cut, 53, message));
      CHECK(message.fault->field == "Flags");
    }
  }
  // octets behind the message that the capture does not hold are no cut of the message
  CHECK(inside(two_vids, 60) == first + " VID(aa) CUT(53/60) FAULT(trailing octets @53 Length)");
}

TEST_CASE("a fragment is read although the encryption flag is set") {
  const auto clear = test::isakmp({}, {{132, hex("0001 01 01 aabb")}});
  CHECK(inside(clear) == "FRAG(1/1 last, 2)");
  CHECK(inside(changed(clear, 19, hex("01"))) == "FLAGS=01 FRAG(1/1 last, 2)");
  const auto encrypted = test::isakmp_encrypted({}, 132, 28 + 64);
  CHECK(inside(encrypted) == "FLAGS=01 ENC(FRAG, 64)");
}

TEST_CASE("more payloads than the limit are told as such") {
  const std::vector<test::Part> parts(max_payloads + 1, test::vid(hex("aa")));
  const auto octets = test::isakmp({}, parts);
  Message message;
  REQUIRE(decode_message(octets, static_cast<std::uint32_t>(octets.size()), message));
  CHECK(message.payloads.size() == max_payloads);
  REQUIRE(message.fault);
  CHECK(*message.fault == DecodeError{Fault::limit_reached, 28 + 5 * max_payloads, "payload"});
}

TEST_CASE("decoding into a used message leaves nothing of the one before") {
  Message message;
  const auto encrypted = test::isakmp_encrypted({}, 5, 92);
  REQUIRE(decode_message(encrypted, 92, message));
  CHECK(message.ciphertext.size() == 64);
  REQUIRE(decode_message(two_vids, 40, message));
  CHECK(message.ciphertext.empty());
  CHECK(message.fault);
  const auto* before = message.payloads.data();
  REQUIRE(decode_message(hex(captured::no_proposal_chosen), 56, message));
  CHECK(message.payloads.size() == 1);
  CHECK(message.payloads.data() == before);  // not allocated anew
  CHECK_FALSE(message.fault);
  CHECK_FALSE(message.cut);
  CHECK_FALSE(decode_message(hex("00"), 1, message));
  CHECK(message.payloads.empty());
}

TEST_CASE("decrypted payloads may end in padding of any value") {
  Header header;
  header.version = 0x10;
  header.exchange_type = ExchangeType::quick_mode;
  header.flags = 1;
  const auto chain = test::chain({test::hash(20), test::nonce(16)});
  std::vector<Payload> payloads;
  std::optional<DecodeError> fault;
  for (const std::size_t padding : {0U, 1U, 16U, 255U}) {
    CAPTURE(padding);
    decode_payloads(PayloadType::hash, chain + Bytes(padding, 0xa5), 28, header, payloads, fault);
    CHECK_FALSE(fault);
    REQUIRE(payloads.size() == 2);
    CHECK(payloads[1].offset == 28 + 24);
  }
  decode_payloads(PayloadType::hash, chain + Bytes(256, 0), 28, header, payloads, fault);
  REQUIRE(fault);
  CHECK(*fault == DecodeError{Fault::trailing, 28 + chain.size(), "end"});
  // what a wrong key gives
  decode_payloads(PayloadType::hash, hex("00112233445566778899aabbccddeeff"), 28, header, payloads, fault);
  REQUIRE(fault);
  CHECK(*fault == DecodeError{Fault::truncated, 30, "Payload Length"});
  decode_payloads(PayloadType::hash, {}, 28, header, payloads, fault);
  REQUIRE(fault);
  CHECK(fault->fault == Fault::chain_broken);
}

TEST_CASE("no octets at all, damaged anywhere, lead outside of them") {
  std::mt19937 random{1};
  const Bytes messages[] = {hex(captured::strongswan_message_1), hex(captured::aggressive_2), hex(captured::no_proposal_chosen), two_vids};
  std::size_t read = 0;
  Message message;
  for (unsigned round = 0; round < 4000; ++round) {
    auto octets = messages[random() % std::size(messages)];
    for (auto changes = 1 + random() % 6; changes > 0; --changes) octets[random() % octets.size()] = static_cast<std::uint8_t>(random());
    const auto size = random() % (octets.size() + 1);
    const auto exact = std::make_unique<std::uint8_t[]>(size);  // of exactly that size, so that a sanitizer sees one octet too far
    std::copy_n(octets.begin(), size, exact.get());
    const ByteView view{exact.get(), size};
    const auto sent = static_cast<std::uint32_t>(random() % 2 == 0 ? octets.size() : size);
    if (!decode_message(view, sent, message)) continue;
    if (dump(message).size() > 40) ++read;
    CHECK(message.payloads.size() <= max_payloads);
    for (const auto& payload : message.payloads) CHECK(payload.offset < size);
  }
  CHECK(read > 1000);
}
