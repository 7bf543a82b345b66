// Messages on their way to the store: a ring of few, each step for one that came a little earlier.
#include <cstring>

#include "tracker_impl.hpp"

namespace ike::track {

inline ByteView Tracker::Impl::WaitingOctets::hold(ByteView octets) {
  if (octets.size() > few.size()) [[unlikely]] {
    many.assign(octets.begin(), octets.end());
    return many;
  }
  std::memcpy(few.data(), octets.data(), octets.size());
  return ByteView{few}.first(octets.size());
}

void Tracker::Impl::isakmp(const net::Datagram& datagram, std::size_t offset) {
  const auto octets = datagram.payload.subspan(offset);
  const auto key = pair_key(datagram.source.address, datagram.destination.address);
  if (octets.size() < isakmp::header_length) {
    settle_messages();  // in order of arrival
    return decode(datagram, offset, key, none);
  }
  if (arrived - decoded == most_waiting) decode_oldest();
  auto& slot = waiting_at(arrived);
  slot.datagram = datagram;
  slot.offset = offset;
  slot.datagram.payload = waiting_octets[arrived % most_waiting].hold(datagram.payload);
  slot.pair_key = key;
  slot.message_id = load_be32(octets.data() + 20);
  slot.type = isakmp::ExchangeType{octets[18]};
  slot.is_new = false;
  slot.ends_phase2 = false;
  slot.attempt = none;
  slot.record = nullptr;
  slot.pair = nullptr;
  slot.exchange = nullptr;
  slot.victims = {};
  slot.hash = cookie_hash(load_be64(octets.data()));
  cookie_index.prefetch(slot.hash);
  if (load_be64(octets.data() + 8) == 0) pair_index.prefetch(static_cast<std::uint32_t>(key >> 32U));  // message 1, most likely: nobody knows it yet
  ++arrived;
  if (arrived - decoded >= furthest_ahead) bring_records_near();
}

// From the slot in the index to the attempt, to its lists, to the exchange, to where the message will be put:
// each load needs the one before it, so each is asked for a few messages ahead of its use. All of it may have gone to
// others when its turn comes: records stay where they are, and nothing is believed.
void Tracker::Impl::bring_records_near() {
  const auto ahead = [&](std::uint64_t messages) -> WaitingMessage& { return waiting_at(arrived - messages); };
  if (auto& slot = ahead(3); true) {
    slot.attempt = cookie_index.guess(slot.hash);
    if (slot.attempt == none) {  // it will be a new one: its pair, and the one before it there
      if (const auto pair = pair_index.guess(static_cast<std::uint32_t>(slot.pair_key >> 32U)); pair != none) {
        slot.pair = &pairs[pair];
        prefetch(*slot.pair);
      }
    } else {
      slot.record = &attempts[slot.attempt];
      if (slot.message_id == 0) prefetch(*slot.record);
      else prefetch_head(*slot.record);
    }
  }
  if (auto& slot = ahead(6); slot.record == nullptr) {
    if (slot.pair != nullptr && slot.pair->last_attempt != none) prefetch_line(&attempts[slot.pair->last_attempt].next_in_pair);
  } else if (slot.message_id == 0) {
    slot.record->phase1.log.prefetch_tail(notes);
  } else if (slot.type != isakmp::ExchangeType::informational && slot.record->newest != none) {
    slot.exchange = &exchanges[slot.record->newest];
    prefetch(*slot.exchange);
  } else {
    bring_list_near(*slot.record);
    slot.is_new = slot.type == isakmp::ExchangeType::informational;  // most often one of its own
  }
  if (auto& slot = ahead(9); slot.exchange != nullptr) {
    if (slot.exchange->message_id == slot.message_id) {
      slot.exchange->log.prefetch_tail(notes);
      slot.ends_phase2 = slot.record->quick_modes_complete == 0 && slot.exchange->distinct_from_other > 0 && slot.type == isakmp::ExchangeType::quick_mode;
      if (slot.ends_phase2) prefetch(slot.record->phase1);
    } else {
      bring_list_near(*slot.record);
      slot.is_new = true;
    }
  }
  // A new exchange under a full list pushes out the second; the next, the third.
  if (auto& slot = ahead(12); slot.ends_phase2) {
    slot.record->phase1.log.prefetch_all(notes);
  } else if (slot.is_new) {
    const auto list = children_of(*slot.record);
    if (list.capacity > FewChildren::capacity && list.count() == list.capacity) {
      slot.victims = {&exchanges[list.exchanges[1]], &exchanges[list.exchanges[2]]};
      for (const auto* victim : slot.victims) prefetch(*victim);
    }
  }
  if (const auto& slot = ahead(furthest_ahead); slot.victims[0] != nullptr) {
    for (const auto* victim : slot.victims) victim->log.prefetch_tail(notes);
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
