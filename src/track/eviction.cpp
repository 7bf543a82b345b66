// What goes when room is short.
#include <algorithm>

#include "tracker_impl.hpp"

namespace ike::track {

namespace {

// What is lost with it, from nothing to a tunnel.
unsigned worth(const AttemptRecord& attempt) {
  if (attempt.responder_cookie == 0) return 0;
  return attempt.quick_modes_complete == 0 ? 1 : 2;
}

}  // namespace

// Frees one attempt when all are in use: one that is half open and silent rather than one that got an
// answer, and a whole tunnel last, so that a flood of spoofed first messages cannot push out a real one. A clock: who
// was touched since the hand last passed gets another round, unless all that it passes are worth more.
void Tracker::Impl::evict_one() {
  constexpr std::uint32_t look_at = 256;
  constexpr std::uint32_t look_longer = 8 * look_at;  // before a whole tunnel goes
  std::uint32_t victim = none;
  unsigned least = ~0U;
  const auto slots = attempts.end();
  for (std::uint32_t looked = 0; looked < slots; ++looked) {
    hand = hand + 1 < slots ? hand + 1 : 0;
    auto& attempt = attempts[hand];
    if (!attempt.held) continue;
    const auto value = 2 * worth(attempt) + (attempt.touched ? 1U : 0U);
    if (value == 0) return release(hand);
    attempt.touched = false;
    if (value < least) {
      least = value;
      victim = hand;
    }
    if (looked >= (least < 4 ? look_at : look_longer)) break;
  }
  release(victim);
}

void Tracker::Impl::release(std::uint32_t index) {
  auto& attempt = attempts[index];
  if (!attempt.held) return;
  auto& pair = pairs[attempt.pair];
  if (attempt.previous_in_pair == none) pair.first_attempt = attempt.next_in_pair;
  else attempts[attempt.previous_in_pair].next_in_pair = attempt.next_in_pair;
  if (attempt.next_in_pair == none) pair.last_attempt = attempt.previous_in_pair;
  else attempts[attempt.next_in_pair].previous_in_pair = attempt.previous_in_pair;
  --pair.attempts;
  ++pair.attempts_left_out;
  attempt_index.erase(attempt_hash(attempt.initiator_cookie, pair_key(pair.a, pair.b)), index);
  const auto other_pair = attempt.rare == none ? none : rare_pool[attempt.rare].pair;
  if (other_pair != none) attempt_index.erase(attempt_hash(attempt.initiator_cookie, pair_key(pairs[other_pair].a, pairs[other_pair].b)), index);
  cookie_index.erase(cookie_hash(attempt.initiator_cookie), index);
  attempt.phase1.log.clear(notes);
  if (attempt.nat != none) nat_pool.release(attempt.nat);
  if (attempt.rare != none) rare_pool.release(attempt.rare);
  for (const auto exchange : children_of(attempt).all()) {
    exchanges[exchange].log.clear(notes);
    exchanges.release(exchange);
  }
  release_child_list(attempt);
  const auto own_pair = attempt.pair;
  attempt.held = false;
  attempts.release(index);
  ++counts.attempts_evicted;
  release_reference(own_pair);
  if (other_pair != none) release_reference(other_pair);
}

void Tracker::Impl::release_reference(std::uint32_t index) {
  auto& pair = pairs[index];
  if (--pair.references > 0 || pair.other_versions != none || pair.ikev2_packets > 0) return;
  pair_index.erase(static_cast<std::uint32_t>(pair_key(pair.a, pair.b) >> 32U), index);
  pair.held = false;
  pairs.release(index);
}

}  // namespace ike::track
