#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ike/base/bytes.hpp"
#include "ike/isakmp/attribute.hpp"
#include "ike/isakmp/registry.hpp"

namespace ike::isakmp {

/// Attributes payload (draft-ietf-ipsec-isakmp-mode-cfg-05 3.2): mode config and XAUTH. decode_attributes
/// takes the list apart.
struct Config {
  ConfigType type{};
  std::uint16_t identifier = 0;
  ByteView attributes_octets;
  std::uint8_t reserved = 0;  ///< zero by the draft
};

Decoded<Config> decode_config(ByteView body);

/// The attribute list of a Config payload, as far as it can be read; at most max_attributes. `fault` counts
/// from the start of the list.
std::vector<Attribute> decode_attributes(const Config& config, std::optional<DecodeError>& fault);

}  // namespace ike::isakmp
