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
        "  flags: 0x00\n"
        "  message ID: 0xb144877a\n"
        "  length: 56\n"
        "  Notification (11) payload at offset 28, length 28\n"
        "    DOI: IPSEC (1)\n"
        "    protocol: ISAKMP (1)\n"
        "    type: NO-PROPOSAL-CHOSEN (14)\n"
        "    SPI: 16 octets: 8d46b15c10728e68aea3467c08d9a048\n");
}

TEST_CASE("a proposal has one line for each transform, with every attribute as it was sent") {
  const auto said = described(hex(captured::libreswan_message_1));
  CHECK(has(said, "    proposal 0: ISAKMP, 1 transform announced\n"));
  CHECK(has(said,
            "      transform 0: KEY_IKE (1); Life-Type seconds (1); Life-Duration 28800; Encryption-Algorithm AES-CBC (7); "
            "Hash-Algorithm SHA2-256 (4); Authentication-Method pre-shared key (1); Group-Description MODP-2048 (14); Key-Length 256\n"));
  CHECK(has(said, "known as: Dead Peer Detection"));
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

TEST_CASE("every kind of payload has its lines") {
  const auto spi = hex("11223344");
  const auto said = described(test::isakmp(
      {}, {test::hash(20), {6, hex("04 3000")}, {7, hex("04")}, {9, Bytes(64, 1)}, test::remove(3, {spi, spi}), test::notify(36136, test::be32(77)),
           test::notify(24576, test::operator+(test::basic(1, 1), test::basic(2, 3600))), {21, hex("01000000 c0000201")}, {132, hex("0001 02 01 aa")}}));
  for (const std::string_view line : {"Hash (8) payload at offset 28, length 24", "encoding: ", "authority: any", "Signature (9)", "number of SPIs: 2",
                                      "SPI: 11223344", "data: 77", "SA-Life-Duration 3600", "address: 192.0.2.1", "number: 2, the last"}) {
    CAPTURE(line);
    CHECK(has(said, line));
  }
  // an announced 65535 SPIs of one octet do not fill the screen
  const auto many = described(test::isakmp({}, {{12, test::operator+(hex("00000001 03 01 7530"), Bytes(30000, 9))}}));
  CHECK(has(many, "SPI: 29968 more"));
}
