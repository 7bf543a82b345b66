// The judgement of a tunnel: every rule on every attempt, the newest attempt decides.
#include <algorithm>

#include "story.hpp"

namespace ike::diagnose {

namespace {

// From the surest to the vaguest; the report keeps this order within an attempt.
constexpr std::array phase1_rules{
    Rule{icmp_refused}, Rule{version_refused}, Rule{no_proposal_chosen}, Rule{identity_unknown}, Rule{refused_msg1},  Rule{refused_msg3}, Rule{invalid_cookie}, Rule{nat_t_blocked}, Rule{fragment_loss},
    Rule{psk_mismatch}, Rule{auth_rejected},   Rule{reply_lost},         Rule{no_reply_msg1},    Rule{no_msg3},       Rule{no_reply_msg3}, Rule{no_msg5},       Rule{no_reply_msg5}, Rule{missing_sa},
};
constexpr std::array phase2_rules{
    Rule{icmp_refused}, Rule{invalid_cookie}, Rule{xauth_failed}, Rule{modecfg_failed}, Rule{phase2_rejected}, Rule{peer_gone}, Rule{phase2_reply_lost}, Rule{phase2_no_reply}, Rule{phase2_half_open},
};

bool has_phase1_or_2(const Story& story) { return story.step[1].any() || story.step[2].any() || story.step[3].any() || story.step[4].any() || story.step[5].any() || story.step[6].any() || !story.children.empty(); }

bool came_up(const Story& story) { return story.phase1_complete() && story.quick_mode_complete(); }

// The capture's clock was set back: what comes later in the file is dated long before.
bool clock_was_set_back(const Attempt& attempt) {
  constexpr Duration more_than_order = std::chrono::seconds{1};
  for (std::size_t i = 1; i < attempt.events.size(); ++i) {
    const auto& before = attempt.events[i - 1];
    const auto& event = attempt.events[i];
    if (event.file == before.file && event.packet < before.packet && event.time - before.time > more_than_order) return true;
  }
  return false;
}

// A message of phase 1 without the one that it answers: that one passed unseen, and others may have.
bool has_gaps(const Story& story) {
  for (std::size_t number = 2; number < story.step.size(); ++number) {
    if (story.step[number].any() && !story.step[number - 1].any()) return true;
  }
  return false;
}

// What an observer may have missed, he can't tell from what was never sent.
bool has_poor_view(const Story& story) {
  const auto& attempt = *story.attempt;
  const bool inside = attempt.initiator_assumed && !story.step[1].any();
  // Headers tell who said what when; only where they don't tell which message it was does a cut hide something.
  const bool cut = std::ranges::any_of(attempt.events, [](const Event& event) { return event.cut && event.is_phase1() && event.number == 0; });
  // What passed twice at one point makes the view doubtful; the same packet at two points makes it better.
  const bool doubled = attempt.copies > 0 && (!two_points(story) || std::ranges::any_of(attempt.events, [&](const Event& event) {
    return event.is_copy() && attempt.events[event.copy_of].file == event.file;
  }));
  return story.one_sided || inside || cut || doubled || has_gaps(story) || story.capture->kernel_drops > 0 || clock_was_set_back(attempt);
}

void lower_certainty(const Story& story, Finding& finding) {
  if (finding.refused) return;
  if (finding.certainty == Certainty::likely) finding.certainty = Certainty::possible;
  if (story.one_sided) finding.segment = Segment::unknown;
}

bool is_about_sealed_messages(FindingId id) {
  switch (id) {
    case FindingId::psk_mismatch:
    case FindingId::auth_rejected:
    case FindingId::no_reply_msg5:
    case FindingId::xauth_failed:
    case FindingId::modecfg_failed:
    case FindingId::phase2_rejected:
    case FindingId::phase2_no_reply: return true;
    default: return false;
  }
}

bool is_no_reply(FindingId id) { return id == FindingId::no_reply_msg1 || id == FindingId::no_reply_msg3 || id == FindingId::no_reply_msg5; }

std::vector<Finding> findings_of(const Story& story) {
  std::vector<Finding> found;
  const auto run = [&](std::span<const Rule> rules) {
    for (const auto rule : rules) {
      auto finding = rule(story);
      if (finding && std::ranges::none_of(found, [&](const Finding& earlier) { return earlier.id == finding->id; })) found.push_back(std::move(*finding));
    }
  };
  if (!story.phase1_complete()) run(phase1_rules);
  // The ICMP error says why there is no reply.
  if (!found.empty() && found.front().id == FindingId::icmp_refused) std::erase_if(found, [](const Finding& finding) { return is_no_reply(finding.id); });
  if ((story.any_active() && !story.settled()) || speaks_under_esp(story)) run(phase2_rules);
  if (found.empty()) return found;
  const bool poor_view = has_poor_view(story);
  const bool gaps = has_gaps(story) && !story.attempt->initiator_assumed;
  const auto between = lost_between(story);
  for (auto& finding : found) {
    if (poor_view) lower_certainty(story, finding);
    // That something encrypted refuses is told by what stands beside it.
    if (gaps && finding.encrypted_refusal && finding.certainty == Certainty::likely) finding.certainty = Certainty::possible;
    if (finding.severity == Severity::stall) finding.between = between;
    if (confirm(story, finding)) continue;
    if (is_about_sealed_messages(finding.id)) add_size_evidence(story, finding);
  }
  std::ranges::stable_sort(found, {}, &Finding::id);
  return found;
}

// Flows of ESP that `counts` are there in both directions.
template <typename Counts>
bool esp_both_ways(const Story& story, const Tunnel& tunnel, Counts counts) {
  bool out = false;
  bool back = false;
  for (const auto& flow : tunnel.esp) {
    if (counts(flow)) (flow.source == story.attempt->initiator.address ? out : back) = true;
  }
  return out && back;
}

// Both sides showed life under `story` after `since`: messages, a Quick Mode completed, or ESP both ways.
bool lives_after(const Story& story, const Tunnel& tunnel, Time since) {
  const auto after = [&](const Event* event) { return event != nullptr && event->time > since; };
  if (after(story.last_from[0]) && after(story.last_from[1])) return true;
  return esp_both_ways(story, tunnel, [&](const track::EspFlow& flow) { return flow.last > since; });
}

// ESP passes in both directions since the attempt began: a phase 2 stands whose Quick Mode was not captured.
bool esp_both_ways(const Story& story, const Tunnel& tunnel) {
  return esp_both_ways(story, tunnel, [&](const track::EspFlow& flow) { return flow.last >= story.attempt->first; });
}

// Ended in good order: one side says two or more Informationals in a row (Deletes: IPsec SAs, then the
// ISAKMP SA), the other at most the same, and nothing follows.
bool closed(const Story& story, const Tunnel& tunnel) {
  // What is in clear may be anybody's, Deletes too once both sides encrypt.
  const auto counts = [&](const Event& event) { return event.is_message() && !event.is_copy() && (event.encrypted || (event.has_delete && !story.phase1_complete()) || event.exchange != ExchangeType::informational); };
  const Event* last = nullptr;
  for (const auto& event : story.attempt->events) {
    if (counts(event)) last = &event;
  }
  if (last == nullptr || last->exchange != ExchangeType::informational) return false;
  std::array<std::uint32_t, 2> said{};
  bool deleted = false;
  for (const auto* info : story.informationals) {
    if (!counts(*info) || last->time - info->time > burst || (info->is_resend() && last->time - story.attempt->events[info->resend_of].time <= burst)) continue;
    ++said[info->from == Side::initiator ? 0 : 1];
    deleted |= info->has_delete;
  }
  const bool esp_follows = std::ranges::any_of(tunnel.esp, [&](const auto& flow) { return flow.last > last->time + burst; });
  return (deleted || std::max(said[0], said[1]) >= 2) && !esp_follows;
}

// Up and down again: an attempt that was up had ended when the next one began, long before its time.
std::uint32_t flaps(const std::vector<Story>& stories, const Tunnel& tunnel) {
  std::uint32_t count = 0;
  constexpr Duration short_lived = std::chrono::minutes{15};
  for (std::size_t i = 0; i + 1 < stories.size(); ++i) {
    const auto& story = stories[i];
    if (!came_up(story) || !closed(story, tunnel)) continue;
    if (story.attempt->last <= stories[i + 1].attempt->first && story.attempt->last - story.attempt->first < short_lived) ++count;
  }
  return count;
}

// What `silent` said last under an SA that was up, ESP included, and what the other side said in vain since. Whose ESP
// goes on after `renewed` lives, and only its IKE is silent.
void add_last_life(Finding& finding, const Story& story, Side silent, Time renewed) {
  const auto& address = silent == Side::initiator ? story.attempt->initiator.address : story.attempt->responder.address;
  auto last = proof(*story.last_from[silent == Side::initiator ? 0 : 1]);
  Time when = story.last_from[silent == Side::initiator ? 0 : 1]->time;
  const bool still_sends = std::ranges::any_of(story.tunnel->esp, [&](const track::EspFlow& flow) { return flow.source == address && flow.last > renewed; });
  for (const auto& flow : story.tunnel->esp) {
    if (still_sends || flow.source != address || flow.last <= when) continue;
    when = flow.last;
    last = {flow.file, flow.last_packet, "ESP"};
  }
  finding.waited = story.capture->last - when;
  finding.detail = net::to_string(address) + (still_sends ? " still sends ESP; its last IKE message is packet " : " was last heard in packet ") + std::to_string(last.packet) + " (" + last.what + ")";
  last.what += still_sends ? ", its last IKE message" : ", the last that was heard of it";
  finding.evidence.push_back(std::move(last));
  Sent calls;
  for (const auto& event : story.attempt->events) {
    if (event.is_message() && !event.is_copy() && event.from == other(silent) && event.time > when) calls.add(event);
  }
  if (!calls.any()) return;
  prove(finding, calls);
  const auto& other_side = silent == Side::initiator ? story.attempt->responder.address : story.attempt->initiator.address;
  finding.detail += ". " + net::to_string(other_side) + " then sent " + std::to_string(calls.count) + (calls.count == 1 ? " message" : " messages") + " under that SA without an answer (packet" +
                    (calls.count == 1 ? " " + std::to_string(calls.first->packet) : "s " + std::to_string(calls.first->packet) + " to " + std::to_string(calls.last->packet)) + ")";
}

// After an SA that was up, the peer answered nothing any more, and now it does not answer message 1 either.
// Its silence under that SA is told here, and no second time.
std::optional<Finding> gone_before(std::span<const Story> stories, const Tunnel& tunnel, std::span<std::vector<Finding>> by_attempt) {
  const auto& newest = stories.back();
  if (stories.size() < 2 || !newest.step[1].any() || newest.first_from[1] != nullptr || !newest.overdue(newest.step[1])) return std::nullopt;
  for (std::size_t i = stories.size() - 1; i-- > 0;) {
    const auto& earlier = stories[i];
    if (!came_up(earlier)) continue;
    const bool same_way = earlier.attempt->initiator.address == newest.attempt->initiator.address;
    const auto* silent = earlier.last_from[same_way ? 1 : 0];
    const auto* speaking = earlier.last_from[same_way ? 0 : 1];
    if (silent == nullptr || speaking == nullptr || speaking->time - silent->time < newest.options->patience / 2) return std::nullopt;
    if (closed(earlier, tunnel) && std::ranges::count_if(earlier.informationals, [&](const Event* info) { return info->time > silent->time; }) < 3) return std::nullopt;
    auto finding = newest.finding(FindingId::peer_gone, Certainty::likely);
    finding.side = Side::responder;
    finding.position = newest.at.initiator;
    finding.segment = Segment::observer_responder;
    finding.times_sent = newest.step[1].count;
    add_last_life(finding, earlier, same_way ? Side::responder : Side::initiator, newest.step[1].first->time);
    prove(finding, newest.step[1]);
    confirm(earlier, finding);
    std::erase_if(by_attempt[i], [](const Finding& same) { return same.id == FindingId::peer_gone; });
    for (auto& later : by_attempt.subspan(i + 1)) std::erase_if(later, [](const Finding& same) { return same.id == FindingId::no_reply_msg1; });
    return finding;
  }
  return std::nullopt;
}

// When flows of ESP began, by direction and in order of time: looked up for every attempt, and both may be many.
class EspStarts {
 public:
  explicit EspStarts(const Tunnel& tunnel) : one_end_{tunnel.peers[0]} {
    for (const auto& flow : tunnel.esp) starts_[flow.source == one_end_ ? 0 : 1].push_back(flow.first);
    for (auto& starts : starts_) std::ranges::sort(starts);
  }

