#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ike/base/time.hpp"
#include "ike/track/evidence.hpp"

namespace ike::report {

/// Names of the implementations whose documented resend schedule fits `gaps` (first to last), best known first,
/// at most three. Empty when none does. A guess: many products share a schedule.
std::vector<std::string_view> fitting_schedules(std::span<const Duration> gaps, track::Side from);

/// How long after the first sending the implementations whose schedule fits give up; nothing when it is not known or
/// they differ.
std::optional<std::chrono::seconds> gives_up_after(std::span<const Duration> gaps, track::Side from);

/// The resends of one message: which one, and the gaps between its sendings.
struct Schedule {
  const track::Event* message = nullptr;
  std::vector<Duration> gaps;
};
/// The longest schedule in `attempt`; no message when nothing was resent.
Schedule longest_schedule(const track::Attempt& attempt);

}  // namespace ike::report
