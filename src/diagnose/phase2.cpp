// After phase 1: XAUTH and mode config, Quick Mode, and an SA whose peer has gone.
#include <algorithm>

#include "story.hpp"

namespace ike::diagnose {

namespace {

constexpr Duration crossing = std::chrono::milliseconds{250};

bool quick_mode_begun(const Story& story) { return story.attempt->quick_modes_begun > 0; }

// The last Transaction of an attempt that got no further: no Quick Mode came, and either somebody said so,
// or it is not answered, or nothing was heard for longer than patience.
const Child* fruitless_transaction(const Story& story, const Event*& info, std::uint32_t& asked) {
  if (!story.any_active() || quick_mode_begun(story)) return nullptr;
  const Child* last = nullptr;
  for (const auto& child : story.children) {
    if (child.type == ExchangeType::transaction) last = &child;
  }
  if (last == nullptr) return nullptr;
  constexpr Duration soon = std::chrono::seconds{5};
  const auto* end = last->last();
  for (const auto* heard : story.informationals) {
    if (last->step[1].any() && heard->time >= last->step[1].first->time && heard->time - end->time <= soon && info == nullptr) info = heard;
  }
  const auto* heard_other = story.last_from[last->starter == Side::initiator ? 1 : 0];
  asked = static_cast<std::uint32_t>(std::ranges::count_if(story.attempt->events, [&](const Event& event) {
    return event.is_message() && !event.is_copy() && event.exchange == ExchangeType::transaction && event.from == last->starter && (heard_other == nullptr || event.time > heard_other->time);
  }));
  const bool unanswered = asked >= 3 || (last->step[1].any() && !last->step[2].any() && story.overdue(last->step[1]));
  const bool silent = story.last_from[0] != nullptr && story.last_from[0]->time <= end->time && (story.last_from[1] == nullptr || story.last_from[1]->time <= end->time) && story.silent_after(*end);
  const bool left = !story.newest;
  return info != nullptr || unanswered || silent || left ? last : nullptr;
}

bool wants_xauth(const Story& story) {
  const auto* chosen = story.attempt->chosen();
  return chosen == nullptr || isakmp::is_xauth(chosen->auth) || isakmp::is_hybrid(chosen->auth);
}

std::optional<Finding> transaction_failed(const Story& story, FindingId id, bool xauth) {
  const Event* info = nullptr;
  std::uint32_t asked = 0;
  const auto* child = fruitless_transaction(story, info, asked);
  // XAUTH is asked by the responder; mode config is asked by the initiator, or pushed where no XAUTH was agreed.
  if (child == nullptr || (child->starter == Side::responder && wants_xauth(story)) != xauth) return std::nullopt;
  auto finding = story.finding(id, story.one_sided || story.attempt->initiator_assumed ? Certainty::possible : Certainty::likely);  // who asked whom is a guess then
  finding.message_id = child->message_id;
  finding.refused = info != nullptr;
  finding.encrypted_refusal = info != nullptr && info->encrypted;
  if (info != nullptr) finding.notify = info->notify;
  finding.position = story.at.of(child->starter);
  finding.times_sent = std::max(asked, child->step[1].count);
  prove(finding, child->step[1]);
  prove(finding, child->step[2].first);
  prove(finding, info);
  return finding;
}

// A Quick Mode of which the capture shows only the end: its third message, a HASH alone, looks like its first.
// The largest HASH makes 108 octets; SA, NONCE and HASH of a real first message need more.
bool only_its_end(const Story& story, const Child& child) {
  constexpr std::uint32_t longest_hash_alone = 108;
  return story.attempt->initiator_assumed && child.step[1].any() && !child.step[2].any() && child.step[1].first->encrypted && child.step[1].first->length <= longest_hash_alone;
}

// `side` began to send ESP after the Quick Mode did.
bool begins_esp(const Story& story, Side side, const Child& child) {
  const auto& address = side == Side::initiator ? story.attempt->initiator.address : story.attempt->responder.address;
  const auto* first = child.step[1].any() ? child.step[1].first : child.last();
  return first != nullptr && std::ranges::any_of(story.tunnel->esp, [&](const track::EspFlow& flow) { return flow.source == address && flow.first > first->time; });
}

// The newest Quick Mode that nothing later made good. ESP both ways under new SPIs shows that it did its work,
// whatever passed unseen; where one direction is hidden nothing can be said of answers.
const Child* failing_quick_mode(const Story& story) {
  if (story.one_sided) return nullptr;
  const Child* failing = nullptr;
  for (const auto& child : story.children) {
    if (child.type != ExchangeType::quick_mode) continue;
    const bool did_its_work = story.esp_began_after(child) || (story.attempt->initiator_assumed && begins_esp(story, child.starter, child));
    if (child.complete() || only_its_end(story, child) || did_its_work) failing = nullptr;
    // A new try that is merely young does not make good the one that was refused.
    else if (failing == nullptr || failing->refusal == nullptr || child.refusal != nullptr || story.overdue(child.step[1])) failing = &child;
  }
  return failing;
}

std::size_t refused_quick_modes(const Story& story) {
  return static_cast<std::size_t>(std::ranges::count_if(story.children, [](const Child& child) { return child.type == ExchangeType::quick_mode && child.refusal != nullptr; }));
}

Finding about(const Story& story, const Child& child, FindingId id, Certainty certainty) {
  auto finding = story.finding(id, certainty);
  finding.message_id = child.message_id;
  finding.position = story.at.of(child.starter);
  finding.times_sent = child.step[1].count;
  finding.awaited = 2;
  if (child.step[1].any()) finding.waited = story.end - child.step[1].first->time;
  prove(finding, child.step[1]);
  return finding;
}

std::uint8_t quick_mode_number(const Story& story, const Event& event) {
  const auto child = std::ranges::find_if(story.children, [&](const Child& one) { return one.holds(event); });
  return child == story.children.end() ? event.number : child->number(event);
}

std::uint32_t sent_after(const Story& story, const Child& child, std::uint8_t number, const Sent& answer) {
  if (!answer.any()) return 0;
  return static_cast<std::uint32_t>(std::ranges::count_if(story.attempt->events, [&](const Event& event) {
    return child.holds(event) && !event.is_copy() && child.number(event) == number && event.time > answer.first->time + crossing;
  }));
}

// When `side` last spoke IKE; or, where it never did, ESP.
std::optional<Time> last_heard(const Story& story, Side side) {
  if (const auto* last = story.last_from[side == Side::initiator ? 0 : 1]) return last->time;
  const auto& address = side == Side::initiator ? story.attempt->initiator.address : story.attempt->responder.address;
  std::optional<Time> heard;
  for (const auto& flow : story.tunnel->esp) {
    if (flow.source == address && (!heard || flow.last > *heard)) heard = flow.last;
  }
  return heard;
}

bool esp_from(const Story& story, const net::Address& address, Time since) {
  return std::ranges::any_of(story.tunnel->esp, [&](const track::EspFlow& flow) { return flow.source == address && flow.last >= since; });
}

}  // namespace

std::optional<Finding> xauth_failed(const Story& story) { return transaction_failed(story, FindingId::xauth_failed, true); }
std::optional<Finding> modecfg_failed(const Story& story) { return transaction_failed(story, FindingId::modecfg_failed, false); }

std::optional<Finding> phase2_rejected(const Story& story) {
  const auto* child = failing_quick_mode(story);
  if (child == nullptr || child->refusal == nullptr) return std::nullopt;
  // A responder that is not through with phase 1 cannot mean Quick Mode. In Main Mode an initiator that begins it has
  // message 6, seen or not; where nothing of phase 1 was captured, one Informational may speak of anything, several not.
  const bool has_message6 = !story.aggressive() && child->starter == Side::initiator && story.step[5].any();
  const bool unseen_phase1 = story.attempt->initiator_assumed && std::ranges::none_of(story.step, &Sent::any) && refused_quick_modes(story) > 1;
  if (!has_message6 && !unseen_phase1 && !story.phase1_complete() && !track::is_active(story.at.of(other(child->starter)))) return std::nullopt;
  auto finding = about(story, *child, FindingId::phase2_rejected, Certainty::likely);
  finding.side = other(child->starter);
  finding.refused = true;
  finding.encrypted_refusal = child->refusal->encrypted;
  finding.notify = child->refusal->notify;
  prove(finding, child->refusal);
  return finding;
}

std::optional<Finding> phase2_reply_lost(const Story& story) {
  const auto* child = failing_quick_mode(story);
  if (child == nullptr || !child->step[2].any() || child->step[3].any()) return std::nullopt;
  const auto again = sent_after(story, *child, 1, child->step[2]);
  if (again == 0 || (again < 2 && !story.overdue(child->step[1]))) return std::nullopt;
  auto finding = about(story, *child, FindingId::reply_lost, Certainty::likely);
  finding.segment = child->starter == Side::initiator ? Segment::initiator_observer : Segment::observer_responder;
  prove(finding, child->step[2]);
  return finding;
}

std::optional<Finding> phase2_no_reply(const Story& story) {
  const auto* child = failing_quick_mode(story);
  if (child == nullptr || !child->step[1].any() || child->step[2].any() || child->refusal != nullptr || !story.overdue(child->step[1])) return std::nullopt;
  auto finding = about(story, *child, FindingId::phase2_no_reply, child->step[1].again() ? Certainty::likely : Certainty::possible);  // an answer may have passed unseen
  finding.segment = child->starter == Side::initiator ? Segment::observer_responder : Segment::initiator_observer;
  return finding;
}

bool speaks_under_esp(const Story& story) {
  const auto sends = [&](const net::Address& from) { return std::ranges::any_of(story.tunnel->esp, [&](const track::EspFlow& flow) { return flow.source == from && flow.first <= story.attempt->last; }); };
  return story.attempt->initiator_assumed && std::ranges::none_of(story.step, &Sent::any) && story.children.empty() && !story.informationals.empty() && std::ranges::all_of(story.informationals, [](const Event* info) { return info->encrypted; }) &&
         sends(story.attempt->initiator.address) && sends(story.attempt->responder.address);
}

std::optional<Finding> phase2_half_open(const Story& story) {
  const Child* last = nullptr;
  for (const auto& child : story.children) {
    if (child.type == ExchangeType::quick_mode) last = &child;
  }
  if (story.one_sided || last == nullptr || !last->step[2].any() || last->step[2].count < 2) return std::nullopt;
  const auto& two = last->step[2];
  const auto& answerer = last->starter == Side::initiator ? story.attempt->responder.address : story.attempt->initiator.address;
  if (esp_from(story, answerer, two.first->time)) return std::nullopt;  // it sends under the new SA: it has its message 3
  const bool passed = last->step[3].any();
  if (passed ? sent_after(story, *last, 2, last->step[3]) < 2 : !story.overdue(two) || sent_after(story, *last, 1, two) > 0) return std::nullopt;
  auto finding = about(story, *last, FindingId::phase2_half_open, Certainty::likely);
  finding.position = story.at.of(other(last->starter));
  finding.awaited = 3;
  finding.times_sent = two.count;
  const bool towards_responder = last->starter == Side::initiator;
  finding.segment = passed == towards_responder ? Segment::observer_responder : Segment::initiator_observer;
  prove(finding, two);
  prove(finding, last->step[3].first);
  return finding;
}

std::optional<Finding> peer_gone(const Story& story) {
  if (!(story.any_active() || speaks_under_esp(story)) || story.one_sided) return std::nullopt;
  const std::array heard{last_heard(story, Side::initiator), last_heard(story, Side::responder)};
  if (!heard[0] || !heard[1]) return std::nullopt;
  const auto speaker = *heard[0] > *heard[1] ? Side::initiator : Side::responder;
  const auto silent_since = std::min(*heard[0], *heard[1]);
  const auto& silent_address = speaker == Side::initiator ? story.attempt->responder.address : story.attempt->initiator.address;
  std::vector<const Event*> calls;
  for (const auto& event : story.attempt->events) {
    if (!event.is_message() || event.is_copy() || event.from != speaker || event.time <= silent_since || !event.encrypted || event.is_phase1()) continue;
    // What follows at once is an answer, nothing answers the third message of a Quick Mode, and who repeats the second
    // waits for that only.
    if (event.time - silent_since <= burst || (event.exchange == ExchangeType::quick_mode && quick_mode_number(story, event) != 1)) continue;
    if (calls.empty() || event.time - calls.back()->time > burst) calls.push_back(&event);
  }
  // Keepalives of a living SA are answered; a Delete is not, and comes once.
  const auto& said = story.informationals;
  if (speaks_under_esp(story) && said.size() > 1 && said.back()->time - said[said.size() - 2]->time <= burst) return std::nullopt;  // several at once: Deletes
  if (calls.size() < 3 || calls.back()->time - calls.front()->time < story.options->patience / 2) return std::nullopt;
  if (esp_from(story, silent_address, calls[1]->time)) return std::nullopt;
  // Message 3 of Quick Mode passed unseen: who begins to send ESP has it.
  const bool got_through = std::ranges::any_of(story.children, [&](const Child& child) { return child.holds(*calls.back()) && begins_esp(story, speaker, child); });
  if (got_through) return std::nullopt;
  const bool standing = story.quick_mode_complete() || speaks_under_esp(story) || (story.phase1_complete() && std::ranges::none_of(calls, [](const Event* event) { return event->exchange == ExchangeType::quick_mode; }));
  if (!standing || std::ranges::any_of(calls, [](const Event* event) { return event->exchange == ExchangeType::transaction; })) return std::nullopt;
  auto finding = story.finding(FindingId::peer_gone, Certainty::likely);
  finding.side = other(speaker);
  finding.position = story.at.of(speaker);
  finding.times_sent = static_cast<std::uint32_t>(calls.size());
  finding.waited = calls.back()->time - calls.front()->time;
  finding.segment = speaker == Side::initiator ? Segment::observer_responder : Segment::initiator_observer;
  prove(finding, calls.front());
  prove(finding, calls[calls.size() / 2]);
  prove(finding, calls.back());
  return finding;
}

}  // namespace ike::diagnose
