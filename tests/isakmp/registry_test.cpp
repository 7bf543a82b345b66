#include "ike/isakmp/registry.hpp"

#include <doctest/doctest.h>

using namespace ike::isakmp;

TEST_CASE("numbers have the names that RFCs and the field use") {
  CHECK(name(ExchangeType::identity_protection) == "Identity Protection (Main Mode)");
  CHECK(name(ExchangeType::authip_main_mode) == "Microsoft AuthIP Main Mode");
  CHECK(name(PayloadType::security_association) == "Security Association");
  CHECK(short_name(PayloadType::vendor_id) == "VID");
  CHECK(short_name(PayloadType::nat_discovery) == "NAT-D");
  CHECK(name(Doi::ipsec) == "IPSEC");
  CHECK(name(NotifyType::no_proposal_chosen) == "NO-PROPOSAL-CHOSEN");
  CHECK(name(NotifyType::r_u_there_ack) == "R-U-THERE-ACK");
  CHECK(name(NotifyType{40501}).find("LOAD-BALANCE") != std::string_view::npos);
  CHECK(name(IdType::ipv4_addr_subnet) == "ID_IPV4_ADDR_SUBNET");
  CHECK(name(EncryptionAlgorithm::aes_cbc) == "AES-CBC");
  CHECK(name(HashAlgorithm::sha2_256) == "SHA2-256");
  CHECK(short_name(AuthMethod::xauth_init_psk) == "XAUTH-PSK");
  CHECK(name(Group::modp_2048) == "MODP-2048");
  CHECK(name(ConfigType::request) == "ISAKMP_CFG_REQUEST");
  CHECK(config_attribute_name(16520) == "XAUTH_TYPE");
  CHECK(config_attribute_name(28672) == "UNITY_BANNER");
  CHECK(transform_name(ProtocolId::isakmp, 1) == "KEY_IKE");
  CHECK(transform_name(ProtocolId::esp, 12) == "ESP_AES-CBC");
  CHECK(transform_name(ProtocolId::ah, 3) == "AH_SHA");
  CHECK(transform_name(ProtocolId::ipcomp, 3) == "IPCOMP_LZS");
  CHECK(value_name(Phase2Attribute::encapsulation_mode, 61443).find("draft") != std::string_view::npos);
  CHECK(value_name(Phase1Attribute::group, 19).find("256") != std::string_view::npos);
}

TEST_CASE("a number without a name keeps its number") {
  CHECK(name(PayloadType{77}).empty());
  CHECK(label(PayloadType{77}) == "77");
  CHECK(short_label(PayloadType{77}) == "77");
  CHECK(label(NotifyType{31}) == "31");
  CHECK(label(Doi{0xffffffff}) == "4294967295");
  CHECK(transform_name(ProtocolId{9}, 1).empty());
  CHECK(transform_name(ProtocolId::esp, 17).empty());
  CHECK(value_name(Phase1Attribute::key_length, 256).empty());
}

TEST_CASE("groups, hashes and ciphers know their lengths") {
  struct Row {
    unsigned group;
    unsigned octets;
  };
  for (const Row& row : {Row{1, 96}, Row{2, 128}, Row{5, 192}, Row{14, 256}, Row{18, 1024}, Row{19, 64}, Row{20, 96}, Row{21, 132},
                         Row{24, 256}, Row{25, 48}, Row{30, 128}, Row{0, 0}, Row{33, 0}, Row{65535, 0}}) {
    CAPTURE(row.group);
    CHECK(public_value_length(Group{static_cast<std::uint16_t>(row.group)}) == row.octets);
  }
  CHECK(digest_length(HashAlgorithm::md5) == 16);
  CHECK(digest_length(HashAlgorithm::sha2_384) == 48);
  CHECK(digest_length(HashAlgorithm{99}) == 0);
  CHECK(block_length(EncryptionAlgorithm::triple_des_cbc) == 8);
  CHECK(block_length(EncryptionAlgorithm::aes_cbc) == 16);
  CHECK(block_length(EncryptionAlgorithm{99}) == 0);
}
