#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>

#include "ike/base/bytes.hpp"
#include "ike/isakmp/registry.hpp"

namespace ike::crypto {

/// The output of a hash or of a prf: up to 64 octets, empty when the algorithm is unknown. It may hold a
/// hash that is sent anyway, never a key: keys are Secret.
struct Digest {
  std::array<std::uint8_t, 64> storage{};
  std::uint8_t length = 0;

  [[nodiscard]] ByteView octets() const noexcept { return ByteView{storage}.first(length); }
  [[nodiscard]] bool empty() const noexcept { return length == 0; }
  friend bool operator==(const Digest& a, const Digest& b) noexcept { return std::ranges::equal(a.octets(), b.octets()); }
};

/// The hash of `parts` one behind the other; empty when `algorithm` is none that we know.
Digest hash(isakmp::HashAlgorithm algorithm, std::initializer_list<ByteView> parts) noexcept;

/// prf(key, parts) of RFC 2409 4: HMAC with the negotiated hash. Empty when `algorithm` is none that we know.
Digest prf(isakmp::HashAlgorithm algorithm, ByteView key, std::initializer_list<ByteView> parts) noexcept;

/// Whether both are the same octets, in time that does not depend on them.
bool same(ByteView a, ByteView b) noexcept;

}  // namespace ike::crypto
