#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <optional>
#include <unordered_map>

#include "commands.hpp"
#include "ike/analyzer.hpp"
#include "ike/capture/live.hpp"
#include "ike/report/events.hpp"
#include "live_report.hpp"
#include "only_peer.hpp"
#include "output.hpp"
#include "sandbox.hpp"
#include "save_packets.hpp"
#include "signals.hpp"
#include "steady_time.hpp"
#include "table_view.hpp"
#include "terminal.hpp"
#include "tunnel_book.hpp"
#include "watch_outlets.hpp"
#include "watch_screen.hpp"

namespace ike::app {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto tick = 100ms;         // how long to wait for packets before the clock is looked at
constexpr Duration lag = 200ms;      // how late a packet may come to us
constexpr auto look_every = 1s;      // at the interfaces
constexpr auto draw_every = 500ms;
constexpr int idle_share = 3;        // judging takes one part in four of the time when there is more to do than can be done
constexpr std::chrono::nanoseconds least_work = 1ms;
constexpr std::chrono::nanoseconds most_work = 50ms;

capture::LiveOptions live_options(const WatchOptions& options) {
  capture::LiveOptions live;
  live.interfaces = options.interfaces;
  live.ports = options.filter.ports;
  live.esp = options.filter.esp;
  live.decap = options.filter.decap;
  live.only = options.filter.only;
  live.buffer = options.buffer << 20;
  live.snap_length = options.snap_length;
  return live;
}

/// An expression that does not parse alone would be refused only as part of the whole, in words about that.
void check_expression(const FilterOptions& options) {
  if (options.only.empty()) return;
  try {
    capture::check_filter(options.only);
  } catch (const capture::CaptureError& why) {
    throw UsageError{fmt::format("--filter: '{}' is no expression of pcap-filter(7): {}", options.only, why.what())};
  }
}

class Watch {
 public:
  explicit Watch(const WatchOptions& options)
      : options_{options},
        outlets_{outlets_of(options)},
        source_{live_options(options)},
        analyzer_{{.ports = {options.filter.ports}, .limits = options.limits, .judgement = options.judgement}},
        book_{analyzer_, options.judgement.patience, [this](const TunnelChange& change) { tell(change); }},
        take_{[this](const Frame& frame) { take(frame); }},
        counts_{source_.counts()} {
    const auto exchanges = std::min<std::uint32_t>(2 * options.limits.attempts, 1U << 18U);
    if (options.table) {
      events_.emplace(std::function<void(const report::Passing&)>{[](const report::Passing&) {}}, 1);
      terminal_.emplace();
    } else if (options.format == Format::ndjson) {
      events_.emplace(std::function<void(std::string_view)>{write}, exchanges);
    } else {
      screen_.emplace(write, wants_colour(options.colour), options.verbose > 0);
      events_.emplace(std::function<void(const report::Passing&)>{[this](const report::Passing& event) { screen_->passing(event); }}, exchanges);
    }
  }

  ExitCode run() {
    if (outlets_) outlets_->await();
    if (options_.sandbox) {
      source_.open_no_more();
      drop_rights(options_.outside.user);
      confine_or_say();
    }
    if (screen_) complain(fmt::format("watching {}; ^C ends it with a report", fmt::join(options_.interfaces, ", ")));
    flush();
    look_at_clock();
    while (!over_) {
      const Clock::time_point begin = Clock::now();
      source_.read(tick, take_, signals_.descriptor());
      pass_time();
      book_.work(now_, std::clamp<std::chrono::nanoseconds>((Clock::now() - begin) / idle_share, least_work, most_work), loss_);
      if (Clock::now() >= look_next_) look_at_interfaces();
      obey_signals();
      if (screen_) screen_->tick(now_);
      if (terminal_) show_table();
      flush();
    }
    return finish();
  }

 private:
  static std::optional<WatchOutlets> outlets_of(const WatchOptions& options) {
    return options.outside.any() ? std::optional<WatchOutlets>{std::in_place, options.outside, options.interfaces} : std::nullopt;
  }

  static void confine_or_say() try {
    confine();
  } catch (const std::exception& why) {
    throw std::runtime_error{fmt::format("{}; --no-sandbox goes without", why.what())};
  }

