#include "ike/isakmp/describe.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "isakmp/captured_messages.hpp"
#include "support/packets.hpp"

using namespace ike;
using namespace ike::isakmp;
using test::Bytes;
using test::hex;

namespace {

std::string described(const Bytes& octets, std::size_t sent = 0) {
  Message message;
  decode_message(octets, static_cast<std::uint32_t>(sent == 0 ? octets.size() : sent), message);
  std::vector<Line> lines;
  describe(message, lines);
  std::string text;
  for (const auto& line : lines) text += std::string(2 * std::size_t{line.indent}, ' ') + line.text + '\n';
  return text;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

Bytes text(std::string_view characters) { return {characters.begin(), characters.end()}; }

}  // namespace

TEST_CASE("a refusal reads field by field") {
  CHECK(described(hex(captured::no_proposal_chosen)) ==
        "ISAKMP Informational (5)\n"
        "  initiator cookie: 8d46b15c10728e68\n"
        "  responder cookie: aea3467c08d9a048\n"
        "  next payload: Notification (11)\n"
        "  version: 1.0\n"
        "  exchange type: Informational (5)\n"
        "  flags: 0x00 (not set: encryption, commit, authentication-only)\n"
        "  message ID: 0xb144877a\n"
        "  length: 56\n"
        "  Notification (11) payload at offset 28, length 28, next 0\n"
        "    DOI: IPSEC (1)\n"
        "    protocol: ISAKMP (1)\n"
        "    type: NO-PROPOSAL-CHOSEN (14)\n"
        "    SPI size: 16\n"
        "    SPI: 16 octets: 8d46b15c10728e68aea3467c08d9a048, the cookies of this message\n");
}

TEST_CASE("a transform has one readable line, and one for every attribute as it was sent") {
  const auto said = described(hex(captured::libreswan_message_1));
  CHECK(has(said,
            "    proposal 0: ISAKMP (1), 1 transform announced, length 44, SPI size 0\n"
            "      transform 0: AES-CBC-256, SHA2-256, PSK, MODP-2048, 28800 s\n"
            "        transform ID: KEY_IKE (1), length 36\n"
            "        Life-Type (11): seconds (1)\n"
            "        Life-Duration (12): 28800\n"
            "        Encryption-Algorithm (1): AES-CBC (7)\n"
            "        Hash-Algorithm (2): SHA2-256 (4)\n"
            "        Authentication-Method (3): pre-shared key (1)\n"
            "        Group-Description (4): MODP-2048 (14)\n"
            "        Key-Length (14): 256\n"));
  CHECK(has(said, "    known as: Dead Peer Detection 1.0\n    origin: "));
}

TEST_CASE("phase 2 reads like phase 1: ESP with mode, group and both lifetimes; proposals of one number belong together") {
  using test::operator+;
  const auto attributes = test::basic(1, 1) + test::variable(2, test::be32(28800)) + test::basic(4, 3) + test::basic(3, 14) + test::basic(5, 2) + test::basic(6, 256);
  auto octets = test::isakmp({.exchange = 32, .message_id = 7}, {test::hash(20), test::sa({{3, hex("11223344"), {{12, attributes}}}, {4, hex("0001"), {{3, {}}}}})});
  octets[116] = 1;  // number of the second proposal
  const auto said = described(octets);
  CHECK(has(said,
            "proposal 1: ESP (3), 1 transform announced, length 48, SPI size 4, SPI 11223344\n"
            "      transform 1: ESP_AES-CBC-256, 28800 s, UDP-encapsulated tunnel, MODP-2048, HMAC-SHA1\n"
            "        transform ID: ESP_AES-CBC (12), length 36\n"
            "        SA-Life-Type (1): seconds (1)\n"
            "        SA-Life-Duration (2), 4 octets: 28800\n"
            "        Encapsulation-Mode (4): UDP-encapsulated tunnel (3)\n"));
  CHECK(has(said, "IPCOMP (4), 1 transform announced, length 18, SPI size 2, SPI 0001, together with the one before\n      transform 1: IPCOMP_LZS\n"));
}

TEST_CASE("a broken attribute list is shown up to its fault, and behind it the octets that were not read") {
  using test::operator+;
  const auto list = test::basic(1, 7) + test::basic(14, 128) + hex("000c0009 0001");  // a lifetime of nine octets, two there
  const auto said = described(test::isakmp({}, {test::sa({{1, {}, {{1, list}}}})}));
  CHECK(has(said,
            "      transform 1: AES-CBC-128\n"
            "        transform ID: KEY_IKE (1), length 22\n"
            "        Encryption-Algorithm (1): AES-CBC (7)\n"
            "        Key-Length (14): 128\n"
            "        ! truncated at offset 66: Attribute Value\n"
            "        not read: 6 octets: 000c00090001\n"));
  const auto config = described(test::isakmp({.exchange = 6}, {{14, hex("01 00 0001 4089 0003 616263 0001 00ff 0a")}}));
  CHECK(has(config,
            "    XAUTH_USER_NAME (16521): \"abc\"\n"
            "    ! truncated at offset 45: Attribute Value\n"
            "    not read: 5 octets, hidden: a secret may be among them\n"));
}

TEST_CASE("no octet is passed over: reserved ones that are not zero, padding, what is left over and what follows") {
  using test::operator+;
  auto octets = test::isakmp({.flags = 0x18}, {test::sa({{1, {}, {{1, test::basic(1, 7)}}}}), {14, hex("01 05 0001")}, {21, hex("01 00 00 09 c0000201")}});
  octets[29] = 0x80;  // of the SA's generic header
  octets[41] = 0x81;  // the proposal's
  octets[49] = 0x82;  // the transform's
  octets[55] = 0x83;  // RESERVED2
  const auto said = described(octets);
  for (const std::string_view line : {"flags: 0x18 (not set: encryption, commit, authentication-only), reserved bits set: 0x18\n", "    reserved octet is not zero: 0x80\n    DOI", "      reserved octet is not zero: 0x81\n",
                                      "        reserved octet is not zero: 0x82\n", "RESERVED2 is not zero: 0x0083\n", "reserved octet is not zero: 0x05\n",
                                      "reserved octets are not zero: 0x000009\n"}) {
    CAPTURE(line);
    CHECK(has(said, line));
  }
  struct Row {
    std::string_view what;
    Bytes added;
    std::uint32_t length;
    std::string_view line;
  };
  const auto plain = test::isakmp({}, {test::vid(hex("aa"))});  // 33 octets
  for (const Row& row : {Row{"padding", hex("000000"), 36, "  padding, all zero at offset 33, 3 octets: 000000\n"}, Row{"left over", hex("0102"), 35, "  left over at offset 33, 2 octets: 0102\n"},
                         Row{"behind the message", hex("0a0b"), 33, "  behind the message at offset 33, 2 octets: 0a0b\n"}}) {
    CAPTURE(row.what);
    auto changed = plain + row.added;
    changed[27] = static_cast<std::uint8_t>(row.length);
    CHECK(has(described(changed), row.line));
  }
  auto loop = plain + hex("0d000004 ffff");
  loop[27] = 39;
  loop[28] = 13;  // another VID follows, and after it one that claims length 0
  loop[33] = 13;
  CHECK(has(described(loop), "offset 37, length 0, next 0\n    ! truncated at offset 37: generic payload header\n    body: 2 octets: ffff\n"));
}

TEST_CASE("selectors name protocol and port") {
  const auto said = described(test::isakmp({.exchange = 32, .message_id = 7}, {test::identification(1, hex("c0000201"), 17, 500), test::identification(4, hex("0a000000 ff000000"), 0, 0), test::identification(2, text("a"), 99, 1)}));
  CHECK(has(said, "protocol: 17 (UDP)\n    port: 500\n    data: 192.0.2.1\n"));
  CHECK(has(said, "protocol: 0 (any)\n    port: 0 (any)\n    data: 10.0.0.0/8\n"));
  CHECK(has(said, "protocol: 99\n"));
}

TEST_CASE("mode config, XAUTH and notify data are read by their own formats") {
  using test::operator+;
  const auto config = hex("02 00 0007") + test::variable(1, hex("0a000001")) + test::variable(5, test::be32(3600)) + test::variable(14, hex("00014089")) +
                      test::variable(15, hex("20010db8000000000000000000000000 20")) + test::basic(16520, 1) + test::basic(16527, 0) +
                      test::variable(28676, hex("0a010000 ffff0000 000000000000")) + test::basic(28679, 1) + test::variable(8, {}) + test::basic(99, 5);
  const auto said = described(test::isakmp({.exchange = 6}, {{14, config}, test::notify(40501, hex("c0000209")), test::notify(24577, test::be32(1)), test::notify(36137, test::be32(9))}));
  for (const std::string_view line : {"INTERNAL_IP4_ADDRESS (1): 10.0.0.1\n", "INTERNAL_ADDRESS_EXPIRY (5): 3600 s\n", "SUPPORTED_ATTRIBUTES (14): INTERNAL_IP4_ADDRESS (1), XAUTH_USER_NAME (16521)\n",
                                      "INTERNAL_IP6_SUBNET (15): 2001:db8::/32\n", "XAUTH_TYPE (16520): RADIUS-CHAP (1)\n", "XAUTH_STATUS (16527): failed (0)\n",
                                      "UNITY_SPLIT_INCLUDE (28676): 10.1.0.0/16\n", "UNITY_PFS (28679): yes (1)\n", "INTERNAL_IP6_ADDRESS (8): empty\n", "    99: 5\n",
                                      "data: 192.0.2.9\n", "data: replay detection (1)\n", "sequence number: 9\n"}) {
    CAPTURE(line);
    CHECK(has(said, line));
  }
}

TEST_CASE("what is verified of a vendor ID is told apart from what is not") {
  const auto said = described(test::isakmp({}, {test::vid(hex("4a131c81070358455c5728f20e95452f")), test::vid(hex("699369228741c6d4ca094c93e242c9de19e7b7c60000000500000500")), test::vid(hex("0102"))}));
  CHECK(has(said, "known as: RFC 3947 NAT-T\n    origin: IETF; MD5 of \"RFC 3947\", verified\n"));
  CHECK(has(said, "known as: Netscreen-06, then 0000000500000500 (not verified)\n    origin: Juniper/NetScreen; not verified\n"));
  CHECK(has(said, "known as: not known\n"));
}

TEST_CASE("GDOI, AuthIP and other DOIs are named") {
  const auto gdoi = described(test::isakmp({}, {test::sa({}, 2), {15, Bytes(20, 1)}, {16, Bytes(9, 2)}, {17, hex("00")}}));
  for (const std::string_view line : {"DOI: GDOI (2)\n", "SA KEK (GDOI) (15) payload", "SA TEK (GDOI) (16) payload", "Key Download (17) payload"}) CHECK(has(gdoi, line));
  const auto authip = described(test::isakmp({.exchange = 243}, {{133, hex("0102")}}));
  CHECK(has(authip, "ISAKMP Microsoft AuthIP Main Mode (243)\n"));
  CHECK(has(authip, "AuthIP crypto (Microsoft) (133) payload at offset 28, length 6, next 0\n    body: 2 octets: 0102\n"));
  CHECK(has(described(test::isakmp({}, {test::sa({{1, {}, {{1, {}}}}}, 9)})), "this DOI is not known; what follows is read as that of IPSEC\n"));
  const auto ikev2 = described(test::isakmp({.exchange = 34, .flags = 0x28, .version = 0x20}, {{41, hex("01000005")}}));
  CHECK(has(ikev2, "ISAKMP IKEv2 IKE_SA_INIT (34)\n"));
  CHECK(has(ikev2, "next payload: Notify (41)\n"));
  CHECK(has(ikev2, "flags: 0x28 initiator response\n"));
  CHECK(has(ikev2, "payloads of this version are not decoded; 8 octets: 0000000801000005\n"));
}

TEST_CASE("whoever knows more adds lines behind those of a payload") {
  Message message;
  const auto octets = test::isakmp({}, {test::vid(hex("aa")), test::vid(hex("bb"))});
  REQUIRE(decode_message(octets, static_cast<std::uint32_t>(octets.size()), message));
  std::vector<Line> lines;
  describe(message, lines, [](const Payload& payload, std::vector<Line>& out) { out.push_back({2, "at " + std::to_string(payload.offset)}); });
  CHECK(lines.back().text == "at 33");
  CHECK(std::ranges::count(lines, "at 28", &Line::text) == 1);
}

TEST_CASE("octets are counted once, and dots stand for those left out") {
  const auto said = described(hex(captured::libreswan_message_1));
  CHECK(has(said, "    data: 16 octets: afcad71368a1f1c96b8696fc77570100\n"));
  Bytes long_one = hex("ce22210d72bf1d5c" "045acb88b04a4f0c" "04" "10" "02" "00" "00000000" "00000061" "00000045");  // KE, 65 octets
  long_one.resize(0x61, 0xab);
  std::string shown;
  for (int octet = 0; octet < 64; ++octet) shown += "ab";
  CHECK(has(described(long_one), "    public value: 65 octets: " + shown + "...\n"));
}

TEST_CASE("faults are told with their place in the message") {
  CHECK(has(described(hex(captured::ke_empty)), "    ! bad length at offset 32: Key Exchange Data\n"));
  auto broken = hex(captured::libreswan_message_1);
  broken[28 + 4 + 8 + 3] = 0xff;  // length of the proposal
  CHECK(has(described(broken), "! truncated at offset 42: Payload Length\n"));
  const auto cut = described(Bytes(broken.begin(), broken.begin() + 26), broken.size());
  CHECK(has(cut, "no ISAKMP header") == false);
  CHECK(has(cut, "! cut by the snap length after 26 octets"));
  CHECK(has(described(hex("0102")), "no ISAKMP header in 2 octets: 0102\n"));
}

TEST_CASE("no control octet from the wire reaches a line, and octets shown are bounded") {
  const auto evil = text("\x1b]0;owned\x07\r\n\x9b" "31m\x7f");
  const auto said = described(test::isakmp({}, {test::identification(2, evil), test::identification(11, evil), test::notify(9101, evil), test::vid(evil),
                                                {14, test::operator+(hex("02000001"), test::variable(16524, evil))}, {200, Bytes(5000, 7)}}));
  CHECK(std::ranges::all_of(said, [](char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); }));
  CHECK(has(said, "\\x1b]0;owned\\x07\\x0d\\x0a\\x9b31m\\x7f"));
  CHECK(said.size() < 3000);
}

