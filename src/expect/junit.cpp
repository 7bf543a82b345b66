#include <fmt/format.h>

#include <algorithm>

#include "lines.hpp"
#include "report/format.hpp"

// JUnit XML has no standard; what Jenkins' schema allows is what all readers know (tests/expect/junit.xsd).
namespace ike::expect {
namespace {

/// `text` as XML: what XML 1.0 can't hold, control octets and bad UTF-8, becomes printable first.
std::string xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"') out += "&quot;";
    else if (c == '\n') out += "\n";
    else if (octet < 0x20 || octet >= 0x7f) out += fmt::format("\\x{:02x}", octet);
    else out += c;
  }
  return out;
}

struct Counts {
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t skipped = 0;
};

std::string message_of(const Judgement& one, const report::Report& report) {
  std::string text;
  for (const std::string& line : reason_lines(one, report)) text += (text.empty() ? "" : "; ") + line;
  return text;
}

void test_case(std::string& out, const Judgement& one, const report::Report& report, const std::string& suite, std::string_view time) {
  out += fmt::format("    <testcase name=\"{}\" classname=\"{}\" time=\"{}\"", xml(one.expectation.title()), xml(suite), time);
  if (one.standing == Standing::holds) {
    out += "/>\n";
  } else if (one.standing == Standing::failed) {
    const std::string finding = first_finding(one);
    out += fmt::format(">\n      <failure type=\"{}\" message=\"{}\">", finding.empty() ? "expectation" : finding, xml(message_of(one, report)));
    for (const std::string& line : reason_lines(one, report)) out += xml(line) + "\n";
    out += xml(tunnel_blocks(one, report, 3)) + "</failure>\n    </testcase>\n";
  } else {
    out += ">\n      <skipped message=\"not decided when all was over\"/>\n    </testcase>\n";
  }
}

void command_case(std::string& out, const CommandResult& command, const std::string& suite, std::string_view time) {
  out += fmt::format("    <testcase name=\"command: {}\" classname=\"{}\" time=\"{}\"", xml(command.line), xml(suite), time);
  if (!command.failed()) out += "/>\n";
  else out += fmt::format(">\n      <failure type=\"command\" message=\"{}\"/>\n    </testcase>\n", xml(command_line(command)));
}

}  // namespace

std::string to_junit(const Verdict& verdict, const report::Report& report, const Run& run) {
  Counts counts;
  for (const Judgement& one : verdict.judgements) {
    ++counts.tests;
    counts.failures += one.standing == Standing::failed ? 1U : 0U;
    counts.skipped += one.standing == Standing::open || one.standing == Standing::so_far ? 1U : 0U;
  }
  if (run.command) ++counts.tests, counts.failures += run.command->failed() ? 1U : 0U;
  const Duration took = run.took ? *run.took : report.capture.packets > 0 ? std::max(Duration{0}, report::since(report.capture.last_time, report.capture.first_time)) : Duration{0};
  const std::string time = report::decimal(took, 3);
  const std::string suite = run.source.empty() ? "ikescope" : "ikescope." + run.source;
  const std::string sums = fmt::format("tests=\"{}\" failures=\"{}\" errors=\"0\" time=\"{}\"", counts.tests, counts.failures, time);
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out += fmt::format("<testsuites name=\"ikescope\" {}>\n", sums);
  out += fmt::format("  <testsuite name=\"{}\" {} skipped=\"{}\">\n", xml(suite), sums, counts.skipped);
  for (const Judgement& one : verdict.judgements) test_case(out, one, report, suite, time);
  if (run.command) command_case(out, *run.command, suite, time);
  out += fmt::format("    <system-out>{}</system-out>\n  </testsuite>\n</testsuites>\n", xml(summary_line(verdict, report, run)));
  return out;
}

}  // namespace ike::expect
