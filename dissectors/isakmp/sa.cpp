#include "ike/isakmp/sa.hpp"

#include <algorithm>

namespace ike::isakmp {
namespace {

constexpr std::uint32_t situation_secrecy = 2;
constexpr std::uint32_t situation_integrity = 4;
constexpr std::uint8_t no_next = 0;
constexpr std::uint8_t next_proposal = 2;
constexpr std::uint8_t next_transform = 3;

// Level and category bitmap of one kind of label (RFC 2407 4.6.1), each padded to four octets.
void skip_labels(ByteReader& in, std::string_view level, std::string_view bitmap) noexcept {
  const auto padded = [](std::size_t octets) { return (octets + 3) / 4 * 4; };
  const std::size_t level_octets = in.u16(level);
  in.take(2, "RESERVED");
  in.take(padded(level_octets), level);
  const std::size_t bits = in.u16(bitmap);
  in.take(2, "RESERVED");
  in.take(padded((bits + 7) / 8), bitmap);
}

// Walks the chain of proposals in an SA, or of transforms in a proposal: both have next payload, RESERVED, length.
class Chain {
 public:
  // `inner` is the one next payload that may follow; `fixed` the shortest body a link may have.
  Chain(ByteView octets, std::size_t offset, std::uint8_t inner, std::size_t fixed) noexcept
      : octets_{octets}, offset_{offset}, inner_{inner}, fixed_{fixed} {}

  // The body of the next link; false at the end. After a fault one more link may come: the broken one, as far as it is
  // there, so that it is not lost.
  bool next(ByteView& body) noexcept {
    if (done_) return false;
    const auto rest = octets_.subspan(at_);
    body_offset_ = offset_ + at_ + 4;
    reserved_ = rest.size() < 2 ? std::uint8_t{0} : rest[1];
    if (rest.size() < 4 + fixed_) return stop(Fault::truncated, octets_.size(), "generic payload header");
    length_ = load_be16(rest.data() + 2);
    const std::size_t length = length_;
    if (length < 4 + fixed_) return stop(Fault::bad_length, at_ + 2, "Payload Length");
    if (length > rest.size()) {
      stop(Fault::truncated, at_ + 2, "Payload Length");
      at_ = octets_.size();
      body = rest.subspan(4);
      return true;
    }
    body = rest.subspan(4, length - 4);
    follow(rest[0], length);
    return true;
  }

  [[nodiscard]] const std::optional<DecodeError>& error() const noexcept { return error_; }
  [[nodiscard]] std::size_t body_offset() const noexcept { return body_offset_; }
  // Of the generic header of the link given last.
  [[nodiscard]] std::uint16_t length() const noexcept { return length_; }
  [[nodiscard]] std::uint8_t reserved() const noexcept { return reserved_; }
  // After a fault: what it kept from being read.
  [[nodiscard]] ByteView unread() const noexcept { return error_ ? octets_.subspan(at_) : ByteView{}; }

 private:
  void follow(std::uint8_t next, std::size_t length) noexcept {
    const auto link = at_;
    at_ += length;
    const bool left = at_ < octets_.size();
    if (next != no_next && next != inner_) {
      stop(Fault::bad_value, link, "Next Payload");
    } else if (next == no_next) {
      if (left) stop(Fault::trailing, at_, "end");
      done_ = true;
    } else if (!left) {
      stop(Fault::chain_broken, link, "Next Payload");
    }
  }
  bool stop(Fault fault, std::size_t at, std::string_view field) noexcept {
    done_ = true;
    error_ = DecodeError{fault, offset_ + at, field};
    return false;
  }

