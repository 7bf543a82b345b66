#include "ike/isakmp/payload.hpp"

namespace ike::isakmp {
namespace {

// Filled in place: this runs for every payload of every message.
template <typename Value>
void fill(PayloadContent& content, const Decoded<Value>& decoded, ByteView body) {
  if (decoded) {
    content.emplace<Value>(*decoded);
  } else {
    content.emplace<Malformed>(Malformed{body, decoded.error()});
  }
}

void fill_opaque(PayloadContent& content, ByteView body) { content.emplace<Opaque>(Opaque{body}); }

constexpr bool is_phase1(ExchangeType type) noexcept { return number(type) >= 1 && number(type) <= 4; }
constexpr bool is_authip(ExchangeType type) noexcept { return number(type) >= 243 && number(type) <= 246; }

// Public key encryption (RFC 2409 5.2, 5.3) puts identities and nonces as RSA ciphertext into clear messages. Such a
// body is as long as a modulus.
bool may_be_ciphertext(ByteView body, const Header& header) noexcept {
  return !header.encrypted() && is_phase1(header.exchange_type) && body.size() >= 64 && body.size() % 64 == 0;
}

void decode_known(PayloadType type, ByteView body, const Header& header, Doi doi, PayloadContent& content) {
  switch (type) {
    case PayloadType::security_association: return fill(content, decode_security_association(body), body);
    case PayloadType::key_exchange: return fill(content, decode_key_exchange(body), body);
    case PayloadType::identification: return fill(content, decode_identification(body), body);
    case PayloadType::certificate: return fill(content, decode_certificate(body), body);
    case PayloadType::certificate_request: return fill(content, decode_certificate_request(body), body);
    case PayloadType::hash: return fill(content, decode_hash(body), body);
    case PayloadType::signature: return fill(content, decode_signature(body), body);
    case PayloadType::nonce: return fill(content, decode_nonce(body), body);
    case PayloadType::notification: return fill(content, decode_notification(body), body);
    case PayloadType::delete_: return fill(content, decode_delete(body), body);
    case PayloadType::vendor_id: content.emplace<VendorId>(VendorId{body}); return;
    case PayloadType::attributes: return fill(content, decode_config(body), body);
    case PayloadType::nat_discovery:
    case PayloadType::nat_discovery_draft: return fill(content, decode_nat_discovery(body), body);
    case PayloadType::nat_original_address:
    case PayloadType::nat_original_address_draft: return fill(content, decode_nat_original_address(body), body);
    case PayloadType::fragment: return fill(content, decode_ike_fragment(body), body);
    case PayloadType::sa_kek:
      if (doi == Doi::gdoi || !is_phase1(header.exchange_type) || !is_draft_nat_discovery(body)) break;
      return fill(content, decode_nat_discovery(body), body);
    case PayloadType::sa_tek:
      if (doi == Doi::gdoi || header.exchange_type != ExchangeType::quick_mode || !is_draft_nat_original_address(body)) break;
      return fill(content, decode_nat_original_address(body), body);
    case PayloadType::proposal:
    case PayloadType::transform:  // only inside an SA payload, RFC 2408 3.5, 3.6
      content.emplace<Malformed>(Malformed{body, {Fault::bad_value, 0, "Next Payload"}});
      return;
    default: break;
  }
  fill_opaque(content, body);
}

// The number that says what `payload` was decoded as.
PayloadType meaning(const Payload& payload) {
  const bool shared = payload.type == PayloadType::sa_kek || payload.type == PayloadType::sa_tek;
  if (shared && std::holds_alternative<NatDiscovery>(payload.content)) return PayloadType::nat_discovery_draft;
  if (shared && std::holds_alternative<NatOriginalAddress>(payload.content)) return PayloadType::nat_original_address_draft;
  return payload.type;
}

}  // namespace

std::string label(const Payload& payload) { return label(meaning(payload)); }
std::string short_label(const Payload& payload) { return short_label(meaning(payload)); }

void decode_payload(PayloadType type, ByteView body, const Header& header, Doi doi, PayloadContent& content) {
  const bool hidden = (type == PayloadType::identification || type == PayloadType::nonce) && may_be_ciphertext(body, header);
  // Main Mode never sends an identity in clear, so one as long as a modulus is ciphertext.
  if (hidden && type == PayloadType::identification && header.exchange_type == ExchangeType::identity_protection) {
    return fill_opaque(content, body);
  }
  decode_known(type, body, header, doi, content);
  if (std::holds_alternative<Malformed>(content) && (hidden || is_authip(header.exchange_type))) fill_opaque(content, body);
}

}  // namespace ike::isakmp
