#include "app/anonymise.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <set>

#include "ike/crypto/nat_discovery.hpp"
#include "ike/net/dissector.hpp"
#include "support/packets.hpp"

namespace ike::app {
namespace {

using test::Bytes;
using test::operator+;

Anonymiser::Key key(std::uint8_t seed) {
  Anonymiser::Key made{};
  made.fill(seed);
  return made;
}

net::Address at(std::string_view text) { return *net::parse_address(text); }

unsigned shared_bits(const net::Address& a, const net::Address& b) {
  for (unsigned i = 0; i < a.wire().size(); ++i) {
    if (const auto differ = static_cast<std::uint8_t>(a.octets[i] ^ b.octets[i]); differ != 0) return i * 8 + static_cast<unsigned>(std::countl_zero(differ));
  }
  return static_cast<unsigned>(a.wire().size() * 8);
}

std::uint16_t sum_of(const Bytes& octets) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < octets.size(); ++i) sum += i % 2 == 0 ? std::uint32_t{octets[i]} << 8U : octets[i];
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16U);
  return static_cast<std::uint16_t>(sum);
}

/// Of a UDP datagram in IPv4 without options.
bool sums_are_right(const Bytes& packet) {
  const Bytes head{packet.begin(), packet.begin() + 20};
  const Bytes addresses{packet.begin() + 12, packet.begin() + 20};
  const Bytes body{packet.begin() + 20, packet.end()};
  const Bytes pseudo = addresses + Bytes{0, 17} + test::be16(static_cast<std::uint32_t>(body.size()));
  return sum_of(head) == 0xffff && sum_of(pseudo + body) == 0xffff;
}

Bytes rewritten(Anonymiser& anonymiser, const Bytes& packet, LinkType link = LinkType::raw) {
  Bytes copy = packet;
  anonymiser.frame(test::frame_of(packet, link), copy);
  return copy;
}

bool holds(const Bytes& octets, std::string_view text) { return std::string_view{reinterpret_cast<const char*>(octets.data()), octets.size()}.find(text) != std::string_view::npos; }

}  // namespace

TEST_CASE("addresses that share a prefix still share exactly as much of it, and none becomes another's") {
  Anonymiser anonymiser{key(1)};
  const std::vector<std::string_view> addresses{"198.51.100.1", "198.51.100.2", "198.51.101.1", "203.0.113.9", "8.8.8.8", "2001:db8::1", "2001:db8::2", "2001:db8:1::1", "10.1.2.3", "172.20.0.1", "172.64.0.1"};
  std::set<net::Address> made;
  for (const auto a : addresses) {
    made.insert(anonymiser.address(at(a)));
    CHECK(anonymiser.address(at(a)) == anonymiser.address(at(a)));
    for (const auto b : addresses) {
      CAPTURE(a);
      CAPTURE(b);
      if (at(a).family == at(b).family) CHECK(shared_bits(at(a), at(b)) == shared_bits(anonymiser.address(at(a)), anonymiser.address(at(b))));
    }
  }
  CHECK(made.size() == addresses.size());
}

TEST_CASE("private, loopback, link-local and multicast addresses stay such, and public ones become none of them") {
  for (std::uint8_t seed = 1; seed < 9; ++seed) {
    Anonymiser anonymiser{key(seed)};
    CHECK(anonymiser.address(at("10.1.2.3")).octets[0] == 10);
    CHECK(anonymiser.address(at("192.168.7.7")).octets[1] == 168);
    CHECK(anonymiser.address(at("127.0.0.1")).octets[0] == 127);
    CHECK(anonymiser.address(at("224.0.0.18")).octets[0] >= 224);
    CHECK(anonymiser.address(at("255.255.255.255")) == at("255.255.255.255"));
    CHECK(anonymiser.address(at("fe80::1")).octets[0] == 0xfe);
    CHECK(anonymiser.address(at("::1")) == at("::1"));
    const auto made = anonymiser.address(at("9.9.9.9"));
    CHECK(made.octets[0] != 10);
    CHECK(made.octets[0] < 127);
  }
}

