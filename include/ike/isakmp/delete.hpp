#pragma once

#include <cstdint>

#include "ike/base/bytes.hpp"
#include "ike/isakmp/registry.hpp"

namespace ike::isakmp {

/// Delete payload (RFC 2408 3.15). `spis` holds `count` SPIs of `spi_size` octets each.
struct Delete {
  Doi doi{};
  ProtocolId protocol{};
  std::uint8_t spi_size = 0;
  std::uint16_t count = 0;
  ByteView spis;
};

/// Refuses a payload that does not hold exactly the SPIs it announces.
Decoded<Delete> decode_delete(ByteView body);

}  // namespace ike::isakmp
