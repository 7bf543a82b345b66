#include "ike/isakmp/signature.hpp"

namespace ike::isakmp {

Decoded<Signature> decode_signature(ByteView body) {
  if (body.empty()) return DecodeError{Fault::bad_length, 0, "Signature Data"};
  return Signature{body};
}

}  // namespace ike::isakmp
