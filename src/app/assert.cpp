#include "assert.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "commands.hpp"
#include "ike/analyzer.hpp"
#include "output.hpp"
#include "save_packets.hpp"
#include "timeline.hpp"

namespace ike::app {
namespace {

/// A text that is no expectation: told with its place, in several lines.
struct Misunderstood {
  std::string message;
};

std::string slurp(const std::string& path) {
  constexpr std::size_t most = 64U << 20U;
  std::error_code unknown;
  if (std::filesystem::is_directory(path, unknown)) throw UsageError{fmt::format("--expect-file: {}: is a directory", path)};
  std::ifstream file{path, std::ios::binary};
  if (!file) throw UsageError{fmt::format("--expect-file: {}: {}", path, std::strerror(errno))};
  std::string text;
  std::array<char, 65536> part;
  while (file.read(part.data(), part.size()) || file.gcount() > 0) {
    text.append(part.data(), static_cast<std::size_t>(file.gcount()));
    if (text.size() > most) throw UsageError{fmt::format("--expect-file: {}: is larger than {} MiB", path, most >> 20U)};
  }
  if (file.bad()) throw UsageError{fmt::format("--expect-file: {}: cannot be read", path)};
  return text;
}

std::vector<expect::Expectation> expectations_of(const AssertOptions& options) {
  std::vector<expect::Expectation> all;
  for (const std::string& text : options.expectations) {
    auto parsed = expect::parse(text);
    if (!parsed) throw Misunderstood{"--expect: " + parsed.error().message()};
    all.push_back(std::move(*parsed));
  }
  for (const std::string& path : options.expectation_files) {
    auto parsed = expect::parse_file(slurp(path), path);
    if (!parsed) throw Misunderstood{parsed.error().message()};
    std::ranges::move(*parsed, std::back_inserter(all));
  }
  if (all.empty()) all.push_back(expect::everything_healthy());
  return all;
}

std::string source_of(const report::CaptureInfo& capture) {
  return capture.files.size() == 1 ? capture.files.front().name : fmt::format("{} files", capture.files.size());
}

/// The packets of what failed: those that were remembered, else from the files once more.
void save_from_files(const AssertOptions& options, const std::vector<std::string>& files, NewestFrames* remembered, const expect::Verdict& verdict, const report::Report& report) {
  PacketKeeper keeper{options.save_pcap, verdict, report, {options.input.ports}};
  if (keeper.empty()) return;
  const auto offer = [&](const Frame& frame) { keeper.offer(frame, report.capture.files[frame.file].name); };
  if (remembered != nullptr) {
    remembered->each(offer);
    if (remembered->dropped() > 0) complain(fmt::format("--save-pcap: the first {} packets were too many to keep", remembered->dropped()));
  } else {
    Timeline again{files, [](std::string_view) {}};
    while (const Frame* frame = again.next()) offer(*frame);
  }
  for (const std::string& path : keeper.close()) complain("kept the packets: " + path);
}

ExitCode assert_files(const AssertOptions& options, std::span<const expect::Expectation> expectations) {
  bool all_read = true;
  const OnError on_error = [&](std::string_view line) {
    complain(line);
    all_read = false;
  };
  const std::vector<std::string> files = capture_files(options.input.paths, on_error);
  Timeline timeline{files, on_error};
  Analyzer analyzer{{.ports = {options.input.ports}, .limits = {}, .judgement = options.judgement}};
  // What comes by a pipe comes once.
  std::optional<NewestFrames> remembered;
  if (!options.save_pcap.empty() && !std::ranges::all_of(files, can_open_again)) remembered.emplace();
  while (const Frame* frame = timeline.next()) {
    analyzer.feed(*frame);
    if (remembered) remembered->add(*frame);
  }
  const bool nothing_read = std::ranges::all_of(timeline.info().files, [](const report::CaptureInfo::File& file) { return !file.error.empty() && file.packets == 0; });
  if (nothing_read) return ExitCode::unusable;

  report::Report report = analyzer.report(timeline.info());
  report.version = IKE_VERSION;
  const expect::Verdict verdict = expect::judge(report, expectations);
  expect::Run run;
  run.source = source_of(report.capture);
  const ExitCode code = conclude(options, verdict, report, run);
  if (!options.save_pcap.empty() && verdict.outcome == expect::Outcome::failed) save_from_files(options, files, remembered ? &*remembered : nullptr, verdict, report);
  return all_read ? code : ExitCode::unusable;
}

void write_verdict(const AssertOptions& options, const expect::Verdict& verdict, const report::Report& report, const expect::Run& run) {
  switch (options.format) {
    case AssertFormat::junit: write(to_junit(verdict, report, run)); break;
    case AssertFormat::tap: write(to_tap(verdict, report, run)); break;
    case AssertFormat::json: write(to_json(verdict, report, run)); break;
    case AssertFormat::github: write(to_github(verdict, report, run)); break;
    case AssertFormat::text: {
      report::TextOptions text = options.text;
      text.colour = wants_colour(options.colour);
      write(to_text(verdict, report, run, text));
    }
  }
}

}  // namespace

ExitCode conclude(const AssertOptions& options, const expect::Verdict& verdict, const report::Report& report, const expect::Run& run) {
  try {
    write_verdict(options, verdict, report, run);
  } catch (const OutputClosed&) {  // `... | head`: the exit status counts all the same
  }
  if (run.command_failed()) return ExitCode::failed;
  switch (verdict.outcome) {
    case expect::Outcome::passed: return ExitCode::ok;
    case expect::Outcome::nothing: return ExitCode::nothing;
    default: return ExitCode::failed;
  }
}

ExitCode assert_expectations(const AssertOptions& options) try {
  const std::vector<expect::Expectation> expectations = expectations_of(options);
  return options.interfaces.empty() ? assert_files(options, expectations) : assert_live(options, expectations);
} catch (const Misunderstood& why) {
  const std::string text = "ikescope: " + why.message;  // made printable by the parser
  std::fwrite(text.data(), 1, text.size(), stderr);
  return ExitCode::unusable;
}

}  // namespace ike::app
