// Positions are computed from what was seen, never assigned: resends, copies, reordering and a late start
// need no code of their own. To lay beside RFC 2409 section 5.
#include <algorithm>
#include <array>

#include "ike/track/evidence.hpp"

namespace ike::track {

namespace {

// A request resent this soon after its answer passed the observer had crossed it on the way.
constexpr Duration crossing = std::chrono::milliseconds{250};

struct Seen {
  const Event* first = nullptr;
  const Event* last = nullptr;
};

struct Summary {
  std::array<Seen, 7> step{};         // phase 1 messages by number
  std::array<bool, 2> later{};        // by side: sent what only a side with phase 1 complete sends
  std::array<bool, 2> sealed_info{};  // by side: an encrypted Informational
};

Summary summarise(const Attempt& attempt) {
  Summary seen;
  // A complete Quick Mode had messages of both, though they may be among those left out.
  if (attempt.quick_modes_complete > 0) seen.later = {true, true};
  for (const auto& event : attempt.events) {
    if (!event.is_message() || event.is_copy()) continue;
    const auto side = event.from == Side::initiator ? 0U : 1U;
    if (event.is_phase1() && event.exchange == attempt.mode) {
      if (event.number == 0 || event.number >= seen.step.size()) continue;
      auto& step = seen.step[event.number];
      if (step.first == nullptr) step.first = &event;
      step.last = &event;
    } else if (event.exchange == ExchangeType::quick_mode || event.exchange == ExchangeType::transaction || event.exchange == ExchangeType::new_group_mode) {
      seen.later[side] = true;
    } else if (event.exchange == ExchangeType::informational && event.encrypted) {
      seen.sealed_info[side] = true;
    }
  }
  return seen;
}

// Whether the initiator goes on under the keys after its last message 5, whatever was seen of message 6: who waits for
// that has nothing to say but message 5 again. One encrypted Informational alone may refuse a message 6, unless the SA
// renews another (then it is housekeeping); several over a time, or one that is answered, refuse nothing.
bool goes_on_after(const Seen& five, const Attempt& attempt, bool renews) {
  if (five.last == nullptr) return false;
  constexpr Duration at_once = std::chrono::seconds{2};
  const Event* first = nullptr;
  bool answered = false;
  bool refused = false;  // perhaps: the responder spoke first
  for (const auto& event : attempt.events) {
    if (!event.is_message() || event.is_copy() || !event.encrypted || event.exchange != ExchangeType::informational) continue;
    if (event.time <= five.last->time || (event.is_resend() && !renews)) continue;
    if (event.from == Side::responder) {
      (first != nullptr ? answered : refused) = true;
      continue;
    }
    if ((renews && !refused) || answered) return true;
    if (first != nullptr && event.time - first->time > at_once) return true;
    if (first == nullptr) first = &event;
  }
  return false;
}

// Whether `request` was sent again after its `answer` had passed: whoever sent it does not act on the answer.
bool resent_after(const Seen& request, const Seen& answer) {
  return request.last != nullptr && answer.first != nullptr && request.last->time > answer.first->time + crossing;
}

// Message 6, an Informational of the initiator, and message 5 again: who is through with phase 1 does not repeat that.
bool asks_again_after_message6(const Attempt& attempt) {
  bool six = false;
  bool said_something = false;
  for (const auto& event : attempt.events) {
    if (!event.is_message() || event.is_copy()) continue;
    const bool phase1 = event.is_phase1() && event.exchange == attempt.mode;
    if (phase1 && event.number == 5 && said_something) return true;
    six |= phase1 && event.number == 6;
    said_something |= six && event.exchange == ExchangeType::informational && event.encrypted && event.from == Side::initiator;
  }
  return false;
}

Positions main_mode(const Attempt& attempt, const Summary& seen, bool renews) {
  const bool answered = std::ranges::any_of(attempt.events, [](const Event& event) { return event.is_message() && event.from == Side::responder && event.is_phase1(); });
  const auto has = [&](std::size_t number) {
    if (seen.step[number].first != nullptr) return true;
    // Of a long exchange the middle is not kept; what came next shows that it had passed.
    return attempt.events_left_out > 0 && answered && (number == 2 || number == 4) && seen.step[number + 1].first != nullptr;
  };
  Positions at;
  for (std::uint8_t number = 1; number <= 6; ++number) {
    if (has(number)) at.last_message = number;
  }
  if (seen.later[0]) {
    at.initiator = Position::mm_active;
  } else if (has(5)) {
    const bool refused = refused_message6(attempt, renews);
    const bool accepted = has(6) && !resent_after(seen.step[5], seen.step[6]) && !refused;
    const bool goes_on = accepted || (seen.later[1] && !has(6)) || (goes_on_after(seen.step[5], attempt, renews) && !(renews && refused));
    at.initiator = goes_on ? Position::mm_active : Position::mm_wait_msg6;
  } else if (has(3)) {
    at.initiator = Position::mm_wait_msg4;
  } else if (has(1)) {
    at.initiator = Position::mm_wait_msg2;
  }
  if (seen.later[1] || has(6)) at.responder = Position::mm_active;
  else if (has(4)) at.responder = Position::mm_wait_msg5;
  else if (has(2)) at.responder = Position::mm_wait_msg3;
  return at;
}

Positions aggressive_mode(const Summary& seen) {
  const auto has = [&](std::size_t number) { return seen.step[number].first != nullptr; };
  Positions at;
  for (std::uint8_t number = 1; number <= 3; ++number) {
    if (has(number)) at.last_message = number;
  }
  if (seen.later[0] || has(3)) at.initiator = Position::am_active;
  else if (has(1)) at.initiator = Position::am_wait_msg2;
  const bool accepted = has(3) && !resent_after(seen.step[2], seen.step[3]);
  if (seen.later[1] || (has(2) && accepted)) at.responder = Position::am_active;
  else if (has(2)) at.responder = Position::am_wait_msg3;
  return at;
}

}  // namespace

Positions positions(const Attempt& attempt, bool renews) {
  const auto seen = summarise(attempt);
  if (attempt.mode == ExchangeType::identity_protection) return main_mode(attempt, seen, renews);
  if (attempt.mode == ExchangeType::aggressive) return aggressive_mode(seen);
  // Phase 1 was not captured. Whoever speaks Quick Mode has it behind him, and so have two sides that
  // exchange encrypted Informationals; which mode it was is lost, Main Mode is the usual one.
  Positions at;
  const bool both_informed = seen.sealed_info[0] && seen.sealed_info[1];
  if (seen.later[0] || both_informed) at.initiator = Position::mm_active;
  if (seen.later[1] || both_informed) at.responder = Position::mm_active;
  return at;
}

bool refused_message6(const Attempt& attempt, bool renews) {
  if (attempt.mode != ExchangeType::identity_protection || (renews && !asks_again_after_message6(attempt))) return false;
  constexpr Duration at_once = std::chrono::seconds{2};
  const Event* six = nullptr;
  const Event* answer = nullptr;
  std::uint32_t informational_from_responder = 0;
  for (const auto& event : attempt.events) {
    if (!event.is_message() || event.is_copy()) continue;
    if (event.number == 6 && event.exchange == attempt.mode && six == nullptr) six = &event;
    if (event.exchange == ExchangeType::quick_mode || event.exchange == ExchangeType::transaction) return false;
    if (event.exchange != ExchangeType::informational || six == nullptr) continue;
    if (event.from == Side::initiator && answer == nullptr && event.time - six->time <= at_once) answer = &event;
    if (event.from == Side::responder && answer != nullptr) ++informational_from_responder;
  }
  if (answer == nullptr) return false;
  if (answer->has_notify) return number(answer->notify) < number(NotifyType::connected);  // in clear, or decrypted
  if (informational_from_responder > 1) return false;  // they talk on: an SA in use
  const auto* chosen = attempt.chosen();
  if (chosen != nullptr && isakmp::is_psk(chosen->auth)) {
    // Under a pre-shared key the responder would have refused message 5 first. INITIAL-CONTACT is as long as
    // a Delete; only a notify without SPI is shorter and cannot be either (RFC 2408 3.14, 3.15).
    const auto digest = isakmp::digest_length(chosen->hash);
    const auto block = isakmp::block_length(chosen->encryption);
    if (digest == 0 || block == 0) return false;
    const auto body = isakmp::header_length + 4U + digest + 28U;
    return answer->length < body;
  }
  return true;
}

}  // namespace ike::track
