#include "ike/isakmp/payload.hpp"

namespace ike::isakmp {
namespace {

template <typename Value>
PayloadContent content_of(const Decoded<Value>& decoded, ByteView body) {
  if (decoded) return PayloadContent{std::in_place_type<Value>, *decoded};
  return Malformed{body, decoded.error()};
}

constexpr bool is_phase1(ExchangeType type) noexcept { return number(type) >= 1 && number(type) <= 4; }
constexpr bool is_authip(ExchangeType type) noexcept { return number(type) >= 243 && number(type) <= 246; }

// Public key encryption (RFC 2409 5.2, 5.3) puts identities and nonces as RSA ciphertext into clear messages. Such a
// body is as long as a modulus.
bool may_be_ciphertext(ByteView body, const Header& header) noexcept {
  return !header.encrypted() && is_phase1(header.exchange_type) && body.size() >= 64 && body.size() % 64 == 0;
}

PayloadContent decode_known(PayloadType type, ByteView body, const Header& header, Doi doi) {
  switch (type) {
    case PayloadType::security_association: return content_of(decode_security_association(body), body);
    case PayloadType::key_exchange: return content_of(decode_key_exchange(body), body);
    case PayloadType::identification:
      // Main Mode never sends an identity in clear, so one as long as a modulus is ciphertext
      if (header.exchange_type == ExchangeType::identity_protection && may_be_ciphertext(body, header)) return Opaque{body};
      return content_of(decode_identification(body), body);
    case PayloadType::certificate: return content_of(decode_certificate(body), body);
    case PayloadType::certificate_request: return content_of(decode_certificate_request(body), body);
    case PayloadType::hash: return content_of(decode_hash(body), body);
    case PayloadType::signature: return content_of(decode_signature(body), body);
    case PayloadType::nonce: return content_of(decode_nonce(body), body);
    case PayloadType::notification: return content_of(decode_notification(body), body);
    case PayloadType::delete_: return content_of(decode_delete(body), body);
    case PayloadType::vendor_id: return VendorId{body};
    case PayloadType::attributes: return content_of(decode_config(body), body);
    case PayloadType::nat_discovery:
    case PayloadType::nat_discovery_draft: return content_of(decode_nat_discovery(body), body);
    case PayloadType::nat_original_address:
    case PayloadType::nat_original_address_draft: return content_of(decode_nat_original_address(body), body);
    case PayloadType::fragment: return content_of(decode_ike_fragment(body), body);
    case PayloadType::sa_kek:
      if (doi != Doi::gdoi && is_phase1(header.exchange_type) && is_draft_nat_discovery(body)) return NatDiscovery{body};
      return Opaque{body};
    case PayloadType::sa_tek:
      if (doi != Doi::gdoi && header.exchange_type == ExchangeType::quick_mode && is_draft_nat_original_address(body)) {
        return content_of(decode_nat_original_address(body), body);
      }
      return Opaque{body};
    case PayloadType::proposal:
    case PayloadType::transform:  // only inside an SA payload, RFC 2408 3.5, 3.6
      return Malformed{body, {Fault::bad_value, 0, "Next Payload"}};
    default: return Opaque{body};
  }
}

}  // namespace

PayloadContent decode_payload(PayloadType type, ByteView body, const Header& header, Doi doi) {
  auto content = decode_known(type, body, header, doi);
  if (std::holds_alternative<Malformed>(content)) {
    const bool foreign = is_authip(header.exchange_type) ||
                         ((type == PayloadType::identification || type == PayloadType::nonce) && may_be_ciphertext(body, header));
    if (foreign) return Opaque{body};
  }
  return content;
}

}  // namespace ike::isakmp