  ByteView octets_;
  std::size_t offset_;
  std::uint8_t inner_;
  std::size_t fixed_;
  std::size_t at_ = 0;
  std::size_t body_offset_ = 0;
  std::uint16_t length_ = 0;
  std::uint8_t reserved_ = 0;
  bool done_ = false;
  std::optional<DecodeError> error_;
};

constexpr std::size_t fixed_fields = 4;  // of a proposal and of a transform, after the generic header

Chain proposal_chain(ByteView octets) noexcept { return {octets, 0, next_proposal, fixed_fields}; }

Transform decode_transform(ByteView body, std::size_t offset) {
  Transform transform{body[0], body[1], {}, {}, {}, 0, 0, load_be16(body.data() + 2)};
  const auto list = body.subspan(fixed_fields);
  AttributeReader in{list};
  offset += fixed_fields;
  transform.attributes.reserve(std::min<std::size_t>(body.size() / 4, 8));
  Attribute attribute;
  for (auto start = in.offset(); in.next(attribute); start = in.offset()) {
    if (transform.attributes.size() == max_attributes) {
      transform.fault = DecodeError{Fault::limit_reached, offset + start, "SA Attributes"};
      transform.unread = list.subspan(start);
      return transform;
    }
    if (!attribute.basic && attribute.octets.empty() && !transform.fault) {
      transform.fault = DecodeError{Fault::bad_length, offset + start + 2, "Attribute Length"};
    }
    transform.attributes.push_back(attribute);
  }
  transform.unread = list.subspan(in.offset());
  if (in.error() && !transform.fault) {
    transform.fault = DecodeError{in.error()->fault, offset + in.error()->offset, in.error()->field};
  }
  return transform;
}

// `room` is how many transforms may still be kept in this SA payload.
Proposal decode_proposal(ByteView body, std::size_t offset, std::size_t& room) {
  Proposal proposal{body[0], ProtocolId{body[1]}, {}, body[3], {}, {}, {}, 0, 0};
  const std::size_t spi_size = body[2];
  if (spi_size > body.size() - fixed_fields) {
    proposal.fault = DecodeError{Fault::truncated, offset + 2, "SPI Size"};
    proposal.unread = body.subspan(fixed_fields);
    return proposal;
  }
  proposal.spi = body.subspan(fixed_fields, spi_size);
  const auto octets = body.subspan(fixed_fields + spi_size);
  if (octets.empty() && proposal.announced_transforms == 0) return proposal;

  Chain chain{octets, offset + fixed_fields + spi_size, next_transform, fixed_fields};
  for (ByteView link; chain.next(link);) {
    if (room == 0) {
      proposal.fault = DecodeError{Fault::limit_reached, chain.body_offset() - 4, "Transform"};
      proposal.unread = octets.subspan(chain.body_offset() - 4 - (offset + fixed_fields + spi_size));
      return proposal;
    }
    --room;
    proposal.transforms.push_back(decode_transform(link, chain.body_offset()));
    proposal.transforms.back().length = chain.length();
    proposal.transforms.back().reserved = chain.reserved();
  }
  proposal.fault = chain.error();
  proposal.unread = chain.unread();
  if (!proposal.fault && proposal.transforms.size() != proposal.announced_transforms) {
    proposal.fault = DecodeError{Fault::bad_value, offset + 3, "# of Transforms"};
  }
  return proposal;
}

std::uint16_t as_code(const Attribute& attribute) noexcept {
  return attribute.value <= 0xffff && attribute.octets.size() <= 8 ? static_cast<std::uint16_t>(attribute.value) : std::uint16_t{0};
}

std::uint32_t as_duration(const Attribute& attribute) noexcept {
  constexpr std::uint64_t most = UINT32_MAX;
  return static_cast<std::uint32_t>(attribute.octets.size() > 8 ? most : std::min(attribute.value, most));
}

// Collects a policy attribute by attribute; of attributes that come twice the first counts.
class PolicyReader {
 public:
  void take(const Attribute& attribute) noexcept {
    const auto code = as_code(attribute);
    switch (Phase1Attribute{attribute.type}) {
      case Phase1Attribute::encryption: set(policy_.encryption, EncryptionAlgorithm{code}); break;
      case Phase1Attribute::hash: set(policy_.hash, HashAlgorithm{code}); break;
      case Phase1Attribute::authentication: set(policy_.auth, AuthMethod{code}); break;
      case Phase1Attribute::group: set(policy_.group, Group{code}); break;
      case Phase1Attribute::key_length: set(policy_.key_length, code); break;
      case Phase1Attribute::life_type: life_type_ = LifeType{code}; break;
      case Phase1Attribute::life_duration:
        if (life_type_ == LifeType::seconds) set(policy_.life_seconds, as_duration(attribute));
        if (life_type_ == LifeType::kilobytes) set(policy_.life_kilobytes, as_duration(attribute));
        break;
      default: break;
    }
  }
  [[nodiscard]] const Phase1Policy& policy() const noexcept { return policy_; }

