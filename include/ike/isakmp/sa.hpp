#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ike/base/bytes.hpp"
#include "ike/isakmp/attribute.hpp"
#include "ike/isakmp/registry.hpp"

namespace ike::isakmp {

/// Transform payload (RFC 2408 3.6). `fault` tells where the attribute list broke; those before it stand.
struct Transform {
  std::uint8_t number = 0;
  std::uint8_t id = 0;
  std::vector<Attribute> attributes;
  std::optional<DecodeError> fault;
  ByteView unread{};              ///< the octets behind the last attribute that could be read
  std::uint16_t length = 0;     ///< of the generic header, by its own word
  std::uint8_t reserved = 0;    ///< of the generic header
  std::uint16_t reserved2 = 0;  ///< RESERVED2; both are zero by the RFC
};

/// Proposal payload (RFC 2408 3.5).
struct Proposal {
  std::uint8_t number = 0;
  ProtocolId protocol{};
  ByteView spi;
  std::uint8_t announced_transforms = 0;
  std::vector<Transform> transforms;
  std::optional<DecodeError> fault;
  ByteView unread{};            ///< the octets behind the last link of its chain that could be read
  std::uint16_t length = 0;   ///< of the generic header, by its own word
  std::uint8_t reserved = 0;  ///< of the generic header; zero by the RFC
};

/// Security Association payload (RFC 2408 3.4; RFC 2407 4.6.1). `proposals_octets` is everything after the
/// situation (and its labels); decode_proposals takes it apart, so that a message which only passes by
/// costs no allocation.
struct SecurityAssociation {
  Doi doi{};
  std::uint32_t situation = 0;
  ByteView proposals_octets;
  ByteView labels{};  ///< of SIT_SECRECY and SIT_INTEGRITY, between situation and proposals
};

/// Refuses a body that ends within DOI, situation or the labels that the situation announces.
Decoded<SecurityAssociation> decode_security_association(ByteView body);

/// Every proposal and transform in `sa`, as far as they can be read; offsets in faults count from the start
/// of `sa.proposals_octets`. At most max_proposals and max_transforms, else Fault::limit_reached.
std::vector<Proposal> decode_proposals(const SecurityAssociation& sa);

/// Limits against hostile SA payloads: far above what any product sends.
inline constexpr std::size_t max_proposals = 64;
inline constexpr std::size_t max_transforms = 256;  // per SA payload; ike-scan's widest sweep is below it

/// A phase 1 transform as the tracker and reports compare it; 0 where the attribute is absent.
struct Phase1Policy {
  EncryptionAlgorithm encryption{};
  std::uint16_t key_length = 0;  ///< bits, as sent
  HashAlgorithm hash{};
  AuthMethod auth{};
  Group group{};
  std::uint32_t life_seconds = 0;
  std::uint32_t life_kilobytes = 0;
  friend bool operator==(const Phase1Policy&, const Phase1Policy&) = default;
};

/// The policy that a phase 1 transform states.
Phase1Policy phase1_policy(const Transform& transform);
/// The same for the first transform of the first proposal of `sa`, without allocating; `count` (if not
/// null) gets the number of transforms in the payload.
Phase1Policy first_phase1_policy(const SecurityAssociation& sa, unsigned* count = nullptr) noexcept;
/// "AES-CBC-256, SHA2-256, PSK, MODP-2048, 86400 s"; parts that are absent are left out.
std::string to_string(const Phase1Policy& policy);
/// A phase 2 transform in one line: "ESP_AES-CBC-256, HMAC-SHA1, tunnel, MODP-2048, 28800 s, 4608000 kB".
std::string phase2_line(ProtocolId protocol, const Transform& transform);

}  // namespace ike::isakmp