  void look_at_clock() {
    const Duration back = time_.tick(Time{std::chrono::system_clock::now().time_since_epoch()}, Clock::now().time_since_epoch());
    if (back > Duration{}) say("clock", "clock", fmt::format("set back by {} s; times go on as if it had not been", std::chrono::duration_cast<std::chrono::seconds>(back).count()), 0);
  }

  void pass_time() {
    look_at_clock();
    now_ = std::max(now_, time_.now() - lag);
    analyzer_.pass_time(now_);
  }

  [[nodiscard]] bool is_wanted(const net::Address& a, const net::Address& b) const { return !options_.peer || options_.peer->contains(a) || options_.peer->contains(b); }

  void take(Frame frame) {
    frame.time = time_.of(frame.time);
    now_ = std::max(now_, frame.time);
    events_->frame(frame.time);
    switch (analyzer_.feed(frame)) {
      case net::Dissector::Kind::udp: {
        const net::Datagram& datagram = analyzer_.dissector().datagram();
        if (!is_wanted(datagram.source.address, datagram.destination.address)) return;
        events_->datagram(datagram);
        const std::optional<bool> answered = is_answered(datagram);
        if (!answered) return;
        book_.touched(datagram.source.address, datagram.destination.address, *answered);
        if (outlets_) outlets_->packet(frame, datagram.source.address, datagram.destination.address, *answered);
        return;
      }
      case net::Dissector::Kind::icmp_error: {
        const net::IcmpError& error = analyzer_.dissector().icmp_error();
        if (!is_wanted(error.quoted_source.address, error.quoted_destination.address)) return;
        if (screen_) screen_->icmp_error(error);
        else if (!terminal_) events_->icmp_error(error);
        book_.touched(error.quoted_source.address, error.quoted_destination.address, false);
        if (outlets_) outlets_->packet(frame, error.quoted_source.address, error.quoted_destination.address, true);
        return;
      }
      default: {
        net::Address source;
        net::Address destination;
        if (outlets_ && !options_.outside.write.empty() && udp_fragment(frame, source, destination)) outlets_->packet(frame, source, destination, true);
        return;
      }
    }
  }

  /// Whether an IKE message has both cookies; nothing for what is none, of which there may be plenty.
  static std::optional<bool> is_answered(const net::Datagram& datagram) {
    const auto what = isakmp::classify(datagram.payload, datagram.sent_length, datagram.source.port, datagram.destination.port);
    if (what.content != isakmp::Content::isakmp) return std::nullopt;
    const auto header = isakmp::decode_header(datagram.payload.subspan(what.offset));
    return header && header->responder_cookie != 0;
  }

  void tell(const TunnelChange& change) {
    if (!is_wanted(change.now.row.initiator, change.now.row.responder)) return;
    if (screen_) screen_->change(change);
    else if (!terminal_) events_->tunnel(change.now.number, change.now.row, change.tunnel, change.time);
    if (outlets_) outlets_->change(change);
  }

  void look_at_interfaces() {
    look_next_ = Clock::now() + look_every;
    std::vector<capture::LiveCounts> counts = source_.counts();
    bool any_left = false;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const capture::LiveCounts& is = counts[i];
      const capture::LiveCounts& was = counts_[i];
      if (is.kernel_drops > was.kernel_drops) {
        loss_.last = now_;
        loss_.frames += is.kernel_drops - was.kernel_drops;
        say("drops", is.interface, fmt::format("the kernel dropped {} frames, {} in all: findings are less certain; a larger --buffer may help", is.kernel_drops - was.kernel_drops, is.kernel_drops), is.kernel_drops - was.kernel_drops);
      }
      if (is.interface_drops > was.interface_drops) {
        loss_.last = now_;
        loss_.frames += is.interface_drops - was.interface_drops;
        say("drops", is.interface, fmt::format("the interface dropped {} frames, {} in all: findings are less certain", is.interface_drops - was.interface_drops, is.interface_drops), is.interface_drops - was.interface_drops);
      }
      if (is.down && !was.down) say("interface", is.interface, is.gone ? "the interface was removed" : "the interface is down", 0);
      if (!is.down && was.down) say("interface", is.interface, "the interface is back", 0);
      any_left = any_left || !is.gone;
    }
    counts_ = std::move(counts);
    if (outlets_) outlets_->measure(book_, analyzer_.counts(), counts_);
    if (any_left) return;
    complain("no interface is left to watch; start it again when one is back");
    over_ = nothing_left_ = true;
  }

