// Messages on their way to the store: a ring of few, each step for one that came a little earlier.
#include <cstring>

#include "tracker_impl.hpp"

namespace ike::track {

void Tracker::Impl::isakmp(const net::Datagram& datagram, std::size_t offset) {
  const auto octets = datagram.payload.subspan(offset);
  const auto key = pair_key(datagram.source.address, datagram.destination.address);
  if (datagram.payload.size() > sizeof(WaitingMessage::octets) || octets.size() < isakmp::header_length) {
    settle_messages();  // in order of arrival
    return decode(datagram, offset, key, none);
  }
  if (arrived - decoded == most_waiting) decode_oldest();
  auto& slot = waiting_at(arrived);
  slot.datagram = datagram;
  slot.offset = offset;
  std::memcpy(slot.octets.data(), datagram.payload.data(), datagram.payload.size());
  slot.datagram.payload = ByteView{slot.octets}.first(datagram.payload.size());
  slot.pair_key = key;
  slot.attempt = none;
  slot.pair = none;
  slot.exchange = none;
  slot.is_new = false;
  slot.victims.fill(none);
  const auto cookie = load_be64(octets.data());
  slot.hash = cookie_hash(cookie);
  cookie_index.prefetch(slot.hash);
  if (load_be64(octets.data() + 8) == 0) pair_index.prefetch(static_cast<std::uint32_t>(key >> 32U));  // message 1, most likely: nobody knows it yet
  ++arrived;
  bring_records_near();
}

// From the slot in the index to the attempt, to its lists, to the exchange, to where the message will be put:
// each load needs the one before it, so each is asked for a few messages ahead of its use.
void Tracker::Impl::bring_records_near() {
  const auto message_id = [](const WaitingMessage& slot) { return load_be32(slot.octets.data() + slot.offset + 20); };
  const auto ahead = [&](std::uint64_t messages) { return arrived >= decoded + messages ? &waiting_at(arrived - messages) : nullptr; };
  if (auto* slot = ahead(3)) {
    slot->attempt = cookie_index.guess(slot->hash);
    if (slot->attempt == none) {  // it will be a new one: its pair, and the one before it there
      slot->pair = pair_index.guess(static_cast<std::uint32_t>(slot->pair_key >> 32U));
      if (slot->pair != none) prefetch(pairs[slot->pair]);
    } else if (message_id(*slot) == 0) {
      prefetch(attempts[slot->attempt]);
    } else {
      prefetch_head(attempts[slot->attempt]);
    }
  }
  if (const auto* slot = ahead(6); slot != nullptr && slot->attempt == none && slot->pair != none && pairs[slot->pair].last_attempt != none) {
    prefetch_line(&attempts[pairs[slot->pair].last_attempt].next_in_pair);
  }
  if (auto* slot = ahead(6); slot != nullptr && slot->attempt != none) {
    const auto& attempt = attempts[slot->attempt];
    if (message_id(*slot) == 0) {
      attempt.phase1.log.prefetch_tail(notes);
    } else if (slot->octets[slot->offset + 18] == number(ExchangeType::informational)) {  // most often one of its own
      bring_list_near(attempt);
      slot->is_new = true;
    } else if ((slot->exchange = attempt.newest) != none) {
      prefetch(exchanges[slot->exchange]);
    } else {
      bring_list_near(attempt);
    }
  }
  if (auto* slot = ahead(9); slot != nullptr && slot->exchange != none) {
    const auto& exchange = exchanges[slot->exchange];
    if (exchange.message_id == message_id(*slot)) {
      exchange.log.prefetch_tail(notes);
    } else {
      bring_list_near(attempts[slot->attempt]);
      slot->is_new = true;
    }
  }
  // A new exchange under a full list pushes out the second; the next, the third.
  if (auto* slot = ahead(12); slot != nullptr && slot->is_new) {
    const auto list = children_of(attempts[slot->attempt]);
    if (list.capacity > FewChildren::capacity && list.count() == list.capacity) {
      slot->victims = {list.exchanges[1], list.exchanges[2]};
      for (const auto victim : slot->victims) prefetch(exchanges[victim]);
    }
  }
  if (const auto* slot = ahead(14); slot != nullptr && slot->victims[0] != none) {
    for (const auto victim : slot->victims) exchanges[victim].log.prefetch_tail(notes);
  }
}

void Tracker::Impl::decode_oldest() {
  const auto& slot = waiting_at(decoded++);
  decode(slot.datagram, slot.offset, slot.pair_key, slot.attempt);
}

void Tracker::Impl::settle_messages() {
  while (decoded < arrived) decode_oldest();
}

void Tracker::Impl::settle() {
  settle_messages();
  settle_esp();
}

}  // namespace ike::track
