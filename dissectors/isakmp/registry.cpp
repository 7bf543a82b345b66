#include "ike/isakmp/registry.hpp"

#include <array>

namespace ike::isakmp {
namespace {

constexpr auto exchange_types = std::to_array<Named<ExchangeType>>({
    {ExchangeType::none, "NONE"},
    {ExchangeType::base, "Base"},                                            // RFC 2408 4.4
    {ExchangeType::identity_protection, "Identity Protection (Main Mode)"},  // RFC 2408 4.5
    {ExchangeType::authentication_only, "Authentication Only"},              // RFC 2408 4.6
    {ExchangeType::aggressive, "Aggressive"},                                // RFC 2408 4.7
    {ExchangeType::informational, "Informational"},                          // RFC 2408 4.8
    {ExchangeType::transaction, "Transaction (mode config, XAUTH)"},         // draft-ietf-ipsec-isakmp-mode-cfg-05
    {ExchangeType::quick_mode, "Quick Mode"},                                // RFC 2409 5.5
    {ExchangeType::new_group_mode, "New Group Mode"},                        // RFC 2409 5.6
    {ExchangeType{34}, "IKEv2 IKE_SA_INIT"},                                 // RFC 7296; with major version 2 only
    {ExchangeType{35}, "IKEv2 IKE_AUTH"},
    {ExchangeType{36}, "IKEv2 CREATE_CHILD_SA"},
    {ExchangeType{37}, "IKEv2 INFORMATIONAL"},
    {ExchangeType{38}, "IKEv2 IKE_SESSION_RESUME"},  // RFC 5723
    {ExchangeType{43}, "IKEv2 IKE_INTERMEDIATE"},    // RFC 9242
    {ExchangeType{44}, "IKEv2 IKE_FOLLOWUP_KE"},     // RFC 9370
    {ExchangeType::authip_main_mode, "Microsoft AuthIP Main Mode"},
    {ExchangeType::authip_quick_mode, "Microsoft AuthIP Quick Mode"},
    {ExchangeType::authip_extended_mode, "Microsoft AuthIP Extended Mode"},
    {ExchangeType::authip_notify, "Microsoft AuthIP Notify"},
});
static_assert(ascending(exchange_types));

constexpr auto payload_types = std::to_array<Named<PayloadType>>({
    {PayloadType::none, "NONE"},
    {PayloadType::security_association, "Security Association"},
    {PayloadType::proposal, "Proposal"},
    {PayloadType::transform, "Transform"},
    {PayloadType::key_exchange, "Key Exchange"},
    {PayloadType::identification, "Identification"},
    {PayloadType::certificate, "Certificate"},
    {PayloadType::certificate_request, "Certificate Request"},
    {PayloadType::hash, "Hash"},
    {PayloadType::signature, "Signature"},
    {PayloadType::nonce, "Nonce"},
    {PayloadType::notification, "Notification"},
    {PayloadType::delete_, "Delete"},
    {PayloadType::vendor_id, "Vendor ID"},
    {PayloadType::attributes, "Attributes (mode config / XAUTH)"},
    {PayloadType::sa_kek, "SA KEK (GDOI)"},
    {PayloadType::sa_tek, "SA TEK (GDOI)"},
    {PayloadType::key_download, "Key Download"},
    {PayloadType::sequence_number, "Sequence Number"},
    {PayloadType::proof_of_possession, "Proof of Possession"},
    {PayloadType::nat_discovery, "NAT Discovery"},
    {PayloadType::nat_original_address, "NAT Original Address"},
    {PayloadType::group_associated_policy, "Group Associated Policy"},
    {PayloadType::nat_discovery_draft, "NAT Discovery (draft)"},
    {PayloadType::nat_original_address_draft, "NAT Original Address (draft)"},
    {PayloadType::fragment, "Fragment (Cisco / Microsoft)"},
    {PayloadType{133}, "AuthIP crypto (Microsoft)"},
    {PayloadType{135}, "AuthIP private (Microsoft)"},
});
static_assert(ascending(payload_types));

constexpr auto payload_short_names = std::to_array<Named<PayloadType>>({
    {PayloadType::none, "NONE"},
    {PayloadType::security_association, "SA"},
    {PayloadType::proposal, "P"},
    {PayloadType::transform, "T"},
    {PayloadType::key_exchange, "KE"},
    {PayloadType::identification, "ID"},
    {PayloadType::certificate, "CERT"},
    {PayloadType::certificate_request, "CR"},
    {PayloadType::hash, "HASH"},
    {PayloadType::signature, "SIG"},
    {PayloadType::nonce, "NONCE"},
    {PayloadType::notification, "N"},
    {PayloadType::delete_, "D"},
    {PayloadType::vendor_id, "VID"},
    {PayloadType::attributes, "ATTR"},
    {PayloadType::sa_kek, "SAK"},
    {PayloadType::sa_tek, "SAT"},
    {PayloadType::key_download, "KD"},
    {PayloadType::sequence_number, "SEQ"},
    {PayloadType::proof_of_possession, "POP"},
    {PayloadType::nat_discovery, "NAT-D"},
    {PayloadType::nat_original_address, "NAT-OA"},
    {PayloadType::group_associated_policy, "GAP"},
    {PayloadType::nat_discovery_draft, "NAT-D"},
    {PayloadType::nat_original_address_draft, "NAT-OA"},
    {PayloadType::fragment, "FRAG"},
    {PayloadType{133}, "MS-133"},
    {PayloadType{135}, "MS-135"},
});
static_assert(ascending(payload_short_names));

constexpr auto dois = std::to_array<Named<Doi>>({
    {Doi::isakmp, "ISAKMP"},
    {Doi::ipsec, "IPSEC"},
    {Doi::gdoi, "GDOI"},
});
static_assert(ascending(dois));

constexpr auto protocol_ids = std::to_array<Named<ProtocolId>>({
    {ProtocolId::reserved, "reserved"},
    {ProtocolId::isakmp, "ISAKMP"},
    {ProtocolId::ah, "AH"},
    {ProtocolId::esp, "ESP"},
    {ProtocolId::ipcomp, "IPCOMP"},
    {ProtocolId{5}, "GIGABEAM_RADIO"},  // RFC 4705
});
static_assert(ascending(protocol_ids));

constexpr auto notify_types = std::to_array<Named<NotifyType>>({
    {NotifyType::invalid_payload_type, "INVALID-PAYLOAD-TYPE"},
    {NotifyType::doi_not_supported, "DOI-NOT-SUPPORTED"},
    {NotifyType::situation_not_supported, "SITUATION-NOT-SUPPORTED"},
    {NotifyType::invalid_cookie, "INVALID-COOKIE"},
    {NotifyType::invalid_major_version, "INVALID-MAJOR-VERSION"},
    {NotifyType::invalid_minor_version, "INVALID-MINOR-VERSION"},
    {NotifyType::invalid_exchange_type, "INVALID-EXCHANGE-TYPE"},
    {NotifyType::invalid_flags, "INVALID-FLAGS"},
    {NotifyType::invalid_message_id, "INVALID-MESSAGE-ID"},
    {NotifyType::invalid_protocol_id, "INVALID-PROTOCOL-ID"},
    {NotifyType::invalid_spi, "INVALID-SPI"},
    {NotifyType::invalid_transform_id, "INVALID-TRANSFORM-ID"},
    {NotifyType::attributes_not_supported, "ATTRIBUTES-NOT-SUPPORTED"},
    {NotifyType::no_proposal_chosen, "NO-PROPOSAL-CHOSEN"},
    {NotifyType::bad_proposal_syntax, "BAD-PROPOSAL-SYNTAX"},
    {NotifyType::payload_malformed, "PAYLOAD-MALFORMED"},
    {NotifyType::invalid_key_information, "INVALID-KEY-INFORMATION"},
    {NotifyType::invalid_id_information, "INVALID-ID-INFORMATION"},
    {NotifyType::invalid_cert_encoding, "INVALID-CERT-ENCODING"},
    {NotifyType::invalid_certificate, "INVALID-CERTIFICATE"},
    {NotifyType::cert_type_unsupported, "CERT-TYPE-UNSUPPORTED"},
    {NotifyType::invalid_cert_authority, "INVALID-CERT-AUTHORITY"},
    {NotifyType::invalid_hash_information, "INVALID-HASH-INFORMATION"},
    {NotifyType::authentication_failed, "AUTHENTICATION-FAILED"},
    {NotifyType::invalid_signature, "INVALID-SIGNATURE"},
    {NotifyType::address_notification, "ADDRESS-NOTIFICATION"},
    {NotifyType::notify_sa_lifetime, "NOTIFY-SA-LIFETIME"},
    {NotifyType::certificate_unavailable, "CERTIFICATE-UNAVAILABLE"},
    {NotifyType::unsupported_exchange_type, "UNSUPPORTED-EXCHANGE-TYPE"},
    {NotifyType::unequal_payload_lengths, "UNEQUAL-PAYLOAD-LENGTHS"},
    {NotifyType{9101}, "Check Point text notify 9101"},  // its data is readable text
    {NotifyType{9110}, "Check Point text notify 9110"},
    {NotifyType{12345}, "Microsoft STATUS"},
    {NotifyType::connected, "CONNECTED"},
    {NotifyType::responder_lifetime, "RESPONDER-LIFETIME"},
    {NotifyType::replay_status, "REPLAY-STATUS"},
    {NotifyType::initial_contact, "INITIAL-CONTACT"},
    {NotifyType{30000}, "Cisco HELLO"},
    {NotifyType{30001}, "Cisco WWTEBR"},
    {NotifyType{30002}, "Cisco SHUT-UP"},
    {NotifyType{32768}, "Cisco IOS KEEP-ALIVE-REQ"},
    {NotifyType{32769}, "Cisco IOS KEEP-ALIVE-ACK"},
    {NotifyType::r_u_there, "R-U-THERE"},
    {NotifyType::r_u_there_ack, "R-U-THERE-ACK"},
    {NotifyType{40001}, "NetScreen NHTB-INFORM"},
    {NotifyType{40501}, "Cisco UNITY LOAD-BALANCE"},
    {NotifyType{40502}, "Cisco unknown 40502"},
    {NotifyType{40503}, "Cisco UNITY GROUP-HASH"},
});
static_assert(ascending(notify_types));

constexpr auto id_types = std::to_array<Named<IdType>>({
    {IdType::reserved, "reserved"},
    {IdType::ipv4_addr, "ID_IPV4_ADDR"},
    {IdType::fqdn, "ID_FQDN"},
    {IdType::user_fqdn, "ID_USER_FQDN"},
    {IdType::ipv4_addr_subnet, "ID_IPV4_ADDR_SUBNET"},
    {IdType::ipv6_addr, "ID_IPV6_ADDR"},
    {IdType::ipv6_addr_subnet, "ID_IPV6_ADDR_SUBNET"},
    {IdType::ipv4_addr_range, "ID_IPV4_ADDR_RANGE"},
    {IdType::ipv6_addr_range, "ID_IPV6_ADDR_RANGE"},
    {IdType::der_asn1_dn, "ID_DER_ASN1_DN"},
    {IdType::der_asn1_gn, "ID_DER_ASN1_GN"},
    {IdType::key_id, "ID_KEY_ID"},
    {IdType::list, "ID_LIST"},  // RFC 3554
});
static_assert(ascending(id_types));

constexpr auto cert_encodings = std::to_array<Named<CertEncoding>>({
    {CertEncoding::none, "none"},
    {CertEncoding::pkcs7, "PKCS #7 wrapped X.509"},
    {CertEncoding::pgp, "PGP certificate"},
    {CertEncoding::dns, "DNS signed key"},
    {CertEncoding::x509_signature, "X.509 certificate - signature"},
    {CertEncoding::x509_key_exchange, "X.509 certificate - key exchange"},
    {CertEncoding::kerberos, "Kerberos tokens"},
    {CertEncoding::crl, "certificate revocation list"},
    {CertEncoding::arl, "authority revocation list"},
    {CertEncoding::spki, "SPKI certificate"},
    {CertEncoding::x509_attribute, "X.509 attribute certificate"},
});
static_assert(ascending(cert_encodings));

}  // namespace

std::string_view name(ExchangeType code) { return name_in(exchange_types, code); }
std::string_view name(PayloadType code) { return name_in(payload_types, code); }
std::string_view short_name(PayloadType code) { return name_in(payload_short_names, code); }
std::string_view name(Doi code) { return name_in(dois, code); }
std::string_view name(ProtocolId code) { return name_in(protocol_ids, code); }
std::string_view name(NotifyType code) { return name_in(notify_types, code); }
std::string_view name(IdType code) { return name_in(id_types, code); }
std::string_view name(CertEncoding code) { return name_in(cert_encodings, code); }

}  // namespace ike::isakmp
