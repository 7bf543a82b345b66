#include "ike/isakmp/config.hpp"

namespace ike::isakmp {

Decoded<Config> decode_config(ByteView body) {
  ByteReader in{body};
  const ConfigType type{in.u8("Type")};
  const auto reserved = in.u8("RESERVED");
  const auto identifier = in.u16("Identifier");
  const auto attributes = in.rest();
  return in.finish(Config{type, identifier, attributes, reserved});
}

std::vector<Attribute> decode_attributes(const Config& config, std::optional<DecodeError>& fault) {
  std::vector<Attribute> attributes;
  AttributeReader in{config.attributes_octets};
  Attribute attribute;
  while (in.next(attribute)) {
    if (attributes.size() == max_attributes) {
      fault = DecodeError{Fault::limit_reached, in.offset(), "Attributes"};
      return attributes;
    }
    attributes.push_back(attribute);
  }
  fault = in.error();
  return attributes;
}

}  // namespace ike::isakmp
