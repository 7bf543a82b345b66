#include <fmt/format.h>

#include "lines.hpp"
#include "report/format.hpp"

namespace ike::expect {
namespace {

/// Escaped as the runner's own toolkit does it; `property`: between the colons of a workflow command.
std::string escaped(std::string_view text, bool property) {
  std::string out;
  for (const char c : text) {
    if (c == '%') out += "%25";
    else if (c == '\n') out += "%0A";
    else if (c == '\r') out += "%0D";
    else if (property && c == ':') out += "%3A";
    else if (property && c == ',') out += "%2C";
    else out += c;
  }
  return out;
}

}  // namespace

std::string to_github(const Verdict& verdict, const report::Report& report, const Run& run) {
  std::string out;
  for (const Judgement& one : verdict.judgements) {
    if (one.standing != Standing::failed) continue;
    std::string message;
    for (const std::string& line : reason_lines(one, report)) message += (message.empty() ? "" : "\n") + line;
    message += "\n" + tunnel_blocks(one, report, 1);
    out += fmt::format("::error title={}::{}\n", escaped("ikescope: " + report::printable(one.expectation.title()), true), escaped(message, false));
  }
  if (run.command_failed()) out += fmt::format("::error title=ikescope%3A command failed::{}\n", escaped(command_line(*run.command), false));
  return out + summary_line(verdict, report, run) + "\n";
}

}  // namespace ike::expect
