#include "ike/isakmp/payload.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/packets.hpp"

using namespace ike;
using namespace ike::isakmp;
using test::Bytes;
using test::hex;
using test::operator+;

namespace {

// "truncated @8 SPI", or "" when it decodes.
template <typename Value>
std::string refusal(const Decoded<Value>& decoded) {
  if (decoded) return "";
  return std::string{name(decoded.error().fault)} + " @" + std::to_string(decoded.error().offset) + " " + std::string{decoded.error().field};
}

struct Row {
  std::string_view what;
  Bytes body;
  std::string_view refusal;
};

std::string text_of(IdType type, const Bytes& data) { return to_string(Identification{type, 0, 0, data}); }

Bytes text(std::string_view characters) { return {characters.begin(), characters.end()}; }

PayloadContent content_of(PayloadType type, const Bytes& body, const Header& header, Doi doi = Doi::ipsec) {
  PayloadContent content;
  decode_payload(type, body, header, doi, content);
  return content;
}

Header header_of(ExchangeType exchange, std::uint8_t flags = 0) {
  Header header;
  header.version = 0x10;
  header.exchange_type = exchange;
  header.flags = flags;
  return header;
}

}  // namespace

TEST_CASE("a Notification is refused where it contradicts itself") {
  for (const Row& row : {Row{"whole", hex("00000001 03 04 000e 11223344"), ""}, Row{"cut in DOI", hex("000000"), "truncated @0 DOI"},
                         Row{"cut before protocol", hex("00000001"), "truncated @4 Protocol-ID"},
                         Row{"cut before SPI size", hex("00000001 03"), "truncated @5 SPI Size"},
                         Row{"cut in type", hex("00000001 03 04 00"), "truncated @6 Notify Message Type"},
                         Row{"SPI beyond the payload", hex("00000001 03 05 000e 11223344"), "truncated @8 SPI"}}) {
    CAPTURE(row.what);
    CHECK(refusal(decode_notification(row.body)) == row.refusal);
  }
  const auto octets = hex("00000001 03 04 000e 11223344 5566");
  const auto whole = decode_notification(octets);
  REQUIRE(whole);
  CHECK(whole->type == NotifyType::no_proposal_chosen);
  CHECK(whole->protocol == ProtocolId::esp);
  CHECK(whole->spi.size() == 4);
  CHECK(whole->data.size() == 2);
}

TEST_CASE("a Delete must hold exactly the SPIs it announces") {
  for (const Row& row :
       {Row{"one", hex("00000001 03 04 0001 11223344"), ""}, Row{"none", hex("00000001 03 04 0000"), ""},
        Row{"65535 of no octets", hex("00000001 03 00 ffff"), ""}, Row{"cut in DOI", hex("0000"), "truncated @0 DOI"},
        Row{"cut before protocol", hex("00000001"), "truncated @4 Protocol-Id"}, Row{"cut before size", hex("00000001 03"), "truncated @5 SPI Size"},
        Row{"cut in count", hex("00000001 03 04 00"), "truncated @6 # of SPIs"},
        Row{"count overruns", hex("00000001 03 04 0002 11223344"), "truncated @8 SPI"},
        Row{"count and size at their most", hex("00000001 03 ff ffff 11223344"), "truncated @8 SPI"},
        Row{"left over", hex("00000001 03 04 0001 11223344 55"), "trailing octets @12 end"}}) {
    CAPTURE(row.what);
    CHECK(refusal(decode_delete(row.body)) == row.refusal);
  }
}

TEST_CASE("an Identification has the length of its type") {
  for (const Row& row : {Row{"IPv4", hex("01 11 01f4 c0000201"), ""}, Row{"IPv4 of 5", hex("01 11 01f4 c000020100"), "bad length @4 Identification Data"},
                         Row{"IPv4 of none", hex("01 11 01f4"), "bad length @4 Identification Data"},
                         Row{"subnet of 4", hex("04 00 0000 c0000201"), "bad length @4 Identification Data"},
                         Row{"IPv6 subnet of 31", hex("06 00 0000") + Bytes(31, 1), "bad length @4 Identification Data"},
                         Row{"FQDN of none", hex("02 00 0000"), "bad length @4 Identification Data"},
                         Row{"key ID of none", hex("0b 00 0000"), ""}, Row{"unassigned", hex("fa 00 0000 01"), ""},
                         Row{"nothing", {}, "truncated @0 ID Type"}, Row{"cut before protocol", hex("01"), "truncated @1 Protocol ID"},
                         Row{"cut in port", hex("01 11 01"), "truncated @2 Port"}}) {
    CAPTURE(row.what);
    CHECK(refusal(decode_identification(row.body)) == row.refusal);
  }
}

