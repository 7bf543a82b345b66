#pragma once

#include <cstdint>

#include "ike/base/bytes.hpp"

namespace ike::isakmp {

/// Hash payload (RFC 2408 3.11): HASH_I, HASH_R, HASH(1) to HASH(3). As long as the negotiated digest.
struct Hash {
  ByteView data;
};

/// Refuses an empty hash.
Decoded<Hash> decode_hash(ByteView body);

}  // namespace ike::isakmp
