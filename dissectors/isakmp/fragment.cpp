#include "ike/isakmp/fragment.hpp"

namespace ike::isakmp {

Decoded<IkeFragment> decode_ike_fragment(ByteView body) {
  ByteReader in{body};
  const auto id = in.u16("Fragment ID");
  const auto number = in.u8("Fragment Number");
  const auto flags = in.u8("Flags");
  const auto data = in.rest();
  if (!in.failed() && number == 0) return DecodeError{Fault::bad_value, 2, "Fragment Number"};
  return in.finish(IkeFragment{id, number, (flags & 1U) != 0, data});
}

}  // namespace ike::isakmp
