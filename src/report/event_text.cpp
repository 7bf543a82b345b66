#include "ike/report/event_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ike/net/icmp.hpp"
#include "format.hpp"
#include "text_parts.hpp"

namespace ike::report {
namespace {

using isakmp::ExchangeType;
using track::Side;

constexpr std::size_t pair_width = 31;  // most pairs of dotted quads
constexpr std::size_t label_width = 3;

std::string begin_line(Time now, std::string_view who) { return fmt::format("{}  {:<{}}  ", clock_text(now), who, pair_width); }

std::string label_of(const Passing& event) {
  const auto numbered = [&](std::string_view kind) { return event.number != 0 ? fmt::format("{}{}", kind, event.number) : std::string{kind}; };
  const bool encrypted = event.header.encrypted();
  switch (event.header.exchange_type) {
    case ExchangeType::identity_protection:
    case ExchangeType::aggressive: return event.number != 0 ? numbered("") : "?";
    case ExchangeType::quick_mode: return numbered("QM");
    case ExchangeType::transaction: return numbered("TR");
    case ExchangeType::informational: return encrypted ? "INF" : std::ranges::find(event.payloads, isakmp::PayloadType::delete_) != event.payloads.end() ? "D" : "N";
    default: return fmt::format("x{}", static_cast<unsigned>(event.header.exchange_type));
  }
}

std::string_view mode_of(ExchangeType type) {
  switch (type) {
    case ExchangeType::identity_protection: return "Main Mode";
    case ExchangeType::aggressive: return "Aggressive Mode";
    case ExchangeType::quick_mode: return "Quick Mode";
    case ExchangeType::transaction: return "Transaction";
    default: return {};
  }
}

std::string content_of(const Passing& event) {
  if (event.kind == Passing::Kind::copy) return "copy";
  if (event.kind == Passing::Kind::resend) return fmt::format("again, after {}, sent {}", span_text(event.since), times(event.times_sent));
  std::string text = event.notify && event.header.exchange_type == ExchangeType::informational ? notify_text(isakmp::NotifyType{*event.notify})
                     : event.header.encrypted() ? fmt::format("encrypted ({})", event.header.length)
                                                : fmt::format("{} ({})", payload_text(event.payloads), event.header.length);
  if (const std::string_view mode = mode_of(event.header.exchange_type); event.begins && !mode.empty()) {
    text += fmt::format(", {} {}", mode, event.from_the_beginning ? "begins" : "seen from here on");
    if (event.header.message_id == 0) text += fmt::format(", CKY-I {:016x}", event.header.initiator_cookie);
  }
  if (event.datagram.partial) text += ", not whole";
  if (event.datagram.cut) text += ", cut";
  return text;
}

const diagnose::Finding* first_of(const diagnose::Diagnosis& diagnosis, diagnose::Severity severity) {
  const auto found = std::ranges::find(diagnosis.findings, severity, &diagnose::Finding::severity);
  return found == diagnosis.findings.end() ? nullptr : &*found;
}

/// How long the newest attempt took.
std::string took(const track::Tunnel& tunnel) {
  if (tunnel.attempts.empty() || tunnel.attempts.back().initiator_assumed) return {};
  const track::Attempt& newest = tunnel.attempts.back();
  const Duration span = since(newest.last, newest.first);
  return span < std::chrono::minutes{10} ? fmt::format(" after {} s", decimal(span, 3)) : std::string{};
}

}  // namespace

std::string clock_text(Time time) { return rfc3339(time, false).substr(11, 12); }
std::string date_text(Time time) { return rfc3339(time, false).substr(0, 10); }

bool is_news(const Passing& event) {
  return event.kind != Passing::Kind::copy && !(event.header.exchange_type == ExchangeType::informational && event.header.encrypted());
}

std::string event_line(const Passing& event) {
  return begin_line(event.datagram.time, pair_text(event.datagram.source.address, event.datagram.destination.address)) + fmt::format("{:<{}} {}\n", label_of(event), label_width, content_of(event));
}

std::string event_line(const net::IcmpError& error) {
  return begin_line(error.time, pair_text(error.source.address, error.destination.address)) +
         fmt::format("ICMP {}, about {} -> {}\n", icmp_text(error), net::to_string(error.quoted_source), net::to_string(error.quoted_destination));
}

std::string tunnel_words(const TunnelRow& row, const TunnelReport& opened, bool colour) {
  using diagnose::Severity;
  using diagnose::Verdict;
  const bool trouble = row.verdict == Verdict::stalled || row.verdict == Verdict::flapping;
  const diagnose::Finding* const finding = first_of(opened.diagnosis, trouble ? Severity::stall : Severity::warning);
  std::string line = fmt::format("{:<{}}  ", pair_text(row.initiator, row.responder), pair_width) + paint(verdict_text(row.verdict), row.verdict, colour);
  if (row.verdict == Verdict::up) line += took(opened.tunnel);
  if (finding != nullptr) {
    if (trouble && finding->position != track::Position::unseen) line += fmt::format(" at {}", track::asa_name(finding->position));
    line += fmt::format("{}: {} ({}, {})", trouble ? "" : ", warning", printable(word(*finding, opened.tunnel).summary), name(finding->certainty), name(finding->id));
  }
  return line;
}

std::string tunnel_line(Time now, const TunnelRow& row, const TunnelReport& opened, bool colour) { return clock_text(now) + "  " + tunnel_words(row, opened, colour) + '\n'; }

std::string capture_line(Time now, std::string_view interface, std::string_view text) { return fmt::format("{}  {}: {}\n", clock_text(now), printable(interface), text); }

}  // namespace ike::report
