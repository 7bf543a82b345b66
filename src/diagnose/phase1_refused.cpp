// Phase 1, somebody said no: notifies in clear, ICMP errors, an Informational in place of an answer.
#include <algorithm>

#include "story.hpp"

namespace ike::diagnose {

namespace {

// The responder answered something else than a refusal after `event`, so the refusal did not stand.
bool overtaken(const Story& story, std::uint8_t next) { return story.step[next].any(); }

bool is_reassembly_timeout(const Event& icmp) { return icmp.icmp_v6 ? icmp.icmp_type == 3 && icmp.icmp_code == 1 : icmp.icmp_type == 11 && icmp.icmp_code == 1; }

Finding refusal(const Story& story, FindingId id, Certainty certainty, const Event& notify, Position position) {
  auto finding = story.finding(id, certainty);
  finding.notify = notify.notify;
  finding.position = position;
  finding.refused = true;
  finding.encrypted_refusal = notify.encrypted;
  return finding;
}

// An error notify on message 1, while no message 2 was seen; who sent message 3 had one all the same.
const Event* notify_on_msg1(const Story& story) {
  if (!story.step[1].any() || story.any_active() || overtaken(story, 2) || story.step[3].any() || story.step[5].any()) return nullptr;
  return story.clear_error_from(Side::responder, story.step[1].first->time);
}

// A forged or stale notify changes nothing: whoever goes on after it, in another exchange, under the keys or with ESP,
// holds the SA. Resends in clear alone do not show it.
bool sender_goes_on(const Story& story, const Event& notify) {
  const bool speaks = std::ranges::any_of(story.attempt->events, [&](const Event& event) {
    return event.is_message() && !event.is_copy() && event.from == notify.from && event.time > notify.time && (event.encrypted || (!event.is_resend() && event.exchange != ExchangeType::informational));
  });
  const auto& sender = notify.from == Side::initiator ? story.attempt->initiator.address : story.attempt->responder.address;
  const bool any_sa = story.phase1_complete() || story.attempt->initiator_assumed;
  return speaks || std::ranges::any_of(story.tunnel->esp, [&](const track::EspFlow& flow) {
    if (flow.source != sender) return flow.first > notify.time;  // who was refused begins no new ESP
    return flow.last > notify.time + std::chrono::seconds{1} && (any_sa || flow.first >= story.attempt->first);
  });
}

// Whether `notify` comes soon after a message under the keys that still had no answer, and is none itself.
bool answers_request(const Story& story, const Event& notify) {
  constexpr Duration soon = std::chrono::seconds{3};
  const Event* last = nullptr;
  const Event* before = nullptr;
  for (const auto& event : story.attempt->events) {
    if (!event.is_message() || event.is_copy() || !event.encrypted || event.time > notify.time || notify.time - event.time > soon) continue;
    before = last;
    last = &event;
  }
  if (last == nullptr || last->from == notify.from) return false;
  if (last->exchange == ExchangeType::quick_mode && last->number == 3) return false;
  const bool acknowledges = before != nullptr && before->from == notify.from && before->exchange == ExchangeType::informational;
  return !(last->exchange == ExchangeType::informational && acknowledges);
}

Position waiting2(const Story& story) { return story.aggressive() ? Position::am_wait_msg2 : Position::mm_wait_msg2; }

Finding refused1(const Story& story, FindingId id, const Event& notify) {
  auto finding = refusal(story, id, Certainty::likely, notify, waiting2(story));
  finding.awaited = 2;
  finding.times_sent = story.step[1].count;
  prove(finding, story.step[1]);
  prove(finding, &notify);
  return finding;
}

}  // namespace

std::optional<Finding> icmp_refused(const Story& story) {
  // Only errors after the last progress count: what was answered later got through after all.
  const Event* progress = nullptr;
  for (const auto side : {0U, 1U}) {
    for (const auto& event : story.attempt->events) {
      if (event.is_message() && !event.is_copy() && !event.is_resend() && event.number > 0 && (event.from == Side::initiator) == (side == 0) && (progress == nullptr || event.time > progress->time)) progress = &event;
    }
  }
  const Event* error = nullptr;
  for (const auto* icmp : story.icmp) {
    if (is_reassembly_timeout(*icmp) || (progress != nullptr && icmp->time < progress->time)) continue;
    if (error == nullptr) error = icmp;
  }
  if (error == nullptr) return std::nullopt;
  if (story.phase1_complete() && (story.children.empty() || story.children.back().complete())) return std::nullopt;  // housekeeping of an SA that stands
  auto finding = story.finding(FindingId::icmp_refused, Certainty::confirmed);
  finding.icmp = *error;
  finding.refused = true;
  finding.side = other(error->from);
  finding.position = story.at.of(error->from);
  if (progress != nullptr) {
    finding.awaited = static_cast<std::uint8_t>(progress->number + 1);
    prove(finding, progress);
  }
  prove(finding, error);
  return finding;
}

std::optional<Finding> version_refused(const Story& story) {
  if (story.any_active() || overtaken(story, 2) || !story.step[1].any()) return std::nullopt;
  const auto* notify = story.clear_error_from(Side::responder, story.step[1].first->time);
  if (notify == nullptr || (notify->notify != NotifyType::invalid_major_version && notify->notify != NotifyType::invalid_minor_version)) return std::nullopt;
  return refused1(story, FindingId::version_mismatch, *notify);
}

std::optional<Finding> no_proposal_chosen(const Story& story) {
  const auto* notify = notify_on_msg1(story);
  if (notify == nullptr || notify->notify != NotifyType::no_proposal_chosen) return std::nullopt;
  return refused1(story, FindingId::no_proposal_chosen, *notify);
}

std::optional<Finding> identity_unknown(const Story& story) {
  const auto* notify = story.aggressive() ? notify_on_msg1(story) : nullptr;
  if (notify == nullptr || (notify->notify != NotifyType::authentication_failed && notify->notify != NotifyType::invalid_id_information)) return std::nullopt;
  auto finding = refused1(story, FindingId::identity_unknown, *notify);
  finding.side = Side::responder;
  return finding;
}

std::optional<Finding> refused_msg1(const Story& story) {
  const auto* notify = notify_on_msg1(story);
  if (notify == nullptr || notify->notify == NotifyType::no_proposal_chosen) return std::nullopt;
  if (notify->notify == NotifyType::invalid_major_version || notify->notify == NotifyType::invalid_minor_version || identity_unknown(story)) return std::nullopt;
  return refused1(story, FindingId::refused_msg1, *notify);
}

std::optional<Finding> refused_msg3(const Story& story) {
  if (story.aggressive() || !story.step[3].any() || overtaken(story, 4) || story.any_active() || story.step[5].any()) return std::nullopt;
  const auto* notify = story.clear_error_from(Side::responder, story.step[3].first->time);
  if (notify == nullptr || notify->notify == NotifyType::invalid_cookie) return std::nullopt;
  auto finding = refusal(story, FindingId::refused_msg3, Certainty::likely, *notify, Position::mm_wait_msg4);
  finding.side = notify->notify == NotifyType::invalid_key_information ? std::optional{Side::responder} : std::nullopt;
  finding.awaited = 4;
  finding.times_sent = story.step[3].count;
  prove(finding, story.step[3]);
  prove(finding, notify);
  return finding;
}

std::optional<Finding> invalid_cookie(const Story& story) {
  const auto is_it = [](const Event* info) { return info->notify == NotifyType::invalid_cookie && info->has_notify && !info->is_resend(); };
  const auto found = std::ranges::find_if(story.informationals, is_it);
  if (found == story.informationals.end()) return std::nullopt;
  const auto& notify = **found;
  const auto asker = other(notify.from);
  const bool has_spoken = notify.from == Side::initiator ? story.step[2].any() : story.step[3].any() || story.step[5].any() || story.attempt->mode == ExchangeType::quick_mode || story.attempt->mode == ExchangeType::informational || story.any_active() || story.aggressive();
  const auto* asked = story.first_from[asker == Side::initiator ? 0 : 1];
  if (!has_spoken || asked == nullptr || asked->time > notify.time) return std::nullopt;  // a notify alone refuses nothing
  if (sender_goes_on(story, notify)) return std::nullopt;
  // Deletes that cross find the SA gone already: two Informationals of one side about the same time.
  const auto deletes = [&](Side side) {
    return std::ranges::count_if(story.informationals, [&](const Event* info) { return info->from == side && info->encrypted && !info->is_resend() && std::chrono::abs(notify.time - info->time) <= std::chrono::milliseconds{1500}; });
  };
  if (story.any_active() && (deletes(Side::initiator) >= 2 || deletes(Side::responder) >= 2)) return std::nullopt;
  // Where an SA stood, the notify has to answer something: nothing answers the third message of a Quick Mode.
  if (story.phase1_complete() && !answers_request(story, notify)) return std::nullopt;
  auto finding = refusal(story, FindingId::invalid_cookie, Certainty::likely, notify, story.at.of(asker));
  finding.side = notify.from;
  const Sent* unanswered = nullptr;
  for (std::uint8_t number = 1; number < story.step.size(); ++number) {
    if (story.step[number].any() && story.step[number].first->from == asker) {
      unanswered = &story.step[number];
      finding.awaited = static_cast<std::uint8_t>(number + 1);
    }
  }
  if (unanswered != nullptr) {
    finding.times_sent = unanswered->count;
    finding.waited = notify.time - unanswered->first->time;
    prove(finding, *unanswered);
  }
  for (const auto* info : story.informationals) {
    if (info->has_notify && info->notify == NotifyType::invalid_cookie && finding.evidence.size() < 6) prove(finding, info);
  }
  return finding;
}

std::optional<Finding> psk_mismatch(const Story& story) {
  if (story.auth() == AuthKind::signature) return std::nullopt;
  if (story.aggressive()) {
    // The initiator is the first who can check: HASH_R in message 2 (RFC 2409 5.4).
    const auto& answer = story.step[2];
    if (!answer.any() || story.step[3].any() || story.any_active()) return std::nullopt;
    const auto* info = story.informational_from(Side::initiator, answer.first->time);
    if (info == nullptr) return std::nullopt;
    const bool names_it = info->encrypted || !info->has_notify || info->notify == NotifyType::invalid_hash_information || info->notify == NotifyType::authentication_failed || info->notify == NotifyType::payload_malformed || info->notify == NotifyType::invalid_key_information;
    if (!names_it) return std::nullopt;
    auto finding = refusal(story, FindingId::psk_mismatch, Certainty::likely, *info, Position::am_wait_msg3);
    finding.awaited = 3;
    prove(finding, answer);
    prove(finding, info);
    return finding;
  }
  const auto& five = story.step[5];
  if (!five.any() || story.step[6].any() || story.any_active()) return std::nullopt;
  if (story.renews && story.attempt->initiator_assumed) return std::nullopt;  // it may be message 6: roles are a guess here
  const auto position = Position::mm_wait_msg6;
  if (const auto* info = story.informational_from(Side::responder, five.first->time)) {
    auto finding = refusal(story, FindingId::psk_mismatch, story.auth() == AuthKind::psk ? Certainty::likely : Certainty::possible, *info, position);
    finding.awaited = 6;
    finding.times_sent = five.count;
    prove(finding, five);
    prove(finding, info);
    return finding;
  }
  // A responder that cannot read message 5 says nothing and repeats message 4. One that never got it does
  // the same, so the repetition has to go on while message 5 was passing here.
  const auto& four = story.step[4];
  std::uint32_t again = 0;
  for (const auto& event : story.attempt->events) {
    if (event.is_message() && !event.is_copy() && event.exchange == story.attempt->mode && event.number == 4 && event.time > five.first->time) ++again;
  }
  if (again < 2 || five.count < 2) return std::nullopt;
  const bool may_be_lost = story.nat_found() || five.first->ip_fragmented;
  auto finding = story.finding(FindingId::psk_mismatch, may_be_lost ? Certainty::possible : Certainty::likely);
  finding.position = position;
  finding.awaited = 6;
  finding.times_sent = five.count;
  finding.waited = story.end - five.first->time;
  prove(finding, five);
  prove(finding, four);
  return finding;
}

std::optional<Finding> auth_rejected(const Story& story) {
  if (story.renews && story.attempt->initiator_assumed) return std::nullopt;
  if (story.aggressive()) {
    if (story.auth() != AuthKind::signature || story.step[3].any() || !story.step[2].any()) return std::nullopt;
    const auto* info = story.informational_from(Side::initiator, story.step[2].first->time);
    if (info == nullptr) return std::nullopt;
    auto finding = refusal(story, FindingId::auth_rejected, Certainty::likely, *info, Position::am_wait_msg3);
    finding.side = Side::responder;
    finding.awaited = 3;
    prove(finding, story.step[2]);
    prove(finding, info);
    return finding;
  }
  const auto& five = story.step[5];
  const auto& six = story.step[6];
  if (six.any()) {
    if (!track::refused_message6(*story.attempt, story.renews)) return std::nullopt;
    const auto* info = story.informational_from(Side::initiator, six.first->time);
    // Without messages 1 and 2 neither the roles nor the method are sure: it may be a pre-shared key refused.
    auto finding = refusal(story, FindingId::auth_rejected, story.attempt->chosen() == nullptr ? Certainty::possible : Certainty::likely, *info, Position::mm_wait_msg6);
    finding.side = Side::initiator;  // who refused, and knows why
    finding.awaited = 7;
    prove(finding, six);
    prove(finding, info);
    return finding;
  }
  if (!five.any() || story.any_active() || story.auth() != AuthKind::signature) return std::nullopt;
  const auto* info = story.informational_from(Side::responder, five.first->time);
  if (info == nullptr) return std::nullopt;
  auto finding = refusal(story, FindingId::auth_rejected, Certainty::likely, *info, Position::mm_wait_msg6);
  finding.side = Side::responder;
  finding.awaited = 6;
  finding.times_sent = five.count;
  prove(finding, five);
  prove(finding, info);
  return finding;
}

std::optional<Finding> missing_sa(const Story& story) {
  if (!story.attempt->initiator_assumed || story.step[1].any() || story.step[2].any() || story.phase1_complete()) return std::nullopt;
  const auto* first = story.first_from[0] != nullptr && (story.first_from[1] == nullptr || story.first_from[0]->time <= story.first_from[1]->time) ? story.first_from[0] : story.first_from[1];
  if (first == nullptr || !(first->encrypted || first->number == 3)) return std::nullopt;
  const auto* notify = story.clear_error_from(other(first->from), first->time);
  if (notify == nullptr || sender_goes_on(story, *notify)) return std::nullopt;
  auto finding = refusal(story, FindingId::missing_sa, Certainty::possible, *notify, story.at.of(first->from));
  finding.side = notify->from;
  prove(finding, first);
  prove(finding, notify);
  return finding;
}

}  // namespace ike::diagnose
