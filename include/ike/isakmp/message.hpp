#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ike/base/bytes.hpp"
#include "ike/isakmp/header.hpp"
#include "ike/isakmp/registry.hpp"
#include "ike/isakmp/sa.hpp"

namespace ike::isakmp {

// Payload values. Every view looks into the octets that were decoded and lives as long as they do.

/// Key Exchange (RFC 2408 3.7).
struct KeyExchange { ByteView public_value; };
/// Identification (RFC 2407 4.6.2). `data` is of `type`'s own format; to_string gives it readable.
struct Identification { IdType type{}; std::uint8_t protocol = 0; std::uint16_t port = 0; ByteView data; };
/// Certificate (RFC 2408 3.9).
struct Certificate { CertEncoding encoding{}; ByteView data; };
/// Certificate Request (RFC 2408 3.10); an empty authority asks for any.
struct CertificateRequest { CertEncoding encoding{}; ByteView authority; };
/// Hash (RFC 2408 3.11).
struct Hash { ByteView data; };
/// Signature (RFC 2408 3.12).
struct Signature { ByteView data; };
/// Nonce (RFC 2408 3.13; 8 to 256 octets, RFC 2409 5).
struct Nonce { ByteView data; };
/// Notification (RFC 2408 3.14).
struct Notification { Doi doi{}; ProtocolId protocol{}; NotifyType type{}; ByteView spi; ByteView data; };
/// Delete (RFC 2408 3.15). `spis` holds `count` SPIs of `spi_size` octets each.
struct Delete { Doi doi{}; ProtocolId protocol{}; std::uint8_t spi_size = 0; std::uint16_t count = 0; ByteView spis; };
/// Vendor ID (RFC 2408 3.16).
struct VendorId { ByteView data; };
/// Attributes (draft-ietf-ipsec-isakmp-mode-cfg-05 3.2); decode_attributes takes the list apart.
struct Config { ConfigType type{}; std::uint16_t identifier = 0; ByteView attributes_octets; };
/// NAT-D (RFC 3947 3.2), also under its draft numbers.
struct NatDiscovery { ByteView hash; };
/// NAT-OA (RFC 3947 5.2), also under its draft numbers.
struct NatOriginalAddress { IdType type{}; ByteView address; };
/// Cisco and Microsoft IKE fragment (MS-IKEE 2.2.3.1).
struct IkeFragment { std::uint16_t id = 0; std::uint8_t number = 0; bool last = false; ByteView data; };
/// A payload whose inside we do not know: GDOI, AuthIP, private or unassigned numbers.
struct Opaque { ByteView body; };
/// A payload that contradicts itself. `why.offset` counts from the start of `body`.
struct Malformed { ByteView body; DecodeError why; };

using PayloadContent = std::variant<Opaque, Malformed, SecurityAssociation, KeyExchange, Identification, Certificate, CertificateRequest, Hash, Signature, Nonce, Notification, Delete, VendorId, Config, NatDiscovery, NatOriginalAddress, IkeFragment>;

struct Payload {
  PayloadType type{};
  std::uint32_t offset = 0;   ///< of the generic payload header, from the start of the message
  std::uint16_t length = 0;   ///< by its own word, generic header included
  PayloadContent content;
};

/// One ISAKMP message. Views look into `octets`, which the caller owns (a frame, a reassembly buffer).
struct Message {
  ByteView octets;                    ///< from the ISAKMP header on, as far as captured, without marker and without what follows header.length
  Header header;
  std::vector<Payload> payloads;      ///< in wire order; empty when encrypted
  ByteView ciphertext;                ///< what follows the header of an encrypted message
  std::uint32_t sent_length = 0;      ///< octets from the header to the end of the datagram, as sent
  bool cut = false;                   ///< the capture holds fewer octets than were sent
  std::optional<DecodeError> fault;   ///< the first fault of header or chain; offset from the start of the message
};

/// Limit of payloads in one message: the longest real ones (many VIDs) hold about 30.
inline constexpr std::size_t max_payloads = 96;

/// Decodes `octets`, which begin with an ISAKMP header (classify said where), into `message`, whose vectors
/// are reused: decoding many messages into one allocates nothing. A bad payload becomes Malformed and the
/// reader goes on where the lengths still allow it; what cannot be read further sets `fault`. False only
/// when not even the header could be read. `sent_length`: octets from the header on that were sent.
bool decode_message(ByteView octets, std::uint32_t sent_length, Message& message);

/// The same for decrypted payloads: a chain that starts with `first` in `plaintext`. Padding after the
/// chain's end is no fault. `offset` is added to every offset.
void decode_payloads(PayloadType first, ByteView plaintext, std::uint32_t offset, const Header& header, std::vector<Payload>& payloads, std::optional<DecodeError>& fault);

/// The attribute list of a Config payload, as far as it can be read.
std::vector<Attribute> decode_attributes(const Config& config, std::optional<DecodeError>& fault);

/// "192.0.2.1", "vpn.example.org", "10.0.0.0/8", "CN=gw, O=Example": `id`'s data as text, control octets
/// escaped, bounded.
std::string to_string(const Identification& id);

/// Canonical one-line dump: "MM CKY-I=.. CKY-R=.. SA(IPSEC, P1[ISAKMP, T1{AES-CBC-128, SHA1, PSK, MODP-1024}]) VID(..)".
/// For tests and for comparing messages.
std::string dump(const Message& message);

}  // namespace ike::isakmp
