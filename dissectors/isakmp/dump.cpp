#include "ike/isakmp/message.hpp"
#include "text.hpp"

namespace ike::isakmp {
namespace {

std::string hex(ByteView octets, std::size_t limit) {
  std::string text;
  append_hex(text, octets, limit);
  return text;
}

std::string fault_text(const DecodeError& why) {
  return std::string{name(why.fault)} + " @" + std::to_string(why.offset) + " " + std::string{why.field};
}

std::string mode_of(ExchangeType type) {
  switch (type) {
    case ExchangeType::base: return "BASE";
    case ExchangeType::identity_protection: return "MM";
    case ExchangeType::authentication_only: return "AO";
    case ExchangeType::aggressive: return "AM";
    case ExchangeType::informational: return "INFO";
    case ExchangeType::transaction: return "TRANS";
    case ExchangeType::quick_mode: return "QM";
    case ExchangeType::new_group_mode: return "NGM";
    default: return "X" + std::to_string(number(type));
  }
}

std::string transform_text(ProtocolId protocol, const Transform& transform) {
  const auto line = protocol == ProtocolId::isakmp ? to_string(phase1_policy(transform)) : phase2_line(protocol, transform);
  auto text = "T" + std::to_string(transform.number) + "{" + line + "}";
  if (transform.fault) text += "!" + fault_text(*transform.fault);
  return text;
}

std::string proposal_text(const Proposal& proposal) {
  auto text = "P" + std::to_string(proposal.number) + "[" + label(proposal.protocol);
  if (!proposal.spi.empty()) text += " SPI=" + hex(proposal.spi, 16);
  for (const auto& transform : proposal.transforms) text += ", " + transform_text(proposal.protocol, transform);
  text += "]";
  if (proposal.fault) text += "!" + fault_text(*proposal.fault);
  return text;
}

std::string attribute_text(const Attribute& attribute) {
  const auto known = config_attribute_name(attribute.type);
  return (known.empty() ? std::to_string(attribute.type) : std::string{known}) + "[" + std::to_string(attribute.octets.size()) + "]";
}

// What stands in the parentheses behind a payload's short name.
struct Inside {
  static std::string octets(ByteView data) { return std::to_string(data.size()); }

  std::string operator()(const Opaque& it) const { return octets(it.body) + " octets"; }
  std::string operator()(const Malformed& it) const { return "malformed: " + fault_text(it.why); }
  std::string operator()(const SecurityAssociation& it) const {
    auto text = label(it.doi);
    if (it.situation != 1) text += ", situation " + std::to_string(it.situation);
    for (const auto& proposal : decode_proposals(it)) text += ", " + proposal_text(proposal);
    return text;
  }
  std::string operator()(const KeyExchange& it) const { return octets(it.public_value); }
  std::string operator()(const Identification& it) const {
    auto text = label(it.type) + " " + to_string(it);
    if (it.protocol != 0 || it.port != 0) text += " " + std::to_string(it.protocol) + "/" + std::to_string(it.port);
    return text;
  }
  std::string operator()(const Certificate& it) const { return std::to_string(number(it.encoding)) + ", " + octets(it.data); }
  std::string operator()(const CertificateRequest& it) const {
    return std::to_string(number(it.encoding)) + ", " + octets(it.authority);
  }
  std::string operator()(const Hash& it) const { return octets(it.data); }
  std::string operator()(const Signature& it) const { return octets(it.data); }
  std::string operator()(const Nonce& it) const { return octets(it.data); }
  std::string operator()(const Notification& it) const {
    auto text = label(it.type) + ", " + label(it.protocol);
    if (!it.spi.empty()) text += " SPI=" + hex(it.spi, 16);
    if (!it.data.empty()) text += " data=" + hex(it.data, 16);
    return text;
  }
  std::string operator()(const Delete& it) const {
    return label(it.protocol) + ", " + std::to_string(it.count) + "x" + std::to_string(it.spi_size) + " " + hex(it.spis, 16);
  }
  std::string operator()(const VendorId& it) const { return hex(it.data, 44); }
  std::string operator()(const Config& it) const {
    auto text = label(it.type) + " " + std::to_string(it.identifier);
    std::optional<DecodeError> fault;
    for (const auto& attribute : decode_attributes(it, fault)) text += ", " + attribute_text(attribute);
    if (fault) text += "!" + fault_text(*fault);
    return text;
  }
  std::string operator()(const NatDiscovery& it) const { return hex(it.hash, 4); }
  std::string operator()(const NatOriginalAddress& it) const { return to_string(Identification{it.type, 0, 0, it.address}); }
  std::string operator()(const IkeFragment& it) const {
    return std::to_string(it.id) + "/" + std::to_string(it.number) + (it.last ? " last, " : ", ") + octets(it.data);
  }
};

}  // namespace

std::string dump(const Message& message) {
  const auto& header = message.header;
  auto text = mode_of(header.exchange_type) + " CKY-I=" + to_string_cookie(header.initiator_cookie) +
              " CKY-R=" + to_string_cookie(header.responder_cookie);
  if (header.version != 0x10) text += " V" + std::to_string(header.major()) + "." + std::to_string(header.minor());
  if (header.message_id != 0) text += " MID=" + hex_number(header.message_id, 8);
  if (header.flags != 0) text += " FLAGS=" + hex_number(header.flags, 2);
  if (!message.ciphertext.empty()) {
    text += " ENC(" + short_label(header.next_payload) + ", " + std::to_string(message.ciphertext.size()) + ")";
  }
  for (const auto& payload : message.payloads) text += " " + short_label(payload) + "(" + std::visit(Inside{}, payload.content) + ")";
  if (message.cut) text += " CUT(" + std::to_string(message.octets.size()) + "/" + std::to_string(message.sent_length) + ")";
  if (message.fault) text += " FAULT(" + fault_text(*message.fault) + ")";
  return text;
}

}  // namespace ike::isakmp
