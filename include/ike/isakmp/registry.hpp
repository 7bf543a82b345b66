#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ike/base/named.hpp"

/// The numbers of ISAKMP, the IPsec DOI and IKE. Any value of the underlying type is legal in an enum,
/// so an unassigned number is never lost; `name()` is empty for one without a name.
namespace ike::isakmp {

/// RFC 2408 3.1; 4.4 to 4.8; RFC 2409 5.5, 5.6; mode config.
enum class ExchangeType : std::uint8_t {
  none = 0,
  base = 1,
  identity_protection = 2,  ///< Main Mode
  authentication_only = 3,
  aggressive = 4,
  informational = 5,
  transaction = 6,          ///< XAUTH and mode config
  quick_mode = 32,          ///< on UDP 848: GDOI GROUPKEY-PULL
  new_group_mode = 33,      ///< on UDP 848: GDOI GROUPKEY-PUSH
  authip_main_mode = 243,   ///< Microsoft AuthIP, MS-AIPS
  authip_quick_mode = 244,
  authip_extended_mode = 245,
  authip_notify = 246,
};

/// RFC 2408 3.1; RFC 3947 3.2, 5.2; RFC 6407; private numbers in use.
enum class PayloadType : std::uint8_t {
  none = 0,
  security_association = 1,
  proposal = 2,
  transform = 3,
  key_exchange = 4,
  identification = 5,
  certificate = 6,
  certificate_request = 7,
  hash = 8,
  signature = 9,
  nonce = 10,
  notification = 11,
  delete_ = 12,
  vendor_id = 13,
  attributes = 14,              ///< mode config and XAUTH
  sa_kek = 15,                  ///< GDOI; or NAT-D of drafts 04 to 08
  sa_tek = 16,                  ///< GDOI; or NAT-OA of drafts 05 to 08
  key_download = 17,
  sequence_number = 18,
  proof_of_possession = 19,
  nat_discovery = 20,
  nat_original_address = 21,
  group_associated_policy = 22,
  nat_discovery_draft = 130,
  nat_original_address_draft = 131,
  fragment = 132,               ///< Cisco and Microsoft IKE fragment
};

enum class Doi : std::uint32_t { isakmp = 0, ipsec = 1, gdoi = 2 };

/// RFC 2407 4.4.1.
enum class ProtocolId : std::uint8_t { reserved = 0, isakmp = 1, ah = 2, esp = 3, ipcomp = 4 };

/// RFC 2408 3.14.1; RFC 2407 4.6.3; RFC 3706; vendors' own.
enum class NotifyType : std::uint16_t {
  none = 0,
  invalid_payload_type = 1,
  doi_not_supported = 2,
  situation_not_supported = 3,
  invalid_cookie = 4,
  invalid_major_version = 5,
  invalid_minor_version = 6,
  invalid_exchange_type = 7,
  invalid_flags = 8,
  invalid_message_id = 9,
  invalid_protocol_id = 10,
  invalid_spi = 11,
  invalid_transform_id = 12,
  attributes_not_supported = 13,
  no_proposal_chosen = 14,
  bad_proposal_syntax = 15,
  payload_malformed = 16,
  invalid_key_information = 17,
  invalid_id_information = 18,
  invalid_cert_encoding = 19,
  invalid_certificate = 20,
  cert_type_unsupported = 21,
  invalid_cert_authority = 22,
  invalid_hash_information = 23,
  authentication_failed = 24,
  invalid_signature = 25,
  address_notification = 26,
  notify_sa_lifetime = 27,
  certificate_unavailable = 28,
  unsupported_exchange_type = 29,
  unequal_payload_lengths = 30,
  connected = 16384,
  responder_lifetime = 24576,
  replay_status = 24577,
  initial_contact = 24578,
  r_u_there = 36136,
  r_u_there_ack = 36137,
};

/// RFC 2407 4.6.2.1.
enum class IdType : std::uint8_t {
  reserved = 0,
  ipv4_addr = 1,
  fqdn = 2,
  user_fqdn = 3,
  ipv4_addr_subnet = 4,
  ipv6_addr = 5,
  ipv6_addr_subnet = 6,
  ipv4_addr_range = 7,
  ipv6_addr_range = 8,
  der_asn1_dn = 9,
  der_asn1_gn = 10,
  key_id = 11,
  list = 12,
};

/// RFC 2408 3.9.
enum class CertEncoding : std::uint8_t { none = 0, pkcs7 = 1, pgp = 2, dns = 3, x509_signature = 4, x509_key_exchange = 5, kerberos = 6, crl = 7, arl = 8, spki = 9, x509_attribute = 10 };

/// Attribute classes of a phase 1 transform (RFC 2409 appendix A).
enum class Phase1Attribute : std::uint16_t { encryption = 1, hash = 2, authentication = 3, group = 4, group_type = 5, group_prime = 6, generator_one = 7, generator_two = 8, curve_a = 9, curve_b = 10, life_type = 11, life_duration = 12, prf = 13, key_length = 14, field_size = 15, group_order = 16 };

/// Attribute classes of a phase 2 transform (RFC 2407 4.5).
enum class Phase2Attribute : std::uint16_t { life_type = 1, life_duration = 2, group = 3, encapsulation_mode = 4, authentication_algorithm = 5, key_length = 6, key_rounds = 7, dictionary_size = 8, private_algorithm = 9, ecn_tunnel = 10, extended_sequence_number = 11 };

enum class EncryptionAlgorithm : std::uint16_t { none = 0, des_cbc = 1, idea_cbc = 2, blowfish_cbc = 3, rc5 = 4, triple_des_cbc = 5, cast_cbc = 6, aes_cbc = 7, camellia_cbc = 8 };
enum class HashAlgorithm : std::uint16_t { none = 0, md5 = 1, sha1 = 2, tiger = 3, sha2_256 = 4, sha2_384 = 5, sha2_512 = 6 };
enum class AuthMethod : std::uint16_t { none = 0, psk = 1, dss = 2, rsa_sig = 3, rsa_encryption = 4, rsa_revised_encryption = 5, ecdsa = 8, ecdsa_256 = 9, ecdsa_384 = 10, ecdsa_521 = 11, hybrid_init_rsa = 64221, hybrid_resp_rsa = 64222, hybrid_init_dss = 64223, hybrid_resp_dss = 64224, xauth_init_psk = 65001, xauth_resp_psk = 65002, xauth_init_dss = 65003, xauth_resp_dss = 65004, xauth_init_rsa = 65005, xauth_resp_rsa = 65006, xauth_init_rsa_encryption = 65007, xauth_resp_rsa_encryption = 65008, xauth_init_rsa_revised = 65009, xauth_resp_rsa_revised = 65010 };
enum class Group : std::uint16_t { none = 0, modp_768 = 1, modp_1024 = 2, modp_1536 = 5, modp_2048 = 14, modp_3072 = 15, modp_4096 = 16, modp_6144 = 17, modp_8192 = 18, ecp_256 = 19, ecp_384 = 20, ecp_521 = 21 };
enum class LifeType : std::uint16_t { seconds = 1, kilobytes = 2 };

/// Mode config message types (draft-ietf-ipsec-isakmp-mode-cfg-05).
enum class ConfigType : std::uint8_t { request = 1, reply = 2, set = 3, ack = 4 };

// Names as the RFCs and the field write them: "Identity Protection (Main Mode)", "SA", "NO-PROPOSAL-CHOSEN",
// "ID_IPV4_ADDR", "AES-CBC", "SHA2-256", "MODP-2048" ... Empty for a number without a name.
std::string_view name(ExchangeType code);
std::string_view name(PayloadType code);        ///< "Security Association"
std::string_view short_name(PayloadType code);  ///< "SA", "VID", "NAT-D" ...; "" when unnamed
std::string_view name(Doi code);
std::string_view name(ProtocolId code);
std::string_view name(NotifyType code);
std::string_view name(IdType code);
std::string_view name(CertEncoding code);
std::string_view name(Phase1Attribute code);
std::string_view name(Phase2Attribute code);
std::string_view name(EncryptionAlgorithm code);
std::string_view name(HashAlgorithm code);
std::string_view name(AuthMethod code);
std::string_view short_name(AuthMethod code);   ///< "PSK", "RSA-SIG", "XAUTH-PSK" ...
std::string_view name(Group code);
std::string_view name(LifeType code);
std::string_view name(ConfigType code);
/// Name of a mode config, XAUTH, Unity or Check Point attribute.
std::string_view config_attribute_name(std::uint16_t type);
/// Name of a phase 2 transform identifier of `protocol` ("ESP_AES-CBC").
std::string_view transform_name(ProtocolId protocol, std::uint8_t id);
/// Name of a value of a phase 1 or phase 2 attribute ("SHA2-256"), empty when none.
std::string_view value_name(Phase1Attribute attribute, std::uint16_t value);
std::string_view value_name(Phase2Attribute attribute, std::uint16_t value);

/// `name(code)`, or its number in decimal where it has none: for every display.
template <typename Code>
std::string label(Code code) {
  const auto text = name(code);
  return text.empty() ? std::to_string(number(code)) : std::string{text};
}
/// The short name, or the number.
template <typename Code>
std::string short_label(Code code) {
  const auto text = short_name(code);
  return text.empty() ? std::to_string(number(code)) : std::string{text};
}

/// Octets of a KE public value of `group`; 0 when unknown (RFC 2409 6, 3526, 5114, 5903, 6932).
std::uint16_t public_value_length(Group group);
/// Octets of a digest of `hash`, 0 when unknown.
std::uint16_t digest_length(HashAlgorithm hash);
/// Octets of a cipher block of `encryption`, 0 when unknown.
std::uint16_t block_length(EncryptionAlgorithm encryption);

constexpr bool is_signature(AuthMethod method) {
  const auto n = number(method);
  return n == 2 || n == 3 || (n >= 8 && n <= 11) || (n >= 64221 && n <= 64224) || (n >= 65003 && n <= 65006);
}
constexpr bool is_psk(AuthMethod method) { return method == AuthMethod::psk || method == AuthMethod::xauth_init_psk || method == AuthMethod::xauth_resp_psk; }
constexpr bool is_xauth(AuthMethod method) { return number(method) >= 65001 && number(method) <= 65010; }
constexpr bool is_hybrid(AuthMethod method) { return number(method) >= 64221 && number(method) <= 64224; }

}  // namespace ike::isakmp
