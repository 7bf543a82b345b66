#include "ike/isakmp/sa.hpp"

#include <doctest/doctest.h>

#include <string>

#include "support/packets.hpp"

using namespace ike;
using namespace ike::isakmp;
using test::Bytes;
using test::hex;
using test::operator+;

namespace {

// What stands after the situation, for a proposal (and transforms) given in hex.
std::vector<Proposal> proposals_of(const Bytes& octets) { return decode_proposals({Doi::ipsec, 1, octets}); }

std::string fault_of(const std::optional<DecodeError>& fault) {
  return fault ? std::string{name(fault->fault)} + " @" + std::to_string(fault->offset) + " " + std::string{fault->field} : "none";
}

Bytes transform(const Bytes& attributes, std::uint8_t next = 0, std::uint8_t number = 1) {
  return Bytes{next, 0} + test::be16(static_cast<std::uint32_t>(8 + attributes.size())) + Bytes{number, 1, 0, 0} + attributes;
}
Bytes proposal(const Bytes& transforms, std::uint8_t count, std::uint8_t next = 0, const Bytes& spi = {}) {
  const auto length = static_cast<std::uint32_t>(8 + spi.size() + transforms.size());
  return Bytes{next, 0} + test::be16(length) + Bytes{1, 1, static_cast<std::uint8_t>(spi.size()), count} + spi + transforms;
}

const Bytes aes = test::basic(1, 7) + test::basic(14, 256) + test::basic(2, 4) + test::basic(3, 1) + test::basic(4, 14) +
                  test::basic(11, 1) + test::variable(12, hex("00015180"));

}  // namespace

TEST_CASE("an SA payload cut within its fixed part or its labels is refused and names the field") {
  // situation 7: identity, secrecy (5 octets, 9 bits) and integrity (empty) labels
  const auto labelled = hex("00000001 00000007 00000063 0005 0000 0102030405000000 0009 0000 ff800000 0000 0000 0000 0000");
  struct Row {
    std::size_t keep;
    std::string_view field;
  };
  for (const Row& row : {Row{3, "DOI"}, Row{7, "Situation"}, Row{11, "Labeled Domain Identifier"}, Row{13, "Secrecy Level"}, Row{15, "RESERVED"},
                         Row{23, "Secrecy Level"}, Row{25, "Secrecy Category Bitmap"}, Row{31, "Secrecy Category Bitmap"},
                         Row{33, "Integrity Level"}, Row{39, "RESERVED"}}) {
    CAPTURE(row.keep);
    const auto cut = decode_security_association(ByteView{labelled}.first(row.keep));
    REQUIRE_FALSE(cut);
    CHECK(cut.error().field == row.field);
  }
  const auto whole_payload = labelled + proposal(transform(aes), 1);
  const auto whole = decode_security_association(whole_payload);
  REQUIRE(whole);
  CHECK(whole->situation == 7);
  REQUIRE(decode_proposals(*whole).size() == 1);
  CHECK(to_string(first_phase1_policy(*whole)) == "AES-CBC-256, SHA2-256, PSK, MODP-2048, 86400 s");
}

