#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ike/base/frame.hpp"
#include "ike/diagnose/finding.hpp"
#include "ike/track/evidence.hpp"

namespace ike::report {

/// What the capture held, over all files.
struct CaptureInfo {
  struct File {
    std::string name;
    std::string format;            ///< "pcap", "pcapng, gzip" ...
    std::uint64_t packets = 0;
    std::string error;             ///< why it could not be read; empty when it could
  };
  std::vector<File> files;
  std::uint64_t packets = 0;
  std::uint64_t ike_packets = 0;   ///< IKEv1 messages
  std::uint64_t ikev2_packets = 0;
  std::uint64_t esp_packets = 0;
  std::uint64_t icmp_errors = 0;
  std::uint64_t malformed = 0;
  Time first_time{};               ///< of the first and last frame of any kind
  Time last_time{};
  bool nanoseconds = false;        ///< print nine digits of a second instead of six
  std::vector<std::string> link_types;
  std::uint64_t snaplen_cut = 0;   ///< packets of ours that were cut
  std::uint64_t kernel_drops = 0;
  std::vector<std::string> remarks;
};

/// One tunnel with its judgement: everything that any format prints of it.
struct TunnelReport {
  track::Tunnel tunnel;
  diagnose::Diagnosis diagnosis;
  std::vector<track::VendorSeen> vendors_initiator;  ///< of the newest attempt that showed any
  std::vector<track::VendorSeen> vendors_responder;
};

/// A tunnel's line in the table, kept for all of them.
struct TunnelRow {
  std::uint32_t index = 0;         ///< what Report::open takes
  diagnose::Verdict verdict{};
  bool refused = false;
  net::Address initiator;
  net::Address responder;
  bool aggressive = false;
  bool phase1_seen = false;        ///< a Main or Aggressive Mode message was seen
  track::Positions positions;
  std::uint32_t attempts = 0;
  std::uint32_t resends = 0;
  bool warning = false;            ///< a finding of severity warning
  bool one_sided = false;          ///< the finding one-sided: only one direction is visible
};

/// The result of one analysis; every format is a writer of it. Tunnels are many and their details large, so
/// those are made on demand: `open` gives the details of one row.
struct Report {
  std::string version;             ///< ikescope's
  CaptureInfo capture;
  std::vector<TunnelRow> tunnels;  ///< in order of first packet
  std::size_t left_out = 0;        ///< tunnels that the caller took out of these; a remark says which
  std::function<TunnelReport(const TunnelRow&)> open;
};

/// The words in which positions are printed.
enum class Vocabulary : std::uint8_t { asa, ios, libreswan };

struct TextOptions {
  bool all = false;                ///< every tunnel and every ladder, not only the worst
  bool summary = false;            ///< totals only
  int verbose = 0;                 ///< 1: every message of every exchange
  bool colour = false;
  Vocabulary vocabulary = Vocabulary::asa;
};

/// The screen for people: totals, one row a tunnel, for what stalls the finding, the ladder and what to check.
/// 80 columns. Control octets of names from the wire never reach it raw.
std::string to_text(const Report& report, const TextOptions& options = {});
/// One tunnel of that screen: finding, what to check, ladder. `begin` is the capture's first frame.
std::string to_text(const TunnelReport& one, Time begin, const TextOptions& options = {});

/// Like `show crypto isakmp sa` of an ASA, as an observer sees it: counts, then a block for every tunnel, those in
/// trouble first; counts alone with `summary`. 80 columns, written through `write` in pieces.
void write_asa(const Report& report, const TextOptions& options, const std::function<void(std::string_view)>& write);

/// One JSON object, schema "ikescope.report/1" (docs/report.md), written through `write` in pieces.
void write_json(const Report& report, const std::function<void(std::string_view)>& write);
std::string to_json(const Report& report);

/// Words for a finding: one line that says it, and the causes in the order to check them.
struct Cause {
  std::string cause;               ///< "pre-shared keys differ"
  std::optional<track::Side> side; ///< who has to look; nothing: both, or the path between
  std::string check;               ///< the next thing to check there
};
struct Wording {
  std::string summary;             ///< "INVALID-COOKIE in clear after message 3"
  std::string explanation;         ///< a sentence or two: what the wire proves
  std::vector<Cause> causes;
};
Wording word(const diagnose::Finding& finding, const track::Tunnel& tunnel);

}  // namespace ike::report
