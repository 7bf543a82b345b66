#include "ike/isakmp/nonce.hpp"

namespace ike::isakmp {

Decoded<Nonce> decode_nonce(ByteView body) {
  if (body.size() < 8 || body.size() > 256) return DecodeError{Fault::bad_length, 0, "Nonce Data"};
  return Nonce{body};
}

}  // namespace ike::isakmp
