#include "ike/isakmp/identification.hpp"

#include <array>
#include <bit>
#include <optional>

#include "ike/base/named.hpp"
#include "ike/net/endpoint.hpp"
#include "text.hpp"

namespace ike::isakmp {
namespace {

constexpr std::size_t text_limit = 256;  // characters of an identity that anyone will read
constexpr std::size_t max_name_parts = 32;

std::string to_hex(ByteView octets, std::size_t limit = 64) {
  std::string text;
  append_hex(text, octets, limit);
  return text;
}

std::string to_escaped(ByteView octets, std::size_t limit) {
  std::string text;
  append_escaped(text, octets, limit);
  return text;
}

std::string to_address(ByteView octets) {
  if (octets.size() == 4) return net::to_string(net::Address::v4(octets.data()));
  if (octets.size() == 16) return net::to_string(net::Address::v6(octets.data()));
  return to_hex(octets);
}

// Octets that data of `type` has; 0 where any number will do.
constexpr std::size_t fixed_length(IdType type) noexcept {
  switch (type) {
    case IdType::ipv4_addr: return 4;
    case IdType::ipv4_addr_subnet:
    case IdType::ipv4_addr_range: return 8;
    case IdType::ipv6_addr: return 16;
    case IdType::ipv6_addr_subnet:
    case IdType::ipv6_addr_range: return 32;
    default: return 0;
  }
}

constexpr bool must_hold_data(IdType type) noexcept {
  return type == IdType::fqdn || type == IdType::user_fqdn || type == IdType::der_asn1_dn || type == IdType::der_asn1_gn;
}

std::string to_subnet(ByteView data) {
  const auto half = data.size() / 2;
  const auto address = to_address(data.first(half));
  const auto mask = data.subspan(half);
  std::size_t bits = 0;
  while (bits < mask.size() * 8 && (mask[bits / 8] & 0x80U >> bits % 8) != 0) ++bits;
  std::size_t ones = 0;
  for (const auto octet : mask) ones += static_cast<std::size_t>(std::popcount(octet));
  return address + "/" + (ones == bits ? std::to_string(bits) : to_address(mask));  // a mask with holes stays a mask
}

// One DER element (X.690 8.1): its tag, its content, and what follows it.
struct Element {
  std::uint8_t tag = 0;
  ByteView content;
  ByteView after;
};

std::optional<Element> read_element(ByteView octets) noexcept {
  ByteReader in{octets};
  const auto tag = in.u8("tag");
  std::size_t length = in.u8("length");
  if (length >= 0x80) {
    const auto width = length & 0x7fU;
    if (width == 0 || width > 4) return std::nullopt;
    length = 0;
    for (const auto octet : in.take(width, "length")) length = length << 8U | octet;
  }
  const auto content = in.take(length, "content");
  if (in.failed() || (tag & 0x1fU) == 0x1f) return std::nullopt;
  return Element{tag, content, in.rest()};
}

struct NamePart {
  std::string_view oid;  // its content octets
  std::string_view name;
};
// RFC 4519 and PKCS #9: what certificates' subjects are made of.
constexpr auto name_parts = std::to_array<NamePart>({
    {"\x55\x04\x03", "CN"},
    {"\x55\x04\x04", "SN"},
    {"\x55\x04\x05", "serialNumber"},
    {"\x55\x04\x06", "C"},
    {"\x55\x04\x07", "L"},
    {"\x55\x04\x08", "ST"},
    {"\x55\x04\x09", "street"},
    {"\x55\x04\x0a", "O"},
    {"\x55\x04\x0b", "OU"},
    {"\x55\x04\x0c", "title"},
    {"\x55\x04\x2a", "GN"},
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01", "E"},
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x02", "unstructuredName"},
    {"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01", "UID"},
    {"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19", "DC"},
});

std::string part_name(ByteView oid) {
  const std::string_view octets{reinterpret_cast<const char*>(oid.data()), oid.size()};
  for (const auto& part : name_parts) {
    if (part.oid == octets) return std::string{part.name};
  }
  return "OID " + to_hex(oid, 16);
}

constexpr std::uint8_t sequence = 0x30;
constexpr std::uint8_t set = 0x31;
constexpr std::uint8_t object_identifier = 0x06;

// One AttributeTypeAndValue as "CN=gw"; nothing when it is not one.
std::optional<std::string> to_name_part(ByteView octets) {
  const auto pair = read_element(octets);
  if (!pair || pair->tag != sequence) return std::nullopt;
  const auto type = read_element(pair->content);
  if (!type || type->tag != object_identifier) return std::nullopt;
  const auto value = read_element(type->after);
  if (!value) return std::nullopt;
  return part_name(type->content) + "=" + to_escaped(value->content, 64);
}

// An X.501 Name in DER as "C=CH, O=Example, CN=gw"; hex when it is not one.
std::string to_distinguished_name(ByteView data) {
  const auto whole = read_element(data);
  if (!whole || whole->tag != sequence) return to_hex(data);
  std::string text;
  std::size_t parts = 0;
  for (auto rest = whole->content; !rest.empty();) {
    const auto relative = read_element(rest);
    if (!relative || relative->tag != set) return to_hex(data);
    rest = relative->after;
    for (auto inner = relative->content; !inner.empty();) {
      const auto part = to_name_part(inner);
      if (!part) return to_hex(data);
      inner = read_element(inner)->after;
      if (++parts > max_name_parts || text.size() > text_limit) return text + ", ..";
      if (!text.empty()) text += ", ";
      text += *part;
    }
  }
  return text;
}

// A GeneralName (RFC 5280 4.2.1.6): context tags in DER.
std::string to_general_name(ByteView data) {
  const auto element = read_element(data);
  if (!element) return to_hex(data);
  switch (element->tag) {
    case 0x81:
    case 0x82:
    case 0x86: return to_escaped(element->content, text_limit);
    case 0x87: return to_address(element->content);
    case 0xa4: return to_distinguished_name(element->content);
    default: return to_hex(data);
  }
}

}  // namespace

Decoded<Identification> decode_identification(ByteView body) {
  ByteReader in{body};
  const IdType type{in.u8("ID Type")};
  const auto protocol = in.u8("Protocol ID");
  const auto port = in.u16("Port");
  const auto data = in.rest();
  if (in.failed()) return *in.error();
  const auto fixed = fixed_length(type);
  if ((fixed != 0 && data.size() != fixed) || (data.empty() && must_hold_data(type))) {
    return DecodeError{Fault::bad_length, 4, "Identification Data"};
  }
  return Identification{type, protocol, port, data};
}

std::string to_string(const Identification& id) {
  if (fixed_length(id.type) != 0 && id.data.size() != fixed_length(id.type)) return to_hex(id.data);
  const auto half = id.data.size() / 2;
  switch (id.type) {
    case IdType::ipv4_addr:
    case IdType::ipv6_addr: return to_address(id.data);
    case IdType::ipv4_addr_subnet:
    case IdType::ipv6_addr_subnet: return to_subnet(id.data);
    case IdType::ipv4_addr_range:
    case IdType::ipv6_addr_range: return to_address(id.data.first(half)) + "-" + to_address(id.data.subspan(half));
    case IdType::fqdn:
    case IdType::user_fqdn: return to_escaped(id.data, text_limit);
    case IdType::der_asn1_dn: return to_distinguished_name(id.data);
    case IdType::der_asn1_gn: return to_general_name(id.data);
    case IdType::key_id: return is_printable(id.data) ? to_escaped(id.data, text_limit) : to_hex(id.data);
    default: return to_hex(id.data);
  }
}

}  // namespace ike::isakmp
