#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ike/base/result.hpp"
#include "ike/base/time.hpp"
#include "ike/diagnose/finding.hpp"
#include "ike/net/endpoint.hpp"
#include "ike/track/position.hpp"

/// What somebody who tests a tunnel expects of it, as written on the command line, in a file or in a test:
///
///     192.0.2.1 <-> 198.51.100.7 up within 5s resends<=1 mode=main group>=14
///
/// The grammar is in the man page and in docs/testing.md.
namespace ike::expect {

/// One end of a tunnel: an address, all addresses that begin with its first `length` bits, or any address.
struct Peer {
  net::Address address;  ///< of family 0: any
  unsigned length = 0;

  [[nodiscard]] bool contains(const net::Address& other) const noexcept;
};

/// The tunnels between two peers.
struct Between {
  Peer first;
  Peer second;
  bool directed = false;  ///< `->`: `first` is the initiator of the newest attempt
};

/// Words that are true of a tunnel or not.
enum class State : std::uint8_t {
  healthy,     ///< up, closed, phase1-up or probe, without warnings: what is expected where nothing is said
  up,          ///< came up, and is up or was closed in good order
  phase1,      ///< phase 1 complete
  phase2,      ///< a Quick Mode complete
  stalled,
  rejected,    ///< stalled, and the other side said so
  flapping,
  closed,
  pending,
  phase1_up,
  probe,
  main,        ///< every attempt in Main Mode
  aggressive,  ///< any attempt in Aggressive Mode
  warnings,    ///< a finding of severity warning
};
std::string_view name(State state);

struct IsState {
  State state{};
  std::optional<Duration> within;  ///< from the tunnel's first packet; for healthy, up, phase1 and phase2
};
/// `with psk-mismatch`, `no weak-crypto`: whether the tunnel has that finding, whatever its severity.
struct HasFinding {
  diagnose::FindingId finding{};
};
/// `at MM_WAIT_MSG4`: one of both sides of the newest attempt stands there.
struct AtPosition {
  track::Position position{};
};
/// `never`: no tunnel between the peers at all.
struct Never {};

enum class Subject : std::uint8_t { tunnels, attempts, resends, quick_modes, lifetime, group, mode, encryption, hash, auth, esp };
enum class Relation : std::uint8_t { equal, unequal, less, at_most, more, at_least };
std::string_view name(Subject subject);
std::string_view name(Relation relation);

/// Which directions ESP was seen in.
enum class Esp : std::uint8_t { none, to_responder, to_initiator, both, any };

/// `resends<=1`, `encryption=AES-256`: a number, or the wire value of what is named.
struct Compare {
  Subject subject{};
  Relation relation{};
  std::uint64_t value = 0;
  std::uint16_t key_length = 0;  ///< encryption: in bits; 0: any
};

/// One condition; an expectation holds when all of its conditions do.
struct Condition {
  std::variant<IsState, HasFinding, AtPosition, Never, Compare> what;
  bool negated = false;
  std::string text;  ///< as written, blanks made single
};

/// Conditions about some tunnels: every tunnel that is meant has to meet all of them.
struct Expectation {
  std::string name;                ///< for reports; empty: `text`
  std::string text;                ///< as written
  std::optional<Between> between;  ///< nothing: every tunnel
  std::vector<Condition> conditions;

  [[nodiscard]] const std::string& title() const { return name.empty() ? text : name; }
  /// Whether it can hold although no tunnel is seen: nothing but `never`, negations and counts of tunnels.
  [[nodiscard]] bool allows_nothing() const;
  /// Whether ESP must be watched to judge it.
  [[nodiscard]] bool needs_esp() const;
};

/// Why a text is no expectation: where, and what could stand there.
struct SyntaxError {
  std::string text;        ///< the whole expectation
  std::size_t offset = 0;  ///< of the octet at fault; text.size(): something is missing at the end
  std::string expected;    ///< "expected a duration such as 5s or 500ms"
  std::string file;        ///< empty, or where the text stands: "tunnels.toml:7:10"

  /// `expected` with the file before it, then the text and a caret below the place, a line each.
  [[nodiscard]] std::string message() const;
};

template <typename Value>
using Parsed = Result<Value, SyntaxError>;

/// Reads one expectation.
Parsed<Expectation> parse(std::string_view text);

/// Reads a file of expectations in TOML: `expect` (a string or a list of them) at the top, and tables
/// `[[tunnel]]` with `peers` (two) or `initiator` and `responder`, `expect`, and a `name` if wanted. `file` is
/// its name, for errors. At most max_expectations.
Parsed<std::vector<Expectation>> parse_file(std::string_view toml, const std::string& file);
inline constexpr std::size_t max_expectations = 100'000;

/// What is expected where nothing is said: every tunnel is `healthy`.
Expectation everything_healthy();

}  // namespace ike::expect