TEST_CASE("secrets of XAUTH are never shown") {
  const auto body = test::operator+(hex("02000001"), test::operator+(test::variable(16521, text("alice")), test::variable(16522, text("hunter2"))));
  const auto said = described(test::isakmp({.exchange = 6}, {{14, body}}));
  CHECK(has(said, "XAUTH_USER_NAME (16521): \"alice\""));
  CHECK(has(said, "XAUTH_USER_PASSWORD (16522): hidden, 7 octets"));
  CHECK_FALSE(has(said, "hunter2"));
  CHECK_FALSE(has(said, "68756e74657232"));
}

TEST_CASE("what cannot be read of a payload that may hold a password is not shown either") {
  const auto password = hex("408a00c868756e74657232");  // XAUTH_USER_PASSWORD of 200 octets, "hunter2"
  for (const auto& body : {test::operator+(hex("02000001"), password), test::operator+(hex("02000001"), test::operator+(test::variable(16522, text("hunter2")), hex("68756e")))}) {
    const auto said = described(test::isakmp({.exchange = 6}, {{14, body}}));
    CHECK(has(said, "hidden: a secret may be among them"));
    CHECK_FALSE(has(said, "68756e"));
  }
  auto cut = test::isakmp({.exchange = 6}, {{14, test::operator+(hex("02000001"), password)}});
  cut[30] = 0xff;  // the payload's length reaches beyond the message
  CHECK_FALSE(has(described(cut), "68756e"));
}

TEST_CASE("every kind of payload has its lines") {
  const auto spi = hex("11223344");
  const auto said = described(test::isakmp(
      {}, {test::hash(20), {6, hex("04 3000")}, {7, hex("04")}, {9, Bytes(64, 1)}, test::remove(3, {spi, spi}), test::notify(36136, test::be32(77)),
           test::notify(24576, test::operator+(test::basic(1, 1), test::basic(2, 3600))), {21, hex("01000000 c0000201")}, {132, hex("0001 02 01 aa")}}));
  for (const std::string_view line : {"Hash (8) payload at offset 28, length 24", "encoding: ", "authority: any", "Signature (9)", "number of SPIs: 2",
                                      "SPI: 11223344", "sequence number: 77", "attribute SA-Life-Duration (2): 3600", "address: 192.0.2.1", "number: 2, the last"}) {
    CAPTURE(line);
    CHECK(has(said, line));
  }
  // an announced 65535 SPIs of one octet do not fill the screen
  const auto many = described(test::isakmp({}, {{12, test::operator+(hex("00000001 03 01 7530"), Bytes(30000, 9))}}));
  CHECK(has(many, "SPI: 29968 more"));
}
