#include <doctest/doctest.h>

#include "ike/analyzer.hpp"
#include "support/packets.hpp"

using namespace ike;

TEST_CASE("a reply that does not come is missed when its time has passed, not only at the next packet") {
  const test::Bytes message = test::isakmp({}, {test::sa({{1, {}, {{1, test::phase1(7, 256, 4, 1, 14)}}}})});
  const test::Bytes octets = test::ethernet(test::udp({}, 500, 500, message));
  Analyzer analyzer;
  analyzer.feed(test::frame_of(octets, LinkType::ethernet, 1, 0));
  REQUIRE(analyzer.report({}).tunnels.size() == 1);
  CHECK(analyzer.report({}).tunnels.front().verdict == diagnose::Verdict::pending);

  analyzer.pass_time(Time{std::chrono::seconds{5}});
  CHECK(analyzer.report({}).tunnels.front().verdict == diagnose::Verdict::pending);
  analyzer.pass_time(Time{std::chrono::seconds{11}});
  CHECK(analyzer.report({}).tunnels.front().verdict == diagnose::Verdict::stalled);
  analyzer.pass_time(Time{std::chrono::seconds{3}});  // a clock set back takes nothing back
  CHECK(analyzer.report({}).capture.last_time == Time{std::chrono::seconds{11}});
}

TEST_CASE("before the first packet time passes, too") {
  Analyzer analyzer;
  analyzer.pass_time(Time{std::chrono::seconds{5}});
  CHECK(analyzer.report({}).capture.last_time == Time{std::chrono::seconds{5}});
  CHECK(analyzer.report({}).tunnels.empty());
}