  /// ESP both ways that began from `since` on and before `until`.
  [[nodiscard]] bool both_ways(Time since, Time until) const {
    return std::ranges::all_of(starts_, [&](const auto& starts) {
      const auto next = std::ranges::lower_bound(starts, since);
      return next != starts.end() && *next < until;
    });
  }

 private:
  net::Address one_end_;
  std::array<std::vector<Time>, 2> starts_;
};

// What ESP both ways does not disprove: the end of an SA that was up.
bool ends_an_sa(const Finding& finding) { return finding.id == FindingId::peer_gone || finding.id == FindingId::invalid_cookie; }

Status status_of(const Story& story, bool refused, bool stalled, bool later) {
  if (story.phase1_complete()) return Status::complete;
  if (refused) return Status::refused;
  if (later && !stalled) return Status::superseded;
  if (stalled) return Status::stalled;
  const bool again = std::ranges::any_of(story.step, [](const Sent& sent) { return sent.again(); });
  return again ? Status::retrying : Status::waiting;
}

// One Quick Mode of several fails, and another stands.
bool only_a_further_quick_mode_fails(const Story& story, const std::vector<Finding>& findings) {
  auto standing = std::max(story.attempt->quick_modes_complete, story.quick_modes);
  for (const auto& finding : findings) {
    if (ends_an_sa(finding)) return false;
    const auto is_its = [&](const Child& child) { return child.type == ExchangeType::quick_mode && child.message_id == finding.message_id && child.complete(); };
    if (finding.id == FindingId::phase2_half_open && standing > 0 && std::ranges::any_of(story.children, is_its)) --standing;
  }
  return standing > 0;
}

// What would be found if the silence lasted: a warning for a tunnel too young to judge.
void add_warning_of_silence(const Story& shown, const Options& options, std::vector<Finding>& findings) {
  auto story = shown;
  auto impatient = options;
  impatient.patience = options.patience / 4;
  story.options = &impatient;
  for (auto& finding : findings_of(story)) {
    finding.severity = Severity::warning;
    const bool proven = shown.attempt->opened != nullptr && finding.certainty == Certainty::confirmed;
    if (!proven) finding.certainty = Certainty::possible;
    findings.push_back(std::move(finding));
    return;
  }
}

// Encrypted Informationals alone, under cookies whose phase 1 lies before the capture: an SA that others renew.
bool is_older_sa(const Attempt& attempt) {
  return !attempt.events.empty() && std::ranges::all_of(attempt.events, [](const Event& event) { return event.is_message() && event.encrypted && event.exchange == ExchangeType::informational; });
}

// One message that nobody answered and nobody sent again: anybody can send that.
bool is_lone(const Story& story) { return story.attempt->events.size() == 1 && story.attempt->events_left_out == 0 && story.attempt->events.front().is_message(); }

// One message 1 that was not sent again, and answers in clear at most: anybody can send all of that.
bool anybody_can_send(const Story& story) {
  if (story.step[1].count != 1 || story.attempt->events_left_out > 0) return false;
  return std::ranges::none_of(story.attempt->events, [&](const Event& event) {
    return event.is_message() && !event.is_copy() && (event.encrypted || (event.from == Side::initiator && event.is_phase1() && event.number != 1));
  });
}

// Up, not ended as far as was seen, and nobody spoke in vain under it.
bool rests(const Story& story, const Tunnel& tunnel, const std::vector<Finding>& findings) {
  if (!came_up(story) || closed(story, tunnel) || std::ranges::any_of(findings, ends_an_sa)) return false;
  const auto* one = story.last_from[0];
  const auto* other = story.last_from[1];
  return one != nullptr && other != nullptr && std::chrono::abs(one->time - other->time) < story.options->patience / 2;
}

// Phase 1 stands: both sides hold it complete, or the initiator renews one and goes on, so that message 6 passed unseen.
bool stands(const Story& story) {
  return story.phase1_complete() || (story.renews && !story.aggressive() && track::is_active(story.at.initiator) && story.step[5].any());
}

// One direction only in all attempts, and one of them shows that the other exists.
bool is_one_sided(const std::vector<Story>& stories) {
  std::array<bool, 2> heard{};
  for (const auto& story : stories) {
    const bool swapped = story.attempt->initiator.address != stories.front().attempt->initiator.address;
    for (const std::size_t side : {0U, 1U}) heard[swapped ? 1 - side : side] |= story.first_from[side] != nullptr;
  }
  return heard[0] != heard[1] && std::ranges::any_of(stories, &Story::one_sided);
}

int progress(const Story& story) { return story.at.last_message; }

}  // namespace

Diagnosis diagnose(const Tunnel& tunnel, const track::CaptureFacts& capture, const Options& options) {
  Diagnosis result;
  std::vector<Story> stories;
  stories.reserve(tunnel.attempts.size());
  bool earlier_up = false;
  const auto older_sas = std::ranges::count_if(tunnel.attempts, is_older_sa);
  for (const auto& attempt : tunnel.attempts) {
    auto& story = stories.emplace_back(tell(tunnel, attempt, capture, options));
    story.renews = earlier_up || older_sas > (is_older_sa(attempt) ? 1 : 0);
    story.at = positions(attempt, story.renews);
    earlier_up |= came_up(story);
  }
  if (is_one_sided(stories)) {
    for (auto& story : stories) story.one_sided = true;
  }
  // Stray Informationals under cookies of before the capture are no attempt; nor, where a tunnel came up, is one message.
  const auto first_up = static_cast<std::size_t>(std::ranges::find_if(stories, came_up) - stories.begin());
  std::size_t deciding = stories.size();
  for (std::size_t i = stories.size(); i-- > 0 && deciding == stories.size();) {
    if (has_phase1_or_2(stories[i]) && !(i > first_up && is_lone(stories[i]))) deciding = i;
  }
  for (std::size_t i = 0; i < stories.size(); ++i) {
    stories[i].newest = i >= deciding || deciding == stories.size();
    if (!stories[i].newest && i + 1 < stories.size()) stories[i].end = std::max(stories[i].attempt->last, stories[i + 1].attempt->first);
  }

  const bool probe = is_probe(tunnel, stories);
  const EspStarts esp_starts{tunnel};
  bool carries = false;  // ESP disproves what the deciding attempt looks like
  std::vector<std::vector<Finding>> by_attempt(stories.size());
  for (std::size_t i = 0; i < stories.size(); ++i) {
    if (!probe) by_attempt[i] = findings_of(stories[i]);
    const Time until = i < deciding && i + 1 < stories.size() ? stories[i + 1].attempt->first : Time::max();
    // ESP both ways that began while the attempt was the newest: it came up, whatever of it passed unseen.
    if (!probe && !(stories[i].phase1_complete() && stories[i].quick_mode_seen()) && esp_starts.both_ways(stories[i].attempt->first, until)) {
      std::erase_if(by_attempt[i], [](const Finding& finding) { return !ends_an_sa(finding); });
      carries |= i == deciding;
    }
    const bool refused = std::ranges::any_of(by_attempt[i], &Finding::refused);
    result.attempt_status.push_back(status_of(stories[i], refused, !by_attempt[i].empty(), i != deciding && !stories[i].newest));
  }
  if (!probe && deciding < stories.size()) {
    if (auto gone = gone_before(std::span{stories}.first(deciding + 1), tunnel, by_attempt)) by_attempt[deciding].insert(by_attempt[deciding].begin(), std::move(*gone));
  }
  auto versions = probe ? std::nullopt : version_mismatch(tunnel, capture);
  if (stories.empty() || deciding == stories.size()) {
    if (versions) {
      result.findings.push_back(std::move(*versions));
      result.verdict = Verdict::stalled;
      result.refused = result.findings.front().refused;
    } else if (!stories.empty()) {
      result.positions = stories.back().at;
      result.verdict = stories.back().phase1_complete() ? Verdict::phase1_up : Verdict::pending;
      for (auto& finding : by_attempt.back()) result.findings.push_back(std::move(finding));
      if (!result.findings.empty()) {
        result.verdict = Verdict::stalled;
        result.refused = std::ranges::any_of(result.findings, &Finding::refused);
      }
    }
    const auto most_heard = std::ranges::max_element(stories, {}, [](const Story& story) { return story.attempt->events.size(); });
    if (!stories.empty()) add_remarks(stories, *most_heard, probe, false, options.brief, result.findings);
    if (probe) result.verdict = Verdict::probe;
    return result;
  }

  // An SA that lives on beside the newest attempt keeps the tunnel up; one begun at the same time from the
  // other side is the same negotiation, and the better of the two counts.
  const Story* shown = &stories[deciding];
  bool beside = false;
  if (!(came_up(*shown) && by_attempt[deciding].empty())) {
    // Where the newest was deleted, the older SAs go with it: only what is heard later shows that one stands.
    const Time since = stands(*shown) && closed(*shown, tunnel) ? shown->attempt->last + burst : shown->attempt->first;
    for (std::size_t i = deciding; i-- > 0;) {
      if (!came_up(stories[i]) || !lives_after(stories[i], tunnel, since)) continue;
      beside = true;
      const bool crossed = stories[i].attempt->initiator.address != shown->attempt->initiator.address && shown->attempt->first - stories[i].attempt->first < std::chrono::seconds{10};
      if (crossed) shown = &stories[i];
      break;
    }
  }
  // A try that may be forged, and is not repeated, ends no SA that rests.
  if (!beside && anybody_can_send(*shown)) {
    std::size_t before = deciding;
    while (before > 0 && is_lone(stories[before - 1])) --before;
    beside = before > 0 && rests(stories[before - 1], tunnel, by_attempt[before - 1]);
    if (beside) {
      for (auto& finding : by_attempt[deciding]) finding.certainty = Certainty::possible;
    }
  }
  // The capture began inside, and what was built before it carries ESP both ways.
  if (!beside && shown->attempt->initiator_assumed && esp_both_ways(*shown, tunnel)) beside = std::ranges::none_of(by_attempt[deciding], ends_an_sa) && !by_attempt[deciding].empty();
  result.positions = shown->at;

  // Young, and no further than attempts before it that stalled: still the same stall.
  std::size_t from = deciding;
  if (by_attempt[deciding].empty() && !shown->any_active() && !beside && !carries) {
    for (std::size_t i = deciding; i-- > 0;) {
      if (stories[i].phase1_complete() || stories[i].attempt->initiator.address != shown->attempt->initiator.address) break;
      if (by_attempt[i].empty()) continue;
      if (progress(stories[i]) >= progress(*shown)) from = i;
      break;
    }
  }

  const bool stalls = !by_attempt[from].empty() && !beside;
  const bool any_up = std::ranges::any_of(stories, came_up);
  const bool phase2 = shown->quick_mode_complete() || (any_up && shown->renews && stands(*shown)) || beside || carries || (shown->phase1_complete() && esp_both_ways(*shown, tunnel));
  if (probe) result.verdict = Verdict::probe;
  else if (flaps(stories, tunnel) >= 3) result.verdict = Verdict::flapping;
  else if (stalls && came_up(*shown) && only_a_further_quick_mode_fails(*shown, by_attempt[from])) result.verdict = Verdict::up;
  else if (stalls) result.verdict = Verdict::stalled;
  else if (versions && !shown->any_active()) result.verdict = Verdict::stalled;
  else if (phase2 && (stands(*shown) || carries) && !beside && closed(*shown, tunnel)) result.verdict = Verdict::closed;
  else if (phase2) result.verdict = Verdict::up;
  else if (shown->phase1_complete()) result.verdict = closed(*shown, tunnel) ? Verdict::closed : Verdict::phase1_up;
  else result.verdict = Verdict::pending;

  const bool explains = result.verdict == Verdict::stalled || result.verdict == Verdict::flapping;
  if (versions && explains) result.findings.push_back(std::move(*versions));
  std::size_t last_up = 0;  // one past the newest attempt that came up
  for (std::size_t i = 0; i < stories.size(); ++i) {
    if (came_up(stories[i])) last_up = i + 1;
  }
  for (std::size_t i = stories.size(); i-- > 0;) {
    for (auto& finding : by_attempt[i]) {
      const auto same = std::ranges::find_if(result.findings, [&](const Finding& earlier) { return earlier.id == finding.id; });
      if (same != result.findings.end()) {
        ++same->count;
        continue;
      }
      const bool overcome = i + 1 < last_up || !explains || i > deciding;
      const bool renewal_fails = !explains && i == from && result.verdict == Verdict::up;
      finding.severity = renewal_fails ? Severity::warning : overcome ? Severity::remark : Severity::stall;
      result.findings.push_back(std::move(finding));
    }
  }
  if (result.verdict == Verdict::flapping) {
    auto finding = shown->finding(FindingId::flapping, Certainty::likely);
    finding.count = flaps(stories, tunnel);
    for (const auto& story : stories) {
      if (story.step[1].any() && finding.evidence.size() < 6) prove(finding, story.step[1].first);
    }
    result.findings.push_back(std::move(finding));
  }
  const bool young = result.verdict == Verdict::pending || result.verdict == Verdict::phase1_up;
  if (young && !probe && by_attempt[deciding].empty()) add_warning_of_silence(*shown, options, result.findings);
  if (auto one_way = !probe && !stalls ? esp_one_way(tunnel, stories) : std::nullopt) result.findings.push_back(std::move(*one_way));
  std::ranges::stable_sort(result.findings, {}, &Finding::severity);
  result.refused = explains && std::ranges::any_of(result.findings, [](const Finding& finding) { return finding.severity == Severity::stall && finding.refused; });
  add_remarks(stories, *shown, probe, result.verdict == Verdict::up || result.verdict == Verdict::closed, options.brief, result.findings);
  return result;
}

}  // namespace ike::diagnose
