#include "describe_text.hpp"
#include "ike/isakmp/identification.hpp"

namespace ike::isakmp {
namespace {

enum class Form : std::uint8_t { unknown, number, text, secret, address, subnet6, seconds, attributes, networks };

constexpr Form form_of(std::uint16_t type) {
  switch (type) {
    case 5: return Form::seconds;
    case 1: case 2: case 3: case 4: case 6: case 8: case 9: case 10: case 11: case 12: case 13: case 23456: case 23457: return Form::address;
    case 14: return Form::attributes;
    case 15: return Form::subnet6;
    case 16522: case 16523: case 16528: case 16529: return Form::secret;
    case 7: case 16387: case 16521: case 16524: case 16526: case 28672: case 28674: case 28675: case 28682: return Form::text;
    case 16520: case 16527: case 28673: case 28677: case 28679: return Form::number;
    case 28676: case 28678: return Form::networks;
    default: return Form::unknown;
  }
}

std::string number_text(std::uint16_t type, std::uint64_t value) {
  if (type == 16520) {  // draft-beaulieu-ike-xauth-02 6.2
    constexpr std::string_view kinds[] = {"generic", "RADIUS-CHAP", "OTP", "S/KEY"};
    return value < std::size(kinds) ? value_text(kinds[value], value) : std::to_string(value);
  }
  if (type == 16527) return value <= 1 ? value_text(value == 0 ? "failed" : "OK", value) : std::to_string(value);
  if (type == 28673 || type == 28679) return value <= 1 ? value_text(value == 0 ? "no" : "yes", value) : std::to_string(value);
  return std::to_string(value);
}

std::string address_text(IdType type, ByteView octets) { return to_string(Identification{type, 0, 0, octets}); }

std::string escaped(ByteView octets) {
  std::string text = "\"";
  append_escaped(text, octets, 256);
  return text + '"';
}

// Cisco Unity: address, mask, and six octets of protocol and ports for each network.
std::string networks_text(ByteView octets) {
  constexpr std::size_t entry = 14;
  constexpr std::size_t shown = 8;
  if (octets.size() % entry != 0) return octets_and_hex(octets);
  std::string text;
  for (std::size_t i = 0; i < octets.size() / entry; ++i) {
    if (i == shown) return text + ", " + std::to_string(octets.size() / entry - shown) + " more";
    const auto one = octets.subspan(i * entry, entry);
    if (!text.empty()) text += ", ";
    text += address_text(IdType::ipv4_addr_subnet, one.first(8));
    const auto filter = one.subspan(8);
    if (std::ranges::all_of(filter, [](std::uint8_t octet) { return octet == 0; })) continue;
    text += " filter ";
    append_hex(text, filter);
  }
  return text;
}

std::string attributes_text(ByteView octets) {
  constexpr std::size_t shown = 32;
  if (octets.size() % 2 != 0) return octets_and_hex(octets);
  std::string text;
  for (std::size_t i = 0; i < octets.size() / 2; ++i) {
    if (i == shown) return text + ", " + std::to_string(octets.size() / 2 - shown) + " more";
    if (!text.empty()) text += ", ";
    const auto type = load_be16(octets.data() + 2 * i);
    text += value_text(config_attribute_name(type), type);
  }
  return text;
}

std::string variable_text(Form form, const Attribute& attribute) {
  const auto octets = attribute.octets;
  switch (form) {
    case Form::text: return escaped(octets);
    case Form::address:
      if (octets.size() == 4) return address_text(IdType::ipv4_addr, octets);
      if (octets.size() == 8) return address_text(IdType::ipv4_addr_subnet, octets);
      if (octets.size() == 16) return address_text(IdType::ipv6_addr, octets);
      break;
    case Form::subnet6:
      if (octets.size() == 17) return address_text(IdType::ipv6_addr, octets.first(16)) + "/" + std::to_string(octets[16]);
      break;
    case Form::seconds:
      if (octets.size() <= 8) return std::to_string(attribute.value) + " s";
      break;
    case Form::number:
      if (octets.size() <= 8) return number_text(attribute.type, attribute.value);
      break;
    case Form::attributes: return attributes_text(octets);
    case Form::networks: return networks_text(octets);
    case Form::secret:
    case Form::unknown: break;
  }
  return octets_and_hex(octets);
}

}  // namespace

std::string config_value_text(const Attribute& attribute) {
  const auto form = form_of(attribute.type);
  const auto octets = attribute.octets;
  if (form == Form::secret) return octets.empty() ? "asked for" : "hidden, " + std::to_string(octets.size()) + " octets";
  if (attribute.basic) return number_text(attribute.type, attribute.value);
  return octets.empty() ? "empty" : variable_text(form, attribute);
}

}  // namespace ike::isakmp
