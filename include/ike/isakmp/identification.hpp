#pragma once

#include <cstdint>
#include <string>

#include "ike/base/bytes.hpp"
#include "ike/isakmp/registry.hpp"

namespace ike::isakmp {

/// Identification payload (RFC 2407 4.6.2). `data` is of `type`'s own format; to_string gives it readable.
struct Identification {
  IdType type{};
  std::uint8_t protocol = 0;
  std::uint16_t port = 0;
  ByteView data;
};

/// Refuses addresses, subnets and ranges that are not as long as `type` says, and empty names.
Decoded<Identification> decode_identification(ByteView body);

/// "192.0.2.1", "vpn.example.org", "10.0.0.0/8", "CN=gw, O=Example": `id`'s data as text, control octets
/// escaped, bounded to about 256 characters.
std::string to_string(const Identification& id);

}  // namespace ike::isakmp
