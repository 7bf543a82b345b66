#include "crypto/certificates.hpp"
#include "program.hpp"
#include "support/packets.hpp"

using namespace ike;
using namespace ike::test;

namespace {

const Ip to_responder{.source = "192.0.2.1", .destination = "198.51.100.2"};
const Ip to_initiator{.source = "198.51.100.2", .destination = "192.0.2.1"};
constexpr std::uint64_t cookie_i = 0x1111111111111111, cookie_r = 0x2222222222222222;

/// A capture of IP packets, a second apart.
Bytes capture(const std::vector<Bytes>& packets) {
  std::vector<Record> records;
  for (std::size_t i = 0; i < packets.size(); ++i) records.push_back({.nanoseconds = (1700000000 + static_cast<std::int64_t>(i)) * 1'000'000'000, .octets = packets[i]});
  return pcap(records, {.link = LinkType::raw});
}

std::string decoded(const std::vector<Bytes>& packets, const std::string& arguments = "") {
  const Scratch scratch;
  spill(scratch / "x.pcap", capture(packets));
  const Outcome outcome = scratch.run("decode " + arguments + " x.pcap");
  CHECK(outcome.status == 0);
  CHECK(outcome.error.empty());
  return outcome.out;
}

Bytes sent(const Bytes& message, std::uint16_t port = 500) { return udp(to_responder, port, port, message); }
Bytes answered(const Bytes& message, std::uint16_t port = 500) { return udp(to_initiator, port, port, message); }

Part offer(const std::vector<Bytes>& policies) {
  ProposalSpec proposal;
  for (const auto& attributes : policies) proposal.transforms.push_back({1, attributes});
  return sa({proposal});
}

const Bytes aes = phase1(7, 256, 4, 1, 14), triple_des = phase1(5, 0, 2, 1, 2);
const Isakmp first{.initiator_cookie = cookie_i}, second{.initiator_cookie = cookie_i, .responder_cookie = cookie_r};

}  // namespace

TEST_CASE("decode lays the choice beside the offer and marks what differs") {
  const auto said = decoded({sent(isakmp(first, {offer({triple_des, aes})})), answered(isakmp(second, {offer({aes})}))});
  CHECK(has(said,
            "      offered in packet 1, differences from this choice in [ ]:\n"
            "          proposal 1, transform 1: [3DES-CBC], [SHA1], PSK, [MODP-1024], 86400 s\n"
            "        = proposal 1, transform 2: AES-CBC-256, SHA2-256, PSK, MODP-2048, 86400 s\n"));
  CHECK_FALSE(has(said, "none of those offered"));
  // a responder that changes what it was offered
  const auto changed = decoded({sent(isakmp(first, {offer({aes})})), answered(isakmp(second, {offer({phase1(7, 256, 4, 1, 14, 3600)})}))});
  CHECK(has(changed, "MODP-2048, [86400 s]\n"));
  CHECK(has(changed, "! this choice is none of those offered\n"));
  const auto two = decoded({sent(isakmp(first, {offer({aes})})), answered(isakmp(second, {offer({aes, aes})}))});
  CHECK(has(two, "! 2 transforms in an answer"));
}

TEST_CASE("decode compares phase 2 where it stands in clear, each protocol with its own") {
  const auto policy = [](std::uint16_t mode, std::uint16_t key) { return basic(1, 1) + basic(2, 3600) + basic(4, mode) + basic(5, 2) + basic(6, key); };
  const Isakmp quick{.initiator_cookie = cookie_i, .responder_cookie = cookie_r, .exchange = 32, .message_id = 7};
  const auto spi = hex("11223344");
  const auto said = decoded({sent(isakmp(quick, {hash(), sa({{3, spi, {{12, policy(1, 128)}, {12, policy(1, 256) + basic(3, 14)}}}, {2, spi, {{3, basic(4, 1)}}}}), nonce()})),
                             answered(isakmp(quick, {hash(), sa({{3, spi, {{12, policy(1, 256)}}}}), nonce()}))});
  CHECK(has(said,
            "          proposal 1, transform 1: [ESP_AES-CBC-128], 3600 s, tunnel, HMAC-SHA1\n"
            "          proposal 1, transform 2: ESP_AES-CBC-256, 3600 s, tunnel, HMAC-SHA1, [MODP-2048]\n"
            "      ! this choice is none of those offered\n"));
}

TEST_CASE("decode tells whether KE and NAT-D fit what is known") {
  const auto said = decoded({sent(isakmp(first, {offer({aes})})), answered(isakmp(second, {offer({aes})})),
                             sent(isakmp(second, {ke(256), nonce(), nat_d(32, 1), nat_d(32, 2)})), answered(isakmp(second, {ke(128), nonce()}))});
  const Part zero{4, Bytes(256, 0)};
  CHECK(has(decoded({sent(isakmp(first, {offer({aes})})), answered(isakmp(second, {offer({aes})})), sent(isakmp(second, {zero, nonce()}))}), "      ! no value of MODP-2048: out of range\n"));
  CHECK(has(said, "      as long as that of MODP-2048\n"));
  CHECK(has(said, "      ! that of MODP-2048 has 256 octets\n"));
  CHECK(has(said, "the destination, as the sender knows it: fits neither end of this packet; a NAT changed it"));
  CHECK(has(said, "the sender's own address: fits neither end"));
  const Scratch scratch;
  const auto real = scratch.run("decode fine.pcap").out;  // without a NAT, both fit
  CHECK(has(real, "the destination, as the sender knows it: fits the destination here, 203.0.113.57:500\n"));
  CHECK(has(real, "the sender's own address: fits the source here, 198.51.100.43:500\n"));
}

TEST_CASE("decode shows the whole conversation: ESP, keepalives, ICMP errors and noise between the messages, folded") {
  const auto message_1 = sent(isakmp(first, {offer({aes})}));
  std::vector<Bytes> packets{message_1, icmp_error(to_initiator, 3, 3, message_1)};
  for (std::uint32_t i = 1; i <= 50; ++i) packets.push_back(esp(to_responder, 0x11223344, i));
  packets.push_back(udp(to_responder, 4500, 4500, esp_payload(0x55667788, 9)));
  packets.push_back(udp(to_responder, 4500, 4500, hex("ff")));
  packets.push_back(sent(hex("0102")));
  packets.push_back(message_1);
  const auto said = decoded(packets);
  CHECK(has(said,
            "packet 2  2023-11-14 22:13:21.000000Z  198.51.100.2 -> 192.0.2.1  ICMP port unreachable (3/3), quotes 192.0.2.1:500 -> 198.51.100.2:500, "
            "CKY-I 1111111111111111, CKY-R 0000000000000000\n"
            "packets 3 to 52  2023-11-14 22:13:22.000000Z  192.0.2.1 -> 198.51.100.2  ESP SPI 0x11223344, sequence 1 to 50, 50 packets\n"
            "packet 53  2023-11-14 22:14:12.000000Z  192.0.2.1:4500 -> 198.51.100.2:4500  ESP in UDP SPI 0x55667788, sequence 9\n"
            "packet 54  2023-11-14 22:14:13.000000Z  192.0.2.1:4500 -> 198.51.100.2:4500  NAT keepalive\n"
            "packet 55  2023-11-14 22:14:14.000000Z  192.0.2.1:500 -> 198.51.100.2:500  neither IKE nor ESP, 2 octets: 0102\n"));
  CHECK(has(said, "\n\npacket 56  2023-11-14 22:14:15.000000Z  192.0.2.1:500 -> 198.51.100.2:500  "));
  CHECK(has(said, "    the same octets as in packet 1, 55.0 s later\n"));
  CHECK(decoded(packets, "--packet 53") == "packet 53  2023-11-14 22:14:12.000000Z  192.0.2.1:4500 -> 198.51.100.2:4500  ESP in UDP SPI 0x55667788, sequence 9\n");
  std::vector<Bytes> scan;  // more flows than lines
  for (std::uint32_t i = 1; i <= 1000; ++i) scan.push_back(esp(to_responder, i, 1));
  const auto bounded = decoded(scan);
  CHECK(lines(bounded) == 17);
  CHECK(has(bounded, "and 984 packets of further flows, not shown\n"));
}

TEST_CASE("decode guesses who sends, and says that it guesses") {
  const Scratch scratch;
  const auto said = scratch.run("decode stuck.pcap").out;  // libreswan asks, strongSwan answers
  CHECK(has(said, "    a guess at the sender, by which vendor IDs it sends in which order: libreswan\n"));
  CHECK(has(said, "    a guess at the sender, by which vendor IDs it sends in which order: strongSwan\n"));
  CHECK(has(said, "    a guess at the sender, by the gaps between resends (0.5, 0.5"));
}

TEST_CASE("decode summarises a certificate in clear, and says when there is none in it") {
  const auto clear = [](const Bytes& body) { return sent(isakmp({.initiator_cookie = cookie_i, .responder_cookie = cookie_r, .exchange = 4}, {{6, body}})); };
  CHECK(has(decoded({clear(hex("04 3003020101"))}), "    encoding: X.509 certificate - signature (4)\n      data: 5 octets: 3003020101\n      ! no certificate that can be read: "));
  CHECK_FALSE(has(decoded({clear(hex("01 3003020101"))}), "no certificate"));
  const auto whole = decoded({clear(hex("04") + hex(certificates::ca))});
  for (const std::string_view line : {"      subject: CN=Example CA, C=DE, O=Example\n", "      issuer: CN=Example CA, C=DE, O=Example (itself)\n",
                                      "      valid: 2020-01-01T00:00:00Z to 2040-01-01T00:00:00Z\n", ", of a CA\n"}) {
    CAPTURE(line);
    CHECK(has(whole, line));
  }
  CHECK(has(decoded({clear(hex("04") + hex(certificates::other))}), "! not yet valid when this was sent\n"));
}

TEST_CASE("decode names GDOI's port, and shows the headers of other IKE versions") {
  const auto gdoi = decoded({udp(to_responder, 848, 848, isakmp(first, {offer({aes})}))}, "--port 848");
  CHECK(has(gdoi, " octets, on the port of GDOI\n"));
  const auto ikev2 = decoded({sent(isakmp({.initiator_cookie = cookie_i, .exchange = 34, .flags = 8, .version = 0x20}, {}))});
  CHECK(has(ikev2, "28 octets, IKEv2: not decoded\n  ISAKMP IKEv2 IKE_SA_INIT (34)\n    initiator cookie: 1111111111111111\n"));
}

TEST_CASE("decode says what its limits left out") {
  std::vector<Bytes> packets;
  for (std::uint32_t i = 1; i <= 4100; ++i) packets.push_back(sent(isakmp({.initiator_cookie = i}, {vid(hex("aa"))})));
  const Scratch scratch;
  spill(scratch / "x.pcap", capture(packets));
  const Outcome outcome = scratch.run("decode --packet 4100 x.pcap");
  CHECK(outcome.status == 0);
  CHECK(outcome.error == "ikescope: 4 exchanges forgotten: more than decode compares at once\n");
}

TEST_CASE("read -vv prints the report and behind it what decode prints, of the peer that was asked for") {
  const Scratch scratch;
  const auto report = scratch.run("read -v fine.pcap").out, fields = scratch.run("decode fine.pcap").out;
  CHECK(scratch.run("read -vv fine.pcap").out == report + "\n" + fields);
  CHECK_FALSE(has(scratch.run("read -vv --peer 192.0.2.200 fine.pcap").out, "initiator cookie"));
  CHECK(has(scratch.run("read -vv --peer 203.0.113.57 fine.pcap").out, "initiator cookie"));
  const Outcome piped = scratch.shell("\"$IKESCOPE\" read -vv - <fine.pcap");
  CHECK(piped.status == 0);
  CHECK(has(piped.error, "cannot be read twice"));
}
