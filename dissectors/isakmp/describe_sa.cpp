#include "describe_text.hpp"
#include "ike/isakmp/sa.hpp"

namespace ike::isakmp {
namespace {

// "Life-Duration (12), 4 octets: 86400": the length shows that it is a variable attribute.
template <typename Class>
std::string stated(Class type, const Attribute& attribute) {
  auto text = value_text(name(type), number(type));
  if (!attribute.basic) text += ", " + std::to_string(attribute.octets.size()) + (attribute.octets.size() == 1 ? " octet" : " octets");
  text += ": ";
  if (attribute.octets.size() > 8) {
    append_hex(text, attribute.octets, octets_shown);
    return text;
  }
  if (attribute.octets.empty() && !attribute.basic) return text + "empty";
  const auto known = attribute.value <= 0xffff ? value_name(type, static_cast<std::uint16_t>(attribute.value)) : std::string_view{};
  return text + value_text(known, attribute.value);
}

/// The policy in a line. A code 0 is none that the policy knows, yet it was sent.
std::string phase1_line(const Transform& transform) {
  auto text = to_string(phase1_policy(transform));
  for (const auto& attribute : transform.attributes) {
    const Phase1Attribute type{attribute.type};
    const std::string_view what = type == Phase1Attribute::encryption     ? "encryption"
                                  : type == Phase1Attribute::hash           ? "hash"
                                  : type == Phase1Attribute::authentication ? "authentication"
                                  : type == Phase1Attribute::group          ? "group"
                                                                                   : "";
    if (!what.empty() && attribute.value == 0) text = std::string{what} + " 0" + (text.empty() ? "" : ", ") + text;
  }
  return text;
}

class Writer {
 public:
  Writer(std::size_t at, std::vector<Line>& out) : at_{at}, out_{out} {}

  void write(const Proposal& proposal, bool with_the_one_before) {
    auto text = "proposal " + std::to_string(proposal.number) + ": " + named(proposal.protocol) + ", " +
                std::to_string(proposal.announced_transforms) + (proposal.announced_transforms == 1 ? " transform announced" : " transforms announced") +
                ", length " + std::to_string(proposal.length);
    text += ", SPI size " + std::to_string(proposal.spi.size());
    if (!proposal.spi.empty()) {
      text += ", SPI ";
      append_hex(text, proposal.spi, octets_shown);
    }
    if (with_the_one_before) text += ", together with the one before";
    line(2, std::move(text));
    if (proposal.reserved != 0) line(3, "reserved octet is not zero: 0x" + hex_number(proposal.reserved, 2));
    for (const auto& transform : proposal.transforms) write(transform, proposal.protocol);
    if (proposal.fault) line(3, fault_text(*proposal.fault, at_));
    if (!proposal.unread.empty()) line(3, "not read: " + octets_and_hex(proposal.unread));
  }

 private:
  void line(unsigned indent, std::string text) { out_.push_back({indent, std::move(text)}); }

  void write(const Transform& transform, ProtocolId protocol) {
    const bool phase1 = protocol == ProtocolId::isakmp;
    const auto summary = phase1 ? phase1_line(transform) : phase2_line(protocol, transform);
    line(3, "transform " + std::to_string(transform.number) + ": " + summary);
    line(4, "transform ID: " + value_text(transform_name(protocol, transform.id), transform.id) + ", length " + std::to_string(transform.length));
    if (transform.reserved != 0) line(4, "reserved octet is not zero: 0x" + hex_number(transform.reserved, 2));
    if (transform.reserved2 != 0) line(4, "RESERVED2 is not zero: 0x" + hex_number(transform.reserved2, 4));
    for (const auto& attribute : transform.attributes) {  // as it stands, also those that come twice
      line(4, phase1 ? stated(Phase1Attribute{attribute.type}, attribute) : phase2_attribute_text(attribute));
    }
    if (transform.fault) line(4, fault_text(*transform.fault, at_));
    if (!transform.unread.empty()) line(4, "not read: " + octets_and_hex(transform.unread));
  }

  std::size_t at_;  // of the proposals, in the message
  std::vector<Line>& out_;
};

}  // namespace

std::string phase2_attribute_text(const Attribute& attribute) { return stated(Phase2Attribute{attribute.type}, attribute); }

void describe_proposals(const SecurityAssociation& sa, std::size_t at, std::vector<Line>& out) {
  const auto proposals = decode_proposals(sa);
  const bool foreign = sa.doi == Doi::gdoi && std::ranges::any_of(proposals, [](const Proposal& p) { return p.fault.has_value(); });
  if (foreign) {
    out.push_back({2, "GDOI attributes: " + octets_and_hex(sa.proposals_octets)});
    return;
  }
  const bool guessed = sa.doi != Doi::isakmp && sa.doi != Doi::ipsec && sa.doi != Doi::gdoi;
  if (guessed && !proposals.empty()) out.push_back({2, "this DOI is not known; what follows is read as that of IPSEC"});
  Writer writer{at, out};
  const Proposal* before = nullptr;
  for (const auto& proposal : proposals) {
    writer.write(proposal, before != nullptr && before->number == proposal.number);
    before = &proposal;
  }
}

}  // namespace ike::isakmp
