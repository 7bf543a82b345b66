#include <fmt/format.h>

#include "lines.hpp"
#include "report/format.hpp"

namespace ike::expect {
namespace {

/// A test's description: `#` would begin a directive.
std::string description(std::string_view text) {
  std::string out;
  for (const char c : report::printable(text)) {
    if (c == '#' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

/// A value as a YAML block: its lines, indented, the empty ones too, which Perl's reader of YAML wants; tabs and control
/// octets have been made printable.
void yaml_block(std::string& out, std::string_view key, std::string_view text) {
  out += fmt::format("  {}: |\n", key);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    out += fmt::format("    {}\n", line);
    text.remove_prefix(std::min(text.size(), end + 1));
  }
}

}  // namespace

std::string to_tap(const Verdict& verdict, const report::Report& report, const Run& run) {
  std::string out = fmt::format("TAP version 13\n1..{}\n", verdict.judgements.size() + (run.command ? 1 : 0));
  std::size_t number = 0;
  for (const Judgement& one : verdict.judgements) {
    const bool decided = one.standing == Standing::holds || one.standing == Standing::failed;
    out += fmt::format("{} {} - {}{}\n", one.standing == Standing::failed ? "not ok" : "ok", ++number, description(one.expectation.title()), decided ? "" : " # SKIP not decided when all was over");
    if (one.standing != Standing::failed) continue;
    std::string message;
    for (const std::string& line : reason_lines(one, report)) message += line + "\n";
    out += "  ---\n";
    yaml_block(out, "message", message);
    if (const std::string finding = first_finding(one); !finding.empty()) out += fmt::format("  finding: {}\n", finding);
    // The first line of a block sets its indentation, so it must not be blank.
    const std::string blocks = tunnel_blocks(one, report, 3);
    if (!blocks.empty()) yaml_block(out, "tunnels", std::string_view{blocks}.substr(1));
    out += "  ...\n";
  }
  if (run.command) {
    out += fmt::format("{} {} - command: {}\n", run.command->failed() ? "not ok" : "ok", ++number, description(run.command->line));
    if (run.command->failed()) {
      out += "  ---\n";
      yaml_block(out, "message", command_line(*run.command));
      out += "  ...\n";
    }
  }
  return out + "# " + summary_line(verdict, report, run) + "\n";
}

}  // namespace ike::expect
