#pragma once

#include <cstdint>
#include <vector>

#include "pool.hpp"

namespace ike::track {

/// From a 32-bit hash to indices of records: open addressing, linear probing, eight octets a slot. It holds
/// no keys: `equal(index)` compares with the record. Hashes must be keyed with a secret, since addresses and
/// cookies come from whoever likes to send them.
class HashIndex {
 public:
  HashIndex() : slots_(initial) {}

  template <typename Equal>
  std::uint32_t find(std::uint32_t hash, Equal equal) const {
    for (auto at = hash & mask();; at = (at + 1) & mask()) {
      const Slot& slot = slots_[at];
      if (slot.index == none) return none;
      if (slot.hash == hash && equal(slot.index)) return slot.index;
    }
  }

  void insert(std::uint32_t hash, std::uint32_t index) {
    if ((used_ + 1) * 10 > slots_.size() * 7) grow();
    place(hash, index);
    ++used_;
  }

  void erase(std::uint32_t hash, std::uint32_t index) {
    auto at = hash & mask();
    while (slots_[at].index != index) {
      if (slots_[at].index == none) return;
      at = (at + 1) & mask();
    }
    // Close the gap: every follower that may stand there moves back.
    for (auto next = (at + 1) & mask(); slots_[next].index != none; next = (next + 1) & mask()) {
      const auto home = slots_[next].hash & mask();
      if (((next - home) & mask()) >= ((next - at) & mask())) {
        slots_[at] = slots_[next];
        at = next;
      }
    }
    slots_[at] = Slot{};
    --used_;
  }

  /// Brings the slot of `hash` near, for a find() that comes a little later.
  void prefetch(std::uint32_t hash) const { prefetch_line(&slots_[hash & mask()]); }
  /// The index that find() would most likely compare first, without looking at its record.
  [[nodiscard]] std::uint32_t guess(std::uint32_t hash) const {
    auto at = hash & mask();
    while (slots_[at].index != none && slots_[at].hash != hash) at = (at + 1) & mask();
    return slots_[at].index;
  }

 private:
  static constexpr std::size_t initial = 1024;
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t index = none;
  };
  using Slots = std::vector<Slot, HugeAllocator<Slot>>;
  [[nodiscard]] std::uint32_t mask() const { return mask_; }

  void place(std::uint32_t hash, std::uint32_t index) {
    auto at = hash & mask();
    while (slots_[at].index != none) at = (at + 1) & mask();
    slots_[at] = Slot{hash, index};
  }
  void grow() {
    Slots old(slots_.size() * 2);
    old.swap(slots_);
    mask_ = static_cast<std::uint32_t>(slots_.size() - 1);
    for (const Slot& slot : old) {
      if (slot.index != none) place(slot.hash, slot.index);
    }
  }

  Slots slots_;
  std::uint32_t mask_ = initial - 1;
  std::size_t used_ = 0;
};

}  // namespace ike::track
