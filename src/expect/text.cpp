#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "lines.hpp"
#include "report/format.hpp"

namespace ike::expect {
namespace {

constexpr std::size_t blocks_shown = 3;

std::string_view mark(Standing standing) {
  switch (standing) {
    case Standing::holds: return "ok";
    case Standing::failed: return "FAIL";
    default: return "open";
  }
}

std::string painted(std::string_view word, Standing standing, bool colour) {
  if (!colour) return std::string{word};
  return fmt::format("\x1b[{}m{}\x1b[0m", standing == Standing::failed ? "1;31" : standing == Standing::holds ? "32" : "33", word);
}

void judgement_lines(std::string& out, const Judgement& one, const report::Report& report, bool colour) {
  const std::string_view word = mark(one.standing);
  std::string block;
  report::wrap(block, report::printable(one.expectation.title()), fmt::format("{:<6}", word), "      ");
  block.replace(0, word.size(), painted(word, one.standing, colour));
  out += block;
  if (one.standing == Standing::open || one.standing == Standing::so_far) out += "      not decided when all was over\n";
  if (one.standing != Standing::failed) return;
  for (const std::string& line : reason_lines(one, report)) report::wrap(out, line, "      ", "        ");
}

/// Finding, causes and ladder of the tunnels that failed, each once.
void failed_tunnels(std::string& out, const Verdict& verdict, const report::Report& report, const report::TextOptions& options) {
  std::set<std::size_t> shown;
  std::size_t left_out = 0;
  for (const Judgement& one : verdict.judgements) {
    if (one.standing != Standing::failed) continue;
    for (const Reason& reason : one.reasons) {
      if (!reason.tunnel || !shown.insert(*reason.tunnel).second) continue;
      if (shown.size() > blocks_shown && !options.all) {
        ++left_out;
        continue;
      }
      out += "\n" + report::to_text(report.open(report.tunnels[*reason.tunnel]), report.capture.first_time, options);
    }
  }
  if (left_out > 0) out += fmt::format("\n{} not shown in detail; --all shows them.\n", report::counted(left_out, "more tunnel"));
}

}  // namespace

std::string to_text(const Verdict& verdict, const report::Report& report, const Run& run, const report::TextOptions& options) {
  std::string out;
  for (const Judgement& one : verdict.judgements) judgement_lines(out, one, report, options.colour);
  if (run.command && (run.command->failed() || run.command->stopped)) {
    const Standing standing = run.command->failed() ? Standing::failed : Standing::holds;
    std::string block;
    report::wrap(block, command_line(*run.command), fmt::format("{:<6}", mark(standing)), "      ");
    block.replace(0, mark(standing).size(), painted(mark(standing), standing, options.colour));
    out += block;
  }
  failed_tunnels(out, verdict, report, options);
  if (verdict.failures() > 0 || run.command_failed()) out += '\n';
  report::wrap(out, summary_line(verdict, report, run) + ".", "", "  ");
  if (verdict.outcome == Outcome::nothing) report::wrap(out, "Does IKE pass where the capture was taken, and did a peer start?", "", "  ");
  for (const std::string& remark : report.capture.remarks) report::wrap(out, report::printable(remark), "Note: ", "      ");
  if (report.capture.kernel_drops > 0) report::wrap(out, fmt::format("the capture itself lost {}; what is missing may have been there.", report::counted(report.capture.kernel_drops, "packet")), "Note: ", "      ");
  return out;
}

}  // namespace ike::expect
