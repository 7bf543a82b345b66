#include "exchanges.hpp"

#include <algorithm>
#include <unordered_map>

namespace ike::report {
namespace {

using diagnose::Diagnosis;
using diagnose::Finding;
using diagnose::Severity;
using diagnose::Status;
using track::Attempt;
using track::Event;
using track::ExchangeType;
using track::Tunnel;

char letter(ExchangeType type) {
  switch (type) {
    case ExchangeType::informational: return 'i';
    case ExchangeType::transaction: return 't';
    case ExchangeType::quick_mode: return 'q';
    case ExchangeType::new_group_mode: return 'n';
    default: return 'x';
  }
}

/// How an exchange below phase 1 stands: the tracker knows phase 1 only.
Status status_below(const ExchangeView& exchange, const Tunnel& tunnel, const Diagnosis& diagnosis) {
  if (exchange.type == ExchangeType::informational) return Status::complete;
  const auto event = [&](std::uint32_t index) -> const Event& { return exchange.attempt->events[index]; };
  const unsigned last = exchange.type == ExchangeType::quick_mode ? 3 : 2;
  const bool done = std::ranges::any_of(exchange.events, [&](auto i) { return event(i).number >= last; });
  const auto blamed = std::ranges::find_if(diagnosis.findings, [&](const Finding& finding) {
    return finding.severity != Severity::remark && finding.attempt == exchange.attempt->id && finding.message_id == exchange.message_id;
  });
  if (blamed != diagnosis.findings.end()) return blamed->id == diagnose::FindingId::phase2_rejected ? Status::refused : Status::stalled;
  if (done) return Status::complete;
  if (exchange.attempt != &tunnel.attempts.back()) return Status::superseded;
  const bool again = std::ranges::any_of(exchange.events, [&](auto i) { return event(i).is_resend(); });
  return again ? Status::retrying : Status::waiting;
}

void add_attempt(std::vector<ExchangeView>& out, const Tunnel& tunnel, std::size_t index, const Diagnosis& diagnosis) {
  const Attempt& attempt = tunnel.attempts[index];
  const std::size_t first = out.size();
  const bool phase1 = attempt.mode == ExchangeType::identity_protection || attempt.mode == ExchangeType::aggressive;
  ExchangeView whole;
  whole.attempt = &attempt;
  whole.type = phase1 ? attempt.mode : ExchangeType::none;
  whole.phase1 = true;
  whole.status = index < diagnosis.attempt_status.size() ? diagnosis.attempt_status[index] : Status::waiting;
  out.push_back(std::move(whole));
  std::unordered_map<std::uint64_t, std::size_t> known;  // exchange type and message ID -> place in out
  for (std::uint32_t i = 0; i < attempt.events.size(); ++i) {
    const Event& event = attempt.events[i];
    if (!event.is_message()) continue;
    if (event.is_phase1()) {
      out[first].events.push_back(i);
      continue;
    }
    const std::uint64_t key = std::uint64_t{number(event.exchange)} << 32U | event.message_id;
    const auto [at, is_new] = known.try_emplace(key, out.size());
    if (is_new) {
      ExchangeView below;
      below.attempt = &attempt;
      below.type = event.exchange;
      below.message_id = event.message_id;
      below.initiator = event.from;
      out.push_back(std::move(below));
    }
    out[at->second].events.push_back(i);
  }
  for (std::size_t i = first + 1; i < out.size(); ++i) out[i].status = status_below(out[i], tunnel, diagnosis);
}

}  // namespace

std::vector<ExchangeView> exchanges(const Tunnel& tunnel, const Diagnosis& diagnosis) {
  std::vector<ExchangeView> out;
  for (std::size_t i = 0; i < tunnel.attempts.size(); ++i) add_attempt(out, tunnel, i, diagnosis);
  return out;
}

std::string exchange_id(std::uint32_t tunnel, const ExchangeView& exchange) {
  auto id = "t" + std::to_string(tunnel) + ".a" + std::to_string(exchange.attempt->id);
  if (exchange.phase1) return id;
  id += '.';
  id += letter(exchange.type);
  // An exchange type without a letter of its own may share a message ID with another such.
  if (letter(exchange.type) == 'x') id += std::to_string(number(exchange.type)) + '.';
  for (int shift = 28; shift >= 0; shift -= 4) id += "0123456789abcdef"[exchange.message_id >> shift & 15U];
  return id;
}

std::string exchange_id(std::uint32_t tunnel, const Finding& finding, const std::vector<ExchangeView>& all) {
  const auto found = std::ranges::find_if(all, [&](const ExchangeView& e) {
    return e.attempt->id == finding.attempt && e.message_id == finding.message_id && (e.phase1 || finding.message_id != 0);
  });
  return found == all.end() ? std::string{} : exchange_id(tunnel, *found);
}

std::string_view mode_name(ExchangeType type) {
  switch (type) {
    case ExchangeType::base: return "base";
    case ExchangeType::identity_protection: return "main";
    case ExchangeType::authentication_only: return "authentication-only";
    case ExchangeType::aggressive: return "aggressive";
    case ExchangeType::informational: return "informational";
    case ExchangeType::transaction: return "transaction";
    case ExchangeType::quick_mode: return "quick";
    case ExchangeType::new_group_mode: return "new-group";
    default: return {};
  }
}

const isakmp::Phase1Policy* chosen_policy(const Tunnel& tunnel) {
  for (auto attempt = tunnel.attempts.rbegin(); attempt != tunnel.attempts.rend(); ++attempt) {
    if (attempt->chosen()) return attempt->chosen();
  }
  return nullptr;
}

}  // namespace ike::report
