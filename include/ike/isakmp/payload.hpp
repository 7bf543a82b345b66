#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "ike/base/bytes.hpp"
#include "ike/isakmp/certificate.hpp"
#include "ike/isakmp/config.hpp"
#include "ike/isakmp/delete.hpp"
#include "ike/isakmp/fragment.hpp"
#include "ike/isakmp/hash.hpp"
#include "ike/isakmp/header.hpp"
#include "ike/isakmp/identification.hpp"
#include "ike/isakmp/key_exchange.hpp"
#include "ike/isakmp/nat_traversal.hpp"
#include "ike/isakmp/nonce.hpp"
#include "ike/isakmp/notification.hpp"
#include "ike/isakmp/sa.hpp"
#include "ike/isakmp/signature.hpp"
#include "ike/isakmp/vendor_id.hpp"

namespace ike::isakmp {

/// A payload whose inside we do not know: GDOI, AuthIP, public key encryption, unassigned numbers.
struct Opaque {
  ByteView body;
};
/// A payload that contradicts itself. `why.offset` counts from the start of `body`. Where not even its generic
/// header can be, `body` is all that was left of the message.
struct Malformed {
  ByteView body;
  DecodeError why;
};

/// Every view in it looks into the octets that were decoded and lives as long as they do.
using PayloadContent = std::variant<Opaque, Malformed, SecurityAssociation, KeyExchange, Identification, Certificate,
                                    CertificateRequest, Hash, Signature, Nonce, Notification, Delete, VendorId, Config,
                                    NatDiscovery, NatOriginalAddress, IkeFragment>;

struct Payload {
  PayloadType type{};
  std::uint32_t offset = 0;  ///< of the generic payload header, from the start of the message
  std::uint16_t length = 0;  ///< by its own word, generic header included
  PayloadType next{};        ///< what it says of the payload behind it
  std::uint8_t reserved = 0;  ///< second octet of the generic header; zero by RFC 2408 3.2
  PayloadContent content;
};

/// How `payload` is displayed: by what it was decoded as, because 15 and 16 have two meanings; or its number.
std::string label(const Payload& payload);
std::string short_label(const Payload& payload);

/// Decodes the body of one payload of `type` in a message with `header` into `content`; never fails: Malformed
/// says why. `doi` is that of the message's SA payload, Doi::ipsec before one was seen.
void decode_payload(PayloadType type, ByteView body, const Header& header, Doi doi, PayloadContent& content);

}  // namespace ike::isakmp
