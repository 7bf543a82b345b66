#include "ike/crypto/public_value.hpp"

#include <botan/bigint.h>
#include <botan/dl_group.h>
#include <botan/ec_group.h>
#include <botan/hex.h>
#include <botan/mem_ops.h>
#include <botan/numthry.h>
#include <botan/version.h>

#include <algorithm>
#include <array>
#include <exception>
#include <string>
#include <vector>

namespace ike::crypto {
namespace {

using Octets = std::vector<std::uint8_t>;

// Primes that Botan does not bring. MODP-768: 2^768 - 2^704 - 1 + 2^64 * ([2^638 pi] + 149686) (RFC 2409 6.1);
// the others: RFC 5114 2.1 to 2.3.
constexpr std::string_view modp_768 =
    "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd"
    "ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a63a3620ffffffffffffffff";
constexpr std::string_view modp_1024_160 =
    "b10b8f96a080e01dde92de5eae5d54ec52c99fbcfb06a3c69a6a9dca52d23b616073e28675a23d189838ef1e2ee652c0"
    "13ecb4aea906112324975c3cd49b83bfaccbdd7d90c4bd7098488e9c219a73724effd6fae5644738faa31a4ff55bccc0"
    "a151af5f0dc8b4bd45bf37df365c1a65e68cfda76d4da708df1fb2bc2e4a4371";
constexpr std::string_view modp_2048_224 =
    "ad107e1e9123a9d0d660faa79559c51fa20d64e5683b9fd1b54b1597b61d0a75e6fa141df95a56dbaf9a3c407ba1df15"
    "eb3d688a309c180e1de6b85a1274a0a66d3f8152ad6ac2129037c9edefda4df8d91e8fef55b7394b7ad5b7d0b6c12207"
    "c9f98d11ed34dbf6c6ba0b2c8bbc27be6a00e0a0b9c49708b3bf8a317091883681286130bc8985db1602e714415d9330"
    "278273c7de31efdc7310f7121fd5a07415987d9adc0a486dcdf93acc44328387315d75e198c641a480cd86a1b9e587e8"
    "be60e69cc928b2b9c52172e413042e9b23f10b0e16e79763c9b53dcf4ba80a29e3fb73c16b8e75b97ef363e2ffa31f71"
    "cf9de5384e71b81c0ac4dffe0c10e64f";
constexpr std::string_view modp_2048_256 =
    "87a8e61db4b6663cffbbd19c651959998ceef608660dd0f25d2ceed4435e3b00e00df8f1d61957d4faf7df4561b2aa30"
    "16c3d91134096faa3bf4296d830e9a7c209e0c6497517abd5a8a9d306bcf67ed91f9e6725b4758c022e0b1ef4275bf7b"
    "6c5bfc11d45f9088b941f54eb1e59bb8bc39a0bf12307f5c4fdb70c581b23f76b63acae1caa6b7902d52526735488a0e"
    "f13c6d9a51bfa4ab3ad8347796524d8ef6a167b5a41825d967e144e5140564251ccacb83e6b486f6b3ca3f7971506026"
    "c0b857f689962856ded4010abd0be621c3a3960a54e710c375f26375d7014103a4b54330c198af126116d2276e11715f"
    "693877fad7ef09cadb094ae91e1a1597";

struct Modp {
  std::uint16_t group;
  std::string_view botan_name;  // empty: `prime` holds it
  std::string_view prime;
};

constexpr auto modp_groups = std::to_array<Modp>({
    {1, "", modp_768},
    {2, "modp/ietf/1024", ""},
    {5, "modp/ietf/1536", ""},
    {14, "modp/ietf/2048", ""},
    {15, "modp/ietf/3072", ""},
    {16, "modp/ietf/4096", ""},
    {17, "modp/ietf/6144", ""},
    {18, "modp/ietf/8192", ""},
    {22, "", modp_1024_160},
    {23, "", modp_2048_224},
    {24, "", modp_2048_256},
});

struct Curve {
  std::uint16_t group;
  std::string_view botan_name;
  std::uint16_t coordinate;  // octets
};

constexpr auto curves = std::to_array<Curve>({
    {19, "secp256r1", 32},
    {20, "secp384r1", 48},
    {21, "secp521r1", 66},
    {25, "secp192r1", 24},
    {26, "secp224r1", 28},
    {27, "brainpool224r1", 28},
    {28, "brainpool256r1", 32},
    {29, "brainpool384r1", 48},
    {30, "brainpool512r1", 64},
});

struct LengthOnly {
  std::uint16_t group;
  std::uint16_t octets;
};

/// EC2N (RFC 2409 6.3, 6.4 and draft-ietf-ipsec-ike-ecc-groups) and the groups of RFC 8031.
constexpr auto length_only = std::to_array<LengthOnly>(
    {{3, 20}, {4, 24}, {6, 21}, {7, 21}, {8, 36}, {9, 36}, {10, 52}, {11, 52}, {12, 72}, {13, 72}, {31, 32}, {32, 56}});

Octets big_endian(const Botan::BigInt& value) {
  Octets octets(value.bytes());
  value.binary_encode(octets.data());
  return octets;
}

/// The prime of a MODP group, made when it is first asked for: Botan takes milliseconds for a large one.
const Octets& prime_of(const Modp& row) {
  thread_local std::array<Octets, modp_groups.size()> made;
  auto& prime = made[static_cast<std::size_t>(&row - modp_groups.data())];
  if (prime.empty()) prime = row.botan_name.empty() ? Botan::hex_decode(std::string{row.prime}) : big_endian(Botan::DL_Group(std::string{row.botan_name}).get_p());
  return prime;
}

bool is_small(ByteView value) {  // 0 or 1
  return std::ranges::all_of(value.first(value.size() - 1), [](auto octet) { return octet == 0; }) && value.back() <= 1;
}

PublicValueCheck check_modp(const Modp& row, ByteView value) {
  if (value.size() != isakmp::public_value_length(isakmp::Group{row.group})) return PublicValueCheck::wrong_length;
  // The primes of RFC 2409 and 3526 begin with 64 ones: what does not is below.
  const bool from_pi = row.group < 22;
  if (from_pi && !is_small(value) && std::ranges::any_of(value.first(8), [](auto octet) { return octet != 0xff; })) return PublicValueCheck::good;
  const auto& prime = prime_of(row);
  Octets below = prime;  // p - 1: an odd prime only loses its last bit
  below.back() = static_cast<std::uint8_t>(below.back() - 1);
  if (is_small(value) || !std::ranges::lexicographical_compare(value, below)) return PublicValueCheck::out_of_range;
  return PublicValueCheck::good;
}

Botan::EC_Group open_curve(const std::string& name) {
#if BOTAN_VERSION_MAJOR >= 3
  return Botan::EC_Group::from_name(name);
#else
  return Botan::EC_Group(name);
#endif
}

bool on_curve(const Botan::EC_Group& group, ByteView value) {
  Octets uncompressed{4};  // SEC 1 2.3.3
  uncompressed.insert(uncompressed.end(), value.begin(), value.end());
  try {
    return group.OS2ECP(uncompressed.data(), uncompressed.size()).on_the_curve();
  } catch (const std::exception&) {
    return false;
  }
}

PublicValueCheck check_curve(const Curve& curve, ByteView value) {
  if (value.size() != 2U * curve.coordinate) return PublicValueCheck::wrong_length;
  const auto group = open_curve(std::string{curve.botan_name});
  const auto& p = group.get_p();
  for (const auto half : {value.first(curve.coordinate), value.subspan(curve.coordinate)}) {
    if (Botan::BigInt(half.data(), half.size()) >= p) return PublicValueCheck::out_of_range;
  }
  return on_curve(group, value) ? PublicValueCheck::good : PublicValueCheck::not_on_curve;
}

PublicValueCheck check(std::uint16_t group, ByteView value) {
  if (const auto row = std::ranges::find(modp_groups, group, &Modp::group); row != modp_groups.end()) {
    return check_modp(*row, value);
  }
  if (const auto row = std::ranges::find(curves, group, &Curve::group); row != curves.end()) return check_curve(*row, value);
  if (const auto row = std::ranges::find(length_only, group, &LengthOnly::group); row != length_only.end()) {
    return value.size() == row->octets ? PublicValueCheck::length_only : PublicValueCheck::wrong_length;
  }
  return PublicValueCheck::unknown_group;
}

}  // namespace

std::string_view name(PublicValueCheck result) {
  switch (result) {
    case PublicValueCheck::good: return "good";
    case PublicValueCheck::length_only: return "right length";
    case PublicValueCheck::unknown_group: return "unknown group";
    case PublicValueCheck::wrong_length: return "wrong length";
    case PublicValueCheck::out_of_range: return "out of range";
    case PublicValueCheck::not_on_curve: return "not on the curve";
  }
  return "";
}

PublicValueCheck check_public_value(isakmp::Group group, ByteView value) noexcept {
  try {
    return check(number(group), value);
  } catch (const std::exception&) {  // a Botan built without the group
    return PublicValueCheck::unknown_group;
  }
}

namespace {

Octets padded(const Botan::BigInt& value, std::size_t length) {
  Octets octets(length);
  if (value.bytes() <= length) value.binary_encode(octets.data() + (length - value.bytes()));
  return octets;
}

/// The generator 2 but for RFC 5114 groups, whose own are not kept: then `own` cannot be made, g^xy can.
DiffieHellman modp_secret(const Modp& row, const Octets& prime, const Botan::BigInt& x, ByteView other) {
  const Botan::BigInt p(prime.data(), prime.size());
  DiffieHellman result;
  if (row.group < 22) result.own = padded(Botan::power_mod(2, x, p), prime.size());
  auto shared = padded(Botan::power_mod(Botan::BigInt(other.data(), other.size()), x, p), prime.size());
  result.g_xy = Secret{shared};
  Botan::secure_scrub_memory(shared.data(), shared.size());
  return result;
}

DiffieHellman curve_secret(const Curve& curve, const Botan::BigInt& x, ByteView other) {
  const auto group = open_curve(std::string{curve.botan_name});
  Octets uncompressed{4};
  uncompressed.insert(uncompressed.end(), other.begin(), other.end());
  const auto mine = group.get_base_point() * x;
  const auto both = group.OS2ECP(uncompressed.data(), uncompressed.size()) * x;
  DiffieHellman result;
  result.own = padded(mine.get_affine_x(), curve.coordinate);
  const auto y = padded(mine.get_affine_y(), curve.coordinate);
  result.own.insert(result.own.end(), y.begin(), y.end());
  auto shared = padded(both.get_affine_x(), curve.coordinate);
  result.g_xy = Secret{shared};
  Botan::secure_scrub_memory(shared.data(), shared.size());
  return result;
}

}  // namespace

DiffieHellman diffie_hellman(isakmp::Group group, ByteView private_value, ByteView other) {
  if (private_value.empty() || check_public_value(group, other) != PublicValueCheck::good) return {};
  try {
    const Botan::BigInt x(private_value.data(), private_value.size());
    const auto modp = std::ranges::find(modp_groups, number(group), &Modp::group);
    if (modp != modp_groups.end()) return modp_secret(*modp, prime_of(*modp), x, other);
    const auto curve = std::ranges::find(curves, number(group), &Curve::group);
    if (curve != curves.end()) return curve_secret(*curve, x, other);
  } catch (const std::exception&) {  // a Botan built without the group
  }
  return {};
}

}  // namespace ike::crypto
