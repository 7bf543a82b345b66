#include <algorithm>
#include <array>

#include "ike/isakmp/registry.hpp"

namespace ike::isakmp {
namespace {

using Values = Named<std::uint16_t>;

constexpr auto phase1_attributes = std::to_array<Named<Phase1Attribute>>({
    {Phase1Attribute::encryption, "Encryption-Algorithm"},
    {Phase1Attribute::hash, "Hash-Algorithm"},
    {Phase1Attribute::authentication, "Authentication-Method"},
    {Phase1Attribute::group, "Group-Description"},
    {Phase1Attribute::group_type, "Group-Type"},
    {Phase1Attribute::group_prime, "Group-Prime/Irreducible-Polynomial"},
    {Phase1Attribute::generator_one, "Group-Generator-One"},
    {Phase1Attribute::generator_two, "Group-Generator-Two"},
    {Phase1Attribute::curve_a, "Group-Curve-A"},
    {Phase1Attribute::curve_b, "Group-Curve-B"},
    {Phase1Attribute::life_type, "Life-Type"},
    {Phase1Attribute::life_duration, "Life-Duration"},
    {Phase1Attribute::prf, "PRF"},
    {Phase1Attribute::key_length, "Key-Length"},
    {Phase1Attribute::field_size, "Field-Size"},
    {Phase1Attribute::group_order, "Group-Order"},
    {Phase1Attribute{17}, "Block-Size"},
    {Phase1Attribute{20}, "Asymmetric-Algorithm-Type (China GM)"},  // GM/T 0022
    {Phase1Attribute{16384}, "GSS-Identity-Name (Microsoft)"},      // draft-ietf-ipsec-isakmp-gss-auth
});
static_assert(ascending(phase1_attributes));

constexpr auto phase2_attributes = std::to_array<Named<Phase2Attribute>>({
    {Phase2Attribute::life_type, "SA-Life-Type"},
    {Phase2Attribute::life_duration, "SA-Life-Duration"},
    {Phase2Attribute::group, "Group-Description"},
    {Phase2Attribute::encapsulation_mode, "Encapsulation-Mode"},
    {Phase2Attribute::authentication_algorithm, "Authentication-Algorithm"},
    {Phase2Attribute::key_length, "Key-Length"},
    {Phase2Attribute::key_rounds, "Key-Rounds"},
    {Phase2Attribute::dictionary_size, "Compress-Dictionary-Size"},
    {Phase2Attribute::private_algorithm, "Compress-Private-Algorithm"},
    {Phase2Attribute::ecn_tunnel, "ECN-Tunnel"},                              // RFC 3168 9.2.1
    {Phase2Attribute::extended_sequence_number, "Extended-Sequence-Number"},  // RFC 4304
    {Phase2Attribute{12}, "Authentication-Key-Length"},                       // RFC 4359
    {Phase2Attribute{13}, "Signature-Encoding-Algorithm"},                    // RFC 4359
    {Phase2Attribute{14}, "Address-Preservation"},                            // RFC 6407
    {Phase2Attribute{15}, "SA-Direction"},                                    // RFC 6407
    {Phase2Attribute{32001}, "Security-Context (labelled IPsec)"},            // Linux
});
static_assert(ascending(phase2_attributes));

constexpr auto encryption_algorithms = std::to_array<Named<EncryptionAlgorithm>>({
    {EncryptionAlgorithm::des_cbc, "DES-CBC"},
    {EncryptionAlgorithm::idea_cbc, "IDEA-CBC"},
    {EncryptionAlgorithm::blowfish_cbc, "Blowfish-CBC"},
    {EncryptionAlgorithm::rc5, "RC5-R16-B64-CBC"},
    {EncryptionAlgorithm::triple_des_cbc, "3DES-CBC"},
    {EncryptionAlgorithm::cast_cbc, "CAST-CBC"},
    {EncryptionAlgorithm::aes_cbc, "AES-CBC"},
    {EncryptionAlgorithm::camellia_cbc, "Camellia-CBC"},
    {EncryptionAlgorithm{127}, "SM4-CBC (deprecated number)"},  // GM/T 0022
    {EncryptionAlgorithm{128}, "SM1-CBC"},
    {EncryptionAlgorithm{129}, "SM4-CBC"},
    {EncryptionAlgorithm{65004}, "Serpent-CBC"},  // private numbers, libreswan and Openswan
    {EncryptionAlgorithm{65005}, "Twofish-CBC"},
    {EncryptionAlgorithm{65289}, "Twofish-CBC (SSH)"},
});
static_assert(ascending(encryption_algorithms));

constexpr auto hash_algorithms = std::to_array<Named<HashAlgorithm>>({
    {HashAlgorithm::md5, "MD5"},
    {HashAlgorithm::sha1, "SHA1"},
    {HashAlgorithm::tiger, "Tiger"},
    {HashAlgorithm::sha2_256, "SHA2-256"},  // RFC 4868
    {HashAlgorithm::sha2_384, "SHA2-384"},
    {HashAlgorithm::sha2_512, "SHA2-512"},
    {HashAlgorithm{20}, "SM3"},  // GM/T 0022
});
static_assert(ascending(hash_algorithms));

constexpr auto auth_methods = std::to_array<Named<AuthMethod>>({
    {AuthMethod::psk, "pre-shared key"},
    {AuthMethod::dss, "DSS signatures"},
    {AuthMethod::rsa_sig, "RSA signatures"},
    {AuthMethod::rsa_encryption, "encryption with RSA"},
    {AuthMethod::rsa_revised_encryption, "revised encryption with RSA"},
    {AuthMethod{6}, "encryption with El-Gamal"},
    {AuthMethod{7}, "revised encryption with El-Gamal"},
    {AuthMethod::ecdsa, "ECDSA signatures"},
    {AuthMethod::ecdsa_256, "ECDSA SHA-256 on P-256"},  // RFC 4754
    {AuthMethod::ecdsa_384, "ECDSA SHA-384 on P-384"},
    {AuthMethod::ecdsa_521, "ECDSA SHA-512 on P-521"},
    {AuthMethod{13}, "NULL authentication"},
    {AuthMethod::hybrid_init_rsa, "HybridInitRSA"},  // draft-ietf-ipsec-isakmp-hybrid-auth-05
    {AuthMethod::hybrid_resp_rsa, "HybridRespRSA"},
    {AuthMethod::hybrid_init_dss, "HybridInitDSS"},
    {AuthMethod::hybrid_resp_dss, "HybridRespDSS"},
    {AuthMethod::xauth_init_psk, "XAUTHInitPreShared"},  // draft-beaulieu-ike-xauth-02
    {AuthMethod::xauth_resp_psk, "XAUTHRespPreShared"},
    {AuthMethod::xauth_init_dss, "XAUTHInitDSS"},
    {AuthMethod::xauth_resp_dss, "XAUTHRespDSS"},
    {AuthMethod::xauth_init_rsa, "XAUTHInitRSA"},
    {AuthMethod::xauth_resp_rsa, "XAUTHRespRSA"},
    {AuthMethod::xauth_init_rsa_encryption, "XAUTHInitRSAEncryption"},
    {AuthMethod::xauth_resp_rsa_encryption, "XAUTHRespRSAEncryption"},
    {AuthMethod::xauth_init_rsa_revised, "XAUTHInitRSARevisedEncryption"},
    {AuthMethod::xauth_resp_rsa_revised, "XAUTHRespRSARevisedEncryption"},
});
static_assert(ascending(auth_methods));

// XAUTH and hybrid: the initiator-side number is the usual one, so only the other is marked.
constexpr auto auth_short_names = std::to_array<Named<AuthMethod>>({
    {AuthMethod::psk, "PSK"},
    {AuthMethod::dss, "DSS-SIG"},
    {AuthMethod::rsa_sig, "RSA-SIG"},
    {AuthMethod::rsa_encryption, "RSA-ENC"},
    {AuthMethod::rsa_revised_encryption, "RSA-REV-ENC"},
    {AuthMethod{6}, "ELGAMAL-ENC"},
    {AuthMethod{7}, "ELGAMAL-REV-ENC"},
    {AuthMethod::ecdsa, "ECDSA-SIG"},
    {AuthMethod::ecdsa_256, "ECDSA-256"},
    {AuthMethod::ecdsa_384, "ECDSA-384"},
    {AuthMethod::ecdsa_521, "ECDSA-521"},
    {AuthMethod{13}, "NULL"},
    {AuthMethod::hybrid_init_rsa, "HYBRID-RSA"},
    {AuthMethod::hybrid_resp_rsa, "HYBRID-RESP-RSA"},
    {AuthMethod::hybrid_init_dss, "HYBRID-DSS"},
    {AuthMethod::hybrid_resp_dss, "HYBRID-RESP-DSS"},
    {AuthMethod::xauth_init_psk, "XAUTH-PSK"},
    {AuthMethod::xauth_resp_psk, "XAUTH-RESP-PSK"},
    {AuthMethod::xauth_init_dss, "XAUTH-DSS"},
    {AuthMethod::xauth_resp_dss, "XAUTH-RESP-DSS"},
    {AuthMethod::xauth_init_rsa, "XAUTH-RSA"},
    {AuthMethod::xauth_resp_rsa, "XAUTH-RESP-RSA"},
    {AuthMethod::xauth_init_rsa_encryption, "XAUTH-RSA-ENC"},
    {AuthMethod::xauth_resp_rsa_encryption, "XAUTH-RESP-RSA-ENC"},
    {AuthMethod::xauth_init_rsa_revised, "XAUTH-RSA-REV-ENC"},
    {AuthMethod::xauth_resp_rsa_revised, "XAUTH-RESP-RSA-REV-ENC"},
});
static_assert(ascending(auth_short_names));

constexpr auto groups = std::to_array<Named<Group>>({
    {Group::modp_768, "MODP-768"},  // RFC 2409 6.1 to 6.4
    {Group::modp_1024, "MODP-1024"},
    {Group{3}, "EC2N-155"},
    {Group{4}, "EC2N-185"},
    {Group::modp_1536, "MODP-1536"},  // RFC 3526
    {Group{6}, "EC2N-163 random"},    // draft-ietf-ipsec-ike-ecc-groups
    {Group{7}, "EC2N-163 Koblitz"},
    {Group{8}, "EC2N-283 random"},
    {Group{9}, "EC2N-283 Koblitz"},
    {Group{10}, "EC2N-409 random"},
    {Group{11}, "EC2N-409 Koblitz"},
    {Group{12}, "EC2N-571 random"},
    {Group{13}, "EC2N-571 Koblitz"},
    {Group::modp_2048, "MODP-2048"},  // RFC 3526
    {Group::modp_3072, "MODP-3072"},
    {Group::modp_4096, "MODP-4096"},
    {Group::modp_6144, "MODP-6144"},
    {Group::modp_8192, "MODP-8192"},
    {Group::ecp_256, "ECP-256"},  // RFC 5903
    {Group::ecp_384, "ECP-384"},
    {Group::ecp_521, "ECP-521"},
    {Group{22}, "MODP-1024-160"},  // RFC 5114: with a subgroup of that many bits
    {Group{23}, "MODP-2048-224"},
    {Group{24}, "MODP-2048-256"},
    {Group{25}, "ECP-192"},
    {Group{26}, "ECP-224"},
    {Group{27}, "brainpoolP224r1"},  // RFC 6932
    {Group{28}, "brainpoolP256r1"},
    {Group{29}, "brainpoolP384r1"},
    {Group{30}, "brainpoolP512r1"},
    {Group{31}, "Curve25519"},  // RFC 8031, for IKEv2 only
    {Group{32}, "Curve448"},
});
static_assert(ascending(groups));

// Octets of the KE public value by group number. EC2N: what most implementations send.
constexpr auto public_value_lengths = std::to_array<std::uint16_t>({
    0,   96,  128, 20,  24, 192, 21,  21,  36,  36, 52, 52, 72, 72, 256, 384, 512,
    768, 1024, 64, 96, 132, 128, 256, 256, 48, 56, 56, 64, 96, 128, 32,  56,
});
static_assert(public_value_lengths.size() == 33);

constexpr auto life_types = std::to_array<Named<LifeType>>({
    {LifeType::seconds, "seconds"},
    {LifeType::kilobytes, "kilobytes"},
});
static_assert(ascending(life_types));

constexpr auto group_types = std::to_array<Values>({{1, "MODP"}, {2, "ECP"}, {3, "EC2N"}});
static_assert(ascending(group_types));

constexpr auto encapsulation_modes = std::to_array<Values>({
    {1, "tunnel"},
    {2, "transport"},
    {3, "UDP-encapsulated tunnel"},  // RFC 3947 5.1
    {4, "UDP-encapsulated transport"},
    {61440, "Check Point UDP encapsulation"},
    {61443, "UDP-encapsulated tunnel (draft)"},  // draft-ietf-ipsec-nat-t-ike-02
    {61444, "UDP-encapsulated transport (draft)"},
});
static_assert(ascending(encapsulation_modes));

constexpr auto authentication_algorithms = std::to_array<Values>({
    {0, "none"},
    {1, "HMAC-MD5"},
    {2, "HMAC-SHA1"},
    {3, "DES-MAC"},
    {4, "KPDK"},
    {5, "HMAC-SHA2-256"},  // RFC 4868
    {6, "HMAC-SHA2-384"},
    {7, "HMAC-SHA2-512"},
    {8, "HMAC-RIPEMD"},   // RFC 2857
    {9, "AES-XCBC-MAC"},  // RFC 3566
    {10, "SIG-RSA"},      // RFC 4359
    {11, "AES-128-GMAC"},  // RFC 4543
    {12, "AES-192-GMAC"},
    {13, "AES-256-GMAC"},
});
static_assert(ascending(authentication_algorithms));

constexpr auto ecn_tunnels = std::to_array<Values>({{1, "allowed"}, {2, "forbidden"}});
static_assert(ascending(ecn_tunnels));

constexpr auto extended_sequence_numbers = std::to_array<Values>({{0, "reserved"}, {1, "64-bit sequence numbers"}});
static_assert(ascending(extended_sequence_numbers));

constexpr auto address_preservations = std::to_array<Values>({
    {1, "none"}, {2, "source only"}, {3, "destination only"}, {4, "source and destination"}});
static_assert(ascending(address_preservations));

constexpr auto sa_directions = std::to_array<Values>({{1, "sender only"}, {2, "receiver only"}, {3, "symmetric"}});
static_assert(ascending(sa_directions));

using Transforms = Named<std::uint8_t>;

constexpr auto isakmp_transforms = std::to_array<Transforms>({{1, "KEY_IKE"}});
static_assert(ascending(isakmp_transforms));

constexpr auto ah_transforms = std::to_array<Transforms>({
    {2, "AH_MD5"},           {3, "AH_SHA"},          {4, "AH_DES"},          {5, "AH_SHA2_256"},
    {6, "AH_SHA2_384"},      {7, "AH_SHA2_512"},     {8, "AH_RIPEMD"},       {9, "AH_AES_XCBC_MAC"},
    {10, "AH_RSA"},          {11, "AH_AES_128_GMAC"}, {12, "AH_AES_192_GMAC"}, {13, "AH_AES_256_GMAC"},
});
static_assert(ascending(ah_transforms));

constexpr auto esp_transforms = std::to_array<Transforms>({
    {1, "ESP_DES_IV64"},     {2, "ESP_DES"},         {3, "ESP_3DES"},        {4, "ESP_RC5"},
    {5, "ESP_IDEA"},         {6, "ESP_CAST"},        {7, "ESP_BLOWFISH"},    {8, "ESP_3IDEA"},
    {9, "ESP_DES_IV32"},     {10, "ESP_RC4"},        {11, "ESP_NULL"},       {12, "ESP_AES-CBC"},
    {13, "ESP_AES-CTR"},     {14, "ESP_AES-CCM_8"},  {15, "ESP_AES-CCM_12"}, {16, "ESP_AES-CCM_16"},
    {18, "ESP_AES-GCM_8"},   {19, "ESP_AES-GCM_12"}, {20, "ESP_AES-GCM_16"}, {21, "ESP_SEED_CBC"},
    {22, "ESP_CAMELLIA"},    {23, "ESP_NULL_AUTH_AES-GMAC"},
    {249, "ESP_MARS"},       {250, "ESP_RC6"},       {252, "ESP_SERPENT"},   {253, "ESP_TWOFISH"},  // private, libreswan
});
static_assert(ascending(esp_transforms));

constexpr auto ipcomp_transforms = std::to_array<Transforms>({
    {1, "IPCOMP_OUI"}, {2, "IPCOMP_DEFLATE"}, {3, "IPCOMP_LZS"}, {4, "IPCOMP_LZJH"}});
static_assert(ascending(ipcomp_transforms));

}  // namespace

std::string_view name(Phase1Attribute code) { return name_in(phase1_attributes, code); }
std::string_view name(Phase2Attribute code) { return name_in(phase2_attributes, code); }
std::string_view name(EncryptionAlgorithm code) { return name_in(encryption_algorithms, code); }
std::string_view name(HashAlgorithm code) { return name_in(hash_algorithms, code); }
std::string_view name(AuthMethod code) { return name_in(auth_methods, code); }
std::string_view short_name(AuthMethod code) { return name_in(auth_short_names, code); }
std::string_view name(Group code) { return name_in(groups, code); }
std::string_view name(LifeType code) { return name_in(life_types, code); }

std::string_view transform_name(ProtocolId protocol, std::uint8_t id) {
  switch (protocol) {
    case ProtocolId::isakmp: return name_in(isakmp_transforms, id);
    case ProtocolId::ah: return name_in(ah_transforms, id);
    case ProtocolId::esp: return name_in(esp_transforms, id);
    case ProtocolId::ipcomp: return name_in(ipcomp_transforms, id);
    case ProtocolId::reserved: break;
  }
  return {};
}

std::string_view value_name(Phase1Attribute attribute, std::uint16_t value) {
  switch (attribute) {
    case Phase1Attribute::encryption: return name(EncryptionAlgorithm{value});
    case Phase1Attribute::hash: return name(HashAlgorithm{value});
    case Phase1Attribute::authentication: return name(AuthMethod{value});
    case Phase1Attribute::group: return name(Group{value});
    case Phase1Attribute::group_type: return name_in(group_types, value);
    case Phase1Attribute::life_type: return name(LifeType{value});
    default: return {};
  }
}

std::string_view value_name(Phase2Attribute attribute, std::uint16_t value) {
  switch (number(attribute)) {
    case 14: return name_in(address_preservations, value);
    case 15: return name_in(sa_directions, value);
    default: break;
  }
  switch (attribute) {
    case Phase2Attribute::life_type: return name(LifeType{value});
    case Phase2Attribute::group: return name(Group{value});
    case Phase2Attribute::encapsulation_mode: return name_in(encapsulation_modes, value);
    case Phase2Attribute::authentication_algorithm: return name_in(authentication_algorithms, value);
    case Phase2Attribute::ecn_tunnel: return name_in(ecn_tunnels, value);
    case Phase2Attribute::extended_sequence_number: return name_in(extended_sequence_numbers, value);
    default: return {};
  }
}

std::uint16_t public_value_length(Group group) {
  const auto n = number(group);
  return n < public_value_lengths.size() ? public_value_lengths[n] : std::uint16_t{0};
}

std::uint16_t digest_length(HashAlgorithm hash) {
  switch (number(hash)) {
    case 1: return 16;
    case 2: return 20;
    case 3: return 24;
    case 4: case 20: return 32;  // SHA2-256, SM3
    case 5: return 48;
    case 6: return 64;
    default: return 0;
  }
}

std::uint16_t block_length(EncryptionAlgorithm encryption) {
  switch (number(encryption)) {
    case 1: case 2: case 3: case 4: case 5: case 6: return 8;
    case 7: case 8: case 127: case 128: case 129: case 65004: case 65005: case 65289: return 16;
    default: return 0;
  }
}

}  // namespace ike::isakmp
