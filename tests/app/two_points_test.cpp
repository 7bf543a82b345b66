// Captures of both ends read together: what passes one point and never the other.
#include <doctest/doctest.h>

#include <algorithm>
#include <string_view>

#include "ike/analyzer.hpp"
#include "track/observer.hpp"

namespace ike::track {
namespace {

struct Step {
  double at;
  unsigned number;          // of Main Mode; odd ones are the initiator's
  std::string_view points;  // at which it is seen: "a", "b" or "ab"
};

report::TunnelReport told(std::initializer_list<Step> steps) {
  Analyzer analyzer;
  std::array<std::uint64_t, 2> numbers{};
  std::uint32_t id = 1;
  for (const auto& step : steps) {
    auto hop = step.number % 2 == 1 ? over : answer;
    hop.id = ++id;
    Observer wire;
    const auto packet = wire.wire(hop, mm(step.number));
    for (const char point : step.points) {
      const std::size_t file = point == 'a' ? 0 : 1;
      Frame frame = frame_of(packet, LinkType::raw, ++numbers[file], 1'700'000'000 + step.at + (point == 'b' ? 0.001 : 0));
      frame.file = static_cast<std::uint16_t>(file);
      analyzer.feed(frame);
    }
  }
  const auto report = analyzer.report({});
  return report.open(report.tunnels.at(0));
}

TEST_CASE("an answer that passes the far point and never the near one is lost between them, and two points are no doubtful view") {
  const auto said = told({{0, 1, "ab"}, {0.1, 2, "b"}, {4, 1, "ab"}, {4.1, 2, "b"}, {11, 1, "ab"}, {11.1, 2, "b"}, {24, 1, "ab"}, {24.1, 2, "b"}});
  REQUIRE_FALSE(said.diagnosis.findings.empty());
  const auto& found = said.diagnosis.findings.front();
  CHECK(found.id == diagnose::FindingId::reply_lost);
  CHECK(found.certainty == diagnose::Certainty::likely);
  REQUIRE(found.between);
  CHECK(found.between->number == 2);
  CHECK(found.between->from == Side::responder);
  CHECK(found.between->seen_in == 1);
  CHECK(found.between->missing_in == 0);
}

TEST_CASE("near misses: one file, a rotated capture, and a message that both points saw") {
  for (const auto& steps : {std::initializer_list<Step>{{0, 1, "a"}, {4, 1, "a"}, {11, 1, "a"}, {24, 1, "a"}},
                            std::initializer_list<Step>{{0, 1, "a"}, {4, 1, "a"}, {11, 1, "b"}, {24, 1, "b"}},
                            std::initializer_list<Step>{{0, 1, "ab"}, {4, 1, "ab"}, {11, 1, "ab"}, {24, 1, "ab"}}}) {
    const auto said = told(steps);
    REQUIRE_FALSE(said.diagnosis.findings.empty());
    CHECK_FALSE(said.diagnosis.findings.front().between);
  }
}

}  // namespace
}  // namespace ike::track
