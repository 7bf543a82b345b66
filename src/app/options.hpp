#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "helper.hpp"
#include "ike/base/time.hpp"
#include "ike/diagnose/finding.hpp"
#include "ike/net/endpoint.hpp"
#include "ike/report/report.hpp"
#include "ike/track/tracker.hpp"

namespace ike::app {

/// A command line that asks for nothing we can do. what() is one line: what is wrong, and what would be right.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An address, or all addresses that begin with its first `length` bits.
struct Prefix {
  net::Address address;
  unsigned length = 0;

  [[nodiscard]] bool contains(const net::Address& other) const noexcept;
  [[nodiscard]] std::string text() const;
};
/// "192.0.2.1", "192.0.2.0/24", "2001:db8::/32".
std::optional<Prefix> parse_prefix(std::string_view text);

/// Where frames come from, for every command that reads captures.
struct Input {
  std::vector<std::string> paths;    ///< files, directories, "-"
  std::vector<std::uint16_t> ports;  ///< beyond 500 and 4500
};

/// What the operator gives to decrypt and verify with.
struct KeyOptions {
  std::vector<std::string> keys;         ///< key files, told by content
  std::vector<std::string> logs;         ///< charon's logs
  std::vector<std::string> psks;
  std::vector<std::string> authorities;  ///< files of certificates
  bool quiet = false;                    ///< no warnings about these files
};

enum class Format : std::uint8_t { text, json, asa, ndjson };
enum class Colour : std::uint8_t { automatic, always, never };

struct ReadOptions {
  Input input;
  KeyOptions keys;
  Format format = Format::text;
  report::TextOptions text;
  Colour colour = Colour::automatic;
  diagnose::Options judgement;
  track::Limits limits;
  std::optional<Prefix> peer;        ///< show only tunnels that have an end in it
  bool follow = false;               ///< the file is still being written
  bool merge = false;                ///< set the files' clocks by packets that are in several
};

struct DecodeOptions {
  Input input;
  KeyOptions keys;
  std::optional<std::uint64_t> packet;
  std::optional<Prefix> peer;        ///< only packets from or to it
};

struct ExtractOptions {
  Input input;
  std::string output;                ///< the pcapng file to write
  bool anonymise = false;
};

/// Which side used which of the candidates; `keys.psks` are their files.
struct CheckPskOptions {
  Input input;
  KeyOptions keys;
};

struct ExplainOptions {
  std::string word;                  ///< empty: list every word
};

enum class AssertFormat : std::uint8_t { text, junit, tap, json, github };

struct AssertOptions {
  Input input;                            ///< files, or none when there are interfaces
  std::vector<std::string> interfaces;
  std::vector<std::string> expectations;  ///< as written
  std::vector<std::string> expectation_files;
  std::optional<Duration> within;         ///< live: how long to wait at most
  std::vector<std::string> command;       ///< live: what to run, after `--`
  AssertFormat format = AssertFormat::text;
  std::string save_pcap;                  ///< directory for the packets of what failed; empty: keep none
  report::TextOptions text;
  Colour colour = Colour::automatic;
  diagnose::Options judgement;
};

/// Which packets the kernel passes to us.
struct FilterOptions {
  std::vector<std::uint16_t> ports;  ///< beyond 500 and 4500
  std::string only;                  ///< an expression of the operator's own; empty: none
  bool esp = false;
  bool decap = false;
};

struct WatchOptions {
  std::vector<std::string> interfaces;
  FilterOptions filter;
  Format format = Format::text;      ///< text or ndjson
  bool table = false;                ///< a screen in place of lines
  int verbose = 0;
  std::optional<Prefix> peer;
  diagnose::Options judgement;
  int buffer = 32;                   ///< MiB of the kernel's ring, per interface
  int snap_length = 2048;
  track::Limits limits{.attempts = 100'000, .esp_flows = 65'536};
  Colour colour = Colour::automatic;
  HelperOptions outside;
  bool sandbox = true;
};

/// --help, --version: print this and be done.
struct Print {
  std::string text;
};

using Command = std::variant<Print, ReadOptions, DecodeOptions, ExtractOptions, CheckPskOptions, ExplainOptions, AssertOptions, WatchOptions, FilterOptions>;

/// The command that `arguments` ask for, the program's own name first. Throws UsageError.
Command parse(std::span<const char* const> arguments);

}  // namespace ike::app
