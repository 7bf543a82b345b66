#include "phase_one.hpp"

#include <algorithm>

#include "ike/crypto/public_value.hpp"

namespace ike::crypto {

using isakmp::PayloadType;

const Chain::Seen* Chain::find(const Digest& octets) const {
  const auto found = std::ranges::find(seen, octets, &Seen::octets);
  return found == seen.end() ? nullptr : &*found;
}

void Chain::add(const Seen& one, ByteView last_block) {
  if (seen.size() == max_seen) seen.erase(seen.begin());
  seen.push_back(one);
  if (blocks.size() == max_blocks) blocks.erase(blocks.begin());
  auto& block = blocks.emplace_back();
  std::ranges::copy(last_block, block.storage.begin());
  block.length = static_cast<std::uint8_t>(last_block.size());
}

Chain& PhaseOne::chain(const isakmp::Header& header) {
  using isakmp::ExchangeType;
  const bool is_phase1 = header.exchange_type == ExchangeType::identity_protection || header.exchange_type == ExchangeType::aggressive;
  if (is_phase1 || header.message_id == 0) return phase1;
  const auto found = std::ranges::find(children, header.message_id, &Chain::message_id);
  if (found != children.end()) return *found;
  if (children.size() == Opener::max_chains) children.erase(children.begin());
  children.emplace_back().message_id = header.message_id;
  return children.back();
}

std::uint8_t PhaseOne::name_key(const std::string& source, bool is_psk) {
  const auto found = std::ranges::find(facts.keys, source);
  const auto at = static_cast<std::size_t>(found - facts.keys.begin());
  if (found == facts.keys.end()) {
    facts.keys.push_back(source);
    facts.key_is_psk.push_back(is_psk);
  }
  return static_cast<std::uint8_t>(at);
}

std::vector<Secret> PhaseOne::shared_secrets(const PhaseOneKeys& from) const {
  if (from.g_xy) return {*from.g_xy};
  std::vector<Secret> found;
  if (from.private_value && policy) {
    // Whose it is shows by its own public value; where that cannot be made, either may be.
    for (const std::size_t side : {0U, 1U}) {
      auto made = diffie_hellman(policy->group, from.private_value->octets(), public_value[1 - side]);
      if (!made.g_xy.empty() && (made.own.empty() || made.own == public_value[side])) found.push_back(std::move(made.g_xy));
    }
  }
  if (found.empty()) found.emplace_back();
  return found;
}

void PhaseOne::add(const PhaseOneKeys& from, const Secret& g_xy, const Secret* psk, const std::string& source) {
  if (keys.size() == Opener::max_key_sets) return;
  const auto hash = policy ? policy->hash : isakmp::HashAlgorithm::none;
  const bool nonces = !nonce[0].empty() && !nonce[1].empty();
  KeySet set;
  set.skeyid = from.skeyid.value_or(Secret{});
  set.a = from.skeyid_a.value_or(Secret{});
  set.iv = from.initial_iv.value_or(Secret{});
  Secret e = from.skeyid_e.value_or(Secret{});
  if (psk != nullptr && nonces) set.skeyid = skeyid_psk(hash, psk->octets(), nonce[0], nonce[1]);
  else if (set.skeyid.empty() && policy && isakmp::is_signature(policy->auth) && nonces && !g_xy.empty()) set.skeyid = skeyid_signature(hash, nonce[0], nonce[1], g_xy.octets());
  if (!set.skeyid.empty() && !g_xy.empty() && (set.a.empty() || e.empty())) {
    auto derived = derive_keys(hash, set.skeyid, g_xy.octets(), initiator, responder);
    if (set.a.empty()) set.a = std::move(derived.a);
    if (e.empty()) e = std::move(derived.e);
  }
  set.encryption = from.encryption_key.value_or(Secret{});
  if (set.encryption.empty() && policy) set.encryption = encryption_key(hash, e, key_octets(policy->encryption, policy->key_length));
  if (set.skeyid.empty() && set.a.empty() && set.encryption.empty()) return;
  set.name = name_key(source, psk != nullptr);
  keys.push_back(std::move(set));
}

void PhaseOne::make_keys(std::span<const PskCandidate> psks) {
  const auto known = [](const Octets& octets, unsigned bit) { return octets.empty() ? 0U : 1U << bit; };
  const unsigned from = 1U | (policy ? 2U : 0U) | known(nonce[0], 2) | known(nonce[1], 3) | known(public_value[0], 4) | known(public_value[1], 5);
  if (from == made_from) return;
  made_from = from;
  keys.clear();
  static const PhaseOneKeys nothing;
  for (const auto* one : given) {
    for (const Secret& g_xy : shared_secrets(*one)) {
      add(*one, g_xy, one->psk ? &*one->psk : nullptr, one->source);
      if (g_xy.empty()) continue;
      for (const auto& psk : psks) add(nothing, g_xy, &psk.psk, psk.source);  // what else is given is of one PSK, and this one may be another
    }
  }
  for (const auto& psk : psks) add(nothing, {}, &psk.psk, psk.source);  // verifies Aggressive Mode's hashes
  // One key may come from two sources: the one that also verifies goes first.
  std::ranges::stable_sort(keys, std::ranges::greater{}, [](const KeySet& set) { return (set.skeyid.empty() ? 0 : 1) + (set.a.empty() ? 0 : 2); });
}

std::optional<std::size_t> chain_end(PayloadType type, ByteView plain, std::size_t digest, std::size_t block) noexcept {
  std::size_t at = 0;
  for (std::size_t count = 0; type != PayloadType::none; ++count) {
    if (count == isakmp::max_payloads || plain.size() - at < 4) return std::nullopt;
    const auto* header = plain.data() + at;
    const std::size_t length = load_be16(header + 2);
    if (header[1] != 0 || length < 4 || length > plain.size() - at) return std::nullopt;
    if (type == PayloadType::hash && digest != 0 && length != digest + 4) return std::nullopt;
    type = PayloadType{header[0]};
    const bool nested = type == PayloadType::proposal || type == PayloadType::transform;
    if (nested || (type != PayloadType::none && name(type).empty())) return std::nullopt;
    at += length;
  }
  const auto padding = plain.size() - at;
  if (at == 0 || padding > isakmp::max_padding) return std::nullopt;
  if (padding <= block) return at;
  // Longer padding counts itself in its last octet (racoon), or is zeros.
  const bool counted = plain.back() == padding || plain.back() + 1U == padding;
  const bool zeros = std::ranges::all_of(plain.subspan(at), [](auto octet) { return octet == 0; });
  return counted || zeros ? std::optional{at} : std::nullopt;
}

ByteView body_of(const isakmp::Payload& payload, ByteView octets) noexcept {
  if (payload.length < 4 || payload.offset + std::size_t{payload.length} > octets.size()) return {};
  return octets.subspan(payload.offset + 4U, payload.length - 4U);
}

}  // namespace ike::crypto
