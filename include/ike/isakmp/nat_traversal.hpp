#pragma once

#include <cstdint>

#include "ike/base/bytes.hpp"
#include "ike/isakmp/registry.hpp"

namespace ike::isakmp {

/// NAT-D payload (RFC 3947 3.2), also under its draft numbers 15 and 130.
struct NatDiscovery {
  ByteView hash;
};

/// NAT-OA payload (RFC 3947 5.2), also under its draft numbers 16 and 131.
struct NatOriginalAddress {
  IdType type{};
  ByteView address;
  std::uint32_t reserved = 0;  ///< three octets; zero by the RFC
};

/// Refuses fewer octets than the shortest digest has (MD5, 16).
Decoded<NatDiscovery> decode_nat_discovery(ByteView body);
/// Refuses every type but ID_IPV4_ADDR and ID_IPV6_ADDR, and an address of another length.
Decoded<NatOriginalAddress> decode_nat_original_address(ByteView body);

/// Whether `body` of a payload 15 can only be a NAT-D of drafts 04 to 08: a digest and nothing else.
[[nodiscard]] constexpr bool is_draft_nat_discovery(ByteView body) noexcept {
  const auto size = body.size();
  return size == 16 || size == 20 || size == 32 || size == 48 || size == 64;
}
/// Whether `body` of a payload 16 can only be a NAT-OA of drafts 05 to 08.
[[nodiscard]] constexpr bool is_draft_nat_original_address(ByteView body) noexcept {
  const bool v4 = body.size() == 8 && body[0] == number(IdType::ipv4_addr);
  const bool v6 = body.size() == 20 && body[0] == number(IdType::ipv6_addr);
  return (v4 || v6) && body[1] == 0 && body[2] == 0 && body[3] == 0;
}

}  // namespace ike::isakmp