TEST_CASE("an identity reads as people write it") {
  CHECK(text_of(IdType::ipv4_addr, hex("c0000201")) == "192.0.2.1");
  CHECK(text_of(IdType::ipv4_addr_subnet, hex("0a000000 ff000000")) == "10.0.0.0/8");
  CHECK(text_of(IdType::ipv4_addr_subnet, hex("00000000 00000000")) == "0.0.0.0/0");
  CHECK(text_of(IdType::ipv4_addr_subnet, hex("0a000000 ff00ff00")) == "10.0.0.0/255.0.255.0");
  CHECK(text_of(IdType::ipv4_addr_range, hex("0a000001 0a0000ff")) == "10.0.0.1-10.0.0.255");
  CHECK(text_of(IdType::ipv6_addr, hex("20010db8000000000000000000000001")) == "2001:db8::1");
  CHECK(text_of(IdType::ipv6_addr_subnet, hex("20010db8000000000000000000000000 ffffffff000000000000000000000000")) == "2001:db8::/32");
  CHECK(text_of(IdType::fqdn, text("gw.example.org")) == "gw.example.org");
  CHECK(text_of(IdType::user_fqdn, text("a\x1b[2J\\")) == "a\\x1b[2J\\x5c");
  CHECK(text_of(IdType::key_id, text("group")) == "group");
  CHECK(text_of(IdType::key_id, hex("0001ff")) == "0001ff");
  CHECK(text_of(IdType::fqdn, Bytes(5000, 'a')).size() < 300);
  CHECK(text_of(IdType::ipv4_addr, hex("c00002")) == "c00002");  // values made by hand may lie, too
}

TEST_CASE("a distinguished name is read from its DER, or shown as hex") {
  // C=CH, O=Linux strongSwan, CN=moon
  const auto dn = hex("3037 310b 3009 0603550406 13024348 3119 3017 060355040a 13104c696e7578207374726f6e675377616e 310d 300b 0603550403 13046d6f6f6e");
  CHECK(text_of(IdType::der_asn1_dn, dn) == "C=CH, O=Linux strongSwan, CN=moon");
  for (std::size_t keep = 0; keep < dn.size(); ++keep) {
    CAPTURE(keep);
    const Bytes cut(dn.begin(), dn.begin() + static_cast<std::ptrdiff_t>(keep));
    CHECK(text_of(IdType::der_asn1_dn, cut).find('=') == std::string::npos);
  }
  CHECK(text_of(IdType::der_asn1_dn, hex("30847fffffff")) == "30847fffffff");
  CHECK(text_of(IdType::der_asn1_dn, hex("3080")) == "3080");
  CHECK(text_of(IdType::der_asn1_gn, hex("8203 61621b")) == "ab\\x1b");
  CHECK(text_of(IdType::der_asn1_gn, hex("8704 c0000201")) == "192.0.2.1");
}

TEST_CASE("payloads of one field refuse what cannot be") {
  CHECK(refusal(decode_key_exchange({})) == "bad length @0 Key Exchange Data");
  CHECK(refusal(decode_key_exchange(hex("01"))) == "");
  CHECK(refusal(decode_hash({})) == "bad length @0 Hash Data");
  CHECK(refusal(decode_signature({})) == "bad length @0 Signature Data");
  CHECK(refusal(decode_nonce(Bytes(7, 1))) == "bad length @0 Nonce Data");
  CHECK(refusal(decode_nonce(Bytes(8, 1))) == "");
  CHECK(refusal(decode_nonce(Bytes(256, 1))) == "");
  CHECK(refusal(decode_nonce(Bytes(257, 1))) == "bad length @0 Nonce Data");
  CHECK(refusal(decode_certificate({})) == "truncated @0 Cert Encoding");
  CHECK(refusal(decode_certificate(hex("04"))) == "truncated @1 Certificate Data");
  CHECK(refusal(decode_certificate_request({})) == "truncated @0 Cert. Type");
  CHECK(refusal(decode_certificate_request(hex("04"))) == "");
  CHECK(refusal(decode_nat_discovery(Bytes(15, 1))) == "bad length @0 HASH");
  CHECK(refusal(decode_nat_discovery(Bytes(16, 1))) == "");
}

TEST_CASE("a NAT-OA holds one address") {
  for (const Row& row : {Row{"IPv4", hex("01000000 c0000201"), ""}, Row{"IPv6", hex("05000000") + Bytes(16, 1), ""},
                         Row{"nothing", {}, "truncated @0 ID Type"}, Row{"cut in reserved", hex("010000"), "truncated @1 RESERVED"},
                         Row{"IPv4 of 16", hex("01000000") + Bytes(16, 1), "bad length @4 Address"},
                         Row{"a name", hex("02000000 c0000201"), "bad value @0 ID Type"}}) {
    CAPTURE(row.what);
    CHECK(refusal(decode_nat_original_address(row.body)) == row.refusal);
  }
}

TEST_CASE("a fragment is numbered from 1") {
  for (const Row& row : {Row{"last", hex("0001 02 01 aa"), ""}, Row{"cut in ID", hex("00"), "truncated @0 Fragment ID"},
                         Row{"cut before number", hex("0001"), "truncated @2 Fragment Number"}, Row{"cut before flags", hex("000101"), "truncated @3 Flags"},
                         Row{"number 0", hex("0001 00 01 aa"), "bad value @2 Fragment Number"}}) {
    CAPTURE(row.what);
    CHECK(refusal(decode_ike_fragment(row.body)) == row.refusal);
  }
}

