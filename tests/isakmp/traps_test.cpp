// The messages over which other tools stumble, one row each. What they mean for exchanges is tested with the tracker:
// "a notify in clear belongs to the attempt, whatever responder cookie it bears" and "a responder may answer one
// initiator cookie with several of its own".
#include <doctest/doctest.h>

#include <string>

#include "ike/isakmp/message.hpp"
#include "support/packets.hpp"

using namespace ike;
using namespace ike::isakmp;
using test::Bytes;
using test::hex;
using test::operator+;

namespace {

const Bytes digest = hex("000102030405060708090a0b0c0d0e0f10111213"), address = hex("01000000 c0000201");
const Bytes vids = test::isakmp({}, {test::vid(hex("aabb")), test::vid(hex("cc"))});  // payloads at 28 and 34, 39 octets

Bytes with(Bytes octets, std::size_t at, const Bytes& values) {
  std::copy(values.begin(), values.end(), octets.begin() + static_cast<std::ptrdiff_t>(at));
  return octets;
}

// As `classify` sees it, and then the message without its cookies.
std::string read(const Bytes& payload, std::uint16_t port) {
  constexpr std::string_view names[] = {"isakmp", "ikev2", "other version", "esp", "keepalive", "empty", "unknown"};
  const auto what = classify(payload, static_cast<std::uint32_t>(payload.size()), port, port);
  std::string text = std::string{names[static_cast<std::size_t>(what.content)]} + (what.marker_misplaced ? " misplaced" : "");
  if (what.content == Content::unknown || what.content == Content::esp) return text;
  Message message;
  if (!decode_message(ByteView{payload}.subspan(what.offset), static_cast<std::uint32_t>(payload.size() - what.offset), message)) return text + ": no header";
  const auto dumped = dump(message);
  const auto cookies = dumped.find("CKY-I=");
  return text + ": " + dumped.substr(0, cookies) + dumped.substr(std::min(dumped.size(), dumped.find("CKY-R=") + 23));
}

}  // namespace

TEST_CASE("the traps: each is read for what it is") {
  struct Row {
    std::string_view trap;
    Bytes payload;
    std::string_view read;
    std::uint16_t port = 500;
  };
  const test::Isakmp main_mode{.responder_cookie = 2}, quick_mode{.responder_cookie = 2, .exchange = 32, .message_id = 9};
  const Row rows[] = {
      {"NAT-D of drafts 04 to 08 as payload 15", test::isakmp(main_mode, {test::ke(4), {15, digest}}), "isakmp: MM KE(4) NAT-D(00010203... (20 octets))"},
      {"GDOI's payload 15", test::isakmp(main_mode, {test::sa({}, 2), {15, digest}}), "isakmp: MM SA(GDOI) SAK(20 octets)"},
      {"NAT-OA of drafts 05 to 08 as payload 16", test::isakmp(quick_mode, {{16, address}}), "isakmp: QM MID=00000009 NAT-OA(192.0.2.1)"},
      {"GDOI's payload 16", test::isakmp(quick_mode, {test::sa({}, 2), {16, address}}), "isakmp: QM MID=00000009 SA(GDOI) SAT(8 octets)"},
      {"NAT-D of drafts 01 to 03 as payload 130", test::isakmp(main_mode, {{130, digest}}), "isakmp: MM NAT-D(00010203... (20 octets))"},
      {"NAT-OA of drafts 01 to 03 as payload 131", test::isakmp(quick_mode, {{131, address}}), "isakmp: QM MID=00000009 NAT-OA(192.0.2.1)"},
      {"marker on 500", test::with_marker(vids), "isakmp misplaced: MM VID(aabb) VID(cc)"},
      {"no marker on 4500", vids, "isakmp misplaced: MM VID(aabb) VID(cc)", 4500},
      {"header length ends before the second payload", with(vids, 24, test::be32(34)), "isakmp: MM VID(aabb) FAULT(trailing octets @34 Length)"},
      {"header length ends within the second payload", with(vids, 24, test::be32(38)), "isakmp: MM VID(aabb) VID(malformed: truncated @0 Payload Length) FAULT(trailing octets @38 Length)"},
      {"header length longer than the datagram", with(vids, 24, test::be32(4000)), "isakmp: MM VID(aabb) VID(cc) FAULT(truncated @24 Length)"},
      {"header length zero", with(vids, 24, test::be32(0)), "isakmp: MM VID(aabb) VID(cc) FAULT(bad length @24 Length)"},
      {"a payload that leads to itself", with(vids, 30, test::be16(0)), "isakmp: MM VID(malformed: bad length @0 Payload Length) FAULT(bad length @30 Payload Length)"},
      {"payload length below its header", with(vids, 30, test::be16(3)), "isakmp: MM VID(malformed: bad length @0 Payload Length) FAULT(bad length @30 Payload Length)"},
      {"next payload lies about the type", with(vids, 28, hex("0a")), "isakmp: MM VID(aabb) NONCE(malformed: bad length @0 Nonce Data)"},
      {"next payload promises one that is not there", with(vids, 34, hex("0d")), "isakmp: MM VID(aabb) VID(cc) FAULT(broken chain @39 Next Payload)"},
      {"next payload denies one that is there", with(vids, 28, hex("00")), "isakmp: MM VID(aabb) FAULT(trailing octets @34 end)"},
      {"AuthIP", test::isakmp({.exchange = 243}, {{133, hex("01")}, test::nonce(4)}), "isakmp: X243 MS-133(1 octets) NONCE(4 octets)"},
      {"IKEv2", test::isakmp({.exchange = 34, .flags = 8, .version = 0x20}, {}), "ikev2: X34 V2.0 FLAGS=08"},
      {"padding of zeros after the chain", with(vids + hex("00"), 24, test::be32(40)), "isakmp: MM VID(aabb) VID(cc)"},
      {"Informational with a responder cookie of zero", test::isakmp({.exchange = 5}, {test::notify(14)}), "isakmp: INFO N(NO-PROPOSAL-CHOSEN, ISAKMP)"},
      {"Informational with a responder cookie of its own", test::isakmp({.responder_cookie = 77, .exchange = 5, .message_id = 5}, {test::notify(14)}), "isakmp: INFO MID=00000005 N(NO-PROPOSAL-CHOSEN, ISAKMP)"},
      {"a vendor ID before the SA", test::isakmp({}, {test::vid(hex("aa")), test::sa({})}), "isakmp: MM VID(aa) SA(IPSEC)"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.trap);
    CHECK(read(row.payload, row.port) == row.read);
  }
}
