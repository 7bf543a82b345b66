#pragma once

#include <cstdint>

#include "ike/base/bytes.hpp"

namespace ike::isakmp {

/// Signature payload (RFC 2408 3.12).
struct Signature {
  ByteView data;
};

/// Refuses an empty signature.
Decoded<Signature> decode_signature(ByteView body);

}  // namespace ike::isakmp
