#include "ike/isakmp/key_exchange.hpp"

namespace ike::isakmp {

Decoded<KeyExchange> decode_key_exchange(ByteView body) {
  if (body.empty()) return DecodeError{Fault::bad_length, 0, "Key Exchange Data"};
  return KeyExchange{body};
}

}  // namespace ike::isakmp
