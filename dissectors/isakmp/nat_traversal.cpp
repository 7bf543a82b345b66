#include "ike/isakmp/nat_traversal.hpp"

namespace ike::isakmp {

Decoded<NatDiscovery> decode_nat_discovery(ByteView body) {
  if (body.size() < 16) return DecodeError{Fault::bad_length, 0, "HASH"};
  return NatDiscovery{body};
}

Decoded<NatOriginalAddress> decode_nat_original_address(ByteView body) {
  ByteReader in{body};
  const IdType type{in.u8("ID Type")};
  const auto reserved = in.take(3, "RESERVED");
  const auto address = in.rest();
  if (in.failed()) return *in.error();
  if (type != IdType::ipv4_addr && type != IdType::ipv6_addr) return DecodeError{Fault::bad_value, 0, "ID Type"};
  if (address.size() != (type == IdType::ipv4_addr ? 4U : 16U)) return DecodeError{Fault::bad_length, 4, "Address"};
  const auto bits = std::uint32_t{reserved[0]} << 16U | std::uint32_t{reserved[1]} << 8U | reserved[2];
  return NatOriginalAddress{type, address, bits};
}

}  // namespace ike::isakmp
