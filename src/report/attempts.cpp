#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "exchanges.hpp"
#include "format.hpp"
#include "text_parts.hpp"

// How the attempts of one tunnel followed each other.
namespace ike::report {
namespace {

using diagnose::FindingId;
using diagnose::Status;
using track::Attempt;
using track::Event;
using track::Positions;
using track::Side;

constexpr std::size_t attempts_shown = 6;

Status status(const TunnelReport& one, std::size_t index) {
  const auto& all = one.diagnosis.attempt_status;
  return index < all.size() ? all[index] : Status::waiting;
}

/// Who sent the last message of phase 1 waits for the other, unless nothing is left to wait for.
Side waiting_side(const Attempt& attempt, const Positions& positions) {
  Side side = Side::initiator;
  std::uint8_t furthest = 0;
  for (const Event& event : attempt.events) {
    if (event.is_message() && event.is_phase1() && event.number > furthest) side = event.from, furthest = event.number;
  }
  const bool waits = positions.of(side) != track::Position::unseen && !is_active(positions.of(side));
  return waits ? side : other(side);
}

bool without_quick_mode(const Attempt& attempt) { return attempt.quick_modes_begun > 0 && attempt.quick_modes_complete == 0; }

std::string ending(const TunnelReport& one, std::size_t index, Vocabulary vocabulary) {
  const Attempt& attempt = one.tunnel.attempts[index];
  const Status how = status(one, index);
  std::string text{name(how)};
  if (how == Status::complete) return without_quick_mode(attempt) ? text + ", but no Quick Mode" : text;
  const auto positions = track::positions(attempt, renews(one, index));
  const auto where = position_text(positions, waiting_side(attempt, positions), vocabulary);
  if (where != "-") text += " at " + where;
  return text;
}

/// How often an attempt came up after one that did not.
std::size_t recoveries(const TunnelReport& one) {
  std::size_t count = 0;
  bool failed = false;
  for (std::size_t i = 0; i < one.tunnel.attempts.size(); ++i) {
    const Status how = status(one, i);
    if (how == Status::complete) count += std::exchange(failed, false) ? 1U : 0U;
    else failed = failed || how == Status::stalled || how == Status::refused;
  }
  return count;
}

}  // namespace

bool renews(const TunnelReport& one, std::size_t index) {
  for (std::size_t i = 0; i < index; ++i) {
    if (status(one, i) == Status::complete && one.tunnel.attempts[i].quick_modes_complete > 0) return true;
  }
  return false;
}

void attempts_over_time(std::string& out, const TunnelReport& one, Time begin, const TextOptions& options) {
  const auto& attempts = one.tunnel.attempts;
  if (attempts.size() + one.tunnel.attempts_left_out < 2 || attempts.empty()) return;
  const auto flapping = std::ranges::find(one.diagnosis.findings, FindingId::flapping, &diagnose::Finding::id);
  const bool flaps = flapping != one.diagnosis.findings.end();
  bool healthy = !flaps;
  for (std::size_t i = 0; i < attempts.size(); ++i) healthy = healthy && status(one, i) == Status::complete && !without_quick_mode(attempts[i]);
  if (healthy && options.verbose == 0) return;

  const std::size_t from = attempts.size() - std::min(attempts.size(), attempts_shown);
  std::size_t width = 0;
  for (std::size_t i = from; i < attempts.size(); ++i) width = std::max(width, decimal(since(attempts[i].first, begin), 3).size());
  out += "\n  Attempts over time, in seconds of the capture\n";
  if (const auto left_out = from + one.tunnel.attempts_left_out) fmt::format_to(std::back_inserter(out), "    ({} before these)\n", left_out);
  for (std::size_t i = from; i < attempts.size(); ++i) {
    const auto mode = mode_name(attempts[i].mode);
    fmt::format_to(std::back_inserter(out), "    {:>{}}  CKY-I {:08x}  {:<10}  {}\n", decimal(since(attempts[i].first, begin), 3), width,
                   attempts[i].initiator_cookie >> 32U, mode.empty() ? "?" : mode.substr(0, 10), ending(one, i, options.vocabulary));
  }
  if (const auto count = recoveries(one)) wrap(out, fmt::format("Recovered {}: an attempt came up after one that did not.", times(count)), "    ", "      ");
  if (flaps) wrap(out, fmt::format("Flapped {}: up, down and up again.", times(flapping->count)), "    ", "      ");
}

}  // namespace ike::report
