#include "lines.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/format.hpp"

namespace ike::expect {

std::string reason_line(const Reason& reason, const report::Report& report) {
  std::string pair;
  if (reason.tunnel) {
    const report::TunnelRow& row = report.tunnels[*reason.tunnel];
    pair = net::to_string(row.initiator) + " -> " + net::to_string(row.responder) + ": ";
  }
  return fmt::format("{}expected {}; {}", pair, report::printable(reason.condition), reason.saw);
}

std::vector<std::string> reason_lines(const Judgement& judgement, const report::Report& report) {
  std::vector<std::string> lines;
  for (const Reason& reason : judgement.reasons) lines.push_back(reason_line(reason, report));
  if (judgement.reasons_left_out > 0) lines.push_back(fmt::format("and {} more", report::counted(judgement.reasons_left_out, "reason")));
  return lines;
}

std::string summary_line(const Verdict& verdict, const report::Report& report, const Run& run) {
  const std::size_t all = verdict.judgements.size();
  const std::size_t failed = verdict.failures();
  std::string text = verdict.outcome == Outcome::nothing ? std::string{"nothing to judge: no IKE traffic was seen"}
                     : failed > 0                        ? fmt::format("{} of {} failed", failed, report::counted(all, "expectation"))
                                                         : fmt::format("{} {}", report::counted(all, "expectation"), all == 1 ? "holds" : "hold");
  const auto open = std::ranges::count_if(verdict.judgements, [](const Judgement& one) { return one.standing == Standing::open || one.standing == Standing::so_far; });
  if (open > 0) text += fmt::format(", {} not decided", open);
  if (run.command_failed()) text += ", and the command failed";
  if (!run.source.empty()) text += "; " + report::printable(run.source);
  text += fmt::format("{} {}, {} IKE", run.source.empty() ? ";" : ":", report::counted(report.capture.packets, "packet"), report.capture.ike_packets);
  if (run.took) text += fmt::format(", after {} s", report::decimal(*run.took, 1));
  return text;
}

std::string command_line(const CommandResult& command) {
  const std::string line = report::printable(command.line);
  if (command.stopped) return "the command still ran and was stopped: " + line;
  if (command.status) return fmt::format("the command exited with status {}: {}", *command.status, line);
  return fmt::format("the command was ended by signal {}: {}", command.signal, line);
}

std::string tunnel_blocks(const Judgement& judgement, const report::Report& report, std::size_t most, const report::TextOptions& options) {
  std::vector<std::size_t> shown;
  std::string out;
  for (const Reason& reason : judgement.reasons) {
    if (shown.size() == most) break;
    if (!reason.tunnel || std::ranges::find(shown, *reason.tunnel) != shown.end()) continue;
    shown.push_back(*reason.tunnel);
    out += "\n" + report::to_text(report.open(report.tunnels[*reason.tunnel]), report.capture.first_time, options);
  }
  return out;
}

std::string first_finding(const Judgement& judgement) {
  const auto found = std::ranges::find_if(judgement.reasons, [](const Reason& reason) { return !reason.finding.empty(); });
  return found == judgement.reasons.end() ? std::string{} : found->finding;
}

}  // namespace ike::expect
