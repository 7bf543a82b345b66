#include "offer_comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

namespace ike::app {
namespace {

using isakmp::Attribute;
using isakmp::Phase1Policy;
using isakmp::ProtocolId;
using isakmp::Transform;

constexpr std::size_t rows_shown = 32;  // ike-scan offers more; what it offers reads above
constexpr std::size_t answers_compared = 4;  // a bundle has AH, ESP and IPCOMP
constexpr unsigned life = 1000;         // keys of lifetimes: one for each unit

/// One thing that a transform states: parts with the same key can be compared.
struct Part {
  unsigned key = 0;
  std::string text;
  friend bool operator==(const Part&, const Part&) = default;
};

std::string value_of(const Attribute& attribute) {
  return attribute.octets.size() > 8 ? fmt::format("{} octets", attribute.octets.size()) : std::to_string(attribute.value);
}

std::vector<Part> phase1_parts(const Transform& transform) {
  const Phase1Policy policy = isakmp::phase1_policy(transform);
  std::vector<Part> parts;
  const auto add = [&parts](unsigned key, const Phase1Policy& alone) {
    if (std::string text = to_string(alone); !text.empty()) parts.push_back({key, std::move(text)});
  };
  add(1, {.encryption = policy.encryption, .key_length = policy.key_length});
  add(2, {.hash = policy.hash});
  add(3, {.auth = policy.auth});
  add(4, {.group = policy.group});
  add(life, {.life_seconds = policy.life_seconds});
  add(life + 1, {.life_kilobytes = policy.life_kilobytes});
  for (const Attribute& attribute : transform.attributes) {
    const bool stated = (attribute.type >= 1 && attribute.type <= 4) || attribute.type == 11 || attribute.type == 12 || attribute.type == 14;
    if (!stated) parts.push_back({attribute.type, label(isakmp::Phase1Attribute{attribute.type}) + " " + value_of(attribute)});
  }
  return parts;
}

std::vector<Part> phase2_parts(ProtocolId protocol, const Transform& transform) {
  using isakmp::Phase2Attribute;
  Transform alone;
  alone.id = transform.id;
  const std::string name = isakmp::phase2_line(protocol, alone);
  std::vector<Part> parts{{0, name}};
  std::optional<Attribute> unit;
  for (const Attribute& attribute : transform.attributes) {
    const Phase2Attribute type{attribute.type};
    if (type == Phase2Attribute::life_type) {
      unit = attribute;
      continue;
    }
    alone.attributes.clear();
    if (type == Phase2Attribute::life_duration && unit) alone.attributes.push_back(*unit);
    alone.attributes.push_back(attribute);
    const std::string line = isakmp::phase2_line(protocol, alone);
    if (type == Phase2Attribute::key_length) parts.front().text = line;  // stands with the cipher
    else parts.push_back({type == Phase2Attribute::life_duration ? life + static_cast<unsigned>(unit ? unit->value % 16 : 1) : attribute.type, line.substr(name.size() + 2)});
  }
  return parts;
}

std::vector<Part> parts_of(ProtocolId protocol, const Transform& transform) {
  return protocol == ProtocolId::isakmp ? phase1_parts(transform) : phase2_parts(protocol, transform);
}

/// "AES-CBC-256, [SHA1], PSK": `offered` with what is otherwise in `chosen` in brackets. `same`: nothing is.
std::string marked(const std::vector<Part>& offered, const std::vector<Part>& chosen, bool& same) {
  std::string text;
  same = true;
  const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  for (const Part& part : offered) {
    const bool equal = std::ranges::find(chosen, part) != chosen.end();
    same = same && equal;
    add(equal ? part.text : "[" + part.text + "]");
  }
  for (const Part& part : chosen) {
    if (std::ranges::find(offered, part.key, &Part::key) != offered.end()) continue;
    same = false;
    add("[without " + part.text + "]");
  }
  return text;
}

/// A transform that was offered, ready to be compared.
struct Offered {
  ProtocolId protocol{};
  unsigned proposal = 0;
  unsigned transform = 0;
  std::vector<Part> parts;
};

std::vector<Offered> all_of(const isakmp::SecurityAssociation& offer) {
  std::vector<Offered> all;
  for (const isakmp::Proposal& proposal : isakmp::decode_proposals(offer)) {
    for (const Transform& transform : proposal.transforms) all.push_back({proposal.protocol, proposal.number, transform.number, parts_of(proposal.protocol, transform)});
  }
  return all;
}

}  // namespace

void compare_offer(const isakmp::SecurityAssociation& offer, std::string_view offered_in, const isakmp::SecurityAssociation& choice, std::vector<isakmp::Line>& out) {
  const std::vector<Offered> offered = all_of(offer);
  std::size_t answers = 0;
  for (const isakmp::Proposal& answer : isakmp::decode_proposals(choice)) {
    if (answer.transforms.empty()) continue;
    if (++answers > answers_compared) {
      out.push_back({2, fmt::format("! more than {} proposals in an answer; the others are not compared", answers_compared)});
      return;
    }
    if (answer.transforms.size() > 1) out.push_back({2, fmt::format("! {} transforms in an answer, which must choose one (RFC 2408 4.2)", answer.transforms.size())});
    const std::vector<Part> chosen = parts_of(answer.protocol, answer.transforms.front());
    out.push_back({2, fmt::format("offered in {}, differences from this choice in [ ]:", offered_in)});
    std::size_t rows = 0;
    bool found = false;
    for (const Offered& one : offered) {
      if (one.protocol != answer.protocol) continue;
      bool same = false;
      const std::string text = marked(one.parts, chosen, same);
      found = found || same;
      if (++rows > rows_shown && !same) continue;
      out.push_back({3, fmt::format("{} proposal {}, transform {}: {}", same ? "=" : " ", one.proposal, one.transform, text)});
    }
    if (rows > rows_shown) out.push_back({3, fmt::format("  {} transforms in all", rows)});
    if (!found) out.push_back({2, "! this choice is none of those offered"});
  }
}

}  // namespace ike::app
