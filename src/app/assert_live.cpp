#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <optional>
#include <stdexcept>

#include "assert.hpp"
#include "child.hpp"
#include "ike/analyzer.hpp"
#include "ike/capture/live.hpp"
#include "live_report.hpp"
#include "output.hpp"
#include "save_packets.hpp"
#include "signals.hpp"

namespace ike::app {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr Duration default_within = 30s;
constexpr auto tick = 100ms;              // how long to wait for packets before the clock is looked at
constexpr auto lag = 200ms;               // how late a packet may come to us
constexpr auto last_words = 1s;           // for a command that still runs when all expectations hold
constexpr std::uint32_t most_attempts = 100'000;
constexpr int idle_share = 4;                  // judging takes at most one part in so many of the time

capture::LiveOptions live_options(const AssertOptions& options, std::span<const expect::Expectation> expectations) {
  capture::LiveOptions live;
  live.interfaces = options.interfaces;
  live.ports = options.input.ports;
  live.esp = std::ranges::any_of(expectations, &expect::Expectation::needs_esp);
  return live;
}

class Watch {
 public:
  Watch(const AssertOptions& options, std::span<const expect::Expectation> expectations)
      : options_{options},
        expectations_{expectations},
        source_{live_options(options, expectations)},
        analyzer_{{.ports = {options.input.ports}, .limits = {.attempts = most_attempts, .esp_flows = 65'536}, .judgement = options.judgement}},
        take_{[this](const Frame& frame) { take(frame); }} {}

  ExitCode run() {
    if (!options_.command.empty()) command_.emplace(options_.command, options_.format == AssertFormat::text);
    while (!finished()) {
      source_.read(tick, take_, signals_.descriptor());
      analyzer_.pass_time(now() - lag);
      obey_signals();
    }
    return finish();
  }

 private:
  static Time now() { return Time{std::chrono::system_clock::now().time_since_epoch()}; }

  void take(const Frame& frame) {
    analyzer_.feed(frame);
    if (!options_.save_pcap.empty()) kept_.add(frame);
  }

  void obey_signals() {
    while (const int signal = signals_.next()) {
      if (signal == SIGCHLD) continue;  // ended() looks
      if (command_) command_->forward(signal);
      if (signal != SIGUSR1 && signal != SIGUSR2) interrupted_ = true;
    }
  }

  /// Whether the verdict is known, or waiting is of no use any more.
  bool finished() {
    const bool ended = command_ && command_->ended();
    if (interrupted_) return over_ = true;
    if (ended && command_->result().failed()) return over_ = true;
    if (Clock::now() - start_ >= options_.within.value_or(default_within)) return over_ = true;
    const Clock::time_point begin = Clock::now();
    if (begin < judge_next_) return false;
    const expect::Outcome outcome = expect::judge(report(), expectations_, false).outcome;
    judge_next_ = std::max(begin + tick / 2, Clock::now() + (idle_share - 1) * (Clock::now() - begin));
    if (outcome == expect::Outcome::failed) return true;
    if (outcome != expect::Outcome::passed) {
      passed_at_.reset();
      return false;
    }
    if (!passed_at_) passed_at_ = Clock::now();
    return !command_ || ended || Clock::now() - *passed_at_ >= last_words;
  }

  [[nodiscard]] report::Report report() {
    report::Report made = analyzer_.report(live_info(source_));
    made.version = IKE_VERSION;
    return made;
  }

  ExitCode finish() {
    const Duration took = Clock::now() - start_;
    if (over_) {
      source_.drain(take_);
      analyzer_.pass_time(now());
    }
    expect::Run run;
    run.source = fmt::format("{}", fmt::join(options_.interfaces, ", "));
    run.took = took;
    run.early = !over_;
    if (command_) {
      command_->stop();
      run.command = command_->result();
    }
    const report::Report final = report();
    const expect::Verdict verdict = expect::judge(final, expectations_, over_);
    const ExitCode code = conclude(options_, verdict, final, run);
    if (!options_.save_pcap.empty() && verdict.outcome == expect::Outcome::failed) save(verdict, final);
    return code;
  }

  void save(const expect::Verdict& verdict, const report::Report& report) {
    PacketKeeper keeper{options_.save_pcap, verdict, report, {options_.input.ports}};
    if (keeper.empty()) return;
    kept_.each([&](const Frame& frame) { keeper.offer(frame, options_.interfaces[frame.file]); });
    if (kept_.dropped() > 0) complain(fmt::format("--save-pcap: the first {} packets were too many to keep", kept_.dropped()));
    for (const std::string& path : keeper.close()) complain("kept the packets: " + path);
  }

  const AssertOptions& options_;
  std::span<const expect::Expectation> expectations_;
  Signals signals_{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGCHLD};
  capture::LiveSource source_;  // open before the command runs
  Analyzer analyzer_;
  std::function<void(const Frame&)> take_;
  NewestFrames kept_;
  std::optional<Child> command_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point judge_next_ = start_;  // under a flood of packets, not at every one of them
  std::optional<Clock::time_point> passed_at_;
  bool interrupted_ = false;
  bool over_ = false;
};

}  // namespace

ExitCode assert_live(const AssertOptions& options, std::span<const expect::Expectation> expectations) { return Watch{options, expectations}.run(); }

}  // namespace ike::app
