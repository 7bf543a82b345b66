#pragma once

#include <chrono>

#include "ike/base/time.hpp"

namespace ike::app {

/// Time that goes on where the wall clock is set back: else every message that comes would be judged hours after it
/// came. Set forward or slewed it is followed.
class SteadyTime {
 public:
  /// Takes note of the wall clock and of one that nobody sets. Gives by how much the former was set back since the last
  /// time; mostly nothing.
  Duration tick(Time wall, Duration steady) {
    const Duration ahead = wall.time_since_epoch() - steady;
    const Duration back = begun_ && ahead < ahead_ - least ? ahead_ - ahead : Duration{};
    begun_ = true;
    ahead_ = ahead;
    wall_ = wall;
    shift_ += back;
    return back;
  }
  [[nodiscard]] Time now() const { return wall_ + shift_; }
  /// When a packet came by whose stamp is `stamp`; one that was stamped before the clock was set back needs no shift.
  [[nodiscard]] Time of(Time stamp) const { return stamp + shift_ <= now() + least ? stamp + shift_ : stamp; }

 private:
  static constexpr Duration least = std::chrono::seconds{1};

  Time wall_{};
  Duration ahead_{};
  Duration shift_{};
  bool begun_ = false;
};

}  // namespace ike::app