  void say(std::string_view what, std::string_view interface, const std::string& text, std::uint64_t count) {
    if (screen_) screen_->capture(now_, interface, text);
    else if (!terminal_) events_->capture(what, interface, text, count, now_);
  }

  void show_table() {
    const std::string typed = terminal_->typed();
    if (!table_.keys(typed)) over_ = true;
    if (typed.empty() && Clock::now() < draw_next_) return;
    draw_next_ = Clock::now() + draw_every;
    std::vector<const TunnelState*> tunnels;
    book_.each([&](const TunnelState& state) {
      if (is_wanted(state.row.initiator, state.row.responder)) tunnels.push_back(&state);
    });
    TableView::About about{.interfaces = fmt::format("{}", fmt::join(options_.interfaces, ", ")), .now = now_, .frames = 0, .drops = 0};
    for (const capture::LiveCounts& one : counts_) {
      about.frames += one.received;
      about.drops += one.kernel_drops + one.interface_drops;
    }
    const TableView::Screen screen{.width = terminal_->width(), .height = terminal_->height(), .colour = wants_colour(options_.colour)};
    terminal_->draw(table_.render(tunnels, about, screen, [this](const TunnelState& state) { return details(state); }));
  }

  [[nodiscard]] std::string details(const TunnelState& state) const {
    std::vector<Analyzer::Judged> judged;
    analyzer_.judge(state.row.index, loss_, judged);
    if (state.part >= judged.size()) return "It is forgotten.\n";
    const report::TunnelReport& one = judged[state.part].tunnel;
    return report::to_text(one, one.tunnel.attempts.empty() ? state.since : one.tunnel.attempts.front().first);
  }

  void obey_signals() {
    while (const int signal = signals_.next()) {
      if (signal == SIGUSR1 && !terminal_) report("status");
      else if (signal == SIGUSR1) draw_next_ = {};  // the table is shown anyway
      else over_ = true;
    }
  }

  void report(std::string_view last) {
    report::Report made = analyzer_.report(live_info(source_));
    made.version = IKE_VERSION;
    if (options_.peer) keep_only(*options_.peer, made);
    if (options_.format == Format::text) {
      report::TextOptions text;
      text.colour = wants_colour(options_.colour);
      write("\n" + report::to_text(made, text) + "\n");
      return;
    }
    std::unordered_map<std::uint32_t, std::size_t> seen;  // tunnels of one pair, by the number of its first
    events_->finish(made, last, [&](const report::TunnelRow& row) {
      const std::uint32_t first = book_.number_of(row.initiator, row.responder, 0, row.index);
      return book_.number_of(row.initiator, row.responder, seen[first]++, first);
    });
  }

  ExitCode finish() {
    terminal_.reset();
    source_.drain(take_);
    look_at_clock();
    now_ = std::max(now_, time_.now());
    analyzer_.pass_time(now_);
    book_.work_all(now_, loss_);
    if (screen_) screen_->tick(now_ + 1s);
    report("complete");
    flush();
    return nothing_left_ ? ExitCode::unusable : ExitCode::ok;
  }

  void flush() {
    events_->flush();
    flush_output();
  }

  const WatchOptions& options_;
  std::optional<WatchOutlets> outlets_;  // before anything is opened that its helper must not have
  Signals signals_{SIGINT, SIGTERM, SIGHUP, SIGUSR1};
  capture::LiveSource source_;
  Analyzer analyzer_;
  TunnelBook book_;
  std::function<void(const Frame&)> take_;
  std::vector<capture::LiveCounts> counts_;
  std::optional<WatchScreen> screen_;
  std::optional<report::EventStream> events_;
  std::optional<Terminal> terminal_;
  TableView table_;
  Clock::time_point draw_next_{};
  Analyzer::Loss loss_{.last = Time{Duration::min()}, .frames = 0};
  SteadyTime time_;
  Time now_{};
  Clock::time_point look_next_ = Clock::now();
  bool over_ = false;
  bool nothing_left_ = false;
};

}  // namespace

ExitCode watch(const WatchOptions& options) {
  check_expression(options.filter);
  return Watch{options}.run();
}

ExitCode filter(const FilterOptions& options) {
  check_expression(options);
  capture::LiveOptions live;
  live.ports = options.ports;
  live.esp = options.esp;
  live.decap = options.decap;
  live.only = options.only;
  write(capture::filter_expression(live) + "\n");
  return ExitCode::ok;
}

}  // namespace ike::app
