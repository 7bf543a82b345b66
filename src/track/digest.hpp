#pragma once

#include <array>
#include <cstdint>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "ike/base/bytes.hpp"

namespace ike::track {

/// Digests by which resends are recognised, and keys of the hash tables: XXH3 with a secret made afresh in
/// each process, so that nobody who sends packets can choose collisions.
class Digester {
 public:
  explicit Digester(std::uint64_t seed) : seed_{seed} { XXH3_generateSecret_fromSeed(secret_.data(), seed); }
  [[nodiscard]] std::uint64_t operator()(ByteView octets) const { return XXH3_64bits_withSecret(octets.data(), octets.size(), secret_.data(), secret_.size()); }
  [[nodiscard]] std::uint64_t seed() const { return seed_; }

 private:
  std::uint64_t seed_;
  std::array<std::uint8_t, XXH_SECRET_DEFAULT_SIZE> secret_{};
};

/// A fresh seed for each process.
std::uint64_t random_seed();

/// Mixes two numbers into one hash, for table keys.
inline std::uint64_t mix64(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const auto product = static_cast<Wide>(a ^ 0x9e3779b97f4a7c15ULL) * (b ^ 0xd1b54a32d192ed03ULL);
  auto folded = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
  folded ^= folded >> 29U;
  return folded * 0xff51afd7ed558ccdULL;
}
inline std::uint32_t mix(std::uint64_t a, std::uint64_t b) { return static_cast<std::uint32_t>(mix64(a, b) >> 32U); }

}  // namespace ike::track
