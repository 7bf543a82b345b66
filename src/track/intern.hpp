#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "digest.hpp"
#include "hash_index.hpp"
#include "ike/track/evidence.hpp"

namespace ike::track {

/// Values that many messages share, kept once: octet strings by content. Bounded; past the bound everything
/// new is `overflow`, so that a hostile sender cannot fill memory with ever new values.
class OctetTable {
 public:
  static constexpr std::uint32_t overflow = 0;  // index 0 stands for "not kept"
  OctetTable(std::uint32_t max_values, std::size_t max_octets, const Digester& digest) : max_values_{max_values}, max_octets_{max_octets}, digest_{&digest} { values_.emplace_back(); }

  std::uint32_t add(ByteView octets) {
    const auto hash = static_cast<std::uint32_t>((*digest_)(octets));
    const auto found = index_.find(hash, [&](std::uint32_t i) { return std::ranges::equal(values_[i], octets); });
    if (found != none) return found;
    if (values_.size() >= max_values_ || octets_ + octets.size() > max_octets_) return overflow;
    octets_ += octets.size();
    values_.emplace_back(octets.begin(), octets.end());
    const auto fresh = static_cast<std::uint32_t>(values_.size() - 1);
    index_.insert(hash, fresh);
    return fresh;
  }
  [[nodiscard]] ByteView operator[](std::uint32_t index) const { return values_[index]; }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(values_.size()); }

 private:
  std::uint32_t max_values_;
  std::size_t max_octets_;
  std::size_t octets_ = 0;
  const Digester* digest_;
  std::deque<std::vector<std::uint8_t>> values_;
  HashIndex index_;
};

}  // namespace ike::track
