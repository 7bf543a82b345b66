#pragma once

#include <cstdint>

#include "ike/base/bytes.hpp"

namespace ike::isakmp {

/// Key Exchange payload (RFC 2408 3.7). Its length is the group's; public_value_length says which.
struct KeyExchange {
  ByteView public_value;
};

/// Refuses an empty public value, nothing else: which group holds is not the payload's to know.
Decoded<KeyExchange> decode_key_exchange(ByteView body);

}  // namespace ike::isakmp
