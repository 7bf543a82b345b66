#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <queue>
#include <unordered_map>
#include <vector>

#include "ike/analyzer.hpp"

namespace ike::app {

/// Where one tunnel stood when it was last judged.
struct TunnelState {
  std::uint32_t number = 0;                     ///< its own as long as we run
  report::TunnelRow row;                        ///< `index` is what Analyzer::judge() takes
  std::uint32_t part = 0;                       ///< ... which gives several, of which it is this one
  std::optional<diagnose::FindingId> finding;   ///< the first of its stalls, or of its warnings
  diagnose::Certainty certainty{};
  std::uint32_t attempt = 0;                    ///< the newest that shows it
  Time since{};                                 ///< of the verdict
  Time last{};                                  ///< of its last message
  diagnose::Verdict settled = diagnose::Verdict::pending;  ///< the last verdict that was not pending, and its finding
  std::optional<diagnose::FindingId> settled_finding;

  [[nodiscard]] bool in_trouble() const { return row.verdict == diagnose::Verdict::stalled || row.verdict == diagnose::Verdict::flapping; }
};

/// A tunnel that stands otherwise than before.
struct TunnelChange {
  const TunnelState& now;
  const report::TunnelReport& tunnel;
  Time time{};
  bool news = false;  ///< not the same trouble once more, after another try
};

/// Judges tunnels one by one as packets come and as time passes: what was touched first, then those for which a limit
/// passes; those that got an answer before those that did not, so that spoofed first messages hold up nobody else.
class TunnelBook {
 public:
  using Tell = std::function<void(const TunnelChange&)>;
  TunnelBook(const Analyzer& analyzer, Duration patience, Tell tell);

  /// A message passed between these two; `answered`: both cookies are in it.
  void touched(const net::Address& a, const net::Address& b, bool answered);
  /// Judges what is due at `now`, for about as long as `budget`, but one tunnel at least.
  void work(Time now, std::chrono::nanoseconds budget, const Analyzer::Loss& loss);
  /// Judges everything.
  void work_all(Time now, const Analyzer::Loss& loss);

  template <typename Use>
  void each(Use use) const {
    for (const Entry& entry : entries_) {
      for (const TunnelState& state : entry.states) use(state);
    }
  }
  /// The number of the `nth` tunnel between these two; `otherwise` when it is not known.
  [[nodiscard]] std::uint32_t number_of(const net::Address& a, const net::Address& b, std::size_t nth, std::uint32_t otherwise) const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    std::uint64_t key = 0;      // of its pair of addresses; 0: none yet
    Time check{};               // when it is judged again, if nothing comes
    Time not_before{};          // what takes long is not judged often
    bool queued = false;
    bool answered = false;
    std::vector<TunnelState> states;
  };
  struct Due {
    Time time;
    std::uint32_t index;
    friend bool operator>(const Due& a, const Due& b) noexcept { return a.time > b.time; }
  };
  using Timers = std::priority_queue<Due, std::vector<Due>, std::greater<>>;  // those that were set anew since stay in it until they are due

  [[nodiscard]] std::uint64_t key_of(const net::Address& a, const net::Address& b) const noexcept;
  void learn();
  void enqueue(std::uint32_t index);
  std::optional<std::uint32_t> from(std::deque<std::uint32_t>& queue);
  std::optional<std::uint32_t> from(Timers& timers, Time now);
  std::optional<std::uint32_t> next(Time now);
  void judge(std::uint32_t index, Time now, const Analyzer::Loss& loss);
  void compare(TunnelState& state, bool fresh, const Analyzer::Judged& judged, Time now);
  void set_timer(std::uint32_t index, Time time);
  void tidy_timers();
  void schedule(std::uint32_t index, Time now, Time last, bool settled);

  const Analyzer& analyzer_;
  Duration patience_;
  Tell tell_;
  std::uint64_t seed_;
  std::vector<Entry> entries_;                              // by Analyzer's index
  std::unordered_map<std::uint64_t, std::uint32_t> index_;  // by key
  std::deque<std::uint32_t> hot_;                           // touched, answered
  std::deque<std::uint32_t> cold_;                          // touched or new, not answered
  Timers hot_timers_;
  Timers cold_timers_;
  std::uint32_t rover_ = 0;
  std::uint32_t next_number_ = 0;
  std::vector<Analyzer::Judged> judged_;
};

}  // namespace ike::app