TEST_CASE("proposals and transforms are kept as far as they can be read") {
  const auto good = transform(aes);
  struct Row {
    std::string_view what;
    Bytes octets;
    std::size_t transforms;
    std::string_view proposal_fault, transform_fault;
  };
  const Row rows[] = {
      {"good", proposal(good, 1), 1, "none", "none"},
      {"with an SPI in phase 1", proposal(good, 1, 0, hex("0102030405060708")), 1, "none", "none"},
      {"no transform, none announced", proposal({}, 0), 0, "none", ""},
      {"no transform, one announced", proposal({}, 1), 0, "truncated @8 generic payload header", ""},
      {"another number announced", proposal(good, 2), 1, "bad value @7 # of Transforms", "none"},
      {"transform says another follows", proposal(transform(aes, 3), 1), 1, "broken chain @8 Next Payload", "none"},
      {"transform says a proposal follows", proposal(transform(aes, 2) + good, 2), 1, "bad value @8 Next Payload", "none"},
      {"octets behind the last transform", proposal(good + good, 1), 1, "trailing octets @48 end", "none"},
      {"octets behind the last proposal", proposal(good, 1) + hex("00"), 1, "trailing octets @48 end", "none"},
      {"proposal says another follows", proposal(good, 1, 2), 1, "broken chain @0 Next Payload", "none"},
      {"SPI longer than the proposal", hex("00000008 01 03 40 01"), 0, "truncated @6 SPI Size", ""},
      {"proposal shorter than its fields", hex("00000004 01 01 00 01"), 0, "bad length @2 Payload Length", ""},
      {"length 0", hex("00000000 01 01 00 01"), 0, "bad length @2 Payload Length", ""},
      {"proposal longer than the payload", hex("00000063 01 01 00 00"), 0, "truncated @2 Payload Length", ""},
      {"less than a proposal", hex("000000"), 0, "truncated @3 generic payload header", ""},
      {"attribute longer than the transform", proposal(transform(hex("80010007 000c0009 00000001")), 1), 1, "none", "truncated @22 Attribute Value"},
      {"half an attribute", proposal(transform(hex("80010007 800c")), 1), 1, "none", "truncated @20 Attribute Length"},
      {"attribute without octets", proposal(transform(hex("000c0000 80010007")), 1), 1, "none", "bad length @18 Attribute Length"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const auto proposals = proposals_of(row.octets);
    REQUIRE(proposals.size() == 1);
    CHECK(fault_of(proposals[0].fault) == row.proposal_fault);
    REQUIRE(proposals[0].transforms.size() == row.transforms);
    if (row.transforms > 0) CHECK(fault_of(proposals[0].transforms[0].fault) == row.transform_fault);
  }
}

TEST_CASE("no proposal is no fault of its own") { CHECK(proposals_of({}).empty()); }

TEST_CASE("limits are said, not hidden") {
  Bytes many;
  for (std::size_t i = 0; i <= max_proposals; ++i) many = many + proposal(transform(aes), 1, i == max_proposals ? 0 : 2);
  const auto proposals = proposals_of(many);
  CHECK(proposals.size() == max_proposals);
  CHECK(proposals.back().fault->fault == Fault::limit_reached);

  Bytes transforms;
  for (std::size_t i = 0; i <= max_transforms; ++i) transforms = transforms + transform(hex("80010007"), i == max_transforms ? 0 : 3);
  const auto wide_octets = proposal(transforms, 255);
  const auto wide = proposals_of(wide_octets);
  REQUIRE(wide.size() == 1);
  CHECK(wide[0].transforms.size() == max_transforms);
  CHECK(wide[0].fault->fault == Fault::limit_reached);
  unsigned count = 0;
  first_phase1_policy({Doi::ipsec, 1, wide_octets}, &count);
  CHECK(count == max_transforms + 1);

  Bytes attributes;
  for (std::size_t i = 0; i <= max_attributes; ++i) attributes = attributes + test::basic(1, 7);
  const auto long_list = proposals_of(proposal(transform(attributes), 1));
  CHECK(long_list[0].transforms[0].attributes.size() == max_attributes);
  CHECK(long_list[0].transforms[0].fault->fault == Fault::limit_reached);
}

TEST_CASE("a phase 1 policy is what the transform states") {
  struct Row {
    std::string_view what;
    Bytes attributes;
    std::string_view policy;
  };
  const Row rows[] = {
      {"usual", aes, "AES-CBC-256, SHA2-256, PSK, MODP-2048, 86400 s"},
      {"lifetime twice: seconds and kilobytes", aes + test::basic(11, 2) + test::variable(12, hex("00465000")),
       "AES-CBC-256, SHA2-256, PSK, MODP-2048, 86400 s, 4608000 kB"},
      {"seconds twice: the first counts", aes + test::basic(11, 1) + test::basic(12, 60), "AES-CBC-256, SHA2-256, PSK, MODP-2048, 86400 s"},
      {"duration without type is seconds", test::basic(12, 3600), "3600 s"},
      {"duration of an unknown type", test::basic(11, 9) + test::basic(12, 3600), ""},
      {"duration of nine octets", test::variable(12, hex("000000000000000001")), "4294967295 s"},
      {"duration of six octets", test::variable(12, hex("010000000000")), "4294967295 s"},
      {"numbers without names", test::basic(1, 99) + test::basic(2, 98) + test::basic(3, 97) + test::basic(4, 96),
       "encryption 99, hash 98, authentication 97, group 96"},
      {"a code that is variable and long", test::variable(1, hex("00010007")), ""},
      {"a code that is variable and short", test::variable(1, hex("0007")), "AES-CBC"},
      {"XAUTH", test::basic(1, 5) + test::basic(2, 1) + test::basic(3, 65001) + test::basic(4, 2), "3DES-CBC, MD5, XAUTH-PSK, MODP-1024"},
      {"nothing", {}, ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const auto octets = proposal(transform(row.attributes), 1);
    const auto proposals = proposals_of(octets);
    CHECK(to_string(phase1_policy(proposals.at(0).transforms.at(0))) == row.policy);
    unsigned count = 0;
    CHECK(to_string(first_phase1_policy({Doi::ipsec, 1, octets}, &count)) == row.policy);
    CHECK(count == 1);
  }
}

TEST_CASE("the first policy is that of the first transform, all transforms are counted") {
  const auto weak = test::basic(1, 1) + test::basic(2, 1);
  const auto octets = proposal(transform(aes, 3) + transform(weak, 0, 2), 2, 2) + proposal(transform(weak), 1);
  unsigned count = 0;
  CHECK(first_phase1_policy({Doi::ipsec, 1, octets}, &count).key_length == 256);
  CHECK(count == 3);
}

TEST_CASE("a phase 2 transform is one line") {
  const auto attributes = test::basic(6, 256) + test::basic(5, 2) + test::basic(4, 1) + test::basic(3, 14) + test::basic(1, 1) +
                          test::basic(2, 28800) + test::basic(1, 2) + test::variable(2, hex("00465000"));
  const auto octets = proposal(transform(attributes), 1);
  const auto proposals = proposals_of(octets);
  auto esp = proposals.at(0).transforms.at(0);
  esp.id = 12;
  CHECK(phase2_line(ProtocolId::esp, esp) == "ESP_AES-CBC-256, HMAC-SHA1, tunnel, MODP-2048, 28800 s, 4608000 kB");
  esp.id = 200;
  esp.attributes = {{4, true, 77, {}}, {99, true, 5, {}}};
  CHECK(phase2_line(ProtocolId::esp, esp) == "transform 200, Encapsulation-Mode 77, 99 5");
}
