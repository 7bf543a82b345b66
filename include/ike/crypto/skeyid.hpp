#pragma once

#include <cstdint>
#include <optional>

#include "ike/crypto/digest.hpp"
#include "ike/crypto/secret.hpp"
#include "ike/isakmp/header.hpp"

/// Key material and authenticating hashes of IKE (RFC 2409 5). Names ending in `_b` are payload bodies without
/// generic header. g^xy and public values are padded to the group's size; of an elliptic curve g^xy is the x
/// coordinate (RFC 5903). A Secret or Digest comes back empty when the hash is unknown.
namespace ike::crypto {

using isakmp::Cookie;
using isakmp::HashAlgorithm;

/// prf(PSK, Ni_b | Nr_b)
Secret skeyid_psk(HashAlgorithm algorithm, ByteView psk, ByteView ni_b, ByteView nr_b);
/// prf(Ni_b | Nr_b, g^xy), with any kind of signature.
Secret skeyid_signature(HashAlgorithm algorithm, ByteView ni_b, ByteView nr_b, ByteView g_xy);
/// prf(hash(Ni_b | Nr_b), CKY-I | CKY-R), with public key encryption and its revised mode.
Secret skeyid_encryption(HashAlgorithm algorithm, ByteView ni_b, ByteView nr_b, Cookie initiator, Cookie responder);

/// SKEYID_d, SKEYID_a and SKEYID_e.
struct DerivedKeys {
  Secret d, a, e;
};
DerivedKeys derive_keys(HashAlgorithm algorithm, const Secret& skeyid, ByteView g_xy, Cookie initiator, Cookie responder);

/// The cipher's key of `length` octets out of SKEYID_e, expanded when SKEYID_e is too short (RFC 2409 appendix B).
Secret encryption_key(HashAlgorithm algorithm, const Secret& skeyid_e, std::size_t length);

/// What HASH_I and HASH_R are made of.
struct Phase1Material {
  ByteView g_xi, g_xr;   ///< the public values
  Cookie initiator = 0, responder = 0;
  ByteView sai_b;        ///< the initiator's SA payload, all proposals as sent
};
Digest hash_i(HashAlgorithm algorithm, const Secret& skeyid, const Phase1Material& material, ByteView idii_b);
Digest hash_r(HashAlgorithm algorithm, const Secret& skeyid, const Phase1Material& material, ByteView idir_b);

/// HASH(1) of Quick Mode: `rest` is everything behind the HASH payload, without padding.
Digest hash_1(HashAlgorithm algorithm, const Secret& skeyid_a, std::uint32_t message_id, ByteView rest);
/// HASH(2) of Quick Mode.
Digest hash_2(HashAlgorithm algorithm, const Secret& skeyid_a, std::uint32_t message_id, ByteView ni_b, ByteView rest);
/// HASH(3) of Quick Mode.
Digest hash_3(HashAlgorithm algorithm, const Secret& skeyid_a, std::uint32_t message_id, ByteView ni_b, ByteView nr_b);
/// HASH of Informational, Transaction and New Group Mode messages (RFC 2409 5.6, 5.7): made like HASH(1).
Digest hash_informational(HashAlgorithm algorithm, const Secret& skeyid_a, std::uint32_t message_id, ByteView rest);

}  // namespace ike::crypto