 private:
  template <typename Value>
  static void set(Value& field, Value value) noexcept {
    if (field == Value{}) field = value;
  }
  Phase1Policy policy_;
  LifeType life_type_ = LifeType::seconds;  // what a duration without a type means, RFC 2407 4.5
};

}  // namespace

Decoded<SecurityAssociation> decode_security_association(ByteView body) {
  ByteReader in{body};
  const Doi doi{in.u32("DOI")};
  const auto situation = in.u32("Situation");
  if (doi == Doi::ipsec && (situation & (situation_secrecy | situation_integrity)) != 0) {
    in.u32("Labeled Domain Identifier");
    if ((situation & situation_secrecy) != 0) skip_labels(in, "Secrecy Level", "Secrecy Category Bitmap");
    if ((situation & situation_integrity) != 0) skip_labels(in, "Integrity Level", "Integrity Category Bitmap");
  }
  const auto labels = in.failed() ? ByteView{} : body.subspan(8, in.offset() - 8);
  const auto proposals = in.rest();
  return in.finish(SecurityAssociation{doi, situation, proposals, labels});
}

std::vector<Proposal> decode_proposals(const SecurityAssociation& sa) {
  std::vector<Proposal> proposals;
  if (sa.proposals_octets.empty()) return proposals;
  auto room = max_transforms;
  auto chain = proposal_chain(sa.proposals_octets);
  for (ByteView link; chain.next(link);) {
    if (proposals.size() == max_proposals) {
      proposals.back().fault = DecodeError{Fault::limit_reached, chain.body_offset() - 4, "Proposal"};
      proposals.back().unread = sa.proposals_octets.subspan(chain.body_offset() - 4);
      return proposals;
    }
    proposals.push_back(decode_proposal(link, chain.body_offset(), room));
    proposals.back().length = chain.length();
    proposals.back().reserved = chain.reserved();
    if (room == 0 && proposals.back().fault) return proposals;
  }
  if (chain.error()) {
    if (proposals.empty()) proposals.emplace_back();
    if (!proposals.back().fault) proposals.back().fault = chain.error();
    if (proposals.back().unread.empty()) proposals.back().unread = chain.unread();
  }
  return proposals;
}

Phase1Policy phase1_policy(const Transform& transform) {
  PolicyReader reader;
  for (const auto& attribute : transform.attributes) reader.take(attribute);
  return reader.policy();
}

Phase1Policy first_phase1_policy(const SecurityAssociation& sa, unsigned* count) noexcept {
  PolicyReader reader;
  unsigned transforms = 0;
  auto proposals = proposal_chain(sa.proposals_octets);
  for (ByteView proposal; proposals.next(proposal);) {
    const std::size_t spi_size = proposal[2];
    if (spi_size > proposal.size() - fixed_fields) continue;
    Chain chain{proposal.subspan(fixed_fields + spi_size), 0, next_transform, fixed_fields};
    for (ByteView transform; chain.next(transform); ++transforms) {
      if (transforms != 0) continue;
      AttributeReader in{transform.subspan(fixed_fields)};
      Attribute attribute;
      for (std::size_t kept = 0; kept < max_attributes && in.next(attribute); ++kept) reader.take(attribute);
    }
  }
  if (count != nullptr) *count = transforms;
  return reader.policy();
}

}  // namespace ike::isakmp
