#include "backoff.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "format.hpp"

namespace ike::report {
namespace {

using track::Side;

/// When one implementation sends a message again: gaps in seconds. Sources: the projects' own code and manuals,
/// and the schedules that ike-scan's authors measured.
struct Pattern {
  std::string_view name;
  bool responder_only;  // measured on responders
  std::array<float, 10> gaps;  // until the first 0; a last negative one repeats the one before it without end
  int gives_up = 0;  // seconds after the first sending; 0: not documented
};
constexpr auto patterns = std::to_array<Pattern>({
    {"strongSwan", false, {4, 7.2F, 12.96F, 23.33F, 41.99F}, 165},
    {"libreswan", false, {0.5F, 0.5F, 1, 2, 4, 8, 16, 32}, 60},
    {"libreswan", false, {0.5F, 1, 2, 4, 8, 16, 32}, 60},
    {"Cisco ASA", false, {8, 8, 8}, 32},
    {"Cisco IOS", false, {10, 10, 10, 10, 10}, 50},
    {"racoon", false, {10, 10, 10, 10, 10}, 50},
    {"Openswan", false, {10, 20, 40, -1}},
    {"vpnc", false, {1, 2, 4, 8}, 15},
    {"Windows", false, {1, 2, 4, 8, 16, 32}, 63},
    {"isakmpd", false, {7, 9, 11, 13, 15, 17, 19, 21, 23, 25}},
    {"Juniper ScreenOS", false, {4, 4, -1}},
    {"KAME racoon (old)", false, {20, 20, 20, 20, 20}, 100},
    {"Cisco PIX 6.3", true, {5, 5, 5, 5, 5}},
    {"Cisco IOS 12.0, PIX 6.2 or older", true, {15, 15}},
    {"Check Point 4.1 or NG", true, {2, 2, 2, 2, 2, 2, 4, 4, 4, 4}},
    {"Check Point FireWall-1 4.0", true, {3, 3, 3, 3, 6, 6, 6, 6, 6, 6}},
    {"Nortel Contivity", true, {16, 16, 16}},
    {"SonicWall", true, {5, 8, 18}},
    {"SonicWall", true, {5, 10, 20}},
    {"SonicWall Pro", true, {6.5F, 9, 13, 22}},
    {"FortiGate", true, {6, 12}},
    {"FortiGate", true, {10, 20}},
    {"SideWinder G2", true, {3, 6, 15, 48}},
    {"WatchGuard Firebox", true, {10, 10, 10, 10, 10}},
    {"StoneGate", true, {0.5F, 1, 2, 4, 8, 16, 30, 30, 30, 30}},
    {"Solaris", true, {0.5F, 1, 2, 4, 8}},
    {"AIX", true, {16, 32, 64, 128, 128, 256, 512}},
    {"DrayTek Vigor", true, {3, 6}},
    {"CyberGuard", true, {3.5F, 7, 10, 10}},
    {"Avaya VSU", true, {14.5F, 14.5F, 14.5F, 14.5F}},
    {"Novell BorderManager", true, {4.5F, 6.9F, 9.8F}},
    {"Netgear FVS328", true, {4.5F, 5, 5, 5}},
    {"Netgear DG834", true, {10, 20}},
});

bool fits(const Pattern& pattern, std::span<const Duration> gaps) {
  double expected = 0;
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    const float row = i < pattern.gaps.size() ? pattern.gaps[i] : 0;
    if (row > 0) expected = row;
    else if (const auto end = std::ranges::find_if(pattern.gaps, [](float gap) { return gap <= 0; }); end == pattern.gaps.end() || *end == 0) return false;
    if (std::abs(seconds(gaps[i]) - expected) > std::max(0.15, expected * 0.06)) return false;
  }
  return true;
}

// One gap fits too much: the products measured as responders only would drown the likely ones.
bool may_be(const Pattern& pattern, std::span<const Duration> gaps, Side from) {
  if (gaps.empty() || (pattern.responder_only && (from == Side::initiator || gaps.size() < 2))) return false;
  return fits(pattern, gaps);
}

}  // namespace

std::vector<std::string_view> fitting_schedules(std::span<const Duration> gaps, Side from) {
  std::vector<std::string_view> names;
  for (const Pattern& pattern : patterns) {
    if (!may_be(pattern, gaps, from) || std::ranges::find(names, pattern.name) != names.end()) continue;
    names.push_back(pattern.name);
    if (names.size() == 3) break;
  }
  return names;
}

std::optional<std::chrono::seconds> gives_up_after(std::span<const Duration> gaps, Side from) {
  std::optional<std::chrono::seconds> after;
  for (const Pattern& pattern : patterns) {
    if (!may_be(pattern, gaps, from)) continue;
    if (pattern.gives_up == 0 || (after && after->count() != pattern.gives_up)) return std::nullopt;
    after = std::chrono::seconds{pattern.gives_up};
  }
  return after;
}

Schedule longest_schedule(const track::Attempt& attempt) {
  std::vector<std::uint32_t> resends(attempt.events.size());
  for (const auto& event : attempt.events) {
    if (event.is_message() && event.resend_of < resends.size()) ++resends[event.resend_of];
  }
  Schedule schedule;
  const auto most = std::ranges::max_element(resends);
  if (most == resends.end() || *most == 0) return schedule;
  const auto first = static_cast<std::uint32_t>(most - resends.begin());
  schedule.message = &attempt.events[first];
  Time last = schedule.message->time;
  for (const auto& event : attempt.events) {
    if (!event.is_message() || event.resend_of != first) continue;
    schedule.gaps.push_back(since(event.time, last));
    last = event.time;
  }
  return schedule;
}

}  // namespace ike::report
