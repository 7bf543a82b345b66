#include "watch_outlets.hpp"

#include <fmt/format.h>
#include <syslog.h>

#include <map>

#include "ike/report/event_text.hpp"
#include "ike/report/events.hpp"
#include "output.hpp"

namespace ike::app {
namespace {

using diagnose::Verdict;

constexpr unsigned most_unanswered = 10;  // stalls a second of tunnels that nobody answered: they may be spoofed

/// A comment for every packet that proves a finding.
std::map<std::pair<std::uint16_t, std::uint64_t>, std::string> comments(const report::TunnelReport& one) {
  std::map<std::pair<std::uint16_t, std::uint64_t>, std::string> made;
  for (const diagnose::Finding& finding : one.diagnosis.findings) {
    const std::string summary = report::word(finding, one.tunnel).summary;
    for (const diagnose::Proof& proof : finding.evidence) {
      std::string& text = made[{proof.file, proof.packet}];
      if (!text.empty()) text += '\n';
      text += fmt::format("{} {} ({}): {}. This packet: {}", name(finding.severity), name(finding.id), name(finding.certainty), summary, proof.what);
    }
  }
  return made;
}

}  // namespace

void WatchOutlets::write(const Frame& frame, std::string_view comment) { helper_.packet(frame, frame.file < interfaces_.size() ? interfaces_[frame.file] : std::string{}, comment); }

void WatchOutlets::packet(const Frame& frame, const net::Address& a, const net::Address& b, bool answered) {
  if (options_.write.empty()) return;
  if (!troubled_.empty() && troubled_.contains(pair_of(a, b))) return write(frame, {});
  store_.add(frame, a, b, answered);
}

bool WatchOutlets::too_many(const TunnelChange& change) {
  if (change.now.row.positions.last_message > 1 || change.now.row.refused) return false;
  const std::int64_t second = std::chrono::floor<std::chrono::seconds>(change.time).time_since_epoch().count();
  if (second != second_) unanswered_ = 0;
  second_ = second;
  return ++unanswered_ > most_unanswered;
}

void WatchOutlets::change(const TunnelChange& change) {
  if (!change.now.in_trouble()) {
    troubled_.erase(pair_of(change.now.row.initiator, change.now.row.responder));
    if (change.news && options_.syslog) helper_.log(LOG_NOTICE, report::tunnel_words(change.now.row, change.tunnel, false));
    return;
  }
  if (change.news) ++stalls_;
  if (too_many(change)) return;
  if (!options_.write.empty()) keep(change);
  if (!change.news) return;
  if (options_.syslog) helper_.log(LOG_WARNING, report::tunnel_words(change.now.row, change.tunnel, false));
  if (!options_.on_stall.empty()) helper_.finding(report::tunnel_json(change.now.number, change.now.row, change.tunnel, change.time));
}

void WatchOutlets::keep(const TunnelChange& change) {
  const auto& row = change.now.row;
  if (troubled_.size() < max_troubled) troubled_.insert(pair_of(row.initiator, row.responder));
  const auto proofs = comments(change.tunnel);
  store_.take(row.initiator, row.responder, [&](const Frame& frame) {
    const auto comment = proofs.find({frame.file, frame.number});
    write(frame, comment == proofs.end() ? std::string_view{} : std::string_view{comment->second});
  });
}

void WatchOutlets::measure(const TunnelBook& book, const track::TrackCounts& counts, const std::vector<capture::LiveCounts>& interfaces) {
  if (helper_.lost() > told_lost_ && helper_.alive()) complain(fmt::format("{} things for the file, syslog or --on-stall came too fast and were left out", helper_.lost() - told_lost_));
  told_lost_ = helper_.lost();
  if (!helper_.alive() && !told_gone_) complain("the helper process ended: no file, syslog, metrics or --on-stall any more");
  told_gone_ = !helper_.alive();
  if (options_.metrics.empty()) return;
  Metrics values;
  values.messages = counts.messages;
  values.resends = counts.resends;
  values.malformed = counts.malformed;
  values.attempts = counts.attempts;
  values.evicted = counts.attempts_evicted;
  values.stalls = stalls_;
  for (const capture::LiveCounts& one : interfaces) {
    values.frames += one.received;
    values.kernel_drops += one.kernel_drops;
    values.interface_drops += one.interface_drops;
  }
  book.each([&](const TunnelState& state) {
    ++values.tunnels[static_cast<std::size_t>(state.row.verdict)];
    if (state.in_trouble() && state.finding) ++values.troubled[static_cast<std::size_t>(*state.finding)];
  });
  helper_.metrics(values);
}

}  // namespace ike::app
