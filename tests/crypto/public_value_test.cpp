#include "ike/crypto/public_value.hpp"

#include <doctest/doctest.h>

#include <array>

#include "hex.hpp"
#include "vectors.hpp"

using namespace ike;
using namespace ike::crypto;
using isakmp::Group;

namespace {

Group group(std::uint16_t number) { return Group{number}; }

using Octets = std::vector<std::uint8_t>;

Octets number_of_size(std::size_t size, std::uint8_t last) {
  Octets octets(size);
  octets.back() = last;
  return octets;
}

/// A number of 768 bits, big-endian, that wraps round; enough to work out pi.
struct Number {
  std::array<std::uint32_t, 24> words{};

  void add(const Number& other) {
    std::uint64_t carry = 0;
    for (std::size_t i = words.size(); i-- != 0;) {
      carry += std::uint64_t{words[i]} + other.words[i];
      words[i] = static_cast<std::uint32_t>(carry);
      carry >>= 32U;
    }
  }
  void negate() {
    for (auto& word : words) word = ~word;
    add(Number{}.with(23, 1));
  }
  void divide(std::uint32_t by) {
    std::uint64_t rest = 0;
    for (auto& word : words) {
      rest = rest << 32U | word;
      word = static_cast<std::uint32_t>(rest / by);
      rest %= by;
    }
  }
  [[nodiscard]] Number with(std::size_t word, std::uint32_t value) const {
    Number changed = *this;
    changed.words[word] = value;
    return changed;
  }
  [[nodiscard]] bool zero() const { return words == Number{}.words; }
  [[nodiscard]] Octets octets() const {
    Octets all;
    for (const auto word : words) {
      for (unsigned shift = 32; shift != 0; shift -= 8) all.push_back(static_cast<std::uint8_t>(word >> (shift - 8)));
    }
    return all;
  }
};

/// Adds arctan(1/x) * times * 2^704 to `sum`, or takes it away.
void add_arctangent(Number& sum, std::uint32_t x, std::uint32_t times, bool positive) {
  Number power = Number{}.with(1, times);
  power.divide(x);
  for (std::uint32_t n = 1; !power.zero(); n += 2, positive = !positive) {
    Number term = power;
    term.divide(n);
    if (!positive) term.negate();
    sum.add(term);
    power.divide(x * x);
  }
}

}  // namespace

TEST_CASE("the largest good value of MODP-768 is p - 2, with p worked out from pi as RFC 2409 6.1 has it") {
  Number prime;  // pi * 2^702, by Machin's formula
  add_arctangent(prime, 5, 4, true);
  add_arctangent(prime, 239, 1, false);
  prime = prime.with(22, 0).with(23, 0);  // [2^638 pi] * 2^64
  prime.add(Number{}.with(21, 149686));
  for (Number less : {Number{}.with(1, 1), Number{}.with(23, 1)}) {  // 2^704 and 1; 2^768 is 0 here
    less.negate();
    prime.add(less);
  }
  auto value = prime.octets();
  CHECK(check_public_value(group(1), value) == PublicValueCheck::out_of_range);
  value.back() = 0xfe;  // p - 1
  CHECK(check_public_value(group(1), value) == PublicValueCheck::out_of_range);
  value.back() = 0xfd;
  CHECK(check_public_value(group(1), value) == PublicValueCheck::good);
}

TEST_CASE("a MODP value is good between 1 and p - 1, padded to the length of the prime") {
  struct Row { std::uint16_t group; std::size_t length; };
  for (const auto& row : {Row{1, 96}, Row{2, 128}, Row{5, 192}, Row{14, 256}, Row{15, 384}, Row{16, 512}, Row{17, 768}, Row{18, 1024}, Row{22, 128}, Row{23, 256}, Row{24, 256}}) {
    CAPTURE(row.group);
    CHECK(check_public_value(group(row.group), number_of_size(row.length, 2)) == PublicValueCheck::good);
    CHECK(check_public_value(group(row.group), number_of_size(row.length, 1)) == PublicValueCheck::out_of_range);
    CHECK(check_public_value(group(row.group), number_of_size(row.length, 0)) == PublicValueCheck::out_of_range);
    CHECK(check_public_value(group(row.group), Octets(row.length, 0xff)) == PublicValueCheck::out_of_range);
    CHECK(check_public_value(group(row.group), number_of_size(row.length - 1, 2)) == PublicValueCheck::wrong_length);
    CHECK(check_public_value(group(row.group), number_of_size(row.length + 1, 2)) == PublicValueCheck::wrong_length);
    CHECK(check_public_value(group(row.group), {}) == PublicValueCheck::wrong_length);
  }
  CHECK(check_public_value(group(2), octets_of(vectors::main_mode::g_xi)) == PublicValueCheck::good);
  CHECK(check_public_value(group(14), octets_of(vectors::lab_signature::g_xr)) == PublicValueCheck::good);
}

