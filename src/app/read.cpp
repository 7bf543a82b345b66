#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <optional>

#include "clocks.hpp"
#include "commands.hpp"
#include "ike/analyzer.hpp"
#include "ike/report/events.hpp"
#include "keys.hpp"
#include "only_peer.hpp"
#include "output.hpp"
#include "timeline.hpp"

namespace ike::app {
namespace {

/// Nothing of it could be read: on_error was told, and there is nothing to report.
bool nothing_read(const report::CaptureInfo& capture) {
  return std::ranges::all_of(capture.files, [](const report::CaptureInfo::File& file) { return !file.error.empty() && file.packets == 0; });
}

/// What `decode` prints, behind the report.
ExitCode fields_too(const ReadOptions& options, bool all_read) {
  if (std::ranges::find(options.input.paths, "-") != options.input.paths.end()) {
    complain("-vv: standard input cannot be read twice; its fields are left out");
    return all_read ? ExitCode::ok : ExitCode::unusable;
  }
  write("\n");
  KeyOptions keys = options.keys;
  keys.quiet = true;  // its warnings were given
  const ExitCode decoded = decode({.input = options.input, .keys = keys, .packet = {}, .peer = options.peer});
  return all_read ? decoded : ExitCode::unusable;
}

volatile std::sig_atomic_t interrupted = 0;

/// The first interrupt ends the reading, and what was seen is reported; a second one ends the program.
void stop_on_interrupt() {
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted = 1; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM}) ::sigaction(signal, &action, nullptr);
}

void tell_events(Timeline& timeline, Analyzer& analyzer, report::EventStream& events) {
  while (const Frame* frame = timeline.next()) {
    events.frame(frame->time);
    switch (analyzer.feed(*frame)) {
      case net::Dissector::Kind::udp: events.datagram(analyzer.dissector().datagram()); break;
      case net::Dissector::Kind::icmp_error: events.icmp_error(analyzer.dissector().icmp_error()); break;
      default: break;
    }
  }
}

}  // namespace

ExitCode read(const ReadOptions& options) {
  bool all_read = true;
  const OnError on_error = [&](std::string_view line) {
    complain(line);
    all_read = false;
  };
  crypto::OpenerKeys keys = load_keys(options.keys);
  std::optional<report::EventStream> events;
  if (options.format == Format::ndjson) events.emplace(write);
  if (options.follow || std::ranges::find(options.input.paths, "-") != options.input.paths.end()) stop_on_interrupt();
  const capture::Waiting waiting = [&] {
    if (events) events->flush(), flush_output();
    return !interrupted;
  };
  const std::vector<std::string> files = capture_files(options.input.paths, on_error);
  if (options.follow && files.size() > 1) throw UsageError{"--follow: follows one file; name it alone"};
  std::vector<std::string> clock_remarks;
  std::vector<Duration> shifts;
  if (options.merge) want_again("--merge reads files", files);
  if (options.merge && files.size() > 1) shifts = clock_shifts(files, {options.input.ports}, clock_remarks);
  Timeline timeline{files, on_error, waiting, options.follow, std::move(shifts)};
  Analyzer analyzer{{.ports = {options.input.ports}, .limits = options.limits, .judgement = options.judgement, .keys = std::move(keys)}};
  if (events) {
    tell_events(timeline, analyzer, *events);
  } else {
    while (const Frame* frame = timeline.next()) analyzer.feed(*frame);
  }

  report::CaptureInfo capture = timeline.info();
  capture.remarks.insert(capture.remarks.end(), clock_remarks.begin(), clock_remarks.end());
  if (nothing_read(capture)) return ExitCode::unusable;
  report::Report report = analyzer.report(std::move(capture));
  report.version = IKE_VERSION;
  if (options.peer) keep_only(*options.peer, report);
  if (events) {
    events->finish(report);
  } else if (options.format == Format::json) {
    report::write_json(report, write);
  } else if (options.format == Format::asa) {
    report::write_asa(report, options.text, write);
  } else {
    report::TextOptions text = options.text;
    text.colour = wants_colour(options.colour);
    write(report::to_text(report, text));
    if (text.verbose > 1) return fields_too(options, all_read);
  }
  return all_read ? ExitCode::ok : ExitCode::unusable;
}

}  // namespace ike::app
