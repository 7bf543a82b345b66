#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <tuple>

#include "anonymise.hpp"
#include "commands.hpp"
#include "ike/analyzer.hpp"
#include "ike/capture/pcapng_writer.hpp"
#include "output.hpp"
#include "selection.hpp"
#include "timeline.hpp"

namespace ike::app {
namespace {

/// One finding as far as two captures of the same events must agree in it.
using Told = std::tuple<std::uint32_t, diagnose::Verdict, diagnose::FindingId, diagnose::Certainty, diagnose::Severity, std::uint32_t>;

std::vector<Told> told(const report::Report& report) {
  std::vector<Told> all;
  std::uint32_t number = 0;
  for (const report::TunnelRow& row : report.tunnels) {
    const report::TunnelReport opened = report.open(row);
    for (const diagnose::Finding& finding : opened.diagnosis.findings) {
      all.emplace_back(number, opened.diagnosis.verdict, finding.id, finding.certainty, finding.severity, finding.count);
    }
    ++number;
  }
  return all;
}

/// A comment for every packet that proves a finding.
std::map<std::uint64_t, std::string> comments(const report::Report& report) {
  std::map<std::uint64_t, std::string> made;
  for (const report::TunnelRow& row : report.tunnels) {
    const report::TunnelReport opened = report.open(row);
    for (const diagnose::Finding& finding : opened.diagnosis.findings) {
      const std::string summary = report::word(finding, opened.tunnel).summary;
      for (const diagnose::Proof& proof : finding.evidence) {
        std::string& text = made[proof.packet];
        if (!text.empty()) text += '\n';
        text += fmt::format("{} {} ({}): {}. This packet: {}", name(finding.severity), name(finding.id), name(finding.certainty), summary, proof.what);
      }
    }
  }
  return made;
}

class Extraction {
 public:
  explicit Extraction(const ExtractOptions& options) : options_{options}, ports_{options.input.ports}, on_error_{[this](std::string_view line) {
    // The files are read several times; what is wrong with them is told once.
    if (reading_ == 0) complain(line);
    all_read_ = false;
  }} {}

  ExitCode run() {
    files_ = capture_files(options_.input.paths, on_error_);
    check();
    Analyzer whole{{.ports = ports_, .limits = {}, .judgement = {}, .keys = {}}};
    Selection selection{ports_};
    report::CaptureInfo info = read([&](const Frame& frame) {
      whole.feed(frame);
      selection.take(frame);
    });
    selection.finish();
    if (selection.size() == 0) return all_read_ ? nothing() : ExitCode::unusable;
    const auto expected = told(whole.report(info));

    const Anonymiser::Key key = Anonymiser::random_key();
    Analyzer kept{{.ports = ports_, .limits = {}, .judgement = {}, .keys = {}}};
    std::uint64_t count = 0;
    rewrite(selection, key, [&](Frame frame) {
      frame.number = ++count;
      frame.file = 0;
      kept.feed(frame);
    });
    const report::Report report = kept.report({});
    const auto remarks = comments(report);
    if (told(report) != expected) complain("what was taken out gives other findings than the whole; compare both with ikescope read");

    const std::string about = fmt::format("{} of {} packets, taken out by ikescope extract{}", count, packets(info), options_.anonymise ? ", addresses and identities rewritten" : "");
    capture::PcapngWriter writer{options_.output, about};
    count = 0;
    rewrite(selection, key, [&](const Frame& frame) {
      const auto found = remarks.find(++count);
      std::string comment = found == remarks.end() ? std::string{} : found->second;
      if (frame.octets.empty() && comment.empty()) comment = "Only the time of this packet is kept: here the capture begins or ends.";
      writer.write(frame, options_.anonymise ? fmt::format("capture {}", frame.file + 1) : files_[frame.file], comment);
    });
    writer.close();
    const std::string done = fmt::format("{}; {} of them with a comment", about, remarks.size());
    if (options_.output == "-") {
      complain(done);
    } else {
      write(fmt::format("{}: {}\n", printable(options_.output), done));
    }
    return all_read_ ? ExitCode::ok : ExitCode::unusable;
  }

 private:
  void check() const {
    if (options_.output == "-" && ::isatty(STDOUT_FILENO) != 0) throw UsageError{"-w -: standard output is a terminal; name a file, or pipe it on"};
    want_again("extract reads its input", files_);
    for (const std::string& file : files_) {
      std::error_code not_there;
      if (std::filesystem::equivalent(file, options_.output, not_there)) throw UsageError{fmt::format("-w {}: is one of the files to read; name another", options_.output)};
    }
  }

  static std::uint64_t packets(const report::CaptureInfo& info) {
    std::uint64_t sum = 0;
    for (const auto& file : info.files) sum += file.packets;
    return sum;
  }

  ExitCode nothing() const {
    complain("no packet in it; nothing was written");
    return ExitCode::unusable;
  }

  template <typename Take>
  report::CaptureInfo read(Take take) {
    Timeline timeline{files_, on_error_};
    while (const Frame* frame = timeline.next()) take(*frame);
    ++reading_;
    return timeline.info();
  }

  /// The selected frames, anonymised where asked for.
  template <typename Take>
  void rewrite(const Selection& selection, const Anonymiser::Key& key, Take take) {
    Anonymiser anonymiser{key};
    for (const Selection::InPieces& one : selection.in_pieces()) anonymiser.pieces_of(one.message, one.sizes, one.source, one.destination);
    std::map<const Selection::Whole*, std::vector<std::uint8_t>> wholes;
    std::vector<std::uint8_t> octets;
    read([&](const Frame& original) {
      const Place place{original.file, original.number};
      if (!selection.contains(place)) return;
      Frame frame = original;
      frame.wire_length = std::max(frame.wire_length, static_cast<std::uint32_t>(frame.octets.size()));
      if (selection.only_time(place)) frame.octets = {};
      if (!options_.anonymise || frame.octets.empty()) return take(frame);
      if (selection.unreadable(place) && selection.whole(place) == nullptr && is_later_fragment(frame)) return;
      octets.assign(frame.octets.begin(), frame.octets.end());
      const Selection::Whole* const whole = selection.whole(place);
      if (whole != nullptr) {
        auto [made, fresh] = wholes.try_emplace(whole, whole->payload);
        if (fresh) anonymiser.payload(whole->datagram, made->second);
        anonymiser.fragment_of(whole->payload, made->second);
      }
      anonymiser.frame(original, octets);
      anonymiser.fragment_of({}, {});
      frame.octets = octets;
      take(frame);
    });
  }

  /// Alone it is no datagram of ours: only what begins one is.
  bool is_later_fragment(const Frame& frame) const { return net::Dissector{ports_}.dissect(frame) == net::Dissector::Kind::other; }

  const ExtractOptions& options_;
  net::Ports ports_;
  OnError on_error_;
  std::vector<std::string> files_;
  unsigned reading_ = 0;
  bool all_read_ = true;
};

}  // namespace

ExitCode extract(const ExtractOptions& options) { return Extraction{options}.run(); }

}  // namespace ike::app
