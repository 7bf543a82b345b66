// Phase 1, nobody answers: told by who sends what again, and on which side of the observer the trail ends.
#include <algorithm>

#include "story.hpp"

namespace ike::diagnose {

namespace {

// A request that crossed its answer on the way is no sign of loss.
constexpr Duration crossing = std::chrono::milliseconds{250};

// How often `request` was sent again although `answer` had passed the observer.
std::uint32_t sent_after(const Story& story, std::uint8_t request, const Sent& answer) {
  if (!answer.any()) return 0;
  return static_cast<std::uint32_t>(std::ranges::count_if(story.attempt->events, [&](const Event& event) {
    return event.is_message() && !event.is_copy() && event.exchange == story.attempt->mode && event.number == request && event.time > answer.first->time + crossing;
  }));
}

// Whether whoever sent `request` still waits although `answer` passed here: twice again, or once and then
// as long as the first gap, or patience.
bool answer_is_lost(const Story& story, std::uint8_t request, const Sent& answer) {
  const auto again = sent_after(story, request, answer);
  if (again == 0) return false;
  return again >= 2 || story.overdue(story.step[request]);
}

Finding silent(const Story& story, FindingId id, Certainty certainty, std::uint8_t request, Position position) {
  auto finding = story.finding(id, certainty);
  finding.position = position;
  finding.awaited = static_cast<std::uint8_t>(request + 1);
  finding.times_sent = story.step[request].count;
  finding.waited = story.step[request].any() ? story.end - story.step[request].first->time : Duration{};
  prove(finding, story.step[request]);
  return finding;
}

bool large(const Event* event) { return event != nullptr && (event->ip_fragmented || event->partial); }

bool is_reassembly_timeout(const Event& icmp) { return icmp.icmp_v6 ? icmp.icmp_type == 3 && icmp.icmp_code == 1 : icmp.icmp_type == 11 && icmp.icmp_code == 1; }

// Nothing from the responder answers message `request`, neither the next message nor an Informational.
bool unanswered(const Story& story, std::uint8_t request) {
  const auto& sent = story.step[request];
  return sent.any() && !story.step[request + 1U].any() && !story.unread_fragments(Side::responder, sent.first->time) && std::ranges::none_of(story.informationals, [&](const Event* info) { return info->from == Side::responder && info->time >= sent.first->time; });
}

}  // namespace

std::optional<Finding> nat_t_blocked(const Story& story) {
  if (story.aggressive()) return std::nullopt;
  const auto& five = story.step[5];
  const auto& six = story.step[6];
  if (five.any()) {
    if (!five.last->natt_port || (story.step[3].any() && story.step[3].first->natt_port)) return std::nullopt;
    const bool lost_return = six.any() && six.first->natt_port && answer_is_lost(story, 5, six) && !track::is_active(story.at.initiator);
    const bool lost_forward = unanswered(story, 5) && story.overdue(five) && !story.any_active();
    if (!lost_return && !lost_forward) return std::nullopt;
    auto finding = silent(story, FindingId::nat_t_blocked, Certainty::likely, 5, Position::mm_wait_msg6);
    finding.segment = lost_return ? track::is_active(story.at.responder) ? Segment::initiator_observer : Segment::unknown : Segment::observer_responder;
    if (lost_return) prove(finding, six);
    return finding;
  }
  // A NAT was found, so message 5 goes to UDP 4500; nothing of it comes by here.
  const auto& four = story.step[4];
  const bool nat = story.attempt->nat_initiator.value_or(false) || story.attempt->nat_responder.value_or(false);
  if (!nat || !four.any() || four.first->natt_port || story.any_active() || sent_after(story, 3, four) > 0 || !story.overdue(four) || story.unread_fragments(Side::initiator, four.first->time)) return std::nullopt;
  auto finding = silent(story, FindingId::nat_t_blocked, Certainty::likely, 4, Position::mm_wait_msg5);
  finding.segment = Segment::initiator_observer;
  return finding;
}

std::optional<Finding> fragment_loss(const Story& story) {
  if (story.phase1_complete()) return std::nullopt;
  const auto timeout = std::ranges::find_if(story.icmp, [](const Event* icmp) { return is_reassembly_timeout(*icmp); });
  if (timeout != story.icmp.end() && story.at.last_message > 0) {
    auto finding = story.finding(FindingId::fragment_loss, Certainty::confirmed);
    finding.icmp = **timeout;
    finding.position = story.at.initiator;
    finding.segment = (*timeout)->from == Side::initiator ? Segment::observer_responder : Segment::initiator_observer;
    // Who complains got only a part: of the last request, or of its answer where the quoted packet is one.
    const auto request = static_cast<std::uint8_t>(story.aggressive() ? 1 : story.step[5].any() ? 5 : 3);
    finding.fragmented = (*timeout)->from == Side::initiator ? request : static_cast<std::uint8_t>(request + 1);
    const auto& lost = story.step[finding.fragmented];
    const bool all_passed = lost.any() && !lost.last->partial;
    if (!all_passed) finding.segment = (*timeout)->from == Side::initiator ? Segment::initiator_observer : Segment::observer_responder;
    finding.times_sent = lost.count;
    prove(finding, lost);
    prove(finding, *timeout);
    return finding;
  }
  for (std::uint8_t number = 6; number > 0; --number) {
    const auto& sent = story.step[number];
    if (!sent.any()) continue;
    if (!large(sent.first)) break;  // it fails whole, too
    const bool incomplete = sent.last->partial;
    const auto request = static_cast<std::uint8_t>(number % 2 == 0 ? number - 1 : number);  // what an answer answers
    if (story.any_active() && request == 5 && number == 5) break;  // somebody went on: message 6 passed unseen
    const bool answer_lost = request != number && answer_is_lost(story, request, sent);
    const bool request_lost = request == number && unanswered(story, number) && story.overdue(sent);
    const bool answered = story.informational_from(other(sent.first->from), sent.first->time) != nullptr;  // so it arrived
    if (!answer_lost && !request_lost && !(incomplete && !answered && story.overdue(sent))) break;
    auto finding = story.finding(FindingId::fragment_loss, Certainty::likely);
    finding.position = story.at.of(request_lost || answer_lost ? Side::initiator : sent.first->from);
    finding.awaited = static_cast<std::uint8_t>(request + 1);
    finding.fragmented = number;
    finding.times_sent = sent.count;
    const bool from_initiator = sent.first->from == Side::initiator;
    if (incomplete) finding.segment = from_initiator ? Segment::initiator_observer : Segment::observer_responder;
    else finding.segment = from_initiator ? Segment::observer_responder : Segment::initiator_observer;
    prove(finding, sent);
    return finding;
  }
  return std::nullopt;
}

std::optional<Finding> reply_lost(const Story& story) {
  for (const std::uint8_t request : std::initializer_list<std::uint8_t>{5, 3, 1}) {
    if (story.aggressive() && request != 1) continue;
    const auto& answer = story.step[request + 1U];
    if (!answer.any()) continue;
    if (story.step[request + 2U < story.step.size() ? request + 2U : 0U].any()) return std::nullopt;  // the initiator went on
    if (!answer_is_lost(story, request, answer) || track::is_active(story.at.initiator)) return std::nullopt;
    if (story.informational_from(Side::initiator, answer.first->time) != nullptr) return std::nullopt;  // not lost: refused
    auto finding = silent(story, FindingId::reply_lost, Certainty::likely, request, story.at.initiator);
    finding.segment = Segment::initiator_observer;
    prove(finding, answer);
    return finding;
  }
  return std::nullopt;
}

std::optional<Finding> no_reply_msg1(const Story& story) {
  if (!unanswered(story, 1) || story.any_active() || !story.overdue(story.step[1]) || story.step[3].any()) return std::nullopt;
  // Daemons repeat themselves: what is sent once may be anybody's. A header alone asks for nothing.
  const auto& one = story.step[1];
  if (one.first->length <= isakmp::header_length) return std::nullopt;
  const bool asked = one.again() && !one.first->malformed;
  auto finding = silent(story, FindingId::no_reply_msg1, asked ? Certainty::likely : Certainty::possible, 1, story.at.initiator);
  finding.segment = Segment::observer_responder;
  return finding;
}

std::optional<Finding> no_msg3(const Story& story) {
  const auto& two = story.step[2];
  if (!two.any() || track::is_active(story.at.responder) || story.unread_fragments(Side::initiator, two.first->time)) return std::nullopt;
  if (story.aggressive()) {
    const bool goes_on = story.step[3].any() || track::is_active(story.at.initiator);
    const auto resent = two.count >= 2;
    if (!goes_on && (sent_after(story, 1, two) > 0 || !story.overdue(two))) return std::nullopt;
    if (goes_on && !resent && !story.overdue(two)) return std::nullopt;
    if (!goes_on && story.informational_from(Side::initiator, two.first->time) != nullptr) return std::nullopt;
    auto finding = silent(story, FindingId::no_msg3, goes_on ? Certainty::likely : Certainty::possible, 2, Position::am_wait_msg3);
    finding.segment = story.step[3].any() ? Segment::observer_responder : goes_on ? Segment::initiator_observer : Segment::unknown;
    prove(finding, story.step[3].first);
    return finding;
  }
  if (story.step[3].any() || story.step[5].any() || sent_after(story, 1, two) > 0) return std::nullopt;
  const auto* refused = story.informational_from(Side::initiator, two.first->time);
  if (refused == nullptr && !story.overdue(two)) return std::nullopt;
  auto finding = silent(story, FindingId::no_msg3, refused != nullptr ? Certainty::likely : Certainty::possible, 2, Position::mm_wait_msg3);
  if (refused != nullptr) {
    finding.notify = refused->notify;
    finding.refused = true;
    finding.encrypted_refusal = refused->encrypted;
    finding.side = Side::initiator;
    prove(finding, refused);
  }
  return finding;
}

std::optional<Finding> no_reply_msg3(const Story& story) {
  if (story.aggressive() || !unanswered(story, 3) || story.any_active() || story.step[5].any() || !story.overdue(story.step[3])) return std::nullopt;
  // Who gets no answer asks again; who does not may have had one that passed unseen.
  auto finding = silent(story, FindingId::no_reply_msg3, story.step[3].again() ? Certainty::likely : Certainty::possible, 3, Position::mm_wait_msg4);
  finding.segment = Segment::observer_responder;
  return finding;
}

std::optional<Finding> no_msg5(const Story& story) {
  const auto& four = story.step[4];
  if (story.aggressive() || !four.any() || story.step[5].any() || story.any_active() || sent_after(story, 3, four) > 0 || story.unread_fragments(Side::initiator, four.first->time)) return std::nullopt;
  const auto* refused = story.informational_from(Side::initiator, four.first->time);
  if (refused == nullptr && !story.overdue(four)) return std::nullopt;
  // That message 3 is not repeated tells only after a while that message 4 has arrived.
  const bool time_to_repeat = story.capture->last - four.first->time >= story.options->patience;
  auto finding = silent(story, FindingId::no_msg5, refused != nullptr || time_to_repeat ? Certainty::likely : Certainty::possible, 4, Position::mm_wait_msg5);
  if (refused != nullptr) {
    finding.notify = refused->notify;
    finding.refused = true;
    finding.encrypted_refusal = refused->encrypted;
    finding.side = Side::initiator;
    prove(finding, refused);
  } else {
    finding.segment = Segment::initiator_observer;
  }
  return finding;
}

std::optional<Finding> no_reply_msg5(const Story& story) {
  if (story.aggressive() || !unanswered(story, 5) || story.any_active() || !story.overdue(story.step[5])) return std::nullopt;
  auto finding = silent(story, FindingId::no_reply_msg5, Certainty::possible, 5, Position::mm_wait_msg6);
  finding.segment = Segment::observer_responder;
  return finding;
}

}  // namespace ike::diagnose
