#include "tunnel_book.hpp"

#include <algorithm>
#include <cstring>
#include <random>

namespace ike::app {
namespace {

using namespace std::chrono_literals;
using diagnose::Severity;
using diagnose::Verdict;

constexpr Duration soonest = 500ms;
constexpr Duration latest = 10min;
constexpr int cost_share = 20;          // of its own time: one tunnel with thousands of attempts takes no more
constexpr std::uint32_t rover_steps = 64;

std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ using Wide = unsigned __int128;
  const Wide product = Wide{a} * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

std::uint64_t fold(const net::Address& address, std::uint64_t seed) noexcept {
  std::uint64_t halves[2];
  static_assert(sizeof halves == sizeof address.octets);
  std::memcpy(halves, address.octets.data(), sizeof halves);
  return mix(halves[0] ^ seed, halves[1] ^ 0x9e3779b97f4a7c15U ^ address.family);
}

const diagnose::Finding* top_finding(const diagnose::Diagnosis& diagnosis) {
  const bool trouble = diagnosis.verdict == Verdict::stalled || diagnosis.verdict == Verdict::flapping;
  const auto found = std::ranges::find(diagnosis.findings, trouble ? Severity::stall : Severity::warning, &diagnose::Finding::severity);
  return found == diagnosis.findings.end() ? nullptr : &*found;
}

Time last_message(const track::Tunnel& tunnel) {
  Time last{Duration::min()};
  for (const track::Attempt& attempt : tunnel.attempts) last = std::max(last, attempt.last);
  return last;
}

}  // namespace

TunnelBook::TunnelBook(const Analyzer& analyzer, Duration patience, Tell tell) : analyzer_{analyzer}, patience_{patience}, tell_{std::move(tell)} {
  std::random_device device;
  seed_ = std::uint64_t{device()} << 32U | device();
}

/// Keyed, so that nobody can make two pairs that look the same to us; the same for both directions.
std::uint64_t TunnelBook::key_of(const net::Address& a, const net::Address& b) const noexcept {
  const std::uint64_t x = fold(a, seed_);
  const std::uint64_t y = fold(b, seed_);
  return std::max<std::uint64_t>(mix(std::min(x, y) ^ seed_, std::max(x, y) | 1U), 1);
}

void TunnelBook::enqueue(std::uint32_t index) {
  Entry& entry = entries_[index];
  if (entry.queued) return;
  entry.queued = true;
  (entry.answered ? hot_ : cold_).push_back(index);
}

void TunnelBook::touched(const net::Address& a, const net::Address& b, bool answered) {
  const auto found = index_.find(key_of(a, b));
  if (found == index_.end()) return;  // learn() finds it, or the rover where its place was another's
  entries_[found->second].answered |= answered;
  enqueue(found->second);
}

void TunnelBook::learn() {
  const std::uint32_t known = static_cast<std::uint32_t>(entries_.size());
  const std::uint32_t now = analyzer_.pairs();
  if (now <= known) return;
  entries_.resize(now);
  for (std::uint32_t index = known; index < now; ++index) enqueue(index);
}

std::optional<std::uint32_t> TunnelBook::from(std::deque<std::uint32_t>& queue) {
  if (queue.empty()) return std::nullopt;
  const std::uint32_t index = queue.front();
  queue.pop_front();
  entries_[index].queued = false;
  return index;
}

std::optional<std::uint32_t> TunnelBook::from(Timers& timers, Time now) {
  while (!timers.empty() && timers.top().time <= now) {
    const Due due = timers.top();
    timers.pop();
    if (entries_[due.index].check == due.time) return due.index;  // else it was judged since, and set anew
  }
  return std::nullopt;
}

std::optional<std::uint32_t> TunnelBook::next(Time now) {
  if (const auto index = from(hot_)) return index;
  if (const auto index = from(hot_timers_, now)) return index;
  if (const auto index = from(cold_)) return index;
  return from(cold_timers_, now);
}

void TunnelBook::work(Time now, std::chrono::nanoseconds budget, const Analyzer::Loss& loss) {
  const Clock::time_point end = Clock::now() + budget;
  learn();
  do {
    const auto index = next(now);
    if (!index) {
      if (analyzer_.counts().attempts_evicted == 0) return;
      // A place may have gone to another pair, which touched() does not find.
      for (std::uint32_t step = 0; step < std::min<std::size_t>(rover_steps, entries_.size()); ++step) {
        rover_ = rover_ + 1 < entries_.size() ? rover_ + 1 : 0;
        judge(rover_, now, loss);
      }
      return;
    }
    Entry& entry = entries_[*index];
    if (now < entry.not_before) {
      set_timer(*index, entry.not_before);
    } else {
      judge(*index, now, loss);
    }
  } while (Clock::now() < end);
}

void TunnelBook::work_all(Time now, const Analyzer::Loss& loss) {
  learn();
  for (std::uint32_t index = 0; index < entries_.size(); ++index) judge(index, now, loss);
}

void TunnelBook::judge(std::uint32_t index, Time now, const Analyzer::Loss& loss) {
  const Clock::time_point begin = Clock::now();
  analyzer_.judge(index, loss, judged_);
  Entry& entry = entries_[index];
  entry.check = {};
  if (judged_.empty()) {
    entry.states.clear();
    return;
  }
  const track::Tunnel& tunnel = judged_.front().tunnel.tunnel;
  const std::uint64_t key = key_of(tunnel.peers[0], tunnel.peers[1]);
  if (key != entry.key) {
    if (const auto old = index_.find(entry.key); old != index_.end() && old->second == index) index_.erase(old);
    entry.key = key;
    entry.answered = false;
    entry.states.clear();
    index_[key] = index;
  }
  Time last{Duration::min()};
  bool settled = true;
  for (std::size_t i = 0; i < judged_.size(); ++i) {
    const Analyzer::Judged& judged = judged_[i];
    const bool fresh = i >= entry.states.size();
    if (fresh) entry.states.push_back({.number = next_number_++, .row = {}, .part = static_cast<std::uint32_t>(i), .finding = {}, .certainty = {}, .attempt = 0, .since = now, .last = {}, .settled = Verdict::pending, .settled_finding = {}});
    compare(entry.states[i], fresh, judged, now);
    last = std::max(last, entry.states[i].last);
    settled = settled && (judged.row.verdict == Verdict::up || judged.row.verdict == Verdict::closed || judged.row.verdict == Verdict::probe);
    entry.answered = entry.answered || judged.row.positions.last_message > 1;
  }
  entry.states.resize(judged_.size());
  entry.not_before = now + cost_share * std::chrono::duration_cast<Duration>(Clock::now() - begin);
  schedule(index, now, last, settled);
}

void TunnelBook::compare(TunnelState& state, bool fresh, const Analyzer::Judged& judged, Time now) {
  const diagnose::Finding* const top = top_finding(judged.tunnel.diagnosis);
  const std::optional<diagnose::FindingId> finding = top == nullptr ? std::nullopt : std::optional{top->id};
  const diagnose::Certainty certainty = top == nullptr ? diagnose::Certainty{} : top->certainty;
  const Verdict before = fresh ? Verdict::pending : state.row.verdict;
  const std::uint32_t attempt = top == nullptr ? 0 : top->attempt;
  const bool changed = before != judged.row.verdict || state.finding != finding || (top != nullptr && (state.certainty != certainty || state.attempt != attempt));
  if (before != judged.row.verdict) state.since = now;
  state.row = judged.row;
  state.finding = finding;
  state.certainty = certainty;
  state.attempt = attempt;
  state.last = last_message(judged.tunnel.tunnel);
  if (!changed || judged.row.verdict == Verdict::pending) return;
  const bool news = state.settled != judged.row.verdict || state.settled_finding != finding;
  state.settled = judged.row.verdict;
  state.settled_finding = finding;
  tell_({.now = state, .tunnel = judged.tunnel, .time = now, .news = news});
}

/// The longer nothing came, the less can change; but patience ends when it ends.
void TunnelBook::schedule(std::uint32_t index, Time now, Time last, bool settled) {
  Entry& entry = entries_[index];
  const Duration quiet = std::clamp<Duration>(last > now - latest ? now - last : latest, Duration{}, latest);
  Time check = now + std::clamp<Duration>(settled ? quiet : quiet / 4, soonest, latest);
  if (last > now - patience_) check = std::min(check, std::max(last + patience_, now + 1ms));
  set_timer(index, std::max(check, entry.not_before));
}

void TunnelBook::set_timer(std::uint32_t index, Time time) {
  entries_[index].check = time;
  (entries_[index].answered ? hot_timers_ : cold_timers_).push({time, index});
  if (hot_timers_.size() + cold_timers_.size() > 4 * entries_.size() + 1024) tidy_timers();
}

/// Without those that were set anew: what is judged often leaves many behind.
void TunnelBook::tidy_timers() {
  hot_timers_ = {};
  cold_timers_ = {};
  for (std::uint32_t index = 0; index < entries_.size(); ++index) {
    if (entries_[index].check != Time{}) (entries_[index].answered ? hot_timers_ : cold_timers_).push({entries_[index].check, index});
  }
}

std::uint32_t TunnelBook::number_of(const net::Address& a, const net::Address& b, std::size_t nth, std::uint32_t otherwise) const {
  const auto found = index_.find(key_of(a, b));
  if (found == index_.end() || nth >= entries_[found->second].states.size()) return otherwise;
  return entries_[found->second].states[nth].number;
}

}  // namespace ike::app
