#pragma once

#include <optional>
#include <string>

#include "ike/expect/verdict.hpp"

namespace ike::expect {

/// A command that ran while the expectations were watched.
struct CommandResult {
  std::string line;          ///< as given, words with blanks in quotes
  std::optional<int> status; ///< exit status; nothing: a signal ended it, or we did
  int signal = 0;            ///< that ended it, unless `stopped`
  bool stopped = false;      ///< it still ran when all was decided, and was ended by us

  [[nodiscard]] bool failed() const noexcept { return !stopped && (!status || *status != 0); }
};

/// What a writer tells besides the verdict.
struct Run {
  std::string source;                   ///< "lab.pcap", "3 files", "br0"
  std::optional<Duration> took;         ///< live: from the start of the capture to the verdict
  bool early = false;                   ///< live: ended before the time was over
  std::optional<CommandResult> command;

  [[nodiscard]] bool command_failed() const noexcept { return command && command->failed(); }
};

/// For people, in 80 columns: a line an expectation; for what failed why, then finding, causes and ladder of the tunnels.
std::string to_text(const Verdict& verdict, const report::Report& report, const Run& run = {}, const report::TextOptions& options = {});
/// JUnit XML as Jenkins, GitLab and others read it: a test case an expectation, and one for the command.
std::string to_junit(const Verdict& verdict, const report::Report& report, const Run& run = {});
/// Test Anything Protocol, version 13.
std::string to_tap(const Verdict& verdict, const report::Report& report, const Run& run = {});
/// One object, schema "ikescope.assert/1", with the report of `ikescope read --format json` in it (docs/testing.md).
std::string to_json(const Verdict& verdict, const report::Report& report, const Run& run = {});
/// Workflow commands that GitHub turns into annotations, then a summary line.
std::string to_github(const Verdict& verdict, const report::Report& report, const Run& run = {});

}  // namespace ike::expect
