// Captures of two points on the path, read together: between which of them a message is lost.
#include <algorithm>

#include "story.hpp"

namespace ike::diagnose {

namespace {

struct Seen {
  std::uint32_t times = 0;  // messages of the side at hand with this number, each packet counted once
  bool before = false;      // this file holds packets of the attempt from before the message first passed
  bool after = false;       // and from after it
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
  // The furthest message that one of the points never sees, although it sees the attempt before and after.
  for (std::size_t number = story.step.size(); number-- > 1;) {
    const auto& sent = story.step[number];
    if (!sent.any()) continue;
    const auto side = sent.first->from;
    std::array<Seen, 2> seen{};
    std::array<std::uint16_t, 2> files{events.front().file, events.front().file};
    bool more_files = false;
    const auto at = [&](std::uint16_t file) -> Seen& {
      if (file == files[0]) return seen[0];
      if (files[1] == files[0]) files[1] = file;
      more_files |= file != files[1];
      return seen[1];
    };
    for (const auto& event : events) {
      if (!event.is_message()) continue;
      auto& here = at(event.file);
      if (event.number == number && event.from == side && event.is_phase1()) ++here.times;
      here.before |= event.time <= sent.first->time;
      here.after |= event.time > sent.first->time;
    }
    if (more_files || files[0] == files[1]) return std::nullopt;
    for (const std::size_t blind : {0U, 1U}) {
      const auto& other = seen[1 - blind];
      if (seen[blind].times == 0 && seen[blind].before && seen[blind].after && other.times > 0) {
        return BetweenPoints{static_cast<std::uint8_t>(number), side, files[1 - blind], files[blind]};
      }
    }
  }
  return std::nullopt;
}

}  // namespace ike::diagnose
