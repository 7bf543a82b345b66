#include "ike/crypto/skeyid.hpp"

#include <botan/mem_ops.h>

#include "octets.hpp"

namespace ike::crypto {
namespace {

constexpr std::array<std::uint8_t, 3> number_octets{0, 1, 2};

ByteView octet(std::size_t value) { return ByteView{number_octets}.subspan(value, 1); }

/// Takes what is a key out of a Digest, and wipes that.
Secret secret(Digest digest) {
  Secret taken{digest.octets()};
  Botan::secure_scrub_memory(digest.storage.data(), digest.storage.size());
  return taken;
}

}  // namespace

Secret skeyid_psk(HashAlgorithm algorithm, ByteView psk, ByteView ni_b, ByteView nr_b) {
  return secret(prf(algorithm, psk, {ni_b, nr_b}));
}

Secret skeyid_signature(HashAlgorithm algorithm, ByteView ni_b, ByteView nr_b, ByteView g_xy) {
  std::vector<std::uint8_t> key(ni_b.begin(), ni_b.end());
  key.insert(key.end(), nr_b.begin(), nr_b.end());
  return secret(prf(algorithm, key, {g_xy}));
}

Secret skeyid_encryption(HashAlgorithm algorithm, ByteView ni_b, ByteView nr_b, Cookie initiator, Cookie responder) {
  const Secret key = secret(hash(algorithm, {ni_b, nr_b}));
  return secret(prf(algorithm, key.octets(), {wire(initiator), wire(responder)}));
}

DerivedKeys derive_keys(HashAlgorithm algorithm, const Secret& skeyid, ByteView g_xy, Cookie initiator, Cookie responder) {
  const auto i = wire(initiator);
  const auto r = wire(responder);
  DerivedKeys keys;
  keys.d = secret(prf(algorithm, skeyid.octets(), {g_xy, i, r, octet(0)}));
  keys.a = secret(prf(algorithm, skeyid.octets(), {keys.d.octets(), g_xy, i, r, octet(1)}));
  keys.e = secret(prf(algorithm, skeyid.octets(), {keys.a.octets(), g_xy, i, r, octet(2)}));
  return keys;
}

Secret encryption_key(HashAlgorithm algorithm, const Secret& skeyid_e, std::size_t length) {
  if (skeyid_e.empty() || length > 4 * 64) return {};  // longer than any cipher's
  if (skeyid_e.size() >= length) return Secret{skeyid_e.octets().first(length)};
  // Ka = K1 | K2 | ...; K1 = prf(SKEYID_e, 0), Kn = prf(SKEYID_e, Kn-1)
  Secret block = secret(prf(algorithm, skeyid_e.octets(), {octet(0)}));
  if (block.empty()) return {};
  std::vector<std::uint8_t> expanded;
  expanded.reserve(length + block.size());  // so that no copy is left behind unwiped
  while (expanded.size() < length) {
    expanded.insert(expanded.end(), block.octets().begin(), block.octets().end());
    block = secret(prf(algorithm, skeyid_e.octets(), {block.octets()}));
  }
  Secret key{ByteView{expanded}.first(length)};
  Botan::secure_scrub_memory(expanded.data(), expanded.size());
  return key;
}

Digest hash_i(HashAlgorithm algorithm, const Secret& skeyid, const Phase1Material& material, ByteView idii_b) {
  return prf(algorithm, skeyid.octets(),
             {material.g_xi, material.g_xr, wire(material.initiator), wire(material.responder), material.sai_b, idii_b});
}

Digest hash_r(HashAlgorithm algorithm, const Secret& skeyid, const Phase1Material& material, ByteView idir_b) {
  return prf(algorithm, skeyid.octets(),
             {material.g_xr, material.g_xi, wire(material.responder), wire(material.initiator), material.sai_b, idir_b});
}

Digest hash_1(HashAlgorithm algorithm, const Secret& skeyid_a, std::uint32_t message_id, ByteView rest) {
  return prf(algorithm, skeyid_a.octets(), {wire(message_id), rest});
}

Digest hash_2(HashAlgorithm algorithm, const Secret& skeyid_a, std::uint32_t message_id, ByteView ni_b, ByteView rest) {
  return prf(algorithm, skeyid_a.octets(), {wire(message_id), ni_b, rest});
}

Digest hash_3(HashAlgorithm algorithm, const Secret& skeyid_a, std::uint32_t message_id, ByteView ni_b, ByteView nr_b) {
  return prf(algorithm, skeyid_a.octets(), {octet(0), wire(message_id), ni_b, nr_b});
}

Digest hash_informational(HashAlgorithm algorithm, const Secret& skeyid_a, std::uint32_t message_id, ByteView rest) {
  return hash_1(algorithm, skeyid_a, message_id, rest);
}

}  // namespace ike::crypto
