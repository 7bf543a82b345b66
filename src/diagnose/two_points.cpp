// Captures of two points on the path, read together: between which of them a message is lost.
#include <algorithm>

#include "story.hpp"

namespace ike::diagnose {

namespace {

// What one of the two files holds.
struct Seen {
  bool it = false;      // the message at hand
  bool before = false;  // messages of the attempt from before it first passed
  bool after = false;   // and from after it
};

}  // namespace

bool two_points(const Story& story) {
  // Events are in order of time: where files overlap, one comes again after another.
  std::uint32_t changes = 0;
  bool again = false;
  const auto& events = story.attempt->events;
  for (std::size_t i = 1; i < events.size(); ++i) {
    if (events[i].file != events[i - 1].file) ++changes;
    again |= events[i].file == events.front().file && changes > 0;
  }
  return again;
}

std::optional<BetweenPoints> lost_between(const Story& story) {
  const auto& events = story.attempt->events;
  if (!two_points(story)) return std::nullopt;
  const auto here = events.front().file;
  const auto elsewhere = std::ranges::find_if(events, [&](const Event& event) { return event.is_message() && event.file != here; });
  if (elsewhere == events.end()) return std::nullopt;
  const auto there = elsewhere->file;
  if (std::ranges::any_of(events, [&](const Event& event) { return event.is_message() && event.file != here && event.file != there; })) return std::nullopt;
  // The furthest message that one of the points never sees, although it sees the attempt before and after.
  for (std::size_t number = story.step.size(); number-- > 1;) {
    const auto& sent = story.step[number];
    if (!sent.any()) continue;
    const auto side = sent.first->from;
    std::array<Seen, 2> seen{};
    for (const auto& event : events) {
      if (!event.is_message()) continue;
      auto& at = seen[event.file == here ? 0 : 1];
      at.it |= event.number == number && event.from == side && event.is_phase1();
      at.before |= event.time <= sent.first->time;
      at.after |= event.time > sent.first->time;
    }
    const auto misses = [](const Seen& blind, const Seen& other) { return !blind.it && blind.before && blind.after && other.it; };
    if (misses(seen[0], seen[1])) return BetweenPoints{static_cast<std::uint8_t>(number), side, there, here};
    if (misses(seen[1], seen[0])) return BetweenPoints{static_cast<std::uint8_t>(number), side, here, there};
  }
  return std::nullopt;
}

}  // namespace ike::diagnose
