#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "ike/base/bytes.hpp"
#include "ike/crypto/secret.hpp"
#include "ike/isakmp/registry.hpp"

namespace ike::crypto {

/// What a KE payload's public value looks like for its group.
enum class PublicValueCheck : std::uint8_t {
  good,
  length_only,    ///< right length; we cannot look further into this group (EC2N)
  unknown_group,
  wrong_length,
  out_of_range,   ///< MODP: not 1 < y < p - 1; ECP: a coordinate that is no field element
  not_on_curve,
};
std::string_view name(PublicValueCheck check);

/// Checks length and value (RFC 2409 6, RFC 2412, RFC 3526, RFC 5114, RFC 5903, RFC 6932; NIST SP 800-56A 5.6.2.3).
PublicValueCheck check_public_value(isakmp::Group group, ByteView value) noexcept;

/// A side's own public value and g^xy, out of its private value and what the other side sent. Both are empty when
/// `group` has no arithmetic here or a value is none of it.
struct DiffieHellman {
  std::vector<std::uint8_t> own;  ///< g^x: says whose private value it is
  Secret g_xy;                    ///< of an elliptic curve the x coordinate (RFC 5903 7)
};
DiffieHellman diffie_hellman(isakmp::Group group, ByteView private_value, ByteView other);

}  // namespace ike::crypto
