#include "ike/isakmp/describe.hpp"

#include <algorithm>
#include <functional>

#include "text.hpp"

namespace ike::isakmp {
namespace {

constexpr std::size_t octets_shown = 64;
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

// "16 octets: 8d46...", with "..." behind those shown when there are more.
std::string octets_and_hex(ByteView octets) {
  if (octets.empty()) return "none";
  std::string text = std::to_string(octets.size()) + " octets: ";
  append_hex(text, octets.first(std::min(octets.size(), octets_shown)), octets_shown);
  if (octets.size() > octets_shown) text += "...";
  return text;
}

// "NO-PROPOSAL-CHOSEN (14)"; only the number when it has no name.
template <typename Code>
std::string named(Code code) {
  const auto known = name(code);
  const auto digits = std::to_string(number(code));
  return known.empty() ? digits : std::string{known} + " (" + digits + ")";
}

std::string value_text(std::string_view known, std::uint64_t value) {
  return known.empty() ? std::to_string(value) : std::string{known} + " (" + std::to_string(value) + ")";
}

// `at` is where what `why` counts from starts, in the message.
std::string fault_text(const DecodeError& why, std::size_t at) {
  return "! " + std::string{name(why.fault)} + " at offset " + std::to_string(at + why.offset) + ": " + std::string{why.field};
}

std::string flags_text(const Header& header) {
  std::string text = "0x" + hex_number(header.flags, 2);
  if (header.encrypted()) text += " encryption";
  if (header.commit()) text += " commit";
  if (header.authentication_only()) text += " authentication-only";
  if ((header.flags & 0xf8U) != 0) text += " reserved bits set";
  return text;
}

constexpr bool is_secret(std::uint16_t attribute) {
  return attribute == 16522 || attribute == 16523 || attribute == 16528 || attribute == 16529;
}
constexpr bool is_text(std::uint16_t attribute) {
  return attribute == 7 || attribute == 16521 || attribute == 16524 || attribute == 16526 || attribute == 28672 ||
         attribute == 28674 || attribute == 28675 || attribute == 28682;
}

// The lines of one payload, below its heading.
class Writer {
 public:
  Writer(const Message& message, const Payload& payload, std::vector<Line>& out)
      : message_{message}, body_at_{payload.offset + std::size_t{4}}, out_{out} {}

