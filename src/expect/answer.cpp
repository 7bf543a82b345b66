#include "answer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/format.hpp"
#include "vocabulary.hpp"

// One condition against one tunnel.
namespace ike::expect {
namespace {

using diagnose::Finding;
using diagnose::FindingId;
using diagnose::Severity;
using diagnose::Verdict;
using report::TunnelReport;
using track::Attempt;
using track::Event;

Answer holds() { return {Standing::holds, {}, {}}; }
Answer so_far() { return {Standing::so_far, {}, {}}; }

const Finding* leading(const TunnelReport& one) {
  for (const Severity severity : {Severity::stall, Severity::warning}) {
    const auto found = std::ranges::find(one.diagnosis.findings, severity, &Finding::severity);
    if (found != one.diagnosis.findings.end()) return &*found;
  }
  return nullptr;
}

/// What is the matter with the tunnel, in a line.
Answer because(Standing standing, const TunnelReport& one) {
  std::string saw = fmt::format("it is {}", name(one.diagnosis.verdict));
  const Finding* const lead = leading(one);
  if (lead == nullptr) return {standing, std::move(saw), {}};
  saw += fmt::format(": {}: {} ({})", name(lead->id), report::word(*lead, one.tunnel).summary, name(lead->certainty));
  return {standing, std::move(saw), std::string{name(lead->id)}};
}

bool policy_refused(FindingId id) { return id == FindingId::no_proposal_chosen || id == FindingId::version_mismatch || id == FindingId::refused_msg1 || id == FindingId::refused_msg3 || id == FindingId::invalid_cookie; }
bool authentication_refused(FindingId id) {
  return id == FindingId::psk_mismatch || id == FindingId::auth_rejected || id == FindingId::identity_unknown || id == FindingId::xauth_failed || id == FindingId::modecfg_failed || id == FindingId::phase2_rejected;
}

/// When the other side first said what `finding` tells of: the first notify or the like among its evidence, else
/// the newest packet of it.
Time said_at(const Finding& finding, const track::Tunnel& tunnel) {
  Time first = Time::max();
  Time last{};
  for (const Event& event : tunnel.events) {
    const bool proves = std::ranges::any_of(finding.evidence, [&](const diagnose::Proof& proof) { return proof.packet == event.packet && proof.file == event.file; });
    if (!proves) continue;
    if (event.number == 0) first = std::min(first, event.time);
    last = std::max(last, event.time);
  }
  return first != Time::max() ? first : last;
}

/// The tunnel was refused in a way that waiting does not mend.
bool surely_refused(const TunnelReport& one, Time now) {
  if (one.diagnosis.verdict != Verdict::stalled) return false;
  return std::ranges::any_of(one.diagnosis.findings, [&](const Finding& finding) {
    if (finding.severity != Severity::stall || !finding.refused) return false;
    if (!policy_refused(finding.id) && !authentication_refused(finding.id)) return false;
    const Duration settles = authentication_refused(finding.id) ? authentication_settles : policy_settles;
    return report::since(now, said_at(finding, one.tunnel)) >= settles;
  });
}

bool phase2_seen(const TunnelReport& one) {
  return one.diagnosis.verdict == Verdict::up || std::ranges::any_of(one.tunnel.attempts, [](const Attempt& attempt) { return attempt.quick_modes_complete > 0; });
}

bool phase1_seen(const TunnelReport& one) {
  const auto& diagnosis = one.diagnosis;
  if (diagnosis.verdict == Verdict::up || diagnosis.verdict == Verdict::phase1_up || diagnosis.verdict == Verdict::closed) return true;
  return (is_active(diagnosis.positions.initiator) && is_active(diagnosis.positions.responder)) || phase2_seen(one);
}

bool is_up(const TunnelReport& one) { return one.diagnosis.verdict == Verdict::up || (one.diagnosis.verdict == Verdict::closed && phase2_seen(one)); }

bool has_warning(const TunnelReport& one) {
  return std::ranges::any_of(one.diagnosis.findings, [](const Finding& finding) { return finding.severity == Severity::warning; });
}

template <typename Which>
std::optional<Time> first_event(const track::Tunnel& tunnel, Which which) {
  std::optional<Time> first;
  for (const Event& event : tunnel.events) {
    if (event.is_message() && !event.is_copy() && which(event) && (!first || event.time < *first)) first = event.time;
  }
  return first;
}

/// When the first Quick Mode, or the first phase 1, was complete; nothing when that was not seen.
std::optional<Time> completed_at(State state, const track::Tunnel& tunnel) {
  if (state != State::phase1) return first_event(tunnel, [](const Event& event) { return event.exchange == track::ExchangeType::quick_mode && event.number >= 3; });
  return first_event(tunnel, [](const Event& event) {
    if (event.is_phase1()) return event.number == (event.exchange == track::ExchangeType::aggressive ? 3 : 6);
    return event.exchange == track::ExchangeType::quick_mode || event.exchange == track::ExchangeType::transaction;
  });
}

Time begin_of(const track::Tunnel& tunnel) {
  Time begin = Time::max();
  for (const Attempt& attempt : tunnel.attempts) begin = std::min(begin, attempt.first);
  return begin;
}

/// `reached` within the time that the condition allows.
Answer in_time(const IsState& is, const TunnelReport& one, Time now, Answer reached) {
  if (!is.within || one.tunnel.attempts.empty()) return reached;
  const Time begin = begin_of(one.tunnel);
  const bool done = reached.standing == Standing::holds || reached.standing == Standing::so_far;
  if (done) {
    const auto at = completed_at(is.state, one.tunnel);
    if (!at) return {Standing::open, "when it came up was not seen", {}};
    const Duration took = report::since(*at, begin);
    return took <= *is.within ? reached : Answer{Standing::failed, fmt::format("it took {}", report::span_text(took)), {}};
  }
  if (const Duration passed = report::since(now, begin); reached.standing == Standing::open && passed > *is.within) {
    reached.standing = Standing::failed;
    reached.saw += fmt::format(", {} after its first message", report::span_text(passed));
  }
  return reached;
}

Answer up(const TunnelReport& one, Time now, bool reached) {
  if (reached) return holds();
  return because(surely_refused(one, now) ? Standing::failed : Standing::open, one);
}

Answer healthy(const TunnelReport& one, Time now) {
  const Verdict verdict = one.diagnosis.verdict;
  if (has_warning(one) && verdict != Verdict::stalled) return because(Standing::open, one);
  if (is_up(one)) return holds();
  if (verdict == Verdict::closed || verdict == Verdict::phase1_up || verdict == Verdict::probe) return so_far();
  return because(verdict == Verdict::flapping || surely_refused(one, now) ? Standing::failed : Standing::open, one);
}

bool any_mode(const TunnelReport& one, track::ExchangeType mode) {
  return std::ranges::any_of(one.tunnel.attempts, [&](const Attempt& attempt) { return attempt.mode == mode; });
}

Answer mode(const TunnelReport& one, track::ExchangeType wanted) {
  const bool main = any_mode(one, track::ExchangeType::identity_protection);
  const bool aggressive = any_mode(one, track::ExchangeType::aggressive);
  if (wanted == track::ExchangeType::aggressive) {
    if (aggressive) return phase1_seen(one) ? holds() : so_far();
    return {Standing::open, main ? "it is Main Mode" : "no phase 1 was seen", {}};
  }
  if (aggressive) return {Standing::failed, "it is Aggressive Mode", {}};
  if (!main) return {Standing::open, "no phase 1 was seen", {}};
  return phase1_seen(one) ? holds() : so_far();
}

Answer is_verdict(const TunnelReport& one, bool is, bool lasts) {
  if (!is) return because(Standing::open, one);
  return lasts ? holds() : so_far();
}

Answer state(const IsState& is, const TunnelReport& one, Time now) {
  const Verdict verdict = one.diagnosis.verdict;
  switch (is.state) {
    case State::healthy: return in_time(is, one, now, healthy(one, now));
    case State::up: return in_time(is, one, now, up(one, now, is_up(one)));
    case State::phase1: return in_time(is, one, now, up(one, now, phase1_seen(one)));
    case State::phase2: return in_time(is, one, now, up(one, now, phase2_seen(one)));
    case State::stalled: return is_verdict(one, verdict == Verdict::stalled, true);
    case State::rejected: return is_verdict(one, verdict == Verdict::stalled && one.diagnosis.refused, true);
    case State::flapping: return is_verdict(one, verdict == Verdict::flapping, true);
    case State::closed: return is_verdict(one, verdict == Verdict::closed, true);
    case State::pending: return is_verdict(one, verdict == Verdict::pending, false);
    case State::phase1_up: return is_verdict(one, verdict == Verdict::phase1_up, false);
    case State::probe: return is_verdict(one, verdict == Verdict::probe, false);
    case State::main: return mode(one, track::ExchangeType::identity_protection);
    case State::aggressive: return mode(one, track::ExchangeType::aggressive);
    case State::warnings: return has_warning(one) ? holds() : Answer{Standing::open, "there is no warning", {}};
  }
  return {};
}

/// Whether what is so now stays so, whatever else happens.
bool lasts(State state, const TunnelReport& one, Time now) {
  switch (state) {
    case State::up:
    case State::phase1:
    case State::phase2:
    case State::aggressive:
    case State::flapping: return true;
    case State::stalled:
    case State::rejected: return surely_refused(one, now);
    default: return false;
  }
}

Answer negated_state(const IsState& is, const TunnelReport& one, Time now) {
  const Standing now_is = state({is.state, std::nullopt}, one, now).standing;
  if (now_is != Standing::holds && now_is != Standing::so_far) return so_far();
  const Standing standing = lasts(is.state, one, now) ? Standing::failed : Standing::open;
  if (is.state == State::main || is.state == State::aggressive) return {standing, fmt::format("it is {} Mode", is.state == State::main ? "Main" : "Aggressive"), {}};
  Answer found = because(standing, one);
  const bool was_up = is.state == State::up || is.state == State::phase1 || is.state == State::phase2;
  if (was_up && one.diagnosis.verdict == Verdict::closed) found.saw += fmt::format(", so it was {}", is.state == State::up ? "up before" : "reached before");
  return found;
}

Answer has_finding(FindingId id, bool negated, const TunnelReport& one) {
  const auto found = std::ranges::find(one.diagnosis.findings, id, &Finding::id);
  if (found == one.diagnosis.findings.end()) {
    if (negated) return so_far();
    Answer absent = because(Standing::open, one);
    if (absent.finding.empty()) absent.saw += ", without that finding";
    return absent;
  }
  if (!negated) return holds();
  // A stall or a warning may be made good yet; a remark stays.
  const Standing standing = found->severity == Severity::remark ? Standing::failed : Standing::open;
  return {standing, fmt::format("{}: {} ({})", name(id), report::word(*found, one.tunnel).summary, name(found->certainty)), std::string{name(id)}};
}

Answer at_position(track::Position position, bool negated, const TunnelReport& one) {
  const auto& at = one.diagnosis.positions;
  const bool there = at.initiator == position || at.responder == position;
  if (there != negated) return negated ? so_far() : holds();
  const auto text = [](track::Position where) { return where == track::Position::unseen ? std::string_view{"-"} : asa_name(where); };
  return {Standing::open, fmt::format("initiator {}, responder {}", text(at.initiator), text(at.responder)), {}};
}

const isakmp::Phase1Policy* policy_of(const track::Tunnel& tunnel) {
  for (auto attempt = tunnel.attempts.rbegin(); attempt != tunnel.attempts.rend(); ++attempt) {
    if (const auto* const policy = attempt->chosen()) return policy;
  }
  return nullptr;
}

bool related(std::uint64_t value, const Compare& compare) {
  switch (compare.relation) {
    case Relation::equal: return value == compare.value;
    case Relation::unequal: return value != compare.value;
    case Relation::less: return value < compare.value;
    case Relation::at_most: return value <= compare.value;
    case Relation::more: return value > compare.value;
    case Relation::at_least: return value >= compare.value;
  }
  return false;
}

std::uint64_t policy_value(Subject subject, const isakmp::Phase1Policy& policy) {
  switch (subject) {
    case Subject::lifetime: return policy.life_seconds;
    case Subject::group: return number(policy.group);
    case Subject::hash: return number(policy.hash);
    case Subject::auth: return number(policy.auth);
    default: return number(policy.encryption);
  }
}

Answer policy(const Compare& compare, const TunnelReport& one) {
  const auto* const chosen = policy_of(one.tunnel);
  if (chosen == nullptr) return {Standing::open, "no chosen policy was seen", {}};
  const std::uint64_t value = policy_value(compare.subject, *chosen);
  bool met = related(value, compare);
  if (compare.subject == Subject::encryption && compare.key_length != 0) {
    const bool same = value == compare.value && chosen->key_length == compare.key_length;
    met = same == (compare.relation == Relation::equal);
  }
  if (met) return phase1_seen(one) ? holds() : so_far();
  const std::string given = compare.subject == Subject::group ? fmt::format("group {} ({})", value, label(chosen->group)) : isakmp::to_string(*chosen);
  return {phase1_seen(one) ? Standing::failed : Standing::open, "chosen was " + given, {}};
}

Answer esp(const Compare& compare, const TunnelReport& one) {
  std::uint64_t to_responder = 0;
  std::uint64_t to_initiator = 0;
  for (const track::EspFlow& flow : one.tunnel.esp) (flow.source == one.tunnel.peers[0] ? to_responder : to_initiator) += flow.packets;
  const Esp seen = to_responder && to_initiator ? Esp::both : to_responder ? Esp::to_responder : to_initiator ? Esp::to_initiator : Esp::none;
  const Esp wanted{static_cast<std::uint8_t>(compare.value)};
  const bool equal = wanted == Esp::any ? seen != Esp::none : wanted == seen;
  const bool final = seen == Esp::both;  // more can't be seen
  if (equal == (compare.relation == Relation::equal)) return final || (wanted == Esp::any && equal) ? holds() : so_far();
  // Less than wanted may still come; more than wanted can't be taken back.
  const bool can_come = compare.relation == Relation::equal ? !final && wanted != Esp::none && (seen == Esp::none || wanted == Esp::both) : !final && wanted != Esp::any;
  return {can_come ? Standing::open : Standing::failed, fmt::format("ESP packets: {} to the responder, {} to the initiator", to_responder, to_initiator), {}};
}

Answer compare_tunnel(const Compare& compare, const TunnelReport& one) {
  const auto& attempts = one.tunnel.attempts;
  std::uint64_t count = 0;
  switch (compare.subject) {
    case Subject::attempts: count = attempts.size() + one.tunnel.attempts_left_out; break;
    case Subject::resends:
      for (const Attempt& attempt : attempts) count += attempt.resends;
      break;
    case Subject::quick_modes:
      for (const Attempt& attempt : attempts) count += attempt.quick_modes_complete;
      break;
    case Subject::mode: {
      const bool main = (compare.value == number(track::ExchangeType::identity_protection)) == (compare.relation == Relation::equal);
      return mode(one, main ? track::ExchangeType::identity_protection : track::ExchangeType::aggressive);
    }
    case Subject::esp: return esp(compare, one);
    default: return policy(compare, one);
  }
  return answer_count(compare, count);
}

}  // namespace

Answer answer_count(const Compare& compare, std::uint64_t count) {
  const bool grows_into_it = compare.relation == Relation::more || compare.relation == Relation::at_least;
  if (related(count, compare)) return grows_into_it ? holds() : so_far();
  const bool may_come = grows_into_it || compare.relation == Relation::unequal || (compare.relation == Relation::equal && count < compare.value);
  return {may_come ? Standing::open : Standing::failed, fmt::format("{}: {}", name(compare.subject), count), {}};
}

bool about_tunnels(const Condition& condition) {
  const auto* const compare = std::get_if<Compare>(&condition.what);
  return std::holds_alternative<Never>(condition.what) || (compare != nullptr && compare->subject == Subject::tunnels);
}

Answer answer(const Condition& condition, const TunnelReport& one, Time now) {
  if (const auto* const is = std::get_if<IsState>(&condition.what)) return condition.negated ? negated_state(*is, one, now) : state(*is, one, now);
  if (const auto* const finding = std::get_if<HasFinding>(&condition.what)) return has_finding(finding->finding, condition.negated, one);
  if (const auto* const at = std::get_if<AtPosition>(&condition.what)) return at_position(at->position, condition.negated, one);
  return compare_tunnel(std::get<Compare>(condition.what), one);
}

}  // namespace ike::expect
