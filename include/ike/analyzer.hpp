#pragma once

#include <memory>

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

  [[nodiscard]] const track::TrackCounts& counts() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ike
