#include "ike/crypto/candidates.hpp"

namespace ike::crypto {

PskVerdict verify_psk(const AggressiveProof& proof, ByteView psk) {
  PskVerdict verdict;
  const Secret skeyid = skeyid_psk(proof.algorithm, psk, proof.ni_b, proof.nr_b);
  if (skeyid.empty()) return verdict;
  if (!proof.hash_i.empty()) {
    verdict.initiator = same(hash_i(proof.algorithm, skeyid, proof.material, proof.idii_b).octets(), proof.hash_i);
  }
  if (!proof.hash_r.empty()) {
    verdict.responder = same(hash_r(proof.algorithm, skeyid, proof.material, proof.idir_b).octets(), proof.hash_r);
  }
  return verdict;
}

std::optional<std::size_t> find_psk(const AggressiveProof& proof, std::span<const Secret> candidates) {
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto verdict = verify_psk(proof, candidates[i].octets());
    if (verdict.initiator.value_or(false) || verdict.responder.value_or(false)) return i;
  }
  return std::nullopt;
}

}  // namespace ike::crypto
