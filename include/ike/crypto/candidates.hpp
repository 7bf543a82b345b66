#pragma once

#include <optional>
#include <span>

#include "ike/crypto/skeyid.hpp"

namespace ike::crypto {

/// What an Aggressive Mode exchange with PSK shows in clear (RFC 2409 5.4): enough to tell whether the operator's
/// pre-shared key is the one a side used, without any Diffie-Hellman secret.
struct AggressiveProof {
  HashAlgorithm algorithm{};
  ByteView ni_b, nr_b;
  Phase1Material material;
  ByteView idii_b, idir_b;
  ByteView hash_i;  ///< body of message 3's HASH where it was in clear, else empty
  ByteView hash_r;  ///< body of message 2's HASH, else empty
};

/// Which side's hash a candidate explains; nothing where that hash is not known.
struct PskVerdict {
  std::optional<bool> initiator;
  std::optional<bool> responder;
};

/// Whether `psk` is what either side used.
PskVerdict verify_psk(const AggressiveProof& proof, ByteView psk);

/// The first of `candidates` that explains a hash of `proof`.
std::optional<std::size_t> find_psk(const AggressiveProof& proof, std::span<const Secret> candidates);

}  // namespace ike::crypto
