#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "ike/isakmp/describe.hpp"
#include "text.hpp"

/// The phrases that all lines of a decode are made of.
namespace ike::isakmp {

inline constexpr std::size_t octets_shown = 64;

/// "NO-PROPOSAL-CHOSEN (14)"; only the number when it has no name.
inline std::string value_text(std::string_view known, std::uint64_t value) {
  return known.empty() ? std::to_string(value) : std::string{known} + " (" + std::to_string(value) + ")";
}
template <typename Code>
std::string named(Code code) {
  return value_text(name(code), number(code));
}

/// "16 octets: 8d46...", with "..." behind those shown when there are more.
inline std::string octets_and_hex(ByteView octets) {
  if (octets.empty()) return "none";
  std::string text = std::to_string(octets.size()) + (octets.size() == 1 ? " octet: " : " octets: ");
  append_hex(text, octets.first(std::min(octets.size(), octets_shown)), octets_shown);
  if (octets.size() > octets_shown) text += "...";
  return text;
}

/// `at` is where what `why` counts from starts, in the message.
inline std::string fault_text(const DecodeError& why, std::size_t at) {
  return "! " + std::string{name(why.fault)} + " at offset " + std::to_string(at + why.offset) + ": " + std::string{why.field};
}

/// The lines of a proposal list; `at` is where it starts in the message.
void describe_proposals(const SecurityAssociation& sa, std::size_t at, std::vector<Line>& out);
/// "Key-Length (14): 256": one attribute of a phase 2 transform, as RESPONDER-LIFETIME carries them too.
std::string phase2_attribute_text(const Attribute& attribute);
/// The value of a mode config attribute; secrets are not shown.
std::string config_value_text(const Attribute& attribute);
/// The lines of one payload below its heading.
void describe_payload(const Message& message, const Payload& payload, std::vector<Line>& out);

}  // namespace ike::isakmp
