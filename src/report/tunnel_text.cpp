#include <fmt/format.h>

#include <algorithm>

#include "backoff.hpp"
#include "exchanges.hpp"
#include "format.hpp"
#include "ike/report/catalogue.hpp"
#include "text_parts.hpp"

// One tunnel on the screen: what is wrong and what to check first, the packets that show it after that.
namespace ike::report {
namespace {

using diagnose::Finding;
using diagnose::Severity;
using diagnose::Verdict;
using track::Attempt;
using track::Side;
using track::VendorSeen;

/// The finding that explains the verdict: the first stall, else the first warning.
const Finding* leading(const diagnose::Diagnosis& diagnosis) {
  for (const Severity severity : {Severity::stall, Severity::warning}) {
    const auto found = std::ranges::find(diagnosis.findings, severity, &Finding::severity);
    if (found != diagnosis.findings.end()) return &*found;
  }
  return nullptr;
}

void headline(std::string& out, const TunnelReport& one, const Finding* lead, const Wording& words, const TextOptions& options) {
  const auto verdict = verdict_text(one.diagnosis.verdict);
  std::string text = verdict;
  if (lead) {
    text += fmt::format(": {} ({})", words.summary, name(lead->certainty));
  } else {
    const auto& positions = one.diagnosis.positions;
    text += fmt::format(": initiator {}, responder {}", position_text(positions, Side::initiator, options.vocabulary), position_text(positions, Side::responder, options.vocabulary));
  }
  const auto pair = pair_text(one.tunnel.peers[0], one.tunnel.peers[1]);
  std::string block;
  if (pair.size() + 3 + text.size() <= screen_width) wrap(block, text, pair + "   ", "  ");
  else if (pair.size() <= screen_width) block = pair + '\n', wrap(block, text, "  ", "    ");
  else wrap(block, pair, "", "  "), wrap(block, text, "  ", "    ");
  if (options.colour) block.replace(block.find(verdict), verdict.size(), paint(verdict, one.diagnosis.verdict, true));
  out += block;
}

void sentence(std::string& out, std::string_view text) { wrap(out, text, "  ", "    "); }

void schedule_line(std::string& out, const Attempt& attempt) {
  const auto schedule = longest_schedule(attempt);
  if (!schedule.message) return;
  std::string gaps;
  for (std::size_t i = 0; i < std::min<std::size_t>(schedule.gaps.size(), 6); ++i) {
    if (i > 0) gaps += ", ";
    const auto rounded = schedule.gaps[i] + std::chrono::milliseconds{50};
    gaps += decimal(rounded, 1);
  }
  if (schedule.gaps.size() > 6) gaps += " ...";
  std::string text = fmt::format("The {} resends after {} s", track::name(schedule.message->from), gaps);
  const auto fitting = fitting_schedules(schedule.gaps, schedule.message->from);
  for (std::size_t i = 0; i < fitting.size(); ++i) text += fmt::format("{}{}", i == 0 ? ", which fits " : i + 1 == fitting.size() ? " or " : ", ", fitting[i]);
  text += fitting.empty() ? "." : " (a guess).";
  sentence(out, text);
}

std::string vendor_list(const std::vector<VendorSeen>& vendors) {
  constexpr std::size_t shown = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(shown, vendors.size()); ++i) {
    if (i > 0) text += "; ";
    text += printable(vendors[i].text);
  }
  if (vendors.size() > shown) text += fmt::format(" and {} more", vendors.size() - shown);
  return text;
}

/// Which of the products that the catalogue knows a side names itself by vendor ID.
std::optional<Product> product_of(const std::vector<VendorSeen>& vendors) {
  const auto says = [&](std::string_view what) {
    return std::ranges::any_of(vendors, [&](const VendorSeen& v) { return v.known && v.known->name.find(what) != std::string_view::npos; });
  };
  if (says("strongSwan")) return Product::strongswan;
  if (says("ibreswan")) return Product::libreswan;
  if (says("ASA")) return Product::asa;
  if (says("IOS")) return Product::ios;
  return std::nullopt;
}

void policy_lines(std::string& out, const Attempt& attempt, std::string_view explanation) {
  const auto unsaid = [&](const std::string& text) { return explanation.find(text) == std::string_view::npos; };
  if (const auto* chosen = attempt.chosen()) {
    const auto text = isakmp::to_string(*chosen);
    if (unsaid(text)) sentence(out, fmt::format("Phase 1 policy chosen: {}.", text));
  } else if (attempt.offer && !attempt.offer->policies.empty()) {
    const auto& policies = attempt.offer->policies;
    const auto text = isakmp::to_string(policies.front());
    if (unsaid(text)) sentence(out, fmt::format("Phase 1 policy offered: {}{}.", text, policies.size() > 1 ? fmt::format(", and {} more", policies.size() - 1) : std::string{}));
  }
}

void vendor_lines(std::string& out, const TunnelReport& one) {
  if (one.vendors_initiator.empty() && one.vendors_responder.empty()) sentence(out, "Vendor IDs: none seen.");
  if (!one.vendors_initiator.empty()) sentence(out, fmt::format("Vendor IDs, initiator: {}.", vendor_list(one.vendors_initiator)));
  if (!one.vendors_responder.empty()) sentence(out, fmt::format("Vendor IDs, responder: {}.", vendor_list(one.vendors_responder)));
}

/// Who is behind a NAT, and on which side of this capture point it is.
void nat_line(std::string& out, const Attempt& attempt, Side side) {
  const bool behind = (side == Side::initiator ? attempt.nat_initiator : attempt.nat_responder) == true;
  const auto& path = attempt.nat_path[side == Side::initiator ? 0 : 1];
  const auto who = track::name(side);
  const auto peer = track::name(other(side));
  if (behind) {
    const bool near = path.to_observer == true;
    const bool far = path.beyond == true;
    const auto where = near && far ? fmt::format(", and addresses change on both sides of this capture point")
                       : near      ? fmt::format(", between it and this capture point (or it only says so, to force UDP encapsulation)")
                       : far       ? fmt::format(", between this capture point and the {}", peer)
                                   : std::string{};
    sentence(out, fmt::format("NAT: the {} is behind one, by NAT-D{}.", who, where));
  } else if (path.to_observer == true && path.beyond == true) {
    sentence(out, fmt::format("Both sides know the {} by another address than the one seen here: boxes before and behind this capture point rewrite it.", who));
  }
}

void facts(std::string& out, const Attempt& attempt, std::string_view explanation) {
  schedule_line(out, attempt);
  policy_lines(out, attempt, explanation);
  nat_line(out, attempt, Side::initiator);
  nat_line(out, attempt, Side::responder);
  const bool began_here = std::ranges::any_of(attempt.events, [](const track::Event& event) { return event.is_message() && event.is_phase1() && event.number == 1; });
  if (attempt.initiator_assumed && !began_here) sentence(out, "Who is the initiator is an assumption: the beginning was not captured.");
}

void other_findings(std::string& out, const TunnelReport& one, const Finding* lead) {
  for (const Finding& finding : one.diagnosis.findings) {
    if (&finding == lead) continue;
    const auto words = word(finding, one.tunnel);
    // A remark that tells of a stall is about an attempt that a later one made good.
    const bool was_stall = finding.id < diagnose::FindingId::simultaneous && finding.id != diagnose::FindingId::esp_one_way;
    const std::string_view label = finding.severity != Severity::remark ? "Also" : was_stall ? "Earlier attempt" : "Remark";
    sentence(out, fmt::format("{}: {} ({}).", label, words.summary, name(finding.certainty)));
  }
}

std::string capitalised(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text;
}

void checks(std::string& out, const TunnelReport& one, const Finding& lead, const Wording& words) {
  if (words.causes.empty()) return;
  out += "\n  Check, in this order\n";
  std::size_t rank = 0;
  for (const Cause& cause : words.causes) {
    const std::string_view who = cause.side ? track::name(*cause.side) : "both sides";
    wrap(out, fmt::format("{}: {}", who, cause.cause), fmt::format("  {:>2}. ", ++rank), "      ");
    wrap(out, capitalised(cause.check), "      ", "      ");
  }
  const auto commands = [&](Side side, const std::vector<VendorSeen>& vendors) {
    const auto product = product_of(vendors);
    if (product) sentence(out, fmt::format("On the {} ({}): {}.", track::name(side), name(*product), command_text(lead, one.tunnel, *product)));
  };
  commands(Side::initiator, one.vendors_initiator);
  commands(Side::responder, one.vendors_responder);
}

std::string between_text(const diagnose::BetweenPoints& between, const std::vector<CaptureInfo::File>& files) {
  const auto file = [&](std::uint16_t index) { return files.size() > index && files.size() > 1 ? fmt::format("file {}", index + 1) : std::string{"the capture"}; };
  return fmt::format("Message {} of the {} passes {} and never {}, which shows what came before and after it: it is lost between these two capture points.", between.number,
                     track::name(between.from), file(between.seen_in), file(between.missing_in));
}

}  // namespace