TEST_CASE("a Config payload keeps its attributes up to the broken one") {
  CHECK(refusal(decode_config({})) == "truncated @0 Type");
  CHECK(refusal(decode_config(hex("01"))) == "truncated @1 RESERVED");
  CHECK(refusal(decode_config(hex("010000"))) == "truncated @2 Identifier");
  // an empty address is a question, which a request may ask; the user name announces more than is there
  const auto octets = hex("01 00 1234 00010000 c0880000 40890005 616263");
  const auto config = decode_config(octets);
  REQUIRE(config);
  CHECK(config->identifier == 0x1234);
  std::optional<DecodeError> fault;
  const auto attributes = decode_attributes(*config, fault);
  REQUIRE(attributes.size() == 2);
  CHECK(attributes[0].octets.empty());
  CHECK(attributes[1].type == 16520);
  REQUIRE(fault);
  CHECK(*fault == DecodeError{Fault::truncated, 10, "Attribute Value"});

  Bytes many;
  for (std::size_t i = 0; i <= max_attributes; ++i) many = test::operator+(many, test::basic(1, 1));
  CHECK(decode_attributes({ConfigType::reply, 0, many}, fault).size() == max_attributes);
  CHECK(fault->fault == Fault::limit_reached);
}

TEST_CASE("payload numbers 15 and 16 are NAT-D and NAT-OA of the drafts or GDOI's") {
  const auto main_mode = header_of(ExchangeType::identity_protection);
  const auto aggressive = header_of(ExchangeType::aggressive);
  const auto quick_mode = header_of(ExchangeType::quick_mode, 1);
  for (const std::size_t digest : {16U, 20U, 32U, 48U, 64U}) {
    CAPTURE(digest);
    CHECK(std::holds_alternative<NatDiscovery>(content_of(PayloadType::sa_kek, Bytes(digest, 1), main_mode)));
    CHECK(std::holds_alternative<NatDiscovery>(content_of(PayloadType::sa_kek, Bytes(digest, 1), aggressive)));
    CHECK(std::holds_alternative<Opaque>(content_of(PayloadType::sa_kek, Bytes(digest + 1, 1), main_mode)));
    CHECK(std::holds_alternative<Opaque>(content_of(PayloadType::sa_kek, Bytes(digest, 1), quick_mode)));
    CHECK(std::holds_alternative<Opaque>(content_of(PayloadType::sa_kek, Bytes(digest, 1), main_mode, Doi::gdoi)));
  }
  const auto address = hex("01000000 c0000201");
  CHECK(std::holds_alternative<NatOriginalAddress>(content_of(PayloadType::sa_tek, address, quick_mode)));
  CHECK(std::holds_alternative<Opaque>(content_of(PayloadType::sa_tek, address, quick_mode, Doi::gdoi)));
  CHECK(std::holds_alternative<Opaque>(content_of(PayloadType::sa_tek, hex("01010000 c0000201"), quick_mode)));
  CHECK(std::holds_alternative<NatDiscovery>(content_of(PayloadType::nat_discovery_draft, Bytes(16, 1), main_mode)));
  CHECK(std::holds_alternative<NatOriginalAddress>(content_of(PayloadType::nat_original_address_draft, address, quick_mode)));
}

TEST_CASE("what is foreign is opaque, not malformed") {
  const auto main_mode = header_of(ExchangeType::identity_protection);
  const auto authip = header_of(ExchangeType::authip_main_mode);
  CHECK(std::holds_alternative<Opaque>(content_of(PayloadType{133}, hex("00"), authip)));
  CHECK(std::holds_alternative<Opaque>(content_of(PayloadType::nonce, hex("00"), authip)));
  CHECK(std::holds_alternative<Opaque>(content_of(PayloadType::key_download, hex("00"), main_mode)));
  CHECK(std::holds_alternative<Opaque>(content_of(PayloadType{33}, {}, main_mode)));
  // public key encryption: identity and nonce are RSA ciphertext in a clear Main Mode message
  CHECK(std::holds_alternative<Opaque>(content_of(PayloadType::identification, hex("01") + Bytes(127, 1), main_mode)));
  CHECK(std::holds_alternative<Opaque>(content_of(PayloadType::nonce, Bytes(512, 1), main_mode)));
  CHECK(std::holds_alternative<Malformed>(content_of(PayloadType::nonce, Bytes(513, 1), main_mode)));
  CHECK(std::holds_alternative<Malformed>(content_of(PayloadType::nonce, Bytes(512, 1), header_of(ExchangeType::quick_mode, 1))));
  // a proposal outside an SA is nobody's
  CHECK(std::holds_alternative<Malformed>(content_of(PayloadType::proposal, hex("01010000"), main_mode)));
}
