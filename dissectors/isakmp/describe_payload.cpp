#include <functional>

#include "describe_text.hpp"

namespace ike::isakmp {
namespace {

constexpr std::size_t spis_shown = 32;  // of one Delete; it may announce 65535

std::string hex(ByteView octets) {
  std::string text;
  append_hex(text, octets, octets_shown);
  return octets.empty() ? "none" : text;
}

std::string escaped(ByteView octets) {
  std::string text = "\"";
  append_escaped(text, octets, 256);
  return text + '"';
}

// The protocols that selectors name (IANA protocol-numbers).
constexpr auto ip_protocols = std::to_array<Named<std::uint8_t>>({
    {0, "any"}, {1, "ICMP"}, {4, "IPIP"}, {6, "TCP"}, {17, "UDP"}, {41, "IPv6"}, {47, "GRE"}, {50, "ESP"}, {51, "AH"},
    {58, "ICMPv6"}, {88, "EIGRP"}, {89, "OSPF"}, {103, "PIM"}, {108, "IPComp"}, {112, "VRRP"}, {115, "L2TP"}, {132, "SCTP"},
});
static_assert(ascending(ip_protocols));

// "17 (UDP)": the number first, as selectors are written.
std::string protocol_text(std::uint8_t protocol) {
  const auto known = name_in(ip_protocols, protocol);
  return std::to_string(protocol) + (known.empty() ? "" : " (" + std::string{known} + ")");
}

std::string situation_text(std::uint32_t bits) {
  std::string text = "0x" + hex_number(bits, 8);
  if ((bits & 1U) != 0) text += " SIT_IDENTITY_ONLY";
  if ((bits & 2U) != 0) text += " SIT_SECRECY";
  if ((bits & 4U) != 0) text += " SIT_INTEGRITY";
  return text;
}

// How the octets of a known vendor ID came about, and whether that was checked.
std::string source_text(const KnownVendorId& known) {
  std::string text{known.vendor};
  if (!known.source.empty()) {
    text += "; " + std::string{known.algorithm} + " of ";
    text += escaped({reinterpret_cast<const std::uint8_t*>(known.source.data()), known.source.size()});
  }
  return text + (known.verified ? ", verified" : "; not verified");
}

// The lines of one payload, below its heading.
class Writer {
 public:
  Writer(const Message& message, const Payload& payload, std::vector<Line>& out)
      : message_{message}, body_at_{payload.offset + std::size_t{4}}, length_{payload.length}, secret_{payload.type == PayloadType::attributes}, out_{out} {}

  void operator()(const Opaque& it) { field("body", octets_and_hex(it.body)); }
  void operator()(const Malformed& it) {
    // A generic header that cannot be: its length (two octets before the body), or less than a whole header.
    const bool headless = length_ < 4;
    line(2, fault_text(it.why, !headless ? body_at_ : it.why.fault == Fault::bad_length ? body_at_ - 2 : body_at_ - 4));
    field("body", unread_text(it.body));
  }
  void operator()(const SecurityAssociation& it) {
    field("DOI", named(it.doi));
    field("situation", situation_text(it.situation));
    if (!it.labels.empty()) field("labels", octets_and_hex(it.labels));
    describe_proposals(it, place_of(it.proposals_octets), out_);
  }
  void operator()(const KeyExchange& it) { field("public value", octets_and_hex(it.public_value)); }
  void operator()(const Identification& it) {
    field("type", named(it.type));
    field("protocol", protocol_text(it.protocol));
    field("port", std::to_string(it.port) + (it.port == 0 ? " (any)" : ""));
    field("data", it.data.empty() ? "none" : to_string(it));
  }
  void operator()(const Certificate& it) {
    field("encoding", named(it.encoding));
    field("data", octets_and_hex(it.data));
  }
  void operator()(const CertificateRequest& it) {
    field("type", named(it.encoding));
    const bool is_name = it.encoding == CertEncoding::x509_signature || it.encoding == CertEncoding::x509_key_exchange;
    field("authority", it.authority.empty() ? "any" : is_name ? to_string(Identification{IdType::der_asn1_dn, 0, 0, it.authority}) : hex(it.authority));
  }
  void operator()(const Hash& it) { field("data", octets_and_hex(it.data)); }
  void operator()(const Signature& it) { field("data", octets_and_hex(it.data)); }
  void operator()(const Nonce& it) { field("data", octets_and_hex(it.data)); }
  void operator()(const Notification& it) {
    field("DOI", named(it.doi));
    field("protocol", named(it.protocol));
    field("type", named(it.type));
    field("SPI size", std::to_string(it.spi.size()));
    field("SPI", spi_text(it.spi));
    notification_data(it);
  }
  void operator()(const Delete& it) {
    field("DOI", named(it.doi));
    field("protocol", named(it.protocol));
    field("SPI size", std::to_string(it.spi_size));
    field("number of SPIs", std::to_string(it.count));
    for (std::size_t i = 0; i < it.count && it.spi_size != 0; ++i) {
      if (i == spis_shown) return field("SPI", std::to_string(it.count - i) + " more");
      const auto spi = it.spis.subspan(i * it.spi_size, it.spi_size);
      field("SPI", hex(spi) + (is_cookies(spi) ? ", the cookies of this message" : ""));
    }
  }
  void operator()(const VendorId& it) {
    field("data", octets_and_hex(it.data));
    const auto described = describe_vendor_id(it.data, message_.header.initiator_cookie, message_.header.responder_cookie);
    std::string begin;  // a description that is nothing but the octets says nothing
    append_hex(begin, it.data.first(std::min<std::size_t>(it.data.size(), 8)), 8);
    field("known as", it.data.empty() || described.starts_with(begin) ? "not known" : described);
    if (const auto* known = find_vendor_id(it.data)) field("origin", source_text(*known));
  }
  void operator()(const Config& it) {
    field("type", named(it.type));
    if (it.reserved != 0) field("reserved octet is not zero", "0x" + hex_number(it.reserved, 2));
    field("identifier", std::to_string(it.identifier));
    attributes(it.attributes_octets, place_of(it.attributes_octets),
               [](const Attribute& attribute) { return value_text(config_attribute_name(attribute.type), attribute.type) + ": " + config_value_text(attribute); });
  }
  void operator()(const NatDiscovery& it) { field("hash", octets_and_hex(it.hash)); }
  void operator()(const NatOriginalAddress& it) {
    field("type", named(it.type));
    if (it.reserved != 0) field("reserved octets are not zero", "0x" + hex_number(it.reserved, 6));
    field("address", to_string(Identification{it.type, 0, 0, it.address}));
  }
  void operator()(const IkeFragment& it) {
    field("fragment ID", std::to_string(it.id));
    field("number", std::to_string(it.number) + (it.last ? ", the last" : ""));
    field("data", octets_and_hex(it.data));
  }