TEST_CASE("another key makes other addresses") {
  Anonymiser one{key(1)};
  Anonymiser other{key(2)};
  CHECK(one.address(at("198.51.100.1")) != other.address(at("198.51.100.1")));
  CHECK(one.address(at("198.51.100.1")) != at("198.51.100.1"));
}

TEST_CASE("identities, certificates, hashes and unknown vendor IDs in clear are rewritten, the rest of a message stays") {
  const Bytes fqdn{'g', 'w', '7', '.', 'e', 'x', 'a', 'm', 'p', 'l', 'e', '.', 'o', 'r', 'g'};
  const Bytes dn = test::hex("3012 3110 300e 0603 550403 0c07") + Bytes{'s', 'e', 'c', 'r', 'e', 't', 's'};
  const Bytes known = test::hex("afcad71368a1f1c96b8696fc77570100");
  const Bytes unknown{'h', 'o', 's', 't', 'n', 'a', 'm', 'e', '-', '1'};
  const test::Part exchange = test::ke();
  const Bytes message = test::isakmp({.responder_cookie = 0x22, .exchange = 4},
                                     {test::sa({{.transforms = {{.attributes = test::phase1(7, 128, 2, 1, 2)}}}}), exchange, test::nonce(), test::identification(2, fqdn), test::identification(9, dn),
                                      test::identification(1, {198, 51, 100, 2}), test::hash(), test::vid(known), test::vid(unknown), test::nat_d(), test::Part{.type = 6, .body = Bytes{4} + Bytes(40, 'C')}});
  const Bytes packet = test::udp({}, 500, 500, message);
  Anonymiser anonymiser{key(3)};
  const Bytes made = rewritten(anonymiser, packet);
  REQUIRE(made.size() == packet.size());
  CHECK(sums_are_right(packet));
  CHECK(sums_are_right(made));
  CHECK_FALSE(holds(made, "gw7.example.org"));
  CHECK_FALSE(holds(made, "secrets"));
  CHECK_FALSE(holds(made, "hostname-1"));
  CHECK_FALSE(holds(made, "CCCC"));
  CHECK(holds(made, std::string_view{reinterpret_cast<const char*>(known.data()), known.size()}));
  CHECK(holds(made, std::string_view{reinterpret_cast<const char*>(exchange.body.data()), exchange.body.size()}));

  isakmp::Message before;
  isakmp::Message after;
  REQUIRE(isakmp::decode_message(ByteView{packet}.subspan(28), static_cast<std::uint32_t>(message.size()), before));
  REQUIRE(isakmp::decode_message(ByteView{made}.subspan(28), static_cast<std::uint32_t>(message.size()), after));
  CHECK_FALSE(after.fault);
  REQUIRE(after.payloads.size() == before.payloads.size());
  for (std::size_t i = 0; i < before.payloads.size(); ++i) {
    CHECK(after.payloads[i].type == before.payloads[i].type);
    CHECK(after.payloads[i].length == before.payloads[i].length);
    CHECK(after.payloads[i].content.index() == before.payloads[i].content.index());
  }
  const auto text = isakmp::to_string(std::get<isakmp::Identification>(after.payloads[3].content));
  CHECK(text.size() == 15);
  CHECK(text[3] == '.');
  CHECK(text[11] == '.');
  CHECK(isakmp::to_string(std::get<isakmp::Identification>(after.payloads[5].content)) == net::to_string(anonymiser.address(at("198.51.100.2"))));
}

TEST_CASE("a NAT-D hash that fitted the addresses fits the new ones, one from behind a NAT still fits none") {
  const auto hash = [](const net::Address& of) {
    const auto made = crypto::nat_discovery_hash(isakmp::HashAlgorithm::sha1, 0x1111111111111111, 0x22, of, 500);
    return Bytes{made.octets().begin(), made.octets().end()};
  };
  const Bytes message = test::isakmp({.responder_cookie = 0x22}, {test::ke(), test::nonce(), test::Part{.type = 20, .body = hash(at("198.51.100.2"))}, test::Part{.type = 20, .body = hash(at("10.0.0.7"))}});
  Anonymiser anonymiser{key(7)};
  const Bytes made = rewritten(anonymiser, test::udp({}, 500, 500, message));
  const auto text = [](const Bytes& octets) { return std::string{octets.begin(), octets.end()}; };
  CHECK(holds(made, text(hash(anonymiser.address(at("198.51.100.2"))))));
  CHECK_FALSE(holds(made, text(hash(at("198.51.100.2")))));
  CHECK_FALSE(holds(made, text(hash(at("10.0.0.7")))));
  CHECK_FALSE(holds(made, text(hash(anonymiser.address(at("10.0.0.7"))))));
}

