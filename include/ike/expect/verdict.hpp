#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ike/expect/expectation.hpp"
#include "ike/report/report.hpp"

/// Expectations held against a report:
///
///     const auto verdict = ike::expect::judge(analyzer.report({}), {*ike::expect::parse("any <-> any up")});
///     CHECK_MESSAGE(verdict.passed(), to_text(verdict, report));
namespace ike::expect {

/// How an expectation stands. Once everything is over it either holds or has failed.
enum class Standing : std::uint8_t {
  holds,   ///< reached: no more needs to be seen
  so_far,  ///< nothing speaks against it yet; only the end can tell
  open,    ///< not yet, but it may come
  failed,  ///< it can't come true any more
};

/// Why an expectation does not hold.
struct Reason {
  std::optional<std::size_t> tunnel;  ///< index into Report::tunnels; nothing: no tunnel was seen
  std::string condition;              ///< the condition, as written
  std::string saw;                    ///< "it is stalled: psk-mismatch: ..."
  std::string finding;                ///< id of the finding that explains it, or empty
};
inline constexpr std::size_t max_reasons = 100;  ///< kept of one expectation

struct Judgement {
  Expectation expectation;
  Standing standing = Standing::open;
  std::size_t tunnels = 0;      ///< how many it is about
  std::vector<Reason> reasons;  ///< empty when it holds
  std::size_t reasons_left_out = 0;
};

enum class Outcome : std::uint8_t {
  undecided,  ///< before the end only
  passed,
  failed,
  nothing,    ///< no IKE was seen where some was expected
};

struct Verdict {
  std::vector<Judgement> judgements;
  Outcome outcome = Outcome::undecided;

  [[nodiscard]] bool passed() const noexcept { return outcome == Outcome::passed; }
  [[nodiscard]] std::size_t failures() const noexcept;
};

/// Holds `expectations` against `report`. `over`: nothing more will come, as with a capture file; else time is
/// the report's last_time, and what may still come true is left open. A failure is sure before the end only when
/// waiting can't mend it: see docs/testing.md.
Verdict judge(const report::Report& report, std::span<const Expectation> expectations, bool over = true);

/// How long after a refusal a failure is sure, if nothing better came meanwhile: of the authentication or what
/// follows it; of the policy, which a daemon that is still loading its configuration refuses as well.
inline constexpr Duration authentication_settles = std::chrono::seconds{1};
inline constexpr Duration policy_settles = std::chrono::seconds{5};

}  // namespace ike::expect
