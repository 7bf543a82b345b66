#include "ike/net/dissector.hpp"

#include <numeric>
#include <random>

#include "net/support.hpp"

namespace ike::net {

using test::operator+;
namespace {

using namespace test;

/// One good frame of every shape that leads through other code.
std::vector<std::pair<LinkType, Bytes>> good_frames() {
  const Ip v4{};
  const Ip v6{.source = "2001:db8::1", .destination = "2001:db8::2", .extensions = {{0, Bytes(6)}, {60, Bytes(14)}}};
  std::vector<std::pair<LinkType, Bytes>> all;
  for (const Ip& header : {v4, v6}) {
    const Bytes packet = udp(header, 500, 500, isakmp({}, {vid(pattern(16))}));
    for (const Bytes& inner :
         {packet, esp(header, 1, 2), icmp_error(header, header.extensions.empty() ? 3 : 1, 3, packet),
          fragments(packet, 2)[0], fragments(packet, 2)[1], ip_in_ip(header, packet),
          gre(header, packet, {true, true, true}), erspan(header, ethernet(packet), 3, true),
          vxlan(header, ethernet(packet)), geneve(header, ethernet(packet), pattern(8))}) {
      all.emplace_back(LinkType::ethernet, ethernet(inner, {{0x88a8, 1}, {0x8100, 2}}));
      all.emplace_back(LinkType::raw, inner);
    }
    all.emplace_back(LinkType::ethernet, ethernet_mpls(packet, {16, 17}));
    all.emplace_back(LinkType::ethernet, ethernet_pppoe(packet));
    all.emplace_back(LinkType::linux_sll, sll(packet));
    all.emplace_back(LinkType::linux_sll2, sll2(packet, {{0x8100, 3}}));
    all.emplace_back(LinkType::null, null_link(packet));
    all.emplace_back(LinkType::ppp, ppp(packet));
  }
  return all;
}

/// Reads every octet of what was found, so that the sanitizers see a view that is too long.
unsigned touch(const Dissector& dissector, Kind kind) {
  const ByteView view = kind == Kind::udp          ? dissector.datagram().payload
                        : kind == Kind::icmp_error ? dissector.icmp_error().quoted_payload
                                                   : ByteView{};
  unsigned sum = 0;
  for (const auto octet : view) sum += octet;
  return sum;
}

TEST_CASE("mutated frames never lead outside the frame") {
  std::mt19937 random{20260101};
  const auto frames = good_frames();
  Dissector dissector;
  unsigned sum = 0;
  constexpr unsigned rounds = 300;
  for (const auto& [link, good] : frames) {
    for (unsigned round = 0; round < rounds; ++round) {
      Bytes octets = good;
      for (auto changes = random() % 4; changes > 0; --changes)
        octets[random() % octets.size()] = static_cast<std::uint8_t>(random());
      if (random() % 4 == 0) octets.resize(random() % octets.size());
      octets.shrink_to_fit();
      Frame frame = frame_of(octets, link, round + 1, static_cast<double>(random() % 100));
      if (random() % 3 == 0) frame.wire_length = static_cast<std::uint32_t>(random());
      const Kind kind = dissector.dissect(frame);
      sum += touch(dissector, kind);
      if (kind == Kind::udp) {
        REQUIRE(dissector.datagram().payload.size() <= dissector.datagram().sent_length);
        REQUIRE(dissector.datagram().sent_length <= 65527);
      }
    }
  }
  CHECK(sum != 0);
  CHECK(dissector.counts().frames == rounds * frames.size());
  CHECK(dissector.counts().malformed != 0);
}

TEST_CASE("random octets of every link type never lead outside the frame") {
  std::mt19937 random{7};
  Dissector dissector;
  for (const int link : {0, 1, 9, 12, 14, 50, 51, 101, 108, 113, 228, 229, 276}) {
    for (unsigned round = 0; round < 300; ++round) {
      Bytes octets(random() % 120);
      for (auto& octet : octets) octet = static_cast<std::uint8_t>(random() % 3 == 0 ? random() : 0x45);
      touch(dissector, dissector.dissect(frame_of(octets, static_cast<LinkType>(link))));
    }
  }
  CHECK(dissector.counts().unknown_link == 0);
}

TEST_CASE("what one frame held does not show in the next") {
  Dissector dissector;
  const auto parts = fragments(udp({}, 500, 500, pattern(2000)), 2);
  REQUIRE(dissector.dissect(frame_of(parts[0], LinkType::raw, 1)) == Kind::udp);
  REQUIRE(dissector.dissect(frame_of(parts[1], LinkType::raw, 2)) == Kind::udp);
  REQUIRE(dissector.dissect(frame_of(udp({}, 500, 4500, {}), LinkType::raw, 3)) == Kind::udp);
  CHECK(dissector.datagram().completes == 0);
  CHECK(dissector.datagram().fragments == 1);
  CHECK_FALSE(dissector.datagram().partial);
  CHECK(dissector.datagram().payload.empty());
  REQUIRE(dissector.dissect(frame_of(icmp_error({}, 3, 4, udp({}, 500, 500, pattern(20)), 1400), LinkType::raw)) ==
          Kind::icmp_error);
  REQUIRE(dissector.dissect(frame_of(icmp_error({}, 3, 3, esp({}, 1, 2)), LinkType::raw)) == Kind::icmp_error);
  CHECK(dissector.icmp_error().mtu == 0);
  CHECK(dissector.icmp_error().quoted_source.port == 0);
  CHECK(dissector.icmp_error().quoted_payload.empty());
}

TEST_CASE("a dissector keeps its open fragments when it is moved") {
  const auto parts = fragments(udp({}, 500, 500, pattern(2000)), 2);
  Dissector first;
  REQUIRE(first.dissect(frame_of(parts[0], LinkType::raw, 1)) == Kind::udp);
  Dissector second{std::move(first)};
  REQUIRE(second.dissect(frame_of(parts[1], LinkType::raw, 2)) == Kind::udp);
  CHECK(second.datagram().completes == 1);
  CHECK(second.counts().frames == 2);
}

}  // namespace
TEST_CASE("IKE between ports that a NAT changed on both ends is known by its header, and nothing else is") {
  const Bytes first = test::isakmp({}, {test::sa({{.transforms = {{}}}})});
  CHECK(kind_of(test::ethernet(test::udp({}, 40000, 50000, first))) == Kind::udp);
  CHECK(kind_of(test::ethernet(test::udp({}, 40000, 50000, test::with_marker(first)))) == Kind::udp);
  CHECK(kind_of(test::ethernet(test::udp({}, 40000, 50000, first + Bytes{0}))) == Kind::other);
  for (const std::size_t at : {std::size_t{17}, std::size_t{18}, std::size_t{19}}) {
    Bytes other = first;
    other[at] = 0x55;
    CHECK(kind_of(test::ethernet(test::udp({}, 40000, 50000, other))) == Kind::other);
  }
  for (std::size_t size = 0; size < 40; ++size) CHECK(kind_of(test::ethernet(test::udp({}, 40000, 50000, Bytes(size, 1)))) == Kind::other);
}

TEST_CASE("GDOI and Cisco's IPsec over UDP are counted by their ports") {
  Dissector dissector;
  const auto see = [&](std::uint16_t port) {
    const Bytes frame = test::ethernet(test::udp({}, port, port, test::esp_payload(7, 1)));
    CHECK(dissector.dissect(test::frame_of(frame)) == Kind::other);
  };
  see(848);
  see(10000);
  see(10000);
  CHECK(dissector.counts().gdoi == 1);
  CHECK(dissector.counts().cisco_udp == 2);
}

TEST_CASE("a wrong checksum is counted and the datagram taken all the same; one that was not sent, and ESP's, are not looked at") {
  const test::Ip v6{.source = "2001:db8::1", .destination = "2001:db8::2"};
  std::vector<std::size_t> sizes(140);
  std::iota(sizes.begin(), sizes.end(), 28U);  // whatever is left over behind whole words
  sizes.insert(sizes.end(), {300U, 301U});
  for (const bool six : {false, true}) {
    for (const std::size_t size : sizes) {
      CAPTURE(six);
      CAPTURE(size);
      const std::size_t header = six ? 40 : 20;
      const auto packet = [&](std::uint16_t port, const Bytes& payload) { return six ? test::udp(v6, port, port, payload) : test::udp({}, port, port, payload); };
      const Bytes right = packet(500, test::pattern(size));
      const auto wrong_sums = [](const Bytes& octets) {
        Dissector dissector;
        CHECK(dissector.dissect(test::frame_of(octets, LinkType::raw)) == Kind::udp);
        const auto wrong = dissector.counts().bad_checksums;
        const Bytes frame = test::ethernet(octets);  // goes a shorter way
        CHECK(dissector.dissect(test::frame_of(frame)) == Kind::udp);
        CHECK(dissector.counts().bad_checksums == 2 * wrong);
        return wrong;
      };
      CHECK(wrong_sums(right) == 0);
      for (const std::size_t at : {header + 6, header + 8, right.size() - 1}) {  // the sum itself, first and last octet
        Bytes wrong = right;
        wrong[at] ^= 0x40U;
        CHECK(wrong_sums(wrong) == 1);
      }
      Bytes unsummed = right;
      unsummed[header + 6] = unsummed[header + 7] = 0;
      unsummed.back() ^= 1U;
      CHECK(wrong_sums(unsummed) == 0);
      if (!six) {
        Bytes wrong = right;
        wrong[8] ^= 1U;  // TTL: of the IPv4 header
        CHECK(wrong_sums(wrong) == 1);
        wrong[10] = wrong[11] = 0;  // left to the card
        CHECK(wrong_sums(wrong) == 0);
      }
      Bytes esp = packet(4500, test::esp_payload(7, 1) + test::pattern(size));
      esp.back() ^= 1U;
      CHECK(wrong_sums(esp) == 0);
    }
  }
}

}  // namespace ike::net
