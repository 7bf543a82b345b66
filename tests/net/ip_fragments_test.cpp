#include "ike/net/ip_fragments.hpp"

#include <algorithm>

#include "net/support.hpp"

namespace ike::net {
namespace {

using namespace test;

const Ip v4{.id = 77, .ttl = 9};
const Ip v6{.source = "2001:db8::1", .destination = "2001:db8::2"};

/// Dissects raw IP packets one after another, a millisecond apart, and writes down what came of each:
/// "-" nothing, "P" a partial datagram, "W" a whole one, "W1" one that completes packet 1, "E" ESP.
struct Run {
  Dissector dissector;
  std::uint64_t number = 0;

  std::string one(const Bytes& packet, double at) {
    const Frame frame = frame_of(packet, LinkType::raw, ++number, at);
    switch (dissector.dissect(frame)) {
      case Kind::udp:
        break;
      case Kind::esp:
        return "E";
      default:
        return "-";
    }
    const auto& seen = dissector.datagram();
    CHECK(seen.packet == number);
    CHECK(seen.time == frame.time);
    if (seen.partial) return "P";
    return seen.completes == 0 ? "W" : 'W' + std::to_string(seen.completes);
  }
  std::string all(const std::vector<Bytes>& packets, double from = 0) {
    std::string seen;
    for (const Bytes& packet : packets)
      seen += (seen.empty() ? "" : " ") + one(packet, from + 0.001 * static_cast<double>(number));
    return seen;
  }
  [[nodiscard]] const NetCounts& counts() const { return dissector.counts(); }
};

/// An IPv4 fragment written by hand: `offset` in octets.
Bytes fragment(std::size_t offset, bool more, const Bytes& body, std::uint32_t id = 77, std::uint8_t number = 17) {
  Bytes packet = ip({.id = id}, number, body);
  packet[6] = static_cast<std::uint8_t>((offset / 8) >> 8U | (more ? 0x20U : 0U));
  packet[7] = static_cast<std::uint8_t>(offset / 8 & 255U);
  return packet;
}

Bytes slice(const Bytes& octets, std::size_t from, std::size_t to) {
  return {octets.begin() + static_cast<std::ptrdiff_t>(from), octets.begin() + static_cast<std::ptrdiff_t>(to)};
}

/// The UDP header and payload of a datagram of ours.
Bytes datagram(std::size_t payload, std::uint16_t port = 500) {
  return slice(udp(v4, port, port, pattern(payload)), 20, 28 + payload);
}

TEST_CASE("fragments in every order give the datagram once, and the first one at once unless it is last") {
  const Bytes message = pattern(3000);
  for (const Ip& header : {v4, v6}) {
    CAPTURE(header.source);
    const auto parts = fragments(udp(header, 500, 500, message), 3);
    REQUIRE(parts.size() == 3);
    struct Row {
      std::array<std::size_t, 3> order;
      std::string_view seen;
    };
    for (const Row& row : {Row{{0, 1, 2}, "P - W1"}, Row{{0, 2, 1}, "P - W1"}, Row{{1, 0, 2}, "- P W2"},
                           Row{{2, 0, 1}, "- P W2"}, Row{{1, 2, 0}, "- - W"}, Row{{2, 1, 0}, "- - W"}}) {
      Run run;
      CHECK(run.all({parts[row.order[0]], parts[row.order[1]], parts[row.order[2]]}) == row.seen);
      const auto& seen = run.dissector.datagram();
      CHECK(octets_of(seen.payload) == message);
      CHECK(seen.sent_length == 3000);
      CHECK_FALSE(seen.cut);
      CHECK(seen.fragments == 3);
      CHECK(seen.ip_id == (header.id == 77 ? 77 : 0));
      CHECK(seen.ttl == header.ttl);
      CHECK(seen.source == Endpoint{*parse_address(header.source), 500});
      CHECK(run.counts().fragments == 3);
      CHECK(run.counts().fragments_unfinished == 0);
      CHECK(run.counts().malformed == 0);
    }
  }
}

TEST_CASE("a first fragment alone is given as partial with the length that was sent") {
  Run run;
  const auto first = fragments(udp(v4, 500, 500, pattern(3000)), 2)[0];
  CHECK(run.one(first, 0) == "P");
  const auto& seen = run.dissector.datagram();
  CHECK(seen.sent_length == 3000);
  CHECK(seen.payload.size() == 1504 - 8);
  CHECK(octets_of(seen.payload) == slice(pattern(3000), 0, seen.payload.size()));
  CHECK_FALSE(seen.cut);
  CHECK(seen.fragments == 1);
  CHECK(run.counts().fragments_unfinished == 1);
}

TEST_CASE("two fragmented datagrams under way at once are kept apart by identification, address and version") {
  const auto a = fragments(udp({.id = 1}, 500, 500, pattern(2000, 1)), 2);
  const auto b = fragments(udp({.id = 2}, 500, 500, pattern(2000, 2)), 2);
  const auto c = fragments(udp({.source = "192.0.2.9", .id = 1}, 500, 500, pattern(2000, 3)), 2);
  const auto d = fragments(udp(v6, 500, 500, pattern(2000, 4)), 2, 1);
  Run run;
  CHECK(run.all({a[0], b[0], c[0], d[0]}) == "P P P P");
  CHECK(run.all({d[1]}) == "W4");
  CHECK(octets_of(run.dissector.datagram().payload) == pattern(2000, 4));
  CHECK(run.all({b[1]}) == "W2");
  CHECK(octets_of(run.dissector.datagram().payload) == pattern(2000, 2));
  CHECK(run.all({a[1]}) == "W1");
  CHECK(octets_of(run.dissector.datagram().payload) == pattern(2000, 1));
  CHECK(run.all({c[1]}) == "W3");
  CHECK(octets_of(run.dissector.datagram().payload) == pattern(2000, 3));
}

TEST_CASE("octets that came first win over others at the same place") {
  const Bytes good = datagram(40);  // 48 octets
  const Bytes evil = pattern(48, 99);
  struct Row {
    std::string_view name;
    std::vector<Bytes> packets;
    std::string_view seen;
  };
  for (const Row& row : {
           Row{"later fragment over the first's end",
               {fragment(0, true, slice(good, 0, 24)), fragment(16, false, slice(evil, 16, 24) + slice(good, 24, 48))},
               "P W1"},
           Row{"one that covers held ones on both sides",
               {fragment(8, true, slice(good, 8, 16)), fragment(32, true, slice(good, 32, 40)),
                fragment(8, false,
                         slice(evil, 8, 16) + slice(good, 16, 32) + slice(evil, 32, 40) + slice(good, 40, 48)),
                fragment(0, true, slice(good, 0, 8))},
               "- - - W"},
           Row{"another first fragment",
               {fragment(0, true, slice(good, 0, 24)), fragment(0, true, slice(good, 0, 4) + slice(evil, 4, 24)),
                fragment(24, false, slice(good, 24, 48))},
               "P - W1"},
           Row{"same place, other octets",
               {fragment(0, true, slice(good, 0, 24)), fragment(24, true, slice(good, 24, 40)),
                fragment(24, true, slice(evil, 24, 40)), fragment(40, false, slice(good, 40, 48))},
               "P - - W1"},
       }) {
    CAPTURE(row.name);
    Run run;
    CHECK(run.all(row.packets) == row.seen);
    CHECK(octets_of(run.dissector.datagram().payload) == pattern(40));
    CHECK(run.counts().malformed == 0);
  }
}

TEST_CASE("exact duplicates are ignored, and copies of a completed datagram leave nothing open") {
  const auto parts = fragments(udp(v4, 500, 500, pattern(3000)), 3);
  Run run;
  CHECK(run.all({parts[0], parts[0], parts[1], parts[1], parts[2], parts[2], parts[1]}) == "P - - - W1 - -");
  CHECK(run.dissector.datagram().fragments == 3);
  CHECK(run.counts().fragments_unfinished == 0);
  // the whole sequence once more, as a second mirror port gives it, is a datagram of its own
  CHECK(run.all({parts[0], parts[1], parts[2]}) == "P - W8");
  CHECK(run.counts().fragments_unfinished == 0);
}

TEST_CASE("fragments that contradict themselves or the others are refused and counted, the rest stays") {
  const Bytes good = datagram(40);
  const Bytes first = fragment(0, true, slice(good, 0, 24));
  const Bytes last = fragment(24, false, slice(good, 24, 48));
  struct Row {
    std::string_view name;
    std::vector<Bytes> packets;
    std::string_view seen;
  };
  for (const Row& row : {
           Row{"past 65,535 octets", {first, fragment(65528, false, pattern(8)), last}, "P - W1"},
           Row{"empty", {first, fragment(24, true, {}), last}, "P - W1"},
           Row{"empty last", {first, fragment(24, false, {}), last}, "P - W1"},
           Row{"no multiple of 8", {first, fragment(24, true, pattern(7)), last}, "P - W1"},
           Row{"behind the known end", {last, fragment(48, true, pattern(8)), first}, "- - W"},
           Row{"more to come at the known end", {last, fragment(40, true, pattern(8)), first}, "- - W"},
           Row{"another end, further", {last, fragment(48, false, pattern(8)), first}, "- - W"},
           Row{"another end, nearer", {last, fragment(24, false, pattern(8)), first}, "- - W"},
           Row{"an end before what is held",
               {fragment(32, true, slice(good, 32, 40)), fragment(24, false, pattern(8)), first, last},
               "- - P W3"},
       }) {
    CAPTURE(row.name);
    Run run;
    CHECK(run.all(row.packets) == row.seen);
    CHECK(octets_of(run.dissector.datagram().payload) == pattern(40));
    CHECK(run.counts().malformed == 1);
    CHECK(run.counts().fragments_unfinished == 0);
  }
}

TEST_CASE("a datagram of 65,527 octets in the smallest fragments comes out whole") {
  const Bytes whole = datagram(65507);
  Run run;
  for (std::size_t at = 0; at < whole.size(); at += 8) {
    run.one(fragment(at, at + 8 < whole.size(), slice(whole, at, std::min(at + 8, whole.size()))), 0);
  }
  CHECK(run.dissector.datagram().completes == 1);
  CHECK(octets_of(run.dissector.datagram().payload) == pattern(65507));
  CHECK(run.dissector.datagram().fragments == 255);
}

TEST_CASE("a datagram shot full of holes is given up at a limit") {
  Run run;
  for (std::size_t i = 0; i <= max_gaps; ++i) run.one(fragment(8 + 16 * i, true, pattern(8)), 0);
  CHECK(run.counts().fragments_evicted == 1);
  CHECK(run.counts().fragments_unfinished == 0);
}

TEST_CASE("fragments that come later than the timeout do not complete, and the datagram stays unfinished") {
  const auto parts = fragments(udp(v4, 500, 500, pattern(2000)), 2);
  Run run;
  CHECK(run.one(parts[0], 100) == "P");
  CHECK(run.one(parts[1], 130) == "W1");
  CHECK(run.counts().fragments_unfinished == 0);
  CHECK(run.one(parts[0], 200) == "P");
  CHECK(run.one(parts[1], 230.001) == "-");
  CHECK(run.counts().fragments_unfinished == 2);
  CHECK(run.one(parts[0], 230.002) == "W");  // the identification in use again, last fragment first
  CHECK(run.counts().fragments_unfinished == 1);
}

TEST_CASE("packet times that jump anywhere do no harm") {
  const auto parts = fragments(udp(v4, 500, 500, pattern(2000)), 2);
  Dissector dissector;
  std::uint64_t number = 0;
  for (const Time time : {Time::min(), Time::max(), Time::min(), Time{}, Time::max()}) {
    Frame frame = frame_of(parts[0], LinkType::raw, ++number);
    frame.time = time;
    dissector.dissect(frame);
  }
  Frame frame = frame_of(parts[1], LinkType::raw, ++number);
  frame.time = Time::max();
  CHECK(dissector.dissect(frame) == Kind::udp);
}

TEST_CASE("first fragments of foreign ports are dropped and what follows of them is not held") {
  const auto parts = fragments(udp(v4, 53, 53, pattern(3000)), 3);
  Run run;
  CHECK(run.all({parts[0], parts[1], parts[2]}) == "- - -");
  CHECK(run.counts().fragments_unfinished == 0);
  CHECK(run.all({parts[2], parts[1]}) == "- -");  // still known as foreign
  CHECK(run.counts().fragments_unfinished == 0);
  const auto late = fragments(udp({.id = 78}, 53, 53, pattern(3000)), 3);
  CHECK(run.all({late[2], late[1]}) == "- -");
  CHECK(run.counts().fragments_unfinished == 1);  // ports not known yet
  CHECK(run.all({late[0]}) == "-");
  CHECK(run.counts().fragments_unfinished == 0);
}

TEST_CASE("an identification that was a foreign datagram's is ours as soon as a first fragment says so") {
  const auto foreign = fragments(udp(v4, 53, 53, pattern(2000)), 2);
  const auto ours = fragments(udp(v4, 500, 500, pattern(2000)), 2);
  Run run;
  CHECK(run.all({foreign[0], foreign[1], ours[0], ours[1]}) == "- - P W3");
}

TEST_CASE("the oldest datagram makes room for new ones, and that is counted") {
  Run run;
  const Bytes whole = datagram(1000);
  for (std::uint32_t id = 0; id <= max_open_datagrams; ++id) {
    CHECK(run.one(fragment(0, true, slice(whole, 0, 504), id + 1), 0) == "P");
  }
  CHECK(run.counts().fragments_evicted == 1);
  CHECK(run.counts().fragments_unfinished == max_open_datagrams);
  CHECK(run.one(fragment(504, false, slice(whole, 504, 1008), 2), 0) == "W2");
  CHECK(run.one(fragment(504, false, slice(whole, 504, 1008), 1), 0) == "-");
}

TEST_CASE("octets held are bounded, too") {
  Run run;
  constexpr std::size_t at = 65000;
  constexpr std::size_t fit = max_held_octets / (at + 8);
  for (std::uint32_t id = 0; id < fit; ++id) run.one(fragment(at, true, pattern(8), id + 1), 0);
  CHECK(run.counts().fragments_evicted == 0);
  for (std::uint32_t id = 0; id < 10; ++id) run.one(fragment(at, true, pattern(8), 5000 + id), 0);
  CHECK(run.counts().fragments_evicted >= 9);
  CHECK(run.counts().fragments_unfinished <= fit);
}

TEST_CASE("a first fragment cut by the snap length is given as partial and cut, a later one is not held") {
  const auto parts = fragments(udp(v4, 500, 500, pattern(2000)), 2);
  Dissector dissector;
  REQUIRE(dissector.dissect(cut_frame(parts[0], 128, LinkType::raw)) == Kind::udp);
  CHECK(dissector.datagram().partial);
  CHECK(dissector.datagram().cut);
  CHECK(dissector.datagram().payload.size() == 100);
  CHECK(dissector.datagram().sent_length == 2000);
  CHECK(dissector.dissect(cut_frame(parts[1], 128, LinkType::raw)) == Kind::other);
  CHECK(dissector.counts().cut == 1);
  CHECK(dissector.counts().fragments_unfinished == 1);

  Run run;
  CHECK(run.all({parts[0]}) == "P");
  CHECK(run.dissector.dissect(cut_frame(parts[1], 128, LinkType::raw)) == Kind::other);
  CHECK(run.counts().fragments_unfinished == 1);
  CHECK(run.counts().malformed == 0);
}

TEST_CASE("the first fragment of an ESP packet gives it; other protocols' fragments are ignored") {
  for (const Ip& header : {v4, v6}) {
    CAPTURE(header.source);
    const auto parts = fragments(esp(header, 0x1234, 5, 2000), 2);
    Run run;
    CHECK(run.all({parts[0], parts[1]}) == "E -");
    CHECK(run.dissector.esp().spi == 0x1234);
    const auto quotes =
        fragments(icmp_error(header, header.id == 77 ? 3 : 1, 3, udp(header, 500, 500, pattern(900))), 2);
    CHECK(run.all(quotes) == "- -");
    CHECK(run.all(fragments(ip(header, 6, pattern(2000)), 2)) == "- -");
    CHECK(run.all(fragments(gre(header, udp(v4, 500, 500, pattern(900))), 2)) == "- -");
    CHECK(run.counts().fragments == 0);
    CHECK(run.counts().fragments_unfinished == 0);
    CHECK(run.counts().malformed == 0);
  }
}

TEST_CASE("a UDP header too short in the first fragment, or behind extension headers, is found in the whole") {
  const Bytes message = pattern(1200);
  struct Row {
    std::string_view name;
    Ip header;
    std::string_view seen;
  };
  for (const Row& row : {
           Row{"AH in IPv4", {.extensions = {{51, Bytes(22)}}}, "P W1"},
           Row{"destination options", {.source = "::1", .destination = "::2", .extensions = {{60, Bytes(6)}}}, "P W1"},
           Row{"hop-by-hop stays outside",
               {.source = "::1", .destination = "::2", .extensions = {{0, Bytes(6)}, {60, Bytes(6)}}},
               "P W1"},
           Row{"options longer than the first fragment",
               {.source = "::1", .destination = "::2", .extensions = {{60, Bytes(1214)}}},
               "- W"},
           Row{"first fragment ends before UDP",
               {.source = "::1", .destination = "::2", .extensions = {{60, Bytes(1206)}}},
               "- W"},
       }) {
    CAPTURE(row.name);
    Run run;
    CHECK(run.all(fragments(udp(row.header, 500, 500, message), 2)) == row.seen);
    CHECK(octets_of(run.dissector.datagram().payload) == message);
    Run foreign;
    CHECK(foreign.all(fragments(udp(row.header, 53, 53, message), 2)) == "- -");
    CHECK(foreign.counts().fragments_unfinished == 0);
  }
}

TEST_CASE("fragments inside a tunnel are put together") {
  const auto parts = fragments(udp(v4, 4500, 4500, pattern(2000)), 2);
  const Ip outer{.source = "10.0.0.1", .destination = "10.0.0.2"};
  Run run;
  CHECK(run.all({vxlan(outer, ethernet(parts[0])), gre(outer, parts[1])}) == "P W1");
}

}  // namespace
}  // namespace ike::net
