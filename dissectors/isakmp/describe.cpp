#include "ike/isakmp/describe.hpp"

#include <algorithm>
#include <array>

#include "describe_text.hpp"

namespace ike::isakmp {
namespace {

std::string flags_text(const Header& header) {
  std::string text = "0x" + hex_number(header.flags, 2);
  if (header.major() == 2) {  // RFC 7296 3.1
    if ((header.flags & 0x08U) != 0) text += " initiator";
    if ((header.flags & 0x10U) != 0) text += " higher version";
    if ((header.flags & 0x20U) != 0) text += " response";
    return text;
  }
  std::string unset;
  const auto bit = [&](bool set, std::string_view name) {
    if (set) text.append(" ").append(name);
    else unset.append(unset.empty() ? "" : ", ").append(name);
  };
  bit(header.encrypted(), "encryption");
  bit(header.commit(), "commit");
  bit(header.authentication_only(), "authentication-only");
  if (!unset.empty()) text += " (not set: " + unset + ")";
  if ((header.flags & 0xf8U) != 0) text += ", reserved bits set: 0x" + hex_number(header.flags & 0xf8U, 2);
  return text;
}

// RFC 7296 3.2, RFC 7383: IKEv2 is named, so that its header can be read; its payloads are not decoded.
constexpr auto ikev2_payloads = std::to_array<Named<std::uint8_t>>({
    {33, "Security Association"}, {34, "Key Exchange"}, {35, "Identification - Initiator"}, {36, "Identification - Responder"},
    {37, "Certificate"}, {38, "Certificate Request"}, {39, "Authentication"}, {40, "Nonce"}, {41, "Notify"}, {42, "Delete"},
    {43, "Vendor ID"}, {44, "Traffic Selector - Initiator"}, {45, "Traffic Selector - Responder"}, {46, "Encrypted and Authenticated"},
    {47, "Configuration"}, {48, "EAP"}, {53, "Encrypted Fragment"},
});
static_assert(ascending(ikev2_payloads));

std::string first_payload_text(const Header& header) {
  if (header.major() != 2) return named(header.next_payload);
  return value_text(name_in(ikev2_payloads, number(header.next_payload)), number(header.next_payload));
}

void describe_header(const Message& message, std::vector<Line>& out) {
  const auto& header = message.header;
  const auto field = [&out](std::string_view what, const std::string& value) { out.push_back({1, std::string{what} + ": " + value}); };
  out.push_back({0, "ISAKMP " + named(header.exchange_type)});
  field("initiator cookie", to_string_cookie(header.initiator_cookie));
  field("responder cookie", to_string_cookie(header.responder_cookie));
  field("next payload", first_payload_text(header));
  field("version", std::to_string(header.major()) + "." + std::to_string(header.minor()));
  field("exchange type", named(header.exchange_type));
  field("flags", flags_text(header));
  field("message ID", "0x" + hex_number(header.message_id, 8));
  field("length", std::to_string(header.length) + (header.length == message.sent_length ? "" : ", sent " + std::to_string(message.sent_length)));
}

std::string heading(const Payload& payload) {
  return (name(payload.type).empty() ? "unknown" : label(payload)) + " (" + std::to_string(number(payload.type)) + ") payload at offset " +
         std::to_string(payload.offset) + ", length " + std::to_string(payload.length) + ", next " + std::to_string(number(payload.next));
}

/// Where in the message the last payload ends that was read, or shown as far as it is there.
std::size_t end_of_payloads(const Message& message) {
  if (message.payloads.empty()) return header_length;
  const auto& last = message.payloads.back();
  const auto* broken = std::get_if<Malformed>(&last.content);
  return last.offset + (broken != nullptr ? 4 + broken->body.size() : std::size_t{last.length});
}

void describe_rest(const Message& message, std::vector<Line>& out) {
  const bool clear = message.header.major() == 1 && !message.header.encrypted();
  if (const auto end = end_of_payloads(message); clear && end < message.octets.size()) {
    const auto rest = message.octets.subspan(end);
    const bool zeros = std::ranges::all_of(rest, [](std::uint8_t octet) { return octet == 0; });
    const auto what = message.fault ? "left over" : zeros ? "padding, all zero" : "padding";
    out.push_back({1, std::string{what} + " at offset " + std::to_string(end) + ", " + octets_and_hex(rest)});
  }
  if (!message.trailing.empty()) {
    out.push_back({1, "behind the message at offset " + std::to_string(message.octets.size()) + ", " + octets_and_hex(message.trailing)});
  }
}

}  // namespace

void describe(const Message& message, std::vector<Line>& out, const MoreLines& more) {
  const auto& header = message.header;
  if (message.octets.size() < header_length && header.length == 0) {
    out.push_back({0, "no ISAKMP header in " + octets_and_hex(message.octets)});
    if (message.fault) out.push_back({1, fault_text(*message.fault, 0)});
    return;
  }
  describe_header(message, out);
  if (message.cut) out.push_back({1, "! cut by the snap length after " + std::to_string(message.octets.size()) + " octets"});
  if (message.fault) out.push_back({1, fault_text(*message.fault, 0)});
  if (header.major() != 1) {
    const auto body = message.octets.subspan(std::min(header_length, message.octets.size()));
    out.push_back({1, "payloads of this version are not decoded" + (body.empty() ? std::string{} : "; " + octets_and_hex(body))});
  }
  if (!message.ciphertext.empty()) {
    out.push_back({1, "encrypted, first payload " + named(header.next_payload)});
    out.push_back({2, octets_and_hex(message.ciphertext)});
  }
  describe_payloads(message, out, more);
  describe_rest(message, out);
}

void describe_payloads(const Message& message, std::vector<Line>& out, const MoreLines& more) {
  for (const auto& payload : message.payloads) {
    out.push_back({1, heading(payload)});
    if (payload.reserved != 0) out.push_back({2, "reserved octet is not zero: 0x" + hex_number(payload.reserved, 2)});
    describe_payload(message, payload, out);
    if (more) more(payload, out);
  }
}

}  // namespace ike::isakmp