 private:
  void line(unsigned indent, std::string text) { out_.push_back({indent, std::move(text)}); }
  void field(std::string_view what, const std::string& value) { line(2, std::string{what} + ": " + value); }
  // Where octets of the message stand in it; decrypted ones are counted from their payload's body.
  [[nodiscard]] std::size_t place_of(ByteView octets) const {
    const auto* first = message_.octets.data();
    const std::less_equal<> at_most;
    const bool inside = at_most(first, octets.data()) && at_most(octets.data(), first + message_.octets.size());
    return inside ? static_cast<std::size_t>(octets.data() - first) : body_at_ + 8;
  }
  // ISAKMP's own SPI is the pair of cookies (RFC 2408 3.14).
  [[nodiscard]] bool is_cookies(ByteView spi) const {
    return spi.size() == 16 && load_be64(spi.data()) == message_.header.initiator_cookie && load_be64(spi.data() + 8) == message_.header.responder_cookie;
  }
  [[nodiscard]] std::string spi_text(ByteView spi) const {
    return octets_and_hex(spi) + (is_cookies(spi) ? ", the cookies of this message" : "");
  }

  // Octets that make no sense: among those of a Configuration payload may be a password.
  [[nodiscard]] std::string unread_text(ByteView octets) const {
    return secret_ ? std::to_string(octets.size()) + (octets.size() == 1 ? " octet" : " octets") + ", hidden: a secret may be among them" : octets_and_hex(octets);
  }

  // An attribute list up to its fault, and then the octets that the fault kept from being read.
  template <typename Text>
  void attributes(ByteView list, std::size_t at, const Text& text) {
    AttributeReader in{list};
    Attribute attribute;
    for (std::size_t kept = 0; in.next(attribute); ++kept) {
      if (kept == max_attributes) {
        line(2, "! " + std::string{name(Fault::limit_reached)} + ": more than " + std::to_string(max_attributes) + " attributes");
        break;
      }
      line(2, text(attribute));
    }
    if (!in.error()) return;
    line(2, fault_text(*in.error(), at));
    field("not read", unread_text(list.subspan(in.offset())));
  }

  void notification_data(const Notification& it) {
    if (it.data.empty()) return;
    const bool number_only = it.data.size() == 4 && (it.type == NotifyType::r_u_there || it.type == NotifyType::r_u_there_ack);
    if (number_only) return field("sequence number", std::to_string(load_be32(it.data.data())));
    if (it.type == NotifyType::replay_status && it.data.size() == 4) {  // RFC 2407 4.6.3.2
      const auto value = load_be32(it.data.data());
      return field("data", value_text(value == 0 ? "no replay detection" : value == 1 ? "replay detection" : "", value));
    }
    if (it.type == NotifyType::responder_lifetime) {
      return attributes(it.data, body_at_ + 8 + it.spi.size(), [](const Attribute& attribute) { return "attribute " + phase2_attribute_text(attribute); });
    }
    constexpr NotifyType load_balance{40501};  // Cisco Unity: go to this address instead
    if (it.type == load_balance && it.data.size() == 4) return field("data", to_string(Identification{IdType::ipv4_addr, 0, 0, it.data}));
    field("data", is_printable(it.data) ? escaped(it.data) : octets_and_hex(it.data));
  }

  const Message& message_;
  std::size_t body_at_;
  std::uint16_t length_;  // by the payload's own word
  bool secret_;           // XAUTH passwords travel in it
  std::vector<Line>& out_;
};

}  // namespace

void describe_payload(const Message& message, const Payload& payload, std::vector<Line>& out) {
  std::visit(Writer{message, payload, out}, payload.content);
}

}  // namespace ike::isakmp
