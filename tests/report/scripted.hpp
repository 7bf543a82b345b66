#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "ike/report/report.hpp"
#include "support/script.hpp"

/// Reports made of exchange scripts with judgements written by hand, so that wording and layout are tested
/// without the rules.
namespace ike::report {

inline diagnose::Finding finding(diagnose::FindingId id, diagnose::Certainty certainty = diagnose::Certainty::likely) {
  diagnose::Finding one;
  one.id = id;
  one.certainty = certainty;
  one.severity = id >= diagnose::FindingId::simultaneous ? diagnose::Severity::remark : id == diagnose::FindingId::esp_one_way ? diagnose::Severity::warning : diagnose::Severity::stall;
  one.attempt = 1;
  return one;
}

/// A report whose tunnels are scripts. Scripts are kept as text, since a Tunnel is not to be copied.
class Scripted {
 public:
  Scripted() {
    report_.version = "0.1.0";
    report_.capture.files.push_back({"test.pcap", "pcap", 0, ""});
    report_.capture.link_types = {"EN10MB"};
    report_.open = [this](const TunnelRow& row) { return open(row); };
  }
  Scripted(const Scripted&) = delete;
  Scripted& operator=(const Scripted&) = delete;

  /// Adds a tunnel; `change` may put other things into its TunnelReport each time it is opened.
  void add(std::string script, diagnose::Diagnosis diagnosis, std::function<void(TunnelReport&)> change = {}) {
    const auto seen = test::script(script);
    TunnelRow row;
    row.index = static_cast<std::uint32_t>(tunnels_.size());
    row.verdict = diagnosis.verdict;
    row.refused = diagnosis.refused;
    row.initiator = seen.tunnel.peers[0];
    row.responder = seen.tunnel.peers[1];
    row.positions = diagnosis.positions;
    row.attempts = static_cast<std::uint32_t>(seen.tunnel.attempts.size());
    for (const auto& attempt : seen.tunnel.attempts) row.resends += attempt.resends;
    for (const auto& one : diagnosis.findings) {
      row.warning = row.warning || one.severity == diagnose::Severity::warning;
      row.one_sided = row.one_sided || one.id == diagnose::FindingId::one_sided;
    }
    CaptureInfo& info = report_.capture;
    info.packets += seen.tunnel.events.size();
    info.ike_packets += seen.tunnel.events.size();
    info.first_time = seen.capture.first;
    info.last_time = std::max(info.last_time, seen.capture.last);
    tunnels_.push_back({std::move(script), std::move(diagnosis), std::move(change)});
    report_.tunnels.push_back(row);
  }

  Report& report() { return report_; }
  [[nodiscard]] std::string text(const TextOptions& options = {}) const { return to_text(report_, options); }

 private:
  struct Kept {
    std::string script;
    diagnose::Diagnosis diagnosis;
    std::function<void(TunnelReport&)> change;
  };

  TunnelReport open(const TunnelRow& row) {
    const Kept& kept = tunnels_.at(row.index);
    auto seen = test::script(kept.script);
    TunnelReport one;
    one.tunnel = std::move(seen.tunnel);
    one.tunnel.id = row.index + 1;
    one.diagnosis = kept.diagnosis;
    offers_ = std::move(seen.offers);  // as long as the next open
    if (kept.change) kept.change(one);
    return one;
  }

  Report report_;
  std::vector<Kept> tunnels_;
  std::deque<track::Offer> offers_;
};

/// A judgement with one position a side.
inline diagnose::Diagnosis judged(diagnose::Verdict verdict, track::Positions positions, std::vector<diagnose::Finding> findings = {}, diagnose::Status status = diagnose::Status::stalled) {
  diagnose::Diagnosis diagnosis;
  diagnosis.verdict = verdict;
  diagnosis.positions = positions;
  diagnosis.attempt_status.assign(8, status);
  diagnosis.findings = std::move(findings);
  return diagnosis;
}

}  // namespace ike::report
