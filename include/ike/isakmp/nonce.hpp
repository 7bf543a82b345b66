#pragma once

#include <cstdint>

#include "ike/base/bytes.hpp"

namespace ike::isakmp {

/// Nonce payload (RFC 2408 3.13).
struct Nonce {
  ByteView data;
};

/// Refuses fewer than 8 and more than 256 octets (RFC 2409 5).
Decoded<Nonce> decode_nonce(ByteView body);

}  // namespace ike::isakmp
