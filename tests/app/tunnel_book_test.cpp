#include "app/tunnel_book.hpp"

#include <doctest/doctest.h>

#include <string>

#include "support/packets.hpp"

using namespace ike;
using namespace ike::test;
using app::TunnelBook;
using app::TunnelChange;

namespace {

constexpr auto budget = std::chrono::milliseconds{50};

/// A book over an analyzer, with what it told: "192.0.2.1 stalled no-reply-msg1 11.0".
struct Observed {
  explicit Observed(track::Limits limits = {.attempts = 100, .esp_flows = 10}) : analyzer{{.ports = {}, .limits = limits, .judgement = {}, .keys = {}}} {}

  void feed(const Bytes& packet, double seconds, bool answered = false) {
    const Bytes octets = ethernet(packet);
    analyzer.feed(frame_of(octets, LinkType::ethernet, ++number, seconds));
    const auto& datagram = analyzer.dissector().datagram();
    book.touched(datagram.source.address, datagram.destination.address, answered);
    work(seconds);
  }
  void work(double seconds) {
    const Time now{std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds))};
    analyzer.pass_time(now);
    book.work(now, budget, loss);
  }
  void work_until(double from, double to) {
    for (; from < to; from += 0.1) work(from);
  }

  std::vector<std::string> told;
  Analyzer analyzer;
  Analyzer::Loss loss{.last = Time{Duration::min()}, .frames = 0};
  std::uint64_t number = 0;
  TunnelBook book{analyzer, std::chrono::seconds{10}, [this](const TunnelChange& change) {
    const auto tenths = std::chrono::duration_cast<std::chrono::milliseconds>(change.time.time_since_epoch()).count() / 100;
    told.push_back(net::to_string(change.now.row.initiator) + " " + std::string{name(change.now.row.verdict)} + " " + (change.now.finding ? std::string{name(*change.now.finding)} : "-") + " " +
                   std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + (change.news ? "" : " again"));
  }};
};

Bytes first_message(const std::string& source, std::uint64_t cookie) {
  return udp({.source = source}, 500, 500, test::isakmp({.initiator_cookie = cookie}, {sa({{1, {}, {{1, phase1(7, 256, 4, 1, 14)}}}})}));
}
Bytes refusal(const std::string& initiator, std::uint64_t cookie) {
  return udp({.source = "198.51.100.2", .destination = initiator}, 500, 500, test::isakmp({.initiator_cookie = cookie, .responder_cookie = 9, .exchange = 5}, {notify(14)}));
}

}  // namespace

TEST_CASE("a reply that does not come is told when patience ends, though nothing comes any more") {
  Observed seen;
  seen.feed(first_message("192.0.2.1", 1), 1);
  seen.work_until(1, 10.9);
  CHECK(seen.told.empty());
  seen.work_until(10.9, 300);
  REQUIRE(seen.told.size() == 1);
  CHECK(seen.told.front() == "192.0.2.1 stalled no-reply-msg1 11.0");
}

TEST_CASE("a refusal is told with its packet, and the next attempt's, which is no news") {
  Observed seen;
  seen.feed(first_message("192.0.2.1", 1), 1);
  seen.feed(refusal("192.0.2.1", 1), 1.1, true);
  REQUIRE(seen.told.size() == 1);
  CHECK(seen.told.front() == "192.0.2.1 stalled no-proposal-chosen 1.1");
  seen.feed(first_message("192.0.2.1", 2), 30);
  seen.feed(refusal("192.0.2.1", 2), 30.1, true);
  REQUIRE(seen.told.size() == 2);
  CHECK(seen.told.back() == "192.0.2.1 stalled no-proposal-chosen 30.1 again");
}

TEST_CASE("tunnels keep their numbers, and are known by their addresses either way round") {
  Observed seen;
  seen.feed(first_message("192.0.2.1", 1), 1);
  seen.feed(first_message("192.0.2.2", 2), 1);
  const auto a = *net::parse_address("192.0.2.2");
  const auto b = *net::parse_address("198.51.100.2");
  CHECK(seen.book.number_of(a, b, 0, 77) == 1);
  CHECK(seen.book.number_of(b, a, 0, 77) == 1);
  CHECK(seen.book.number_of(b, a, 1, 77) == 77);
  std::size_t count = 0;
  seen.book.each([&](const app::TunnelState&) { ++count; });
  CHECK(count == 2);
}

TEST_CASE("while spoofed first messages push one another out, a tunnel that is known is told at once") {
  Observed seen{{.attempts = 50, .esp_flows = 10}};
  seen.feed(first_message("192.0.2.1", 1), 1);
  seen.feed(udp({.source = "198.51.100.2", .destination = "192.0.2.1"}, 500, 500,
                test::isakmp({.initiator_cookie = 1, .responder_cookie = 9}, {sa({{1, {}, {{1, phase1(7, 256, 4, 1, 14)}}}})})), 1.05, true);
  for (unsigned i = 0; i < 2000; ++i) seen.feed(first_message("10.1." + std::to_string(i / 200) + "." + std::to_string(i % 200), 100 + i), 1.1 + i * 0.0001);
  seen.told.clear();
  seen.feed(udp({.source = "192.0.2.1"}, 500, 500, test::isakmp({.initiator_cookie = 1, .responder_cookie = 9}, {ke(), nonce()})), 1.4, true);
  seen.feed(udp({.source = "198.51.100.2", .destination = "192.0.2.1"}, 500, 500, test::isakmp({.initiator_cookie = 1, .responder_cookie = 9, .exchange = 5}, {notify(17)})), 1.5, true);
  REQUIRE(seen.told.size() == 1);
  CHECK(seen.told.front() == "192.0.2.1 stalled refused-msg3 1.5");
  std::size_t count = 0;
  seen.book.each([&](const app::TunnelState&) { ++count; });
  CHECK(count <= 60);  // of what was forgotten nothing is kept
}

TEST_CASE("what the capture lost lowers the certainty of tunnels that had begun, not of later ones") {
  Observed seen;
  seen.loss = {.last = Time{std::chrono::seconds{5}}, .frames = 3};
  const auto certainty = [&](const std::string& source) {
    diagnose::Certainty found{};
    seen.book.each([&](const app::TunnelState& state) {
      if (net::to_string(state.row.initiator) == source) found = state.certainty;
    });
    return found;
  };
  for (const double time : {1.0, 3.0}) seen.feed(first_message("192.0.2.1", 1), time);  // what came once is never likely
  for (const double time : {6.0, 8.0}) seen.feed(first_message("192.0.2.2", 2), time);
  seen.work_until(8, 30);
  CHECK(certainty("192.0.2.1") > certainty("192.0.2.2"));
}
