// Every vendor ID whose source text is known, made again from that text.
#include <doctest/doctest.h>

#include "hex.hpp"
#include "ike/crypto/digest.hpp"
#include "ike/isakmp/vendor_id.hpp"

using namespace ike;
using namespace ike::isakmp;

namespace {

std::string printable_md5(std::string letters, const std::string& md5, std::size_t count) {
  const auto octets = octets_of(md5);
  for (std::size_t i = 0; i < count; ++i) letters += static_cast<char>((octets[i] & 0x7f) | 0x40);
  return hex_of(text_octets(letters));
}

/// What `row`'s octets must be, or must begin with.
std::string made_of(const KnownVendorId& row) {
  const auto md5 = hex_of(crypto::hash(HashAlgorithm::md5, {text_octets(row.source)}).octets());
  if (row.algorithm == "ASCII") return hex_of(text_octets(row.source));
  if (row.algorithm == "MD5") return md5;
  if (row.algorithm == "MD5 first 8 bytes") return md5.substr(0, 16);
  if (row.algorithm == "MD5 first 12 bytes") return md5.substr(0, 24);
  if (row.algorithm == "MD5 first 13 bytes") return md5.substr(0, 26);
  if (row.algorithm == "MD5 first 14 bytes") return md5.substr(0, 28);
  if (row.algorithm == "MD5 first 14 bytes + 2 version bytes") return md5.substr(0, 28) + std::string{row.hex.substr(28)};
  if (row.algorithm == "MD5 + 4 appended bytes") return md5 + std::string{row.hex.substr(32)};
  if (row.algorithm == "OE + printable MD5 first 10 bytes") return printable_md5("OE", md5, 10);
  if (row.algorithm == "OSW + printable MD5 first 9 bytes") return printable_md5("OSW", md5, 9);
  if (row.algorithm == "OEN + printable MD5 first 9 bytes") return printable_md5("OEN", md5, 9);
  return "?";
}

}  // namespace

TEST_CASE("every verified vendor ID is what its source text and algorithm make") {
  std::size_t made = 0;
  for (const auto& row : known_vendor_ids()) {
    if (row.algorithm.empty()) continue;
    CAPTURE(row.name);
    CHECK(row.verified);
    CHECK(made_of(row) == row.hex);
    ++made;
  }
  CHECK(made == 457);
}
