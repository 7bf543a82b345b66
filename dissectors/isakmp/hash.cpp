#include "ike/isakmp/hash.hpp"

namespace ike::isakmp {

Decoded<Hash> decode_hash(ByteView body) {
  if (body.empty()) return DecodeError{Fault::bad_length, 0, "Hash Data"};
  return Hash{body};
}

}  // namespace ike::isakmp