  void operator()(const Opaque& it) { field("body", octets_and_hex(it.body)); }
  void operator()(const Malformed& it) {
    line(2, fault_text(it.why, body_at_));
    field("body", octets_and_hex(it.body));
  }
  void operator()(const SecurityAssociation& it) {
    field("DOI", named(it.doi));
    field("situation", situation(it.situation));
    const auto proposals = decode_proposals(it);
    const auto at = place_of(it.proposals_octets);
    const bool foreign = it.doi == Doi::gdoi && std::ranges::any_of(proposals, [](const Proposal& p) { return p.fault.has_value(); });
    if (foreign) return field("GDOI attributes", octets_and_hex(it.proposals_octets));
    for (const auto& proposal : proposals) write(proposal, at);
  }
  void operator()(const KeyExchange& it) { field("public value", octets_and_hex(it.public_value)); }
  void operator()(const Identification& it) {
    field("type", named(it.type));
    field("protocol", std::to_string(it.protocol));
    field("port", std::to_string(it.port));
    field("data", to_string(it));
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
    field("SPI", octets_and_hex(it.spi));
    notification_data(it);
  }
  void operator()(const Delete& it) {
    field("DOI", named(it.doi));
    field("protocol", named(it.protocol));
    field("SPI size", std::to_string(it.spi_size));
    field("number of SPIs", std::to_string(it.count));
    for (std::size_t i = 0; i < it.count && it.spi_size != 0; ++i) {
      if (i == spis_shown) return field("SPI", std::to_string(it.count - i) + " more");
      field("SPI", hex(it.spis.subspan(i * it.spi_size, it.spi_size)));
    }
  }
  void operator()(const VendorId& it) {
    field("data", octets_and_hex(it.data));
    field("known as", describe_vendor_id(it.data, message_.header.initiator_cookie, message_.header.responder_cookie));
  }
  void operator()(const Config& it) {
    field("type", named(it.type));
    field("identifier", std::to_string(it.identifier));
    std::optional<DecodeError> fault;
    for (const auto& attribute : decode_attributes(it, fault)) config_attribute(attribute);
    if (fault) line(2, fault_text(*fault, place_of(it.attributes_octets)));
  }
  void operator()(const NatDiscovery& it) { field("hash", octets_and_hex(it.hash)); }
  void operator()(const NatOriginalAddress& it) {
    field("type", named(it.type));
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

  static std::string situation(std::uint32_t bits) {
    std::string text = "0x" + hex_number(bits, 8);
    if ((bits & 1U) != 0) text += " SIT_IDENTITY_ONLY";
    if ((bits & 2U) != 0) text += " SIT_SECRECY";
    if ((bits & 4U) != 0) text += " SIT_INTEGRITY";
    return text;
  }
  void write(const Proposal& proposal, std::size_t at) {
    auto text = "proposal " + std::to_string(proposal.number) + ": " + label(proposal.protocol) + ", " +
                std::to_string(proposal.announced_transforms) + (proposal.announced_transforms == 1 ? " transform announced" : " transforms announced");
    if (!proposal.spi.empty()) text += ", SPI " + hex(proposal.spi);
    line(2, text);
    if (proposal.fault) line(3, fault_text(*proposal.fault, at));
    for (const auto& transform : proposal.transforms) {
      const bool phase1 = proposal.protocol == ProtocolId::isakmp;
      const auto known = transform_name(proposal.protocol, transform.id);
      line(3, "transform " + std::to_string(transform.number) + ": " + value_text(known, transform.id) + list(transform, phase1));
      if (transform.fault) line(4, fault_text(*transform.fault, at));
    }
  }
  // Every attribute as it stands, also those that come twice.
  static std::string list(const Transform& transform, bool phase1) {
    std::string text;
    for (const auto& attribute : transform.attributes) {
      text += "; " + (phase1 ? stated(Phase1Attribute{attribute.type}, attribute) : stated(Phase2Attribute{attribute.type}, attribute));
    }
    return text;
  }
  template <typename Class>
  static std::string stated(Class type, const Attribute& attribute) {
    if (attribute.octets.size() > 8) return label(type) + " " + hex(attribute.octets);
    const auto known = attribute.value <= 0xffff ? value_name(type, static_cast<std::uint16_t>(attribute.value)) : std::string_view{};
    return label(type) + " " + value_text(known, attribute.value);
  }
  void notification_data(const Notification& it) {
    if (it.data.empty()) return;
    const bool number_only = it.data.size() == 4 && (it.type == NotifyType::r_u_there || it.type == NotifyType::r_u_there_ack ||
                                                     it.type == NotifyType::replay_status);
    if (number_only) return field("data", std::to_string(load_be32(it.data.data())));
    if (it.type == NotifyType::responder_lifetime) {
      AttributeReader in{it.data};
      Attribute attribute;
      for (std::size_t kept = 0; kept < max_attributes && in.next(attribute); ++kept) {
        field("attribute", stated(Phase2Attribute{attribute.type}, attribute));
      }
      if (in.error()) line(2, fault_text(*in.error(), body_at_ + 8 + it.spi.size()));
      return;
    }
    field("data", is_printable(it.data) ? escaped(it.data) : octets_and_hex(it.data));
  }
  void config_attribute(const Attribute& attribute) {
    const auto known = config_attribute_name(attribute.type);
    field(value_text(known, attribute.type), config_value(attribute));
  }
  static std::string config_value(const Attribute& attribute) {
    const auto octets = attribute.octets;
    if (is_secret(attribute.type)) return octets.empty() ? "asked for" : "hidden, " + std::to_string(octets.size()) + " octets";
    if (attribute.basic) return std::to_string(attribute.value);
    if (octets.empty()) return "empty";
    if (is_text(attribute.type)) return escaped(octets);
    const bool internal = attribute.type <= 15 || attribute.type == 23456 || attribute.type == 23457;
    if (internal && octets.size() == 4 && attribute.type != 5) return to_string(Identification{IdType::ipv4_addr, 0, 0, octets});
    if (internal && octets.size() == 16) return to_string(Identification{IdType::ipv6_addr, 0, 0, octets});
    if (attribute.type == 13 && octets.size() == 8) return to_string(Identification{IdType::ipv4_addr_subnet, 0, 0, octets});
    return octets_and_hex(octets);
  }

  const Message& message_;
  std::size_t body_at_;
  std::vector<Line>& out_;
};

void describe_header(const Message& message, std::vector<Line>& out) {
  const auto& header = message.header;
  const auto field = [&out](std::string_view what, const std::string& value) { out.push_back({1, std::string{what} + ": " + value}); };
  out.push_back({0, "ISAKMP " + named(header.exchange_type)});
  field("initiator cookie", to_string_cookie(header.initiator_cookie));
  field("responder cookie", to_string_cookie(header.responder_cookie));
  field("next payload", named(header.next_payload));
  field("version", std::to_string(header.major()) + "." + std::to_string(header.minor()));
  field("exchange type", named(header.exchange_type));
  field("flags", flags_text(header));
  field("message ID", "0x" + hex_number(header.message_id, 8));
  field("length", std::to_string(header.length) + (header.length == message.sent_length ? "" : ", sent " + std::to_string(message.sent_length)));
}

}  // namespace

void describe(const Message& message, std::vector<Line>& out) {
  const auto& header = message.header;
  if (message.octets.size() < header_length && header.length == 0) {
    out.push_back({0, "no ISAKMP header in " + octets_and_hex(message.octets)});
    if (message.fault) out.push_back({1, fault_text(*message.fault, 0)});
    return;
  }
  describe_header(message, out);
  if (message.cut) out.push_back({1, "! cut by the snap length after " + std::to_string(message.octets.size()) + " octets"});
  if (message.fault) out.push_back({1, fault_text(*message.fault, 0)});
  if (header.major() != 1) out.push_back({1, "payloads of this version are not decoded"});
  if (!message.ciphertext.empty()) {
    out.push_back({1, "encrypted, first payload " + named(header.next_payload)});
    out.push_back({2, octets_and_hex(message.ciphertext)});
  }
  for (const auto& payload : message.payloads) {
    out.push_back({1, (name(payload.type).empty() ? "unknown" : label(payload)) + " (" + std::to_string(number(payload.type)) + ") payload at offset " + std::to_string(payload.offset) + ", length " + std::to_string(payload.length)});
    std::visit(Writer{message, payload, out}, payload.content);
  }
}

}  // namespace ike::isakmp
