#include <fmt/format.h>

#include <algorithm>

#include "format.hpp"
#include "text_parts.hpp"

// What an ASA would say of the same tunnels, for eyes that are used to it.
namespace ike::report {
namespace {

using diagnose::Verdict;
using track::Attempt;
using track::Event;
using track::Side;

/// XAUTH and mode config are how single users come in.
bool is_user(const track::Tunnel& tunnel) {
  return std::ranges::any_of(tunnel.attempts, [](const Attempt& attempt) {
    const auto* chosen = attempt.chosen();
    if (chosen && (isakmp::is_xauth(chosen->auth) || isakmp::is_hybrid(chosen->auth))) return true;
    return std::ranges::any_of(attempt.events, [](const Event& e) { return e.is_message() && e.exchange == track::ExchangeType::transaction; });
  });
}

/// Whether the newest attempt renews an SA that stands: not one whose peer was gone or that went down before, nor
/// the same negotiation begun from the other side.
bool is_rekey(const TunnelReport& one) {
  constexpr Duration same_time = std::chrono::seconds{10};
  const auto& attempts = one.tunnel.attempts;
  const auto& findings = one.diagnosis.findings;
  if (attempts.size() < 2 || one.diagnosis.verdict == Verdict::flapping) return false;
  if (std::ranges::find(findings, diagnose::FindingId::peer_gone, &diagnose::Finding::id) != findings.end()) return false;
  return renews(one, attempts.size() - 1) && since(attempts.back().first, attempts.front().first) >= same_time;
}

/// A scanner's exchange never becomes an SA, and one that was deleted is gone.
bool holds_sa(const TunnelReport& one) {
  return !one.tunnel.attempts.empty() && one.diagnosis.verdict != Verdict::closed && one.diagnosis.verdict != Verdict::probe;
}

std::string state(const TunnelReport& one, Vocabulary vocabulary) {
  const auto of = [&](Side side) {
    const auto text = position_text(one.diagnosis.positions, side, vocabulary);
    return text == "-" ? std::string{"not seen"} : text;
  };
  const auto initiator = of(Side::initiator);
  const auto responder = of(Side::responder);
  if (initiator == responder) return initiator;
  return fmt::format("{} (responder {})", initiator, responder);
}

std::string counts(const Report& report) {
  std::uint64_t active = 0;
  std::uint64_t rekey = 0;
  for (const TunnelRow& row : report.tunnels) {
    const TunnelReport one = report.open(row);
    if (!holds_sa(one)) continue;
    ++active;
    rekey += is_rekey(one) ? 1U : 0U;
  }
  return fmt::format("   Active SA: {}\n    Rekey SA: {}\nTotal IKE SA: {}\n", active, rekey, active + rekey);
}

std::string block(std::size_t place, const TunnelReport& one, Vocabulary vocabulary) {
  const auto& tunnel = one.tunnel;
  const bool assumed = !tunnel.attempts.empty() && tunnel.attempts.back().initiator_assumed;
  std::string out = fmt::format("\n{:<4}IKE Peer: {}\n", fmt::format("{} ", place), net::to_string(tunnel.peers[1]));
  fmt::format_to(std::back_inserter(out), "    Local   : {}\n", net::to_string(tunnel.peers[0]));
  fmt::format_to(std::back_inserter(out), "    Type    : {:<10}  Role    : initiator -> responder{}\n", is_user(tunnel) ? "user" : "L2L", assumed ? " (assumed)" : "");
  fmt::format_to(std::back_inserter(out), "    Rekey   : {:<10}  State   : {}\n", is_rekey(one) ? "yes" : "no", state(one, vocabulary));
  if (!one.diagnosis.findings.empty()) {
    const auto& first = one.diagnosis.findings.front();
    wrap(out, fmt::format("{} ({})", word(first, tunnel).summary, name(first.certainty)), "    Finding : ", "              ");
  }
  return out;
}

}  // namespace

void write_asa(const Report& report, const TextOptions& options, const std::function<void(std::string_view)>& write) {
  std::string head = counts(report);
  notes(head, report);
  write(head);
  if (options.summary) return;
  std::size_t place = 0;
  for (const TunnelRow* row : by_trouble(report)) write(block(++place, report.open(*row), options.vocabulary));
}

}  // namespace ike::report
