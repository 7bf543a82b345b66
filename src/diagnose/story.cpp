#include "story.hpp"

#include <algorithm>

namespace ike::diagnose {

namespace {

constexpr std::size_t index(Side side) { return side == Side::initiator ? 0 : 1; }

Child& child_of(Story& story, const Event& event) {
  for (auto& child : story.children) {
    if (child.type == event.exchange && child.message_id == event.message_id) return child;
  }
  auto& fresh = story.children.emplace_back();
  fresh.type = event.exchange;
  fresh.message_id = event.message_id;
  fresh.starter = event.from;
  return fresh;
}

// Whoever was seen first in an exchange below phase 1 counts as having begun it. In Quick Mode the beginner sends one
// message more than the other (RFC 2409 5.5; the tracker numbers by that), and his second one is a HASH alone: at most
// 108 octets, less than any SA.
void find_beginner(const Story& story, Child& child) {
  constexpr std::uint32_t longest_hash_alone = 108;
  std::array<std::uint32_t, 2> distinct{};
  std::array<bool, 2> large{};
  for (const auto& event : story.attempt->events) {
    if (!child.holds(event) || event.is_copy() || event.is_resend()) continue;
    const std::size_t who = event.from == child.starter ? 0 : 1;
    ++distinct[who];
    large[who] |= event.length > longest_hash_alone;
  }
  const bool one_each = distinct[0] == 1 && distinct[1] == 1;
  if (one_each && !large[0] && large[1]) child.place = {0, 3, 2, 1, 4, 5};  // his second, before the answer came again
  if (one_each && large[0] && !large[1]) child.place = {0, 2, 3, 4, 5, 0};
  if (distinct[1] > distinct[0] || (one_each && large[0] && !large[1])) child.starter = other(child.starter);
}

void place_messages(const Story& story, Child& child) {
  if (child.type == ExchangeType::quick_mode) find_beginner(story, child);
  for (const auto& event : story.attempt->events) {
    if (!child.holds(event) || event.is_copy()) continue;
    if (const auto number = child.number(event); number > 0 && number < child.step.size()) child.step[number].add(event);
  }
}

// An Informational that comes at once after a request and from the other side stands in place of its answer.
void attribute_refusals(Story& story) {
  constexpr Duration at_once = std::chrono::seconds{3};
  for (auto& child : story.children) {
    const auto& request = child.step[1];
    if (!request.any() || child.step[2].any()) continue;
    for (const auto* info : story.informationals) {
      if (info->from == child.starter) continue;
      const bool after_one = std::ranges::any_of(story.attempt->events, [&](const Event& event) {
        return child.holds(event) && event.from == child.starter && info->time >= event.time && info->time - event.time <= at_once;
      });
      if (!after_one) continue;
      child.refusal = info;
      break;
    }
  }
}

}  // namespace

Story tell(const Tunnel& tunnel, const Attempt& attempt, const track::CaptureFacts& capture, const Options& options) {
  Story story;
  story.tunnel = &tunnel;
  story.attempt = &attempt;
  story.capture = &capture;
  story.options = &options;
  story.end = capture.last;
  bool answers_unseen = false;
  bool more_than_notifies = false;  // anybody can send those
  for (const auto& event : attempt.events) {
    if (!event.is_message()) {
      story.icmp.push_back(&event);
      continue;
    }
    if (event.is_copy()) continue;
    const auto side = index(event.from);
    if (story.first_from[side] == nullptr) story.first_from[side] = &event;
    story.last_from[side] = &event;
    const bool clear_notify = event.exchange == ExchangeType::informational && !event.encrypted;
    more_than_notifies |= !clear_notify;
    if (event.from == Side::initiator && event.responder_cookie != 0 && !clear_notify) answers_unseen = true;
    if (event.exchange == attempt.mode && event.is_phase1()) {
      if (event.number > 0 && event.number < story.step.size()) story.step[event.number].add(event);
      else if (event.has_notify) story.informationals.push_back(&event);  // some send notifies inside the phase 1 exchange
    } else if (event.exchange == ExchangeType::informational) {
      story.informationals.push_back(&event);
    } else if (event.exchange == ExchangeType::quick_mode || event.exchange == ExchangeType::transaction) {
      child_of(story, event);
    }
  }
  // A responder's messages always answer something; an initiator's CKY-R came from an answer. ESP of both sides shows
  // that both directions pass here.
  const auto sends_esp = [&](const net::Address& from) { return std::ranges::any_of(tunnel.esp, [&](const track::EspFlow& flow) { return flow.source == from; }); };
  story.one_sided = !(sends_esp(attempt.initiator.address) && sends_esp(attempt.responder.address)) && (story.first_from[0] == nullptr) != (story.first_from[1] == nullptr) && more_than_notifies && (story.first_from[0] == nullptr || answers_unseen);
  for (auto& child : story.children) place_messages(story, child);
  story.quick_modes = static_cast<std::uint32_t>(std::ranges::count_if(story.children, [](const Child& child) { return child.type == ExchangeType::quick_mode && child.complete(); }));
  attribute_refusals(story);
  story.esp_under = !story.quick_mode_seen() && std::ranges::any_of(story.children, [&](const Child& child) { return child.type == ExchangeType::quick_mode && story.esp_began_after(child); });
  return story;
}

bool Story::esp_began_after(const Child& child) const {
  const auto* first = child.step[1].any() ? child.step[1].first : child.last();
  if (first == nullptr) return false;
  bool out = false;
  bool back = false;
  for (const auto& flow : tunnel->esp) {
    if (flow.first < first->time) continue;
    out |= flow.source == attempt->initiator.address;
    back |= flow.source == attempt->responder.address;
  }
  return out && back;
}

bool Story::settled() const {
  return phase1_complete() && quick_mode_complete() && icmp.empty() && informationals.empty() && std::ranges::all_of(children, [](const Child& child) {
    return child.type == ExchangeType::quick_mode && child.complete() && child.step[2].count == 1;
  });
}

AuthKind Story::auth() const {
  if (const auto* chosen = attempt->chosen()) return isakmp::is_signature(chosen->auth) ? AuthKind::signature : isakmp::is_psk(chosen->auth) ? AuthKind::psk : AuthKind::unknown;
  if (attempt->offer != nullptr && !attempt->offer->policies.empty()) {
    const auto& offered = attempt->offer->policies;
    if (std::ranges::all_of(offered, [](const auto& policy) { return isakmp::is_psk(policy.auth); })) return AuthKind::psk;
    if (std::ranges::all_of(offered, [](const auto& policy) { return isakmp::is_signature(policy.auth); })) return AuthKind::signature;
  }
  // Message 5 with a certificate and a signature is several times as long as one with an ID and a HASH.
  constexpr std::uint32_t longest_with_hash = 300;
  if (!aggressive() && step[5].any()) return step[5].first->length > longest_with_hash ? AuthKind::signature : AuthKind::psk;
  return AuthKind::unknown;
}

bool Story::nat_found() const {
  if (attempt->nat_initiator.value_or(false) || attempt->nat_responder.value_or(false)) return true;
  return std::ranges::any_of(attempt->events, [](const Event& event) { return event.is_message() && event.natt_port; });
}

bool Story::overdue(const Sent& request) const {
  if (!request.any()) return false;
  if (!newest) return !one_sided || request.count >= 3;  // given up: a later attempt took its place
  if (request.count >= 3) return true;
  if (request.count == 2 && end - request.last->time >= request.second->time - request.first->time) return true;
  return !one_sided && silent_after(*request.last);
}

const Event* Story::informational_from(Side side, Time from) const {
  const auto found = std::ranges::find_if(informationals, [&](const Event* info) { return info->from == side && info->time >= from && !(info->has_notify && !is_error(info->notify)); });
  return found == informationals.end() ? nullptr : *found;
}

const Event* Story::clear_error_from(Side side, Time from) const {
  const auto found = std::ranges::find_if(informationals, [&](const Event* info) {
    if (info->from != side || info->time < from || info->encrypted || info->decrypted) return false;
    return (info->has_notify && is_error(info->notify)) || (!info->has_notify && info->payloads.contains(isakmp::PayloadType::notification));
  });
  return found == informationals.end() ? nullptr : *found;
}

bool Story::unread_fragments(Side side, Time from) const {
  return std::ranges::any_of(attempt->events, [&](const Event& event) {
    return event.is_message() && event.from == side && event.time >= from && event.is_phase1() && event.number == 0 && event.payloads.contains(isakmp::PayloadType::fragment);
  });
}

Finding Story::finding(FindingId id, Certainty certainty) const {
  Finding finding;
  finding.id = id;
  finding.certainty = certainty;
  finding.attempt = attempt->id;
  return finding;
}

Proof proof(const Event& event) {
  Proof proof{event.file, event.packet, {}};
  auto& what = proof.what;
  const auto notify = [&] {
    const auto text = name(event.notify);
    return text.empty() ? "notify " + std::to_string(number(event.notify)) : std::string{text};
  };
  if (!event.is_message()) {
    what = (event.icmp_v6 ? "ICMPv6 error, type " : "ICMP error, type ") + std::to_string(event.icmp_type) + " code " + std::to_string(event.icmp_code);
    return proof;
  }
  switch (event.exchange) {
    case ExchangeType::informational:
      if (event.has_notify) what = notify() + (event.decrypted ? ", decrypted" : event.encrypted ? "" : ", not encrypted");
      else what = event.encrypted ? "encrypted Informational" : event.has_delete ? "Delete, not encrypted" : "Informational, not encrypted";
      break;
    case ExchangeType::quick_mode: what = "Quick Mode message " + std::to_string(event.number); break;
    case ExchangeType::transaction: what = "Transaction message " + std::to_string(event.number); break;
    default:
      if (event.number != 0) what = "message " + std::to_string(event.number);
      else what = event.has_notify ? notify() + ", not encrypted" : "message of no known place";
  }
  if (event.is_resend()) what += " again";
  if (event.partial) what += ", incomplete";
  return proof;
}

void prove(Finding& finding, const Event* event) {
  if (event != nullptr) finding.evidence.push_back(proof(*event));
}

void prove(Finding& finding, const Sent& sent) {
  prove(finding, sent.first);
  if (sent.second != nullptr && sent.second != sent.last) prove(finding, sent.second);
  if (sent.last != sent.first) prove(finding, sent.last);
}

}  // namespace ike::diagnose