std::string pair_text(const net::Address& initiator, const net::Address& responder) {
  return net::to_string(initiator) + " -> " + net::to_string(responder);
}

void tunnel_block(std::string& out, const TunnelReport& one, const CaptureInfo& capture, const TextOptions& options) {
  const auto& tunnel = one.tunnel;
  const Finding* lead = leading(one.diagnosis);
  const Wording words = lead ? word(*lead, tunnel) : Wording{};
  headline(out, one, lead, words, options);
  if (!words.explanation.empty()) wrap(out, words.explanation, "  ", "  ");
  if (lead && lead->between) sentence(out, between_text(*lead->between, capture.files));
  if (lead && lead->count > 1) sentence(out, fmt::format("{} attempts show it.", lead->count));
  if (lead) checks(out, one, *lead, words);
  if (!tunnel.attempts.empty()) {
    const Attempt& newest = tunnel.attempts.back();
    out += '\n';
    const auto attempts = tunnel.attempts.size() + tunnel.attempts_left_out;
    if (attempts > 1) sentence(out, fmt::format("The newest of {} attempts, CKY-I {:016x}:", attempts, newest.initiator_cookie));
    ladder(out, newest, capture.first_time, capture.files);
    if (options.verbose > 0) all_messages(out, one, capture.first_time);
    out += '\n';
    facts(out, newest, words.explanation);
    opened_lines(out, newest, options.verbose > 0);
  }
  other_findings(out, one, lead);
  if (!tunnel.attempts.empty()) vendor_lines(out, one);
  attempts_over_time(out, one, capture.first_time, options);
}

void healthy_line(std::string& out, const TunnelReport& one, const TextOptions& options) {
  const auto& tunnel = one.tunnel;
  std::string text{name(one.diagnosis.verdict)};
  if (const auto* policy = chosen_policy(tunnel)) text += ": " + isakmp::to_string(*policy);
  std::uint64_t quick = 0;
  for (const Attempt& attempt : tunnel.attempts) quick += attempt.quick_modes_complete;
  if (quick > 0) text += fmt::format("; {} complete", counted(quick, "Quick Mode"));
  std::string block;
  wrap(block, text, pair_text(tunnel.peers[0], tunnel.peers[1]) + "   ", "  ");
  const auto verdict = name(one.diagnosis.verdict);
  if (const auto at = block.find(verdict); options.colour && at != std::string::npos) block.replace(at, verdict.size(), paint(verdict, one.diagnosis.verdict, true));
  out += block;
  if (!tunnel.attempts.empty()) opened_lines(out, tunnel.attempts.back(), options.verbose > 0);
  other_findings(out, one, nullptr);
}

}  // namespace ike::report
