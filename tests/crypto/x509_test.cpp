#include "ike/crypto/x509.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "certificates.hpp"
#include "hex.hpp"

using namespace ike;
using namespace ike::crypto;

namespace {

Time day(int year, unsigned month, unsigned of_month) {
  return std::chrono::sys_days{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{of_month}};
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a certificate tells who, for what and until when") {
  const auto facts = parse_certificate(octets_of(certificates::gw));
  REQUIRE(facts);
  CHECK(facts->subject == "CN=gw.example.org, C=DE, O=Example");
  CHECK(facts->issuer == "CN=Example CA, C=DE, O=Example");
  CHECK(facts->not_before == day(2024, 1, 1));
  CHECK(facts->not_after == day(2026, 1, 1));
  CHECK_FALSE(facts->is_ca);
  CHECK_FALSE(facts->self_signed);
  CHECK(facts->public_key == "ECDSA-256");
  CHECK(facts->signature == "ECDSA/EMSA1(SHA-256)");
  CHECK(facts->key_usage == Texts{"digitalSignature", "nonRepudiation"});
  CHECK(facts->extended_key_usage == Texts{"serverAuth", "ipsecIKE", "1.2.3.4"});
  CHECK(facts->dns_names == Texts{"gw.example.org"});
  CHECK(facts->emails == Texts{"admin@example.org"});
  CHECK(facts->addresses == Texts{"192.0.2.1", "2001:db8::1"});
  CHECK(facts->directory_names == Texts{"C=DE, CN=other name"});
  const auto authority = parse_certificate(octets_of(certificates::ca));
  REQUIRE(authority);
  CHECK(authority->is_ca);
  CHECK(authority->self_signed);
  CHECK(authority->key_usage == Texts{"keyCertSign", "cRLSign"});
  CHECK(authority->extended_key_usage.empty());
  CHECK(authority->dns_names.empty());
}

TEST_CASE("validity is judged at packet time, both ends included") {
  const auto facts = parse_certificate(octets_of(certificates::gw));
  REQUIRE(facts);
  using namespace std::chrono_literals;
  CHECK(validity_at(*facts, day(2024, 1, 1) - 1ns) == Validity::not_yet_valid);
  CHECK(validity_at(*facts, day(2024, 1, 1)) == Validity::valid);
  CHECK(validity_at(*facts, day(2026, 1, 1)) == Validity::valid);
  CHECK(validity_at(*facts, day(2026, 1, 1) + 1s) == Validity::expired);
  const auto forever = parse_certificate(octets_of(certificates::forever));
  REQUIRE(forever);
  CHECK(forever->not_after == Time::max());
}

TEST_CASE("a chain is checked against the given authorities at the given time") {
  const auto gw = octets_of(certificates::gw), ca = octets_of(certificates::ca), other = octets_of(certificates::other);
  const auto check = [&](const std::vector<ByteView>& chain, const std::vector<ByteView>& authorities, Time when) {
    const auto result = check_chain(chain, authorities, when);
    REQUIRE(result);
    CHECK_FALSE(result->text.empty());
    return result->status;
  };
  CHECK(check({gw}, {ca}, day(2025, 1, 1)) == ChainStatus::trusted);
  CHECK(check({gw}, {other, ca}, day(2025, 1, 1)) == ChainStatus::trusted);
  CHECK(check({gw, ca}, {ca}, day(2025, 1, 1)) == ChainStatus::trusted);
  CHECK(check({gw}, {ca}, day(2026, 6, 1)) == ChainStatus::expired);
  CHECK(check({gw}, {ca}, day(2023, 1, 1)) == ChainStatus::not_yet_valid);
  CHECK(check({gw}, {other}, day(2025, 1, 1)) == ChainStatus::unknown_ca);
  CHECK(check({gw, ca}, {other}, day(2025, 1, 1)) == ChainStatus::unknown_ca);
  CHECK(check({gw}, {}, day(2025, 1, 1)) == ChainStatus::unknown_ca);
  auto forged = gw;
  forged.back() ^= 1;
  CHECK(check({forged}, {ca}, day(2025, 1, 1)) == ChainStatus::bad_signature);
  CHECK_FALSE(check_chain({}, {}, day(2025, 1, 1)));
}

TEST_CASE("octets that are no certificate are refused without an exception") {
  const auto gw = octets_of(certificates::gw);
  for (std::size_t keep = 0; keep < gw.size(); ++keep) {
    CAPTURE(keep);
    const auto cut = parse_certificate(ByteView{gw}.first(keep));
    REQUIRE_FALSE(cut);
    CHECK_FALSE(cut.error().message.empty());
  }
  CHECK_FALSE(parse_certificate(text_octets("-----BEGIN CERTIFICATE-----\n")));
  CHECK_FALSE(parse_certificate(std::vector<std::uint8_t>(max_certificate + 1, 0x30)));
  for (std::size_t at = 0; at < gw.size(); ++at) {  // whatever comes of it, nothing escapes, and no control character
    auto changed = gw;
    changed[at] ^= 0x9b;
    const auto facts = parse_certificate(changed);
    if (!facts) continue;
    for (const auto* text : {&facts->subject, &facts->issuer, &facts->serial}) {
      CHECK(std::ranges::all_of(*text, [](char c) { return c >= 0x20 && c < 0x7f; }));
    }
  }
}
