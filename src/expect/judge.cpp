#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "answer.hpp"

namespace ike::expect {
namespace {

using report::Report;
using report::TunnelRow;

constexpr Standing worse(Standing a, Standing b) { return std::max(a, b); }

/// Rows by the addresses of their ends: of many expectations each is about few tunnels.
class Rows {
 public:
  explicit Rows(const Report& report) : report_{report} {
    for (std::size_t i = 0; i < report.tunnels.size(); ++i) {
      by_end_[report.tunnels[i].initiator].push_back(i);
      if (report.tunnels[i].responder != report.tunnels[i].initiator) by_end_[report.tunnels[i].responder].push_back(i);
      all_.push_back(i);
    }
  }

  [[nodiscard]] std::vector<std::size_t> meant_by(const Expectation& expectation) const {
    if (!expectation.between) return all_;
    const Between& between = *expectation.between;
    std::vector<std::size_t> rows;
    for (const std::size_t row : candidates(between)) {
      const net::Address& initiator = report_.tunnels[row].initiator;
      const net::Address& responder = report_.tunnels[row].responder;
      const bool forward = between.first.contains(initiator) && between.second.contains(responder);
      const bool backward = !between.directed && between.first.contains(responder) && between.second.contains(initiator);
      if (forward || backward) rows.push_back(row);
    }
    return rows;
  }

 private:
  [[nodiscard]] const std::vector<std::size_t>& candidates(const Between& between) const {
    static const std::vector<std::size_t> none;
    for (const Peer& peer : {between.first, between.second}) {
      if (peer.address.family == 0 || peer.length != peer.address.wire().size() * 8) continue;
      const auto found = by_end_.find(peer.address);
      return found == by_end_.end() ? none : found->second;
    }
    return all_;
  }

  const Report& report_;
  std::map<net::Address, std::vector<std::size_t>> by_end_;
  std::vector<std::size_t> all_;
};

void give_reason(Judgement& judgement, Reason reason) {
  if (judgement.reasons.size() < max_reasons) judgement.reasons.push_back(std::move(reason));
  else ++judgement.reasons_left_out;
}

/// Conditions on the number of tunnels; holds where there are none.
Standing judge_number(Judgement& judgement, std::span<const std::size_t> rows, const Report& report) {
  Standing standing = Standing::holds;
  for (const Condition& condition : judgement.expectation.conditions) {
    if (!about_tunnels(condition)) continue;
    Answer given;
    if (const auto* const compare = std::get_if<Compare>(&condition.what)) {
      given = answer_count(*compare, rows.size());
    } else if (rows.empty()) {
      given.standing = Standing::so_far;
    } else {
      const TunnelRow& row = report.tunnels[rows.front()];
      given = {Standing::failed, fmt::format("there is one, {}", name(row.verdict)), {}};
    }
    standing = worse(standing, given.standing);
    if (given.standing >= Standing::open) give_reason(judgement, {rows.empty() || !std::holds_alternative<Never>(condition.what) ? std::nullopt : std::optional{rows.front()}, condition.text, given.saw, {}});
  }
  return standing;
}

/// Conditions on one tunnel. It is done when none is open and at least one needs no more.
Standing judge_tunnel(Judgement& judgement, std::size_t row, const Report& report) {
  const report::TunnelReport one = report.open(report.tunnels[row]);
  bool reached = false;
  Standing worst = Standing::holds;
  for (const Condition& condition : judgement.expectation.conditions) {
    if (about_tunnels(condition)) continue;
    Answer given = answer(condition, one, report.capture.last_time);
    reached = reached || given.standing == Standing::holds;
    worst = worse(worst, given.standing);
    if (given.standing >= Standing::open) give_reason(judgement, {row, condition.text, std::move(given.saw), std::move(given.finding)});
  }
  return worst == Standing::so_far && reached ? Standing::holds : worst;
}

Judgement judge_one(const Expectation& expectation, const Rows& rows, const Report& report) {
  Judgement judgement;
  judgement.expectation = expectation;
  const std::vector<std::size_t> meant = rows.meant_by(expectation);
  judgement.tunnels = meant.size();
  const bool on_tunnels = !std::ranges::all_of(expectation.conditions, about_tunnels);
  const Standing number = judge_number(judgement, meant, report);
  if (!on_tunnels) {
    judgement.standing = number;
  } else if (meant.empty()) {
    judgement.standing = worse(number, expectation.allows_nothing() ? Standing::so_far : Standing::open);
    if (judgement.standing == Standing::open && judgement.reasons.empty()) {
      give_reason(judgement, {std::nullopt, expectation.conditions.front().text, report.tunnels.empty() ? "no IKE was seen" : "no IKE was seen between these peers", {}});
    }
  } else {
    Standing tunnels = Standing::holds;
    for (const std::size_t row : meant) tunnels = worse(tunnels, judge_tunnel(judgement, row, report));
    judgement.standing = number >= Standing::open ? worse(number, tunnels) : tunnels;
  }
  return judgement;
}

Outcome outcome_of(const std::vector<Judgement>& judgements, bool over, const Report& report) {
  const auto all = [&](Standing standing) { return std::ranges::all_of(judgements, [&](const Judgement& one) { return one.standing == standing; }); };
  const bool nothing = report.tunnels.empty() && report.capture.ike_packets == 0;
  if (all(Standing::holds)) return Outcome::passed;
  if (std::ranges::none_of(judgements, [](const Judgement& one) { return one.standing == Standing::failed; })) return Outcome::undecided;
  return over && nothing ? Outcome::nothing : Outcome::failed;
}

}  // namespace

std::size_t Verdict::failures() const noexcept {
  return static_cast<std::size_t>(std::ranges::count(judgements, Standing::failed, &Judgement::standing));
}

Verdict judge(const Report& report, std::span<const Expectation> expectations, bool over) {
  Verdict verdict;
  const Rows rows{report};
  verdict.judgements.reserve(expectations.size());
  for (const Expectation& expectation : expectations) {
    Judgement judgement = judge_one(expectation, rows, report);
    if (over) judgement.standing = judgement.standing >= Standing::open ? Standing::failed : Standing::holds;
    if (judgement.standing == Standing::holds) judgement.reasons.clear();
    verdict.judgements.push_back(std::move(judgement));
  }
  verdict.outcome = outcome_of(verdict.judgements, over, report);
  return verdict;
}

}  // namespace ike::expect
