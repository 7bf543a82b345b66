#include "ike/net/tunnel.hpp"

#include "net/support.hpp"

namespace ike::net {
namespace {

using namespace test;

const Ip inner4{};
const Ip inner6{.source = "2001:db8::1", .destination = "2001:db8::2"};
const Ip outer4{.source = "10.0.0.1", .destination = "10.0.0.2"};
const Ip outer6{.source = "fd00::1", .destination = "fd00::2"};

struct Tunnel {
  std::string_view name;
  Bytes (*wrap)(const Ip& outer, const Bytes& packet);
};

const std::vector<Tunnel> tunnels{
    {"IP in IP", [](const Ip& outer, const Bytes& p) { return ip_in_ip(outer, p); }},
    {"GRE", [](const Ip& outer, const Bytes& p) { return gre(outer, p); }},
    {"GRE, checksum", [](const Ip& outer, const Bytes& p) { return gre(outer, p, {.checksum = true}); }},
    {"GRE, key", [](const Ip& outer, const Bytes& p) { return gre(outer, p, {.key = true}); }},
    {"GRE, all fields",
     [](const Ip& outer, const Bytes& p) {
       return gre(outer, p, {true, true, true});
     }},
    {"GRE with Ethernet",
     [](const Ip& outer, const Bytes& p) {
       return gre_ethernet(outer, ethernet(p, {{0x8100, 4}}));
     }},
    {"ERSPAN 1", [](const Ip& outer, const Bytes& p) { return erspan(outer, ethernet(p), 1); }},
    {"ERSPAN 2",
     [](const Ip& outer, const Bytes& p) {
       return erspan(outer, ethernet(p, {{0x8100, 4}}), 2);
     }},
    {"ERSPAN 3", [](const Ip& outer, const Bytes& p) { return erspan(outer, ethernet(p), 3); }},
    {"ERSPAN 3 with subheader", [](const Ip& outer, const Bytes& p) { return erspan(outer, ethernet(p), 3, true); }},
    {"VXLAN", [](const Ip& outer, const Bytes& p) { return vxlan(outer, ethernet(p)); }},
    {"Geneve", [](const Ip& outer, const Bytes& p) { return geneve(outer, ethernet(p)); }},
    {"Geneve with options", [](const Ip& outer, const Bytes& p) { return geneve(outer, ethernet(p), pattern(12)); }},
    {"VXLAN in GRE", [](const Ip& outer, const Bytes& p) { return gre(outer, vxlan({}, ethernet(p))); }},
};

TEST_CASE("the innermost datagram comes out of every tunnel over both IP versions") {
  const Bytes message = pattern(64);
  for (const Tunnel& row : tunnels) {
    for (const Ip& outer : {outer4, outer6}) {
      for (const Ip& inner : {inner4, inner6}) {
        CAPTURE(row.name);
        CAPTURE(outer.source);
        CAPTURE(inner.source);
        const Bytes frame = ethernet(row.wrap(outer, udp(inner, 4500, 500, message)));
        Dissector dissector;
        REQUIRE(dissector.dissect(frame_of(frame)) == Kind::udp);
        CHECK(octets_of(dissector.datagram().payload) == message);
        CHECK(dissector.datagram().source == Endpoint{*parse_address(inner.source), 4500});
        CHECK(dissector.counts().malformed == 0);
      }
    }
  }
}

TEST_CASE("a tunnel cut anywhere by the snap length gives the inner datagram as far as it goes") {
  const Bytes message = pattern(30);
  for (const Tunnel& row : tunnels) {
    CAPTURE(row.name);
    const Bytes frame = row.wrap(outer4, udp(inner4, 500, 500, message));
    const auto headers = static_cast<std::size_t>(
        std::search(frame.begin(), frame.end(), message.begin(), message.end()) - frame.begin());
    for (std::size_t keep = 0; keep < frame.size(); ++keep) {
      CAPTURE(keep);
      const Bytes cut{frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(keep)};
      Frame snapped = frame_of(cut, LinkType::raw);
      snapped.wire_length = static_cast<std::uint32_t>(frame.size());
      Dissector dissector;
      CHECK((dissector.dissect(snapped) == Kind::udp) == (keep >= headers));
      CHECK(dissector.counts().malformed == 0);
      if (keep >= headers) CHECK(dissector.datagram().payload.size() == std::min(keep - headers, message.size()));
    }
  }
}

TEST_CASE("tunnels in one another are followed to a limit") {
  Bytes packet = udp(inner4, 500, 500, pattern(10));
  for (unsigned depth = 0; depth < max_tunnel_depth; ++depth) packet = ip_in_ip(outer4, packet);
  CHECK(kind_of(packet, LinkType::raw) == Kind::udp);
  Dissector dissector;
  CHECK(dissector.dissect(frame_of(ip_in_ip(outer6, packet), LinkType::raw)) == Kind::other);
  CHECK(dissector.counts().malformed == 1);
}

TEST_CASE("tunnel headers of other kinds are left alone") {
  struct Row {
    std::string_view name;
    Bytes packet;
  };
  const Bytes inner = udp(inner4, 500, 500, pattern(10));
  for (const Row& row : {
           Row{"PPTP's GRE", ip(outer4, 47, hex("3001880b00000000") + inner)},
           Row{"GRE with routing", ip(outer4, 47, hex("4000080000000000") + inner)},
           Row{"GRE keepalive", ip(outer4, 47, hex("00000000"))},
           Row{"VXLAN without VNI flag", udp(outer4, 9, 4789, be64(0) + ethernet(inner))},
           Row{"Geneve version 1", udp(outer4, 9, 6081, hex("4000655800000700") + ethernet(inner))},
           Row{"ERSPAN of version 5",
               ip(outer4, 47, hex("100088be00000001") + hex("5001006400000001") + ethernet(inner))},
       }) {
    CAPTURE(row.name);
    Dissector dissector;
    CHECK(dissector.dissect(frame_of(row.packet, LinkType::raw)) == Kind::other);
    CHECK(dissector.counts().malformed == 0);
  }
}

TEST_CASE("a frame that the mirroring switch cut is cut, not malformed") {
  const Bytes whole = ethernet(udp(inner4, 500, 500, pattern(200)));
  const Bytes packet =
      ip(outer4, 47, hex("100088be00000001") + hex("1001046400000001") + Bytes{whole.begin(), whole.begin() + 100});
  Dissector dissector;
  REQUIRE(dissector.dissect(frame_of(packet, LinkType::raw)) == Kind::udp);
  CHECK(dissector.datagram().cut);
  CHECK(dissector.datagram().sent_length == 200);
  CHECK(dissector.datagram().payload.size() == 100 - 42);
  CHECK(dissector.counts().malformed == 0);
}

TEST_CASE("a tunnel port of ours is ours, and ESP and ICMP errors are found in tunnels, too") {
  const Bytes inner = udp(inner4, 500, 500, pattern(10));
  Dissector dissector{Ports{.extra = {vxlan_port}}};
  REQUIRE(dissector.dissect(frame_of(vxlan(outer4, ethernet(inner)), LinkType::raw)) == Kind::udp);
  CHECK(dissector.datagram().destination.port == vxlan_port);
  CHECK(kind_of(gre(outer4, esp(inner4, 1, 2)), LinkType::raw) == Kind::esp);
  CHECK(kind_of(gre(outer4, icmp_error(inner4, 3, 3, inner)), LinkType::raw) == Kind::icmp_error);
}

}  // namespace
}  // namespace ike::net