TEST_CASE("a sum that was wrong stays wrong, and one that was not there stays away") {
  Anonymiser anonymiser{key(4)};
  Bytes packet = test::udp({}, 500, 500, test::isakmp_encrypted({}, 5, 76));
  packet[26] = static_cast<std::uint8_t>(packet[26] ^ 0x55U);
  CHECK_FALSE(sums_are_right(rewritten(anonymiser, packet)));
  packet[26] = packet[27] = 0;
  const Bytes made = rewritten(anonymiser, packet);
  CHECK(made[26] == 0);
  CHECK(made[27] == 0);
}

TEST_CASE("outer addresses, link layer addresses, quotes in ICMP errors and padding are rewritten too") {
  Anonymiser anonymiser{key(5)};
  const Bytes ike = test::udp({}, 500, 500, test::isakmp_encrypted({}, 5, 76));
  const Bytes left{192, 0, 2, 1};
  const Bytes right{198, 51, 100, 2};
  const Bytes outer{10, 77, 66, 55};
  const Bytes mac = test::hex("020000000001");
  const test::Ip mirror{.source = "10.77.66.55", .destination = "10.77.66.56"};
  const auto text = [](const Bytes& octets) { return std::string_view{reinterpret_cast<const char*>(octets.data()), octets.size()}; };
  for (const Bytes& frame : {test::ethernet(ike), test::ethernet(test::erspan(mirror, test::ethernet(ike), 2)), test::ethernet(test::erspan(mirror, test::ethernet(ike), 3, true)),
                             test::ethernet(test::vxlan(mirror, test::ethernet(ike))), test::ethernet(test::geneve(mirror, test::ethernet(ike), Bytes(8))),
                             test::ethernet(test::gre_ethernet(mirror, test::ethernet(ike), {.key = true})), test::ethernet(test::icmp_error({}, 3, 3, ike)) + Bytes{9, 9, 9}}) {
    const Bytes made = rewritten(anonymiser, frame, LinkType::ethernet);
    for (const Bytes& secret : {left, right, outer, mac}) CHECK_FALSE(holds(made, text(secret)));
    CHECK_FALSE(holds(made, "\t\t\t"));
    net::Dissector before;
    net::Dissector after;
    CHECK(before.dissect(test::frame_of(frame)) == after.dissect(test::frame_of(made)));
    CHECK(after.counts().malformed == 0);
  }
}

TEST_CASE("no frame, however short or broken, leads out of its octets") {
  Anonymiser anonymiser{key(6)};
  const Bytes whole = test::ethernet(test::vxlan({}, test::ethernet(test::icmp_error({}, 3, 3, test::udp({}, 500, 500, test::isakmp({}, {test::sa({{.transforms = {{}}}}), test::identification(2, Bytes(9, 'x'))}))))));
  for (std::size_t keep = 0; keep <= whole.size(); ++keep) {
    Bytes copy{whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(keep)};
    anonymiser.frame(test::cut_frame(whole, keep), copy);
    CHECK(copy.size() == keep);
  }
  for (std::uint8_t seed = 0; seed < 200; ++seed) {
    Bytes noise = whole;
    const Bytes other = test::pattern(whole.size(), seed);
    for (std::size_t i = seed % 7; i < noise.size(); i += 7) noise[i] = other[i];
    Bytes copy = noise;
    anonymiser.frame(test::frame_of(noise), copy);
    CHECK(copy.size() == noise.size());
  }
}

}  // namespace ike::app
