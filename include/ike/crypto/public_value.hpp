#pragma once

#include <cstdint>
#include <string_view>

#include "ike/base/bytes.hpp"
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

}  // namespace ike::crypto
