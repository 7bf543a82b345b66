#include "ike/isakmp/sa.hpp"

namespace ike::isakmp {
namespace {

// Collects parts into "a, b, c".
class Joined {
 public:
  void add(std::string_view part) {
    if (!text_.empty()) text_ += ", ";
    text_ += part;
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string transform_label(ProtocolId protocol, std::uint8_t id) {
  const auto known = transform_name(protocol, id);
  return known.empty() ? "transform " + std::to_string(id) : std::string{known};
}

std::string value_label(Phase2Attribute attribute, std::uint64_t value) {
  const auto known = value <= 0xffff ? value_name(attribute, static_cast<std::uint16_t>(value)) : std::string_view{};
  return known.empty() ? label(attribute) + " " + std::to_string(value) : std::string{known};
}

void add_phase2_attribute(Joined& line, const Attribute& attribute, std::uint64_t& life_type) {
  switch (const Phase2Attribute type{attribute.type}) {
    case Phase2Attribute::key_length: break;  // stands with the cipher
    case Phase2Attribute::life_type: life_type = attribute.value; break;
    case Phase2Attribute::life_duration:
      if (attribute.octets.size() > 8) {
        line.add("a lifetime of " + std::to_string(attribute.octets.size()) + " octets");
      } else {
        line.add(std::to_string(attribute.value) + (life_type == 1 ? " s" : life_type == 2 ? " kB" : " of life type " + std::to_string(life_type)));
      }
      break;
    default: line.add(value_label(type, attribute.value));
  }
}

}  // namespace

std::string to_string(const Phase1Policy& policy) {
  Joined line;
  if (number(policy.encryption) != 0) {
    const auto known = name(policy.encryption);
    auto text = known.empty() ? "encryption " + label(policy.encryption) : std::string{known};
    if (policy.key_length != 0) text += "-" + std::to_string(policy.key_length);
    line.add(text);
  } else if (policy.key_length != 0) {
    line.add("key length " + std::to_string(policy.key_length));
  }
  const auto add = [&line](std::string_view known, std::string_view what, unsigned code) {
    if (code != 0) line.add(known.empty() ? std::string{what} + " " + std::to_string(code) : std::string{known});
  };
  add(name(policy.hash), "hash", number(policy.hash));
  add(short_name(policy.auth), "authentication", number(policy.auth));
  add(name(policy.group), "group", number(policy.group));
  if (policy.life_seconds != 0) line.add(std::to_string(policy.life_seconds) + " s");
  if (policy.life_kilobytes != 0) line.add(std::to_string(policy.life_kilobytes) + " kB");
  return line.take();
}

std::string phase2_line(ProtocolId protocol, const Transform& transform) {
  auto cipher = transform_label(protocol, transform.id);
  for (const auto& attribute : transform.attributes) {
    if (Phase2Attribute{attribute.type} == Phase2Attribute::key_length) cipher += "-" + std::to_string(attribute.value);
  }
  Joined line;
  line.add(cipher);
  std::uint64_t life_type = number(LifeType::seconds);  // the default of RFC 2407 4.5
  for (const auto& attribute : transform.attributes) add_phase2_attribute(line, attribute, life_type);
  return line.take();
}

}  // namespace ike::isakmp