TEST_CASE("an ECP value must be a point of the curve") {
  // Base points, from SEC 2 and RFC 5639.
  struct Row { std::uint16_t group; std::string_view point; };
  for (const auto& row : {
           Row{19,
               "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e16"
               "2bce33576b315ececbb6406837bf51f5"},
           Row{20,
               "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7"
               "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f"},
           Row{21,
               "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ff"
               "a8de3348b3c1856a429bf97e7e31c2e5bd66011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17"
               "273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650"},
           Row{25,
               "188da80eb03090f67cbf20eb43a18800f4ff0afd82ff101207192b95ffc8da78631011ed6b24cdd573f977a11e794811"},
           Row{26,
               "b70e0cbd6bb4bf7f321390b94a03c1d356c21122343280d6115c1d21bd376388b5f723fb4c22dfe6cd4375a05a074764"
               "44d5819985007e34"},
           Row{27,
               "0d9029ad2c7e5cf4340823b2a87dc68c9e4ce3174c1e6efdee12c07d58aa56f772c0726f24c6b89e4ecdac24354b9e99"
               "caa3f6d3761402cd"},
           Row{28,
               "8bd2aeb9cb7e57cb2c4b482ffc81b7afb9de27e1e3bd23c23a4453bd9ace3262547ef835c3dac4fd97f8461a14611dc9"
               "c27745132ded8e545c1d54c72f046997"},
           Row{29,
               "1d1c64f068cf45ffa2a63a81b7c13f6b8847a3e77ef14fe3db7fcafe0cbd10e8e826e03436d646aaef87b2e247d4af1e"
               "8abe1d7520f9c2a45cb1eb8e95cfd55262b70b29feec5864e19c054ff99129280e4646217791811142820341263c5315"},
           Row{30,
               "81aee4bdd82ed9645a21322e9c4c6a9385ed9f70b5d916c1b43b62eef4d0098eff3b1f78e2d0d48d50d1687b93b97d5f"
               "7c6d5047406a5e688b352209bcb9f8227dde385d566332ecc0eabfa9cf7822fdf209f70024a57b1aa000c55b881f8111"
               "b2dcde494a5f485e5bca4bd88a2763aed1ca2b2fa8f0540678cd1e0f3ad80892"}}) {
    CAPTURE(row.group);
    auto point = octets_of(row.point);
    CHECK(check_public_value(group(row.group), point) == PublicValueCheck::good);
    point.back() ^= 1;
    CHECK(check_public_value(group(row.group), point) == PublicValueCheck::not_on_curve);
    CHECK(check_public_value(group(row.group), Octets(point.size(), 0)) == PublicValueCheck::not_on_curve);
    CHECK(check_public_value(group(row.group), Octets(point.size(), 0xff)) == PublicValueCheck::out_of_range);
    CHECK(check_public_value(group(row.group), ByteView{point}.first(point.size() - 1)) == PublicValueCheck::wrong_length);
    CHECK(check_public_value(group(row.group), {}) == PublicValueCheck::wrong_length);
  }
}

TEST_CASE("of EC2N only the length is known, and of other groups nothing") {
  CHECK(check_public_value(group(3), Octets(20, 1)) == PublicValueCheck::length_only);
  CHECK(check_public_value(group(3), Octets(21, 1)) == PublicValueCheck::wrong_length);
  CHECK(check_public_value(group(4), Octets(24, 1)) == PublicValueCheck::length_only);
  CHECK(check_public_value(group(13), Octets(72, 1)) == PublicValueCheck::length_only);
  for (const std::uint16_t number : {std::uint16_t{0}, std::uint16_t{33}, std::uint16_t{65535}}) {
    CHECK(check_public_value(group(number), Octets(96, 1)) == PublicValueCheck::unknown_group);
  }
}

TEST_CASE("g^xy comes out of either private value, of MODP with our own constants and of a curve") {
  namespace dh = vectors::known_private;
  struct Row {
    std::string_view what;
    std::uint16_t group;
    std::string_view g_xi, g_xr, g_xy;
    bool own;  // the generator is at hand
  };
  for (const Row& row : {Row{"MODP-768", 1, dh::g_xi, dh::g_xr, dh::g_xy, true}, Row{"RFC 5114", 22, dh::group_22_xi, dh::group_22_xr, dh::group_22_xy, false}, Row{"P-256", 19, dh::group_19_xi, dh::group_19_xr, dh::group_19_xy, true}}) {
    CAPTURE(row.what);
    const Group used = group(row.group);
    const auto initiator = diffie_hellman(used, octets_of(dh::x_i), octets_of(row.g_xr));
    const auto responder = diffie_hellman(used, octets_of(dh::x_r), octets_of(row.g_xi));
    CHECK(hex_of(initiator.g_xy.octets()) == row.g_xy);
    CHECK(hex_of(responder.g_xy.octets()) == row.g_xy);
    CHECK(hex_of(initiator.own) == (row.own ? row.g_xi : ""));
    CHECK(hex_of(responder.own) == (row.own ? row.g_xr : ""));
  }
  CHECK(diffie_hellman(group(1), {}, octets_of(dh::g_xr)).g_xy.empty());
  CHECK(diffie_hellman(group(1), octets_of(dh::x_i), std::vector<std::uint8_t>(96)).g_xy.empty());  // 0 is no value of it
  CHECK(diffie_hellman(group(3), octets_of(dh::x_i), std::vector<std::uint8_t>(20, 1)).g_xy.empty());  // EC2N
}
