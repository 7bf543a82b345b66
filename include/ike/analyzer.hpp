#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "ike/base/frame.hpp"
#include "ike/crypto/opener.hpp"
#include "ike/diagnose/finding.hpp"
#include "ike/net/dissector.hpp"
#include "ike/report/report.hpp"
#include "ike/track/tracker.hpp"

namespace ike {

/// The front door of the library: frames in, report out. Strings dissector, tracker, rules and report
/// together.
class Analyzer {
 public:
  struct Options {
    net::Ports ports;
    track::Limits limits;
    diagnose::Options judgement;
    crypto::OpenerKeys keys{};  ///< what the operator gave to decrypt and verify with
  };

  Analyzer();
  explicit Analyzer(Options options);
  ~Analyzer();
  Analyzer(Analyzer&&) noexcept;
  Analyzer& operator=(Analyzer&&) noexcept;

  /// Takes one frame; frames come in order of time. Says what was in it: dissector() has it until the next feed().
  net::Dissector::Kind feed(const Frame& frame);
  [[nodiscard]] const net::Dissector& dissector() const noexcept;

  /// Nothing came until `now`: the next report is judged as of then. For live use, where the wire may be silent.
  void pass_time(Time now);

  /// What was seen, judged as of the last frame. `capture` brings what only the reader of the files knows
  /// (names, formats, drops); its counts and times are filled in here. The report looks into this analyzer
  /// and must not outlive it, nor the next feed().
  [[nodiscard]] report::Report report(report::CaptureInfo capture) const;

  /// Places of pairs of addresses, for judge(); grows as pairs are seen, and a place whose pair was dropped is used again.
  [[nodiscard]] std::uint32_t pairs() const noexcept;

  /// Frames that the capture lost: until when, and how many.
  struct Loss {
    Time last{};
    std::uint64_t frames = 0;
  };
  /// One tunnel as of now: its line and, where details are asked for, everything.
  struct Judged {
    report::TunnelRow row;
    report::TunnelReport tunnel;
  };
  /// The tunnels of one pair alone, judged as of the last frame or pass_time(): for live use, where one changes at a time.
  /// What was lost before a tunnel began does not lower its certainty. `out` is reused; what it holds looks into this
  /// analyzer until the next feed().
  void judge(std::uint32_t pair, const Loss& loss, std::vector<Judged>& out) const;

  [[nodiscard]] const track::TrackCounts& counts() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ike
