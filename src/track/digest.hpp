#pragma once

#include <cstdint>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "ike/base/bytes.hpp"

namespace ike::track {

/// Digest by which resends are recognised, and key of the hash tables: XXH3 with a secret seed, so that
/// nobody who sends packets can choose collisions.
inline std::uint64_t digest(ByteView octets, std::uint64_t seed) { return XXH3_64bits_withSeed(octets.data(), octets.size(), seed); }

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
